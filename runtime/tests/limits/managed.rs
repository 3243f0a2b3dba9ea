//! What a single managed call does, and where it ends.

use std::time::Duration;

use connc_runtime::{Call, ErrorKind, Mode};
use serde_json::json;

use crate::provider::{Provider, SLOW, bench, built, get, managed};
use crate::support::{self, Scripted, expression, item, operation, request};

#[tokio::test(start_paused = true)]
async fn a_window_that_is_used_up_is_waited_for_before_anything_is_sent() {
    let bench = bench(Provider::new(2, 60));
    for name in 0..5 {
        bench.call(managed(name)).await.unwrap();
    }
    assert_eq!(bench.provider.statuses(), [200; 5]);
    let times = bench.provider.times();
    assert!(times[1] < 60_000 && (60_000..66_000).contains(&times[2]) && times[3] < 120_000 && times[4] >= 120_000, "{times:?}");
    let counters = bench.call(managed(5)).await.unwrap().counters;
    assert_eq!((counters.requests, counters.attempts, counters.waits), (1, 1, 0));
}

#[tokio::test(start_paused = true)]
async fn a_429_is_waited_out_and_a_refused_write_is_sent_again() {
    let bench = bench(Provider::silent(1, 30));
    bench.call(get("first")).await.unwrap();
    let answer = bench.call(Call::native("users.create").rate_limit(Mode::Managed)).await.unwrap();
    assert_eq!(bench.provider.statuses(), [200, 429, 200]);
    let counters = answer.counters;
    assert_eq!((counters.requests, counters.retries, counters.attempts, counters.waits), (2, 1, 2, 1));
    assert!((29..36).contains(&counters.waited.as_secs()), "{counters:?}");
}

#[tokio::test(start_paused = true)]
async fn passthrough_never_waits() {
    let bench = bench(Provider::new(1, 30));
    bench.call(get("first")).await.unwrap();
    let error = bench.call(get("second")).await.unwrap_err();
    assert_eq!((error.kind, error.requests, error.attempts, error.retryable), (ErrorKind::RateLimited, 1, 1, true));
    assert_eq!(error.rate_limit.as_ref().unwrap().retry_after, Some(30));
    assert_eq!(bench.provider.clock.elapsed(), 2 * SLOW);
}

#[tokio::test(start_paused = true)]
async fn the_deadline_wins_over_waiting() {
    let bench = bench(Provider::new(1, 60));
    bench.call(managed("first")).await.unwrap();
    // Known beforehand: nothing is sent at all.
    let error = bench.call(managed("second").deadline(Duration::from_secs(20))).await.unwrap_err();
    assert_eq!((error.kind, error.requests, error.attempts), (ErrorKind::RateLimited, 0, 0), "{error}");
    assert_eq!(error.rate_limit.as_ref().unwrap().retry_after, Some(60));
    assert_eq!(bench.provider.clock.elapsed(), SLOW);
    bench.call(managed("third").deadline(Duration::from_secs(70))).await.unwrap();

    // Learnt from a refusal: the provider's own words come back, at once.
    let bench = self::bench(Provider::silent(1, 60));
    bench.call(managed("first")).await.unwrap();
    let error = bench.call(managed("second").deadline(Duration::from_secs(20))).await.unwrap_err();
    assert_eq!((error.kind, error.status, error.requests, error.attempts), (ErrorKind::RateLimited, Some(429), 1, 1), "{error}");
    assert_eq!(error.rate_limit.as_ref().unwrap().retry_after, Some(60));
    assert_eq!(bench.provider.clock.elapsed(), 2 * SLOW);
}

