//! What JSONata's own functions take, and whether arguments are that.

use connc_expr::functions::{Function as Host, Type};
use connc_expr::ir::{Node, Operator};

use super::describe::describe_shape;
use super::flow::{Flow, elements, has_list};
use super::operators::{sign, spelled};
use super::walk::Walk;
use super::{Problem, ProblemKind};
use crate::shape::known::{Shape, Text};

/// An argument, with its place unless a function gave it.
#[derive(Clone, Debug)]
pub(super) struct Argument<'a> {
    pub(super) node: Option<&'a Node>,
    pub(super) flow: Flow<'a>,
}

/// What a parameter takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Takes {
    Anything,
    Text,
    Number,
    Boolean,
    /// Text or bytes.
    TextOrBytes,
    /// One of these texts.
    Word(&'static [&'static str]),
    /// Text, a number or a boolean.
    Scalar,
    Object,
    ObjectOrList,
    Function,
    TextOrPattern,
    /// Any list; a single value is taken for a list of one.
    List,
    Numbers,
    Texts,
    Objects,
}

/// A parameter.
#[derive(Clone, Copy, Debug)]
pub(super) struct Parameter {
    pub(super) takes: Takes,
    pub(super) optional: bool,
    /// Whether the data at hand takes its place where it is left out.
    pub(super) context: bool,
    pub(super) rest: bool,
}

const fn must(takes: Takes) -> Parameter {
    Parameter { takes, optional: false, context: false, rest: false }
}

const fn may(takes: Takes) -> Parameter {
    Parameter { takes, optional: true, context: false, rest: false }
}

const fn data(takes: Takes) -> Parameter {
    Parameter { takes, optional: false, context: true, rest: false }
}

/// The parameters of a function of JSONata.
pub(super) fn parameters(name: &str) -> Option<&'static [Parameter]> {
    use Takes::{Anything, Boolean, Function, List, Number, Numbers, Object, ObjectOrList, Objects, Scalar, Text, TextOrPattern, Texts};
    Some(match name {
        "sum" | "max" | "min" | "average" => const { &[must(Numbers)] },
        "count" | "reverse" => const { &[must(List)] },
        "string" => const { &[data(Anything), may(Boolean)] },
        "substring" => const { &[data(Text), must(Number), may(Number)] },
        "substringBefore" | "substringAfter" => const { &[data(Text), must(Text)] },
        "lowercase" | "uppercase" | "length" | "trim" | "base64encode" | "base64decode" | "encodeUrlComponent" | "encodeUrl"
        | "decodeUrlComponent" | "decodeUrl" => const { &[data(Text)] },
        "pad" => const { &[data(Text), must(Number), may(Text)] },
        "match" => const { &[data(Text), must(Function), may(Number)] },
        "contains" => const { &[data(Text), must(TextOrPattern)] },
        "replace" => const { &[data(Text), must(TextOrPattern), must(TextOrPattern), may(Number)] },
        "split" => const { &[data(Text), must(TextOrPattern), may(Number)] },
        "join" => const { &[must(Texts), may(Text)] },
        "formatNumber" => const { &[data(Number), must(Text), may(Object)] },
        "formatBase" | "round" => const { &[data(Number), may(Number)] },
        "formatInteger" => const { &[data(Number), must(Text)] },
        "parseInteger" => const { &[data(Text), must(Text)] },
        "number" => const { &[data(Scalar)] },
        "floor" | "ceil" | "abs" | "sqrt" => const { &[data(Number)] },
        "power" => const { &[data(Number), must(Number)] },
        "boolean" | "not" | "keys" | "spread" => const { &[data(Anything)] },
        "exists" | "type" | "distinct" => const { &[must(Anything)] },
        "map" | "filter" => const { &[must(List), must(Function)] },
        "single" | "sort" => const { &[must(List), may(Function)] },
        "zip" => const { &[Parameter { takes: List, optional: false, context: false, rest: true }] },
        "reduce" => const { &[must(List), must(Function), may(Anything)] },
        "sift" | "each" => const { &[data(Object), must(Function)] },
        "lookup" => const { &[data(Anything), must(Text)] },
        "merge" => const { &[must(Objects)] },
        "append" => const { &[must(Anything), must(Anything)] },
        "error" => const { &[may(Text)] },
        "assert" => const { &[must(Boolean), may(Text)] },
        "clone" => const { &[data(ObjectOrList)] },
        "fromMillis" => const { &[data(Number), may(Text), may(Text)] },
        "toMillis" => const { &[data(Text), may(Text)] },
        _ => return None,
    })
}

