//! What is wrong, in plain words.

use std::rc::Rc;

use connc_expr::ir::{Kind, Node, Operator};

use super::arguments::as_text;
use super::context::Context;
use super::describe::{describe, describe_shape};
use super::flow::{Flow, has_list, leaves};
use super::narrow::kind;
use super::operators::{sign, spelled};
use super::walk::Walk;
use super::{Problem, ProblemKind};
use crate::diagnostic::nearest;
use crate::shape::known::{Object, Shape};
use crate::source::Span;

impl<'a> Walk<'a> {
    pub(super) fn described(&self, flow: &Flow<'a>) -> String {
        describe(&flow.value(), self.shapes)
    }

    pub(super) fn declaration(&self, flow: &Flow<'a>) -> Option<(Span, String)> {
        flow.place.map(|place| (place, format!("the provider declares it as {}", describe_shape(&flow.shape, self.shapes))))
    }

    /// Reports a field that is read where there is no record.
    pub(super) fn report_no_record(&mut self, node: &Node, name: &str) {
        let root = self.variable_with(name);
        let help = root.map_or_else(
            || format!("for the word itself write `{{ const: {name} }}`; what was given begins with `$`, as in `$input.{name}`"),
            |root| format!("did you mean `${root}.{name}`?"),
        );
        self.report(Problem {
            kind: ProblemKind::UnknownProperty,
            range: node.span.clone(),
            message: format!("`{name}` would be a field of a record, and there is no record here"),
            help: Some(help),
            declared: None,
        });
    }

    /// Reports a member that is not there, unless nothing is known that could have it.
    pub(super) fn report_missing(&mut self, node: &Node, name: &str, context: &Context<'a>, without: &[Rc<Object>]) -> bool {
        let leaf = leaves(self.shapes, &context.flow.shape);
        let kinds = self.shapes.alternatives(&leaf);
        let scalar = |shape: &&Shape| matches!(shape, Shape::Boolean | Shape::Number { .. } | Shape::Text(_));
        if kinds.iter().any(|one| matches!(one, Shape::Unknown | Shape::Function))
            || !kinds.iter().any(|one| scalar(one) || matches!(one, Shape::Object(_)))
        {
            return false;
        }
        // What an expression builds itself, such as `{}`, may be without it on purpose.
        if !without.is_empty() && without.iter().all(|object| object.members.is_empty()) {
            return false;
        }
        let whole = context.path.as_deref().map(|path| path.iter().map(AsRef::as_ref).collect::<Vec<_>>().join("."));
        let place = match whole.as_deref() {
            Some("") => self.called.to_owned(),
            Some(path) => format!("`{path}` in {}", self.called),
            None => without
                .iter()
                .find_map(|object| object.name.as_ref())
                .map_or_else(|| "the value here".to_owned(), |name| format!("`{name}`")),
        };
        let message = if without.is_empty() {
            let this = match whole.as_deref() {
                Some(path) if !path.is_empty() => format!("`{path}`"),
                _ => place,
            };
            format!("{this} is {}, it has no field `{name}`", describe_shape(&context.flow.shape, self.shapes))
        } else {
            format!("`{name}` is not a field of {place}")
        };
        let members = without.iter().flat_map(|object| object.members.iter().map(|member| member.name.as_ref()));
        let help = nearest(name, members.clone()).map(|near| format!("did you mean `{near}`?")).or_else(|| {
            let outside = (context.id != 0 && self.root_has(name)).then(|| format!("`$$.{name}` reads it from {}", self.called));
            let told: Vec<String> = listed(members).into_iter().chain(outside).collect();
            (!told.is_empty()).then(|| told.join("; "))
        });
        let declared = without.iter().find_map(|object| object.place).map(|place| (place, "its fields are declared here".to_owned()));
        let declared = declared.or_else(|| self.declaration(&context.flow).filter(|_| without.is_empty()));
        self.report(Problem { kind: ProblemKind::UnknownProperty, range: node.span.clone(), message, help, declared });
        true
    }

