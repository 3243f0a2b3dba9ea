//! Connecting by a person's consent, from the URL to the first call.

use std::collections::BTreeMap;

use connc_runtime::{Account, Call, ErrorKind, Secret};
use serde_json::{Value, json};

use crate::kit::*;
use crate::support::*;

const BACK: &str = "https://app.example.net/oauth/back?tenant=1";

fn newcomer() -> Account {
    Account { id: Some("acme".to_owned()), ..customer() }
}

fn query(url: &str) -> BTreeMap<String, String> {
    url::Url::parse(url).unwrap().query_pairs().into_owned().collect()
}

/// The challenge of a verifier, computed apart from the runtime's own.
fn challenge(verifier: &str) -> String {
    data_encoding::BASE64URL_NOPAD.encode(ring::digest::digest(&ring::digest::SHA256, verifier.as_bytes()).as_ref())
}

#[tokio::test]
async fn from_the_url_to_the_first_call() {
    let world = world(oauth(json!({})), newcomer(), rotating(3600));
    let begun = world.runtime.authorize(&world.connector, &world.account, BACK).unwrap();
    let asked = query(&begun.url);
    assert!(begun.url.starts_with("https://login.example.com/authorize?response_type=code&client_id=client-1&"), "{}", begun.url);
    assert_eq!((asked["redirect_uri"].as_str(), &asked["state"], asked["scope"].as_str()), (BACK, &begun.state, "users.read offline"));
    assert!(!begun.url.contains("hush"));
    let back = format!("{BACK}&code=co%2Fde&state={}", begun.state);
    // The redirect may come back to another process with the same key and store.
    let connected = world.other().finish(&world.connector, &world.account, &begun.flow, &back).await.unwrap();
    assert!(connected.choices.is_empty() && connected.kept.is_empty());
    let spent = form_of(&world.peer.to("/token")[0]);
    assert_eq!(
        (spent["code"].as_str(), spent["redirect_uri"].as_str(), spent["grant_type"].as_str()),
        ("co/de", BACK, "authorization_code")
    );
    assert_eq!((spent["code_verifier"].len(), challenge(&spent["code_verifier"])), (43, asked["code_challenge"].clone()));
    assert!(!begun.flow.contains(&spent["code_verifier"]));
    world.me().await.unwrap();
    assert_eq!((world.bearers(), world.tokens()), (vec!["access-number-1".to_owned()], 1));
    // Two flows share nothing.
    let other = world.runtime.authorize(&world.connector, &world.account, BACK).unwrap();
    assert!(other.state != begun.state && query(&other.url)["code_challenge"] != asked["code_challenge"]);
}

#[tokio::test]
async fn a_consent_that_cannot_be_stored_is_said_to_be_lost() {
    let world = world(oauth(json!({})), newcomer(), rotating(3600));
    let begun = world.runtime.authorize(&world.connector, &world.account, BACK).unwrap();
    world.store.fails.store(true, std::sync::atomic::Ordering::SeqCst);
    let back = format!("code=c&state={}", begun.state);
    let error = world.runtime.finish(&world.connector, &world.account, &begun.flow, &back).await.unwrap_err();
    assert_eq!((error.kind, error.retryable, world.tokens()), (ErrorKind::Store, false, 1), "{error}");
    assert!(error.message.contains("what the provider gave is lost") && error.message.contains("the disk is full"), "{error}");
    assert!(error.help.as_ref().unwrap().contains("the person has to allow the access once more"), "{:?}", error.help);
    assert!(!format!("{error:?}").contains("number-1"));
    // Another process knows nothing of it; in this one it waits, and is forgotten when the account is disconnected.
    let there = world.other().disconnect(&world.connector, &world.account).await.unwrap();
    assert!(!there && world.stored().await.is_none(), "nothing is kept, and nothing is said to have been");
    assert!(world.runtime.disconnect(&world.connector, &world.account).await.unwrap());
    assert_eq!(
        world.runtime.call(&world.connector, &world.account, Call::native("me.get")).await.unwrap_err().kind,
        ErrorKind::NeedsReauth
    );
}

