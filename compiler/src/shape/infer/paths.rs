//! Location paths: each step over the results of the one before.

use std::rc::Rc;

use connc_expr::ir::{Kind, Node, Step as Written};

use super::calls::gives_sequence;
use super::context::{Context, Frame};
use super::facts::Fact;
use super::flow::{Flow, Items, elements, union};
use super::steps::{Results, Step, combine, joined};
use super::walk::Walk;
use crate::shape::known::Shape;

impl<'a> Walk<'a> {
    pub(super) fn path(&mut self, steps: &'a [Written], context: &Rc<Context<'a>>, frame: &Rc<Frame<'a>>) -> Flow<'a> {
        match steps {
            [only] if !is_path(only) => self.alone(only, context, frame),
            // A list that begins a path binds nothing.
            [first, ..] if matches!(first.node.kind, Kind::Array(_)) && (first.focus.is_some() || first.index.is_some()) => Flow::unknown(),
            // There `*` is the data at hand itself.
            [first, _, ..] if matches!(&first.node.kind, Kind::Array(items) if items.iter().any(begins_wild)) => Flow::unknown(),
            steps => {
                let mut flow = self.steps(steps, context, frame);
                if !keeps(steps) && !flow.is_unknown() && steps.iter().any(|step| step.keep_array && step.index.is_some()) {
                    // Whether `[]` stands before the position or after it makes a difference that the tree does not show.
                    let list = Shape::list(flow.items(self.shapes).shape);
                    flow = Flow { many: false, kept: true, shape: union([flow.as_item(), list]), ..flow };
                }
                // A list that begins a path and is empty is the whole path's result.
                let empty =
                    matches!(steps.first(), Some(first) if matches!(&first.node.kind, Kind::Array(items) if !items.iter().any(is_there)));
                let grouped = steps.last().is_some_and(|last| last.group.is_some());
                if !empty || flow.is_unknown() {
                    return flow;
                }
                if grouped {
                    return Flow::unknown();
                }
                let list = Shape::list(Shape::nothing());
                let list = if keeps(steps) { Shape::list(list) } else { list };
                flow.join(Flow::always(list), self.shapes)
            }
        }
    }

    /// A value with predicates, `[]` or a group, which the engine takes for no path.
    fn alone(&mut self, step: &'a Written, context: &Rc<Context<'a>>, frame: &Rc<Frame<'a>>) -> Flow<'a> {
        let flow = self.eval(&step.node, context, frame);
        let mut result = Step::Value(flow);
        for predicate in &step.filters {
            result = self.filter(result, predicate, context, frame);
        }
        let once = Items { shape: Shape::nothing(), some: true, multi: false, gap: false };
        if let Some(group) = &step.group {
            let items = match result {
                Step::Value(flow) | Step::Whole(flow) => Items { gap: flow.absent, ..flow.items(self.shapes) },
                Step::Sequence(items) => items,
            };
            return self.group(group, &items, context, frame, false);
        }
        match result {
            Step::Value(flow) | Step::Whole(flow) if step.keep_array => {
                if flow.is_unknown() {
                    return flow;
                }
                let flat = flow.items(self.shapes).shape;
                let sequence = !step.filters.is_empty() || (flow.many && gives_sequence(&step.node));
                let shape = if sequence { Shape::list(flat) } else { union([flow.as_item(), flow.shape.clone()]) };
                Flow { kept: true, absent: flow.absent, ..Flow::always(shape) }
            }
            Step::Value(flow) | Step::Whole(flow) => flow,
            sequence @ Step::Sequence(_) => {
                let results = combine(self.shapes, &once, sequence, (false, self.constructs));
                if step.keep_array { results.kept() } else { results.last(&once) }
            }
        }
    }

    fn steps(&mut self, steps: &'a [Written], context: &Rc<Context<'a>>, frame: &Rc<Frame<'a>>) -> Flow<'a> {
        let frame =
            &if steps.iter().any(|step| step.focus.is_some() || step.index.is_some()) { self.frame(frame) } else { Rc::clone(frame) };
        let keep = keeps(steps);
        let variable = steps.first().is_some_and(|step| matches!(step.node.kind, Kind::Variable(_)));
        let mut over = if variable {
            Items { shape: context.flow.shape.clone(), some: true, multi: false, gap: context.flow.absent }
        } else {
            self.context_items(context)
        };
        let mut taken = Taken::begin(steps, context, frame);
        let mut bound: Vec<&'a str> = Vec::new();
        let mut tuples = steps.iter().any(|step| mentions_parent(&step.node) || step.filters.iter().any(mentions_parent));
        // The input is one value for the first step, and a list like any other inside it.
        let mut at = if over.multi || (context.wrapped && self.is_plural(&context.flow)) {
            self.inside(item(&over), context.parent.as_ref(), None)
        } else {
            Rc::clone(context)
        };
        let last = steps.len().saturating_sub(1);
        for (index, step) in steps.iter().enumerate() {
            tuples |= step.focus.is_some() || step.index.is_some();
            if self.records() {
                self.record(step.node.span.start..step.node.span.start, &item(&over));
            }
            let (mut result, inner) = self.step(step, (index, last), &over, &mut taken, (&at, frame));
            let before = over.clone();
            if matches!(step.node.kind, Kind::Sort(_)) {
                // Sorting takes the whole sequence, and so do predicates after it.
                over = Items { shape: Shape::nothing(), some: true, multi: false, gap: false };
            }
            let focused = step.focus.is_some();
            if focused || step.index.is_some() {
                let each = match &result {
                    Step::Value(flow) | Step::Whole(flow) => flow.items(self.shapes),
                    Step::Sequence(items) => items.clone(),
                };
                let (one, number) = (item(&Items { gap: false, ..each }), self.number());
                if let Some(name) = &step.focus {
                    frame.set(name, one, number);
                    bound.push(name);
                }
                if let Some(name) = &step.index {
                    let number = self.number();
                    frame.set(name, Flow::always(Shape::Number { integer: true }), number);
                    bound.push(name);
                }
            }
            for predicate in &step.filters {
                if focused {
                    let test = self.inside(item(&over), at.parent.as_ref(), None);
                    let tested = self.branch(|walk| walk.eval(predicate, &test, frame));
                    self.check_condition(predicate, &tested);
                    result = match result {
                        Step::Value(flow) | Step::Whole(flow) => Step::Sequence(Items { some: false, ..flow.items(self.shapes) }),
                        Step::Sequence(items) => Step::Sequence(Items { some: false, ..items }),
                    };
                } else {
                    result = self.filter(result, predicate, &inner, frame);
                }
            }
            let results = combine(self.shapes, &over, result, (tuples, self.constructs));
            if focused {
                // The context stays; there is one for each of the results.
                over = Items { some: before.some && results.items.some, multi: before.multi || results.items.multi, ..before };
                if index == last && step.group.is_none() {
                    return over.unwrapped();
                }
            } else if index == last && step.group.is_none() {
                return self.result(results, &over, keep);
            } else {
                if results.items.multi {
                    taken.facts = None;
                }
                over = results.items;
            }
            if let Some(group) = &step.group {
                if matches!(step.node.kind, Kind::Array(_)) {
                    // A group takes a single list for its elements, whole as the list otherwise is.
                    over =
                        Items { shape: union([over.shape.clone(), elements(self.shapes, &over.shape)]), some: false, multi: true, ..over };
                }
                if tuples {
                    for name in bound {
                        if let Some((flow, id)) = frame.get(name) {
                            frame.set(name, joined(self.shapes, &flow), id);
                        }
                    }
                }
                return self.group(group, &over, &at, frame, tuples);
            }
            if focused {
                // What `%` is from here on, the engine counts in its own way.
                at = self.inside(item(&over), None, None);
            } else {
                let parent = match step.node.kind {
                    Kind::Parent => inner.parent.as_ref().and_then(|parent| parent.parent.clone()),
                    Kind::Sort(_) => inner.parent.clone(),
                    _ if is_simple(&step.node) => Some(inner),
                    _ => None,
                };
                at = self.inside(item(&over), parent.as_ref(), taken.named());
            }
        }
        over.unwrapped()
    }

    /// One step over each item, with the context of the items.
    fn step(
        &mut self,
        step: &'a Written,
        (index, last): (usize, usize),
        over: &Items,
        taken: &mut Taken<'a>,
        (at, frame): (&Rc<Context<'a>>, &Rc<Frame<'a>>),
    ) -> (Step<'a>, Rc<Context<'a>>) {
        let inner = Rc::clone(at);
        match &step.node.kind {
            Kind::Field(name) => {
                let flow = self.member(&step.node, name, &inner);
                let flow = taken.field(self, name, flow, over.multi);
                self.record(step.node.span.clone(), &flow);
                (Step::Value(flow), inner)
            }
            Kind::Sort(keys) => {
                for (key, _) in keys {
                    let _ = self.branch(|walk| walk.eval(key, &inner, frame));
                }
                taken.stop();
                (Step::Sequence(over.clone()), inner)
            }
            Kind::Array(_) => {
                let flow = self.eval(&step.node, &inner, frame);
                taken.stop();
                if index == 0 && !step.filters.is_empty() && last > 0 {
                    // The engine goes on from a chosen element with nothing at all.
                    return (Step::Value(Flow::unknown()), inner);
                }
                let whole = index > 0 && step.filters.is_empty();
                (if whole { Step::Whole(flow) } else { Step::Value(flow) }, inner)
            }
            Kind::String(name) => {
                // The engine takes a string in a path for a name.
                let flow = self.member(&step.node, name, &inner);
                taken.stop();
                (Step::Value(flow), inner)
            }
            _ => {
                let flow = self.eval(&step.node, &inner, frame);
                if index > 0 {
                    taken.stop();
                }
                (Step::Value(flow), inner)
            }
        }
    }

    fn result(&self, results: Results<'a>, over: &Items, keep: bool) -> Flow<'a> {
        if keep { results.kept() } else { results.last(over) }
    }
}

/// One of the items.
fn item<'a>(items: &Items) -> Flow<'a> {
    Flow { absent: items.gap, ..Flow::always(items.shape.clone()) }
}

/// The plain names that a path has taken so far, while it is at one value.
struct Taken<'a> {
    facts: Option<Fact>,
    names: Vec<&'a str>,
    path: Option<Vec<Rc<str>>>,
}

impl<'a> Taken<'a> {
    fn begin(steps: &'a [Written], context: &Context<'a>, frame: &Frame<'a>) -> Self {
        let first = steps.first().map(|step| &step.node.kind);
        let facts = match first {
            Some(Kind::Variable(name)) if name == "$" => Some(Fact::context(0)),
            Some(Kind::Variable(name)) if !name.is_empty() => frame.get(name).map(|(_, id)| Fact::variable(id)),
            Some(Kind::Field(_) | Kind::Variable(_)) => Some(Fact::context(context.id)),
            _ => None,
        };
        let path = match first {
            Some(Kind::Variable(name)) if name == "$" => Some(Vec::new()),
            Some(Kind::Variable(name)) if !name.is_empty() => None,
            Some(Kind::Field(_) | Kind::Variable(_)) => context.path.clone(),
            _ => None,
        };
        Self { facts, names: Vec::new(), path }
    }

    fn stop(&mut self) {
        self.facts = None;
        self.path = None;
    }

    fn named(&self) -> Option<Vec<Rc<str>>> {
        self.path.clone()
    }

    /// What is known of a member where facts speak of its path.
    fn field(&mut self, walk: &Walk<'a>, name: &'a str, flow: Flow<'a>, multi: bool) -> Flow<'a> {
        if multi {
            self.facts = None;
        }
        self.names.push(name);
        if let Some(path) = &mut self.path {
            path.push(Rc::from(name));
        }
        match &self.facts {
            Some(root) => walk.apply_facts(flow, root.clone(), &self.names),
            None => flow,
        }
    }
}

/// Whether the engine takes a single step for a path.
fn is_path(step: &Written) -> bool {
    matches!(step.node.kind, Kind::Field(_) | Kind::Sort(_)) || step.index.is_some() || step.focus.is_some()
}

/// Whether `[]` in a path keeps its result a list. The engine forgets it on what it took for no path before a sort made one of it.
fn keeps(steps: &[Written]) -> bool {
    let dots = steps.iter().filter(|step| !matches!(step.node.kind, Kind::Sort(_))).count() > 1;
    let counts = |step: &&Written| step.keep_array && (dots || matches!(step.node.kind, Kind::Field(_) | Kind::Sort(_)));
    steps.iter().any(|step| counts(&step))
}

fn begins_wild(node: &Node) -> bool {
    match &node.kind {
        Kind::Wildcard => true,
        Kind::Array(items) | Kind::Block(items) => items.iter().any(begins_wild),
        Kind::Path(steps) => steps.first().is_some_and(|step| begins_wild(&step.node)),
        Kind::Call(_, items) => items.iter().any(begins_wild),
        _ => node.children().into_iter().any(begins_wild),
    }
}

/// Whether a constructor's element is always there.
fn is_there(node: &Node) -> bool {
    matches!(node.kind, Kind::Number(_) | Kind::String(_) | Kind::Bool(_) | Kind::Null | Kind::Object(_) | Kind::Array(_))
}

/// Whether `%` after this step is what the step was taken of.
fn is_simple(node: &Node) -> bool {
    matches!(node.kind, Kind::Field(_) | Kind::Wildcard)
}

fn mentions_parent(node: &Node) -> bool {
    let mut found = false;
    node.walk(&mut |inner| found |= matches!(inner.kind, Kind::Parent));
    found
}
