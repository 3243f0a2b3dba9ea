//! The binary `connc`. Everything is in the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    connc::run(std::env::args_os())
}
