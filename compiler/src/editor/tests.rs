//! A small connector, asked at many places. `|` is the cursor, and not part of the text.

use super::{Completion, CompletionKind, inspect};
use crate::source::{FileId, Role, Sources};

const CONNECTOR: &str = r#"connector: harbour
spec: 1
title: Harbour
base_url: https://api.harbour.example/v2
auth: { public: { scheme: none } }
verify: ships.list
resources:
  ships:
    list:
      get: /ships
      items: dock.ships
      keep_if: state = "AFLOAT"
      paginate: { style: single }
    get: { get: "/ships/{{ id }}" }
    create:
      post: /ships
      input: { body: { type: object, required: true, description: The ship } }
      body: $input.body
    crew:
      list: { get: "/ships/{{ parent.id }}/crew", items: $, paginate: { style: single } }
"#;

const MAP: &str = r#"maps: fleet@1
ships:
  from: ships
  fields:
    remote_id: id
    name: hull.label
    title: >-
      $first_non_empty(
        hull.label, "größte 😀 " & id)
    decks: 'hull.decks[width > 3].{ "n": number }'
    state:
      from: state
      enum: { AFLOAT: afloat, SUNK: gone }
  create:
    call: ships.create
    with:
      body: { label: $input.name }
"#;

const SCHEMA: &str = r##"extract: 1
source: { title: Harbour, kind: openapi-3.0, file: harbour.yaml, version: "1", sha256: "00" }
trust: official
base: /v2
operations:
  GET /ships:
    answers: { "200": { type: object, properties: { dock: { type: object, properties: { ships: { type: array, items: { $ref: "#/types/Ship" } } } } } } }
  GET /ships/{id}:
    parameters: { id: { in: path, required: true, type: string } }
    answers: { "200": { $ref: "#/types/Ship" } }
  POST /ships:
    body: { schema: { type: object, properties: { label: { type: string } } } }
    answers: { "200": { $ref: "#/types/Ship" } }
types:
  Ship:
    type: object
    required: [id]
    properties:
      id: { type: string }
      state: { type: string, enum: [AFLOAT, SUNK, DOCKED] }
      hull: { $ref: "#/types/Hull" }
  Hull:
    type: object
    properties:
      label: { type: string }
      odd-one: { type: boolean, deprecated: true }
      decks: { type: array, items: { type: object, properties: { number: { type: integer }, width: { type: number } } } }
"##;

const MODEL: &str = r#"model: fleet
version: 1
resource: ships
required: [remote_id]
properties:
  remote_id: { type: string, format: id }
  name: { type: string, description: What people call it., input: [create] }
  title: { type: string }
  decks: { type: array, items: { type: object, properties: { n: { type: integer } } } }
  state: { type: string, enum: [afloat, gone] }
  length: { type: number, description: In metres. }
"#;

/// The sources with a file in which a text is replaced by another that holds the cursor.
fn edited(role: Role, old: &str, new: &str) -> (Sources, FileId, u32) {
    let mut sources = Sources::new("harbour");
    let mut at = None;
    for (known, name, text) in [
        (Role::Connector, "connector.yaml", CONNECTOR),
        (Role::Map, "fleet.yaml", MAP),
        (Role::Schema, "schemas/harbour.yaml", SCHEMA),
        (Role::Model, "unified-models/fleet/model.yaml", "model: fleet\nversion: 1\n"),
        (Role::Model, "unified-models/fleet/ships.yaml", MODEL),
    ] {
        let mut text = text.to_owned();
        let mut cursor = None;
        if known == role && !name.ends_with("/model.yaml") {
            assert_eq!(text.matches(old).count(), 1, "{old}");
            text = text.replace(old, new);
            cursor = text.find('|');
            text = text.replacen('|', "", 1);
        }
        let file = sources.add(known, name, text);
        at = cursor.map(|cursor| (file, u32::try_from(cursor).unwrap())).or(at);
    }
    let (file, offset) = at.unwrap();
    (sources, file, offset)
}

fn hover(role: Role, old: &str, new: &str) -> String {
    let (sources, file, offset) = edited(role, old, new);
    let hover = inspect(&sources).hover(file, offset);
    hover.map(|hover| format!("{} <- {}", hover.text, sources.slice(hover.span))).unwrap_or_default()
}

fn completions(role: Role, old: &str, new: &str) -> Vec<Completion> {
    let (sources, file, offset) = edited(role, old, new);
    inspect(&sources).completions(file, offset)
}

fn labels(role: Role, old: &str, new: &str) -> Vec<String> {
    completions(role, old, new).into_iter().map(|found| found.label).collect()
}

