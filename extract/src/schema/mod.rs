//! Schemas of a description as an extract writes them: only what the connector touches, without prose.

mod flat;
mod outline;
mod words;

use std::collections::{BTreeSet, HashMap, VecDeque};

use serde_json::{Map, Value, json};

use crate::touched::Touched;
pub(crate) use words::{is_nullable, words};

/// How deep schemas that stand in each other without a name are followed.
const DEEPEST: usize = 60;
/// How many schemas are made of one description; parts that are merged into each other can multiply without end.
const MOST: usize = 2_000_000;

/// The types of a description that are touched.
pub(crate) struct Types<'a> {
    pub(crate) root: &'a Value,
    pub(crate) touched: &'a Touched,
    /// What is not understood, said once each.
    pub(crate) notes: BTreeSet<String>,
    names: HashMap<String, String>,
    taken: BTreeSet<String>,
    waiting: VecDeque<(String, String)>,
    depth: usize,
    steps: usize,
    /// The references whose targets are being merged into something.
    merging: Vec<String>,
    /// How many of them lead to the property that is made.
    outside: usize,
    /// How many choices stand around the one that is merged.
    choices: usize,
}

impl<'a> Types<'a> {
    pub(crate) fn new(root: &'a Value, touched: &'a Touched) -> Self {
        Self {
            root,
            touched,
            notes: BTreeSet::new(),
            names: HashMap::new(),
            taken: BTreeSet::new(),
            waiting: VecDeque::new(),
            depth: 0,
            steps: 0,
            merging: Vec::new(),
            outside: 0,
            choices: 0,
        }
    }

    /// The named types that were referred to, and those that they refer to, by name.
    pub(crate) fn finish(&mut self) -> Map<String, Value> {
        let mut made: Vec<(String, Value)> = Vec::new();
        while let Some((pointer, name)) = self.waiting.pop_front() {
            let value = self.root.pointer(&pointer).unwrap_or(&Value::Null);
            made.push((name, self.schema(value)));
        }
        made.sort_by(|(a, _), (b, _)| a.cmp(b));
        made.into_iter().collect()
    }

    /// What a schema says.
    pub(crate) fn schema(&mut self, value: &Value) -> Value {
        let Some(object) = value.as_object() else { return json!({}) };
        if self.steps >= MOST {
            self.notes.insert("the types multiply without end; some are left unknown".to_owned());
            return json!({});
        }
        self.steps += 1;
        if self.depth >= DEEPEST {
            return json!({});
        }
        self.depth += 1;
        let made = self.made(object);
        self.depth -= 1;
        made
    }

    fn made(&mut self, object: &Map<String, Value>) -> Value {
        if let Some(reference) = reference(object) {
            let made = self.refer(reference);
            return if is_nullable(object) { or_null(made) } else { made };
        }
        let has = |key: &str| object.get(key).and_then(Value::as_array).is_some_and(|list| !list.is_empty());
        if has("allOf") {
            return self.merged(object);
        }
        if has("oneOf") || has("anyOf") {
            // A choice beside properties is made for each of them.
            if object.contains_key("properties") {
                return self.merged(object);
            }
            let list = ["oneOf", "anyOf"].iter().filter_map(|key| object.get(*key)?.as_array()).flatten();
            let made: Vec<Value> = list.map(|one| self.schema(one)).collect();
            let made = any_of(made);
            return if is_nullable(object) { or_null(made) } else { made };
        }
        Value::Object(self.plain(object))
    }

    /// A reference to a named type, whose turn comes later.
    fn refer(&mut self, reference: &str) -> Value {
        let Some(pointer) = self.pointer(reference) else {
            self.notes.insert(format!("`{reference}` refers to nothing in the description"));
            return json!({});
        };
        let name = self.name(&pointer);
        json!({"$ref": format!("#/types/{}", name.replace('~', "~0").replace('/', "~1"))})
    }

    /// The place that a reference means, if something stands there.
    pub(crate) fn pointer(&self, reference: &str) -> Option<String> {
        let there = |pointer: String| self.root.pointer(&pointer).is_some().then_some(pointer);
        if let Some(pointer) = reference.strip_prefix('#') {
            return there(pointer.to_owned()).or_else(|| there(percent_decoded(pointer)));
        }
        // Discovery documents, and sloppy others, name the type alone.
        let step = reference.replace('~', "~0").replace('/', "~1");
        ["/schemas/", "/definitions/", "/components/schemas/"].iter().find_map(|folder| there(format!("{folder}{step}")))
    }