#[tokio::test(start_paused = true)]
async fn without_a_deadline_the_waits_are_bounded_too() {
    let bench = bench(Provider::new(1, 3600));
    bench.call(managed("first")).await.unwrap();
    let error = bench.call(managed("second")).await.unwrap_err();
    assert_eq!((error.kind, error.requests), (ErrorKind::RateLimited, 0), "{error}");
    assert_eq!(error.rate_limit.as_ref().unwrap().retry_after, Some(3600));
    bench.call(managed("third").deadline(Duration::from_secs(4000))).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn refusals_that_ask_for_no_time_are_spaced_out_and_come_to_an_end() {
    let bench = bench(Provider::silent(0, 1));
    let error = bench.call(managed("never")).await.unwrap_err();
    assert_eq!((error.kind, error.status), (ErrorKind::RateLimited, Some(429)), "{error}");
    assert!((5..40).contains(&error.requests) && error.attempts as u64 == error.requests, "{}", error.requests);
    assert!(bench.provider.clock.elapsed() <= 300_000, "{}", bench.provider.clock.elapsed());
}

/// Sends by script, in the time of a clock that stands still but for waiting.
fn scripted(more: serde_json::Value, answers: Vec<Scripted>) -> support::Bench {
    let create = request("POST", "/users", json!({ "body": { "json": { "const": {} } } }));
    let operations = vec![
        operation("users.get", "one", request("GET", "/users/1", json!({})), item(&[]), json!({})),
        operation("users.create", "one", create, item(&[]), json!({})),
    ];
    support::bench(support::plan(operations, more), answers)
}

fn fine() -> Scripted {
    support::ok(json!({ "id": 7 }))
}

#[tokio::test]
async fn a_secondary_limit_is_waited_for_as_its_403_says() {
    let kinds = json!({ "errors": { "kinds": [{ "kind": "rate_limited", "when": expression("$status = 403 and $exists($headers.`retry-after`)") }] } });
    let refused = || Scripted::Answer(403, vec![("retry-after", "60".to_owned())], "{}".to_owned());
    let bench = scripted(kinds.clone(), vec![refused(), fine()]);
    let answer = bench.call(Call::native("users.get").rate_limit(Mode::Managed)).await.unwrap();
    assert_eq!((answer.counters.requests, answer.counters.waits), (2, 1));
    assert!(answer.counters.waited >= Duration::from_secs(60));
    let bench = scripted(kinds, vec![refused()]);
    let error = bench.call(Call::native("users.get")).await.unwrap_err();
    assert_eq!((error.kind, error.rate_limit.as_ref().unwrap().retry_after), (ErrorKind::RateLimited, Some(60)));
}

#[tokio::test]
async fn points_that_come_back_continuously_are_waited_for() {
    let body = |path: &str| json!({ "from": { "body": expression(path) }, "unit": "count" });
    let more = json!({
        "rate_limit": [{
            "limit": body("cost.most"), "remaining": body("cost.left"), "restore": body("cost.restore"), "cost": body("cost.query"), "origin": [0, 3, 3],
        }],
        "errors": { "when": expression("error = 'THROTTLED'"), "code": expression("error"),
            "kinds": [{ "kind": "rate_limited", "when": expression("error = 'THROTTLED'") }] },
    });
    let cost = |left: f64| json!({ "most": 1000.0, "left": left, "restore": 50.0, "query": 100 });
    let answers = vec![
        support::ok(json!({ "id": 1, "cost": cost(40.0) })),
        support::ok(json!({ "error": "THROTTLED", "cost": cost(50.0) })),
        support::ok(json!({ "id": 2, "cost": cost(900.0) })),
    ];
    let bench = scripted(more, answers);
    let managed = || Call::native("users.get").rate_limit(Mode::Managed);
    let first = bench.call(managed()).await.unwrap();
    let limit = first.rate_limit.unwrap();
    assert_eq!((limit.limit, limit.remaining, limit.reset), (Some(1000), Some(40), Some(20)));
    let second = bench.call(managed()).await.unwrap();
    // 60 points take 2 s; after the refusal 50 take 1 s.
    assert_eq!((second.counters.requests, second.counters.waits), (2, 2));
    assert!((3_000..5_000).contains(&second.counters.waited.as_millis()), "{:?}", second.counters.waited);
}

#[tokio::test]
async fn an_unavailable_provider_that_says_when_is_asked_again_then() {
    let gone = |seconds: &str| Scripted::Answer(503, vec![("retry-after", seconds.to_owned())], "{}".to_owned());
    let bench = scripted(json!({}), vec![gone("7"), fine()]);
    let answer = bench.call(Call::native("users.get").rate_limit(Mode::Managed)).await.unwrap();
    assert_eq!(answer.counters.attempts, 2);
    assert!(answer.counters.waited >= Duration::from_secs(7));
    for (call, seconds) in [
        (Call::native("users.get"), "7"),
        (Call::native("users.get").rate_limit(Mode::Managed).deadline(Duration::from_secs(5)), "7"),
        (Call::native("users.get").rate_limit(Mode::Managed), "3600"),
        (Call::native("users.create").rate_limit(Mode::Managed), "7"),
    ] {
        let bench = scripted(json!({}), vec![gone(seconds)]);
        let error = bench.call(call).await.unwrap_err();
        assert_eq!((error.kind, error.requests, error.retryable), (ErrorKind::Provider, 1, true), "{error}");
        assert_eq!(error.rate_limit.as_ref().unwrap().retry_after, Some(seconds.parse().unwrap()));
    }
}

#[tokio::test(start_paused = true)]
async fn an_operation_with_its_own_window_does_not_hold_back_another() {
    let number = |name: &str, unit: &str| json!({ "from": { "header": { "name": name } }, "unit": unit });
    let window = json!({ "remaining": number("x-left", "count"), "reset": number("x-reset", "delta_seconds"), "per_operation": true, "origin": [0, 3, 3] });
    let bench = built(Provider::new(1, 60), json!({ "rate_limit": [window] }), None);
    bench.call(managed("first")).await.unwrap();
    let short = Duration::from_secs(5);
    assert_eq!(bench.call(managed("second").deadline(short)).await.unwrap_err().requests, 0);
    let write = Call::native("users.create").rate_limit(Mode::Managed).deadline(short);
    assert_eq!(bench.call(write).await.unwrap_err().requests, 1);
}
