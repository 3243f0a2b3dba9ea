//! What an expression reads of the data that it is given: the paths to the values that it takes whole, and to those that it only asks after.
//!
//! The walk follows where a value comes from through steps, variables and functions that hand their argument on. Where it loses track, the
//! value counts as read whole, so that what it finds is never less than what is read.

use std::collections::BTreeMap;
use std::ops::Range;
use std::rc::Rc;

use connc_expr::ir::{Kind, Node, Operator, Step};

/// So many nodes are walked before all that is at hand counts as read.
const BUDGET: usize = 20_000;

/// Functions that take the data at hand where their first argument, of several, is left out.
const TAKES_CONTEXT: &[&str] = &[
    "contains",
    "formatBase",
    "formatInteger",
    "formatNumber",
    "match",
    "pad",
    "power",
    "replace",
    "round",
    "split",
    "substring",
    "substringAfter",
    "substringBefore",
];

/// Where a value comes from: one of the sources that the caller numbers, and the member names below it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The source's number.
    pub source: usize,
    /// Member names, outermost first.
    pub path: Vec<String>,
}

/// Something that is read.
#[derive(Clone, Debug, PartialEq)]
pub struct Read {
    /// What.
    pub place: Place,
    /// Whether it is only asked whether it is there or true, which what lies below it tells as well.
    pub is_test: bool,
    /// Where the names come from of the members that are looked up in it, where only those are read.
    pub by: Option<Place>,
    /// The bytes of the expression that read it.
    pub range: Range<usize>,
}

/// What variables stand for.
pub type Known = BTreeMap<String, Vec<Place>>;

/// What an expression reads, and where its result comes from, which is not read yet.
#[must_use]
pub fn reads(node: &Node, root: &[Place], known: &Known) -> (Vec<Read>, Vec<Place>) {
    let mut walk = Walk { root: Value::of(root.to_vec()), reads: Vec::new(), left: BUDGET };
    let mut names: Names<'_> = known.iter().map(|(name, places)| (name.clone(), Value::of(places.clone()))).collect();
    let context = walk.root.clone();
    let result = walk.eval(node, &context, &mut names);
    if walk.left == 0 {
        let all: Vec<Place> = root.iter().chain(known.values().flatten()).cloned().collect();
        walk.take(&Value::of(all), false, node);
    }
    (walk.reads, result.places)
}

/// What an expression reads, its result included.
#[must_use]
pub fn reads_whole(node: &Node, root: &[Place], known: &Known) -> Vec<Read> {
    let (mut found, result) = reads(node, root, known);
    found.extend(result.into_iter().map(|place| Read { place, is_test: false, by: None, range: node.span.clone() }));
    found
}

type Names<'n> = BTreeMap<String, Value<'n>>;

/// A value, as far as it is known: where it may come from, or which function it is.
#[derive(Clone, Default)]
struct Value<'n> {
    places: Vec<Place>,
    function: Option<Rc<Function<'n>>>,
}

/// A function with what it sees.
struct Function<'n> {
    parameters: &'n [String],
    body: &'n Node,
    context: Value<'n>,
    names: Names<'n>,
}

impl<'n> Value<'n> {
    fn of(places: Vec<Place>) -> Self {
        Self { places, function: None }
    }

    fn or(mut self, other: Self) -> Self {
        for place in other.places {
            if !self.places.contains(&place) {
                self.places.push(place);
            }
        }
        Self { places: self.places, function: self.function.or(other.function) }
    }

    fn member(&self, name: &str) -> Self {
        let below = |place: &Place| Place { path: place.path.iter().cloned().chain([name.to_owned()]).collect(), ..*place };
        Self::of(self.places.iter().map(below).collect())
    }

    /// What it was taken from.
    fn parent(&self) -> Self {
        let above = |place: &Place| {
            let mut place = place.clone();
            place.path.pop();
            place
        };
        Self::of(Vec::new()).or(Self::of(self.places.iter().map(above).collect()))
    }
}

struct Walk<'n> {
    root: Value<'n>,
    reads: Vec<Read>,
    left: usize,
}

impl<'n> Walk<'n> {
    fn read(&mut self, read: Read) {
        if !self.reads.contains(&read) {
            self.reads.push(read);
        }
    }

    fn take(&mut self, value: &Value<'n>, is_test: bool, node: &Node) {
        for place in &value.places {
            self.read(Read { place: place.clone(), is_test, by: None, range: node.span.clone() });
        }
        // Whoever gets a function may call it, with what is not known here.
        if let Some(function) = &value.function {
            let result = self.apply(&Rc::clone(function), &[]);
            self.take(&Value { function: None, ..result }, is_test, node);
        }
    }

    /// Evaluates and takes the result.
    fn taken(&mut self, node: &'n Node, context: &Value<'n>, names: &mut Names<'n>) {
        let value = self.eval(node, context, names);
        self.take(&value, false, node);
    }

