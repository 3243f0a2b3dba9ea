//! Plays every row, and holds the outcomes against the table that people read.

use std::sync::Arc;
use std::time::Duration;

use connc_runtime::transport::{ReqwestTransport, Timeouts};
use connc_runtime::{Call, Connector, Error, Limits, Record, Runtime};
use serde_json::json;

use crate::rows::{self, Asked, Row};
use crate::server::Server;
use crate::support::{account, expression, item, items, operation, paginate, plan, request};

/// What is read from a file and written to it.
const TABLE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/hostile.md");

/// No row takes longer: one that does fails, rather than hangs.
const LONGEST: Duration = Duration::from_secs(30);

const INTRODUCTION: &str = "# What a call gets from a hostile server

Each row is played by `cargo test -p connc-runtime --test hostile` against a server on loopback that does just that.
A call ends with a typed error or with right data: it never hangs, panics, leaks or loses records silently.
Reads are sent up to three times where that can help; a write is never sent twice unless it is known not to have arrived.

Where an object says a member twice, the last one counts in maps and conditions, as in most readers of JSON, and `raw` keeps both as they came.
On the way to the records it is an error, because the others would be lost.
Bytes that are no UTF-8 are an error, never replaced; a byte order mark is passed over.

";

pub(crate) fn runtime(origin: &str) -> Runtime {
    patient(origin, Duration::from_secs(10), LONGEST)
}

/// One that waits so long for a byte, and so long for a whole answer. It is short only where nothing else keeps the machine busy.
fn patient(origin: &str, idle: Duration, answer: Duration) -> Runtime {
    let timeouts = Timeouts { connect: Duration::from_secs(5), idle };
    let transport = ReqwestTransport::new(timeouts, &[origin.to_owned()]).unwrap();
    let limits = Limits { body_bytes: 1 << 20, answer, ..Limits::default() };
    Runtime::builder().transport(Arc::new(transport)).cursor_key([1; 32]).limits(limits).map_base(origin).build().unwrap()
}

pub(crate) fn connector() -> Connector {
    let by_url = paginate(json!({ "answer": expression("next") }), json!("url"), json!({ "bound": { "pages": 5 } }));
    let by_token = paginate(json!({ "answer": expression("cursor") }), json!({ "query": "cursor" }), json!({}));
    let by_page = paginate(
        json!({ "counter": { "start": 1, "on_first": true, "advance": "one" } }),
        json!({ "query": "page" }),
        json!({ "progress": "growing_counter" }),
    );
    let listed = |name: &str, paginate: serde_json::Value| {
        operation(name, "list", request("GET", "/users", json!({})), items(&["data"]), json!({ "paginate": paginate }))
    };
    let create = request("POST", "/users", json!({ "body": { "json": { "const": { "name": "Ada" } } } }));
    let keyed = request("POST", "/orders", json!({ "body": { "json": { "const": {} } }, "idempotency_header": "Idempotency-Key" }));
    let field = |name: &str, source: &str| json!({ "name": name, "value": { "expression": expression(source) }, "kind": "value", "origin": [0, 40, 5] });
    let step = json!({ "action": { "call": { "operation": "users.get" } }, "origin": [0, 60, 5] });
    let verb = json!({ "steps": [step], "input": [], "gives_record": true, "origin": [0, 59, 3] });
    let map = json!({
        "model": "directory", "resource": "users", "from": "users", "fields": [field("id", "id"), field("name", "name")], "verbs": { "get": verb }, "origin": [0, 38, 1],
    });
    let model = json!({ "name": "directory", "version": 1, "aliases": [], "resources": { "users": { "type": "object" } } });
    Connector::load(plan(
        vec![
            listed("users.list", by_url),
            listed("users.tokens", by_token),
            listed("users.pages", by_page),
            operation("users.get", "one", request("GET", "/users/7", json!({})), item(&[]), json!({})),
            operation("users.create", "one", create, item(&[]), json!({})),
            operation("orders.create", "one", keyed, item(&[]), json!({})),
        ],
        json!({ "maps": [map], "models": [model] }),
    ))
    .unwrap()
}

