//! Unified resources: verbs, fields and what their values mean, and filters.

use std::collections::BTreeMap;

use connc_plan::{EnumMap, Field, FieldValue, Filter, Plan, ResourceMap, UnifiedVerb, Verb};
use serde_json::Value;

use super::supplied::{Whose, parameters};
use super::{Diff, Place, paired, same};

pub(super) fn compare(diff: &mut Diff<'_>) {
    let (old, new) = (diff.old, diff.new);
    for pair in paired(&old.maps, &new.maps, |map| format!("{} {}", map.model, map.resource)) {
        match pair {
            (Some(old), None) => {
                diff.breaking(at(old), "it is gone", "calls for it are refused", Some(Place::Old(old.origin)));
            }
            (None, Some(new)) => diff.feature(at(new), "it is new", Some(Place::New(new.origin))),
            (Some(old), Some(new)) => resource(diff, old, new),
            (None, None) => {}
        }
    }
    for model in &new.models {
        if let Some(before) = old.models.iter().find(|before| before.name == model.name)
            && before.version != model.version
        {
            let what = format!("it is version {}, it was {}", model.version, before.version);
            diff.breaking(format!("model `{}`", model.name), what, "records are those of another version", None);
        }
    }
}

fn resource(diff: &mut Diff<'_>, old: &ResourceMap, new: &ResourceMap) {
    if old.from != new.from {
        let what = format!("its records come from `{}`, they came from `{}`", new.from, old.from);
        diff.fix(at(new), what, Some(Place::New(new.origin)));
    }
    verbs(diff, new, &old.verbs, &new.verbs);
    fields(diff, old, new);
    for pair in paired(&old.filters.filters, &new.filters.filters, |filter| filter.name.clone()) {
        match pair {
            (Some(old), None) => {
                diff.breaking(
                    within("filter", new, &old.name),
                    "it is gone",
                    "lists narrowed by it are refused",
                    Some(Place::Old(old.origin)),
                );
            }
            (None, Some(filter)) => diff.feature(within("filter", new, &filter.name), "it is new", Some(Place::New(filter.origin))),
            (Some(old), Some(filter)) => narrowed(diff, new, old, filter),
            (None, None) => {}
        }
    }
    match (&old.filters.join, &new.filters.join) {
        (Some(_), None) => {
            diff.breaking(
                at(new),
                "filters cannot stand together any more",
                "lists narrowed by several are refused",
                Some(Place::New(new.origin)),
            );
        }
        (None, Some(_)) => diff.feature(at(new), "filters can stand together", Some(Place::New(new.origin))),
        (Some(old), Some(join)) if old != join => diff.fix(at(new), "filters are joined in another way", Some(Place::New(new.origin))),
        (Some(_), Some(_)) | (None, None) => {}
    }
}

fn narrowed(diff: &mut Diff<'_>, map: &ResourceMap, old: &Filter, new: &Filter) {
    let (at, place) = (within("filter", map, &new.name), Some(Place::New(new.origin)));
    if old.r#type != new.r#type {
        let what = format!("it takes `{}`, it took `{}`", new.r#type.name(), old.r#type.name());
        diff.breaking(at, what, "values that were given may be refused", place);
        return;
    }
    let looked_for = |filter: &Filter| filter.values.iter().map(|known| known.value.clone()).collect::<Vec<_>>();
    let (before, after) = (looked_for(old), looked_for(new));
    let gone: Vec<&str> = before.iter().filter(|value| !after.is_empty() && !after.contains(value)).map(String::as_str).collect();
    if before.is_empty() && !after.is_empty() {
        diff.breaking(at, format!("it looks for nothing but {}", after.join(", ")), "other values are refused", place);
    } else if !gone.is_empty() {
        diff.breaking(at, format!("it looks no more for {}", gone.join(", ")), "lists narrowed by that are refused", place);
    } else if after.len() > before.len() || (after.is_empty() && !before.is_empty()) {
        diff.feature(at, "it looks for more", place);
    } else if !same::as_data(old, new) {
        diff.fix(at, "it is served in another way", place);
    }
}

