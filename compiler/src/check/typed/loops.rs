//! Loops over pages end and lose nothing: the token exists, the stop can come true, the provider takes what is sent, and no next page goes unread.

use connc_expr::ir::Kind;
use connc_plan as plan;

use super::bodies::is_known;
use super::coverage::Coverage;
use super::facts::{Facts, Typed};
use super::report::{Reports, code};
use super::requests::declared;
use super::scope::{Input, scope};
use crate::check::Case;
use crate::diagnostic::{Code, Diagnostic, nearest};
use crate::lang::{DataPlace, Expression};
use crate::pagination::{Loop, Next};
use crate::shape::{ParameterPlace, ProblemKind, Scope, Shape, Trust, Value, infer};
use crate::source::Span;
use crate::spec::{Body, Operation, Records};

pub(super) fn check(case: &Case<'_>, typed: &Typed<'_>, reports: &mut Reports<'_>, coverage: &mut Coverage) {
    for operation in &case.spec.operations {
        let Some(facts) = typed.of(&operation.name.value) else { continue };
        if let Some(paginate) = &operation.paginate {
            let called = format!("the answer of `{}`", operation.name.value);
            let over = |place, shape: &Shape| scope(place, Input::Operation(operation), Value::always(shape.clone()), &called, case, typed);
            let answer = over(DataPlace::Answer, &facts.answer);
            let record = over(DataPlace::RawRecord, &facts.record);
            let mut proof = Proof { operation, paginate, facts, reports };
            proof.token(&answer, &record, coverage);
            proof.stop(&answer, coverage);
            proof.parameters(typed);
        } else if matches!(operation.records, Records::Items { .. }) {
            unread(operation, facts, typed, reports);
        }
        connections(operation, facts, reports);
    }
}

/// Reports a condition that may come to nothing.
pub(super) fn condition(expression: &Expression, value: &Value, reports: &mut Reports<'_>) {
    if value.is_known() && value.absent {
        let diagnostic = Diagnostic::new(Code::AbsentCondition, expression.span(), "this condition may be absent, and absent is not false");
        reports.push(diagnostic.help("say what absence means: `$default(…, false)`"));
    }
}

/// What makes one loop end.
struct Proof<'a, 'r, 'd> {
    operation: &'a Operation,
    paginate: &'a Loop,
    facts: &'a Facts<'a>,
    reports: &'r mut Reports<'d>,
}

