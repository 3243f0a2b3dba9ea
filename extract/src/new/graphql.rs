//! Operations from a GraphQL schema: lists in pages, and records by their id.

use std::collections::{BTreeMap, BTreeSet};

use apollo_compiler::ast::FieldDefinition;
use connc_plan::Method;
use serde_json::{Map, Value, json};

use super::draft::{Input, Operation, Paging, Records};
use super::words::{has_word, singular, snake};
use crate::sdl::{Schema, is_leaf, is_required, needs_arguments};

/// An operation that a schema offers.
pub(super) struct Field<'a> {
    pub(super) name: &'a str,
    field: &'a FieldDefinition,
    /// The type of its records.
    pub(super) record: &'a str,
    is_list: bool,
}

/// The fields of the query that give lists in pages, or one record.
pub(super) fn fields<'a>(schema: &Schema<'a>) -> Vec<Field<'a>> {
    let root = schema.roots.get("query").and_then(|name| schema.objects.get(name));
    let mut found = Vec::new();
    for field in root.into_iter().flat_map(|root| root.fields.iter().copied()) {
        let answered = field.ty.inner_named_type().as_str();
        if field.directives.has("deprecated") {
            continue;
        }
        let nodes = schema.field(answered, "nodes").filter(|_| schema.field(answered, "pageInfo").is_some());
        let required: Vec<&str> =
            field.arguments.iter().filter(|argument| is_required(argument)).map(|argument| argument.name.as_str()).collect();
        let has = |name: &str| field.arguments.iter().any(|argument| argument.name == name);
        if let Some(nodes) = nodes.filter(|_| required.is_empty() && has("first") && has("after")) {
            let record = nodes.ty.inner_named_type().as_str();
            found.push(Field { name: &field.name, field, record, is_list: true });
        } else if schema.objects.contains_key(answered)
            && !field.ty.is_list()
            && (required == ["id"] || (required.is_empty() && field.arguments.is_empty()))
        {
            found.push(Field { name: &field.name, field, record: answered, is_list: false });
        }
    }
    found
}

impl Field<'_> {
    pub(super) fn is_about(&self, words: &[String]) -> bool {
        words.iter().any(|word| has_word(self.name, word))
    }
}

