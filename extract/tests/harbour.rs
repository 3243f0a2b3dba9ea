//! Extracts of invented descriptions of each format, and what changed between two of them.

#![expect(clippy::unwrap_used, reason = "what fails here fails its test")]

use connc_compiler::diagnostic::Diagnostics;
use connc_compiler::shape::read_extracts;
use connc_compiler::source::{Role, Sources};
use connc_extract::{Drift, Extract, File, drift, extract, read_connector, text};
use serde_json::{Value, json};

const CONNECTOR: &str = r#"
connector: harbour
spec: 1
title: Harbour
base_url: https://api.harbour.example/v2
auth: { public: { scheme: none } }
errors: { message: error.text }
resources:
  me:
    get: { get: /people/me }
  ships:
    list:
      get: /ships
      query: { flag: blue }
      items: ships
      paginate: { style: cursor, next: next, into: { query: after }, size: { query: limit, max: 50 } }
    get: { get: "/ships/{{ id }}" }
    create:
      post: /ships
      input: { name: {} }
      body: { name: $input.name }
    unload: { post: "/ships/{{ id }}/unload", answer: none }
"#;

const MAP: &str = r"
maps: user-directory@1
users:
  from: ships
  fields:
    id: id
    name: captain.name
    status: { from: state, enum: { AFLOAT: active, DOCKED: suspended } }
";

fn sources() -> Sources {
    let mut sources = Sources::new("harbour");
    sources.add(Role::Connector, "connector.yaml", CONNECTOR);
    sources.add(Role::Map, "user-directory.yaml", MAP);
    sources
}

fn made(name: &str, text: &str) -> Extract {
    let sources = sources();
    extract(&read_connector(&sources).unwrap(), &sources, File { name, text }).unwrap()
}

/// The extract's text after its source, which the compiler must be able to read.
fn written(name: &str, description: &str) -> String {
    let written = text(&made(name, description), "harbour.overlay.yaml");
    assert_eq!(written, text(&made(name, description), "harbour.overlay.yaml"), "the same description gives the same text");
    let mut sources = Sources::new("harbour");
    sources.add(Role::Schema, "schemas/harbour.yaml", written.clone());
    let mut diagnostics = Diagnostics::default();
    read_extracts(&sources, &mut diagnostics).unwrap();
    assert_eq!(diagnostics.into_sorted(), []);
    written.split_once("trust: official\n").unwrap().1.to_owned()
}

const OPENAPI: &str = r##"
openapi: 3.0.3
info: { title: Harbour API, version: 2.1.0, description: Everything about ships }
servers: [{ url: "https://{region}.harbour.example/v2/", variables: { region: { default: api } } }]
security: [{ oauth: [ships.read] }, { key: [] }]
paths:
  /ships:
    parameters:
      - { $ref: "#/components/parameters/Flag" }
      - { name: Accept, in: header, schema: { type: string } }
    get:
      operationId: listShips
      summary: List ships
      parameters:
        - { name: limit, in: query, schema: { type: integer, maximum: 50, default: 20 } }
        - { name: limit, in: header, schema: { type: string } }
        - { name: after, in: query, deprecated: true, description: Where to go on, schema: { type: string } }
      responses:
        "200":
          description: Ships
          content:
            application/json:
              schema: { type: object, required: [ships], properties: { ships: { type: array, items: { $ref: "#/components/schemas/Ship" } }, next: { type: string, nullable: true } } }
              examples: { one: { $ref: "#/components/examples/Missing" } }
        default: { $ref: "#/components/responses/Failed" }
    post:
      operationId: createShip
      security: [{ oauth: [ships.manage, ships.read] }]
      requestBody:
        required: true
        content:
          application/x-www-form-urlencoded: { schema: { type: object } }
          application/json; charset=utf-8: { schema: { $ref: "#/components/schemas/NewShip" } }
      responses: { "201": { description: Made, content: { application/json: { schema: { $ref: "#/components/schemas/Ship" } } } } }
  /ships/{shipId}:
    get:
      operationId: getShip
      deprecated: true
      parameters: [{ name: shipId, in: path, required: true, schema: { type: string } }]
      responses: { "200": { description: A ship, content: { application/vnd.harbour+json: { schema: { $ref: "#/components/schemas/Ship" } } } } }
    delete: { responses: { "204": { description: Gone } } }
  /ships/{shipId}/unload:
    post: { operationId: unload, parameters: [{ name: shipId, in: path, required: true, schema: { type: string } }], responses: { "204": { description: Done } } }
  /people/{personId}:
    get: { operationId: getPerson, responses: { "200": { description: A person, content: { application/json: { schema: { $ref: "#/components/schemas/Person" } } } } } }
