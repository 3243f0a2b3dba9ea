//! What is said when a step fails after others were done: what was written, and whether doing it again is safe.

use connc_plan::ErrorKind;

use crate::Error;
use crate::error::Written;

/// Adds what was done before the step that failed.
pub(crate) fn after(mut error: Error, written: &[Written]) -> Error {
    let mut done = written.to_vec();
    done.append(&mut error.done);
    error.done = done;
    error
}

/// An error in the answer to a write that was done, in the words of the operation that it belongs to; none where that only reads.
pub(crate) fn confirmed(mut error: Error, wrote: Option<Written>) -> Error {
    if error.done.is_empty() {
        return error;
    }
    error.done = wrote.into_iter().collect();
    if !error.done.is_empty() {
        error.message = format!("the write was done, but its answer cannot be read: {}", error.message);
        error.retryable = false;
    }
    error
}

/// Says what was done, once everything is known.
pub(crate) fn told(mut error: Error) -> Error {
    if error.done.is_empty() {
        return error;
    }
    let names = error.done.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    error.message = format!("{}; done before that: {names}", error.message);
    let safe = error.done.iter().all(|written| written.idempotent);
    let advice = match (safe, error.kind == ErrorKind::OutcomeUnknown) {
        (true, false) => "what was done may safely be done again, so the same call can be repeated",
        (true, true) => "what was done before that may safely be done again",
        (false, _) => "repeating the call would do again what was done; look at what is there first",
    };
    error.retryable = error.retryable && safe;
    error.help = Some(error.help.take().map_or_else(|| advice.to_owned(), |help| format!("{help}; {advice}")));
    error
}
