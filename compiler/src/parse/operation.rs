//! Resources and operations.

use connc_plan as plan;

use super::data::data;
use super::download::download;
use super::select::select;
use super::steps;
use crate::diagnostic::{Code, Diagnostic, nearest};
use crate::lang::{Document, Headers, Template, expression, header_name, headers, path, template, template_at, templates};
use crate::pagination;
use crate::shape::Parameter;
use crate::source::Spanned;
use crate::spec::{Body, Compound, Data, IDEMPOTENCY, OPERATION, Operation, QUERY_LIST, RAW, Records, Request};
use crate::yaml::{Context, Entry, Kind, Node, Reader};

const METHODS: &[&str] = &["get", "head", "post", "put", "patch", "delete", "graphql"];

/// Reads everything under `resources`.
pub(super) fn resources<'a>(prefix: &str, entries: Vec<(&'a Spanned<String>, &'a Node)>, context: &mut Context<'a>) -> Operations {
    let mut operations = Operations::default();
    for (name, node) in entries {
        let coordinate = if prefix.is_empty() { name.value.clone() } else { format!("{prefix}.{}", name.value) };
        if !name.value.starts_with(|c: char| c.is_ascii_lowercase())
            || !name.value.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
        {
            let message = format!("`{}` is not a name", name.value);
            let help = "resources and verbs are lowercase letters, digits and `_`, and begin with a letter";
            context.diagnostics.push(Diagnostic::new(Code::InvalidValue, name.span, message).help(help));
        }
        match &node.kind {
            Kind::Mapping(members) if !prefix.is_empty() && is_operation(members) => {
                let coordinate = Spanned::new(coordinate, name.span);
                if members
                    .iter()
                    .any(|member| member.key.value == "steps" && matches!(&member.value.kind, Kind::Sequence(_) | Kind::Scalar(_)))
                {
                    match compound(coordinate.clone(), node, context) {
                        Some(compound) => operations.compounds.push(compound),
                        None => operations.unreadable.push(coordinate.value),
                    }
                    continue;
                }
                match operation(coordinate.clone(), node, context) {
                    Some(operation) => operations.read.push(operation),
                    None => operations.unreadable.push(coordinate.value),
                }
            }
            Kind::Mapping(_) => {
                let inner = context.map(node, &name.value);
                let inner = resources(&coordinate, inner, context);
                operations.read.extend(inner.read);
                operations.compounds.extend(inner.compounds);
                operations.unreadable.extend(inner.unreadable);
            }
            Kind::Scalar(_) | Kind::Sequence(_) => context.wrong_type(node, &coordinate, "a resource or an operation"),
            Kind::Broken => operations.unreadable.push(coordinate),
        }
    }
    operations
}

/// What came of reading resources.
#[derive(Debug, Default)]
pub(super) struct Operations {
    /// The operations of one request.
    pub(super) read: Vec<Operation>,
    /// Those made of steps.
    pub(super) compounds: Vec<Compound>,
    /// Coordinates of those that could not be read, so that whoever refers to them stays silent.
    pub(super) unreadable: Vec<String>,
}

/// Whether a mapping holds a request. A misspelt method is still an operation: what else stands there gives it away.
fn is_operation(members: &[Entry]) -> bool {
    let words: Vec<&str> = OPERATION.all_keys().map(|key| key.name).collect();
    let is_method = |entry: &Entry| METHODS.contains(&entry.key.value.as_str()) && entry.value.scalar().is_some();
    // `get` and `delete` are verbs too: a resource has mappings under them, an operation text.
    let has_mapping_verb =
        members.iter().any(|entry| METHODS.contains(&entry.key.value.as_str()) && !is_method(entry) && !entry.value.is_broken());
    let known = members.iter().any(|entry| words.contains(&entry.key.value.as_str()) && !METHODS.contains(&entry.key.value.as_str()));
    let scalar = |entry: &Entry| entry.value.scalar().is_some() && nearest(&entry.key.value, words.iter().copied()).is_some();
    members.iter().any(is_method) || (!has_mapping_verb && (known || members.iter().any(scalar)))
}

