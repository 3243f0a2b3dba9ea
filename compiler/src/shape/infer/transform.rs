//! The transform operator: a copy of what it is given, with the objects of a pattern changed.

use std::rc::Rc;

use connc_expr::ir::{Kind, Node, Step};

use super::arguments::Argument;
use super::construct::words;
use super::context::Frame;
use super::flow::{Flow, built, union};
use super::walk::Walk;
use crate::shape::known::{Member, Object, Shape};

impl<'a> Walk<'a> {
    pub(super) fn transform(
        &mut self,
        (pattern, update, delete): (&'a Node, &'a Node, Option<&'a Node>),
        given: Vec<Argument<'a>>,
        frame: &Rc<Frame<'a>>,
    ) -> Flow<'a> {
        let Some(argument) = given.into_iter().next() else { return Flow::nothing() };
        if !self.check_transformed(&argument, pattern) {
            return Flow::unknown();
        }
        let flow = argument.flow;
        if flow.is_unknown() {
            return Flow::unknown();
        }
        let whole = self.inside(Flow { absent: false, ..flow.clone() }, None, None);
        let matched = self.eval(pattern, &whole, frame);
        let Some((names, sure)) = names(pattern) else { return Flow::unknown() };
        let item = self.element(&matched);
        let at = self.inside(item, None, None);
        let update = self.branch(|walk| walk.eval(update, &at, frame));
        let delete = delete.map(|delete| self.branch(|walk| walk.eval(delete, &at, frame)));
        let deleted = match &delete {
            None => Some(Vec::new()),
            Some(delete) => {
                let flat = Flow::always(delete.items(self.shapes).shape);
                Some(words(self, &flat)).filter(|words| !words.is_empty())
            }
        };
        if update.is_unknown() {
            return Flow::unknown();
        }
        let change = Change { update, deleted, sure };
        let shape = self.rewritten(&flow.shape, &names, &change, 0);
        Flow { shape: built(shape), function: None, ..flow }
    }

    /// A shape with the objects below `names` changed.
    fn rewritten(&self, shape: &Shape, names: &[&str], change: &Change<'a>, depth: usize) -> Shape {
        if depth > 24 {
            return Shape::Unknown;
        }
        union(self.shapes.alternatives(shape).into_iter().map(|one| match (one, names) {
            (Shape::List(inner), _) => Shape::list(self.rewritten(inner, names, change, depth + 1)),
            (Shape::Object(object), []) => self.changed(object, change),
            (Shape::Object(object), [name, rest @ ..]) => match object.member(name) {
                Some(_) => {
                    let alter = |member: &Member| {
                        if member.name.as_ref() == *name {
                            Member { shape: self.rewritten(&member.shape, rest, change, depth + 1), ..member.clone() }
                        } else {
                            member.clone()
                        }
                    };
                    Shape::Object(Rc::new(Object { members: object.members.iter().map(alter).collect(), ..object.as_ref().clone() }))
                }
                None if object.rest.is_some() || object.cut => Shape::Unknown,
                None => one.clone(),
            },
            _ => one.clone(),
        }))
    }

    fn changed(&self, object: &Rc<Object>, change: &Change<'a>) -> Shape {
        let before = Flow::always(Shape::Object(Rc::clone(object)));
        let update = if change.sure { change.update.clone() } else { change.update.clone().or_absent(true) };
        let merged = self.merged(&[before, update]);
        let Shape::Object(merged) = merged.shape else { return Shape::Unknown };
        let members = merged.members.iter().filter_map(|member| match &change.deleted {
            Some(words) if words.contains(&member.name) && change.sure && words.len() == 1 => None,
            Some(words) if !words.contains(&member.name) => Some(member.clone()),
            Some(_) | None => Some(Member { required: false, ..member.clone() }),
        });
        Shape::Object(Rc::new(Object { members: members.collect(), name: object.name.clone(), ..merged.as_ref().clone() }))
    }
}

/// What becomes of the objects of the pattern.
struct Change<'a> {
    update: Flow<'a>,
    /// The members that go; none where they are not known.
    deleted: Option<Vec<Rc<str>>>,
    /// Whether it becomes of each of them.
    sure: bool,
}

/// The member names that a pattern takes from the root, and whether it takes everything there.
fn names(pattern: &Node) -> Option<(Vec<&str>, bool)> {
    match &pattern.kind {
        Kind::Variable(name) if name.is_empty() => Some((Vec::new(), true)),
        Kind::Field(name) => Some((vec![name], true)),
        Kind::Path(steps) => {
            let mut names = Vec::new();
            let mut sure = true;
            for (index, step) in steps.iter().enumerate() {
                match &step.node.kind {
                    Kind::Field(name) => names.push(name.as_str()),
                    Kind::Variable(name) if name.is_empty() && index == 0 => {}
                    _ => return None,
                }
                let Step { filters, index, focus, group, .. } = step;
                if index.is_some() || focus.is_some() || group.is_some() {
                    return None;
                }
                sure &= filters.is_empty();
            }
            Some((names, sure))
        }
        _ => None,
    }
}