fn verbs(diff: &mut Diff<'_>, map: &ResourceMap, old: &BTreeMap<Verb, UnifiedVerb>, new: &BTreeMap<Verb, UnifiedVerb>) {
    for (verb, before) in old {
        let at = within("verb", map, verb.name());
        let Some(after) = new.get(verb) else {
            diff.breaking(at, "it is gone", "calls of it are refused", Some(Place::Old(before.origin)));
            continue;
        };
        let place = Some(Place::New(after.origin));
        match (before.gives_record, after.gives_record) {
            (true, false) => diff.breaking(at.as_str(), "it gives no record any more", "callers that read the record get nothing", place),
            (false, true) => diff.feature(at.as_str(), "it gives a record", place),
            (true, true) | (false, false) => {}
        }
        let of = format!(" of {at}");
        parameters(diff, Whose { what: "input", of: &of, missing: "calls do not give it" }, &before.input, &after.input);
        if !same::as_data(&before.steps, &after.steps) {
            diff.fix(at, "it calls the provider in another way", place);
        }
    }
    for (verb, after) in new.iter().filter(|(verb, _)| !old.contains_key(verb)) {
        diff.feature(within("verb", map, verb.name()), "it is new", Some(Place::New(after.origin)));
    }
}

fn fields(diff: &mut Diff<'_>, old: &ResourceMap, new: &ResourceMap) {
    for field in &new.unavailable {
        if old.unavailable.iter().any(|known| known.field == field.field && known.reason != field.reason) {
            diff.fix(within("field", new, &field.field), "why it is not given is said in other words", Some(Place::New(new.origin)));
        }
    }
    let (before, after) = (schema(diff.old, old), schema(diff.new, new));
    for pair in paired(&old.fields, &new.fields, |field| field.name.clone()) {
        match pair {
            (Some(gone), None) => {
                let unavailable = new.unavailable.iter().find(|known| known.field == gone.name);
                let what =
                    unavailable.map_or_else(|| "it is gone".to_owned(), |known| format!("it is not given any more: {}", known.reason));
                diff.breaking(within("field", old, &gone.name), what, "callers that read it find nothing", Some(Place::Old(gone.origin)));
            }
            (None, Some(added)) => diff.feature(within("field", new, &added.name), "it is new", Some(Place::New(added.origin))),
            (Some(old), Some(field)) => {
                let at = within("field", new, &field.name);
                typed(diff, &at, (&before, &after), &field.name, Some(Place::New(field.origin)));
                made(diff, &at, old, field);
            }
            (None, None) => {}
        }
    }
}

/// What the model says of a field.
fn typed(diff: &mut Diff<'_>, at: &str, (old, new): (&Value, &Value), name: &str, place: Option<Place>) {
    let of = |schema: &Value| {
        schema.pointer(&format!("/properties/{}", name.replace('~', "~0").replace('/', "~1"))).cloned().unwrap_or_default()
    };
    let (before, after) = (of(old), of(new));
    let words = |schema: &Value| -> Vec<String> {
        let list = schema.get("enum").and_then(Value::as_array);
        list.into_iter().flatten().filter_map(Value::as_str).map(ToOwned::to_owned).collect()
    };
    let without_words = |mut schema: Value| {
        if let Some(members) = schema.as_object_mut() {
            members.remove("enum");
        }
        schema
    };
    let (had, has) = (words(&before), words(&after));
    if without_words(before.clone()) != without_words(after.clone()) {
        let what = match (kind(&before), kind(&after)) {
            (was, is) if was != is => format!("it is {is}, it was {was}"),
            _ => "what it holds is of another type".to_owned(),
        };
        diff.breaking(at, what, "callers expect what it was", place);
    } else if had.is_empty() != has.is_empty() {
        let what = if has.is_empty() { "it may be any text" } else { "it is one of a closed set of words" };
        diff.breaking(at, what, "callers expect what it was", place);
    }
    if !has.is_empty() {
        for word in had.iter().filter(|word| !has.contains(word)) {
            diff.breaking(at, format!("the model has no `{word}` any more"), "callers that look for it find nothing", place);
        }
    }
    if !had.is_empty() {
        for word in has.iter().filter(|word| !had.contains(word)) {
            diff.feature(at, format!("the model has `{word}` too"), place);
        }
    }
    let required = |schema: &Value| {
        schema.get("required").and_then(Value::as_array).is_some_and(|names| names.iter().any(|known| known.as_str() == Some(name)))
    };
    match (required(old), required(new)) {
        (true, false) => diff.breaking(at, "it may be absent now", "callers rely on it", place),
        (false, true) => diff.feature(at, "it is always there now", place),
        (true, true) | (false, false) => {}
    }
}

