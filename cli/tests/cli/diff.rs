//! `connc diff`: what each kind of change means for a connector's users, where it stands, and how it ends.

use std::path::Path;

use serde_json::Value;

use crate::machine::{Done, connc, file, shown};

const CONNECTOR: &str = r#"connector: harbour
spec: 1
title: Harbour
account:
  region: { type: enum, values: [eu, us], description: Where }
  domain: { type: hostname, within: [harbour.example] }
  note: { type: string, required: false, default: none }
app: { client_id: {}, secrets: { client_secret: {} } }
base_url: https://{{ account.domain }}/v2
headers: { X-Region: "{{ account.region }}" }
auth:
  token:
    scheme: bearer
    secrets: { token: { description: API token } }
    token: "{{ secret.token }}"
  app:
    scheme: oauth2
    grant: client_credentials
    token_url: https://login.harbour.example/token
    client_id: "{{ app.client_id }}"
    client_secret: "{{ app.secret.client_secret }}"
    scopes: [ships.read]
verify: ships.list
errors: { message: error }
resources:
  ships:
    list:
      get: /ships
      input: { q: { type: string } }
      query: { q: "{{ input.q }}" }
      items: $
      paginate: { style: page, into: { query: page }, size: { query: limit, max: 100 } }
    get: { get: "/ships/{{ id }}" }
    create: { post: /ships, input: { body: { type: object, required: true } }, body: $input.body }
    sink: { delete: "/ships/{{ id }}", answer: none, input: { why: {} }, query: { why: "{{ input.why }}" } }
  me:
    get: { get: /me }
"#;

const MAP: &str = r#"maps: fleet@1
ships:
  from: ships
  fields:
    remote_id: id
    name: label
    flag: { const: kiel }
    length: length
    crew: { unavailable: nobody counts them }
    state: { from: state, enum: { AFLOAT: afloat, SUNK: gone }, otherwise: unknown }
  filters:
    name: { q: "{{ value }}" }
  create: { call: ships.create, with: { body: { label: $input.name } } }
"#;

const SHIPS: &str = r#"model: fleet
version: 1
resource: ships
required: [remote_id]
properties:
  remote_id: { type: string, format: id }
  name: { type: string, input: [create] }
  flag: { type: string }
  length: { type: number }
  crew: { type: integer }
  state: { type: string, enum: [afloat, gone, unknown, docked] }
"#;

const CONNECTOR_FILE: &str = "connectors/harbour/connector.yaml";
const MAP_FILE: &str = "connectors/harbour/fleet.yaml";
const SHIPS_FILE: &str = "unified-models/fleet/ships.yaml";

/// A version of the connector below a folder for this test run, with these changes.
fn version(name: &str, changes: &[(&str, &str, &str)]) -> String {
    let _ = std::fs::remove_dir_all(Path::new(env!("CARGO_TARGET_TMPDIR")).join(name));
    for (path, text) in [
        (CONNECTOR_FILE, CONNECTOR),
        (MAP_FILE, MAP),
        (SHIPS_FILE, SHIPS),
        ("unified-models/fleet/model.yaml", "model: fleet\nversion: 1\n"),
    ] {
        let mut text = text.to_owned();
        for (_, old, new) in changes.iter().filter(|(changed, ..)| *changed == path) {
            assert_eq!(text.matches(old).count(), 1, "{old}");
            text = text.replace(old, new);
        }
        file(&format!("{name}/{path}"), &text);
    }
    Path::new(env!("CARGO_TARGET_TMPDIR")).join(name).join("connectors/harbour").display().to_string()
}

fn json(done: &Done) -> Value {
    assert_eq!(done.status, 0, "{done:?}");
    serde_json::from_str(&done.out).unwrap()
}

/// The changes from the base to an edited version, each as `verdict: at: what`.
fn changes(name: &str, edits: &[(&str, &str, &str)]) -> Vec<String> {
    let (old, new) = (version(&format!("diff-{name}-old"), &[]), version(&format!("diff-{name}-new"), edits));
    let json = json(&connc(&["diff", &old, &new, "--format", "json"]));
    let text = |change: &Value| ["verdict", "at", "what"].map(|key| change[key].as_str().unwrap().to_owned()).join(": ");
    json["changes"].as_array().unwrap().iter().map(text).collect()
}

