//! A connector that compiles is right: what a provider may answer by its own description gives records of the unified model, and nothing is without a type.
//!
//! `connc prove --records 100000` asks the same of more records.

use std::path::Path;

use connc::project::Project;
use connc::prove::prove;

/// Records for each connector.
const RECORDS: u64 = 500;

/// The least share of a connector that has types, in percent.
const TYPED: f64 = 95.0;

#[test]
fn generated_answers_give_records_of_the_model() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the crate lies in the repository");
    std::env::set_current_dir(root).expect("the repository is there");
    let project = Project::open(Some(Path::new("connectors"))).expect("there are connectors");
    for found in project.own().expect("the connectors can be read") {
        let loaded = found.load().expect("the connector's files can be read");
        let compiled = loaded.compile();
        let percent = compiled.coverage.percent().expect("there is something to type");
        assert!(percent >= TYPED, "{percent:.1} % of {} is typed: {:?}", loaded.name, compiled.coverage.unknown);
        let proof = prove(&loaded.sources, compiled.plan.expect("the connector compiles"), RECORDS, 1).expect("the plan is read");
        // A connector without a unified model has nothing to map.
        assert!(proof.maps.is_empty() || proof.records() >= RECORDS, "{}: {} records", loaded.name, proof.records());
        for map in proof.maps.iter().filter(|map| map.is_typed()) {
            assert_eq!(map.violations, 0, "{} {}: {:?}", loaded.name, map.name, map.first);
        }
    }
}
