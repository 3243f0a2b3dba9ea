//! What is different between a recorded request and one that was sent, in words.

use std::collections::BTreeMap;

use bytes::Bytes;
use connc_plan::{RecordedBody, RecordedRequest};
use serde_json::Value;
use url::Url;

use crate::{Secret, hash};

/// Every difference; secrets are still in the words.
pub(super) fn differences(
    recorded: &RecordedRequest,
    sent: &http::Request<Bytes>,
    secrets: &BTreeMap<String, Secret<String>>,
) -> Vec<String> {
    let mut found = Vec::new();
    let mut same = |what: &str, expected: &str, sent: &str| {
        if expected != sent {
            found.push(format!("{what} is `{sent}`, recorded is `{expected}`"));
        }
    };
    same("the method", recorded.method.name(), sent.method().as_str());
    let expected = filled(&recorded.url, secrets);
    let (expected, actual) = (Url::parse(&expected), Url::parse(&sent.uri().to_string()));
    match (expected, actual) {
        (Ok(expected), Ok(actual)) => {
            same("the URL", &without_query(&expected), &without_query(&actual));
            same("the query", &query(&expected), &query(&actual));
        }
        (Err(_), _) => found.push("the recorded URL cannot be read".to_owned()),
        (_, Err(_)) => found.push("the URL that was sent cannot be read".to_owned()),
    }
    for (name, value) in &recorded.headers {
        let values: Vec<_> =
            sent.headers().get_all(name.as_str()).iter().map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned()).collect();
        let expected = filled(value, secrets);
        let readable = |value: &String| if expected.starts_with("Basic base64(") { hash::legible_basic(value) } else { None };
        let values: Vec<String> = values.into_iter().map(|value| readable(&value).unwrap_or(value)).collect();
        if values.is_empty() {
            found.push(format!("header `{name}` is missing, recorded is `{expected}`"));
        } else if values.join(", ") != expected {
            found.push(format!("header `{name}` is `{}`, recorded is `{expected}`", values.join(", ")));
        }
    }
    found.extend(body(recorded, sent.body(), secrets));
    found
}

fn without_query(url: &Url) -> String {
    let mut url = url.clone();
    url.set_query(None);
    url.to_string()
}

/// The query's pairs, decoded and sorted: their order does not matter, their number does.
fn query(url: &Url) -> String {
    let mut pairs: Vec<String> = url.query_pairs().map(|(name, value)| format!("{name}={value}")).collect();
    pairs.sort();
    pairs.join("&")
}

fn body(recorded: &RecordedRequest, sent: &Bytes, secrets: &BTreeMap<String, Secret<String>>) -> Option<String> {
    let text = String::from_utf8_lossy(sent);
    match &recorded.body {
        RecordedBody::None if sent.is_empty() => None,
        RecordedBody::None => Some(format!("the body is `{text}`, recorded is none")),
        RecordedBody::Json(expected) => {
            let Ok(mut actual) = serde_json::from_str::<Value>(&text) else {
                return Some(format!("the body is `{text}`, recorded is JSON"));
            };
            let mut expected = expected.clone();
            fill(&mut expected, secrets);
            for pointer in &recorded.any {
                // What may be anything must still be there.
                if let (Some(expected), Some(actual)) = (expected.pointer_mut(pointer), actual.pointer_mut(pointer)) {
                    *actual = expected.clone();
                }
            }
            (expected != actual).then(|| format!("the body differs at {}", json_difference(&expected, &actual, String::new())))
        }
        RecordedBody::Text(expected) => {
            let (expected, text) = (filled(expected, secrets).replace("\r\n", "\n"), text.replace("\r\n", "\n"));
            (expected.trim_end() != text.trim_end()).then(|| format!("the body is `{text}`, recorded is `{expected}`"))
        }
        RecordedBody::Form(expected) => {
            let any = |name: &str| recorded.any.iter().any(|free| free == name);
            let clear = |name: &str, value: String| if any(name) { (name.to_owned(), String::new()) } else { (name.to_owned(), value) };
            let mut expected: Vec<_> = expected.iter().map(|(name, value)| clear(name, filled(value, secrets))).collect();
            let mut actual: Vec<_> = url::form_urlencoded::parse(sent).map(|(name, value)| clear(&name, value.into_owned())).collect();
            // Fields of one name keep their order among themselves.
            expected.sort_by(|(one, _), (other, _)| one.cmp(other));
            actual.sort_by(|(one, _), (other, _)| one.cmp(other));
            form_difference(&expected, &actual)
        }
    }
}

/// The first field, by name, in which two forms differ.
fn form_difference(expected: &[(String, String)], actual: &[(String, String)]) -> Option<String> {
    let same = expected.iter().zip(actual).take_while(|(expected, actual)| expected == actual).count();
    let name = match (expected.get(same), actual.get(same)) {
        (None, None) => return None,
        (Some((expected, _)), Some((actual, _))) => expected.min(actual),
        (Some((name, _)), None) | (None, Some((name, _))) => name,
    };
    let shown = |fields: &[(String, String)]| {
        let values: Vec<_> = fields.iter().filter(|(field, _)| field == name).map(|(_, value)| format!("`{value}`")).collect();
        if values.is_empty() { "none".to_owned() } else { values.join(", ") }
    };
    Some(format!("the form's `{name}` is {}, recorded is {}", shown(actual), shown(expected)))
}

/// The first place where two documents differ.
fn json_difference(expected: &Value, actual: &Value, at: String) -> String {
    match (expected, actual) {
        (Value::Object(expected), Value::Object(actual)) => {
            let names = expected.keys().chain(actual.keys().filter(|name| !expected.contains_key(*name)));
            for name in names {
                let place = format!("{at}/{name}");
                match (expected.get(name), actual.get(name)) {
                    (Some(expected), Some(actual)) if expected == actual => {}
                    (Some(expected), Some(actual)) => return json_difference(expected, actual, place),
                    (Some(expected), None) => return format!("`{place}`: it is missing, recorded is `{expected}`"),
                    (None, Some(actual)) => return format!("`{place}`: it is `{actual}`, recorded is none"),
                    (None, None) => {}
                }
            }
        }
        (Value::Array(expected), Value::Array(actual)) if expected.len() == actual.len() => {
            let different = expected.iter().zip(actual).enumerate().find(|(_, (expected, actual))| expected != actual);
            if let Some((index, (expected, actual))) = different {
                return json_difference(expected, actual, format!("{at}/{index}"));
            }
        }
        _ => {}
    }
    format!("`{at}`: it is `{actual}`, recorded is `{expected}`")
}

fn fill(value: &mut Value, secrets: &BTreeMap<String, Secret<String>>) {
    match value {
        Value::String(text) => *text = filled(text, secrets),
        Value::Array(items) => items.iter_mut().for_each(|item| fill(item, secrets)),
        Value::Object(members) => members.values_mut().for_each(|member| fill(member, secrets)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// The text with `{{ secret.NAME }}` filled in.
fn filled(text: &str, secrets: &BTreeMap<String, Secret<String>>) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("{{") {
        out.push_str(before);
        let Some((name, after)) = after.split_once("}}") else {
            out.push_str("{{");
            rest = after;
            continue;
        };
        match secrets.get(name.trim()) {
            Some(secret) => out.push_str(secret.expose()),
            None => out.push_str(&format!("{{{{{name}}}}}")),
        }
        rest = after;
    }
    out.push_str(rest);
    out
}
