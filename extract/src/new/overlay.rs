//! The overlay that says what maps rely on and descriptions forget: that each record has the id it is read by.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use serde_json::Value;

use super::draft::{Draft, Guess, Operation, Records};
use super::words::steps;
use crate::Extract;

/// The overlay's text, if anything is to be said; `source` is the description's place among those of the draft.
pub(super) fn text(extract: &Extract, draft: &Draft, source: usize, file: &str) -> Option<String> {
    let mut places: BTreeSet<(String, String, &'static str)> = BTreeSet::new();
    if let Some(sdl) = &extract.sdl {
        of_schema(sdl, draft, &mut places);
    }
    for mapped in draft.maps.iter().flat_map(|file| &file.resources) {
        let read =
            draft.operations.iter().filter(|operation| operation.source == source && ["list", "get"].contains(&operation.verb.as_str()));
        for record in read.filter(|operation| operation.resource.join(".") == mapped.from).flat_map(|operation| records(extract, operation))
        {
            for field in &mapped.fields {
                let (expression, is_text) = match field.guesses.first() {
                    Some(Guess::Expression(expression)) => (expression, true),
                    Some(Guess::Words { from, .. }) => (from, false),
                    None => continue,
                };
                let Some(path) = steps(&expression.replace("[0]", "")) else { continue };
                if field.required {
                    require(extract, &record, &path, &mut places, 8);
                }
                if let Some(format) = field.format.filter(|_| is_text) {
                    formatted(extract, &record, &path, format, &mut places, 8);
                }
            }
        }
    }
    if places.is_empty() {
        return None;
    }
    let mut out = format!("# Where the description is wrong or silent. Each reason says how that is known.\noverlay: {file}\nchanges:\n");
    for (at, change, reason) in places {
        let _ = writeln!(out, "  - at: {}\n    {change}\n    reason: \"review: {reason}\"", super::text::quoted(&at));
    }
    Some(out)
}

/// What the names of a GraphQL schema say: scalars that are times, and texts that are addresses.
fn of_schema(sdl: &str, draft: &Draft, places: &mut BTreeSet<(String, String, &'static str)>) {
    for name in sdl.lines().filter_map(|line| line.strip_prefix("scalar ")) {
        let name = name.split([' ', '@']).next().unwrap_or_default();
        if name.contains("DateTime") || name.contains("Timestamp") {
            places.insert((name.to_owned(), "merge: { format: date-time }".to_owned(), NAMED));
        }
    }
    for mapped in draft.maps.iter().flat_map(|file| &file.resources) {
        for operation in draft.operations.iter().filter(|operation| operation.resource.join(".") == mapped.from) {
            for field in &mapped.fields {
                let (Some(format), Some(Guess::Expression(name)), Some(on)) = (field.format, field.guesses.first(), &operation.record_type)
                else {
                    continue;
                };
                let declared = operation.record.get("properties").and_then(|properties| properties.get(name));
                if declared.is_some_and(|declared| {
                    super::schemas::has_type(declared, "string") && declared.get("format").is_none() && declared.get("enum").is_none()
                }) {
                    places.insert((format!("{on}.{name}"), format!("merge: {{ format: {format} }}"), NAMED));
                }
            }
        }
    }
}

/// Where an operation's records are declared in the extract.
fn records(extract: &Extract, operation: &Operation) -> Vec<String> {
    let Some(described) = extract.operations.get(&operation.key) else { return Vec::new() };
    let answers = described.get("answers").and_then(Value::as_object).into_iter().flatten();
    let good = answers.filter(|(status, answer)| status.starts_with('2') && answer.is_object());
    let mut here: Vec<String> = good.map(|(status, _)| format!("/operations/{}/answers/{status}", escaped(&operation.key))).collect();
    let (path, is_list) = match &operation.records {
        Records::Items(path, _) => (path.as_str(), true),
        Records::Item(path) => (path.as_str(), false),
        Records::Whole | Records::None => ("$", false),
    };
    for step in steps(path).unwrap_or_default() {
        here = here
            .iter()
            .flat_map(|place| objects(extract, place, 8))
            .map(|place| format!("{place}/properties/{}", escaped(&step)))
            .collect();
    }
    if is_list {
        here = here.iter().flat_map(|place| lists(extract, place, 8)).map(|place| format!("{place}/items")).collect();
    }
    here.into_iter().flat_map(|place| objects(extract, &place, 8)).collect()
}

fn escaped(step: &str) -> String {
    step.replace('~', "~0").replace('/', "~1")
}

/// What stands in the extract at a place.
fn at<'a>(extract: &'a Extract, place: &str) -> Option<&'a Value> {
    let mut steps = place.split('/').skip(1).map(|step| step.replace("~1", "/").replace("~0", "~"));
    let root = match steps.next()?.as_str() {
        "operations" => &extract.operations,
        _ => &extract.types,
    };
    let mut here = root.get(&steps.next()?)?;
    for step in steps {
        here = match here {
            Value::Array(items) => items.get(step.parse::<usize>().ok()?)?,
            other => other.get(&step)?,
        };
    }
    Some(here)
}

