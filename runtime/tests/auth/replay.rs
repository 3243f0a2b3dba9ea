//! Recorded exchanges of accounts that were connected: a refusal, a renewal and the replay.

use std::sync::Arc;

use connc_plan::{Cassette, Plan};
use connc_runtime::{Connector, ReplayClock, ReplayRandom, Runtime, replay};
use serde_json::{Value, json};

use crate::kit::*;

fn exchange(method: &str, url: &str, headers: Value, body: Value, response: Value) -> Value {
    let request = json!({ "method": method, "url": url, "headers": headers, "body": body, "any": [] });
    json!({ "request": request, "response": response, "origin": [0, 9, 1] })
}

fn cassette(exchanges: Vec<Value>) -> Cassette {
    serde_json::from_value(json!({
        "name": "me.get", "file": "me.get.yaml", "source": "invented", "account": { "domain": "acme.example.com" }, "app": { "client_id": "c" },
        "auth": "way", "parameters": {}, "model": null, "clock": "2026-03-01T12:00:00Z", "seed": 1, "exchanges": exchanges,
        "call": { "resource": "me", "verb": "get", "id": null, "parent": null, "input": {}, "filters": [], "limit": null },
    }))
    .unwrap()
}

async fn play(plan: &Plan, cassette: &Cassette) -> (Arc<replay::Replay>, Result<connc_runtime::Answer, connc_runtime::Error>) {
    let account = replay::account(plan, cassette);
    let transport = Arc::new(replay::Replay::new(cassette, replay::secrets(&account)));
    let runtime = Runtime::builder()
        .transport(transport.clone())
        .clock(Arc::new(ReplayClock::new(&cassette.clock).unwrap()))
        .random(Arc::new(ReplayRandom::new(cassette.seed)))
        .cursor_key([7; 32])
        .build()
        .unwrap();
    let done = runtime.call(&Connector::load(plan.clone()).unwrap(), &account, replay::call(cassette)).await;
    (transport, done)
}

#[tokio::test]
async fn a_refusal_a_renewal_and_a_replay() {
    let json_answer =
        |status: u16, body: &str| json!({ "status": status, "headers": [["content-type", "application/json"]], "body": body });
    let form = json!({ "form": [
        ["grant_type", "refresh_token"], ["refresh_token", "{{ token.refresh_token }}"], ["client_secret", "{{ app.secret.client_secret }}"],
    ] });
    let me = "https://acme.example.com/me";
    let plan = oauth(json!({}));
    let cassette = cassette(vec![
        exchange("GET", me, json!([["authorization", "Bearer {{ token.access_token }}"]]), json!("none"), json_answer(401, "{}")),
        exchange(
            "POST",
            "https://login.example.com/token",
            json!([]),
            form,
            json_answer(200, r#"{"access_token": "new", "expires_in": 3600}"#),
        ),
        exchange("GET", me, json!([["authorization", "Bearer new"]]), json!("none"), json_answer(200, r#"{"id": 1}"#)),
    ]);
    let (transport, done) = play(&plan, &cassette).await;
    assert_eq!(done.unwrap().record.unwrap().text, r#"{"id": 1}"#);
    assert!(transport.unused().is_empty());
    let shown = format!("{:?}", transport.sent());
    assert!(shown.contains("refresh_token={{ token.refresh_token }}") || shown.contains("{{ token.refresh_token }}"), "{shown}");
    assert!(!shown.contains("token-refresh_token"), "{shown}");
}