/// Each kind of change: where, what becomes what, and all that is said of it.
const KINDS: &[(&str, &str, &str, &[&str])] = &[
    // The unified surface.
    (MAP_FILE, "    name: label\n", "", &["breaking: field `ships.name` of `fleet`: it is gone"]),
    (
        MAP_FILE,
        "    name: label\n",
        "    name: { unavailable: ships have none }\n",
        &["breaking: field `ships.name` of `fleet`: it is not given any more: ships have none"],
    ),
    (MAP_FILE, "crew: { unavailable: nobody counts them }", "crew: crew", &["feature: field `ships.crew` of `fleet`: it is new"]),
    (
        MAP_FILE,
        "nobody counts them",
        "no number is given",
        &["fix: field `ships.crew` of `fleet`: why it is not given is said in other words"],
    ),
    (MAP_FILE, "name: label", "name: title", &["fix: field `ships.name` of `fleet`: it is made from `title`, it was made from `label`"]),
    (
        MAP_FILE,
        "remote_id: id",
        "remote_id: uuid",
        &["breaking: field `ships.remote_id` of `fleet`: it is made from `uuid`, it was made from `id`"],
    ),
    (MAP_FILE, "const: kiel", "const: rostock", &["breaking: field `ships.flag` of `fleet`: it is always `rostock`, it was `kiel`"]),
    (MAP_FILE, "{ const: kiel }", "port", &["fix: field `ships.flag` of `fleet`: it is made in another way"]),
    (
        MAP_FILE,
        "SUNK: gone",
        "SUNK: docked",
        &["breaking: field `ships.state` of `fleet`: the provider's `SUNK` is `docked`, it was `gone`"],
    ),
    (MAP_FILE, ", SUNK: gone", "", &["breaking: field `ships.state` of `fleet`: the provider's `SUNK` is `unknown`, it was `gone`"]),
    (
        MAP_FILE,
        ", otherwise: unknown",
        "",
        &["breaking: field `ships.state` of `fleet`: any other value of the provider's is left out, it was `unknown`"],
    ),
    (
        MAP_FILE,
        "SUNK: gone }",
        "SUNK: gone, DOCKED: docked }",
        &["breaking: field `ships.state` of `fleet`: the provider's `DOCKED` is `docked`, it was `unknown`"],
    ),
    (
        MAP_FILE,
        "from: state,",
        "from: status,",
        &["fix: field `ships.state` of `fleet`: it is made from `status`, it was made from `state`"],
    ),
    (MAP_FILE, "  filters:\n    name: { q: \"{{ value }}\" }\n", "", &["breaking: filter `ships.name` of `fleet`: it is gone"]),
    (MAP_FILE, "{ q: \"{{ value }}\" }", "{ q: \"^{{ value }}\" }", &["fix: filter `ships.name` of `fleet`: it is served in another way"]),
    (
        MAP_FILE,
        "{ q: \"{{ value }}\" }",
        "{ q: { ada: 1, bo: 2 } }",
        &["breaking: filter `ships.name` of `fleet`: it looks for nothing but ada, bo"],
    ),
    (
        MAP_FILE,
        "    name: { q: \"{{ value }}\" }\n",
        "    name: { q: \"{{ value }}\" }\n    flag: { q: \"{{ value }}\" }\n",
        &["feature: filter `ships.flag` of `fleet`: it is new"],
    ),
    (
        MAP_FILE,
        "  create: {",
        "  update: {",
        &["breaking: verb `ships.create` of `fleet`: it is gone", "feature: verb `ships.update` of `fleet`: it is new"],
    ),
    (
        MAP_FILE,
        "{ label: $input.name }",
        "{ title: $input.name }",
        &["fix: verb `ships.create` of `fleet`: it calls the provider in another way"],
    ),
    // The model.
    (
        SHIPS_FILE,
        "length: { type: number }",
        "length: { type: string }",
        &["breaking: field `ships.length` of `fleet`: it is `string`, it was `number`"],
    ),
    (
        SHIPS_FILE,
        "required: [remote_id]",
        "required: [remote_id, flag]",
        &["feature: field `ships.flag` of `fleet`: it is always there now"],
    ),
    (SHIPS_FILE, ", docked]", "]", &["breaking: field `ships.state` of `fleet`: the model has no `docked` any more"]),
    (SHIPS_FILE, ", docked]", ", docked, lost]", &["feature: field `ships.state` of `fleet`: the model has `lost` too"]),
    (SHIPS_FILE, "name: { type: string, input: [create] }", "name: { type: string, input: [create, update] }", &[]),
    // How to connect.
    (CONNECTOR_FILE, "  note: {", "  fleet: { type: string }\n  note: {", &["breaking: account parameter `fleet`: it is new and required"]),
    (
        CONNECTOR_FILE,
        "  note: {",
        "  fleet: { type: string, required: false }\n  note: {",
        &["feature: account parameter `fleet`: it is new"],
    ),
    (CONNECTOR_FILE, "  note: { type: string, required: false, default: none }\n", "", &["breaking: account parameter `note`: it is gone"]),
    (
        CONNECTOR_FILE,
        "default: none",
        "default: some",
        &["breaking: account parameter `note`: without it, it is `\"some\"`, it was `\"none\"`"],
    ),
    (CONNECTOR_FILE, "values: [eu, us]", "values: [eu]", &["breaking: account parameter `region`: it takes `us` no more"]),
    (CONNECTOR_FILE, "values: [eu, us]", "values: [eu, us, ap]", &["feature: account parameter `region`: it takes `ap` too"]),
    (
        CONNECTOR_FILE,
        "description: Where",
        "description: Where it lies",
        &["fix: account parameter `region`: it is described in other words"],
    ),
    (
        CONNECTOR_FILE,
        "within: [harbour.example]",
        "within: [harbour.example, port.example]",
        &["feature: account parameter `domain`: a host within `port.example` is allowed too"],
    ),
    (
        CONNECTOR_FILE,
        "within: [harbour.example]",
        "within: [eu.harbour.example]",
        &["breaking: account parameter `domain`: a host within `harbour.example` is allowed no more"],
    ),
    (
        CONNECTOR_FILE,
        "scopes: [ships.read]",
        "scopes: [ships.read, ships.write]",
        &["breaking: auth method `app`: it asks for the scope `ships.write` too"],
    ),
    (CONNECTOR_FILE, "    scopes: [ships.read]\n", "", &["fix: auth method `app`: it asks for the scope `ships.read` no more"]),
    (
        CONNECTOR_FILE,
        "  token:\n    scheme",
        "  key:\n    scheme",
        &["breaking: auth method `token`: it is gone", "feature: auth method `key`: it is new"],
    ),
    (
        CONNECTOR_FILE,
        "secrets: { token: { description: API token } }",
        "secrets: { token: { description: API token }, pin: {} }",
        &["breaking: secret `pin` of auth method `token`: it is new, and secrets are required"],
    ),
    (
        CONNECTOR_FILE,
        "{ client_id: {}, secrets",
        "{ client_id: {}, tenant: {}, secrets",
        &["breaking: app parameter `tenant`: it is new and required"],
    ),
    (
        CONNECTOR_FILE,
        "https://login.harbour.example/token",
        "https://id.harbour.example/token",
        &[
            "feature: hosts: requests can go to `id.harbour.example` too",
            "fix: auth method `app`: credentials are acquired or sent in another way",
            "fix: hosts: no request goes to `login.harbour.example` any more",
        ],
    ),
    // The provider's own operations.
    (CONNECTOR_FILE, "  me:\n    get: { get: /me }\n", "", &["breaking: operation `me.get`: it is gone"]),
    (
        CONNECTOR_FILE,
        "    sink:",
        "    dock: { put: \"/ships/{{ id }}\", answer: none }\n    sink:",
        &["feature: operation `ships.dock`: it is new"],
    ),
    (
        CONNECTOR_FILE,
        "delete: \"/ships/{{ id }}\"",
        "delete: \"/vessels/{{ id }}\"",
        &["fix: operation `ships.sink`: it sends `DELETE /vessels/{{ id }}`, it sent `DELETE /ships/{{ id }}`"],
    ),
    (
        CONNECTOR_FILE,
        "input: { why: {} }",
        "input: { why: {}, port: { required: true } }, headers: { X-Port: \"{{ input.port }}\" }",
        &[
            "breaking: input `port` of operation `ships.sink`: it is new and required",
            "fix: operation `ships.sink`: its headers are made in another way",
        ],
    ),
    (
        CONNECTOR_FILE,
        "input: { why: {} }",
        "input: { why: { required: true } }",
        &["breaking: input `why` of operation `ships.sink`: it is required now"],
    ),
    (
        CONNECTOR_FILE,
        "input: { why: {} }",
        "input: { why: { type: integer } }",
        &["breaking: input `why` of operation `ships.sink`: it takes `integer`, it took `string`"],
    ),
    (CONNECTOR_FILE, "max: 100", "max: 50", &["fix: operation `ships.list`: the limits of its pages are others"]),
    (
        CONNECTOR_FILE,
        "style: page,",
        "style: offset,",
        &["fix: operation `ships.list`: its pages follow each other by `offset`, they did by `page`"],
    ),
    (CONNECTOR_FILE, "items: $\n", "items: ships\n", &["fix: operation `ships.list`: its records stand at `ships`, they stood at `$`"]),
    (
        CONNECTOR_FILE,
        "get: { get: \"/ships/{{ id }}\" }",
        "get: { get: \"/ships/{{ id }}\", query: { full: \"1\" } }",
        &["fix: operation `ships.get`: its query is made in another way"],
    ),
    // The rest.
    (CONNECTOR_FILE, "title: Harbour", "title: The Harbour", &["fix: the connector: its title or its documentation is another"]),
    (CONNECTOR_FILE, "errors: { message: error }", "errors: { message: error.text }", &["fix: `errors`: what it holds is another"]),
    (CONNECTOR_FILE, "verify: ships.list", "verify: me.get", &["fix: `verify`: another call proves credentials"]),
    (CONNECTOR_FILE, "spec: 1\n", "spec: 1\n# A remark changes nothing.\n\n", &[]),
    (CONNECTOR_FILE, "items: $\n", "items: \"$\"\n", &[]),
];

