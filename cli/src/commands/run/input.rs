//! What is sent: `--input`, `--where`, and the call that they make.

use std::io::Read as _;

use connc_runtime::{Call, Mode};
use serde_json::Value;

use super::target::{Asked, Target};
use super::{Args, RateLimit};
use crate::console::Console;
use crate::error::Stop;
use crate::output::Format;

/// Reads `--input`.
pub(super) fn read(given: &str) -> Result<Value, Stop> {
    let (text, what) = match given.strip_prefix('@') {
        None => (given.to_owned(), "`--input`".to_owned()),
        Some("-") => {
            let mut text = String::new();
            std::io::stdin().lock().read_to_string(&mut text).map_err(|error| Stop::unreadable("stdin", &error))?;
            (text, "stdin".to_owned())
        }
        Some(path) => {
            let what = format!("`{path}`");
            (std::fs::read_to_string(path).map_err(|error| Stop::unreadable(&what, &error))?, what)
        }
    };
    let value: Value = serde_json::from_str(&text).map_err(|error| {
        let problem = error.to_string();
        let problem = problem.split(" at line ").next().unwrap_or_default();
        let stop = Stop::usage(format!("{what} is not JSON: {problem}, at line {}, column {}", error.line(), error.column()));
        if given.starts_with('@') { stop } else { stop.help("quote it for the shell: --input '{\"name\": \"Ada\"}', or use --input @FILE") }
    })?;
    if !value.is_object() && !value.is_array() {
        return Err(Stop::usage(format!("{what} is not a JSON object")));
    }
    if rounds(&value) {
        return Err(Stop::usage(format!("{what} holds a number of more digits than a JSON number keeps"))
            .help("write an identifier as text: \"12345678901234567890123\""));
    }
    Ok(value)
}

/// Whether a whole number became a floating-point one, and lost digits by it.
fn rounds(value: &Value) -> bool {
    match value {
        Value::Number(number) => number.is_f64() && number.as_f64().is_some_and(|number| number.abs() >= 9_007_199_254_740_992.0),
        Value::Array(items) => items.iter().any(rounds),
        Value::Object(members) => members.values().any(rounds),
        Value::Null | Value::Bool(_) | Value::String(_) => false,
    }
}

/// Reads `--where`.
pub(super) fn filters(given: &[String]) -> Result<Vec<(String, String)>, Stop> {
    let pair = |text: &String| {
        let (name, value) =
            text.split_once('=').ok_or_else(|| Stop::usage(format!("`--where {text}` has no `=`")).help("write `--where field=value`"))?;
        Ok((name.to_owned(), value.to_owned()))
    };
    given.iter().map(pair).collect()
}

/// The call.
pub(super) fn call(
    asked: &Asked<'_>,
    args: &Args,
    input: Option<Value>,
    filters: Vec<(String, String)>,
    limit: Option<u64>,
    console: &Console,
) -> Call {
    let mut call = match &asked.target {
        Target::Unified { map, verb } => Call::unified(map.model.as_str(), map.resource.as_str(), *verb),
        Target::Native(operation) => Call::native(operation.name.as_str()),
        Target::Request { method, path } => Call::request(*method, *path),
    };
    if let Some(id) = &asked.id {
        call = call.id(id);
    }
    if let Some(parent) = &asked.parent {
        call = call.parent(parent);
    }
    if let Some(input) = input {
        call = call.input(input);
    }
    for (name, value) in filters {
        call = call.filter(name, value);
    }
    if let Some(limit) = limit {
        call = call.limit(limit);
    }
    if let Some(cursor) = &args.call.cursor {
        call = call.cursor(cursor);
    }
    if let Some(timeout) = args.call.timeout {
        call = call.deadline(timeout);
    }
    let raw = match Format::chosen(args.shown.output, console) {
        Format::Json | Format::Jsonl => !args.shown.no_raw,
        // A table has no room for it, and a file of comma-separated values hardly.
        Format::Table => false,
        Format::Csv => args.shown.raw,
    };
    let mode = match args.call.rate_limit {
        RateLimit::Passthrough => Mode::Passthrough,
        RateLimit::Managed => Mode::Managed,
    };
    call.raw(raw).trace(args.shown.trace).rate_limit(mode)
}
