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
        Data::Const(value) => out.push_str(&value.to_string()),
        Data::Expression(expression) => out.push_str(&hanging(&expression.source, depth)),
        Data::Object(members) if members.is_empty() => out.push_str("{}"),
        Data::List(items) if items.is_empty() => out.push_str("[]"),
        Data::Object(members) => {
            out.push('{');
            for (index, (name, member)) in members.iter().enumerate() {
                line(index, depth + 1, out);
                out.push_str(&format!("{}: ", serde_json::Value::from(name.as_str())));
                write(member, depth + 1, out);
            }
            line(0, depth, out);
            out.push('}');
        }
        Data::List(items) => {
            out.push('[');
            for (index, item) in items.iter().enumerate() {
                line(index, depth + 1, out);
                write(item, depth + 1, out);
            }
            line(0, depth, out);
            out.push(']');
        }
    }
}

/// An expression of several lines, each under the first.
fn hanging(source: &str, depth: usize) -> String {
    source.trim_end().replace('\n', &format!("\n{}", "  ".repeat(depth + 1)))
}

/// A new line, after a comma where a member stands before it.
fn line(index: usize, depth: usize, out: &mut String) {
    out.push_str(if index > 0 { "," } else { "" });
    out.push('\n');
    out.push_str(&"  ".repeat(depth));
}
