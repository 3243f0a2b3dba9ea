//! Requests conform to the provider's description: the operation exists, takes what is sent, gets what it needs, and is not on its way out.

use connc_plan as plan;

use super::bodies::{At, Sent, is_known};
use super::coverage::Coverage;
use super::endpoint::OpenPath;
use super::facts::{Facts, Typed};
use super::report::Reports;
use super::scope::{Input, scope};
use crate::check::Case;
use crate::diagnostic::{Code, Diagnostic, nearest};
use crate::lang::{DataPlace, Piece, Reference, Root, Template};
use crate::pagination::Next;
use crate::shape::{Description, Endpoint, EndpointParameter, Member, ParameterPlace, Scope, Shape, Trust, Value, refused};
use crate::source::{Span, Spanned};
use crate::spec::{Body, Data, Operation};

pub(super) fn check(case: &Case<'_>, typed: &Typed<'_>, reports: &mut Reports<'_>, coverage: &mut Coverage) {
    for operation in &case.spec.operations {
        let Some(facts) = typed.of(&operation.name.value) else { continue };
        let scope = scope(DataPlace::Body, Input::Operation(operation), Value::nothing(), "the request's input", case, typed);
        match (facts.endpoint, typed.description) {
            // What was recorded is not all that may be sent.
            (Some(_), _) if facts.trust == Some(Trust::Cassettes) => {}
            (Some(endpoint), _) => conform(operation, endpoint, &scope, case, reports),
            (None, Some(description)) if facts.graphql.is_none() && !matches!(operation.request.body, Body::Graphql { .. }) => {
                unknown(operation, description, case, reports);
            }
            (None, _) => {}
        }
        body(operation, facts, &scope, reports, coverage);
    }
}

fn unknown(operation: &Operation, description: &Description, case: &Case<'_>, reports: &mut Reports<'_>) {
    let (Some(path), Some(url)) = (OpenPath::of(operation, case.spec), &operation.request.url) else { return };
    // What was recorded or standardised need not be all that there is.
    if description.endpoints.is_empty() || description.origins.iter().all(|origin| origin.trust != Trust::Official) {
        return;
    }
    let methods = path.methods(description);
    let (span, message, help) = if methods.is_empty() {
        let near = path.near(operation.request.method, description);
        let help = near.map_or_else(
            || "mend the path, or run `connc extract` again; what the description leaves out goes into the overlay".to_owned(),
            |near| format!("did you mean `{near}`?"),
        );
        (url.span, "the provider's description has no operation with this path".to_owned(), help)
    } else {
        let list = methods.iter().map(|method| format!("`{}`", method.name().to_lowercase())).collect::<Vec<_>>().join(" and ");
        let message = format!("the provider's description has no `{}` of this path", operation.request.method.name().to_lowercase());
        (operation.request.span, message, format!("it has {list}"))
    };
    reports.push(Diagnostic::new(Code::UnknownEndpoint, span, message).help(help));
}

