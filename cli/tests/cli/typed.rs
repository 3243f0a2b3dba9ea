//! What is known of types, from the command line: coverage, allow comments, proofs, and recorded answers against the description.

use serde_json::Value;

use crate::machine::{Done, connc, file};

const CONNECTOR: &str = r#"connector: harbour
spec: 1
title: Harbour
base_url: https://api.harbour.example
auth: { public: { scheme: none } }
resources:
  crew:
    list:
      get: /crew
      items: crew
      paginate: { style: single }
"#;

const MAP: &str = "maps: user-directory@1\nusers:\n  from: crew\n  fields:\n    id: id\n    name: name\n    title: extra.rank\n";

const EXTRACT: &str = r##"extract: 1
source: { title: Harbour, kind: openapi-3.1, file: harbour.json, version: "3" }
trust: official
operations:
  GET /crew: { answers: { "200": { type: object, required: [crew], properties: { crew: { type: array, items: { $ref: "#/types/Sailor" } } } } } }
types:
  Sailor:
    type: object
    required: [id]
    properties: { id: { type: string }, name: { type: string }, mail: { type: string }, extra: { type: object, additionalProperties: true } }
"##;

const CASSETTE: &str = r#"source: "Harbour reference, crew"
account: {}
auth: public
model: user-directory
call: { resource: users, verb: list }
clock: 2026-03-01T12:00:00Z
seed: 1
exchanges:
  - request: { method: GET, url: "https://api.harbour.example/crew" }
    response: { status: 200, headers: { content-type: application/json }, json: { crew: [{ id: "7", name: NAME }] } }
"#;

/// A folder with the connector, some files of it changed.
fn folder(name: &str, changes: &[(&str, &str, &str)]) -> String {
    let files = [
        ("connector.yaml", CONNECTOR),
        ("user-directory.yaml", MAP),
        ("schemas/harbour.yaml", EXTRACT),
        ("cassettes/users.list.yaml", CASSETTE),
    ];
    for (path, text) in files {
        let edits = changes.iter().filter(|(of, ..)| *of == path);
        let text = edits.fold(text.to_owned(), |text, (_, from, to)| text.replace(from, to)).replace("NAME", "Ada Quill");
        file(&format!("typed/{name}/connectors/harbour/{path}"), &text);
    }
    file(&format!("typed/{name}/connectors/.keep"), "").trim_end_matches("/.keep").to_owned()
}

fn run(connectors: &str, words: &[&str]) -> Done {
    connc(&[&["--connectors", connectors], words].concat())
}

/// The thing asked about has problems: status 1, and each of these is said, on stdout or stderr.
fn has_problems(done: &Done, parts: &[&str]) {
    assert_eq!(done.status, 1, "{done:?}");
    for part in parts {
        assert!(done.out.contains(part) || done.err.contains(part), "{part}: {done:?}");
    }
}

#[test]
fn coverage_is_shown_and_held() {
    let connectors = folder("coverage", &[]);
    let done = run(&connectors, &["check", "harbour", "--untyped"]);
    done.fine();
    assert!(done.err.contains("harbour: 75.0 % typed: 3 of 4 (3 official)"), "{}", done.err);
    assert!(done.out.contains("user-directory.yaml:7:5: field `title` of `users` has no type"), "{}", done.out);
    run(&connectors, &["check", "harbour", "--min-typed", "75"]).fine();
    has_problems(&run(&connectors, &["check", "harbour", "--min-typed", "76"]), &["75.0 % of harbour has types", "--untyped"]);
    run(&connectors, &["check", "harbour", "--min-typed", "120"]).refused(&["a number from 0 to 100 is wanted"]);
    let done = run(&connectors, &["check", "harbour", "--format", "json"]);
    let json: Value = serde_json::from_str(&done.out).expect("is JSON");
    let typed = &json["summary"]["typed_coverage"];
    assert_eq!((&typed["official"], &typed["unknown"], &typed["percent"]), (&3.into(), &1.into(), &75.0.into()));
    assert!(run(&connectors, &["list", "harbour"]).out.contains("75 %"));
}

#[test]
fn what_is_allowed_is_not_typed() {
    let field = "    name: name\n";
    let wrong = folder("wrong", &[("user-directory.yaml", field, "    email: mail\n")]);
    has_problems(
        &run(&wrong, &["check", "harbour"]),
        &["wrong-format", "this is any text; `email` takes an email address", "harbour.yaml:10"],
    );
    let allowed = "    # connc: allow(wrong-format) the harbour checks addresses\n    email: mail\n";
    let allowed = folder("allowed", &[("user-directory.yaml", field, allowed)]);
    let done = run(&allowed, &["check", "harbour"]);
    done.fine();
    assert!(done.err.contains("50.0 % typed"), "{}", done.err);
    // Nothing is promised of it, and a proof finds out.
    has_problems(&run(&allowed, &["prove", "harbour", "--records", "200"]), &["user-directory/users", "email"]);
}

#[test]
fn proofs_are_the_same_each_time() {
    let connectors = folder("proof", &[("user-directory.yaml", "    title: extra.rank\n", "")]);
    let once = run(&connectors, &["prove", "harbour", "--records", "500"]);
    once.fine();
    assert!(once.out.contains("no violation in 500 records; 1 of 1 map typed in every field"), "{}", once.out);
    assert_eq!(once.out, run(&connectors, &["prove", "harbour", "--records", "500"]).out);
    run(&connectors, &["prove", "harbour", "--records", "0"]).refused(&["0"]);
    run(&connectors, &["prove", "habour"]).refused(&["harbour"]);
}

#[test]
fn recorded_answers_are_held_against_the_description() {
    let untyped = ("user-directory.yaml", "    title: extra.rank\n", "");
    let connectors = folder("recorded", &[untyped]);
    run(&connectors, &["test", "harbour", "--accept"]).fine();
    run(&connectors, &["test", "harbour"]).fine();
    let connectors = folder("contradicted", &[untyped, ("cassettes/users.list.yaml", "name: NAME", "name: null")]);
    run(&connectors, &["test", "harbour", "--accept"]);
    has_problems(
        &run(&connectors, &["test", "harbour"]),
        &["`GET /crew`", "`/crew/0/name`", "null is there, and the description says text", "overlay"],
    );
}
