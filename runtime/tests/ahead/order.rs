//! Pages come in their order, all of them, and as many at once as are let.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use connc_runtime::Call;
use serde_json::json;

use crate::provider::{Provider, SLOW, Style, bench, built, list};
use crate::support;

#[tokio::test(start_paused = true)]
async fn answers_that_overtake_each_other_change_nothing() {
    for style in [Style::Numbers, Style::Offsets] {
        // Every fourth page takes long, so that those after it are there first.
        let takes = |page| if page % 4 == 0 { 10 * SLOW } else { 3 + page % 3 };
        let bench = bench(Provider { takes, total: true, ..Provider::new(style, 40) });
        let read = bench.all(list()).await;
        assert!(read.error.is_none(), "{read:?}");
        assert_eq!((read.ids, read.cursor), (bench.expected(), None));
        assert_eq!((bench.provider.requests(), read.requests), (40, 40));
        assert_eq!(bench.provider.most_at_once(), 8);
    }
}

#[tokio::test(start_paused = true)]
async fn waiting_is_shared_by_the_pages_that_are_under_way() {
    let bench = bench(Provider { total: true, ..Provider::new(Style::Numbers, 200) });
    bench.all(list()).await;
    // The time is that of the provider alone: one, two, four, and then eight at a time.
    assert!(bench.provider.clock.elapsed() <= (200 / 8 + 4) * SLOW, "{}", bench.provider.clock.elapsed());
}

#[tokio::test(start_paused = true)]
async fn a_provider_that_takes_a_moment_only_is_not_asked_for_more() {
    for (takes, most) in [(|_| 1, 2), (|_| 3, 8)] as [(fn(u64) -> u64, usize); 2] {
        let bench = bench(Provider { takes, total: true, ..Provider::new(Style::Numbers, 200) });
        assert_eq!(bench.all(list()).await.ids, bench.expected());
        assert_eq!(bench.provider.most_at_once(), most);
    }
}

#[tokio::test(start_paused = true)]
async fn who_takes_one_page_causes_one_request() {
    for style in [Style::Numbers, Style::Offsets, Style::Tokens] {
        let bench = bench(Provider { total: true, ..Provider::new(style, 40) });
        let mut pages = bench.pages(list());
        let mut most = Vec::new();
        for _ in 0..5 {
            pages.next().await.unwrap().unwrap();
            tokio::time::sleep(Duration::from_secs(60)).await;
            most.push(bench.provider.requests());
        }
        let expected = if style == Style::Tokens { [1, 3, 4, 5, 6] } else { [1, 4, 5, 6, 7] };
        assert_eq!(most, expected, "{style:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn the_embedder_says_how_many() {
    for (ahead, most) in [(0, 1), (1, 1), (3, 3), (20, 20)] {
        let provider = Provider { total: true, ..Provider::new(Style::Numbers, 40) };
        let bench = built(provider, json!({}), |builder| builder.ahead(ahead));
        assert_eq!(bench.all(list()).await.ids, bench.expected());
        assert_eq!(bench.provider.most_at_once(), most, "{ahead}");
        assert_eq!(bench.provider.requests(), 40);
    }
}

#[tokio::test(start_paused = true)]
async fn an_executor_of_the_embedders_runs_them() {
    let handed = Arc::new(AtomicUsize::new(0));
    let provider = Provider { total: true, ..Provider::new(Style::Numbers, 20) };
    let counted = handed.clone();
    let bench = built(provider, json!({}), |builder| {
        builder.spawner(move |work| {
            counted.fetch_add(1, Ordering::Relaxed);
            tokio::spawn(work);
        })
    });
    assert_eq!(bench.all(list()).await.ids, bench.expected());
    assert_eq!(handed.load(Ordering::Relaxed), 19);
}

#[tokio::test(start_paused = true)]
async fn an_executor_that_drops_work_costs_nothing_but_time() {
    let provider = Provider { total: true, ..Provider::new(Style::Numbers, 20) };
    let bench = built(provider, json!({}), |builder| builder.spawner(drop));
    assert_eq!(bench.all(list()).await.ids, bench.expected());
    assert_eq!((bench.provider.requests(), bench.provider.most_at_once()), (20, 1));
}

#[tokio::test(start_paused = true)]
async fn a_list_that_a_step_reads_whole_is_read_ahead() {
    let bench = bench(Provider { total: true, ..Provider::new(Style::Numbers, 40) });
    let account = support::account();
    let answer = bench.runtime.call(&bench.connector, &account, Call::native("users.count")).await.unwrap();
    assert_eq!((answer.counters.requests, bench.provider.requests()), (40, 40));
    assert_eq!(bench.provider.most_at_once(), 8);
}

#[tokio::test(start_paused = true)]
async fn a_recording_asks_for_one_after_the_other() {
    let provider = Arc::new(Provider { total: true, ..Provider::new(Style::Numbers, 20) });
    let recording = support::builder(provider.clone()).clock(provider.clock.clone()).recording(7).unwrap();
    let bench = bench(Provider { total: true, ..Provider::new(Style::Numbers, 0) });
    let mut pages = recording.runtime.list(&bench.connector, &support::account(), list()).unwrap();
    while let Some(page) = pages.next().await {
        page.unwrap();
    }
    assert_eq!((provider.requests(), provider.most_at_once()), (20, 1));
    assert_eq!(provider.tokens(), (1..=20).collect::<Vec<_>>());
}
