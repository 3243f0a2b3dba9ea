//! Lists whose next page only the page before tells.

use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use serde_json::json;

use crate::provider::{Provider, SLOW, Style, bench, built, list};

#[tokio::test(start_paused = true)]
async fn the_next_page_is_under_way_while_one_is_used() {
    let bench = bench(Provider::new(Style::Tokens, 10));
    let mut pages = bench.pages(list());
    let mut ids = Vec::new();
    while let Some(page) = pages.next().await {
        ids.extend(page.unwrap().records.iter().map(|record| record.value().unwrap()["id"].as_u64().unwrap()));
        tokio::time::sleep(Duration::from_millis(SLOW)).await;
    }
    assert_eq!(ids, bench.expected());
    assert_eq!((bench.provider.requests(), bench.provider.most_at_once()), (10, 1));
    // Only the first page and the second are waited for with nothing else going on.
    assert_eq!(bench.provider.clock.elapsed(), 12 * SLOW);
}

#[tokio::test(start_paused = true)]
async fn the_next_page_is_asked_for_before_the_one_at_hand_is_mapped() {
    for style in [Style::Tokens, Style::Numbers] {
        let bench = bench(Provider { total: true, ..Provider::new(style, 10) });
        let mut pages = bench.pages(list());
        for _ in 0..2 {
            pages.next().await.unwrap().unwrap();
        }
        // Nothing was waited for since: on the caller's own thread too, the request has left when the page is given.
        assert!(bench.provider.requests() > 2, "{style:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn other_calls_of_the_account_go_on_while_a_page_is_not_taken() {
    for style in [Style::Tokens, Style::Numbers] {
        let bench = built(Provider::new(style, 10), json!({}), |builder| builder.concurrency(1));
        let mut pages = bench.pages(list());
        let account = crate::support::account();
        let mut read = 0;
        while let Some(page) = pages.next().await {
            read += page.unwrap().records.len();
            let call = connc_runtime::Call::native("users.get").id("7");
            bench.runtime.call(&bench.connector, &account, call).await.unwrap();
        }
        assert_eq!((read, bench.provider.most_at_once()), (20, 1));
    }
}

#[tokio::test(start_paused = true)]
async fn a_wait_that_is_given_up_loses_nothing() {
    for style in [Style::Tokens, Style::Numbers] {
        let bench = bench(Provider::new(style, 12));
        let mut pages = bench.pages(list());
        let mut ids = Vec::new();
        let mut first = true;
        loop {
            // The first page is asked for by whoever waits, so that it goes when the wait does.
            let patience = if first { 2 * SLOW } else { SLOW / 3 };
            let Ok(page) = tokio::time::timeout(Duration::from_millis(patience), pages.next()).await else { continue };
            let Some(page) = page else { break };
            ids.extend(page.unwrap().records.iter().map(|record| record.value().unwrap()["id"].as_u64().unwrap()));
            first = ids.len() < 4;
        }
        assert_eq!(ids, bench.expected(), "{style:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_page_that_is_given_up_at_any_await_point_comes_again() {
    for style in [Style::Tokens, Style::Numbers, Style::Offsets] {
        for polls in 1..12 {
            let bench = bench(Provider { total: true, ..Provider::new(style, 8) });
            let mut pages = bench.pages(list());
            let mut ids = Vec::new();
            let mut over = false;
            while !over {
                // Polled so often, and dropped; then for good.
                for most in [polls, usize::MAX] {
                    let mut next = pin!(pages.next());
                    let mut polled = 0;
                    let done = poll_fn(|task| match next.as_mut().poll(task) {
                        Poll::Ready(page) => Poll::Ready(Some(page)),
                        Poll::Pending => {
                            polled += 1;
                            if polled < most { Poll::Pending } else { Poll::Ready(None) }
                        }
                    });
                    match done.await {
                        None => continue,
                        Some(None) => over = true,
                        Some(Some(page)) => {
                            ids.extend(page.unwrap().records.iter().map(|record| record.value().unwrap()["id"].as_u64().unwrap()))
                        }
                    }
                    break;
                }
            }
            assert_eq!(ids, bench.expected(), "{style:?}, dropped after {polls} polls");
        }
    }
}
