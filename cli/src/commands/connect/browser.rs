//! Opens an address in the person's browser, where the system knows how.

use std::process::{Command, Stdio};

/// Tries to; the address was printed in any case, so that nothing depends on it.
pub(super) fn open(url: &str) {
    let (program, first): (&str, &[&str]) = if cfg!(windows) {
        ("rundll32", &["url.dll,FileProtocolHandler"])
    } else if cfg!(target_os = "macos") {
        ("open", &[])
    } else {
        ("xdg-open", &[])
    };
    // The address is one argument, and no shell reads it.
    let _ = Command::new(program).args(first).arg(url).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
}
