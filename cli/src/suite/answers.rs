//! Recorded answers against the provider's description, overlays included: what a correction says must not be contradicted by an official example.

use connc_compiler::diagnostic::Diagnostics;
use connc_compiler::shape::{Description, Difference, Endpoint, Shape, Shapes, call_fits, differences, read_extracts};
use connc_expr::{Document, Limits, Program, Variables};
use connc_plan::{Action, Body, Cassette, CassetteCall, Data, Exchange, Method, Plan};
use serde_json::Value;

use crate::project::Loaded;

/// What the recorded answers of each cassette have that the description says otherwise.
pub(super) fn contradictions(loaded: &Loaded, plan: &Plan) -> Vec<Vec<String>> {
    of_cassettes(loaded, plan, loaded.cassettes.iter().map(|file| file.read().0))
}

/// The same for one cassette, which is no file yet.
pub(super) fn contradicted_by(loaded: &Loaded, plan: &Plan, cassette: Cassette) -> Vec<String> {
    of_cassettes(loaded, plan, std::iter::once(Some(cassette))).into_iter().flatten().collect()
}

fn of_cassettes(loaded: &Loaded, plan: &Plan, cassettes: impl Iterator<Item = Option<Cassette>>) -> Vec<Vec<String>> {
    let description = read_extracts(&loaded.sources, &mut Diagnostics::default());
    let documents = documents(loaded, plan);
    let failures = Failures::of(plan);
    let bases = base_paths(plan);
    let of_cassette = |cassette: Option<Cassette>| {
        let Some(cassette) = cassette else { return Vec::new() };
        let mut found = Vec::new();
        for exchange in &cassette.exchanges {
            found
                .extend(description.as_ref().map(|description| contradicted(exchange, description, &failures, &bases)).unwrap_or_default());
            if let Some(documents) = &documents {
                let operations = documents.operations(&cassette.call, cassette.model.as_deref());
                found.extend(documents.contradicted(exchange, &operations));
            }
        }
        found
    };
    cassettes.map(of_cassette).collect()
}

/// What GraphQL operations answer with.
struct Documents<'a> {
    plan: &'a Plan,
    answers: Vec<(String, Shape)>,
    shapes: Shapes,
}

fn documents<'a>(loaded: &Loaded, plan: &'a Plan) -> Option<Documents<'a>> {
    let sends_document = |operation: &connc_plan::Operation| {
        operation.steps.iter().any(|step| match &step.action {
            Action::Request(request) => {
                matches!(&request.body, Body::Json(Data::Object(members)) if members.iter().any(|(name, _)| name == "query"))
            }
            Action::Call(_) | Action::Let(_) | Action::Require(_) | Action::Poll(_) | Action::Give(_) => false,
        })
    };
    if !plan.operations.values().any(sends_document) {
        return None;
    }
    let (mut answers, shapes) = connc_compiler::answer_types(&loaded.sources);
    answers.retain(|(name, _)| plan.operations.get(name).is_some_and(sends_document));
    Some(Documents { plan, answers, shapes })
}

impl Documents<'_> {
    /// The operations that a recorded call goes through.
    fn operations(&self, call: &CassetteCall, model: Option<&str>) -> Vec<&str> {
        let Some(model) = model else {
            return self
                .plan
                .operations
                .get_key_value(&format!("{}.{}", call.resource, call.verb))
                .map(|(name, _)| name.as_str())
                .into_iter()
                .collect();
        };
        let Some(map) = self.plan.map(model, &call.resource) else { return Vec::new() };
        let steps = map.verbs.iter().filter(|(verb, _)| verb.name() == call.verb).flat_map(|(_, verb)| &verb.steps);
        steps.flat_map(connc_plan::Step::calls).map(|call| call.operation.as_str()).collect()
    }

    /// The operation that the answer is nearest to speaks, where a call goes through several.
    fn contradicted(&self, exchange: &Exchange, operations: &[&str]) -> Vec<String> {
        let Ok(answer) = serde_json::from_str::<Value>(&exchange.response.body) else { return Vec::new() };
        // An answer with errors may have null anywhere (GraphQL, October 2021, section 6.4.4), and a token answer is none of GraphQL's.
        if answer.get("errors").is_some() || answer.get("data").is_none() {
            return Vec::new();
        }
        let known = self.answers.iter().filter(|(name, _)| operations.contains(&name.as_str()));
        let compared = known.map(|(name, shape)| (name, differences(shape, &self.shapes, &answer)));
        let nearest = compared.min_by_key(|(_, differences)| differences.len());
        nearest.map(|(name, found)| found.iter().map(|found| line(&format!("operation `{name}`"), found)).collect()).unwrap_or_default()
    }
}

