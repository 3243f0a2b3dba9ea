//! Many callers, one token request.

use std::sync::Arc;

use connc_runtime::{Call, Runtime, Secret};
use futures_util::future::join_all;
use serde_json::json;

use crate::kit::*;

const CALLS: usize = 1000;

async fn all(world: &World) {
    let calls = (0..CALLS).map(|_| world.me());
    assert!(join_all(calls).await.iter().all(Result::is_ok));
}

#[tokio::test]
async fn a_thousand_calls_ask_once_at_first_at_expiry_and_after_a_refusal() {
    let mut account = connected();
    account.tokens.remove("access_token");
    let world = world(oauth(json!({})), account, rotating(3600));
    all(&world).await;
    assert_eq!(world.tokens(), 1);
    world.later(3590);
    all(&world).await;
    assert_eq!(world.tokens(), 2);
    assert_eq!(world.peer.to("/me").len(), 2 * CALLS);
}

#[tokio::test]
async fn a_thousand_refused_calls_ask_once() {
    let mut account = connected();
    account.tokens.insert("access_token".to_owned(), Secret::from("access-number-stale"));
    let world = world(oauth(json!({})), account, rotating(3600));
    all(&world).await;
    let bearers = world.bearers();
    assert_eq!((world.tokens(), bearers.len()), (1, 2 * CALLS));
    assert_eq!(bearers.iter().filter(|token| *token == "access-number-1").count(), CALLS);
}

#[tokio::test]
async fn a_thousand_calls_of_a_revoked_account_ask_once() {
    let mut account = connected();
    account.tokens.insert("refresh_token".to_owned(), Secret::from("refresh-revoked"));
    account.tokens.remove("access_token");
    let world = world(oauth(json!({})), account, rotating(3600));
    let calls = (0..CALLS).map(|_| world.me());
    let kinds: Vec<_> = join_all(calls).await.into_iter().map(|done| done.unwrap_err().kind).collect();
    assert!(kinds.iter().all(|kind| *kind == connc_runtime::ErrorKind::NeedsReauth));
    assert_eq!(world.tokens(), 1);
}

#[tokio::test]
async fn processes_that_share_a_store_spend_a_refresh_token_once() {
    let mut account = connected();
    account.tokens.remove("access_token");
    let world = world(oauth(json!({})), account, rotating(3600));
    let runtimes: Vec<Runtime> = std::iter::once(world.runtime.clone()).chain((0..3).map(|_| world.other())).collect();
    let (connector, account) = (&world.connector, &world.account);
    for round in 1..=3_usize {
        let calls = runtimes.iter().flat_map(|runtime| (0..20).map(move |_| runtime.call(connector, account, Call::native("me.get"))));
        for done in join_all(calls).await {
            done.unwrap();
        }
        assert_eq!(world.tokens(), round);
        let stored = world.stored().await.unwrap();
        assert_eq!((&stored["number"], &stored["tokens"]["refresh_token"]), (&json!(round), &json!(format!("refresh-number-{round}"))));
        world.later(3590);
    }
}

#[tokio::test]
async fn accounts_do_not_wait_for_each_other_and_do_not_share() {
    let world = world(oauth(json!({})), connected(), |request, _| match request.uri().path() {
        "/token" => ok_token(&form_of(request)["refresh_token"]),
        _ => crate::support::ok(json!({})),
    });
    let accounts: Vec<_> = (0..50)
        .map(|number| {
            let mut account = connected();
            account.id = Some(format!("customer-{number}"));
            account.tokens = [("refresh_token".to_owned(), Secret::from(format!("refresh-of-{number}")))].into();
            account
        })
        .collect();
    let world = Arc::new(world);
    let calls = accounts.iter().flat_map(|account| (0..5).map(|_| world.runtime.call(&world.connector, account, Call::native("me.get"))));
    assert!(join_all(calls).await.iter().all(Result::is_ok));
    assert_eq!(world.tokens(), 50);
    let mut bearers = world.bearers();
    bearers.sort();
    bearers.dedup();
    assert_eq!(bearers.len(), 50);
}

fn ok_token(refresh: &str) -> crate::support::Scripted {
    crate::support::ok(json!({ "access_token": format!("access-for-{refresh}"), "expires_in": 3600 }))
}
