//! Whatever stands in a file, compiling it ends with a plan or with diagnostics that point into the file: no panic, no place outside the text.

use connc_compiler::source::{Role, Sources};
use connc_compiler::{compile, complete};
use proptest::prelude::*;

const CONNECTOR: &str = "\
connector: example
spec: 1
title: Example
account: { domain: { type: hostname, within: [example.com] } }
base_url: https://{{ account.domain }}
auth:
  main: { scheme: basic, secrets: { token: {} }, username: \"{{ secret.token }}\", password: 'it''s' }
resources:
  things:
    list:
      get: /things
      items: $
      keep_if: >-
        kind = \"a\"
        and size > 2
      paginate: { style: cursor, next: 'a.b[0]', into: { query: after } }
    get:
      graphql: |
        query Thing($id: ID!) {
          thing(id: $id) { id }
        }
      variables: { id: $id }
graphql: { endpoint: /graphql }
";

const MAP: &str = "\
maps: user-directory@1
users:
  from: things
  fields: &user
    id: id
    name: first & ' ' & last
    status: { from: state, enum: { ON: active } }
me:
  from: things
  fields: *user
";

fn check(connector: &str, map: &str) -> Result<(), TestCaseError> {
    let mut sources = Sources::new("example");
    sources.add(Role::Connector, "connector.yaml", connector);
    sources.add(Role::Map, "user-directory.yaml", map);
    let compiled = compile(&sources);
    let errors = compiled.diagnostics.iter().filter(|found| found.severity() == connc_compiler::diagnostic::Severity::Error).count();
    prop_assert!(compiled.plan.is_some() || errors > 0, "neither a plan nor an error");
    for found in &compiled.diagnostics {
        for span in found.related.iter().map(|label| label.span).chain([found.span]) {
            let text = sources.text(span.file);
            prop_assert!(span.start <= span.end && span.end as usize <= text.len(), "{} points outside: {span:?}", found.code.slug());
            prop_assert!(text.is_char_boundary(span.start as usize), "{} points into a character", found.code.slug());
        }
        prop_assert!(!found.message.is_empty() && !found.message.ends_with('.'), "{:?}", found.message);
    }
    Ok(())
}

/// A text with a few pieces cut out or put in.
fn mutated(text: &'static str) -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("\t".to_owned()),
        Just("{".to_owned()),
        Just("}}".to_owned()),
        Just("\"".to_owned()),
        Just("'".to_owned()),
        Just("&a [*a, *a]".to_owned()),
        Just(": ".to_owned()),
        Just("\n- ".to_owned()),
        Just("$".to_owned()),
        Just("é𝄞".to_owned()),
        Just("| x |".to_owned()),
        "[ -~]{0,6}",
    ];
    let change = (any::<prop::sample::Index>(), 0..6_usize, piece);
    prop::collection::vec(change, 1..4).prop_map(move |changes| {
        let mut out = text.to_owned();
        for (at, cut, put) in changes {
            let characters: Vec<char> = out.chars().collect();
            let at = at.index(characters.len().max(1));
            let end = (at + cut).min(characters.len());
            out = characters.iter().take(at).copied().chain(put.chars()).chain(characters.iter().skip(end).copied()).collect();
        }
        out
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn broken_connectors(connector in mutated(CONNECTOR)) {
        check(&connector, MAP)?;
    }

    #[test]
    fn broken_maps(map in mutated(MAP)) {
        check(CONNECTOR, &map)?;
    }

    #[test]
    fn any_text(text in "\\PC{0,80}") {
        check(&text, &text)?;
        check(&complete(&text), &text)?;
    }
}

#[test]
fn bombs_end_with_a_message() {
    let nested = format!("{}{}", "[".repeat(200_000), "]".repeat(200_000));
    let aliases: String = (1..40).map(|level| format!("a{level}: &a{level} [*a{0}, *a{0}, *a{0}, *a{0}]\n", level - 1)).collect();
    let bomb = format!("a0: &a0 [x, x]\n{aliases}");
    let dashes = "- ".repeat(200_000);
    let huge = format!("title: {}", "x".repeat(5 << 20));
    for (text, code) in [(nested, "yaml-limit"), (bomb, "yaml-limit"), (dashes, "yaml-limit"), (huge, "yaml-limit")] {
        let mut sources = Sources::new("example");
        sources.add(Role::Connector, "connector.yaml", text);
        let codes: Vec<&str> = compile(&sources).diagnostics.iter().map(|found| found.code.slug()).collect();
        let messages: Vec<_> = compile(&sources).diagnostics;
        assert!(codes.contains(&code), "{messages:?}");
    }
}
