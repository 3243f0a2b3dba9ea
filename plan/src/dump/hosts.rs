//! Every host that a request can go to.

use crate::{Action, AuthMethod, Parameter, Plan, Segment, Text};

/// Every host that a request can go to, each once, with the domains that confine one which is supplied.
pub(super) fn all(plan: &Plan) -> Vec<String> {
    let bases = std::iter::once(&plan.base_url).chain(plan.auth.iter().filter_map(|method| method.base_url.as_ref()));
    let tokens = plan.auth.iter().flat_map(credentials);
    let steps = plan.operations.values().flat_map(|operation| &operation.steps).filter_map(|step| match &step.action {
        Action::Request(request) => Some(&request.url),
        Action::Call(_) | Action::Let(_) | Action::Require(_) | Action::Poll(_) | Action::Give(_) => None,
    });
    let mut found: Vec<String> = Vec::new();
    for url in bases.chain(tokens).chain(steps) {
        if let Some(host) = host(plan, url).filter(|host| !found.contains(host)) {
            found.push(host);
        }
    }
    let files = plan.operations.values().filter_map(|operation| operation.download.as_ref());
    for domain in files.flat_map(|download| download.within.iter().chain(&download.redirect)) {
        let host = format!("files within {domain}");
        if !found.contains(&host) {
            found.push(host);
        }
    }
    found
}

/// The host of a URL template; none where it is a path on the base.
fn host(plan: &Plan, url: &Text) -> Option<String> {
    let text = url.to_string();
    let (scheme, rest) = text.split_once("://").unwrap_or(("", &text));
    if scheme.is_empty() && text.starts_with('/') {
        return None;
    }
    let host = rest.split_once('/').map_or(rest, |(host, _)| host);
    let named = |path: &[String]| match path {
        [scope, name] if scope == "account" => parameter(&plan.account, name),
        [scope, name] if scope == "auth" => plan.auth.iter().find_map(|method| parameter(&method.parameters, name)),
        [scope, name] if scope == "kept" => plan.auth.iter().find_map(|method| kept(method, name)),
        _ => None,
    };
    let within: Vec<String> = url
        .segments
        .iter()
        .filter_map(|segment| match segment {
            Segment::Value(reference) if host.contains(&reference.to_string()) => named(&reference.path)
                .map(|parameter| if parameter.values.is_empty() { &parameter.within } else { &parameter.values }.join(" or ")),
            Segment::Value(_) | Segment::Literal(_) | Segment::Base64(_) => None,
        })
        .filter(|within| !within.is_empty())
        .collect();
    let scheme = if scheme == "http" { "http://" } else { "" };
    Some(if within.is_empty() { format!("{scheme}{host}") } else { format!("{scheme}{host} within {}", within.join(", ")) })
}

fn parameter<'a>(parameters: &'a [Parameter], name: &str) -> Option<&'a Parameter> {
    parameters.iter().find(|parameter| parameter.name == name)
}

/// The URLs of consent, and of what gets, renews and ends a token.
fn credentials(method: &AuthMethod) -> impl Iterator<Item = &Text> {
    let consent = method.authorize.iter().map(|authorize| &authorize.url);
    let bought = method.authorize.iter().map(|authorize| &authorize.exchange).chain(&method.acquire).chain(&method.refresh);
    consent.chain(bought.flat_map(|acquire| &acquire.steps).chain(&method.release).map(|step| &step.request.url))
}

/// What a method keeps and shows under a name.
fn kept<'a>(method: &'a AuthMethod, name: &str) -> Option<&'a Parameter> {
    let exchange = method.authorize.as_ref().map(|authorize| &authorize.exchange);
    let mut keeps = exchange.into_iter().chain(&method.acquire).flat_map(|acquire| &acquire.steps).flat_map(|step| &step.keep);
    keeps.find_map(|keep| keep.shown.as_ref().filter(|_| keep.name == name))
}
