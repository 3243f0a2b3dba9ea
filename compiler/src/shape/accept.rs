//! Whether what is sent can be what the provider takes. Only what is certainly wrong is refused: what a caller gives is not known here.

use super::known::{Shape, Shapes, Text, Value};
use crate::diagnostic::nearest;

/// Why a value is refused.
#[derive(Clone, Debug, PartialEq)]
pub struct Refusal {
    /// What is wrong, in plain words.
    pub message: String,
    /// How to mend it.
    pub help: Option<String>,
}

/// Why nothing that `value` may be is something that `target` takes; none where some of it may fit.
#[must_use]
pub fn refused(value: &Value, name: &str, target: &Shape, shapes: &Shapes) -> Option<Refusal> {
    let targets = shapes.alternatives(target);
    let given: Vec<&Shape> = shapes.alternatives(&value.shape).into_iter().filter(|shape| **shape != Shape::Null).collect();
    if given.is_empty() || targets.is_empty() || targets.iter().any(|target| **target == Shape::Unknown) {
        return None;
    }
    if let Some(refusal) = given.iter().find_map(|given| wrong_word(given, name, &targets)) {
        return Some(refusal);
    }
    if given.iter().any(|given| targets.iter().any(|target| compatible(given, target, shapes, 0))) {
        return None;
    }
    let (is, takes) = (given.first().map_or("nothing", |shape| word(shape)), targets.iter().find(|shape| ***shape != Shape::Null));
    let takes = takes.map_or("nothing", |shape| word(shape));
    let help = match (is, takes) {
        ("a time", "a date") => Some("take the date of it with `$substringBefore(…, \"T\")`"),
        ("a date", "a time") => Some("add a time of day, as in `… & \"T00:00:00Z\"`"),
        (_, "a list") => Some("make it a list: `[…]`"),
        ("text", "a number" | "a whole number") => Some("make it a number with `$number(…)`"),
        _ => None,
    };
    Some(Refusal { message: format!("this is {is}; the provider's `{name}` takes {takes}"), help: help.map(ToOwned::to_owned) })
}

/// A word that none of the targets has.
fn wrong_word(given: &Shape, name: &str, targets: &[&Shape]) -> Option<Refusal> {
    let Shape::Text(text) = given else { return None };
    let mut allowed: Vec<&str> = Vec::new();
    for target in targets.iter().filter(|target| ***target != Shape::Null) {
        let Shape::Text(target) = target else { return None };
        allowed.extend(target.values.as_ref()?.iter().map(AsRef::as_ref));
    }
    let wrong = text.values.as_ref()?.iter().find(|value| !allowed.contains(&value.as_ref()))?;
    let help = nearest(wrong, allowed.iter().copied()).map_or_else(
        || format!("it takes {}", allowed.iter().map(|value| format!("`{value}`")).collect::<Vec<_>>().join(", ")),
        |near| format!("did you mean `{near}`?"),
    );
    Some(Refusal { message: format!("`{wrong}` is not a value of the provider's `{name}`"), help: Some(help) })
}

/// How deep lists in lists are compared: a type may hold lists of itself.
const DEEPEST: usize = 8;

fn compatible(given: &Shape, target: &Shape, shapes: &Shapes, depth: usize) -> bool {
    if depth > DEEPEST {
        return true;
    }
    match (given, target) {
        (Shape::Unknown, _) | (_, Shape::Unknown) => true,
        // An identifier travels as text, so that none of its digits is lost; providers read it as the number that it is.
        (Shape::Text(text), Shape::Number { .. }) => text.format.as_deref() == Some("id"),
        (Shape::Text(given), Shape::Text(target)) => match (told_apart(given), told_apart(target)) {
            (Some(given), Some(target)) => given == target,
            _ => true,
        },
        (Shape::Number { .. }, Shape::Number { .. })
        | (Shape::Boolean, Shape::Boolean)
        | (Shape::Null, Shape::Null)
        | (Shape::Object(_), Shape::Object(_)) => true,
        (Shape::List(given), Shape::List(target)) => shapes
            .alternatives(given)
            .iter()
            .any(|given| shapes.alternatives(target).iter().any(|target| compatible(given, target, shapes, depth + 1))),
        (
            Shape::Null
            | Shape::Boolean
            | Shape::Number { .. }
            | Shape::Text(_)
            | Shape::List(_)
            | Shape::Object(_)
            | Shape::Function
            | Shape::Bytes
            | Shape::Named(_)
            | Shape::OneOf(_),
            _,
        ) => false,
    }
}

/// The formats that no text has two of.
fn told_apart(text: &Text) -> Option<&'static str> {
    match text.format.as_deref()? {
        "date-time" => Some("a time"),
        "date" => Some("a date"),
        "email" => Some("an email address"),
        "uri" | "url" => Some("a URL"),
        _ => None,
    }
}

/// A shape in a word or two.
fn word(shape: &Shape) -> &'static str {
    match shape {
        Shape::Unknown | Shape::Named(_) | Shape::OneOf(_) => "anything",
        Shape::Null => "null",
        Shape::Boolean => "`true` or `false`",
        Shape::Number { integer: true } => "a whole number",
        Shape::Number { integer: false } => "a number",
        Shape::Text(text) => told_apart(text).unwrap_or("text"),
        Shape::List(_) => "a list",
        Shape::Object(_) => "an object",
        Shape::Function => "a function",
        Shape::Bytes => "bytes",
    }
}
