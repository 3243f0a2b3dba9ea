//! The binary `connc`. Everything is in the library.

use std::process::ExitCode;

/// Checking many connectors is mostly small allocations, which this does in about two thirds of the time.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    connc::run(std::env::args_os())
}
