//! A failed call for people: what happened, what the provider said, where, and what to do.

use std::fmt::Write as _;

use connc_runtime::{Error, ErrorKind, RateLimit};

use crate::console::{CYAN, Console, DIM, RED};
use crate::error::Stop;
use crate::project::Loaded;

/// Shows the error. A call that was refused before anything was sent is a mistake in the command: exit status 2.
pub(crate) fn stop(error: &Error, loaded: &Loaded, console: &mut Console) -> Stop {
    let unsent = error.status.is_none() && error.requests == 0 && error.request.is_none();
    let usage = match error.kind {
        ErrorKind::InvalidInput | ErrorKind::Cursor => unsent,
        ErrorKind::Auth
        | ErrorKind::NeedsReauth
        | ErrorKind::Forbidden
        | ErrorKind::NotFound
        | ErrorKind::Conflict
        | ErrorKind::RateLimited
        | ErrorKind::Provider
        | ErrorKind::Transport
        | ErrorKind::Timeout
        | ErrorKind::OutcomeUnknown
        | ErrorKind::Limit
        | ErrorKind::Security
        | ErrorKind::Map
        | ErrorKind::Schema
        | ErrorKind::Store => false,
    };
    if usage {
        let stop = Stop::usage(error.message.clone());
        return error.help.iter().fold(stop, |stop, help| stop.help(help.as_str()));
    }
    let mut error = error.clone();
    if error.kind == ErrorKind::NeedsReauth {
        error.help = Some(format!("connect it: `connc connect {} --account FILE`", loaded.name));
    }
    match std::io::Write::write_all(&mut console.err, text(&error, &|place| loaded.place(place)).as_bytes()) {
        Ok(()) => Stop::Problems,
        Err(error) => error.into(),
    }
}

/// The error in a few lines. `shown` gives a place of the spec as people see it.
pub(crate) fn text(error: &Error, shown: &dyn Fn(&str) -> String) -> String {
    let mut lines: Vec<(&str, String)> = Vec::new();
    let said = match (&error.provider_code, &error.provider_message) {
        (Some(code), Some(message)) => Some(format!("{message} ({code})")),
        (Some(text), None) | (None, Some(text)) => Some(text.clone()),
        (None, None) => None,
    };
    lines.extend(said.map(|said| ("provider", said)));
    lines.extend(error.code.clone().map(|code| ("code", code)));
    lines.extend(error.detail.as_ref().map(|detail| ("detail", detail.to_string())));
    lines.extend(error.request.clone().map(|request| ("request", request)));
    let place = error.place.as_deref().map(shown);
    let step = match (&error.step, place) {
        (Some(step), Some(place)) => Some(format!("{step}, {place}")),
        (Some(text), None) => Some(text.clone()),
        (None, place) => place,
    };
    lines.extend(step.map(|step| ("at", step)));
    lines.extend(error.rate_limit.as_ref().filter(|limit| matters(error, limit)).and_then(rate).map(|rate| ("rate limit", rate)));
    lines.extend(error.cursor.as_ref().map(|cursor| ("go on by", format!("--cursor {cursor}"))));
    let mut out = format!("{RED}error{RED:#}{DIM}[{}]{DIM:#}: {}\n", error.kind.name(), clean(&error.message));
    for (label, value) in lines {
        // A string can always be written to.
        let _ = writeln!(out, "  {DIM}{label:<10}{DIM:#} {}", clean(&value));
    }
    if let Some(help) = &error.help {
        let _ = writeln!(out, "  {CYAN}{:<10}{CYAN:#} {}", "help", clean(help));
    } else if error.kind == ErrorKind::Store {
        let _ = writeln!(out, "  {CYAN}{:<10}{CYAN:#} see that the store can be read and written: its folder is that of `--store`", "help");
    } else if error.retryable {
        let _ = writeln!(out, "  {CYAN}{:<10}{CYAN:#} the same call may succeed later", "help");
    }
    out
}

/// Whether the rate limit has to do with the failure.
fn matters(error: &Error, limit: &RateLimit) -> bool {
    error.kind == ErrorKind::RateLimited || limit.remaining == Some(0) || limit.retry_after.is_some()
}

fn rate(limit: &RateLimit) -> Option<String> {
    let RateLimit { limit, remaining, reset, retry_after } = limit;
    let parts = [
        retry_after.map(|seconds| format!("retry after {seconds} s")),
        remaining.map(|left| format!("{left} left")),
        limit.map(|all| format!("of {all}")),
        reset.map(|seconds| format!("renewed in {seconds} s")),
    ];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    (!parts.is_empty()).then(|| parts.join(", "))
}

/// A provider's text must not draw on the terminal.
fn clean(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}
