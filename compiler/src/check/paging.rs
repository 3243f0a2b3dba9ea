//! Paging puts its tokens where the request can carry them, and every list says how it pages.

use connc_plan::{Method, Target};

use super::Case;
use super::uses::operation_texts;
use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::lang::Template;
use crate::pagination::{Loop, Next};
use crate::spec::{Body, Operation, Records};

pub(super) fn check(case: &Case<'_>, diagnostics: &mut Diagnostics) {
    for operation in &case.spec.operations {
        match &operation.paginate {
            Some(paginate) => {
                for target in std::iter::once(&paginate.into).chain(paginate.size.iter().map(|size| &size.into)) {
                    if let Some((message, help)) = misplaced(target, operation) {
                        diagnostics.push(Diagnostic::new(Code::ConflictingKeys, paginate.span, message).help(help));
                    }
                }
                templates(paginate, operation, diagnostics);
                if paginate.size.as_ref().is_some_and(|size| size.into == paginate.into && size.into != Target::Url) {
                    let message = "the token and the number of records go to the same place";
                    diagnostics.push(Diagnostic::new(Code::ConflictingKeys, paginate.span, message).help("give each its own parameter"));
                }
            }
            None if matches!(operation.records, Records::Items { .. }) && !operation.says_pages => {
                let message = format!("operation `{}` lists records and says nothing of pages", operation.name.value);
                let help = "say how it pages, or `paginate: { style: single }` where the provider gives the whole list at once";
                diagnostics.push(Diagnostic::new(Code::UnpagedList, operation.name.span, message).help(help));
            }
            None => {}
        }
    }
}

/// What paging puts into templates stands in one, and is there whenever it does.
fn templates(paginate: &Loop, operation: &Operation, diagnostics: &mut Diagnostics) {
    let texts = operation_texts(operation);
    for name in paginate.template_names() {
        let reads = |template: &&&Template| {
            template.references().iter().any(|reference| reference.path.iter().map(String::as_str).eq(["page", name]))
        };
        let found: Vec<_> = texts.iter().filter(reads).collect();
        if found.is_empty() && !matches!(operation.request.body, Body::Graphql { .. }) {
            let message = format!("no template of operation `{}` reads `page.{name}`", operation.name.value);
            let help = format!("write `{{{{ page.{name} }}}}` where it belongs, or say `query` in the place of `template`");
            diagnostics.push(Diagnostic::new(Code::MissingKey, paginate.span, message).help(help));
        }
        let counts = matches!(paginate.next, Next::Counter { .. });
        if paginate.into == Target::Template(name.to_owned())
            && !counts
            && let Some(text) = found.iter().find(|template| !template.is_whole())
        {
            let message = format!("`page.{name}` is absent on the first page, and stands within a text");
            let help = "only counters begin with a value; let the token be a parameter of its own, one whole `{{ x }}`";
            diagnostics.push(Diagnostic::new(Code::InvalidValue, text.span, message).help(help));
        }
    }
}

/// Why a request cannot carry something there.
fn misplaced(target: &Target, operation: &Operation) -> Option<(&'static str, &'static str)> {
    let Target::Body(path) = target else { return None };
    let is_graphql = matches!(operation.request.body, Body::Graphql { .. });
    let is_variable = path.first().is_some_and(|first| first == "variables") && path.len() == 2;
    if is_variable && !is_graphql {
        return Some(("paging sets a GraphQL variable, and this is no GraphQL operation", "use `query` or `body`"));
    }
    let has_no_body = matches!(operation.request.method, Method::Get | Method::Head);
    has_no_body.then_some(("paging sets a member of the body, and requests of this method have none", "use `query` or `header`"))
}
