//! Rate limits as calls meet them, in a time that only waiting moves.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "../support/mod.rs"]
mod support;

mod budget;
mod cancel;
mod cancel_steps;
mod concurrency;
mod files;
mod managed;
mod provider;
mod waits;
