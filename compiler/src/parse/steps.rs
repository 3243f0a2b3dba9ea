//! Steps of unified verbs and of operations.

use connc_plan as plan;

use super::data::data;
use super::operation::error_kind;
use crate::diagnostic::{Code, Diagnostic};
use crate::lang::{Expression, expression};
use crate::source::{Span, Spanned};
use crate::spec::{
    Action, CALL, Data, ELSE, Each, FOR_EACH, ForEach, PARENTS, POLL, Parents, Poll, Require, STEP, Step, StepCall, VerbSteps, WITH,
};
use crate::yaml::{Context, Kind, Node, Reader};

/// What a step can do.
const ACTIONS: &[&str] = &["call", "let", "require", "poll", "give"];

/// Reads a unified verb: one call, two, or steps.
pub(super) fn verb<'a>(node: &'a Node, context: &mut Context<'a>) -> Option<VerbSteps> {
    let mut steps = Vec::new();
    let mut next = Some(node);
    let mut incomplete = false;
    let span = node.span;
    while let Some(node) = next.take() {
        let mut reader = Reader::open(node, &CALL, context)?;
        let chosen = reader.needs_one_of(&["call", "steps"]);
        if chosen == Some("steps") {
            for key in ["with", "then"] {
                if let Some(span) = reader.key_span(key) {
                    let message = format!("`{key}` cannot stand beside `steps`");
                    reader.context().diagnostics.push(Diagnostic::new(Code::ConflictingKeys, span, message).help("each step has its own"));
                }
            }
            let (read, damaged) = list(&mut reader)?;
            incomplete |= damaged;
            steps.extend(read);
            break;
        }
        let Some(call) = call(&mut reader) else { break };
        let mut step = Step::call(call, reader.span);
        next = reader.take("then");
        if let (Some(_), Action::Call(call)) = (next, &step.action) {
            step.bind = Some(Spanned::new("answer".to_owned(), call.call.span));
        }
        steps.push(step);
    }
    (!steps.is_empty()).then_some(VerbSteps { steps, incomplete, span })
}

/// The steps under `steps`, and whether one of them could not be read.
pub(super) fn list(reader: &mut Reader<'_, '_>) -> Option<(Vec<Step>, bool)> {
    let node = reader.take("steps")?;
    let items = reader.context().list(node, "steps");
    if items.is_empty() && matches!(&node.kind, Kind::Sequence(_)) {
        let diagnostic = Diagnostic::new(Code::MissingKey, node.span, "`steps` has no step");
        reader.context().diagnostics.push(diagnostic.help("add one: `- { call: things.get, with: { id: $id } }`"));
    }
    let read: Vec<Option<Step>> = items.iter().map(|item| step(item, reader.context())).collect();
    let incomplete = read.iter().any(Option::is_none) || reader.is_key_damaged("steps");
    Some((read.into_iter().flatten().collect(), incomplete))
}

fn step<'a>(node: &'a Node, context: &mut Context<'a>) -> Option<Step> {
    let mut reader = Reader::open(node, &STEP, context)?;
    let chosen = reader.needs_one_of(ACTIONS);
    let when = expression(&mut reader, "when");
    let bind = reader.text("as");
    let for_each = reader.take("for_each").and_then(|node| for_each(node, reader.context()));
    let each = each(&mut reader);
    belong(&mut reader, chosen?);
    let action = match chosen? {
        "call" => Action::Call(call(&mut reader)?),
        "let" => {
            let entries = reader.map("let");
            Action::Let(entries.into_iter().filter_map(|(name, node)| Some((name.clone(), data(node, reader.context())?))).collect())
        }
        "require" => Action::Require(require(&mut reader)?),
        "give" => {
            let node = reader.take("give")?;
            Action::Give(data(node, reader.context())?)
        }
        _ => {
            let node = reader.take("poll")?;
            Action::Poll(poll(node, reader.context())?)
        }
    };
    Some(Step { action, when, bind, for_each, each, span: reader.span })
}

/// Reports keys that belong to another kind of step.
fn belong(reader: &mut Reader<'_, '_>, chosen: &str) {
    let rules: &[(&str, &[&str])] = &[
        ("with", &["call"]),
        ("as", &["call", "poll"]),
        ("for_each", &["call"]),
        ("each", &["call"]),
        ("absent_parent", &["call"]),
        ("else", &["require"]),
    ];
    for (key, beside) in rules {
        let Some(span) = reader.key_span(key).filter(|_| !beside.contains(&chosen)) else { continue };
        let message = format!("`{key}` cannot stand beside `{chosen}`");
        let help = match (*key, chosen) {
            ("with", "poll") => "write it under `poll`, beside its `call`".to_owned(),
            ("as", "let") => "`let` names what it binds itself".to_owned(),
            _ => format!("it goes with {}", beside.iter().map(|key| format!("`{key}`")).collect::<Vec<_>>().join(" and ")),
        };
        reader.context().diagnostics.push(Diagnostic::new(Code::ConflictingKeys, span, message).help(help));
    }
    if chosen == "call" {
        let _both = reader.one_of(&["for_each", "each"]);
        if let (Some(span), None) = (reader.key_span("absent_parent"), reader.key_span("each")) {
            let diagnostic =
                Diagnostic::new(Code::MissingKey, span, "`absent_parent` is for lists over parents, and this step has no `each`");
            reader.context().diagnostics.push(diagnostic.help("say which parents: `each: { group: { call: groups.list } }`"));
        }
    }
}

