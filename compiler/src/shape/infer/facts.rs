//! What holds in a branch: facts about values that have a name, found in conditions.

use std::rc::Rc;

use connc_expr::ir::{Kind, Node, Operator};

use super::context::{Context, Frame};
use super::flow::Flow;
use super::walk::Walk;

/// Something that holds for a value in a branch.
#[derive(Clone, Debug)]
pub(super) struct Fact {
    pub(super) root: Root,
    pub(super) names: Vec<String>,
    pub(super) claim: Claim,
}

/// Where the value's path begins.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Root {
    Context(u32),
    Variable(u32),
}

/// What holds.
#[derive(Clone, Debug)]
pub(super) enum Claim {
    /// It is there.
    Present,
    /// It is not null; it may be absent.
    NotNull,
    /// It is null or absent.
    Null,
    /// It is true by JSONata's rules.
    True,
    /// It is one value of this type, by the names of `$type`, or one that is not.
    Type(String, bool),
    /// It is one of these texts.
    Words(Vec<Rc<str>>),
    /// It is none of these texts; it may be absent.
    NotWords(Vec<Rc<str>>),
}

impl Fact {
    pub(super) fn context(id: u32) -> Self {
        Self { root: Root::Context(id), names: Vec::new(), claim: Claim::Present }
    }

    pub(super) fn variable(id: u32) -> Self {
        Self { root: Root::Variable(id), names: Vec::new(), claim: Claim::Present }
    }

    /// Which member of the context it is about: none is the context itself. Nothing where it is about something else.
    pub(super) fn member_of(&self, context: u32) -> Option<Option<&str>> {
        if self.root != Root::Context(context) {
            return None;
        }
        match self.names.as_slice() {
            [] => Some(None),
            [name] => Some(Some(name)),
            _ => None,
        }
    }
}

