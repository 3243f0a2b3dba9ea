//! What a JSONata expression makes of what is known of its input.
//!
//! The walk follows the engine step by step: what it calls a sequence is one-or-many here. What cannot be known is unknown and never guessed,
//! and an unknown operand is no problem. Expressions come from strangers, so the walk has a budget, beyond which everything is unknown.

mod arguments;
mod builtins;
mod calls;
mod collections;
mod construct;
mod context;
mod describe;
mod facts;
mod fields;
mod flow;
mod narrow;
mod operators;
mod paths;
mod problems;
mod steps;
#[cfg(test)]
mod tests;
mod transform;
mod walk;

use std::collections::BTreeMap;
use std::ops::Range;

use connc_expr::ir::Node;

pub use describe::describe;

use super::known::{Shape, Shapes, Value};
use crate::source::Span;
use walk::Walk;

/// What an expression sees.
#[derive(Clone, Debug)]
pub struct Scope<'a> {
    /// The named types.
    pub shapes: &'a Shapes,
    /// The data at hand, `$`.
    pub root: Value,
    /// What the data at hand is called in messages: "a record of `users.list`", "the answer".
    pub called: String,
    /// What `$name` holds.
    pub variables: BTreeMap<String, Value>,
}

/// What is known of an expression.
#[derive(Clone, Debug)]
pub struct Inferred {
    /// Its result.
    pub value: Value,
    /// What is wrong with it.
    pub problems: Vec<Problem>,
    /// Whether a field that it reads is of no known type, be its result known or not.
    pub unknown: bool,
}

/// Something wrong in an expression.
#[derive(Clone, Debug, PartialEq)]
pub struct Problem {
    /// Which problem.
    pub kind: ProblemKind,
    /// The bytes of the expression.
    pub range: Range<usize>,
    /// What is wrong, in plain words.
    pub message: String,
    /// How to mend it.
    pub help: Option<String>,
    /// The declaration that it is about.
    pub declared: Option<(Span, String)>,
}

/// Which problem it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProblemKind {
    /// A member that the object does not have.
    UnknownProperty,
    /// An argument or operand of the wrong type.
    WrongArgument,
    /// A condition over something that may be absent.
    AbsentCondition,
    /// One-or-many where one value is needed.
    OneOrMany,
    /// A comparison with a word that the other side never is.
    ImpossibleComparison,
}

/// Finds out what `node` gives in `scope`.
#[must_use]
pub fn infer(node: &Node, scope: &Scope<'_>) -> Inferred {
    let mut walk = Walk::new(scope, false);
    let flow = walk.whole(node);
    walk.check_written(node, &flow);
    let mut value = flow.value();
    if flow.doubt && value.absent {
        // Whether it may be absent hangs on something that is not known, and nobody is to act on a guess.
        value.shape = Shape::Unknown;
        value.many = false;
    }
    Inferred { value, unknown: walk.unknown, problems: walk.problems() }
}

/// What is known at each place of an expression, for editors: the value of each part that is evaluated, by its bytes, and for each step of a path,
/// by the empty range where the step begins, the value that the step is taken of.
#[must_use]
pub fn types_at(node: &Node, scope: &Scope<'_>) -> Vec<(Range<usize>, Value)> {
    let mut walk = Walk::new(scope, true);
    let _ = walk.whole(node);
    walk.recorded()
}