fn conform(operation: &Operation, endpoint: &Endpoint, scope: &Scope<'_>, case: &Case<'_>, reports: &mut Reports<'_>) {
    let request = &operation.request;
    if endpoint.deprecated {
        let diagnostic = Diagnostic::new(Code::Deprecated, request.span, "the provider wants this operation used no more");
        reports.push(diagnostic.related(endpoint.span, "the provider's operation"));
    }
    for (name, template) in &request.query {
        match declared(endpoint, ParameterPlace::Query, &name.value) {
            Some(parameter) => sent(name, template, parameter, scope, reports),
            None => unknown_parameter(name, endpoint, reports),
        }
    }
    for (name, template) in &request.headers {
        if let Some(parameter) = declared(endpoint, ParameterPlace::Header, &name.value) {
            sent(name, template, parameter, scope, reports);
        }
    }
    let paged =
        operation.paginate.iter().flat_map(|paginate| std::iter::once(&paginate.into).chain(paginate.size.iter().map(|size| &size.into)));
    let paged: Vec<&str> = paged
        .filter_map(|target| match target {
            plan::Target::Query(name) | plan::Target::Header(name) => Some(name.as_str()),
            plan::Target::Body(_) | plan::Target::Template(_) | plan::Target::Url => None,
        })
        .collect();
    for parameter in endpoint.parameters.iter().filter(|parameter| parameter.required) {
        let shared = case.spec.headers.iter().any(|(name, _)| name.value.eq_ignore_ascii_case(&parameter.name));
        let given = match parameter.place {
            ParameterPlace::Query => request.query.iter().any(|(name, _)| matches(&parameter.name, &name.value)),
            // Credentials, and what every client sends, are not an operation's.
            ParameterPlace::Header => {
                shared
                    || request.headers.iter().any(|(name, _)| name.value.eq_ignore_ascii_case(&parameter.name))
                    || ["authorization", "accept", "content-type", "user-agent"].contains(&parameter.name.to_lowercase().as_str())
            }
            ParameterPlace::Path | ParameterPlace::Cookie => true,
        };
        let misspelt = || {
            request.query.iter().any(|(name, _)| {
                declared(endpoint, ParameterPlace::Query, &name.value).is_none()
                    && nearest(&name.value, [parameter.name.as_str()]).is_some()
            })
        };
        if !given && !paged.contains(&parameter.name.as_str()) && !misspelt() {
            let place = if parameter.place == ParameterPlace::Header { "headers" } else { "query" };
            let message = format!("the provider needs `{}`, which operation `{}` does not send", parameter.name, operation.name.value);
            let diagnostic = Diagnostic::new(Code::MissingRequestParameter, request.span, message);
            reports.push_each(
                diagnostic.help(format!("add `{place}: {{ {}: … }}`", parameter.name)).related(parameter.span, "the provider's parameter"),
            );
        }
    }
    scopes(operation, endpoint, case, reports);
}

/// The parameter with this name; `filter[status]` is a part of a declared `filter`.
pub(super) fn declared<'a>(endpoint: &'a Endpoint, place: ParameterPlace, name: &str) -> Option<&'a EndpointParameter> {
    let mut of_place = endpoint.parameters.iter().filter(|parameter| parameter.place == place);
    let exact = of_place
        .clone()
        .find(|parameter| parameter.name == name || (place == ParameterPlace::Header && parameter.name.eq_ignore_ascii_case(name)));
    exact.or_else(|| of_place.find(|parameter| matches(&parameter.name, name)))
}

fn matches(declared: &str, given: &str) -> bool {
    let stem = |name: &str| name.split_once('[').map_or_else(|| name.to_owned(), |(stem, _)| stem.to_owned());
    declared == given || (declared == stem(given) && given.contains('[')) || (declared.strip_suffix("[]") == Some(given))
}

fn unknown_parameter(name: &Spanned<String>, endpoint: &Endpoint, reports: &mut Reports<'_>) {
    let known = || endpoint.parameters.iter().filter(|parameter| parameter.place == ParameterPlace::Query);
    let near = nearest(&name.value, known().map(|parameter| parameter.name.as_str()));
    let help = match near {
        Some(near) => format!("did you mean `{near}`?"),
        None if known().next().is_none() => {
            "it takes no query parameters; what the description leaves out goes into the overlay".to_owned()
        }
        None => format!("it takes {}", known().take(12).map(|parameter| format!("`{}`", parameter.name)).collect::<Vec<_>>().join(", ")),
    };
    let place = near.and_then(|near| known().find(|parameter| parameter.name == near)).map_or(endpoint.span, |parameter| parameter.span);
    let message = format!("the provider's operation takes no query parameter `{}`", name.value);
    reports.push(Diagnostic::new(Code::UnknownRequestParameter, name.span, message).help(help).related(place, "the provider's operation"));
}

fn sent(name: &Spanned<String>, template: &Template, parameter: &EndpointParameter, scope: &Scope<'_>, reports: &mut Reports<'_>) {
    if parameter.deprecated {
        let diagnostic = Diagnostic::new(Code::Deprecated, name.span, format!("the provider wants `{}` used no more", name.value));
        reports.push(diagnostic.related(parameter.span, "the provider's parameter"));
    }
    let refusal = match (items(&parameter.shape, scope), template.as_literal()) {
        // Text in a URL is a list of one, or of several with commas between them.
        (Some(item), Some(literal)) => literal.split(',').find_map(|part| {
            let value = Value::always(literal_shape(part, &item, scope));
            refused(&value, &parameter.name, &item, scope.shapes)
        }),
        (Some(item), None) => value(template, &item, scope).and_then(|value| {
            let several = scope.shapes.alternatives(&value.shape).iter().any(|shape| matches!(shape, Shape::List(_)));
            refused(&value, &parameter.name, if several { &parameter.shape } else { &item }, scope.shapes)
        }),
        (None, _) => {
            value(template, &parameter.shape, scope).and_then(|value| refused(&value, &parameter.name, &parameter.shape, scope.shapes))
        }
    };
    if let Some(refusal) = refusal {
        let diagnostic = Diagnostic::new(Code::WrongRequestValue, template.span, refusal.message).help_if(refusal.help);
        reports.push(diagnostic.related(parameter.span, "the provider's parameter"));
    }
}

