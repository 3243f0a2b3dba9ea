//! What a JSONata expression makes of what is known of its input.

use std::collections::BTreeMap;
use std::ops::Range;

use connc_expr::ir::Node;

use super::known::{Shapes, Value};
use crate::source::Span;

/// What an expression sees.
#[derive(Clone, Debug)]
pub struct Scope<'a> {
    /// The named types.
    pub shapes: &'a Shapes,
    /// The data at hand, `$`.
    pub root: Value,
    /// What the data at hand is called in messages: "an Okta user", "the answer".
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
pub fn infer(_node: &Node, _scope: &Scope<'_>) -> Inferred {
    Inferred { value: Value::unknown(), problems: Vec::new() }
}
