//! SCIM schemas (RFC 7643, section 7), as providers answer them at `/Schemas`: read as the OpenAPI description that RFC 7644 makes of them.
//!
//! Schemas say which attributes a resource has, and nothing of requests: those, and the messages that they carry, are the protocol's and the same everywhere.

use serde_json::{Map, Value, json};

/// What core schemas are called, before their names (RFC 7643, section 10.3.1).
const CORE: &str = "urn:ietf:params:scim:schemas:core:2.0:";
/// Core schemas that describe SCIM itself.
const OWN: &[&str] = &["Schema", "ResourceType", "ServiceProviderConfig"];

/// The schemas in an answer of `/Schemas`, in a list, or alone; none where it holds anything else.
pub(crate) fn schemas(root: &Value) -> Vec<&Value> {
    let list = root.get("Resources").unwrap_or(root);
    let list = list.as_array().map_or_else(|| std::slice::from_ref(list), Vec::as_slice);
    let is_schema = |schema: &&Value| {
        schema.get("id").and_then(Value::as_str).is_some_and(|id| id.starts_with("urn:"))
            && schema.get("attributes").is_some_and(Value::is_array)
    };
    list.iter().filter(is_schema).collect()
}

/// The schemas as a description: an endpoint for each resource, and those of the protocol.
pub(crate) fn described(schemas: &[&Value]) -> Value {
    let id = |schema: &Value| schema.get("id").and_then(Value::as_str).unwrap_or_default().to_owned();
    let word = |id: &str| id.rsplit(':').next().unwrap_or_default().to_owned();
    // A resource's own schema is the core's, or one that calls itself no extension.
    let mut resources: Vec<(String, &Value)> = Vec::new();
    let (core, others): (Vec<&Value>, Vec<&Value>) = schemas.iter().partition(|schema| id(schema).starts_with(CORE));
    for schema in core.into_iter().chain(others.into_iter().filter(|schema| !id(schema).contains(":extension:"))) {
        let name = word(&id(schema));
        if !OWN.contains(&name.as_str()) && resources.iter().all(|(known, _)| *known != name) {
            resources.push((name, schema));
        }
    }
    let mut paths = protocol_paths();
    let mut types = protocol_types();
    for (name, schema) in &resources {
        let mut properties = common(name);
        properties.extend(attributes(schema));
        for extension in schemas.iter().filter(|one| word(&id(one)) == *name && id(one) != id(schema)) {
            properties.insert(id(extension), object(attributes(extension), Vec::new()));
        }
        // What a body must have, an answer may lack where other attributes were asked for (RFC 7644, section 3.9): a type that is both requires neither.
        types.insert(name.clone(), object(properties, vec![json!("schemas"), json!("id")]));
        let list = object(Map::from_iter([("Resources".to_owned(), json!({"type": "array", "items": reference(name)}))]), Vec::new());
        types.insert(format!("{name}List"), json!({"allOf": [reference("ListResponse"), list]}));
        resource_paths(name, &mut paths);
    }
    let names = resources.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>().join(", ");
    json!({"openapi": "3.1.0", "info": {"title": format!("SCIM schemas: {names}")}, "paths": paths, "components": {"schemas": types}})
}

fn reference(name: &str) -> Value {
    json!({"$ref": format!("#/components/schemas/{name}")})
}

fn object(properties: Map<String, Value>, required: Vec<Value>) -> Value {
    let mut out = Map::from_iter([("type".to_owned(), json!("object"))]);
    if !required.is_empty() {
        out.insert("required".to_owned(), Value::Array(required));
    }
    out.insert("properties".to_owned(), Value::Object(properties));
    Value::Object(out)
}

/// What every resource has (RFC 7643, section 3.1).
fn common(name: &str) -> Map<String, Value> {
    Map::from_iter([
        ("schemas".to_owned(), json!({"type": "array", "items": {"type": "string"}})),
        ("id".to_owned(), json!({"type": "string", "readOnly": true})),
        ("externalId".to_owned(), json!({"type": "string"})),
        ("meta".to_owned(), meta(name)),
    ])
}

fn meta(name: &str) -> Value {
    let time = json!({"type": "string", "format": "date-time"});
    let text = json!({"type": "string"});
    json!({
        "type": "object",
        "readOnly": true,
        "properties": {
            "resourceType": {"type": "string", "enum": [name]}, "created": time, "lastModified": time, "location": text, "version": text,
        },
    })
}

/// The names of the attributes that must be there.
fn required(holder: &Value, key: &str) -> Vec<Value> {
    let is_required = |attribute: &&Value| attribute.get("required") == Some(&Value::Bool(true));
    listed(holder, key).iter().filter(is_required).filter_map(|attribute| attribute.get("name").cloned()).collect()
}

