//! What is done with arbitrary bytes: whatever they are, it ends with a value or an error, within limits, and never with a panic.
//!
//! The fuzzer and an ordinary test share this file; what is asserted here holds for every input.

use connc_compiler::source::{Role, Sources};
use connc_compiler::{cassette, compile, complete};
use connc_expr::{Document, Limits, Program, Variables};
use connc_plan::{Cassette, Plan};
use connc_runtime::replay::{self, Replay};
use connc_runtime::{Account, Call, Connector, Error, Page, ReplayClock, ReplayRandom, Runtime};
use futures_util::FutureExt as _;
use std::sync::{Arc, OnceLock};

/// A list by links, with every unit of rate limits.
const SPEC: &str = "\
connector: example
spec: 1
title: Example
account: { domain: { type: hostname, within: [example.com] } }
base_url: https://{{ account.domain }}
auth: { main: { scheme: bearer, secrets: { token: {} }, token: \"{{ secret.token }}\" } }
rate_limit:
  - limit: { header: x-limit }
    remaining: { header: x-remaining }
    reset: { header: x-reset, as: epoch_seconds }
  - used: { header: x-used }
    limit: { header: x-most }
    reset: { header: x-reset-ms, as: epoch_milliseconds }
  - remaining: { header: x-left }
    reset: { header: x-reset-date, as: http_date }
resources:
  things:
    list:
      get: /things
      input: { q: { type: string } }
      query: { q: \"{{ input.q }}\" }
      items: $
      paginate: { style: link_header, size: { query: limit, max: 200 } }
";

/// A connector's files: the spec, or a map below the line `---`.
pub fn yaml(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let mut sources = Sources::new("example");
    let (spec, map) = text.split_once("\n---\n").unwrap_or((text, ""));
    sources.add(Role::Connector, "connector.yaml", spec);
    if !map.is_empty() {
        sources.add(Role::Map, "user-directory.yaml", map);
    }
    let compiled = compile(&sources);
    assert!(compiled.plan.is_some() || !compiled.diagnostics.is_empty(), "neither a plan nor a word");
    if let Some(plan) = compiled.plan {
        every_call(plan);
    }
    drop(compile(&{
        let mut sources = Sources::new("example");
        sources.add(Role::Connector, "connector.yaml", complete(spec));
        sources
    }));
}

/// A template in each place that takes one, rendered with the input at hand.
pub fn templates(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let quoted = serde_json::Value::from(text).to_string();
    let spec = SPEC
        .replace("\"{{ input.q }}\"", &quoted)
        .replace("get: /things\n", &format!("get: /things\n      headers: {{ X-Thing: {quoted} }}\n"));
    let mut sources = Sources::new("example");
    sources.add(Role::Connector, "connector.yaml", spec);
    if let Some(plan) = compile(&sources).plan {
        every_call(plan);
    }
}

/// An expression under limits, over a small document. The input after a zero byte is the document instead.
pub fn jsonata(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let (source, document) =
        text.split_once('\0').unwrap_or((text, r#"{"a": [1, {"b": "x y"}, null], "c": {"d": 12345678901234567890}, "e": "2026-03-01"}"#));
    let Ok(program) = Program::compile(source) else { return };
    let limits = Limits {
        steps: 100_000,
        time: std::time::Duration::from_millis(500),
        string: 1 << 20,
        array: 10_000,
        result: 1 << 20,
        ..Limits::default()
    };
    let Ok(document) = Document::parse(document, None) else { return };
    let mut out = "before".to_owned();
    match program.eval_to(&document, &Variables::new(), &limits, &mut out) {
        Ok(true) => {
            let made = out.strip_prefix("before").unwrap_or_default();
            assert!(made.len() <= limits.result.saturating_mul(2), "a result beyond its limit");
            assert!(serde_json::from_str::<&serde_json::value::RawValue>(made).is_ok(), "the result is no JSON");
        }
        Ok(false) | Err(_) => assert_eq!(out, "before"),
    }
}

/// A cursor that somebody made up: refused, always.
pub fn cursors(data: &[u8]) {
    let cursor = String::from_utf8_lossy(data);
    let (connector, account) = example();
    let Ok(runtime) = runtime(&[], &[]) else { return };
    let listed = runtime.list(&connector, &account, Call::native("things.list").cursor(cursor.as_ref()));
    assert!(listed.is_err(), "a cursor that was never sealed is taken");
}

/// A `Link` header, which is followed: the next request stays on the connector's own origin.
pub fn links(data: &[u8]) {
    let header = String::from_utf8_lossy(data).into_owned();
    let headers = [("link", header.as_str())];
    list(&headers, &["[{\"id\": 1}]", "[{\"id\": 2}]"]);
}

/// A recorded call, played against the connector that it says nothing about.
pub fn cassettes(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let mut sources = Sources::new("example");
    let file = sources.add(Role::Cassette, "cassettes/things.list.yaml", text);
    let (read, diagnostics) = cassette(&sources, file);
    assert!(read.is_some() || !diagnostics.is_empty(), "neither a cassette nor a word");
    let Some(read) = read else { return };
    let (connector, _) = example();
    play(&connector, &read);
}

/// A plan as data, loaded and asked for what each of its operations would send.
pub fn plans(data: &[u8]) {
    if let Ok(plan) = serde_json::from_slice::<Plan>(data) {
        every_call(plan);
    }
}

/// The values of rate limits, a line each, in every header that may hold one.
pub fn rate_limits(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let names = [
        "retry-after",
        "x-limit",
        "x-remaining",
        "x-reset",
        "x-used",
        "x-most",
        "x-reset-ms",
        "x-left",
        "x-reset-date",
        "ratelimit",
        "ratelimit-policy",
    ];
    let headers: Vec<(&str, &str)> = names.into_iter().zip(text.lines().cycle()).collect();
    list(&headers, &["[]"]);
    limited(&headers);
}

/// The connector that `SPEC` makes, compiled once.
fn example() -> (Connector, Account) {
    static EXAMPLE: OnceLock<(Connector, Account)> = OnceLock::new();
    let made = EXAMPLE.get_or_init(|| {
        let mut sources = Sources::new("example");
        sources.add(Role::Connector, "connector.yaml", SPEC);
        let plan = compile(&sources).plan.unwrap_or_else(|| unreachable!("the example compiles"));
        let account = account(&plan);
        (Connector::load(plan).unwrap_or_else(|_| unreachable!("its plan loads")), account)
    });
    made.clone()
}

/// An account for a plan: a value of the right type for everything that it asks for.
fn account(plan: &Plan) -> Account {
    let values = |parameters: &[connc_plan::Parameter]| {
        let value = |parameter: &connc_plan::Parameter| {
            let text = parameter.example.clone().unwrap_or_else(|| "acme.example.com".to_owned());
            (parameter.name.clone(), serde_json::Value::from(text))
        };
        parameters.iter().map(value).collect()
    };
    let method = plan.auth.first();
    Account {
        connector: plan.connector.clone(),
        auth: method.map(|method| method.name.clone()).unwrap_or_default(),
        account: values(&plan.account),
        parameters: method.map(|method| values(&method.parameters)).unwrap_or_default(),
        app: values(&plan.app),
        secrets: method.iter().flat_map(|method| &method.secrets).map(|secret| (secret.name.clone(), "s3cret".to_owned().into())).collect(),
        app_secrets: plan.app_secrets.iter().map(|secret| (secret.name.clone(), "s3cret".to_owned().into())).collect(),
        ..Account::default()
    }
}

/// A runtime whose provider answers with these headers and bodies, whatever it is asked.
fn runtime(headers: &[(&str, &str)], bodies: &[&str]) -> Result<Runtime, Error> {
    answering(headers, bodies, 200)
}

fn answering(headers: &[(&str, &str)], bodies: &[&str], status: u16) -> Result<Runtime, Error> {
    let exchange = |body: &&str| {
        serde_json::json!({ "origin": [0, 1, 1], "request": { "method": "GET", "url": "", "headers": [], "body": "none", "any": [] },
            "response": { "status": status, "headers": headers, "body": body } })
    };
    let cassette = serde_json::json!({
        "name": "things.list", "file": "things.list.yaml", "source": "invented", "account": {}, "app": {}, "auth": "main", "parameters": {}, "model": null,
        "call": { "resource": "things", "verb": "list", "id": null, "parent": null, "input": {}, "filters": [], "limit": null },
        "clock": "2026-03-01T12:00:00Z", "seed": 1, "exchanges": bodies.iter().map(exchange).collect::<Vec<_>>() });
    let cassette: Cassette = serde_json::from_value(cassette).unwrap_or_else(|_| unreachable!("the cassette is whole"));
    at_rest(Arc::new(Replay::rehearsal(&cassette, Default::default())), &cassette.clock, 1)
}

fn at_rest(replay: Arc<Replay>, clock: &str, seed: u64) -> Result<Runtime, Error> {
    let builder = Runtime::builder().transport(replay).clock(Arc::new(ReplayClock::new(clock)?));
    builder.random(Arc::new(ReplayRandom::new(seed))).cursor_key([0; 32]).build()
}

/// Reads a list of at most a few pages.
fn list(headers: &[(&str, &str)], bodies: &[&str]) {
    let (connector, account) = example();
    let Ok(runtime) = runtime(headers, bodies) else { return };
    let Ok(mut pages) = runtime.list(&connector, &account, Call::native("things.list")) else { return };
    for _ in 0..=bodies.len() {
        match pages.next().now_or_never() {
            Some(Some(Ok(page))) => cursor_opens(&connector, &account, &page),
            Some(Some(Err(_)) | None) => return,
            None => unreachable!("a replay waits for nothing"),
        }
    }
}

/// What a page says of the next one is taken by the same call.
fn cursor_opens(connector: &Connector, account: &Account, page: &Page) {
    let (Some(cursor), Ok(runtime)) = (&page.next_cursor, runtime(&[], &[])) else { return };
    let again = runtime.list(connector, account, Call::native("things.list").cursor(cursor.as_str()));
    assert!(again.is_ok(), "a sealed cursor is refused");
}

/// A 429 with these headers.
fn limited(headers: &[(&str, &str)]) {
    let (connector, account) = example();
    let Ok(runtime) = answering(headers, &["{}", "{}", "{}", "{}"], 429) else { return };
    let Ok(mut pages) = runtime.list(&connector, &account, Call::native("things.list")) else { return };
    let page = pages.next().now_or_never();
    assert!(page.is_some_and(|page| page.is_none_or(|page| page.is_err())), "a refusal is a page");
}

/// What every operation of a plan would send, and each verb of its maps.
fn every_call(plan: Plan) {
    let account = account(&plan);
    let names: Vec<String> = plan.operations.keys().cloned().collect();
    let Ok(connector) = Connector::load(plan) else { return };
    let Ok(runtime) = runtime(&[], &[]) else { return };
    for name in names {
        let call = || Call::native(name.as_str()).id("7").parent("9").input(serde_json::json!({ "q": "a b/ü\"\\\r\n{{ x }}" }));
        drop(runtime.prepare(&connector, &account, call()));
        drop(runtime.prepare(&connector, &account, Call::native(name.as_str())));
        let done = match runtime.list(&connector, &account, call()) {
            Ok(mut pages) => pages.next().now_or_never().map(drop),
            Err(_) => runtime.call(&connector, &account, call()).now_or_never().map(drop),
        };
        assert!(done.is_some(), "a replay waits for nothing");
    }
    for map in &connector.plan().maps {
        drop(connector.map_record(
            &map.model,
            &map.resource,
            r#"{"id": 1, "name": "x", "a": {"b": [1, "2", null]}}"#,
            &serde_json::Map::new(),
        ));
    }
}

/// Plays a cassette as `connc test` does, for a bounded number of pages.
fn play(connector: &Connector, cassette: &Cassette) {
    let account = replay::account(connector.plan(), cassette);
    let transport = Arc::new(Replay::new(cassette, replay::secrets(&account)));
    let Ok(runtime) = at_rest(transport, &cassette.clock, cassette.seed) else { return };
    match runtime.list(connector, &account, replay::call(cassette)) {
        Ok(mut pages) => {
            for _ in 0..=cassette.exchanges.len() {
                if !matches!(pages.next().now_or_never(), Some(Some(Ok(_)))) {
                    return;
                }
            }
        }
        Err(_) => drop(runtime.call(connector, &account, replay::call(cassette)).now_or_never()),
    }
}
