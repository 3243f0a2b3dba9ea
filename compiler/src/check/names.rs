//! Every name in a template exists where the template stands. A secret that stands elsewhere than auth puts it is its own mistake.

use super::{Case, Owner, uses};
use crate::diagnostic::{Code, Diagnostic, Diagnostics, nearest};
use crate::lang::{Reference, Root, TextPlace};
use crate::source::Span;

pub(super) fn check(case: &Case<'_>, diagnostics: &mut Diagnostics) {
    for text in uses::texts(case.spec) {
        for reference in text.template.references() {
            check_reference(reference, text.place, text.owner, case, diagnostics);
        }
    }
    for method in &case.spec.auth {
        let Some(acquire) = &method.parts.acquire else { continue };
        for reference in acquire.url.references() {
            if is_secret(&reference.path) {
                let message = format!("the secret `{}` would stand in the token URL", reference.path.join("."));
                diagnostics.push(
                    Diagnostic::new(Code::SecretInQuery, reference.span, message).help("logs and proxies see URLs; send it in the body"),
                );
            }
        }
    }
}

/// Whether the name may be declared in something that could not be read.
fn is_declared_unreadably(reference: &Reference, owner: Owner<'_>, case: &Case<'_>) -> bool {
    let damaged = |key: &str| case.spec.damaged.contains(&key);
    match reference.path.first().map(String::as_str) {
        Some("account") => damaged("account"),
        Some("app") => damaged("app"),
        Some("constants") => damaged("constants"),
        Some("auth" | "secret" | "token") => match owner {
            Owner::Method(method) => method.incomplete,
            Owner::Connector | Owner::Operation(_) | Owner::Map(..) => damaged("auth"),
        },
        Some("input") => match owner {
            Owner::Operation(operation) => operation.incomplete,
            Owner::Connector | Owner::Method(_) | Owner::Map(..) => false,
        },
        Some(_) | None => false,
    }
}

fn is_secret(path: &[String]) -> bool {
    match path {
        [first, ..] if first == "secret" || first == "token" => true,
        [first, second, ..] => first == "app" && second == "secret",
        _ => false,
    }
}

fn check_reference(reference: &Reference, place: TextPlace, owner: Owner<'_>, case: &Case<'_>, diagnostics: &mut Diagnostics) {
    let written = reference.path.join(".");
    let known = known_names(place, owner, case);
    if known.iter().any(|(name, _)| fits(name, &reference.path)) {
        return;
    }
    let roots = place.roots();
    if is_declared_unreadably(reference, owner, case) {
        return;
    }
    let root = reference.path.first().and_then(|first| Root::parse(first));
    if is_secret(&reference.path) && !root.is_some_and(|root| roots.contains(&root)) {
        let message = format!("the secret `{written}` cannot stand here");
        let help = match place {
            TextPlace::BaseUrl => "a URL is written to logs; put the secret into a header of the auth method",
            TextPlace::SharedHeader | TextPlace::Request | TextPlace::Auth | TextPlace::TokenRequest | TextPlace::Filter => {
                "secrets stand only where an auth method puts them, under `auth`"
            }
        };
        diagnostics.push(Diagnostic::new(Code::MisplacedSecret, reference.span, message).help(help));
        return;
    }
    let last = reference.path.last().map_or("", String::as_str);
    let near = nearest(&written, known.iter().map(|(name, _)| name.as_str()))
        // A bare name is often meant with its root: `domain` for `account.domain`.
        .or_else(|| known.iter().map(|(name, _)| name.as_str()).find(|name| name.rsplit('.').next() == Some(last)));
    let mut diagnostic = Diagnostic::new(Code::UnknownName, reference.span, format!("`{written}` does not exist here"));
    if let Some(near) = near {
        diagnostic = diagnostic.help(format!("did you mean `{near}`?"));
        if let Some(declared) = known.iter().find(|(name, _)| name == near).and_then(|(_, declared)| *declared) {
            diagnostic = diagnostic.related(declared, format!("`{near}` is declared here"));
        }
    } else {
        diagnostic = diagnostic.help(describe(&known, roots));
    }
    diagnostics.push(diagnostic);
}

/// Whether a known name is the one that is written; `input.filter` also covers members below it.
fn fits(known: &str, path: &[String]) -> bool {
    let mut parts = path.iter();
    known.split('.').all(|part| parts.next().is_some_and(|given| given == part))
        && (parts.next().is_none() || known.starts_with("input.") || known.starts_with("constants."))
}

fn describe(known: &[(String, Option<Span>)], roots: &[Root]) -> String {
    if known.is_empty() {
        let roots = roots.iter().map(|root| format!("`{}`", root.name())).collect::<Vec<_>>().join(", ");
        return format!("names here begin with {roots}, and none is declared");
    }
    format!("names here are {}", known.iter().map(|(name, _)| format!("`{name}`")).collect::<Vec<_>>().join(", "))
}

/// Every full name that exists in a place, and where it was declared.
fn known_names(place: TextPlace, owner: Owner<'_>, case: &Case<'_>) -> Vec<(String, Option<Span>)> {
    let spec = case.spec;
    let mut known: Vec<(String, Option<Span>)> = Vec::new();
    for root in place.roots() {
        let mut add = |name: &str, span: Span| known.push((format!("{}.{name}", root.name()), Some(span)));
        match root {
            Root::Account => spec.account.iter().for_each(|parameter| add(&parameter.name.value, parameter.name.span)),
            Root::Constants => spec.constants.iter().for_each(|(name, _)| add(&name.value, name.span)),
            Root::Auth => match owner {
                Owner::Method(method) => method.parameters.iter().for_each(|parameter| add(&parameter.name.value, parameter.name.span)),
                Owner::Connector | Owner::Operation(_) | Owner::Map(..) => case.names.auth.iter().for_each(|(name, span)| add(name, *span)),
            },
            Root::App => {
                spec.app.parameters.iter().for_each(|parameter| add(&parameter.name.value, parameter.name.span));
                spec.app.secrets.iter().for_each(|secret| add(&format!("secret.{}", secret.name.value), secret.name.span));
            }
            Root::Secret => {
                if let Owner::Method(method) = owner {
                    method.secrets.iter().for_each(|secret| add(&secret.name.value, secret.name.span));
                }
            }
            Root::Token => {
                if let Owner::Method(method) = owner
                    && let Some(acquire) = &method.parts.acquire
                {
                    acquire.keep.iter().for_each(|(name, _)| add(name, acquire.span));
                }
            }
            Root::Input => {
                if let Owner::Operation(operation) = owner {
                    operation.input.iter().for_each(|parameter| add(&parameter.name.value, parameter.name.span));
                }
            }
            Root::Parent => known.push(("parent.id".to_owned(), None)),
            Root::Id | Root::Value | Root::Status | Root::Headers | Root::Answer => known.push((root.name().to_owned(), None)),
        }
    }
    known
}
