//! Operations and resources that a spec refers to exist.

use super::{Case, uses};
use crate::diagnostic::{Code, Diagnostic, Diagnostics, nearest};
use crate::source::Spanned;

pub(super) fn check(case: &Case<'_>, diagnostics: &mut Diagnostics) {
    let spec = case.spec;
    for named in spec.verify.iter().chain(spec.auth.iter().filter_map(|method| method.verify.as_ref())) {
        operation(named, case, diagnostics);
    }
    for (_, resource) in uses::mapped(spec) {
        if !case.names.resources().contains(&resource.from.value.as_str()) {
            let message = format!("the connector has no resource `{}`", resource.from.value);
            let near = nearest(&resource.from, case.names.resources());
            report(&resource.from, message, near, diagnostics);
        }
        for (call, _) in resource.verbs.iter().flat_map(|(_, call)| uses::calls(call)) {
            operation(&call.call, case, diagnostics);
        }
        for via in resource.filters.list.iter().filter_map(|filter| filter.via.as_ref()) {
            operation(via, case, diagnostics);
        }
    }
}

fn operation(named: &Spanned<String>, case: &Case<'_>, diagnostics: &mut Diagnostics) {
    if !case.names.operations.contains_key(named.value.as_str()) {
        let message = format!("the connector has no operation `{}`", named.value);
        report(named, message, nearest(named, case.names.operations.keys().copied()), diagnostics);
    }
}

fn report(named: &Spanned<String>, message: String, near: Option<&str>, diagnostics: &mut Diagnostics) {
    let help = near.map_or_else(|| "declare it under `resources` in connector.yaml".to_owned(), |near| format!("did you mean `{near}`?"));
    diagnostics.push(Diagnostic::new(Code::UnknownOperation, named.span, message).help(help));
}
