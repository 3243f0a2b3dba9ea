//! What a step of a path makes of its results, and predicates.

use std::rc::Rc;

use connc_expr::ir::{Kind, Node, Operator};

use super::context::{Context, Frame};
use super::facts::Fact;
use super::flow::{Flow, Items, elements, has_list, only, union};
use super::walk::Walk;
use crate::shape::known::{Shape, Shapes};

/// What a step gives for one item, before it is put with what it gives for the others.
#[derive(Debug)]
pub(super) enum Step<'a> {
    /// A value as the engine gives it.
    Value(Flow<'a>),
    /// An array constructor's list, which stays whole.
    Whole(Flow<'a>),
    /// What a predicate let through.
    Sequence(Items),
}

/// The results of a step for all items.
#[derive(Debug)]
pub(super) struct Results<'a> {
    /// The items of the sequence that they make.
    pub(super) items: Items,
    /// The result as it is, where there is one item and nothing else to be done.
    value: Option<Flow<'a>>,
    /// Whether one of the results may be a list that the last step gives as it is.
    plain: bool,
}

/// Puts the results for each of `over` together. `tuples` says whether a variable is bound on the way, and whether any list may be one that the engine keeps.
pub(super) fn combine<'a>(shapes: &Shapes, over: &Items, step: Step<'a>, tuples: (bool, bool)) -> Results<'a> {
    match step {
        Step::Sequence(items) => {
            let items = Items { some: over.some && items.some, multi: over.multi || items.multi, ..items };
            Results { items, value: None, plain: false }
        }
        Step::Whole(flow) => {
            let items = Items { shape: flow.shape, some: over.some && !flow.absent, multi: over.multi, gap: false };
            Results { items, value: None, plain: false }
        }
        Step::Value(flow) => {
            let found = flow.items(shapes);
            let listed = has_list(shapes, &flow.shape);
            // A list that is kept may be taken apart, or stay whole.
            let kept = listed && (flow.kept || tuples.1);
            let found = if kept { Items { shape: union([flow.shape.clone(), found.shape]), ..found } } else { found };
            let items = Items { some: over.some && found.some, multi: over.multi || found.multi, ..found };
            let plain = !tuples.0 && !flow.many && listed;
            let value = (!over.multi && !tuples.0 && !kept).then_some(flow);
            Results { items, value, plain }
        }
    }
}

impl<'a> Results<'a> {
    /// What the path gives where this was its last step.
    pub(super) fn last(self, over: &Items) -> Flow<'a> {
        if let Some(value) = self.value {
            return value.or_absent(!over.some);
        }
        if self.items.shape == Shape::Unknown {
            return Flow::unknown();
        }
        if self.plain {
            let lists = union([self.items.shape.clone(), Shape::list(self.items.shape)]);
            return Flow::maybe(lists);
        }
        self.items.unwrapped()
    }

    /// What the path gives where `[]` keeps it a list.
    pub(super) fn kept(self) -> Flow<'a> {
        if self.items.shape == Shape::Unknown && !self.items.multi && self.value.is_some() {
            return Flow { kept: true, ..Flow::maybe(Shape::list(Shape::Unknown)) };
        }
        let absent = !self.items.some;
        // Nothing in a list is null.
        let shape = if self.items.gap { union([self.items.shape, Shape::Null]) } else { self.items.shape };
        Flow { absent, kept: true, ..Flow::always(Shape::list(shape)) }
    }
}

impl<'a> Walk<'a> {
    /// The items that a path from here goes through.
    pub(super) fn context_items(&self, context: &Context<'a>) -> Items {
        let flow = &context.flow;
        if context.wrapped || !self.is_plural(flow) {
            return Items { shape: flow.shape.clone(), some: true, multi: false, gap: flow.absent };
        }
        Items { gap: flow.absent, ..flow.items(self.shapes) }
    }