/// What the items of a list are, where a parameter takes nothing but lists.
fn items(target: &Shape, scope: &Scope<'_>) -> Option<Shape> {
    let items: Option<Vec<Shape>> = scope
        .shapes
        .alternatives(target)
        .into_iter()
        .filter(|shape| **shape != Shape::Null)
        .map(|shape| if let Shape::List(items) = shape { Some(items.as_ref().clone()) } else { None })
        .collect();
    items.filter(|items| !items.is_empty()).map(Shape::one_of)
}

/// What a literal reads as: in a query everything is text.
fn literal_shape(literal: &str, target: &Shape, scope: &Scope<'_>) -> Shape {
    match literal {
        _ if takes_text(target, scope) => Shape::words([literal]),
        "true" | "false" => Shape::Boolean,
        _ if literal.parse::<i64>().is_ok() => Shape::Number { integer: true },
        _ if literal.parse::<f64>().is_ok() => Shape::Number { integer: false },
        _ => Shape::words([literal]),
    }
}

/// What a template comes to, where it is one literal or one whole name.
fn value(template: &Template, target: &Shape, scope: &Scope<'_>) -> Option<Value> {
    if let Some(literal) = template.as_literal() {
        return Some(Value::always(literal_shape(literal, target, scope)));
    }
    let [Piece::Reference(Reference { path, filters, .. })] = template.pieces.as_slice() else { return None };
    if !filters.is_empty() {
        return None;
    }
    let (first, rest) = path.split_first()?;
    // A list of names is written as one text, or as its parameter says.
    if first == Root::Select.name() {
        return None;
    }
    let mut here = scope.variables.get(first)?.shape.clone();
    for name in rest {
        here = match scope.shapes.resolve(&here) {
            Shape::Object(object) => object.member(name)?.shape.clone(),
            _ => return None,
        };
    }
    // Booleans and numbers are written as text where the provider declares text, which is the same in a URL.
    let written = matches!(here, Shape::Boolean | Shape::Number { .. }) && takes_text(target, scope);
    (!written).then(|| Value::maybe(here))
}

fn takes_text(target: &Shape, scope: &Scope<'_>) -> bool {
    scope.shapes.alternatives(target).iter().any(|shape| matches!(shape, Shape::Text(_)))
}