fn listed<'a>(holder: &'a Value, key: &str) -> &'a [Value] {
    holder.get(key).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// The attributes of a resource, without those that every resource has: some providers list these too, and say less of them.
fn attributes(schema: &Value) -> Map<String, Value> {
    let mut made = members(schema, "attributes");
    for name in ["schemas", "id", "externalId", "meta"] {
        made.shift_remove(name);
    }
    made
}

fn members(holder: &Value, key: &str) -> Map<String, Value> {
    let named = |attribute: &Value| Some((attribute.get("name")?.as_str()?.to_owned(), attribute_of(attribute)));
    listed(holder, key).iter().filter_map(named).collect()
}

/// What an attribute holds (RFC 7643, sections 2.3 and 7).
fn attribute_of(attribute: &Value) -> Value {
    let word = |key: &str| attribute.get(key).and_then(Value::as_str).unwrap_or_default();
    let several = attribute.get("multiValued") == Some(&Value::Bool(true));
    let mut made = match word("type").to_ascii_lowercase().as_str() {
        "string" => json!({"type": "string"}),
        "boolean" => json!({"type": "boolean"}),
        "decimal" => json!({"type": "number"}),
        "integer" => json!({"type": "integer"}),
        "datetime" => json!({"type": "string", "format": "date-time"}),
        "binary" => json!({"type": "string", "format": "byte"}),
        "reference" => {
            // A reference to something outside has its address; one to a resource may be relative.
            let outside = listed(attribute, "referenceTypes").iter().any(|kind| kind.as_str() == Some("external"));
            if outside { json!({"type": "string", "format": "uri"}) } else { json!({"type": "string"}) }
        }
        "complex" => complex(attribute, several),
        _ => json!({}),
    };
    if several {
        made = json!({"type": "array", "items": made});
    }
    if let Some(object) = made.as_object_mut() {
        match word("mutability") {
            "readOnly" => drop(object.insert("readOnly".to_owned(), json!(true))),
            "writeOnly" => drop(object.insert("writeOnly".to_owned(), json!(true))),
            _ => {}
        }
    }
    made
}

