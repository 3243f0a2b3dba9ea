//! Fields of maps: what the provider's record gives is what the model's field takes.

use std::ops::Range;
use std::rc::Rc;

use connc_expr::ir::{Kind, Node};
use connc_plan as plan;

use super::MapTypes;
use super::coverage::Coverage;
use super::facts::Typed;
use super::report::Reports;
use super::scope::{Input, scope};
use crate::check::{Callee, Case, uses};
use crate::diagnostic::{Code, Diagnostic, nearest};
use crate::lang::{DataPlace, Expression};
use crate::shape::{Property, Shape, Text, Trust, Value, fit};
use crate::source::Span;
use crate::spec::{EnumField, Field, FieldValue, MapResource, Step, StepCall, VerbSteps};

/// A record that a map is given.
struct Raw {
    shape: Shape,
    trust: Option<Trust>,
    operation: String,
    called: String,
    /// Unified fields without which the operation could not have been called.
    given: Vec<String>,
    /// Whether it stands under a parent.
    parent: bool,
}

pub(super) fn check(case: &Case<'_>, typed: &Typed<'_>, reports: &mut Reports<'_>, coverage: &mut Coverage) -> Vec<MapTypes> {
    let mut found = Vec::new();
    for (model, resource) in uses::mapped(case.spec) {
        let Some(target) = case.spec.models.get(model).and_then(|model| model.resources.get(&resource.name.value)) else { continue };
        let raws = raws(model, resource, case, typed);
        let scope_of = |raw: &Raw| {
            let input = Input::Answered { model, resource, given: &raw.given, parent: raw.parent };
            scope(DataPlace::Field, input, Value::always(raw.shape.clone()), &raw.called, case, typed)
        };
        let scopes: Vec<_> = raws.iter().map(scope_of).collect();
        let (mut with, mut without) = (Vec::new(), Vec::new());
        for field in &resource.fields {
            let Some(property) = target.field(&field.name) else { continue };
            let required = target.required.iter().any(|required| required.value == field.name.value)
                || (field.name.value == "remote_id"
                    && target.required.iter().any(|required| required.value == "id")
                    && !resource.fields.iter().any(|other| other.name.value == "id"));
            let mut check = FieldCheck { field, property, required, known: true, reports };
            match &field.value {
                FieldValue::Const(_) | FieldValue::Unavailable(_) => continue,
                FieldValue::Expression(expression) => scopes.iter().for_each(|scope| check.expression(expression, scope)),
                FieldValue::Enum(translation) => scopes.iter().for_each(|scope| check.translation(translation, scope)),
            }
            let trust = if check.known { raws.iter().map(|raw| raw.trust).reduce(least).flatten() } else { None };
            if check.known { &mut with } else { &mut without }.push(field.name.value.clone());
            coverage.count(trust, field.name.span, || format!("field `{}` of `{}`", field.name.value, resource.name.value));
        }
        found.push(MapTypes {
            model: model.to_owned(),
            resource: resource.name.value.clone(),
            records: raws.into_iter().map(|raw| (raw.operation, raw.shape)).collect(),
            typed: with,
            untyped: without,
        });
    }
    found
}

/// The one that vouches for less.
fn least(one: Option<Trust>, other: Option<Trust>) -> Option<Trust> {
    one.zip(other).map(|(one, other)| one.max(other))
}

/// The records that the map is given: those of every operation that serves a verb with a record.
fn raws(model: &str, resource: &MapResource, case: &Case<'_>, typed: &Typed<'_>) -> Vec<Raw> {
    let mut raws: Vec<Raw> = Vec::new();
    let mut calls: Vec<(String, Vec<String>)> =
        uses::implied(case.spec, resource).into_iter().map(|(_, callee)| (callee.name().value.clone(), Vec::new())).collect();
    for (verb, VerbSteps { steps, .. }) in &resource.verbs {
        if matches!(verb.value, plan::Verb::List | plan::Verb::Get | plan::Verb::Create | plan::Verb::Update) {
            let certain = steps.iter().filter(|step| step.when.is_none() && step.for_each.is_none());
            let given = certain.flat_map(Step::calls).flat_map(given).collect();
            if let Some((shape, trust)) = super::steps::given(steps, Input::Map(model, resource), case, typed) {
                let operation = format!("{}.{}", resource.name.value, verb.value.name());
                let called = format!("what `{}` gives", verb.value.name());
                let mut names = steps.iter().flat_map(Step::expressions).flat_map(|(expression, _)| expression.free_names());
                let parent = names.any(|name| name.name == "parent");
                raws.push(Raw { shape, trust, called, operation, given, parent });
                continue;
            }
            calls.extend(super::steps::source(case, steps).map(|called| (called, given)));
        }
    }
    calls.extend(resource.filters.list.iter().filter_map(|filter| filter.via.as_ref()).map(|via| (via.value.clone(), Vec::new())));
    for (name, given) in calls {
        let Some(facts) = typed.of(&name).filter(|facts| facts.record != Shape::Null) else { continue };
        let end = Callee::find(case.spec, &name).and_then(|callee| callee.end(case.spec));
        let parent = end.is_some_and(|(end, _)| end.takes("parent"));
        match raws.iter_mut().find(|raw| raw.shape == facts.record && raw.given == given && raw.parent == parent) {
            Some(known) => known.trust = least(known.trust, facts.trust),
            None => raws.push(Raw {
                shape: facts.record.clone(),
                trust: facts.trust,
                called: format!("a record of `{name}`"),
                operation: name,
                given,
                parent,
            }),
        }
    }
    raws
}

