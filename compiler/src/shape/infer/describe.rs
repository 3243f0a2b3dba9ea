//! What is known of a value, in plain words.

use crate::shape::known::{Shape, Shapes, Text, Value};

/// Words of a closed set that are listed.
const LISTED: usize = 6;

/// Alternatives that are told one by one.
const TOLD: usize = 5;

/// What a value is, in plain words: "text", "one or a list of numbers", "an object (`User`) or nothing".
#[must_use]
pub fn describe(value: &Value, shapes: &Shapes) -> String {
    let known = if value.many { format!("one or a list of {}", plural(&value.shape, shapes, 0)) } else { one(&value.shape, shapes, 0) };
    if value.absent && value.is_known() { format!("{known} or nothing") } else { known }
}

/// What a shape is, in plain words.
pub(super) fn describe_shape(shape: &Shape, shapes: &Shapes) -> String {
    one(shape, shapes, 0)
}

fn one(shape: &Shape, shapes: &Shapes, depth: usize) -> String {
    match shape {
        Shape::Unknown => "unknown".to_owned(),
        Shape::Null => "null".to_owned(),
        Shape::Boolean => "true or false".to_owned(),
        Shape::Number { .. } => "a number".to_owned(),
        Shape::Text(text) => words(text),
        Shape::List(items) if items.is_nothing() => "an empty list".to_owned(),
        Shape::List(items) => format!("a list of {}", plural(items, shapes, depth + 1)),
        Shape::Object(object) => object.name.as_ref().map_or_else(|| "an object".to_owned(), |name| format!("an object (`{name}`)")),
        Shape::Function => "a function".to_owned(),
        Shape::Bytes => "bytes".to_owned(),
        Shape::Named(id) => match shapes.resolve(shape) {
            Shape::Object(_) => format!("an object (`{}`)", shapes.name(*id)),
            other if depth < TOLD => one(other, shapes, depth + 1),
            _ => format!("`{}`", shapes.name(*id)),
        },
        Shape::OneOf(several) => alternatives(several, shapes, depth, one),
    }
}

fn plural(shape: &Shape, shapes: &Shapes, depth: usize) -> String {
    match shape {
        Shape::Unknown => "unknown values".to_owned(),
        Shape::Null => "nulls".to_owned(),
        Shape::Boolean => "true or false".to_owned(),
        Shape::Number { .. } => "numbers".to_owned(),
        Shape::Text(text) => match (text.format.as_deref(), &text.values) {
            (None, None) => "texts".to_owned(),
            (Some("date-time"), None) => "times (RFC 3339)".to_owned(),
            (Some("date"), None) => "dates".to_owned(),
            (Some("email"), None) => "email addresses".to_owned(),
            (Some("id"), None) => "identifiers".to_owned(),
            (Some("uri" | "url"), None) => "URLs".to_owned(),
            (Some(format), None) => format!("texts (`{format}`)"),
            (_, Some(_)) => words(text),
        },
        Shape::List(items) => format!("lists of {}", plural(items, shapes, depth + 1)),
        Shape::Object(object) => object.name.as_ref().map_or_else(|| "objects".to_owned(), |name| format!("objects (`{name}`)")),
        Shape::Function => "functions".to_owned(),
        Shape::Bytes => "bytes".to_owned(),
        Shape::Named(id) => match shapes.resolve(shape) {
            Shape::Object(_) => format!("objects (`{}`)", shapes.name(*id)),
            other if depth < TOLD => plural(other, shapes, depth + 1),
            _ => format!("`{}`", shapes.name(*id)),
        },
        Shape::OneOf(several) => alternatives(several, shapes, depth, plural),
    }
}

fn words(text: &Text) -> String {
    if let Some(values) = &text.values {
        let listed: Vec<String> = values.iter().take(LISTED).map(|word| format!("`{word}`")).collect();
        return match listed.as_slice() {
            [only] => only.clone(),
            _ if values.len() > LISTED => format!("one of {} and {} more", listed.join(", "), values.len() - LISTED),
            _ => format!("one of {}", listed.join(", ")),
        };
    }
    match text.format.as_deref() {
        None => "text".to_owned(),
        Some("date-time") => "a time (RFC 3339)".to_owned(),
        Some("date") => "a date".to_owned(),
        Some("email") => "an email address".to_owned(),
        Some("id") => "an identifier".to_owned(),
        Some("uri" | "url") => "a URL".to_owned(),
        Some(format) => format!("text (`{format}`)"),
    }
}

fn alternatives(several: &[Shape], shapes: &Shapes, depth: usize, tell: fn(&Shape, &Shapes, usize) -> String) -> String {
    if several.is_empty() {
        return "nothing".to_owned();
    }
    let mut told: Vec<String> = Vec::new();
    // Null comes last, as an afterthought.
    let ordered =
        several.iter().filter(|shape| !matches!(shape, Shape::Null)).chain(several.iter().filter(|shape| matches!(shape, Shape::Null)));
    for shape in ordered {
        let text = tell(shape, shapes, depth + 1);
        if !told.contains(&text) {
            told.push(text);
        }
    }
    if told.len() > TOLD {
        let more = told.len() - TOLD;
        told.truncate(TOLD);
        return format!("{} or {more} others", told.join(", "));
    }
    told.join(" or ")
}
