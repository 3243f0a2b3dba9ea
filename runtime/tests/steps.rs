//! Calls of several steps: conditions, names, repetition, jobs, and what is said when a later one fails.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod support;

use connc_plan::Plan;
use connc_runtime::transport::TransportFailure;
use connc_runtime::{Call, Error, ErrorKind};
use serde_json::{Value, json};
use support::*;

fn data(source: &str) -> Value {
    json!({ "expression": expression(source) })
}

fn step(action: Value, more: Value) -> Value {
    let mut step = json!({ "action": action, "origin": [0, 60, 5] });
    step.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    step
}

fn call(operation: &str, with: Value) -> Value {
    let mut call = json!({ "operation": operation });
    call.as_object_mut().unwrap().extend(with.as_object().unwrap().clone());
    json!({ "call": call })
}

fn made(name: &str, shape: &str, steps: Vec<Value>, more: Value) -> Value {
    let records = if shape == "list" { items(&[]) } else { json!("none") };
    let mut made = operation(name, shape, json!(null), records, more);
    made["steps"] = json!(steps);
    made
}

/// A bug tracker: transitions, two kinds of deletion, notifications.
fn tracker(steps: Vec<Value>) -> Plan {
    let input = json!({ "input": [parameter("status", "string", false), parameter("to", "array", false)], "takes_id": true });
    plan(
        vec![
            operation(
                "issues.transitions",
                "list",
                request("GET", "/issues/{{ id }}/transitions", json!({})),
                items(&["transitions"]),
                json!({ "takes_id": true }),
            ),
            operation(
                "issues.transition",
                "nothing",
                request("POST", "/issues/{{ id }}/transitions", json!({ "body": { "json": data("$input.body") }, "answer": "none" })),
                json!("none"),
                json!({ "takes_id": true, "input": [parameter("body", "object", true)] }),
            ),
            operation(
                "issues.deactivate",
                "nothing",
                request("PATCH", "/issues/{{ id }}", json!({ "answer": "none", "idempotent": true })),
                json!("none"),
                json!({ "takes_id": true }),
            ),
            operation(
                "issues.delete",
                "nothing",
                request("DELETE", "/issues/{{ id }}", json!({ "answer": "none" })),
                json!("none"),
                json!({ "takes_id": true, "already": ["not_found"] }),
            ),
            operation(
                "notes.send",
                "one",
                request("POST", "/notes", json!({ "body": { "json": data("$input.body") } })),
                item(&[]),
                json!({ "input": [parameter("body", "object", true)] }),
            ),
            operation("exports.start", "one", request("POST", "/exports", json!({})), item(&[]), json!({})),
            operation("exports.get", "one", request("GET", "/exports/{{ id }}", json!({})), item(&[]), json!({ "takes_id": true })),
            operation(
                "exports.rows",
                "list",
                request("GET", "/exports/{{ id }}/rows", json!({})),
                items(&["rows"]),
                json!({ "takes_id": true, "paginate": paginate(json!({ "answer": expression("next") }), json!({ "query": "after" }), json!({})) }),
            ),
            made("work", "nothing", steps, input),
        ],
        json!({}),
    )
}

fn work() -> Call {
    Call::native("work").id("7")
}

async fn fails(plan: Plan, answers: Vec<Scripted>, call: Call) -> (Error, std::sync::Arc<Script>) {
    let bench = bench(plan, answers);
    let error = bench.call(call).await.unwrap_err();
    assert_eq!(bench.script.left(), 0, "answers are left");
    (error, bench.script)
}

fn transition() -> Vec<Value> {
    let when = json!({ "when": expression("$exists($input.status)") });
    vec![
        step(call("issues.transitions", json!({ "id": data("$id") })), json!({ "when": when["when"], "bind": "available" })),
        step(json!({ "let": [["target", data("$available[to = $input.status]")]] }), json!({})),
        step(
            json!({ "require": { "condition": expression("$count($target) = 1"), "code": "no_transition", "kind": "conflict",
                "message": "no transition to that status from where the issue is", "detail": expression("[$available.to]") } }),
            when.clone(),
        ),
        step(
            call("issues.transition", json!({ "id": data("$id"), "input": [["body", { "object": [["id", data("$one($target).id")]] }]] })),
            when,
        ),
    ]
}

