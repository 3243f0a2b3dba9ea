//! Operations are called with what they take, and with all that they need.

use super::{Callee, Case, uses};
use crate::diagnostic::{Code, Diagnostic, Diagnostics, nearest};
use crate::source::{Span, Spanned};
use crate::spec::{MapResource, StepCall};

pub(super) fn check(case: &Case<'_>, diagnostics: &mut Diagnostics) {
    for call in uses::calls(case.spec) {
        if let Some(operation) = Callee::find(case.spec, &call.call) {
            check_call(call, operation, diagnostics);
        }
    }
    for (_, resource) in uses::mapped(case.spec) {
        check_filters(resource, case, diagnostics);
        for (verb, operation) in uses::implied(case.spec, resource) {
            for input in operation.input().iter().filter(|input| input.required && input.default.is_none()) {
                let message =
                    format!("operation `{}` needs `{}`, which `{}` cannot give it", operation.name().value, input.name.value, verb.name());
                let help = format!(
                    "write the verb out: `{}: {{ call: {}, with: {{ {}: … }} }}`",
                    verb.name(),
                    operation.name().value,
                    input.name.value
                );
                let diagnostic = Diagnostic::new(Code::MissingInput, resource.from.span, message);
                diagnostics.push(diagnostic.related(input.name.span, "it is declared here").help(help));
            }
        }
    }
    let inputs =
        case.spec.operations.iter().map(|operation| &operation.input).chain(case.spec.compounds.iter().map(|compound| &compound.input));
    for input in inputs.flatten().filter(|input| matches!(input.name.value.as_str(), "id" | "parent")) {
        let message = format!("an input cannot be called `{}`, which every call has besides", input.name.value);
        diagnostics.push(
            Diagnostic::new(Code::InvalidValue, input.name.span, message)
                .help("read `{{ id }}` or `{{ parent.id }}`, or choose another name"),
        );
    }
    for operation in &case.spec.operations {
        let Some(paginate) = &operation.paginate else { continue };
        for name in &paginate.first_only {
            let query = &operation.request.query;
            if !query.iter().any(|(query, _)| query.value == name.value) {
                let near = nearest(name, query.iter().map(|(name, _)| name.value.as_str()));
                unknown(name, format!("operation `{}` has no query parameter `{}`", operation.name.value, name.value), near, diagnostics);
            }
        }
    }
}

fn check_call(call: &StepCall, operation: Callee<'_>, diagnostics: &mut Diagnostics) {
    let (takes_id, takes_parent) = (operation.takes("id"), operation.takes("parent"));
    let mut names: Vec<&str> = operation.input().iter().map(|input| input.name.value.as_str()).collect();
    names.extend(takes_id.then_some("id"));
    names.extend(takes_parent.then_some("parent"));
    for (name, _) in &call.with {
        if !names.contains(&name.value.as_str()) {
            let message = format!("operation `{}` does not take `{}`", operation.name().value, name.value);
            unknown(name, message, nearest(name, names.iter().copied()), diagnostics);
        }
    }
    // A slip of a name, or something unreadable, is not something missing.
    let misspelt =
        |name: &str| call.with.iter().any(|(given, _)| !names.contains(&given.value.as_str()) && nearest(given, [name]).is_some());
    let given = |name: &str| call.incomplete || misspelt(name) || call.with.iter().any(|(given, _)| given.value == name);
    let mut missing: Vec<(&str, Option<Span>)> = Vec::new();
    missing.extend((takes_id && !given("id")).then_some(("id", None)));
    missing.extend((takes_parent && !given("parent")).then_some(("parent", None)));
    let required = operation.input().iter().filter(|input| input.required && input.default.is_none() && !given(&input.name));
    missing.extend(required.map(|input| (input.name.value.as_str(), Some(input.name.span))));
    for (name, declared) in missing {
        let message = format!("operation `{}` needs `{name}`", operation.name().value);
        let mut diagnostic = Diagnostic::new(Code::MissingInput, call.call.span, message).help(format!("add it: `with: {{ {name}: … }}`"));
        if let Some(declared) = declared {
            diagnostic = diagnostic.related(declared, "it is declared here");
        }
        diagnostics.push(diagnostic);
    }
}

fn check_filters(resource: &MapResource, case: &Case<'_>, diagnostics: &mut Diagnostics) {
    let written = resource
        .verbs
        .iter()
        .find(|(verb, _)| verb.value == connc_plan::Verb::List)
        .and_then(|(_, verb)| verb.steps.last()?.own_call().map(|call| call.call.value.clone()));
    let lists = written.unwrap_or_else(|| format!("{}.list", resource.from.value));
    for filter in &resource.filters.list {
        let served_by = filter.via.as_ref().map_or(lists.as_str(), |via| via.value.as_str());
        let Some(operation) = Callee::find(case.spec, served_by) else {
            if filter.via.is_none() && !case.spec.is_unreadable(served_by) && case.names.resources().contains(&resource.from.value.as_str())
            {
                let message = format!("there is no operation `{served_by}` to filter");
                diagnostics.push(
                    Diagnostic::new(Code::UnknownOperation, filter.name.span, message).help("declare it, or name another with `via`"),
                );
            }
            continue;
        };
        let names: Vec<&str> = operation.input().iter().map(|input| input.name.value.as_str()).collect();
        for (name, _) in &filter.sets {
            if !names.contains(&name.value.as_str()) {
                let message = format!("operation `{served_by}` does not take `{}`", name.value);
                unknown(name, message, nearest(name, names.iter().copied()), diagnostics);
            }
        }
        if let Some(parent) = filter.parent.as_ref().filter(|_| !operation.takes("parent")) {
            let message = format!("operation `{served_by}` stands under no parent");
            diagnostics.push(Diagnostic::new(Code::UnknownInput, parent.span, message).help("set one of its inputs instead"));
        }
    }
}

fn unknown(name: &Spanned<String>, message: String, near: Option<&str>, diagnostics: &mut Diagnostics) {
    let diagnostic = Diagnostic::new(Code::UnknownInput, name.span, message);
    diagnostics.push(match near {
        Some(near) => diagnostic.help(format!("did you mean `{near}`?")),
        None if matches!(name.value.as_str(), "id" | "parent") => {
            diagnostic.help(format!("nothing in the operation reads `{}`; leave it out", name.value))
        }
        None => diagnostic.help("declare it under the operation's `input`"),
    });
}