/// An operation made of steps: it has no request of its own.
fn compound<'a>(name: Spanned<String>, node: &'a Node, context: &mut Context<'a>) -> Option<Compound> {
    let mut reader = Reader::open(node, &OPERATION, context)?;
    for key in OPERATION.all_keys().map(|key| key.name).filter(|key| !matches!(*key, "steps" | "input" | "already")) {
        if let Some(span) = reader.key_span(key) {
            let message = format!("`{key}` cannot stand beside `steps`");
            let help = "an operation made of steps has no request of its own; write it in an operation that a step calls";
            reader.context().diagnostics.push(Diagnostic::new(Code::ConflictingKeys, span, message).help(help));
        }
    }
    let entries = reader.map("input");
    let input = Parameter::read_all(entries, false, reader.context());
    let already = already(&mut reader);
    let (steps, incomplete) = steps::list(&mut reader)?;
    let incomplete = incomplete || reader.is_key_damaged("input");
    (!steps.is_empty()).then_some(Compound { name, input, steps, already, incomplete })
}

fn operation<'a>(name: Spanned<String>, node: &'a Node, context: &mut Context<'a>) -> Option<Operation> {
    let mut reader = Reader::open(node, &OPERATION, context)?;
    let method = reader.needs_one_of(METHODS);
    let entries = reader.map("input");
    let input = Parameter::read_all(entries, false, reader.context());
    let records = records(&mut reader);
    let paginate = paginate(&mut reader);
    let says_pages = reader.key_span("paginate").is_some() || reader.is_key_damaged("paginate");
    let select = select(&mut reader, method);
    let already = already(&mut reader);
    let answer = reader.text("answer").filter(|answer| answer.value != "none");
    let idempotent = reader.boolean("idempotent");
    let ((query, lists), headers) = (query(&mut reader), headers(&mut reader, "headers", Headers::Sent));
    let (format, compression) = format(&mut reader);
    let idempotency_header = idempotency(&mut reader);
    let span = method.and_then(|method| reader.key_span(method)).unwrap_or(name.span);
    let body = body(&mut reader, method);
    let download = download(&mut reader, format.as_ref().map(|format| format.value), method);
    let incomplete = reader.is_key_damaged("input");
    let method = method?;
    let url = if method == "graphql" { None } else { Some(template(&mut reader, method)?) };
    let method = plan::Method::ALL.iter().find(|(key, _)| *key == method).map_or(plan::Method::Post, |(_, method)| *method);
    let request = Request { method, url, query, lists, headers, body: body?, format, compression, idempotent, idempotency_header, span };
    Some(Operation {
        name,
        input,
        request,
        records: records?,
        paginate: paginate?,
        says_pages,
        select,
        download,
        already,
        answer,
        incomplete,
    })
}

fn records(reader: &mut Reader<'_, '_>) -> Option<Records> {
    let answers_none = reader.text("answer").is_some_and(|answer| answer.value == "none");
    let chosen = reader.one_of(&["items", "item"]);
    let keep_if = expression(reader, "keep_if");
    let absent = reader.choice("items_absent");
    for (key, there) in [("items_absent", absent.is_some()), ("paginate", reader.take("paginate").is_some())] {
        if there && chosen != Some("items") && !reader.is_key_damaged("items") {
            let span = reader.key_span(key).unwrap_or(reader.span);
            let message = format!("`{key}` is for lists, and this operation has no `items`");
            let help = "say where the records stand: `items: data`, or `items: $` where the whole answer is the list";
            reader.context().diagnostics.push(Diagnostic::new(Code::MissingKey, span, message).help(help));
        }
    }
    if let (true, Some(key)) = (answers_none, chosen) {
        let span = reader.key_span(key).unwrap_or(reader.span);
        let message = format!("`{key}` cannot stand beside `answer: none`");
        reader.context().diagnostics.push(Diagnostic::new(Code::ConflictingKeys, span, message).help("keep one of them"));
    }
    Some(match chosen {
        Some("items") => {
            let absent_is_empty = absent.is_some_and(|word| word.value == "empty");
            let one = reader.take("paginate").is_some_and(pagination::is_one);
            Records::Items { path: path(reader, "items")?, absent_is_empty, one, keep_if }
        }
        Some(_) => Records::Item { path: path(reader, "item")?, keep_if },
        None if answers_none => Records::None,
        None => Records::Whole,
    })
}

