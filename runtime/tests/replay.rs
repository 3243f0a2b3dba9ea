//! Cassettes: what fits is answered, what does not says why.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use std::sync::Arc;

use connc_plan::{Cassette, Plan};
use connc_runtime::replay::{self, Replay};
use connc_runtime::{Connector, Error, ErrorKind, ReplayClock, ReplayRandom, Runtime};
use serde_json::{Value, json};
use support::*;

fn demo() -> Plan {
    let form = json!({ "body": { "form": [["name", text("{{ input.name }}")], ["nonce", text("n-1")]] } });
    let input = json!({ "input": [parameter("name", "string", false)] });
    let body = json!({ "body": { "json": { "object": [["name", { "expression": expression("$input.name") }], ["at", { "const": 1 }]] } } });
    plan(
        vec![
            operation(
                "users.list",
                "list",
                request("GET", "/users", json!({ "query": [["b", text("2")], ["a", text("1")]] })),
                items(&[]),
                json!({}),
            ),
            operation("users.create", "one", request("POST", "/users", body), item(&[]), input.clone()),
            operation("users.invite", "one", request("POST", "/invite", form), item(&[]), input),
        ],
        json!({}),
    )
}

fn cassette(verb: &str, input: Value, request: Value) -> Cassette {
    let mut expected = json!({ "method": "POST", "url": "https://acme.example.com/users", "headers": [["authorization", "Bearer {{ secret.token }}"]], "body": "none", "any": [] });
    expected.as_object_mut().unwrap().extend(request.as_object().unwrap().clone());
    let answer = if verb == "list" { json!([{ "id": 1 }]) } else { json!({ "id": 1 }) };
    serde_json::from_value(json!({
        "name": "case", "file": "case.yaml", "source": "invented", "account": { "domain": "acme.example.com" }, "app": {}, "auth": "token", "parameters": {},
        "model": null, "call": { "resource": "users", "verb": verb, "id": null, "parent": null, "input": input, "filters": [], "limit": null },
        "clock": "2026-03-01T12:00:00Z", "seed": 1,
        "exchanges": [{ "origin": [0, 12, 3], "request": expected, "response": { "status": 200, "headers": [], "body": answer.to_string() } }],
    }))
    .unwrap()
}

async fn play(cassette: &Cassette) -> (Result<(), Error>, Arc<Replay>) {
    let plan = demo();
    let account = replay::account(&plan, cassette);
    let transport = Arc::new(Replay::new(cassette, replay::secrets(&account)));
    let runtime = Runtime::builder()
        .transport(transport.clone())
        .clock(Arc::new(ReplayClock::new(&cassette.clock).unwrap()))
        .random(Arc::new(ReplayRandom::new(cassette.seed)))
        .build()
        .unwrap();
    let connector = Connector::load(plan).unwrap();
    let call = replay::call(cassette);
    let done = if cassette.call.verb == "list" {
        runtime.list(&connector, &account, call).unwrap().next().await.unwrap().map(drop)
    } else {
        runtime.call(&connector, &account, call).await.map(drop)
    };
    (done, transport)
}

#[tokio::test]
async fn what_fits_is_answered() {
    for (verb, input, request) in [
        ("list", json!({}), json!({ "method": "GET", "url": "https://acme.example.com/users?a=1&b=2" })),
        ("create", json!({ "name": "Ada" }), json!({ "body": { "json": { "at": 1, "name": "Ada" } } })),
        ("create", json!({ "name": "Ada" }), json!({ "body": { "json": { "at": 2, "name": "Ada" } }, "any": ["/at"] })),
        (
            "invite",
            json!({ "name": "A b" }),
            json!({ "url": "https://acme.example.com/invite", "body": { "form": [["name", "A b"], ["nonce", "?"]] }, "any": ["nonce"] }),
        ),
        (
            "invite",
            json!({ "name": "A b" }),
            json!({ "url": "https://acme.example.com/invite", "body": { "form": [["nonce", "n-1"], ["name", "A b"]] } }),
        ),
    ] {
        let (done, transport) = play(&cassette(verb, input, request)).await;
        done.unwrap();
        assert!(transport.unused().is_empty());
        let sent = &transport.sent()[0];
        assert!(sent.headers.contains(&("authorization".to_owned(), "Bearer {{ secret.token }}".to_owned())), "{sent:?}");
    }
}

#[tokio::test]
async fn what_does_not_fit_says_what_differs() {
    for (verb, request, message) in [
        (
            "list",
            json!({ "method": "GET", "url": "https://acme.example.com/users?a=1&a=1&b=2" }),
            "the query is `a=1&b=2`, recorded is `a=1&a=1&b=2`",
        ),
        (
            "list",
            json!({ "url": "https://acme.example.com/user?a=1&b=2" }),
            "the method is `GET`, recorded is `POST`; the URL is `https://acme.example.com/users`, recorded is `https://acme.example.com/user`",
        ),
        (
            "create",
            json!({ "body": { "json": { "at": 1, "name": "Bob" } } }),
            "the body differs at `/name`: it is `\"Ada\"`, recorded is `\"Bob\"`",
        ),
        ("create", json!({ "body": { "json": { "at": 1 } } }), "the body differs at `/name`: it is `\"Ada\"`, recorded is none"),
        (
            "create",
            json!({ "body": { "json": { "name": "Ada" } }, "any": ["/at"] }),
            "the body differs at `/at`: it is `1`, recorded is none",
        ),
        (
            "create",
            json!({ "headers": [["authorization", "Basic {{ secret.token }}"]], "body": { "json": { "at": 1, "name": "Ada" } } }),
            "header `authorization` is `Bearer {{ secret.token }}`, recorded is `Basic {{ secret.token }}`",
        ),
        (
            "create",
            json!({ "headers": [["x-more", "1"]], "body": { "json": { "at": 1, "name": "Ada" } } }),
            "header `x-more` is missing, recorded is `1`",
        ),
        (
            "invite",
            json!({ "url": "https://acme.example.com/invite", "body": { "form": [["nonce", "n-2"], ["name", "Ada"]] } }),
            "the form's `nonce` is `n-1`, recorded is `n-2`",
        ),
        (
            "invite",
            json!({ "url": "https://acme.example.com/invite", "body": { "form": [["a", "1"], ["nonce", "n-1"], ["name", "Ada"], ["a", "2"]] } }),
            "the form's `a` is none, recorded is `1`, `2`",
        ),
    ] {
        let input = if verb == "list" { json!({}) } else { json!({ "name": "Ada" }) };
        let (done, transport) = play(&cassette(verb, input, request)).await;
        let error = done.unwrap_err();
        assert_eq!(error.message, format!("the request is not that of exchange 1 at line 12: {message}"));
        assert_eq!((transport.unused().len(), transport.sent().len()), (1, 1));
    }
}

#[tokio::test]
async fn one_request_too_many() {
    let mut cassette = cassette("list", json!({}), json!({}));
    cassette.exchanges.clear();
    let (done, _) = play(&cassette).await;
    let error = done.unwrap_err();
    assert_eq!((error.kind, error.retryable), (ErrorKind::Transport, false));
    assert_eq!(error.message, "the cassette has 0 exchanges, and one more was sent: GET https://acme.example.com/users?b=2&a=1");
}