/// `call` and `with`.
pub(super) fn call(reader: &mut Reader<'_, '_>) -> Option<StepCall> {
    let call = reader.text("call");
    let mut with: Vec<(Spanned<String>, Data)> = Vec::new();
    if let Some(node) = reader.take("with")
        && let Some(mut inner) = Reader::open(node, &WITH, reader.context())
    {
        for (name, node) in inner.rest() {
            with.extend(data(node, inner.context()).map(|value| (name.clone(), value)));
        }
    }
    let incomplete = reader.is_key_damaged("with");
    Some(StepCall { call: call?, with, incomplete })
}

fn require(reader: &mut Reader<'_, '_>) -> Option<Require> {
    let condition = expression(reader, "require");
    let Some(node) = reader.take("else") else {
        if !reader.is_key_damaged("else") {
            let span = reader.key_span("require").unwrap_or(reader.span);
            let diagnostic = Diagnostic::new(Code::MissingKey, span, "`require` needs the key `else`");
            let help = "say what callers are told: `else: { error: no_match, message: nothing matches }`";
            reader.context().diagnostics.push(diagnostic.help(help));
        }
        return None;
    };
    let mut inner = Reader::open(node, &ELSE, reader.context())?;
    let (code, message) = (inner.text("error"), inner.text("message"));
    let kind = inner.choice("kind").and_then(|word| error_kind(&Spanned::new(word.value.to_owned(), word.span), inner.context()));
    let detail = expression(&mut inner, "detail");
    Some(Require {
        condition: condition?,
        code: code?,
        kind: kind.unwrap_or(plan::ErrorKind::InvalidInput),
        message: message?.value,
        detail,
    })
}

fn for_each<'a>(node: &'a Node, context: &mut Context<'a>) -> Option<ForEach> {
    let mut reader = Reader::open(node, &FOR_EACH, context)?;
    let of = reader.take("of").and_then(|node| data(node, reader.context()));
    let (name, max) = (reader.text("as"), reader.integer("max"));
    let (at_once, batch) = (reader.integer("at_once"), reader.integer("batch"));
    Some(ForEach { of: of?, name: name?, max: max?, at_once, batch })
}

fn each(reader: &mut Reader<'_, '_>) -> Option<Each> {
    let span = reader.key_span("each")?;
    let skip_absent = reader.choice("absent_parent").is_some_and(|word| word.value == "skip");
    let entries = reader.map("each");
    let (name, node) = match entries.as_slice() {
        [one] => *one,
        [] => return none_or_several(span, "`each` names no parent", reader.context()),
        [_, (second, _), ..] => return none_or_several(second.span, "`each` takes one kind of parent", reader.context()),
    };
    let of = match &node.kind {
        Kind::Mapping(_) => {
            let mut inner = Reader::open(node, &PARENTS, reader.context())?;
            Parents::List(call(&mut inner)?)
        }
        Kind::Scalar(_) | Kind::Sequence(_) | Kind::Broken => {
            let text = reader.context().embedded(node, name)?;
            Parents::Values(Expression::read(&text, reader.context().diagnostics)?)
        }
    };
    Some(Each { name: name.clone(), of, skip_absent, span })
}

fn none_or_several(span: Span, message: &str, context: &mut Context<'_>) -> Option<Each> {
    let help = "give the parent a name: `each: { group: { call: groups.list } }`, or `each: { sku: $constants.skus }`";
    context.diagnostics.push(Diagnostic::new(Code::InvalidValue, span, message).help(help));
    None
}

fn poll<'a>(node: &'a Node, context: &mut Context<'a>) -> Option<Poll> {
    let mut reader = Reader::open(node, &POLL, context)?;
    let call = call(&mut reader);
    let (until, failed, message) =
        (expression(&mut reader, "until"), expression(&mut reader, "failed"), expression(&mut reader, "message"));
    if let (Some(span), None) = (reader.key_span("message"), reader.key_span("failed")) {
        let diagnostic = Diagnostic::new(Code::MissingKey, span, "`message` is for a job that has failed, and nothing says when it has");
        reader.context().diagnostics.push(diagnostic.help("add `failed:`, a condition over the record"));
    }
    let (every, longest, within) = (reader.integer("every"), reader.integer("longest"), reader.integer("within"));
    Some(Poll { call: call?, until: until?, failed, message, every, longest, within: within? })
}
