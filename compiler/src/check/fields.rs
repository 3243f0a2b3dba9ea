//! Fields of maps are fields of the model, required ones are there, and what enums give is what the model has.

use super::{Case, uses};
use crate::diagnostic::{Code, Diagnostic, Diagnostics, nearest};
use crate::shape::{Property, Resource, Type};
use crate::source::Spanned;
use crate::spec::{Field, FieldValue, MapResource};

pub(super) fn check(case: &Case<'_>, diagnostics: &mut Diagnostics) {
    for (model_name, resource) in uses::mapped(case.spec) {
        let Some(target) = case.spec.models.get(model_name).and_then(|model| model.resources.get(&resource.name.value)) else { continue };
        for field in &resource.fields {
            match target.field(&field.name) {
                Some(property) if matches!(property.r#type, Type::File) => {
                    let message =
                        format!("`{}` is a file that is sent, and no record of `{}` holds it", field.name.value, resource.name.value);
                    let diagnostic =
                        Diagnostic::new(Code::UnknownField, field.name.span, message).related(property.name.span, "it is declared here");
                    diagnostics.push(diagnostic.help(format!("leave it out: a write reads it as `$input.{}`", field.name.value)));
                }
                Some(property) => check_value(field, property, diagnostics),
                None => report_unknown(&field.name, resource, target, diagnostics),
            }
        }
        report_missing(resource, target, diagnostics);
        for filter in &resource.filters.list {
            let known = target.filters();
            if !known.contains(&filter.name.value) {
                let message = format!("`{}` is not something that `{}` can be narrowed by", filter.name.value, resource.name.value);
                let near = nearest(&filter.name, known.iter().map(String::as_str));
                let help = near.map_or_else(
                    || "filters are the model's fields, `updated_after` and `updated_before` for a time `updated_at`, and `group_id` for an object `group`".to_owned(),
                    |near| format!("did you mean `{near}`?"),
                );
                diagnostics.push(Diagnostic::new(Code::UnknownField, filter.name.span, message).help(help));
            }
        }
    }
}

fn report_unknown(name: &Spanned<String>, resource: &MapResource, target: &Resource, diagnostics: &mut Diagnostics) {
    let message = format!("`{}` is not a field of `{}`", name.value, resource.name.value);
    let diagnostic = Diagnostic::new(Code::UnknownField, name.span, message);
    let near = nearest(name, target.fields.iter().map(|field| field.name.value.as_str()));
    let declared = near.and_then(|near| target.field(near));
    diagnostics.push(match (near, declared) {
        (Some(near), Some(field)) => {
            let diagnostic = diagnostic.help(format!("did you mean `{near}`?"));
            diagnostic.related(field.name.span, format!("`{near}` is declared here"))
        }
        _ => diagnostic.help("what the model has no field for goes under `custom`"),
    });
}

fn report_missing(resource: &MapResource, target: &Resource, diagnostics: &mut Diagnostics) {
    for required in &target.required {
        let given = |name: &str| resource.fields.iter().find(|field| field.name.value == name);
        // The runtime gives `id` what `remote_id` has.
        let field = given(&required.value).or_else(|| if required.value == "id" { given("remote_id") } else { None });
        match field.map(|field| &field.value) {
            Some(FieldValue::Unavailable(_)) => {
                let message = format!("`{}` is required, and this map calls it unavailable", required.value);
                let place = field.map_or(resource.fields_span, |field| field.name.span);
                diagnostics.push(Diagnostic::new(Code::MissingField, place, message).related(required.span, "it is required here"));
            }
            Some(FieldValue::Const(_) | FieldValue::Expression(_) | FieldValue::Enum(_)) => {}
            // A slip of its name, or something unreadable, is not something missing.
            None if resource.unreadable.iter().any(|name| *name == required.value || name == "*") => {}
            None if resource
                .fields
                .iter()
                .any(|field| target.field(&field.name).is_none() && nearest(&field.name, [required.value.as_str()]).is_some()) => {}
            None => {
                let message = format!("`{}` needs the field `{}`", resource.name.value, required.value);
                let diagnostic =
                    Diagnostic::new(Code::MissingField, resource.fields_span, message).related(required.span, "it is required here");
                diagnostics
                    .push(diagnostic.help(format!("add `{}:` with where its value stands in the provider's record", required.value)));
            }
        }
    }
}

fn check_value(field: &Field, property: &Property, diagnostics: &mut Diagnostics) {
    let Type::String { values: allowed, .. } = &property.r#type else {
        if let FieldValue::Const(value) = &field.value {
            check_const(value, property, diagnostics);
        }
        return;
    };
    match &field.value {
        FieldValue::Enum(translation) => {
            for (_, to) in &translation.values {
                check_enum(&to.value, to.span, allowed, property, diagnostics);
            }
            for (from, _) in &translation.write {
                check_enum(&from.value, from.span, allowed, property, diagnostics);
            }
            if let Some(otherwise) = &translation.otherwise {
                check_enum(&otherwise.value, otherwise.span, allowed, property, diagnostics);
            }
        }
        FieldValue::Const(value) => match value.value.as_str() {
            Some(text) => check_enum(text, value.span, allowed, property, diagnostics),
            None => check_const(value, property, diagnostics),
        },
        FieldValue::Expression(_) | FieldValue::Unavailable(_) => {}
    }
}

fn check_const(value: &Spanned<serde_json::Value>, property: &Property, diagnostics: &mut Diagnostics) {
    let fits = match &property.r#type {
        Type::String { .. } => value.value.is_string(),
        Type::Integer => value.value.is_i64() || value.value.is_u64(),
        Type::Number => value.value.is_number(),
        Type::Boolean => value.value.is_boolean(),
        Type::List(_) => value.value.is_array(),
        Type::Object { .. } => value.value.is_object(),
        Type::Any => true,
        Type::File => false,
    };
    if !fits {
        let message = format!("`{}` is {}, and this is not", property.name.value, property.r#type.describe());
        diagnostics.push(Diagnostic::new(Code::WrongType, value.span, message).related(property.name.span, "the model's field"));
    }
}

fn check_enum(given: &str, span: crate::source::Span, allowed: &[String], property: &Property, diagnostics: &mut Diagnostics) {
    if allowed.is_empty() || allowed.iter().any(|value| value == given) {
        return;
    }
    let message = format!("`{given}` is not a value of `{}`", property.name.value);
    let help = nearest(given, allowed.iter().map(String::as_str)).map_or_else(
        || format!("it takes {}", allowed.iter().map(|value| format!("`{value}`")).collect::<Vec<_>>().join(", ")),
        |near| format!("did you mean `{near}`?"),
    );
    let diagnostic = Diagnostic::new(Code::UnknownEnumValue, span, message).related(property.name.span, "the model's field");
    diagnostics.push(diagnostic.help(help));
}
