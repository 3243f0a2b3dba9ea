//! What the names of each place hold.

use std::collections::BTreeMap;
use std::rc::Rc;

use connc_plan as plan;

use super::facts::Typed;
use crate::auth::Method;
use crate::check::Case;
use crate::lang::{DataPlace, Root};
use crate::shape::{Member, Object, Parameter, Scope, Shape, Value};
use crate::spec::{Compound, EnumField, MapResource, Operation};

/// Whose input a place reads.
#[derive(Clone, Copy)]
pub(super) enum Input<'a> {
    /// None.
    Nobody,
    /// An operation's declared input.
    Operation(&'a Operation),
    /// The declared input of an operation made of steps.
    Compound(&'a Compound),
    /// The unified fields of a mapped resource.
    Map(&'a str, &'a MapResource),
    /// The same, where a record came back: these fields were given, and the record stands under another, or not.
    Answered { model: &'a str, resource: &'a MapResource, given: &'a [String], parent: bool },
}

/// The scope of an expression over `root`.
pub(super) fn scope<'a>(place: DataPlace, input: Input<'_>, root: Value, called: &str, case: &Case<'_>, typed: &Typed<'a>) -> Scope<'a> {
    let mut variables = BTreeMap::new();
    for name in place.roots() {
        variables.insert(name.name().to_owned(), variable(*name, input, case, typed));
    }
    Scope { shapes: typed.shapes, root, called: called.to_owned(), variables }
}

fn variable(root: Root, input: Input<'_>, case: &Case<'_>, typed: &Typed<'_>) -> Value {
    let spec = case.spec;
    match root {
        Root::Account => object(spec.account.iter().map(|parameter| member(parameter, parameter_shape(parameter)))),
        Root::Auth => {
            // Which method is used is not known here, so what only some of them have may be absent.
            let mut members: Vec<Member> = Vec::new();
            for parameter in spec.auth.iter().flat_map(|method| &method.parameters) {
                if !members.iter().any(|known| known.name.as_ref() == parameter.name.value) {
                    let everywhere = spec
                        .auth
                        .iter()
                        .all(|method| method.parameters.iter().any(|other| other.name.value == parameter.name.value && other.required));
                    members.push(Member { required: everywhere, ..member(parameter, parameter_shape(parameter)) });
                }
            }
            object(members)
        }
        Root::Kept => object(kept(case)),
        Root::Constants => object(spec.constants.iter().map(|(name, value)| Member {
            required: true,
            place: Some(name.span),
            ..Member::new(&name.value, Shape::of(value))
        })),
        Root::Input => match input {
            Input::Nobody => Value::unknown(),
            Input::Operation(operation) => object(operation.input.iter().map(|parameter| {
                let shape = super::bodies::passed_whole(operation, parameter, typed).unwrap_or_else(|| parameter_shape(parameter));
                member(parameter, shape)
            })),
            Input::Compound(compound) => object(compound.input.iter().map(|parameter| member(parameter, parameter_shape(parameter)))),
            Input::Map(model, resource) | Input::Answered { model, resource, .. } => {
                let given = if let Input::Answered { given, .. } = input { given } else { &[] };
                let fields = spec.models.get(model).and_then(|model| model.resources.get(&resource.name.value));
                object(
                    fields.into_iter().flat_map(|resource| &resource.fields).map(|field| field.member(given.contains(&field.name.value))),
                )
            }
        },
        Root::Id => Value::always(Shape::formatted("id")),
        Root::Parent => object([Member {
            required: !matches!(input, Input::Answered { parent: false, .. }),
            ..Member::new("id", Shape::formatted("id"))
        }]),
        Root::Select => match input {
            Input::Operation(operation) => {
                let always = operation.select.as_ref().is_some_and(|select| !select.always.is_empty());
                Value { absent: !always, ..Value::always(Shape::list(Shape::text())) }
            }
            Input::Nobody | Input::Compound(_) | Input::Map(..) | Input::Answered { .. } => Value::unknown(),
        },
        Root::StartedAt => Value::always(Shape::formatted("date-time")),
        Root::Status => Value::always(Shape::Number { integer: true }),
        Root::Headers => Value::always(Shape::Object(Rc::new(Object { rest: Some(Shape::text()), ..Object::default() }))),
        Root::Error => {
            object(["kind", "code", "message"].map(|name| Member { required: name == "kind", ..Member::new(name, Shape::text()) }))
        }
        Root::Request => request(),
        Root::Provider => translated(input, |translation| {
            let names = translation.names();
            Shape::words(names.iter().filter_map(|(unified, _)| translation.written(unified)).collect::<Vec<_>>())
        }),
        Root::Names => {
            translated(input, |translation| Shape::list(Shape::words(translation.names().into_iter().flat_map(|(_, names)| names))))
        }
        Root::Fresh => object(plan::Fresh::ALL.iter().map(|(name, _)| Member { required: true, ..Member::new(name, Shape::text()) })),
        Root::App | Root::Page | Root::Secret | Root::Token | Root::Jwt | Root::Scopes | Root::Value => Value::unknown(),
    }
}

