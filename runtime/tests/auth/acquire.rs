//! How tokens are got: every shape of request and answer.

use connc_runtime::{Account, ErrorKind, Secret};
use serde_json::{Value, json};

use crate::kit::*;
use crate::support::*;

fn with(steps: Value) -> connc_plan::Plan {
    one(method(bearer(), json!({ "acquire": steps })))
}

fn basic() -> Value {
    json!({ "segments": [{ "literal": "Basic " }, { "base64": [
        { "value": { "path": ["app", "client_id"] } }, { "literal": ":" }, { "value": { "path": ["app", "secret", "client_secret"] } },
    ] }], "origin": [0, 4, 7] })
}

#[tokio::test]
async fn each_shape_of_request() {
    let keep = || json!([secret("access_token", true)]);
    let url = "https://login.example.com/token";
    let form = |fields: Value| json!({ "body": { "form": fields } });
    let body = json!({ "object": [
        ["user", { "text": text("{{ secret.token }}") }],
        ["app", { "text": text("{{ app.client_id }}/{{ app.secret.client_secret }}") }],
        ["kind", { "const": "login" }],
    ] });
    let cases = [
        (
            request(
                "POST",
                url,
                json!({ "body": { "form": [["grant_type", text("client_credentials")]] }, "headers": [["Authorization", basic()]] }),
            ),
            "basic",
        ),
        (
            request(
                "POST",
                url,
                form(json!([["client_id", text("{{ app.client_id }}")], ["client_secret", text("{{ app.secret.client_secret }}")]])),
            ),
            "form",
        ),
        (request("POST", url, json!({ "body": { "json": body } })), "json"),
        (request("GET", url, json!({ "query": [["key", text("{{ secret.token }}")]] })), "get"),
    ];
    for (request, kind) in cases {
        let world = world(with(steps(vec![step(request, keep())])), customer(), |request, _| match request.uri().path() {
            "/token" => ok(json!({ "access_token": "tok-1" })),
            _ => ok(json!({})),
        });
        world.me().await.unwrap();
        assert_eq!(world.bearers(), ["tok-1"]);
        let sent = &world.peer.to("/token")[0];
        let text = String::from_utf8(sent.body().to_vec()).unwrap();
        match kind {
            "basic" => {
                assert_eq!(
                    (sent.headers()["authorization"].to_str().unwrap(), text.as_str()),
                    ("Basic Y2xpZW50LTE6YXBwLWh1c2gtaHVzaA==", "grant_type=client_credentials")
                );
            }
            "form" => assert_eq!(text, "client_id=client-1&client_secret=app-hush-hush"),
            "json" => assert_eq!(text, json!({ "user": SECRET, "app": "client-1/app-hush-hush", "kind": "login" }).to_string()),
            _ => assert_eq!((sent.uri().query(), sent.method().as_str()), (Some("key=s3cret-t0ken%2F%2Bx"), "GET")),
        }
    }
}

#[tokio::test]
async fn steps_see_what_those_before_them_kept() {
    let first = step(
        request("POST", "https://login.example.com/one", json!({ "body": { "form": [["key", text("{{ secret.token }}")]] } })),
        json!([secret("ticket", true)]),
    );
    let second = step(
        request("POST", "https://login.example.com/two", json!({ "body": { "form": [["ticket", text("{{ token.ticket }}")]] } })),
        json!([secret("access_token", true)]),
    );
    let world = world(with(steps(vec![first, second])), customer(), |request, _| match request.uri().path() {
        "/one" => ok(json!({ "ticket": "ticket-1" })),
        "/two" => ok(json!({ "access_token": format!("for-{}", form_of(request)["ticket"]) })),
        _ => ok(json!({})),
    });
    world.me().await.unwrap();
    assert_eq!(*world.log.lock().unwrap(), ["/one", "/two", "saved", "/me"]);
    assert_eq!(world.bearers(), ["for-ticket-1"]);
}

