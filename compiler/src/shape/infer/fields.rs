//! Members: of an object, of the objects of a list, of everything below.

use std::rc::Rc;

use connc_expr::ir::Node;

use super::context::Context;
use super::facts::Fact;
use super::flow::{Flow, Items, elements, has_list, leaves, union};
use super::walk::Walk;
use crate::diagnostic::slip;
use crate::shape::known::{Object, Shape, Shapes};

/// Shapes that `**` goes through before it is unknown.
const DESCENDANTS: usize = 400;

/// What a member is in each alternative of a shape.
pub(super) struct Found<'a> {
    pub(super) flow: Flow<'a>,
    /// Objects that do not have it.
    pub(super) without: Vec<Rc<Object>>,
    /// Whether some alternative has it, or may have it.
    pub(super) somewhere: bool,
}

impl<'a> Walk<'a> {
    /// A field alone.
    pub(super) fn field(&mut self, node: &'a Node, name: &str, context: &Rc<Context<'a>>) -> Flow<'a> {
        let flow = &context.flow;
        if context.wrapped || !self.is_plural(flow) {
            let found = self.member(node, name, context);
            return self.apply_facts(found, Fact::context(context.id), &[name]);
        }
        let items = self.context_items(context);
        let item = self.inside(Flow::maybe(items.shape.clone()), context.parent.as_ref(), None);
        let found = self.member(node, name, &item);
        self.taken(&items, found)
    }

    /// What the last step of a path makes of its results.
    pub(super) fn taken(&self, items: &Items, flow: Flow<'a>) -> Flow<'a> {
        super::steps::combine(self.shapes, items, super::steps::Step::Value(flow), (false, self.constructs)).last(items)
    }

    /// The member `name` of one item, which may be a list. A member that is not there is reported.
    pub(super) fn member(&mut self, node: &Node, name: &str, context: &Rc<Context<'a>>) -> Flow<'a> {
        if context.wrapped && context.flow.shape.is_nothing() {
            self.report_no_record(node, name);
            return Flow::unknown();
        }
        let found = lookup(self.shapes, &context.flow.shape, name);
        if !found.somewhere && self.report_missing(node, name, context, &found.without) {
            return Flow::unknown();
        }
        self.unknown |= found.flow.shape == Shape::Unknown;
        let flow = found.flow.or_absent(context.flow.absent);
        if self.kept.contains(name) && has_list(self.shapes, &flow.shape) { Flow { kept: true, ..flow } } else { flow }
    }

    /// `*`.
    pub(super) fn wildcard(&self, flow: &Flow<'a>) -> Flow<'a> {
        let mut values = Vec::new();
        let whole = flow.as_item();
        for one in self.shapes.alternatives(&whole) {
            match one {
                Shape::Unknown => return Flow::unknown(),
                Shape::Object(object) if object.cut => return Flow::unknown(),
                Shape::Object(object) => values.extend(object.members.iter().map(|member| member.shape.clone()).chain(object.rest.clone())),
                Shape::List(inner) => values.push(inner.as_ref().clone()),
                Shape::Null
                | Shape::Boolean
                | Shape::Number { .. }
                | Shape::Text(_)
                | Shape::Function
                | Shape::Bytes
                | Shape::Named(_)
                | Shape::OneOf(_) => {}
            }
        }
        let shape = union(values);
        if !has_list(self.shapes, &shape) {
            return if shape == Shape::Unknown { Flow::unknown() } else { Flow::many(shape, true) };
        }
        let flat = leaves(self.shapes, &shape);
        Flow::maybe(union([flat.clone(), Shape::list(flat)]))
    }

    /// `**`: the value itself and everything below it that is no list.
    pub(super) fn descendants(&self, flow: &Flow<'a>) -> Flow<'a> {
        let mut waiting = vec![&flow.shape];
        let (mut seen, mut found, mut steps) = (Vec::new(), Vec::new(), 0);
        while let Some(next) = waiting.pop() {
            steps += 1;
            if let Shape::Named(id) = next {
                if seen.contains(id) {
                    continue;
                }
                seen.push(*id);
            }
            let mut keep = |shape: &Shape| {
                if !found.contains(shape) {
                    found.push(shape.clone());
                }
            };
            match self.shapes.resolve(next) {
                Shape::Unknown => return Flow::unknown(),
                Shape::List(inner) => waiting.push(inner),
                Shape::OneOf(several) => waiting.extend(several.iter()),
                whole @ Shape::Object(object) => {
                    if object.cut {
                        return Flow::unknown();
                    }
                    found.push(if matches!(next, Shape::Named(_)) { next.clone() } else { whole.clone() });
                    waiting.extend(object.members.iter().map(|member| &member.shape).chain(&object.rest));
                }
                scalar @ (Shape::Null
                | Shape::Boolean
                | Shape::Number { .. }
                | Shape::Text(_)
                | Shape::Function
                | Shape::Bytes
                | Shape::Named(_)) => keep(scalar),
            }
            if steps > DESCENDANTS {
                return Flow::unknown();
            }
        }
        let shape = union(found);
        if shape == Shape::Unknown { Flow::unknown() } else { Flow::many(shape, flow.absent || self.is_plural(flow)) }
    }
}

/// Looks a member up as the engine does: in each object of a list, one level of the lists that they hold taken apart.
pub(super) fn lookup<'a>(shapes: &Shapes, shape: &Shape, name: &str) -> Found<'a> {
    let mut found = Found { flow: Flow::nothing(), without: Vec::new(), somewhere: false };
    // Whether every alternative has it always.
    let mut always = true;
    let mut flow: Option<Flow<'a>> = None;
    let mut add = |more: Flow<'a>| {
        flow = Some(match flow.take() {
            Some(known) => known.join(more, shapes),
            None => more,
        });
    };
    for one in shapes.alternatives(shape) {
        match one {
            Shape::Unknown => {
                found.somewhere = true;
                add(Flow::unknown());
            }
            Shape::Object(object) => match object.member(name) {
                Some(member) => {
                    found.somewhere = true;
                    add(Flow { absent: !member.required, place: member.place, ..Flow::always(member.shape.clone()) });
                }
                None => {
                    always = false;
                    match &object.rest {
                        // An object that may hold more still does not hold a slip of what it is known to hold.
                        Some(rest) if slip(name, object.members.iter().map(|member| member.name.as_ref())).is_some() => {
                            found.without.push(Rc::clone(object));
                            add(Flow::maybe(rest.clone()));
                        }
                        Some(rest) => {
                            found.somewhere = true;
                            add(Flow::maybe(rest.clone()));
                        }
                        None if object.cut => {
                            found.somewhere = true;
                            add(Flow::unknown());
                        }
                        None => found.without.push(Rc::clone(object)),
                    }
                }
            },
            Shape::List(inner) => {
                let inside = lookup(shapes, &leaves(shapes, inner), name);
                found.without.extend(inside.without);
                found.somewhere |= inside.somewhere || inner.is_nothing();
                let shape = elements(shapes, &inside.flow.shape);
                add(if shape == Shape::Unknown { Flow::unknown() } else { Flow::many(shape, true) });
            }
            Shape::Null | Shape::Boolean | Shape::Number { .. } | Shape::Text(_) | Shape::Bytes | Shape::Named(_) => always = false,
            Shape::Function | Shape::OneOf(_) => {
                always = false;
                found.somewhere = true;
            }
        }
    }
    found.flow = flow.unwrap_or_else(Flow::nothing).or_absent(!always);
    found
}
