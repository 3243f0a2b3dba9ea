//! Discovery documents.

use connc_plan::Method;
use serde_json::{Map, Value, json};

use super::{Described, Outline, add_parameter, text};
use crate::Problem;
use crate::paths;
use crate::schema::Types;
use crate::touched::Wanted;

pub(super) fn outline(root: &Value) -> Result<Outline<'_>, Problem> {
    let mut operations = Vec::new();
    collect(root, &mut operations);
    if operations.is_empty() {
        return Err(Problem::new("the description has no `methods` below its `resources`"));
    }
    let url = text(root, "baseUrl").unwrap_or_else(|| {
        let part = |key: &str| text(root, key).unwrap_or_default();
        format!("{}/{}", part("rootUrl").trim_end_matches('/'), part("servicePath"))
    });
    Ok(Outline {
        operations,
        base: paths::path_of(&url),
        title: text(root, "title").or_else(|| text(root, "name")).unwrap_or_default(),
        version: text(root, "revision").or_else(|| text(root, "version")),
    })
}

fn collect<'a>(holder: &'a Value, operations: &mut Vec<Described<'a>>) {
    for operation in holder.get("methods").and_then(Value::as_object).into_iter().flat_map(Map::values) {
        let word = text(operation, "httpMethod").unwrap_or_default();
        let Some((_, method)) = Method::ALL.iter().find(|(_, method)| method.name() == word) else { continue };
        // The flat path names each part of what `path` takes as one value.
        let path = text(operation, "flatPath").or_else(|| text(operation, "path")).unwrap_or_default();
        let path = format!("/{}", path.trim_start_matches('/'));
        operations.push(Described { method: *method, segments: paths::described(&path), path, item: &Value::Null, operation });
    }
    for inner in holder.get("resources").and_then(Value::as_object).into_iter().flat_map(Map::values) {
        collect(inner, operations);
    }
}

pub(super) fn operation(described: &Described<'_>, wanted: &[&Wanted], types: &mut Types<'_>) -> Map<String, Value> {
    let operation = described.operation;
    let mut out = Map::new();
    if let Some(id) = text(operation, "id") {
        out.insert("id".to_owned(), json!(id));
    }
    if operation.get("deprecated") == Some(&Value::Bool(true)) {
        out.insert("deprecated".to_owned(), json!(true));
    }
    // Any one of the scopes suffices.
    let scopes: Vec<Value> = operation.get("scopes").and_then(Value::as_array).into_iter().flatten().map(|scope| json!([scope])).collect();
    if !scopes.is_empty() {
        out.insert("scopes".to_owned(), Value::Array(scopes));
    }
    let mut parameters = Map::new();
    for name in holes(&described.path) {
        let known = operation.get("parameters").and_then(|list| list.get(name));
        let mut made = known.map_or_else(|| Map::from_iter([("type".to_owned(), json!("string"))]), |known| schema(known, types));
        made.shift_insert(0, "in".to_owned(), json!("path"));
        made.shift_insert(1, "required".to_owned(), json!(true));
        add_parameter(&mut parameters, name, "path", made);
    }
    let own = operation.get("parameters").and_then(Value::as_object).into_iter().flatten();
    // Parameters of every method are many; those that the connector sends are enough.
    let sent = |name: &str| wanted.iter().any(|wanted| wanted.sends.iter().any(|sent| sent.name == name));
    let shared = types.root.get("parameters").and_then(Value::as_object).into_iter().flatten().filter(|(name, _)| sent(name));
    for (name, parameter) in own.chain(shared).collect::<Vec<_>>() {
        let place = text(parameter, "location").unwrap_or_else(|| "query".to_owned());
        if place == "path" || parameters.contains_key(name) {
            continue;
        }
        let mut made = Map::from_iter([("in".to_owned(), json!(place))]);
        for flag in ["required", "deprecated"] {
            if parameter.get(flag) == Some(&Value::Bool(true)) {
                made.insert(flag.to_owned(), json!(true));
            }
        }
        made.extend(schema(parameter, types));
        // Numbers are written as text.
        let maximum = text(parameter, "maximum").and_then(|maximum| maximum.parse::<i64>().ok());
        made.extend(maximum.map(|maximum| ("maximum".to_owned(), json!(maximum))));
        add_parameter(&mut parameters, name, &place, made);
    }
    if !parameters.is_empty() {
        out.insert("parameters".to_owned(), Value::Object(parameters));
    }
    if let Some(request) = operation.get("request") {
        out.insert("body".to_owned(), json!({"required": true, "schema": types.schema(request)}));
    }
    let answer = operation.get("response").map_or_else(|| json!("none"), |response| types.schema(response));
    out.insert("answers".to_owned(), json!({"200": answer}));
    out
}

fn schema(parameter: &Value, types: &mut Types<'_>) -> Map<String, Value> {
    let Value::Object(made) = types.schema(parameter) else { return Map::new() };
    if parameter.get("repeated") == Some(&Value::Bool(true)) {
        return Map::from_iter([("type".to_owned(), json!("array")), ("items".to_owned(), Value::Object(made))]);
    }
    made
}

/// The names between braces.
fn holes(path: &str) -> impl Iterator<Item = &str> {
    path.split('{').skip(1).filter_map(|part| part.split('}').next()).map(|name| name.trim_start_matches('+'))
}
