//! One call, top to bottom: resolve → check input → acquire auth → build → send → classify → retry? → extract → map → validate.
//!
//! What a request is built from and sent with stands in `exchange.rs`, what is done in several steps in `steps.rs`;
//! lists go on page by page in `pages.rs`.

use std::sync::Arc;

use connc_plan::{Action, Answer as Due, ErrorKind, Expression, Operation, Records, Request};
use tracing::Instrument as _;

use crate::context::Context;
use crate::error::Written;
use crate::exchange::{Given, Inputs, Received, exchange};
use crate::extract::{self, Found};
use crate::filter::Narrowed;
use crate::map::{Mapped, Over, RecordMap, Treatment};
use crate::notes::Notes;
use crate::program::Vars;
use crate::resolve::{self, Task, Work};
use crate::sheet::{Item, Rules};
use crate::steps::{Doing, after, confirmed, steps_done, told, wanted, wrote};
use crate::{Answer, Call, Error, Record, auth, line};

/// Calls of operations by operations nest no deeper: a plan that does is a circle.
pub(crate) const DEEPEST: usize = 8;

/// Runs a call that is no list.
pub(crate) async fn run(context: &Context, call: Call) -> Result<Answer, Error> {
    if call.what.holds_host() {
        auth::settle(context).await?;
    }
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
        answer.rate_limit = received.limits.tightest();
    }
    let Some(raw) = &done.value else {
        answer.counters.tell("call done");
        return Ok(answer);
    };
    let mut notes = Notes::new(context.parts().limits.notes);
    answer.record = match &task.map {
        Some(map) => {
            unified(context, &task, map, raw, &call, &mut notes).map_err(|error| finished(context, &task, after(error, &done.wrote)))?
        }
        None if matches!(&task.work, Work::Steps { .. }) => None,
        None => Some(Record { text: raw.clone() }),
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
    let over = Over::new(context.plan(), resolve::map_vars(context, task, None).bound()?, treatment);
    Ok(match map.apply(raw.into(), 0, &over, notes)? {
        Mapped::Record(text) => Some(Record { text }),
        Mapped::Skipped => None,
    })
}

/// Completes an error with what the caller wants to know of the whole call.
pub(crate) fn finished(context: &Context, task: &Task, mut error: Error) -> Error {
    error.requests = context.meter.read().requests;
    error.step.get_or_insert_with(|| task.name.clone());
    told(error)
}

/// What steps come to.
#[derive(Debug, Default)]
pub(crate) struct Done {
    /// The last answer.
    pub(crate) last: Option<Received>,
    /// What the last step gives, as JSON text: a record, or the list of all records.
    pub(crate) value: Option<String>,
    /// What was written.
    pub(crate) wrote: Vec<Written>,
}

async fn perform(context: &Context, task: &Task) -> Result<Done, Error> {
    auth::settle(context).await?;
    match &task.work {
        Work::Operation(operation) => operation_done(context, operation, &task.inputs, 0).await,
        Work::Steps { steps, narrowed } => {
            let mut vars = resolve::vars(context, &task.inputs);
            steps_done(Doing { context, inputs: &task.inputs, narrowed, depth: 0 }, steps, &mut vars).await
        }
    }
}

/// Does an operation and takes out its record; a list is read to its end.
pub(crate) async fn operation_done(context: &Context, operation: &Arc<Operation>, inputs: &Inputs, depth: usize) -> Result<Done, Error> {
    if depth > DEEPEST {
        return Err(Error::new(ErrorKind::Limit, format!("operations call each other more than {DEEPEST} deep")));
    }
    let named = |error: Error| error.at(context.plan(), &operation.name, operation.origin);
    if resolve::lists(operation) {
        // A list sees for itself to what may be gone, because only its first page may.
        return line::whole(context, operation, inputs, depth).await.map_err(named);
    }
    match one_done(context, operation, inputs, depth).await {
        // Such an answer means that what was asked for is so already.
        Err(error) if operation.already.contains(&error.kind) => Ok(Done::default()),
        done => done.map_err(named),
    }
}

/// Does an operation that is no list.
async fn one_done(context: &Context, operation: &Operation, inputs: &Inputs, depth: usize) -> Result<Done, Error> {
    let mut vars = resolve::vars(context, inputs);
    let doing = Doing { context, inputs, narrowed: &Narrowed::default(), depth };
    let Some((last, before)) = operation.steps.split_last() else { return Ok(Done::default()) };
    match &last.action {
        Action::Request(request) => {
            steps_done(doing, before, &mut vars).await?;
            if !wanted(context, last, &vars)? {
                return Ok(Done::default());
            }
            let received = answered(context, request, Given::new(inputs, &vars)).await;
            let received = received.map_err(|error| confirmed(error, wrote(context, operation)))?;
            let value = record(context, operation, &received, &vars).map_err(|error| after(error, wrote(context, operation).as_slice()))?;
            Ok(Done { last: Some(received), value, wrote: Vec::new() })
        }
        Action::Call(_) | Action::Let(_) | Action::Require(_) | Action::Poll(_) | Action::Give(_) => {
            let done = steps_done(doing, &operation.steps, &mut vars).await?;
            let gives = !matches!(operation.records, Records::None);
            Ok(Done { value: done.value.filter(|_| gives), ..done })
        }
    }
}

/// Sends a request of an operation; what is wrong with it is said to stand where it is written.
pub(crate) async fn answered(context: &Context, request: &Request, given: Given<'_>) -> Result<Received, Error> {
    exchange(context, request, given).await.map_err(|error| error.placed(context.plan(), request.origin))
}

/// The record of an answer, as the operation says.
fn record(context: &Context, operation: &Operation, received: &Received, vars: &Vars) -> Result<Option<String>, Error> {
    let due = operation.steps.last().map_or(Due::Json, |step| match &step.action {
        Action::Request(request) => request.answer,
        Action::Call(_) | Action::Let(_) | Action::Require(_) | Action::Poll(_) | Action::Give(_) => Due::Json,
    });
    // The bytes of a file are on their way to whoever downloads it.
    let none = matches!(operation.records, Records::None) || due == Due::Bytes;
    if none || (due != Due::Json && received.text.trim().is_empty()) {
        return Ok(None);
    }
    let text = extract::document(received, context.parts().limits.json_depth)?;
    let (path, keep_if) = match &operation.records {
        // A list is read page by page elsewhere.
        Records::None | Records::Items { .. } => return Ok(None),
        Records::Item { path, keep_if } => (path, keep_if.as_ref()),
    };
    let found = match extract::at(text, path) {
        Found::Value(found) => found,
        Found::Null => return Err(Error::new(ErrorKind::NotFound, format!("the answer has no record: `{path}` is null"))),
        Found::Absent => return Err(Error::new(ErrorKind::Provider, format!("the answer has no `{path}`, where the record should stand"))),
        Found::Twice => {
            return Err(Error::new(ErrorKind::Provider, format!("the answer has `{path}` twice, where the record should stand")));
        }
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
        if keep(context, item.into(), keep_if, vars)? {
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
pub(crate) fn keep(context: &Context, item: Item<'_>, keep_if: Option<&Expression>, vars: &Vars) -> Result<bool, Error> {
    let Some(expression) = keep_if else { return Ok(true) };
    let over = Rules::over(context.programs(), item.value, item.text, vars, &[expression])?;
    over.truth(expression).map_err(|error| error.placed(context.plan(), expression.origin))
}
