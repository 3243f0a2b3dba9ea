//! Functions: calls, partial application, chains, and what becomes of lambdas.

use std::rc::Rc;

use connc_expr::functions::{Absence, Function as Host, Type};
use connc_expr::ir::{Kind, Node};

use super::arguments::Argument;
use super::context::{Context, Frame};
use super::flow::{Flow, has_list, union};
use super::walk::Walk;
use crate::shape::known::{Object, Shape};

/// Functions that are applied inside each other.
const NESTED: usize = 24;

/// A function as a value.
pub(super) enum Function<'a> {
    Lambda { parameters: &'a [String], body: &'a Node, signed: bool, context: Rc<Context<'a>>, frame: Rc<Frame<'a>> },
    Builtin(&'static str),
    Host(&'static Host),
    Partial { target: Rc<Function<'a>>, bound: Vec<Option<Flow<'a>>> },
    Chain(Rc<Function<'a>>, Rc<Function<'a>>),
    Transform { pattern: &'a Node, update: &'a Node, delete: Option<&'a Node>, frame: Rc<Frame<'a>> },
    Regex,
}

impl std::fmt::Debug for Function<'_> {
    /// Nothing more: a function may hold the frame that holds it.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Function(..)")
    }
}

impl Function<'_> {
    /// How many arguments it says that it takes, as higher-order functions ask.
    pub(super) fn arity(&self) -> usize {
        match self {
            Self::Lambda { parameters, .. } => parameters.len(),
            // Too many is harmless: a function that takes one ignores the others.
            Self::Builtin(_) | Self::Host(_) | Self::Chain(..) | Self::Transform { .. } | Self::Regex => 1,
            Self::Partial { bound, .. } => bound.iter().filter(|one| one.is_none()).count(),
        }
    }
}

