//! Renewal: what is renewed with, what is stored when, and what follows on a refusal.

use std::sync::atomic::Ordering;

use connc_runtime::transport::TransportFailure;
use connc_runtime::{Call, ErrorKind, Secret};
use serde_json::{Value, json};

use crate::kit::*;
use crate::support::*;

#[tokio::test]
async fn a_rotated_refresh_token_is_stored_before_the_new_access_token_is_used() {
    let world = world(oauth(json!({})), connected(), rotating(3600));
    // The supplied access token has no known end: it is used until it is refused.
    world.me().await.unwrap();
    assert_eq!(world.tokens(), 0);
    world.peer.seen.lock().unwrap().clear();
    let world = self::expiring();
    world.me().await.unwrap();
    assert_eq!(*world.log.lock().unwrap(), ["/me", "/token", "saved", "/me"]);
    let stored = world.stored().await.unwrap();
    assert_eq!(
        (&stored["tokens"]["refresh_token"], &stored["number"], &stored["version"]),
        (&json!("refresh-number-1"), &json!(1), &json!(1))
    );
    world.later(3590);
    world.me().await.unwrap();
    assert_eq!(world.bearers(), ["access-number-stale", "access-number-1", "access-number-2"]);
    assert_eq!(form_of(&world.peer.to("/token")[1])["refresh_token"], "refresh-number-1");
}

/// An account whose supplied access token is stale, while its refresh token is good.
fn expiring() -> World {
    let mut account = connected();
    account.tokens.insert("access_token".to_owned(), Secret::from("access-number-stale"));
    world(oauth(json!({})), account, rotating(3600))
}

#[tokio::test]
async fn without_rotation_the_refresh_token_stays() {
    let rule = |request: &http::Request<bytes::Bytes>, index: usize| match request.uri().path() {
        "/token" => ok(json!({ "access_token": format!("access-at-{index}"), "expires_in": "120" })),
        _ => ok(json!({})),
    };
    let mut account = connected();
    account.tokens.remove("access_token");
    let world = world(oauth(json!({})), account, rule);
    for _ in 0..3 {
        world.me().await.unwrap();
        world.later(100);
    }
    let spent: Vec<String> = world.peer.to("/token").iter().map(|request| form_of(request)["refresh_token"].clone()).collect();
    assert_eq!(spent, ["refresh-number-0"; 3]);
    assert_eq!(world.bearers(), ["access-at-0", "access-at-2", "access-at-4"]);
}

#[tokio::test]
async fn a_token_that_cannot_be_stored_is_not_used_and_not_lost() {
    let world = expiring();
    world.store.fails.store(true, Ordering::SeqCst);
    for _ in 0..2 {
        let error = world.me().await.unwrap_err();
        assert_eq!((error.kind, error.retryable), (ErrorKind::Store, true), "{error}");
        assert!(error.message.contains("could not be stored") && error.message.contains("the disk is full"), "{error}");
    }
    assert!(world.bearers().iter().all(|token| token == "access-number-stale"));
    assert_eq!(world.tokens(), 1);
    world.store.fails.store(false, Ordering::SeqCst);
    world.me().await.unwrap();
    assert_eq!((world.tokens(), world.bearers().pop().unwrap().as_str()), (1, "access-number-1"));
    // Another process finds what was stored.
    world.other().call(&world.connector, &world.account, Call::native("me.get")).await.unwrap();
    assert_eq!(world.tokens(), 1);
}

#[tokio::test]
async fn what_could_not_be_stored_is_not_lost_when_the_account_changes() {
    let world = expiring();
    world.store.fails.store(true, Ordering::SeqCst);
    world.me().await.unwrap_err();
    world.store.fails.store(false, Ordering::SeqCst);
    // Nothing was offered, so this changes nothing; but the token that waits is stored before.
    world.runtime.choose(&world.connector, &world.account, "site", "1").await.unwrap_err();
    assert_eq!(world.stored().await.unwrap()["tokens"]["refresh_token"], "refresh-number-1");
    world.me().await.unwrap();
    assert_eq!(world.tokens(), 1);
}

