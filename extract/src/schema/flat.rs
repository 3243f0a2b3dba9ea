//! `allOf` merged into one schema, and choices beside properties made for each of them.

use serde_json::{Map, Value, json};

use super::{Types, any_of, is_nullable, or_null, reference};

/// How many choices may stand in each other; beyond that, anything may be there.
const CHOICES: usize = 2;
/// The choices of one schema that are merged one by one.
const MOST: usize = 40;

/// The parts of a schema, put together.
#[derive(Default)]
struct Flat {
    /// `properties` and `required` apart.
    keys: Map<String, Value>,
    properties: Map<String, Value>,
    required: Vec<Value>,
    choices: Vec<Vec<Value>>,
    nullable: bool,
}

impl Types<'_> {
    pub(super) fn merged(&mut self, object: &Map<String, Value>) -> Value {
        if let Some(only) = only_part(object) {
            let made = self.schema(only);
            return if is_nullable(object) { or_null(made) } else { made };
        }
        let parts = object.get("allOf").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_object);
        let refers: Vec<String> = parts.filter_map(reference).map(ToOwned::to_owned).collect();
        // A type that holds itself with additions has no end when it is written out.
        if self.merging.iter().take(self.outside).any(|known| refers.contains(known)) {
            return json!({"type": "object", "additionalProperties": true});
        }
        let before = self.merging.len();
        self.merging.extend(refers);
        let made = self.written_out(object);
        self.merging.truncate(before);
        made
    }

    fn written_out(&mut self, object: &Map<String, Value>) -> Value {
        let mut flat = Flat::default();
        self.collect(object, &mut flat, &mut Vec::new());
        let mut base = flat.keys;
        if !flat.properties.is_empty() {
            base.insert("properties".to_owned(), Value::Object(flat.properties));
        }
        if !flat.required.is_empty() {
            base.insert("required".to_owned(), Value::Array(flat.required));
        }
        let mut choices = flat.choices.into_iter();
        let first = choices.next();
        // Only one choice is made; what the others add may be there as well.
        if choices.next().is_some() || first.as_ref().is_some_and(|first| self.choices >= CHOICES || first.len() > MOST) {
            base.insert("additionalProperties".to_owned(), json!(true));
        }
        let made = match first.filter(|first| self.choices < CHOICES && first.len() <= MOST) {
            Some(first) => {
                self.choices += 1;
                let has_own = base.contains_key("properties");
                let made = first.iter().map(|one| if has_own { self.schema(&json!({"allOf": [base, one]})) } else { self.schema(one) });
                let made = any_of(made.collect());
                self.choices -= 1;
                made
            }
            None => Value::Object(self.plain(&base)),
        };
        if flat.nullable { or_null(made) } else { made }
    }

    /// Puts a schema's parts together; `within` are the references that lead here.
    fn collect(&mut self, object: &Map<String, Value>, flat: &mut Flat, within: &mut Vec<String>) {
        if let Some(reference) = reference(object) {
            let Some(pointer) = self.pointer(reference).filter(|pointer| !within.contains(pointer)) else { return };
            if let Some(target) = self.root.pointer(&pointer).and_then(Value::as_object) {
                within.push(pointer);
                self.collect(target, flat, within);
                within.pop();
            }
            return;
        }
        for part in object.get("allOf").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_object) {
            self.collect(part, flat, within);
        }
        for (key, value) in object {
            match (key.as_str(), value) {
                ("allOf", _) => {}
                ("properties", Value::Object(properties)) => {
                    for (name, schema) in properties {
                        let both = match flat.properties.get(name) {
                            Some(known) if known != schema => json!({"allOf": [known, schema]}),
                            _ => schema.clone(),
                        };
                        flat.properties.insert(name.clone(), both);
                    }
                }
                ("required", Value::Array(names)) => flat.required.extend(names.iter().cloned()),
                ("oneOf" | "anyOf", Value::Array(list)) => {
                    // Alternatives that only demand what is declared anyway choose nothing.
                    let list: Vec<Value> = list.iter().filter(|one| is_substantive(one)).cloned().collect();
                    if !list.is_empty() {
                        flat.choices.push(list);
                    }
                }
                ("nullable" | "x-nullable", _) => flat.nullable |= value == &Value::Bool(true) && within.is_empty(),
                ("type" | "format" | "enum" | "const" | "items" | "additionalProperties" | "patternProperties", _) => {
                    flat.keys.entry(key.clone()).or_insert_with(|| value.clone());
                }
                _ => {}
            }
        }
    }
}

/// The one part that says anything, where the others only describe it.
fn only_part(object: &Map<String, Value>) -> Option<&Value> {
    let parts = object.get("allOf")?.as_array()?;
    let own = object.iter().any(|(key, value)| says(key, value) && key != "allOf");
    let mut with_meaning = parts.iter().filter(|part| is_substantive(part));
    match (own, with_meaning.next(), with_meaning.next()) {
        (false, Some(only), None) => Some(only),
        _ => None,
    }
}

fn is_substantive(value: &Value) -> bool {
    value.as_object().is_some_and(|object| object.iter().any(|(key, value)| says(key, value)))
}

/// Whether a key says more than that there is an object.
fn says(key: &str, value: &Value) -> bool {
    match key {
        "$ref" | "items" | "enum" | "const" | "format" | "additionalProperties" | "patternProperties" => true,
        "type" => value != "object",
        "allOf" | "oneOf" | "anyOf" => value.as_array().is_some_and(|parts| !parts.is_empty()),
        "properties" => value.as_object().is_some_and(|properties| !properties.is_empty()),
        _ => false,
    }
}
