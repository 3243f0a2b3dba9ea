//! What is kept is there when it is read: a token before the request that sends it, a choice before the call that reads it, and what one auth
//! method keeps only where that method is the one.

use connc_expr::ir::{Kind, Node};

use super::{Case, Owner, uses};
use crate::auth::{Acquire, Choose, Method};
use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::lang::{Expression, Reference, Template, TextPlace};
use crate::source::Span;
use crate::spec::{Connector, Operation, Step};

pub(super) fn check(case: &Case<'_>, diagnostics: &mut Diagnostics) {
    for method in &case.spec.auth {
        let parts = &method.parts;
        for acquire in parts.authorize.iter().map(|authorize| &authorize.exchange).chain(&parts.acquire) {
            order(acquire, diagnostics);
            endpoint(acquire, method, case, diagnostics);
        }
        connected(method, case, diagnostics);
    }
    everywhere(case, diagnostics);
}

/// A step reads what the steps before it kept.
fn order(acquire: &Acquire, diagnostics: &mut Diagnostics) {
    let mut kept: Vec<&str> = Vec::new();
    for step in &acquire.steps {
        for reference in step.request.templates().flat_map(Template::references) {
            let [root, name, ..] = reference.path.as_slice() else { continue };
            let later = acquire.steps.iter().flat_map(|step| &step.keep).find(|keep| keep.shown.is_none() && keep.name.value == *name);
            if root == "token"
                && !kept.contains(&name.as_str())
                && let Some(later) = later
            {
                let message = format!("`token.{name}` is read before it is kept");
                let diagnostic = Diagnostic::new(Code::EarlyValue, reference.span, message).related(later.name.span, "it is kept here");
                diagnostics.push(diagnostic.help("a request sees what the requests before it kept; put that one first"));
            }
        }
        kept.extend(step.keep.iter().filter(|keep| keep.shown.is_none()).map(|keep| keep.name.value.as_str()));
    }
}

/// What gets a token does not go to a base URL that comes with the token.
fn endpoint(acquire: &Acquire, method: &Method, case: &Case<'_>, diagnostics: &mut Diagnostics) {
    let base = method.base_url.as_ref().unwrap_or(&case.spec.base_url);
    let Some(name) = base.references().into_iter().find_map(kept_name) else { return };
    for url in acquire.steps.iter().map(|step| &step.request.url).filter(|url| url.prefix().starts_with('/')) {
        let message = format!("this goes to the base URL, which reads `kept.{name}` before it is kept");
        let diagnostic = Diagnostic::new(Code::EarlyValue, url.span, message).related(base.span, "the base URL");
        diagnostics.push(diagnostic.help("write the whole URL, `https://…`"));
    }
}

/// What is called after connecting reads nothing that is chosen only then.
fn connected(method: &Method, case: &Case<'_>, diagnostics: &mut Diagnostics) {
    let spec = case.spec;
    let base = method.base_url.as_ref().unwrap_or(&spec.base_url);
    for connect in &method.connect {
        for operation in requests(spec, &connect.call) {
            let is_relative = operation.request.url.as_ref().is_none_or(|url| url.prefix().starts_with('/'));
            let shared = spec.headers.iter().map(|(_, template)| template).chain(method.parts.apply.iter().map(|apply| &apply.value));
            let texts = uses::operation_texts(operation).into_iter().chain(shared).chain(is_relative.then_some(base));
            let in_texts = texts.flat_map(Template::references).filter_map(|found| Some((kept_name(found)?.to_owned(), found.span)));
            let in_data = uses::operation_body(operation).into_iter().flat_map(kept_in);
            for (name, span) in in_texts.chain(in_data) {
                let chosen = |choice: &Choose| choice.name.value == name || choice.keep.iter().any(|keep| keep.name.value == name);
                if method.choose.iter().any(chosen) {
                    let message = format!("operation `{}` reads `kept.{name}`, which is chosen only after it", operation.name.value);
                    let diagnostic = Diagnostic::new(Code::EarlyValue, connect.call.span, message).related(span, "it is read here");
                    let help = "call an operation with a whole URL of its own; the connector lists its host under `hosts`";
                    diagnostics.push(diagnostic.help(help));
                }
            }
        }
    }
}

