//! What a fact leaves of a value.

use std::rc::Rc;

use super::facts::{Claim, Fact};
use super::flow::{Flow, union};
use crate::shape::known::{Member, Object, Shape, Shapes, Text};

/// Members beyond which an object is not written anew for what a predicate says.
const WIDEST: usize = 200;

impl Fact {
    /// What is left of a value that it is about.
    pub(super) fn narrow<'a>(&self, shapes: &Shapes, flow: Flow<'a>) -> Flow<'a> {
        match &self.claim {
            Claim::Present => Flow { absent: false, ..flow },
            Claim::NotNull if !flow.many => filtered(shapes, flow, |shape| !matches!(shape, Shape::Null)),
            // A list is not null, whatever is in it.
            Claim::NotNull => flow,
            Claim::Null if !flow.many => filtered(shapes, flow, |shape| matches!(shape, Shape::Null)),
            Claim::Null => flow,
            Claim::True if !flow.many => filtered(shapes, flow, |shape| !matches!(shape, Shape::Null | Shape::Function)),
            Claim::True => flow,
            Claim::Type(name, true) => typed(shapes, flow, name),
            Claim::Type(name, false) if !flow.many => filtered(shapes, flow, |shape| kind(shape) != name.as_str()),
            Claim::Type(..) => flow,
            Claim::Words(words) => {
                let several = shapes.alternatives(&flow.shape).into_iter().map(|shape| match shape {
                    Shape::Unknown => Shape::words(words.iter().map(AsRef::as_ref)),
                    Shape::Text(text) => chosen(text, |word| words.contains(word), words),
                    _ => Shape::nothing(),
                });
                Flow { shape: union(several), many: false, ..flow }
            }
            Claim::NotWords(words) if !flow.many => {
                let several = shapes.alternatives(&flow.shape).into_iter().map(|shape| match shape {
                    Shape::Text(text) if text.values.is_some() => chosen(text, |word| !words.contains(word), &[]),
                    other => other.clone(),
                });
                if closed(shapes, &flow.shape) { Flow { shape: union(several), ..flow } } else { flow }
            }
            Claim::NotWords(_) => flow,
        }
    }

    /// What is left of objects whose member it is about.
    pub(super) fn narrow_member(&self, shapes: &Shapes, shape: Shape, name: &str) -> Shape {
        let Shape::Object(object) = shapes.resolve(&shape) else { return shape };
        if object.members.len() > WIDEST {
            return shape;
        }
        let Some(member) = object.member(name) else { return shape };
        let flow = self.narrow(shapes, Flow { absent: !member.required, ..Flow::always(member.shape.clone()) });
        if flow.absent != member.required && flow.shape == member.shape {
            return shape;
        }
        let known = match &shape {
            Shape::Named(id) => Some(Rc::from(shapes.name(*id))),
            _ => None,
        };
        let change = |one: &Member| {
            if one.name.as_ref() == name {
                Member { shape: flow.shape.clone(), required: !flow.absent, ..one.clone() }
            } else {
                one.clone()
            }
        };
        let members = object.members.iter().map(change).collect();
        Shape::Object(Rc::new(Object { members, name: object.name.clone().or(known), ..object.as_ref().clone() }))
    }
}

/// Texts of a closed set, or any text, as far as they are among `words`.
fn chosen(text: &Text, keep: impl Fn(&Rc<str>) -> bool, words: &[Rc<str>]) -> Shape {
    let values: Rc<[Rc<str>]> = match &text.values {
        Some(values) => values.iter().filter(|word| keep(word)).cloned().collect(),
        None => words.iter().cloned().collect(),
    };
    if values.is_empty() { Shape::nothing() } else { Shape::Text(Text { format: text.format.clone(), values: Some(values) }) }
}

fn closed(shapes: &Shapes, shape: &Shape) -> bool {
    shapes.alternatives(shape).iter().any(|one| matches!(one, Shape::Text(text) if text.values.is_some()))
}

/// Only the alternatives that pass. A shape that all of them pass stays as it is, with its name.
fn filtered<'a>(shapes: &Shapes, flow: Flow<'a>, keep: impl Fn(&Shape) -> bool) -> Flow<'a> {
    let shape = filter(shapes, &flow.shape, &keep);
    Flow { shape, ..flow }
}

fn filter(shapes: &Shapes, shape: &Shape, keep: &dyn Fn(&Shape) -> bool) -> Shape {
    if shapes.alternatives(shape).into_iter().all(keep) {
        return shape.clone();
    }
    match shape {
        Shape::OneOf(several) => union(several.iter().map(|one| filter(shapes, one, keep))),
        Shape::Named(_) => match shapes.resolve(shape) {
            several @ Shape::OneOf(_) => union(shapes.alternatives(several).into_iter().filter(|one| keep(one)).cloned()),
            _ => Shape::nothing(),
        },
        _ => Shape::nothing(),
    }
}

/// One value of the type that `$type` calls so.
fn typed<'a>(shapes: &Shapes, flow: Flow<'a>, name: &str) -> Flow<'a> {
    let known = shapes.alternatives(&flow.shape).iter().all(|shape| !matches!(shape, Shape::Unknown));
    if !known {
        let shape = match name {
            "string" => Shape::text(),
            "number" => Shape::Number { integer: false },
            "boolean" => Shape::Boolean,
            "null" => Shape::Null,
            "array" => Shape::list(Shape::Unknown),
            _ => Shape::Unknown,
        };
        return Flow { shape, many: false, ..flow };
    }
    if name == "array" {
        if flow.many {
            return Flow { shape: Shape::list(flow.shape), many: false, ..flow };
        }
        return filtered(shapes, flow, |shape| matches!(shape, Shape::List(_)));
    }
    filtered(shapes, Flow { many: false, ..flow }, |shape| kind(shape) == name)
}

/// What `$type` calls a value.
pub(super) fn kind(shape: &Shape) -> &'static str {
    match shape {
        Shape::Null => "null",
        Shape::Boolean => "boolean",
        Shape::Number { .. } => "number",
        Shape::Text(_) | Shape::Bytes => "string",
        Shape::List(_) => "array",
        Shape::Object(_) => "object",
        Shape::Function => "function",
        Shape::Unknown | Shape::Named(_) | Shape::OneOf(_) => "",
    }
}
