//! What is selected of a schema, in GraphQL's schema definition language.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use apollo_compiler::ast;

use super::is_required;
use super::select::{Schema, Selected};

/// Scalars that every schema has.
const BUILT_IN: &[&str] = &["Int", "Float", "String", "Boolean", "ID"];

pub(super) fn text(schema: &Schema<'_>, selected: &Selected) -> String {
    let mut parts: Vec<String> = Vec::new();
    let roots: Vec<(&str, &str)> =
        schema.roots.iter().filter(|(_, name)| selected.fields.contains_key(**name)).map(|(operation, name)| (*operation, *name)).collect();
    if roots.iter().any(|(operation, name)| !name.eq_ignore_ascii_case(operation)) {
        let roots: String = roots.iter().map(|(operation, name)| format!("  {operation}: {name}\n")).collect();
        parts.push(format!("schema {{\n{roots}}}\n"));
    }
    let (enums, scalars): (Vec<&String>, Vec<&String>) = selected.leaves.iter().partition(|name| schema.enums.contains_key(name.as_str()));
    let scalars: String = scalars.iter().filter(|name| !BUILT_IN.contains(&name.as_str())).map(|name| format!("scalar {name}\n")).collect();
    parts.push(scalars);
    for name in enums {
        let values = schema.enums.get(name.as_str()).into_iter().flatten();
        let values: String = values.map(|value| format!("  {}{}\n", value.value, deprecated(&value.directives))).collect();
        parts.push(format!("enum {name} {{\n{values}}}\n"));
    }
    let is_root = |name: &str| roots.iter().any(|(_, root)| *root == name);
    let in_order = roots.iter().map(|(_, name)| *name).rev().collect::<BTreeSet<_>>();
    let others = selected.fields.keys().map(String::as_str).filter(|name| !is_root(name));
    let roots_first = in_order.into_iter().rev().chain(others);
    parts.extend(roots_first.filter_map(|name| object(schema, selected, name)));
    for (name, members) in &selected.unions {
        let members: Vec<&str> = members.iter().map(String::as_str).collect();
        if !members.is_empty() {
            parts.push(format!("union {name} = {}\n", members.join(" | ")));
        }
    }
    parts.extend(selected.inputs.iter().filter_map(|(name, members)| input(schema, name, members)));
    parts.retain(|part| !part.is_empty());
    parts.join("\n")
}

fn object(schema: &Schema<'_>, selected: &Selected, name: &str) -> Option<String> {
    let (object, wanted) = (schema.objects.get(name)?, selected.fields.get(name)?);
    let implements: Vec<&str> = object.implements.iter().copied().filter(|name| selected.fields.contains_key(*name)).collect();
    let implements = if implements.is_empty() { String::new() } else { format!(" implements {}", implements.join(" & ")) };
    let mut out = format!("{} {name}{implements} {{\n", if object.is_interface { "interface" } else { "type" });
    let mut fields: Vec<_> = object.fields.iter().filter_map(|field| Some((field, wanted.get(field.name.as_str())?))).collect();
    fields.sort_by_key(|(field, _)| field.name.as_str());
    for (field, arguments) in fields {
        let mut given: Vec<&ast::InputValueDefinition> = field
            .arguments
            .iter()
            .map(|argument| &**argument)
            .filter(|argument| arguments.contains(argument.name.as_str()) || is_required(argument))
            .collect();
        given.sort_by_key(|argument| argument.name.as_str());
        let given: Vec<String> = given.into_iter().map(value).collect();
        let given = if given.is_empty() { String::new() } else { format!("({})", given.join(", ")) };
        let _ = writeln!(out, "  {}{given}: {}{}", field.name, field.ty, deprecated(&field.directives));
    }
    out.push_str("}\n");
    Some(out)
}

fn input(schema: &Schema<'_>, name: &str, members: &BTreeSet<String>) -> Option<String> {
    let input = schema.inputs.get(name)?;
    let mut fields: Vec<_> = input.fields.iter().filter(|field| members.contains(field.name.as_str())).collect();
    fields.sort_by_key(|field| field.name.as_str());
    let fields: String = fields.into_iter().map(|field| format!("  {}\n", value(field))).collect();
    Some(format!("input {name}{} {{\n{fields}}}\n", if input.one_of { " @oneOf" } else { "" }))
}

fn value(input: &ast::InputValueDefinition) -> String {
    let default = input.default_value.as_ref().map_or_else(String::new, |value| format!(" = {}", value.serialize().no_indent()));
    format!("{}: {}{default}{}", input.name, input.ty, deprecated(&input.directives))
}

/// The mark of what is to be used no more, without its prose.
fn deprecated(directives: &ast::DirectiveList) -> &'static str {
    if directives.has("deprecated") { " @deprecated" } else { "" }
}