#[tokio::test]
async fn an_answer_of_somebody_else_is_refused() {
    let world = world(oauth(json!({})), newcomer(), |_, _| panic!("nothing is sent"));
    let (runtime, connector, account) = (&world.runtime, &world.connector, &world.account);
    let begun = runtime.authorize(connector, account, BACK).unwrap();
    let good = format!("code=c&state={}", begun.state);
    let state = &begun.state;
    for back in [
        "code=c",
        "code=c&state=",
        "code=c&state=other",
        &format!("code=c&state={state}x"),
        &format!("code=a&code=b&state={state}"),
        &format!("state=x&{good}"),
    ] {
        let error = runtime.finish(connector, account, &begun.flow, back).await.unwrap_err();
        assert_eq!(error.kind, ErrorKind::Security, "{back}: {error}");
        assert!(!format!("{error:?}").contains(state.as_str()));
    }
    let mut other = account.clone();
    other.id = Some("another".to_owned());
    for (account, flow) in [(&other, begun.flow.as_str()), (account, "flow"), (account, ""), (account, begun.flow.get(1..).unwrap())] {
        assert_eq!(runtime.finish(connector, account, flow, &good).await.unwrap_err().kind, ErrorKind::Security);
    }
    let stranger = builder(world.peer.clone()).cursor_key([8; 32]).build().unwrap();
    assert_eq!(stranger.finish(connector, account, &begun.flow, &good).await.unwrap_err().kind, ErrorKind::Security);
    let denied = format!("error=access_denied&error_description=no%0Athanks&state={state}");
    let error = runtime.finish(connector, account, &begun.flow, &denied).await.unwrap_err();
    assert_eq!((error.kind, error.provider_code.as_deref()), (ErrorKind::Forbidden, Some("access_denied")));
    assert_eq!(error.to_string(), "`way`: the access was not allowed: no thanks (access_denied); connector.yaml:4:3");
    assert_eq!(runtime.finish(connector, account, &begun.flow, &format!("state={state}")).await.unwrap_err().kind, ErrorKind::InvalidInput);
    world.later(15 * 60 + 1);
    let late = runtime.finish(connector, account, &begun.flow, &good).await.unwrap_err();
    assert!(late.message.contains("15 minutes"), "{late}");
}

#[tokio::test]
async fn who_cannot_ask_says_so() {
    let world = world(oauth(json!({})), customer(), |_, _| panic!("nothing is sent"));
    let error = world.runtime.authorize(&world.connector, &world.account, BACK).unwrap_err();
    assert!(error.message.contains("needs an id"), "{error}");
    assert_eq!(world.runtime.authorize(&world.connector, &newcomer(), "no url").unwrap_err().kind, ErrorKind::InvalidInput);
    let bought = world_of_secrets();
    let error = bought.runtime.authorize(&bought.connector, &newcomer(), BACK).unwrap_err();
    assert!(error.message.contains("asks nobody for consent"), "{error}");
    // A URL that would show a secret to the person's browser is not made.
    let mut plan = world.connector.plan().clone();
    plan.auth[0].authorize.as_mut().unwrap().query[1].1 = serde_json::from_value(text("{{ app.secret.client_secret }}")).unwrap();
    let leaking = connc_runtime::Connector::load(plan).unwrap();
    assert_eq!(world.runtime.authorize(&leaking, &newcomer(), BACK).unwrap_err().kind, ErrorKind::Security);
}

fn world_of_secrets() -> World {
    world(one(method(bearer(), acquire())), newcomer(), |_, _| panic!("nothing is sent"))
}

#[tokio::test]
async fn a_code_is_spent_once() {
    let world = world(oauth(json!({})), newcomer(), |_, _| Scripted::Fails(connc_runtime::transport::TransportFailure::MaybeSent));
    let begun = world.runtime.authorize(&world.connector, &world.account, BACK).unwrap();
    let error =
        world.runtime.finish(&world.connector, &world.account, &begun.flow, &format!("code=c&state={}", begun.state)).await.unwrap_err();
    assert_eq!((error.kind, world.tokens()), (ErrorKind::Transport, 1));
    assert!(world.stored().await.is_none());
}

