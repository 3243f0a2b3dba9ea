//! Runs the binary with a clean environment.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// What came of a command.
#[derive(Debug)]
pub(crate) struct Done {
    pub(crate) status: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

/// `connc` in the repository's root.
pub(crate) fn connc(arguments: &[&str]) -> Done {
    connc_with(arguments, &[], "")
}

/// `connc` in another folder.
pub(crate) fn connc_in(folder: &Path, arguments: &[&str]) -> Done {
    run(folder, arguments, &[], "")
}

/// `connc` with environment variables and stdin.
pub(crate) fn connc_with(arguments: &[&str], environment: &[(&str, &str)], stdin: &str) -> Done {
    run(&root(), arguments, environment, stdin)
}

fn run(folder: &Path, arguments: &[&str], environment: &[(&str, &str)], stdin: &str) -> Done {
    let mut command = Command::new(env!("CARGO_BIN_EXE_connc"));
    command.args(arguments).current_dir(folder).env_clear().env("HOME", env!("CARGO_TARGET_TMPDIR")).envs(environment.iter().copied());
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(stdin.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    Done { status: output.status.code().unwrap(), out: text(output.stdout), err: text(output.stderr) }
}

/// A file for this test run.
pub(crate) fn file(name: &str, text: &str) -> String {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(&path, text).unwrap();
    path.display().to_string()
}

/// A path as messages show it: relative to where the command runs, if it lies there.
pub(crate) fn shown(path: &str) -> String {
    Path::new(path).strip_prefix(root()).map_or_else(|_| path.to_owned(), |inside| inside.display().to_string())
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

impl Done {
    /// The command was wrong: status 2, nothing on stdout, and each of these in the message.
    pub(crate) fn refused(&self, parts: &[&str]) {
        assert_eq!((self.status, self.out.as_str()), (2, ""), "{self:?}");
        self.says(parts);
    }

    /// The call failed: status 1, nothing on stdout, and each of these in the message.
    pub(crate) fn failed(&self, parts: &[&str]) {
        assert_eq!((self.status, self.out.as_str()), (1, ""), "{self:?}");
        self.says(parts);
    }

    /// All went well.
    pub(crate) fn fine(&self) -> &Self {
        assert_eq!(self.status, 0, "{self:?}");
        self
    }

    fn says(&self, parts: &[&str]) {
        for part in parts {
            assert!(self.err.contains(part), "`{part}` is not in:\n{}", self.err);
        }
    }
}
