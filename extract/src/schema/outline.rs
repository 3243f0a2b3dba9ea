//! What is left of a schema below a property that nothing uses: scalars whole, of everything else only that it is there.

use serde_json::{Map, Value, json};

use super::words::words;
use super::{Types, any_of, is_nullable, or_null, reference};

impl Types<'_> {
    pub(super) fn outline(&mut self, value: &Value) -> Value {
        let Some(object) = value.as_object() else { return json!({}) };
        if self.is_scalar(value, 0) {
            return self.schema(value);
        }
        if self.depth >= super::DEEPEST {
            return json!({});
        }
        self.depth += 1;
        let made = self.outlined(object);
        self.depth -= 1;
        made
    }

    fn outlined(&mut self, object: &Map<String, Value>) -> Value {
        let nullable = |made: Value| if is_nullable(object) { or_null(made) } else { made };
        if let Some(reference) = reference(object) {
            let target = self.pointer(reference).and_then(|pointer| self.root.pointer(&pointer));
            return nullable(target.map_or_else(|| json!({}), |target| self.outline(target)));
        }
        if let Some(parts) = object.get("allOf").and_then(Value::as_array) {
            let part = parts.iter().find(|part| !self.is_scalar(part, 0));
            return nullable(part.map_or_else(|| json!({"type": "object", "cut": true}), |part| self.outline(part)));
        }
        let choices = || ["oneOf", "anyOf"].into_iter().filter_map(|key| object.get(key)?.as_array()).flatten();
        if choices().next().is_some() && !object.contains_key("properties") {
            return nullable(any_of(choices().map(|one| self.outline(one)).collect()));
        }
        let words = words(object, &mut self.notes);
        let mut out = super::head(object, &words);
        if words.contains(&"object") && ["properties", "additionalProperties", "oneOf", "anyOf"].iter().any(|key| object.contains_key(*key))
        {
            out.insert("cut".to_owned(), json!(true));
        }
        if words.contains(&"array")
            && let Some(items) = object.get("items")
        {
            let items = self.outline(items);
            if items != json!({}) {
                out.insert("items".to_owned(), items);
            }
        }
        Value::Object(out)
    }

    /// Whether a schema holds nothing that could be looked into.
    fn is_scalar(&mut self, value: &Value, depth: usize) -> bool {
        let Some(object) = value.as_object() else { return true };
        if depth > 16 {
            return false;
        }
        if let Some(reference) = reference(object) {
            let target = self.pointer(reference).and_then(|pointer| self.root.pointer(&pointer));
            return target.is_none_or(|target| self.is_scalar(target, depth + 1));
        }
        let parts: Vec<&Value> = ["allOf", "oneOf", "anyOf"].iter().filter_map(|key| object.get(*key)?.as_array()).flatten().collect();
        let words = words(object, &mut self.notes);
        let compound = words.contains(&"object")
            || (words.contains(&"array") && object.get("items").is_none_or(|items| items.is_array() || !self.is_scalar(items, depth + 1)));
        !compound && parts.iter().all(|part| self.is_scalar(part, depth + 1))
    }
}