/// The request that is signed. One that is read while it is sent has neither a body nor its hash.
fn request() -> Value {
    let text = |name: &str| Member { required: !name.starts_with("body"), ..Member::new(name, Shape::text()) };
    let headers = Shape::Object(Rc::new(Object { rest: Some(Shape::text()), ..Object::default() }));
    let texts = ["method", "url", "host", "path", "query", "body", "body_sha256", "date", "nonce"].map(text);
    let others = [("headers", headers), ("timestamp", Shape::Number { integer: true })];
    object(texts.into_iter().chain(others.map(|(name, shape)| Member { required: true, ..Member::new(name, shape) })))
}

/// What auth methods keep. The checks of names see to it that whoever reads one has it.
fn kept(case: &Case<'_>) -> Vec<Member> {
    let mut members: Vec<Member> = Vec::new();
    for keep in case.spec.auth.iter().flat_map(Method::keeps) {
        let Some(parameter) = &keep.shown else { continue };
        let shape = parameter_shape(parameter);
        match members.iter_mut().find(|known| known.name.as_ref() == parameter.name.value) {
            Some(known) if known.shape == shape => known.required &= parameter.required,
            Some(known) => {
                known.shape = Shape::one_of([known.shape.clone(), shape]);
                known.required &= parameter.required;
            }
            None => members.push(member(parameter, shape)),
        }
    }
    for choice in case.spec.auth.iter().flat_map(|method| &method.choose) {
        if !members.iter().any(|known| known.name.as_ref() == choice.name.value) {
            let place = Some(choice.name.span);
            members.push(Member { required: true, place, ..Member::new(&choice.name.value, Shape::formatted("id")) });
        }
    }
    for known in &mut members {
        known.required &= case.spec.auth.iter().all(|method| method.kept().iter().any(|kept| *kept.value == *known.name));
    }
    members
}

/// Something of each field that is a translation. It is absent where the field is not given.
fn translated(input: Input<'_>, shape: impl Fn(&EnumField) -> Shape) -> Value {
    let resource = match input {
        Input::Map(_, resource) | Input::Answered { resource, .. } => resource,
        Input::Nobody | Input::Operation(_) | Input::Compound(_) => return Value::unknown(),
    };
    object(
        resource
            .translations()
            .map(|(name, translation)| Member { place: Some(name.span), ..Member::new(&name.value, shape(translation)) }),
    )
}

fn object(members: impl IntoIterator<Item = Member>) -> Value {
    Value::always(Shape::Object(Rc::new(Object { members: members.into_iter().collect(), ..Object::default() })))
}

fn member(parameter: &Parameter, shape: Shape) -> Member {
    Member {
        required: parameter.required || parameter.default.is_some(),
        place: Some(parameter.name.span),
        ..Member::new(&parameter.name.value, shape)
    }
}

/// What a parameter holds.
pub(super) fn parameter_shape(parameter: &Parameter) -> Shape {
    match parameter.r#type {
        plan::Type::String | plan::Type::Hostname => Shape::text(),
        plan::Type::Integer => Shape::Number { integer: true },
        plan::Type::Number => Shape::Number { integer: false },
        plan::Type::Boolean => Shape::Boolean,
        plan::Type::Url => Shape::formatted("uri"),
        plan::Type::Enum => Shape::words(parameter.values.iter().map(|value| value.value.as_str())),
        plan::Type::Id => Shape::formatted("id"),
        plan::Type::Timestamp => Shape::formatted("date-time"),
        plan::Type::Object => Shape::Object(Rc::new(Object { rest: Some(Shape::Unknown), ..Object::default() })),
        plan::Type::Array if parameter.values.is_empty() => Shape::list(Shape::Unknown),
        plan::Type::Array => Shape::list(Shape::words(parameter.values.iter().map(|value| value.value.as_str()))),
        plan::Type::File => Shape::file(),
    }
}
