//! Speed beside a hand-written floor (`jobs`, `floor`, `mock`; `cargo run --release -p connc-benches --bin bench`), and load.
//!
//! Load: many accounts list at once from a slow server that fails now and then, and every record is counted.
//!
//! `cargo run --release -p connc-benches --bin load` plays 1,000 accounts for a minute and prints figures; the tests of this crate play 50
//! until a number of requests.

mod connector;
pub mod floor;
mod gauge;
pub mod jobs;
pub mod library;
pub mod mock;
mod records;
mod report;
pub mod server;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use connc_runtime::transport::{ReqwestTransport, Timeouts};
use connc_runtime::{Account, Call, Connector, Counters, Error, Mode, Page, Runtime};

pub use records::Shape;
pub use report::{Quarter, Report};

/// What is played.
#[derive(Clone, Debug)]
pub struct Options {
    /// Accounts that list at once.
    pub accounts: u64,
    /// When no further list is begun.
    pub until: Until,
    /// The server, such as `http://127.0.0.1:8080`.
    pub origin: String,
}

/// When no further list is begun.
#[derive(Clone, Copy, Debug)]
pub enum Until {
    /// After so much time.
    Time(Duration),
    /// After so many pages.
    Pages(u64),
}

/// What all accounts count together.
#[derive(Debug, Default)]
struct Tally {
    pages: AtomicU64,
    lists: AtomicU64,
    records: AtomicU64,
    requests: AtomicU64,
    retries: AtomicU64,
    waits: AtomicU64,
    resumed: AtomicU64,
    wrong: AtomicU64,
    failed: AtomicU64,
    over: AtomicBool,
}

/// Plays it to its end.
///
/// # Errors
///
/// Where the runtime cannot be set up; what goes wrong under load is counted in the report.
pub async fn run(options: Options) -> Result<Report, Error> {
    let Options { accounts, until, origin } = options;
    let files_before = gauge::open_files();
    let transport = ReqwestTransport::new(Timeouts::default(), std::slice::from_ref(&origin))?;
    let runtime = Runtime::builder().transport(Arc::new(transport)).map_base(&origin).build()?;
    let connector = connector::connector()?;
    let tally = Arc::new(Tally::default());
    let begun = Instant::now();
    let tasks: Vec<_> = (0..accounts)
        .map(|number| {
            let (runtime, connector, tally) = (runtime.clone(), connector.clone(), Arc::clone(&tally));
            tokio::spawn(async move {
                let account = connector::account(number);
                while !tally.over.load(Ordering::Relaxed) {
                    list(&runtime, &connector, &account, number, &tally).await;
                }
            })
        })
        .collect();
    let quarters = watch(&tally, until, begun).await;
    tally.over.store(true, Ordering::Relaxed);
    for task in tasks {
        if task.await.is_err() {
            tally.failed.fetch_add(1, Ordering::Relaxed);
        }
    }
    let took = begun.elapsed();
    drop((runtime, connector));
    // Connections that rested in the pool are closed by tasks of their own.
    for _ in 0..50 {
        tokio::time::sleep(Duration::from_millis(20)).await;
        if gauge::open_files() <= files_before {
            break;
        }
    }
    let count = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
    Ok(Report {
        accounts,
        took,
        lists: count(&tally.lists),
        pages: count(&tally.pages),
        records: count(&tally.records),
        requests: count(&tally.requests),
        retries: count(&tally.retries),
        waits: count(&tally.waits),
        resumed: count(&tally.resumed),
        wrong: count(&tally.wrong),
        failed: count(&tally.failed),
        quarters,
        open_files: (files_before, gauge::open_files()),
    })
}

/// Looks at memory at each quarter, until it is time to stop.
async fn watch(tally: &Tally, until: Until, begun: Instant) -> Vec<Quarter> {
    let mut quarters = Vec::new();
    for quarter in 1..=4 {
        let reached = || match until {
            Until::Time(time) => begun.elapsed() >= time.saturating_mul(quarter) / 4,
            Until::Pages(pages) => tally.pages.load(Ordering::Relaxed) >= pages.saturating_mul(u64::from(quarter)) / 4,
        };
        while !reached() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        quarters.push(Quarter { pages: tally.pages.load(Ordering::Relaxed), peak_kib: gauge::peak_memory(), now_kib: gauge::memory() });
    }
    quarters
}

/// Lists an account from its first record to its last, taking a list that broke off up by its cursor.
async fn list(runtime: &Runtime, connector: &Connector, account: &Account, number: u64, tally: &Tally) {
    let add = |counter: &AtomicU64, by: u64| counter.fetch_add(by, Ordering::Relaxed);
    let (mut due, mut cursor) = (0, None::<String>);
    'whole: loop {
        let call = Call::native("users.list").rate_limit(Mode::Managed);
        let call = cursor.take().into_iter().fold(call, Call::cursor);
        let Ok(mut pages) = runtime.list(connector, account, call) else {
            add(&tally.failed, 1);
            return;
        };
        let mut sent = 0;
        while let Some(page) = pages.next().await {
            match page {
                Ok(page) => {
                    let Page { records, counters, .. } = page;
                    let Counters { requests, retries, waits, .. } = counters;
                    sent += requests;
                    add(&tally.pages, 1);
                    add(&tally.requests, requests);
                    add(&tally.retries, retries);
                    add(&tally.waits, waits);
                    for record in records {
                        let right = record.text == server::record(number, due);
                        add(&tally.wrong, u64::from(!right));
                        add(&tally.records, 1);
                        due += 1;
                    }
                }
                Err(error) if error.retryable => {
                    add(&tally.resumed, 1);
                    add(&tally.requests, error.requests.saturating_sub(sent));
                    cursor.clone_from(&error.cursor);
                    if cursor.is_none() && due > 0 {
                        // Records were given, and nothing says where the list goes on.
                        add(&tally.failed, 1);
                        return;
                    }
                    continue 'whole;
                }
                Err(_) => {
                    add(&tally.failed, 1);
                    return;
                }
            }
        }
        break;
    }
    add(&tally.wrong, u64::from(due != server::RECORDS));
    add(&tally.lists, 1);
}
