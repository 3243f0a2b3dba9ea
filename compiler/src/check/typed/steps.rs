//! What steps see and pass on: each name has the type of what bound it, and may be absent where its step may be skipped.

use std::collections::BTreeMap;
use std::rc::Rc;

use connc_expr::ir::{Kind, Node, Operator};

use super::bodies::{At, Sent, is_known, passed_whole};
use super::coverage::Coverage;
use super::facts::{Typed, without_null};
use super::loops::condition;
use super::report::Reports;
use super::scope::{Input, parameter_shape, scope};
use crate::check::uses::{Callee, Gives, result};
use crate::check::{Case, uses};
use crate::diagnostic::Diagnostics;
use crate::lang::{DataPlace, Expression};
use crate::shape::{Member, Object, Scope, Shape, Trust, Value};
use crate::spec::{Action, Data, Each, ForEach, Parents, Poll, Require, Step, StepCall};

pub(super) fn check(case: &Case<'_>, typed: &Typed<'_>, reports: &mut Reports<'_>, coverage: &mut Coverage) {
    for (model, resource) in uses::mapped(case.spec) {
        for (_, verb) in &resource.verbs {
            let given = "what the verb was given";
            let base = scope(DataPlace::Verb, Input::Map(model, resource), Value::nothing(), given, case, typed);
            let _given = Walk::new(case, typed, reports, coverage, base).steps(&verb.steps);
        }
    }
    for compound in &case.spec.compounds {
        let given = "what the operation was given";
        let base = scope(DataPlace::Step, Input::Compound(compound), Value::nothing(), given, case, typed);
        let _given = Walk::new(case, typed, reports, coverage, base).steps(&compound.steps);
    }
}

/// What a step bound.
struct Bound {
    value: Value,
    /// The condition without which it is absent.
    when: Option<Rc<str>>,
}

struct Walk<'w, 'a, 'r, 'c> {
    case: &'w Case<'c>,
    typed: &'w Typed<'a>,
    reports: &'w mut Reports<'r>,
    coverage: &'w mut Coverage,
    /// What the first step sees.
    base: Scope<'a>,
    bound: BTreeMap<String, Bound>,
    /// What the last step gives.
    given: Option<Value>,
}

/// The record that steps put together, with who vouches for it; none where they do not.
pub(super) fn given(steps: &[Step], input: Input<'_>, case: &Case<'_>, typed: &Typed<'_>) -> Option<(Shape, Option<Trust>)> {
    steps.last()?.given()?;
    let mut silent = Diagnostics::default();
    let mut coverage = Coverage::default();
    let place = match input {
        Input::Map(..) | Input::Answered { .. } => DataPlace::Verb,
        Input::Nobody | Input::Operation(_) | Input::Compound(_) => DataPlace::Step,
    };
    let base = scope(place, input, Value::nothing(), "what the steps were given", case, typed);
    let value = Walk::new(case, typed, &mut Reports::new(&mut silent), &mut coverage, base).steps(steps)?;
    let trusts = steps.iter().flat_map(Step::calls).filter_map(|call| typed.of(&call.call)).map(|facts| facts.trust);
    let trust = trusts.reduce(|one, other| one.zip(other).map(|(one, other)| one.max(other))).unwrap_or(Some(Trust::Official));
    Some((without_null(&plain(value), typed.shapes), trust))
}

impl<'w, 'a, 'r, 'c> Walk<'w, 'a, 'r, 'c> {
    fn new(case: &'w Case<'c>, typed: &'w Typed<'a>, reports: &'w mut Reports<'r>, coverage: &'w mut Coverage, base: Scope<'a>) -> Self {
        Self { case, typed, reports, coverage, base, bound: BTreeMap::new(), given: None }
    }

    /// What the steps give, where the last one puts a record together.
    fn steps(mut self, steps: &[Step]) -> Option<Value> {
        for step in steps {
            self.step(step);
        }
        self.given
    }