    /// A condition over something that may be absent.
    pub(super) fn check_condition(&mut self, node: &'a Node, flow: &Flow<'a>) {
        if !flow.absent || flow.doubt || flow.is_unknown() || flow.shape.is_nothing() || self.is_reported_within(node) {
            return;
        }
        let text = spelled(node);
        let this = text.as_ref().map_or_else(|| "this".to_owned(), |text| format!("`{text}`"));
        let truth = self.shapes.alternatives(&flow.shape).iter().all(|one| matches!(one, Shape::Boolean)) && !flow.many;
        let help = match (text, truth) {
            (Some(text), true) => format!("say what absence means: `$default({text}, false)`"),
            (Some(text), false) if self.shapes.alternatives(&flow.shape).iter().any(|one| matches!(one, Shape::Null)) => {
                format!("ask whether it is there: `{text} != null`")
            }
            (Some(text), false) => format!("ask whether it is there: `$exists({text})`"),
            (None, _) => "say what absence means: `$default(…, false)`".to_owned(),
        };
        self.report(Problem {
            kind: ProblemKind::AbsentCondition,
            range: node.span.clone(),
            message: format!("{this} may be absent, and absent is not false"),
            help: Some(help),
            declared: flow.place.map(|place| (place, "it is optional here".to_owned())),
        });
    }

    /// `$not` over a comparison, which is false where a side is absent: `$not` makes that true.
    pub(super) fn check_negated(&mut self, node: &'a Node, sides: [(&'a Node, Flow<'a>); 2]) {
        let Some((side, flow)) = sides.into_iter().find(|(_, flow)| flow.absent && !flow.is_unknown() && !flow.shape.is_nothing()) else {
            return;
        };
        let text = spelled(side);
        let this = text.as_ref().map_or_else(|| "this".to_owned(), |text| format!("`{text}`"));
        self.report(Problem {
            kind: ProblemKind::AbsentCondition,
            range: node.span.clone(),
            message: format!("{this} may be absent: the comparison is then false, and `$not` makes it true"),
            help: Some("turn the comparison itself around: `!=` for `=`".to_owned()),
            declared: flow.place.map(|place| (place, "it is optional here".to_owned())),
        });
    }

    /// `=` and `!=` between things that are never equal.
    pub(super) fn check_equal(
        &mut self,
        node: &'a Node,
        operator: Operator,
        (left, one): (&'a Node, &Flow<'a>),
        (right, other): (&'a Node, &Flow<'a>),
    ) {
        if one.is_unknown() || other.is_unknown() || one.shape.is_nothing() || other.shape.is_nothing() {
            return;
        }
        for ((null, what), (side, flow)) in [((left, one), (right, other)), ((right, other), (left, one))] {
            if !matches!(null.kind, Kind::Null) || matches!(what.shape, Shape::Null) && matches!(flow.shape, Shape::Null) {
                continue;
            }
            let nullable = self.shapes.alternatives(&flow.shape).iter().any(|one| matches!(one, Shape::Null));
            // That it is always different is more care than needed, and nothing worse.
            if !nullable && !flow.absent && operator == Operator::Equal {
                let this = spelled(side).map_or_else(|| "this".to_owned(), |text| format!("`{text}`"));
                self.report(Problem {
                    kind: ProblemKind::ImpossibleComparison,
                    range: node.span.clone(),
                    message: format!("{this} is always there and never null, so this is never true"),
                    help: None,
                    declared: self.declaration(flow),
                });
            }
            return;
        }
        self.check_meet(node, (left, one), (right, other), one.many || other.many);
    }

