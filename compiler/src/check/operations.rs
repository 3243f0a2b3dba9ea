//! Operations and resources that a spec refers to exist.

use connc_plan as plan;

use super::{Callee, Case, kept, uses};
use crate::diagnostic::{Code, Diagnostic, Diagnostics, nearest};
use crate::source::Spanned;
use crate::spec::{Body, Operation};

pub(super) fn check(case: &Case<'_>, diagnostics: &mut Diagnostics) {
    let spec = case.spec;
    for named in spec.verify.iter().chain(spec.auth.iter().filter_map(|method| method.verify.as_ref())) {
        operation(named, case, diagnostics);
        report_needs(named, "verify", case, diagnostics);
        report_write(named, case, diagnostics);
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

/// Whoever tries an account must not change anything with it.
fn report_write(named: &Spanned<String>, case: &Case<'_>, diagnostics: &mut Diagnostics) {
    let writes = |operation: &Operation| match &operation.request.body {
        Body::Graphql { document, .. } => document.is_mutation,
        Body::None | Body::Json(_) | Body::FormData(..) | Body::Form(_) | Body::Multipart(_) | Body::Raw { .. } => {
            let reads = matches!(operation.request.method, plan::Method::Get | plan::Method::Head);
            !(reads || operation.request.idempotent == Some(true))
        }
    };
    if let Some(writing) = kept::requests(case.spec, named).into_iter().find(|operation| writes(operation)) {
        let message = format!("`verify` would write: it calls `{}`", writing.name.value);
        let diagnostic = Diagnostic::new(Code::InvalidValue, named.span, message).related(writing.name.span, "it is declared here");
        diagnostics.push(diagnostic.help("name one that reads; where it only looks like a write, say `idempotent: true` there"));
    }
}

fn report(named: &Spanned<String>, message: String, near: Option<&str>, diagnostics: &mut Diagnostics) {
    let help = near.map_or_else(|| "declare it under `resources` in connector.yaml".to_owned(), |near| format!("did you mean `{near}`?"));
    diagnostics.push(Diagnostic::new(Code::UnknownOperation, named.span, message).help(help));
}