components:
  parameters: { Flag: { name: flag, in: query, schema: { type: string, enum: [blue, green] } } }
  responses: { Failed: { description: Bad, content: { application/json: { schema: { properties: { error: { properties: { text: { type: string } } } } } } } } }
  schemas:
    Thing: { type: object, required: [id], properties: { id: { type: string, readOnly: true }, made: { type: string, format: date-time } } }
    Ship:
      description: A ship
      allOf:
        - { $ref: "#/components/schemas/Thing" }
        - type: object
          required: [state, lost]
          properties:
            state: { type: string, enum: [AFLOAT, DOCKED] }
            tons: { type: integer, format: int32, nullable: true }
            captain: { nullable: true, allOf: [{ $ref: "#/components/schemas/Person" }] }
            cargo: { $ref: "#/components/schemas/Cargo" }
            decks: { type: array, items: { $ref: "#/components/schemas/Cargo" } }
            tags: { type: array, items: { type: string } }
            home: { oneOf: [{ type: string }, { $ref: "#/components/schemas/Cargo" }] }
    NewShip: { type: object, required: [name], properties: { name: { type: string }, cargo: { $ref: "#/components/schemas/Cargo" } } }
    Person: { type: object, properties: { name: { type: string, example: Ada }, ship: { $ref: "#/components/schemas/Ship" }, friends: { type: array, items: { $ref: "#/components/schemas/Person" } } } }
    Cargo: { type: object, properties: { kind: { type: string } } }
    Unused: { type: object }
"##;

#[test]
fn openapi_3_0() {
    let written = written("harbour.yaml", OPENAPI);
    let expected = r##"base: /v2
operations:
  GET /people/{personId}:
    id: getPerson
    scopes: [[ships.read]]
    answers: { "200": { $ref: "#/types/Person" } }
  GET /ships:
    id: listShips
    scopes: [[ships.read]]
    parameters:
      flag: { in: query, type: string, enum: [blue, green] }
      limit: { in: query, type: integer, maximum: 50 }
      limit@header: { in: header, type: string }
      after: { in: query, deprecated: true, type: string }
    answers:
"##;
    assert!(written.starts_with(expected), "{written}");
    let types = r##"types:
  Person:
    type: object
    properties:
      name: { type: string }
      ship: { type: object, cut: true }
      friends: { type: array, items: { type: object, cut: true } }
  Ship:
    type: object
    required: [id, state]
    properties:
      id: { type: string, readOnly: true }
      made: { type: string, format: date-time }
      state: { type: string, enum: [AFLOAT, DOCKED] }
      tons: { type: [integer, "null"] }
      captain: { anyOf: [{ $ref: "#/types/Person" }, { type: "null" }] }
      cargo: { type: object, cut: true }
      decks: { type: array, items: { type: object, cut: true } }
      tags: { type: array, items: { type: string } }
      home: { anyOf: [{ type: string }, { type: object, cut: true }] }
"##;
    let (_, rest) = written.split_once("  NewShip:").unwrap();
    assert!(rest.contains("required: [name]") && written.ends_with(types.strip_prefix("types:\n").unwrap()), "{written}");
    for part in ["scopes: [[ships.manage, ships.read]]", "\"204\": none", "deprecated: true", "default:\n"] {
        assert!(written.contains(part), "{part} is not in {written}");
    }
    for part in ["Ada", "Everything", "Unused", "DELETE", "Accept", "List ships"] {
        assert!(!written.contains(part), "{part} is in {written}");
    }
    let made = made("harbour.yaml", OPENAPI);
    assert_eq!(made.found, ["me.get", "ships.create", "ships.get", "ships.list", "ships.unload"]);
    assert_eq!((made.source.title.as_str(), made.source.version.as_deref()), ("Harbour API", Some("2.1.0")));
}

