//! Extracts of an invented GraphQL schema, and what changed between two of them.

#![expect(clippy::unwrap_used, reason = "what fails here fails its test")]

use connc_compiler::source::{Role, Sources};
use connc_extract::{File, drift, extract, read_connector, text};

const CONNECTOR: &str = r#"
connector: harbour
spec: 1
title: Harbour
base_url: https://api.harbour.example
auth: { public: { scheme: none } }
graphql:
  endpoint: /graphql
  schema: schemas/harbour.graphql
  fragments: "fragment Ship on Ship { id name captain { ...Person } }  fragment Person on Person { id }"
resources:
  ships:
    list:
      graphql: |
        query Ships($after: String, $where: ShipFilter) {
          ships(after: $after, where: $where) { nodes { ...Ship ... on Tug { power } } pageInfo { hasNextPage endCursor } }
        }
      variables: { where: { name: { eq: $input.name } } }
      input: { name: {} }
      items: data.ships.nodes
      paginate: { style: page_info, path: data.ships.pageInfo }
"#;

const SCHEMA: &str = r#"
"""
All of it
"""
schema { query: Root }
directive @internal on FIELD_DEFINITION
type Root {
  "Ships"
  ships(after: String, where: ShipFilter, first: Int = 10): Ships!
  people: [Person!]!
}
type Ships { nodes: [Ship!]! pageInfo: PageInfo! }
type PageInfo { hasNextPage: Boolean! endCursor: String startCursor: String }
interface Ship { id: ID! name: String captain: Person cargo(kind: Kind!): String }
type Tug implements Ship & Other { id: ID! name: String captain: Person cargo(kind: Kind!): String power: Int @deprecated(reason: "ask for force") flag: Flag @internal }
interface Other { id: ID! }
type Person { id: ID! born: Date ship: Ship }
extend type Person { nick: String }
enum Kind { BULK BOXES }
enum Flag { BLUE GREEN @deprecated }
scalar Date
input ShipFilter { name: Text, and: [ShipFilter!], age: Age, deep: Int, must: Must! }
input Text { eq: String, not: Text }
input Age { gt: Int }
input Must { yes: Boolean! = true }
type Unused { a: Int }
"#;

fn sources() -> Sources {
    let mut sources = Sources::new("harbour");
    sources.add(Role::Connector, "connector.yaml", CONNECTOR);
    sources
}

fn made(schema: &str) -> connc_extract::Extract {
    let sources = sources();
    extract(&read_connector(&sources).unwrap(), &sources, File { name: "harbour.graphql", text: schema }).unwrap()
}

#[test]
fn what_documents_select() {
    let made = made(SCHEMA);
    assert_eq!(made.found, ["ships.list"]);
    let written = text(&made, "");
    assert!(written.starts_with("# Made by `connc extract`") && written.contains("#   file: harbour.graphql\n#   sha256: "), "{written}");
    let expected = "schema {
  query: Root
}

scalar Date

enum Flag {
  BLUE
  GREEN @deprecated
}

type Root {
  ships(after: String, where: ShipFilter): Ships!
}

type PageInfo {
  endCursor: String
  hasNextPage: Boolean!
  startCursor: String
}

type Person {
  born: Date
  id: ID!
  nick: String
}

interface Ship {
  captain: Person
  id: ID!
  name: String
}

type Ships {
  nodes: [Ship!]!
  pageInfo: PageInfo!
}

type Tug implements Ship {
  captain: Person
  flag: Flag
  id: ID!
  name: String
  power: Int @deprecated
}

input Must {
  yes: Boolean! = true
}

input ShipFilter {
  deep: Int
  must: Must!
  name: Text
}

input Text {
  eq: String
}
";
    let body = written.split_once("# trust: official\n\n").unwrap().1;
    assert_eq!(body, expected, "{body}");
}

#[test]
fn changes_are_named() {
    for (from, to, at, what, breaking) in [
        ("endCursor: String", "end: String", "PageInfo.endCursor", "it is gone", true),
        ("nodes: [Ship!]!", "nodes: [Ship!]", "Ships.nodes", "it was `[Ship!]!` and is now `[Ship!]`", true),
        ("endCursor: String", "endCursor: String!", "PageInfo.endCursor", "it was `String` and is now `String!`", false),
        ("ships(after: String,", "ships(of: ID!, after: String,", "Root.ships", "its argument `of` must be given now", true),
        ("ships(after: String,", "ships(next: String,", "Root.ships", "its argument `after` is gone", true),
        ("input Text { eq: String,", "input Text { is: String,", "Text.eq", "it is gone", true),
        ("hasNextPage: Boolean!", "hasNextPage: Boolean! @deprecated", "PageInfo.hasNextPage", "it is deprecated now", false),
        ("input ShipFilter {", "input ShipFilter { port: ID!", "ShipFilter.port", "it must be given now", true),
    ] {
        let newer = SCHEMA.replace(from, to);
        assert_ne!(newer, SCHEMA, "{from}");
        let sources = sources();
        let spec = read_connector(&sources).unwrap();
        let stored = text(&made(SCHEMA), "");
        let drift = drift(&spec, &sources, File { name: "harbour.graphql", text: &stored }, &made(&newer)).unwrap();
        let [change] = drift.changes.as_slice() else { panic!("{at}: {:?}", drift.changes) };
        assert_eq!((change.at.as_str(), change.what.as_str(), change.breaking), (at, what, breaking));
        if from.starts_with("endCursor") {
            assert!(sources.slice(change.places[0]).starts_with("endCursor"), "{change:?}");
        }
    }
}