impl Takes {
    fn words(self) -> String {
        let words = match self {
            Self::Word(words) => return format!("one of `{}`", words.join("`, `")),
            Self::TextOrBytes => "text or bytes",
            Self::Anything => "any value",
            Self::Text => "text",
            Self::Number => "a number",
            Self::Boolean => "true or false",
            Self::Scalar => "text, a number or a boolean",
            Self::Object => "an object",
            Self::ObjectOrList => "an object or a list",
            Self::Function => "a function",
            Self::TextOrPattern => "text or a pattern",
            Self::List => "a list",
            Self::Numbers => "a list of numbers",
            Self::Texts => "a list of texts",
            Self::Objects => "a list of objects",
        };
        words.to_owned()
    }

    fn of(r#type: Type) -> Self {
        match r#type {
            Type::Text | Type::Timestamp | Type::Email | Type::Url => Self::Text,
            Type::Number => Self::Number,
            Type::Bytes | Type::TextOrBytes => Self::TextOrBytes,
            Type::Word(words) => Self::Word(words),
            Type::Object => Self::Object,
            Type::Any | Type::Arguments | Type::Element | Type::TextList => Self::Anything,
        }
    }

    /// Whether a single alternative is taken.
    fn accepts(self, shape: &Shape) -> bool {
        if matches!(shape, Shape::Unknown) {
            return true;
        }
        match self {
            Self::Anything | Self::List => true,
            Self::Text | Self::Texts => matches!(shape, Shape::Text(_)),
            Self::Number | Self::Numbers => matches!(shape, Shape::Number { .. }),
            Self::Boolean => matches!(shape, Shape::Boolean),
            Self::TextOrBytes => matches!(shape, Shape::Text(_) | Shape::Bytes),
            Self::Word(words) => match shape {
                Shape::Text(Text { values: Some(values), .. }) => values.iter().all(|value| words.contains(&value.as_ref())),
                _ => matches!(shape, Shape::Text(_)),
            },
            Self::Scalar => matches!(shape, Shape::Text(_) | Shape::Number { .. } | Shape::Boolean),
            Self::Object | Self::Objects => matches!(shape, Shape::Object(_)),
            Self::ObjectOrList => matches!(shape, Shape::Object(_) | Shape::List(_)),
            Self::Function => matches!(shape, Shape::Function),
            Self::TextOrPattern => matches!(shape, Shape::Text(_) | Shape::Function),
        }
    }

    /// Whether lists are taken for their elements.
    fn is_list(self) -> bool {
        matches!(self, Self::List | Self::Numbers | Self::Texts | Self::Objects)
    }

    fn is_single(self) -> bool {
        matches!(
            self,
            Self::Text
                | Self::Number
                | Self::Boolean
                | Self::TextOrBytes
                | Self::Word(_)
                | Self::Scalar
                | Self::Object
                | Self::TextOrPattern
        )
    }
}

