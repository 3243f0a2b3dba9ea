//! Whether two parts of plans are the same, wherever they were written.

use connc_plan::Plan;
use serde::Serialize;
use serde_json::Value;

/// Whether two parts are the same apart from their places.
pub(super) fn as_data<T: Serialize>(old: &T, new: &T) -> bool {
    // What cannot be written as JSON does not come out of the compiler, and counts as changed.
    match (serde_json::to_value(old), serde_json::to_value(new)) {
        (Ok(old), Ok(new)) => placeless(old) == placeless(new),
        _ => false,
    }
}

/// Whether two plans do the same.
pub(super) fn plans(old: &Plan, new: &Plan) -> bool {
    let without_files = |plan: &Plan| Plan { sources: Vec::new(), ..plan.clone() };
    as_data(&without_files(old), &without_files(new))
}

/// The value without the places in it.
fn placeless(value: Value) -> Value {
    match value {
        Value::Object(members) => {
            let kept = members.into_iter().filter(|(name, value)| !(name == "origin" && is_place(value)));
            Value::Object(kept.map(|(name, value)| (name, placeless(value))).collect())
        }
        Value::Array(items) => items.into_iter().map(placeless).collect(),
        other @ (Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_)) => other,
    }
}

/// A place is three numbers: file, line, column.
fn is_place(value: &Value) -> bool {
    value.as_array().is_some_and(|items| items.len() == 3 && items.iter().all(Value::is_u64))
}