#[expect(clippy::option_option, reason = "a broken `paginate` is not a missing one")]
fn paginate(reader: &mut Reader<'_, '_>) -> Option<Option<pagination::Loop>> {
    match reader.take("paginate") {
        Some(node) => pagination::read(node, reader.context()),
        None => Some(None),
    }
}

fn already(reader: &mut Reader<'_, '_>) -> Vec<plan::ErrorKind> {
    let words = reader.texts("already");
    words.iter().filter_map(|word| error_kind(word, reader.context())).collect()
}

/// An error kind by its name.
pub(super) fn error_kind(word: &Spanned<String>, context: &mut Context<'_>) -> Option<plan::ErrorKind> {
    let names: Vec<&'static str> = plan::ErrorKind::ALL.iter().map(|(name, _)| *name).collect();
    let word = context.choice(word, "error kind", &names)?;
    plan::ErrorKind::ALL.iter().find(|(name, _)| *name == word.value).map(|(_, kind)| *kind)
}

fn idempotency(reader: &mut Reader<'_, '_>) -> Option<String> {
    let node = reader.take("idempotency")?;
    let mut inner = Reader::open(node, &IDEMPOTENCY, reader.context())?;
    let name = inner.text("header")?;
    header_name(&name, Headers::Sent, inner.context());
    Some(name.value)
}

/// The query, and how the lists in it are written.
#[expect(clippy::type_complexity, reason = "the two halves of one mapping")]
fn query(reader: &mut Reader<'_, '_>) -> (Vec<(Spanned<String>, Template)>, Vec<(String, Spanned<plan::ListStyle>)>) {
    let (mut query, mut lists) = (Vec::new(), Vec::new());
    for (name, node) in reader.map("query") {
        let Kind::Mapping(_) = &node.kind else {
            query.extend(template_at(node, name, reader.context()).map(|template| (name.clone(), template)));
            continue;
        };
        let Some(mut inner) = Reader::open(node, &QUERY_LIST, reader.context()) else { continue };
        let (value, style) = (template(&mut inner, "value"), inner.choice("style"));
        let (Some(value), Some(style)) = (value, style) else { continue };
        if !value.is_whole() {
            let diagnostic =
                Diagnostic::new(Code::InvalidValue, value.span, format!("the list `{}` is not one whole `{{{{ x }}}}`", name.value));
            inner.context().diagnostics.push(diagnostic.help("declare an input of type `array` and name it: `value: \"{{ input.ids }}\"`"));
            continue;
        }
        lists.extend(
            plan::ListStyle::ALL
                .iter()
                .find(|(word, _)| *word == style.value)
                .map(|(_, found)| (name.value.clone(), Spanned::new(*found, style.span))),
        );
        query.push((name.clone(), value));
    }
    (query, lists)
}

