//! Recorded exchanges of accounts that were connected: a refusal, a renewal and the replay.

use std::sync::Arc;

use connc_plan::{Cassette, Plan};
use connc_runtime::{Connector, ReplayClock, ReplayRandom, Runtime, replay};
use serde_json::{Value, json};

use crate::kit::*;
use crate::support::text;

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

#[tokio::test]
async fn key_files_and_keys_sign_the_same_in_every_replay() {
    let jwt = json!({
        "alg": "RS256", "key": text("{{ secret.file.private_key }}"), "header": [["kid", text("{{ secret.file.kid }}")]],
        "claims": [["iss", text("{{ secret.file.client_email }}")]], "ttl": 60, "backdated": 0, "jti": true, "origin": [0, 6, 1],
    });
    let mut step = token_step(&[("assertion", "{{ jwt }}")], json!([secret("access_token", true)]));
    step["jwt"] = jwt;
    let file = json!({ "name": "file", "type": "json", "origin": [0, 4, 5] });
    let plan = one(method(bearer(), json!({ "secrets": [file], "acquire": steps(vec![step]) })));
    let answer = |body: &str| json!({ "status": 200, "headers": [["content-type", "application/json"]], "body": body });
    let mut asked = exchange(
        "POST",
        "https://login.example.com/token",
        json!([]),
        json!({ "form": [["assertion", "any"]] }),
        answer(r#"{"access_token": "t"}"#),
    );
    asked["request"]["any"] = json!(["assertion"]);
    let cassette = cassette(vec![
        asked,
        exchange("GET", "https://acme.example.com/me", json!([["authorization", "Bearer t"]]), json!("none"), answer("{}")),
    ]);
    let mut bodies = Vec::new();
    for _ in 0..2 {
        let (transport, done) = play(&plan, &cassette).await;
        done.unwrap();
        bodies.push(transport.sent()[0].body.clone().unwrap());
    }
    assert_eq!(bodies[0], bodies[1]);
    let mut parts = bodies[0].trim_start_matches("assertion=").split('.');
    let mut part =
        || -> Value { serde_json::from_slice(&data_encoding::BASE64URL_NOPAD.decode(parts.next().unwrap().as_bytes()).unwrap()).unwrap() };
    assert_eq!(part()["kid"], "secret-file-kid");
    assert_eq!(part()["iss"], "secret-file-client_email");
}

#[test]
fn what_is_no_key_file_is_refused_at_once() {
    let file = |kind: &str| json!({ "name": "file", "type": kind, "origin": [0, 4, 5] });
    for (kind, wrong) in [("json", "not json, hush-hush"), ("json", "[]")] {
        let world = world(one(method(json!([]), json!({ "secrets": [file(kind)] }))), customer(), |_, _| panic!("nothing is sent"));
        let mut account = world.account.clone();
        account.secrets = [("file".to_owned(), connc_runtime::Secret::from(wrong))].into();
        let error = world.runtime.prepare(&world.connector, &account, connc_runtime::Call::native("me.get")).unwrap_err();
        assert!(error.message.starts_with("secret `file` is no JSON document"), "{error}");
        assert!(!format!("{error:?}").contains("hush"));
    }
}

#[tokio::test]
async fn members_of_a_key_file_are_not_shown() {
    let file = json!({ "name": "file", "type": "json", "origin": [0, 4, 5] });
    let apply = json!([{ "place": { "header": "X-Key" }, "value": text("{{ secret.file.key }}") }]);
    let world = world(one(method(apply, json!({ "secrets": [file] }))), customer(), |request, _| {
        let sent = request.headers()["x-key"].to_str().unwrap();
        crate::support::status(403, json!({ "code": "no", "message": format!("not with {sent}") }))
    });
    let mut account = world.account.clone();
    account.secrets = [("file".to_owned(), connc_runtime::Secret::from(r#"{"key": "hush-hush-4711"}"#))].into();
    let error = world.runtime.call(&world.connector, &account, connc_runtime::Call::native("me.get")).await.unwrap_err();
    assert_eq!(error.provider_message.as_deref(), Some("not with {{ secret.file.key }}"));
    let prepared = world.runtime.prepare(&world.connector, &account, connc_runtime::Call::native("me.get")).unwrap();
    assert!(prepared[0].headers.contains(&("x-key".to_owned(), "{{ secret.file.key }}".to_owned())), "{prepared:?}");
}
