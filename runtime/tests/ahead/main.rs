//! Pages that are asked for before they are wanted, in a time that only waiting moves.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

#[path = "../support/mod.rs"]
mod support;

mod chains;
mod ends;
mod guesses;
mod limits;
mod order;
mod provider;
mod random;