fn body(operation: &Operation, facts: &Facts<'_>, scope: &Scope<'_>, reports: &mut Reports<'_>, coverage: &mut Coverage) {
    let called = format!("the body of `{}`", operation.name.value);
    let span = operation.request.span;
    match &operation.request.body {
        Body::Json(data) | Body::FormData(data, _) => {
            let Some(endpoint) = facts.endpoint else {
                let sent = Sent { scope, trust: None, called, whole: false };
                sent.data(data, "body", &Shape::Unknown, At { span, declared: None }, reports, coverage);
                return;
            };
            let target = endpoint.body.as_ref().map_or(Shape::Unknown, |body| body.shape.clone());
            let target = without_paged(target, operation, scope);
            let sent = Sent { scope, trust: facts.trust, called, whole: true };
            sent.data(data, "body", &target, At { span, declared: None }, reports, coverage);
        }
        Body::Form(fields) => {
            let Some(body) = facts.endpoint.and_then(|endpoint| endpoint.body.as_ref()) else { return };
            let Shape::Object(object) = scope.shapes.resolve(&body.shape) else { return };
            for (name, template) in fields {
                let Some(member) = object.member(&name.value) else {
                    if object.rest.is_none() && !object.cut {
                        let near = nearest(&name.value, object.members.iter().map(|member| member.name.as_ref()));
                        let diagnostic =
                            Diagnostic::new(Code::UnknownBodyProperty, name.span, format!("{called} takes no `{}`", name.value));
                        reports.push(diagnostic.help_if(near.map(|near| format!("did you mean `{near}`?"))));
                    }
                    continue;
                };
                if let Some(refusal) =
                    value(template, &member.shape, scope).and_then(|value| refused(&value, &name.value, &member.shape, scope.shapes))
                {
                    reports.push(Diagnostic::new(Code::WrongRequestValue, template.span, refusal.message).help_if(refusal.help));
                }
            }
            for member in
                object.members.iter().filter(|member| member.required && !fields.iter().any(|(name, _)| *name.value == *member.name))
            {
                missing(&member.name, &called, span, member.place, reports);
            }
        }
        Body::Multipart(parts) => {
            let body = facts.endpoint.and_then(|endpoint| endpoint.body.as_ref());
            let target =
                body.and_then(|body| if let Shape::Object(object) = scope.shapes.resolve(&body.shape) { Some(object) } else { None });
            for (name, data) in parts {
                let member = target.and_then(|object| object.member(&name.value));
                let sent = Sent { scope, trust: facts.trust, called: called.clone(), whole: false };
                part(&sent, name, data, member, reports, coverage);
                let Some(object) = target.filter(|object| object.rest.is_none() && !object.cut && object.member(&name.value).is_none())
                else {
                    continue;
                };
                let near = nearest(&name.value, object.members.iter().map(|member| member.name.as_ref()));
                let diagnostic = Diagnostic::new(Code::UnknownBodyProperty, name.span, format!("{called} takes no `{}`", name.value));
                reports.push(diagnostic.help_if(near.map(|near| format!("did you mean `{near}`?"))));
            }
            for member in target.iter().flat_map(|object| &object.members) {
                if member.required && !parts.iter().any(|(name, _)| *name.value == *member.name) {
                    missing(&member.name, &called, span, member.place, reports);
                }
            }
        }
        Body::Raw { content, .. } => {
            let sent = Sent { scope, trust: None, called, whole: false };
            sent.data(content, "body", &Shape::Unknown, At { span, declared: None }, reports, coverage);
        }
        Body::None => {
            if facts.endpoint.and_then(|endpoint| endpoint.body.as_ref()).is_some_and(|body| body.required) {
                let message = format!("operation `{}` needs a body, which is not sent", operation.name.value);
                reports.push(Diagnostic::new(Code::MissingBodyProperty, span, message).help("add `body:`"));
            }
        }
        Body::Graphql { variables, .. } => {
            let Some(answered) = &facts.graphql else {
                for (name, data) in variables {
                    Sent { scope, trust: None, called: called.clone(), whole: false }.data(
                        data,
                        &name.value,
                        &Shape::Unknown,
                        At { span: name.span, declared: None },
                        reports,
                        coverage,
                    );
                }
                return;
            };
            for (span, name) in &answered.deprecated {
                reports.push(Diagnostic::new(Code::Deprecated, *span, format!("the provider wants `{name}` used no more")));
            }
            for (name, data) in variables {
                let Some((_, target, _)) = answered.variables.iter().find(|(variable, ..)| *variable == name.value) else { continue };
                let called = format!("the variable `${}`", name.value);
                Sent { scope, trust: facts.trust, called, whole: true }.data(
                    data,
                    &name.value,
                    target,
                    At { span: name.span, declared: None },
                    reports,
                    coverage,
                );
            }
        }
    }
}