/// Plays a call to its end.
pub(crate) async fn play(
    runtime: &Runtime,
    asked: &Asked,
    deadline: impl Into<Option<Duration>> + Send,
) -> Result<(Vec<Record>, u64), Error> {
    let connector = connector();
    let call = deadline.into().into_iter().fold(asked.call(), Call::deadline);
    if asked.lists() {
        let mut pages = runtime.list(&connector, &account(), call)?;
        let (mut records, mut requests) = (Vec::new(), 0);
        while let Some(page) = pages.next().await {
            let page = page?;
            requests += page.counters.requests;
            records.extend(page.records);
        }
        return Ok((records, requests));
    }
    let answer = runtime.call(&connector, &account(), call).await?;
    Ok((answer.record.into_iter().collect(), answer.counters.requests))
}

fn outcome(done: Result<(Vec<Record>, u64), Error>, origin: &str) -> String {
    match done {
        Ok((records, _)) if records.is_empty() => "no record".to_owned(),
        Ok((records, _)) => {
            let shown: Vec<String> = records.iter().take(3).map(|record| format!("`{}`", record.text.escape_debug())).collect();
            shown.join(", ").replace("\\\"", "\"")
        }
        Err(error) => {
            let times = match error.requests {
                1 => String::new(),
                requests => format!(", after {requests} requests"),
            };
            let goes_on = error.cursor.as_ref().map_or("", |_| ", with a cursor to go on from");
            format!("error `{}`: {}{times}{goes_on}", error.kind.name(), error.message.replace(origin, "the server"))
        }
    }
}

#[tokio::test]
async fn every_row_gets_what_the_table_says() {
    let mut table = INTRODUCTION.to_owned();
    for (title, rows) in rows::all() {
        table.push_str(&format!("## {title}\n\n| the server | the call gets |\n|---|---|\n"));
        let slow = title == rows::SLOW;
        // Slow servers meet callers without a deadline.
        let (idle, answer, deadline) = if slow {
            (Duration::from_millis(300), Duration::from_secs(1), None)
        } else {
            (Duration::from_secs(10), LONGEST, Some(LONGEST))
        };
        let played = rows.into_iter().map(|Row { what, asked, scripts }| async move {
            let server = Server::start(scripts).await;
            let runtime = patient(&server.origin, idle, answer);
            let done = tokio::time::timeout(LONGEST, play(&runtime, &asked, deadline)).await;
            let done = done.unwrap_or_else(|_| panic!("the call hangs where the server {what}"));
            format!("| {what} | {} |\n", outcome(done, &server.origin).replace('|', "\\|"))
        });
        for line in futures_util::future::join_all(played).await {
            table.push_str(&line);
        }
        table.push('\n');
    }
    let table = format!("{}\n", table.trim_end());
    #[expect(clippy::disallowed_methods, reason = "the table is a file of the repository, written where snapshots are")]
    if std::env::var("INSTA_UPDATE").is_ok_and(|update| update == "always") {
        std::fs::write(TABLE, &table).unwrap();
    }
    #[expect(clippy::disallowed_methods, reason = "the table is a file of the repository")]
    let known = std::fs::read_to_string(TABLE).unwrap_or_default();
    let changed: Vec<&str> = table.lines().filter(|line| !known.lines().any(|known| known == *line)).collect();
    assert!(table == known, "docs/hostile.md says otherwise; review and accept with INSTA_UPDATE=always:\n{}", changed.join("\n"));
}

impl Asked {
    fn call(&self) -> Call {
        match self {
            Self::List => Call::native("users.list"),
            Self::Tokens => Call::native("users.tokens"),
            Self::Pages => Call::native("users.pages"),
            Self::Get => Call::native("users.get"),
            Self::Create => Call::native("users.create"),
            Self::Mapped => Call::unified("directory", "users", connc_runtime::Verb::Get).id("7"),
        }
    }

    fn lists(&self) -> bool {
        matches!(self, Self::List | Self::Tokens | Self::Pages)
    }
}
