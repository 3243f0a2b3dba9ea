//! Data: text is JSONata, everything else is itself.

use crate::lang::Expression;
use crate::source::Spanned;
use crate::spec::Data;
use crate::yaml::{Context, Kind, Literal, Node};

/// Reads a tree of literals and expressions.
pub(super) fn data<'a>(node: &'a Node, context: &mut Context<'a>) -> Option<Data> {
    match &node.kind {
        Kind::Broken => None,
        Kind::Sequence(items) => Some(Data::List(items.iter().filter_map(|item| data(item, context)).collect(), node.span)),
        Kind::Mapping(entries) => {
            // `{ const: note }` is the text `note`; a body that really has one member `const` is written as an expression.
            if let [entry] = entries.as_slice()
                && entry.key.value == "const"
            {
                return Some(Data::Const(Spanned::new(entry.value.to_json(), entry.value.span)));
            }
            let members = entries.iter().filter_map(|entry| Some((entry.key.clone(), data(&entry.value, context)?))).collect();
            Some(Data::Object(members, node.span))
        }
        Kind::Scalar(scalar) => match scalar.literal() {
            Literal::String(_) => {
                let text = node.embedded(context.sources)?;
                Expression::read(&text, context.diagnostics).map(Data::Expression)
            }
            literal @ (Literal::Null | Literal::Bool(_) | Literal::Integer(_) | Literal::Float(_)) => {
                Some(Data::Const(Spanned::new(literal.to_json(), node.span)))
            }
        },
    }
}
