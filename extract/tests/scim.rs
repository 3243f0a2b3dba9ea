//! An extract of SCIM schemas, as a provider answers them at `/Schemas`.

use connc_compiler::diagnostic::Diagnostics;
use connc_compiler::shape::read_extracts;
use connc_compiler::source::{Role, Sources};
use connc_extract::{File, extract, read_connector, text};

const CONNECTOR: &str = r#"
connector: harbour
spec: 1
title: Harbour
base_url: https://api.harbour.example/scim/v2
auth: { public: { scheme: none } }
errors: { message: detail }
resources:
  users:
    list: { get: /Users, items: Resources, paginate: { style: single } }
    patch: { patch: "/Users/{{ id }}", input: { active: { type: boolean } }, body: { Operations: [{ op: { const: replace }, value: $input.active }] }, answer: none }
"#;

const MAP: &str = r"
maps: user-directory@1
users:
  from: users
  fields: { id: id, username: userName, phones: '[phones.value]', location: '`urn:harbour:scim:schemas:extension:1.0:User`.deck', created_at: meta.created }
";

const SCHEMAS: &str = r#"
{ "schemas": ["urn:ietf:params:scim:api:messages:2.0:ListResponse"], "totalResults": 2, "Resources": [
  { "id": "urn:harbour:scim:schemas:extension:1.0:User", "name": "HarbourUser", "description": "What ships add", "attributes": [
    { "name": "deck", "type": "string", "multiValued": false, "description": "Where the bunk is", "required": true, "mutability": "readOnly", "returned": "default" }
  ] },
  { "id": "urn:ietf:params:scim:schemas:core:2.0:User", "name": "User", "attributes": [
    { "name": "id", "type": "string", "required": true, "mutability": "readOnly" },
    { "name": "userName", "type": "string", "multiValued": false, "required": true, "mutability": "readWrite" },
    { "name": "active", "type": "boolean", "multiValued": false },
    { "name": "phones", "type": "complex", "multiValued": true, "subAttributes": [
      { "name": "value", "type": "string", "required": true },
      { "name": "type", "type": "string", "canonicalValues": ["work", "bunk"] }
    ] }
  ] }
] }
"#;

const USER: &str = r#"    type: object
    required: [schemas, id]
    properties:
      schemas: { type: array, items: { type: string } }
      id: { type: string, readOnly: true }
      externalId: { type: string }
      meta:
        type: object
        properties:
          resourceType: { type: string, enum: [User] }
          created: { type: string, format: date-time }
          lastModified: { type: string, format: date-time }
          location: { type: string }
          version: { type: string }
        readOnly: true
      userName: { type: string }
      active: { type: boolean }
      phones:
        type: array
        items:
          type: object
          required: [value]
          properties:
            value: { type: string }
            type: { type: string }
            primary: { type: boolean }
            display: { type: string }
            $ref: { type: string }
      "urn:harbour:scim:schemas:extension:1.0:User":
        type: object
        properties: { deck: { type: string, readOnly: true } }
"#;

#[test]
fn schemas_become_operations_and_types() {
    let mut sources = Sources::new("harbour");
    sources.add(Role::Connector, "connector.yaml", CONNECTOR);
    sources.add(Role::Map, "user-directory.yaml", MAP);
    let made = extract(&read_connector(&sources).unwrap(), &sources, File { name: "schemas.json", text: SCHEMAS }).unwrap();
    let written = text(&made, "harbour.overlay.yaml");
    let mut sources = Sources::new("harbour");
    sources.add(Role::Schema, "schemas/harbour.yaml", written.clone());
    let mut diagnostics = Diagnostics::default();
    read_extracts(&sources, &mut diagnostics).unwrap();
    assert_eq!(diagnostics.into_sorted(), []);
    assert!(written.contains("  kind: scim\n") && written.contains("trust: official\n"), "{written}");
    let lines: Vec<&str> =
        written.lines().filter(|line| line.starts_with("  ") && !line.starts_with("   ") && line.ends_with(':')).collect();
    assert_eq!(lines, ["  GET /Users:", "  PATCH /Users/{id}:", "  Error:", "  PatchOp:", "  User:", "  UserList:", "  Value:"]);
    let user = written.split_once("  User:\n").unwrap().1.split_once("  UserList:").unwrap().0;
    assert_eq!(user, USER);
}
