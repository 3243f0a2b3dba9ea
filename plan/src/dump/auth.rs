//! Auth methods: what is asked for, what is acquired, what goes onto each request, and the hosts that all of it can reach.

use super::layout::Page;
use super::{operation, value};
use crate::{Acquire, Action, AuthMethod, Keep, KeepFrom, Parameter, Place, Plan, SecretParameter, SecretType, Segment, Text};

pub(super) fn methods(page: &mut Page, plan: &Plan) {
    for (index, method) in plan.auth.iter().enumerate() {
        let AuthMethod {
            name,
            scheme,
            parameters,
            secrets,
            scopes,
            authorize: _,
            acquire,
            refresh: _,
            expired: _,
            release: _,
            apply,
            sign: _,
            connect: _,
            choose: _,
            base_url,
            trust_account_host,
            verify,
            origin,
        } = method;
        let default = if index == 0 && plan.auth.len() > 1 { ", the default" } else { "" };
        page.heading(&format!("auth {name}: {scheme}{default}"), Some(plan.place(*origin)));
        let mut rows: Vec<(&str, String)> = Vec::new();
        rows.extend(value::parameters(parameters).into_iter().map(|(name, text)| ("parameter", format!("{name}: {text}"))));
        rows.extend(secrets.iter().map(secret).map(|(name, text)| ("secret", format!("{name}: {text}"))));
        if !scopes.is_empty() {
            rows.push(("scopes", scopes.join(" ")));
        }
        if *trust_account_host {
            rows.push(("trust", "the host is the customer's to choose, and nothing confines it".to_owned()));
        }
        rows.extend(base_url.as_ref().map(|base| ("base", base.to_string())));
        rows.extend(verify.clone().map(|verify| ("verify", verify)));
        if let Some(acquire) = acquire {
            acquired(&mut rows, acquire);
        }
        for apply in apply {
            let (place, name) = match &apply.place {
                Place::Header(name) => ("header", name),
                Place::Query(name) => ("query", name),
                Place::Cookie(name) => ("cookie", name),
            };
            let on: Vec<&str> = apply.on.iter().map(|method| method.name()).collect();
            let on = if on.is_empty() { String::new() } else { format!(" on {}", on.join(", ")) };
            rows.push(("send", format!("{place} {name}: {}{on}", apply.value)));
        }
        page.rows(1, &rows);
    }
}

fn acquired(rows: &mut Vec<(&str, String)>, acquire: &Acquire) {
    let Acquire { steps, expires_in, expires_at: _, error_code, error_message, needs_reauth: _, origin: _ } = acquire;
    for step in steps {
        rows.push(("token", operation::request(&step.request)));
    }
    for Keep { name, from, required, shown: _ } in steps.iter().flat_map(|step| &step.keep) {
        let from = match from {
            KeepFrom::Body(expression) => expression.source.clone(),
            KeepFrom::Header(header) => format!("header {header}"),
            KeepFrom::Cookie(cookie) => format!("cookie {cookie}"),
        };
        rows.push(("keep", format!("token.{name} = {from}{}", if *required { "" } else { ", if there" })));
    }
    rows.push((
        "expires",
        expires_in.as_ref().map_or_else(|| "when it is refused".to_owned(), |expires| format!("{} seconds", expires.source)),
    ));
    rows.push(("errors", format!("code {}, message {}", error_code.source, error_message.source)));
}

pub(super) fn secret(secret: &SecretParameter) -> (&str, String) {
    let kind = match secret.r#type {
        SecretType::String => "text",
        SecretType::Json => "JSON",
        SecretType::Pem => "PEM",
    };
    let description = secret.description.as_deref().map(|text| format!(", {text}")).unwrap_or_default();
    (secret.name.as_str(), format!("{kind}{description}"))
}

/// Every host that a request can go to, each once, with the domains that confine one which is supplied.
pub(super) fn hosts(plan: &Plan) -> Vec<String> {
    let bases = std::iter::once(&plan.base_url).chain(plan.auth.iter().filter_map(|method| method.base_url.as_ref()));
    let tokens =
        plan.auth.iter().filter_map(|method| method.acquire.as_ref()).flat_map(|acquire| &acquire.steps).map(|step| &step.request.url);
    let steps = plan.operations.values().flat_map(|operation| &operation.steps).filter_map(|step| match &step.action {
        Action::Request(request) => Some(&request.url),
        Action::Call(_) | Action::Let(_) | Action::Require(_) | Action::Poll(_) => None,
    });
    let mut found: Vec<String> = Vec::new();
    for url in bases.chain(tokens).chain(steps) {
        if let Some(host) = host(plan, url).filter(|host| !found.contains(host)) {
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
        _ => None,
    };
    let within: Vec<String> = url
        .segments
        .iter()
        .filter_map(|segment| match segment {
            Segment::Value(reference) if host.contains(&reference.to_string()) => {
                named(&reference.path).map(|parameter| parameter.within.join(" or "))
            }
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
