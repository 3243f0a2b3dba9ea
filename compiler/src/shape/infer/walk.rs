//! The walk over an expression: one arm for each kind of node.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::rc::Rc;

use connc_expr::functions;
use connc_expr::ir::{Kind, Node};

use super::calls::Function;
use super::context::{Context, Frame};
use super::facts::Fact;
use super::flow::{Flow, has_list};
use super::{Problem, ProblemKind, Scope};
use crate::shape::known::{Shape, Shapes, Value};

/// Nodes that are looked at, functions applied again counted again.
const BUDGET: u32 = 30_000;

/// Levels that the walk nests.
const DEEPEST: u32 = 120;

/// Inference at work.
pub(super) struct Walk<'a> {
    pub(super) shapes: &'a Shapes,
    pub(super) called: &'a str,
    scope: &'a Scope<'a>,
    /// What holds in the branch at hand.
    pub(super) facts: Vec<Fact>,
    /// How many branches around may or may not run.
    pub(super) branches: u32,
    /// Functions being applied, by their bodies.
    pub(super) applied: Vec<*const Node>,
    /// Members that hold lists of which the engine remembers that they are kept.
    pub(super) kept: BTreeSet<String>,
    /// Whether problems are not reported, as in what is looked at for the second time.
    pub(super) silent: bool,
    /// Whether an array constructor is a step of a path, whose lists the engine keeps whole wherever they flow.
    pub(super) constructs: bool,
    /// Whether a field of no known type was read.
    pub(super) unknown: bool,
    root: Rc<Context<'a>>,
    globals: Rc<Frame<'a>>,
    frames: Vec<Rc<Frame<'a>>>,
    problems: Vec<Problem>,
    recorded: Option<BTreeMap<(usize, usize), Value>>,
    left: u32,
    depth: u32,
    next: u32,
}

impl<'a> Walk<'a> {
    pub(super) fn new(scope: &'a Scope<'a>, record: bool) -> Self {
        let globals = Frame::new(None, 0);
        let mut next = 1;
        for (name, value) in &scope.variables {
            globals.set(name, Flow::of(value), next);
            next += 1;
        }
        let root = Context { id: 0, flow: Flow::of(&scope.root), wrapped: true, path: Some(Vec::new()), parent: None };
        Self {
            shapes: scope.shapes,
            called: &scope.called,
            scope,
            facts: Vec::new(),
            branches: 0,
            applied: Vec::new(),
            kept: BTreeSet::new(),
            silent: false,
            constructs: false,
            unknown: false,
            root: Rc::new(root),
            frames: vec![Rc::clone(&globals)],
            globals,
            problems: Vec::new(),
            recorded: record.then(BTreeMap::new),
            left: BUDGET,
            depth: 0,
            next,
        }
    }