/// The unified fields that a call passes on as its id or its parent, without which there is no call.
fn given(call: &StepCall) -> Vec<String> {
    let needed = call.with.iter().filter(|(name, _)| matches!(name.value.as_str(), "id" | "parent"));
    let expressions = needed.flat_map(|(_, data)| data.expressions());
    expressions.filter_map(|expression| expression.source.trim().strip_prefix("$input.").map(ToOwned::to_owned)).collect()
}

struct FieldCheck<'a, 'r, 'd> {
    field: &'a Field,
    property: &'a Property,
    required: bool,
    known: bool,
    reports: &'r mut Reports<'d>,
}

impl FieldCheck<'_, '_, '_> {
    fn expression(&mut self, expression: &Expression, scope: &crate::shape::Scope<'_>) {
        let inferred = self.reports.infer(expression, scope);
        self.known &= !inferred.unknown;
        let fit = fit(&inferred.value, self.property, self.required, scope.shapes);
        self.known &= !fit.unknown && fit.misfits.is_empty();
        for misfit in fit.misfits {
            let range = locate(&expression.root, &misfit.path, misfit.code == Code::UnknownField);
            let place = expression.place(range);
            let place = if place.start == place.end { expression.span() } else { place };
            let help = misfit.help.map(|help| with_path(&help, expression, &misfit.path));
            let offers = self.offers(misfit.code, scope);
            let help = help.map(|help| {
                if offers.is_empty() {
                    help
                } else if help.starts_with("take ") {
                    format!("take {offers}")
                } else {
                    format!("take {offers}; or {help}")
                }
            });
            let diagnostic = Diagnostic::new(misfit.code, place, misfit.message).help_if(help);
            let mut diagnostic = diagnostic.related(self.property.name.span, "the model's field");
            if let Some(declared) = declared(expression, scope) {
                diagnostic = diagnostic.related(declared, "the provider's field");
            }
            self.reports.push(diagnostic);
        }
    }

    /// Fields of the record that hold text of the format that is wanted.
    fn offers(&self, code: Code, scope: &crate::shape::Scope<'_>) -> String {
        let crate::shape::Type::String { format: Some(format), .. } = &self.property.r#type else { return String::new() };
        if code != Code::WrongFormat || !matches!(format.as_str(), "date-time" | "email" | "uri") {
            return String::new();
        }
        let mut names: Vec<String> = Vec::new();
        for (name, shape) in members(&scope.root.shape, scope) {
            let holds = |shape: &Shape| {
                scope
                    .shapes
                    .alternatives(shape)
                    .iter()
                    .any(|shape| matches!(shape, Shape::Text(text) if text.format.as_deref() == Some(format.as_str())))
            };
            if holds(&shape) {
                names.push(format!("`{name}`"));
            } else {
                let below = members(&shape, scope).into_iter().filter(|(_, shape)| holds(shape));
                names.extend(below.map(|(below, _)| format!("`{name}.{below}`")));
            }
        }
        names.truncate(6);
        names.join(", ")
    }

    fn translation(&mut self, translation: &EnumField, scope: &crate::shape::Scope<'_>) {
        let inferred = self.reports.infer(&translation.from, scope);
        self.known &= !inferred.unknown && inferred.value.is_known();
        let place = translation.from.span();
        let declared = declared(&translation.from, scope);
        let label = |diagnostic: Diagnostic| match declared {
            Some(span) => diagnostic.related(span, "the provider's field"),
            None => diagnostic,
        };
        let words = match words(&inferred.value.shape, scope) {
            Words::Known(words) => words,
            Words::Any => {
                self.numbers(translation, scope, &inferred.value.shape, declared);
                self.required_value(&inferred.value, translation, place, true);
                return;
            }
            Words::Never(what) => {
                let message = format!("this is {what}, and a translation takes text, a number or a boolean");
                self.reports.push(label(Diagnostic::new(Code::TypeMismatch, place, message).help("take one of its fields")));
                return;
            }
        };
        let named = |word: &str| translation.values.iter().any(|(from, _)| from.value == word);
        let missing: Vec<&str> = words.iter().map(AsRef::as_ref).filter(|word| !named(word)).collect();
        if !missing.is_empty() && !translation.says_otherwise {
            let list = missing.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ");
            let plural = if missing.len() == 1 { "a value" } else { "values" };
            let message = format!("the provider also has {plural} {list}, which the translation does not name");
            let help = "name each, or say what all others are: `otherwise: null` leaves the field out";
            self.reports.push(label(Diagnostic::new(Code::UnmappedValue, self.field.name.span, message).help(help)));
        }
        for (from, _) in translation.values.iter().filter(|(from, _)| !words.iter().any(|word| word.as_ref() == from.value)) {
            let help = nearest(&from.value, words.iter().map(AsRef::as_ref)).map_or_else(
                || format!("it has {}", words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ")),
                |near| format!("did you mean `{near}`?"),
            );
            let message = format!("the provider has no value `{}`", from.value);
            self.reports.push(label(Diagnostic::new(Code::UnknownProviderValue, from.span, message).help(help)));
        }
        for (_, back) in translation.write.iter().filter(|(_, back)| !words.iter().any(|word| word.as_ref() == back.value)) {
            let help = nearest(&back.value, words.iter().map(AsRef::as_ref)).map(|near| format!("did you mean `{near}`?"));
            let message = format!("the provider has no value `{}`", back.value);
            self.reports.push(label(Diagnostic::new(Code::UnknownProviderValue, back.span, message).help_if(help)));
        }
        self.required_value(&inferred.value, translation, place, !missing.is_empty());
    }

    /// A number is translated by numbers.
    fn numbers(&mut self, translation: &EnumField, scope: &crate::shape::Scope<'_>, shape: &Shape, declared: Option<Span>) {
        let only_numbers = scope.shapes.alternatives(shape).iter().all(|shape| matches!(shape, Shape::Number { .. } | Shape::Null));
        for (from, _) in translation.values.iter().filter(|(from, _)| only_numbers && from.value.parse::<f64>().is_err()) {
            let message = format!("the provider's value is a number, and `{}` is none", from.value);
            let diagnostic = Diagnostic::new(Code::UnknownProviderValue, from.span, message);
            self.reports.push(match declared {
                Some(span) => diagnostic.related(span, "the provider's field"),
                None => diagnostic,
            });
        }
    }

    /// A required field that a translation may leave out.
    fn required_value(&mut self, value: &Value, translation: &EnumField, place: Span, may_be_other: bool) {
        let leaves_out = translation.otherwise.is_none() && may_be_other;
        if self.required && value.is_known() && (value.absent || leaves_out) {
            let why = if value.absent { "what it is made from may be absent" } else { "values that are not named leave it out" };
            let message = format!("every record must have `{}`, and {why}", self.property.name.value);
            let help =
                if value.absent { "say what stands in for it: `$default(…, …)`" } else { "say what all others are: `otherwise: …`" };
            let diagnostic = Diagnostic::new(Code::PossiblyAbsent, place, message).help(help);
            self.reports.push(diagnostic.related(self.property.name.span, "the model's field"));
        }
    }
}

