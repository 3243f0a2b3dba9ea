//! Recorded answers against the provider's description, overlays included: what a correction says must not be contradicted by an official example.

use connc_compiler::diagnostic::Diagnostics;
use connc_compiler::shape::{Description, Endpoint, differences, read_extracts};
use connc_plan::{Exchange, Method};

use crate::project::Loaded;

/// What the recorded answers of each cassette have that the description says otherwise.
pub(super) fn contradictions(loaded: &Loaded) -> Vec<Vec<String>> {
    let Some(description) = read_extracts(&loaded.sources, &mut Diagnostics::default()) else { return Vec::new() };
    let of_cassette = |file: &crate::project::CassetteFile| {
        let exchanges = file.read().0.map(|cassette| cassette.exchanges).unwrap_or_default();
        exchanges.iter().flat_map(|exchange| contradicted(exchange, &description)).collect()
    };
    loaded.cassettes.iter().map(of_cassette).collect()
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
    let request = format!("{} {}", endpoint.method.name(), endpoint.path);
    let line = |at: &str, message: &str| {
        let at = if at.is_empty() { "the whole body" } else { at };
        format!(
            "the recorded answer of `{request}` is not what the description says, at `{at}`: {message}; mend the cassette, or correct the description in the overlay"
        )
    };
    differences.iter().map(|difference| line(&difference.at, &difference.message)).collect()
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
