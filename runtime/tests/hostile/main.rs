//! Servers that misbehave in every way they can, and what a call gets from each: a typed error or right data. `docs/hostile.md` is the table.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
#![cfg(feature = "reqwest")]

#[path = "../support/mod.rs"]
mod support;

mod bombs;
mod rows;
mod server;
mod stray;
mod table;
mod writes;
