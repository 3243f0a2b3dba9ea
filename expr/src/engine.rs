//! The engine as the rest of connc sees it: text in, text out, errors in plain words.
//!
//! The trait `Engine` is all that a JSONata library has to provide; everything else here is written on top of it.

mod document;
mod error;
mod program;
#[cfg(test)]
mod tests;

use crate::{Limits, ir};

pub use document::{Document, Reads, Variables};
pub use error::{EvalError, JsonError, SyntaxError};
pub use program::{Program, parse};

/// The engine in use.
pub(crate) type Chosen = crate::jlens::Jlens;

/// What a JSONata library provides.
pub(crate) trait Engine {
    /// A compiled expression with the host functions bound.
    type Program: Clone + Send + Sync;
    /// A JSON document in the engine's own form.
    type Document: Clone;
    /// What an expression may read of its input.
    type Reads: Clone + Send + Sync;

    /// The tree of an expression, or every syntax error in it: at least one.
    fn parse(source: &str) -> Result<ir::Node, Vec<SyntaxError>>;
    /// Compiles an expression, given with its tree.
    fn compile(source: &str, tree: &ir::Node) -> Result<Self::Program, SyntaxError>;
    /// What a program may read of its input.
    fn reads(program: &Self::Program) -> Self::Reads;
    /// Whether the input is read at all.
    fn reads_input(reads: &Self::Reads) -> bool;
    /// What either reads.
    fn unite(one: &Self::Reads, other: &Self::Reads) -> Self::Reads;
    /// Reads JSON text, without what `reads` leaves out.
    fn document(text: &str, reads: Option<&Self::Reads>) -> Result<Self::Document, JsonError>;
    /// Appends the result as JSON text; false where there is none.
    fn write(program: &Self::Program, run: &Run<'_, Self::Document>, sink: &mut String) -> Result<bool, EvalError>;
    /// Whether the result is true by JSONata's rules.
    fn truth(program: &Self::Program, run: &Run<'_, Self::Document>) -> Result<bool, EvalError>;
}

/// What one evaluation runs over.
pub(crate) struct Run<'a, D> {
    /// The input; none is JSONata's undefined.
    pub(crate) input: Option<&'a D>,
    /// Variables by name, without the `$`.
    pub(crate) variables: &'a [(String, D)],
    /// When to give up.
    pub(crate) limits: &'a Limits,
}