    /// What a step sees where `when` holds.
    fn scope(&self, when: Option<&Expression>) -> Scope<'a> {
        let mut scope = self.base.clone();
        for (name, bound) in &self.bound {
            let absent =
                bound.value.absent || bound.when.as_ref().is_some_and(|needed| when.is_none_or(|when| when.source.trim() != needed.trim()));
            scope.variables.insert(name.clone(), Value { absent, ..bound.value.clone() });
        }
        for (root, member) in when.map(|when| present(&when.root)).unwrap_or_default() {
            match member {
                None => scope.variables.entry(root).and_modify(|value| value.absent = false),
                // What is known of an input is known of what stands for it.
                Some(member) if root == "input" => {
                    for variable in ["input", "provider", "names"] {
                        scope.variables.entry(variable.to_owned()).and_modify(|value| require(value, &member));
                    }
                    continue;
                }
                Some(member) => scope.variables.entry(root).and_modify(|value| require(value, &member)),
            };
        }
        scope
    }

    fn step(&mut self, step: &Step) {
        let Step { action, when, bind, for_each, each, span: _ } = step;
        let mut scope = self.scope(when.as_ref());
        if let Some(when) = when {
            let unsure = self.scope(None);
            self.condition(when, &unsure);
        }
        if let Some(ForEach { of, name, batch, .. }) = for_each {
            let list = self.data(of, &scope);
            let element = element(&list, &scope);
            let element = if batch.is_some() { Value::always(Shape::list(element)) } else { Value::always(element) };
            scope.variables.insert(name.value.clone(), element);
        }
        if let Some(Each { name, of, .. }) = each {
            let parent = match of {
                Parents::Values(values) => element(&self.infer(values, &scope), &scope),
                Parents::List(call) => {
                    self.call(call, &scope);
                    self.record(&call.call)
                }
            };
            scope.variables.insert(name.value.clone(), Value::always(parent));
        }
        let needed = when.as_ref().map(|when| Rc::clone(&when.source));
        match action {
            Action::Call(call) => {
                self.call(call, &scope);
                if let Some(bind) = bind {
                    let value = self.result(step, call);
                    self.bound.insert(bind.value.clone(), Bound { value, when: needed });
                }
            }
            Action::Let(names) => {
                for (name, data) in names {
                    let value = self.data(data, &scope);
                    scope.variables.insert(name.value.clone(), value.clone());
                    self.bound.insert(name.value.clone(), Bound { value, when: needed.clone() });
                }
            }
            Action::Give(data) => self.given = Some(self.data(data, &scope)),
            Action::Require(Require { condition, code: _, kind: _, message: _, detail }) => {
                self.condition(condition, &scope);
                if let Some(detail) = detail {
                    self.infer(detail, &scope);
                }
            }
            Action::Poll(poll) => {
                self.poll(poll, &scope);
                if let Some(bind) = bind {
                    let value = self.result(step, &poll.call);
                    self.bound.insert(bind.value.clone(), Bound { value, when: needed });
                }
            }
        }
    }

    fn poll(&mut self, poll: &Poll, scope: &Scope<'a>) {
        let Poll { call, until, failed, message, every: _, longest: _, within: _ } = poll;
        self.call(call, scope);
        let root = Value::always(self.record(&call.call));
        let over = Scope { root, called: format!("a record of `{}`", call.call.value), ..scope.clone() };
        for expression in std::iter::once(until).chain(failed) {
            self.condition(expression, &over);
        }
        if let Some(message) = message {
            self.infer(message, &over);
        }
    }

    fn infer(&mut self, expression: &Expression, scope: &Scope<'_>) -> Value {
        self.reports.infer(expression, scope).value
    }

    fn condition(&mut self, expression: &Expression, scope: &Scope<'_>) {
        let inferred = self.reports.infer(expression, scope);
        condition(expression, &inferred.value, self.reports);
        let trust = Some(Trust::Official).filter(|_| !inferred.unknown && is_known(&inferred.value.shape, scope));
        self.coverage.count(trust, expression.span(), || "a condition of a step".to_owned());
    }

    /// What data comes to.
    fn data(&mut self, data: &Data, scope: &Scope<'_>) -> Value {
        match data {
            Data::Const(value) => Value::always(Shape::of(&value.value)),
            Data::Expression(expression) => self.infer(expression, scope),
            Data::Object(members, _) => {
                let members = members.iter().map(|(name, data)| {
                    let value = self.data(data, scope);
                    Member { required: !value.absent, ..Member::new(&name.value, plain(value)) }
                });
                let members = members.collect();
                Value::always(Shape::Object(Rc::new(Object { members, ..Object::default() })))
            }
            Data::List(items, _) => {
                let items: Vec<Shape> = items.iter().map(|item| plain(self.data(item, scope))).collect();
                Value::always(Shape::list(if items.is_empty() { Shape::nothing() } else { Shape::one_of(items) }))
            }
        }
    }

    /// One record of an operation.
    fn record(&self, operation: &str) -> Shape {
        self.typed.of(operation).map_or(Shape::Unknown, |facts| facts.record.clone())
    }

    /// What a call's result is bound to.
    fn result(&self, step: &Step, call: &StepCall) -> Value {
        let Some(callee) = Callee::find(self.case.spec, &call.call) else { return Value::unknown() };
        let record = self.record(&call.call);
        // What is done already gives nothing, and neither does a skipped last step.
        let perhaps = match callee {
            Callee::Operation(operation) => !operation.already.is_empty(),
            Callee::Compound(compound) => !compound.already.is_empty() || compound.steps.last().is_some_and(|last| last.when.is_some()),
        };
        match (callee.gives(self.case.spec), &step.for_each) {
            (_, Some(_)) if record == Shape::Unknown => Value::always(Shape::list(Shape::Unknown)),
            (Gives::List | Gives::One, Some(_)) => Value::always(Shape::list(record)),
            (Gives::Nothing, Some(_)) => Value::always(Shape::list(Shape::Null)),
            (Gives::List, None) => Value { absent: perhaps, ..Value::always(Shape::list(record)) },
            (Gives::One, None) => Value { absent: perhaps, ..Value::always(record) },
            (Gives::Nothing, None) => Value::nothing(),
        }
    }

    /// What an operation is given is what it takes.
    fn call(&mut self, call: &StepCall, scope: &Scope<'a>) {
        let Some(callee) = Callee::find(self.case.spec, &call.call) else { return };
        let facts = self.typed.of(&call.call);
        for (name, data) in &call.with {
            let parameter = callee.input().iter().find(|parameter| parameter.name.value == name.value);
            if parameter.is_none() && !matches!(name.value.as_str(), "id" | "parent") {
                // That the operation takes no such input was said.
                continue;
            }
            let whole = match callee {
                Callee::Operation(operation) => parameter.and_then(|parameter| passed_whole(operation, parameter, self.typed)),
                Callee::Compound(_) => None,
            };
            // An id and a declared input are this spec's own types; a body is the provider's.
            let trust = if whole.is_some() { facts.and_then(|facts| facts.trust) } else { Some(Trust::Official) };
            let target = whole.clone().or_else(|| parameter.map(parameter_shape)).unwrap_or_else(|| Shape::formatted("id"));
            let called = format!("`{}` of `{}`", name.value, call.call.value);
            let is_root = matches!(name.value.as_str(), "id" | "parent");
            let target = if whole.is_none() && !is_root && is_open(&target) { Shape::Unknown } else { target };
            let sent = Sent { scope, trust, called, whole: whole.is_some() };
            sent.data(data, &name.value, &target, At { span: name.span, declared: None }, self.reports, self.coverage);
        }
    }
}

