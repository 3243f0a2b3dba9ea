//! Expressions with what they see, kept for editors.

use std::collections::BTreeMap;

use crate::lang::Expression;
use crate::shape::{Scope, Shapes, Value};

/// An expression with what it sees. Its named types are those of the description.
#[derive(Clone, Debug)]
pub struct Seen {
    /// The expression.
    pub expression: Expression,
    root: Value,
    called: String,
    variables: BTreeMap<String, Value>,
}

impl Seen {
    pub(super) fn new(expression: &Expression, scope: &Scope<'_>) -> Self {
        Self { expression: expression.clone(), root: scope.root.clone(), called: scope.called.clone(), variables: scope.variables.clone() }
    }

    /// What the expression sees.
    #[must_use]
    pub fn scope<'a>(&self, shapes: &'a Shapes) -> Scope<'a> {
        Scope { shapes, root: self.root.clone(), called: self.called.clone(), variables: self.variables.clone() }
    }
}
