//! `connc man`: the manual, in the format of man pages.

use std::io::Write as _;

use clap::{Command, CommandFactory as _};

use crate::args::Cli;
use crate::console::Console;
use crate::error::{Stop, suggestion};

/// Print the manual page of connc, or of one command
#[derive(Debug, clap::Args)]
#[command(after_help = include_str!("../../help/man.txt"))]
pub(crate) struct Args {
    /// The command
    command: Option<String>,
}

pub(crate) fn run(args: &Args, console: &mut Console) -> Result<(), Stop> {
    let mut root = Cli::command();
    root.build();
    let command = match &args.command {
        None => root,
        Some(name) => {
            let found = root.get_subcommands().find(|command| command.get_name() == name).cloned();
            let known = || root.get_subcommands().map(Command::get_name);
            found.ok_or_else(|| Stop::usage(format!("there is no command `{name}`")).help(suggestion(name, "commands", known())))?
        }
    };
    let mut page = Vec::new();
    clap_mangen::Man::new(command).render(&mut page)?;
    console.out.write_all(&page)?;
    Ok(())
}
