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
