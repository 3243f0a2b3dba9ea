//! When an evaluation is stopped. Connectors are data from strangers, so limits are always on.

use std::time::Duration;

/// Levels of objects and arrays that a JSON text may nest. What a cut leaves out is not counted.
pub const JSON_DEPTH: usize = 127;

/// Levels that an expression's tree may nest.
pub const EXPRESSION_DEPTH: usize = 250;

/// Bytes that an expression's text may have.
pub const EXPRESSION_BYTES: usize = 64 * 1024;

/// The limits of one evaluation. The defaults are far above what a map of one page needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Nodes evaluated, and regular expressions by the step.
    pub steps: u64,
    /// How deep evaluation may nest, recursion included.
    pub depth: usize,
    /// How long it may take.
    pub time: Duration,
    /// Bytes of any string that it builds.
    pub string: usize,
    /// Items of any array that it builds.
    pub array: usize,
    /// Bytes of its result as JSON text, and of what a host function is given.
    pub result: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            steps: 2_000_000,
            depth: 1_000,
            time: Duration::from_secs(1),
            string: 8 * 1024 * 1024,
            array: 1_000_000,
            result: 32 * 1024 * 1024,
        }
    }
}
