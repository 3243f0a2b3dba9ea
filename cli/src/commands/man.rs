//! Stub.
use crate::console::Console;
use crate::error::Stop;
#[allow(unused_imports)]
use crate::project::Project;
/// Stub
#[derive(Debug, clap::Args)]
pub(crate) struct Args {}
pub(crate) fn run(_args: &Args, _console: &mut Console) -> Result<(), Stop> { Ok(()) }
