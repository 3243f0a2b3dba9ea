//! JSONata's own functions over single values. Those over lists and objects are in `collections`.

use std::rc::Rc;

use connc_expr::ir::{Kind, Node, Operator};

use super::arguments::Argument;
use super::construct::member;
use super::context::{Context, Frame};
use super::flow::{Flow, has_list, union};
use super::narrow::kind;
use super::walk::Walk;
use crate::shape::known::{Object, Shape, Text};

impl<'a> Walk<'a> {
    pub(super) fn builtin(
        &mut self,
        node: &'a Node,
        name: &'static str,
        given: Vec<Argument<'a>>,
        context: &Rc<Context<'a>>,
        frame: &Rc<Frame<'a>>,
    ) -> Flow<'a> {
        if name == "merge"
            && let [only] = given.as_slice()
            && let Some(Kind::Array(items)) = only.node.map(|node| &node.kind)
        {
            let parts: Vec<_> = self.silently(|walk| items.iter().map(|item| walk.eval(item, context, frame)).collect());
            if self.checked(node, name, given, &context.flow).is_none() {
                return Flow::unknown();
            }
            return self.merged(&parts);
        }
        let Some(given) = self.checked(node, name, given, &context.flow) else { return Flow::unknown() };
        let absent = given.iter().any(|argument| argument.flow.absent);
        let first = given.first().map_or_else(Flow::nothing, |argument| argument.flow.clone());
        let doubt = given.iter().any(|argument| argument.flow.doubt || argument.flow.is_unknown());
        let some = |shape: Shape| Flow { absent, doubt, ..Flow::always(shape) };
        match name {
            "sum" => some(Shape::Number { integer: self.are_integers(&first) }),
            "max" | "min" => {
                Flow { absent: absent || self.may_be_list(&first), ..Flow::always(Shape::Number { integer: self.are_integers(&first) }) }
            }
            "average" => Flow { absent: absent || self.may_be_list(&first), ..Flow::always(Shape::Number { integer: false }) },
            "count" => Flow::always(Shape::Number { integer: true }),
            "length" | "floor" | "ceil" => some(Shape::Number { integer: true }),
            "round" => some(Shape::Number { integer: given.len() < 2 }),
            "abs" => some(Shape::Number { integer: self.are_integers(&first) }),
            "toMillis" if given.len() > 1 => Flow { absent: true, ..Flow::always(Shape::Number { integer: false }) },
            "number" | "sqrt" | "power" | "parseInteger" | "toMillis" => some(Shape::Number { integer: false }),
            "string" => some(if first.many || given.len() > 1 { Shape::text() } else { self.stringified(&first) }),
            "lowercase" => some(self.mapped(&first, |word| word.to_lowercase())),
            "uppercase" => some(self.mapped(&first, |word| word.to_uppercase())),
            "fromMillis" if given.len() == 1 => some(Shape::formatted("date-time")),
            "substring" | "substringBefore" | "substringAfter" | "trim" | "pad" | "replace" | "join" | "formatNumber" | "formatBase"
            | "formatInteger" | "base64encode" | "base64decode" | "encodeUrlComponent" | "encodeUrl" | "decodeUrlComponent"
            | "decodeUrl" | "fromMillis" => some(Shape::text()),
            "match" => {
                let groups = Shape::list(Shape::text());
                let members = vec![
                    member("match", Shape::text(), true),
                    member("index", Shape::Number { integer: true }, true),
                    member("groups", groups, true),
                ];
                Flow::many(Shape::Object(Rc::new(Object { members, ..Object::default() })), true)
            }
            "contains" | "boolean" => some(Shape::Boolean),
            "not" => {
                self.check_not(&given, context, frame);
                some(Shape::Boolean)
            }
            "exists" => Flow::always(Shape::Boolean),
            "split" => some(Shape::list(Shape::text())),
            "type" => self.type_of(&first),
            "error" => Flow { absent: false, ..Flow::nothing() },
            "assert" => Flow::nothing(),
            _ => self.collection(node, name, &given, frame),
        }
    }

    fn are_integers(&self, flow: &Flow<'a>) -> bool {
        let items = flow.items(self.shapes);
        self.shapes.alternatives(&items.shape).iter().all(|one| matches!(one, Shape::Number { integer: true }))
    }

    /// A text with each of its words changed. An e-mail address stays one in either case.
    fn mapped(&self, flow: &Flow<'a>, change: impl Fn(&str) -> String) -> Shape {
        union(self.shapes.alternatives(&flow.shape).into_iter().map(|one| match one {
            Shape::Text(Text { values: Some(values), .. }) => {
                let words: Vec<String> = values.iter().map(|word| change(word)).collect();
                Shape::words(words.iter().map(String::as_str))
            }
            Shape::Text(Text { format: Some(format), .. }) if format.as_ref() == "email" => one.clone(),
            _ => Shape::text(),
        }))
    }

    fn type_of(&self, flow: &Flow<'a>) -> Flow<'a> {
        let several = self.shapes.alternatives(&flow.shape);
        if several.iter().any(|one| kind(one).is_empty()) {
            return Flow { absent: flow.absent, ..Flow::always(Shape::text()) };
        }
        let many = flow.many.then_some("array");
        Flow { absent: flow.absent, ..Flow::always(union(several.into_iter().map(kind).chain(many).map(|word| Shape::words([word])))) }
    }

    /// `$not` over something absent is absent, and over a comparison with something absent is true.
    fn check_not(&mut self, given: &[Argument<'a>], context: &Rc<Context<'a>>, frame: &Rc<Frame<'a>>) {
        let [Argument { node: Some(node), flow }] = given else { return };
        if let Kind::Binary(Operator::Equal | Operator::NotEqual | Operator::In, left, right) = &node.kind {
            let sides = self
                .silently(|walk| [(left.as_ref(), walk.eval(left, context, frame)), (right.as_ref(), walk.eval(right, context, frame))]);
            self.check_negated(node, sides);
        } else {
            self.check_condition(node, flow);
        }
    }

    /// Whether it is a single value for sure.
    pub(super) fn is_single(&self, flow: &Flow<'a>) -> bool {
        !flow.many && !flow.is_unknown() && !has_list(self.shapes, &flow.shape)
    }
}
