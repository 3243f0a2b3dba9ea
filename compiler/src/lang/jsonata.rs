//! JSONata as the compiler sees it: our own tree, with the place of each node in the file.

use std::ops::Range;
use std::rc::Rc;

use connc_expr::ir::{Kind, Node, Step};
use connc_plan as plan;

use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::source::{Span, Spanned};
use crate::yaml::Embedded;

/// An expression as written.
#[derive(Clone, Debug)]
pub struct Expression {
    /// Its text.
    pub source: Rc<str>,
    /// Its tree.
    pub root: Rc<Node>,
    text: Embedded,
}

/// A `$name` that the expression itself does not bind.
#[derive(Clone, Debug, PartialEq)]
pub struct FreeName {
    /// The name without the `$`.
    pub name: String,
    /// The member names that follow it directly: `["domain"]` of `$account.domain`.
    pub members: Vec<(String, Range<usize>)>,
    /// Whether it is called as a function.
    pub called: bool,
    /// Where it stands in the expression.
    pub range: Range<usize>,
}

/// A pure path to records.
#[derive(Clone, Debug)]
pub struct Path {
    /// Member names, outermost first.
    pub steps: Vec<Spanned<String>>,
    /// Where it was written.
    pub span: Span,
}

impl Expression {
    /// The names of `$a.b.c`, where that is the whole expression.
    #[must_use]
    pub fn variable_path(&self) -> Option<Vec<String>> {
        match &self.root.kind {
            Kind::Variable(name) => Some(vec![name.clone()]),
            Kind::Path(steps) => {
                let (first, rest) = steps.split_first()?;
                let Kind::Variable(name) = &first.node.kind else { return None };
                let member = |step: &Step| match &step.node.kind {
                    Kind::Field(name) if step.is_plain() => Some(name.clone()),
                    _ => None,
                };
                let rest = rest.iter().map(member).collect::<Option<Vec<_>>>()?;
                Some(std::iter::once(name.clone()).chain(rest).collect())
            }
            _ => None,
        }
    }

    /// Reads an expression. Every syntax error is reported at its own character.
    pub fn read(text: &Embedded, diagnostics: &mut Diagnostics) -> Option<Self> {
        match connc_expr::parse(&text.text) {
            Ok(root) => Some(Self { source: text.text.clone(), root: Rc::new(root), text: text.clone() }),
            Err(errors) => {
                let end_of_text = text.text.trim_end().len();
                // Templates stand in text, and this is data: everything else that is wrong with it follows from that.
                if let Some(start) = text.text.find("{{").filter(|start| text.text.trim_start().len() == text.text.len() - start) {
                    let name = text.text.trim().trim_start_matches("{{").trim_end_matches("}}").trim();
                    let plain = !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '.'));
                    let help = if plain { format!("write `${name}`") } else { "names are written `$input.name` here".to_owned() };
                    let message = "this is an expression, and no template";
                    diagnostics.push(Diagnostic::new(Code::JsonataSyntax, text.place(start..end_of_text), message).help(help));
                    return None;
                }
                // What is missing at the end only follows from what is wrong before it.
                let follows = |index: usize, start: usize| index > 0 && start >= end_of_text;
                for (_, error) in errors.into_iter().enumerate().filter(|(index, error)| !follows(*index, error.span.start)) {
                    let last = text.text.floor_char_boundary(end_of_text.saturating_sub(1));
                    let start = error.span.start.min(last);
                    let diagnostic = Diagnostic::new(Code::JsonataSyntax, text.place(start..error.span.end.max(start)), error.message);
                    diagnostics.push(diagnostic.help_if(error.help));
                }
                None
            }
        }
    }

    /// Where a range of the expression's bytes stands in the file.
    #[must_use]
    pub fn place(&self, range: Range<usize>) -> Span {
        self.text.place(range)
    }

    /// The whole expression.
    #[must_use]
    pub fn span(&self) -> Span {
        self.text.span
    }

    /// Every `$name` that the expression does not bind itself.
    #[must_use]
    pub fn free_names(&self) -> Vec<FreeName> {
        let mut found = Vec::new();
        free(&self.root, &mut Vec::new(), false, &mut found);
        found
    }
}

