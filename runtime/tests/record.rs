//! What a recorder keeps, and what it never shows.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use std::sync::Arc;

use connc_runtime::transport::{Heard, Purpose, Recorder};
use connc_runtime::{Call, Clock as _, Connector, RecordingClock, ReplayClock};
use serde_json::json;
use support::*;

fn demo() -> Connector {
    let list = operation("users.list", "list", request("GET", "/users", json!({})), items(&[]), json!({}));
    Connector::load(plan(vec![list], json!({}))).unwrap()
}

#[tokio::test]
async fn exchanges_are_kept_under_their_real_names() {
    let script = Script::new(vec![status(503, json!({ "code": "busy" })), ok(json!([{ "id": "p3rson" }]))]);
    let recording = builder(script.clone()).map_base("http://127.0.0.1:9").recording(7).unwrap();
    assert_eq!((recording.seed, recording.began.to_string().as_str()), (7, "2026-03-01T12:00:00Z"));
    let mut pages = recording.runtime.list(&demo(), &account(), Call::native("users.list")).unwrap();
    assert_eq!(pages.next().await.unwrap().unwrap().records.len(), 1);
    assert!(script.urls()[0].starts_with("http://127.0.0.1:9/users"));
    let recorded = recording.recorder.recorded();
    assert_eq!(recorded.len(), 2, "the attempt that failed is there too");
    assert_eq!(recorded[1].url.as_str(), "https://acme.example.com/users");
    assert_eq!((recorded[1].target.as_str(), recorded[1].purpose), ("http://127.0.0.1:9/users", Purpose::Call));
    let Heard::Answer { status, body, whole, cut, .. } = &recorded[1].answer else { unreachable!("there was an answer") };
    assert_eq!((status.as_u16(), &body[..], *whole, *cut), (200, &br#"[{"id":"p3rson"}]"#[..], true, false));
    let shown = format!("{recorded:?} {:?}", recording.recorder);
    assert!(!shown.contains(SECRET) && !shown.contains("p3rson"), "{shown}");
}

#[tokio::test]
async fn a_long_answer_is_cut_in_the_recording_alone() {
    let script = Script::new(vec![ok(json!([{ "id": "a".repeat(100) }]))]);
    let recorder = Arc::new(Recorder::new(script).most(10));
    let runtime = runtime(Arc::clone(&recorder) as Arc<_>);
    let page = runtime.list(&demo(), &account(), Call::native("users.list")).unwrap().next().await.unwrap().unwrap();
    assert!(page.records[0].text.len() > 100);
    let Heard::Answer { body, cut, .. } = recorder.recorded()[0].answer.clone() else { unreachable!("there was an answer") };
    assert!(cut && body.len() <= 10);
}

#[tokio::test]
async fn a_failure_is_kept_as_one() {
    let script = Script::new(vec![Scripted::Fails(connc_runtime::transport::TransportFailure::Other)]);
    let recording = builder(script).recording(7).unwrap();
    let failed = recording.runtime.list(&demo(), &account(), Call::native("users.list")).unwrap().next().await.unwrap();
    assert!(failed.is_err());
    assert!(matches!(&recording.recorder.recorded()[0].answer, Heard::Failure(_)));
}

#[test]
fn a_recording_clock_goes_on_by_what_is_waited_for() {
    let clock = RecordingClock::new(Arc::new(ReplayClock::new("2026-03-01T12:00:00.750Z").unwrap()));
    drop(clock.sleep(std::time::Duration::from_millis(1500)));
    assert_eq!(clock.now().to_string(), "2026-03-01T12:00:01.5Z");
}
