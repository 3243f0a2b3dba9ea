//! Where everything is, and how each contender is called.

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use super::{Contender, Failure, Job};
use crate::{library, mock::Style};

/// How much there is to read.
#[derive(Clone, Debug, clap::Args)]
pub struct Lists {
    /// Pages of each list
    #[arg(long, default_value_t = 1)]
    pub pages: usize,
    /// Records of each page
    #[arg(long, default_value_t = 200)]
    pub size: usize,
    /// Milliseconds until the server answers
    #[arg(long, default_value_t = 0)]
    pub delay: usize,
    /// Accounts, each with a list of its own
    #[arg(long, default_value_t = 1)]
    pub accounts: usize,
    /// Accounts that are read at the same time; all without it
    #[arg(long)]
    pub at_once: Option<usize>,
}

impl Lists {
    /// The first part of the path of an account's list.
    #[must_use]
    pub fn path(&self, account: usize) -> String {
        let Self { pages, size, delay, .. } = self;
        format!("{pages}/{size}/{delay}/a{account}")
    }

    /// Accounts that are read at the same time.
    #[must_use]
    pub fn at_once(&self) -> usize {
        self.at_once.unwrap_or(self.accounts).max(1)
    }

    /// Records in all.
    #[must_use]
    pub fn records(&self) -> usize {
        self.pages * self.size * self.accounts
    }

    fn options(&self) -> Vec<String> {
        let Self { pages, size, delay, accounts, at_once: _ } = self;
        let given = [("pages", *pages), ("size", *size), ("delay", *delay), ("accounts", *accounts), ("at-once", self.at_once())];
        given.into_iter().map(|(name, value)| format!("--{name}={value}")).collect()
    }
}

/// The server, and where the programs and their files are.
#[derive(Debug)]
pub struct Setup {
    server: Child,
    origin: String,
    programs: PathBuf,
    folder: PathBuf,
}

impl Setup {
    /// Starts the server and builds the plans.
    ///
    /// # Errors
    ///
    /// Where a program is not built yet, or the server does not start.
    pub fn new() -> Result<Self, Failure> {
        let own = std::env::current_exe()?;
        let programs = own.parent().unwrap_or(Path::new(".")).to_owned();
        for name in ["connc", "floor", "pull"] {
            if !programs.join(name).with_extension(std::env::consts::EXE_EXTENSION).is_file() {
                return Err(format!("`{name}` is not built: cargo build --release -p connc -p connc-benches").into());
            }
        }
        // In memory where that is easily had, so that no disk is measured.
        let memory = Path::new("/dev/shm");
        let above = if memory.is_dir() { memory.to_owned() } else { std::env::temp_dir() };
        let folder = above.join(format!("connc-bench-{}", std::process::id()));
        std::fs::create_dir_all(&folder)?;
        let mut server = Command::new(&own).arg("--serve").stdout(Stdio::piped()).stdin(Stdio::null()).spawn()?;
        let mut origin = String::new();
        if let Some(stdout) = server.stdout.take() {
            BufReader::new(stdout).read_line(&mut origin)?;
        }
        let setup = Self { server, origin: origin.trim().to_owned(), programs, folder };
        let styles = Style::ALL.map(library::connector);
        let built = setup.connc().arg("build").args(styles).arg("--output").arg(setup.plans()).stderr(Stdio::null()).status()?;
        if built.success() { Ok(setup) } else { Err("`connc build` failed for the connectors of the benchmarks".into()) }
    }

    fn plans(&self) -> PathBuf {
        self.folder.join("plans.json")
    }

    /// Where output goes.
    pub(super) fn output(&self) -> PathBuf {
        self.folder.join("out.jsonl")
    }

    fn program(&self, name: &str) -> Command {
        let mut command = Command::new(self.programs.join(name));
        command.current_dir(&self.folder).stdin(Stdio::null());
        command
    }

    fn connc(&self) -> Command {
        let mut command = self.program("connc");
        command.args(["--connectors", concat!(env!("CARGO_MANIFEST_DIR"), "/connectors")]).env("XDG_STATE_HOME", &self.folder);
        command
    }

    /// The command by which a contender does a job.
    pub(super) fn command(&self, job: &Job, contender: Contender) -> Command {
        let Job { style, shape, lists, .. } = job;
        let (style_name, shape_name) = (style.name(), shape.name());
        let by_hand = |mode: &str, ahead: &str| {
            let mut command = self.program("floor");
            command.args([mode, &self.origin, style_name, shape_name, "--ahead", ahead]).args(lists.options());
            command
        };
        let service = |option: Option<&str>| {
            let mut command = self.program("pull");
            command.arg(self.plans()).args([&self.origin, style_name, shape_name]).args(lists.options()).args(option);
            command
        };
        match contender {
            Contender::Floor => by_hand("typed", "1"),
            Contender::Ahead => by_hand("typed", "8"),
            Contender::Value => by_hand("value", "1"),
            Contender::Library => service(None),
            Contender::OneByOne => service(Some("--ahead=0")),
            Contender::Run => {
                let mut command = self.connc();
                command.args(["run", &library::connector(*style), shape_name, "--all", "--output", "jsonl", "--base-url", &self.origin]);
                command.args(["--set", &format!("pages={}", lists.pages), "--set", &format!("size={}", lists.size)]);
                command.args(["--set", &format!("delay={}", lists.delay), "--secret", "token=bench"]);
                command.args(["--model", shape.model()]);
                command
            }
        }
    }
}

impl Drop for Setup {
    fn drop(&mut self) {
        let _gone_already = self.server.kill();
        let _gone_already = self.server.wait();
        let _gone_already = std::fs::remove_dir_all(&self.folder);
    }
}
