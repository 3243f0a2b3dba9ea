//! A plan in a few lines, and a provider that answers by script.
#![allow(
    dead_code,
    unreachable_pub,
    clippy::allow_attributes,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "tests may fail loudly, and not each of them uses everything here"
)]

pub mod virtual_time;

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use connc_plan::Plan;
use connc_runtime::transport::{Body, Response, TransportError, TransportFailure};
use connc_runtime::{Account, Connector, ReplayClock, ReplayRandom, Runtime, Secret, Transport};
use futures_util::future::BoxFuture;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use serde_json::{Value, json};

pub const SECRET: &str = "s3cret-t0ken/+x";

/// A template as plan data: `/users/{{ id }}`, with filters of at most one argument.
pub fn text(source: &str) -> Value {
    let mut segments = Vec::new();
    let mut rest = source;
    while let Some((before, after)) = rest.split_once("{{") {
        if !before.is_empty() {
            segments.push(json!({ "literal": before }));
        }
        let (inner, after) = after.split_once("}}").unwrap();
        let mut parts = inner.split('|').map(str::trim);
        let path: Vec<&str> = parts.next().unwrap().split('.').collect();
        let filters: Vec<Value> = parts
            .map(|filter| {
                let (name, argument) =
                    filter.split_once('(').map_or((filter, None), |(name, rest)| (name, Some(rest.trim_matches([')', '"']))));
                json!({ "name": name, "arguments": argument.into_iter().collect::<Vec<_>>() })
            })
            .collect();
        segments.push(json!({ "value": { "path": path, "filters": filters } }));
        rest = after;
    }
    if !rest.is_empty() {
        segments.push(json!({ "literal": rest }));
    }
    json!({ "segments": segments, "origin": [0, 5, 3] })
}

pub fn expression(source: &str) -> Value {
    json!({ "source": source, "origin": [0, 7, 9] })
}

pub fn parameter(name: &str, kind: &str, required: bool) -> Value {
    json!({ "name": name, "type": kind, "required": required, "example": "an example", "origin": [0, 2, 3] })
}

/// A request; `more` replaces members.
pub fn request(method: &str, url: &str, more: Value) -> Value {
    let idempotent = matches!(method, "GET" | "PUT" | "DELETE" | "HEAD");
    let base =
        json!({ "method": method, "url": text(url), "body": "none", "answer": "json", "idempotent": idempotent, "origin": [0, 20, 7] });
    merged(base, more)
}

/// An operation of one request; `more` replaces members.
pub fn operation(name: &str, shape: &str, request: Value, records: Value, more: Value) -> Value {
    let base = json!({
        "name": name, "shape": shape, "takes_id": false, "takes_parent": false, "records": records, "origin": [0, 19, 5],
        "steps": [{ "action": { "request": request }, "origin": [0, 20, 7] }],
    });
    merged(base, more)
}

pub fn items(path: &[&str]) -> Value {
    json!({ "items": { "path": { "steps": path, "origin": [0, 21, 7] }, "absent_is_empty": false } })
}

pub fn item(path: &[&str]) -> Value {
    json!({ "item": { "path": { "steps": path, "origin": [0, 21, 7] } } })
}

/// A loop; `more` replaces members.
pub fn paginate(next: Value, into: Value, more: Value) -> Value {
    let base = json!({
        "style": "a style", "next": next, "into": into, "empty_page": "continue", "short_page_ends": false, "progress": "fresh_token",
        "bound": { "pages": 1000 }, "independent": false, "origin": [0, 25, 7],
    });
    merged(base, more)
}

/// A connector with a bearer token, an account host, and the given operations; `more` replaces members.
pub fn plan(operations: Vec<Value>, more: Value) -> Plan {
    let operations: serde_json::Map<String, Value> =
        operations.into_iter().map(|operation| (operation["name"].as_str().unwrap().to_owned(), operation)).collect();
    let base = json!({
        "format": 1, "connector": "demo", "title": "Demo", "docs": null, "sources": ["connector.yaml"], "app": [], "app_secrets": [],
        "account": [{ "name": "domain", "type": "hostname", "required": true, "within": ["example.com"], "example": "acme.example.com", "origin": [0, 2, 3] }],
        "constants": {}, "headers": [], "verify": null, "rate_limit": [], "maps": [], "models": [],
        "errors": { "code": expression("code"), "message": expression("message") },
        "base_url": text("https://{{ account.domain }}"),
        "auth": [{
            "name": "token", "scheme": "bearer", "trust_account_host": false, "origin": [0, 4, 3],
            "secrets": [{ "name": "token", "type": "string", "description": "the API token", "origin": [0, 4, 5] }],
            "apply": [{ "place": { "header": "Authorization" }, "value": text("Bearer {{ secret.token }}") }],
        }],
        "operations": operations,
    });
    serde_json::from_value(merged(base, more)).unwrap()
}