fn transitions() -> Scripted {
    ok(json!({ "transitions": [{ "id": "31", "to": "In Progress" }, { "id": "41", "to": "Done" }] }))
}

#[tokio::test]
async fn what_a_step_finds_out_is_what_a_later_one_is_given() {
    let bench = bench(tracker(transition()), vec![transitions(), status(204, json!(null))]);
    bench.call(work().input(json!({ "status": "Done" }))).await.unwrap();
    assert_eq!(bench.script.bodies()[1], json!({ "id": "41" }));
    // Without a status nothing is sent at all.
    bench.call(work()).await.unwrap();
    assert_eq!(bench.script.urls().len(), 2);
}

#[tokio::test]
async fn an_error_of_the_author_has_code_kind_and_detail_and_no_secret() {
    let answer = ok(json!({ "transitions": [{ "id": "31", "to": format!("In {SECRET}") }, { "id": "41", "to": "Done" }] }));
    let (error, _) = fails(tracker(transition()), vec![answer], work().input(json!({ "status": "Closed" }))).await;
    assert_eq!((error.kind, error.code.as_deref(), error.step.as_deref()), (ErrorKind::Conflict, Some("no_transition"), Some("work")));
    assert_eq!(error.detail.as_ref().unwrap()[1], "Done");
    let text = error.to_string();
    assert!(text.contains("no transition to that status") && text.contains("\"Done\"") && !text.contains(SECRET), "{text}");
    assert_eq!(error.place.as_deref(), Some("connector.yaml:60:5"));
}

#[tokio::test]
async fn a_list_that_a_step_needs_is_read_to_its_end() {
    let page = |ids: &[u64], next: Value| ok(json!({ "rows": ids.iter().map(|id| json!({ "id": id })).collect::<Vec<_>>(), "next": next }));
    let steps = vec![
        step(call("exports.rows", json!({ "id": data("$id") })), json!({ "bind": "rows" })),
        step(call("notes.send", json!({ "input": [["body", { "object": [["count", data("$count($rows)")]] }]] })), json!({})),
    ];
    let bench = bench(tracker(steps), vec![page(&[1, 2], json!("b")), page(&[3], json!(null)), ok(json!({}))]);
    bench.call(work()).await.unwrap();
    assert_eq!(bench.script.bodies()[2], json!({ "count": 3 }));
    assert!(bench.script.urls()[1].ends_with("?after=b"));
}

#[tokio::test]
async fn what_was_done_before_a_failure_is_said_with_whether_it_is_safe_again() {
    let both = || {
        let id = || json!({ "id": data("$id") });
        vec![step(call("issues.deactivate", id()), json!({})), step(call("issues.delete", id()), json!({}))]
    };
    let (error, _) = fails(tracker(both()), vec![status(204, json!(null)), status(403, json!({}))], work()).await;
    assert_eq!(error.step.as_deref(), Some("issues.delete"));
    assert_eq!(error.message, "the provider answered 403; done before that: `issues.deactivate`");
    assert_eq!(error.help.as_deref(), Some("what was done may safely be done again, so the same call can be repeated"));
    assert_eq!((error.done[0].operation.as_str(), error.done[0].idempotent, error.retryable), ("issues.deactivate", true, false));
    // A second step that failed for a while leaves the call repeatable, because all that was done is idempotent.
    let (error, _) = fails(tracker(both()), vec![status(204, json!(null)), status(429, json!({}))], work()).await;
    assert!(error.retryable && error.kind == ErrorKind::RateLimited);
    // Gone already is done.
    let bench = bench(tracker(both()), vec![status(204, json!(null)), status(404, json!({}))]);
    bench.call(work()).await.unwrap();

    let notes = vec![
        step(call("notes.send", json!({ "input": [["body", { "object": [] }]] })), json!({})),
        step(call("issues.delete", json!({ "id": data("$id") })), json!({})),
    ];
    let (error, _) = fails(tracker(notes), vec![ok(json!({})), status(429, json!({}))], work()).await;
    assert!(!error.retryable && error.help.as_deref().unwrap().contains("look at what is there"), "{error:?}");
}

