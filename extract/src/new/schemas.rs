//! Schemas as an extract has them, looked into.

use serde_json::{Map, Value};

/// The named types that schemas refer to.
#[derive(Clone, Copy)]
pub(super) struct Schemas<'a> {
    pub(super) types: &'a Map<String, Value>,
}

/// How deep references lead to references.
const DEEPEST: usize = 12;

impl<'a> Schemas<'a> {
    /// What a schema may be besides null: itself, what it refers to, or each of several.
    pub(super) fn alternatives(self, schema: &'a Value) -> Vec<&'a Value> {
        let mut found = Vec::new();
        self.collect(schema, DEEPEST, &mut found);
        found
    }

    fn collect(self, schema: &'a Value, depth: usize, found: &mut Vec<&'a Value>) {
        if depth == 0 {
            return;
        }
        if let Some(reference) = schema.get("$ref").and_then(Value::as_str) {
            let name = reference.trim_start_matches("#/types/").replace("~1", "/").replace("~0", "~");
            if let Some(target) = self.types.get(&name) {
                self.collect(target, depth - 1, found);
            }
        } else if let Some(several) = schema.get("anyOf").and_then(Value::as_array) {
            several.iter().for_each(|one| self.collect(one, depth - 1, found));
        } else if schema.get("type").and_then(Value::as_str) != Some("null") {
            found.push(schema);
        }
    }

    /// The members of an object, those of each alternative once.
    pub(super) fn members(self, schema: &'a Value) -> Vec<(&'a str, &'a Value)> {
        let mut found: Vec<(&str, &Value)> = Vec::new();
        for object in self.alternatives(schema) {
            for (name, value) in object.get("properties").and_then(Value::as_object).into_iter().flatten() {
                if !found.iter().any(|(known, _)| *known == name) {
                    found.push((name, value));
                }
            }
        }
        found
    }

    /// The member of this name.
    pub(super) fn member(self, schema: &'a Value, name: &str) -> Option<&'a Value> {
        self.members(schema).into_iter().find(|(known, _)| *known == name).map(|(_, value)| value)
    }

    /// Whether a schema may be of this type.
    pub(super) fn is(self, schema: &'a Value, word: &str) -> bool {
        self.alternatives(schema).iter().any(|one| has_type(one, word))
    }

    /// Whether it is a list, and nothing else besides null.
    pub(super) fn items(self, schema: &'a Value) -> Option<&'a Value> {
        static ANYTHING: Value = Value::Null;
        let all = self.alternatives(schema);
        let first = all.first().filter(|_| all.iter().all(|one| has_type(one, "array")))?;
        Some(first.get("items").unwrap_or(&ANYTHING))
    }

    /// The words that it may be.
    pub(super) fn words(self, schema: &'a Value) -> Vec<String> {
        let all = self.alternatives(schema);
        all.iter().filter_map(|one| one.get("enum")?.as_array()).flatten().filter_map(Value::as_str).map(ToOwned::to_owned).collect()
    }

    /// The format of its text.
    pub(super) fn format(self, schema: &'a Value) -> Option<&'a str> {
        self.alternatives(schema).into_iter().find_map(|one| one.get("format").and_then(Value::as_str))
    }
}

pub(super) fn has_type(schema: &Value, word: &str) -> bool {
    match schema.get("type") {
        Some(Value::String(own)) => own == word,
        Some(Value::Array(words)) => words.iter().any(|own| own == word),
        _ => false,
    }
}
