//! Whether the members of objects in a unified input are ones that the model has: a slip in one must not look like a value that was left out.

use serde_json::Value;

use crate::{Error, suggest};

/// Holds a value against its field's schema: every object has no other members than the schema names, where it names them all.
pub(crate) fn check(schema: &Value, value: &Value, path: &str) -> Result<(), Error> {
    match value {
        Value::Object(members) => {
            let Some(known) = schema.get("properties").and_then(Value::as_object) else { return Ok(()) };
            let closed = schema.get("additionalProperties") == Some(&Value::Bool(false));
            for (name, value) in members {
                match known.get(name) {
                    Some(schema) => check(schema, value, &format!("{path}.{name}"))?,
                    None if closed => {
                        let names: Vec<&str> = known.keys().map(String::as_str).collect();
                        let error = Error::invalid(format!("`{name}` is no member of input `{path}`"));
                        return Err(error.with_help(suggest::help(name, &names)));
                    }
                    None => {}
                }
            }
            Ok(())
        }
        Value::Array(items) => {
            let Some(schema) = schema.get("items") else { return Ok(()) };
            items.iter().enumerate().try_for_each(|(index, item)| check(schema, item, &format!("{path}[{index}]")))
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::check;

    #[test]
    fn a_slip_in_a_member_is_told() {
        let schema = json!({"type": "array", "items": {"type": "object", "additionalProperties": false,
            "properties": {"id": {"type": "string"}, "of": {"type": "object", "properties": {"x": {}}, "additionalProperties": false}}}});
        assert_eq!(check(&schema, &json!([{"id": "1", "of": {"x": 1}}, {}]), "groups"), Ok(()));
        let error = check(&schema, &json!([{"id": "1"}, {"idd": "2"}]), "groups").unwrap_err();
        assert_eq!(
            (error.message.as_str(), error.help.as_deref()),
            ("`idd` is no member of input `groups[1]`", Some("did you mean `id`?"))
        );
        assert!(check(&schema, &json!([{"of": {"y": 1}}]), "groups").unwrap_err().message.contains("groups[0].of"));
        assert_eq!(check(&json!({"type": "object"}), &json!({"anything": 1}), "custom"), Ok(()));
    }
}
