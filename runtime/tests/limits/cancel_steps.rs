//! A call of steps that is dropped at any of its await points, in a time that is real to the runtime: what watches deadlines runs along.

use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use connc_runtime::transport::{Body, Response, TransportError};
use connc_runtime::{Answer, Call, Clock as _, Connector, Error, ErrorKind, Mode, Runtime, Transport};
use futures_util::future::BoxFuture;
use futures_util::stream::StreamExt as _;
use http::{HeaderMap, HeaderValue, Method, StatusCode};
use serde_json::{Value, json};

use crate::support::virtual_time::VirtualClock;
use crate::support::{self, account, expression, item, operation, plan, request};

/// How long one poll of the call is in the time of the test.
const TICK: Duration = Duration::from_millis(500);

/// Takes a second for each answer and another in the middle of its body. Writes are refused now and then; the job is done when asked a
/// third time.
struct Provider {
    clock: Arc<VirtualClock>,
    asked: AtomicUsize,
    written: AtomicUsize,
    under_way: AtomicUsize,
}

struct UnderWay<'a>(&'a AtomicUsize);

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

impl Transport for Provider {
    fn send(&self, request: http::Request<Body>) -> BoxFuture<'_, Result<Response, TransportError>> {
        Box::pin(async move {
            self.under_way.fetch_add(1, Ordering::SeqCst);
            let _under_way = UnderWay(&self.under_way);
            self.clock.sleep(Duration::from_secs(1)).await;
            let mut headers = HeaderMap::new();
            let (status, body) = if request.method() == Method::POST {
                let written = self.written.fetch_add(1, Ordering::SeqCst);
                // Each third is one too many.
                if written % 3 == 2 {
                    headers.insert("retry-after", HeaderValue::from(2));
                    (429, "{}")
                } else {
                    (200, r#"{"id": 7}"#)
                }
            } else if self.asked.fetch_add(1, Ordering::SeqCst) % 3 == 2 {
                (200, r#"{"done": true}"#)
            } else {
                (200, r#"{"done": false}"#)
            };
            let (start, end) = body.split_at(1);
            let wait = self.clock.sleep(Duration::from_secs(1));
            let body = futures_util::stream::iter([start, end]).then(|part| std::future::ready(Ok(bytes::Bytes::from(part))));
            let late = futures_util::stream::once(async move {
                wait.await;
                Ok(bytes::Bytes::new())
            });
            Ok(Response { status: StatusCode::from_u16(status).unwrap(), headers, body: Box::pin(late.chain(body)) })
        })
    }
}

struct World {
    provider: Arc<Provider>,
    runtime: Runtime,
    connector: Connector,
}

/// Three writes, two at once, and then a job that is waited for.
fn world() -> World {
    let create = request("POST", "/users", json!({ "body": { "json": { "const": {} } } }));
    let job = request("GET", "/jobs/1", json!({}));
    let for_each = json!({ "of": { "expression": expression("[1, 2, 3]") }, "name": "number", "max": 10, "at_once": 2 });
    let steps: Value = json!([
        { "action": { "call": { "operation": "users.create" } }, "for_each": for_each, "origin": [0, 60, 5] },
        { "action": { "poll": { "call": { "operation": "jobs.get" }, "until": expression("done"), "every": 2, "longest": 4, "within": 600 } },
          "origin": [0, 61, 5] },
    ]);
    let operations = vec![
        operation("users.create", "one", create, item(&[]), json!({})),
        operation("jobs.get", "one", job, item(&[]), json!({})),
        operation("users.import", "nothing", request("GET", "/", json!({})), json!("none"), json!({ "steps": steps })),
    ];
    let clock = Arc::new(VirtualClock::default());
    let (asked, written, under_way) = Default::default();
    let provider = Arc::new(Provider { clock: clock.clone(), asked, written, under_way });
    let runtime = support::builder(provider.clone()).clock(clock).concurrency(1).build().unwrap();
    World { provider, runtime, connector: Connector::load(plan(operations, json!({}))).unwrap() }
}

impl World {
    async fn import(&self, deadline: Duration) -> Result<Answer, Error> {
        let call = Call::native("users.import").rate_limit(Mode::Managed).deadline(deadline);
        self.runtime.call(&self.connector, &account(), call).await
    }
}

/// Polls so often, a tick of time apart, and says what came of it.
async fn polled<T>(mut work: Pin<&mut impl Future<Output = T>>, times: usize) -> Option<T> {
    for _ in 0..times {
        if let Poll::Ready(done) = work.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            return Some(done);
        }
        tokio::time::advance(TICK).await;
    }
    None
}

/// More than any call here takes.
const ENOUGH: usize = 1000;
const LONG: Duration = Duration::from_secs(1000);

#[tokio::test(start_paused = true)]
async fn steps_that_are_dropped_at_any_await_point_leave_the_account_usable() {
    for polls in 0..ENOUGH {
        let world = world();
        let ended = polled(pin!(world.import(LONG)), polls).await;
        assert_eq!(world.provider.under_way.load(Ordering::SeqCst), 0, "dropped after {polls} polls");
        let written = world.provider.written.load(Ordering::SeqCst);
        assert!(written <= 4, "{written} writes after {polls} polls");
        // What was dropped holds neither the one place nor the line for the limit.
        let after = polled(pin!(world.import(LONG)), ENOUGH).await;
        assert!(after.is_some_and(|done| done.is_ok()), "dropped after {polls} polls");
        if let Some(done) = ended {
            done.unwrap();
            assert!(polls > 30, "the call has only {polls} await points");
            return;
        }
    }
    panic!("the call never ended");
}

#[tokio::test(start_paused = true)]
async fn steps_that_run_out_of_time_anywhere_leave_the_account_usable() {
    let mut kinds = Vec::new();
    for seconds in 1..1000 {
        let world = world();
        // The deadline falls between two ticks.
        let deadline = Duration::from_secs(seconds) + TICK / 2;
        let ended = polled(pin!(world.import(deadline)), ENOUGH).await.expect("a deadline ends a call");
        assert_eq!(world.provider.under_way.load(Ordering::SeqCst), 0, "deadline after {seconds} s");
        let after = polled(pin!(world.import(LONG)), ENOUGH).await;
        assert!(after.is_some_and(|done| done.is_ok()), "deadline after {seconds} s");
        match ended {
            Ok(_) => break,
            Err(error) => kinds.push(error.kind),
        }
    }
    // A write under way, a wait for the one place or for the limit, and a job that is not done.
    for kind in [ErrorKind::OutcomeUnknown, ErrorKind::RateLimited, ErrorKind::Timeout] {
        assert!(kinds.contains(&kind), "{kinds:?}");
    }
}