impl<'a> Walk<'a> {
    /// A value as the facts at hand leave it.
    pub(super) fn apply_facts(&self, flow: Flow<'a>, at: Fact, names: &[&str]) -> Flow<'a> {
        let about = |fact: &&Fact| {
            fact.root == at.root && fact.names.len() == names.len() && fact.names.iter().zip(names).all(|(one, other)| one == other)
        };
        self.facts.iter().filter(about).fold(flow, |flow, fact| fact.narrow(self.shapes, flow))
    }

    /// What holds where `condition` is true, or where it is false.
    pub(super) fn facts_of(&self, condition: &Node, context: &Context<'a>, frame: &Frame<'a>, holds: bool) -> Vec<Fact> {
        let mut facts = Vec::new();
        self.collect(condition, context, frame, holds, &mut facts, 0);
        facts
    }

    fn collect(&self, condition: &Node, context: &Context<'a>, frame: &Frame<'a>, holds: bool, facts: &mut Vec<Fact>, depth: u32) {
        if depth > 40 {
            return;
        }
        let mut claim = |node: &Node, claims: &[Claim]| {
            if let Some((root, names)) = self.place_of(node, context, frame) {
                facts.extend(claims.iter().map(|claim| Fact { root, names: names.clone(), claim: claim.clone() }));
            }
        };
        match &condition.kind {
            Kind::Binary(Operator::And, left, right) if holds => {
                self.collect(left, context, frame, true, facts, depth + 1);
                self.collect(right, context, frame, true, facts, depth + 1);
            }
            Kind::Binary(Operator::Or, left, right) if !holds => {
                self.collect(left, context, frame, false, facts, depth + 1);
                self.collect(right, context, frame, false, facts, depth + 1);
            }
            Kind::Binary(operator @ (Operator::Equal | Operator::NotEqual), left, right) => {
                let equal = (*operator == Operator::Equal) == holds;
                // Either comparison is false where a side is absent.
                let there = holds;
                for (node, other) in [(left, right), (right, left)] {
                    claim(node, &compared(other, equal, there));
                    if let (Some(inner), Kind::String(name)) = (argument(node, "type"), &other.kind) {
                        if there {
                            claim(inner, &[Claim::Present]);
                        }
                        if there || !equal {
                            claim(inner, &[Claim::Type(name.clone(), equal)]);
                        }
                    }
                }
            }
            Kind::Binary(Operator::In, left, right) => {
                let words = match &right.kind {
                    Kind::Array(items) => items.iter().map(word).collect::<Option<Vec<_>>>(),
                    _ => word(right).map(|word| vec![word]),
                };
                match (holds, words) {
                    (true, Some(words)) => claim(left, &[Claim::Present, Claim::Words(words)]),
                    (true, None) => claim(left, &[Claim::Present]),
                    (false, Some(words)) => claim(left, &[Claim::NotWords(words)]),
                    (false, None) => {}
                }
                if holds {
                    claim(right, &[Claim::Present]);
                }
            }
            Kind::Binary(
                operator @ (Operator::Less | Operator::LessOrEqual | Operator::Greater | Operator::GreaterOrEqual),
                left,
                right,
            ) if holds => {
                for node in [left, right] {
                    claim(node, &[Claim::Present, Claim::NotNull]);
                    if let Some(counted) = argument(node, "count") {
                        let some = matches!(operator, Operator::Greater | Operator::GreaterOrEqual) == std::ptr::eq(node, left);
                        if some && positive(if std::ptr::eq(node, left) { right } else { left }, *operator) {
                            claim(counted, &[Claim::Present]);
                        }
                    }
                }
            }
            Kind::Call(..) => {
                if let Some(inner) = argument(condition, "not") {
                    self.collect(inner, context, frame, !holds, facts, depth + 1);
                } else if let Some(inner) = argument(condition, "boolean") {
                    self.collect(inner, context, frame, holds, facts, depth + 1);
                } else if let (Some(inner), true) = (argument(condition, "exists"), holds) {
                    claim(inner, &[Claim::Present]);
                }
            }
            Kind::Path(_) | Kind::Field(_) | Kind::Variable(_) if holds => claim(condition, &[Claim::Present, Claim::True]),
            Kind::Block(nodes) => {
                if let [only] = nodes.as_slice() {
                    self.collect(only, context, frame, holds, facts, depth + 1);
                }
            }
            _ => {}
        }
    }

    /// Where a value that has a name begins, and its member names.
    fn place_of(&self, node: &Node, context: &Context<'a>, frame: &Frame<'a>) -> Option<(Root, Vec<String>)> {
        let (first, rest): (&Node, &[connc_expr::ir::Step]) = match &node.kind {
            Kind::Path(steps) if steps.iter().all(connc_expr::ir::Step::is_plain) => {
                let (first, rest) = steps.split_first()?;
                (&first.node, rest)
            }
            Kind::Path(_) => return None,
            _ => (node, &[]),
        };
        let mut names = Vec::new();
        let root = match &first.kind {
            Kind::Field(name) => {
                names.push(name.clone());
                Root::Context(context.id)
            }
            Kind::Variable(name) if name.is_empty() => Root::Context(context.id),
            Kind::Variable(name) if name == "$" => Root::Context(0),
            Kind::Variable(name) => Root::Variable(frame.get(name)?.1),
            _ => return None,
        };
        for step in rest {
            let Kind::Field(name) = &step.node.kind else { return None };
            names.push(name.clone());
        }
        Some((root, names))
    }
}

/// What a value's being equal to `other`, or not, says about it.
fn compared(other: &Node, equal: bool, there: bool) -> Vec<Claim> {
    let known = match &other.kind {
        Kind::Null => Some(if equal { Claim::Null } else { Claim::NotNull }),
        Kind::String(text) if equal => Some(Claim::Words(vec![Rc::from(text.as_str())])),
        Kind::String(text) if !equal => Some(Claim::NotWords(vec![Rc::from(text.as_str())])),
        Kind::Number(_) if equal => Some(Claim::Type("number".into(), true)),
        Kind::Bool(_) if equal => Some(Claim::Type("boolean".into(), true)),
        _ => None,
    };
    there.then_some(Claim::Present).into_iter().chain(known).collect()
}

fn word(node: &Node) -> Option<Rc<str>> {
    if let Kind::String(text) = &node.kind { Some(Rc::from(text.as_str())) } else { None }
}

/// The only argument of a call of this function.
fn argument<'n>(node: &'n Node, function: &str) -> Option<&'n Node> {
    let Kind::Call(called, arguments) = &node.kind else { return None };
    match (&called.kind, arguments.as_slice()) {
        (Kind::Variable(name), [only]) if name == function => Some(only),
        _ => None,
    }
}

/// Whether a count that compares so with this number is at least one.
fn positive(node: &Node, operator: Operator) -> bool {
    let strict = matches!(operator, Operator::Greater | Operator::Less);
    matches!(node.kind, Kind::Number(number) if number > 0.0 || (strict && number >= 0.0))
}
