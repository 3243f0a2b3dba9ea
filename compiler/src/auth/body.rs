//! The JSON body of a request that gets a token: data as everywhere, in which a secret stands as a whole value only.
//!
//! The engine that evaluates expressions never sees a secret of it: `$secret.password` becomes a template's reference.

use super::Tree;
use crate::lang::{Expression, Piece, Reference, Template};
use crate::yaml::{Context, Kind, Literal, Node};

/// What only auth sees.
const GUARDED: &[&str] = &["secret", "app", "token", "jwt"];

/// Reads a tree of literals, expressions and secrets.
pub(super) fn tree<'a>(node: &'a Node, context: &mut Context<'a>) -> Option<Tree> {
    match &node.kind {
        Kind::Broken => None,
        Kind::Sequence(items) => Some(Tree::List(items.iter().filter_map(|item| tree(item, context)).collect())),
        Kind::Mapping(entries) => {
            if let [entry] = entries.as_slice()
                && entry.key.value == "const"
            {
                return Some(Tree::Const(entry.value.to_json()));
            }
            let members = entries.iter().filter_map(|entry| Some((entry.key.value.clone(), tree(&entry.value, context)?))).collect();
            Some(Tree::Object(members))
        }
        Kind::Scalar(scalar) => match scalar.literal() {
            Literal::String(_) => {
                let text = node.embedded(context.sources)?;
                let expression = Expression::read(&text, context.diagnostics)?;
                Some(guarded(&expression).map_or_else(|| Tree::Expression(expression.clone()), Tree::Text))
            }
            literal @ (Literal::Null | Literal::Bool(_) | Literal::Integer(_) | Literal::Float(_)) => Some(Tree::Const(literal.to_json())),
        },
    }
}

/// A secret that is the whole expression, as the reference that it means.
fn guarded(expression: &Expression) -> Option<Template> {
    let path = expression.variable_path()?;
    let span = expression.span();
    path.first()
        .is_some_and(|root| GUARDED.contains(&root.as_str()))
        .then(|| Template { pieces: vec![Piece::Reference(Reference { path, filters: Vec::new(), span })], span })
}