fn merged(mut base: Value, more: Value) -> Value {
    if let (Some(base), Value::Object(more)) = (base.as_object_mut(), more) {
        base.extend(more);
    }
    base
}

pub fn account() -> Account {
    Account {
        connector: "demo".to_owned(),
        account: [("domain".to_owned(), json!("acme.example.com"))].into(),
        secrets: [("token".to_owned(), Secret::from(SECRET))].into(),
        ..Account::default()
    }
}

/// One scripted answer.
#[derive(Clone, Debug)]
pub enum Scripted {
    Answer(u16, Vec<(&'static str, String)>, String),
    Fails(TransportFailure),
}

pub fn ok(body: Value) -> Scripted {
    Scripted::Answer(200, vec![("content-type", "application/json".to_owned())], body.to_string())
}

pub fn status(status: u16, body: Value) -> Scripted {
    Scripted::Answer(status, vec![("content-type", "application/json".to_owned())], body.to_string())
}

pub fn with_headers(headers: &[(&'static str, &str)], body: Value) -> Scripted {
    Scripted::Answer(200, headers.iter().map(|(name, value)| (*name, (*value).to_owned())).collect(), body.to_string())
}

/// A provider that gives its answers in order, and remembers what it was asked.
#[derive(Default)]
pub struct Script {
    answers: Mutex<VecDeque<Scripted>>,
    pub seen: Mutex<Vec<http::Request<Bytes>>>,
}

impl Script {
    pub fn new(answers: Vec<Scripted>) -> Arc<Self> {
        Arc::new(Self { answers: Mutex::new(answers.into()), seen: Mutex::default() })
    }

    pub fn urls(&self) -> Vec<String> {
        self.seen.lock().unwrap().iter().map(|request| request.uri().to_string()).collect()
    }

    pub fn bodies(&self) -> Vec<Value> {
        self.seen.lock().unwrap().iter().map(|request| serde_json::from_slice(request.body()).unwrap_or_default()).collect()
    }

    pub fn header(&self, index: usize, name: &str) -> Option<String> {
        self.seen.lock().unwrap()[index].headers().get(name).map(|value| value.to_str().unwrap().to_owned())
    }

    pub fn left(&self) -> usize {
        self.answers.lock().unwrap().len()
    }
}

impl Transport for Script {
    fn send(&self, request: http::Request<Body>) -> BoxFuture<'_, Result<Response, TransportError>> {
        let next = self.answers.lock().unwrap().pop_front();
        let asked = format!("{} {}", request.method(), request.uri());
        Box::pin(async move {
            let (parts, body) = request.into_parts();
            let request = http::Request::from_parts(parts, body.whole().await?);
            self.seen.lock().unwrap().push(request);
            match next.unwrap_or_else(|| panic!("nothing is scripted for {asked}")) {
                Scripted::Answer(status, headers, body) => {
                    let headers: HeaderMap = headers
                        .into_iter()
                        .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_str(&value).unwrap()))
                        .collect();
                    Ok(Response::whole(StatusCode::from_u16(status).unwrap(), headers, body))
                }
                Scripted::Fails(failure) => Err(TransportError::new(failure, "the connection broke")),
            }
        })
    }
}

pub fn runtime(transport: Arc<dyn Transport>) -> Runtime {
    builder(transport).build().unwrap()
}

pub fn builder(transport: Arc<dyn Transport>) -> connc_runtime::Builder {
    Runtime::builder()
        .transport(transport)
        .clock(Arc::new(ReplayClock::new("2026-03-01T12:00:00Z").unwrap()))
        .random(Arc::new(ReplayRandom::new(1)))
        .cursor_key([7; 32])
}

/// Everything at hand for one test.
pub struct Bench {
    pub script: Arc<Script>,
    pub runtime: Runtime,
    pub connector: Connector,
    pub account: Account,
}

pub fn bench(plan: Plan, answers: Vec<Scripted>) -> Bench {
    let script = Script::new(answers);
    Bench { runtime: runtime(script.clone()), script, connector: Connector::load(plan).unwrap(), account: account() }
}

impl Bench {
    pub fn pages(&self, call: connc_runtime::Call) -> connc_runtime::Pages {
        self.runtime.list(&self.connector, &self.account, call).unwrap()
    }

    /// All records, or the error that ends the list.
    pub async fn all(&self, call: connc_runtime::Call) -> Result<Vec<Value>, connc_runtime::Error> {
        let mut pages = self.pages(call);
        let mut records = Vec::new();
        while let Some(page) = pages.next().await {
            records.extend(page?.records.iter().map(|record| record.value().unwrap()));
        }
        Ok(records)
    }

    pub async fn call(&self, call: connc_runtime::Call) -> Result<connc_runtime::Answer, connc_runtime::Error> {
        self.runtime.call(&self.connector, &self.account, call).await
    }
}