#[tokio::test]
async fn ends_in_every_notation() {
    // The clock says 2026-03-01T12:00:00Z; the token is used at 12:01:40 and 12:03:50.
    for (member, value, requests) in [
        ("expires_in", json!(150), 2),
        ("expires_in", json!("150"), 2),
        ("expires_in", json!(150.5), 2),
        ("expires_in", json!(3600), 1),
        ("expires_in", json!("soon"), 1),
        ("expires_in", json!(-5), 1),
        ("expires_at", json!("2026-03-01T12:02:30Z"), 2),
        ("expires_at", json!("2026-03-01T14:02:30+02:00"), 2),
        ("expires_at", json!(1_772_366_550), 2),
        ("expires_at", json!("1772366550"), 2),
        ("expires_at", json!(1_772_370_000), 1),
        ("expires_at", json!("whenever"), 1),
    ] {
        let mut acquire = steps(vec![token_step(&[("a", "b")], json!([secret("access_token", true)]))]);
        acquire["expires_at"] = expression("expires_at");
        let answer = value.clone();
        let world = world(with(acquire), customer(), move |request, _| match request.uri().path() {
            "/token" => ok(json!({ "access_token": "t", member: answer })),
            _ => ok(json!({})),
        });
        world.later(100);
        world.me().await.unwrap();
        world.later(130);
        world.me().await.unwrap();
        assert_eq!(world.tokens(), requests, "{member}: {value}");
    }
}

#[tokio::test]
async fn answers_without_a_token_are_errors() {
    let cases = [
        (ok(json!({ "access_token": "" })), ErrorKind::Auth, "the token answer has no `access_token`"),
        (ok(json!({ "access_token": null })), ErrorKind::Auth, "the token answer has no `access_token`"),
        (ok(json!({ "access_token": { "a": 1 } })), ErrorKind::Auth, "the token answer has no `access_token`"),
        (
            Scripted::Answer(200, vec![("content-type", "text/html".to_owned())], "<html><body>Sign in".to_owned()),
            ErrorKind::Provider,
            "HTML page",
        ),
        (Scripted::Answer(200, vec![], String::new()), ErrorKind::Provider, "the answer is empty"),
        (
            Scripted::Answer(500, vec![("content-type", "text/html".to_owned())], "<html>oops".to_owned()),
            ErrorKind::Provider,
            "it answered 500",
        ),
        (status(400, json!({ "error": "invalid_scope", "error_description": "no such scope" })), ErrorKind::Auth, "it answered 400"),
        (status(302, json!({})), ErrorKind::Provider, "it answered 302"),
    ];
    for (answer, kind, words) in cases {
        let plan = with(steps(vec![token_step(&[("a", "b")], json!([secret("access_token", true)]))]));
        let world = world(plan, Account { id: Some("acme".to_owned()), ..customer() }, move |request, _| match request.uri().path() {
            "/token" => answer.clone(),
            other => panic!("{other} is asked without a token"),
        });
        let error = world.me().await.unwrap_err();
        assert_eq!((error.kind, error.step.as_deref()), (kind, Some("way")), "{error}");
        assert!(error.message.contains(words), "{error}");
        assert_eq!(error.request.as_deref(), Some("POST https://login.example.com/token"));
        assert!(world.stored().await.is_none());
    }
}

/// Searches every error that a failing token endpoint leads to for what must not be in it.
#[tokio::test]
async fn no_error_holds_a_token_or_a_secret() {
    let hush = ["app-hush-hush", "s3cret", "refresh-number-0", "access-number-0", "fresh-token-4711"];
    let echo = "got app-hush-hush and refresh-number-0 and access-number-0 and s3cret-t0ken/+x and s3cret-t0ken%2F%2Bx";
    let answers = [
        (200, json!({ "error": "bad", "error_description": echo })),
        (200, json!({ "access_token": "fresh-token-4711", "error": echo })),
        (200, json!({ "token": "fresh-token-4711" })),
        (400, json!({ "error": echo, "error_description": echo })),
        (400, json!({ "error": "invalid_grant", "error_description": echo })),
        (429, json!({ "error": echo })),
        (500, json!({ "error_description": echo })),
        (302, json!({})),
    ];
    for (code, body) in answers {
        let mut account = connected();
        account.tokens.insert("refresh_token".to_owned(), Secret::from("refresh-number-0"));
        let world = world(oauth(json!({})), account, move |request, _| match request.uri().path() {
            "/token" => status(code, body.clone()),
            _ => status(401, json!({ "code": echo, "message": echo })),
        });
        for _ in 0..2 {
            let error = world.me().await.unwrap_err();
            let shown = format!("{error} {error:?} {:?} {:?} {:?} {:?}", error.help, world.runtime, world.account, world.connector);
            for word in hush {
                assert!(!shown.contains(word), "{word} in {shown}");
            }
        }
        if let Some(stored) = world.stored().await {
            assert!(!stored["needs_reauth"].to_string().contains("hush"), "{stored}");
        }
    }
}
