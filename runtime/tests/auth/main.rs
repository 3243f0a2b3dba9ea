//! Credentials: where they are put, how tokens are got, kept and renewed, and that nothing shows them.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    unreachable_pub,
    reason = "a test fails by panicking, and its files share what they need"
)]

#[path = "../support/mod.rs"]
mod support;

mod kit;

mod acquire;
mod basics;
mod cancel;
mod consent;
mod crowd;
mod disk;
mod kept;
mod lifecycle;
#[cfg(feature = "reqwest")]
mod real;
mod replay;
mod session;