fn definition(role: Role, old: &str, new: &str) -> String {
    let (sources, file, offset) = edited(role, old, new);
    let span = inspect(&sources).definition(file, offset);
    span.map(|span| format!("{}:{}", sources.path(span.file), sources.position(span.file, span.start).line)).unwrap_or_default()
}

#[test]
fn hover_tells_types() {
    assert_eq!(
        hover(Role::Map, "name: hull.label", "name: hull.la|bel"),
        "`label`: text or nothing\n\nthe provider's type: text, may be absent\n\nschemas/harbour.yaml:25:7 <- label"
    );
    assert!(
        hover(Role::Map, "name: hull.label", "name: hu|ll.label").starts_with("`hull`: an object (`Hull`) or nothing\n\nthe provider's")
    );
    assert!(hover(Role::Map, "width > 3", "wid|th > 3").starts_with("`width`: a number or nothing"));
    assert!(hover(Role::Map, "\"n\": number", "\"n\": num|ber").starts_with("`number`: a number or nothing"));
    // Inside a block scalar, behind characters of several bytes.
    assert!(hover(Role::Map, "😀 \" & id", "😀 \" & i|d").ends_with("<- id"));
    assert!(hover(Role::Map, "$first_non_empty(", "$first_non|_empty(").starts_with("`$first_non_empty("));
    assert!(hover(Role::Map, "$input.name", "$inp|ut.name").contains("the call's input"));
    assert!(hover(Role::Map, "$input.name", "$input.na|me").contains("the model's type: text, may be absent"));
    assert!(
        hover(Role::Connector, "state = \"AFLOAT\"", "sta|te = \"AFLOAT\"")
            .starts_with("`state`: one of `AFLOAT`, `SUNK`, `DOCKED` or nothing")
    );
}

#[test]
fn hover_tells_keys() {
    assert_eq!(
        hover(Role::Map, "    name: hull", "    na|me: hull"),
        "`name`: text\n\nWhat people call it.\n\nunified-models/fleet/ships.yaml:7:3 <- name"
    );
    assert!(hover(Role::Map, "    remote_id: id", "    remote|_id: id").starts_with("`remote_id`: an identifier, required"));
    assert!(hover(Role::Connector, "keep_if", "kee|p_if").contains("Only records for which this is true are kept"));
    assert!(
        hover(Role::Connector, "paginate: { style: single }\n    get", "paginate: { sty|le: single }\n    get").contains("`style`: one of")
    );
    assert!(hover(Role::Connector, "{ scheme: none }", "{ sch|eme: none }").contains("required"));
    assert!(hover(Role::Map, "call: ships.create", "call: ships.cr|eate").starts_with("operation `ships.create`: POST `/ships`"));
    assert_eq!(hover(Role::Connector, "title: Harbour", "title: Har|bour"), "");
}

#[test]
fn paths_are_completed() {
    assert_eq!(labels(Role::Map, "name: hull.label", "name: hull.|"), ["label", "odd-one", "decks"]);
    assert_eq!(labels(Role::Map, "name: hull.label", "name: hull.la|"), ["label", "odd-one", "decks"]);
    let found = completions(Role::Map, "name: hull.label", "name: hull.|");
    assert_eq!((found[0].detail.as_str(), found[0].kind), ("text or nothing", CompletionKind::Member));
    assert_eq!((found[1].insert.as_str(), found[1].doc.as_deref()), ("`odd-one`", Some("deprecated by the provider")));
    let start = labels(Role::Map, "name: hull.label", "name: |");
    assert_eq!(start[..4], ["id", "state", "hull", "$account"]);
    assert!(start.contains(&"$first_non_empty".to_owned()) && start.contains(&"$join".to_owned()));
    // In predicates and constructors, and where what follows is not written yet.
    assert_eq!(labels(Role::Map, "width > 3", "wi| > 3")[..2], ["number", "width"]);
    assert_eq!(labels(Role::Map, "\"n\": number", "\"n\": n|")[..2], ["number", "width"]);
    assert_eq!(labels(Role::Map, "name: hull.label", "name: $join([hull.|")[..2], ["label", "odd-one"]);
    assert_eq!(labels(Role::Map, "name: hull.label", "name: '$join([hull.|")[..2], ["label", "odd-one"]);
    assert_eq!(labels(Role::Map, "& id)", "& hull.|)")[..1], ["label"]);
    assert_eq!(labels(Role::Map, "$input.name", "$input.|")[..2], ["remote_id", "name"]);
    assert_eq!(labels(Role::Connector, "keep_if: state = \"AFLOAT\"", "keep_if: sta|")[..2], ["id", "state"]);
    let variables = labels(Role::Map, "name: hull.label", "name: ($mine := 1; $m|)");
    assert!(variables.contains(&"$mine".to_owned()) && variables.contains(&"$merge".to_owned()) && !variables.contains(&"id".to_owned()));
}

