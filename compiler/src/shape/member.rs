//! Whether an actual value is what was said of it: what tests and proofs hold inference against.

use serde_json::Value as Json;

use super::known::{Object, Shape, Shapes, Text, Value};

/// Whether a result is inside what is known of it. None is JSONata's undefined.
#[must_use]
pub fn holds(value: &Value, shapes: &Shapes, result: Option<&Json>) -> bool {
    let Some(json) = result else { return value.absent };
    if value.shape == Shape::Unknown || within(&value.shape, shapes, json) {
        return true;
    }
    match json {
        Json::Array(items) if value.many => items.len() > 1 && items.iter().all(|item| within(&value.shape, shapes, item)),
        _ => false,
    }
}

fn within(shape: &Shape, shapes: &Shapes, json: &Json) -> bool {
    shapes.alternatives(shape).into_iter().any(|one| match (one, json) {
        // What a function leaves in data is empty text.
        (Shape::Unknown, _) | (Shape::Null, Json::Null) | (Shape::Boolean, Json::Bool(_)) => true,
        (Shape::Number { integer }, Json::Number(number)) => !integer || number.as_f64().is_some_and(|number| number.fract() == 0.0),
        (Shape::Text(text), Json::String(given)) => is_text(text, given),
        (Shape::Function, Json::String(given)) => given.is_empty(),
        (Shape::List(items), Json::Array(given)) => given.iter().all(|item| within(items, shapes, item)),
        (Shape::Object(object), Json::Object(given)) => is_object(object, shapes, given),
        _ => false,
    })
}

fn is_text(text: &Text, given: &str) -> bool {
    let known = text.values.as_ref().is_none_or(|values| values.iter().any(|value| value.as_ref() == given));
    let formatted = match text.format.as_deref() {
        Some("date-time") => given.len() >= 20 && given.as_bytes().get(10).is_some_and(|byte| matches!(byte, b'T' | b't' | b' ')),
        Some("email") => given.contains('@'),
        Some("uri" | "url") => given.contains(':'),
        _ => true,
    };
    known && formatted
}

fn is_object(object: &Object, shapes: &Shapes, given: &serde_json::Map<String, Json>) -> bool {
    if object.cut {
        return true;
    }
    let there = object.members.iter().all(|member| match given.get(member.name.as_ref()) {
        Some(value) => within(&member.shape, shapes, value),
        None => !member.required,
    });
    let others = given.iter().filter(|(name, _)| object.member(name).is_none());
    there && others.into_iter().all(|(_, value)| object.rest.as_ref().is_some_and(|rest| within(rest, shapes, value)))
}
