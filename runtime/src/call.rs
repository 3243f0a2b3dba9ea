//! One call, top to bottom: resolve → check input → acquire auth → build → send → classify → retry? → extract → map → validate.
//!
//! What a request is built from and sent with stands in `exchange.rs`; lists go on page by page in `pages.rs`.

use std::sync::Arc;

use connc_plan::{Action, Answer as Due, ErrorKind, Expression, Operation, Records, Request, Step};
use futures_util::future::BoxFuture;
use tracing::Instrument as _;

use crate::context::Context;
use crate::exchange::{Given, Inputs, Received, exchange};
use crate::extract::{self, Found};
use crate::filter::Narrowed;
use crate::map::{Mapped, Over, RecordMap, Treatment};
use crate::notes::Notes;
use crate::paginate::Turn;
use crate::program::{Evaluation, Vars};
use crate::resolve::{self, Task, Work};
use crate::{Answer, Call, Error, Record, rate_limit};

/// Calls of operations by operations nest no deeper: a plan that does is a circle.
const DEEPEST: usize = 8;

/// Runs a call that is no list.
pub(crate) async fn run(context: &Context, call: Call) -> Result<Answer, Error> {
    let task = resolve::resolve(context, &call)?;
    if task.list {
        return Err(Error::invalid(format!("`{}` is a list", task.name)).with_help("read it page by page"));
    }
    let span = tracing::info_span!(target: "connc", "call", connector = %context.plan().connector, operation = %task.name);
    let done = perform(context, &task).instrument(span).await;
    let done = done.map_err(|error| finished(context, &task, error))?;
    let mut answer = Answer { counters: context.meter.read(), ..Answer::default() };
    if let Some(received) = &done.last {
        answer.status = received.status;
        answer.rate_limit = rate_limit::read(&context.plan().rate_limit, &received.headers, context.parts().clock.now());
    }
    let Some(raw) = done.value else {
        answer.counters.tell("call done");
        return Ok(answer);
    };
    let mut notes = Notes::new(context.parts().limits.notes);
    answer.record = match &task.map {
        Some(map) => unified(context, &task, map, &raw, &call, &mut notes).map_err(|error| finished(context, &task, error))?,
        None if matches!(&task.work, Work::Steps { .. }) => None,
        None => Some(Record { text: raw }),
    };
    answer.warnings = notes.warnings;
    answer.traces = notes.traces;
    answer.counters.records = u64::from(answer.record.is_some());
    answer.counters.absent = notes.absent;
    answer.counters.tell("call done");
    Ok(answer)
}

fn unified(
    context: &Context,
    task: &Task,
    map: &Arc<RecordMap>,
    raw: &str,
    call: &Call,
    notes: &mut Notes,
) -> Result<Option<Record>, Error> {
    let treatment = Treatment { policy: call.policy, raw: call.raw, trace: call.trace };
    let over = Over { plan: context.plan(), variables: resolve::map_vars(context, task, None).bound()?, treatment };
    Ok(match map.apply(raw, 0, &over, notes)? {
        Mapped::Record(text) => Some(Record { text }),
        Mapped::Skipped => None,
    })
}

/// Completes an error with what the caller wants to know of the whole call.
pub(crate) fn finished(context: &Context, task: &Task, mut error: Error) -> Error {
    error.requests = context.meter.read().requests;
    error.step.get_or_insert_with(|| task.name.clone());
    error
}

/// What steps come to: the last answer, and the last record or bound value as JSON text.
#[derive(Debug, Default)]
pub(crate) struct Done {
    pub(crate) last: Option<Received>,
    pub(crate) value: Option<String>,
}

async fn perform(context: &Context, task: &Task) -> Result<Done, Error> {
    match &task.work {
        Work::Operation(operation) => operation_done(context, operation, &task.inputs, 0).await,
        Work::Steps { steps, narrowed } => {
            let mut vars = resolve::vars(context, &task.inputs);
            steps_done(context, steps, &task.inputs, &mut vars, narrowed, 0).await
        }
    }
}

/// Does steps in order; each sees what those before it gave.
pub(crate) fn steps_done<'a>(
    context: &'a Context,
    steps: &'a [Step],
    inputs: &'a Inputs,
    vars: &'a mut Vars,
    narrowed: &'a Narrowed,
    depth: usize,
) -> BoxFuture<'a, Result<Done, Error>> {
    Box::pin(async move {
        let mut done = Done::default();
        let mut written: Vec<String> = Vec::new();
        for step in steps {
            if !wanted(context, step, vars)? {
                continue;
            }
            let next = match &step.action {
                Action::Request(request) => exchange(context, request, Given::new(inputs, vars)).await.map(|received| {
                    let value = (!received.text.trim().is_empty()).then(|| received.text.clone());
                    (Done { last: Some(received), value }, request.method.name().to_owned(), safe(request))
                }),
                Action::Call(call) => called(context, call, vars, narrowed, depth).await,
            };
            let (next, name, safe) = next.map_err(|error| after(error.placed(context.plan(), step.origin), &written))?;
            if !safe {
                written.push(name);
            }
            let json = next.value.clone().unwrap_or_else(|| "null".to_owned());
            if let Some(bind) = &step.bind {
                vars.set(bind, json.clone());
            }
            vars.set("answer", json);
            done = Done { last: next.last.or(done.last), value: next.value };
        }
        Ok(done)
    })
}

async fn called(
    context: &Context,
    call: &connc_plan::Call,
    vars: &Vars,
    narrowed: &Narrowed,
    depth: usize,
) -> Result<(Done, String, bool), Error> {
    let (operation, inputs) = resolve::step(context, call, vars, narrowed)?;
    let done = operation_done(context, &operation, &inputs, depth + 1).await?;
    let reads = operation.steps.iter().all(|step| match &step.action {
        Action::Request(request) => safe(request),
        Action::Call(_) => false,
    });
    Ok((done, operation.name.clone(), reads))
}