#[tokio::test]
async fn tokens_outlive_those_that_were_supplied_first() {
    let world = expiring();
    world.me().await.unwrap();
    // The embedder forgets what it supplied once, and remembers it again.
    let mut without = world.account.clone();
    without.tokens.clear();
    world.runtime.call(&world.connector, &without, Call::native("me.get")).await.unwrap();
    world.later(3590);
    world.runtime.call(&world.connector, &without, Call::native("me.get")).await.unwrap();
    world.other().call(&world.connector, &world.account, Call::native("me.get")).await.unwrap();
    assert_eq!((world.tokens(), world.bearers().pop().unwrap().as_str()), (2, "access-number-2"));
}

#[tokio::test]
async fn a_refusal_is_remembered_and_asked_about_once() {
    let mut account = connected();
    account.tokens.insert("refresh_token".to_owned(), Secret::from("refresh-revoked"));
    account.tokens.insert("access_token".to_owned(), Secret::from("access-revoked"));
    let world = world(oauth(json!({})), account, rotating(3600));
    let first = world.me().await.unwrap_err();
    assert_eq!((first.kind, first.provider_code.as_deref(), first.status), (ErrorKind::NeedsReauth, Some("invalid_grant"), Some(400)));
    for _ in 0..1000 {
        let error = world.me().await.unwrap_err();
        assert_eq!((error.kind, error.requests, error.provider_message.as_deref()), (ErrorKind::NeedsReauth, 0, Some("was used before")));
        assert_eq!(error.help.as_deref(), Some("connect the account again"));
    }
    let error = world.other().call(&world.connector, &world.account, Call::native("me.get")).await.unwrap_err();
    assert_eq!((error.kind, error.requests), (ErrorKind::NeedsReauth, 0));
    assert_eq!(world.tokens(), 1);
    // Other tokens are worth an attempt.
    let mut account = world.account.clone();
    account.tokens = connected().tokens;
    world.runtime.call(&world.connector, &account, Call::native("me.get")).await.unwrap();
    assert_eq!(world.tokens(), 1);
    // So is another secret of the deployment: one attempt, and no more.
    let mut account = world.account.clone();
    account.app_secrets.insert("client_secret".to_owned(), Secret::from("another secret"));
    for _ in 0..5 {
        world.runtime.call(&world.connector, &account, Call::native("me.get")).await.unwrap_err();
    }
    assert_eq!(world.tokens(), 2);
}

#[tokio::test]
async fn an_account_of_secrets_is_tried_again_when_somebody_connects_it() {
    let account = connc_runtime::Account { id: Some("acme".to_owned()), ..customer() };
    let world = world(one(method(bearer(), acquire())), account, |request, index| match (request.uri().path(), index) {
        ("/oauth/token", 0) => status(400, json!({ "error": "invalid_grant" })),
        ("/oauth/token", _) => ok(json!({ "access_token": "t" })),
        _ => ok(json!({})),
    });
    for _ in 0..3 {
        assert_eq!(world.me().await.unwrap_err().kind, ErrorKind::NeedsReauth);
    }
    assert_eq!(world.peer.to("/oauth/token").len(), 1);
    world.runtime.connect(&world.connector, &world.account).await.unwrap();
    world.me().await.unwrap();
    assert_eq!((world.peer.to("/oauth/token").len(), world.bearers()), (2, vec!["t".to_owned()]));
}

#[tokio::test]
async fn a_failing_token_endpoint_is_no_refusal() {
    let wrong = |answer: fn() -> Scripted| {
        let mut account = connected();
        account.tokens.remove("access_token");
        world(oauth(json!({})), account, move |request, _| if request.uri().path() == "/token" { answer() } else { ok(json!({})) })
    };
    type Case = (fn() -> Scripted, ErrorKind, usize);
    let cases: [Case; 6] = [
        (|| status(503, json!({ "error": "invalid_grant" })), ErrorKind::Provider, 2),
        (|| status(500, json!({})), ErrorKind::Provider, 1),
        (|| status(429, json!({ "error": "invalid_grant" })), ErrorKind::RateLimited, 1),
        (|| Scripted::Fails(TransportFailure::MaybeSent), ErrorKind::Transport, 2),
        (|| Scripted::Fails(TransportFailure::Timeout), ErrorKind::Transport, 2),
        (|| Scripted::Answer(200, vec![("content-type", "text/html".to_owned())], "<html>busy</html>".to_owned()), ErrorKind::Provider, 1),
    ];
    for (answer, kind, requests) in cases {
        let world = wrong(answer);
        let error = world.me().await.unwrap_err();
        assert_eq!((error.kind, world.tokens()), (kind, requests), "{error}");
        assert!(world.stored().await.is_none());
        world.me().await.unwrap_err();
        assert_eq!(world.tokens(), 2 * requests);
    }
}

