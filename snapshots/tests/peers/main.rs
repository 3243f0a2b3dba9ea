//! connc against servers that have nothing to do with it. `peers/README.md` says how to install them.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod browser;
mod oauth;
mod server;
