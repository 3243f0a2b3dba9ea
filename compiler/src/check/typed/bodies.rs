//! Bodies, variables and what verbs pass on: members exist, required ones are there, and values can be what the provider takes.

use super::coverage::Coverage;
use super::facts::Typed;
use super::report::Reports;
use crate::diagnostic::{Code, Diagnostic, nearest, slip};
use crate::lang::Expression;
use crate::shape::{Member, Object, Parameter, Scope, Shape, Trust, Value, refused};
use crate::source::Span;
use crate::spec::{Body, Data, Operation};

/// Data that goes to the provider.
pub(super) struct Sent<'a, 's> {
    /// What the data sees.
    pub(super) scope: &'a Scope<'s>,
    /// Who vouches for what the provider takes; none where nothing is known of it.
    pub(super) trust: Option<Trust>,
    /// What it is called in messages: `` the body of `users.create` ``.
    pub(super) called: String,
    /// Whether required members must be there: not where a caller gives the rest.
    pub(super) whole: bool,
}

/// Where data stands, and where what it goes into is declared.
#[derive(Clone, Copy)]
pub(super) struct At {
    pub(super) span: Span,
    pub(super) declared: Option<Span>,
}

impl Sent<'_, '_> {
    /// Checks data against what the provider takes under `name`.
    pub(super) fn data(&self, data: &Data, name: &str, target: &Shape, at: At, reports: &mut Reports<'_>, coverage: &mut Coverage) {
        let targets = self.scope.shapes.alternatives(target);
        match data {
            Data::Object(members, span) => {
                let at = At { span: *span, ..at };
                let objects: Vec<&Object> = targets
                    .iter()
                    .filter_map(|shape| if let Shape::Object(object) = shape { Some(object.as_ref()) } else { None })
                    .collect();
                if objects.is_empty() && !targets.iter().any(|shape| **shape == Shape::Unknown) {
                    self.refuse(&Value::always(Shape::Object(Object::default().into())), name, target, at, reports);
                    return;
                }
                for (key, value) in members {
                    let found = member(&objects, &key.value);
                    match found {
                        Found::Member(member) => {
                            self.used(member, key.span, reports);
                            self.data(value, &key.value, &member.shape, At { span: key.span, declared: member.place }, reports, coverage);
                        }
                        Found::Open => {
                            let rest = rest(&objects);
                            self.data(value, &key.value, &rest, At { span: key.span, declared: None }, reports, coverage);
                        }
                        Found::Nothing => self.unknown_member(&key.value, key.span, &objects, reports),
                    }
                }
                let given: Vec<&str> = members.iter().map(|(key, _)| key.value.as_str()).collect();
                self.missing(&objects, &given, name, *span, reports);
            }
            Data::List(items, span) => {
                let at = At { span: *span, ..at };
                let inner: Vec<Shape> = targets
                    .iter()
                    .filter_map(|shape| if let Shape::List(items) = shape { Some(items.as_ref().clone()) } else { None })
                    .collect();
                if inner.is_empty() && !targets.iter().any(|shape| **shape == Shape::Unknown) {
                    self.refuse(&Value::always(Shape::list(Shape::Unknown)), name, target, at, reports);
                    return;
                }
                let inner = Shape::one_of(inner);
                for item in items {
                    self.data(item, name, &inner, at, reports, coverage);
                }
            }
            Data::Const(value) => {
                self.refuse(&Value::always(Shape::of(&value.value)), name, target, At { span: value.span, ..at }, reports);
                coverage.count(self.trust.filter(|_| *target != Shape::Unknown), at.span, || format!("`{name}` of {}", self.called));
            }
            Data::Expression(expression) => self.expression(expression, name, target, at, reports, coverage),
        }
    }

    fn expression(&self, expression: &Expression, name: &str, target: &Shape, at: At, reports: &mut Reports<'_>, coverage: &mut Coverage) {
        let inferred = reports.infer(expression, self.scope);
        if inferred.value.many
            && let Some((takes, help)) = self.takes(target)
        {
            let message = format!("this may be one value or several; the provider's `{name}` takes {takes}");
            let diagnostic = Diagnostic::new(Code::OneOrMany, expression.span(), message);
            reports.push(labelled(diagnostic.help(help), at.declared));
            return;
        }
        self.refuse(&inferred.value, name, target, At { span: expression.span(), ..at }, reports);
        self.inner(&inferred.value.shape, target, name, expression.span(), reports);
        let known = !inferred.unknown && is_known(&inferred.value.shape, self.scope) && is_known(target, self.scope);
        coverage.count(self.trust.filter(|_| known), at.span, || format!("`{name}` of {}", self.called));
    }

