//! Every `$name` in an expression exists where the expression stands.

use connc_expr::functions;

use super::{Case, Owner, uses};
use crate::auth::Method;
use crate::diagnostic::{Code, Diagnostic, Diagnostics, nearest};
use crate::lang::{DataPlace, FreeName, Root};
use crate::source::{Span, Spanned};

pub(super) fn check(case: &Case<'_>, diagnostics: &mut Diagnostics) {
    for data in uses::data(case.spec) {
        for name in data.expression.free_names() {
            let span = data.expression.place(name.range.clone());
            let roots = data.place.roots();
            // Where a choice has no calls beside it, that was reported.
            if matches!((data.place, data.owner), (DataPlace::Choose, Owner::Method(method)) if method.connect.is_empty()) {
                continue;
            }
            let selects = !matches!(data.owner, Owner::Operation(operation) if operation.select.is_none());
            match Root::parse(&name.name).filter(|root| *root != Root::Select || selects) {
                Some(root) if roots.contains(&root) => check_member(root, &name, &data, case, diagnostics),
                Some(Root::Secret | Root::Token | Root::App | Root::Jwt) => {
                    let written = name.members.iter().fold(name.name.clone(), |whole, (member, _)| format!("{whole}.{member}"));
                    let message = format!("the secret `${written}` cannot stand here");
                    let help = if data.place == DataPlace::TokenBody {
                        "a secret stands here as a whole value, `$secret.name`; signatures are computed by the scheme `custom`"
                    } else {
                        "secrets stand only where an auth method puts them, under `auth`"
                    };
                    diagnostics.push(Diagnostic::new(Code::MisplacedSecret, span, message).help(help));
                }
                // What earlier steps bound is typed elsewhere.
                _ if data.names.iter().any(|known| known.value == name.name) => {}
                Some(_) | None => {
                    // What is about translations is of no use where there are none.
                    let translates = matches!(data.owner, Owner::Map(_, resource) if resource.translations().next().is_some());
                    let is_there =
                        |root: &&Root| (translates || !matches!(root, Root::Provider | Root::Names)) && (selects || **root != Root::Select);
                    let roots: Vec<Root> = roots.iter().filter(is_there).copied().collect();
                    check_function(&name, span, &roots, &data.names, diagnostics);
                }
            }
        }
    }
}

fn check_function(name: &FreeName, span: Span, roots: &[Root], steps: &[&Spanned<String>], diagnostics: &mut Diagnostics) {
    let written = &name.name;
    if let Some((_, reason)) = functions::UNAVAILABLE.iter().find(|(unavailable, _)| unavailable == written) {
        let message = format!("`${written}` does not exist here, because {reason}");
        let help = "take what you need from the record, or have the caller give it as input";
        diagnostics.push(Diagnostic::new(Code::UnavailableFunction, span, message).help(help));
        return;
    }
    let known = || functions::BUILTINS.iter().copied().chain(functions::TABLE.iter().map(|function| function.name));
    if known().any(|function| function == written) {
        return;
    }
    let variables: Vec<&str> = steps.iter().map(|name| name.value.as_str()).chain(roots.iter().map(|root| root.name())).collect();
    let near_root = nearest(written, variables.iter().copied());
    let near_function = nearest(written, known());
    let (code, what, near) = if name.called {
        (Code::UnknownFunction, "function", near_function.or(near_root))
    } else {
        (Code::UnknownVariable, "variable", near_root.or(near_function))
    };
    let mut diagnostic = Diagnostic::new(code, span, format!("there is no {what} `${written}` here"));
    diagnostic = match near {
        Some(near) => diagnostic.help(format!("did you mean `${near}`?")),
        None if name.called => diagnostic.help("functions are JSONata's own and those listed by `connc eval --functions`"),
        None => {
            let names = variables.iter().map(|name| format!("`${name}`")).collect::<Vec<_>>().join(", ");
            diagnostic.help(format!("here are {names}; a bare name is a field of the data at hand"))
        }
    };
    diagnostics.push(diagnostic);
}