    fn tested(&mut self, node: &'n Node, context: &Value<'n>, names: &mut Names<'n>) -> Value<'n> {
        let value = self.eval(node, context, names);
        self.take(&value, true, node);
        value
    }

    fn eval(&mut self, node: &'n Node, context: &Value<'n>, names: &mut Names<'n>) -> Value<'n> {
        self.left = self.left.saturating_sub(1);
        if self.left == 0 {
            return Value::default();
        }
        match &node.kind {
            Kind::Path(steps) => self.path(steps, context, names),
            Kind::Field(name) => context.member(name),
            Kind::Variable(name) => match name.as_str() {
                "" => context.clone(),
                "$" => self.root.clone(),
                name => names.get(name).cloned().unwrap_or_default(),
            },
            Kind::Wildcard | Kind::Descendant => {
                self.take(context, false, node);
                Value::default()
            }
            Kind::Parent => context.parent(),
            Kind::Binary(operator, left, right) => self.binary(*operator, (left, right), context, names),
            Kind::Array(items) => items.iter().map(|item| self.eval(item, context, names)).reduce(Value::or).unwrap_or_default(),
            Kind::Object(pairs) => {
                for part in pairs.iter().flat_map(|(key, value)| [key, value]) {
                    self.taken(part, context, names);
                }
                Value::default()
            }
            Kind::Condition(condition, then, otherwise) => {
                self.tested(condition, context, names);
                let then = self.eval(then, context, names);
                let otherwise = otherwise.as_ref().map(|otherwise| self.eval(otherwise, context, names)).unwrap_or_default();
                then.or(otherwise)
            }
            Kind::Elvis(left, right) | Kind::Coalesce(left, right) => {
                let left = self.tested(left, context, names);
                left.or(self.eval(right, context, names))
            }
            Kind::Block(nodes) => {
                let mut inner = names.clone();
                nodes.iter().map(|node| self.eval(node, context, &mut inner)).last().unwrap_or_default()
            }
            Kind::Bind(name, value) => {
                let value = self.eval(value, context, names);
                names.insert(name.clone(), value.clone());
                value
            }
            Kind::Apply(value, function) => {
                if let Kind::Call(function, arguments) = &function.kind {
                    let arguments: Vec<&'n Node> = std::iter::once(value.as_ref()).chain(arguments).collect();
                    return self.call(function, &arguments, context, names);
                }
                if matches!(function.kind, Kind::Transform(..)) {
                    self.taken(value, context, names);
                    return Value::default();
                }
                self.call(function, &[value.as_ref()], context, names)
            }
            Kind::Call(function, arguments) => {
                let arguments: Vec<&'n Node> = arguments.iter().collect();
                self.call(function, &arguments, context, names)
            }
            Kind::Partial(function, arguments) => {
                let parts = std::iter::once(function.as_ref()).chain(arguments);
                parts.for_each(|part| self.taken(part, context, names));
                Value::default()
            }
            Kind::Lambda(parameters, body, _) => {
                let function = Function { parameters, body, context: context.clone(), names: names.clone() };
                Value { places: Vec::new(), function: Some(Rc::new(function)) }
            }
            Kind::Negate(inner) => {
                self.taken(inner, context, names);
                Value::default()
            }
            // What is transformed was read whole by then.
            Kind::Transform(..)
            | Kind::Sort(_)
            | Kind::String(_)
            | Kind::Number(_)
            | Kind::Bool(_)
            | Kind::Null
            | Kind::Regex(_)
            | Kind::Placeholder => Value::default(),
        }
    }

    fn binary(&mut self, operator: Operator, (left, right): (&'n Node, &'n Node), context: &Value<'n>, names: &mut Names<'n>) -> Value<'n> {
        let asks = match operator {
            Operator::And | Operator::Or => true,
            Operator::Equal | Operator::NotEqual => [left, right].iter().any(|node| matches!(node.kind, Kind::Null)),
            Operator::Add
            | Operator::Subtract
            | Operator::Multiply
            | Operator::Divide
            | Operator::Modulo
            | Operator::Less
            | Operator::LessOrEqual
            | Operator::Greater
            | Operator::GreaterOrEqual
            | Operator::Concat
            | Operator::In
            | Operator::Range => false,
        };
        for side in [left, right] {
            let value = self.eval(side, context, names);
            self.take(&value, asks, side);
        }
        Value::default()
    }

    fn path(&mut self, steps: &'n [Step], context: &Value<'n>, names: &mut Names<'n>) -> Value<'n> {
        let binds = steps.iter().any(|step| step.index.is_some() || step.focus.is_some());
        let mut inner = if binds { Some(names.clone()) } else { None };
        let names = inner.as_mut().unwrap_or(names);
        let mut here = context.clone();
        for step in steps {
            let Step { node, filters, index, focus, group, keep_array: _ } = step;
            let value = match &node.kind {
                // The engine takes a string in a path for a name.
                Kind::String(name) if steps.len() > 1 => here.member(name),
                Kind::Sort(keys) => {
                    for (key, _) in keys {
                        self.taken(key, &here, names);
                    }
                    here.clone()
                }
                _ => self.eval(node, &here, names),
            };
            for filter in filters {
                self.tested(filter, &value, names);
            }
            if let Some(index) = index {
                names.insert(index.clone(), Value::default());
            }
            let next = match focus {
                // What is bound aside leaves the data at hand where it was.
                Some(focus) => {
                    names.insert(focus.clone(), value);
                    here
                }
                None => value,
            };
            here = match group {
                Some(pairs) => {
                    for part in pairs.iter().flat_map(|(key, value)| [key, value]) {
                        self.taken(part, &next, names);
                    }
                    Value::default()
                }
                None => next,
            };
        }
        here
    }

    fn call(&mut self, function: &'n Node, arguments: &[&'n Node], context: &Value<'n>, names: &mut Names<'n>) -> Value<'n> {
        if let Kind::Variable(name) = &function.kind
            && !names.contains_key(name)
        {
            return self.builtin((name, function), arguments, context, names);
        }
        let called = self.eval(function, context, names);
        let given: Vec<Value<'n>> = arguments.iter().map(|argument| self.eval(argument, context, names)).collect();
        match &called.function {
            Some(function) => self.apply(&Rc::clone(function), &given),
            None => {
                for (value, node) in given.iter().zip(arguments) {
                    self.take(value, false, node);
                }
                Value::default()
            }
        }
    }

