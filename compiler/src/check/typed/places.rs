//! Conditions and paths: what is an error, which records are kept, where records stand.

use super::bodies::is_known;
use super::coverage::Coverage;
use super::facts::Typed;
use super::report::Reports;
use super::scope::{Input, scope};
use crate::auth::Connect;
use crate::check::{Case, uses};
use crate::lang::{DataPlace, Expression};
use crate::shape::{Shape, Trust, Value};
use crate::spec::{Operation, Records};

pub(super) fn check(case: &Case<'_>, typed: &Typed<'_>, reports: &mut Reports<'_>, coverage: &mut Coverage) {
    errors(case, typed, reports, coverage);
    tokens(case, typed, reports);
    rate_limits(case, typed, reports, coverage);
    for operation in &case.spec.operations {
        let Some(facts) = typed.of(&operation.name.value) else { continue };
        if let Records::Items { path, .. } | Records::Item { path, .. } = &operation.records {
            let known = facts.record != Shape::Unknown;
            coverage.count(facts.trust.filter(|_| known), path.span, || format!("the records of `{}`", operation.name.value));
        }
        if let Some(fetch) = operation.download.as_ref().and_then(|download| download.fetch.as_ref()) {
            let called = format!("the record of `{}`", operation.name.value);
            let scope = scope(DataPlace::RawRecord, Input::Operation(operation), Value::always(facts.record.clone()), &called, case, typed);
            let inferred = reports.infer(fetch, &scope);
            let known = !inferred.unknown && is_known(&inferred.value.shape, &scope);
            coverage.count(facts.trust.filter(|_| known), fetch.span(), || format!("`fetch` of `{}`", operation.name.value));
        }
        if let Some(keep_if) = keep_if(operation) {
            let called = format!("a record of `{}`", operation.name.value);
            let scope = scope(DataPlace::RawRecord, Input::Operation(operation), Value::always(facts.record.clone()), &called, case, typed);
            let inferred = reports.infer(keep_if, &scope);
            super::loops::condition(keep_if, &inferred.value, reports);
            let known = !inferred.unknown && is_known(&inferred.value.shape, &scope);
            coverage.count(facts.trust.filter(|_| known), keep_if.span(), || format!("`keep_if` of `{}`", operation.name.value));
        }
    }
}

/// What is said of the answers of token endpoints, which no description has: only functions and variables have types.
fn tokens(case: &Case<'_>, typed: &Typed<'_>, reports: &mut Reports<'_>) {
    for method in &case.spec.auth {
        let parts = &method.parts;
        let answers = uses::answers(parts).into_iter().map(|expression| (DataPlace::Token, expression));
        let bodies = uses::token_bodies(parts).into_iter().map(|expression| (DataPlace::TokenBody, expression));
        let answers = answers.chain(bodies);
        for (place, expression) in answers.chain(parts.expired.iter().map(|expired| (DataPlace::Expired, expired))) {
            let scope = scope(place, Input::Nobody, Value::unknown(), "an answer's body", case, typed);
            let inferred = reports.infer(expression, &scope);
            if place == DataPlace::Expired {
                super::loops::condition(expression, &inferred.value, reports);
            }
        }
        for choice in &method.choose {
            let mut scope = scope(DataPlace::Choose, Input::Nobody, Value::nothing(), "nothing", case, typed);
            for connect in &method.connect {
                scope.variables.insert(connect.name.value.clone(), called(connect, case, typed));
            }
            let offered = reports.infer(&choice.from, &scope);
            let one = chosen(&offered.value, typed);
            let scope = super::scope::scope(DataPlace::Choose, Input::Nobody, one, "what is chosen", case, typed);
            for kept in choice.kept() {
                reports.infer(kept, &scope);
            }
        }
        for signed in uses::signatures(parts) {
            let scope = scope(DataPlace::Sign, Input::Nobody, Value::nothing(), "nothing", case, typed);
            reports.infer(&signed.value, &scope);
        }
    }
}