#[test]
fn openapi_3_1() {
    let written = written(
        "harbour.json",
        r##"{"openapi": "3.1.0", "info": {"title": "Harbour", "version": "3"}, "paths": {
            "/v2/ships/{id}": {"$ref": "#/components/pathItems/Ship"}},
          "components": {"pathItems": {"Ship": {"get": {"responses": {"200": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Ship"}}}}}}}},
            "schemas": {"Ship": {"type": ["object", "null"], "properties": {
              "id": {"type": ["string", "integer"]}, "state": {"oneOf": [{"const": "AFLOAT"}, {"const": "DOCKED"}]},
              "any": true, "never": false, "level": {"enum": [1, 2]}, "captain": {"anyOf": [{"$ref": "#/components/schemas/Ship/properties/mate"}, {"type": "null"}]},
              "mate": {"type": "object", "properties": {"name": {"type": "string"}}, "additionalProperties": {"type": "string"}}}}}}}"##,
    );
    let expected = r##"operations:
  GET /v2/ships/{id}:
    answers: { "200": { $ref: "#/types/Ship" } }
types:
  Ship:
    type: [object, "null"]
    properties:
      id: { type: [string, integer] }
      state: { anyOf: [{ type: string, enum: [AFLOAT] }, { type: string, enum: [DOCKED] }] }
      any: {}
      level: { type: integer, enum: [1, 2] }
      captain: { anyOf: [{ $ref: "#/types/Ship.properties.mate" }, { type: "null" }] }
      mate: { type: object, cut: true }
  Ship.properties.mate:
    type: object
    properties: { name: { type: string } }
    additionalProperties: { type: string }
"##;
    assert_eq!(written, expected);
}

#[test]
fn swagger_2() {
    let written = written(
        "harbour.json",
        r##"{"swagger": "2.0", "info": {"title": "Harbour", "version": "1"}, "basePath": "/v2", "paths": {
            "/ships": {"post": {"parameters": [{"name": "body", "in": "body", "required": true, "schema": {"$ref": "#/definitions/Ship"}}], "responses": {"200": {"schema": {"$ref": "#/definitions/Ship"}}, "404": {"description": "none"}}}},
            "/ships/{id}/unload": {"post": {"parameters": [{"name": "id", "in": "path", "required": true, "type": "string"}, {"name": "token", "in": "formData", "required": true, "type": "string"}, {"name": "crate", "in": "formData", "type": "file"}], "responses": {}}}},
          "definitions": {"Ship": {"properties": {"id": {"type": "string", "x-nullable": true}, "name": {"type": "string"}}}}}"##,
    );
    let expected = r##"base: /v2
operations:
  POST /ships:
    body: { required: true, schema: { $ref: "#/types/Ship" } }
    answers: { "200": { $ref: "#/types/Ship" }, "404": none }
  POST /ships/{id}/unload:
    parameters: { id: { in: path, required: true, type: string } }
    body:
      required: true
      form: true
      schema:
        type: object
        required: [token]
        properties: { token: { type: string }, crate: { type: string } }
types:
  Ship:
    type: object
    properties: { id: { type: [string, "null"] }, name: { type: string } }
"##;
    assert_eq!(written, expected);
}

