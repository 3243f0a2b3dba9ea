//! Recorded answers against the provider's description, overlays included: what a correction says must not be contradicted by an official example.

use connc_compiler::diagnostic::Diagnostics;
use connc_compiler::shape::{Description, Difference, Endpoint, Shape, Shapes, differences, read_extracts};
use connc_plan::{Action, Body, Data, Exchange, Method, Plan, RecordedBody};
use serde_json::Value;

use crate::project::Loaded;

/// What the recorded answers of each cassette have that the description says otherwise.
pub(super) fn contradictions(loaded: &Loaded, plan: &Plan) -> Vec<Vec<String>> {
    let description = read_extracts(&loaded.sources, &mut Diagnostics::default());
    let documents = documents(loaded, plan);
    let of_exchange = |exchange: &Exchange| {
        let mut found = description.as_ref().map(|description| contradicted(exchange, description)).unwrap_or_default();
        found.extend(documents.as_ref().map(|documents| documents.contradicted(exchange)).unwrap_or_default());
        found
    };
    let of_cassette = |file: &crate::project::CassetteFile| {
        let exchanges = file.read().0.map(|cassette| cassette.exchanges).unwrap_or_default();
        exchanges.iter().flat_map(of_exchange).collect()
    };
    loaded.cassettes.iter().map(of_cassette).collect()
}

/// GraphQL documents with what they answer with.
struct Documents {
    list: Vec<(String, String, Shape)>,
    shapes: Shapes,
}

fn documents(loaded: &Loaded, plan: &Plan) -> Option<Documents> {
    let sent: Vec<(&String, &str)> = plan.operations.iter().filter_map(|(name, operation)| Some((name, document(operation)?))).collect();
    if sent.is_empty() {
        return None;
    }
    let (answers, shapes) = connc_compiler::answer_types(&loaded.sources);
    let answer = |name: &str| answers.iter().find(|(known, _)| known == name).map(|(_, shape)| shape.clone());
    let list = sent.into_iter().filter_map(|(name, text)| Some((name.clone(), text.to_owned(), answer(name)?))).collect();
    Some(Documents { list, shapes })
}

/// The document that an operation sends.
fn document(operation: &connc_plan::Operation) -> Option<&str> {
    let Action::Request(request) = &operation.steps.first()?.action else { return None };
    let Body::Json(Data::Object(members)) = &request.body else { return None };
    members.iter().find_map(|(name, data)| match data {
        Data::Const(Value::String(text)) if name == "query" => Some(text.as_str()),
        Data::Const(_) | Data::Expression(_) | Data::Object(_) | Data::List(_) => None,
    })
}

impl Documents {
    fn contradicted(&self, exchange: &Exchange) -> Vec<String> {
        let RecordedBody::Json(sent) = &exchange.request.body else { return Vec::new() };
        let Some(text) = sent.get("query").and_then(Value::as_str) else { return Vec::new() };
        let Ok(answer) = serde_json::from_str::<Value>(&exchange.response.body) else { return Vec::new() };
        let Some((name, _, shape)) = self.list.iter().find(|(_, document, _)| document == text) else { return Vec::new() };
        // An answer with errors may have null anywhere (GraphQL, October 2021, section 6.4.4).
        if answer.get("errors").is_some() {
            return Vec::new();
        }
        differences(shape, &self.shapes, &answer).iter().map(|found| line(&format!("operation `{name}`"), found)).collect()
    }
}

fn line(whose: &str, difference: &Difference) -> String {
    let at = if difference.at.is_empty() { "the whole body" } else { &difference.at };
    let message = &difference.message;
    format!(
        "the recorded answer of {whose} is not what the description says, at `{at}`: {message}; mend the cassette, or correct the description in the overlay"
    )
}

fn contradicted(exchange: &Exchange, description: &Description) -> Vec<String> {
    let found = || {
        let endpoint = endpoint(description, exchange.request.method, &exchange.request.url)?;
        let status = exchange.response.status.to_string();
        let (_, shape) = endpoint.answers.iter().find(|(known, _)| *known == status)?;
        let body = serde_json::from_str(&exchange.response.body).ok()?;
        Some((endpoint, differences(shape.as_ref()?, &description.shapes, &body)))
    };
    let Some((endpoint, differences)) = found() else { return Vec::new() };
    let whose = format!("`{} {}`", endpoint.method.name(), endpoint.path);
    differences.iter().map(|difference| line(&whose, difference)).collect()
}

/// The operation that a request went to, by method and path; a path of words wins over one with parameters.
fn endpoint<'a>(description: &'a Description, method: Method, url: &str) -> Option<&'a Endpoint> {
    let path = url.split_once("://")?.1.split_once('/').map_or("", |(_, path)| path).split(['?', '#']).next().unwrap_or("");
    let fits = |declared: &str| {
        let (given, declared): (Vec<&str>, Vec<&str>) = (path.split('/').collect(), declared.trim_matches('/').split('/').collect());
        let same = given.iter().zip(&declared).filter(|(given, declared)| given == declared).count();
        let all = given.iter().zip(&declared).all(|(given, declared)| given == declared || declared.starts_with('{'));
        (all && given.len() == declared.len()).then_some(same)
    };
    let of_method = description.endpoints.iter().filter(|endpoint| endpoint.method == method);
    of_method
        .filter_map(|endpoint| fits(&endpoint.path).map(|same| (same, endpoint)))
        .max_by_key(|(same, _)| *same)
        .map(|(_, endpoint)| endpoint)
}