#[tokio::test]
async fn an_unknown_outcome_of_a_later_step_stays_unknown() {
    let steps = vec![
        step(call("issues.deactivate", json!({ "id": data("$id") })), json!({})),
        step(call("notes.send", json!({ "input": [["body", { "object": [] }]] })), json!({})),
    ];
    let answers = vec![status(204, json!(null)), Scripted::Fails(TransportFailure::MaybeSent)];
    let (error, _) = fails(tracker(steps), answers, work()).await;
    assert_eq!((error.kind, error.retryable, error.done.len()), (ErrorKind::OutcomeUnknown, false, 1));
    assert!(error.message.contains("done before that: `issues.deactivate`"), "{error}");
    assert!(error.help.as_deref().unwrap().contains("look whether it was done"), "{error:?}");
}

#[tokio::test]
async fn an_answer_that_cannot_be_read_after_a_write_does_not_hide_the_write() {
    let (error, _) = fails(
        tracker(vec![]),
        vec![Scripted::Answer(200, vec![], "<html>".to_owned())],
        Call::native("notes.send").input(json!({ "body": {} })),
    )
    .await;
    assert_eq!((error.kind, error.done[0].operation.as_str()), (ErrorKind::Provider, "notes.send"));
}

fn each(of: &str, max: u64, at_once: u64, more: Value) -> Vec<Value> {
    let mut for_each = json!({ "of": data(of), "name": "to", "max": max, "at_once": at_once });
    for_each.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    vec![
        step(
            call("notes.send", json!({ "input": [["body", { "object": [["to", data("$to")]] }]] })),
            json!({ "for_each": for_each, "bind": "sent" }),
        ),
        step(
            json!({ "require": { "condition": expression("$join($sent.id, ' ') = $input.status"), "code": "order", "kind": "provider", "message": "m",
            "detail": expression("$join($sent.id, ' ')") } }),
            json!({ "when": expression("$exists($input.status)") }),
        ),
    ]
}

#[tokio::test]
async fn a_step_for_each_keeps_the_order_and_its_bounds() {
    let answers = |count: usize| (0..count).map(|n| ok(json!({ "id": format!("n{n}") }))).collect::<Vec<_>>();
    let input = |to: Value| work().input(json!({ "to": to, "status": "n0 n1 n2 n3 n4" }));
    for at_once in [1, 3] {
        let bench = bench(tracker(each("$input.to", 5, at_once, json!({}))), answers(5));
        bench.call(input(json!(["a", "b", "c", "d", "e"]))).await.unwrap();
        let sent: Vec<Value> = bench.script.bodies().iter().map(|body| body["to"].clone()).collect();
        assert_eq!(sent, ["a", "b", "c", "d", "e"]);
    }
    let (error, script) = fails(tracker(each("$input.to", 2, 1, json!({}))), vec![], input(json!(["a", "b", "c"]))).await;
    assert_eq!(error.kind, ErrorKind::Limit);
    assert!(error.message.contains("there are 3 of `$to`, and 2 at most") && script.urls().is_empty(), "{error}");
    // Nothing is a list of none, and one value a list of one.
    let bench = bench(tracker(each("$input.to", 2, 1, json!({}))), answers(1));
    bench.call(work()).await.unwrap();
    bench.call(work().input(json!({ "to": ["only"], "status": "n0" }))).await.unwrap();
}

#[tokio::test]
async fn batches_hold_so_many() {
    let bench = bench(tracker(each("$input.to", 5, 1, json!({ "batch": 2 }))), (0..3).map(|_| ok(json!({ "id": "x" }))).collect());
    bench.call(work().input(json!({ "to": ["a", "b", "c", "d", "e"] }))).await.unwrap();
    let sent: Vec<Value> = bench.script.bodies().iter().map(|body| body["to"].clone()).collect();
    assert_eq!(sent, [json!(["a", "b"]), json!(["c", "d"]), json!(["e"])]);
}

