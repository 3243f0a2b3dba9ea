//! GraphQL: what the connector's documents select of a schema, as a schema.

mod select;
mod write;

use apollo_compiler::ast::{self, Definition, Document};
use apollo_compiler::diagnostic::ToCliReport as _;
use connc_compiler::lang::{self, Fragments, Sent};
use connc_compiler::spec::{Body, Connector};

use crate::document::Kind;
use crate::touched::Touched;
use crate::{Extract, File, Origin, Problem};
pub(crate) use select::{Schema, Selected};

/// Takes out of a schema what the connector's documents select.
pub(crate) fn extract(spec: &Connector, touched: &Touched, file: File<'_>) -> Result<Extract, Problem> {
    Ok(extract_parsed(spec, touched, &parse(file)?))
}

/// The same for a schema that was read.
pub(crate) fn extract_parsed(spec: &Connector, touched: &Touched, parsed: &Document) -> Extract {
    let schema = Schema::of(parsed);
    let mut selected = Selected::default();
    let mut found = Vec::new();
    for (name, sent) in documents(spec) {
        // What cannot be read is the compiler's to say.
        let Ok(document) = Document::parse(sent.text, "document.graphql") else { continue };
        let before = selected.unknown.len();
        selected.document(&schema, &document);
        if selected.unknown.len() == before {
            found.push(name);
        }
    }
    selected.complete(&schema, touched);
    found.sort();
    Extract {
        source: Origin { title: spec.title.clone(), kind: Kind::Graphql, file: None, version: None, sha256: None },
        base: String::new(),
        operations: serde_json::Map::new(),
        types: serde_json::Map::new(),
        sdl: Some(write::text(&schema, &selected)),
        found,
        notes: selected.unknown.iter().map(|field| format!("the schema has no field `{field}`")).collect(),
        standard: false,
    }
}

/// The documents as they are sent, by operation.
pub(crate) fn documents(spec: &Connector) -> Vec<(String, Sent)> {
    let fragments: Option<&Fragments> = spec.graphql.as_ref().and_then(|graphql| graphql.fragments.as_ref());
    let text = |body: &Body| match body {
        Body::Graphql { document, .. } => Some(lang::sent(document, fragments)),
        Body::None | Body::Json(_) | Body::Form(_) | Body::FormData(..) | Body::Multipart(_) | Body::Raw { .. } => None,
    };
    spec.operations.iter().filter_map(|operation| Some((operation.name.value.clone(), text(&operation.request.body)?))).collect()
}

/// Reads a schema; rules that published schemas break are none of ours.
pub(crate) fn parse(file: File<'_>) -> Result<Document, Problem> {
    let parsed = Document::parse(file.text.to_owned(), file.name).map_err(|failed| {
        let first = failed.errors.iter().next();
        let at = first.as_ref().and_then(|error| error.error.location()).map_or(0, |place| place.offset());
        let before = file.text.get(..at).unwrap_or_default();
        let (line, column) = (before.matches('\n').count() + 1, before.rsplit('\n').next().unwrap_or_default().chars().count() + 1);
        Problem::new(format!("`{}` is not GraphQL: it cannot be read on from line {line}, column {column}", file.name))
            .help("a schema in GraphQL's schema definition language is read, not the JSON of an introspection")
    })?;
    let has_types = parsed.definitions.iter().any(|definition| matches!(definition, Definition::ObjectTypeDefinition(_)));
    if !has_types {
        return Err(Problem::new(format!("`{}` defines no types", file.name)));
    }
    Ok(parsed)
}

/// Whether a type is read as one value: a scalar or an enum.
pub(crate) fn is_leaf(schema: &Schema<'_>, name: &str) -> bool {
    !schema.objects.contains_key(name) && !schema.inputs.contains_key(name) && !schema.unions.contains_key(name)
}

pub(crate) fn needs_arguments(field: &ast::FieldDefinition) -> bool {
    field.arguments.iter().any(|argument| is_required(argument))
}

/// Whether it must be given: not null, and without a default.
pub(crate) fn is_required(input: &ast::InputValueDefinition) -> bool {
    input.ty.is_non_null() && input.default_value.is_none()
}
