//! Cassettes: recorded calls, as files that people write and read.

mod tables;

use std::collections::BTreeMap;

use connc_plan as plan;
use serde_json::Value as Json;

use crate::diagnostic::{Code, Diagnostic};
use crate::source::Spanned;
use crate::yaml::{Context, Kind, Literal, Node, Reader};
pub use tables::{CASSETTE, CASSETTE_CALL, CASSETTE_CONNECT, CASSETTE_FILE, EXCHANGE, RECORDED_REQUEST, RECORDED_RESPONSE};

/// Reads a cassette. `name` is the file's without its ending.
pub fn cassette<'a>(name: &str, node: &'a Node, context: &mut Context<'a>) -> Option<plan::Cassette> {
    let file = context.sources.path(node.span.file).to_owned();
    let mut reader = Reader::open(node, &CASSETTE, context)?;
    let (source, auth, model, clock) = (reader.text("source"), reader.text("auth"), reader.text("model"), reader.text("clock"));
    let seed = reader.integer("seed");
    let fails = reader.choice("fails").and_then(|word| plan::ErrorKind::ALL.iter().find(|(name, _)| *name == word.value));
    let (account, app, parameters) = (values(&mut reader, "account"), values(&mut reader, "app"), values(&mut reader, "parameters"));
    let call = call(&mut reader);
    let connect = connect(&mut reader);
    let disconnect = reader.boolean("disconnect").unwrap_or(false);
    let tokens: Option<Vec<String>> =
        reader.take("tokens").is_some().then(|| reader.texts("tokens").into_iter().map(|name| name.value).collect());
    // What connecting gives is there after it.
    for key in ["kept", "tokens"] {
        if connect.is_some()
            && let Some(span) = reader.key_span(key)
        {
            let message =
                format!("`{key}` says what an account holds that is connected already, and this one is connected by the recording");
            let diagnostic = Diagnostic::new(Code::ConflictingKeys, span, message);
            reader.context().diagnostics.push(diagnostic.help(format!("leave out `{key}` or `connect`")));
        }
    }
    let mut exchanges = Vec::new();
    if let Some(list) = reader.take("exchanges") {
        for item in reader.context().list(list, "exchanges") {
            exchanges.extend(exchange(item, reader.context()));
        }
    }
    Some(plan::Cassette {
        kept: values(&mut reader, "kept"),
        name: name.to_owned(),
        file,
        source: source?.value,
        account,
        app,
        auth: auth?.value,
        parameters,
        connect,
        tokens,
        disconnect,
        model: model.map(|model| model.value),
        call: call?,
        clock: clock?.value,
        seed: seed?.value,
        fails: fails.map(|(_, kind)| *kind),
        exchanges,
    })
}

fn connect(reader: &mut Reader<'_, '_>) -> Option<plan::CassetteConnect> {
    let node = reader.take("connect")?;
    let mut inner = Reader::open(node, &CASSETTE_CONNECT, reader.context())?;
    let answer = inner.one_of(&["code", "error"]).and_then(|key| Some((key.to_owned(), inner.text(key)?.value)));
    let redirect_uri = inner.text("redirect_uri").map_or_else(|| "http://127.0.0.1:8400/".to_owned(), |text| text.value);
    Some(plan::CassetteConnect { redirect_uri, redirected: answer.into_iter().collect(), choose: texts(&mut inner, "choose") })
}

fn call(reader: &mut Reader<'_, '_>) -> Option<plan::CassetteCall> {
    let node = reader.take("call")?;
    let mut inner = Reader::open(node, &CASSETTE_CALL, reader.context())?;
    let (resource, verb) = (inner.text("resource"), inner.text("verb"));
    let (id, parent) = (inner.text("id").map(|text| text.value), inner.text("parent").map(|text| text.value));
    let input = Json::Object(values(&mut inner, "input").into_iter().collect());
    let mut files = Vec::new();
    for (input, node) in inner.map("files") {
        let Some(mut file) = Reader::open(node, &CASSETTE_FILE, inner.context()) else { continue };
        let (name, content_type, text) = (file.text("name"), file.text("content_type"), file.text("text"));
        let (Some(name), Some(text)) = (name, text) else { continue };
        let content_type = content_type.map(|text| text.value);
        files.push(plan::CassetteFile { input: input.value.clone(), name: name.value, content_type, text: text.value });
    }
    let filters = texts(&mut inner, "where");
    let limit = inner.integer("limit").map(|number| number.value);
    Some(plan::CassetteCall { resource: resource?.value, verb: verb?.value, id, parent, input, files, filters, limit })
}