#[tokio::test]
async fn connecting_again_ends_a_refusal() {
    let mut account = newcomer();
    account.tokens = [("refresh_token".to_owned(), Secret::from("refresh-revoked"))].into();
    let world = world(oauth(json!({})), account, rotating(3600));
    assert_eq!(world.me().await.unwrap_err().kind, ErrorKind::NeedsReauth);
    let begun = world.runtime.authorize(&world.connector, &world.account, BACK).unwrap();
    world.runtime.finish(&world.connector, &world.account, &begun.flow, &format!("code=c&state={}", begun.state)).await.unwrap();
    world.me().await.unwrap();
    world.other().call(&world.connector, &world.account, Call::native("me.get")).await.unwrap();
    assert_eq!((world.tokens(), world.bearers()), (2, vec!["access-number-1".to_owned(); 2]));
}

/// Consent, then a site of those that the person reaches.
fn sites(answer: Value) -> World {
    let list = operation("sites.list", "list", request("GET", "https://api.example.com/sites", json!({})), items(&[]), json!({}));
    let connect = json!([{ "action": { "call": { "operation": "sites.list" } }, "bind": "sites", "origin": [0, 8, 3] }]);
    let choose = json!([{ "name": "cloud_id", "from": expression("$sites.{'id': id, 'label': url}"), "origin": [0, 9, 3] }]);
    let mut plan =
        oauth(json!({ "connect": connect, "choose": choose, "base_url": text("https://api.example.com/ex/{{ kept.cloud_id }}") }));
    plan.operations.insert("sites.list".to_owned(), serde_json::from_value(list).unwrap());
    world(plan, newcomer(), move |request, _| match request.uri().path() {
        "/token" => ok(json!({ "access_token": "t", "refresh_token": "r" })),
        "/sites" => ok(answer.clone()),
        _ => ok(json!({})),
    })
}

async fn finish(world: &World) -> Result<connc_runtime::Connected, connc_runtime::Error> {
    let begun = world.runtime.authorize(&world.connector, &world.account, BACK).unwrap();
    world.runtime.finish(&world.connector, &world.account, &begun.flow, &format!("code=c&state={}", begun.state)).await
}

#[tokio::test]
async fn one_option_is_kept_and_several_are_asked_about() {
    let world = sites(json!([{ "id": "site-1", "url": "https://one.example.com" }]));
    let connected = finish(&world).await.unwrap();
    assert_eq!((connected.choices.len(), &connected.kept["cloud_id"]), (0, &json!("site-1")));
    world.me().await.unwrap();
    assert_eq!(world.peer.seen.lock().unwrap().last().unwrap().uri().path(), "/ex/site-1/me");

    let world = sites(json!([{ "id": "a", "url": "A" }, { "id": 2, "url": "B" }, { "id": "a", "url": "again" }]));
    let connected = finish(&world).await.unwrap();
    let [choice] = connected.choices.as_slice() else { panic!("one choice") };
    let options: Vec<(&str, &str)> = choice.options.iter().map(|option| (option.id.as_str(), option.label.as_str())).collect();
    assert_eq!((choice.name.as_str(), options), ("cloud_id", vec![("a", "A"), ("2", "B")]));
    let error = world.me().await.unwrap_err();
    assert_eq!((error.kind, error.message.as_str(), error.requests), (ErrorKind::InvalidInput, "`cloud_id` is not chosen yet", 0));
    let choose = |id: &'static str| world.runtime.choose(&world.connector, &world.account, "cloud_id", id);
    assert_eq!(choose("elsewhere").await.unwrap_err().kind, ErrorKind::InvalidInput);
    assert!(world.runtime.choose(&world.connector, &world.account, "cloud", "a").await.is_err());
    // Another process that knew the account before the choice sees it.
    let other = world.other();
    let elsewhere = || other.call(&world.connector, &world.account, Call::native("me.get"));
    assert_eq!(elsewhere().await.unwrap_err().kind, ErrorKind::InvalidInput);
    choose("2").await.unwrap();
    elsewhere().await.unwrap();
    world.me().await.unwrap();
    assert_eq!(world.peer.seen.lock().unwrap().last().unwrap().uri().path(), "/ex/2/me");
    // It outlives connecting again, in every process, and can be changed.
    assert!(finish(&world).await.unwrap().choices.is_empty());
    choose("a").await.unwrap();
    world.other().call(&world.connector, &world.account, Call::native("me.get")).await.unwrap();
    assert_eq!(world.peer.seen.lock().unwrap().last().unwrap().uri().path(), "/ex/a/me");
    // So does one that knew another choice, a little later.
    world.peer.seen.lock().unwrap().clear();
    world.later(60);
    elsewhere().await.unwrap();
    assert_eq!(world.peer.seen.lock().unwrap().last().unwrap().uri().path(), "/ex/a/me");
}

