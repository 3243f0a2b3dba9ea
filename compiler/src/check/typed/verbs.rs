//! What unified verbs pass to operations.

use super::bodies::{At, Sent, passed_whole};
use super::coverage::Coverage;
use super::facts::Typed;
use super::report::Reports;
use super::scope::{Input, parameter_shape, scope};
use crate::check::{Case, uses};
use crate::shape::{Shape, Trust, Value};

pub(super) fn check(case: &Case<'_>, typed: &Typed<'_>, reports: &mut Reports<'_>, coverage: &mut Coverage) {
    for (model, resource) in uses::mapped(case.spec) {
        for (_, call) in &resource.verbs {
            let mut before: Option<Shape> = None;
            for (call, place) in uses::calls(call) {
                let Some(operation) = case.spec.operation(&call.call) else { break };
                let mut scope = scope(place, Input::Map(model, resource), Value::nothing(), "what the verb was given", case, typed);
                if let Some(answer) = before.take() {
                    scope.variables.insert("answer".to_owned(), Value::always(answer));
                }
                let facts = typed.of(&call.call);
                for (name, data) in &call.with {
                    let parameter = operation.input.iter().find(|parameter| parameter.name.value == name.value);
                    if parameter.is_none() && !matches!(name.value.as_str(), "id" | "parent") {
                        // That the operation takes no such input was said.
                        continue;
                    }
                    let whole = parameter.and_then(|parameter| passed_whole(operation, parameter, typed));
                    // An id and a declared input are this spec's own types; a body is the provider's.
                    let trust = if whole.is_some() { facts.and_then(|facts| facts.trust) } else { Some(Trust::Official) };
                    let target = whole.clone().or_else(|| parameter.map(parameter_shape)).unwrap_or_else(|| Shape::formatted("id"));
                    let called = format!("`{}` of `{}`", name.value, call.call.value);
                    let target = if whole.is_none() && name.value != "id" && name.value != "parent" && is_open(&target) {
                        Shape::Unknown
                    } else {
                        target
                    };
                    let sent = Sent { scope: &scope, trust, called, whole: whole.is_some() };
                    sent.data(data, &name.value, &target, At { span: name.span, declared: None }, reports, coverage);
                }
                before = facts.map(|facts| facts.record.clone());
            }
        }
    }
}

/// Whether a declared input says nothing of what it holds.
fn is_open(shape: &Shape) -> bool {
    match shape {
        Shape::Object(object) => object.members.is_empty() && object.rest.is_some(),
        Shape::List(items) => **items == Shape::Unknown,
        Shape::Unknown
        | Shape::Null
        | Shape::Boolean
        | Shape::Number { .. }
        | Shape::Text(_)
        | Shape::Function
        | Shape::Bytes
        | Shape::Named(_)
        | Shape::OneOf(_) => false,
    }
}