impl<'a> Walk<'a> {
    /// The arguments of a builtin, each in its place, with the data at hand where it stands for the first. None where one of them is wrong.
    pub(super) fn checked(
        &mut self,
        node: &'a Node,
        name: &str,
        given: Vec<Argument<'a>>,
        context: &Flow<'a>,
    ) -> Option<Vec<Argument<'a>>> {
        let parameters = parameters(name)?;
        let mut given = given;
        if let Some(first) = parameters.first().filter(|first| first.context) {
            let least = parameters.iter().filter(|parameter| !parameter.optional).count();
            let fits = self.shapes.alternatives(&context.shape).iter().any(|kind| first.takes.accepts(kind));
            let starts_late = fits
                && given.len() < parameters.len()
                && given.first().is_some_and(|argument| {
                    let kinds = self.shapes.alternatives(&argument.flow.shape);
                    let takes = |takes: Takes| kinds.iter().any(|kind| takes.accepts(kind)) || kinds.is_empty();
                    !takes(first.takes) && parameters.get(1).is_some_and(|second| takes(second.takes))
                });
            if given.len() < least || starts_late {
                given.insert(0, Argument { node: None, flow: context.clone() });
            }
        }
        let most = if parameters.iter().any(|parameter| parameter.rest) { usize::MAX } else { parameters.len() };
        let least = parameters.iter().filter(|parameter| !parameter.optional).count();
        if given.len() < least || given.len() > most {
            self.wrong_count(node, name, given.len(), least, most);
            return None;
        }
        let mut fine = true;
        for (index, argument) in given.iter().enumerate() {
            let Some(parameter) = parameters.get(index).or_else(|| parameters.last()) else { continue };
            fine &= self.takes(name, parameter.takes, argument, node);
        }
        fine.then_some(given)
    }

    pub(super) fn check_host(&mut self, node: &'a Node, host: &'static Host, given: &[Argument<'a>]) -> bool {
        let (least, most) = (host.signature.least(), host.signature.most().unwrap_or(usize::MAX));
        if given.len() < least || given.len() > most {
            self.wrong_count(node, host.name, given.len(), least, most);
            return false;
        }
        let passes = host.absence == connc_expr::functions::Absence::Passes;
        let mut fine = true;
        for (index, argument) in given.iter().enumerate() {
            let Some(parameter) = host.signature.parameters.get(index).or_else(|| host.signature.parameters.last()) else { continue };
            let mut argument = argument.clone();
            if passes && index == 0 && !argument.flow.many {
                // Null passes through.
                argument.flow.shape = super::flow::union(
                    self.shapes.alternatives(&argument.flow.shape).into_iter().filter(|one| !matches!(one, Shape::Null)).cloned(),
                );
            }
            if host.name.starts_with("date_from_epoch") && !argument.flow.many {
                // Digits are taken as well.
                let digits = |one: &&Shape| !matches!(one, Shape::Text(text) if text.format.is_none() && text.values.is_none());
                argument.flow.shape =
                    super::flow::union(self.shapes.alternatives(&argument.flow.shape).into_iter().filter(digits).cloned());
            }
            fine &= self.takes(host.name, Takes::of(parameter.r#type), &argument, node);
        }
        fine
    }

    fn wrong_count(&mut self, node: &'a Node, name: &str, given: usize, least: usize, most: usize) {
        let count = |count: usize| if count == 1 { "1 argument".to_owned() } else { format!("{count} arguments") };
        let takes = match most {
            _ if least == most => count(least),
            usize::MAX => format!("{} or more", count(least)),
            _ => format!("{least} to {}", count(most)),
        };
        self.report(Problem {
            kind: ProblemKind::WrongArgument,
            range: node.span.clone(),
            message: format!("`${name}` takes {takes}, and {given} {} given", if given == 1 { "is" } else { "are" }),
            help: None,
            declared: None,
        });
    }

    /// Whether an argument is what a parameter takes. What is wrong is reported.
    fn takes(&mut self, name: &str, takes: Takes, argument: &Argument<'a>, call: &'a Node) -> bool {
        self.fits(&format!("`${name}`"), takes, argument, call)
    }

    fn fits(&mut self, who: &str, takes: Takes, argument: &Argument<'a>, call: &'a Node) -> bool {
        let flow = &argument.flow;
        if flow.is_unknown() || takes == Takes::Anything || flow.shape.is_nothing() {
            return true;
        }
        let node = argument.node.unwrap_or(call);
        let spelled_out = argument.node.and_then(spelled).filter(|_| !matches!(takes, Takes::Word(_)));
        let this = spelled_out.map_or_else(|| "this".to_owned(), |text| format!("`{text}`"));
        if takes.is_single() && (flow.many || mixes(self, flow)) {
            let first = argument.node.and_then(first_of).unwrap_or_else(|| "x[0]".to_owned());
            let joins = matches!(takes, Takes::Text | Takes::TextOrPattern | Takes::Scalar);
            let all = if joins { ", or make one text of all with `$join`".to_owned() } else { String::new() };
            self.report(Problem {
                kind: ProblemKind::OneOrMany,
                range: node.span.clone(),
                message: format!("{who} takes {}, and {this} is {}", takes.words(), self.described(flow)),
                help: Some(format!("take the first with `{first}`{all}")),
                declared: self.declaration(flow),
            });
            return false;
        }
        let shape = if takes.is_list() { elements(self.shapes, &flow.shape) } else { flow.shape.clone() };
        let several = self.shapes.alternatives(&shape);
        let Some(wrong) = several.iter().find(|one| !takes.accepts(one)).map(|one| (*one).clone()) else { return true };
        let all = several.iter().all(|one| !takes.accepts(one));
        let is = if all { "is" } else { "may be" };
        let what = if all { describe_shape(&flow.shape, self.shapes) } else { describe_shape(&wrong, self.shapes) };
        let what = if !all && has_list(self.shapes, &flow.shape) { format!("a list with {what} in it") } else { what };
        let help = match (&wrong, argument.node.and_then(spelled)) {
            (Shape::Null, _) if !all && has_list(self.shapes, &flow.shape) => Some("leave nulls out: `(…)[$ != null]`".to_owned()),
            (Shape::Null, Some(text)) if !all => Some(format!("say what null means: `{text} != null ? …`")),
            (Shape::List(_), Some(text)) if takes == Takes::Text => {
                Some(format!("take the first with `{text}[0]`, or make one text of all with `$join`"))
            }
            (Shape::List(_), Some(text)) => Some(format!("take the first with `{text}[0]`")),
            (Shape::Bytes, text) if matches!(takes, Takes::Text | Takes::TextOrPattern | Takes::Scalar | Takes::Texts) => {
                Some(as_text(text.as_deref()))
            }
            (Shape::Number { .. } | Shape::Boolean, Some(text))
                if matches!(takes, Takes::Text | Takes::TextOrPattern | Takes::TextOrBytes) =>
            {
                Some(format!("make it text with `$string({text})`"))
            }
            (Shape::Text(given), text) if takes == Takes::Number && who == "`+`" => {
                let number = as_number(given, text.as_deref()).map_or_else(String::new, |help| format!("; or {help}"));
                Some(format!("put texts together with `&`{number}"))
            }
            (Shape::Text(given), text) if takes == Takes::Number => as_number(given, text.as_deref()),
            _ => None,
        };
        let message = format!("{who} takes {}, and {this} {is} {what}", takes.words());
        let declared = self.declaration(flow);
        self.report(Problem { kind: ProblemKind::WrongArgument, range: node.span.clone(), message, help, declared });
        false
    }

    /// What `~> | … |` changes is an object or a list.
    pub(super) fn check_transformed(&mut self, argument: &Argument<'a>, call: &'a Node) -> bool {
        self.fits("`~> | … |`", Takes::ObjectOrList, argument, call)
    }

    pub(super) fn check_number(&mut self, node: &'a Node, flow: &Flow<'a>, operator: Operator) -> bool {
        let argument = Argument { node: Some(node), flow: flow.clone() };
        self.fits(&format!("`{}`", sign(operator)), Takes::Number, &argument, node)
    }

    /// `&` takes anything but a list, of which it would make JSON text.
    pub(super) fn check_concat(&mut self, node: &'a Node, flow: &Flow<'a>) -> bool {
        if flow.is_unknown() {
            return true;
        }
        if self.shapes.alternatives(&flow.shape).contains(&&Shape::Bytes) {
            let text = spelled(node);
            self.report(Problem {
                kind: ProblemKind::WrongArgument,
                range: node.span.clone(),
                message: "`&` puts texts together, and this is bytes".to_owned(),
                help: Some(as_text(text.as_deref())),
                declared: None,
            });
            return false;
        }
        if !self.is_plural(flow) {
            return true;
        }
        let this = spelled(node).map_or_else(|| "this".to_owned(), |text| format!("`{text}`"));
        let what = self.described(flow);
        let first = first_of(node).unwrap_or_else(|| "x[0]".to_owned());
        self.report(Problem {
            kind: ProblemKind::OneOrMany,
            range: node.span.clone(),
            message: format!("`&` makes JSON text of a list, and {this} is {what}"),
            help: Some(format!("take the first with `{first}`, or make one text of all with `$join`")),
            declared: self.declaration(flow),
        });
        false
    }
}

/// Whether a value is one value or a list of them.
fn mixes(walk: &Walk<'_>, flow: &Flow<'_>) -> bool {
    let several = walk.shapes.alternatives(&flow.shape);
    several.iter().any(|one| matches!(one, Shape::List(_))) && several.iter().any(|one| !matches!(one, Shape::List(_) | Shape::Null))
}

/// How to take the first of what a path gives: of its first list, which is most likely meant.
pub(super) fn first_of(node: &Node) -> Option<String> {
    let text = spelled(node)?;
    match text.split_once('.') {
        Some((first, rest)) if !first.starts_with('$') => Some(format!("{first}[0].{rest}")),
        _ => Some(format!("{text}[0]")),
    }
}

/// How bytes become text.
pub(super) fn as_text(bytes: Option<&str>) -> String {
    let bytes = bytes.unwrap_or("…");
    format!("make text of them with `$hex({bytes})` or `$base64({bytes})`")
}

/// How text becomes a number, if it can.
fn as_number(given: &Text, text: Option<&str>) -> Option<String> {
    let is_number = |word: &str| word.trim().parse::<f64>().is_ok();
    match (given.format.as_deref(), &given.values) {
        (Some("date-time"), _) => Some(text.map_or_else(
            || "it is a time as it stands; `$toMillis(…)` counts its milliseconds".to_owned(),
            |text| format!("it is a time as it stands; `$toMillis({text})` counts its milliseconds"),
        )),
        (Some("date" | "email" | "uri" | "url"), _) => None,
        (_, Some(words)) if !words.iter().all(|word| is_number(word)) => None,
        _ => text.map(|text| format!("make it a number with `$number({text})`")),
    }
}
