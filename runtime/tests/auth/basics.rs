//! Where values are put on requests, and what is shown of them.

use std::sync::Arc;

use connc_runtime::transport::TransportFailure;
use connc_runtime::{Call, Clock as _, Connector, ErrorKind, Method, ReplayClock};
use serde_json::json;

use crate::kit::*;
use crate::support::*;

#[tokio::test]
async fn values_go_where_the_plan_says() {
    let apply = json!([
        { "place": { "header": "X-Api-Key" }, "value": text("{{ secret.token }}") },
        { "place": { "query": "key" }, "value": text("{{ secret.token }}") },
        { "place": { "cookie": "sid" }, "value": text("abc") },
        { "place": { "header": "X-Csrf" }, "value": text("z"), "on": ["POST"] },
        { "place": { "header": "X-Email" }, "value": text("{{ auth.email }}") },
    ]);
    let bench = desk(one(method(apply, json!({}))), vec![ok(json!({}))]);
    bench.call(Call::native("me.get")).await.unwrap();
    assert_eq!(bench.script.urls(), ["https://acme.example.com/me?key=s3cret-t0ken%2F%2Bx"]);
    let header = |name| bench.script.header(0, name);
    assert_eq!((header("x-api-key").as_deref(), header("cookie").as_deref()), (Some(SECRET), Some("sid=abc")));
    assert_eq!((header("x-csrf"), header("x-email")), (None, None));
    let request = &bench.script.seen.lock().unwrap()[0];
    assert!(request.headers()["x-api-key"].is_sensitive() && request.headers()["cookie"].is_sensitive());
}

#[tokio::test]
async fn a_token_is_got_once_and_anew_when_it_runs_out() {
    let bench = desk(one(method(bearer(), acquire())), vec![token("t1"), ok(json!({})), ok(json!({})), token("t2"), ok(json!({}))]);
    bench.call(Call::native("me.get")).await.unwrap();
    let seen = bench.script.seen.lock().unwrap()[0].clone();
    assert_eq!(
        (seen.uri().to_string().as_str(), seen.body().as_ref()),
        ("https://acme.example.com/oauth/token", b"grant_type=client_credentials&client_id=client-1".as_slice())
    );
    assert_eq!(seen.headers()["authorization"], "Basic Y2xpZW50LTE6YXBwLWh1c2gtaHVzaA==");
    assert_eq!(bench.call(Call::native("me.get")).await.unwrap().counters.requests, 1);
    assert_eq!(bench.script.header(2, "authorization").as_deref(), Some("Bearer t1"));
    // Another account has a token of its own.
    let mut other = bench.account.clone();
    other.account.insert("domain".to_owned(), json!("other.example.com"));
    bench.runtime.call(&bench.connector, &other, Call::native("me.get")).await.unwrap();
    assert_eq!(bench.script.header(4, "authorization").as_deref(), Some("Bearer t2"));
}

#[tokio::test]
async fn a_short_lived_token_is_used_and_refreshed_ahead_of_its_end() {
    let short = |token: &str| ok(json!({ "access_token": token, "expires_in": 30 }));
    let script = Script::new(vec![short("t1"), ok(json!({})), ok(json!({})), short("t2"), ok(json!({}))]);
    let clock = Arc::new(ReplayClock::new("2026-03-01T12:00:00Z").unwrap());
    let runtime = builder(script.clone()).clock(clock.clone()).build().unwrap();
    let connector = Connector::load(one(method(bearer(), acquire()))).unwrap();
    for seconds in [0, 20, 3] {
        drop(clock.sleep(std::time::Duration::from_secs(seconds)));
        runtime.call(&connector, &customer(), Call::native("me.get")).await.unwrap();
    }
    let sent: Vec<_> = [1, 2, 4].into_iter().map(|index| script.header(index, "authorization").unwrap()).collect();
    assert_eq!(sent, ["Bearer t1", "Bearer t1", "Bearer t2"]);
}

#[tokio::test]
async fn a_401_buys_one_new_token_and_one_replay() {
    let plan = || one(method(bearer(), acquire()));
    let bench_ok = desk(plan(), vec![token("t1"), status(401, json!({})), token("t2"), ok(json!({}))]);
    assert_eq!(bench_ok.call(Call::native("me.get")).await.unwrap().counters.requests, 4);
    let refused = desk(plan(), vec![token("t1"), status(401, json!({})), token("t2"), status(401, json!({}))]);
    assert_eq!(refused.call(Call::native("me.get")).await.unwrap_err().kind, ErrorKind::Auth);
    let fixed = desk(
        one(method(json!([{ "place": { "header": "Authorization" }, "value": text("Bearer {{ secret.token }}") }]), json!({}))),
        vec![status(401, json!({}))],
    );
    assert_eq!(fixed.call(Call::native("me.get")).await.unwrap_err().requests, 1);
}

