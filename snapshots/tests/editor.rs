//! What editors complete from is what the reader takes: every file of the landed connectors fits the schema that `connc schema` prints.

use std::path::Path;

use connc::project::Project;
use connc_compiler::diagnostic::Diagnostics;
use connc_compiler::source::Role;
use connc_compiler::{editor_schema, yaml};

#[test]
fn every_file_fits_the_schema_for_editors() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the crate lies in the repository");
    std::env::set_current_dir(root).expect("the repository is there");
    let validator = jsonschema::validator_for(&editor_schema()).expect("the schema is one");
    let project = Project::open(Some(Path::new("connectors"))).expect("there are connectors");
    let mut files = 0;
    for found in project.own().expect("the connectors can be read") {
        let loaded = found.load().expect("the connector's files can be read");
        for role in [Role::Connector, Role::Map, Role::Model, Role::Schema] {
            for file in loaded.sources.of(role).filter(|file| loaded.sources.path(*file).ends_with(".yaml")) {
                let value = yaml::read(&loaded.sources, file, &mut Diagnostics::default()).to_json();
                let problems: Vec<String> =
                    validator.iter_errors(&value).map(|error| format!("{}: {error}", error.instance_path())).collect();
                assert!(problems.is_empty(), "{}: {problems:?}", loaded.sources.path(file));
                files += 1;
            }
        }
        for cassette in &loaded.cassettes {
            for file in cassette.sources.of(Role::Cassette) {
                let value = yaml::read(&cassette.sources, file, &mut Diagnostics::default()).to_json();
                assert!(validator.is_valid(&value), "{}", cassette.sources.path(file));
                files += 1;
            }
        }
    }
    assert!(files > 100, "{files} files");
}

#[test]
fn a_slip_does_not_fit() {
    let validator = jsonschema::validator_for(&editor_schema()).expect("the schema is one");
    let spec = serde_json::json!({"connector": "acme", "spec": 1, "title": "Acme", "base_url": "https://api.acme.example",
        "auth": {"public": {"scheme": "none"}}, "resources": {"users": {"list": {"get": "/users", "itmes": "$"}}}});
    assert!(!validator.is_valid(&spec));
}
