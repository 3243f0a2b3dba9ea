//! Functions that choose among values: defaults, exactly one, the first that says something, and the parts of a name.

use serde_json::Value;

use super::signature::{Absence, Signature, Type, one, rest};
use super::{Function, made, text};

pub(super) const DEFAULT: Function = Function {
    name: "default",
    signature: Signature { parameters: &[one("value", Type::Any), one("otherwise", Type::Any)], result: Type::Arguments },
    absence: Absence::Handled,
    doc: "the first argument where it exists, else the second; null exists",
    example: ("$default(absent, 'none')", "\"none\""),
    body: |arguments| Ok(arguments.iter().flatten().next().cloned()),
};

pub(super) const ONE: Function = Function {
    name: "one",
    signature: Signature { parameters: &[one("values", Type::Any)], result: Type::Element },
    absence: Absence::Handled,
    doc: "the only element of a list, or a value that is no list; an error where there is none or more than one",
    example: ("$one([7])", "7"),
    body: exactly_one,
};

pub(super) const FIRST_NON_EMPTY: Function = Function {
    name: "first_non_empty",
    signature: Signature { parameters: &[one("value", Type::Any), rest("others", Type::Any)], result: Type::Arguments },
    absence: Absence::Handled,
    doc: "the first argument that exists and is neither null nor empty text; absent where there is none",
    example: ("$first_non_empty(absent, null, '', 'ada', 'x')", "\"ada\""),
    body: |arguments| Ok(arguments.iter().flatten().find(|value| !is_empty(value)).cloned()),
};

pub(super) const TEXT_LIST: Function = Function {
    name: "text_list",
    signature: Signature { parameters: &[one("values", Type::Any)], result: Type::TextList },
    absence: Absence::Passes,
    doc: "each element as text, always a list; nulls are left out",
    example: ("$text_list([1, 'b', true, null])", "[\"1\",\"b\",\"true\"]"),
    body: text_list,
};

pub(super) const GIVEN_NAME: Function = Function {
    name: "given_name",
    signature: Signature { parameters: &[one("display", Type::Text)], result: Type::Text },
    absence: Absence::Passes,
    doc: "a display name up to its last space, or all of it where it is one word; absent where it is blank",
    example: ("$given_name('Ada Maria Quill')", "\"Ada Maria\""),
    body: |arguments| Ok(split_name(text(arguments)?).map(|(given, _)| given.into())),
};

pub(super) const FAMILY_NAME: Function = Function {
    name: "family_name",
    signature: Signature { parameters: &[one("display", Type::Text)], result: Type::Text },
    absence: Absence::Passes,
    doc: "a display name after its last space; absent where it is one word or blank",
    example: ("$family_name('Ada Maria Quill')", "\"Quill\""),
    body: |arguments| match split_name(text(arguments)?) {
        Some((_, Some(family))) => made(family),
        Some((_, None)) | None => Ok(None),
    },
};

fn exactly_one(arguments: &[Option<Value>]) -> Result<Option<Value>, String> {
    match arguments.first() {
        None | Some(None) => Err("expected exactly one value, found none".to_owned()),
        Some(Some(Value::Array(items))) => match items.as_slice() {
            [only] => Ok(Some(only.clone())),
            items => Err(format!("expected exactly one value, found {}", items.len())),
        },
        Some(value) => Ok(value.clone()),
    }
}

fn is_empty(value: &Value) -> bool {
    value.is_null() || value.as_str().is_some_and(str::is_empty)
}

fn text_list(arguments: &[Option<Value>]) -> Result<Option<Value>, String> {
    let single;
    let items = match arguments.first() {
        None | Some(None) => return Ok(None),
        Some(Some(Value::Array(items))) => items.as_slice(),
        Some(Some(value)) => {
            single = [value.clone()];
            single.as_slice()
        }
    };
    let mut texts = Vec::with_capacity(items.len());
    for item in items {
        texts.push(match item {
            Value::Null => continue,
            Value::String(text) => text.clone(),
            Value::Bool(_) | Value::Number(_) => item.to_string(),
            Value::Array(_) | Value::Object(_) => return Err("an element is a list or an object".to_owned()),
        });
    }
    Ok(Some(texts.into()))
}

/// Given and family name, split at the last space.
fn split_name(display: &str) -> Option<(&str, Option<&str>)> {
    let display = display.trim();
    match display.rsplit_once(char::is_whitespace) {
        Some((given, family)) => Some((given.trim_end(), Some(family))),
        None if display.is_empty() => None,
        None => Some((display, None)),
    }
}
