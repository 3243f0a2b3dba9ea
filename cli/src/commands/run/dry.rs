//! `--dry-run`: the requests that would be sent.

use std::io::Write as _;

use connc_runtime::PreparedRequest;
use serde_json::{Value, json};

use crate::console::{Console, DIM, STRONG};
use crate::error::Stop;
use crate::output::{Format, json as layout};

/// Prints requests as HTTP reads, or as JSON where that was asked for.
pub(super) fn print(prepared: &[PreparedRequest], format: Format, console: &mut Console) -> Result<(), Stop> {
    let asked_for_json = match format {
        Format::Json => true,
        Format::Table | Format::Jsonl | Format::Csv => false,
    };
    if asked_for_json {
        let requests: Vec<Value> = prepared.iter().map(value).collect();
        writeln!(console.out, "{:#}", Value::Array(requests))?;
        return Ok(());
    }
    for (index, request) in prepared.iter().enumerate() {
        if index > 0 {
            writeln!(console.out)?;
        }
        writeln!(console.out, "{STRONG}{} {}{STRONG:#}", request.method, request.url)?;
        for (name, value) in &request.headers {
            writeln!(console.out, "{DIM}{name}:{DIM:#} {value}")?;
        }
        if let Some(body) = &request.body {
            let json = body.starts_with(['{', '[']);
            writeln!(console.out, "\n{}", if json { layout::indented(body) } else { body.clone() })?;
        }
    }
    console.note("nothing was sent")?;
    Ok(())
}

fn value(request: &PreparedRequest) -> Value {
    let headers: serde_json::Map<String, Value> = request.headers.iter().map(|(name, value)| (name.clone(), json!(value))).collect();
    json!({"method": request.method, "url": request.url, "headers": headers, "body": request.body})
}