/// What the answer is.
fn format(reader: &mut Reader<'_, '_>) -> (Option<Spanned<plan::Answer>>, Option<plan::Compression>) {
    let format = reader.choice("format").and_then(|word| {
        let found = plan::Answer::FORMATS.iter().find(|(name, _)| *name == word.value)?;
        Some(Spanned::new(found.1, word.span))
    });
    let compression = reader.choice("compression");
    let answers_none = reader.text("answer").is_some_and(|answer| answer.value == "none");
    for (key, span) in [("format", format.as_ref().map(|format| format.span)), ("compression", compression.as_ref().map(|word| word.span))]
    {
        if let (true, Some(span)) = (answers_none, span) {
            let message = format!("`{key}` cannot stand beside `answer: none`");
            reader.context().diagnostics.push(Diagnostic::new(Code::ConflictingKeys, span, message).help("keep one of them"));
        }
    }
    let bytes = format.as_ref().is_some_and(|format| format.value == plan::Answer::Bytes);
    for key in ["items", "item", "keep_if", "compression"] {
        if let (true, Some(span)) = (bytes, reader.key_span(key)) {
            let message = format!("`{key}` cannot stand beside `format: bytes`");
            let help = "bytes are downloaded as they are; say what is in them with another `format`";
            reader.context().diagnostics.push(Diagnostic::new(Code::ConflictingKeys, span, message).help(help));
        }
    }
    (format, compression.map(|_| plan::Compression::Gzip))
}

/// A form from data; templates are for those that do not nest.
fn form(reader: &mut Reader<'_, '_>) -> Option<Body> {
    let Some(word) = reader.choice("nested") else { return Some(Body::Form(templates(reader, "form"))) };
    let nested = plan::Nesting::ALL.iter().find(|(name, _)| *name == word.value).map(|(_, nested)| *nested)?;
    Some(Body::FormData(read_data(reader, "form")?, nested))
}

fn raw(reader: &mut Reader<'_, '_>) -> Option<Body> {
    let node = reader.take("raw")?;
    let mut inner = Reader::open(node, &RAW, reader.context())?;
    let (content_type, content) = (template(&mut inner, "content_type"), read_data(&mut inner, "body"));
    Some(Body::Raw { content_type: content_type?, content: content? })
}

fn body(reader: &mut Reader<'_, '_>, method: Option<&str>) -> Option<Body> {
    let is_graphql = method == Some("graphql");
    let chosen = reader.one_of(&["body", "form", "multipart", "raw", "variables"]);
    if let (Some(span), false) = (reader.key_span("nested"), chosen == Some("form")) {
        let diagnostic = Diagnostic::new(Code::ConflictingKeys, span, "`nested` says how a form is written, and there is no `form`");
        reader.context().diagnostics.push(diagnostic.help("leave it out; a JSON `body` nests by itself"));
    }
    let misplaced = match chosen {
        Some("variables") => !is_graphql,
        Some(_) => is_graphql || matches!(method, Some("get" | "head")),
        None => false,
    };
    if let (true, Some(key), Some(method)) = (misplaced, chosen, method) {
        let span = reader.key_span(key).unwrap_or(reader.span);
        let message = format!("`{key}` cannot stand beside `{method}`");
        let help = if is_graphql { "GraphQL operations take `variables`" } else { "requests of this method have no body" };
        reader.context().diagnostics.push(Diagnostic::new(Code::ConflictingKeys, span, message).help(help));
    }
    if is_graphql {
        let text = reader.embedded("graphql")?;
        let document = Document::read(&text, reader.context().diagnostics)?;
        let mut variables = Vec::new();
        for (name, node) in reader.map("variables") {
            variables.extend(data(node, reader.context()).map(|value| (name.clone(), value)));
        }
        return Some(Body::Graphql { document, variables });
    }
    Some(match chosen {
        Some("body") => Body::Json(read_data(reader, "body")?),
        Some("form") => form(reader)?,
        Some("multipart") => {
            let mut parts = Vec::new();
            for (name, node) in reader.map("multipart") {
                parts.extend(data(node, reader.context()).map(|value| (name.clone(), value)));
            }
            Body::Multipart(parts)
        }
        Some("raw") => raw(reader)?,
        Some(_) | None => Body::None,
    })
}

fn read_data(reader: &mut Reader<'_, '_>, name: &str) -> Option<Data> {
    let node = reader.take(name)?;
    data(node, reader.context())
}