    /// Whether the provider takes one value or a list, and how to make that of one or several; none where it takes either.
    fn takes(&self, target: &Shape) -> Option<(&'static str, &'static str)> {
        let targets = self.scope.shapes.alternatives(target);
        let lists = targets.iter().filter(|one| matches!(one, Shape::List(_))).count();
        let others = targets.iter().filter(|one| !matches!(one, Shape::List(_) | Shape::Null)).count();
        if targets.iter().any(|one| **one == Shape::Unknown) {
            return None;
        }
        match (lists, others) {
            (0, 1..) => Some(("one", "take the first with `(…)[0]`, or say that there is exactly one with `$one(…)`")),
            (1.., 0) => Some(("a list", "make it a list: `[…]`")),
            _ => None,
        }
    }

    /// Members of an object that an expression makes.
    fn inner(&self, given: &Shape, target: &Shape, name: &str, span: Span, reports: &mut Reports<'_>) {
        if given == target {
            return;
        }
        let shapes = self.scope.shapes;
        let objects: Vec<&Object> = shapes
            .alternatives(target)
            .into_iter()
            .filter_map(|shape| if let Shape::Object(object) = shape { Some(object.as_ref()) } else { None })
            .collect();
        if objects.is_empty() {
            return;
        }
        for made in shapes.alternatives(given) {
            let Shape::Object(made) = made else { continue };
            for member_made in &made.members {
                match member(&objects, &member_made.name) {
                    Found::Member(member) => {
                        let at = At { span, declared: member.place };
                        self.refuse(&Value::maybe(member_made.shape.clone()), &member_made.name, &member.shape, at, reports);
                        self.inner(&member_made.shape, &member.shape, &member_made.name, span, reports);
                    }
                    Found::Open => {}
                    Found::Nothing => self.unknown_member(&member_made.name, span, &objects, reports),
                }
            }
            let given: Vec<&str> = made.members.iter().map(|member| member.name.as_ref()).collect();
            if made.rest.is_none() && !made.cut {
                self.missing(&objects, &given, name, span, reports);
            }
        }
    }

    fn refuse(&self, value: &Value, name: &str, target: &Shape, at: At, reports: &mut Reports<'_>) {
        if let Some(refusal) = refused(value, name, target, self.scope.shapes) {
            reports.push(labelled(Diagnostic::new(Code::WrongRequestValue, at.span, refusal.message).help_if(refusal.help), at.declared));
        }
    }

    fn used(&self, member: &Member, span: Span, reports: &mut Reports<'_>) {
        if member.deprecated {
            let diagnostic = Diagnostic::new(Code::Deprecated, span, format!("the provider wants `{}` used no more", member.name));
            reports.push(labelled(diagnostic, member.place));
        }
        if member.read_only {
            let diagnostic =
                Diagnostic::new(Code::UnknownBodyProperty, span, format!("the provider gives `{}` and does not take it", member.name));
            reports.push(labelled(diagnostic.help("leave it out"), member.place));
        }
    }

    fn unknown_member(&self, name: &str, span: Span, objects: &[&Object], reports: &mut Reports<'_>) {
        let known =
            || objects.iter().flat_map(|object| &object.members).filter(|member| !member.read_only).map(|member| member.name.as_ref());
        let near = nearest(name, known());
        let help = match near {
            Some(near) => format!("did you mean `{near}`?"),
            None if known().next().is_none() => "it takes no members".to_owned(),
            None => format!("it takes {}", known().take(12).map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")),
        };
        let place = near.and_then(|near| objects.iter().find_map(|object| object.member(near))).and_then(|member| member.place);
        let diagnostic = Diagnostic::new(Code::UnknownBodyProperty, span, format!("{} takes no `{name}`", self.called)).help(help);
        reports.push(labelled(diagnostic, place.or_else(|| objects.iter().find_map(|object| object.place))));
    }

    /// Members that the one object needs. Of several, nobody knows which is meant.
    fn missing(&self, objects: &[&Object], given: &[&str], name: &str, span: Span, reports: &mut Reports<'_>) {
        let ([object], true) = (objects, self.whole) else { return };
        for member in object.members.iter().filter(|member| member.required && !member.read_only) {
            let misspelt = || given.iter().any(|given| object.member(given).is_none() && nearest(given, [member.name.as_ref()]).is_some());
            if given.contains(&member.name.as_ref()) || misspelt() {
                continue;
            }
            let message = format!("`{name}` needs `{}`, which is not sent", member.name);
            let diagnostic = Diagnostic::new(Code::MissingBodyProperty, span.at_start(), message).help(format!("add `{}:`", member.name));
            reports.push_each(labelled(diagnostic, member.place));
        }
    }
}

fn labelled(diagnostic: Diagnostic, place: Option<Span>) -> Diagnostic {
    match place {
        Some(place) => diagnostic.related(place, "the provider's type"),
        None => diagnostic,
    }
}

enum Found<'a> {
    Member(&'a Member),
    Open,
    Nothing,
}

fn member<'a>(objects: &[&'a Object], name: &str) -> Found<'a> {
    if let Some(member) = objects.iter().find_map(|object| object.member(name)) {
        return Found::Member(member);
    }
    let names = || objects.iter().flat_map(|object| &object.members).map(|member| member.name.as_ref());
    if slip(name, names()).is_some() {
        return Found::Nothing;
    }
    let open = objects.is_empty() || objects.iter().any(|object| object.cut || object.rest.is_some());
    if open { Found::Open } else { Found::Nothing }
}