#[test]
fn discovery() {
    let written = written(
        "harbour.json",
        r#"{"kind": "discovery#restDescription", "discoveryVersion": "v1", "title": "Harbour", "revision": "20260101", "rootUrl": "https://api.harbour.example/", "servicePath": "v2/",
          "parameters": {"alt": {"type": "string", "location": "query"}, "flag": {"type": "string", "location": "query"}},
          "resources": {"ships": {"methods": {
            "list": {"id": "ships.list", "path": "ships", "httpMethod": "GET", "scopes": ["a", "b"], "parameters": {"limit": {"type": "integer", "format": "int32", "maximum": "50", "location": "query"}, "kinds": {"type": "string", "repeated": true, "location": "query"}}, "response": {"$ref": "Ships"}},
            "get": {"id": "ships.get", "path": "{+name}", "flatPath": "ships/{shipsId}", "httpMethod": "GET", "parameters": {"name": {"location": "path", "required": true, "type": "string"}}, "response": {"$ref": "Ship"}}}}},
          "schemas": {"Ships": {"id": "Ships", "type": "object", "properties": {"ships": {"type": "array", "items": {"$ref": "Ship"}}, "etag": {"type": "any"}}}, "Ship": {"type": "object", "properties": {"id": {"type": "string", "format": "int64"}}}}}"#,
    );
    let expected = r##"base: /v2
operations:
  GET /ships:
    id: ships.list
    scopes: [[a], [b]]
    parameters:
      limit: { in: query, type: integer, maximum: 50 }
      kinds: { in: query, type: array, items: { type: string } }
      flag: { in: query, type: string }
    answers: { "200": { $ref: "#/types/Ships" } }
  GET /ships/{shipsId}:
    id: ships.get
    parameters: { shipsId: { in: path, required: true, type: string } }
    answers: { "200": { $ref: "#/types/Ship" } }
types:
  Ship:
    type: object
    properties: { id: { type: string, format: int64 } }
  Ships:
    type: object
    properties:
      ships: { type: array, items: { $ref: "#/types/Ship" } }
      etag: {}
"##;
    assert_eq!(written, expected);
}

#[test]
fn what_is_no_description_is_said_to_be_none() {
    let sources = sources();
    let spec = read_connector(&sources).unwrap();
    for (text, said) in [
        ("{\"openapi\": \"3.0.0\",\n  \"paths\": {", "`x.json` is not JSON: it cannot be read on from line 2, column 12"),
        ("<!DOCTYPE html>", "it is text"),
        ("", "it is empty"),
        ("[1, 2]", "it is a list"),
        ("openapi: 3.0.1\ninfo: {}\n", "has no `paths`"),
        ("openapi: 3.0.1\npaths: [a]\n", "`paths` of the description is a list"),
        ("openapi: 4.0.0\npaths: {}\n", "OpenAPI `4.0.0`"),
        ("swagger: 1.2\napis: []\n", "Swagger `1.2`"),
        ("asyncapi: 2.0.0\n", "at its top stand `asyncapi`"),
        ("a: 'b\n", "is not YAML"),
        ("type Query { a: ", "is not GraphQL"),
        ("{\"discoveryVersion\": \"v1\"}", "has no `methods`"),
    ] {
        let problem = extract(&spec, &sources, File { name: "x.json", text }).unwrap_err();
        assert!(problem.message.contains(said), "{text}: {problem:?}");
    }
}