/// What a schema is about, in a few words.
fn kind(schema: &Value) -> String {
    let named = |schema: &Value, name: &str| schema.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let format = named(schema, "format");
    let items = schema.get("items").map(|items| format!(" of `{}`", named(items, "type"))).unwrap_or_default();
    match (named(schema, "type").as_str(), format.as_str()) {
        ("", _) => "of any type".to_owned(),
        (r#type, "") => format!("`{type}`{items}"),
        (r#type, format) => format!("`{type}` (`{format}`)"),
    }
}

/// How a field's value is made.
fn made(diff: &mut Diff<'_>, at: &str, old: &Field, new: &Field) {
    let place = Some(Place::New(new.origin));
    match (&old.value, &new.value) {
        (FieldValue::Const(before), FieldValue::Const(after)) => {
            if before != after {
                let what = format!("it is always `{}`, it was `{}`", bare(after), bare(before));
                diff.breaking(at, what, "the same record means something else", place);
            }
        }
        (FieldValue::Enum(before), FieldValue::Enum(after)) => translated(diff, at, before, after, place),
        (FieldValue::Expression(before), FieldValue::Expression(after)) => {
            if before.source == after.source {
            } else if matches!(new.name.as_str(), "id" | "remote_id") {
                let what = format!("it is made from `{}`, it was made from `{}`", line(&after.source), line(&before.source));
                diff.breaking(at, what, "records are recognised by it, and ids that were stored may match no more", place);
            } else {
                diff.fix(at, format!("it is made from `{}`, it was made from `{}`", line(&after.source), line(&before.source)), place);
            }
        }
        (FieldValue::Const(_) | FieldValue::Expression(_) | FieldValue::Enum(_), _) => diff.fix(at, "it is made in another way", place),
    }
}

fn translated(diff: &mut Diff<'_>, at: &str, old: &EnumMap, new: &EnumMap, place: Option<Place>) {
    const MEANS: &str = "the same record means something else";
    let find =
        |map: &EnumMap, word: &str| map.values.iter().find(|(from, _)| from == word).map(|(_, to)| to.clone()).or(map.otherwise.clone());
    for (word, before) in &old.values {
        match find(new, word) {
            Some(after) if after == *before => {}
            Some(after) => diff.breaking(at, format!("the provider's `{word}` is `{after}`, it was `{before}`"), MEANS, place),
            None => diff.breaking(at, format!("the provider's `{word}` has no unified value any more, it was `{before}`"), MEANS, place),
        }
    }
    for (word, after) in new.values.iter().filter(|(word, _)| !old.values.iter().any(|(known, _)| known == word)) {
        match &old.otherwise {
            Some(before) if before == after => {}
            Some(before) => diff.breaking(at, format!("the provider's `{word}` is `{after}`, it was `{before}`"), MEANS, place),
            None => diff.feature(at, format!("the provider's `{word}` is `{after}`, it was left out"), place),
        }
    }
    match (&old.otherwise, &new.otherwise) {
        (None, Some(after)) => diff.feature(at, format!("any other value of the provider's is `{after}`, it was left out"), place),
        (Some(before), after) if after.as_ref() != Some(before) => {
            let now = after.as_ref().map_or_else(|| "is left out".to_owned(), |after| format!("is `{after}`"));
            diff.breaking(at, format!("any other value of the provider's {now}, it was `{before}`"), MEANS, place);
        }
        (Some(_), _) | (None, None) => {}
    }
    if old.from.source != new.from.source {
        let what = format!("it is made from `{}`, it was made from `{}`", line(&new.from.source), line(&old.from.source));
        diff.fix(at, what, place);
    }
}

/// The schema of a resource's records.
fn schema(plan: &Plan, map: &ResourceMap) -> Value {
    plan.model(&map.model).and_then(|model| model.resources.get(&map.resource)).cloned().unwrap_or_default()
}

/// A value as people write it: text without quotes.
fn bare(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), ToOwned::to_owned)
}

/// An expression in one line.
pub(super) fn line(source: &str) -> String {
    source.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn at(map: &ResourceMap) -> String {
    format!("resource `{}` of `{}`", map.resource, map.model)
}

fn within(what: &str, map: &ResourceMap, name: &str) -> String {
    format!("{what} `{}.{name}` of `{}`", map.resource, map.model)
}
