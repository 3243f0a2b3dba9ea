//! A cassette as the text of its file.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use connc_compiler::yaml::Literal;
use connc_extract::quoted;
use connc_plan::{Cassette, CassetteCall, CassetteConnect, CassetteFile, Exchange, RecordedBody, RecordedRequest, RecordedResponse};
use serde_json::Value;

use super::json::Json;

/// The whole file.
pub(crate) fn cassette(cassette: &Cassette) -> String {
    let Cassette {
        name: _,
        file: _,
        source,
        account,
        app,
        auth,
        parameters,
        kept,
        connect,
        tokens,
        disconnect,
        model,
        call,
        clock,
        seed,
        fails,
        exchanges,
    } = cassette;
    let map = |name: &str, values: &BTreeMap<String, Value>| {
        let members = Json::Object(values.iter().map(|(name, value)| (name.clone(), data(value))).collect());
        (!values.is_empty()).then(|| (name.to_owned(), members))
    };
    let mut members = vec![("source".to_owned(), text(source))];
    members.extend(map("account", account));
    members.extend(map("app", app));
    members.push(("auth".to_owned(), text(auth)));
    members.extend(map("parameters", parameters));
    members.extend(map("kept", kept));
    if let Some(CassetteConnect { redirect_uri, redirected, choose }) = connect {
        let mut inner: Vec<_> = redirected.iter().map(|(name, value)| (name.clone(), text(value))).collect();
        inner.push(("redirect_uri".to_owned(), text(redirect_uri)));
        inner.push(("choose".to_owned(), pairs(choose)));
        members.push(("connect".to_owned(), Json::Object(inner)));
    }
    members.extend(tokens.iter().map(|tokens| ("tokens".to_owned(), Json::List(tokens.iter().map(|name| text(name)).collect()))));
    members.extend(disconnect.then(|| ("disconnect".to_owned(), Json::Bool(true))));
    members.extend(model.iter().map(|model| ("model".to_owned(), text(model))));
    members.push(("call".to_owned(), called(call)));
    members.push(("clock".to_owned(), text(clock)));
    members.push(("seed".to_owned(), Json::Number(seed.to_string())));
    members.extend(fails.iter().map(|kind| ("fails".to_owned(), text(kind.name()))));
    members.push(("exchanges".to_owned(), Json::List(exchanges.iter().map(exchange).collect())));
    let mut out = String::new();
    block(&mut out, 0, &members);
    out
}

fn called(call: &CassetteCall) -> Json {
    let CassetteCall { resource, verb, id, parent, input, files, filters, limit } = call;
    let mut members = vec![("resource".to_owned(), text(resource)), ("verb".to_owned(), text(verb))];
    members.extend(id.iter().map(|id| ("id".to_owned(), text(id))));
    members.extend(parent.iter().map(|parent| ("parent".to_owned(), text(parent))));
    if input.as_object().is_some_and(|members| !members.is_empty()) {
        members.push(("input".to_owned(), data(input)));
    }
    if !files.is_empty() {
        members.push(("files".to_owned(), Json::Object(files.iter().map(file).collect())));
    }
    if !filters.is_empty() {
        members.push(("where".to_owned(), pairs(filters)));
    }
    members.extend(limit.iter().map(|limit| ("limit".to_owned(), Json::Number(limit.to_string()))));
    Json::Object(members)
}

fn file(file: &CassetteFile) -> (String, Json) {
    let CassetteFile { input, name, content_type, text: content } = file;
    let mut members = vec![("name".to_owned(), text(name))];
    members.extend(content_type.iter().map(|kind| ("content_type".to_owned(), text(kind))));
    members.push(("text".to_owned(), text(content)));
    (input.clone(), Json::Object(members))
}

fn exchange(exchange: &Exchange) -> Json {
    let Exchange { request, response, origin: _ } = exchange;
    let RecordedRequest { method, url, headers, body, any } = request;
    let mut members = vec![("method".to_owned(), text(method.name())), ("url".to_owned(), text(url))];
    if !headers.is_empty() {
        members.push(("headers".to_owned(), pairs(headers)));
    }
    match body {
        RecordedBody::None => {}
        RecordedBody::Json(body) => members.push(("json".to_owned(), data(body))),
        RecordedBody::Form(fields) => members.push(("form".to_owned(), pairs(fields))),
        RecordedBody::Text(body) => members.push(("text".to_owned(), text(body))),
    }
    if !any.is_empty() {
        members.push(("any".to_owned(), Json::List(any.iter().map(|pointer| text(pointer)).collect())));
    }
    Json::Object(vec![("request".to_owned(), Json::Object(members)), ("response".to_owned(), answered(response))])
}

