//! GraphQL documents fit the provider's schema, and get the variables that they declare.

use connc_plan as plan;

use super::Case;
use crate::diagnostic::{Code, Diagnostic, Diagnostics, nearest};
use crate::lang::{Document, Fragments, sent};
use crate::source::Span;
use crate::spec::{Body, Operation};

pub(super) fn check(case: &Case<'_>, diagnostics: &mut Diagnostics) {
    for operation in &case.spec.operations {
        let Body::Graphql { document, variables } = &operation.request.body else { continue };
        if case.spec.graphql.is_none() {
            let diagnostic = Diagnostic::new(Code::MissingKey, operation.request.span, "the connector does not say its GraphQL endpoint");
            diagnostics.push(diagnostic.help("add `graphql: { endpoint: /graphql }` at the top"));
        }
        let fragments = case.spec.graphql.as_ref().and_then(|graphql| graphql.fragments.as_ref());
        let known = || fragments.into_iter().flat_map(Fragments::names).chain(document.own.iter().map(String::as_str));
        let spreads = document.spreads.iter().map(|(name, range)| (name.as_str(), document.text.place(range.clone())));
        let unknown: Vec<(&str, Span)> = spreads
            .chain(fragments.into_iter().flat_map(Fragments::spreads))
            .filter(|(name, _)| !known().any(|known| known == *name))
            .collect();
        for (name, span) in &unknown {
            let near = nearest(name, known());
            let help = near.map_or_else(|| "define it under `fragments` of `graphql`".to_owned(), |near| format!("did you mean `{near}`?"));
            diagnostics.push(Diagnostic::new(Code::GraphqlInvalid, *span, format!("there is no fragment `{name}`")).help(help));
        }
        if let Some(schema) = case.schema.filter(|_| unknown.is_empty())
            && let Some(valid) = sent(document, fragments).validate(schema, diagnostics)
        {
            case.documents.borrow_mut().insert(operation.name.value.as_str(), valid);
        }
        let declared = || document.variables.iter().map(|variable| variable.name.as_str());
        for (name, _) in variables {
            if !declared().any(|declared| declared == name.value) {
                let message = format!("the document declares no variable `${}`", name.value);
                let near = nearest(name, declared());
                let help =
                    near.map_or_else(|| "declare it after the operation's name".to_owned(), |near| format!("did you mean `{near}`?"));
                diagnostics.push(Diagnostic::new(Code::UnknownInput, name.span, message).help(help));
            }
        }
        let paged = paging(operation);
        for variable in document.variables.iter().filter(|variable| variable.required) {
            let given = variables.iter().any(|(name, _)| name.value == variable.name) || paged.contains(&variable.name.as_str());
            if !given {
                let message = format!("the variable `${}` must be given", variable.name);
                let diagnostic = Diagnostic::new(Code::MissingInput, variable.span, message);
                diagnostics.push(diagnostic.help(format!("add `variables: {{ {}: … }}`", variable.name)));
            }
        }
        report_paging(operation, document, &paged, diagnostics);
    }
}

/// The variables that paging sets.
fn paging(operation: &Operation) -> Vec<&str> {
    let Some(paginate) = &operation.paginate else { return Vec::new() };
    let targets = std::iter::once(&paginate.into).chain(paginate.size.iter().map(|size| &size.into));
    targets
        .filter_map(|target| match target {
            plan::Target::Body(path) => match path.as_slice() {
                [first, name] if first == "variables" => Some(name.as_str()),
                _ => None,
            },
            plan::Target::Query(_) | plan::Target::Header(_) | plan::Target::Template(_) | plan::Target::Url => None,
        })
        .collect()
}

fn report_paging(operation: &Operation, document: &Document, paged: &[&str], diagnostics: &mut Diagnostics) {
    let Some(paginate) = &operation.paginate else { return };
    for name in paged {
        if !document.variables.iter().any(|variable| variable.name == *name) {
            let message = format!("paging sets the variable `${name}`, which the document does not declare");
            let help = format!("declare `${name}` after the operation's name, and use it");
            let is_size = paginate
                .size
                .as_ref()
                .is_some_and(|size| matches!(&size.into, plan::Target::Body(path) if path.last().is_some_and(|last| last == name)));
            let span = if is_size { paginate.size_span } else { paginate.into_span };
            diagnostics.push(Diagnostic::new(Code::UnknownInput, span.unwrap_or(paginate.span), message).help(help));
        }
    }
}
