//! Calls that are dropped on their way leave the account usable.

use std::sync::atomic::Ordering;
use std::task::{Context, Poll, Waker};

use connc_runtime::Secret;
use serde_json::json;

use crate::kit::*;

fn stale() -> World {
    let mut account = connected();
    account.tokens.insert("access_token".to_owned(), Secret::from("access-number-stale"));
    world(oauth(json!({})), account, rotating(3600))
}

#[tokio::test]
async fn a_call_that_is_dropped_while_its_token_is_stored_loses_nothing() {
    let world = stale();
    world.store.stalls.store(true, Ordering::SeqCst);
    let mut call = Box::pin(world.me());
    while world.tokens() == 0 {
        assert!(call.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
        tokio::task::yield_now().await;
    }
    for _ in 0..50 {
        assert!(call.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
    }
    drop(call);
    world.store.stalls.store(false, Ordering::SeqCst);
    // The renewal ends without anybody waiting for it.
    for _ in 0..50 {
        tokio::task::yield_now().await;
    }
    assert_eq!(world.stored().await.unwrap()["tokens"]["refresh_token"], "refresh-number-1");
    world.me().await.unwrap();
    world.other().call(&world.connector, &world.account, connc_runtime::Call::native("me.get")).await.unwrap();
    assert_eq!(world.tokens(), 1);
}

/// Without an executor that could bring a renewal to its end, the next call does.
#[test]
fn the_next_call_takes_up_what_was_dropped() {
    for polls in 0..200 {
        let world = stale();
        let mut call = Box::pin(world.me());
        let mut waker = Context::from_waker(Waker::noop());
        let ended = (0..polls).any(|_| call.as_mut().poll(&mut waker).is_ready());
        drop(call);
        let mut again = Box::pin(world.me());
        let done = (0..1000).find_map(|_| match again.as_mut().poll(&mut waker) {
            Poll::Ready(done) => Some(done),
            Poll::Pending => None,
        });
        done.unwrap().unwrap();
        assert_eq!((world.tokens(), world.bearers().pop().unwrap().as_str()), (1, "access-number-1"), "dropped after {polls} polls");
        if ended {
            return;
        }
    }
    panic!("the call never ended");
}

/// Polls until the work ends, at most so often.
fn within<T>(polls: usize, work: impl Future<Output = T>) -> Option<T> {
    let mut work = Box::pin(work);
    let mut waker = Context::from_waker(Waker::noop());
    (0..polls).find_map(|_| match work.as_mut().poll(&mut waker) {
        Poll::Ready(done) => Some(done),
        Poll::Pending => None,
    })
}

#[test]
fn a_renewal_that_nobody_waits_for_holds_nobody_up() {
    for polls in 0..40 {
        let world = stale();
        let _ = within(polls, world.me());
        // The account is ended while its renewal may be half done: it is brought to its end first, and what it gave is forgotten.
        within(1000, world.runtime.disconnect(&world.connector, &world.account)).unwrap().unwrap();
        assert!(within(1000, world.stored()).unwrap().is_none(), "dropped after {polls} polls");
    }
}

#[test]
fn connecting_can_be_dropped_and_begun_anew() {
    const BACK: &str = "https://app.example.net/back";
    for polls in 0..40 {
        let world = stale();
        let connect = || {
            let begun = world.runtime.authorize(&world.connector, &world.account, BACK).unwrap();
            let back = format!("code=c&state={}", begun.state);
            let (runtime, connector, account) = (&world.runtime, &world.connector, &world.account);
            async move { runtime.finish(connector, account, &begun.flow, &back).await }
        };
        let _ = within(polls, connect());
        within(1000, connect()).unwrap().unwrap();
        within(1000, world.me()).unwrap().unwrap();
        let _ = within(polls, world.runtime.disconnect(&world.connector, &world.account));
        within(1000, world.runtime.disconnect(&world.connector, &world.account)).unwrap().unwrap();
    }
}

#[tokio::test]
async fn whoever_ends_the_process_can_wait_for_what_was_dropped() {
    let world = stale();
    world.runtime.settle().await;
    world.store.stalls.store(true, Ordering::SeqCst);
    let mut call = Box::pin(world.me());
    while world.tokens() == 0 {
        assert!(call.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
        tokio::task::yield_now().await;
    }
    drop(call);
    world.store.stalls.store(false, Ordering::SeqCst);
    world.runtime.settle().await;
    assert_eq!(world.stored().await.unwrap()["tokens"]["refresh_token"], "refresh-number-1");
}

#[tokio::test]
async fn a_consent_that_is_dropped_while_it_is_stored_is_not_lost() {
    let mut account = connected();
    account.tokens.clear();
    let world = world(oauth(json!({})), account, rotating(3600));
    let begun = world.runtime.authorize(&world.connector, &world.account, "https://app.example.net/back").unwrap();
    let back = format!("code=c&state={}", begun.state);
    world.store.stalls.store(true, Ordering::SeqCst);
    let mut finish = Box::pin(world.runtime.finish(&world.connector, &world.account, &begun.flow, &back));
    for _ in 0..50 {
        assert!(finish.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
    }
    assert_eq!(world.tokens(), 1);
    drop(finish);
    world.store.stalls.store(false, Ordering::SeqCst);
    world.runtime.settle().await;
    world.me().await.unwrap();
    assert_eq!((world.tokens(), world.bearers()), (1, vec!["access-number-1".to_owned()]));
}
