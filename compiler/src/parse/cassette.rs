//! Cassettes: recorded calls, as files that people write and read.

use std::collections::BTreeMap;

use connc_plan as plan;
use serde_json::Value as Json;

use crate::diagnostic::{Code, Diagnostic};
use crate::source::Spanned;
use crate::yaml::{Context, Key, Kind, Literal, Need, Node, Reader, Table, Value};

/// The kinds of error that answers can lead to.
const FAILURES: &[&str] = &[
    "auth",
    "needs_reauth",
    "forbidden",
    "not_found",
    "conflict",
    "invalid_input",
    "rate_limited",
    "provider",
    "timeout",
    "outcome_unknown",
    "limit",
    "security",
    "map",
    "schema",
];

/// A cassette.
pub static CASSETTE: Table = Table {
    name: "cassette",
    doc: "A recorded call: `connectors/<name>/cassettes/<resource>.<verb>[.<case>].yaml`.",
    keys: &[
        Key {
            name: "source",
            value: Value::Text,
            need: Need::Required,
            doc: "Which official example or document the answers follow.",
            example: "source: API reference, List things, example",
        },
        Key {
            name: "account",
            value: Value::Map(&Value::Literal),
            need: Need::Optional,
            doc: "Account parameters.",
            example: "account: { domain: acme.example.com }",
        },
        Key {
            name: "app",
            value: Value::Map(&Value::Literal),
            need: Need::Optional,
            doc: "Deployment parameters.",
            example: "app: { client_id: client }",
        },
        Key {
            name: "auth",
            value: Value::Name,
            need: Need::Required,
            doc: "The auth method. Its secrets are made up by the replay.",
            example: "auth: api_token",
        },
        Key {
            name: "parameters",
            value: Value::Map(&Value::Literal),
            need: Need::Optional,
            doc: "The auth method's own parameters.",
            example: "parameters: { email: agent@acme.example }",
        },
        Key {
            name: "kept",
            value: Value::Map(&Value::Literal),
            need: Need::Optional,
            doc: "What was kept or chosen when the account was connected.",
            example: "kept: { site: s-1 }",
        },
        Key {
            name: "model",
            value: Value::Name,
            need: Need::Optional,
            doc: "The unified model; the provider's own shape without it.",
            example: "model: user-directory",
        },
        Key {
            name: "call",
            value: Value::Object(&CASSETTE_CALL),
            need: Need::Required,
            doc: "The call.",
            example: "call: { resource: users, verb: list }",
        },
        Key {
            name: "clock",
            value: Value::Text,
            need: Need::Required,
            doc: "What the clock says: an RFC 3339 timestamp.",
            example: "clock: 2026-03-01T12:00:00Z",
        },
        Key { name: "seed", value: Value::Integer, need: Need::Required, doc: "The seed of randomness.", example: "seed: 1" },
        Key {
            name: "fails",
            value: Value::Choice(FAILURES),
            need: Need::Optional,
            doc: "The kind of error that the call ends with; without it, the call must not fail.",
            example: "fails: rate_limited",
        },
        Key {
            name: "exchanges",
            value: Value::List(&Value::Object(&EXCHANGE)),
            need: Need::Required,
            doc: "What is sent and answered, in order.",
            example: "exchanges: []",
        },
    ],
    also: None,
    reserved: &[],
    rest: None,
    frame: "# cassette\n§",
};

/// `call` of a cassette.
pub static CASSETTE_CALL: Table = Table {
    name: "cassette call",
    doc: "The call that a cassette answers.",
    keys: &[
        Key { name: "resource", value: Value::Name, need: Need::Required, doc: "The resource.", example: "resource: users" },
        Key { name: "verb", value: Value::Name, need: Need::Required, doc: "The verb.", example: "verb: list" },
        Key { name: "id", value: Value::Text, need: Need::Optional, doc: "The record's id.", example: "id: \"42\"" },
        Key { name: "parent", value: Value::Text, need: Need::Optional, doc: "The parent's id.", example: "parent: \"7\"" },
        Key { name: "input", value: Value::Map(&Value::Literal), need: Need::Optional, doc: "The input.", example: "input: { name: Ada }" },
        Key {
            name: "files",
            value: Value::Map(&Value::Object(&CASSETTE_FILE)),
            need: Need::Optional,
            doc: "The files that are sent, by input.",
            example: "files: { file: { name: note.txt, content_type: text/plain, text: Hello } }",
        },
        Key {
            name: "where",
            value: Value::Map(&Value::Text),
            need: Need::Optional,
            doc: "Unified filters.",
            example: "where: { email: ada@acme.example }",
        },
        Key {
            name: "limit",
            value: Value::Integer,
            need: Need::Optional,
            doc: "Records at most; a list is read to its end without it.",
            example: "limit: 10",
        },
    ],
    also: None,
    reserved: &[],
    rest: None,
    frame: "# cassette\nsource: API reference\nauth: public\nclock: 2026-03-01T12:00:00Z\nseed: 1\nexchanges: []\ncall:\n  §",
};

/// A file of `files`.
pub static CASSETTE_FILE: Table = Table {
    name: "cassette file",
    doc: "A file that a recorded call sends.",
    keys: &[
        Key { name: "name", value: Value::Text, need: Need::Required, doc: "Its name.", example: "name: note.txt" },
        Key { name: "content_type", value: Value::Text, need: Need::Optional, doc: "Its media type.", example: "content_type: text/plain" },
        Key { name: "text", value: Value::Text, need: Need::Required, doc: "Its content.", example: "text: Hello" },
    ],
    also: None,
    reserved: &[],
    rest: None,
    frame: "# cassette\nsource: API reference\nauth: public\nclock: 2026-03-01T12:00:00Z\nseed: 1\nexchanges: []\ncall:\n  resource: files\n  verb: upload\n  files:\n    file:\n      §",
};