    fn name(&mut self, pointer: &str) -> String {
        if let Some(name) = self.names.get(pointer) {
            return name.clone();
        }
        let steps: Vec<String> = pointer.split('/').skip(1).map(|step| step.replace("~1", "/").replace("~0", "~")).collect();
        let wanted = match steps.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
            ["components", "schemas", name] | ["definitions" | "schemas", name] => (*name).to_owned(),
            // What has no name of its own is named after where it stands.
            steps => steps.iter().rev().take(3).rev().copied().collect::<Vec<_>>().join("."),
        };
        let mut name = wanted.clone();
        let mut number = 2;
        while !self.taken.insert(name.clone()) {
            name = format!("{wanted}.{number}");
            number += 1;
        }
        self.names.insert(pointer.to_owned(), name.clone());
        self.waiting.push_back((pointer.to_owned(), name.clone()));
        name
    }

    /// What a reference leads to, through other references.
    pub(crate) fn follow<'v>(&self, value: &'v Value) -> &'v Value
    where
        'a: 'v,
    {
        let mut value = value;
        for _ in 0..32 {
            let target = value.as_object().and_then(reference).and_then(|reference| self.pointer(reference));
            let Some(target) = target.and_then(|pointer| self.root.pointer(&pointer)) else { return value };
            value = target;
        }
        value
    }

    /// A schema without references and choices.
    fn plain(&mut self, object: &Map<String, Value>) -> Map<String, Value> {
        let words = words(object, &mut self.notes);
        let mut out = head(object, &words);
        if words.contains(&"array") {
            let items = match object.get("items") {
                // A list of schemas says what stands at each place.
                Some(Value::Array(places)) => any_of(places.iter().map(|place| self.schema(place)).collect()),
                Some(items) => self.schema(items),
                None => json!({}),
            };
            if items != json!({}) {
                out.insert("items".to_owned(), items);
            }
        }
        if words.contains(&"object") {
            self.members(object, &mut out);
        }
        out
    }

    fn members(&mut self, object: &Map<String, Value>, out: &mut Map<String, Value>) {
        let empty = Map::new();
        let properties = object.get("properties").and_then(Value::as_object).unwrap_or(&empty);
        let mut required: Vec<Value> = object.get("required").and_then(Value::as_array).cloned().unwrap_or_default();
        // Older dialects say it on the property.
        let own = properties.iter().filter(|(_, value)| value.get("required") == Some(&Value::Bool(true)));
        required.extend(own.map(|(name, _)| json!(name)));
        let mut seen = BTreeSet::new();
        required.retain(|name| name.as_str().is_some_and(|name| properties.contains_key(name) && seen.insert(name.to_owned())));
        if !required.is_empty() {
            out.insert("required".to_owned(), Value::Array(required));
        }
        let mut made = Map::new();
        let outside = std::mem::replace(&mut self.outside, self.merging.len());
        for (name, value) in properties {
            if value == &Value::Bool(false) {
                continue;
            }
            let schema = if self.touched.uses(name) { self.schema(value) } else { self.outline(value) };
            let Value::Object(mut schema) = schema else { continue };
            for flag in ["readOnly", "writeOnly", "deprecated"] {
                if value.get(flag) == Some(&Value::Bool(true)) {
                    schema.insert(flag.to_owned(), Value::Bool(true));
                }
            }
            made.insert(name.clone(), Value::Object(schema));
        }
        self.outside = outside;
        if !made.is_empty() {
            out.insert("properties".to_owned(), Value::Object(made));
        }
        let others = match object.get("additionalProperties") {
            Some(Value::Bool(true)) => Some(json!(true)),
            Some(schema @ Value::Object(_)) => Some(self.schema(schema)),
            _ if object.contains_key("patternProperties") => Some(json!(true)),
            _ => None,
        };
        if let Some(others) = others {
            let others = if others == json!({}) { json!(true) } else { others };
            out.insert("additionalProperties".to_owned(), others);
        }
    }
}

/// `type`, `format` and `enum`.
fn head(object: &Map<String, Value>, words: &[&'static str]) -> Map<String, Value> {
    let mut out = Map::new();
    match words {
        [] => return out,
        [one] => out.insert("type".to_owned(), json!(one)),
        several => out.insert("type".to_owned(), json!(several)),
    };
    if words.contains(&"string")
        && let Some(format) = object.get("format").and_then(Value::as_str)
    {
        let format = if format.eq_ignore_ascii_case("datetime") { "date-time" } else { format };
        out.insert("format".to_owned(), json!(format));
    }
    if words.contains(&"object") || words.contains(&"array") {
        return out;
    }
    let values = match (object.get("enum"), object.get("const")) {
        (Some(Value::Array(values)), _) => values.clone(),
        (_, Some(value)) => vec![value.clone()],
        _ => Vec::new(),
    };
    if !values.is_empty() && values.iter().all(|value| !value.is_array() && !value.is_object()) {
        out.insert("enum".to_owned(), Value::Array(values));
    }
    out
}

pub(crate) fn reference(object: &Map<String, Value>) -> Option<&str> {
    object.get("$ref").and_then(Value::as_str)
}

/// One of several: flat, without repetition; nothing is known where nothing is known of one.
fn any_of(made: Vec<Value>) -> Value {
    let mut flat: Vec<Value> = Vec::new();
    for one in made {
        let several = match one.get("anyOf") {
            Some(Value::Array(several)) => several.clone(),
            _ => vec![one],
        };
        for one in several {
            if one == json!({}) {
                return json!({});
            }
            if !flat.contains(&one) {
                flat.push(one);
            }
        }
    }
    match flat.len() {
        0 => json!({}),
        1 => flat.pop().unwrap_or_default(),
        _ => json!({ "anyOf": flat }),
    }
}

fn or_null(made: Value) -> Value {
    any_of(vec![made, json!({"type": "null"})])
}

/// RFC 3986 escapes, which the fragment of a reference may hold.
fn percent_decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let code = after.get(..2).and_then(|hex| std::str::from_utf8(hex).ok()).and_then(|hex| u8::from_str_radix(hex, 16).ok());
        match (*first, code) {
            (b'%', Some(code)) => {
                bytes.push(code);
                rest = after.get(2..).unwrap_or_default();
            }
            (byte, _) => {
                bytes.push(byte);
                rest = after;
            }
        }
    }
    String::from_utf8(bytes).unwrap_or_else(|_| text.to_owned())
}
