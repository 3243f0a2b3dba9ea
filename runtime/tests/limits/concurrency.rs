//! How many requests of an account are under way at once.

use std::time::Duration;

use connc_runtime::ErrorKind;
use futures_util::future::join_all;
use serde_json::json;

use crate::provider::{Provider, SLOW, built, get, managed, other_account};

#[tokio::test(start_paused = true)]
async fn the_lower_cap_holds_in_order_of_arrival() {
    for (plan, embedder, most) in [(Some(3), None, 3), (None, Some(2), 2), (Some(3), Some(5), 3), (Some(5), Some(1), 1)] {
        let more = plan.map_or(json!({}), |most| json!({ "concurrency": most }));
        let bench = built(Provider::new(1000, 60), more, embedder);
        let names: Vec<String> = (0..20).map(|number| format!("{number:02}")).collect();
        let calls = names.iter().enumerate().map(|(index, name)| bench.call(if index % 2 == 0 { get(name) } else { managed(name) }));
        assert!(join_all(calls).await.iter().all(Result::is_ok));
        assert_eq!((bench.provider.most_at_once(), bench.provider.served()), (most, names));
        assert_eq!(bench.provider.clock.elapsed(), 20_u64.div_ceil(most) * SLOW);
    }
}

#[tokio::test(start_paused = true)]
async fn each_account_has_its_own() {
    let bench = built(Provider::new(1000, 60), json!({ "concurrency": 1 }), None);
    let other = other_account();
    let (one, two) = futures_util::future::join(bench.call(get("one")), bench.call_of(&other, get("two"))).await;
    assert!(one.is_ok() && two.is_ok());
    assert_eq!(bench.provider.most_at_once(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_dropped_call_gives_its_place_up() {
    let bench = built(Provider::new(1000, 60), json!({ "concurrency": 1 }), None);
    let short = Duration::from_millis(SLOW / 2);
    let calls = (0..5).map(|name| tokio::time::timeout(short, bench.call(get(name))));
    assert!(join_all(calls).await.iter().all(Result::is_err));
    let answer = tokio::time::timeout(Duration::from_millis(SLOW + 1), bench.call(get("last"))).await;
    assert!(answer.is_ok_and(|answer| answer.is_ok()));
}

#[tokio::test(start_paused = true)]
async fn the_deadline_wins_over_waiting_for_others() {
    let bench = built(Provider::new(1000, 60), json!({ "concurrency": 1 }), None);
    let short = get("second").deadline(Duration::from_millis(SLOW / 2));
    let (first, second) = futures_util::future::join(bench.call(get("first")), bench.call(short)).await;
    assert!(first.is_ok());
    let error = second.unwrap_err();
    assert_eq!((error.kind, error.requests, error.retryable), (ErrorKind::RateLimited, 0, true), "{error}");
}
