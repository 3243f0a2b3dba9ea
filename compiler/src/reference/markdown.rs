//! `docs/spec.md`.

use std::fmt::Write;

use connc_expr::filters::Argument;
use connc_plan::{ErrorKind, Type};

use super::chapters;
use crate::lang::{DataPlace, Root, TextPlace};
use crate::yaml::{Need, Table, Value};

/// The whole reference as Markdown.
#[must_use]
pub fn reference() -> String {
    let mut out = String::from(
        "# The spec language\n\n\
         This page is written by `connc schema --reference` from the tables that the compiler reads by; a test compiles each example in it.\n\n\
         Text is a template, data is JSONata: URLs, headers and query values hold `{{ name }}`, bodies, items, maps and conditions are JSONata.\n\
         A connector is a folder with `connector.yaml`, a file for each unified model that it maps, `schemas/` and `cassettes/`.\n",
    );
    for chapter in chapters() {
        let _ = write!(out, "\n## {}\n", chapter.title);
        for table in chapter.tables {
            write_table(&mut out, table);
        }
    }
    write_names(&mut out);
    write_functions(&mut out);
    out
}

fn write_table(out: &mut String, table: &Table) {
    let _ = write!(out, "\n### {}\n\n{}\n", table.name, table.doc);
    if let Some(also) = table.also {
        let _ = write!(out, "\nThe keys of {} may stand here too.\n", link(also));
    }
    if let Some(rest) = table.rest {
        let _ = write!(out, "\nEvery other key is a name of your own, and holds {}.\n", takes(rest));
    }
    for key in table.keys {
        let need = match key.need {
            Need::Required => ", required",
            Need::Optional => "",
        };
        let _ = write!(out, "\n**`{}`** ({}{need}): {}\n\n```yaml\n{}\n```\n", key.name, takes(&key.value), key.doc, key.example);
    }
    if !table.reserved.is_empty() {
        let names = table.reserved.iter().map(|reserved| format!("`{}` ({})", reserved.name, reserved.doc)).collect::<Vec<_>>().join(", ");
        let _ = write!(out, "\nReserved for later: {names}.\n");
    }
}

fn takes(value: &Value) -> String {
    match value {
        Value::List(inner) => format!("a list of {}", plural(inner)),
        Value::Map(inner) => format!("names with {}", takes(inner)),
        Value::Object(table) => link(table),
        Value::OneOf(key, tables) => {
            let names = tables.iter().map(|table| link(table)).collect::<Vec<_>>().join(", ");
            format!("{names}, by its `{key}`")
        }
        Value::Either(one, other) => format!("{} or {}", takes(one), takes(other)),
        Value::Text
        | Value::Name
        | Value::Template
        | Value::Jsonata
        | Value::Path
        | Value::Graphql
        | Value::Integer
        | Value::Boolean
        | Value::Choice(_)
        | Value::Literal
        | Value::Data => value.describe(),
    }
}

fn plural(value: &Value) -> String {
    match value {
        Value::Text => "texts".to_owned(),
        Value::Name => "names".to_owned(),
        Value::Literal => "values".to_owned(),
        _ => takes(value),
    }
}

fn link(table: &Table) -> String {
    format!("[{}](#{})", table.name, table.name.to_lowercase().replace(' ', "-"))
}

fn write_names(out: &mut String) {
    out.push_str("\n## Names\n\nWhich names exist where. In templates they are written `account.domain`, in JSONata `$account.domain`; an unknown one is a compile error.\n");
    out.push_str("\n| name | holds |\n|---|---|\n");
    for root in Root::ALL {
        let _ = writeln!(out, "| `{}` | {} |", root.name(), root.doc());
    }
    out.push_str("\n| in templates of | exist |\n|---|---|\n");
    for (place, name) in TextPlace::ALL {
        let _ = writeln!(out, "| {name} | {} |", list(place.roots(), ""));
    }
    out.push_str("\n| in expressions of | exist |\n|---|---|\n");
    for (place, name) in DataPlace::ALL {
        let _ = writeln!(out, "| {name} | {} |", list(place.roots(), "$"));
    }
    let types = Type::ALL.iter().map(|(name, _)| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    let kinds = ErrorKind::ALL.iter().map(|(name, _)| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    let _ = write!(out, "\nParameter types: {types}.\n\nError kinds: {kinds}.\n");
}

fn list(roots: &[Root], sign: &str) -> String {
    roots.iter().map(|root| format!("`{sign}{}`", root.name())).collect::<Vec<_>>().join(", ")
}

fn write_functions(out: &mut String) {
    out.push_str("\n## Template filters\n\n| filter | does |\n|---|---|\n");
    for filter in connc_expr::filters::TABLE {
        let argument = match filter.argument {
            Argument::None => String::new(),
            Argument::OneOf(words) => {
                format!("; its argument is one of {}", words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", "))
            }
            Argument::Text => "; its argument is a text".to_owned(),
            Argument::Date => "; its argument is such a notation".to_owned(),
        };
        let _ = writeln!(out, "| `{}` | {}{argument} |", filter.name, filter.doc);
    }
    out.push_str("\n## Functions\n\nJSONata's own library");
    let missing = connc_expr::functions::UNAVAILABLE.iter().map(|(name, _)| format!("`${name}`")).collect::<Vec<_>>().join(", ");
    let _ = write!(out, " without {missing}, and these:\n\n| function | does | example | gives |\n|---|---|---|---|\n");
    for function in connc_expr::functions::TABLE {
        let (example, result) = function.example;
        let cell = |text: &str| text.replace('|', "\\|").replace('\n', "\\n");
        let _ =
            writeln!(out, "| `${}{}` | {} | `{}` | `{}` |", function.name, function.signature, function.doc, cell(example), cell(result));
    }
}
