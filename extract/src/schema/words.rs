//! The words of `type`, as descriptions write them and as an extract does.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

/// Whether null is allowed besides.
pub(crate) fn is_nullable(object: &Map<String, Value>) -> bool {
    ["nullable", "x-nullable"].iter().any(|key| object.get(*key) == Some(&Value::Bool(true)))
}

/// JSON Schema's words for what a schema allows; none where it does not say.
pub(crate) fn words(object: &Map<String, Value>, notes: &mut BTreeSet<String>) -> Vec<&'static str> {
    let mut found: Vec<&'static str> = Vec::new();
    let given: Vec<&str> = match object.get("type") {
        Some(Value::String(word)) => vec![word],
        Some(Value::Array(words)) => words.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    };
    let mut unknown = false;
    for word in given {
        match known(word) {
            Some("") => unknown = true,
            Some(word) => {
                if !found.contains(&word) {
                    found.push(word);
                }
            }
            None => {
                unknown = true;
                notes.insert(format!("the type `{word}` is not known"));
            }
        }
    }
    if unknown {
        return Vec::new();
    }
    if found.is_empty() {
        found = inferred(object);
    }
    let has_null = ["enum"].iter().filter_map(|key| object.get(*key)?.as_array()).flatten().any(Value::is_null);
    if !found.is_empty() && (is_nullable(object) || has_null) && !found.contains(&"null") {
        found.push("null");
    }
    found
}

/// A word as JSON Schema has it; the empty word for anything at all.
fn known(word: &str) -> Option<&'static str> {
    Some(match word {
        "string" | "String" | "file" | "date" | "datetime" | "date-time" | "timestamp" | "uuid" => "string",
        "integer" | "int" | "long" | "int32" | "int64" => "integer",
        "number" | "float" | "double" | "decimal" => "number",
        "boolean" | "bool" | "Boolean" => "boolean",
        "object" | "Object" | "map" | "dict" | "hash" => "object",
        "array" | "list" | "Array" => "array",
        "null" => "null",
        "any" | "" => "",
        _ => return None,
    })
}

fn inferred(object: &Map<String, Value>) -> Vec<&'static str> {
    let has = |key: &str| object.contains_key(key);
    if has("properties") || has("additionalProperties") || has("patternProperties") {
        return vec!["object"];
    }
    if has("items") {
        return vec!["array"];
    }
    let values = object.get("enum").and_then(Value::as_array).into_iter().flatten().chain(object.get("const"));
    let mut found = Vec::new();
    for value in values {
        let word = match value {
            Value::String(_) => "string",
            Value::Number(number) if number.is_f64() => "number",
            Value::Number(_) => "integer",
            Value::Bool(_) => "boolean",
            Value::Null | Value::Array(_) | Value::Object(_) => continue,
        };
        if !found.contains(&word) {
            found.push(word);
        }
    }
    if found.is_empty() {
        found.extend(match object.get("format").and_then(Value::as_str) {
            Some("int32" | "int64") => Some("integer"),
            Some("float" | "double") => Some("number"),
            Some(_) => Some("string"),
            None if has("pattern") || has("minLength") || has("maxLength") => Some("string"),
            None => None,
        });
    }
    found
}