/// The requests that a call comes to.
pub(super) fn requests<'a>(spec: &'a Connector, name: &str) -> Vec<&'a Operation> {
    match spec.compound(name) {
        Some(compound) => compound.steps.iter().flat_map(Step::calls).filter_map(|call| spec.operation(&call.call)).collect(),
        None => spec.operation(name).into_iter().collect(),
    }
}

/// What every auth method shares reads only what each of them keeps.
fn everywhere(case: &Case<'_>, diagnostics: &mut Diagnostics) {
    for text in uses::texts(case.spec) {
        if matches!(text.owner, Owner::Method(_)) {
            continue;
        }
        for reference in text.template.references() {
            if let Some(name) = kept_name(reference) {
                lacking(name, reference.span, text.place == TextPlace::BaseUrl, case, diagnostics);
            }
        }
    }
    for data in uses::data(case.spec) {
        if matches!(data.owner, Owner::Method(_)) {
            continue;
        }
        let asked = asked_for(data.expression);
        for (name, span) in kept_in(data.expression).into_iter().filter(|(name, _)| !asked.contains(name)) {
            lacking(&name, span, false, case, diagnostics);
        }
    }
}

/// The names of which an expression asks whether they are there: `$exists($kept.name)`.
fn asked_for(expression: &Expression) -> Vec<String> {
    let mut names = Vec::new();
    expression.root.walk(&mut |node| {
        let Kind::Call(function, arguments) = &node.kind else { return };
        let (Kind::Variable(function), [Node { kind: Kind::Path(steps), .. }]) = (&function.kind, arguments.as_slice()) else { return };
        if let (true, [root, member]) = (function == "exists", steps.as_slice())
            && let (Kind::Variable(root), Kind::Field(member)) = (&root.node.kind, &member.node.kind)
            && root == "kept"
        {
            names.push(member.clone());
        }
    });
    names
}

fn lacking(name: &str, span: Span, is_base: bool, case: &Case<'_>, diagnostics: &mut Diagnostics) {
    let keeps = |method: &Method| method.kept().iter().any(|kept| kept.value == name);
    let spec = case.spec;
    // A name that nobody keeps was reported as that.
    let Some(owner) = spec.auth.iter().find(|method| keeps(method)) else { return };
    let does_without = |method: &Method| keeps(method) || method.incomplete || (is_base && method.base_url.is_some());
    for method in spec.auth.iter().filter(|method| !does_without(method)) {
        let message = format!("auth method `{}` does not keep `{name}`", method.name.value);
        let diagnostic = Diagnostic::new(Code::UnkeptValue, span, message).related(method.name.span, "it connects without it");
        let help = if is_base {
            format!(
                "write this under `base_url` of auth method `{}`, or give `{}` a `base_url` of its own",
                owner.name.value, method.name.value
            )
        } else {
            format!(
                "keep or choose it there too, or ask in an expression: `$exists($kept.{name}) ? …`; what only `{}` needs can stand in its `headers` and `base_url`",
                owner.name.value
            )
        };
        diagnostics.push(diagnostic.help(help));
    }
}

fn kept_name(reference: &Reference) -> Option<&str> {
    match reference.path.as_slice() {
        [root, name, ..] if root == "kept" => Some(name),
        _ => None,
    }
}

fn kept_in(expression: &Expression) -> Vec<(String, Span)> {
    let free = expression.free_names().into_iter().filter(|name| name.name == "kept");
    free.filter_map(|name| name.members.into_iter().next()).map(|(name, range)| (name, expression.place(range))).collect()
}
