//! Whatever stands in a file, compiling it ends with a plan or with diagnostics that point into the file: no panic, no place outside the text.

#![expect(clippy::indexing_slicing, reason = "places are chosen among those that there are")]
#![expect(clippy::disallowed_methods, reason = "that compiling ends in time is what is tested")]

mod bombs;
mod fleet;

use std::fmt::Write;
use std::time::{Duration, Instant};

use connc_compiler::editor::inspect;
use connc_compiler::source::{Role, Sources};
use connc_compiler::{compile, complete, map_types};
use fleet::{GRAPH, TYPED};
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

/// The longest that one small connector may take, even in the dev profile on a busy machine.
const PATIENCE: Duration = Duration::from_secs(10);

fn check(connector: &str, map: &str) -> Result<(), TestCaseError> {
    let mut sources = Sources::new("example");
    sources.add(Role::Connector, "connector.yaml", connector);
    sources.add(Role::Map, "user-directory.yaml", map);
    hold(&sources)
}

/// The files with another text for one of them.
fn check_other(files: &[(Role, &str, &str)], changed: usize, text: &str) -> Result<(), TestCaseError> {
    let mut sources = Sources::new("example");
    let mut places = Vec::new();
    for (index, (role, path, known)) in files.iter().enumerate() {
        let text = if index == changed { text } else { known };
        places.push((sources.add(*role, *path, text), text.len()));
    }
    hold(&sources)?;
    // Editors ask while people write.
    let project = inspect(&sources);
    for (file, length) in places {
        let offset = u32::try_from(length / 2).unwrap_or(0);
        let _ = (project.hover(file, offset), project.completions(file, offset), project.definition(file, offset));
    }
    Ok(())
}

