//! Diagnostics for machines: JSON, SARIF 2.1.0 and GitHub workflow commands. Terminals are the CLI's business.

use serde_json::{Value, json};

use super::{Diagnostic, Severity};
use crate::source::{Position, Sources, Span};

/// One diagnostic as `connc check --format json` prints it. Columns count characters from 1.
#[must_use]
pub fn json(diagnostic: &Diagnostic, sources: &Sources) -> Value {
    let (start, end) = ends(diagnostic.span, sources);
    let related: Vec<Value> = diagnostic
        .related
        .iter()
        .map(|label| {
            let (start, _) = ends(label.span, sources);
            json!({"file": sources.path(label.span.file), "line": start.line, "column": start.column, "message": label.text})
        })
        .collect();
    json!({
        "code": diagnostic.code.slug(),
        "severity": diagnostic.severity().name(),
        "message": diagnostic.message,
        "help": diagnostic.help,
        "file": sources.path(diagnostic.span.file),
        "line": start.line,
        "column": start.column,
        "end_line": end.line,
        "end_column": end.column,
        "related": related,
    })
}

/// One diagnostic as a SARIF result. SARIF columns count UTF-16 code units from 1.
#[must_use]
pub fn sarif(diagnostic: &Diagnostic, sources: &Sources) -> Value {
    let location = |span: Span, text: Option<&str>| {
        let (start, end) = (utf16(span, span.start, sources), utf16(span, span.end, sources));
        let mut location = json!({"physicalLocation": {
            "artifactLocation": {"uri": sources.path(span.file)},
            "region": {"startLine": start.line, "startColumn": start.column, "endLine": end.line, "endColumn": end.column},
        }});
        if let (Some(text), Some(object)) = (text, location.as_object_mut()) {
            object.insert("message".to_owned(), json!({"text": text}));
        }
        location
    };
    let text = diagnostic.help.as_ref().map_or_else(|| diagnostic.message.clone(), |help| format!("{}; {help}", diagnostic.message));
    let related: Vec<Value> = diagnostic.related.iter().map(|label| location(label.span, Some(&label.text))).collect();
    json!({
        "ruleId": diagnostic.code.slug(),
        "level": diagnostic.severity().name(),
        "message": {"text": text},
        "locations": [location(diagnostic.span, None)],
        "relatedLocations": related,
    })
}

/// One diagnostic as a GitHub workflow command, which shows it beside the line of a pull request.
#[must_use]
pub fn github(diagnostic: &Diagnostic, sources: &Sources) -> String {
    let (start, end) = ends(diagnostic.span, sources);
    let level = match diagnostic.severity() {
        Severity::Error => "error",
        Severity::Warning => "warning",
    };
    let text = diagnostic.help.as_ref().map_or_else(|| diagnostic.message.clone(), |help| format!("{}\n{help}", diagnostic.message));
    let (file, code) = (property(sources.path(diagnostic.span.file)), diagnostic.code.slug());
    let (line, column, end_line, end_column) = (start.line, start.column, end.line, end.column);
    format!("::{level} file={file},line={line},col={column},endLine={end_line},endColumn={end_column},title={code}::{}", data(&text))
}

fn ends(span: Span, sources: &Sources) -> (Position, Position) {
    (sources.position(span.file, span.start), sources.position(span.file, span.end))
}

fn utf16(span: Span, offset: u32, sources: &Sources) -> Position {
    let position = sources.position(span.file, offset);
    let before = sources.text(span.file).get(..offset as usize).unwrap_or("");
    let column = before.rsplit('\n').next().unwrap_or("").encode_utf16().count() + 1;
    Position { column: u32::try_from(column).unwrap_or(u32::MAX), ..position }
}

fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
