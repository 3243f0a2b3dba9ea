//! `connc completions`: what a shell offers when TAB is pressed.

use std::io::Write as _;

use clap::CommandFactory as _;
use clap_complete::Shell;

use crate::args::Cli;
use crate::console::Console;
use crate::error::Stop;

/// Print a script that completes connc's commands in a shell
#[derive(Debug, clap::Args)]
#[command(after_help = include_str!("../../help/completions.txt"))]
pub(crate) struct Args {
    /// The shell
    shell: Shell,
}

pub(crate) fn run(args: &Args, console: &mut Console) -> Result<(), Stop> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "connc", &mut script);
    console.out.write_all(&script)?;
    Ok(())
}
