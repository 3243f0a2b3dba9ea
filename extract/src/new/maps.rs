//! Maps to unified models, proposed by name: only where a type may fit, and each to be looked at.

use std::collections::BTreeMap;
use std::sync::Arc;

use connc_compiler::shape::{Model, Property, Resource, Type as PropertyType};
use serde_json::Value;

use super::draft::{Draft, Field, Guess, MapFile, Mapped, Operation, Records};
use super::schemas::Schemas;
use super::synonyms::{RESOURCES, STATES, WITHIN, names, words};
use super::words::{member, plain, singular};

/// The maps that a draft may have, and why others are left out.
pub(super) fn propose(
    draft: &Draft,
    types: &[&serde_json::Map<String, Value>],
    models: &BTreeMap<String, Arc<Model>>,
    notes: &mut Vec<String>,
) -> Vec<MapFile> {
    let mut files: BTreeMap<&str, MapFile> = BTreeMap::new();
    for (model_name, resource_name, provider_words) in RESOURCES {
        let Some(model) = models.get(*model_name) else { continue };
        let Some(resource) = model.resources.get(*resource_name) else { continue };
        let mapped = |name: &str| files.values().flat_map(|file| &file.resources).any(|mapped| mapped.name == name);
        // What belongs to tickets means something else where there are none.
        if *model_name == "ticketing" && *resource_name != "tickets" && !mapped("tickets") {
            continue;
        }
        let Some((found, made)) = source(draft, resource, provider_words, &files, types) else { continue };
        let from = found.resource.join(".");
        match made {
            Ok(fields) => {
                let parent = fields
                    .iter()
                    .any(|field| field.name == "ticket_id" && field.guesses.iter().any(is_parent))
                    .then(|| "ticket_id".to_owned());
                let file = files.entry(model_name).or_insert_with(|| MapFile {
                    model: (*model_name).to_owned(),
                    version: model.version,
                    resources: Vec::new(),
                });
                file.resources.push(Mapped { name: (*resource_name).to_owned(), from, fields, parent });
            }
            Err(why) => notes.push(format!("map `{model_name}` {resource_name} from `{from}`: {why}")),
        }
    }
    files.into_values().collect()
}

fn is_parent(guess: &Guess) -> bool {
    matches!(guess, Guess::Expression(expression) if expression.contains("$parent"))
}

type Made = Result<Vec<Field>, String>;

/// The operation whose records look most like those of a unified resource, and the map of them.
fn source<'a>(
    draft: &'a Draft,
    resource: &Resource,
    words: &[&str],
    files: &BTreeMap<&str, MapFile>,
    types: &[&serde_json::Map<String, Value>],
) -> Option<(&'a Operation, Made)> {
    let unified = resource.name.as_str();
    let mapped_from =
        |name: &str| files.values().flat_map(|file| &file.resources).find(|mapped| mapped.name == name).map(|mapped| mapped.from.clone());
    let fits = |operation: &&Operation| {
        let under_parent = operation.url.contains("parent.id") || operation.variables.iter().any(|(_, value)| value.contains("$parent"));
        let above = operation.resource.split_last().map(|(_, above)| above.join(".")).unwrap_or_default();
        let reads = match (operation.verb.as_str(), &operation.records) {
            ("list", Records::Items(..)) => unified != "me",
            ("get", Records::Item(_) | Records::Whole) => operation.url.contains("{{ id }}") != (unified == "me"),
            _ => false,
        };
        let place = match unified {
            "groups.members" => mapped_from("groups") == Some(above),
            "comments" | "attachments" => !under_parent || mapped_from("tickets") == Some(above),
            _ => !under_parent,
        };
        reads && place && operation.inputs.iter().all(|input| !input.required)
    };
    let word = |operation: &Operation| {
        let last = operation.resource.last().map(|last| singular(last)).unwrap_or_default();
        words.iter().position(|word| *word == last || plain(word) == plain(&last))
    };
    let mut found = Vec::new();
    for operation in draft.operations.iter().filter(fits) {
        let (Some(word), Some(types)) = (word(operation), types.get(operation.source)) else { continue };
        let made = map(resource, operation, Schemas { types });
        let fields = made.as_ref().map_or(0, Vec::len);
        // The surest name, the least depth, and the most fields.
        let rank = (word, operation.resource.len(), std::cmp::Reverse(fields), operation.verb != "list", operation.resource.clone());
        found.push((rank, operation, made));
    }
    found.into_iter().min_by(|(a, ..), (b, ..)| a.cmp(b)).map(|(_, operation, made)| (operation, made))
}