impl Proof<'_, '_, '_> {
    fn token(&mut self, answer: &Scope<'_>, record: &Scope<'_>, coverage: &mut Coverage) {
        let (expression, scope) = match &self.paginate.next {
            Next::Answer(expression) => (expression, answer),
            Next::LastItem(expression) => (expression, record),
            Next::Made(source) => {
                self.made(source, answer);
                return;
            }
            Next::Link(_) => return,
            Next::Counter { .. } => {
                let ends = self.paginate.until.is_some()
                    || self.paginate.total.is_some()
                    || self.paginate.short_page_ends
                    || self.paginate.empty_page == plan::EmptyPage::End;
                if !ends {
                    let diagnostic = Diagnostic::new(
                        Code::NeverStops,
                        self.paginate.span,
                        "nothing ends this loop: an empty page goes on, and there is no other stop",
                    );
                    self.reports.push(diagnostic.help("leave `empty_page: continue` out, or add `until`, `total` or `size`"));
                }
                return;
            }
        };
        let inferred = self.reports.infer_as(expression, scope, token_code);
        let shapes = scope.shapes.alternatives(&inferred.value.shape);
        let in_body = matches!(self.paginate.into, plan::Target::Body(_));
        let token = |shape: &&&Shape| match shape {
            Shape::List(_) => in_body,
            shape => matches!(shape, Shape::Text(_) | Shape::Number { .. } | Shape::Unknown),
        };
        if shapes.iter().find(token).is_none() {
            let message = if shapes.iter().all(|shape| **shape == Shape::Null) {
                "this is always null, so there is never a second page"
            } else if in_body {
                "this is no token: a token is text or a number, and in a body a list of them"
            } else {
                "this is no token: a token is text or a number"
            };
            self.reports.push(
                Diagnostic::new(Code::UnknownCursor, expression.span(), message).help("name the field that holds the next page's token"),
            );
        }
        let known = !inferred.unknown && is_known(&inferred.value.shape, scope);
        coverage.count(self.facts.trust.filter(|_| known), expression.span(), || format!("`next` of `{}`", self.operation.name.value));
    }

    /// A token that the style makes: its paths are the spec's, and their places are not known.
    fn made(&mut self, source: &str, answer: &Scope<'_>) {
        let Ok(node) = connc_expr::parse(source) else { return };
        if let Some(problem) = infer(&node, answer).problems.first().filter(|problem| problem.kind == ProblemKind::UnknownProperty) {
            let diagnostic = Diagnostic::new(
                Code::UnknownCursor,
                self.paginate.path_span.unwrap_or(self.paginate.span),
                format!("{}, so there is never a second page", problem.message),
            );
            self.reports.push(diagnostic.help_if(problem.help.clone()));
        }
    }

    fn stop(&mut self, answer: &Scope<'_>, coverage: &mut Coverage) {
        if let Some(until) = &self.paginate.until {
            let inferred = self.reports.infer_as(until, answer, stop_code);
            let shapes = answer.shapes.alternatives(&inferred.value.shape);
            if shapes.iter().all(|shape| **shape == Shape::Null) || matches!(until.root.kind, Kind::Bool(false) | Kind::Null) {
                let diagnostic = Diagnostic::new(Code::NeverStops, until.span(), "this is never true, so it ends nothing");
                self.reports.push(diagnostic.help("compare the field that says that this is the last page"));
            }
            condition(until, &inferred.value, self.reports);
            self.count("until", until, &inferred, answer, coverage);
        }
        if self.paginate.until.is_none()
            && let Next::Answer(next) = &self.paginate.next
            && let Some((path, place)) = more(next, answer)
        {
            let message = format!("the answer says in `{path}` whether there is more, and this loop does not ask");
            let help = "some providers give a token on the last page too; stop on what the answer says: `until: …`";
            let diagnostic = Diagnostic::new(Code::UnreadStop, self.paginate.span, message).help(help);
            self.reports.push(match place {
                Some(place) => diagnostic.related(place, "the provider's field"),
                None => diagnostic,
            });
        }
        if let Some(total) = &self.paginate.total {
            let inferred = self.reports.infer_as(total, answer, stop_code);
            let number = |shape: &&&Shape| matches!(shape, Shape::Number { .. } | Shape::Unknown);
            if answer.shapes.alternatives(&inferred.value.shape).iter().find(number).is_none() {
                let diagnostic = Diagnostic::new(Code::NeverStops, total.span(), "this is no number, so it ends nothing");
                self.reports.push(diagnostic.help("name the field that counts all records"));
            }
            self.count("total", total, &inferred, answer, coverage);
        }
    }

    fn count(&self, name: &str, expression: &Expression, inferred: &crate::shape::Inferred, scope: &Scope<'_>, coverage: &mut Coverage) {
        let known = !inferred.unknown && is_known(&inferred.value.shape, scope);
        coverage.count(self.facts.trust.filter(|_| known), expression.span(), || format!("`{name}` of `{}`", self.operation.name.value));
    }

    /// The parameters that paging sets are the provider's, and no page is asked to be larger than it gives.
    fn parameters(&mut self, typed: &Typed<'_>) {
        let into = (&self.paginate.into, "every page would be the first", self.paginate.into_span);
        let size =
            self.paginate.size.as_ref().map(|size| (&size.into, "pages stay as large as the provider likes", self.paginate.size_span));
        for (target, effect, span) in std::iter::once(into).chain(size) {
            self.target(target, effect, span.unwrap_or(self.paginate.span), typed);
        }
        let Some((size, endpoint)) = self.paginate.size.as_ref().zip(self.facts.endpoint) else { return };
        let plan::Target::Query(name) = &size.into else { return };
        let Some(parameter) = declared(endpoint, ParameterPlace::Query, name) else { return };
        #[expect(clippy::cast_precision_loss, reason = "page sizes are far below 2^52")]
        if let Some(maximum) = parameter.maximum.filter(|maximum| size.value as f64 > *maximum) {
            let message = format!("{} records a page are asked for, and the provider gives {maximum} at most", size.value);
            let diagnostic = Diagnostic::new(Code::PageSize, self.paginate.asked_span.unwrap_or(self.paginate.span), message);
            self.reports.push(diagnostic.help(format!("ask for {maximum}")).related(parameter.span, "the provider's parameter"));
        }
    }

    fn target(&mut self, target: &plan::Target, effect: &str, span: Span, typed: &Typed<'_>) {
        let Some(endpoint) = self.facts.endpoint.filter(|_| self.facts.trust != Some(Trust::Cassettes)) else { return };
        match target {
            plan::Target::Query(name) => {
                let known = || endpoint.parameters.iter().filter(|parameter| parameter.place == ParameterPlace::Query);
                if declared(endpoint, ParameterPlace::Query, name).is_some() {
                    return;
                }
                let near = nearest(name, known().map(|parameter| parameter.name.as_str()));
                let help = near.map_or_else(
                    || "what the description leaves out goes into the overlay".to_owned(),
                    |near| format!("did you mean `{near}`?"),
                );
                let message = format!("the provider's operation takes no query parameter `{name}`, so {effect}");
                let diagnostic = Diagnostic::new(Code::UnknownPageParameter, span, message).help(help);
                self.reports.push(diagnostic.related(endpoint.span, "the provider's operation"));
            }
            plan::Target::Body(path) => {
                let (Some(body), Some(first)) = (&endpoint.body, path.first()) else { return };
                let Shape::Object(object) = typed.shapes.resolve(&body.shape) else { return };
                if object.member(first).is_none() && object.rest.is_none() && !object.cut {
                    let near = nearest(first, object.members.iter().map(|member| member.name.as_ref()));
                    let message = format!("the provider's operation takes no `{first}` in its body, so {effect}");
                    let diagnostic = Diagnostic::new(Code::UnknownPageParameter, span, message);
                    let diagnostic = diagnostic.help_if(near.map(|near| format!("did you mean `{near}`?")));
                    self.reports.push(diagnostic.related(endpoint.span, "the provider's operation"));
                }
            }
            plan::Target::Header(_) | plan::Target::Template(_) | plan::Target::Url => {}
        }
    }
}