    /// A predicate over a step's results.
    pub(super) fn filter(&mut self, step: Step<'a>, predicate: &'a Node, parent: &Rc<Context<'a>>, frame: &Rc<Frame<'a>>) -> Step<'a> {
        let items = match step {
            Step::Sequence(items) => items,
            Step::Value(flow) | Step::Whole(flow) => {
                let mut items = flow.items(self.shapes);
                items.gap |= flow.absent;
                items
            }
        };
        if let Kind::Number(index) = predicate.kind {
            self.record(predicate.span.clone(), &Flow::always(Shape::Number { integer: true }));
            let first = index.floor() == 0.0 || (index.floor() + 1.0).abs() < f64::EPSILON;
            return Step::Value(Flow { absent: !(first && items.some) || items.gap, ..Flow::always(items.shape) });
        }
        let item = self.inside(Flow { absent: items.gap, ..Flow::always(items.shape.clone()) }, Some(parent), None);
        let tested = self.branch(|walk| walk.eval(predicate, &item, frame));
        let numeric = self.shapes.alternatives(&tested.shape).iter().all(|one| matches!(one, Shape::Number { .. }));
        if !numeric {
            // Where there is no item, nothing is lost by a test that says nothing of it.
            let of_item = if items.gap && tested.absent {
                let there = self.inside(Flow::always(items.shape.clone()), Some(parent), None);
                self.silently(|walk| walk.branch(|walk| walk.eval(predicate, &there, frame)))
            } else {
                tested.clone()
            };
            self.check_condition(predicate, &of_item);
        }
        let facts = self.facts_of(predicate, &item, frame, true);
        let shape = facts.iter().fold(items.shape.clone(), |shape, fact| self.narrowed_item(shape, fact, item.id));
        // A list of positions may choose one item several times.
        let listed = tested.is_unknown() || has_list(self.shapes, &tested.shape) || tested.many;
        let gap = items.gap && !fails_on_nothing(predicate);
        Step::Sequence(Items { shape, some: false, multi: items.multi || listed, gap })
    }

    /// An item's shape where a fact holds for it, or for one of its members.
    fn narrowed_item(&self, shape: Shape, fact: &Fact, context: u32) -> Shape {
        match fact.member_of(context) {
            Some(None) => fact.narrow(self.shapes, Flow::always(shape)).shape,
            Some(Some(name)) => fact.narrow_member(self.shapes, shape, name),
            None => shape,
        }
    }
}

/// Whether a predicate is false, or chooses nothing, where there is no item at all.
fn fails_on_nothing(predicate: &Node) -> bool {
    let rooted = |node: &Node| match &node.kind {
        Kind::Field(_) => true,
        Kind::Variable(name) => name.is_empty(),
        Kind::Path(steps) => {
            steps.first().is_some_and(|step| {
                matches!(&step.node.kind, Kind::Field(_)) || matches!(&step.node.kind, Kind::Variable(name) if name.is_empty())
            }) && steps.iter().all(|step| {
                matches!(&step.node.kind, Kind::Field(_) | Kind::Variable(_)) && step.filters.is_empty() && step.group.is_none()
            })
        }
        _ => false,
    };
    match &predicate.kind {
        Kind::Binary(Operator::And, left, right) => fails_on_nothing(left) || fails_on_nothing(right),
        Kind::Binary(Operator::Or, left, right) => fails_on_nothing(left) && fails_on_nothing(right),
        Kind::Binary(
            Operator::Equal
            | Operator::NotEqual
            | Operator::In
            | Operator::Less
            | Operator::LessOrEqual
            | Operator::Greater
            | Operator::GreaterOrEqual,
            left,
            right,
        ) => rooted(left) || rooted(right),
        _ => rooted(predicate),
    }
}

/// What `$name` holds inside a group over a stream of bindings: the values of the group's items, put together.
pub(super) fn joined<'a>(shapes: &Shapes, flow: &Flow<'a>) -> Flow<'a> {
    let flat = elements(shapes, &flow.shape);
    let lists = only(shapes, &flow.shape, true);
    if lists.is_nothing() {
        return Flow::many(flat, flow.absent);
    }
    Flow { absent: flow.absent, ..Flow::always(union([flow.as_item(), flat.clone(), Shape::list(flat)])) }
}