#[test]
fn paths_to_records_are_known() {
    assert_eq!(labels(Role::Connector, "items: dock.ships", "items: |"), ["dock"]);
    assert_eq!(labels(Role::Connector, "items: dock.ships", "items: dock.sh|"), ["ships"]);
    assert!(labels(Role::Connector, "items: dock.ships", "items: duck.|").is_empty());
    let told = hover(Role::Connector, "items: dock.ships", "items: dock.sh|ips");
    assert!(told.starts_with("`ships`\n\nthe provider's type: a list of objects (`Ship`), may be absent"), "{told}");
    assert_eq!(definition(Role::Connector, "items: dock.ships", "items: do|ck.ships"), "schemas/harbour.yaml:7");
}

#[test]
fn keys_are_completed() {
    assert_eq!(labels(Role::Map, "    name: hull.label\n", "    name: hull.label\n    le|\n"), ["length"]);
    assert_eq!(completions(Role::Map, "    name: hull.label\n", "    name: hull.label\n    |\n")[0].insert, "length: ");
    assert_eq!(labels(Role::Map, "SUNK: gone }", "SUNK: gone, | }"), ["DOCKED"]);
    assert_eq!(labels(Role::Map, "SUNK: gone }", "SUNK: | }"), ["afloat", "gone"]);
    assert_eq!(labels(Role::Map, "      body: {", "      |: {"), ["body"]);
    assert_eq!(labels(Role::Map, "  from: ships\n", "  from: |\n"), ["ships", "ships.crew"]);
    assert_eq!(labels(Role::Map, "call: ships.create", "call: ships.|")[..2], ["ships.list", "ships.get"]);
    assert!(labels(Role::Map, "  create:\n", "  |\n  create:\n").contains(&"filters".to_owned()));
    assert!(
        labels(Role::Connector, "      items: dock.ships\n", "      items: dock.ships\n      idem|\n").contains(&"idempotency".to_owned())
    );
    assert!(labels(Role::Connector, "{ style: single }\n    get", "{ style: cursor, | }\n    get").contains(&"next".to_owned()));
    assert!(labels(Role::Connector, "{ style: single }\n    get", "{ style: | }\n    get").contains(&"link_header".to_owned()));
    assert!(labels(Role::Connector, "verify: ships.list", "verify: |").contains(&"ships.crew.list".to_owned()));
    assert!(labels(Role::Connector, "title: Harbour", "title: Harbour\n|").contains(&"constants".to_owned()));
    assert!(labels(Role::Connector, "title: Harbour", "title: Har|bour").is_empty());
    assert_eq!(labels(Role::Map, "maps: fleet@1", "maps: |"), ["fleet@1"]);
}

#[test]
fn declarations_are_found() {
    assert_eq!(definition(Role::Map, "name: hull.label", "name: hull.|label"), "schemas/harbour.yaml:25");
    assert_eq!(definition(Role::Map, "name: hull.label", "name: hul|l.label"), "schemas/harbour.yaml:21");
    assert_eq!(definition(Role::Map, "call: ships.create", "call: |ships.create"), "connector.yaml:15");
    assert_eq!(definition(Role::Map, "  from: ships\n", "  from: shi|ps\n"), "connector.yaml:8");
    assert_eq!(definition(Role::Map, "$input.name", "$input.nam|e"), "unified-models/fleet/ships.yaml:7");
    assert_eq!(definition(Role::Map, "    name: hull", "    nam|e: hull"), "unified-models/fleet/ships.yaml:7");
    assert_eq!(definition(Role::Connector, "$input.body", "$input.bod|y"), "connector.yaml:17");
    assert_eq!(definition(Role::Connector, "verify: ships.list", "verify: ships.li|st"), "connector.yaml:9");
    assert_eq!(definition(Role::Map, "  fields:\n", "  fie|lds:\n"), "");
}

#[test]
fn any_place_of_any_text_has_an_answer() {
    for broken in [MAP, CONNECTOR, "a: [", "\u{feff}x: \"é", "ships:\n\tfields: {", "maps: fleet@1\nships: { fields: { a: '$.(', b: \"😀"]
    {
        for role in [Role::Map, Role::Connector] {
            let (sources, file, _) = if role == Role::Map { edited(role, MAP, "|") } else { edited(role, CONNECTOR, "|") };
            let sources = super::with_text(&sources, file, broken);
            let inspection = inspect(&sources);
            for offset in (0..=broken.len() + 2).step_by(if broken.len() > 100 { 29 } else { 1 }) {
                let offset = u32::try_from(offset).unwrap();
                let _ = (inspection.hover(file, offset), inspection.completions(file, offset), inspection.definition(file, offset));
            }
        }
    }
}
