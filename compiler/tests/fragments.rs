//! Documents are sent with the fragments that they need, and what is wrong in a fragment is said where the fragment stands.

use connc_compiler::source::{Role, Sources};
use connc_compiler::{Compiled, compile, complete};

const SCHEMA: &str = "\
type Query { harbour(id: ID!): Harbour }
type Harbour { id: ID! name: String ships: [Ship!]! }
type Ship { id: ID! name: String captain: Person }
type Person { id: ID! name: String }
";

fn compiled(fragments: &str, selection: &str) -> (Sources, Compiled) {
    let mut sources = Sources::new("example");
    let fragments: String = fragments.lines().map(|line| format!("    {line}\n")).collect();
    let spec = format!(
        "graphql:\n  endpoint: /graphql\n  schema: schemas/example.graphql\n  fragments: |\n{fragments}resources:\n  harbours:\n    get:\n      graphql: |\n        \
         query Harbour($id: ID!) {{\n          harbour(id: $id) {{ {selection} }}\n        }}\n      variables: {{ id: $id }}\n      item: data.harbour\n"
    );
    sources.add(Role::Connector, "connector.yaml", complete(&spec));
    sources.add(Role::Schema, "schemas/example.graphql", SCHEMA);
    let compiled = compile(&sources);
    (sources, compiled)
}

const FRAGMENTS: &str = "\
fragment Ship on Ship { id captain { ...Person } }
fragment Unused on Harbour { name }
fragment Person on Person { id name }
";

#[test]
fn what_is_needed_is_sent() {
    let (_, compiled) = compiled(FRAGMENTS, "id ships { ...Ship }");
    assert!(compiled.diagnostics.is_empty(), "{:?}", compiled.diagnostics);
    let plan = serde_json::to_string(&compiled.plan).unwrap();
    assert!(plan.contains("fragment Ship on Ship") && plan.contains("fragment Person on Person"), "{plan}");
    assert!(!plan.contains("Unused"), "{plan}");
}

#[test]
fn mistakes_are_where_they_stand() {
    for (fragments, selection, at, said) in [
        (FRAGMENTS.replace("captain {", "captian {"), "id ships { ...Ship }", "captian", "does not have a field `captian`"),
        (FRAGMENTS.to_owned(), "id ships { ...Shp }", "...Shp", "there is no fragment `Shp`"),
        (FRAGMENTS.replace("...Person", "...Persn"), "id ships { ...Ship }", "...Persn", "there is no fragment `Persn`"),
        (FRAGMENTS.to_owned(), "id nmae ships { ...Ship }", "nmae", "does not have a field `nmae`"),
        (
            format!("{FRAGMENTS}query Other {{ harbour(id: 1) {{ id }} }}"),
            "id ships { ...Ship }",
            "query Other",
            "only fragments stand here",
        ),
    ] {
        let (sources, compiled) = compiled(&fragments, selection);
        let found =
            compiled.diagnostics.iter().map(|found| (sources.slice(found.span).to_owned(), found.message.clone())).collect::<Vec<_>>();
        assert!(matches!(found.as_slice(), [(place, message)] if place.starts_with(at) && message.contains(said)), "{at}: {found:?}");
    }
}