fn token_code(kind: ProblemKind) -> (Code, &'static str) {
    if kind == ProblemKind::UnknownProperty { (Code::UnknownCursor, ", so there is never a second page") } else { (code(kind), "") }
}

fn stop_code(kind: ProblemKind) -> (Code, &'static str) {
    match kind {
        ProblemKind::UnknownProperty | ProblemKind::ImpossibleComparison => (Code::NeverStops, ", so this never ends the list"),
        ProblemKind::WrongArgument | ProblemKind::AbsentCondition | ProblemKind::OneOrMany => (code(kind), ""),
    }
}

/// Names under which answers say where the next page is, in lower case without signs.
const MARKERS: &[&str] = &[
    "next",
    "nextpage",
    "nextpagetoken",
    "nextcursor",
    "nextlink",
    "nextpageurl",
    "nexturl",
    "nextrecordsurl",
    "hasmore",
    "hasnextpage",
    "aftercursor",
    "endcursor",
    "odatanextlink",
];

/// Names under which answers say whether there is more, in lower case without signs.
const MORE: &[&str] = &["hasmore", "hasnext", "hasnextpage", "more", "moreresults", "islast", "islastpage", "lastpage"];

/// The boolean beside a token, or at the top, that says whether there is more.
fn more(next: &Expression, answer: &Scope<'_>) -> Option<(String, Option<Span>)> {
    let path = next.root.pure_path()?;
    let (_, above) = path.split_last()?;
    for depth in [above.len(), 0] {
        let mut here = &answer.root.shape;
        for name in above.iter().take(depth) {
            here = answer.shapes.alternatives(here).into_iter().find_map(|shape| match shape {
                Shape::Object(object) => object.member(name).map(|member| &member.shape),
                _ => None,
            })?;
        }
        for shape in answer.shapes.alternatives(here) {
            let Shape::Object(object) = shape else { continue };
            let says = |member: &&crate::shape::Member| {
                MORE.contains(&plain(&member.name).as_str()) && *answer.shapes.resolve(&member.shape) == Shape::Boolean
            };
            if let Some(member) = object.members.iter().find(says) {
                let names = above.iter().take(depth).map(String::as_str).chain([member.name.as_ref()]);
                return Some((names.collect::<Vec<_>>().join("."), member.place));
            }
        }
    }
    None
}