fn followed(extract: &Extract, place: &str, depth: usize) -> Vec<String> {
    let Some(schema) = at(extract, place).filter(|_| depth > 0) else { return Vec::new() };
    if let Some(reference) = schema.get("$ref").and_then(Value::as_str) {
        return followed(extract, reference.trim_start_matches('#'), depth - 1);
    }
    if let Some(several) = schema.get("anyOf").and_then(Value::as_array) {
        return (0..several.len()).flat_map(|index| followed(extract, &format!("{place}/anyOf/{index}"), depth - 1)).collect();
    }
    vec![place.to_owned()]
}

fn objects(extract: &Extract, place: &str, depth: usize) -> Vec<String> {
    let all = followed(extract, place, depth).into_iter();
    all.filter(|place| at(extract, place).is_some_and(|schema| schema.get("properties").is_some())).collect()
}

fn lists(extract: &Extract, place: &str, depth: usize) -> Vec<String> {
    let all = followed(extract, place, depth).into_iter();
    all.filter(|place| at(extract, place).is_some_and(|schema| schema.get("items").is_some())).collect()
}

const NAMED: &str = "its name says so; the description gives it no format";
const NEEDED: &str = "a unified record must have it; the description does not say that it is always there";

/// Says of a text what its name says, where the description gives it no format.
fn formatted(
    extract: &Extract,
    place: &str,
    path: &[String],
    format: &'static str,
    places: &mut BTreeSet<(String, String, &'static str)>,
    depth: usize,
) {
    let Some((first, rest)) = path.split_first() else { return };
    let below = format!("{place}/properties/{}", escaped(first));
    if !rest.is_empty() {
        let items = lists(extract, &below, 8).into_iter().flat_map(|list| objects(extract, &format!("{list}/items"), 8));
        for inner in objects(extract, &below, 8).into_iter().chain(items).filter(|_| depth > 0) {
            formatted(extract, &inner, rest, format, places, depth - 1);
        }
        return;
    }
    for text in followed(extract, &below, 8) {
        let Some(schema) = at(extract, &text) else { continue };
        if super::schemas::has_type(schema, "string") && schema.get("format").is_none() && schema.get("enum").is_none() {
            places.insert((text, format!("merge: {{ format: {format} }}"), NAMED));
        }
    }
}

/// Says of an object that it has the member, and of what is on the way to it.
fn require(extract: &Extract, place: &str, path: &[String], places: &mut BTreeSet<(String, String, &'static str)>, depth: usize) {
    let Some((first, rest)) = path.split_first() else { return };
    let Some(schema) = at(extract, place) else { return };
    let Some(member) = schema.get("properties").and_then(|properties| properties.get(first)) else { return };
    let required = schema.get("required").and_then(Value::as_array);
    if !required.is_some_and(|required| required.iter().any(|known| known == first)) {
        let name = super::text::quoted(first);
        match required {
            Some(_) => places.insert((format!("{place}/required/-"), format!("set: {name}"), NEEDED)),
            None => places.insert((place.to_owned(), format!("merge: {{ required: [{name}] }}"), NEEDED)),
        };
    }
    let below = format!("{place}/properties/{}", escaped(first));
    // An id that may be null is none.
    if rest.is_empty()
        && let Some(words) = member.get("type").and_then(Value::as_array)
        && words.iter().any(|word| word == "null")
        && let [word] = words.iter().filter(|word| *word != "null").collect::<Vec<_>>().as_slice()
    {
        places.insert((below.clone(), format!("merge: {{ type: {} }}", word.as_str().unwrap_or("string")), NEEDED));
    }
    if !rest.is_empty() && depth > 0 {
        for inner in objects(extract, &below, 8) {
            require(extract, &inner, rest, places, depth - 1);
        }
    }
}