#[tokio::test]
async fn token_errors_have_kinds() {
    for (answer, kind) in [
        (status(400, json!({ "error": "invalid_grant", "error_description": "revoked" })), ErrorKind::NeedsReauth),
        (status(401, json!({ "error": "invalid_client" })), ErrorKind::Auth),
        (ok(json!({ "error": "bad_thing" })), ErrorKind::Auth),
        (ok(json!({ "token": "x" })), ErrorKind::Auth),
        (status(429, json!({})), ErrorKind::RateLimited),
        (status(500, json!({})), ErrorKind::Provider),
        (Scripted::Answer(302, vec![("location", "https://elsewhere.example/".to_owned())], String::new()), ErrorKind::Provider),
        (Scripted::Answer(200, vec![], "<html>".to_owned()), ErrorKind::Provider),
    ] {
        let bench = desk(one(method(bearer(), acquire())), vec![answer]);
        let error = bench.call(Call::native("me.get")).await.unwrap_err();
        assert_eq!((error.kind, error.step.as_deref()), (kind, Some("way")), "{error}");
        assert_eq!(bench.script.left(), 0);
    }
}

#[tokio::test]
async fn no_error_shows_a_secret() {
    let key = || json!([{ "place": { "query": "key" }, "value": text("{{ secret.token }}") }, { "place": { "header": "x-key" }, "value": text("{{ secret.token }}") }]);
    let echo =
        |code| status(code, json!({ "code": format!("key {SECRET}"), "message": format!("bad key {SECRET} (s3cret-t0ken%2F%2Bx)") }));
    for answer in [
        echo(400),
        echo(401),
        echo(429),
        ok(json!({ "x": SECRET })),
        Scripted::Answer(200, vec![], format!("<html>{SECRET}")),
        Scripted::Answer(302, vec![("location", format!("https://e.example/?k={SECRET}"))], String::new()),
        Scripted::Fails(TransportFailure::Refused),
    ] {
        let bench = desk(one(method(key(), json!({}))), vec![answer]);
        let error = bench.pages(Call::native("users.list")).next().await.unwrap().unwrap_err();
        let shown = format!("{error} {error:?} {:?} {:?} {:?}", bench.runtime, bench.account, bench.pages(Call::native("users.list")));
        assert!(!shown.contains("s3cret"), "{shown}");
    }
    let bench = desk(
        one(method(bearer(), acquire())),
        vec![token("tok-4711-abc"), status(403, json!({ "message": "token tok-4711-abc, app-hush-hush" }))],
    );
    let error = bench.call(Call::native("me.get")).await.unwrap_err();
    assert_eq!(error.provider_message.as_deref(), Some("token {{ token.access_token }}, {{ app.secret.client_secret }}"));
}

#[tokio::test]
async fn a_dry_run_sends_nothing_and_shows_no_secret() {
    let bench = desk(one(method(bearer(), acquire())), vec![]);
    let prepared = bench.runtime.prepare(&bench.connector, &bench.account, Call::native("users.list")).unwrap();
    let shown: Vec<_> = prepared.iter().map(|request| format!("{} {}", request.method, request.url)).collect();
    assert_eq!(shown, ["POST https://acme.example.com/oauth/token", "GET https://acme.example.com/users"]);
    assert!(prepared[1].headers.contains(&("authorization".to_owned(), "Bearer {{ token.access_token }}".to_owned())));
    assert!(!format!("{prepared:?}").contains("hush"));
    let apply = json!([{ "place": { "query": "key" }, "value": text("{{ secret.token }}") }]);
    let bench = desk(one(method(apply, json!({}))), vec![]);
    let prepared = bench.runtime.prepare(&bench.connector, &bench.account, Call::native("me.get")).unwrap();
    assert_eq!(prepared[0].url, "https://acme.example.com/me?key={{ secret.token }}");
}

#[tokio::test]
async fn any_request_on_the_base() {
    let bench = desk(
        one(method(json!([{ "place": { "header": "x-key" }, "value": text("{{ secret.token }}") }]), json!({}))),
        vec![ok(json!({ "any": [1, 2] })), Scripted::Answer(204, vec![], String::new())],
    );
    let answer = bench.call(Call::request(Method::Get, "/anything/here?x=a%20b&y=1")).await.unwrap();
    assert_eq!(answer.record.unwrap().text, r#"{"any":[1,2]}"#);
    assert_eq!(bench.script.urls()[0], "https://acme.example.com/anything/here?x=a%20b&y=1");
    let answer = bench.call(Call::request(Method::Post, "/anything").input(json!({ "a": 1 }))).await.unwrap();
    assert_eq!((answer.record, answer.status), (None, 204));
    assert_eq!(bench.script.bodies()[1], json!({ "a": 1 }));
    assert_eq!(bench.call(Call::request(Method::Get, "anything")).await.unwrap_err().kind, ErrorKind::InvalidInput);
    for path in ["https://evil.example/x", "http://acme.example.com/x", "file:///etc/passwd"] {
        assert_eq!(bench.call(Call::request(Method::Get, path)).await.unwrap_err().kind, ErrorKind::Security, "{path}");
    }
    let bench = desk(one(method(json!([]), json!({}))), vec![ok(json!({}))]);
    bench.call(Call::request(Method::Get, "//evil.example/x")).await.unwrap();
    assert!(bench.script.urls()[0].starts_with("https://acme.example.com/"));
}
