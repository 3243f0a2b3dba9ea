//! Two small connectors of which every check has something to say: one over an extract, one over a GraphQL schema.

use connc_compiler::source::Role;

/// A connector whose every check has something to say: an extract, an overlay, and a map with comments that allow something.
pub(crate) const TYPED: &[(Role, &str, &str)] = &[
    (
        Role::Connector,
        "connector.yaml",
        r#"connector: example
spec: 1
title: Example
base_url: https://api.example.com/v2
auth: { main: { scheme: bearer, secrets: { token: { description: A token } }, token: "{{ secret.token }}" } }
errors: { code: code, message: hint }
resources:
  ships:
    list:
      get: /ships
      input: { kind: { type: string, description: A kind } }
      query: { kind: "{{ input.kind }}" }
      items: ships
      keep_if: state = "AFLOAT"
      # connc: allow(page-size) the provider gives more than it says
      paginate: { style: cursor, next: meta.after, into: { query: after }, size: { query: limit, max: 100 }, until: meta.more = false }
    get: { get: "/ships/{{ id }}" }
    create:
      post: /ships
      input: { body: { type: object, required: true, description: The ship } }
      body: $input.body
"#,
    ),
    (
        Role::Map,
        "fleet.yaml",
        r#"maps: fleet@1
ships:
  from: ships
  fields:
    remote_id: id
    # connc: allow(unknown-property) it is there
    name: hull.labl
    title: $first_non_empty(hull.label, "größte 😀 " & id)
    decks: 'hull.decks[width > 3].{ "n": number }'  # connc: allow(type-mismatch) so be it
    state: { from: state, enum: { AFLOAT: afloat, SUNK: gone } }
    length: $sum($map(hull.decks, function($d) { $d.width }))
    made: $exists(made) ? made
    above: above.above.above.hull.label
  create:
    call: ships.create
    with:
      body: { label: $input.name, above: { id: $input.above } }
"#,
    ),
    (
        Role::Schema,
        "schemas/example.yaml",
        r##"extract: 1
source: { title: Harbour, kind: openapi-3.0, file: harbour.yaml, version: "1", sha256: "00" }
trust: official
base: /v2
operations:
  GET /ships:
    scopes: [[ships.read], [ships]]
    parameters:
      after: { in: query, type: string }
      limit: { in: query, type: integer, maximum: 50 }
      kind: { in: query, type: string, enum: [CARGO, null], deprecated: true }
    answers:
      "200":
        type: object
        required: [ships]
        properties:
          ships: { type: array, items: { $ref: "#/types/Ship" } }
          meta: { type: object, properties: { after: { type: [string, "null"] }, more: { type: boolean } } }
      "429": { $ref: "#/types/Error" }
  GET /ships/{id}:
    parameters: { id: { in: path, required: true, type: string } }
    answers: { "200": { $ref: "#/types/Ship" }, "204": none }
  POST /ships:
    body:
      required: true
      schema: { $ref: "#/types/Ship" }
    answers: { "200": { $ref: "#/types/Ship" } }
types:
  Error: { type: object, properties: { code: { type: integer }, hint: { type: string } } }
  Ship:
    type: object
    required: [id]
    properties:
      id: { type: string, readOnly: true }
      state: { type: string, enum: [AFLOAT, SUNK, DOCKED] }
      hull: { $ref: "#/types/Hull" }
      made: { type: [string, "null"], format: date }
      above: { anyOf: [{ $ref: "#/types/Ship" }, { type: "null" }] }
      papers: { type: object, cut: true }
      extra: { type: object, additionalProperties: true }
  Hull:
    type: object
    properties:
      label: { type: string }
      decks: { type: array, items: { type: object, properties: { number: { type: integer }, width: { type: number } } } }
"##,
    ),
    (
        Role::Schema,
        "schemas/example.overlay.yaml",
        r#"overlay: example.yaml
changes:
  - at: /types/Ship/properties/made
    merge: { format: date-time }
    reason: the examples show the time
  - at: [/types/Ship/properties/extra, /types/Ship/properties/papers]
    remove: true
    reason: they never come
  - at: /types/Hull/required
    set: [label]
    reason: each example has one
"#,
    ),
    (Role::Model, "unified-models/fleet/model.yaml", "model: fleet\nversion: 1\n"),
    (Role::Model, "unified-models/fleet/ships.yaml", MODEL),
];

