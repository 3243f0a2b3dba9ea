//! A peer as a process of its own: started on a free port, ended by its id.

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};

pub(crate) struct Peer {
    child: Child,
    /// Kept open: a process that cannot write any more ends.
    _said: BufReader<ChildStdout>,
    /// Where it listens.
    pub(crate) url: String,
}

impl Peer {
    /// Starts a script of `peers/` with Node, and waits until it says where it listens.
    pub(crate) fn node(script: &str) -> Self {
        let build = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap();
        let modules = std::env::var_os("CONNC_PEERS").map_or_else(|| build.join("peers"), PathBuf::from).join("node_modules");
        assert!(modules.is_dir(), "{} is missing: run `peers/install`", modules.display());
        let mut command = Command::new("node");
        command.arg(root().join("peers").join(script)).env("NODE_MODULES", &modules);
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut line = String::new();
        let mut output = BufReader::new(child.stdout.take().unwrap());
        output.read_line(&mut line).unwrap();
        let said: serde_json::Value = serde_json::from_str(&line).unwrap_or_else(|_| panic!("{script} did not start; run it by hand"));
        Self { child, _said: output, url: said.get("url").and_then(|url| url.as_str()).unwrap().to_owned() }
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}
