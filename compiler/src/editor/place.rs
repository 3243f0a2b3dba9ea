//! Where in a document a byte stands: the keys above it, and what the tables say of them.

use super::holds;
use crate::source::{FileId, Span};
use crate::yaml::{Entry, Key, Kind, Node, Table, Value};
use crate::{auth, pagination, spec};

/// A key or a scalar value, and what is above it.
#[derive(Clone, Debug)]
pub(super) struct Place {
    /// The keys from the outermost to the one at hand.
    pub(super) path: Vec<String>,
    /// The key or the value itself.
    pub(super) span: Span,
    /// Whether it is the key rather than its value.
    pub(super) is_key: bool,
    /// The scalar's text.
    pub(super) text: String,
    /// The key as the tables know it.
    pub(super) key: Option<&'static Key>,
    /// What the tables say that the key holds.
    pub(super) value: Option<&'static Value>,
    /// The table of the mapping that the key stands in.
    pub(super) table: Option<&'static Table>,
    /// Every key of that mapping.
    pub(super) siblings: Vec<String>,
}

/// Finds a byte in a document.
pub(super) fn at(tree: &Node, table: Option<&'static Table>, file: FileId, offset: u32) -> Option<Place> {
    walk(tree, Above { table, each: None, path: Vec::new() }, file, offset)
}

/// What is known of a mapping from above it.
struct Above {
    table: Option<&'static Table>,
    /// What each key of the author's own choosing holds, where there is no table.
    each: Option<&'static Value>,
    path: Vec<String>,
}

fn walk(node: &Node, above: Above, file: FileId, offset: u32) -> Option<Place> {
    let Kind::Mapping(entries) = &node.kind else { return None };
    for entry in entries.iter() {
        let key = above.table.and_then(|table| table.all_keys().find(|key| key.name == entry.key.value));
        let value = key.map(|key| &key.value).or(above.table.and_then(|table| table.rest)).or(above.each);
        let place = |span: Span, is_key: bool, text: &str| {
            let mut path = above.path.clone();
            path.push(entry.key.value.clone());
            let siblings = entries.iter().map(|entry| entry.key.value.clone()).collect();
            Place { path, span, is_key, text: text.to_owned(), key, value, table: above.table, siblings }
        };
        if holds(entry.key.span, file, offset) {
            return Some(place(entry.key.span, true, &entry.key.value));
        }
        if !holds(entry.value.span, file, offset) {
            continue;
        }
        return inside(&entry.value, entry, value, &above.path, file, offset)
            .or_else(|| entry.value.scalar().map(|scalar| place(entry.value.span, false, &scalar.text)));
    }
    None
}

/// Goes on inside a value.
fn inside(node: &Node, entry: &Entry, value: Option<&'static Value>, above: &[String], file: FileId, offset: u32) -> Option<Place> {
    match &node.kind {
        Kind::Sequence(items) => {
            let item = items.iter().find(|item| holds(item.span, file, offset))?;
            let value = match value.map(|value| choose(value, true)) {
                Some(Value::List(inner)) => Some(*inner),
                _ => None,
            };
            if let Some(scalar) = item.scalar() {
                let path = [above, std::slice::from_ref(&entry.key.value)].concat();
                let text = scalar.text.to_string();
                return Some(Place { path, span: item.span, is_key: false, text, key: None, value, table: None, siblings: Vec::new() });
            }
            inside(item, entry, value, above, file, offset)
        }
        Kind::Mapping(entries) => {
            let path = [above, std::slice::from_ref(&entry.key.value)].concat();
            let (table, each) = match value.map(|value| choose(value, false)) {
                Some(Value::Object(table)) => (Some(resource_or_operation(table, &entry.key.value, entries)), None),
                Some(Value::OneOf(key, tables)) => (chosen(key, tables, entries), None),
                Some(Value::Map(inner)) => (None, Some(*inner)),
                _ => (None, None),
            };
            walk(node, Above { table, each, path }, file, offset)
        }
        Kind::Scalar(_) | Kind::Broken => None,
    }
}

/// The one of two that a list or a mapping can be.
fn choose(value: &'static Value, list: bool) -> &'static Value {
    match value {
        Value::Either(one, other) => {
            let fits = |value: &Value| match value {
                Value::List(_) => list,
                Value::Map(_) | Value::Object(_) | Value::OneOf(..) | Value::Either(..) => !list,
                _ => false,
            };
            if fits(one) { choose(one, list) } else { choose(other, list) }
        }
        other => other,
    }
}

/// A key of a resource holds an operation where a request is in it, and a resource otherwise.
fn resource_or_operation(table: &'static Table, name: &str, entries: &[Entry]) -> &'static Table {
    if !std::ptr::eq(table, &raw const spec::OPERATION) {
        return table;
    }
    let is_request =
        |entry: &Entry| spec::OPERATION.all_keys().any(|key| key.name == entry.key.value) && !matches!(entry.value.kind, Kind::Mapping(_));
    let is_verb = connc_plan::Verb::parse(name).is_some();
    if is_verb || entries.iter().any(is_request) { table } else { &spec::RESOURCE }
}

/// The table that a mapping follows by one of its own keys.
fn chosen(key: &str, tables: &'static [&'static Table], entries: &[Entry]) -> Option<&'static Table> {
    let word = entries.iter().find(|entry| entry.key.value == key).and_then(|entry| entry.value.scalar());
    let named = word.and_then(|word| {
        let scheme = auth::SCHEMES.iter().find(|scheme| key == "scheme" && scheme.name == word.text.as_ref()).map(|scheme| scheme.table);
        let style = pagination::STYLES.iter().find(|style| key == "style" && style.name == word.text.as_ref()).map(|style| style.table);
        scheme.or(style)
    });
    named.or(tables.first().copied())
}
