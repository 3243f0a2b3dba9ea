//! What changed in a GraphQL schema, as far as the connector's documents select it.

use apollo_compiler::ast::{self, Document};
use connc_compiler::source::Span;
use connc_compiler::spec::Connector;

use super::{Change, Drift, list, unreadable};
use crate::sdl::{self, Schema, Selected};
use crate::touched::Touched;
use crate::{File, Problem};

/// A field that a document selects: operation, type, field and place.
struct Selection {
    operation: String,
    on: String,
    field: String,
    place: Span,
}

pub(super) fn compare(spec: &Connector, touched: &Touched, stored: File<'_>, new: &str, drift: &mut Drift) -> Result<(), Problem> {
    let old = sdl::parse(stored).map_err(|_| unreadable(stored.name))?;
    let new = sdl::parse(File { name: "the newer schema", text: new })?;
    let (before, after) = (Schema::of(&old), Schema::of(&new));
    let selections = selections(spec, &before);
    for (name, object) in &before.objects {
        for field in &object.fields {
            let used: Vec<&Selection> =
                selections.iter().filter(|selection| selection.on == *name && selection.field == field.name.as_str()).collect();
            if used.is_empty() {
                continue;
            }
            let at = format!("{name}.{}", field.name);
            let mut say = |what: &str, breaking: bool| say(drift, &used, &at, what, breaking);
            match after.field(name, &field.name) {
                None => say("it is gone", true),
                Some(now) => compare_field(field, now, &mut say),
            }
        }
    }
    inputs(touched, &before, &after, drift);
    enums(touched, &before, &after, &selections, drift);
    Ok(())
}

fn compare_field(field: &ast::FieldDefinition, now: &ast::FieldDefinition, say: &mut dyn FnMut(&str, bool)) {
    if field.ty != now.ty {
        let (was, is) = (field.ty.to_string(), now.ty.to_string());
        // What was never null may be it now; the other way round is harmless.
        let breaks = is.replace('!', "") != was.replace('!', "") || is.matches('!').count() < was.matches('!').count();
        say(&format!("it was `{was}` and is now `{is}`"), breaks);
    }
    if now.directives.has("deprecated") && !field.directives.has("deprecated") {
        say("it is deprecated now", false);
    }
    for argument in &field.arguments {
        match now.arguments.iter().find(|known| known.name == argument.name) {
            None => say(&format!("its argument `{}` is gone", argument.name), true),
            Some(known) if known.ty != argument.ty => {
                let (was, is) = (argument.ty.to_string(), known.ty.to_string());
                let breaks = is.replace('!', "") != was.replace('!', "") || is.matches('!').count() > was.matches('!').count();
                say(&format!("its argument `{}` was `{was}` and is now `{is}`", argument.name), breaks);
            }
            Some(_) => {}
        }
    }
    for argument in now.arguments.iter().filter(|argument| argument.ty.is_non_null() && argument.default_value.is_none()) {
        if !field.arguments.iter().any(|known| known.name == argument.name) {
            say(&format!("its argument `{}` must be given now", argument.name), true);
        }
    }
}

fn inputs(touched: &Touched, before: &Schema<'_>, after: &Schema<'_>, drift: &mut Drift) {
    for (name, input) in &before.inputs {
        let Some(now) = after.inputs.get(name) else {
            add(drift, touched, name, "the input type is gone", true, None);
            continue;
        };
        for field in &input.fields {
            if !touched.uses(&field.name) {
                continue;
            }
            let at = format!("{name}.{}", field.name);
            match now.fields.iter().find(|known| known.name == field.name) {
                None => add(drift, touched, &at, "it is gone", true, Some(&field.name)),
                Some(known) if known.ty != field.ty => {
                    let (was, is) = (field.ty.to_string(), known.ty.to_string());
                    let breaks = is.replace('!', "") != was.replace('!', "") || is.matches('!').count() > was.matches('!').count();
                    add(drift, touched, &at, &format!("it was `{was}` and is now `{is}`"), breaks, Some(&field.name));
                }
                Some(_) => {}
            }
        }
        for field in now.fields.iter().filter(|field| field.ty.is_non_null() && field.default_value.is_none()) {
            if !input.fields.iter().any(|known| known.name == field.name) {
                add(
                    drift,
                    touched,
                    &format!("{name}.{}", field.name),
                    "it must be given now",
                    !touched.uses(&field.name),
                    Some(&field.name),
                );
            }
        }
    }
}

fn enums(touched: &Touched, before: &Schema<'_>, after: &Schema<'_>, selections: &[Selection], drift: &mut Drift) {
    for (name, values) in &before.enums {
        let Some(now) = after.enums.get(name) else { continue };
        let names = |values: &[&ast::EnumValueDefinition]| values.iter().map(|value| value.value.to_string()).collect::<Vec<_>>();
        let (old, new) = (names(values), names(now));
        let of_this = |selection: &&Selection| {
            before.field(&selection.on, &selection.field).is_some_and(|field| field.ty.inner_named_type() == *name)
        };
        let used: Vec<&Selection> = selections.iter().filter(of_this).collect();
        let added: Vec<&str> = new.iter().filter(|value| !old.contains(value)).map(String::as_str).collect();
        if !added.is_empty() && !used.is_empty() {
            let translated =
                used.iter().any(|selection| touched.uses_of(&selection.operation, &selection.field, false).any(|used| used.is_enum));
            say(drift, &used, name, &format!("it may now be {}", list(added)), translated);
        }
        let gone: Vec<&str> = old.iter().filter(|value| !new.contains(value)).map(String::as_str).collect();
        if !gone.is_empty() {
            let written = before
                .inputs
                .values()
                .flat_map(|input| &input.fields)
                .any(|field| field.ty.inner_named_type() == *name && touched.uses(&field.name));
            say(drift, &used, name, &format!("{} is not among its values any more", list(gone)), written);
        }
    }
}

fn say(drift: &mut Drift, used: &[&Selection], at: &str, what: &str, breaking: bool) {
    let mut operations: Vec<String> = used.iter().map(|selection| selection.operation.clone()).collect();
    operations.dedup();
    let mut places: Vec<Span> = used.iter().map(|selection| selection.place).collect();
    places.sort_unstable();
    places.dedup();
    drift.add(Change { operations, at: at.to_owned(), what: what.to_owned(), breaking, places });
}

/// A change of an input, which expressions write by name.
fn add(drift: &mut Drift, touched: &Touched, at: &str, what: &str, breaking: bool, name: Option<&str>) {
    let mut places: Vec<Span> =
        touched.uses.iter().filter(|used| used.writes && Some(used.name.as_str()) == name).map(|used| used.span).collect();
    places.sort_unstable();
    places.dedup();
    drift.add(Change { operations: Vec::new(), at: at.to_owned(), what: what.to_owned(), breaking, places });
}

fn selections(spec: &Connector, schema: &Schema<'_>) -> Vec<Selection> {
    let mut found = Vec::new();
    for (operation, sent) in sdl::documents(spec) {
        let Ok(document) = Document::parse(sent.text.clone(), "document.graphql") else { continue };
        let mut selected = Selected::default();
        selected.document(schema, &document);
        let places = selected.places.into_iter();
        found.extend(places.map(|(on, field, range)| Selection { operation: operation.clone(), on, field, place: sent.place(range) }));
    }
    found
}
