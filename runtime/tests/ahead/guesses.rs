//! Offsets are guessed by how many records the page before had.

use serde_json::json;

use crate::provider::{Provider, Style, bench, built, list};

fn pages(sizes: &[u64]) -> Vec<Vec<u64>> {
    let mut next = 0;
    sizes
        .iter()
        .map(|size| {
            let page = (next..next + size).collect();
            next += size;
            page
        })
        .collect()
}

#[tokio::test(start_paused = true)]
async fn a_page_that_is_short_in_the_middle_costs_requests_and_no_record() {
    let mut sizes = [10; 30];
    sizes[12] = 7;
    let bench = bench(Provider { total: true, ..Provider::of(Style::Offsets, pages(&sizes)) });
    let read = bench.all(list()).await;
    assert!(read.error.is_none(), "{read:?}");
    assert_eq!((read.ids, read.requests), (bench.expected(), bench.provider.requests() as u64));
    assert!(bench.provider.requests() <= 30 + 9, "{}", bench.provider.requests());
    assert_eq!(bench.provider.most_at_once(), 8);
}

#[tokio::test(start_paused = true)]
async fn a_provider_that_gives_less_than_was_asked_for_is_believed() {
    let size = json!({ "size": { "into": { "query": "limit" }, "value": 100 } });
    let bench = built(Provider { total: true, ..Provider::of(Style::Offsets, pages(&[10; 40])) }, size, |builder| builder);
    assert_eq!(bench.all(list()).await.ids, bench.expected());
    assert_eq!((bench.provider.requests(), bench.provider.most_at_once()), (40, 8));
}

#[tokio::test(start_paused = true)]
async fn pages_of_every_size_are_not_guessed_for_long() {
    let sizes: Vec<u64> = (0..60).map(|page| 1 + page * 7 % 5).collect();
    let bench = bench(Provider { total: true, ..Provider::of(Style::Offsets, pages(&sizes)) });
    let read = bench.all(list()).await;
    assert_eq!((read.ids, read.requests), (bench.expected(), bench.provider.requests() as u64));
    assert!(bench.provider.requests() <= 60 + 12, "{}", bench.provider.requests());
}

#[tokio::test(start_paused = true)]
async fn an_empty_page_in_the_middle_is_no_base_for_a_guess() {
    let sizes = [2, 2, 2, 2, 0, 2, 2, 2];
    let goes_on = json!({ "empty_page": "continue" });
    let bench = built(Provider { total: true, ..Provider::of(Style::Numbers, pages(&sizes)) }, goes_on, |builder| builder);
    let read = bench.all(list()).await;
    assert_eq!((read.ids, bench.provider.requests()), (bench.expected(), 8));
}
