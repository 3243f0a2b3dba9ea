//! A schema with all its alternatives, seen as one: what may stand there at all, and what always does.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

/// What alternatives have together.
#[derive(Debug, Default)]
pub(super) struct View<'a> {
    pub(super) words: BTreeSet<&'a str>,
    pub(super) formats: BTreeSet<&'a str>,
    /// The only values; none where one of the alternatives takes others.
    pub(super) values: Option<Vec<String>>,
    pub(super) items: Vec<&'a Value>,
    pub(super) properties: Vec<(&'a str, Vec<&'a Value>)>,
    pub(super) required: BTreeSet<&'a str>,
    /// Whether members may be there that are not declared.
    pub(super) open: bool,
    pub(super) cut: bool,
    pub(super) unknown: bool,
}

impl<'a> View<'a> {
    pub(super) fn of(list: &[&'a Value], types: &'a Map<String, Value>) -> Self {
        let mut flat = Vec::new();
        for value in list {
            flatten(value, types, &mut flat, 0);
        }
        let mut view = Self::default();
        let (mut values, mut free): (Vec<String>, bool) = (Vec::new(), false);
        let mut objects = 0;
        for value in flat {
            let words: Vec<&str> = match value.get("type") {
                Some(Value::String(word)) => vec![word],
                Some(Value::Array(words)) => words.iter().filter_map(Value::as_str).collect(),
                _ => Vec::new(),
            };
            view.unknown |= words.is_empty();
            view.cut |= value.get("cut") == Some(&Value::Bool(true));
            view.formats.extend(value.get("format").and_then(Value::as_str));
            match value.get("enum").and_then(Value::as_array) {
                Some(list) => values.extend(list.iter().filter(|value| !value.is_null()).map(plain)),
                None => free |= words.iter().any(|word| !matches!(*word, "null" | "object" | "array")),
            }
            view.items.extend(value.get("items"));
            if words.contains(&"object") {
                let names = |key: &str| value.get(key).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
                let required: BTreeSet<&str> = names("required").collect();
                view.required = if objects == 0 { required } else { view.required.intersection(&required).copied().collect() };
                objects += 1;
                let properties = value.get("properties").and_then(Value::as_object);
                view.open |= properties.is_none() || value.get("additionalProperties").is_some_and(|others| others != &Value::Bool(false));
                for (name, schema) in properties.into_iter().flatten() {
                    match view.properties.iter_mut().find(|(known, _)| known == name) {
                        Some((_, schemas)) => schemas.push(schema),
                        None => view.properties.push((name, vec![schema])),
                    }
                }
            }
            view.words.extend(words);
        }
        view.values = (!free && !values.is_empty()).then_some(values);
        view
    }

    pub(super) fn property(&self, name: &str) -> Option<&[&'a Value]> {
        self.properties.iter().find(|(known, _)| *known == name).map(|(_, schemas)| schemas.as_slice())
    }
}

/// The name of the type that a schema refers to, where it is nothing else, null apart.
pub(super) fn named<'a>(list: &[&'a Value]) -> Option<&'a str> {
    let [one] = list else { return None };
    let only = match one.get("anyOf").and_then(Value::as_array) {
        Some(several) => {
            let mut others = several.iter().filter(|one| one.get("type").and_then(Value::as_str) != Some("null"));
            others.next().filter(|_| others.next().is_none())?
        }
        None => one,
    };
    reference(only)
}

fn reference(value: &Value) -> Option<&str> {
    value.get("$ref").and_then(Value::as_str).and_then(|reference| reference.strip_prefix("#/types/"))
}

fn flatten<'a>(value: &'a Value, types: &'a Map<String, Value>, flat: &mut Vec<&'a Value>, depth: usize) {
    if depth > 32 {
        return;
    }
    if let Some(name) = reference(value) {
        if let Some(target) = types.get(&name.replace("~1", "/").replace("~0", "~")) {
            flatten(target, types, flat, depth + 1);
        }
        return;
    }
    match value.get("anyOf").and_then(Value::as_array) {
        Some(several) => several.iter().for_each(|one| flatten(one, types, flat, depth + 1)),
        None => flat.push(value),
    }
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), ToOwned::to_owned)
}