    pub(super) fn whole(&mut self, node: &'a Node) -> Flow<'a> {
        let (context, frame) = (Rc::clone(&self.root), Rc::clone(&self.globals));
        node.walk(&mut |inner| {
            if let Kind::Path(steps) = &inner.kind {
                self.constructs |= steps.iter().skip(1).any(|step| matches!(step.node.kind, Kind::Array(_)));
            }
        });
        let flow = self.eval(node, &context, &frame);
        self.frames.iter().for_each(|frame| frame.clear());
        flow
    }

    pub(super) fn problems(self) -> Vec<Problem> {
        self.problems
    }

    pub(super) fn recorded(self) -> Vec<(Range<usize>, Value)> {
        self.recorded.into_iter().flatten().map(|((start, end), value)| (start..end, value)).collect()
    }

    /// What `node` gives over `context`.
    pub(super) fn eval(&mut self, node: &'a Node, context: &Rc<Context<'a>>, frame: &Rc<Frame<'a>>) -> Flow<'a> {
        if self.left == 0 || self.depth >= DEEPEST {
            self.unknown = true;
            return Flow::unknown();
        }
        self.left -= 1;
        self.depth += 1;
        let flow = self.node(node, context, frame);
        self.depth -= 1;
        self.record(node.span.clone(), &flow);
        flow
    }

    fn node(&mut self, node: &'a Node, context: &Rc<Context<'a>>, frame: &Rc<Frame<'a>>) -> Flow<'a> {
        match &node.kind {
            Kind::Path(steps) => self.path(steps, context, frame),
            Kind::Field(name) => self.field(node, name, context),
            Kind::Variable(name) => self.variable(name, context, frame),
            Kind::String(text) => Flow::always(Shape::words([text.as_str()])),
            Kind::Number(number) => Flow::always(Shape::Number { integer: number.fract() == 0.0 }),
            Kind::Bool(_) => Flow::always(Shape::Boolean),
            Kind::Null => Flow::always(Shape::Null),
            Kind::Regex(_) => Flow::function(Function::Regex),
            Kind::Wildcard => self.wildcard(&context.flow),
            Kind::Descendant => self.descendants(&context.flow),
            Kind::Parent => context.parent.as_ref().map_or_else(Flow::unknown, |parent| parent.flow.clone()),
            Kind::Binary(operator, left, right) => self.binary(node, *operator, (left, right), context, frame),
            Kind::Negate(inner) => self.negate(inner, context, frame),
            Kind::Array(items) => self.array(items, context, frame),
            Kind::Object(pairs) => {
                let items = self.context_items(context);
                self.group(pairs, &items, context, frame, false)
            }
            Kind::Condition(condition, then, otherwise) => self.condition((condition, then, otherwise.as_deref()), context, frame),
            Kind::Elvis(left, right) => self.elvis(left, right, context, frame),
            Kind::Coalesce(left, right) => {
                let left = self.eval(left, context, frame);
                if !left.absent {
                    return left;
                }
                let right = self.branch(|walk| walk.eval(right, context, frame));
                Flow { absent: false, ..left }.join(right, self.shapes)
            }
            Kind::Block(nodes) => {
                let inner = self.frame(frame);
                nodes.iter().fold(Flow::nothing(), |_, node| self.eval(node, context, &inner))
            }
            Kind::Bind(name, value) => {
                let flow = self.eval(value, context, frame);
                self.bind(name, &flow, frame);
                flow
            }
            Kind::Apply(value, function) => self.apply_operator(node, value, function, context, frame),
            Kind::Call(function, arguments) => self.call(node, function, arguments, None, context, frame),
            Kind::Partial(function, arguments) => self.partial(function, arguments, context, frame),
            Kind::Placeholder | Kind::Sort(_) => Flow::nothing(),
            Kind::Lambda(parameters, body, signed) => {
                Flow::function(Function::Lambda { parameters, body, signed: *signed, context: Rc::clone(context), frame: Rc::clone(frame) })
            }
            Kind::Transform(pattern, update, delete) => {
                Flow::function(Function::Transform { pattern, update, delete: delete.as_deref(), frame: Rc::clone(frame) })
            }
        }
    }

    fn variable(&mut self, name: &str, context: &Rc<Context<'a>>, frame: &Rc<Frame<'a>>) -> Flow<'a> {
        if name.is_empty() {
            let flow = context.flow.clone();
            return self.apply_facts(flow, Fact::context(context.id), &[]);
        }
        if name == "$" {
            let flow = self.root.flow.clone();
            return self.apply_facts(flow, Fact::context(self.root.id), &[]);
        }
        if let Some((flow, id)) = frame.get(name) {
            return self.apply_facts(flow, Fact::variable(id), &[]);
        }
        if let Some(host) = functions::find(name) {
            return Flow::function(Function::Host(host));
        }
        match functions::BUILTINS.iter().find(|builtin| **builtin == name) {
            Some(builtin) => Flow::function(Function::Builtin(builtin)),
            None => Flow::unknown(),
        }
    }

    fn bind(&mut self, name: &str, flow: &Flow<'a>, frame: &Rc<Frame<'a>>) {
        let id = self.number();
        let mut flow = flow.clone();
        if frame.is_unsure(self.branches) {
            let before = match frame.own(name) {
                Some(before) => before,
                None => frame.get(name).map_or_else(Flow::nothing, |(before, _)| before),
            };
            flow = flow.join(before, self.shapes);
        }
        frame.set(name, flow, id);
    }

    /// What may or may not run.
    pub(super) fn branch<T>(&mut self, run: impl FnOnce(&mut Self) -> T) -> T {
        self.branches += 1;
        let done = run(self);
        self.branches -= 1;
        done
    }

    /// What runs where `facts` hold.
    pub(super) fn given<T>(&mut self, facts: Vec<Fact>, run: impl FnOnce(&mut Self) -> T) -> T {
        let before = self.facts.len();
        self.facts.extend(facts);
        let done = self.branch(run);
        self.facts.truncate(before);
        done
    }

    /// What is looked at without a report.
    pub(super) fn silently<T>(&mut self, run: impl FnOnce(&mut Self) -> T) -> T {
        let before = std::mem::replace(&mut self.silent, true);
        let done = run(self);
        self.silent = before;
        done
    }

    pub(super) fn frame(&mut self, parent: &Rc<Frame<'a>>) -> Rc<Frame<'a>> {
        let frame = Frame::new(Some(parent), self.branches);
        self.frames.push(Rc::clone(&frame));
        frame
    }

    /// The data at hand one step on.
    pub(super) fn inside(&mut self, flow: Flow<'a>, parent: Option<&Rc<Context<'a>>>, path: Option<Vec<Rc<str>>>) -> Rc<Context<'a>> {
        let id = self.number();
        Rc::new(Context { id, flow, wrapped: false, path, parent: parent.cloned() })
    }

    pub(super) fn number(&mut self) -> u32 {
        self.next = self.next.saturating_add(1);
        self.next
    }

    pub(super) fn report(&mut self, problem: Problem) {
        let known = |known: &Problem| known.range == problem.range && known.kind == problem.kind;
        if !self.silent && !self.problems.iter().any(known) {
            self.problems.push(problem);
        }
    }

    pub(super) fn record(&mut self, range: Range<usize>, flow: &Flow<'a>) {
        self.unknown |= flow.is_unknown();
        if let Some(recorded) = &mut self.recorded {
            recorded.insert((range.start, range.end), flow.value());
        }
    }

    /// Whether it was said of a part of `node` that it may be absent.
    pub(super) fn is_reported_within(&self, node: &Node) -> bool {
        self.problems.iter().any(|problem| {
            let inside = node.span.start <= problem.range.start && problem.range.end <= node.span.end;
            problem.kind == ProblemKind::AbsentCondition && inside && problem.range != node.span
        })
    }

    /// Whether the data that the expression began with has a member.
    pub(super) fn root_has(&self, name: &str) -> bool {
        has_member(self.shapes, &self.root.flow.shape, name)
    }

    /// A variable of the scope that has a member.
    pub(super) fn variable_with(&self, name: &str) -> Option<&'a str> {
        self.scope.variables.iter().find(|(_, value)| has_member(self.shapes, &value.shape, name)).map(|(variable, _)| variable.as_str())
    }

    pub(super) fn records(&self) -> bool {
        self.recorded.is_some()
    }

    /// Whether a value may be a list, many included.
    pub(super) fn is_plural(&self, flow: &Flow<'a>) -> bool {
        flow.many || has_list(self.shapes, &flow.shape)
    }
}

fn has_member(shapes: &Shapes, shape: &Shape, name: &str) -> bool {
    shapes.alternatives(shape).iter().any(|one| matches!(one, Shape::Object(object) if object.member(name).is_some()))
}
