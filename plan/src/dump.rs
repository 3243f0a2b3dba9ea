//! The plan as text that a reviewer reads: what would be sent, where to, how pages follow each other, and how records are made.
//!
//! The text is stable: the same plan gives the same text, and a change of one step changes its own lines only.

mod auth;
mod hosts;
mod layout;
mod map;
mod operation;
mod rate_limit;
mod steps;
mod value;

use crate::{ErrorRules, Operation, Plan, ResourceMap};
use layout::Page;

/// The whole plan.
#[must_use]
pub fn plan(plan: &Plan) -> String {
    let mut page = Page::default();
    header(&mut page, plan);
    auth::methods(&mut page, plan);
    answers(&mut page, plan);
    for operation in plan.operations.values() {
        operation::operation(&mut page, plan, operation);
    }
    for map in &plan.maps {
        map::map(&mut page, plan, map);
    }
    page.text()
}

/// One operation.
#[must_use]
pub fn operation(plan: &Plan, operation: &Operation) -> String {
    let mut page = Page::default();
    operation::operation(&mut page, plan, operation);
    page.text()
}

/// One map.
#[must_use]
pub fn map(plan: &Plan, map: &ResourceMap) -> String {
    let mut page = Page::default();
    map::map(&mut page, plan, map);
    page.text()
}

/// The hosts that requests can go to: templates with the domains that confine them.
#[must_use]
pub fn hosts(plan: &Plan) -> Vec<String> {
    hosts::all(plan)
}

fn header(page: &mut Page, plan: &Plan) {
    page.heading(&format!("connector {}", plan.connector), None);
    let mut rows = vec![("title", plan.title.clone())];
    rows.extend(plan.docs.clone().map(|docs| ("docs", docs)));
    rows.push(("base", plan.base_url.to_string()));
    rows.extend(hosts::all(plan).into_iter().enumerate().map(|(index, host)| (if index == 0 { "hosts" } else { "" }, host)));
    rows.extend(plan.verify.clone().map(|verify| ("verify", verify)));
    rows.extend(plan.concurrency.map(|most| ("concurrency", format!("at most {most} requests of an account at once"))));
    rows.extend(plan.redirects.then(|| ("redirects", "followed on the request's own origin".to_owned())));
    rows.extend(plan.headers.iter().map(|(name, value)| ("header", format!("{name}: {value}"))));
    rows.extend(plan.constants.iter().map(|(name, value)| ("constant", format!("{name}: {value}"))));
    page.rows(1, &rows);
    if !plan.account.is_empty() {
        page.heading("account", None);
        page.rows(1, &value::parameters(&plan.account));
    }
    if !plan.app.is_empty() || !plan.app_secrets.is_empty() {
        page.heading("app", None);
        page.rows(1, &value::parameters(&plan.app));
        page.rows(1, &plan.app_secrets.iter().map(auth::secret).collect::<Vec<_>>());
    }
}

/// What the provider's answers say about rate limits and errors.
fn answers(page: &mut Page, plan: &Plan) {
    rate_limit::windows(page, plan);
    let ErrorRules { when, code, message, kinds } = &plan.errors;
    let mut rows = Vec::new();
    for (name, expression) in [("when", when), ("code", code), ("message", message)] {
        rows.extend(expression.as_ref().map(|expression| (name, expression.source.clone())));
    }
    rows.extend(kinds.iter().map(|rule| (rule.kind.name(), rule.when.source.clone())));
    if !rows.is_empty() {
        page.heading("errors", None);
        page.rows(1, &rows);
    }
}

#[cfg(test)]
mod tests;