/// What the members of open objects hold that none of them names.
fn rest(objects: &[&Object]) -> Shape {
    let open = objects.iter().filter(|object| object.cut || object.rest.is_some());
    let rest: Vec<Shape> = open.map(|object| object.rest.clone().filter(|_| !object.cut).unwrap_or(Shape::Unknown)).collect();
    if rest.is_empty() { Shape::Unknown } else { Shape::one_of(rest) }
}

/// Whether anything is known of a shape, and of what a list holds.
pub(super) fn is_known(shape: &Shape, scope: &Scope<'_>) -> bool {
    known_below(shape, scope, &mut Vec::new())
}

/// The same, past the named types that were gone through: a list may hold lists of its own type.
fn known_below<'s>(shape: &'s Shape, scope: &Scope<'s>, seen: &mut Vec<&'s Shape>) -> bool {
    if matches!(shape, Shape::Named(_)) {
        if seen.contains(&shape) {
            return true;
        }
        seen.push(shape);
    }
    scope.shapes.alternatives(shape).into_iter().all(|shape| match shape {
        Shape::Unknown => false,
        Shape::List(items) => known_below(items, scope, seen),
        Shape::Object(object) => !object.cut,
        Shape::Null
        | Shape::Boolean
        | Shape::Number { .. }
        | Shape::Text(_)
        | Shape::Function
        | Shape::Bytes
        | Shape::Named(_)
        | Shape::OneOf(_) => true,
    })
}

/// What the provider takes where an operation passes an input on as its whole body: then the input is what the body is.
pub(super) fn passed_whole(operation: &Operation, parameter: &Parameter, typed: &Typed<'_>) -> Option<Shape> {
    // Anything else than an object or a list says of itself what it is.
    if !matches!(parameter.r#type, connc_plan::Type::Object | connc_plan::Type::Array) {
        return None;
    }
    let facts = typed.of(&operation.name.value)?;
    let passes = |data: &Data| match data {
        Data::Expression(expression) => {
            expression
                .free_names()
                .iter()
                .any(|name| name.name == "input" && name.members.first().is_some_and(|(member, _)| *member == parameter.name.value))
                && expression.source.trim() == format!("$input.{}", parameter.name.value)
        }
        Data::Const(_) | Data::Object(..) | Data::List(..) => false,
    };
    match &operation.request.body {
        Body::Json(data) | Body::FormData(data, _) if passes(data) => facts.endpoint?.body.as_ref().map(|body| body.shape.clone()),
        Body::Json(Data::Object(members, _)) | Body::FormData(Data::Object(members, _), _) => {
            let body = facts.endpoint?.body.as_ref()?;
            let (key, _) = members.iter().find(|(_, data)| passes(data))?;
            typed.shapes.alternatives(&body.shape).into_iter().find_map(|shape| match shape {
                Shape::Object(object) => object.member(&key.value).map(|member| member.shape.clone()),
                _ => None,
            })
        }
        Body::Graphql { variables, .. } => {
            let (name, _) = variables.iter().find(|(_, data)| passes(data))?;
            let answered = facts.graphql.as_ref()?;
            answered.variables.iter().find(|(variable, ..)| *variable == name.value).map(|(_, shape, _)| shape.clone())
        }
        Body::Json(_) | Body::None | Body::Form(_) | Body::FormData(..) | Body::Multipart(_) | Body::Raw { .. } => None,
    }
}
