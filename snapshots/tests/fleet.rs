//! The same job over every connector: each unified resource that can be listed is read by one loop, and every record is held against one schema.
//!
//! Which connector it is matters to nothing here: what is called is written in the connectors' own recordings.

#![expect(clippy::expect_used, clippy::panic, reason = "a test that cannot read its files fails")]

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use connc::project::Project;
use connc_examples::{listing, records};
use connc_plan::{Cassette, Plan, Verb};
use connc_runtime::replay::{self, Replay};
use connc_runtime::{Connector, ReplayClock, ReplayRandom, Runtime};
use futures_util::TryStreamExt as _;
use serde_json::Value;

/// A connector with its recorded calls.
struct Provider {
    plan: Plan,
    connector: Connector,
    cassettes: Vec<Cassette>,
}

#[tokio::test]
async fn one_loop_lists_each_resource_of_each_provider() {
    let providers = providers();
    let mut listed: BTreeMap<(String, String), BTreeMap<String, usize>> = BTreeMap::new();
    let mut schemas: BTreeMap<(String, String), Value> = BTreeMap::new();
    let mut faults = Vec::new();
    for provider in &providers {
        for map in provider.plan.maps.iter().filter(|map| map.verbs.contains_key(&Verb::List)) {
            let (model, resource) = (map.model.as_str(), map.resource.as_str());
            let key = (model.to_owned(), resource.to_owned());
            // One schema: each connector was compiled against the same.
            let own = &provider.plan.models.iter().find(|own| own.name == model).expect("a map has its model").resources[resource];
            let schema = schemas.entry(key.clone()).or_insert_with(|| own.clone());
            assert_eq!(schema, own, "{model} {resource} of {}", provider.plan.connector);
            let validator = jsonschema::options().should_validate_formats(true).build(schema).expect("the model is a schema");
            let name = format!("{} {model} {resource}", provider.plan.connector);
            let Some(cassette) = provider.recording(model, resource) else {
                faults.push(format!("{name}: no recording of a whole list"));
                continue;
            };
            let found = list(&provider.connector, cassette).await;
            faults.extend(found.iter().flat_map(|record| validator.iter_errors(record)).map(|fault| format!("{name}: {fault}")));
            if found.is_empty() {
                faults.push(format!("{name}: no records"));
            }
            listed.entry(key).or_default().insert(provider.plan.connector.clone(), found.len());
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    let table: Vec<String> = listed
        .iter()
        .map(|((model, resource), by)| {
            let by: Vec<String> = by.iter().map(|(connector, records)| format!("{connector} {records}")).collect();
            format!("{model} {resource}: {} ({})", by.len(), by.join(", "))
        })
        .collect();
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("..");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!("fleet", table.join("\n")));
}

/// The job itself: nothing in it depends on the connector.
async fn list(connector: &Connector, cassette: &Cassette) -> Vec<Value> {
    let account = replay::account(connector.plan(), cassette);
    let transport = Arc::new(Replay::new(cassette, replay::secrets(&account)));
    let runtime = Runtime::builder()
        .transport(transport.clone())
        .clock(Arc::new(ReplayClock::new(&cassette.clock).expect("a clock")))
        .random(Arc::new(ReplayRandom::new(cassette.seed)))
        .build()
        .expect("a runtime");
    let model = cassette.model.as_deref().expect("a unified call");
    let mut call = listing(model, &cassette.call.resource);
    if let Some(parent) = &cassette.call.parent {
        call = call.parent(parent);
    }
    for (name, value) in &cassette.call.filters {
        call = call.filter(name, value);
    }
    let found: Vec<_> =
        records(&runtime, connector, &account, call).try_collect().await.unwrap_or_else(|error| panic!("{}: {error}", cassette.file));
    assert!(transport.unused().is_empty(), "{}: not read to its end", cassette.file);
    found.iter().map(|record| record.value().expect("a record is JSON")).collect()
}

impl Provider {
    /// The recording of a whole list; the shortest name is the plainest.
    fn recording(&self, model: &str, resource: &str) -> Option<&Cassette> {
        let plain = |cassette: &&Cassette| {
            let call = &cassette.call;
            cassette.model.as_deref() == Some(model)
                && call.resource == resource
                && call.verb == "list"
                && call.limit.is_none()
                && cassette.fails.is_none()
                && cassette.exchanges.iter().all(|exchange| exchange.response.status == 200)
                && !cassette.name.ends_with(".empty")
        };
        self.cassettes.iter().filter(plain).min_by_key(|cassette| (cassette.name.len(), cassette.name.clone()))
    }
}

fn providers() -> Vec<Provider> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the crate lies in the repository");
    std::env::set_current_dir(root).expect("the repository is there");
    let project = Project::open(Some(Path::new("connectors"))).expect("there are connectors");
    let load = |found: &connc::project::Found| {
        let loaded = found.load().expect("the connector's files can be read");
        let plan = loaded.compile().plan.unwrap_or_else(|| panic!("{} does not compile", loaded.name));
        let cassettes =
            loaded.cassettes.iter().map(|file| file.read().0.unwrap_or_else(|| panic!("{} is no cassette", file.name))).collect();
        Provider { connector: Connector::load(plan.clone()).expect("the plan is read"), plan, cassettes }
    };
    project.own().expect("the connectors can be read").iter().map(load).collect()
}
