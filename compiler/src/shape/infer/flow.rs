//! What flows through an expression: a value as JSONata has it, and the items that a path goes through.

use std::rc::Rc;

use super::calls::Function;
use crate::shape::known::{Object, Shape, Shapes, Value};
use crate::source::Span;

/// Alternatives beyond which a shape is unknown, so that no expression makes inference slow.
const WIDEST: usize = 48;

/// Parts beyond which what an expression builds is unknown.
const LARGEST: usize = 4_000;

/// What is known of a value inside an expression.
#[derive(Clone, Debug)]
pub(super) struct Flow<'a> {
    /// Each of its values; nothing where it never has one.
    pub(super) shape: Shape,
    /// Whether it may be absent.
    pub(super) absent: bool,
    /// Whether it is one-or-many.
    pub(super) many: bool,
    /// Whether its lists come from `[]` or an array constructor in a path, which the engine treats in its own way when they flow on.
    pub(super) kept: bool,
    /// Whether it may be absent only because something else is not known, which is no mistake.
    pub(super) doubt: bool,
    /// The function that it is.
    pub(super) function: Option<Rc<Function<'a>>>,
    /// Where it is declared.
    pub(super) place: Option<Span>,
}

/// The items of a sequence.
#[derive(Clone, Debug)]
pub(super) struct Items {
    /// Each of them.
    pub(super) shape: Shape,
    /// Whether there is at least one.
    pub(super) some: bool,
    /// Whether there may be more than one.
    pub(super) multi: bool,
    /// Whether one of them may itself be absent.
    pub(super) gap: bool,
}

impl<'a> Flow<'a> {
    pub(super) fn always(shape: Shape) -> Self {
        Self { shape, absent: false, many: false, kept: false, doubt: false, function: None, place: None }
    }

    pub(super) fn maybe(shape: Shape) -> Self {
        Self { absent: true, ..Self::always(shape) }
    }

    pub(super) fn unknown() -> Self {
        Self::maybe(Shape::Unknown)
    }

    /// Always absent.
    pub(super) fn nothing() -> Self {
        Self::maybe(Shape::nothing())
    }

    pub(super) fn many(shape: Shape, absent: bool) -> Self {
        Self { absent, many: true, ..Self::always(shape) }
    }

    pub(super) fn function(function: Function<'a>) -> Self {
        Self { function: Some(Rc::new(function)), ..Self::always(Shape::Function) }
    }

    pub(super) fn of(value: &Value) -> Self {
        Self { absent: value.absent, many: value.many, ..Self::always(value.shape.clone()) }
    }

    pub(super) fn value(&self) -> Value {
        let shape = if self.shape.is_nothing() { Shape::Unknown } else { self.shape.clone() };
        Value { absent: self.absent, many: self.many && shape != Shape::Unknown, shape }
    }

    pub(super) fn is_unknown(&self) -> bool {
        self.shape == Shape::Unknown
    }

    pub(super) fn or_absent(mut self, absent: bool) -> Self {
        self.absent |= absent;
        self
    }

    /// What either of two may be.
    pub(super) fn join(self, other: Self, shapes: &Shapes) -> Self {
        let absent = self.absent || other.absent;
        if self.shape.is_nothing() {
            return other.or_absent(absent);
        }
        if other.shape.is_nothing() {
            return self.or_absent(absent);
        }
        let function = match (&self.function, &other.function) {
            (Some(one), Some(two)) if Rc::ptr_eq(one, two) => Some(Rc::clone(one)),
            _ => None,
        };
        let place = self.place.filter(|place| Some(*place) == other.place);
        let kept = self.kept || other.kept;
        let doubt = self.doubt || other.doubt;
        let listed = |flow: &Self| !flow.many && has_list(shapes, &flow.shape);
        let (shape, many) = if self.many != other.many && (listed(&self) || listed(&other)) {
            (union([self.as_item(), other.as_item()]), false)
        } else {
            (union([self.shape, other.shape]), self.many || other.many)
        };
        Self { many: many && shape != Shape::Unknown, shape, absent, kept, doubt, function, place }
    }

    /// Its shape where it becomes an item, or a member, as a whole.
    pub(super) fn as_item(&self) -> Shape {
        if self.many { union([self.shape.clone(), Shape::list(self.shape.clone())]) } else { self.shape.clone() }
    }

    /// Its items where a list gives its elements and anything else itself.
    pub(super) fn items(&self, shapes: &Shapes) -> Items {
        if self.is_unknown() {
            return Items { shape: Shape::Unknown, some: false, multi: true, gap: false };
        }
        let listed = has_list(shapes, &self.shape);
        let flat = if listed { elements(shapes, &self.shape) } else { self.shape.clone() };
        let shape = if self.many && listed { union([self.shape.clone(), flat]) } else { flat };
        Items { shape, some: !self.absent && !listed, multi: self.many || listed, gap: false }
    }
}

