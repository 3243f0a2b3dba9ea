//! What is asked for ahead takes nothing of the account's budget that is scarce.

use std::time::Duration;

use connc_runtime::{ErrorKind, Mode};
use serde_json::json;

use crate::provider::{Provider, SLOW, Style, bench, built, list};

#[tokio::test(start_paused = true)]
async fn no_more_at_once_than_the_account_may_have() {
    let provider = Provider { total: true, ..Provider::new(Style::Numbers, 40) };
    let bench = built(provider, json!({}), |builder| builder.concurrency(3));
    assert_eq!(bench.all(list()).await.ids, bench.expected());
    assert_eq!(bench.provider.most_at_once(), 3);
}

#[tokio::test(start_paused = true)]
async fn a_window_with_little_left_is_used_page_by_page() {
    // Half of what the window holds may go quickly; the rest is for what is wanted.
    let bench = bench(Provider { window: Some(40), ..Provider::new(Style::Numbers, 100) });
    let mut pages = bench.pages(list());
    let mut given = 0;
    let mut asked = Vec::new();
    while let Some(Ok(_)) = pages.next().await {
        given += 1;
        asked.push(bench.provider.requests() - given);
        if given == 38 {
            break;
        }
    }
    assert!(asked.iter().max() > Some(&4), "{asked:?}");
    assert!(asked.iter().skip(22).all(|ahead| *ahead <= 1), "{asked:?}");
}

#[tokio::test(start_paused = true)]
async fn a_managed_list_waits_and_wastes_nothing() {
    let bench = bench(Provider { total: true, ..Provider::new(Style::Numbers, 20) }.instead(10, 1, 429, &[("retry-after", "7")]));
    let read = bench.all(list().rate_limit(Mode::Managed)).await;
    assert!(read.error.is_none(), "{read:?}");
    assert_eq!((read.ids, read.requests), (bench.expected(), 21));
    assert!(bench.provider.clock.elapsed() >= 7000);
}

#[tokio::test(start_paused = true)]
async fn a_refusal_goes_to_the_caller_in_its_turn() {
    for token in [2, 10] {
        let refused = Provider { total: true, ..Provider::new(Style::Numbers, 20) }.instead(token, u32::MAX, 429, &[("retry-after", "7")]);
        let bench = bench(refused);
        let read = bench.all(list()).await;
        let error = read.error.unwrap();
        assert_eq!((error.kind, read.ids.len() as u64), (ErrorKind::RateLimited, 2 * (token - 1)));
        assert_eq!(error.rate_limit.as_ref().unwrap().retry_after, Some(7));
        assert!(bench.provider.clock.elapsed() < 7000);
        assert_eq!(bench.provider.tokens().iter().filter(|known| **known == token).count(), 1);
        bench.provider.instead.lock().unwrap().clear();
        let rest = bench.all(list().cursor(error.cursor.clone().unwrap())).await;
        assert_eq!(rest.ids, (2 * (token - 1)..40).collect::<Vec<_>>());
    }
}

#[tokio::test(start_paused = true)]
async fn a_refusal_that_is_over_when_the_page_is_wanted_is_none() {
    let bench = bench(Provider { total: true, ..Provider::new(Style::Numbers, 20) }.instead(10, 1, 429, &[("retry-after", "1")]));
    let mut pages = bench.pages(list());
    let mut given = 0;
    while let Some(page) = pages.next().await {
        page.unwrap();
        given += 1;
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    assert_eq!(given, 20);
}

#[tokio::test(start_paused = true)]
async fn while_others_wait_nothing_is_guessed() {
    let provider = Provider { total: true, ..Provider::new(Style::Numbers, 40) };
    let bench = built(provider, json!({}), |builder| builder.concurrency(4));
    let account = crate::support::account();
    let others =
        (0..40).map(|id| bench.runtime.call(&bench.connector, &account, connc_runtime::Call::native("users.get").id(id.to_string())));
    let (read, others) = futures_util::future::join(bench.all(list()), futures_util::future::join_all(others)).await;
    assert!(others.iter().all(Result::is_ok));
    assert_eq!((read.ids, bench.provider.most_at_once()), (bench.expected(), 4));
}

#[tokio::test(start_paused = true)]
async fn lists_of_many_accounts_run_at_once() {
    let bench = bench(Provider { total: true, ..Provider::new(Style::Tokens, 20) });
    let lists = (0..50).map(|_| bench.all(list()));
    let read = futures_util::future::join_all(lists).await;
    assert!(read.iter().all(|read| read.ids == bench.expected()));
    assert_eq!(bench.provider.clock.elapsed(), 20 * SLOW);
}

#[tokio::test(start_paused = true)]
async fn many_lists_share_what_is_held_ahead() {
    let bench = bench(Provider { total: true, ..Provider::new(Style::Numbers, 40) });
    let lists = (0..50).map(|_| bench.all(list()));
    let read = futures_util::future::join_all(lists).await;
    assert!(read.iter().all(|read| read.ids == bench.expected()));
    // Of each list the page that is waited for and the next one, and 64 of all.
    assert!(bench.provider.most_at_once() <= 2 * 50 + 64, "{}", bench.provider.most_at_once());
    // What was held is let go again.
    let alone = bench.all(list()).await;
    assert_eq!((alone.ids, bench.provider.requests()), (bench.expected(), 51 * 40));
}

#[tokio::test(start_paused = true)]
async fn hundreds_of_lists_hold_no_page_each() {
    let bench = bench(Provider { total: true, takes: |_| 1, ..Provider::new(Style::Tokens, 10) });
    let mut lists: Vec<_> = (0..400).map(|_| bench.pages(list())).collect();
    for pages in &mut lists {
        for _ in 0..2 {
            pages.next().await.unwrap().unwrap();
        }
    }
    tokio::time::sleep(Duration::from_secs(60)).await;
    assert_eq!(bench.provider.requests(), 2 * 400 + 256);
    // Who has none at hand asks when it is wanted.
    for pages in &mut lists {
        assert_eq!(pages.next().await.unwrap().unwrap().records.len(), 2);
    }
}
