//! Binary operators.

use std::rc::Rc;

use connc_expr::ir::{Kind, Node, Operator};

use super::context::{Context, Frame};
use super::flow::{Flow, union};
use super::walk::Walk;
use crate::shape::known::{Shape, Text};

/// Texts that a concatenation of closed sets may make and still be a closed set.
const WORDS: usize = 32;

impl<'a> Walk<'a> {
    pub(super) fn binary(
        &mut self,
        node: &'a Node,
        operator: Operator,
        (left, right): (&'a Node, &'a Node),
        context: &Rc<Context<'a>>,
        frame: &Rc<Frame<'a>>,
    ) -> Flow<'a> {
        let one = self.eval(left, context, frame);
        if matches!(operator, Operator::And | Operator::Or) {
            self.check_condition(left, &one);
            let facts = self.facts_of(left, context, frame, operator == Operator::And);
            let other = self.given(facts, |walk| walk.eval(right, context, frame));
            self.check_condition(right, &other);
            return Flow::always(Shape::Boolean);
        }
        let other = self.eval(right, context, frame);
        let absent = one.absent || other.absent;
        let doubt = one.is_unknown() || other.is_unknown() || one.doubt || other.doubt;
        match operator {
            Operator::Add | Operator::Subtract | Operator::Multiply | Operator::Divide | Operator::Modulo => {
                let left_fits = self.check_number(left, &one, operator);
                let right_fits = self.check_number(right, &other, operator);
                if !(left_fits && right_fits) {
                    return Flow::unknown();
                }
                let integer = operator != Operator::Divide && self.is_integer(&one) && self.is_integer(&other);
                Flow { absent, doubt, ..Flow::always(Shape::Number { integer }) }
            }
            Operator::Equal | Operator::NotEqual => {
                self.check_equal(node, operator, (left, &one), (right, &other));
                Flow::always(Shape::Boolean)
            }
            Operator::In => {
                self.check_in((left, &one), (right, &other));
                Flow::always(Shape::Boolean)
            }
            Operator::Less | Operator::LessOrEqual | Operator::Greater | Operator::GreaterOrEqual => {
                if !self.check_order(operator, (left, &one), (right, &other)) {
                    return Flow::unknown();
                }
                Flow { absent, doubt, place: one.place.filter(|_| one.absent), ..Flow::always(Shape::Boolean) }
            }
            Operator::Concat => {
                let fits = self.check_concat(left, &one) & self.check_concat(right, &other);
                if fits { Flow::always(concatenated(self, &one, &other)) } else { Flow::unknown() }
            }
            Operator::Range => {
                let fits = self.check_number(left, &one, operator) & self.check_number(right, &other, operator);
                if fits { Flow::many(Shape::Number { integer: true }, true) } else { Flow::unknown() }
            }
            Operator::And | Operator::Or => Flow::always(Shape::Boolean),
        }
    }

    /// `-x`.
    pub(super) fn negate(&mut self, inner: &'a Node, context: &Rc<Context<'a>>, frame: &Rc<Frame<'a>>) -> Flow<'a> {
        let flow = self.eval(inner, context, frame);
        if !self.check_number(inner, &flow, Operator::Subtract) {
            return Flow::unknown();
        }
        let integer = self.is_integer(&flow);
        Flow { absent: flow.absent, doubt: flow.doubt || flow.is_unknown(), ..Flow::always(Shape::Number { integer }) }
    }

    pub(super) fn is_integer(&self, flow: &Flow<'a>) -> bool {
        self.shapes.alternatives(&flow.shape).iter().all(|one| matches!(one, Shape::Number { integer: true }))
    }

    /// A value as text, as `&` and `$string` make it.
    pub(super) fn stringified(&self, flow: &Flow<'a>) -> Shape {
        if flow.many {
            return Shape::text();
        }
        union(self.shapes.alternatives(&flow.shape).into_iter().map(|one| match one {
            Shape::Text(_) => one.clone(),
            Shape::Boolean => Shape::words(["true", "false"]),
            Shape::Null => Shape::words(["null"]),
            Shape::Function => Shape::words([""]),
            Shape::Bytes => Shape::Bytes,
            Shape::Unknown | Shape::Number { .. } | Shape::List(_) | Shape::Object(_) | Shape::Named(_) | Shape::OneOf(_) => Shape::text(),
        }))
    }
}

/// What `one & other` is: a closed set where both are, and a time where a date and the rest of one meet.
fn concatenated<'a>(walk: &Walk<'a>, one: &Flow<'a>, other: &Flow<'a>) -> Shape {
    let (left, right) = (text_of(walk, one), text_of(walk, other));
    let dated = !one.absent && left.format.as_deref() == Some("date");
    let timed = |word: &Rc<str>| word.starts_with('T') && word.ends_with('Z') && word.len() >= 10;
    if dated && !other.absent && right.values.as_ref().is_some_and(|values| values.iter().all(timed)) {
        return Shape::formatted("date-time");
    }
    match (left.values, right.values) {
        (Some(left), Some(right)) if left.len() * right.len() <= WORDS => {
            let made: Vec<String> = left.iter().flat_map(|one| right.iter().map(move |other| format!("{one}{other}"))).collect();
            Shape::words(made.iter().map(String::as_str))
        }
        _ => Shape::text(),
    }
}

/// A value as text, which is empty where it is absent.
fn text_of<'a>(walk: &Walk<'a>, flow: &Flow<'a>) -> Text {
    let shape = walk.stringified(flow);
    let shape = if flow.absent { union([shape, Shape::words([""])]) } else { shape };
    match shape {
        Shape::Text(text) => text,
        _ => Text::default(),
    }
}

/// The sign of an operator.
pub(super) fn sign(operator: Operator) -> &'static str {
    match operator {
        Operator::Add => "+",
        Operator::Subtract => "-",
        Operator::Multiply => "*",
        Operator::Divide => "/",
        Operator::Modulo => "%",
        Operator::Equal => "=",
        Operator::NotEqual => "!=",
        Operator::Less => "<",
        Operator::LessOrEqual => "<=",
        Operator::Greater => ">",
        Operator::GreaterOrEqual => ">=",
        Operator::Concat => "&",
        Operator::And => "and",
        Operator::Or => "or",
        Operator::In => "in",
        Operator::Range => "..",
    }
}

/// The text of an expression that is a path, for messages.
pub(super) fn spelled(node: &Node) -> Option<String> {
    match &node.kind {
        Kind::Field(name) => Some(name.clone()),
        Kind::Variable(name) => Some(format!("${name}")),
        Kind::String(text) if text.len() <= 40 => Some(format!("\"{text}\"")),
        Kind::Number(number) => Some(number.to_string()),
        Kind::Bool(value) => Some(value.to_string()),
        Kind::Null => Some("null".to_owned()),
        Kind::Path(steps) => {
            let mut text = String::new();
            for (index, step) in steps.iter().enumerate() {
                if index > 0 {
                    text.push('.');
                }
                text.push_str(&spelled(&step.node)?);
                match step.filters.as_slice() {
                    [] => {}
                    [only] => match only.kind {
                        Kind::Number(number) => text.push_str(&format!("[{number}]")),
                        _ => text.push_str("[…]"),
                    },
                    _ => text.push_str("[…]"),
                }
                if step.group.is_some() || step.focus.is_some() || step.index.is_some() {
                    return None;
                }
            }
            Some(text)
        }
        Kind::Call(function, _) => Some(format!("{}(…)", spelled(function)?)),
        _ => None,
    }
}