fn line(whose: &str, difference: &Difference) -> String {
    let at = if difference.at.is_empty() { "the whole body" } else { &difference.at };
    let message = &difference.message;
    format!(
        "the recorded answer of {whose} is not what the description says, at `{at}`: {message}; mend the cassette, or correct the description in the overlay"
    )
}

/// Tells errors that come with a 2xx from successes, as `errors.when` says.
struct Failures(Option<Program>);

impl Failures {
    fn of(plan: &Plan) -> Self {
        Self(plan.errors.when.as_ref().and_then(|when| Program::compile(&when.source).ok()))
    }

    fn is_one(&self, exchange: &Exchange) -> bool {
        let Some(when) = self.0.as_ref().filter(|_| (200..300).contains(&exchange.response.status)) else { return false };
        let Ok(body) = Document::parse(&exchange.response.body, None) else { return false };
        let mut variables = Variables::new();
        let headers: serde_json::Map<String, Value> =
            exchange.response.headers.iter().map(|(name, value)| (name.to_lowercase(), Value::from(value.as_str()))).collect();
        let set = variables.set_json("status", &exchange.response.status.to_string()).is_ok()
            && variables.set_json("headers", &Value::Object(headers).to_string()).is_ok();
        set && matches!(when.eval(&body, &variables, &Limits::default()), Ok(Some(truth)) if truth == "true")
    }
}

fn contradicted(exchange: &Exchange, description: &Description, failures: &Failures, bases: &[String]) -> Vec<String> {
    let found = || {
        let endpoint = endpoint(description, exchange.request.method, &exchange.request.url, bases)?;
        let status = exchange.response.status.to_string();
        // What an error with a 2xx looks like is said where the description speaks of errors, if it does.
        let failed = failures.is_one(exchange);
        let speaks = |known: &str| if failed { !known.starts_with('2') } else { known == status };
        let (_, shape) = endpoint.answers.iter().find(|(known, _)| speaks(known))?;
        let body = serde_json::from_str(&exchange.response.body).ok()?;
        Some((endpoint, differences(shape.as_ref()?, &description.shapes, &body)))
    };
    let Some((endpoint, differences)) = found() else { return Vec::new() };
    let whose = format!("`{} {}`", endpoint.method.name(), endpoint.path);
    differences.iter().map(|difference| line(&whose, difference)).collect()
}

/// The operation that a request went to, by method and path; a path of words wins over one with parameters.
fn endpoint<'a>(description: &'a Description, method: Method, url: &str, bases: &[String]) -> Option<&'a Endpoint> {
    let path = url.split_once("://")?.1.split_once('/').map_or("", |(_, path)| path);
    let url = url::Url::parse(url).ok()?;
    let query: Vec<(String, String)> = url.query_pairs().into_owned().collect();
    // Where a standard describes the API, the connector alone says what stands before its paths.
    let own = bases.iter().filter_map(|base| path.strip_prefix(base.as_str())?.strip_prefix('/'));
    let paths: Vec<&str> = std::iter::once(path).chain(own).collect();
    description.endpoint(method, |endpoint| paths.iter().filter_map(|path| call_fits(path, &query, &endpoint.path)).max())
}

/// The paths of the connector's base URLs that are plain text, without slashes around them.
fn base_paths(plan: &Plan) -> Vec<String> {
    let bases = std::iter::once(&plan.base_url).chain(plan.auth.iter().filter_map(|method| method.base_url.as_ref()));
    let path = |base: &connc_plan::Text| {
        let text = base.to_string();
        let (_, path) = text.split_once("://").unwrap_or_default().1.split_once('/')?;
        let path = path.trim_matches('/');
        (!path.is_empty() && !path.contains('{')).then(|| path.to_owned())
    };
    bases.filter_map(path).collect()
}