impl Path {
    /// Reads a pure path: member names with dots between them, or `$` alone.
    pub fn read(text: &Embedded, diagnostics: &mut Diagnostics) -> Option<Self> {
        let expression = Expression::read(text, diagnostics)?;
        let steps = match &expression.root.kind {
            Kind::Variable(name) if name.is_empty() => Some(Vec::new()),
            Kind::Path(_) | Kind::Field(_) => steps(&expression, &expression.root),
            _ => None,
        };
        if steps.is_none() {
            let message = "a path to records is member names with dots between them, or `$` for the whole answer";
            diagnostics
                .push(Diagnostic::new(Code::ImpurePath, text.span, message).help("records are chosen with `keep_if`, and changed in maps"));
        }
        Some(Self { steps: steps?, span: text.span })
    }

    /// The path as a plan holds it.
    #[must_use]
    pub fn lower(&self, origin: plan::Origin) -> plan::Path {
        plan::Path { steps: self.steps.iter().map(|step| step.value.clone()).collect(), origin }
    }
}

fn steps(expression: &Expression, node: &Node) -> Option<Vec<Spanned<String>>> {
    let field = |node: &Node| match &node.kind {
        Kind::Field(name) => Some(Spanned::new(name.clone(), expression.place(node.span.clone()))),
        _ => None,
    };
    match &node.kind {
        Kind::Path(steps) => steps.iter().map(|step| if step.is_plain() { field(&step.node) } else { None }).collect(),
        _ => field(node).map(|name| vec![name]),
    }
}

/// Collects free names. Blocks and lambdas bind for what is inside them.
fn free(node: &Node, bound: &mut Vec<String>, called: bool, found: &mut Vec<FreeName>) {
    match &node.kind {
        Kind::Variable(name) => {
            if !name.is_empty() && name != "$" && !bound.contains(name) {
                found.push(FreeName { name: name.clone(), members: Vec::new(), called, range: node.span.clone() });
            }
        }
        Kind::Path(steps) => {
            let before = bound.len();
            for (index, step) in steps.iter().enumerate() {
                let at = found.len();
                free(&step.node, bound, false, found);
                if index == 0
                    && let Kind::Variable(_) = &step.node.kind
                    && let Some(first) = found.get_mut(at)
                {
                    first.members = members(steps.get(1..).unwrap_or_default());
                }
                bound.extend(step.focus.iter().chain(&step.index).cloned());
                let group = step.group.iter().flatten().flat_map(|(key, value)| [key, value]);
                for inner in step.filters.iter().chain(group) {
                    free(inner, bound, false, found);
                }
            }
            bound.truncate(before);
        }
        Kind::Block(nodes) => {
            let before = bound.len();
            for inner in nodes {
                free(inner, bound, false, found);
            }
            bound.truncate(before);
        }
        Kind::Bind(name, value) => {
            // A function may call itself.
            if matches!(value.kind, Kind::Lambda(..)) {
                bound.push(name.clone());
                free(value, bound, false, found);
            } else {
                free(value, bound, false, found);
                bound.push(name.clone());
            }
        }
        Kind::Lambda(parameters, body, _) => {
            let before = bound.len();
            bound.extend(parameters.iter().cloned());
            free(body, bound, false, found);
            bound.truncate(before);
        }
        Kind::Call(function, arguments) | Kind::Partial(function, arguments) => {
            free(function, bound, true, found);
            for argument in arguments {
                free(argument, bound, false, found);
            }
        }
        Kind::Apply(value, function) => {
            free(value, bound, false, found);
            free(function, bound, matches!(function.kind, Kind::Variable(_)), found);
        }
        _ => {
            for child in node.children() {
                free(child, bound, false, found);
            }
        }
    }
}

/// The plain member names at the beginning of the steps.
fn members(steps: &[connc_expr::ir::Step]) -> Vec<(String, Range<usize>)> {
    let plain = steps.iter().map_while(|step| match &step.node.kind {
        Kind::Field(name) => Some((name.clone(), step.node.span.clone())),
        _ => None,
    });
    plain.collect()
}