fn complex(attribute: &Value, several: bool) -> Value {
    let mut properties = members(attribute, "subAttributes");
    if properties.is_empty() {
        return json!({"type": "object", "additionalProperties": true});
    }
    // What the values of a list have unless their schema says otherwise (section 2.4).
    if several && properties.contains_key("value") {
        for (name, r#type) in [("type", "string"), ("primary", "boolean"), ("display", "string"), ("$ref", "string")] {
            properties.entry(name).or_insert_with(|| json!({"type": r#type}));
        }
    }
    object(properties, required(attribute, "subAttributes"))
}

/// The messages of the protocol (RFC 7644), and its configuration (RFC 7643, section 5).
fn protocol_types() -> Map<String, Value> {
    let any = reference("Value");
    let schemas = json!({"type": "array", "items": {"type": "string"}});
    let text = json!({"type": "string"});
    let method = json!({"type": "string", "enum": ["POST", "PUT", "PATCH", "DELETE"]});
    let supported = |more: &[&str]| {
        let mut properties = Map::from_iter([("supported".to_owned(), json!({"type": "boolean"}))]);
        properties.extend(more.iter().map(|name| ((*name).to_owned(), json!({"type": "integer"}))));
        let required = properties.keys().map(|name| json!(name)).collect();
        object(properties, required)
    };
    let types = json!({
        // An attribute's value, of whatever type.
        "Value": {"anyOf": [
            {"type": ["string", "number", "boolean", "null"]}, {"type": "array", "items": any}, {"type": "object", "additionalProperties": any},
        ]},
        "Error": {"type": "object", "required": ["status"], "properties": {"schemas": schemas, "status": text, "scimType": text, "detail": text}},
        "ListResponse": {
            "type": "object",
            "required": ["schemas", "totalResults"],
            "properties": {
                "schemas": schemas, "totalResults": {"type": "integer"}, "startIndex": {"type": "integer"}, "itemsPerPage": {"type": "integer"},
            },
        },
        "PatchOp": {
            "type": "object",
            "required": ["schemas", "Operations"],
            "properties": {"schemas": schemas, "Operations": {"type": "array", "items": {
                "type": "object",
                "required": ["op"],
                "properties": {"op": {"type": "string", "enum": ["add", "remove", "replace"]}, "path": text, "value": any},
            }}},
        },
        "BulkRequest": {
            "type": "object",
            "required": ["schemas", "Operations"],
            "properties": {"schemas": schemas, "failOnErrors": {"type": "integer"}, "Operations": {"type": "array", "items": {
                "type": "object",
                "required": ["method", "path"],
                "properties": {"method": method, "bulkId": text, "version": text, "path": text, "data": any},
            }}},
        },
        "BulkResponse": {
            "type": "object",
            "required": ["schemas", "Operations"],
            "properties": {"schemas": schemas, "Operations": {"type": "array", "items": {
                "type": "object",
                "required": ["method", "status"],
                "properties": {"method": method, "bulkId": text, "version": text, "location": text, "status": text, "response": any},
            }}},
        },
        "ServiceProviderConfig": {
            "type": "object",
            "required": ["schemas", "patch", "bulk", "filter", "changePassword", "sort", "etag", "authenticationSchemes"],
            "properties": {
                "schemas": schemas,
                "documentationUri": {"type": "string", "format": "uri"},
                "patch": supported(&[]),
                "bulk": supported(&["maxOperations", "maxPayloadSize"]),
                "filter": supported(&["maxResults"]),
                "changePassword": supported(&[]),
                "sort": supported(&[]),
                "etag": supported(&[]),
                "authenticationSchemes": {"type": "array", "items": {
                    "type": "object",
                    "required": ["type", "name", "description"],
                    "properties": {
                        "type": text, "name": text, "description": text, "primary": {"type": "boolean"},
                        "specUri": {"type": "string", "format": "uri"}, "documentationUri": {"type": "string", "format": "uri"},
                    },
                }},
                "meta": meta("ServiceProviderConfig"),
            },
        },
    });
    if let Value::Object(types) = types { types } else { Map::new() }
}

fn answers(body: Option<(&str, &str)>, none: bool) -> Value {
    let mut out = Map::new();
    if let Some((status, name)) = body {
        out.insert(status.to_owned(), json!({"content": {"application/scim+json": {"schema": reference(name)}}}));
    }
    if none {
        out.insert("204".to_owned(), json!({}));
    }
    out.insert("default".to_owned(), json!({"content": {"application/scim+json": {"schema": reference("Error")}}}));
    Value::Object(out)
}

fn body(name: &str) -> Value {
    json!({"required": true, "content": {"application/scim+json": {"schema": reference(name)}}})
}

/// Parameters that choose what a resource's answer has (RFC 7644, section 3.9), after others of the query, and headers.
fn parameters(query: &[(&str, &str)], headers: &[&str]) -> Vec<Value> {
    let query = query.iter().map(|(name, r#type)| json!({"name": name, "in": "query", "schema": {"type": r#type}}));
    let chosen = ["attributes", "excludedAttributes"]
        .map(|name| json!({"name": name, "in": "query", "explode": false, "schema": {"type": "array", "items": {"type": "string"}}}));
    let headers = headers.iter().map(|name| json!({"name": name, "in": "header", "schema": {"type": "string"}}));
    query.chain(chosen).chain(headers).collect()
}

fn protocol_paths() -> Map<String, Value> {
    let mut paths = Map::new();
    paths
        .insert("/ServiceProviderConfig".to_owned(), json!({"get": {"responses": answers(Some(("200", "ServiceProviderConfig")), false)}}));
    let bulk = json!({"post": {"requestBody": body("BulkRequest"), "responses": answers(Some(("200", "BulkResponse")), false)}});
    paths.insert("/Bulk".to_owned(), bulk);
    paths
}

/// What can be asked of a resource (RFC 7644, section 3.2), at the endpoint that its name gives.
fn resource_paths(name: &str, paths: &mut Map<String, Value>) {
    let searched = [("filter", "string"), ("sortBy", "string"), ("startIndex", "integer"), ("count", "integer")];
    let mut list = parameters(&searched, &[]);
    list.push(json!({"name": "sortOrder", "in": "query", "schema": {"type": "string", "enum": ["ascending", "descending"]}}));
    let listed = format!("{name}List");
    paths.insert(
        format!("/{name}s"),
        json!({
            "get": {"parameters": list, "responses": answers(Some(("200", &listed)), false)},
            "post": {"parameters": parameters(&[], &[]), "requestBody": body(name), "responses": answers(Some(("201", name)), false)},
        }),
    );
    let id = json!({"name": "id", "in": "path", "required": true, "schema": {"type": "string"}});
    let with_version = parameters(&[], &["If-Match"]);
    paths.insert(
        format!("/{name}s/{{id}}"),
        json!({
            "parameters": [id],
            "get": {"parameters": parameters(&[], &["If-None-Match"]), "responses": answers(Some(("200", name)), false)},
            "put": {"parameters": with_version, "requestBody": body(name), "responses": answers(Some(("200", name)), false)},
            "patch": {"parameters": with_version, "requestBody": body("PatchOp"), "responses": answers(Some(("200", name)), true)},
            "delete": {"parameters": [{"name": "If-Match", "in": "header", "schema": {"type": "string"}}], "responses": answers(None, true)},
        }),
    );
}
