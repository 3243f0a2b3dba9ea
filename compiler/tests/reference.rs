//! Each example of the reference compiles, and the published page is what the tables say.

use connc_compiler::source::{Role, Sources};
use connc_compiler::{Example, cassette, compile, complete, examples, files, reference};

/// The smallest unified model, with what the examples map.
const MODEL: &[&str] = &[
    "model: user-directory\nversion: 1\naliases: [directory]\n",
    "model: user-directory\nversion: 1\nresource: users\nrequired: [id]\nproperties:\n  id: { type: string, format: id }\n  name: { type: string, input: [create, update] }\n  \
     email: { type: string, format: email, input: [create, update] }\n  status: { type: string, enum: [active, suspended] }\n",
];

fn problems(example: &Example) -> Vec<String> {
    let mut sources = Sources::new("example");
    for model in MODEL {
        sources.add(Role::Model, "model.yaml", *model);
    }
    let connector = if example.role == Role::Connector { example.text.clone() } else { complete("") };
    let connector = sources.add(Role::Connector, "connector.yaml", connector);
    sources.add(Role::Base, "_base/example/connector.yaml", "constants: { old: 1 }");
    sources.add(Role::Schema, "schemas/example.graphql", "type Query { things: String }");
    let mut found = Vec::new();
    if example.role != Role::Connector {
        let path = match (example.role, example.text.contains("overlay:")) {
            (Role::Schema, true) => "schemas/example.overlay.yaml",
            (Role::Schema, false) => "schemas/example.yaml",
            _ => "example.yaml",
        };
        let file = sources.add(example.role, path, example.text.clone());
        for (role, path, text) in files(&example.text) {
            sources.add(role, path, text);
        }
        if example.role == Role::Cassette {
            found.extend(cassette(&sources, file).1);
        }
    }
    assert_eq!(sources.path(connector), "connector.yaml");
    found.extend(compile(&sources).diagnostics);
    let line = |found: &connc_compiler::diagnostic::Diagnostic| {
        format!("{}: {} ({:?})", found.code.slug(), found.message, sources.slice(found.span))
    };
    found.iter().map(line).collect()
}

#[test]
fn every_example_compiles() {
    let examples = examples();
    assert!(examples.len() > 100, "{} examples", examples.len());
    let mut failures = Vec::new();
    for example in examples {
        // An example shows one key; what it declares is used elsewhere.
        let problems: Vec<String> = problems(&example)
            .into_iter()
            .filter(|problem| !["unused-parameter", "unknown-endpoint"].iter().any(|code| problem.starts_with(code)))
            .collect();
        if !problems.is_empty() {
            failures.push(format!("`{}` of {}: {}", example.key, example.table, problems.join("\n")));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn the_published_page_is_current() {
    let published = include_str!("../../docs/spec.md");
    assert!(published == reference(), "docs/spec.md is not what the tables say; run `connc schema --reference > docs/spec.md`");
}
