//! Operations and resources that a spec refers to exist.

use super::{Callee, Case, uses};
use crate::diagnostic::{Code, Diagnostic, Diagnostics, nearest};
use crate::source::Spanned;

pub(super) fn check(case: &Case<'_>, diagnostics: &mut Diagnostics) {
    let spec = case.spec;
    for named in spec.verify.iter().chain(spec.auth.iter().filter_map(|method| method.verify.as_ref())) {
        operation(named, case, diagnostics);
        report_needs(named, "verify", case, diagnostics);
    }
    for connect in spec.auth.iter().flat_map(|method| &method.connect) {
        operation(&connect.call, case, diagnostics);
        report_needs(&connect.call, "connect", case, diagnostics);
    }
    for (_, resource) in uses::mapped(spec) {
        if !case.names.resources().contains(&resource.from.value.as_str())
            && !spec.is_unreadable(&resource.from.value)
            && !spec.damaged.contains(&"resources")
        {
            let message = format!("the connector has no resource `{}`", resource.from.value);
            let near = nearest(&resource.from, case.names.resources());
            report(&resource.from, message, near, diagnostics);
        }
        for via in resource.filters.list.iter().filter_map(|filter| filter.via.as_ref()) {
            operation(via, case, diagnostics);
        }
    }
    for call in uses::calls(spec) {
        operation(&call.call, case, diagnostics);
    }
}

fn operation(named: &Spanned<String>, case: &Case<'_>, diagnostics: &mut Diagnostics) {
    let unknown = !case.names.operations.contains_key(named.value.as_str());
    if unknown && !case.spec.is_unreadable(&named.value) && !(case.names.operations.is_empty() && case.spec.damaged.contains(&"resources"))
    {
        let message = format!("the connector has no operation `{}`", named.value);
        report(named, message, nearest(named, case.names.operations.keys().copied()), diagnostics);
    }
}

/// What is called when connecting is given nothing, so it can need no id.
fn report_needs(named: &Spanned<String>, key: &str, case: &Case<'_>, diagnostics: &mut Diagnostics) {
    let Some(operation) = Callee::find(case.spec, named) else { return };
    let needed = ["id", "parent"].into_iter().find(|root| operation.takes(root));
    let needed = needed.or_else(|| {
        operation.input().iter().find(|input| input.required && input.default.is_none()).map(|input| input.name.value.as_str())
    });
    if let Some(needed) = needed {
        let message = format!("operation `{}` needs `{needed}`, which `{key}` cannot give it", named.value);
        diagnostics.push(
            Diagnostic::new(Code::MissingInput, named.span, message)
                .help("name one that needs nothing, such as the current user or a list"),
        );
    }
}

fn report(named: &Spanned<String>, message: String, near: Option<&str>, diagnostics: &mut Diagnostics) {
    let help = near.map_or_else(|| "declare it under `resources` in connector.yaml".to_owned(), |near| format!("did you mean `{near}`?"));
    diagnostics.push(Diagnostic::new(Code::UnknownOperation, named.span, message).help(help));
}
