//! Every kind of provider field against every unified field: what compiles is right.
//!
//! Each field of each unified resource is mapped from one provider field after the other, in several spellings. What the compiler refuses is taken out;
//! what it lets through and calls typed must give records of the model, whatever the provider answers.

#![expect(clippy::expect_used, reason = "a test that cannot read its files fails")]

use std::path::{Path, PathBuf};

use connc::prove::prove;
use connc_compiler::source::{Role, Sources};

/// A record with a field of each kind that a description can declare.
const RECORD: &[(&str, &str)] = &[
    ("text", "{ type: string }"),
    ("time", "{ type: string, format: date-time }"),
    ("day", "{ type: string, format: date }"),
    ("email", "{ type: string, format: email }"),
    ("url", "{ type: string, format: uri }"),
    ("uuid", "{ type: string, format: uuid }"),
    ("word", "{ type: string, enum: [active, suspended] }"),
    ("other_word", "{ type: string, enum: [active, broken] }"),
    ("whole", "{ type: integer }"),
    ("number", "{ type: number }"),
    ("flag", "{ type: boolean }"),
    ("nothing", "{ type: \"null\" }"),
    ("anything", "{}"),
    ("either", "{ anyOf: [{ type: string }, { type: integer }] }"),
    ("one_or_list", "{ anyOf: [{ type: string }, { type: array, items: { type: string } }] }"),
    ("texts", "{ type: array, items: { type: string } }"),
    ("emails", "{ type: array, items: { type: string, format: email } }"),
    ("numbers", "{ type: array, items: { type: integer } }"),
    ("lists", "{ type: array, items: { type: array, items: { type: string } } }"),
    ("nullables", "{ type: array, items: { type: [string, \"null\"] } }"),
    ("object", "{ type: object, properties: { id: { type: string }, name: { type: string } } }"),
    ("sure_object", "{ type: object, required: [id, name], properties: { id: { type: integer }, name: { type: string } } }"),
    (
        "null_object",
        "{ type: [object, \"null\"], required: [id], properties: { id: { type: string }, name: { type: [string, \"null\"] } } }",
    ),
    ("objects", "{ type: array, items: { type: object, required: [id], properties: { id: { type: integer }, name: { type: string } } } }"),
    ("odd_object", "{ type: object, properties: { id: { type: boolean }, name: { type: integer }, colour: { type: string } } }"),
    ("open_object", "{ type: object, additionalProperties: true, properties: { id: { type: string } } }"),
    ("map", "{ type: object, additionalProperties: { type: string } }"),
    ("cut", "{ type: object, cut: true }"),
    ("itself", "{ $ref: \"#/types/Thing\" }"),
];

/// How a field is spelled in a map.
const SPELLINGS: &[&str] = &[
    "§",
    "§[0]",
    "[§]",
    "$first_non_empty(§, \"x\")",
    "$default(§, \"x\")",
    "{ \"id\": § }",
    "§.id",
    "§.{ \"id\": id, \"name\": name }",
    "$string(§)",
    "$exists(§) ? § : \"active\"",
    "§ != null ? { \"id\": §, \"name\": \"x\" }",
    "$email_or_nothing(§)",
    "$timestamp_or_nothing(§)",
    "$count(§)",
    "$boolean(§)",
];

/// Records for each spelling of each field.
const RECORDS: u64 = 220;

#[test]
fn what_compiles_gives_records_of_the_model() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the crate lies in the repository");
    let models: Vec<(String, String)> = files(&root.join("unified-models"));
    let (mut kept, mut refused) = (0, 0);
    for (name, _) in RECORD {
        for spelling in SPELLINGS {
            let expression = spelling.replace('§', name);
            let mut left: Vec<(String, String, String)> = fields(&models);
            let all = left.len();
            // What is refused is taken out until the rest compiles; each round takes out at least one.
            let plan = loop {
                let (sources, places) = connector(&models, &left, &expression);
                let compiled = connc_compiler::compile(&sources);
                if let Some(plan) = compiled.plan {
                    break Some((plan, sources));
                }
                let bad: Vec<u32> =
                    compiled.diagnostics.iter().map(|found| sources.position(found.span.file, found.span.start).line).collect();
                let files: Vec<&str> = compiled.diagnostics.iter().map(|found| sources.path(found.span.file)).collect();
                let is_bad = |file: &str, line: u32| bad.iter().zip(&files).any(|(bad, path)| *path == file && *bad == line);
                let before = left.len();
                left = left.into_iter().zip(places).filter(|(_, (file, line))| !is_bad(file, *line)).map(|(field, _)| field).collect();
                assert!(left.len() < before, "{expression}: {:?}", compiled.diagnostics);
                if left.is_empty() {
                    break None;
                }
            };
            kept += left.len();
            refused += all - left.len();
            let Some((plan, sources)) = plan else { continue };
            let proof = prove(&sources, plan, RECORDS, 7).expect("the plan is read");
            for map in proof.maps.iter().filter(|map| map.is_typed()) {
                assert_eq!(map.violations, 0, "`{expression}` in {}: {:?}", map.name, map.first);
            }
        }
    }
    assert!(kept > 2_000 && refused > 20_000, "{kept} kept, {refused} refused");
}