const MODEL: &str = r#"model: fleet
version: 1
resource: ships
required: [remote_id, name]
properties:
  remote_id: { type: string, format: id }
  name: { type: string, description: What people call it., input: [create] }
  title: { type: string }
  decks: { type: array, items: { type: object, properties: { n: { type: string } } } }
  state: { type: string, enum: [afloat, gone] }
  length: { type: number, description: In metres. }
  made: { type: string, format: date-time }
  above: { type: string, input: [create] }
"#;

/// The same over GraphQL.
pub(crate) const GRAPH: &[(Role, &str, &str)] = &[
    (
        Role::Connector,
        "connector.yaml",
        r#"connector: example
spec: 1
title: Example
base_url: https://api.example.com
auth: { main: { scheme: bearer, secrets: { token: { description: A token } }, token: "{{ secret.token }}" } }
graphql:
  endpoint: /graphql
  schema: schemas/example.graphql
  fragments: |
    fragment Ship on Ship { id name state made above { id name } crew(first: 5) { nodes { id } } }
resources:
  ships:
    list:
      graphql: |
        query Ships($first: Int, $after: String, $where: Where) {
          ships(first: $first, after: $after, where: $where) { nodes { ...Ship } pageInfo { hasNextPage endCursor } }
        }
      input: { name: { type: string, description: A name } }
      variables: { where: { name: { is: $input.name } } }
      items: data.ships.nodes
      paginate: { style: page_info, path: data.ships.pageInfo, size: { variable: first, max: 50 } }
    get:
      graphql: "query Ship($id: ID!) { ship(id: $id) { ...Ship } }"
      variables: { id: $id }
      item: data.ship
"#,
    ),
    (
        Role::Map,
        "fleet.yaml",
        r#"maps: fleet@1
ships:
  from: ships
  fields:
    remote_id: id
    name: name
    decks: 'crew.nodes.{ "n": id }'
    state: { from: state, enum: { AFLOAT: afloat, SUNK: gone } }
    made: made
    # connc: allow(unknown-property) it is there
    title: above.nme
"#,
    ),
    (
        Role::Schema,
        "schemas/example.graphql",
        r#"# Made by `connc extract`.
# source:
#   title: Harbour
#   kind: graphql
# trust: official

scalar Time

enum State { AFLOAT SUNK DOCKED }

input Where { name: Text and: [Where!] not: Where }
input Text { is: String in: [String!] }

type Query {
  ships(first: Int, after: String, where: Where): Ships!
  ship(id: ID!): Ship
}
type Ships { nodes: [Ship!]! pageInfo: PageInfo! }
type Sailors { nodes: [Sailor!]! pageInfo: PageInfo! }
interface Node { id: ID! }
union Any = Ship | Sailor
type Ship implements Node { id: ID! name: String! state: State made: Time above: Ship crew(first: Int): Sailors! old: String @deprecated }
type Sailor implements Node { id: ID! }
type PageInfo { endCursor: String hasNextPage: Boolean! }
"#,
    ),
    (
        Role::Schema,
        "schemas/example.overlay.yaml",
        r#"overlay: example.graphql
changes:
  - at: Time
    merge: { format: date-time }
    reason: its text says so
  - at: [Ship.state, Ship.above]
    merge: { required: true }
    reason: each example has it
"#,
    ),
    (Role::Model, "unified-models/fleet/model.yaml", "model: fleet\nversion: 1\n"),
    (Role::Model, "unified-models/fleet/ships.yaml", MODEL),
];