impl<'a> Walk<'a> {
    /// `function(arguments)`, with what `~>` puts first.
    pub(super) fn call(
        &mut self,
        node: &'a Node,
        function: &'a Node,
        arguments: &'a [Node],
        first: Option<(&'a Node, Flow<'a>)>,
        context: &Rc<Context<'a>>,
        frame: &Rc<Frame<'a>>,
    ) -> Flow<'a> {
        let called = self.eval(function, context, frame);
        let mut given: Vec<Argument<'a>> = first.into_iter().map(|(node, flow)| Argument { node: Some(node), flow }).collect();
        for argument in arguments {
            let flow = self.eval(argument, context, frame);
            given.push(Argument { node: Some(argument), flow });
        }
        let Some(function) = called.function else { return Flow::unknown() };
        self.apply(node, &function, given, context, frame)
    }

    /// `value ~> function`.
    pub(super) fn apply_operator(
        &mut self,
        node: &'a Node,
        value: &'a Node,
        function: &'a Node,
        context: &Rc<Context<'a>>,
        frame: &Rc<Frame<'a>>,
    ) -> Flow<'a> {
        let flow = self.eval(value, context, frame);
        if let Kind::Call(called, arguments) = &function.kind {
            return self.call(function, called, arguments, Some((value, flow)), context, frame);
        }
        if let Kind::Path(steps) = &function.kind
            && let [only] = steps.as_slice()
            && let Kind::Call(called, arguments) = &only.node.kind
        {
            // The engine calls it with the value, and looks past the predicates that hang on it.
            let result = self.call(&only.node, called, arguments, Some((value, flow)), context, frame);
            let keeps = only.keep_array && !result.is_unknown();
            return if keeps {
                Flow { many: false, kept: true, shape: union([result.as_item(), Shape::list(result.items(self.shapes).shape)]), ..result }
            } else {
                result
            };
        }
        let applied = self.eval(function, context, frame);
        let Some(applied) = applied.function else { return Flow::unknown() };
        if let Some(first) = &flow.function {
            return Flow::function(Function::Chain(Rc::clone(first), applied));
        }
        if flow.is_unknown() {
            // It may be a function, which would make a chain.
            return Flow::unknown();
        }
        let nothing = self.inside(Flow::nothing(), None, None);
        self.apply(node, &applied, vec![Argument { node: Some(value), flow }], &nothing, frame)
    }

    pub(super) fn partial(
        &mut self,
        function: &'a Node,
        arguments: &'a [Node],
        context: &Rc<Context<'a>>,
        frame: &Rc<Frame<'a>>,
    ) -> Flow<'a> {
        let bound: Vec<_> = arguments
            .iter()
            .map(|argument| (!matches!(argument.kind, Kind::Placeholder)).then(|| self.eval(argument, context, frame)))
            .collect();
        let called = self.eval(function, context, frame);
        match called.function {
            Some(target) => Flow::function(Function::Partial { target, bound }),
            None => Flow::unknown(),
        }
    }

    /// What a function gives for these arguments. `node` is the call, for messages.
    pub(super) fn apply(
        &mut self,
        node: &'a Node,
        function: &Rc<Function<'a>>,
        given: Vec<Argument<'a>>,
        context: &Rc<Context<'a>>,
        frame: &Rc<Frame<'a>>,
    ) -> Flow<'a> {
        match function.as_ref() {
            Function::Lambda { parameters, body, signed, context, frame } => {
                if self.applied.len() >= NESTED || self.applied.contains(&std::ptr::from_ref::<Node>(body)) {
                    return Flow::unknown();
                }
                let inner = self.frame(frame);
                let mut given = given.into_iter();
                for parameter in *parameters {
                    let flow = given.next().map_or_else(Flow::nothing, |argument| argument.flow);
                    // A signature puts the data at hand in the place of an argument, and a value into a list.
                    let flow = if *signed { Flow::unknown() } else { flow };
                    let number = self.number();
                    inner.set(parameter, flow, number);
                }
                self.applied.push(std::ptr::from_ref::<Node>(body));
                let flow = self.eval(body, context, &inner);
                self.applied.pop();
                flow
            }
            Function::Builtin(name) => {
                self.may_fail(name, &given);
                self.builtin(node, name, given, context, frame)
            }
            Function::Host(host) => {
                self.may_fail(host.name, &given);
                self.host(node, host, &given)
            }
            Function::Partial { target, bound } => {
                let mut given = given.into_iter();
                let mut fill = || given.next().unwrap_or(Argument { node: None, flow: Flow::nothing() });
                let all = bound
                    .iter()
                    .map(|one| one.as_ref().map_or_else(&mut fill, |flow| Argument { node: None, flow: flow.clone() }))
                    .collect();
                // A builtin that is applied in part checks nothing, so that it may be given anything.
                let sure = !matches!(target.as_ref(), Function::Builtin(_));
                let flow = self.silently(|walk| walk.apply(node, target, all, context, frame));
                if sure { flow } else { flow.or_absent(true) }
            }
            Function::Chain(first, second) => {
                let flow = self.apply(node, first, given, context, frame);
                self.apply(node, second, vec![Argument { node: None, flow }], context, frame)
            }
            Function::Transform { pattern, update, delete, frame } => self.transform((pattern, update, *delete), given, frame),
            Function::Regex => Flow::unknown(),
        }
    }

    /// What a higher-order function makes of its function's result: a call at the end of a lambda gives the engine's sequence as it is.
    pub(super) fn call_back(
        &mut self,
        node: &'a Node,
        function: &Rc<Function<'a>>,
        given: Vec<Flow<'a>>,
        frame: &Rc<Frame<'a>>,
    ) -> Flow<'a> {
        let null = self.inside(Flow::always(Shape::Null), None, None);
        let given = given.into_iter().map(|flow| Argument { node: None, flow }).collect();
        let flow = self.branch(|walk| walk.apply(node, function, given, &null, frame));
        let raw = match function.as_ref() {
            Function::Lambda { body, .. } => ends_in_call(body),
            Function::Builtin(name) => SEQUENCES.contains(name),
            Function::Chain(..) | Function::Partial { .. } => true,
            Function::Host(_) | Function::Transform { .. } | Function::Regex => false,
        };
        if raw && flow.many && !flow.is_unknown() {
            return Flow { many: false, shape: union([flow.shape.clone(), Shape::list(flow.shape)]), ..Flow::maybe(Shape::nothing()) };
        }
        flow
    }

    /// Functions that fail on some of the text that they take, or on another number of values: what they make is not proven.
    fn may_fail(&mut self, name: &str, given: &[Argument<'a>]) {
        let Some(first) = given.first().map(|argument| &argument.flow.shape) else { return };
        let texts =
            self.shapes.alternatives(first).into_iter().filter_map(|shape| if let Shape::Text(text) = shape { Some(text) } else { None });
        let is_date = |text: &crate::shape::known::Text| text.format.as_deref().is_some_and(|format| format.starts_with("date"));
        self.unknown |= match name {
            "date_assume_utc" | "date_from_http" | "toMillis" => texts.into_iter().any(|text| !is_date(text)),
            "number" | "parseInteger" | "date_from_epoch_seconds" | "date_from_epoch_milliseconds" => texts.into_iter().next().is_some(),
            "one" | "single" | "error" | "assert" | "base64_decode" | "base64_to_bytes" | "decodeUrl" | "decodeUrlComponent"
            | "formatInteger" | "formatNumber" => true,
            _ => false,
        };
    }

    fn host(&mut self, node: &'a Node, host: &'static Host, given: &[Argument<'a>]) -> Flow<'a> {
        if !self.check_host(node, host, given) {
            return Flow::unknown();
        }
        let first = given.first().map_or_else(Flow::nothing, |argument| argument.flow.clone());
        let passes = host.absence == Absence::Passes;
        let shape = match host.signature.result {
            Type::Any => Shape::Unknown,
            Type::Text => Shape::text(),
            Type::Number => Shape::Number { integer: false },
            Type::Bytes => Shape::Bytes,
            Type::TextOrBytes => union([Shape::text(), Shape::Bytes]),
            Type::Word(words) => Shape::words(words.iter().copied()),
            Type::Timestamp => Shape::formatted("date-time"),
            Type::Email => Shape::formatted("email"),
            Type::Url => Shape::formatted("uri"),
            Type::TextList => Shape::list(Shape::text()),
            Type::Object => Shape::Object(Rc::new(Object { rest: Some(Shape::Unknown), ..Object::default() })),
            Type::Arguments => return self.first_of(host.name == "first_non_empty", given),
            Type::Element => {
                // It fails unless there is exactly one.
                return Flow::always(first.items(self.shapes).shape);
            }
        };
        // Some of them find nothing in what they are given.
        let blank = matches!(host.name, "given_name" | "family_name")
            || host.name.ends_with("_or_nothing")
            || host.name.starts_with("date_from_epoch");
        let null = passes && (first.is_unknown() || self.shapes.alternatives(&first.shape).iter().any(|one| matches!(one, Shape::Null)));
        let only_null = null && !first.is_unknown() && self.shapes.alternatives(&first.shape).iter().all(|one| matches!(one, Shape::Null));
        let shape = if only_null {
            Shape::Null
        } else if null {
            union([shape, Shape::Null])
        } else {
            shape
        };
        Flow { absent: blank || (passes && first.absent), ..Flow::always(shape) }
    }

    /// The first argument that exists, or that says something.
    fn first_of(&self, says: bool, given: &[Argument<'a>]) -> Flow<'a> {
        let mut result: Option<Flow<'a>> = None;
        for argument in given {
            let mut flow = argument.flow.clone();
            if says {
                flow = self.says_something(flow);
            }
            let sure = !flow.absent;
            flow.absent = false;
            result = Some(match result {
                Some(before) => before.join(flow, self.shapes),
                None => flow,
            });
            if sure {
                return Flow { function: None, ..result.unwrap_or_else(Flow::nothing) };
            }
        }
        Flow { function: None, ..result.unwrap_or_else(Flow::nothing).or_absent(true) }
    }

    /// A value without null and empty text, absent where it may be one of them.
    fn says_something(&self, flow: Flow<'a>) -> Flow<'a> {
        if flow.many || flow.is_unknown() {
            return flow.or_absent(true);
        }
        let mut absent = flow.absent;
        let several: Vec<Shape> = self
            .shapes
            .alternatives(&flow.shape)
            .into_iter()
            .filter_map(|one| match one {
                Shape::Null => {
                    absent = true;
                    None
                }
                Shape::Text(text) => {
                    let filled = |values: &Rc<[Rc<str>]>| values.iter().filter(|word| !word.is_empty()).cloned().collect::<Rc<[Rc<str>]>>();
                    let values = text.values.as_ref().map(filled);
                    // Text of a format is never empty, an identifier included.
                    let full = text.values.as_ref().zip(values.as_ref()).is_some_and(|(all, some)| all.len() == some.len());
                    absent |= !(full || text.format.is_some());
                    let none = values.as_ref().is_some_and(|values| values.is_empty());
                    (!none).then(|| Shape::Text(crate::shape::known::Text { format: text.format.clone(), values }))
                }
                other => Some(other.clone()),
            })
            .collect();
        Flow { shape: union(several), absent, ..flow }
    }

    /// A list's elements as a function is given them, one at a time.
    pub(super) fn element(&self, flow: &Flow<'a>) -> Flow<'a> {
        let items = flow.items(self.shapes);
        Flow::always(items.shape)
    }

    pub(super) fn may_be_list(&self, flow: &Flow<'a>) -> bool {
        flow.is_unknown() || flow.many || has_list(self.shapes, &flow.shape)
    }
}

/// Functions that give the engine's sequence.
const SEQUENCES: &[&str] = &["map", "filter", "keys", "lookup", "spread", "each", "match", "distinct"];

/// Whether a call gives the engine's sequence as it is, so that `[]` after it keeps a list of one.
pub(super) fn gives_sequence(node: &Node) -> bool {
    match &node.kind {
        Kind::Call(function, _) => {
            matches!(&function.kind, Kind::Variable(name) if SEQUENCES.contains(&name.as_str()) && name != "distinct")
        }
        Kind::Apply(_, function) => gives_sequence(function),
        Kind::Wildcard => false,
        _ => false,
    }
}

fn ends_in_call(body: &Node) -> bool {
    match &body.kind {
        Kind::Call(..) => true,
        Kind::Condition(_, then, otherwise) => ends_in_call(then) || otherwise.as_deref().is_some_and(ends_in_call),
        Kind::Elvis(_, right) | Kind::Coalesce(_, right) => ends_in_call(right),
        Kind::Block(nodes) => nodes.last().is_some_and(ends_in_call),
        _ => false,
    }
}
