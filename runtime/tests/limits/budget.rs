//! Many calls of one account share one budget.

use std::time::Duration;

use futures_util::future::join_all;
use futures_util::stream::{FuturesUnordered, StreamExt as _};

use crate::provider::{Provider, SLOW, bench, get, managed, other_account};
use crate::support::Scripted;

#[tokio::test(start_paused = true)]
async fn many_calls_go_in_order_and_never_all_at_the_reset() {
    let bench = bench(Provider::new(50, 60));
    bench.call(managed("first")).await.unwrap();
    let names: Vec<String> = (0..200).map(|number| format!("{number:03}")).collect();
    let calls = names.iter().map(|name| bench.call(managed(name).deadline(Duration::from_secs(600))));
    assert!(join_all(calls).await.iter().all(Result::is_ok));
    // Nothing was refused, because what one answer said held for all.
    assert_eq!(bench.provider.statuses(), [200; 201]);
    assert_eq!(bench.provider.served()[1..], names);
    // In no tenth of a second after a reset came more than a few.
    let times = bench.provider.times();
    let late: Vec<u64> = times.into_iter().filter(|time| *time >= 60_000).collect();
    let most = late.iter().map(|time| late.iter().filter(|other| (*time..*time + 100).contains(*other)).count()).max().unwrap();
    assert!(late.len() >= 150 && most <= 12, "{most} of {} in 100 ms", late.len());
}

#[tokio::test(start_paused = true)]
async fn a_refusal_of_one_holds_back_all() {
    let bench = bench(Provider::silent(3, 30));
    let calls = (0..20).map(|name| bench.call(managed(name).deadline(Duration::from_secs(600))));
    assert!(join_all(calls).await.iter().all(Result::is_ok));
    let statuses = bench.provider.statuses();
    let (served, refused) =
        (statuses.iter().filter(|status| **status == 200).count(), statuses.iter().filter(|status| **status == 429).count());
    // The first twenty were sent before anything was known; afterwards few are refused before the line stops again.
    assert!(served == 20 && refused < 17 + 6 * 4, "{refused} refused");
}

#[tokio::test(start_paused = true)]
async fn passthrough_is_not_delayed_and_other_accounts_are_not_held_back() {
    let bench = bench(Provider::new(2, 60));
    bench.call(get("passthrough")).await.unwrap();
    bench.call(get("passthrough")).await.unwrap();
    let begun = bench.provider.clock.elapsed();
    // The budget was learnt from calls that do not wait for it.
    assert_eq!(bench.call(managed("late").deadline(Duration::from_secs(5))).await.unwrap_err().requests, 0);
    let waiting = bench.call(managed("waits"));
    let quick = async {
        tokio::time::sleep(Duration::from_secs(1)).await;
        assert!(bench.call(get("passthrough")).await.is_err());
        let other = bench.call_of(&other_account(), managed("other").deadline(Duration::from_secs(5))).await;
        assert_eq!(other.unwrap_err().requests, 1, "the provider refuses it, not the budget");
        bench.provider.clock.elapsed()
    };
    let (waited, quick) = futures_util::future::join(waiting, quick).await;
    waited.unwrap();
    assert_eq!(quick, begun + 1000 + 2 * SLOW);
}

#[tokio::test(start_paused = true)]
async fn a_dropped_waiter_leaves_and_those_behind_move_up() {
    let bench = bench(Provider::new(1, 60));
    bench.call(managed("first")).await.unwrap();
    let mut calls = FuturesUnordered::new();
    for name in ["a", "b"] {
        let call = managed(name);
        calls.push(async { tokio::time::timeout(Duration::from_secs(10), bench.call(call)).await.map_err(drop) });
    }
    assert!(calls.next().await.unwrap().is_err() && calls.next().await.unwrap().is_err());
    let (c, d) = futures_util::future::join(bench.call(managed("c")), bench.call(managed("d"))).await;
    assert!(c.is_ok() && d.is_ok());
    assert_eq!(bench.provider.served(), ["first", "c", "d"]);
}

#[tokio::test(start_paused = true)]
async fn better_news_ends_a_wait() {
    let said = |left: u32| {
        let headers = [("x-left", left.to_string()), ("x-reset", "60".to_owned())].to_vec();
        Scripted::Answer(200, headers, r#"{"id": 7}"#.to_owned())
    };
    let bench = bench(Provider::new(0, 1)).scripted(vec![said(0), said(5), said(4)]);
    bench.call(managed("first")).await.unwrap();
    let waiting = bench.call(managed("waits"));
    let quick = async {
        tokio::time::sleep(Duration::from_secs(1)).await;
        bench.call(get("quick")).await.unwrap();
    };
    let (waited, ()) = futures_util::future::join(waiting, quick).await;
    let counters = waited.unwrap().counters;
    assert_eq!((counters.waits, counters.waited), (1, Duration::from_secs(1)));
}
