//! What builds: array and object constructors, groups, and conditionals.

use std::rc::Rc;

use connc_expr::ir::{Kind, Node};

use super::context::{Context, Frame};
use super::flow::{Flow, Items, built, elements, has_list, only, union};
use super::walk::Walk;
use crate::shape::known::{Member, Object, Shape};

impl<'a> Walk<'a> {
    /// `[a, b]`: lists give their elements, except what another constructor builds.
    pub(super) fn array(&mut self, items: &'a [Node], context: &Rc<Context<'a>>, frame: &Rc<Frame<'a>>) -> Flow<'a> {
        let mut shapes = Vec::with_capacity(items.len());
        for item in items {
            let flow = self.eval(item, context, frame);
            if is_array(item) {
                shapes.push(flow.as_item());
            } else {
                shapes.push(flow.items(self.shapes).shape);
            }
        }
        Flow::always(Shape::list(built(union(shapes))))
    }

    /// An object, or a group, over items.
    pub(super) fn group(
        &mut self,
        pairs: &'a [(Node, Node)],
        items: &Items,
        context: &Rc<Context<'a>>,
        frame: &Rc<Frame<'a>>,
        tuples: bool,
    ) -> Flow<'a> {
        let over_context = !tuples && !items.multi && items.some && context.flow.shape == items.shape && context.flow.absent == items.gap;
        let one = Flow { absent: items.gap || !items.some, ..Flow::always(items.shape.clone()) };
        let (each, all) = if items.multi || has_list(self.shapes, &items.shape) {
            // Several items of a group are put together, and lists among them taken apart.
            let flat = elements(self.shapes, &items.shape);
            let shape = if only(self.shapes, &items.shape, true).is_nothing() { flat } else { union([items.shape.clone(), flat]) };
            let all = if items.multi { Flow::many(shape, one.absent) } else { one.clone() };
            (self.inside(one, Some(context), None), self.inside(all, None, None))
        } else {
            // An object over the data at hand sees that very data, facts about it included.
            let same = if over_context { Rc::clone(context) } else { self.inside(one, Some(context), None) };
            (Rc::clone(&same), same)
        };
        let mut members: Vec<Member> = Vec::with_capacity(pairs.len());
        let mut rest: Vec<Shape> = Vec::new();
        for (key, value) in pairs {
            let key_flow = self.eval(key, &each, frame);
            self.check_key(key, &key_flow);
            let flow =
                if tuples || items.multi { self.branch(|walk| walk.eval(value, &all, frame)) } else { self.eval(value, &all, frame) };
            let names = words(self, &key_flow);
            let exact = names.len() == 1 && !key_flow.absent && matches!(key.kind, Kind::String(_));
            if flow.kept || flow.many {
                self.kept.extend(names.iter().map(ToString::to_string));
            }
            if flow.shape.is_nothing() {
                continue;
            }
            let shape = flow.as_item();
            if names.is_empty() {
                rest.push(shape);
                continue;
            }
            for name in names {
                match members.iter_mut().find(|member| member.name == name) {
                    Some(known) => {
                        known.shape = union([known.shape.clone(), shape.clone()]);
                        known.required |= exact && !flow.absent;
                    }
                    None => members.push(member(name, shape.clone(), exact && !flow.absent)),
                }
            }
        }
        let rest = (!rest.is_empty()).then(|| union(rest.into_iter().chain(members.iter().map(|member| member.shape.clone()))));
        if rest.is_some() {
            // A name that is made may be any name, those that are written included.
            for known in &mut members {
                known.shape = union([known.shape.clone(), rest.clone().unwrap_or(Shape::Unknown)]);
            }
        }
        Flow::always(built(Shape::Object(Rc::new(Object { members, rest, ..Object::default() }))))
    }

    pub(super) fn condition(
        &mut self,
        (condition, then, otherwise): (&'a Node, &'a Node, Option<&'a Node>),
        context: &Rc<Context<'a>>,
        frame: &Rc<Frame<'a>>,
    ) -> Flow<'a> {
        let tested = self.eval(condition, context, frame);
        self.check_condition(condition, &tested);
        let facts = self.facts_of(condition, context, frame, true);
        let one = self.given(facts, |walk| walk.eval(then, context, frame));
        let other = match otherwise {
            Some(otherwise) => {
                let facts = self.facts_of(condition, context, frame, false);
                self.given(facts, |walk| walk.eval(otherwise, context, frame))
            }
            None => Flow::nothing(),
        };
        one.join(other, self.shapes)
    }

    /// `a ?: b`.
    pub(super) fn elvis(&mut self, left: &'a Node, right: &'a Node, context: &Rc<Context<'a>>, frame: &Rc<Frame<'a>>) -> Flow<'a> {
        let value = self.eval(left, context, frame);
        let holds = self.facts_of(left, context, frame, true);
        // The value where it is true: its own facts hold, which only a path has.
        let named = matches!(left.kind, Kind::Path(_) | Kind::Field(_) | Kind::Variable(_));
        let one = holds.iter().filter(|_| named).fold(value, |flow, fact| fact.narrow(self.shapes, flow));
        let facts = self.facts_of(left, context, frame, false);
        let other = self.given(facts, |walk| walk.eval(right, context, frame));
        Flow { absent: false, ..one }.join(other, self.shapes)
    }
}

/// Whether a node is an array constructor, with predicates or without.
fn is_array(node: &Node) -> bool {
    match &node.kind {
        Kind::Array(_) => true,
        Kind::Path(steps) => matches!(steps.as_slice(), [only] if matches!(only.node.kind, Kind::Array(_)) && only.index.is_none()),
        _ => false,
    }
}

/// The texts that a value is one of; none where it may be any.
pub(super) fn words(walk: &Walk<'_>, flow: &Flow<'_>) -> Vec<Rc<str>> {
    let mut found = Vec::new();
    for one in walk.shapes.alternatives(&flow.shape) {
        match one {
            Shape::Text(text) => match &text.values {
                Some(values) => found.extend(values.iter().cloned()),
                None => return Vec::new(),
            },
            _ => return Vec::new(),
        }
    }
    if flow.many || found.len() > 64 { Vec::new() } else { found }
}

/// A member that an expression makes.
pub(super) fn member(name: impl Into<Rc<str>>, shape: Shape, required: bool) -> Member {
    Member { name: name.into(), shape, required, deprecated: false, read_only: false, write_only: false, place: None }
}