#[tokio::test]
async fn a_failure_among_several_stops_and_says_how_many_were_done() {
    let answers = vec![ok(json!({})), status(403, json!({})), ok(json!({}))];
    // With two at once, the third is under way when the second fails, and is waited for; the fourth is not begun.
    let (error, script) =
        fails(tracker(each("$input.to", 5, 2, json!({}))), answers, work().input(json!({ "to": ["a", "b", "c", "d"] }))).await;
    assert_eq!(error.message, "the provider answered 403 (2 of 4 for `$to`); done before that: `notes.send` (2 of 4)");
    assert_eq!((script.urls().len(), error.done[0].times, error.done[0].of, error.retryable), (3, 2, 4, false));
    // An unknown outcome is never hidden behind a failure that is known.
    let answers = vec![status(403, json!({})), Scripted::Fails(TransportFailure::MaybeSent)];
    let (error, _) = fails(tracker(each("$input.to", 5, 2, json!({}))), answers, work().input(json!({ "to": ["a", "b", "c", "d"] }))).await;
    assert_eq!(error.kind, ErrorKind::OutcomeUnknown);
}

fn export(within: u64) -> Vec<Value> {
    let poll = json!({ "call": { "operation": "exports.get", "id": data("$job.id") }, "until": expression("state = 'done'"),
        "failed": expression("state = 'failed'"), "message": expression("reason"), "every": 2, "longest": 5, "within": within });
    vec![
        step(call("exports.start", json!({})), json!({ "bind": "job" })),
        step(json!({ "poll": poll }), json!({ "bind": "export" })),
        step(call("notes.send", json!({ "input": [["body", { "object": [["url", data("$export.url")]] }]] })), json!({})),
    ]
}

fn state(state: &str) -> Scripted {
    ok(json!({ "state": state, "url": "/x", "reason": format!("out of memory {SECRET}") }))
}

#[tokio::test]
async fn a_job_is_waited_for_with_growing_waits() {
    let started = || ok(json!({ "id": 9 }));
    let slow = with_headers(&[("retry-after", "30"), ("content-type", "application/json")], json!({ "state": "running" }));
    let script = Script::new(vec![started(), state("running"), state("running"), slow, state("done"), ok(json!({}))]);
    let clock = std::sync::Arc::new(connc_runtime::ReplayClock::new("2026-03-01T12:00:00Z").unwrap());
    let runtime = builder(script.clone()).clock(clock.clone()).build().unwrap();
    let connector = connc_runtime::Connector::load(tracker(export(600))).unwrap();
    runtime.call(&connector, &account(), work()).await.unwrap();
    assert_eq!(script.bodies()[5], json!({ "url": "/x" }));
    // 2, then 4, then what the provider asks for.
    assert_eq!(connc_runtime::Clock::now(&*clock).to_string(), "2026-03-01T12:00:36Z");
}

#[tokio::test]
async fn a_job_that_fails_or_never_ends_is_an_error() {
    let started = || ok(json!({ "id": 9 }));
    let (error, _) = fails(tracker(export(600)), vec![started(), state("running"), state("failed")], work()).await;
    assert_eq!((error.kind, error.step.as_deref()), (ErrorKind::Provider, Some("exports.get")));
    let said = error.provider_message.clone().unwrap();
    assert!(said.starts_with("out of memory") && !said.contains(SECRET), "{said}");
    assert!(error.message.contains("the job has failed; done before that: `exports.start`"), "{error}");

    // Waits of 2, 4 and 5 fit into 12 seconds, a further one of 5 does not.
    let (error, _) = fails(tracker(export(12)), [started()].into_iter().chain((0..4).map(|_| state("running"))).collect(), work()).await;
    assert_eq!(error.kind, ErrorKind::Timeout);
    assert!(error.message.contains("not done within 12 seconds") && error.help.as_deref().unwrap().contains("still go on"), "{error:?}");

    // The caller's own deadline is shorter, and wins.
    let call = work().deadline(std::time::Duration::from_secs(3));
    let (error, _) = fails(tracker(export(600)), vec![started(), state("running"), state("running")], call).await;
    assert!(error.kind == ErrorKind::Timeout && error.message.contains("deadline"), "{error}");
}
