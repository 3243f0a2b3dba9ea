//! What the README shows is what a reader gets.

#![expect(clippy::unwrap_used, reason = "a test that cannot read its files fails")]

use connc::render::{self, Look};
use connc_compiler::compile;
use connc_compiler::source::{Role, Sources};

const README: &str = include_str!("../../README.md");

/// The first block of this language.
fn block(language: &str) -> &'static str {
    let (_, rest) = README.split_once(&format!("\n```{language}\n")).unwrap();
    rest.split_once("\n```").unwrap().0
}

fn sources(text: String) -> Sources {
    let mut sources = Sources::new("acme");
    sources.add(Role::Connector, "connectors/acme/connector.yaml", text);
    sources
}

#[test]
fn the_spec_compiles() {
    assert_eq!(block("yaml").lines().count(), 12);
    let compiled = compile(&sources(block("yaml").to_owned()));
    assert!(compiled.plan.is_some() && compiled.diagnostics.is_empty(), "{:?}", compiled.diagnostics);
}

#[test]
fn the_diagnostic_is_real() {
    let sources = sources(block("yaml").replace("paginate:", "paginater:"));
    let said: String = compile(&sources)
        .diagnostics
        .iter()
        .map(|diagnostic| render::diagnostic(diagnostic, &sources, Look { colour: false, width: 100 }))
        .collect();
    assert_eq!(said.trim_end(), README.split("```\n").find(|part| part.starts_with("unknown-key")).unwrap().trim_end());
}

/// What the typed example is made of, beside the spec of the first block.
const EXTRACT: &str = r##"extract: 1
source: { title: Acme, kind: openapi-3.1, file: acme.json, version: "2026-05" }
trust: official
operations:
  GET /api/users:
    parameters: { cursor: { in: query, type: string } }
    answers: { "200": { $ref: "#/types/Users" } }
types:
  User:
    type: object
    required: [id]
    properties:
      id: { type: string }
      emails: { type: array, items: { type: string, format: email } }
  Users:
    type: object
    properties:
      users: { type: array, items: { $ref: "#/types/User" } }
      meta: { type: object, properties: { next: { type: string } } }
"##;

#[test]
fn the_typed_diagnostic_is_real() {
    let spec = block("yaml").replace("query: after", "query: cursor");
    let mut sources = sources(spec);
    let map = "maps: user-directory@1\nusers:\n  from: users\n  fields:\n    id: id\n    email: emails\n";
    sources.add(Role::Map, "connectors/acme/user-directory.yaml", map);
    sources.add(Role::Schema, "connectors/acme/schemas/acme.yaml", EXTRACT);
    for file in ["model.yaml", "users.yaml"] {
        let path = format!("{}/../unified-models/user-directory/{file}", env!("CARGO_MANIFEST_DIR"));
        sources.add(Role::Model, format!("unified-models/user-directory/{file}"), std::fs::read_to_string(path).unwrap());
    }
    let look = Look { colour: false, width: 100 };
    let said: String = compile(&sources).diagnostics.iter().map(|diagnostic| render::diagnostic(diagnostic, &sources, look)).collect();
    assert_eq!(said.trim_end(), README.split("```\n").find(|part| part.starts_with("type-mismatch")).unwrap_or("").trim_end(), "\n{said}");
}
