//! The spans and events that `docs/embedding.md` names are those that there are, and none of them holds a secret.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use std::collections::BTreeSet;
use std::fmt::Debug;
use std::sync::{Arc, Mutex};

use connc_runtime::Call;
use serde_json::json;
use support::*;
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

/// What was told, as `span call: connector, operation`.
#[derive(Clone, Default)]
struct Told {
    lines: Arc<Mutex<BTreeSet<String>>>,
    values: Arc<Mutex<String>>,
}

impl Told {
    fn keep(&self, what: String, metadata: &Metadata<'_>, record: impl FnOnce(&mut dyn Visit)) {
        #[derive(Default)]
        struct Values(String, String);
        impl Visit for Values {
            fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
                if field.name() == "message" {
                    self.1 = format!("{value:?}");
                }
                self.0.push_str(&format!("{}={value:?} ", field.name()));
            }
        }
        let mut values = Values::default();
        record(&mut values);
        assert_eq!(metadata.target(), "connc");
        let message = &values.1;
        let fields: Vec<&str> = metadata.fields().iter().map(|field| field.name()).filter(|name| *name != "message").collect();
        self.lines.lock().unwrap().insert(format!("{what}{message}: {}", fields.join(", ")));
        self.values.lock().unwrap().push_str(&values.0);
    }
}

impl Subscriber for Told {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target() == "connc"
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        self.keep(format!("span {}", span.metadata().name()), span.metadata(), |visit| span.record(visit));
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        self.keep("event ".to_owned(), event.metadata(), |visit| event.record(visit));
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

#[test]
fn what_is_told_is_what_is_written_down() {
    let told = Told::default();
    tracing::subscriber::with_default(told.clone(), || {
        let tasks = tokio::runtime::Builder::new_current_thread().build().unwrap();
        tasks.block_on(async {
            let list = operation(
                "users.list",
                "list",
                request("GET", "/users", json!({ "query": [["q", text("p3rson")]] })),
                items(&[]),
                json!({}),
            );
            let get = operation("users.get", "one", request("GET", "/users/1", json!({})), item(&[]), json!({}));
            let bench = bench(plan(vec![list, get], json!({})), vec![ok(json!([{ "id": "p3rson" }])), ok(json!({ "id": "p3rson" }))]);
            assert_eq!(bench.all(Call::native("users.list")).await.unwrap().len(), 1);
            bench.call(Call::native("users.get")).await.unwrap();
        });
    });
    let written = include_str!("../../docs/embedding.md");
    let lines = told.lines.lock().unwrap().clone();
    let names: Vec<&str> = lines.iter().filter_map(|line| line.split_once(": ")).map(|(name, _)| name).collect();
    assert_eq!(names, ["event call done", "event page done", "span call", "span page", "span request"]);
    for line in &lines {
        let (name, fields) = line.split_once(": ").unwrap();
        let name = name.split_once(' ').unwrap().1;
        let tells = |row: &&str| (row.starts_with("| span") || row.starts_with("| event")) && row.contains(&format!("`{name}`"));
        let row = written.lines().find(tells);
        let row = row.unwrap_or_else(|| unreachable!("`{name}` is not written down"));
        for field in fields.split(", ") {
            assert!(row.contains(&format!("`{field}`")), "`{field}` of `{name}` is not written down");
        }
    }
    let values = told.values.lock().unwrap().clone();
    assert!(!values.contains(SECRET) && !values.contains("p3rson"), "{values}");
}