#[test]
fn broken_pieces_are_left_unknown() {
    let description = r##"{"openapi": "3.0.0", "paths": {"/v2/ships": {"get": {"parameters": [7, {"name": "x"}, {"$ref": "#/nowhere"}, {"in": "query", "name": "flag", "schema": {"$ref": "#/paths"}}],
        "responses": {"200": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/A"}}}}, "x-y": 1, "500": null}}}, "/v2/ships/{id}": null},
        "components": {"schemas": {"A": {"$ref": "#/components/schemas/A"}, "B": 1}}}"##;
    let made = made("x.json", description);
    assert_eq!(made.found, ["ships.list"]);
    let loops = description.replace(r##""A": {"$ref": "#/components/schemas/A"}"##, r##""A": {"allOf": [{"$ref": "#/components/schemas/A"}, {"properties": {"ships": {"type": "wood"}, "a": {"$ref": "other.json#/x"}}}], "anyOf": [{"$ref": "#/components/schemas/A"}, {"properties": {"b": {"type": "string"}}}]}"##);
    let notes = self::made("x.json", &loops).notes;
    assert!(notes.iter().any(|note| note.contains("`wood`")) && notes.iter().any(|note| note.contains("`other.json#/x`")), "{notes:?}");
}

fn drifted(from: &str, to: &str) -> (Drift, Vec<String>) {
    let newer = OPENAPI.replace(from, to);
    assert_ne!(newer, OPENAPI, "{from} is not there");
    let stored = text(&made("harbour.yaml", OPENAPI), "harbour.overlay.yaml");
    let sources = sources();
    let spec = read_connector(&sources).unwrap();
    let drift = drift(&spec, &sources, File { name: "harbour.yaml", text: &stored }, &made("harbour.yaml", &newer)).unwrap();
    let places = drift.changes.iter().flat_map(|change| &change.places).map(|span| sources.slice(*span).to_owned()).collect();
    (drift, places)
}

#[test]
fn changes_are_named() {
    for (from, to, at, what, breaking, place) in [
        ("[AFLOAT, DOCKED]", "[AFLOAT, DOCKED, SUNK]", "Ship.state", "it may now be `SUNK`", true, "state"),
        ("[AFLOAT, DOCKED]", "[AFLOAT]", "Ship.state", "`DOCKED` is not among its values any more", false, "state"),
        ("name: { type: string, example: Ada }", "nom: { type: string }", "Person.name", "it is gone", true, "name"),
        ("id: { type: string, readOnly: true }", "id: { type: integer }", "Ship.id", "it was string and is now integer", true, "id"),
        ("required: [id]", "required: []", "Ship.id", "it may now be absent", true, "id"),
        ("maximum: 50", "maximum: 20", "GET /ships parameter limit", "its maximum is now 20", true, ""),
        ("enum: [blue, green]", "enum: [green]", "GET /ships parameter flag", "`blue` is not among its values any more", true, "flag"),
        ("name: after, in: query", "name: cursor, in: query", "GET /ships parameter after", "the parameter is gone", true, ""),
        ("  /ships/{shipId}/unload:", "  /ships/{shipId}/discharge:", "POST /ships/{shipId}/unload", "the operation is gone", true, ""),
        ("operationId: unload,", "deprecated: true,", "POST /ships/{shipId}/unload", "the operation is deprecated now", false, ""),
        (
            "required: [name], properties: { name",
            "required: [name, port], properties: { port: { type: string }, name",
            "NewShip.port",
            "it must be given now",
            true,
            "",
        ),
        (
            "security: [{ oauth: [ships.manage, ships.read] }]",
            "security: [{ oauth: [ships.all] }]",
            "POST /ships",
            "its scopes are now `ships.all`",
            true,
            "",
        ),
        ("ships: { type: array, items: { $ref", "boats: { type: array, items: { $ref", "GET /ships 200.ships", "it is gone", true, "ships"),
    ] {
        let (drift, places) = drifted(from, to);
        let found = drift.changes.iter().find(|change| change.at == at && change.what == what);
        assert!(found.is_some_and(|change| change.breaking == breaking), "{at}: {what}: {:?}", drift.changes);
        assert_eq!(drift.is_breaking(), breaking, "{:?}", drift.changes);
        assert!(place.is_empty() || places.iter().any(|found| found == place), "{at}: {places:?}");
    }
}

#[test]
fn what_nothing_touches_may_change() {
    for (from, to) in [
        ("tons: { type: integer, format: int32, nullable: true }", "tons: { type: string }"),
        ("kind: { type: string }", "sort: { type: string }"),
        ("title: Harbour API", "title: Other"),
        ("Unused: { type: object }", "Unused: { type: string }"),
        ("/ships/{shipId}:", "/ships/{ship}:"),
        ("schemas:\n    Thing:", "schemas:\n    New: { type: object }\n    Thing:"),
    ] {
        let (drift, _) = drifted(from, to);
        assert_eq!(drift.changes, [], "{from}");
    }
}

#[test]
fn types_that_hold_themselves_come_to_an_end() {
    let deep = |parts: &str| {
        let names: Vec<String> = (0..8).map(|n| format!(r##""p{n}": {{"allOf": [{{"$ref": "#/components/schemas/A"}}, {{"properties": {{"id": {{"type": "string"}}}}}}{parts}]}}"##)).collect();
        format!(
            r##"{{"openapi": "3.0.0", "paths": {{"/v2/ships": {{"get": {{"responses": {{"200": {{"content": {{"application/json": {{"schema": {{"$ref": "#/components/schemas/A"}}}}}}}}}}}}}}}},
            "components": {{"schemas": {{"A": {{"type": "object", "properties": {{{}}}}}}}}}}}"##,
            names
                .join(", ")
                .replace("\"p", "\"id\": {}, \"p")
                .replace("\"p0", "\"name")
                .replace("\"p1", "\"state")
                .replace("\"p2", "\"captain")
        )
    };
    assert_eq!(made("x.json", &deep("")).found, ["ships.list"]);
    let choice = r##", {"oneOf": [{"properties": {"a": {"type": "string"}}}, {"properties": {"b": {"$ref": "#/components/schemas/A"}}}]}"##;
    assert_eq!(made("x.json", &deep(choice)).found, ["ships.list"]);
}

/// Every value of a document, by its pointer.
fn pointers(value: &Value, at: &str, found: &mut Vec<String>) {
    found.push(at.to_owned());
    match value {
        Value::Object(members) => {
            members
                .iter()
                .for_each(|(name, value)| pointers(value, &format!("{at}/{}", name.replace('~', "~0").replace('/', "~1")), found));
        }
        Value::Array(items) => items.iter().enumerate().for_each(|(index, value)| pointers(value, &format!("{at}/{index}"), found)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[test]
fn whatever_is_wrong_in_a_description_the_extract_can_be_read() {
    let sources = sources();
    let spec = read_connector(&sources).unwrap();
    let mut whole = Sources::new("harbour");
    let file = whole.add(Role::Schema, "x.yaml", OPENAPI);
    let document = connc_compiler::yaml::read(&whole, file, &mut Diagnostics::default()).to_json();
    let mut all = Vec::new();
    pointers(&document, "", &mut all);
    assert!(all.len() > 200, "{}", all.len());
    for pointer in all {
        for wrong in [
            Value::Null,
            json!(true),
            json!(7),
            json!("#/components/schemas/Ship"),
            json!([{}]),
            json!({"$ref": "#"}),
            json!({"": {"type": ["x"]}}),
        ] {
            let mut changed = document.clone();
            *changed.pointer_mut(&pointer).unwrap() = wrong;
            let text = changed.to_string();
            let Ok(made) = extract(&spec, &sources, File { name: "x.json", text: &text }) else { continue };
            let mut sources = Sources::new("harbour");
            sources.add(Role::Schema, "schemas/harbour.yaml", connc_extract::text(&made, "x"));
            let mut diagnostics = Diagnostics::default();
            let _ = read_extracts(&sources, &mut diagnostics);
            assert_eq!(diagnostics.into_sorted(), [], "{pointer}: {}", connc_extract::text(&made, "x"));
        }
    }
}