/// The operation whose raw records a map is given, where the steps end with a call of one.
pub(super) fn source(case: &Case<'_>, steps: &[Step]) -> Option<String> {
    let call = result(steps.last()?)?;
    Callee::find(case.spec, &call.call)?.end(case.spec)?;
    Some(call.call.value.clone())
}

/// One value, or a list of several, as a member holds it.
fn plain(value: Value) -> Shape {
    if value.many { Shape::one_of([value.shape.clone(), Shape::list(value.shape)]) } else { value.shape }
}

/// What the elements of a list are; one value is a list of one.
fn element(list: &Value, scope: &Scope<'_>) -> Shape {
    if list.many {
        return list.shape.clone();
    }
    let elements = scope.shapes.alternatives(&list.shape).into_iter().filter_map(|shape| match shape {
        Shape::List(items) => Some(items.as_ref().clone()),
        Shape::Null => None,
        other => Some(other.clone()),
    });
    let elements: Vec<Shape> = elements.collect();
    if elements.is_empty() { Shape::nothing() } else { Shape::one_of(elements) }
}

/// The variables and their members that a condition asks for with `$exists`: where it holds, they are there.
fn present(node: &Node) -> Vec<(String, Option<String>)> {
    match &node.kind {
        Kind::Binary(Operator::And, one, other) => present(one).into_iter().chain(present(other)).collect(),
        Kind::Block(nodes) => match nodes.as_slice() {
            [only] => present(only),
            _ => Vec::new(),
        },
        Kind::Path(steps) => match steps.as_slice() {
            [only] if only.is_plain() => present(&only.node),
            _ => Vec::new(),
        },
        Kind::Call(function, arguments) => match (&function.kind, arguments.as_slice()) {
            (Kind::Variable(name), [argument]) if name == "exists" => asked(argument).into_iter().collect(),
            _ => Vec::new(),
        },
        _ => Vec::new(),
    }
}

/// `$name` or `$name.member`.
fn asked(node: &Node) -> Option<(String, Option<String>)> {
    match &node.kind {
        Kind::Variable(name) => Some((name.clone(), None)),
        Kind::Path(steps) => {
            let (first, rest) = steps.split_first()?;
            let Kind::Variable(name) = &first.node.kind else { return None };
            match rest {
                [] if first.is_plain() => Some((name.clone(), None)),
                [only] if first.is_plain() && only.is_plain() => match &only.node.kind {
                    Kind::Field(member) => Some((name.clone(), Some(member.clone()))),
                    _ => None,
                },
                _ => None,
            }
        }
        _ => None,
    }
}

/// The value with a member that is known to be there.
fn require(value: &mut Value, member: &str) {
    let Shape::Object(object) = &value.shape else { return };
    let members = object.members.iter().map(|known| Member { required: known.required || known.name.as_ref() == member, ..known.clone() });
    value.shape = Shape::Object(Rc::new(Object { members: members.collect(), ..object.as_ref().clone() }));
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