#[test]
fn each_kind_has_its_verdict() {
    for (index, (path, old, new, expected)) in KINDS.iter().enumerate() {
        let found = changes(&format!("kind-{index}"), &[(path, old, new)]);
        assert_eq!(found, *expected, "{old:?} -> {new:?}");
    }
}

#[test]
fn resources_come_and_go() {
    let boats = SHIPS.replace("resource: ships", "resource: boats");
    let (old, new) = (version("diff-resource-old", &[]), version("diff-resource-new", &[(MAP_FILE, "ships:\n  from", "boats:\n  from")]));
    for name in ["diff-resource-old", "diff-resource-new"] {
        file(&format!("{name}/unified-models/fleet/boats.yaml"), &boats);
    }
    let done = connc(&["diff", &old, &new]);
    let (old, new) = (shown(&old), shown(&new));
    assert_eq!(
        done.fine().out,
        format!(
            "breaking\n  resource `ships` of `fleet`: it is gone\n    calls for it are refused\n    was {old}/fleet.yaml:2:1\n\
             feature\n  resource `boats` of `fleet`: it is new\n    {new}/fleet.yaml:2:1\nverdict: breaking, a major version\n"
        )
    );
}

#[test]
fn the_verdict_decides_the_exit_status_where_that_is_wanted() {
    let old = version("diff-exit-old", &[]);
    let same = version("diff-exit-same", &[(CONNECTOR_FILE, "title: Harbour\n", "\ntitle: Harbour # a remark\n")]);
    let feature = version("diff-exit-feature", &[(MAP_FILE, "crew: { unavailable: nobody counts them }", "crew: crew")]);
    let breaking = version("diff-exit-breaking", &[(MAP_FILE, "    name: label\n", "")]);
    let done = connc(&["diff", &old, &same, "--fail-on", "feature"]);
    assert_eq!(done.fine().out, "no difference\n");
    for (new, fail_on, status) in
        [(&feature, "breaking", 0), (&feature, "feature", 1), (&breaking, "breaking", 1), (&breaking, "feature", 1), (&same, "breaking", 0)]
    {
        let done = connc(&["diff", &old, new, "--fail-on", fail_on]);
        assert_eq!(done.status, status, "{done:?}");
    }
    let done = connc(&["diff", &old, &feature]);
    let feature = shown(&feature);
    assert_eq!(
        done.fine().out,
        format!("feature\n  field `ships.crew` of `fleet`: it is new\n    {feature}/fleet.yaml:9:5\nverdict: feature, a minor version\n")
    );
}

