//! A step for each element of a list: some at the same time, the results in order, and an end at the first failure.

use connc_plan::{ErrorKind, ForEach, Step};
use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;
use serde_json::Value;

use super::{Doing, after, once};
use crate::call::Done;
use crate::context::Context;
use crate::error::Written;
use crate::program::{Evaluation, Vars};
use crate::{Error, data, extract};

/// Does a step for each element; its result is the list of the results, those of lists put together.
pub(super) async fn for_each(doing: Doing<'_>, step: &Step, for_each: &ForEach, vars: &Vars) -> Result<Done, Error> {
    let ForEach { of: _, name, batch: _, max: _, at_once } = for_each;
    let turns = turns(doing.context, for_each, vars)?;
    let due = turns.len();
    let most = usize::try_from(*at_once).unwrap_or(1).max(1);
    let mut waiting = turns.into_iter().enumerate();
    let mut running = FuturesUnordered::new();
    let mut results: Vec<(usize, Done)> = Vec::with_capacity(due);
    let (mut wrote, mut failed): (Option<Written>, Option<(usize, Error)>) = (None, None);
    loop {
        // After a failure nothing new begins, and what is under way is waited for: what becomes of it must be known.
        while failed.is_none() && running.len() < most {
            let Some((index, turn)) = waiting.next() else { break };
            let mut vars = vars.clone();
            vars.set(name, turn.to_string());
            running.push(async move { (index, once(doing, step, &vars).await) });
        }
        match running.next().await {
            None => break,
            Some((index, Ok(done))) => {
                wrote = done.wrote.first().cloned().or(wrote);
                results.push((index, done));
            }
            Some((index, Err(error))) => failed = Some(worse(failed, (index, error))),
        }
    }
    // What the plan says of the operation holds for each time that it was done.
    let wrote = wrote.map(|written| Written::new(&written.operation, results.len(), due, written.idempotent));
    let wrote: Vec<Written> = wrote.into_iter().collect();
    if let Some((index, mut error)) = failed {
        error.message = format!("{} ({} of {due} for `${name}`)", error.message, index + 1);
        return Err(after(error, &wrote));
    }
    results.sort_by_key(|(index, _)| *index);
    let value = together(results.iter().map(|(_, done)| done.value.as_deref().unwrap_or("null")));
    let last = results.pop().and_then(|(_, done)| done.last);
    Ok(Done { last, value: Some(value), wrote })
}

/// Of two failures, the one that says that an outcome is unknown, else the first by position.
fn worse(known: Option<(usize, Error)>, new: (usize, Error)) -> (usize, Error) {
    match known {
        Some(known) if known.1.kind == ErrorKind::OutcomeUnknown => known,
        Some(known) if new.1.kind != ErrorKind::OutcomeUnknown && known.0 < new.0 => known,
        Some(_) | None => new,
    }
}

/// What the step's variable holds each time.
pub(crate) fn turns(context: &Context, for_each: &ForEach, vars: &Vars) -> Result<Vec<Value>, Error> {
    let ForEach { of, name, batch, max, at_once: _ } = for_each;
    let elements = elements(data::make(of, &Evaluation::over_nothing(context.programs(), vars)?)?);
    if u64::try_from(elements.len()).unwrap_or(u64::MAX) > *max {
        return Err(Error::new(
            ErrorKind::Limit,
            format!("there are {} of `${name}`, and {max} at most are done in one call", elements.len()),
        )
        .with_help("nothing of them was done; ask for fewer at a time"));
    }
    Ok(match batch {
        None => elements,
        Some(size) => elements.chunks(usize::try_from(*size).unwrap_or(1).max(1)).map(|chunk| Value::Array(chunk.to_vec())).collect(),
    })
}

/// The elements of a list; one value is a list of one, and nothing one of none.
pub(crate) fn elements(value: Option<Value>) -> Vec<Value> {
    match value {
        None | Some(Value::Null) => Vec::new(),
        Some(Value::Array(elements)) => elements,
        Some(one @ (Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Object(_))) => vec![one],
    }
}

/// Results as one list, lists among them put together.
fn together<'a>(results: impl Iterator<Item = &'a str>) -> String {
    let parts: Vec<&str> = results.flat_map(|result| extract::items(result.trim()).unwrap_or_else(|| vec![result])).collect();
    format!("[{}]", parts.join(","))
}