impl Items {
    /// What a sequence is once it is looked at: nothing, its only item, or a list.
    pub(super) fn unwrapped<'a>(self) -> Flow<'a> {
        let absent = !self.some || self.gap;
        if self.gap && self.multi {
            // Nothing in a list is null.
            return Flow::many(union([self.shape, Shape::Null]), absent);
        }
        Flow { absent, many: self.multi && self.shape != Shape::Unknown, ..Flow::always(self.shape) }
    }
}

/// One of several; unknown where there are too many.
pub(super) fn union(shapes: impl IntoIterator<Item = Shape>) -> Shape {
    match Shape::one_of(shapes.into_iter().chain([Shape::nothing()])) {
        Shape::OneOf(several) if several.len() > WIDEST => Shape::Unknown,
        shape => shape,
    }
}

/// Whether a value of this shape may be a list.
pub(super) fn has_list(shapes: &Shapes, shape: &Shape) -> bool {
    match shapes.resolve(shape) {
        Shape::List(_) => true,
        Shape::OneOf(_) => shapes.alternatives(shape).iter().any(|one| matches!(one, Shape::List(_))),
        Shape::Unknown
        | Shape::Null
        | Shape::Boolean
        | Shape::Number { .. }
        | Shape::Text(_)
        | Shape::Object(_)
        | Shape::Function
        | Shape::Bytes
        | Shape::Named(_) => false,
    }
}

/// What remains where lists give their elements, one level of them.
pub(super) fn elements(shapes: &Shapes, shape: &Shape) -> Shape {
    match shape {
        Shape::List(inner) => inner.as_ref().clone(),
        Shape::OneOf(several) => union(several.iter().map(|one| elements(shapes, one))),
        Shape::Named(_) => match shapes.resolve(shape) {
            Shape::List(inner) => inner.as_ref().clone(),
            several @ Shape::OneOf(_) if has_list(shapes, several) => union(
                shapes
                    .alternatives(several)
                    .into_iter()
                    .map(|one| if let Shape::List(inner) = one { inner.as_ref().clone() } else { one.clone() }),
            ),
            _ => shape.clone(),
        },
        Shape::Unknown
        | Shape::Null
        | Shape::Boolean
        | Shape::Number { .. }
        | Shape::Text(_)
        | Shape::Object(_)
        | Shape::Function
        | Shape::Bytes => shape.clone(),
    }
}

/// Only the lists, or only what is no list.
pub(super) fn only(shapes: &Shapes, shape: &Shape, lists: bool) -> Shape {
    match shape {
        Shape::OneOf(several) => union(several.iter().map(|one| only(shapes, one, lists))),
        Shape::Named(_) => match shapes.resolve(shape) {
            several @ Shape::OneOf(_) if has_list(shapes, several) => {
                union(shapes.alternatives(several).into_iter().filter(|one| matches!(one, Shape::List(_)) == lists).cloned())
            }
            other if matches!(other, Shape::List(_)) == lists => shape.clone(),
            _ => Shape::nothing(),
        },
        _ if matches!(shape, Shape::List(_)) == lists => shape.clone(),
        _ => Shape::nothing(),
    }
}

/// What is inside lists in lists.
pub(super) fn leaves(shapes: &Shapes, shape: &Shape) -> Shape {
    let mut shape = shape.clone();
    for _ in 0..16 {
        if !has_list(shapes, &shape) {
            return shape;
        }
        shape = elements(shapes, &shape);
    }
    Shape::Unknown
}

/// What an expression builds, unless it is too large.
pub(super) fn built(shape: Shape) -> Shape {
    let mut left = LARGEST;
    if fits(&shape, &mut left) { shape } else { Shape::Unknown }
}

fn fits(shape: &Shape, left: &mut usize) -> bool {
    let Some(less) = left.checked_sub(1) else { return false };
    *left = less;
    match shape {
        Shape::List(inner) => fits(inner, left),
        Shape::OneOf(several) => several.iter().all(|one| fits(one, left)),
        // A declared one is as large as the description has it.
        Shape::Object(object) => object.place.is_some() || fits_object(object, left),
        Shape::Unknown
        | Shape::Null
        | Shape::Boolean
        | Shape::Number { .. }
        | Shape::Text(_)
        | Shape::Function
        | Shape::Bytes
        | Shape::Named(_) => true,
    }
}

fn fits_object(object: &Object, left: &mut usize) -> bool {
    object.members.iter().all(|member| fits(&member.shape, left)) && object.rest.as_ref().is_none_or(|rest| fits(rest, left))
}