/// A help with the expression itself where it speaks of one, if it is short enough to be written again.
fn with_path(help: &str, expression: &Expression, inside: &[Rc<str>]) -> String {
    let source = expression.source.trim();
    if !inside.is_empty() || expression.root.pure_path().is_none() || source.len() > 60 {
        return help.to_owned();
    }
    // `$name(…)` keeps its brackets; alone, they only stand for the expression.
    let mut said = String::with_capacity(help.len());
    for (index, part) in help.split("(…").enumerate() {
        let alone = index > 0 && part.starts_with(')') && !said.ends_with(|letter: char| letter.is_alphanumeric() || letter == '_');
        if index > 0 {
            said.push_str(if alone { "" } else { "(" });
            said.push_str(source);
        }
        said.push_str(if alone { part.strip_prefix(')').unwrap_or(part) } else { part });
    }
    said.replace("….", &format!("{source}."))
}

/// The members of an object.
fn members(shape: &Shape, scope: &crate::shape::Scope<'_>) -> Vec<(Rc<str>, Shape)> {
    let objects = scope
        .shapes
        .alternatives(shape)
        .into_iter()
        .filter_map(|shape| if let Shape::Object(object) = shape { Some(object) } else { None });
    objects.flat_map(|object| object.members.iter().map(|member| (member.name.clone(), member.shape.clone()))).collect()
}

