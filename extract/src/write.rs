//! An extract as text: YAML that people can read, the same for the same description.

use std::fmt::Write as _;

use connc_compiler::yaml::Literal;
use serde_json::{Map, Value};

use crate::document::Kind;
use crate::{Extract, Origin};

/// The columns that a line may have.
const WIDTH: usize = 130;

/// An extract as the text of its file; `overlay` is the name of the file that corrections go into.
#[must_use]
pub fn text(extract: &Extract, overlay: &str) -> String {
    let source = origin(&extract.source);
    if let Some(sdl) = &extract.sdl {
        let mut head = format!("# Made by `connc extract`. Corrections go into {overlay}.\n# source:\n");
        for (key, value) in &source {
            let _ = writeln!(head, "#   {key}: {}", flow(value));
        }
        return format!("{head}# trust: official\n\n{sdl}");
    }
    let mut out = format!("# Made by `connc extract`. Corrections go into {overlay}.\nextract: 1\n");
    let trust = match extract.source.kind {
        Kind::Cassettes => "cassettes",
        _ if extract.standard => "rfc",
        _ => "official",
    };
    entry(&mut out, 0, "source", &Value::Object(source), true);
    let _ = writeln!(out, "trust: {trust}");
    if !extract.base.is_empty() {
        let _ = writeln!(out, "base: {}", scalar(&extract.base, false));
    }
    section(&mut out, "operations", &extract.operations);
    section(&mut out, "types", &extract.types);
    out
}

fn origin(source: &Origin) -> Map<String, Value> {
    let mut out = Map::new();
    let mut add = |key: &str, value: Option<&str>| {
        if let Some(value) = value.filter(|value| !value.is_empty()) {
            out.insert(key.to_owned(), Value::from(value));
        }
    };
    add("title", Some(&source.title));
    add("kind", Some(source.kind.word()));
    add("file", source.file.as_deref());
    add("version", source.version.as_deref());
    add("sha256", source.sha256.as_deref());
    out
}

fn section(out: &mut String, name: &str, entries: &Map<String, Value>) {
    if entries.is_empty() {
        return;
    }
    let _ = writeln!(out, "{name}:");
    for (key, value) in entries {
        entry(out, 1, key, value, true);
    }
}

/// `key: value`, on one line where it is small; `open` keeps a mapping open.
fn entry(out: &mut String, level: usize, key: &str, value: &Value, open: bool) {
    let indent = "  ".repeat(level);
    let key = scalar(key, true);
    let one_line = flow(value);
    let fits = indent.len() + key.len() + 2 + one_line.chars().count() <= WIDTH;
    match value {
        Value::Object(members) if !members.is_empty() && (open && !is_leaf(value) || !fits) => {
            let _ = writeln!(out, "{indent}{key}:");
            for (name, value) in members {
                entry(out, level + 1, name, value, !matches!(value, Value::Object(_)) || !is_small(value));
            }
        }
        Value::Array(items) if !fits && items.iter().all(|item| !item.is_object() && !item.is_array()) => {
            let _ = writeln!(out, "{indent}{key}: [{}]", folded(items, &format!("{indent}  ")));
        }
        Value::Array(items) if !fits => {
            let _ = writeln!(out, "{indent}{key}:");
            for item in items {
                dash(out, level + 1, item);
            }
        }
        _ => {
            let _ = writeln!(out, "{indent}{key}: {one_line}");
        }
    }
}

/// `- value`: a mapping that is too wide for a line has its first key beside the dash.
fn dash(out: &mut String, level: usize, item: &Value) {
    let indent = "  ".repeat(level);
    let one_line = flow(item);
    match item {
        Value::Object(members) if indent.len() + 2 + one_line.chars().count() > WIDTH => {
            let mut inner = String::new();
            for (name, value) in members {
                entry(&mut inner, level + 1, name, value, true);
            }
            let rest = inner.get(indent.len() + 2..).unwrap_or_default();
            let _ = write!(out, "{indent}- {rest}");
        }
        Value::Array(items) if indent.len() + 2 + one_line.chars().count() > WIDTH => {
            let _ = writeln!(out, "{indent}- [{}]", folded(items, &format!("{indent}    ")));
        }
        _ => {
            let _ = writeln!(out, "{indent}- {one_line}");
        }
    }
}