fn hold(sources: &Sources) -> Result<(), TestCaseError> {
    let begun = Instant::now();
    let compiled = compile(sources);
    let _ = map_types(sources);
    prop_assert!(begun.elapsed() < PATIENCE, "it took {:?}", begun.elapsed());
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

/// A text with a few lines deleted, doubled, moved or deeper, or with other values and keys.
fn shuffled(text: String) -> impl Strategy<Value = String> {
    const OTHERS: &[&str] = &[
        "{ $ref: \"#/types/Ship\" }",
        "{ $ref: \"#/types/\" }",
        "{ anyOf: [{ $ref: \"#/types/Ship\" }, { $ref: \"#/types/Hull\" }, { anyOf: [] }] }",
        "{ type: array, items: { type: array, items: { type: array } } }",
        "{ type: [object, array, string, \"null\"], properties: { id: {} }, items: {} }",
        "{ at: /types, set: {}, reason: because }",
        "99999999999999999999999999999999999999",
        "1e999",
        "-1",
        "[]",
        "{}",
        "null",
        "true",
        "'#/types/Ship'",
        "/types/Ship/properties/~2",
        "# connc: allow()",
        "x # connc: allow(unknown-property",
        "# connc: allow(unknown-property) é",
        "",
    ];
    let change = (any::<prop::sample::Index>(), any::<prop::sample::Index>(), 0..7_usize, prop::sample::select(OTHERS));
    prop::collection::vec(change, 1..4).prop_map(move |changes| {
        let mut lines: Vec<String> = text.lines().map(ToOwned::to_owned).collect();
        for (at, to, what, other) in changes {
            if lines.is_empty() {
                break;
            }
            let (at, to) = (at.index(lines.len()), to.index(lines.len()));
            match what {
                0 => drop(lines.remove(at)),
                1 => lines.insert(at, lines[at].clone()),
                2 => lines.swap(at, to),
                3 => lines[at].insert_str(0, "  "),
                4 => lines.truncate(at),
                5 => {
                    let key = lines[at].split_once(':').map_or("key", |(key, _)| key).to_owned();
                    lines[at] = format!("{key}: {other}");
                }
                _ => {
                    let (Some((key, _)), Some((_, value))) = (lines[to].split_once(": "), lines[at].split_once(": ")) else { continue };
                    lines[at] = format!("{key}: {value}");
                }
            }
        }
        lines.join("\n") + "\n"
    })
}

/// One of the files, with its text changed.
fn one_changed(files: &'static [(Role, &str, &str)]) -> impl Strategy<Value = (usize, String)> {
    (0..files.len()).prop_flat_map(move |index| {
        let text = files[index].2;
        let changed = prop_oneof![mutated(text), shuffled(text.to_owned()), mutated(text).prop_flat_map(shuffled)];
        (Just(index), changed)
    })
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

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn broken_types((changed, text) in one_changed(TYPED)) {
        check_other(TYPED, changed, &text)?;
    }

    #[test]
    fn broken_graphs((changed, text) in one_changed(GRAPH)) {
        check_other(GRAPH, changed, &text)?;
    }
}

#[test]
fn what_is_missing_after_a_character_of_several_bytes_is_reported_before_it() {
    for next in ["a.b[\u{e9}\u{1d11e}", "\u{1d11e} +", "(\u{e9}"] {
        let changed = CONNECTOR.replacen("next: 'a.b[0]'", &format!("next: '{next}'"), 1);
        assert_ne!(changed, CONNECTOR);
        check(&changed, MAP).unwrap();
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

/// What `TYPED` says where its types are these.
fn with_types(types: &str, fields: &str) -> Sources {
    let mut sources = Sources::new("example");
    for (role, path, text) in TYPED {
        let text = match *path {
            "schemas/example.yaml" => text.replace("types:\n", &format!("types:\n{types}")),
            "fleet.yaml" => format!("maps: fleet@1\nships:\n  from: ships\n  fields:\n    remote_id: id\n{fields}"),
            _ => (*text).to_owned(),
        };
        if path.ends_with("overlay.yaml") {
            let text =
                "overlay: example.yaml\nchanges:\n  - { at: /types/Ship/properties/above, set: { $ref: \"#/types/T0\" }, reason: so }\n";
            sources.add(*role, *path, text);
        } else {
            sources.add(*role, *path, text);
        }
    }
    sources
}

#[test]
fn types_that_hold_themselves_take_no_longer() {
    let mut ladder = String::new();
    let mut bushes = String::new();
    for level in 0..40 {
        let next = (level + 1) % 40;
        // Each level is one of two objects that lead to the next level twice; the last leads to the first.
        writeln!(
            ladder,
            "  T{level}: {{ anyOf: [{{ $ref: \"#/types/A{level}\" }}, {{ $ref: \"#/types/B{level}\" }}, {{ $ref: \"#/types/T{next}\" }}, {{ type: \"null\" }}] }}\n  \
             A{level}: {{ type: object, properties: {{ a: {{ $ref: \"#/types/T{next}\" }}, b: {{ type: array, items: {{ $ref: \"#/types/T{next}\" }} }} }} }}\n  \
             B{level}: {{ type: object, properties: {{ a: {{ type: array, items: {{ $ref: \"#/types/T{next}\" }} }}, b: {{ type: string }} }} }}"
        )
        .unwrap();
        writeln!(
            bushes,
            "  T{level}: {{ type: array, items: {{ anyOf: [{{ $ref: \"#/types/T{next}\" }}, {{ $ref: \"#/types/T{level}\" }}] }} }}"
        )
        .unwrap();
    }
    let itself = "  T0: { anyOf: [{ $ref: \"#/types/T0\" }, { anyOf: [{ $ref: \"#/types/T0\" }] }] }\n";
    let nest = format!("  T0: {}{{ type: string }}{}\n", "{ anyOf: [{ type: integer }, ".repeat(40), "] }".repeat(40));
    let fields = "    name: above.a.b.a.b.a.b.a.b.a.b.a.b\n    title: above.**.a.**.b\n    decks: above.*.*.*.*.*.{ \"n\": a }\n    \
                  length: $sum($map(above.b, function($x) { $x.a.b ~> $count }))\n    state: $lookup(above, \"a\") = above.b ? above.*\n    \
                  above: $merge([above.a, above.b, above]).a.b\n    made: 'above ~> | **.a | { \"b\": a } |'\n";
    for types in [ladder.as_str(), bushes.as_str(), itself, nest.as_str()] {
        hold(&with_types(types, fields)).unwrap();
    }
}

#[test]
fn inputs_that_hold_each_other_take_no_longer() {
    let mut inputs = String::new();
    for level in 0..40 {
        let next = (level + 1) % 40;
        writeln!(inputs, "input I{level} {{ a: I{next} b: [I{next}!] c: I{level} d: [[I0]] }}").unwrap();
    }
    let mut sources = Sources::new("example");
    for (role, path, text) in GRAPH {
        sources.add(
            *role,
            *path,
            text.replace("not: Where", "not: Where more: I0").replace("enum State", &format!("{inputs}\nenum State")),
        );
    }
    hold(&sources).unwrap();
}
