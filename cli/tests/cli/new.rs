//! `connc new`: what it makes, that it checks clean, what it says, and what it refuses.

use std::path::Path;

use crate::machine::{Done, connc, file};

const OPENAPI: &str = r##"{
"openapi": "3.0.3", "info": {"title": "Harbour", "version": "2026.1"}, "externalDocs": {"url": "https://docs.harbour.example/api"},
"servers": [{"url": "https://{tenant}.harbour.example/api/v2", "variables": {"tenant": {"default": "acme"}}}],
"tags": [{"name": "Crew"}],
"paths": {
  "/users": {
    "get": {"operationId": "listUsers", "tags": ["Crew"], "parameters": [
        {"name": "cursor", "in": "query", "schema": {"type": "string"}},
        {"name": "limit", "in": "query", "schema": {"type": "integer", "maximum": 250}},
        {"name": "status", "in": "query", "schema": {"type": "string", "enum": ["ON_DUTY", "ACTIVE"]}},
        {"name": "hiredAfter", "in": "query", "required": true, "schema": {"type": "string", "format": "date-time"}},
        {"name": "old", "in": "query", "deprecated": true, "schema": {"type": "string"}}],
      "responses": {"200": {"content": {"application/json": {"schema": {"type": "object", "properties": {
        "data": {"type": "array", "items": {"$ref": "#/components/schemas/User"}},
        "meta": {"type": "object", "properties": {"next_cursor": {"type": "string", "nullable": true}}}}}}}}}},
    "post": {"operationId": "createUser", "requestBody": {"required": true, "content": {"application/json": {"schema": {"$ref": "#/components/schemas/User"}}}},
      "responses": {"201": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/User"}}}}}}},
  "/users/{userId}": {
    "get": {"operationId": "getUser", "responses": {"200": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/User"}}}}}},
    "delete": {"operationId": "deleteUser", "responses": {"204": {"description": "gone"}}}},
  "/users/{userId}/suspend": {"post": {"operationId": "suspendUser", "responses": {"204": {"description": "done"}}}},
  "/users/{userId}/export": {"get": {"operationId": "exportUser", "servers": [{"url": "https://files.harbour.example"}], "responses": {"204": {"description": "done"}}}},
  "/users/{userId}/photo": {"post": {"operationId": "sendPhoto", "requestBody": {"content": {"multipart/form-data": {"schema": {"type": "object"}}}}, "responses": {"204": {"description": "done"}}}},
  "/groups": {"get": {"operationId": "listGroups", "parameters": [{"name": "page", "in": "query", "schema": {"type": "integer"}}],
      "responses": {"200": {"content": {"application/json": {"schema": {"type": "array", "items": {"$ref": "#/components/schemas/Group"}}}}}}}},
  "/groups/{groupId}/members": {"get": {"operationId": "listMembers",
      "responses": {"200": {"headers": {"Link": {"schema": {"type": "string"}}}, "content": {"application/json": {"schema": {"type": "array", "items": {"$ref": "#/components/schemas/User"}}}}}}}}
},
"components": {
  "securitySchemes": {"key": {"type": "apiKey", "in": "header", "name": "X-Harbour-Key"},
    "person": {"type": "oauth2", "flows": {"authorizationCode": {"authorizationUrl": "https://harbour.example/a", "tokenUrl": "https://harbour.example/t", "scopes": {}}}}},
  "schemas": {
    "Group": {"type": "object", "required": ["id"], "properties": {"id": {"type": "integer"}, "name": {"type": "string"}}},
    "User": {"type": "object", "properties": {"id": {"type": "string"}, "mail": {"type": "string"}, "active": {"type": "boolean"}, "created": {"type": "string", "format": "date-time"},
      "state": {"type": "string", "enum": ["ACTIVE", "LOCKED", "ADRIFT"]},
      "profile": {"type": "object", "properties": {"firstName": {"type": "string"}, "lastName": {"type": "string"}}}}}}}}"##;

const CONNECTOR: &str = r#"# Made by `connc new` from the provider's description. What ends in `# review` was guessed.
connector: harbour
spec: 1
title: Harbour
docs: https://docs.harbour.example/api

account:
  tenant: { type: string, description: What stands before .harbour.example }

base_url: https://{{ account.tenant }}.harbour.example/api/v2

auth:
  # review: OAuth 2.0 with a person's consent is not written by itself; a token stands in for it until you add `grant: authorization_code`
  api_key:
    scheme: api_key
    secrets: { key: { description: API key } }
    header: { name: X-Harbour-Key, value: "{{ secret.key }}" }
  access_token:
    scheme: bearer
    secrets: { access_token: { description: Access token } }
    token: "{{ secret.access_token }}"

resources:
  users:
    list:
      get: /users
      input:
        status: { type: enum, values: [ON_DUTY, ACTIVE] }
        hired_after: { type: timestamp, required: true }
      query:
        status: "{{ input.status }}"
        hiredAfter: "{{ input.hired_after }}"
      items: data
      paginate: { style: cursor, next: meta.next_cursor, into: { query: cursor }, size: { query: limit, max: 250 } } # review: guessed from `meta.next_cursor` and `cursor`
    get:
      get: /users/{{ id }}
    create:
      post: /users
      input:
        body: { type: object, required: true }
      body: $input.body
    delete:
      delete: /users/{{ id }}
      answer: none
    suspend:
      post: /users/{{ id }}/suspend
      answer: none

  groups:
    list:
      get: /groups
      items: $
      paginate: { style: page, into: { query: page } } # review: guessed from `page`
    members:
      list:
        get: /groups/{{ parent.id }}/members
        items: $
        paginate: { style: link_header } # review: guessed from the Link header of the answer

sources:
  - description: "Harbour, harbour.json"
    version: "2026.1"
    operations:
      - listUsers
      - createUser
      - getUser
      - deleteUser
      - suspendUser
      - listGroups
      - listMembers
"#;

const MAP: &str = r#"maps: user-directory@1

users: # review
  from: users
  fields:
    remote_id: id # review
    email: mail # review
    first_name: profile.firstName # review
    last_name: profile.lastName # review
    status: # review
      from: state
      enum:
        ACTIVE: active # review
        LOCKED: suspended # review
      otherwise: null # review: words that have no counterpart above
    created_at: created # review

groups: # review
  from: groups
  fields:
    remote_id: id # review
    name: name # review

groups.members: # review
  from: groups.members
  fields:
    remote_id: id # review
    email: mail # review
"#;

/// An empty folder of connectors.
fn folder(name: &str) -> String {
    let root = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = std::fs::remove_dir_all(&root);
    std::fs::create_dir_all(&root).unwrap();
    root.display().to_string()
}

fn run(folder: &str, arguments: &[&str]) -> Done {
    connc(&[&["--connectors", folder], arguments].concat())
}

fn read(folder: &str, path: &str) -> String {
    std::fs::read_to_string(Path::new(folder).join(path)).unwrap()
}

/// Whether a connector checks without a word.
fn clean(folder: &str, name: &str) {
    let done = run(folder, &["check", name, "--deny-warnings"]);
    assert_eq!((done.status, done.out.as_str()), (0, ""), "{done:?}");
}

#[test]
fn a_skeleton_checks_clean() {
    let folder = folder("new-skeleton");
    let done = run(&folder, &["new", "harbour"]);
    assert!(done.fine().err.contains("next: `connc check harbour --connectors "), "{done:?}");
    clean(&folder, "harbour");
    assert!(read(&folder, "harbour/connector.yaml").contains("base_url: https://api.example.com # review\n"));
    assert!(read(&folder, "harbour/README.md").starts_with("# Harbour\n"));
}

#[test]
fn an_openapi_description_becomes_a_connector() {
    let folder = folder("new-openapi");
    let from = file("new-openapi-from/harbour.json", OPENAPI);
    let done = run(&folder, &["new", "harbour", "--from", &from]);
    done.fine();
    assert_eq!(read(&folder, "harbour/connector.yaml"), CONNECTOR);
    let map = read(&folder, "harbour/user-directory.yaml");
    // A list that cannot be called without more gives no unified one, so the map is of what can.
    assert!(map.contains("groups.members: # review\n  from: groups.members\n"), "{map}");
    for part in [
        "3 resources, 7 operations, ",
        "left out:",
        "neither JSON nor a form",
        "served from `files.harbour.example`",
        "100.0 % typed",
        "each is marked `review`",
    ] {
        assert!(done.err.contains(part), "{part} is not in {done:?}");
    }
    assert!(read(&folder, "harbour/schemas/harbour.yaml").contains("\"200\""));
    assert!(read(&folder, "harbour/schemas/harbour.overlay.yaml").contains("merge: { required: [id] }"));
    clean(&folder, "harbour");
    let again = run(&folder, &["new", "harbour", "--from", &from]);
    again.refused(&["is there already"]);
    let easier = file(
        "new-openapi-from/easier.json",
        &OPENAPI.replace(r#""required": true, "schema": {"type": "string", "format""#, r#""schema": {"type": "string", "format""#),
    );
    run(&folder, &["new", "easier", "--from", &easier]).fine();
    assert_eq!(read(&folder, "easier/user-directory.yaml"), MAP);
    clean(&folder, "easier");
}

#[test]
fn every_format_is_read() {
    let folder = folder("new-formats");
    let swagger = file(
        "new-formats-from/swagger.yaml",
        "swagger: '2.0'\ninfo: { title: Piers, version: 1 }\nhost: api.harbour.example\nbasePath: /v1\nsecurityDefinitions: { login: { type: basic } }\n\
         paths:\n  /tickets:\n    get:\n      operationId: listTickets\n      parameters:\n        - { name: offset, in: query, type: integer }\n        - { name: limit, in: query, type: integer, maximum: 100 }\n\
         \x20     responses: { '200': { description: ok, schema: { type: object, properties: { tickets: { type: array, items: { $ref: '#/definitions/Ticket' } }, total: { type: integer } } } } }\n\
         \x20   post:\n      operationId: createTicket\n      consumes: [application/x-www-form-urlencoded]\n      parameters: [{ name: subject, in: formData, type: string, required: true }]\n      responses: { '200': { description: ok, schema: { $ref: '#/definitions/Ticket' } } }\n\
         definitions:\n  Ticket: { type: object, required: [id, status], properties: { id: { type: integer }, title: { type: string }, status: { type: string, enum: [open, solved, closed] } } }\n",
    );
    run(&folder, &["new", "piers", "--from", &swagger]).fine();
    clean(&folder, "piers");
    let connector = read(&folder, "piers/connector.yaml");
    assert!(connector.contains("paginate: { style: offset, into: { query: offset }, size: { query: limit, max: 100 } }"), "{connector}");
    assert!(connector.contains("      form:\n        subject: \"{{ input.subject }}\"\n"), "{connector}");
    assert!(read(&folder, "piers/ticketing.yaml").contains("        solved: resolved # review\n"));
    let discovery = file(
        "new-formats-from/discovery.json",
        r#"{"kind": "discovery#restDescription", "discoveryVersion": "v1", "title": "Fleet", "rootUrl": "https://fleet.harbour.example/", "servicePath": "",
        "resources": {"ships": {"methods": {"list": {"id": "fleet.ships.list", "path": "fleet/v1/ships", "httpMethod": "GET",
        "parameters": {"pageToken": {"type": "string", "location": "query"}, "maxResults": {"type": "integer", "maximum": "500", "location": "query"}}, "response": {"$ref": "Ships"}},
        "launch": {"id": "fleet.ships.launch", "path": "fleet/v1/ships/{shipKey}/launch", "httpMethod": "POST", "parameters": {"shipKey": {"type": "string", "location": "path", "required": true}}}}}},
        "schemas": {"Ships": {"type": "object", "properties": {"nextPageToken": {"type": "string"}, "ships": {"type": "array", "items": {"$ref": "Ship"}}}}, "Ship": {"type": "object", "properties": {"id": {"type": "string"}}}}}"#,
    );
    run(&folder, &["new", "fleet", "--from", &discovery]).fine();
    clean(&folder, "fleet");
    let connector = read(&folder, "fleet/connector.yaml");
    for part in [
        "get: /fleet/v1/ships\n",
        "items_absent: empty",
        "style: cursor, next: nextPageToken",
        "launch:\n      post: /fleet/v1/ships/{{ id }}/launch\n",
    ] {
        assert!(connector.contains(part), "{part} is not in {connector}");
    }
    let sdl = file(
        "new-formats-from/schema.graphql",
        "scalar DateTime\nenum State { ACTIVE SUSPENDED }\ntype Query { users(first: Int, after: String): Users! user(id: ID!): User me: User }\n\
         type Users { nodes: [User!]! pageInfo: PageInfo! }\ntype PageInfo { hasNextPage: Boolean! endCursor: String }\n\
         type User { id: ID! email: String! name: String state: State! createdAt: DateTime! team: Team friends(first: Int): Users }\ntype Team { id: ID! name: String }\n",
    );
    run(&folder, &["new", "crew", "--from", &sdl]).fine();
    clean(&folder, "crew");
    let connector = read(&folder, "crew/connector.yaml");
    for part in [
        "users(first: $first, after: $after) {",
        "id email name state createdAt team { id name }",
        "style: page_info, path: data.users.pageInfo",
        "variables: { id: $id }",
    ] {
        assert!(connector.contains(part), "{part} is not in {connector}");
    }
    let map = read(&folder, "crew/user-directory.yaml");
    assert!(map.contains("SUSPENDED: suspended # review") && map.contains("me: # review\n  from: me\n"), "{map}");
    let two = run(&folder, &["new", "both", "--from", &swagger, &discovery]);
    two.fine();
    clean(&folder, "both");
    assert!(read(&folder, "both/connector.yaml").contains("hosts: [fleet.harbour.example] # review\n"));
    run(&folder, &["new", "mixed", "--from", &swagger, &sdl]).refused(&["a GraphQL schema cannot be put together with other descriptions"]);
}

#[test]
fn what_is_wanted_can_be_narrowed() {
    let folder = folder("new-only");
    let from = file("new-only-from/harbour.json", OPENAPI);
    run(&folder, &["new", "groups", "--from", &from, "--only", "groups"]).fine();
    let connector = read(&folder, "groups/connector.yaml");
    assert!(connector.contains("  groups:\n") && !connector.contains("  users:\n"), "{connector}");
    clean(&folder, "groups");
    run(&folder, &["new", "crew", "--from", &from, "--only", "crew,members"]).fine();
    let connector = read(&folder, "crew/connector.yaml");
    assert!(connector.contains("listUsers") && connector.contains("listMembers") && !connector.contains("createUser"), "{connector}");
    run(&folder, &["new", "none", "--from", &from, "--only", "gruops"]).refused(&["is about `gruops`", "did you mean `groups`?"]);
    let paths: Vec<String> =
        (0..61).map(|n| format!(r#""/users/{{id}}/berth{n}": {{"get": {{"responses": {{"204": {{"description": ""}}}}}}}}"#)).collect();
    let many = format!(
        r#"{{"openapi": "3.1.0", "info": {{"title": "Many"}}, "paths": {{"/users": {{"get": {{"responses": {{"200": {{"description": ""}}}}}}}}, {}}}}}"#,
        paths.join(",")
    );
    let many = file("new-only-from/many.json", &many);
    run(&folder, &["new", "many", "--from", &many]).refused(&["62 operations are more than", "--only users", "--all"]);
    assert!(!Path::new(&folder).join("many").exists());
    run(&folder, &["new", "many", "--from", &many, "--all"]).fine();
    clean(&folder, "many");
    let dry = run(&folder, &["new", "dry", "--from", &from, "--dry-run"]);
    assert!(dry.fine().out.starts_with("# connector.yaml\n") && dry.err.contains("nothing was written"), "{dry:?}");
    assert!(!Path::new(&folder).join("dry").exists());
}

#[test]
fn what_cannot_be_made_is_refused() {
    let folder = folder("new-refused");
    let from = file("new-refused-from/harbour.json", OPENAPI);
    for name in ["Harbour", "2fast", "har bour", "../out", "", "null", "é"] {
        run(&folder, &["new", name, "--from", &from]).refused(&["is no name for a connector"]);
    }
    run(&folder, &["new", "harbour", "--only", "users"]).refused(&["--from"]);
    run(&folder, &["new", "harbour", "--from", "not-there.json"]).refused(&["`not-there.json` cannot be read"]);
    let page = file("new-refused-from/page.html", "<html>no</html>");
    run(&folder, &["new", "harbour", "--from", &page]).refused(&["holds no description"]);
    let empty = file("new-refused-from/empty.json", r#"{"openapi": "3.0.0", "paths": {}}"#);
    run(&folder, &["new", "harbour", "--from", &empty]).refused(&["no operations that can be used"]);
    assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 0, "nothing is left behind");
}

#[test]
fn hostile_descriptions_do_no_harm() {
    let folder = folder("new-hostile");
    let long = "veryLongName".repeat(25);
    let answer = r#""responses": {"200": {"content": {"application/json": {"schema": {"type": "object", "properties": {"a`b": {"type": "string"}, "次": {"type": "array", "items": {"type": "object"}}}}}}}}"#;
    let operation = |id: &str| format!(r#"{{"operationId": {}, {answer}}}"#, serde_json::Value::from(id));
    let paths = [
        ("/".to_owned(), operation("root")),
        (String::new(), operation("nothing")),
        ("/ユーザー/{番号}".to_owned(), operation("ユーザー")),
        ("/users/{id}".to_owned(), operation("same")),
        ("/users/{name}".to_owned(), operation("same")),
        ("/users".to_owned(), operation("same")),
        ("/Users".to_owned(), operation("same")),
        (format!("/{long}/{{{long}}}"), operation(&long)),
        ("/items/{id}/items/{items}/query/{get}".to_owned(), operation("get")),
        ("/a b/\\\"{x}".to_owned(), operation("\"\n- evil: true\n#")),
        ("/x/{{ secret.key }}/{%y%}".to_owned(), operation("{{ secret.key }}")),
        ("/open/{brace".to_owned(), operation("open")),
        ("/null/true/{false}".to_owned(), operation("null")),
        ("/list/{id}/list".to_owned(), operation("list")),
        ("/q?x=1".to_owned(), operation("q")),
        ("/q?x=2".to_owned(), operation("q")),
        ("//evil.example/x".to_owned(), operation("evil")),
        ("https://evil.example/x".to_owned(), operation("absolute")),
    ];
    let paths: Vec<String> =
        paths.iter().map(|(path, get)| format!("{}: {{\"get\": {get}}}", serde_json::Value::from(path.as_str()))).collect();
    let description = |title: &str, server: &str, extra: &str| {
        format!(
            r#"{{"openapi": "3.1.0", "info": {{"title": {}, "version": "1: #\n"}}, "servers": [{{"url": {}}}], "paths": {{{}{extra}}}, "components": {{"securitySchemes": {{
            "a: b": {{"type": "apiKey", "in": "query", "name": "k\"ey"}}, "c": {{"type": "apiKey", "in": "cookie", "name": "sid"}}, "d": {{"type": "http", "scheme": "Digest\n"}}, "e": {{"type": "mutualTLS"}},
            "f": {{"type": "oauth2", "flows": {{"clientCredentials": {{"tokenUrl": "https://{{{{ x }}}}/t", "scopes": {{}}}}}}}}}}}}}}"#,
            serde_json::Value::from(title),
            serde_json::Value::from(server),
            paths.join(",")
        )
    };
    let cases = [
        ("plain", description("T", "https://api.harbour.example", "")),
        ("titles", description("a: b # c\n\"d\" 'e' {{ secret.key }}", "https://user@api.harbour.example:8443/{{ x }}", "")),
        ("nowhere", description("", "", "")),
        ("hosts", description("H", "http://{host}/v1?x=1", "")),
        ("bad_server", description("H", "ht!tp://\n{", "")),
        (
            "wrong",
            description(
                "W",
                "https://api.harbour.example",
                r##", "/w": {"get": 7, "post": {"parameters": 5, "responses": [], "requestBody": "x"}, "put": {"parameters": [{"name": "日本", "in": "query"}, {"name": "日本語", "in": "query"}, {"name": "id", "in": "query"}, {"name": "body", "in": "query", "required": true}], "responses": {"2XX": {"$ref": "#/nowhere"}}}}"##,
            ),
        ),
    ];
    for (name, text) in cases {
        let from = file(&format!("new-hostile-from/{name}.json"), &text);
        let done = run(&folder, &["new", name, "--from", &from]);
        assert!(!done.err.contains("panicked"), "{done:?}");
        if done.status == 0 {
            clean(&folder, name);
            let connector = read(&folder, &format!("{name}/connector.yaml"));
            assert!(!connector.contains("\n- evil"), "{connector}");
        } else {
            assert!(done.status == 2 && done.err.contains("error: "), "{name}: {done:?}");
        }
        assert!(done.status == 0 || name != "plain", "{done:?}");
    }
}
