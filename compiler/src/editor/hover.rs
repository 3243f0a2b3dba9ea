//! What is known of what stands at a byte, in plain words.

use connc_expr::functions;
use connc_expr::ir::{Kind, Node};

use super::expression::{member_at, node_at, value_of};
use super::place::{self, Place};
use super::{Hover, Inspection, path};
use crate::check::Seen;
use crate::lang::Root;
use crate::shape::{Member, Value, describe};
use crate::source::{FileId, Role, Span};
use crate::yaml::Need;

/// Characters of an expression that a hover repeats.
const SHOWN: usize = 60;

pub(super) fn at(inspection: &Inspection, file: FileId, offset: u32) -> Option<Hover> {
    if let Some(seen) = inspection.expression(file, offset) {
        return in_expression(inspection, seen, file, offset);
    }
    let place = place::at(&inspection.tree(file), inspection.table(file), file, offset)?;
    if let Some((member, span)) = path::member_at(inspection, &place, file, offset) {
        return Some(Hover { span, text: format!("`{}`\n\n{}", member.name, declared(inspection, &member)) });
    }
    let text = if place.is_key { of_key(inspection, file, &place) } else { of_value(inspection, &place) };
    text.map(|text| Hover { span: place.span, text })
}

fn in_expression(inspection: &Inspection, seen: &Seen, file: FileId, offset: u32) -> Option<Hover> {
    let node = node_at(seen, file, offset)?;
    let value = value_of(seen, node, &inspection.shapes);
    let told = value.as_ref().map_or_else(|| "unknown".to_owned(), |value| describe(value, &inspection.shapes));
    let span = seen.expression.place(node.span.clone());
    if let Some((member, span)) = member_at(seen, node, &inspection.shapes) {
        let text = format!("`{}`: {told}\n\n{}", member.name, declared(inspection, &member));
        return Some(Hover { span, text });
    }
    if let Kind::Variable(name) = &node.kind {
        return Some(Hover { span, text: variable(name, &told) });
    }
    Some(Hover { span, text: format!("`{}`: {told}", shown(seen, node)) })
}

/// A member as it is declared, and where.
fn declared(inspection: &Inspection, member: &Member) -> String {
    let value = Value { shape: member.shape.clone(), absent: false, many: false };
    let mut text = describe(&value, &inspection.shapes);
    text.push_str(if member.required { ", always there" } else { ", may be absent" });
    if member.deprecated {
        text.push_str(", deprecated");
    }
    let Some(span) = member.place else { return format!("declared: {text}") };
    let by = if inspection.is_in(span.file, Role::Schema) {
        "the provider's type"
    } else if inspection.is_in(span.file, Role::Model) {
        "the model's type"
    } else {
        "declared"
    };
    format!("{by}: {text}\n\n{}", place_of(inspection, span))
}

fn place_of(inspection: &Inspection, span: Span) -> String {
    let at = inspection.sources.position(span.file, span.start);
    format!("{}:{}:{}", inspection.sources.path(span.file), at.line, at.column)
}

fn variable(name: &str, told: &str) -> String {
    if name.is_empty() {
        return format!("`$`, the data at hand: {told}");
    }
    if name == "$" {
        return format!("`$$`, the whole input: {told}");
    }
    if let Some(function) = functions::find(name) {
        return format!("`${name}{}`\n\n{}", function.signature, function.doc);
    }
    if functions::BUILTINS.contains(&name) {
        return format!("`${name}`, a function of JSONata's own");
    }
    match Root::parse(name) {
        Some(root) => format!("`${name}`: {told}\n\n{}", root.doc()),
        None => format!("`${name}`: {told}"),
    }
}

/// The node's text in one line.
fn shown(seen: &Seen, node: &Node) -> String {
    let text = seen.expression.source.get(node.span.clone()).unwrap_or_default();
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ").replace('`', "'");
    if line.chars().count() <= SHOWN { line } else { format!("{}…", line.chars().take(SHOWN).collect::<String>()) }
}

fn of_key(inspection: &Inspection, file: FileId, place: &Place) -> Option<String> {
    if inspection.is_in(file, Role::Map)
        && let [_, _, _] = place.path.as_slice()
        && let Some((resource, property)) = inspection.unified_field(file, &place.path)
    {
        let value = Value::always(property.r#type.shape());
        let required = resource.required.iter().any(|required| required.value == property.name.value);
        let required = if required { ", required" } else { "" };
        let mut text = format!("`{}`: {}{required}", property.name.value, describe(&value, &inspection.shapes));
        if let Some(description) = &property.description {
            text.push_str(&format!("\n\n{description}"));
        }
        text.push_str(&format!("\n\n{}", place_of(inspection, property.name.span)));
        return Some(text);
    }
    let key = place.key?;
    let required = if key.need == Need::Required { ", required" } else { "" };
    Some(format!("`{}`: {}{required}\n\n{}", key.name, key.value.describe(), key.doc))
}

/// What a name in a value stands for.
fn of_value(inspection: &Inspection, place: &Place) -> Option<String> {
    let spec = inspection.spec.as_ref()?;
    match place.path.last().map(String::as_str)? {
        "call" | "verify" | "via" => {
            if let Some(compound) = spec.compound(&place.text) {
                let at = place_of(inspection, compound.name.span);
                return Some(format!("operation `{}`: {} steps\n\n{at}", compound.name.value, compound.steps.len()));
            }
            let operation = spec.operation(&place.text)?;
            let url = operation.request.url.as_ref().map(|url| inspection.sources.slice(url.span).trim_matches(['"', '\'']));
            let url = url.unwrap_or("the GraphQL endpoint");
            let at = place_of(inspection, operation.name.span);
            Some(format!("operation `{}`: {} `{url}`\n\n{at}", operation.name.value, operation.request.method.name()))
        }
        _ => None,
    }
}