#[tokio::test]
async fn what_can_be_bought_again_is_asked_for_again() {
    let world = world(one(method(bearer(), acquire())), customer(), |request, index| match (request.uri().path(), index) {
        ("/oauth/token", 0) => Scripted::Fails(TransportFailure::MaybeSent),
        ("/oauth/token", 1) => status(502, json!({})),
        ("/oauth/token", _) => ok(json!({ "access_token": "t" })),
        _ => ok(json!({})),
    });
    let mut plan = world.connector.plan().clone();
    plan.auth[0].acquire.as_mut().unwrap().steps[0].request.idempotent = true;
    let connector = connc_runtime::Connector::load(plan).unwrap();
    let answer = world.runtime.call(&connector, &world.account, Call::native("me.get")).await.unwrap();
    assert_eq!((answer.counters.requests, answer.counters.retries), (4, 2));
}

#[tokio::test]
async fn sessions_end_in_their_own_ways() {
    let ended = [
        (Scripted::Answer(302, vec![("location", "https://acme.example.com/login".to_owned())], String::new()), "$status = 302"),
        (ok(json!({ "ok": false, "why": "session over" })), "why = 'session over'"),
        (
            status(400, json!({ "code": "INVALID_SESSION", "message": "over" })),
            "$error.code = 'INVALID_SESSION' and $error.kind = 'invalid_input'",
        ),
        (
            Scripted::Answer(200, vec![("content-type", "text/html".to_owned())], "<html>log in".to_owned()),
            "$contains($headers.`content-type`, 'html')",
        ),
        (status(401, json!({})), "false"),
    ];
    for (answer, expired) in ended {
        let plan = |always: bool| {
            let answer = answer.clone();
            let mut parts = acquire();
            parts["expired"] = expression(expired);
            world(one(method(bearer(), parts)), customer(), move |request, index| match request.uri().path() {
                "/oauth/token" => ok(json!({ "access_token": format!("t-{index}") })),
                _ if always || bearer_of(request) == "t-0" => answer.clone(),
                _ => ok(json!({ "fine": true })),
            })
        };
        let world = plan(false);
        let done = world.me().await.unwrap();
        assert_eq!((done.counters.requests, done.record.unwrap().text.as_str()), (4, r#"{"fine":true}"#), "{expired}");
        // One renewal, one replay, then the error.
        let world = plan(true);
        let error = world.me().await.unwrap_err();
        assert_eq!(error.requests, 4, "{expired}: {error}");
        assert!(error.status.is_some());
    }
}

#[tokio::test]
async fn a_refused_token_that_nothing_renews_says_what_the_provider_said() {
    let mut account = connected();
    account.tokens = [("access_token".to_owned(), Secret::from("access-number-9"))].into();
    let world = world(oauth(json!({})), account, rotating(60));
    let error = world.me().await.unwrap_err();
    assert_eq!(
        (error.kind, error.status, error.provider_message.as_deref()),
        (ErrorKind::NeedsReauth, Some(401), Some("token is not good"))
    );
    assert!(error.message.contains("nothing was kept to renew it with"), "{error}");
}

#[tokio::test]
async fn an_account_that_nobody_connected_says_so() {
    let world = world(oauth(json!({})), customer(), |_, _| panic!("nothing is sent"));
    let error = world.me().await.unwrap_err();
    assert_eq!((error.kind, error.message.as_str(), error.requests), (ErrorKind::NeedsReauth, "the account is not connected yet", 0));
    assert!(error.help.is_some());
}

#[tokio::test]
async fn tokens_belong_to_the_secrets_that_bought_them() {
    let rule = |request: &http::Request<bytes::Bytes>, index: usize| match request.uri().path() {
        "/oauth/token" => ok(json!({ "access_token": format!("t-{index}"), "expires_in": 3600 })),
        _ => ok(json!({})),
    };
    let mut account = customer();
    account.id = Some("acme".to_owned());
    let world = world(one(method(bearer(), acquire())), account, rule);
    world.me().await.unwrap();
    world.other().call(&world.connector, &world.account, Call::native("me.get")).await.unwrap();
    let mut other = world.account.clone();
    other.secrets.insert("token".to_owned(), Secret::from("somebody else's"));
    world.runtime.call(&world.connector, &other, Call::native("me.get")).await.unwrap();
    assert_eq!(world.bearers(), ["t-0", "t-0", "t-3"]);
    let stored: Value = world.stored().await.unwrap();
    assert!(!stored.to_string().contains("somebody else's") && !stored.to_string().contains(SECRET));
}

/// What an answer says beside its tokens, by the request's index.
type Answers = fn(usize) -> Value;

/// A renewal whose answers name a host, by the times that it was asked for.
fn with_instance(answers: Answers) -> World {
    let kept = json!({ "name": "instance", "type": "url", "required": true, "within": ["force.example"], "origin": [0, 6, 5] });
    let shown = json!({ "name": "instance", "from": { "body": expression("instance_url") }, "required": true, "shown": kept });
    let fields = [("grant_type", "refresh_token"), ("refresh_token", "{{ token.refresh_token }}")];
    // The host stands before the tokens, so that it is found wrong before they are.
    let keep = json!([shown, secret("access_token", true), secret("refresh_token", false)]);
    let refresh = steps(vec![token_step(&fields, keep)]);
    let mut account = connected();
    account.tokens.remove("access_token");
    account.kept.insert("instance".to_owned(), json!("https://acme.force.example"));
    let plan = oauth(json!({ "refresh": refresh, "base_url": text("{{ kept.instance }}") }));
    let rotate = rotating(3600);
    world(plan, account, move |request, index| match rotate(request, index) {
        Scripted::Answer(200, headers, body) if request.uri().path() == "/token" => {
            let mut body: Value = serde_json::from_str(&body).unwrap();
            body.as_object_mut().unwrap().extend(answers(index).as_object().unwrap().clone());
            Scripted::Answer(200, headers, body.to_string())
        }
        answer => answer,
    })
}

#[tokio::test]
async fn a_rotated_refresh_token_outlives_what_else_is_wrong_with_its_answer() {
    let wrongs: [(Answers, ErrorKind); 3] = [
        (
            |index| json!({ "instance_url": if index == 0 { "https://evil.example" } else { "https://b.force.example" } }),
            ErrorKind::Security,
        ),
        (|index| if index == 0 { json!({}) } else { json!({ "instance_url": "https://b.force.example" }) }, ErrorKind::Auth),
        (|index| json!({ "instance_url": if index == 0 { json!([1]) } else { json!("https://b.force.example") } }), ErrorKind::Security),
    ];
    for (answers, kind) in wrongs {
        let world = with_instance(answers);
        let error = world.me().await.unwrap_err();
        assert_eq!((error.kind, world.tokens()), (kind, 1), "{error}");
        let stored = world.stored().await.unwrap();
        assert_eq!(stored["tokens"]["refresh_token"], "refresh-number-1");
        assert!(!stored.to_string().contains("evil"), "{stored}");
        // Nothing was sent with what came along, and the next attempt spends the new one.
        assert!(world.bearers().is_empty());
        world.later(1);
        world.other().call(&world.connector, &world.account, Call::native("me.get")).await.unwrap();
        assert_eq!(world.bearers(), ["access-number-2"]);
        assert_eq!(world.stored().await.unwrap()["kept"], json!({ "instance": "https://b.force.example" }));
    }
}

#[tokio::test]
async fn a_token_on_the_edge_of_what_is_shown_is_taken_out_whole() {
    let mut account = connected();
    account.tokens.remove("access_token");
    let world = world(oauth(json!({})), account, |request, _| {
        let description = format!("{}{} was used", "x".repeat(490), form_of(request)["refresh_token"]);
        status(400, json!({ "error": "invalid_grant", "error_description": description }))
    });
    let error = world.me().await.unwrap_err();
    let said = error.provider_message.clone().unwrap();
    assert!(said.starts_with("xxx") && !said.contains("refresh-n"), "{said}");
}