/// The files below a folder, with their paths from the folder's parent on.
fn files(folder: &Path) -> Vec<(String, String)> {
    let children = |folder: &Path| {
        let mut paths: Vec<PathBuf> =
            std::fs::read_dir(folder).expect("the folder is there").map(|entry| entry.expect("the entry is there").path()).collect();
        paths.sort();
        paths
    };
    let read = |path: PathBuf| {
        let name = path.strip_prefix(folder.parent().expect("it has one")).expect("it is below").display().to_string();
        (name, std::fs::read_to_string(path).expect("the model can be read"))
    };
    children(folder).iter().flat_map(|model| children(model)).map(read).collect()
}

/// Every field of every unified resource: model, resource, field. `id` is mapped from the record's own.
fn fields(models: &[(String, String)]) -> Vec<(String, String, String)> {
    let mut found = Vec::new();
    for (path, text) in models {
        let (Some(model), Some(name)) = (path.split('/').nth(1), path.rsplit('/').next()) else { continue };
        let resource = name.trim_end_matches(".yaml");
        let Some((_, properties)) = text.split_once("\nproperties:\n") else { continue };
        for line in
            properties.lines().filter(|line| line.starts_with("  ") && !line.starts_with("   ") && !line.trim_start().starts_with('#'))
        {
            let field = line.trim().split(':').next().unwrap_or("");
            if !matches!(field, "id" | "remote_id" | "ticket_id" | "raw" | "") && resource != "comments" {
                found.push((model.to_owned(), resource.to_owned(), field.to_owned()));
            }
        }
    }
    found
}

/// The connector with these fields mapped, and the file and line of each.
fn connector(models: &[(String, String)], fields: &[(String, String, String)], expression: &str) -> (Sources, Vec<(String, u32)>) {
    let mut sources = Sources::new("matrix");
    for (path, text) in models {
        sources.add(Role::Model, path.as_str(), text.as_str());
    }
    let spec = "connector: matrix\nspec: 1\ntitle: Matrix\nbase_url: https://api.example.com\nauth: { public: { scheme: none } }\n\
                resources:\n  things:\n    list: { get: /things, items: $, paginate: { style: single } }\n";
    sources.add(Role::Connector, "connector.yaml", spec);
    let members: String = RECORD.iter().map(|(name, schema)| format!("      {name}: {schema}\n")).collect();
    let extract = format!(
        "extract: 1\nsource: {{ title: Matrix, kind: openapi-3.1 }}\ntrust: official\noperations:\n  GET /things: \
         {{ answers: {{ \"200\": {{ type: array, items: {{ $ref: \"#/types/Thing\" }} }} }} }}\n\
         types:\n  Thing:\n    type: object\n    required: [id]\n    properties:\n      id: {{ type: string }}\n{members}"
    );
    sources.add(Role::Schema, "schemas/matrix.yaml", extract);
    let mut places = vec![(String::new(), 0); fields.len()];
    let mut names: Vec<&str> = fields.iter().map(|(model, ..)| model.as_str()).collect();
    names.dedup();
    for model in names {
        let mut text = format!("maps: {model}@1\n");
        let mut line = 1;
        let mut resource = "";
        for (index, (_, of, field)) in fields.iter().enumerate().filter(|(_, (of, ..))| of == model) {
            if of != resource {
                resource = of;
                text.push_str(&format!("{of}:\n  from: things\n  fields:\n    id: id\n"));
                line += 4;
                if of == "tickets" && !fields.iter().any(|(_, of, field)| of == "tickets" && field == "status") {
                    text.push_str("    status: { const: open }\n");
                    line += 1;
                }
            }
            text.push_str(&format!("    {field}: '{expression}'\n"));
            line += 1;
            if let Some(place) = places.get_mut(index) {
                *place = (format!("{model}.yaml"), line);
            }
        }
        sources.add(Role::Map, format!("{model}.yaml"), text);
    }
    (sources, places)
}
