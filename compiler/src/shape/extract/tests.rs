//! Extracts and overlays as descriptions.

use super::read_extracts;
use crate::diagnostic::Diagnostics;
use crate::shape::{Description, ParameterPlace, Shape, Trust};
use crate::source::{Role, Sources};

const EXTRACT: &str = r##"
extract: 1
source: { title: Harbour, kind: openapi-3.0, file: harbour.json, version: "2.1" }
trust: official
base: /api
operations:
  GET /ships/{shipId}:
    id: getShip
    scopes: [[ships.read], [ships.manage, ships.all]]
    parameters:
      shipId: { in: path, required: true, type: string }
      limit: { in: query, type: integer, maximum: 200, deprecated: true }
      limit@header: { in: header, type: string }
    answers:
      "200": { $ref: "#/types/Ship" }
      "204": none
types:
  Ship:
    type: object
    required: [id]
    properties:
      id: { type: string, readOnly: true }
      state: { type: [string, "null"], enum: [afloat, docked, null] }
      fleet: { type: array, items: { $ref: "#/types/Ship" } }
      cargo: { type: object, cut: true }
      owner: { anyOf: [{ type: string }, { type: integer }] }
      made: { type: string }
"##;

/// A code, a message and a help.
type Said = (String, String, Option<String>);

fn read(files: &[(&str, &str)]) -> (Sources, Option<Description>, Vec<Said>) {
    let mut sources = Sources::new("example");
    for (path, text) in files {
        sources.add(Role::Schema, *path, *text);
    }
    let mut diagnostics = Diagnostics::default();
    let description = read_extracts(&sources, &mut diagnostics);
    let found = diagnostics.into_sorted();
    let said = found.iter().map(|found| (sources.slice(found.span).to_owned(), found.message.clone(), found.help.clone())).collect();
    (sources, description, said)
}

#[test]
fn an_extract_is_read() {
    let (sources, description, said) = read(&[("schemas/harbour.yaml", EXTRACT)]);
    assert_eq!(said, []);
    let description = description.unwrap();
    let file = description.origins[0].file;
    assert_eq!((description.origins[0].trust, description.origins[0].source.as_str()), (Trust::Official, "Harbour"));
    let endpoint = &description.endpoints[0];
    assert_eq!((endpoint.path.as_str(), endpoint.short_path.as_str()), ("/api/ships/{shipId}", "/ships/{shipId}"));
    assert_eq!(endpoint.scopes, [vec!["ships.read"], vec!["ships.manage", "ships.all"]]);
    assert_eq!(endpoint.parameters[1].maximum, Some(200.0));
    assert_eq!((endpoint.parameters[2].name.as_str(), endpoint.parameters[2].place), ("limit", ParameterPlace::Header));
    assert_eq!(endpoint.answers[1], ("204".to_owned(), None));
    let ship = description.named(file, "#/types/Ship").unwrap();
    let Shape::Object(object) = description.shapes.resolve(&ship) else { panic!("{ship:?}") };
    assert_eq!(object.name.as_deref(), Some("Ship"));
    assert!(object.member("id").unwrap().required && object.member("id").unwrap().read_only);
    assert_eq!(object.member("fleet").unwrap().shape, Shape::list(ship.clone()));
    assert_eq!(object.member("state").unwrap().shape, Shape::one_of([Shape::words(["afloat", "docked"]), Shape::Null]));
    assert_eq!(sources.slice(object.member("made").unwrap().place.unwrap()), "made");
    let Shape::Object(cargo) = &object.member("cargo").unwrap().shape else { panic!("no object") };
    assert!(cargo.cut);
    assert_eq!(description.named(file, "/Ship/properties/fleet/items"), Some(ship));
    assert_eq!(description.named(file, "/Boat"), None);
}

#[test]
fn an_overlay_corrects_it() {
    let overlay = "overlay: harbour.yaml\nchanges:\n  - { at: /types/Ship/properties/made, merge: { format: date-time }, reason: seen }\n  \
                   - { at: '/operations/GET ~1ships~1{shipId}/parameters/page', set: { in: query, type: integer }, reason: seen }\n  \
                   - { at: /types/Ship/properties/owner, remove: true, reason: seen }\n  - { at: /types/Ship/required/-, set: made, reason: seen }\n";
    let (sources, description, said) = read(&[("schemas/harbour.overlay.yaml", overlay), ("schemas/harbour.yaml", EXTRACT)]);
    assert_eq!(said, []);
    let description = description.unwrap();
    let file = description.origins[0].file;
    let ship = description.named(file, "/Ship").unwrap();
    let Shape::Object(object) = description.shapes.resolve(&ship) else { panic!("{ship:?}") };
    assert_eq!(object.member("made").unwrap().shape, Shape::formatted("date-time"));
    assert!(object.member("made").unwrap().required && object.member("owner").is_none());
    let page = &description.endpoints[0].parameters[3];
    assert_eq!((page.name.as_str(), sources.path(page.span.file)), ("page", "schemas/harbour.overlay.yaml"));
}

#[test]
fn what_is_wrong_has_a_place() {
    let at = |at: &str| format!("overlay: harbour.yaml\nchanges:\n  - {{ at: {at}, merge: {{ format: date }}, reason: seen }}\n");
    for (files, place, message, help) in [
        (
            vec![("a.yaml", EXTRACT.replace("array, items: { $ref: \"#/types/Ship\"", "array, items: { $ref: \"#/types/Shp\""))],
            "\"#/types/Shp\"",
            "the extract has no type `Shp`",
            "`#/types/Ship`",
        ),
        (
            vec![("a.yaml", EXTRACT.replace("cargo: { type: object", "cargo: { type: objekt"))],
            "objekt",
            "`objekt` is not a type",
            "`object`",
        ),
        (vec![("a.yaml", EXTRACT.replace("readOnly", "readonly"))], "readonly", "`readonly` is not a key of a schema", "`readOnly`"),
        (vec![("a.yaml", EXTRACT.replace("GET /", "GTE /"))], "GTE /ships/{shipId}", "is not an operation", "a method and a path"),
        (
            vec![("harbour.yaml", EXTRACT.to_owned()), ("x.overlay.yaml", at("/types/Shp/properties/made"))],
            "/types/Shp/properties/made",
            "there is no `Shp` in `/types` of `harbour.yaml`",
            "`/types/Ship/properties/made`",
        ),
        (vec![("harbour.yaml", EXTRACT.to_owned()), ("x.overlay.yaml", at("/trust"))], "/trust", "is no mapping", "`set`"),
        (
            vec![("harbor.yaml", EXTRACT.to_owned()), ("x.overlay.yaml", at("/types/Ship"))],
            "harbour.yaml",
            "there is no extract `harbour.yaml`",
            "`harbor.yaml`",
        ),
        (vec![("x.overlay.yaml", at("/types/Ship"))], "harbour.yaml", "there is no extract `harbour.yaml`", "`connc extract`"),
    ] {
        let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (*path, text.as_str())).collect();
        let (_, _, said) = read(&files);
        let [(found, what, how)] = said.as_slice() else { panic!("{place}: {said:?}") };
        assert!(found == place && what.contains(message) && how.as_deref().unwrap_or("").contains(help), "{said:?}");
    }
}

#[test]
fn no_extract_no_description() {
    assert!(read(&[("schemas/harbour.graphql", "type Query { a: Int }")]).1.is_none());
}
