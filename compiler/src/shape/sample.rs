//! The shape of data: what is known of a value when there is nothing but samples of it.

use std::rc::Rc;

use serde_json::Value as Json;

use super::known::{Member, Object, Shape};

impl Shape {
    /// The shape of one value: its members are those that it has, and its texts may be any text.
    #[must_use]
    pub fn of(json: &Json) -> Self {
        match json {
            Json::Null => Self::Null,
            Json::Bool(_) => Self::Boolean,
            Json::Number(number) => Self::Number { integer: number.as_f64().is_some_and(|number| number.fract() == 0.0) },
            Json::String(_) => Self::text(),
            Json::Array(items) if items.is_empty() => Self::list(Self::nothing()),
            Json::Array(items) => Self::list(items.iter().map(Self::of).reduce(Self::joined).unwrap_or(Self::Unknown)),
            Json::Object(members) => {
                let members = members.iter().map(|(name, value)| plain(name, Self::of(value), true)).collect();
                Self::Object(Rc::new(Object { members, ..Object::default() }))
            }
        }
    }

    /// The shape of what either of two samples is. Objects become one, whose members are required where both have them.
    #[must_use]
    pub fn joined(self, other: Self) -> Self {
        match (self, other) {
            (Self::Object(one), Self::Object(other)) => Self::Object(Rc::new(both(&one, &other))),
            (Self::List(one), Self::List(other)) if one.is_nothing() => Self::List(other),
            (Self::List(one), Self::List(other)) if other.is_nothing() => Self::List(one),
            (Self::List(one), Self::List(other)) => Self::list(one.as_ref().clone().joined(other.as_ref().clone())),
            (Self::OneOf(several), other) => Self::one_of(several.iter().cloned().chain([other]).fold(Vec::new(), merge)),
            (one, Self::OneOf(several)) => Self::one_of(std::iter::once(one).chain(several.iter().cloned()).fold(Vec::new(), merge)),
            (one, other) => Self::one_of([one, other]),
        }
    }
}

/// Adds a shape to several, of which at most one is an object and one a list.
fn merge(mut several: Vec<Shape>, new: Shape) -> Vec<Shape> {
    let same = |known: &&mut Shape| {
        std::mem::discriminant(*known as &Shape) == std::mem::discriminant(&new) && matches!(new, Shape::Object(_) | Shape::List(_))
    };
    match several.iter_mut().find(same) {
        Some(known) => *known = std::mem::replace(known, Shape::Null).joined(new),
        None => several.push(new),
    }
    several
}

fn both(one: &Object, other: &Object) -> Object {
    let mut members: Vec<Member> = one
        .members
        .iter()
        .map(|known| match other.member(&known.name) {
            Some(more) => {
                Member { shape: known.shape.clone().joined(more.shape.clone()), required: known.required && more.required, ..known.clone() }
            }
            None => Member { required: false, ..known.clone() },
        })
        .collect();
    members.extend(
        other.members.iter().filter(|more| one.member(&more.name).is_none()).map(|more| Member { required: false, ..more.clone() }),
    );
    let rest = match (&one.rest, &other.rest) {
        (Some(one), Some(other)) => Some(one.clone().joined(other.clone())),
        (one, other) => one.clone().or_else(|| other.clone()),
    };
    Object { members, rest, ..Object::default() }
}

fn plain(name: &str, shape: Shape, required: bool) -> Member {
    Member { name: Rc::from(name), shape, required, deprecated: false, read_only: false, write_only: false, place: None }
}
