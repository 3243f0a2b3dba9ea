//! Data as written: literals, JSONata, and trees of them.

use crate::lang::Expression;
use crate::source::{Span, Spanned};

/// A value made at run time.
#[derive(Clone, Debug)]
pub enum Data {
    /// A number, a boolean or null, or `{ const: text }`.
    Const(Spanned<serde_json::Value>),
    /// Any other text.
    Expression(Expression),
    /// A mapping.
    Object(Vec<(Spanned<String>, Data)>, Span),
    /// A list.
    List(Vec<Data>, Span),
}

impl Data {
    /// Every expression in the tree.
    #[must_use]
    pub fn expressions(&self) -> Vec<&Expression> {
        match self {
            Self::Const(_) => Vec::new(),
            Self::Expression(expression) => vec![expression],
            Self::Object(members, _) => members.iter().flat_map(|(_, value)| value.expressions()).collect(),
            Self::List(items, _) => items.iter().flat_map(Self::expressions).collect(),
        }
    }
}
