//! What counts as waiting for rate limits, and how long a call without a deadline does.

use std::sync::Arc;
use std::time::Duration;

use connc_runtime::transport::{Body, Response, TransportError};
use connc_runtime::{Answer, Call, Clock as _, Connector, Error, ErrorKind, Mode, Transport};
use futures_util::future::BoxFuture;
use http::{HeaderMap, HeaderValue, StatusCode};
use serde_json::{Value, json};

use crate::provider::{Provider, bench, get, managed};
use crate::support::virtual_time::VirtualClock;
use crate::support::{self, account, expression, item, operation, request};

/// Takes 20 seconds for each answer, and says when it has no call left.
struct Slow(Arc<VirtualClock>);

impl Transport for Slow {
    fn send(&self, _: http::Request<Body>) -> BoxFuture<'_, Result<Response, TransportError>> {
        Box::pin(async move {
            self.0.sleep(Duration::from_secs(20)).await;
            // From the 400th second on, each answer ends a window for five seconds.
            let left = u64::from(self.0.elapsed() < 400_000);
            let headers = [("x-left", left), ("x-reset", 5)].map(|(name, value)| (name.parse().unwrap(), HeaderValue::from(value)));
            Ok(Response::whole(StatusCode::OK, HeaderMap::from_iter(headers), r#"{"id": 7}"#))
        })
    }
}

/// Writes thirty times, all at once as far as it may.
async fn thirty(transport: Arc<dyn Transport>, clock: Arc<VirtualClock>, concurrency: u32) -> Result<Answer, Error> {
    let header = |name: &str, unit: &str| json!({ "from": { "header": { "name": name } }, "unit": unit });
    let window = json!({ "remaining": header("x-left", "count"), "reset": header("x-reset", "delta_seconds"), "origin": [0, 3, 3] });
    let create = request("POST", "/users/new", json!({ "body": { "json": { "const": {} } }, "origin": [0, 30, 7] }));
    let of = json!({ "expression": expression("[1..30]") });
    let step = json!({
        "action": { "call": { "operation": "users.create" } }, "origin": [0, 60, 5],
        "for_each": { "of": of, "name": "number", "max": 30, "at_once": 30 },
    });
    let many: Value = json!({ "steps": [step] });
    let operations = vec![
        operation("users.create", "one", create, item(&[]), json!({})),
        operation("users.many", "one", request("GET", "/", json!({})), json!("none"), many),
    ];
    let runtime = support::builder(transport).clock(clock).concurrency(concurrency).build().unwrap();
    let connector = Connector::load(support::plan(operations, json!({ "rate_limit": [window] }))).unwrap();
    runtime.call(&connector, &account(), Call::native("users.many").rate_limit(Mode::Managed)).await
}

#[tokio::test(start_paused = true)]
async fn waiting_for_other_requests_is_no_waiting_for_a_rate_limit() {
    let clock = Arc::new(VirtualClock::default());
    // The last one stands in line for nearly ten minutes, and still has its five for rate limits.
    let answer = thirty(Arc::new(Slow(clock.clone())), clock, 1).await.unwrap();
    assert_eq!(answer.counters.requests, 30);
}

#[tokio::test(start_paused = true)]
async fn requests_that_wait_at_the_same_time_wait_once() {
    let provider = Arc::new(Provider::new(10, 60));
    let answer = thirty(provider.clone(), provider.clock.clone(), 30).await.unwrap();
    assert!(answer.counters.waited > Duration::from_secs(300), "{:?}", answer.counters.waited);
    assert!((120_000..200_000).contains(&provider.clock.elapsed()), "{}", provider.clock.elapsed());
}

#[tokio::test(start_paused = true)]
async fn a_wait_that_begins_again_and_again_ends() {
    let bench = bench(Provider::new(1, 60));
    bench.call(get("first")).await.unwrap();
    let others = async {
        // Whoever does not wait takes the one call of each window.
        for window in 1..12 {
            let now = bench.provider.clock.elapsed();
            bench.provider.clock.sleep(Duration::from_millis(window * 60_000 - now)).await;
            let _ = bench.call(get("other")).await;
        }
    };
    let waits = async {
        let error = bench.call(managed("waits")).await.unwrap_err();
        (error, bench.provider.clock.elapsed())
    };
    let ((), (error, ended)) = futures_util::future::join(others, waits).await;
    assert_eq!((error.kind, error.retryable), (ErrorKind::RateLimited, true), "{error}");
    assert!((180_000..=301_000).contains(&ended), "{ended}");
}
