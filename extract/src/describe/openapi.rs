//! `OpenAPI` 3 and Swagger 2.

use connc_plan::Method;
use serde_json::{Map, Value, json};

use super::{Described, Outline, add_parameter, security, text};
use crate::Problem;
use crate::document::{Kind, describe};
use crate::paths;
use crate::schema::{Types, is_nullable};
use crate::touched::Wanted;

pub(super) fn outline(root: &Value, kind: Kind) -> Result<Outline<'_>, Problem> {
    let info = root.get("info").unwrap_or(&Value::Null);
    let list = root.get("paths").ok_or_else(|| {
        Problem::new("the description has no `paths`").help("it may be a part of a description whose paths stand in another file")
    })?;
    let list = list.as_object().ok_or_else(|| Problem::new(format!("`paths` of the description is {}, not a mapping", describe(list))))?;
    let mut operations = Vec::new();
    for (path, item) in list {
        let item = resolved(root, item);
        let Some(entries) = item.as_object() else { continue };
        let bare = path.split(['?', '#']).next().unwrap_or_default().to_owned();
        for (word, method) in Method::ALL {
            if let Some(operation) = entries.get(*word).filter(|operation| operation.is_object()) {
                operations.push(Described { method: *method, path: with_slash(&bare), segments: paths::described(&bare), item, operation });
            }
        }
    }
    let base = if kind == Kind::Swagger2 { text(root, "basePath").unwrap_or_default() } else { server(root) };
    Ok(Outline {
        operations,
        base: base.trim_end_matches('/').to_owned(),
        title: text(info, "title").unwrap_or_default().trim().to_owned(),
        version: text(info, "version"),
    })
}

fn with_slash(path: &str) -> String {
    if path.starts_with('/') { path.to_owned() } else { format!("/{path}") }
}

fn resolved<'a>(root: &'a Value, item: &'a Value) -> &'a Value {
    let target = item.get("$ref").and_then(Value::as_str).and_then(|reference| root.pointer(reference.strip_prefix('#')?));
    target.unwrap_or(item)
}

/// The first server's own path, with its variables' defaults.
fn server(root: &Value) -> String {
    let Some(server) = root.get("servers").and_then(Value::as_array).and_then(|servers| servers.first()) else { return String::new() };
    let mut url = text(server, "url").unwrap_or_default();
    for (name, variable) in server.get("variables").and_then(Value::as_object).into_iter().flatten() {
        url = url.replace(&format!("{{{name}}}"), variable.get("default").and_then(Value::as_str).unwrap_or_default());
    }
    // A host that is a variable without a default leaves nothing before the path.
    paths::path_of(&url)
}

pub(super) fn operation(described: &Described<'_>, wanted: &[&Wanted], types: &mut Types<'_>) -> Map<String, Value> {
    let operation = described.operation;
    let mut out = Map::new();
    if let Some(id) = text(operation, "operationId") {
        out.insert("id".to_owned(), json!(id));
    }
    if operation.get("deprecated") == Some(&Value::Bool(true)) {
        out.insert("deprecated".to_owned(), json!(true));
    }
    let scopes = security::scopes(operation.get("security").or_else(|| types.root.get("security")));
    if !scopes.is_empty() {
        out.insert("scopes".to_owned(), Value::Array(scopes));
    }
    let mut parameters = Map::new();
    let mut body = None;
    let mut form = Form::default();
    for given in [described.item, operation].iter().filter_map(|holder| holder.get("parameters")?.as_array()).flatten() {
        let parameter = types.follow(given);
        let (Some(name), Some(place)) = (text(parameter, "name"), text(parameter, "in")) else { continue };
        match place.as_str() {
            "body" => body = Some(json_body(parameter, parameter.get("schema"), types)),
            "formData" => form.add(&name, parameter, types),
            // What these hold is said elsewhere (OpenAPI 3.1, section 4.8.12.1).
            "header" if ["accept", "content-type", "authorization"].contains(&name.to_ascii_lowercase().as_str()) => {}
            "query" | "path" | "header" | "cookie" => {
                let made = parameter_of(parameter, &place, types);
                add_parameter(&mut parameters, &name, &place, made);
            }
            _ => drop(types.notes.insert(format!("parameters in `{place}` are not known"))),
        }
    }
    if !parameters.is_empty() {
        out.insert("parameters".to_owned(), Value::Object(parameters));
    }
    if let Some(given) = operation.get("requestBody") {
        body = request_body(types.follow(given), wanted.iter().any(|wanted| wanted.form), types);
    }
    if let Some(body) = form.finish().or(body) {
        out.insert("body".to_owned(), body);
    }
    let answers = answers(operation, types);
    if !answers.is_empty() {
        out.insert("answers".to_owned(), Value::Object(answers));
    }
    out
}