fn answered(response: &RecordedResponse) -> Json {
    let RecordedResponse { status, headers, body, base64 } = response;
    let mut members = vec![("status".to_owned(), Json::Number(status.to_string()))];
    let mut grouped: Vec<(String, Vec<Json>)> = Vec::new();
    for (name, value) in headers {
        match grouped.iter_mut().find(|(known, _)| known == name) {
            Some((_, values)) => values.push(text(value)),
            None => grouped.push((name.clone(), vec![text(value)])),
        }
    }
    if !grouped.is_empty() {
        let one = |(name, mut values): (String, Vec<Json>)| {
            let value = if values.len() == 1 { values.pop().unwrap_or(Json::Null) } else { Json::List(values) };
            (name, value)
        };
        members.push(("headers".to_owned(), Json::Object(grouped.into_iter().map(one).collect())));
    }
    // A member that stands twice cannot be said in YAML.
    if *base64 {
        members.push(("base64".to_owned(), text(body)));
        return Json::Object(members);
    }
    match Json::parse(body).filter(|json| !doubled(json)) {
        Some(json) => members.push(("json".to_owned(), json)),
        None if body.is_empty() => {}
        None => members.push(("text".to_owned(), text(body))),
    }
    Json::Object(members)
}

fn doubled(json: &Json) -> bool {
    match json {
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::Text(_) => false,
        Json::List(items) => items.iter().any(doubled),
        Json::Object(members) => {
            let twice = |index: usize, name: &String| members.iter().take(index).any(|(known, _)| known == name);
            members.iter().enumerate().any(|(index, (name, value))| twice(index, name) || doubled(value))
        }
    }
}

fn text(text: &str) -> Json {
    Json::Text(text.to_owned())
}

fn data(value: &Value) -> Json {
    Json::parse(&value.to_string()).unwrap_or(Json::Null)
}

fn pairs(pairs: &[(String, String)]) -> Json {
    Json::Object(pairs.iter().map(|(name, value)| (name.clone(), text(value))).collect())
}

/// Members on lines of their own.
fn block(out: &mut String, indent: usize, members: &[(String, Json)]) {
    for (name, value) in members {
        let _ = write!(out, "{}{}:", " ".repeat(indent), scalar(name));
        below(out, indent, value);
    }
}

/// What follows `name:`.
fn below(out: &mut String, indent: usize, value: &Json) {
    match value {
        Json::Object(members) if !members.is_empty() && !small(value) => {
            out.push('\n');
            block(out, indent + 2, members);
        }
        Json::List(items) if !items.is_empty() && !small(value) => {
            out.push('\n');
            for item in items {
                let _ = write!(out, "{}-", " ".repeat(indent + 2));
                beside(out, indent + 4, item);
            }
        }
        value => {
            let _ = writeln!(out, " {}", flow(value));
        }
    }
}

/// What follows the dash of a list: an object's first member stands on the same line.
fn beside(out: &mut String, indent: usize, item: &Json) {
    match item {
        Json::Object(members) if !members.is_empty() && !small(item) => {
            let mut inner = String::new();
            block(&mut inner, indent, members);
            let _ = write!(out, " {}", inner.trim_start());
        }
        Json::List(items) if !items.is_empty() && !small(item) => {
            out.push('\n');
            for item in items {
                let _ = write!(out, "{}-", " ".repeat(indent));
                beside(out, indent + 2, item);
            }
        }
        item => {
            let _ = writeln!(out, " {}", flow(item));
        }
    }
}

/// Whether a value reads well on one line.
fn small(value: &Json) -> bool {
    match value {
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::Text(_) => true,
        Json::List(items) => items.iter().all(small) && flow(value).len() <= 100,
        Json::Object(members) => {
            let plain = |value: &Json| matches!(value, Json::Null | Json::Bool(_) | Json::Number(_) | Json::Text(_));
            members.iter().all(|(_, value)| plain(value)) && flow(value).len() <= 80
        }
    }
}

fn flow(value: &Json) -> String {
    match value {
        Json::Null => "null".to_owned(),
        Json::Bool(value) => value.to_string(),
        Json::Number(digits) => digits.clone(),
        Json::Text(text) => scalar(text),
        Json::List(items) => format!("[{}]", items.iter().map(flow).collect::<Vec<_>>().join(", ")),
        Json::Object(members) if members.is_empty() => "{}".to_owned(),
        Json::Object(members) => {
            let members = members.iter().map(|(name, value)| format!("{}: {}", scalar(name), flow(value)));
            format!("{{ {} }}", members.collect::<Vec<_>>().join(", "))
        }
    }
}

/// Text without quotes where YAML reads it as the same text.
fn scalar(text: &str) -> String {
    let first = text.chars().next().is_some_and(|c| c.is_ascii_alphabetic() || c == '_' || c == '/');
    let inner = |c: char| c.is_ascii_alphanumeric() || "_./-+@ ".contains(c);
    let plain = first
        && !text.ends_with([' ', '.'])
        && !text.contains("  ")
        && text.len() <= 200
        && text.chars().all(inner)
        && matches!(Literal::parse(text), Literal::String(_));
    if plain { text.to_owned() } else { quoted(text) }
}