    fn apply(&mut self, function: &Function<'n>, given: &[Value<'n>]) -> Value<'n> {
        let mut names = function.names.clone();
        for (index, parameter) in function.parameters.iter().enumerate() {
            names.insert(parameter.clone(), given.get(index).cloned().unwrap_or_default());
        }
        self.eval(function.body, &function.context, &mut names)
    }

    /// A function of the language, or of ours.
    fn builtin(&mut self, (name, at): (&str, &'n Node), arguments: &[&'n Node], context: &Value<'n>, names: &mut Names<'n>) -> Value<'n> {
        let given: Vec<Value<'n>> = arguments.iter().map(|argument| self.eval(argument, context, names)).collect();
        let first = given.first().cloned().unwrap_or_default();
        let function = given.get(1).and_then(|value| value.function.clone());
        let none = Value::default();
        match (name, arguments) {
            ("exists" | "boolean" | "not" | "count" | "type", [node]) => {
                self.take(&first, true, node);
                none
            }
            ("one" | "reverse" | "shuffle" | "distinct" | "sort", [_]) | ("default" | "append" | "first_non_empty", _)
                if !arguments.is_empty() =>
            {
                given.into_iter().reduce(Value::or).unwrap_or_default()
            }
            ("filter" | "single", [_, node]) if function.is_some() => {
                let kept = function.map(|function| self.apply(&function, &[first.clone(), none, first.clone()])).unwrap_or_default();
                self.take(&kept, true, node);
                first
            }
            ("sort", [_, node]) if function.is_some() => {
                let key = function.map(|function| self.apply(&function, &[first.clone(), first.clone()])).unwrap_or_default();
                self.take(&key, false, node);
                first
            }
            ("map", [_, _]) if function.is_some() => {
                function.map(|function| self.apply(&function, &[first.clone(), none, first.clone()])).unwrap_or_default()
            }
            ("lookup", [_, key]) => match (&key.kind, given.get(1).map(|key| key.places.as_slice())) {
                (Kind::String(name), _) => first.member(name),
                // The names are those that something holds, such as the account.
                (_, Some([by])) => {
                    let by = by.clone();
                    self.all(given.get(1..).unwrap_or_default(), arguments.get(1..).unwrap_or_default());
                    for place in first.places {
                        self.read(Read { place, is_test: false, by: Some(by.clone()), range: at.span.clone() });
                    }
                    none
                }
                _ => self.all(&given, arguments),
            },
            ("lookup", [key]) => match &key.kind {
                Kind::String(name) => context.member(name),
                _ => {
                    self.take(context, false, key);
                    self.all(&given, arguments)
                }
            },
            _ => {
                // Some functions take the data at hand where their first argument is left out.
                let left_out = match arguments.first().map(|first| &first.kind) {
                    None => true,
                    Some(Kind::String(_) | Kind::Number(_) | Kind::Regex(_)) => TAKES_CONTEXT.contains(&name),
                    Some(_) => false,
                };
                if left_out {
                    self.take(context, false, at);
                }
                self.all(&given, arguments)
            }
        }
    }

    fn all(&mut self, given: &[Value<'n>], arguments: &[&'n Node]) -> Value<'n> {
        for (value, node) in given.iter().zip(arguments) {
            self.take(value, false, node);
        }
        Value::default()
    }
}

#[cfg(test)]
mod tests;
