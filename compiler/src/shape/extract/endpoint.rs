//! An operation of an extract.

use connc_plan::Method;

use super::schema::{Schemas, is_true};
use super::{entries, report};
use crate::diagnostic::{Code, Diagnostic};
use crate::shape::description::{Endpoint, EndpointBody, EndpointParameter, ParameterPlace};
use crate::source::Spanned;
use crate::yaml::{Literal, Node, Scalar};

const KEYS: &[&str] = &["id", "deprecated", "scopes", "parameters", "body", "answers"];
const BODY: &[&str] = &["required", "form", "schema"];
const PARAMETER: &[&str] = &["in", "required", "deprecated", "maximum"];
const PLACES: &[(&str, ParameterPlace)] = &[
    ("query", ParameterPlace::Query),
    ("path", ParameterPlace::Path),
    ("header", ParameterPlace::Header),
    ("cookie", ParameterPlace::Cookie),
];

/// The operation under `GET /path`; `base` is the server's own path.
pub(super) fn read(key: &Spanned<String>, node: &Node, schemas: &mut Schemas<'_>, origin: usize, base: &str) -> Option<Endpoint> {
    let parsed = key.value.split_once(' ').and_then(|(method, path)| {
        let (_, method) = Method::ALL.iter().find(|(_, known)| known.name() == method)?;
        path.starts_with('/').then(|| (*method, path.to_owned()))
    });
    let Some((method, short_path)) = parsed else {
        let message = format!("`{}` is not an operation", key.value);
        let diagnostic = Diagnostic::new(Code::InvalidExtract, key.span, message);
        schemas.diagnostics.push(diagnostic.help("an operation is a method and a path, such as `GET /users/{userId}`"));
        return None;
    };
    let mut endpoint = Endpoint {
        origin,
        method,
        path: format!("{base}{short_path}"),
        short_path,
        id: None,
        deprecated: false,
        scopes: Vec::new(),
        parameters: Vec::new(),
        body: None,
        answers: Vec::new(),
        span: key.span,
    };
    for entry in entries(node, "an operation", schemas.diagnostics) {
        let value = &entry.value;
        match entry.key.value.as_str() {
            "id" => endpoint.id = value.scalar().map(|scalar| scalar.text.to_string()),
            "deprecated" => endpoint.deprecated = is_true(value),
            "scopes" => {
                let texts = |set: &[Node]| set.iter().filter_map(|scope| Some(scope.scalar()?.text.to_string())).collect();
                let sets = schemas.sequence(value, "scopes");
                endpoint.scopes = sets.iter().map(|set| texts(schemas.sequence(set, "scopes"))).collect();
            }
            "parameters" => {
                let list = entries(value, "`parameters`", schemas.diagnostics);
                endpoint.parameters = list.iter().filter_map(|entry| parameter(&entry.key, &entry.value, schemas)).collect();
            }
            "body" => endpoint.body = Some(body(value, schemas)),
            "answers" => {
                for answer in entries(value, "`answers`", schemas.diagnostics) {
                    let is_none = answer.value.scalar().is_some_and(|scalar| scalar.text.as_ref() == "none");
                    let shape = if is_none { None } else { Some(schemas.shape(&answer.value, None, &[])) };
                    endpoint.answers.push((answer.key.value.clone(), shape));
                }
            }
            _ => schemas.unknown_key(&entry.key, KEYS, "an operation"),
        }
    }
    Some(endpoint)
}

fn parameter(key: &Spanned<String>, node: &Node, schemas: &mut Schemas<'_>) -> Option<EndpointParameter> {
    let list = entries(node, "a parameter", schemas.diagnostics);
    let find = |name: &str| list.iter().find(|entry| entry.key.value == name).map(|entry| &entry.value);
    let word = find("in").and_then(Node::scalar).map_or("query", |scalar| scalar.text.as_ref());
    let Some((_, place)) = PLACES.iter().find(|(known, _)| *known == word) else {
        let place = find("in").unwrap_or(node);
        let words = PLACES.iter().map(|(word, _)| format!("`{word}`")).collect::<Vec<_>>().join(", ");
        let diagnostic = Diagnostic::new(Code::InvalidExtract, place.span, format!("`{word}` is not where a parameter goes"));
        schemas.diagnostics.push(diagnostic.help(format!("`in` is one of {words}")));
        return None;
    };
    // A name that stands in two places is told apart by the place: `limit@header`.
    let name = key.value.strip_suffix(word).and_then(|name| name.strip_suffix('@')).unwrap_or(&key.value);
    Some(EndpointParameter {
        name: name.to_owned(),
        place: *place,
        required: find("required").is_some_and(is_true),
        deprecated: find("deprecated").is_some_and(is_true),
        shape: schemas.shape(node, None, PARAMETER),
        maximum: find("maximum").and_then(Node::scalar).and_then(number),
        span: key.span,
    })
}

fn number(scalar: &Scalar) -> Option<f64> {
    match scalar.literal() {
        Literal::Integer(_) | Literal::Float(_) => scalar.text.parse().ok(),
        Literal::Null | Literal::Bool(_) | Literal::String(_) => None,
    }
}

fn body(node: &Node, schemas: &mut Schemas<'_>) -> EndpointBody {
    let mut body = EndpointBody { required: false, form: false, shape: crate::shape::known::Shape::Unknown };
    let list = entries(node, "a body", schemas.diagnostics);
    for entry in list {
        match entry.key.value.as_str() {
            "required" => body.required = is_true(&entry.value),
            "form" => body.form = is_true(&entry.value),
            "schema" => body.shape = schemas.shape(&entry.value, None, &[]),
            _ => schemas.unknown_key(&entry.key, BODY, "a body"),
        }
    }
    if !list.is_empty() && !list.iter().any(|entry| entry.key.value == "schema") {
        report(node, "a body says what it holds under `schema`", schemas.diagnostics);
    }
    body
}
