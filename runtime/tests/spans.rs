//! What `tracing` is told of accounts: everything that happens, and no secret. Alone in its process, because subscribers of one thread
//! and callers without any on others make spans come and go.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, unreachable_pub, reason = "a test fails by panicking, and shares what it needs")]

#[path = "auth/kit.rs"]
#[expect(dead_code, reason = "tests of accounts use the rest")]
mod kit;
mod support;

use std::fmt::Debug;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use connc_runtime::Secret;
use serde_json::json;
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

use crate::kit::*;
use crate::support::*;

/// Writes down every span and event with all their fields.
#[derive(Default)]
struct Scribe {
    count: AtomicU64,
    told: std::sync::Arc<Mutex<String>>,
}

struct Line<'a>(&'a mut String);

impl Visit for Line<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.0.push_str(&format!(" {}={value:?}", field.name()));
    }
}

impl Scribe {
    fn write(&self, name: &str, record: impl FnOnce(&mut Line<'_>)) {
        let mut told = self.told.lock().unwrap();
        told.push('\n');
        told.push_str(name);
        record(&mut Line(&mut told));
    }
}

impl Subscriber for Scribe {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        self.write(span.metadata().name(), |line| span.record(line));
        Id::from_u64(self.count.fetch_add(1, Ordering::SeqCst) + 1)
    }

    fn record(&self, _: &Id, values: &Record<'_>) {
        self.write("record", |line| values.record(line));
    }

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        self.write("event", |line| event.record(line));
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

#[tokio::test]
async fn spans_and_events_hold_no_secret() {
    let scribe = Scribe::default();
    let told = std::sync::Arc::clone(&scribe.told);
    let _scribing = tracing::subscriber::set_default(scribe);
    let mut account = connected();
    account.tokens.insert("access_token".to_owned(), Secret::from("access-number-stale"));
    let revoke =
        step(request("POST", "https://login.example.com/revoke/{{ token.refresh_token }}", json!({ "answer": "none" })), json!([]));
    let rotate = rotating(3600);
    let world = world(oauth(json!({ "release": [revoke] })), account, move |request, index| match request.uri().path() {
        path if path.starts_with("/revoke/") => status(500, json!({})),
        _ => rotate(request, index),
    });
    world.me().await.unwrap();
    world.store.fails.store(true, Ordering::SeqCst);
    world.later(3600);
    world.me().await.unwrap_err();
    world.store.fails.store(false, Ordering::SeqCst);
    world.me().await.unwrap();
    let mut revoked = connected();
    revoked.id = Some("other".to_owned());
    revoked.tokens = [("refresh_token".to_owned(), Secret::from("refresh-number-of-nobody"))].into();
    world.store.fails.store(true, Ordering::SeqCst);
    world.runtime.call(&world.connector, &revoked, connc_runtime::Call::native("me.get")).await.unwrap_err();
    world.store.fails.store(false, Ordering::SeqCst);
    let error = world.runtime.disconnect(&world.connector, &world.account).await.unwrap_err();
    assert_eq!(error.request.as_deref(), Some("POST https://login.example.com/revoke/{{ token.refresh_token }}"));
    assert!(!format!("{error} {error:?}").contains("-number-"), "{error:?}");
    let told = told.lock().unwrap();
    for due in ["\ntoken ", "\nrequest ", "\ncall ", "could not be stored", "/revoke/{{ token.refresh_token }}"] {
        assert!(told.contains(due), "{due:?} in {told}");
    }
    for secret in ["-number-", "hush", SECRET] {
        assert!(!told.contains(secret), "{secret} in {told}");
    }
}