/// One of what can be chosen.
fn chosen(offered: &Value, typed: &Typed<'_>) -> Value {
    let shapes = typed.shapes.alternatives(&offered.shape).into_iter().map(|shape| match shape {
        Shape::List(items) => items.as_ref().clone(),
        other => other.clone(),
    });
    Value::always(Shape::one_of(shapes))
}

/// What a call of `connect` binds: the records of a list, or the one record.
fn called(connect: &Connect, case: &Case<'_>, typed: &Typed<'_>) -> Value {
    let Some((operation, facts)) = case.spec.operation(&connect.call).zip(typed.of(&connect.call.value)) else { return Value::unknown() };
    match &operation.records {
        Records::Items { .. } => Value::always(Shape::list(facts.record.clone())),
        Records::Item { .. } | Records::Whole => Value::always(facts.record.clone()),
        Records::None => Value::unknown(),
    }
}

fn keep_if(operation: &Operation) -> Option<&Expression> {
    match &operation.records {
        Records::Items { keep_if, .. } | Records::Item { keep_if, .. } => keep_if.as_ref(),
        Records::Whole | Records::None => None,
    }
}

/// `errors`, over the bodies of every answer that is an error, as far as the description has them.
fn errors(case: &Case<'_>, typed: &Typed<'_>, reports: &mut Reports<'_>, coverage: &mut Coverage) {
    let spec = &case.spec.errors;
    let mut bodies: Vec<Shape> = Vec::new();
    let mut trust: Option<Trust> = None;
    for (_, facts) in typed.all() {
        let described = facts.endpoint.into_iter().flat_map(|endpoint| &endpoint.answers);
        let failed =
            described.filter(|(status, _)| status.starts_with(['4', '5']) || status == "default").filter_map(|(_, shape)| shape.clone());
        let answers: Vec<Shape> = failed.chain(facts.graphql.as_ref().map(|answered| answered.answer.clone())).collect();
        for body in answers.into_iter().filter(|body| *body != Shape::Unknown) {
            trust = trust.max(facts.trust);
            // One answer of GraphQL stands for all: only `errors` matters, which is the same in each.
            if facts.graphql.is_none() || bodies.is_empty() {
                bodies.extend((!bodies.contains(&body)).then_some(body));
            }
        }
    }
    let root = if bodies.is_empty() { Shape::Unknown } else { Shape::one_of(bodies) };
    let scope = scope(DataPlace::Error, Input::Nobody, Value::always(root), "an error's body", case, typed);
    let named = [("when", &spec.when), ("code", &spec.code), ("message", &spec.message)];
    let kinds = spec.kinds.iter().map(|(_, when)| ("kinds", when));
    for (name, expression) in named.into_iter().filter_map(|(name, expression)| Some((name, expression.as_ref()?))).chain(kinds) {
        let inferred = reports.infer(expression, &scope);
        let is_condition = matches!(name, "when" | "kinds");
        if is_condition {
            super::loops::condition(expression, &inferred.value, reports);
        }
        let known = !inferred.unknown && is_known(&inferred.value.shape, &scope);
        coverage.count(trust.filter(|_| known), expression.span(), || format!("`{name}` of `errors`"));
    }
}

/// What `rate_limit` reads of bodies. Descriptions say nothing of it: it comes beside the answer that they describe.
fn rate_limits(case: &Case<'_>, typed: &Typed<'_>, reports: &mut Reports<'_>, coverage: &mut Coverage) {
    let scope = scope(DataPlace::Error, Input::Nobody, Value::unknown(), "an answer's body", case, typed);
    for expression in case.spec.rate_limit.iter().flat_map(crate::spec::Window::expressions) {
        let _told_by_reports = reports.infer(expression, &scope);
        coverage.count(None, expression.span(), || "`body` of `rate_limit`".to_owned());
    }
}
