//! `connc lsp`: the language server, for editors.

use std::path::Path;

use lsp_server::Connection;

use crate::console::Console;
use crate::error::Stop;
use crate::lsp::serve;

/// Serve an editor over stdin and stdout, by the Language Server Protocol
#[derive(Debug, clap::Args)]
#[command(after_help = include_str!("../../help/lsp.txt"))]
pub(crate) struct Args {
    /// What editors say by habit; stdio is the only way there is
    #[arg(long)]
    stdio: bool,
}

pub(crate) fn run(args: &Args, connectors: Option<&Path>, _console: &mut Console) -> Result<(), Stop> {
    let Args { stdio: _ } = args;
    if connectors.is_some() {
        return Err(Stop::usage("`--connectors` means nothing here").help("the connector of a file is the folder that it lies in"));
    }
    let (connection, threads) = Connection::stdio();
    let in_order = serve(&connection);
    // The writer ends when the last sender is gone.
    drop(connection);
    if !in_order {
        // The reader may still wait for an editor that is silent, so it is not waited for.
        return Err(Stop::Problems);
    }
    threads.join().map_err(|error| Stop::unwritable("the output", &error))
}
