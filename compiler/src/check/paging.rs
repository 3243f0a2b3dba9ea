//! Paging puts its tokens where the request can carry them, and every list says how it pages.

use connc_plan::{Method, Target};

use super::Case;
use crate::diagnostic::{Code, Diagnostic, Diagnostics};
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