fn parameter_of(parameter: &Value, place: &str, types: &mut Types<'_>) -> Map<String, Value> {
    let mut out = Map::new();
    out.insert("in".to_owned(), json!(place));
    if place == "path" || parameter.get("required") == Some(&Value::Bool(true)) {
        out.insert("required".to_owned(), json!(true));
    }
    if parameter.get("deprecated") == Some(&Value::Bool(true)) {
        out.insert("deprecated".to_owned(), json!(true));
    }
    // Swagger 2 has the schema in the parameter itself; a structured one stands under its media type.
    let content = parameter.get("content").and_then(Value::as_object).and_then(|content| content.values().next());
    let own = parameter.get("type").map(|_| parameter);
    let schema = parameter.get("schema").or_else(|| content?.get("schema")).or(own);
    if let Some(schema) = schema {
        let Value::Object(made) = types.schema(schema) else { return out };
        let maximum = types.follow(schema).get("maximum").and_then(Value::as_number).cloned();
        out.extend(made.into_iter().filter(|(key, _)| key != "required"));
        out.extend(maximum.map(|maximum| ("maximum".to_owned(), Value::Number(maximum))));
    }
    out
}

fn json_body(holder: &Value, schema: Option<&Value>, types: &mut Types<'_>) -> Value {
    let mut out = Map::new();
    if holder.get("required") == Some(&Value::Bool(true)) {
        out.insert("required".to_owned(), json!(true));
    }
    out.insert("schema".to_owned(), schema.map_or_else(|| json!({}), |schema| types.schema(schema)));
    Value::Object(out)
}

fn request_body(body: &Value, wants_form: bool, types: &mut Types<'_>) -> Option<Value> {
    let content = body.get("content")?.as_object()?;
    let form = || content.iter().find(|(name, _)| name.contains("x-www-form-urlencoded") || name.starts_with("multipart/"));
    let json = || media(content);
    let (is_form, media) = if wants_form {
        form().map(|(_, media)| (true, media)).or_else(|| json().map(|media| (false, media)))?
    } else {
        json().map(|media| (false, media)).or_else(|| form().map(|(_, media)| (true, media)))?
    };
    let Value::Object(mut out) = json_body(body, media.get("schema"), types) else { return None };
    if is_form {
        let schema = out.remove("schema");
        out.insert("form".to_owned(), json!(true));
        out.insert("schema".to_owned(), schema.unwrap_or_default());
    }
    Some(Value::Object(out))
}

/// The JSON among the media types.
fn media(content: &Map<String, Value>) -> Option<&Value> {
    let plain = |name: &str| name.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    content
        .iter()
        .find(|(name, _)| plain(name) == "application/json")
        .or_else(|| content.iter().find(|(name, _)| plain(name).ends_with("+json") || plain(name).contains("json")))
        .or_else(|| content.iter().find(|(name, _)| plain(name) == "*/*"))
        .map(|(_, media)| media)
}

fn answers(operation: &Value, types: &mut Types<'_>) -> Map<String, Value> {
    let mut out = Map::new();
    for (status, given) in operation.get("responses").and_then(Value::as_object).into_iter().flatten() {
        if status.starts_with("x-") {
            continue;
        }
        let answer = types.follow(given);
        let content = answer.get("content").and_then(Value::as_object).filter(|content| !content.is_empty());
        let made = match (content, answer.get("schema")) {
            // Something else than JSON comes back.
            (Some(content), _) => {
                media(content).and_then(|media| media.get("schema")).map_or_else(|| json!({}), |schema| types.schema(schema))
            }
            (None, Some(schema)) => types.schema(schema),
            (None, None) => json!("none"),
        };
        out.insert(status.clone(), made);
    }
    out
}

/// Swagger 2's form fields as one body.
#[derive(Default)]
struct Form {
    properties: Map<String, Value>,
    required: Vec<Value>,
}

impl Form {
    fn add(&mut self, name: &str, parameter: &Value, types: &mut Types<'_>) {
        let made = types.schema(parameter);
        let nullable = parameter.as_object().is_some_and(is_nullable);
        debug_assert!(!nullable || made.is_object(), "a form field is a schema");
        self.properties.insert(name.to_owned(), made);
        if parameter.get("required") == Some(&Value::Bool(true)) {
            self.required.push(json!(name));
        }
    }

    fn finish(self) -> Option<Value> {
        if self.properties.is_empty() {
            return None;
        }
        let mut schema = Map::from_iter([("type".to_owned(), json!("object"))]);
        let mut out = Map::new();
        if !self.required.is_empty() {
            out.insert("required".to_owned(), json!(true));
            schema.insert("required".to_owned(), Value::Array(self.required));
        }
        schema.insert("properties".to_owned(), Value::Object(self.properties));
        out.insert("form".to_owned(), json!(true));
        out.insert("schema".to_owned(), Value::Object(schema));
        Some(Value::Object(out))
    }
}