/// A part of a multipart body: a file where the description has binary text, and anything where it has text, since all is written as text.
fn part(
    sent: &Sent<'_, '_>,
    name: &Spanned<String>,
    data: &Data,
    member: Option<&Member>,
    reports: &mut Reports<'_>,
    coverage: &mut Coverage,
) {
    let scope = sent.scope;
    let unheld = Sent { scope, trust: None, called: sent.called.clone(), whole: false };
    let at = At { span: name.span, declared: member.and_then(|member| member.place) };
    let Some(member) = member else {
        unheld.data(data, &name.value, &Shape::Unknown, at, reports, coverage);
        return;
    };
    let binary = |shape: &Shape| matches!(shape, Shape::Text(text) if text.format.as_deref() == Some("binary"));
    let takes_files = scope.shapes.alternatives(&member.shape).into_iter().any(|shape| match shape {
        Shape::List(items) => scope.shapes.alternatives(items).into_iter().any(binary),
        shape => binary(shape),
    });
    let what = || format!("`{}` of {}", name.value, sent.called);
    match data {
        Data::Expression(expression) => {
            let inferred = reports.infer(expression, scope);
            let is_file = inferred.value.shape == Shape::file();
            if is_file && !takes_files && member.shape != Shape::Unknown {
                let message = format!("this is a file, and the provider's `{}` is none", name.value);
                let diagnostic = Diagnostic::new(Code::WrongRequestValue, expression.span(), message);
                reports.push(match member.place {
                    Some(place) => diagnostic.related(place, "the provider's type"),
                    None => diagnostic,
                });
            }
            let known = !inferred.unknown && is_known(&inferred.value.shape, scope) && is_known(&member.shape, scope);
            coverage.count(sent.trust.filter(|_| known), name.span, what);
        }
        Data::Const(_) | Data::Object(..) | Data::List(..) if takes_text(&member.shape, scope) => {
            // What is inside is text to the provider.
            unheld.data(data, &name.value, &Shape::Unknown, at, reports, &mut Coverage::default());
            coverage.count(sent.trust, name.span, what);
        }
        Data::Const(_) | Data::Object(..) | Data::List(..) => sent.data(data, &name.value, &member.shape, at, reports, coverage),
    }
}

/// What a body still needs where the loop puts members into each request: its size, and a counter.
fn without_paged(target: Shape, operation: &Operation, scope: &Scope<'_>) -> Shape {
    let Some(paginate) = &operation.paginate else { return target };
    let counter = matches!(paginate.next, Next::Counter { .. }).then_some(&paginate.into);
    let put = paginate.size.iter().map(|size| &size.into).chain(counter);
    let names: Vec<&str> =
        put.filter_map(|target| if let plan::Target::Body(path) = target { path.first().map(String::as_str) } else { None }).collect();
    let Shape::Object(object) = scope.shapes.resolve(&target) else { return target };
    if !object.members.iter().any(|member| member.required && names.contains(&member.name.as_ref())) {
        return target;
    }
    let mut relieved = object.as_ref().clone();
    for member in relieved.members.iter_mut().filter(|member| names.contains(&member.name.as_ref())) {
        member.required = false;
    }
    Shape::Object(relieved.into())
}

fn missing(name: &str, whose: &str, span: Span, place: Option<Span>, reports: &mut Reports<'_>) {
    let diagnostic = Diagnostic::new(Code::MissingBodyProperty, span, format!("{whose} needs `{name}`, which is not sent"));
    let diagnostic = diagnostic.help(format!("add `{name}:`"));
    // Several may be missing at one place.
    reports.push_each(match place {
        Some(place) => diagnostic.related(place, "the provider's type"),
        None => diagnostic,
    });
}

/// The scopes that each method asks for cover the operation, where the provider says which it needs.
fn scopes(operation: &Operation, endpoint: &Endpoint, case: &Case<'_>, reports: &mut Reports<'_>) {
    for method in &case.spec.auth {
        let asked: Vec<&str> = method.parts.scopes.iter().map(|scope| scope.value.as_str()).collect();
        let covered = |set: &Vec<String>| set.iter().all(|scope| asked.contains(&scope.as_str()));
        if asked.is_empty() || endpoint.scopes.is_empty() || endpoint.scopes.iter().any(covered) {
            continue;
        }
        let sets =
            endpoint.scopes.iter().take(4).map(|set| set.iter().map(|scope| format!("`{scope}`")).collect::<Vec<_>>().join(" with "));
        let needed = sets.collect::<Vec<_>>().join(", or ");
        let span = method.parts.scopes.first().map_or(method.name.span, |scope| scope.span);
        let message = format!("the scopes of `{}` do not cover operation `{}`", method.name.value, operation.name.value);
        let diagnostic = Diagnostic::new(Code::MissingScope, span, message).help(format!("it takes {needed}"));
        reports.push(diagnostic.related(operation.name.span, "the operation").related(endpoint.span, "the provider's operation"));
    }
}
