//! Writes a value as the model has it: identifiers as text, single values in lists, nothing that is null.

use connc_plan::Kind;
use serde_json::{Map, Value};

/// The value as `kind` wants it; none where nothing is left.
pub(crate) fn shaped(value: Value, kind: &Kind) -> Option<Value> {
    match (kind, value) {
        (_, Value::Null) => None,
        (Kind::Id, Value::Number(number)) => Some(Value::String(number.to_string())),
        (Kind::List(inner), Value::Array(items)) => Some(Value::Array(items.into_iter().filter_map(|item| shaped(item, inner)).collect())),
        (Kind::List(inner), single) => Some(Value::Array(vec![shaped(single, inner)?])),
        (Kind::Object(kinds), Value::Object(members)) => object(members, |name| kinds.get(name).unwrap_or(&Kind::Value)),
        (Kind::Id | Kind::Value, Value::Object(members)) => object(members, |_| &Kind::Value),
        (Kind::Id | Kind::Object(_) | Kind::Value, Value::Array(items)) => {
            Some(Value::Array(items.into_iter().filter_map(|item| shaped(item, &Kind::Value)).collect()))
        }
        (Kind::Id | Kind::Object(_) | Kind::Value, scalar) => Some(scalar),
    }
}

/// An object in which nothing is left has no value.
fn object<'a>(members: Map<String, Value>, kind: impl Fn(&str) -> &'a Kind) -> Option<Value> {
    let kept: Map<String, Value> =
        members.into_iter().filter_map(|(name, value)| shaped(value, kind(&name)).map(|value| (name, value))).collect();
    (!kept.is_empty()).then_some(Value::Object(kept))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Kind, shaped};

    #[test]
    fn by_kind() {
        let ids = Kind::Object([("id".to_owned(), Kind::Id)].into());
        for (value, kind, expected) in [
            (json!(7), Kind::Id, Some(json!("7"))),
            (json!("7"), Kind::Id, Some(json!("7"))),
            (json!(null), Kind::Value, None),
            (json!("a"), Kind::List(Box::new(Kind::Value)), Some(json!(["a"]))),
            (json!([]), Kind::List(Box::new(Kind::Value)), Some(json!([]))),
            (json!([1, null, 2]), Kind::List(Box::new(Kind::Id)), Some(json!(["1", "2"]))),
            (json!({"id": 7, "name": "x", "role": null}), ids.clone(), Some(json!({"id": "7", "name": "x"}))),
            (json!({"id": null}), ids.clone(), None),
            (json!([{"id": 7}]), Kind::List(Box::new(ids)), Some(json!([{"id": "7"}]))),
            (json!({"a": {"b": null, "c": 1}}), Kind::Value, Some(json!({"a": {"c": 1}}))),
        ] {
            assert_eq!(shaped(value, &kind), expected);
        }
    }
}
