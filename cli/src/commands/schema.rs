//! `connc schema`: the JSON Schema of spec files for editors, and the reference for people.

use std::io::Write as _;

use crate::console::Console;
use crate::error::Stop;

/// Print the JSON Schema of spec files, for editors
#[derive(Debug, clap::Args)]
#[command(after_help = include_str!("../../help/schema.txt"))]
pub(crate) struct Args {
    /// The reference of the spec language, as Markdown
    #[arg(long)]
    reference: bool,
}

pub(crate) fn run(args: &Args, console: &mut Console) -> Result<(), Stop> {
    if args.reference {
        write!(console.out, "{}", connc_compiler::reference())?;
    } else {
        writeln!(console.out, "{:#}", connc_compiler::editor_schema())?;
    }
    Ok(())
}