/// Whether a request only reads, as far as the plan says.
fn safe(request: &Request) -> bool {
    matches!(request.method, connc_plan::Method::Get | connc_plan::Method::Head)
}

/// Says what was done before a step failed.
fn after(mut error: Error, written: &[String]) -> Error {
    if !written.is_empty() {
        let names = written.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
        error.message = format!("{}; done before that: {names}", error.message);
        error.retryable = false;
    }
    error
}

fn wanted(context: &Context, step: &Step, vars: &Vars) -> Result<bool, Error> {
    let Some(when) = &step.when else { return Ok(true) };
    Evaluation::over_nothing(context.programs(), vars)?.truth(when).map_err(|error| error.placed(context.plan(), when.origin))
}

/// Does an operation and takes out its record: for a list, the records of its first page.
pub(crate) async fn operation_done(context: &Context, operation: &Operation, inputs: &Inputs, depth: usize) -> Result<Done, Error> {
    if depth > DEEPEST {
        return Err(Error::new(ErrorKind::Limit, format!("operations call each other more than {DEEPEST} deep")));
    }
    let mut vars = resolve::vars(context, inputs);
    let none = Narrowed::default();
    let named = |error: Error| error.at(context.plan(), &operation.name, operation.origin);
    let turn = operation.paginate.as_ref().map(|paginate| Turn::new(paginate, &crate::cursor::State::default()));
    match last_answer(context, operation, inputs, &mut vars, &none, turn, depth).await.map_err(named) {
        Ok(Done { last: Some(received), value: None }) => {
            let value = record(context, operation, &received, &vars).map_err(named)?;
            Ok(Done { last: Some(received), value })
        }
        Ok(done) => Ok(done),
        // Such an answer means that what was asked for is so already.
        Err(error) if operation.already.contains(&error.kind) => Ok(Done::default()),
        Err(error) => Err(error),
    }
}

/// Does all steps of an operation. The last request's answer comes back whole, because records are taken out of it.
pub(crate) async fn last_answer(
    context: &Context,
    operation: &Operation,
    inputs: &Inputs,
    vars: &mut Vars,
    narrowed: &Narrowed,
    turn: Option<Turn<'_>>,
    depth: usize,
) -> Result<Done, Error> {
    let Some((last, before)) = operation.steps.split_last() else { return Ok(Done::default()) };
    let led = steps_done(context, before, inputs, vars, narrowed, depth).await?;
    match &last.action {
        Action::Request(request) if wanted(context, last, vars)? => {
            let given = Given { turn, ..Given::new(inputs, vars) };
            let received = exchange(context, request, given).await.map_err(|error| error.placed(context.plan(), request.origin))?;
            Ok(Done { last: Some(received), value: None })
        }
        Action::Request(_) => Ok(led),
        Action::Call(_) => steps_done(context, std::slice::from_ref(last), inputs, vars, narrowed, depth).await,
    }
}

/// The record of an answer, as the operation says; a list gives all records of the page as one list.
fn record(context: &Context, operation: &Operation, received: &Received, vars: &Vars) -> Result<Option<String>, Error> {
    let due = operation.steps.last().is_some_and(|step| match &step.action {
        Action::Request(request) => request.answer == Due::Json,
        Action::Call(_) => true,
    });
    if matches!(operation.records, Records::None) || (!due && received.text.trim().is_empty()) {
        return Ok(None);
    }
    let text = extract::document(received, context.parts().limits.json_depth)?;
    let (path, keep_if) = match &operation.records {
        Records::None => return Ok(None),
        Records::Item { path, keep_if } => (path, keep_if.as_ref()),
        Records::Items { path, .. } => {
            let list = match extract::at(text, path) {
                Found::Value(list) => list,
                Found::Null | Found::Absent => "[]",
            };
            return Ok(Some(list.to_owned()));
        }
    };
    let found = match extract::at(text, path) {
        Found::Value(found) => found,
        Found::Null => return Err(Error::new(ErrorKind::NotFound, format!("the answer has no record: `{path}` is null"))),
        Found::Absent => return Err(Error::new(ErrorKind::Provider, format!("the answer has no `{path}`, where the record should stand"))),
    };
    match extract::items(found) {
        Some(items) if keep_if.is_some() || !path.steps.is_empty() => one(context, items, keep_if, vars).map(Some),
        Some(_) | None => Ok(Some(found.to_owned())),
    }
}

/// The one record of a list that is wanted.
fn one(context: &Context, items: Vec<&str>, keep_if: Option<&Expression>, vars: &Vars) -> Result<String, Error> {
    let mut kept = Vec::new();
    for item in items {
        if keep(context, item, keep_if, vars)? {
            kept.push(item);
        }
    }
    match kept.as_slice() {
        [one] => Ok((*one).to_owned()),
        [] => Err(Error::new(ErrorKind::NotFound, "the answer has no such record")),
        more => Err(Error::new(ErrorKind::Provider, format!("the answer has {} records where one was due", more.len()))),
    }
}

/// Whether a raw record is one that is wanted.
pub(crate) fn keep(context: &Context, item: &str, keep_if: Option<&Expression>, vars: &Vars) -> Result<bool, Error> {
    let Some(expression) = keep_if else { return Ok(true) };
    let over = Evaluation::over(context.programs(), item, vars, &[expression])?;
    over.truth(expression).map_err(|error| error.placed(context.plan(), expression.origin))
}
