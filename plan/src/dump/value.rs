//! Parameters, data and templates in a line or a few.

use crate::{Data, Parameter, Text};

/// A row for each parameter: type, whether it is required, what confines it, and what it is.
pub(super) fn parameters(parameters: &[Parameter]) -> Vec<(&str, String)> {
    parameters.iter().map(|parameter| (parameter.name.as_str(), describe(parameter))).collect()
}

fn describe(parameter: &Parameter) -> String {
    let Parameter { name: _, r#type, required, description, example, default, within, values, origin: _ } = parameter;
    let mut text = r#type.name().to_owned();
    if *required {
        text.push_str(", required");
    }
    if let Some(default) = default {
        text.push_str(&format!(", default {default}"));
    }
    if !within.is_empty() {
        text.push_str(&format!(", within {}", within.join(" or ")));
    }
    if !values.is_empty() {
        text.push_str(&format!(", one of {}", values.join(" | ")));
    }
    if let Some(description) = description {
        text.push_str(&format!(": {description}"));
    }
    if let Some(example) = example {
        text.push_str(&format!(" (e.g. {example})"));
    }
    text
}

/// Names, and what they are in a column of its own.
pub(super) fn columns(rows: &[(&str, String)]) -> String {
    let width = rows.iter().map(|(name, _)| name.chars().count()).max().unwrap_or(0);
    rows.iter().map(|(name, text)| format!("{name:<width$}  {text}").trim_end().to_owned()).collect::<Vec<_>>().join("\n")
}

/// `name = value` for each, in order.
pub(super) fn pairs(pairs: &[(String, Text)]) -> String {
    pairs.iter().map(|(name, value)| format!("{name} = {value}")).collect::<Vec<_>>().join("\n")
}

/// Data as JSON in which expressions stand bare: `{ "profile": { "email": $input.email } }` over several lines.
pub(super) fn data(data: &Data) -> String {
    let mut out = String::new();
    write(data, 0, &mut out);
    out
}

fn write(data: &Data, depth: usize, out: &mut String) {
    match data {
        Data::Const(value) => match document(data) {
            None => out.push_str(&value.to_string()),
            Some(text) => {
                out.push('|');
                for part in text.trim_end().lines() {
                    line(depth + 1, out);
                    out.push_str(part);
                }
            }
        },
        Data::Fresh(fresh) => out.push_str(&format!("a fresh {}", fresh.name())),
        Data::Text(text) => out.push_str(&format!("\"{text}\"")),
        Data::Expression(expression) => out.push_str(&hanging(&expression.source, depth)),
        Data::Object(members) if members.is_empty() => out.push_str("{}"),
        Data::List(items) if items.is_empty() => out.push_str("[]"),
        Data::Object(members) => {
            out.push('{');
            let mut rest = members.iter().peekable();
            while let Some((name, member)) = rest.next() {
                line(depth + 1, out);
                out.push_str(&format!("{}: ", serde_json::Value::from(name.as_str())));
                write(member, depth + 1, out);
                out.push_str(comma(member, rest.peek().is_some()));
            }
            line(depth, out);
            out.push('}');
        }
        Data::List(items) => {
            out.push('[');
            let mut rest = items.iter().peekable();
            while let Some(item) = rest.next() {
                line(depth + 1, out);
                write(item, depth + 1, out);
                out.push_str(comma(item, rest.peek().is_some()));
            }
            line(depth, out);
            out.push(']');
        }
    }
}

/// A text of several lines, such as a GraphQL document, which stands as it was written.
fn document(data: &Data) -> Option<&str> {
    match data {
        Data::Const(value) => value.as_str().filter(|text| text.contains('\n')),
        Data::Text(_) | Data::Fresh(_) | Data::Expression(_) | Data::Object(_) | Data::List(_) => None,
    }
}

/// What stands between a member and the next one. Behind a document it would seem to be a part of it.
fn comma(member: &Data, more: bool) -> &'static str {
    if more && document(member).is_none() { "," } else { "" }
}

/// An expression of several lines, each under the first.
fn hanging(source: &str, depth: usize) -> String {
    source.trim_end().replace('\n', &format!("\n{}", "  ".repeat(depth + 1)))
}

fn line(depth: usize, out: &mut String) {
    out.push('\n');
    out.push_str(&"  ".repeat(depth));
}
