//! Where in the spec a step comes from.

use serde::{Deserialize, Serialize};

/// A place in one of the plan's [`sources`](crate::Plan::sources), so that an error in production points at the YAML line.
/// Written as `[file, line, column]`; line and column count from 1, columns in characters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(from = "(u16, u32, u32)", into = "(u16, u32, u32)")]
pub struct Origin {
    /// Index into the plan's sources.
    pub file: u16,
    /// The line, from 1.
    pub line: u32,
    /// The column, from 1, in characters.
    pub column: u32,
}

impl From<(u16, u32, u32)> for Origin {
    fn from((file, line, column): (u16, u32, u32)) -> Self {
        Self { file, line, column }
    }
}

impl From<Origin> for (u16, u32, u32) {
    fn from(origin: Origin) -> Self {
        (origin.file, origin.line, origin.column)
    }
}
