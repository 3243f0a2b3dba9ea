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
