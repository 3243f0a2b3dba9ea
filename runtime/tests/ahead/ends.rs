//! Where lists end, for whatever reason, and what is asked for beyond.

use std::time::Duration;

use connc_runtime::{Call, ErrorKind};
use serde_json::json;

use crate::provider::{Provider, SLOW, Style, bench, built, list};
use crate::support::expression;

#[tokio::test(start_paused = true)]
async fn nothing_is_asked_for_beyond_a_total() {
    for style in [Style::Numbers, Style::Offsets] {
        for pages in [1, 2, 3, 4, 7, 8, 9, 17, 33] {
            let bench = bench(Provider { total: true, ..Provider::new(style, pages) });
            assert_eq!(bench.all(list()).await.ids, bench.expected());
            assert_eq!(bench.provider.requests() as u64, pages, "{style:?}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn other_ends_cost_fewer_requests_than_are_under_way() {
    let size = json!({ "size": { "into": { "query": "limit" }, "value": 2 } });
    let short = json!({ "short_page_ends": true, "size": size["size"] });
    for (style, more) in [
        (Style::Numbers, json!({})),
        (Style::Offsets, json!({})),
        (Style::Numbers, json!({ "until": expression("last") })),
        (Style::Offsets, json!({ "until": expression("last") })),
        (Style::Numbers, short.clone()),
        (Style::Offsets, short),
    ] {
        let mut pages: Vec<Vec<u64>> = (0..19).map(|page| vec![2 * page, 2 * page + 1]).collect();
        pages.push(vec![38]);
        let bench = built(Provider::of(style, pages), more.clone(), |builder| builder);
        let read = bench.all(list()).await;
        assert_eq!(read.ids, bench.expected(), "{style:?} {more}");
        assert_eq!(read.requests, bench.provider.requests() as u64, "{style:?} {more}");
        // One page says that it is the end, and so many are under way then.
        assert!((20..=21 + 8).contains(&bench.provider.requests()), "{style:?} {more}: {}", bench.provider.requests());
        // What is not wanted any more is given up.
        tokio::time::sleep(Duration::from_millis(1)).await;
        assert_eq!(bench.provider.under_way(), 0);
    }
}

#[tokio::test(start_paused = true)]
async fn bounds_are_not_passed() {
    let bound = json!({ "bound": { "pages": 12 } });
    let bench = built(Provider::new(Style::Numbers, 40), bound, |builder| builder);
    let read = bench.all(list()).await;
    assert_eq!((read.ids.len(), read.error.unwrap().kind), (24, ErrorKind::Limit));
    assert_eq!(bench.provider.requests(), 12);

    let cap = json!({ "bound": { "pages": 100, "cap": 16 } });
    let bench = built(Provider::new(Style::Offsets, 40), cap, |builder| builder);
    let read = bench.all(list()).await;
    assert_eq!((read.ids.len(), read.error.unwrap().kind), (16, ErrorKind::Limit));
    assert_eq!(bench.provider.requests(), 8);
}

#[tokio::test(start_paused = true)]
async fn a_provider_that_gives_the_same_page_for_ever_is_found_out() {
    for style in [Style::Numbers, Style::Tokens] {
        let bench = bench(Provider::of(style, vec![vec![1, 2]; 100]));
        let read = bench.all(list()).await;
        let error = read.error.unwrap();
        assert!(error.message.contains("the same page again"), "{error}");
        assert_eq!((read.ids.as_slice(), error.requests), ([1, 2].as_slice(), bench.provider.requests() as u64));
        assert!(bench.provider.requests() <= 4, "{}", bench.provider.requests());
    }
}

#[tokio::test(start_paused = true)]
async fn a_limit_asks_for_no_more_than_it_needs() {
    for style in [Style::Numbers, Style::Offsets, Style::Tokens] {
        for limit in [1, 2, 3, 9, 10, 30, 61] {
            let bench = bench(Provider { total: true, ..Provider::new(style, 40) });
            let read = bench.all(list().limit(limit)).await;
            assert_eq!(read.ids, (0..limit).collect::<Vec<_>>());
            assert_eq!(bench.provider.requests() as u64, limit.div_ceil(2), "{style:?} {limit}");
            let rest = bench.all(list().cursor(read.cursor.unwrap())).await;
            assert_eq!(rest.ids, (limit..80).collect::<Vec<_>>());
        }
    }
}

#[tokio::test(start_paused = true)]
async fn an_error_in_the_middle_comes_in_its_turn_and_the_rest_can_be_had() {
    for (style, token) in [(Style::Numbers, 14), (Style::Offsets, 26), (Style::Tokens, 13)] {
        // It is the fastest of all answers, and comes long before those of the pages before it.
        let bench = bench(Provider { total: true, ..Provider::new(style, 40) }.instead(token, 1, 400, &[]));
        let read = bench.all(list()).await;
        assert_eq!(read.ids, (0..26).collect::<Vec<_>>(), "{style:?}");
        let error = read.error.unwrap();
        assert_eq!((error.status, error.requests), (Some(400), bench.provider.requests() as u64));
        tokio::time::sleep(Duration::from_millis(1)).await;
        assert_eq!(bench.provider.under_way(), 0);
        let rest = bench.all(list().cursor(error.cursor.clone().unwrap())).await;
        assert_eq!(rest.ids, (26..80).collect::<Vec<_>>(), "{style:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_breaks_is_tried_again_where_it_stands() {
    let bench = bench(Provider { total: true, ..Provider::new(Style::Numbers, 20) }.instead(9, 2, 503, &[]));
    let read = bench.all(list()).await;
    assert!(read.error.is_none());
    assert_eq!((read.ids, read.requests), (bench.expected(), 22));
}

#[tokio::test(start_paused = true)]
async fn dropping_the_list_gives_up_what_is_under_way() {
    let bench =
        bench(Provider { total: true, takes: |page| if page < 4 { SLOW } else { 1000 * SLOW }, ..Provider::new(Style::Numbers, 40) });
    let mut pages = bench.pages(list());
    for _ in 0..4 {
        pages.next().await.unwrap().unwrap();
    }
    tokio::time::sleep(Duration::from_millis(SLOW)).await;
    let sent = bench.provider.requests();
    assert!(bench.provider.under_way() >= 4);
    drop(pages);
    tokio::time::sleep(Duration::from_millis(1)).await;
    assert_eq!((bench.provider.under_way(), bench.provider.requests()), (0, sent));
}

#[tokio::test(start_paused = true)]
async fn who_does_not_ask_gets_no_more_than_the_window() {
    let bench = bench(Provider { total: true, ..Provider::new(Style::Numbers, 400) });
    let mut pages = bench.pages(list());
    for _ in 0..10 {
        pages.next().await.unwrap().unwrap();
    }
    tokio::time::sleep(Duration::from_secs(3600)).await;
    assert_eq!(bench.provider.requests(), 18);
}

#[tokio::test(start_paused = true)]
async fn pages_that_are_large_are_not_held_by_the_dozen() {
    let large = |page: u64| (0..2).map(move |record| page * 2 + record).collect::<Vec<_>>();
    let provider = Provider { total: true, padding: 1 << 20, ..Provider::of(Style::Numbers, (0..20).map(large).collect()) };
    let bench = bench(provider);
    assert_eq!(bench.all(list()).await.ids, bench.expected());
    assert_eq!(bench.provider.most_at_once(), 3);
}

#[tokio::test(start_paused = true)]
async fn the_deadline_of_the_call_holds() {
    let bench = bench(Provider { total: true, takes: |page| if page == 20 { 10_000 } else { SLOW }, ..Provider::new(Style::Numbers, 40) });
    let call: Call = list().deadline(Duration::from_secs(2));
    let read = bench.all(call).await;
    assert_eq!((read.ids.len(), read.error.unwrap().kind), (40, ErrorKind::Timeout));
    assert_eq!(bench.provider.clock.elapsed(), 2000);
}
