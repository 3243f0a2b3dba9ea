//! Writes a value as the model has it: identifiers as text, single values in lists, nothing that is null.

use connc_plan::Kind;
use serde_json::{Map, Number, Value};

/// The value as `kind` wants it; none where nothing is left.
pub(crate) fn shaped(value: Value, kind: &Kind) -> Option<Value> {
    match (kind, value) {
        (_, Value::Null) => None,
        (Kind::Id, Value::Number(number)) => Some(Value::String(number.to_string())),
        (Kind::Number, Value::String(text)) => Some(digits(&text).map_or(Value::String(text), Value::Number)),
        (Kind::List(inner), Value::Array(items)) => Some(Value::Array(items.into_iter().filter_map(|item| shaped(item, inner)).collect())),
        (Kind::List(inner), single) => Some(Value::Array(vec![shaped(single, inner)?])),
        (Kind::Object(kinds), Value::Object(members)) => object(members, |name| kinds.get(name).unwrap_or(&Kind::Value)),
        (Kind::Id | Kind::Number | Kind::Value, Value::Object(members)) => object(members, |_| &Kind::Value),
        (Kind::Id | Kind::Number | Kind::Object(_) | Kind::Value, Value::Array(items)) => {
            Some(Value::Array(items.into_iter().filter_map(|item| shaped(item, &Kind::Value)).collect()))
        }
        (Kind::Id | Kind::Number | Kind::Object(_) | Kind::Value, scalar) => Some(scalar),
    }
}

/// The integer that an expression saw as its digits, because a float cannot hold it; other text is none.
pub(crate) fn digits(text: &str) -> Option<Number> {
    const EXACT: u64 = (1 << 53) - 1;
    let beyond = text.strip_prefix('-').unwrap_or(text).parse::<u64>().map_or(text.len() > 15, |number| number > EXACT);
    let is_integer = text.strip_prefix('-').unwrap_or(text).bytes().all(|byte| byte.is_ascii_digit());
    (beyond && is_integer).then(|| serde_json::from_str(text).ok()).flatten()
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
            (json!("9007199254740993"), Kind::Number, Some(json!(9_007_199_254_740_993_i64))),
            (json!("-9223372036854775807"), Kind::Number, Some(json!(-9_223_372_036_854_775_807_i64))),
            (json!("12"), Kind::Number, Some(json!("12"))),
            (json!("12345678901234567x"), Kind::Number, Some(json!("12345678901234567x"))),
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
