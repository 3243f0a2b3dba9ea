//! What an operation takes: query parameters, headers, form fields and bodies as inputs.

use std::collections::BTreeSet;

use connc_plan::Method;
use serde_json::Value;

use super::draft::{Input, Place};
use super::offers::Offer;
use super::schemas::Schemas;
use super::security::{Ways, is_credential};
use super::text::quoted;
use super::words::snake;

/// What an operation takes.
pub(super) struct Taken {
    pub(super) inputs: Vec<Input>,
    pub(super) has_credentials: bool,
}

/// The most fields of a form that are inputs.
const FIELDS: usize = 60;
/// The most words of an input that are written out.
const WORDS: usize = 80;

/// The inputs of an operation, without those that paging sets.
pub(super) fn inputs(offer: &Offer, path: &[String], paged: &[String], schemas: Schemas<'_>, ways: &Ways) -> Taken {
    let mut taken = Taken { inputs: Vec::new(), has_credentials: false };
    let mut names: BTreeSet<String> = ["id", "parent", "body"].map(ToOwned::to_owned).into();
    for name in path {
        names.insert(name.clone());
        taken.inputs.push(Input {
            name: name.clone(),
            declared: "{ type: string, required: true }".to_owned(),
            required: true,
            place: Place::Path,
        });
    }
    let parameters = offer.made.get("parameters").and_then(Value::as_object).into_iter().flatten();
    for (key, parameter) in parameters {
        let place = parameter.get("in").and_then(Value::as_str).unwrap_or_default();
        let name = key.split('@').next().filter(|_| key.ends_with(&format!("@{place}"))).unwrap_or(key);
        let required = parameter.get("required") == Some(&Value::Bool(true));
        if place == "header" && !connc_plan::header::is_free(name) {
            continue;
        }
        if !["query", "header"].contains(&place) || paged.iter().any(|paged| paged == name) {
            continue;
        }
        if is_credential(name, ways) {
            taken.has_credentials = true;
            continue;
        }
        let is_deprecated = parameter.get("deprecated") == Some(&Value::Bool(true));
        if !required && (is_deprecated || place == "header") {
            continue;
        }
        let Some(kind) = kind(parameter, schemas, required || offer.joined.contains(name)) else { continue };
        let own = own_name(name, &mut names);
        let value = if kind.is_list { format!("{{{{ input.{own} | join(\",\") }}}}") } else { format!("{{{{ input.{own} }}}}") };
        let place = if place == "query" { Place::Query(name.to_owned(), value) } else { Place::Header(name.to_owned(), value) };
        let review = if kind.is_list && !offer.joined.contains(name) { " # review: sent as one parameter, with commas" } else { "" };
        let declared = format!("{}{review}", declared(&kind.text, required));
        taken.inputs.push(Input { declared, name: own, required, place });
    }
    if offer.method != Method::Get && offer.method != Method::Head {
        body(offer, schemas, ways, &mut names, &mut taken);
    }
    taken
}

fn body(offer: &Offer, schemas: Schemas<'_>, ways: &Ways, names: &mut BTreeSet<String>, taken: &mut Taken) {
    let Some(body) = offer.made.get("body") else { return };
    let required = body.get("required") == Some(&Value::Bool(true));
    let schema = body.get("schema").unwrap_or(&Value::Null);
    if body.get("form") != Some(&Value::Bool(true)) {
        let list = schemas.items(schema).is_some();
        let kind = if list { "array" } else { "object" };
        let declared = declared(&format!("type: {kind}"), required);
        taken.inputs.push(Input { name: "body".to_owned(), declared, required, place: Place::Body });
        return;
    }
    let needed: Vec<&str> = schemas
        .alternatives(schema)
        .into_iter()
        .filter_map(|one| one.get("required")?.as_array())
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    for (name, member) in schemas.members(schema).into_iter().take(FIELDS) {
        if is_credential(name, ways) {
            taken.has_credentials = true;
            continue;
        }
        let required = needed.contains(&name);
        let skipped = member.get("deprecated") == Some(&Value::Bool(true)) || member.get("readOnly") == Some(&Value::Bool(true));
        let Some(kind) = kind(member, schemas, required).filter(|kind| !skipped && !kind.is_list) else { continue };
        let own = own_name(name, names);
        let value = format!("{{{{ input.{own} }}}}");
        taken.inputs.push(Input {
            declared: declared(&kind.text, required),
            name: own,
            required,
            place: Place::Form(name.to_owned(), value),
        });
    }
}

/// An input's name: the parameter's, told apart from others.
fn own_name(name: &str, names: &mut BTreeSet<String>) -> String {
    let plain = Some(snake(name)).filter(|name| !name.is_empty()).unwrap_or_else(|| "parameter".to_owned());
    let plain = if ["id", "parent", "body"].contains(&plain.as_str()) { format!("{plain}_parameter") } else { plain };
    let candidates = std::iter::once(plain.clone()).chain((2..10_000).map(|number| format!("{plain}_{number}")));
    let own = candidates.into_iter().find(|name| !names.contains(name)).unwrap_or(plain);
    names.insert(own.clone());
    own
}

struct Kind {
    text: String,
    is_list: bool,
}

/// An input's type; none where a URL cannot carry it.
fn kind(schema: &Value, schemas: Schemas<'_>, lists: bool) -> Option<Kind> {
    let plain = |text: &str| Some(Kind { text: text.to_owned(), is_list: false });
    if schemas.items(schema).is_some() {
        return lists.then(|| Kind { text: "type: array".to_owned(), is_list: true });
    }
    if schemas.is(schema, "object") {
        return None;
    }
    let words = schemas.words(schema);
    let printable = |word: &String| !word.is_empty() && !word.chars().any(char::is_control);
    let all_words = schemas.alternatives(schema).iter().all(|one| one.get("enum").is_some());
    if !words.is_empty() && all_words && words.len() <= WORDS && words.iter().all(printable) && schemas.is(schema, "string") {
        let mut seen = BTreeSet::new();
        let words: Vec<String> = words.iter().filter(|word| seen.insert((*word).clone())).map(|word| quoted(word)).collect();
        return plain(&format!("type: enum, values: [{}]", words.join(", ")));
    }
    let is = |word: &str| schemas.alternatives(schema).iter().all(|one| super::schemas::has_type(one, word));
    if schemas.alternatives(schema).is_empty() {
        plain("type: string")
    } else if is("boolean") {
        plain("type: boolean")
    } else if is("integer") {
        plain("type: integer")
    } else if is("number") {
        plain("type: number")
    } else if is("string") && schemas.format(schema) == Some("date-time") {
        plain("type: timestamp")
    } else {
        plain("type: string")
    }
}

fn declared(kind: &str, required: bool) -> String {
    if required { format!("{{ {kind}, required: true }}") } else { format!("{{ {kind} }}") }
}
