//! The JSON Schema of spec files, for YAML language servers: completion, hover and the closed set of keys.

use serde_json::{Map, Value as Json, json};

use super::chapters;
use crate::yaml::{Need, Table, Value};
use crate::{auth, pagination, parse, shape, spec};

/// The schema of every file of a connector: which one it is shows by the keys that only it has.
#[must_use]
pub fn editor_schema() -> Json {
    let mut definitions = Map::new();
    for table in chapters().into_iter().flat_map(|chapter| chapter.tables) {
        definitions.insert(table.name.to_owned(), object(table));
    }
    let resource = json!({"anyOf": [reference(&spec::OPERATION), {"type": "object", "additionalProperties": reference(&spec::RESOURCE)}]});
    definitions.insert(spec::RESOURCE.name.to_owned(), resource);
    let schemes: Vec<&Table> = auth::SCHEMES.iter().map(|scheme| scheme.table).collect();
    let words: Vec<&str> = auth::SCHEMES.iter().map(|scheme| scheme.name).collect();
    definitions.insert(auth::COMMON.name.to_owned(), chosen("scheme", &words, &schemes));
    let styles: Vec<&Table> = pagination::STYLES.iter().map(|style| style.table).collect();
    let words: Vec<&str> = pagination::STYLES.iter().map(|style| style.name).collect();
    definitions.insert(pagination::COMMON.name.to_owned(), chosen("style", &words, &styles));
    let when = |key: &str, table: &Table| json!({"if": {"required": [key]}, "then": reference(table)});
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "connc spec files",
        "type": "object",
        "allOf": [
            json!({"if": {"required": ["connector", "extends"]}, "then": differences(), "else": when("connector", &spec::CONNECTOR)}),
            when("maps", &spec::MAP_FILE),
            when("exchanges", &parse::CASSETTE),
            when("resource", &shape::RESOURCE),
            when("aliases", &shape::MODEL),
            when("extract", &shape::EXTRACT),
            when("overlay", &shape::OVERLAY),
        ],
        "$defs": definitions,
    })
}

/// A connector that states its differences to a base: what is put over the base's resources need not be whole.
fn differences() -> Json {
    let mut schema = object(&spec::CONNECTOR);
    if let Some(resources) = schema.pointer_mut("/properties/resources") {
        *resources = json!({"type": "object"});
    }
    if let Some(required) = schema.pointer_mut("/required") {
        *required = json!(["connector", "spec", "title"]);
    }
    schema
}

fn reference(table: &Table) -> Json {
    json!({"$ref": format!("#/$defs/{}", table.name.replace(' ', "%20"))})
}

/// A mapping whose own key says which table it follows.
fn chosen(key: &str, words: &[&str], tables: &[&Table]) -> Json {
    let rule = |(word, table): (&&str, &&Table)| {
        let is_word = Json::Object(Map::from_iter([(key.to_owned(), json!({"const": word}))]));
        json!({"if": {"properties": is_word, "required": [key]}, "then": reference(table)})
    };
    let choice = Json::Object(Map::from_iter([(key.to_owned(), json!({"enum": words}))]));
    json!({"type": "object", "required": [key], "properties": choice, "allOf": words.iter().zip(tables).map(rule).collect::<Vec<_>>()})
}

fn object(table: &Table) -> Json {
    let mut properties = Map::new();
    let mut required = Vec::new();
    for key in table.all_keys() {
        let mut schema = value(&key.value);
        if let Some(schema) = schema.as_object_mut() {
            schema.insert("description".to_owned(), json!(key.doc));
        }
        properties.insert(key.name.to_owned(), schema);
        if key.need == Need::Required {
            required.push(key.name);
        }
    }
    let rest = table.rest.map_or(json!(false), value);
    json!({"type": "object", "description": table.doc, "properties": properties, "required": required, "additionalProperties": rest})
}

fn value(value_of: &Value) -> Json {
    match value_of {
        Value::Text | Value::Name | Value::Template | Value::Path | Value::Graphql => json!({"type": ["string", "number", "boolean"]}),
        Value::Jsonata => json!({"type": ["string", "number", "boolean"]}),
        Value::Integer => json!({"type": "integer", "minimum": 0}),
        Value::Boolean => json!({"type": "boolean"}),
        Value::Choice(words) => json!({"enum": words}),
        Value::Literal | Value::Data => json!({}),
        Value::List(inner) => json!({"type": "array", "items": value(inner)}),
        Value::Map(inner) => json!({"type": "object", "additionalProperties": value(inner)}),
        Value::Object(table) => nullable(reference(table)),
        Value::OneOf(_, tables) => json!({"anyOf": tables.iter().map(|table| reference(table)).collect::<Vec<_>>()}),
        Value::Either(one, other) => json!({"anyOf": [value(one), value(other)]}),
    }
}

/// `client_id: {}` may also be written `client_id:`.
fn nullable(schema: Json) -> Json {
    json!({"anyOf": [schema, {"type": "null"}]})
}
