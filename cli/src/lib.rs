//! The command line of connc, and what its tests share with it.
//!
//! Together with a server, this is the only place that reads files and the environment, and prints.

mod args;
mod commands;

pub mod facts;
pub mod project;
pub mod prove;
pub mod render;
pub mod suite;

mod account;
mod diff;
mod lsp;
mod output;
mod record;
mod wire;

mod console;
mod embedded;
mod error;
mod parallel;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::Parser as _;

use args::{Cli, Command};
use console::Console;
pub use error::Stop;
use project::Project;

/// Runs one command line, the program's own name included, and gives its exit status: 0 where all is well, 1 where what was asked about
/// has problems, 2 where the command could not be carried out.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let cli = match Cli::try_parse_from(arguments) {
        Ok(cli) => cli,
        Err(message) => {
            // Help and version go to stdout with status 0, mistakes to stderr with status 2: clap knows which is which.
            let _ = message.print();
            return if message.use_stderr() { ExitCode::from(2) } else { ExitCode::SUCCESS };
        }
    };
    let mut console = Console::new(cli.color);
    let done = command(cli, &mut console);
    let shown = match &done {
        Err(Stop::Usage { message, help }) => console.error(message, help.as_deref()),
        Ok(()) | Err(Stop::Problems | Stop::Shown | Stop::Quiet) => Ok(()),
    };
    // Where even stderr is gone, the status is all that is left to say.
    drop(shown);
    match done {
        Ok(()) | Err(Stop::Quiet) => ExitCode::SUCCESS,
        Err(Stop::Problems) => ExitCode::from(1),
        Err(Stop::Usage { .. } | Stop::Shown) => ExitCode::from(2),
    }
}

fn command(cli: Cli, console: &mut Console) -> Result<(), Stop> {
    let project = || Project::open(cli.connectors.as_deref());
    match cli.command {
        Command::Check(args) => commands::check::run(&args, &project()?, console),
        Command::Explain(args) => commands::explain::run(&args, console),
        Command::Plan(args) => commands::plan::run(&args, &project()?, console),
        Command::Run(args) => commands::run::run(&args, &project()?, console),
        Command::Test(args) => commands::test::run(&args, &project()?, console),
        Command::Prove(args) => commands::prove::run(&args, &project()?, console),
        Command::Verify(args) => commands::verify::run(&args, &project()?, console),
        Command::Connect(args) => commands::connect::run(&args, project, console),
        Command::List(args) => commands::list::run(&args, &project()?, console),
        Command::Eval(args) => commands::eval::run(&args, console),
        Command::Drift(args) => commands::drift::run(&args, &project()?, console),
        Command::Diff(args) => commands::diff::run(&args, &project()?, console),
        Command::New(args) => commands::new::run(&args, cli.connectors.as_deref(), console),
        Command::Extract(args) => commands::extract::run(&args, &project()?, console),
        Command::Build(args) => commands::build::run(&args, &project()?, console),
        Command::Schema(args) => commands::schema::run(&args, console),
        Command::Lsp(args) => commands::lsp::run(&args, cli.connectors.as_deref(), console),
        Command::Completions(args) => commands::completions::run(&args, console),
        Command::Man(args) => commands::man::run(&args, console),
    }
}