/// Items with commas between them, over as many lines as they need.
fn folded(items: &[Value], indent: &str) -> String {
    let mut out = String::new();
    let mut column = WIDTH;
    for (index, item) in items.iter().enumerate() {
        let text = flow(item);
        if column + text.len() + 2 > WIDTH {
            let _ = write!(out, "\n{indent}");
            column = indent.len();
        } else {
            out.push(' ');
        }
        column += text.len() + 2;
        out.push_str(&text);
        if index + 1 < items.len() {
            out.push(',');
        }
    }
    out
}

/// Whether a mapping holds nothing but scalars and lists of them.
fn is_leaf(value: &Value) -> bool {
    value.as_object().is_some_and(|members| members.values().all(|value| !value.is_object() && !has_objects(value)))
}

/// Whether a mapping holds at most one level of leaves.
fn is_small(value: &Value) -> bool {
    value.as_object().is_some_and(|members| members.len() <= 4 && members.values().all(|value| !value.is_object() || is_leaf(value)))
        && value.get("properties").is_none()
}

fn has_objects(value: &Value) -> bool {
    value.as_array().is_some_and(|items| items.iter().any(|item| item.is_object() || has_objects(item)))
}

/// A value in flow style.
fn flow(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Bool(value) => value.to_string(),
        Value::Number(value) => value.to_string(),
        Value::String(value) => scalar(value, false),
        Value::Array(items) => format!("[{}]", items.iter().map(flow).collect::<Vec<_>>().join(", ")),
        Value::Object(members) if members.is_empty() => "{}".to_owned(),
        Value::Object(members) => {
            let members = members.iter().map(|(key, value)| format!("{}: {}", scalar(key, false), flow(value)));
            format!("{{ {} }}", members.collect::<Vec<_>>().join(", "))
        }
    }
}

/// Text without quotes where YAML reads it as the same text; `block` is a key on a line of its own.
pub(crate) fn scalar(text: &str, block: bool) -> String {
    let first = text.chars().next().is_some_and(|c| c.is_alphanumeric() || matches!(c, '/' | '$' | '_' | '.'));
    let inner = |c: char| {
        c.is_alphanumeric()
            || matches!(c, '/' | '$' | '_' | '.' | '-' | '+' | '@' | '=' | '(' | ')' | ' ' | '*' | ';')
            || (block && matches!(c, '{' | '}'))
    };
    let plain = first
        && !text.ends_with(' ')
        && !text.contains("  ")
        && text.chars().all(inner)
        && matches!(Literal::parse(text), Literal::String(_));
    if plain { text.to_owned() } else { quoted(text) }
}

/// Text in double quotes (YAML 1.2.2, section 5.7).
#[must_use]
pub fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if c.is_control() || matches!(c, '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}') => {
                let _ = write!(out, "\\U{:08x}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use super::{entry, scalar};
    use serde_json::json;

    #[test]
    fn what_is_written_is_read_back() {
        let words = [
            "a",
            "no",
            "true",
            "1",
            "1.0",
            "2026-01",
            "",
            " a",
            "a b",
            "a:b",
            "#a",
            "-",
            "page[size]",
            "é",
            "a\nb",
            "\"",
            "null",
            "~",
            "1e5",
            "x,y",
            "\u{85}",
        ];
        let value = json!({"o": {"list": words, "nested": [[1, 2], {"a": {"b": {"c": ["x"]}}}], "empty": {}, "none": []},
            "wide": {"type": "string", "enum": (0..80).map(|n| format!("VALUE_{n}")).collect::<Vec<_>>()},
            "deep": [{"type": "object", "properties": {"a": {"type": "object", "properties": {"averyveryverylongname": {"type": "string"}, "another_quite_long_name": {"type": "string"}}}}}]});
        let mut out = String::new();
        for (key, value) in value.as_object().unwrap() {
            entry(&mut out, 0, key, value, true);
        }
        assert_eq!(crate::yaml::read(&out).unwrap(), value, "{out}");
        for line in out.lines() {
            assert!(line.chars().count() <= 140, "{line}");
        }
        assert_eq!(scalar("GET /users/{id}", true), "GET /users/{id}");
    }
}
