//! `connc extract` and `connc drift`: what is written, what is said, and how they end.

use std::path::Path;

use crate::machine::{Done, connc, file};

const CONNECTOR: &str = r#"connector: harbour
spec: 1
title: Harbour
base_url: https://api.harbour.example/v2
auth: { public: { scheme: none } }
resources:
  ships:
    list: { get: /ships, items: $, paginate: { style: single } }
    get: { get: "/ships/{{ id }}" }
    sink: { delete: "/ships/{{ id }}", answer: none }
"#;

const SHIP: &str = r#"{"type": "object", "required": ["id"], "properties": {"id": {"type": "string", "description": "Its id"}, "home": {"type": "object", "properties": {"port": {"type": "string"}}}}}"#;

/// A folder of connectors with this one, made afresh.
fn folder(name: &str, files: &[(&str, &str)]) -> String {
    let root = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = std::fs::remove_dir_all(&root);
    file(&format!("{name}/harbour/connector.yaml"), CONNECTOR);
    for (path, text) in files {
        file(&format!("{name}/harbour/{path}"), text);
    }
    root.display().to_string()
}

fn openapi(name: &str, ship: &str) -> String {
    let text = format!(
        r##"{{"openapi": "3.0.3", "info": {{"title": "Harbour", "version": "1"}}, "servers": [{{"url": "https://api.harbour.example/v2"}}], "paths": {{
        "/ships": {{"get": {{"responses": {{"200": {{"content": {{"application/json": {{"schema": {{"type": "array", "items": {{"$ref": "#/components/schemas/Ship"}}}}}}}}}}}}}}}},
        "/ships/{{id}}": {{"get": {{"responses": {{"200": {{"content": {{"application/json": {{"schema": {{"$ref": "#/components/schemas/Ship"}}}}}}}}}}}}}}}},
        "components": {{"schemas": {{"Ship": {ship}}}}}}}"##
    );
    file(name, &text)
}

fn read(folder: &str, path: &str) -> String {
    std::fs::read_to_string(Path::new(folder).join("harbour").join(path)).unwrap()
}

fn run(folder: &str, words: &[&str]) -> Done {
    connc(&[&["--connectors", folder], words].concat())
}

#[test]
fn an_extract_is_written_and_read() {
    let folder = folder("extract-written", &[]);
    let description = openapi("extract-written.json", SHIP);
    let done = run(&folder, &["extract", "harbour", "--from", &description]);
    assert_eq!(done.fine().out, "");
    assert!(done.err.contains("harbour/schemas/harbour.yaml: 2 operations and 1 type, "), "{done:?}");
    assert!(done.err.contains("not in the description: `ships.sink`"), "{done:?}");
    let written = read(&folder, "schemas/harbour.yaml");
    assert!(written.contains("file: extract-written.json") && written.contains("home: { type: object, cut: true }"), "{written}");
    assert!(!written.contains("Its id"), "{written}");
    // A second run changes nothing, and leaves no other file.
    run(&folder, &["extract", "harbour", "--from", &description]).fine();
    assert_eq!(read(&folder, "schemas/harbour.yaml"), written);
    assert_eq!(std::fs::read_dir(Path::new(&folder).join("harbour/schemas")).unwrap().count(), 1);
    let printed = run(&folder, &["extract", "harbour", "--from", &description, "--dry-run", "--as", "other"]);
    assert_eq!(printed.fine().out, written.replace("harbour.overlay.yaml", "other.overlay.yaml"));
}

#[test]
fn several_descriptions_have_names() {
    let folder = folder("extract-several", &[]);
    let (one, other) = (openapi("Ships One.json", SHIP), openapi("two.json", SHIP));
    run(&folder, &["extract", "harbour", "--from", &one, &other]).fine();
    assert!(read(&folder, "schemas/harbour-ships-one.yaml").contains("file: Ships One.json"));
    assert!(read(&folder, "schemas/harbour-two.yaml").contains("file: two.json"));
    // Made again from one of them, it is the same file.
    run(&folder, &["extract", "harbour", "--from", &other]).fine();
    assert!(!Path::new(&folder).join("harbour/schemas/harbour.yaml").exists());
    run(&folder, &["extract", "harbour", "--from", &one, "--as", "a", "--as", "b"]).refused(&["`--as` is given more often"]);
    run(&folder, &["extract", "harbour", "--from", &one, "--as", "../x"]).refused(&["`../x` is no name for an extract"]);
}

