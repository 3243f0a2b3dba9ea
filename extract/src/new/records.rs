//! Where an answer has its records.

use serde_json::Value;

use super::draft::Records;
use super::schemas::{Schemas, has_type};
use super::words::{member, plain, singular};

/// Names of members that hold a list of records, whatever the records are.
const WRAPPERS: &[&str] = &[
    "data",
    "items",
    "results",
    "result",
    "value",
    "values",
    "records",
    "entries",
    "elements",
    "list",
    "resources",
    "content",
    "objects",
    "nodes",
    "edges",
    "members",
];

/// The body of the answer that a good request gets; none where it has none.
pub(super) fn answer(made: &serde_json::Map<String, Value>) -> Option<&Value> {
    let answers = made.get("answers").and_then(Value::as_object)?;
    let known = ["200", "201", "202", "203", "2XX", "2xx", "206"].iter().filter_map(|status| answers.get(*status));
    let others = answers.iter().filter(|(status, _)| status.starts_with('2')).map(|(_, answer)| answer);
    let fallback = answers.get("default").filter(|_| !answers.keys().any(|status| status.starts_with('2')));
    known.chain(others).chain(fallback).find(|answer| answer.is_object())
}

/// Whether the description says that the answer has no body.
pub(super) fn is_empty(made: &serde_json::Map<String, Value>) -> bool {
    let Some(answers) = made.get("answers").and_then(Value::as_object) else { return false };
    let mut good = answers.iter().filter(|(status, _)| status.starts_with('2')).peekable();
    good.peek().is_some() && good.all(|(_, answer)| answer == "none")
}

/// The list of records in an answer: its path, and a record.
pub(super) fn list<'a>(answer: &'a Value, resource: &str, is_collection: bool, schemas: Schemas<'a>) -> Option<(String, &'a Value)> {
    if let Some(record) = schemas.items(answer) {
        return Some(("$".to_owned(), record));
    }
    let members = schemas.members(answer);
    if let Some((name, record)) = among(&members, resource, is_collection, schemas) {
        return Some((member(name)?, record));
    }
    // One level down, where the answer is an envelope.
    for (name, inner) in &members {
        let is_envelope = ["data", "result", "response", "results", "_embedded", "page", "body"].contains(&name.to_lowercase().as_str());
        if !is_envelope || schemas.items(inner).is_some() {
            continue;
        }
        if let Some((inner_name, record)) = among(&schemas.members(inner), resource, true, schemas) {
            return Some((format!("{}.{}", member(name)?, member(inner_name)?), record));
        }
    }
    None
}

fn among<'a>(members: &[(&'a str, &'a Value)], resource: &str, is_collection: bool, schemas: Schemas<'a>) -> Option<(&'a str, &'a Value)> {
    let lists: Vec<(&str, &Value)> = members.iter().filter_map(|(name, value)| Some((*name, schemas.items(value)?))).collect();
    let own = singular(&plain(resource));
    let named = lists.iter().find(|(name, _)| !own.is_empty() && singular(&plain(name)) == own);
    let wrapper = || lists.iter().find(|(name, _)| WRAPPERS.contains(&name.to_lowercase().as_str()));
    let objects: Vec<&(&str, &Value)> = lists.iter().filter(|(_, record)| schemas.is(record, "object")).collect();
    let only = || if let [one] = objects.as_slice() { Some(*one) } else { None };
    let ending = || objects.iter().copied().find(|(name, _)| singular(&plain(name)).ends_with(&own) && !own.is_empty());
    // A record may have lists of its own.
    let is_record = !is_collection && members.iter().any(|(name, _)| *name == "id");
    let found = named.or_else(wrapper).filter(|_| !is_record).or_else(|| ending().or_else(only).filter(|_| is_collection));
    found.copied()
}

/// Where one record stands in an answer, and the record.
pub(super) fn item<'a>(answer: &'a Value, resource: &str, schemas: Schemas<'a>) -> (Records, &'a Value) {
    let members = schemas.members(answer);
    let own = singular(&plain(resource));
    let objects: Vec<&(&str, &Value)> = members
        .iter()
        .filter(|(name, value)| {
            let all = schemas.alternatives(value);
            let is_object = !all.is_empty() && all.iter().all(|one| has_type(one, "object") || one.get("properties").is_some());
            let word = plain(name);
            is_object
                && (members.len() == 1
                    || singular(&word) == own
                    || ["data", "result", "item", "resource", "record"].contains(&word.as_str()))
        })
        .collect();
    let is_envelope = members.len() <= 4 && !members.iter().any(|(name, _)| *name == "id");
    match objects.as_slice() {
        [(name, record)] if is_envelope => match member(name) {
            Some(name) => (Records::Item(name), record),
            None => (Records::Whole, answer),
        },
        _ => (Records::Whole, answer),
    }
}
