//! What stands at a byte of an expression: the node, its value, and the value that it is taken of.

use std::ops::Range;

use connc_expr::ir::{Kind, Node};

use super::{holds, length};
use crate::check::Seen;
use crate::shape::{Member, Shape, Shapes, Value, types_at};
use crate::source::{FileId, Span};

/// The innermost node at a byte of the file.
pub(super) fn node_at(seen: &Seen, file: FileId, offset: u32) -> Option<&Node> {
    let mut found: Option<(&Node, u32)> = None;
    seen.expression.root.walk(&mut |node| {
        let place = seen.expression.place(node.span.clone());
        let inner = holds(place, file, offset) && found.is_none_or(|(_, known)| length(place) <= known);
        if inner {
            found = Some((node, length(place)));
        }
    });
    found.map(|(node, _)| node)
}

/// What is known of a node's value.
pub(super) fn value_of(seen: &Seen, node: &Node, shapes: &Shapes) -> Option<Value> {
    types_at(&seen.expression.root, &seen.scope(shapes)).into_iter().find(|(range, _)| *range == node.span).map(|(_, value)| value)
}

/// The bytes of a field's name, without what follows it in brackets.
pub(super) fn name_range(seen: &Seen, node: &Node) -> Option<Range<usize>> {
    let Kind::Field(name) = &node.kind else { return None };
    let start = node.span.start;
    let quoted = seen.expression.source.get(start..).is_some_and(|rest| rest.starts_with('`'));
    Some(start..start + name.len() + if quoted { 2 } else { 0 })
}

/// What a field is taken of: the data at hand in its place.
pub(super) fn base_of(seen: &Seen, name: &Range<usize>, shapes: &Shapes) -> Option<Value> {
    let source = &seen.expression.source;
    let replaced = format!("{}${}", source.get(..name.start)?, source.get(name.end..)?);
    let root = connc_expr::parse(&replaced).ok()?;
    at_start(&types_at(&root, &seen.scope(shapes)), name.start)
}

/// The value of the smallest node that begins at a byte of the expression.
pub(super) fn at_start(types: &[(Range<usize>, Value)], start: usize) -> Option<Value> {
    let here = types.iter().filter(|(range, _)| range.start == start && !range.is_empty());
    here.min_by_key(|(range, _)| range.end).map(|(_, value)| value.clone())
}

/// The members that a path can go on with: those of objects, and of the objects in lists.
pub(super) fn members<'a>(shape: &'a Shape, shapes: &'a Shapes) -> Vec<&'a Member> {
    let mut found: Vec<&Member> = Vec::new();
    for shape in shapes.alternatives(shape) {
        match shape {
            Shape::Object(object) => {
                for member in &object.members {
                    if !found.iter().any(|known| known.name == member.name) {
                        found.push(member);
                    }
                }
            }
            Shape::List(items) => {
                for member in members(items, shapes) {
                    if !found.iter().any(|known| known.name == member.name) {
                        found.push(member);
                    }
                }
            }
            Shape::Unknown
            | Shape::Null
            | Shape::Boolean
            | Shape::Number { .. }
            | Shape::Text(_)
            | Shape::Function
            | Shape::Bytes
            | Shape::Named(_)
            | Shape::OneOf(_) => {}
        }
    }
    found
}

/// The words that a value may be; none where it may be any.
pub(super) fn words(shape: &Shape, shapes: &Shapes) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for shape in shapes.alternatives(shape) {
        match shape {
            Shape::Text(text) => found.extend(text.values.iter().flat_map(|values| values.iter()).map(ToString::to_string)),
            Shape::Boolean => found.extend(["true".to_owned(), "false".to_owned()]),
            Shape::List(items) => found.extend(words(items, shapes)),
            Shape::Unknown
            | Shape::Null
            | Shape::Number { .. }
            | Shape::Object(_)
            | Shape::Function
            | Shape::Bytes
            | Shape::Named(_)
            | Shape::OneOf(_) => {}
        }
    }
    found
}

/// The member that a field reads, with the place of its name in the file.
pub(super) fn member_at(seen: &Seen, node: &Node, shapes: &Shapes) -> Option<(Member, Span)> {
    let Kind::Field(name) = &node.kind else { return None };
    let range = name_range(seen, node)?;
    let base = base_of(seen, &range, shapes)?;
    let member = members(&base.shape, shapes).into_iter().find(|member| member.name.as_ref() == name)?.clone();
    Some((member, seen.expression.place(range)))
}