    /// `x in list`.
    pub(super) fn check_in(&mut self, (left, one): (&'a Node, &Flow<'a>), (right, other): (&'a Node, &Flow<'a>)) {
        if one.is_unknown() || other.is_unknown() || one.shape.is_nothing() || other.shape.is_nothing() {
            return;
        }
        let inside = other.items(self.shapes).shape;
        if let Kind::Array(items) = &right.kind {
            for item in items {
                if let Kind::String(text) = &item.kind {
                    let word = Flow::always(Shape::words([text.as_str()]));
                    self.check_meet(item, (left, one), (item, &word), one.many);
                }
            }
            return;
        }
        self.check_meet(right, (left, one), (right, &Flow { shape: inside, ..other.clone() }), true);
    }

    fn check_meet(&mut self, node: &'a Node, (left, one): (&'a Node, &Flow<'a>), (right, other): (&'a Node, &Flow<'a>), loose: bool) {
        let (ours, theirs) = (self.shapes.alternatives(&one.shape), self.shapes.alternatives(&other.shape));
        let open = |shape: &&Shape| matches!(shape, Shape::Unknown);
        if ours.iter().any(open) || theirs.iter().any(open) {
            return;
        }
        if ours.iter().any(|one| theirs.iter().any(|other| meet(one, other))) {
            return;
        }
        let (sides, word) = match (literal(left), literal(right)) {
            (_, Some(word)) => ((left, one, other), Some(word)),
            (Some(word), None) => ((right, other, one), Some(word)),
            (None, None) => ((left, one, other), None),
        };
        let (side, flow, against) = sides;
        let this = spelled(side).map_or_else(|| "this".to_owned(), |text| format!("`{text}`"));
        let words: Vec<_> = self
            .shapes
            .alternatives(&flow.shape)
            .into_iter()
            .filter_map(|one| if let Shape::Text(text) = one { text.values.as_deref() } else { None })
            .flatten()
            .cloned()
            .collect();
        let (message, help) = match word {
            Some(word) if !words.is_empty() => {
                let near = nearest(word, words.iter().map(AsRef::as_ref));
                let message = format!("{this} is never `{word}`: it is {}", describe_shape(&flow.shape, self.shapes));
                (message, near.map(|near| format!("did you mean `{near}`?")))
            }
            _ => {
                let what = if flow.many {
                    self.described(&Flow { absent: false, ..flow.clone() })
                } else {
                    describe_shape(&flow.shape, self.shapes)
                };
                let message = format!("{this} is {what}, which never equals {}", describe_shape(&against.shape, self.shapes));
                let listed = !loose && has_list(self.shapes, &flow.shape);
                (message, listed.then(|| "ask with `in` whether a list holds a value".to_owned()))
            }
        };
        let declared = self.declaration(flow);
        self.report(Problem { kind: ProblemKind::ImpossibleComparison, range: node.span.clone(), message, help, declared });
    }