/// The operations for these fields, and why others are left out.
pub(super) fn operations(fields: &[&Field<'_>], schema: &Schema<'_>, left_out: &mut Vec<String>) -> Vec<Operation> {
    let mut made: Vec<Operation> = Vec::new();
    let mut taken: BTreeSet<(String, String)> = BTreeSet::new();
    let lists: BTreeMap<&str, &str> = fields.iter().filter(|field| field.is_list).map(|field| (field.record, field.name)).collect();
    for field in fields {
        let Some(selection) = selection(field.record, schema) else {
            left_out.push(format!("`{}`: its records have no plain fields", field.name));
            continue;
        };
        // One record belongs to the list of its type.
        let by_id = !field.field.arguments.is_empty() && !field.is_list;
        let list = lists.get(field.record).copied().filter(|list| by_id && singular(&snake(list)) == singular(&snake(field.name)));
        let resource = snake(list.unwrap_or(field.name));
        let verb = if field.is_list { "list" } else { "get" };
        if resource.is_empty() || !taken.insert((resource.clone(), verb.to_owned())) {
            left_out.push(format!("`{}`: another operation is called `{resource}.{verb}`", field.name));
            continue;
        }
        made.push(operation(field, &resource, by_id, selection));
    }
    made
}

fn operation(field: &Field<'_>, resource: &str, by_id: bool, selection: (String, Value)) -> Operation {
    let (text, record) = selection;
    let name = field.name;
    let title: String = name.chars().take(1).flat_map(char::to_uppercase).chain(name.chars().skip(1)).collect();
    let argument =
        |wanted: &str| field.field.arguments.iter().find(|argument| argument.name == wanted).map(|argument| argument.ty.to_string());
    let (document, records, pages, variables) = if field.is_list {
        let (first, after) = (argument("first").unwrap_or_default(), argument("after").unwrap_or_default());
        let document = format!(
            "query {title}($first: {first}, $after: {after}) {{\n  {name}(first: $first, after: $after) {{\n    nodes {{\n      {text}\n    }}\n    pageInfo {{ hasNextPage endCursor }}\n  }}\n}}"
        );
        let flow = format!("{{ style: page_info, path: data.{name}.pageInfo, size: {{ variable: first, value: 50 }} }}");
        let page = Paging {
            flow,
            why: format!("guessed from `pageInfo` of `{name}`; the schema does not say how many records a page may hold"),
            sets: Vec::new(),
        };
        (document, Records::Items(format!("data.{name}.nodes"), false), vec![page], Vec::new())
    } else if by_id {
        let id = argument("id").unwrap_or_default();
        let document = format!("query {title}($id: {id}) {{\n  {name}(id: $id) {{\n    {text}\n  }}\n}}");
        (document, Records::Item(format!("data.{name}")), Vec::new(), vec![("id".to_owned(), "$id".to_owned())])
    } else {
        let document = format!("query {title} {{\n  {name} {{\n    {text}\n  }}\n}}");
        (document, Records::Item(format!("data.{name}")), Vec::new(), Vec::new())
    };
    Operation {
        resource: vec![resource.to_owned()],
        verb: if field.is_list { "list" } else { "get" }.to_owned(),
        method: Method::Post,
        // What takes an id is told from a singleton by its variable.
        url: if by_id { "{{ id }}".to_owned() } else { String::new() },
        document: Some(document),
        inputs: Vec::<Input>::new(),
        variables,
        records,
        pages,
        allows: BTreeMap::new(),
        key: String::new(),
        source: 0,
        id: None,
        record,
        record_type: Some(field.record.to_owned()),
        has_credentials: false,
    }
}

/// The plain fields of a type, and those that tell which record is meant of what it refers to; and the record that they make.
fn selection(name: &str, schema: &Schema<'_>) -> Option<(String, Value)> {
    let object = schema.objects.get(name)?;
    let usable = |field: &&&FieldDefinition| !field.directives.has("deprecated") && !needs_arguments(field);
    let (mut words, mut properties, mut required): (Vec<String>, Map<String, Value>, Vec<Value>) = (Vec::new(), Map::new(), Vec::new());
    for field in object.fields.iter().filter(usable) {
        let inner = field.ty.inner_named_type().as_str();
        if is_leaf(schema, inner) {
            words.push(field.name.to_string());
            properties.insert(field.name.to_string(), leaf(field, schema));
            if field.ty.is_non_null() {
                required.push(json!(field.name.as_str()));
            }
        } else if !field.ty.is_list()
            && let Some(target) = schema.objects.get(inner).filter(|target| !target.is_interface)
        {
            let telling: Vec<&&FieldDefinition> = target
                .fields
                .iter()
                .filter(|inner| ["id", "name", "email", "type", "key"].contains(&inner.name.as_str()))
                .filter(usable)
                .filter(|inner| is_leaf(schema, inner.ty.inner_named_type()))
                .collect();
            if !telling.iter().any(|inner| inner.name == "id") {
                continue;
            }
            words.push(format!("{} {{ {} }}", field.name, telling.iter().map(|inner| inner.name.as_str()).collect::<Vec<_>>().join(" ")));
            let members: Map<String, Value> = telling.iter().map(|inner| (inner.name.to_string(), leaf(inner, schema))).collect();
            properties.insert(field.name.to_string(), json!({"type": "object", "properties": members}));
        }
    }
    if words.is_empty() {
        return None;
    }
    Some((words.join(" "), json!({"type": "object", "required": required, "properties": properties})))
}

fn leaf(field: &FieldDefinition, schema: &Schema<'_>) -> Value {
    let inner = field.ty.inner_named_type().as_str();
    let plain = match inner {
        "Int" => json!({"type": "integer"}),
        "Float" => json!({"type": "number"}),
        "Boolean" => json!({"type": "boolean"}),
        "String" | "ID" => json!({"type": "string"}),
        name => match schema.enums.get(name) {
            Some(values) => json!({"type": "string", "enum": values.iter().map(|value| value.value.as_str()).collect::<Vec<_>>()}),
            None if name.contains("DateTime") || name.contains("Timestamp") => json!({"type": "string", "format": "date-time"}),
            None => json!({}),
        },
    };
    if field.ty.is_list() { json!({"type": "array", "items": plain}) } else { plain }
}