#[test]
fn new_hosts_come_with_a_remark() {
    let (old, new) = (version("diff-hosts-old", &[]), version("diff-hosts-new", &[(CONNECTOR_FILE, "login.", "id.")]));
    let json = json(&connc(&["diff", &old, &new, "--format", "json"]));
    assert_eq!((&json["summary"]["verdict"], &json["summary"]["version"]), (&"feature".into(), &"minor".into()), "{json}");
    assert_eq!((&json["summary"]["feature"], &json["summary"]["fix"]), (&1.into(), &2.into()), "{json}");
    assert!(json["changes"][0]["security"].as_str().unwrap().contains("credentials"), "{json}");
    let fix = json["changes"].as_array().unwrap().iter().find(|change| change["at"] == "auth method `app`").unwrap();
    assert_eq!((&fix["place"]["version"], &fix["place"]["line"]), (&"new".into(), &16.into()), "{json}");
    assert!(fix["place"]["file"].as_str().unwrap().ends_with("harbour/connector.yaml"), "{json}");
}

#[test]
fn bundles_are_versions_too() {
    let (old, new) = (version("diff-bundle-old", &[]), version("diff-bundle-new", &[(MAP_FILE, "    name: label\n", "")]));
    let bundle = file("diff-bundle.json", "");
    connc(&["build", &old, "-o", &bundle]).fine();
    assert_eq!(connc(&["diff", &bundle, &old]).fine().out, "no difference\n");
    assert_eq!(connc(&["diff", &bundle, &bundle]).fine().out, "no difference\n");
    let done = connc(&["diff", &bundle, &new]);
    assert!(done.fine().out.contains("it is gone\n    callers that read it find nothing\n    was fleet.yaml:6:5\n"), "{done:?}");
    // Folders with several connectors are compared by name.
    let several = Path::new(&new).parent().unwrap().display().to_string();
    file("diff-bundle-new/connectors/pier/connector.yaml", &CONNECTOR.replace("connector: harbour", "connector: pier"));
    let done = connc(&["diff", &bundle, &several]);
    assert!(done.fine().out.contains("feature\n  pier: connector `pier`: it is new\n"), "{done:?}");
    let done = connc(&["diff", &several, &bundle]);
    assert!(done.fine().out.contains("breaking\n  pier: connector `pier`: it is gone\n    calls to it are refused\n"), "{done:?}");
}

#[test]
fn what_cannot_be_compared_is_refused() {
    let old = version("diff-refused-old", &[]);
    let broken = version("diff-refused-new", &[(CONNECTOR_FILE, "title:", "titel:")]);
    connc(&["diff", &old, &broken]).refused(&["unknown-key", "does not compile", "`connc build` once made"]);
    connc(&["diff", &old, "./nowhere"]).refused(&["there is no folder `./nowhere`"]);
    connc(&["diff", &old]).refused(&["NEW"]);
    let text = file("diff-refused.json", "{}");
    connc(&["diff", &old, &text]).refused(&["is not what `connc build` makes"]);
}
