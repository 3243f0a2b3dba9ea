//! A call that is dropped at any of its await points leaves the account, its budget and its places in line as they should be.

use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use connc_runtime::transport::{Body, Response, TransportError};
use connc_runtime::{Call, Clock, Connector, Error, Mode, ReplayClock, Runtime, Transport};
use futures_util::future::BoxFuture;
use futures_util::stream::StreamExt as _;
use http::{HeaderMap, HeaderValue, StatusCode};
use jiff::Timestamp;
use serde_json::json;

use crate::support::{self, account, expression, item, items, operation, paginate, plan, request};

/// Gives way once, so that its caller can be dropped here.
#[derive(Default)]
struct Halt(bool);

impl Future for Halt {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, task: &mut Context<'_>) -> Poll<()> {
        if std::mem::replace(&mut self.0, true) {
            return Poll::Ready(());
        }
        task.waker().wake_by_ref();
        Poll::Pending
    }
}

/// Time that goes on by what is waited for, with a halt at each wait.
struct Halting(ReplayClock);

impl Clock for Halting {
    fn now(&self) -> Timestamp {
        self.0.now()
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        drop(self.0.sleep(duration));
        Box::pin(Halt::default())
    }

    fn real(&self) -> bool {
        false
    }
}

/// Three pages, of which each is refused once as one too many; a halt before and after each request, and in the middle of each body.
#[derive(Default)]
struct Provider {
    refused: Mutex<Vec<String>>,
    written: AtomicUsize,
}

impl Transport for Provider {
    fn send(&self, request: http::Request<Body>) -> BoxFuture<'_, Result<Response, TransportError>> {
        Box::pin(async move {
            Halt::default().await;
            let query = request.uri().query().unwrap_or_default().to_owned();
            let mut headers = HeaderMap::new();
            let first = {
                let mut refused = self.refused.lock().unwrap();
                let first = !refused.contains(&query);
                refused.push(query.clone());
                first
            };
            let (status, text) = if first {
                headers.insert("retry-after", HeaderValue::from_static("5"));
                (429, "{}".to_owned())
            } else if request.method() == http::Method::POST {
                self.written.fetch_add(1, Ordering::SeqCst);
                (200, "{\"id\": 7}".to_owned())
            } else {
                let page: u32 = query.rsplit('=').next().and_then(|page| page.parse().ok()).unwrap_or(1);
                let next = if page < 3 { format!(", \"next\": {}", page + 1) } else { String::new() };
                (200, format!("{{\"data\": [{{\"id\": {page}}}]{next}}}"))
            };
            Halt::default().await;
            let (left, right) = text.split_at(text.len() / 2);
            let parts = [left.to_owned(), right.to_owned()].map(|part| async move {
                Halt::default().await;
                Ok(part.into())
            });
            let body = Box::pin(futures_util::stream::iter(parts).then(|part| part));
            Ok(Response { status: StatusCode::from_u16(status).unwrap(), headers, body })
        })
    }
}

struct World {
    provider: Arc<Provider>,
    runtime: Runtime,
    connector: Connector,
}

/// With one request at a time, so that a place that is not given back stops everything.
fn world() -> World {
    let pages = paginate(json!({ "answer": expression("next") }), json!({ "query": "page" }), json!({}));
    let list = operation("users.list", "list", request("GET", "/users", json!({})), items(&["data"]), json!({ "paginate": pages }));
    let create = request("POST", "/users", json!({ "body": { "json": { "const": {} } } }));
    let operations = vec![list, operation("users.create", "one", create, item(&[]), json!({}))];
    let provider = Arc::new(Provider::default());
    let clock = Arc::new(Halting(ReplayClock::new("2026-03-01T12:00:00Z").unwrap()));
    let runtime = support::builder(provider.clone()).clock(clock).concurrency(1).build().unwrap();
    World { provider, runtime, connector: Connector::load(plan(operations, json!({}))).unwrap() }
}

impl World {
    async fn list(&self) -> Result<Vec<String>, Error> {
        let mut pages = self.runtime.list(&self.connector, &account(), Call::native("users.list").rate_limit(Mode::Managed))?;
        let mut records = Vec::new();
        while let Some(page) = pages.next().await {
            records.extend(page?.records.into_iter().map(|record| record.text));
        }
        Ok(records)
    }

    async fn create(&self) -> Result<u64, Error> {
        let call = Call::native("users.create").rate_limit(Mode::Managed);
        self.runtime.call(&self.connector, &account(), call).await.map(|answer| answer.counters.requests)
    }
}

/// Polls so often, and says whether it ended.
fn polled<T>(mut work: Pin<&mut impl Future<Output = T>>, times: usize) -> Option<T> {
    let mut task = Context::from_waker(Waker::noop());
    (0..times).find_map(|_| match work.as_mut().poll(&mut task) {
        Poll::Ready(done) => Some(done),
        Poll::Pending => None,
    })
}

const EVERYTHING: [&str; 3] = [r#"{"id": 1}"#, r#"{"id": 2}"#, r#"{"id": 3}"#];

/// For more polls than any of these calls takes.
const ENOUGH: usize = 10_000;

#[test]
fn the_account_is_usable_after_a_drop_at_every_await_point() {
    let mut points = 0;
    for polls in 0..ENOUGH {
        let world = world();
        let ended = polled(pin!(world.list()), polls).is_some();
        // What was dropped holds nothing that the next call needs.
        assert_eq!(polled(pin!(world.list()), ENOUGH).unwrap().unwrap(), EVERYTHING, "dropped after {polls} polls");
        assert_eq!(polled(pin!(world.create()), ENOUGH).unwrap().unwrap(), 1);
        if ended {
            points = polls;
            break;
        }
    }
    assert!(points > 20, "the call has only {points} await points");
}

#[test]
fn who_waits_behind_a_dropped_call_moves_up() {
    for polls in 0..ENOUGH {
        let world = world();
        let mut behind = pin!(world.list());
        let ended = {
            let mut first = pin!(world.list());
            // Both are under way, and the second stands behind the first wherever that is.
            let mut ended = false;
            for _ in 0..polls {
                ended = ended || polled(first.as_mut(), 1).is_some();
                if ended || polled(behind.as_mut(), 1).is_some() {
                    ended = true;
                    break;
                }
            }
            ended
        };
        if ended {
            assert!(polls > 20);
            return;
        }
        assert_eq!(polled(behind.as_mut(), ENOUGH).unwrap().unwrap(), EVERYTHING, "dropped after {polls} polls");
    }
}

#[test]
fn a_dropped_write_is_written_at_most_once() {
    for polls in 0..ENOUGH {
        let world = world();
        let ended = polled(pin!(world.create()), polls).is_some();
        assert!(world.provider.written.load(Ordering::SeqCst) <= 1, "dropped after {polls} polls");
        assert_eq!(polled(pin!(world.list()), ENOUGH).unwrap().unwrap(), EVERYTHING);
        if ended {
            return;
        }
    }
    panic!("the call never ended");
}