#[tokio::test]
async fn data_waits_for_a_choice_too() {
    let world = sites(json!([{ "id": "a" }, { "id": "b" }]));
    let body = json!({ "body": { "json": { "object": [["site", { "expression": expression("$kept.cloud_id") }]] } } });
    let tell = request("POST", "https://api.example.com/tell", body);
    let mut plan = world.connector.plan().clone();
    plan.operations.insert("tell.it".to_owned(), serde_json::from_value(operation("tell.it", "one", tell, item(&[]), json!({}))).unwrap());
    let world = World { connector: connc_runtime::Connector::load(plan).unwrap(), ..world };
    finish(&world).await.unwrap();
    let tell = || world.runtime.call(&world.connector, &world.account, Call::native("tell.it"));
    assert_eq!(tell().await.unwrap_err().message, "`cloud_id` is not chosen yet");
    world.runtime.choose(&world.connector, &world.account, "cloud_id", "b").await.unwrap();
    tell().await.unwrap();
    assert_eq!(world.peer.to("/tell")[0].body().as_ref(), br#"{"site":"b"}"#);
}

#[tokio::test]
async fn nothing_to_choose_is_an_error_and_connecting_can_be_taken_up() {
    let world = sites(json!([]));
    let error = finish(&world).await.unwrap_err();
    assert_eq!((error.kind, error.place.as_deref()), (ErrorKind::Forbidden, Some("connector.yaml:9:3")), "{error}");
    assert!(world.stored().await.unwrap()["tokens"]["access_token"].is_string());
    let mut supplied = world.account.clone();
    supplied.kept.insert("cloud_id".to_owned(), json!("mine"));
    world.runtime.call(&world.connector, &supplied, Call::native("me.get")).await.unwrap();
    assert_eq!(world.peer.seen.lock().unwrap().last().unwrap().uri().path(), "/ex/mine/me");
    assert_eq!(world.runtime.connect(&world.connector, &world.account).await.unwrap_err().kind, ErrorKind::Forbidden);
}

#[tokio::test]
async fn what_a_code_was_spent_for_waits_until_it_can_be_stored() {
    // Whether or not the account was connected before, and its old token is known.
    for before in [false, true] {
        let world = world(oauth(json!({})), newcomer(), rotating(3600));
        let finish = async || {
            let begun = world.runtime.authorize(&world.connector, &world.account, BACK).unwrap();
            let back = format!("code=c&state={}", begun.state);
            world.runtime.finish(&world.connector, &world.account, &begun.flow, &back).await
        };
        if before {
            finish().await.unwrap();
            world.me().await.unwrap();
        }
        let fails = &world.store.fails;
        fails.store(true, std::sync::atomic::Ordering::SeqCst);
        for _ in 0..2 {
            assert_eq!(finish().await.unwrap_err().kind, ErrorKind::Store);
        }
        fails.store(false, std::sync::atomic::Ordering::SeqCst);
        let spent = world.tokens();
        world.me().await.unwrap();
        let newest = format!("access-number-{spent}");
        assert_eq!((world.tokens(), world.bearers().pop()), (spent, Some(newest.clone())));
        assert_eq!(world.stored().await.unwrap()["tokens"]["access_token"], json!(newest));
    }
}