#[test]
fn what_cannot_be_used_is_refused() {
    let folder = folder("extract-refused", &[]);
    let page = file("page.html", "<!DOCTYPE html><p>No</p>");
    let other = file("other.json", r#"{"openapi": "3.0.0", "paths": {"/planes": {"get": {}}}}"#);
    run(&folder, &["extract", "harbour", "--from", &page]).refused(&["`page.html` holds no description"]);
    run(&folder, &["extract", "harbour", "--from", "not-there.json"]).refused(&["`not-there.json` cannot be read: it does not exist"]);
    run(&folder, &["extract", "harbour"]).refused(&["--from"]);
    run(&folder, &["extract", "harbour", "--from", &other]).failed(&["none of the operations of `harbour`"]);
    run(&folder, &["extract", "harbour", "--from-cassettes"]).refused(&["has no recorded calls"]);
    run(&folder, &["extract", "harbour", "--from", &file("part.yaml", "openapi: 3.0.0\n")])
        .refused(&["part.yaml`: the description has no `paths`"]);
    run(&folder, &["extract", "harbour", "--from", "https://harbour.example/api.json"]).refused(&["does not exist", "nothing is fetched"]);
    run(&folder, &["drift", "harbour", "--against", &other]).refused(&["has no extract to compare with", "`connc extract`"]);
}

#[test]
fn recorded_calls_of_one_path_are_told_apart_by_their_query() {
    let connector = "connector: harbour\nspec: 1\ntitle: Harbour\nbase_url: https://api.harbour.example\nauth: { public: { scheme: none } }\nresources:\n  \
        ships:\n    list:\n      get: /query\n      input: { flag: { type: string } }\n      query: { q: \"SELECT id FROM ship{{ input.flag }} ORDER BY id\" }\n      items: found\n      paginate: { style: single }\n  \
        shipyards:\n    list:\n      get: /query\n      query: { q: SELECT id FROM shipyard ORDER BY id }\n      items: found\n      paginate: { style: single }\n";
    let cassette = |resource: &str, query: &str, found: &str| {
        format!(
            "source: Harbour reference\nauth: public\ncall: {{ resource: {resource}, verb: list }}\nclock: 2026-03-01T12:00:00Z\nseed: 1\nexchanges:\n  \
            - request: {{ method: GET, url: 'https://api.harbour.example/query?q={query}' }}\n    response: {{ status: 200, json: {{ found: [{found}] }} }}\n"
        )
    };
    let ships = cassette("ships", "SELECT id FROM ship ORDER BY id", "{ id: s1, tons: 4 }");
    let yards = cassette("shipyards", "SELECT%20id%20FROM+shipyard%20ORDER%20BY%20id", "{ id: y1, port: Kiel }");
    let files = [("connector.yaml", connector), ("cassettes/ships.list.yaml", &ships), ("cassettes/shipyards.list.yaml", &yards)];
    let folder = folder("extract-told-apart", &files);
    run(&folder, &["extract", "harbour", "--from-cassettes"]).fine();
    let written = read(&folder, "schemas/harbour.yaml");
    let (yards, ships) = written.split_once("\"GET /query?q=SELECT id FROM ship{} ORDER BY id\":").expect("a type for each");
    assert!(
        yards.contains("GET /query?q=SELECT id FROM shipyard ORDER BY id") && yards.contains("port") && !yards.contains("tons"),
        "{written}"
    );
    assert!(ships.contains("tons") && !ships.contains("port"), "{written}");
    run(&folder, &["check", "harbour"]).fine();
    // The check finds each operation's own type.
    let mapped = "maps: user-directory@1\nusers:\n  from: shipyards\n  fields: { id: id, name: tons }\n";
    std::fs::write(Path::new(&folder).join("harbour/user-directory.yaml"), mapped).expect("a file can be written");
    let checked = run(&folder, &["check", "harbour"]);
    assert!(checked.err.contains("75.0 % typed: 3 of 4"), "what only ships have is not known of shipyards: {checked:?}");
    let mapped = mapped.replace("tons", "port");
    std::fs::write(Path::new(&folder).join("harbour/user-directory.yaml"), mapped).expect("a file can be written");
    assert!(run(&folder, &["check", "harbour"]).err.contains("100.0 % typed: 4 of 4"));
}

#[test]
fn recorded_bodies_show_what_may_be_sent() {
    let connector = "connector: harbour\nspec: 1\ntitle: Harbour\nbase_url: https://api.harbour.example\nauth: { public: { scheme: none } }\nresources:\n  \
        ships:\n    create:\n      post: /ships\n      input: { name: {}, tons: { type: integer } }\n      body: { ship: { name: $input.name, tons: $input.tons } }\n  \
        berths:\n    take:\n      post: /berths/{{ id }}\n      form: { ship: a }\n      answer: none\n";
    let ships = "source: Harbour reference\nauth: public\ncall: { resource: ships, verb: create, input: { name: Kestrel } }\nclock: 2026-03-01T12:00:00Z\nseed: 1\nexchanges:\n  \
        - request: { method: POST, url: 'https://api.harbour.example/ships', json: { ship: { name: Kestrel } } }\n    response: { status: 201, json: { id: s1 } }\n";
    let berths = "source: Harbour reference\nauth: public\ncall: { resource: berths, verb: take, id: b1 }\nclock: 2026-03-01T12:00:00Z\nseed: 1\nexchanges:\n  \
        - request: { method: POST, url: 'https://api.harbour.example/berths/b1', form: { ship: a } }\n    response: { status: 204 }\n";
    let files = [("connector.yaml", connector), ("cassettes/ships.create.yaml", ships), ("cassettes/berths.take.yaml", berths)];
    let folder = folder("extract-bodies", &files);
    run(&folder, &["extract", "harbour", "--from-cassettes"]).fine();
    let written = read(&folder, "schemas/harbour.yaml");
    assert!(written.contains("form: true") && written.contains("name: { type: [string, \"null\"] }"), "{written}");
    // What was never sent has no type, and is not refused either.
    let checked = run(&folder, &["check", "harbour", "--untyped"]);
    assert!(checked.status == 0 && format!("{}{}", checked.out, checked.err).contains("tons"), "{checked:?}");
}

#[test]
fn recorded_calls_show_types() {
    let cassette = "source: Harbour reference\nauth: public\ncall: { resource: ships, verb: list }\nclock: 2026-03-01T12:00:00Z\nseed: 1\nexchanges:\n  \
        - request: { method: GET, url: 'https://api.harbour.example/v2/ships?page%5Bsize%5D=2' }\n    response:\n      status: 200\n      \
        json: [{ id: s1, built: 2026-01-01T00:00:00Z, tons: 4, home: null }, { id: s2, built: 2026-01-02T00:00:00Z, tons: 4.5, home: { port: Kiel } }, { id: s3, built: 2026-01-03T00:00:00Z }]\n";
    let folder = folder("extract-recorded", &[("cassettes/ships.list.yaml", cassette)]);
    run(&folder, &["extract", "harbour", "--from-cassettes"]).fine();
    let written = read(&folder, "schemas/harbour.yaml");
    for part in [
        "kind: cassettes",
        "trust: cassettes",
        "base: /v2",
        "GET /ships:",
        "\"page[size]\": { in: query }",
        "required: [id, built]",
        "built: { type: string, format: date-time }",
        "tons: { type: number }",
        "type: [object, \"null\"]\n              required: [port]",
    ] {
        assert!(written.contains(part), "{part} is not in {written}");
    }
    let checked = run(&folder, &["check", "harbour"]);
    assert!(!checked.out.contains("invalid-extract"), "{checked:?}");
    // Recorded again, it is made again; but what the provider says is not thrown away for what was seen.
    run(&folder, &["extract", "harbour", "--from-cassettes"]).fine();
    run(&folder, &["extract", "harbour", "--from", &openapi("official.json", SHIP), "--as", "harbour"]).fine();
    let official = read(&folder, "schemas/harbour.yaml");
    run(&folder, &["extract", "harbour", "--from-cassettes"]).refused(&["was not made of recorded calls", "`--as`"]);
    assert_eq!(read(&folder, "schemas/harbour.yaml"), official);
}

#[test]
fn drift_names_what_breaks() {
    let map = "maps: user-directory@1\nusers:\n  from: ships\n  fields:\n    remote_id: id\n";
    let folder = folder("drift", &[("user-directory.yaml", map)]);
    run(&folder, &["extract", "harbour", "--from", &openapi("old.json", SHIP)]).fine();
    let same = run(&folder, &["drift", "harbour", "--against", &openapi("same.json", &SHIP.replace("port", "pier"))]);
    assert_eq!((same.fine().out.as_str(), same.err.contains("nothing changed that it touches")), ("", true), "{same:?}");
    let newer = openapi("newer.json", &SHIP.replace(r#""id": {"type": "string""#, r#""id": {"type": "string", "nullable": true"#));
    let done = run(&folder, &["drift", "harbour", "--against", &newer]);
    assert_eq!(done.status, 1, "{done:?}");
    assert!(done.out.starts_with("breaking Ship.id: it may now be null (ships.list, ships.get)\n"), "{done:?}");
    assert!(done.out.contains("harbour/user-directory.yaml:5:16\n"), "{done:?}");
    let done = run(&folder, &["drift", "harbour", "--against", &newer, "--format", "json"]);
    assert_eq!(done.status, 1);
    let json: serde_json::Value = serde_json::from_str(&done.out).unwrap();
    assert_eq!((&json["summary"]["breaking"], &json["changes"][0]["places"][0]["line"]), (&1.into(), &5.into()), "{json}");
    let empty = self::folder("drift-empty", &[("schemas/harbour.yaml", "")]);
    run(&empty, &["drift", "harbour", "--against", &newer]).refused(&["harbour.yaml` holds no operations", "`connc extract`"]);
    run(&folder, &["drift", "harbour", "--against", &newer, "--as", "harbor"]).refused(&["has no extract `harbor`", "`harbour`"]);
}