fn map(resource: &Resource, operation: &Operation, schemas: Schemas<'_>) -> Result<Vec<Field>, String> {
    let record = &operation.record;
    let own = operation.resource.last().map(|last| plain(&singular(last))).unwrap_or_default();
    let mut fields = Vec::new();
    for property in &resource.fields {
        let name = property.name.value.as_str();
        if ["id", "custom", "raw"].contains(&name) || matches!(property.r#type, PropertyType::File) {
            continue;
        }
        let required = resource.required.iter().any(|required| required.value == name || (required.value == "id" && name == "remote_id"));
        let guesses = guesses(property, record, &own, schemas, operation);
        if guesses.is_empty() && required {
            return Err(format!("`{name}` is required, and no field of its records looks like it"));
        }
        if !guesses.is_empty() {
            let format = match &property.r#type {
                PropertyType::String { format: Some(format), .. } if format == "email" => Some("email"),
                PropertyType::String { format: Some(format), .. } if format == "uri" => Some("uri"),
                _ => None,
            };
            fields.push(Field { name: name.to_owned(), required, format, guesses });
        }
    }
    // An id alone says nothing.
    if fields.iter().all(|field| field.required) && resource.fields.len() > 6 {
        return Err("its records have nothing else that looks like the model's fields".to_owned());
    }
    Ok(fields)
}

/// A member of a record: its path, its plain name, its schema.
type Candidate<'a> = (String, String, &'a Value);

fn candidates<'a>(record: &'a Value, schemas: Schemas<'a>) -> Vec<Candidate<'a>> {
    let members = schemas.members(record);
    let mut found: Vec<Candidate<'_>> = members.iter().filter_map(|(name, value)| Some((member(name)?, plain(name), *value))).collect();
    for (name, value) in &members {
        if !WITHIN.contains(&name.to_lowercase().as_str()) || schemas.items(value).is_some() {
            continue;
        }
        let Some(outer) = member(name) else { continue };
        let inner = schemas.members(value).into_iter();
        found.extend(inner.filter_map(|(name, value)| Some((format!("{outer}.{}", member(name)?), plain(name), value))));
    }
    found
}