fn exchange<'a>(node: &'a Node, context: &mut Context<'a>) -> Option<plan::Exchange> {
    let position = context.sources.position(node.span.file, node.span.start);
    let origin = plan::Origin { file: node.span.file.number(), line: position.line, column: position.column };
    let mut reader = Reader::open(node, &EXCHANGE, context)?;
    let (request, response) = (request(&mut reader), response(&mut reader));
    Some(plan::Exchange { request: request?, response: response?, origin })
}

fn request(reader: &mut Reader<'_, '_>) -> Option<plan::RecordedRequest> {
    let node = reader.take("request")?;
    let mut inner = Reader::open(node, &RECORDED_REQUEST, reader.context())?;
    let (word, url, headers) = (inner.choice("method"), inner.text("url"), texts(&mut inner, "headers"));
    let body = match inner.one_of(&["json", "form", "text"]) {
        Some("json") => plan::RecordedBody::Json(inner.take("json").map(Node::to_json).unwrap_or_default()),
        Some("form") => plan::RecordedBody::Form(texts(&mut inner, "form")),
        Some(_) => plan::RecordedBody::Text(inner.text("text").map(|text| text.value).unwrap_or_default()),
        None => plan::RecordedBody::None,
    };
    let any = inner.texts("any").into_iter().map(|text| text.value).collect();
    let word = word?.value;
    let method = plan::Method::ALL.iter().find(|(_, method)| method.name() == word).map(|(_, method)| *method)?;
    Some(plan::RecordedRequest { method, url: url?.value, headers, body, any })
}

fn response(reader: &mut Reader<'_, '_>) -> Option<plan::RecordedResponse> {
    let node = reader.take("response")?;
    let mut inner = Reader::open(node, &RECORDED_RESPONSE, reader.context())?;
    let status = inner.integer("status");
    let mut headers = Vec::new();
    for (name, value) in inner.map("headers") {
        let values: &[Node] = match &value.kind {
            Kind::Sequence(items) => items,
            Kind::Scalar(_) | Kind::Mapping(_) | Kind::Broken => std::slice::from_ref(value),
        };
        headers.extend(values.iter().filter_map(|value| Some((name.value.clone(), inner.context().text(value, name)?.value))));
    }
    let chosen = inner.one_of(&["json", "text", "base64"]);
    let base64 = chosen == Some("base64");
    let body = match chosen {
        Some("json") => {
            let mut body = String::new();
            if let Some(node) = inner.take("json") {
                write_json(node, &mut body);
            }
            body
        }
        Some(key) => inner.text(key).map(|text| text.value).unwrap_or_default(),
        None => String::new(),
    };
    let status = status?;
    let Some(number) = u16::try_from(status.value).ok().filter(|number| (100..=599).contains(number)) else {
        let message = format!("`{}` is not an HTTP status", status.value);
        inner.context().diagnostics.push(Diagnostic::new(Code::InvalidValue, status.span, message).help("statuses are from 100 to 599"));
        return None;
    };
    Some(plan::RecordedResponse { status: number, headers, body, base64 })
}

fn values(reader: &mut Reader<'_, '_>, name: &str) -> BTreeMap<String, Json> {
    reader.map(name).into_iter().map(|(key, node)| (key.value.clone(), node.to_exact_json())).collect()
}

fn texts(reader: &mut Reader<'_, '_>, name: &str) -> Vec<(String, String)> {
    let entries: Vec<(&Spanned<String>, &Node)> = reader.map(name);
    entries.into_iter().filter_map(|(key, node)| Some((key.value.clone(), reader.context().text(node, key)?.value))).collect()
}

/// Writes JSON with each number's digits as they stand in the file, so that an id of 19 digits is sent as it is.
fn write_json(node: &Node, out: &mut String) {
    match &node.kind {
        Kind::Scalar(scalar) => {
            let literal = scalar.literal();
            let digits = !scalar.text.is_empty()
                && scalar.text.bytes().all(|byte| byte.is_ascii_digit())
                && (scalar.text.len() == 1 || !scalar.text.starts_with('0'));
            match literal {
                _ if !scalar.quoted && digits => out.push_str(&scalar.text),
                Literal::Null | Literal::Bool(_) | Literal::Integer(_) | Literal::Float(_) | Literal::String(_) => {
                    out.push_str(&literal.to_json().to_string());
                }
            }
        }
        Kind::Sequence(items) => {
            out.push('[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                write_json(item, out);
            }
            out.push(']');
        }
        Kind::Mapping(entries) => {
            out.push('{');
            for (index, entry) in entries.iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                out.push_str(&Json::from(entry.key.value.as_str()).to_string());
                out.push(':');
                write_json(&entry.value, out);
            }
            out.push('}');
        }
        Kind::Broken => out.push_str("null"),
    }
}