/// The words that something may be.
enum Words {
    Known(Vec<Rc<str>>),
    Any,
    Never(&'static str),
}

fn words(shape: &Shape, scope: &crate::shape::Scope<'_>) -> Words {
    let mut found: Vec<Rc<str>> = Vec::new();
    for shape in scope.shapes.alternatives(shape) {
        match shape {
            Shape::Null => {}
            Shape::Boolean => found.extend([Rc::from("true"), Rc::from("false")]),
            Shape::Text(Text { values: Some(values), .. }) => found.extend(values.iter().cloned()),
            Shape::Text(_) | Shape::Number { .. } | Shape::Unknown => return Words::Any,
            Shape::List(items) => match words(items, scope) {
                Words::Known(words) => found.extend(words),
                other => return other,
            },
            Shape::Object(_) => return Words::Never("an object"),
            Shape::Function => return Words::Never("a function"),
            Shape::Bytes => return Words::Never("bytes"),
            Shape::Named(_) | Shape::OneOf(_) => return Words::Any,
        }
    }
    Words::Known(found)
}

/// Where the provider declares what a plain path reads.
fn declared(expression: &Expression, scope: &crate::shape::Scope<'_>) -> Option<Span> {
    let mut here = scope.root.shape.clone();
    let mut place = None;
    for name in expression.root.pure_path()? {
        let object = scope.shapes.alternatives(&here).into_iter().find_map(|shape| match shape {
            Shape::Object(object) => object.member(&name).cloned(),
            Shape::List(items) => scope
                .shapes
                .alternatives(items)
                .into_iter()
                .find_map(|shape| if let Shape::Object(object) = shape { object.member(&name).cloned() } else { None }),
            _ => None,
        })?;
        place = object.place;
        here = object.shape;
    }
    place
}

/// The part of an expression that makes a member of its result.
fn locate(node: &Node, path: &[Rc<str>], key: bool) -> Range<usize> {
    find(node, path, key).unwrap_or_else(|| node.span.clone())
}

fn find(node: &Node, path: &[Rc<str>], key: bool) -> Option<Range<usize>> {
    let Some((first, rest)) = path.split_first() else { return Some(node.span.clone()) };
    match &node.kind {
        Kind::Object(pairs) => {
            let (name, value) = pairs.iter().find(|(name, _)| matches!(&name.kind, Kind::String(text) if text == first.as_ref()))?;
            if rest.is_empty() && key { Some(name.span.clone()) } else { Some(locate(value, rest, key)) }
        }
        Kind::Path(steps) => find(&steps.last()?.node, path, key),
        Kind::Array(items) | Kind::Block(items) => items.iter().rev().find_map(|item| find(item, path, key)),
        Kind::Condition(_, then, otherwise) => {
            find(then, path, key).or_else(|| otherwise.as_deref().and_then(|node| find(node, path, key)))
        }
        Kind::Elvis(one, other) | Kind::Coalesce(one, other) => find(one, path, key).or_else(|| find(other, path, key)),
        Kind::Call(_, arguments) => arguments.iter().find_map(|argument| find(argument, path, key)),
        Kind::Apply(value, _) => find(value, path, key),
        Kind::Bind(_, value) | Kind::Lambda(_, value, _) => find(value, path, key),
        Kind::Field(_)
        | Kind::Variable(_)
        | Kind::String(_)
        | Kind::Number(_)
        | Kind::Bool(_)
        | Kind::Null
        | Kind::Regex(_)
        | Kind::Wildcard
        | Kind::Descendant
        | Kind::Parent
        | Kind::Binary(..)
        | Kind::Negate(_)
        | Kind::Partial(..)
        | Kind::Placeholder
        | Kind::Transform(..)
        | Kind::Sort(_) => None,
    }
}