fn guesses(property: &Property, record: &Value, own: &str, schemas: Schemas<'_>, operation: &Operation) -> Vec<Guess> {
    let field = property.name.value.as_str();
    let all = candidates(record, schemas);
    let mut wanted: Vec<String> = vec![plain(field)];
    if field == "remote_id" {
        wanted = vec!["id".to_owned(), format!("{own}id"), format!("{own}key")];
    }
    wanted.extend(names(field).iter().map(|name| (*name).to_owned()));
    let named: Vec<&Candidate<'_>> = wanted.iter().flat_map(|name| all.iter().filter(move |(_, plain, _)| plain == name)).collect();
    let mut found: Vec<Guess> = Vec::new();
    if field == "ticket_id" && operation.url.contains("parent.id") {
        found.push(Guess::Expression("$parent.id".to_owned()));
        found.push(Guess::Expression("$first_non_empty($parent.id, $input.ticket_id)".to_owned()));
    }
    for (path, _, schema) in named {
        found.extend(guess(&property.r#type, path, schema, schemas));
    }
    if let PropertyType::String { values, .. } = &property.r#type
        && values.iter().any(|value| value == "active")
    {
        found.extend(states(&all, values, schemas));
    }
    if field == "email" {
        found.extend(all.iter().filter(|(_, plain, _)| plain == "emails").filter_map(|(path, _, schema)| first_of(path, schema, schemas)));
    }
    found.dedup();
    found
}

/// What a member may be for a field of this type.
fn guess(target: &PropertyType, path: &str, schema: &Value, schemas: Schemas<'_>) -> Option<Guess> {
    let plain_text = || Some(Guess::Expression(path.to_owned()));
    let is = |word: &str| schemas.is(schema, word);
    match target {
        PropertyType::String { values, .. } if !values.is_empty() => translation(values, path, schema, schemas),
        PropertyType::String { format, .. } => {
            let number = format.as_deref() == Some("id") && (is("integer") || is("number"));
            if is("string") || number {
                return plain_text();
            }
            // A named thing where its name is wanted.
            let inner = ["name", "displayName", "title", "value"];
            let inner = inner
                .iter()
                .find(|name| schemas.is(schema, "object") && schemas.member(schema, name).is_some_and(|inner| schemas.is(inner, "string")));
            inner.filter(|_| format.is_none()).map(|name| Guess::Expression(format!("{path}.{name}")))
        }
        PropertyType::Integer | PropertyType::Number => {
            if is("integer") || is("number") {
                plain_text()
            } else {
                None
            }
        }
        PropertyType::Boolean => {
            if is("boolean") {
                plain_text()
            } else {
                None
            }
        }
        PropertyType::List(inner) => match (inner.as_ref(), schemas.items(schema)) {
            (PropertyType::Object { properties, .. }, Some(items)) => object(properties, path, items, schemas),
            (PropertyType::Object { properties, .. }, None) => reference(properties, path, schema, schemas),
            (PropertyType::String { .. }, Some(items)) if schemas.is(items, "string") => plain_text(),
            (PropertyType::String { .. }, Some(items)) => {
                let inner = ["value", "name", "number"]
                    .iter()
                    .find(|name| schemas.member(items, name).is_some_and(|inner| schemas.is(inner, "string")))?;
                Some(Guess::Expression(format!("{path}.{inner}")))
            }
            (PropertyType::String { .. }, None) if is("string") => plain_text(),
            _ => None,
        },
        PropertyType::Object { properties, .. } => reference(properties, path, schema, schemas),
        PropertyType::Any | PropertyType::File => None,
    }
}

/// An object or an id as an object of the model.
fn reference(properties: &[Property], path: &str, schema: &Value, schemas: Schemas<'_>) -> Option<Guess> {
    if schemas.is(schema, "object") {
        return object(properties, path, schema, schemas);
    }
    let has_id = properties.iter().any(|property| property.name.value == "id");
    let is_id = ["string", "integer", "number"].iter().any(|word| schemas.is(schema, word)) && plain(path).ends_with("id");
    (has_id && is_id).then(|| Guess::Expression(format!("{path} != null ? {{ \"id\": {path} }}")))
}

fn object(properties: &[Property], path: &str, schema: &Value, schemas: Schemas<'_>) -> Option<Guess> {
    let members = schemas.members(schema);
    let mut pairs = Vec::new();
    for property in properties {
        let PropertyType::String { format, values } = &property.r#type else { continue };
        let name = property.name.value.as_str();
        let wanted =
            std::iter::once(plain(name)).chain(names(if name == "id" { "remote_id" } else { name }).iter().map(|name| (*name).to_owned()));
        let fits = |value: &Value| schemas.is(value, "string") || (format.as_deref() == Some("id") && schemas.is(value, "integer"));
        let found = wanted
            .filter(|_| values.is_empty())
            .find_map(|wanted| members.iter().find(|(name, value)| plain(name) == wanted && fits(value)));
        if let Some((own, _)) = found
            && let Some(own) = member(own)
        {
            pairs.push(format!("\"{name}\": {own}"));
        }
    }
    let useful = pairs.iter().any(|pair| pair.starts_with("\"id\"") || pair.starts_with("\"name\"") || pair.starts_with("\"email\""));
    useful.then(|| Guess::Expression(format!("{path}.{{ {} }}", pairs.join(", "))))
}

/// The first of a list of addresses.
fn first_of(path: &str, schema: &Value, schemas: Schemas<'_>) -> Option<Guess> {
    let items = schemas.items(schema)?;
    if schemas.is(items, "string") {
        return Some(Guess::Expression(format!("{path}[0]")));
    }
    let inner =
        ["value", "email", "address"].iter().find(|name| schemas.member(items, name).is_some_and(|inner| schemas.is(inner, "string")))?;
    Some(Guess::Expression(format!("{path}[0].{inner}")))
}

/// A translation of the provider's words into those of the model.
fn translation(values: &[String], path: &str, schema: &Value, schemas: Schemas<'_>) -> Option<Guess> {
    let given = schemas.words(schema);
    let target = |word: &str| {
        let word = plain(word);
        let fits = |value: &&String| plain(value) == word;
        values.iter().find(fits).or_else(|| values.iter().find(|value| words(value).contains(&word.as_str()))).cloned()
    };
    let mut known: Vec<(String, String)> = Vec::new();
    let mut has_others = schemas.alternatives(schema).iter().any(|one| one.get("enum").is_none());
    for word in given {
        match target(&word) {
            Some(value) if !known.iter().any(|(seen, _)| *seen == word) => known.push((word, value)),
            Some(_) => {}
            None => has_others = true,
        }
    }
    (!known.is_empty()).then(|| Guess::Words { from: path.to_owned(), known, has_others })
}

fn states(all: &[Candidate<'_>], values: &[String], schemas: Schemas<'_>) -> Vec<Guess> {
    let has = |word: &str| values.iter().any(|value| value == word);
    let found = STATES.iter().filter(|(_, yes, no)| has(yes) && has(no)).filter_map(|(name, yes, no)| {
        let (path, _, _) = all.iter().find(|(_, plain, schema)| plain == name && schemas.is(schema, "boolean"))?;
        let known = vec![("true".to_owned(), (*yes).to_owned()), ("false".to_owned(), (*no).to_owned())];
        Some(Guess::Words { from: path.clone(), known, has_others: false })
    });
    found.collect()
}