    /// `<` and its like, which take two numbers or two texts.
    pub(super) fn check_order(
        &mut self,
        operator: Operator,
        (left, one): (&'a Node, &Flow<'a>),
        (right, other): (&'a Node, &Flow<'a>),
    ) -> bool {
        let mut seen: Vec<(&'static str, &Node)> = Vec::new();
        for (node, flow) in [(left, one), (right, other)] {
            if flow.is_unknown() || flow.shape.is_nothing() {
                continue;
            }
            let this = spelled(node).map_or_else(|| "this".to_owned(), |text| format!("`{text}`"));
            let wrong =
                self.shapes.alternatives(&flow.shape).into_iter().find(|one| !matches!(kind(one), "string" | "number" | "")).cloned();
            let several = flow.many || wrong.as_ref().is_some_and(|shape| matches!(shape, Shape::List(_)));
            if several || wrong.is_some() {
                let what = match &wrong {
                    Some(wrong) if !flow.many => describe_shape(wrong, self.shapes),
                    _ => self.described(flow),
                };
                let all = flow.many || self.shapes.alternatives(&flow.shape).len() == 1;
                let kind = if flow.many { ProblemKind::OneOrMany } else { ProblemKind::WrongArgument };
                let is = if all { "is" } else { "may be" };
                let help = match (&wrong, spelled(node)) {
                    (_, Some(text)) if several => Some(format!("take the first with `{text}[0]`")),
                    (Some(Shape::Null), Some(text)) => Some(format!("say what null means: `{text} != null and …`")),
                    _ => None,
                };
                let message = format!("`{}` compares numbers or texts, and {this} {is} {what}", sign(operator));
                let declared = self.declaration(flow);
                self.report(Problem { kind, range: node.span.clone(), message, help, declared });
                return false;
            }
            let kinds: Vec<_> = self.shapes.alternatives(&flow.shape).iter().map(|one| kind(one)).collect();
            if let Some(first) = kinds.first()
                && kinds.iter().all(|one| one == first)
                && !first.is_empty()
            {
                seen.push((first, node));
            }
        }
        if let [(first, _), (second, node)] = seen.as_slice()
            && first != second
        {
            let word = |kind: &str| if kind == "string" { "text" } else { "a number" };
            let message = format!("`{}` compares {} with {}", sign(operator), word(first), word(second));
            let range = node.span.clone();
            self.report(Problem {
                kind: ProblemKind::WrongArgument,
                range,
                message,
                help: Some("make both numbers with `$number`, or both texts with `$string`".to_owned()),
                declared: None,
            });
            return false;
        }
        true
    }

    /// A result is JSON, which has no bytes.
    pub(super) fn check_written(&mut self, node: &'a Node, flow: &Flow<'a>) {
        if flow.is_unknown() || self.is_reported_within(node) || !holds_bytes(&flow.shape) {
            return;
        }
        self.report(Problem {
            kind: ProblemKind::WrongArgument,
            range: node.span.clone(),
            message: "the result holds bytes, and JSON has none".to_owned(),
            help: Some(as_text(spelled(node).as_deref())),
            declared: None,
        });
    }

    /// A member's name is text.
    pub(super) fn check_key(&mut self, node: &'a Node, flow: &Flow<'a>) {
        if flow.is_unknown() || flow.shape.is_nothing() {
            return;
        }
        if self.shapes.alternatives(&flow.shape).iter().any(|one| !matches!(one, Shape::Text(_) | Shape::Unknown)) {
            let message = format!("a member's name is text, and this is {}", self.described(flow));
            let help = spelled(node).map(|text| format!("make it text with `$string({text})`"));
            self.report(Problem { kind: ProblemKind::WrongArgument, range: node.span.clone(), message, help, declared: None });
        }
    }
}

/// Whether bytes are anywhere in what an expression builds. What a description declares has none.
fn holds_bytes(shape: &Shape) -> bool {
    match shape {
        Shape::Bytes => true,
        Shape::List(inner) => holds_bytes(inner),
        Shape::OneOf(several) => several.iter().any(holds_bytes),
        Shape::Object(object) => object.place.is_none() && object.members.iter().any(|member| holds_bytes(&member.shape)),
        Shape::Unknown | Shape::Null | Shape::Boolean | Shape::Number { .. } | Shape::Text(_) | Shape::Function | Shape::Named(_) => false,
    }
}

/// Whether two alternatives may be equal.
fn meet(one: &Shape, other: &Shape) -> bool {
    match (one, other) {
        (Shape::Bytes, Shape::Text(_)) | (Shape::Text(_), Shape::Bytes) => false,
        (Shape::Text(one), Shape::Text(other)) => match (&one.values, &other.values) {
            (Some(ours), Some(theirs)) => ours.iter().any(|word| theirs.contains(word)),
            _ => true,
        },
        _ => kind(one) == kind(other),
    }
}

/// The fields that there are, where they are few.
fn listed<'m>(members: impl Iterator<Item = &'m str> + Clone) -> Option<String> {
    let few = (1..=6).contains(&members.clone().count());
    few.then(|| format!("it has {}", members.map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")))
}

fn literal(node: &Node) -> Option<&str> {
    if let Kind::String(text) = &node.kind { Some(text) } else { None }
}