/// Checks the member after a root: `$account.domain`, `$input.body`.
fn check_member(root: Root, name: &FreeName, data: &uses::DataUse<'_>, case: &Case<'_>, diagnostics: &mut Diagnostics) {
    let Some((member, range)) = name.members.first() else { return };
    let Some(known) = members(root, data.owner, case) else { return };
    if case.spec.damaged.contains(&root.name())
        || matches!(data.owner, Owner::Method(method) if method.incomplete)
        || matches!(data.owner, Owner::Operation(operation) if root == Root::Input && operation.incomplete)
        || matches!(data.owner, Owner::Compound(compound) if root == Root::Input && compound.incomplete)
    {
        return;
    }
    if known.iter().any(|(known, _)| known == member) {
        return;
    }
    let span = data.expression.place(range.clone());
    let mut diagnostic = Diagnostic::new(Code::UnknownName, span, format!("`${}.{member}` does not exist", root.name()));
    diagnostic = match nearest(member, known.iter().map(|(name, _)| name.as_str())) {
        Some(near) => {
            let declared = known.iter().find(|(name, _)| name == near).and_then(|(_, span)| *span);
            let diagnostic = diagnostic.help(format!("did you mean `${}.{near}`?", root.name()));
            match declared {
                Some(span) => diagnostic.related(span, format!("`{near}` is declared here")),
                None => diagnostic,
            }
        }
        None if known.is_empty() && matches!(root, Root::Provider | Root::Names) => {
            diagnostic.help("it holds fields of the map that are translations, with `from` and `enum`")
        }
        None if known.is_empty() => diagnostic.help(format!("declare it under `{}`", root.name())),
        None => diagnostic.help(format!("there are {}", known.iter().map(|(name, _)| format!("`{name}`")).collect::<Vec<_>>().join(", "))),
    };
    diagnostics.push(diagnostic);
}

/// The members of `$request`.
const REQUEST: &[&str] = &["method", "url", "host", "path", "query", "headers", "body", "body_sha256", "timestamp", "date", "nonce"];

/// The members of a root, where they are known.
fn members(root: Root, owner: Owner<'_>, case: &Case<'_>) -> Option<Vec<(String, Option<Span>)>> {
    let spec = case.spec;
    let declared = |name: &crate::source::Spanned<String>| (name.value.clone(), Some(name.span));
    match (root, owner) {
        (Root::Account, _) => Some(spec.account.iter().map(|parameter| declared(&parameter.name)).collect()),
        (Root::Constants, _) => Some(spec.constants.iter().map(|(name, _)| declared(name)).collect()),
        (Root::Auth, _) => Some(case.names.auth.iter().map(|(name, span)| ((*name).to_owned(), Some(*span))).collect()),
        (Root::Input, Owner::Operation(operation)) => Some(operation.input.iter().map(|parameter| declared(&parameter.name)).collect()),
        (Root::Input, Owner::Compound(compound)) => Some(compound.input.iter().map(|parameter| declared(&parameter.name)).collect()),
        // A unified verb's input is the model's resource.
        (Root::Input, Owner::Map(model, resource)) => {
            let fields = &spec.models.get(model)?.resources.get(&resource.name.value)?.fields;
            Some(fields.iter().map(|field| declared(&field.name)).collect())
        }
        (Root::Input, Owner::Connector | Owner::Method(_)) => Some(Vec::new()),
        (Root::Kept, Owner::Method(method)) => Some(method.kept().into_iter().map(declared).collect()),
        (Root::Kept, _) => Some(spec.auth.iter().flat_map(Method::kept).map(declared).collect()),
        (Root::Secret, Owner::Method(method)) => Some(method.secrets.iter().map(|secret| declared(&secret.name)).collect()),
        (Root::Token, Owner::Method(method)) => {
            let keeps = method.parts.keeps();
            Some(keeps.iter().filter(|keep| keep.shown.is_none()).map(|keep| declared(&keep.name)).collect())
        }
        (Root::Request, _) => Some(REQUEST.iter().map(|name| ((*name).to_owned(), None)).collect()),
        (Root::Error, _) => Some(["kind", "code", "message"].iter().map(|name| ((*name).to_owned(), None)).collect()),
        (Root::Provider | Root::Names, Owner::Map(_, resource)) => Some(resource.translations().map(|(name, _)| declared(name)).collect()),
        (Root::Parent, _) => Some(vec![("id".to_owned(), None)]),
        (Root::Fresh, _) => Some(connc_plan::Fresh::ALL.iter().map(|(name, _)| ((*name).to_owned(), None)).collect()),
        (
            Root::App
            | Root::Secret
            | Root::Token
            | Root::Jwt
            | Root::Scopes
            | Root::Id
            | Root::Select
            | Root::Page
            | Root::StartedAt
            | Root::Value
            | Root::Status
            | Root::Headers
            | Root::Provider
            | Root::Names,
            _,
        ) => None,
    }
}