/// A row of `exchanges`.
pub static EXCHANGE: Table = Table {
    name: "exchange",
    doc: "A request and its answer.",
    keys: &[
        Key {
            name: "request",
            value: Value::Object(&RECORDED_REQUEST),
            need: Need::Required,
            doc: "What must be sent.",
            example: "request: { method: GET, url: https://api.example.com/things }",
        },
        Key {
            name: "response",
            value: Value::Object(&RECORDED_RESPONSE),
            need: Need::Required,
            doc: "What comes back.",
            example: "response: { status: 200, json: [] }",
        },
    ],
    also: None,
    reserved: &[],
    rest: None,
    frame: "# cassette\nsource: API reference\nauth: public\nclock: 2026-03-01T12:00:00Z\nseed: 1\ncall: { resource: things, verb: list }\nexchanges:\n  - §",
};

/// `request` of an exchange.
pub static RECORDED_REQUEST: Table = Table {
    name: "recorded request",
    doc: "What must be sent: method, URL and body entirely, headers as far as they are named.",
    keys: &[
        Key {
            name: "method",
            value: Value::Choice(&["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]),
            need: Need::Required,
            doc: "The method.",
            example: "method: GET",
        },
        Key {
            name: "url",
            value: Value::Text,
            need: Need::Required,
            doc: "The absolute URL. The order of query parameters does not matter.",
            example: "url: https://api.example.com/things?limit=2",
        },
        Key {
            name: "headers",
            value: Value::Map(&Value::Text),
            need: Need::Optional,
            doc: "Headers that must be there; `{{ secret.NAME }}` stands for a secret, `{{ token.NAME }}` for a token that the account holds already, and `Basic base64(user:password)` for HTTP Basic.",
            example: "headers: { authorization: \"Bearer {{ secret.token }}\" }",
        },
        Key { name: "json", value: Value::Literal, need: Need::Optional, doc: "The JSON body.", example: "json: { name: Ada }" },
        Key {
            name: "form",
            value: Value::Map(&Value::Text),
            need: Need::Optional,
            doc: "The form body.",
            example: "form: { grant_type: client_credentials }",
        },
        Key {
            name: "text",
            value: Value::Text,
            need: Need::Optional,
            doc: "The body's text, such as that of a multipart body; its line ends do not matter.",
            example: "text: Hello",
        },
        Key {
            name: "any",
            value: Value::List(&Value::Text),
            need: Need::Optional,
            doc: "JSON Pointers into the body, or form fields, that may hold anything.",
            example: "any: [/client_assertion]",
        },
    ],
    also: None,
    reserved: &[],
    rest: None,
    frame: "# cassette\nsource: API reference\nauth: public\nclock: 2026-03-01T12:00:00Z\nseed: 1\ncall: { resource: things, verb: list }\nexchanges:\n  - response: { status: 200 }\n    request:\n      §",
};

/// `response` of an exchange.
pub static RECORDED_RESPONSE: Table = Table {
    name: "recorded response",
    doc: "What comes back.",
    keys: &[
        Key { name: "status", value: Value::Integer, need: Need::Required, doc: "The HTTP status.", example: "status: 200" },
        Key {
            name: "headers",
            value: Value::Map(&Value::Either(&Value::Text, &Value::List(&Value::Text))),
            need: Need::Optional,
            doc: "Headers; a list repeats the header.",
            example: "headers: { content-type: application/json }",
        },
        Key {
            name: "json",
            value: Value::Literal,
            need: Need::Optional,
            doc: "The body, written as YAML, sent as JSON with each number digit for digit.",
            example: "json: { id: 1 }",
        },
        Key { name: "text", value: Value::Text, need: Need::Optional, doc: "The body's exact text.", example: "text: not json" },
        Key {
            name: "base64",
            value: Value::Text,
            need: Need::Optional,
            doc: "The body in Base64, where it is no text.",
            example: "base64: H4sIAAAAAAAAAwMAAAAAAAAAAAA=",
        },
    ],
    also: None,
    reserved: &[],
    rest: None,
    frame: "# cassette\nsource: API reference\nauth: public\nclock: 2026-03-01T12:00:00Z\nseed: 1\ncall: { resource: things, verb: list }\nexchanges:\n  - request: { method: GET, url: https://api.example.com/things }\n    response:\n      §",
};

/// Reads a cassette. `name` is the file's without its ending.
pub fn cassette<'a>(name: &str, node: &'a Node, context: &mut Context<'a>) -> Option<plan::Cassette> {
    let file = context.sources.path(node.span.file).to_owned();
    let mut reader = Reader::open(node, &CASSETTE, context)?;
    let (source, auth, model, clock) = (reader.text("source"), reader.text("auth"), reader.text("model"), reader.text("clock"));
    let seed = reader.integer("seed");
    let fails = reader.choice("fails").and_then(|word| plan::ErrorKind::ALL.iter().find(|(name, _)| *name == word.value));
    let (account, app, parameters) = (values(&mut reader, "account"), values(&mut reader, "app"), values(&mut reader, "parameters"));
    let call = call(&mut reader);
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
        model: model.map(|model| model.value),
        call: call?,
        clock: clock?.value,
        seed: seed?.value,
        fails: fails.map(|(_, kind)| *kind),
        exchanges,
    })
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