/// A name in lower case without signs.
fn plain(name: &str) -> String {
    name.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_lowercase()
}

/// A list that is read as one page although its answer says where the next one is.
fn unread(operation: &Operation, facts: &Facts<'_>, typed: &Typed<'_>, reports: &mut Reports<'_>) {
    if matches!(operation.request.body, Body::Graphql { .. }) {
        return;
    }
    let Some((path, place)) = marker(&facts.answer, typed, 2) else { return };
    let message = format!("the answer of `{}` says where the next page is, in `{path}`, and nothing reads it", operation.name.value);
    let diagnostic = Diagnostic::new(Code::UnreadNextPage, operation.name.span, message).help("say how it pages with `paginate`");
    reports.push(match place {
        Some(place) => diagnostic.related(place, "the provider's field"),
        None => diagnostic,
    });
}

fn marker(shape: &Shape, typed: &Typed<'_>, depth: usize) -> Option<(String, Option<Span>)> {
    for shape in typed.shapes.alternatives(shape) {
        let Shape::Object(object) = shape else { continue };
        for member in &object.members {
            if MARKERS.contains(&plain(&member.name).as_str()) {
                return Some((member.name.to_string(), member.place));
            }
            let may_hold =
                ["meta", "paging", "pagination", "links", "_links", "response_metadata"].contains(&member.name.to_lowercase().as_str());
            if may_hold
                && depth > 0
                && let Some((path, place)) = marker(&member.shape, typed, depth - 1)
            {
                return Some((format!("{}.{path}", member.name), place));
            }
        }
    }
    None
}

/// Lists of a GraphQL answer that come in pages and are not paged: the list itself, and lists within records.
fn connections(operation: &Operation, facts: &Facts<'_>, reports: &mut Reports<'_>) {
    let Some(answered) = &facts.graphql else { return };
    let items: Vec<&str> = match &operation.records {
        Records::Items { path, .. } => path.steps.iter().map(|step| step.value.as_str()).collect(),
        Records::Item { .. } | Records::Whole | Records::None => Vec::new(),
    };
    for connection in &answered.connections {
        let holds_items =
            !items.is_empty() && connection.path.iter().map(String::as_str).eq(items.iter().copied().take(connection.path.len()));
        let place = connection.place;
        let name = connection.path.last().map_or("", String::as_str);
        if holds_items && operation.paginate.is_some() {
            continue;
        }
        let (code, message, help) = if holds_items {
            (
                Code::UnreadNextPage,
                format!("`{name}` comes in pages, and only the first is read"),
                "ask for `pageInfo { hasNextPage endCursor }`, and add `paginate: { style: page_info, … }`",
            )
        } else {
            (
                Code::TruncatedConnection,
                format!("`{name}` comes in pages of its own, and what follows the first is lost"),
                "read it with an operation of its own; if the first page is enough, say why: `# connc: allow(truncated-connection) …`",
            )
        };
        reports.push(Diagnostic::new(code, place, message).help(help));
    }
}
