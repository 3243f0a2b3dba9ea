//! Any list is the same whether it is read ahead or page by page.

use std::time::Duration;

use connc_runtime::{Error, Mode};
use proptest::prelude::*;
use serde_json::json;

use crate::provider::{Bench, Provider, Read, Style, built, list};
use crate::support::expression;

#[derive(Clone, Debug)]
struct Case {
    style: Style,
    sizes: Vec<u64>,
    total: bool,
    until: bool,
    fails: Option<(usize, u16)>,
    limit: Option<u64>,
    ahead: usize,
    concurrency: Option<u32>,
    managed: bool,
    window: Option<u64>,
    pause: u64,
}

fn cases() -> impl Strategy<Value = Case> {
    let style = prop_oneof![Just(Style::Numbers), Just(Style::Offsets), Just(Style::Tokens)];
    let full = prop_oneof![4 => Just(5_u64), 1 => 1..5_u64];
    let fails = proptest::option::weighted(0.3, (0..30_usize, prop_oneof![Just(400_u16), Just(503), Just(429)]));
    let limits = (proptest::option::weighted(0.3, 0..120_u64), 1..12_usize, proptest::option::weighted(0.3, 1..6_u32));
    let budget = (any::<bool>(), proptest::option::weighted(0.3, 10..60_u64), 0..30_u64);
    (style, proptest::collection::vec(full, 0..30), any::<bool>(), any::<bool>(), fails, limits, budget).prop_map(
        |(style, sizes, total, until, fails, (limit, ahead, concurrency), (managed, window, pause))| Case {
            style,
            sizes,
            total,
            until,
            fails,
            limit,
            ahead,
            concurrency,
            managed,
            window,
            pause,
        },
    )
}

fn made(case: &Case, ahead: usize) -> Bench {
    let mut next = 0;
    let mut pages = Vec::new();
    for size in &case.sizes {
        pages.push((next..next + size).collect::<Vec<_>>());
        next += size;
    }
    let mut provider = Provider::of(case.style, pages);
    provider.total = case.total;
    provider.window = case.window;
    provider.takes = |page| 1 + page * 7919 % 40;
    if let Some((page, status)) = case.fails.filter(|(page, _)| *page < case.sizes.len()) {
        let before: u64 = case.sizes.iter().take(page).sum();
        let token = match case.style {
            Style::Numbers => page as u64 + 1,
            Style::Offsets => before,
            Style::Tokens => page as u64,
        };
        provider = provider.instead(token, 1, status, &[("retry-after", "5")]);
    }
    let until = if case.until { json!({ "until": expression("last") }) } else { json!({}) };
    built(provider, until, |builder| {
        let builder = builder.ahead(ahead);
        case.concurrency.into_iter().fold(builder, connc_runtime::Builder::concurrency)
    })
}

async fn read(case: &Case, ahead: usize) -> (Read, Bench) {
    let bench = made(case, ahead);
    let mode = if case.managed { Mode::Managed } else { Mode::Passthrough };
    let call = case.limit.into_iter().fold(list().rate_limit(mode), connc_runtime::Call::limit);
    let read = bench.read(call, Duration::from_millis(case.pause)).await;
    (read, bench)
}

/// Everything that a caller gets of a list that goes on after each error.
async fn whole(case: &Case) -> Result<Vec<u64>, Error> {
    let bench = made(case, case.ahead);
    let mut ids = Vec::new();
    let mut last = None;
    for _ in 0..4 {
        let cursor = last.as_ref().and_then(|error: &Error| error.cursor.clone());
        let read = bench.all(cursor.into_iter().fold(list(), connc_runtime::Call::cursor)).await;
        ids.extend(read.ids);
        last = read.error;
        if last.is_none() {
            break;
        }
    }
    last.map_or(Ok(ids), Err)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn it_is_the_same(case in cases()) {
        let tasks = tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build().unwrap();
        tasks.block_on(async {
            let ((plain, _), (ahead, bench)) = (read(&case, 0).await, read(&case, case.ahead).await);
            // A fault that is there once may meet a guess that is wrong, and then nobody is told of it.
            let guesses = case.style == Style::Offsets && case.sizes.iter().any(|size| *size < 5);
            if guesses && case.fails.is_some() && ahead.error.is_none() && plain.error.is_some() {
                prop_assert!(ahead.ids.starts_with(&plain.ids));
            } else {
                prop_assert_eq!(&plain.ids, &ahead.ids);
                let kinds = (plain.error.as_ref().map(|error| error.kind), ahead.error.as_ref().map(|error| error.kind));
                // A refusal of a page that nobody waited for may be over when it is wanted.
                prop_assert_eq!(kinds.0, kinds.1);
                prop_assert_eq!(plain.cursor.is_some(), ahead.cursor.is_some());
            }
            let sent = bench.provider.requests() as u64;
            match &ahead.error {
                None => prop_assert_eq!(ahead.requests, sent),
                Some(error) => prop_assert_eq!(error.requests, sent),
            }
            prop_assert!(bench.provider.most_at_once() <= case.ahead.max(1));
            prop_assert!(case.concurrency.is_none_or(|most| bench.provider.most_at_once() <= most as usize));
            if case.fails.is_some_and(|(page, _)| page > 0) {
                prop_assert_eq!(whole(&case).await.map_err(|error| error.to_string()), Ok(bench.expected()));
            }
            Ok(())
        })?;
    }
}
