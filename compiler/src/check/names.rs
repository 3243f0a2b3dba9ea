//! Every name in a template exists where the template stands. A secret that stands elsewhere than auth puts it is its own mistake.

use connc_plan::SecretType;

use super::{Case, Owner, uses};
use crate::auth::Method;
use crate::diagnostic::{Code, Diagnostic, Diagnostics, nearest};
use crate::lang::{Reference, Root, TextPlace};
use crate::shape::Secret;
use crate::source::Span;

pub(super) fn check(case: &Case<'_>, diagnostics: &mut Diagnostics) {
    for text in uses::texts(case.spec) {
        for reference in text.template.references() {
            check_reference(reference, text.place, text.owner, case, diagnostics);
        }
    }
    for method in &case.spec.auth {
        // What ends a session may name it in its URL.
        let steps = method.parts.acquires().flat_map(|acquire| &acquire.steps).map(|step| (step, false));
        let steps = steps.chain(method.parts.release.iter().map(|step| (step, true)));
        for (reference, ends) in steps.flat_map(|(step, ends)| step.request.url.references().into_iter().map(move |found| (found, ends))) {
            if is_secret(&reference.path) && !(ends && reference.path.first().is_some_and(|root| root == "token")) {
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
        Some("auth" | "secret" | "token" | "kept" | "jwt" | "scopes") => match owner {
            Owner::Method(method) => method.incomplete,
            Owner::Connector | Owner::Operation(_) | Owner::Compound(_) | Owner::Map(..) => damaged("auth"),
        },
        Some("input") => match owner {
            Owner::Operation(operation) => operation.incomplete,
            Owner::Connector | Owner::Method(_) | Owner::Compound(_) | Owner::Map(..) => false,
        },
        Some(_) | None => false,
    }
}

fn is_secret(path: &[String]) -> bool {
    match path {
        [first, ..] if first == "secret" || first == "token" || first == "jwt" => true,
        [first, second, ..] => first == "app" && second == "secret",
        _ => false,
    }
}

fn check_reference(reference: &Reference, place: TextPlace, owner: Owner<'_>, case: &Case<'_>, diagnostics: &mut Diagnostics) {
    let written = reference.path.join(".");
    let known = known_names(place, owner, case);
    if known.iter().any(|(name, _)| fits(name, &reference.path)) || is_in_document(reference, owner, case) {
        return;
    }
    let roots = place.roots();
    if is_declared_unreadably(reference, owner, case) {
        return;
    }
    if place == TextPlace::Authorize && is_secret(&reference.path) {
        let message = format!("the secret `{written}` would stand in the authorization URL");
        let help = "whoever consents sees that URL, and so does their browser's history; secrets go to the token URL";
        diagnostics.push(Diagnostic::new(Code::SecretInQuery, reference.span, message).help(help));
        return;
    }
    if is_secret(&reference.path) && !place.takes_secrets() {
        let message = format!("the secret `{written}` cannot stand here");
        let help = match place {
            TextPlace::BaseUrl => "a URL is written to logs; put the secret into a header of the auth method",
            TextPlace::SharedHeader
            | TextPlace::Request
            | TextPlace::Auth
            | TextPlace::Authorize
            | TextPlace::TokenRequest
            | TextPlace::Assertion
            | TextPlace::Renewal
            | TextPlace::Filter => "secrets stand only where an auth method puts them, under `auth`",
        };
        diagnostics.push(Diagnostic::new(Code::MisplacedSecret, reference.span, message).help(help));
        return;
    }
    let last = reference.path.last().map_or("", String::as_str);
    let near = nearest(&written, known.iter().map(|(name, _)| name.as_str()))
        // A bare name is often meant with its root: `domain` for `account.domain`.
        .or_else(|| known.iter().map(|(name, _)| name.as_str()).find(|name| name.rsplit('.').next() == Some(last)));
    let mut diagnostic = Diagnostic::new(Code::UnknownName, reference.span, format!("`{written}` does not exist here"));
    if written == "select" && place == TextPlace::Request {
        diagnostic = diagnostic.help("say that fields are asked for by name: `select: { always: [id] }` beside the request");
    } else if let Some(near) = near {
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

/// Whether the name is a member of a secret that is a JSON document.
fn is_in_document(reference: &Reference, owner: Owner<'_>, case: &Case<'_>) -> bool {
    let is_json =
        |secrets: &[Secret], name: &str| secrets.iter().any(|secret| secret.name.value == name && secret.r#type == SecretType::Json);
    let parts: Vec<&str> = reference.path.iter().map(String::as_str).collect();
    match (parts.as_slice(), owner) {
        (["secret", name, _, ..], Owner::Method(method)) => is_json(&method.secrets, name),
        (["app", "secret", name, _, ..], Owner::Method(_)) => is_json(&case.spec.app.secrets, name),
        _ => false,
    }
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
                Owner::Connector | Owner::Operation(_) | Owner::Compound(_) | Owner::Map(..) => {
                    case.names.auth.iter().for_each(|(name, span)| add(name, *span))
                }
            },
            Root::App => {
                spec.app.parameters.iter().for_each(|parameter| add(&parameter.name.value, parameter.name.span));
                let secrets = if place.takes_secrets() { spec.app.secrets.as_slice() } else { &[] };
                secrets.iter().for_each(|secret| add(&format!("secret.{}", secret.name.value), secret.name.span));
            }
            Root::Secret => {
                if let Owner::Method(method) = owner {
                    method.secrets.iter().for_each(|secret| add(&secret.name.value, secret.name.span));
                }
            }
            Root::Token => {
                if let Owner::Method(method) = owner {
                    let keeps = method.parts.keeps();
                    keeps.iter().filter(|keep| keep.shown.is_none()).for_each(|keep| add(&keep.name.value, keep.name.span));
                }
            }
            Root::Kept => match owner {
                Owner::Method(method) => method.kept().iter().for_each(|name| add(&name.value, name.span)),
                Owner::Connector | Owner::Operation(_) | Owner::Compound(_) | Owner::Map(..) => {
                    spec.auth.iter().flat_map(Method::kept).for_each(|name| add(&name.value, name.span));
                }
            },
            Root::Jwt => {
                if let Owner::Method(method) = owner
                    && method.parts.signs()
                {
                    known.push(("jwt".to_owned(), None));
                }
            }
            // Where there are scopes, reading the method has put them in.
            Root::Scopes => {}
            Root::Input => {
                if let Owner::Operation(operation) = owner {
                    operation.input.iter().for_each(|parameter| add(&parameter.name.value, parameter.name.span));
                }
            }
            Root::Select => {
                if let Owner::Operation(operation) = owner
                    && let Some(select) = &operation.select
                {
                    known.push(("select".to_owned(), Some(select.span)));
                }
            }
            Root::Page => {
                if let Owner::Operation(operation) = owner {
                    let names = operation.paginate.iter().flat_map(|paginate| paginate.template_names());
                    names.for_each(|name| known.push((format!("page.{name}"), None)));
                }
            }
            Root::Parent => known.push(("parent.id".to_owned(), None)),
            Root::Id
            | Root::StartedAt
            | Root::Value
            | Root::Status
            | Root::Headers
            | Root::Error
            | Root::Request
            | Root::Provider
            | Root::Names
            | Root::Fresh => known.push((root.name().to_owned(), None)),
        }
    }
    known
}
