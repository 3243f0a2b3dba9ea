//! The one table of host functions, and JSONata's own names.
//!
//! A host function is pure and is added for a format, never for a provider. Its row says what it takes, what it gives and what it does
//! where a value is absent; the row's example is its test.

mod bytes;
mod choose;
mod dates;
mod document;
mod encoding;
mod formats;
mod hashes;
mod html;
mod signature;
#[cfg(test)]
mod tests;

use serde_json::Value;

pub(crate) use bytes::is_mark;
pub(crate) use encoding::{encode_base64, encode_base64url};
pub use formats::{is_email, is_url};
pub use signature::{Absence, Parameter, Signature, Type};

/// A host function.
pub struct Function {
    /// Its name, without the `$`.
    pub name: &'static str,
    /// What it takes and gives.
    pub signature: Signature,
    /// What it does with an absent argument.
    pub absence: Absence,
    /// What it does, in a line.
    pub doc: &'static str,
    /// An expression and its result as JSON text.
    pub example: (&'static str, &'static str),
    /// What runs. Absent arguments are none; an error is a lowercase fragment without data.
    pub body: Body,
}

/// What runs when a function is called.
pub type Body = fn(&[Option<Value>]) -> Result<Option<Value>, String>;

/// Every host function, in the order of the documentation.
pub const TABLE: &[Function] = &[
    choose::DEFAULT,
    choose::ONE,
    choose::FIRST_NON_EMPTY,
    choose::TEXT_LIST,
    choose::GIVEN_NAME,
    choose::FAMILY_NAME,
    dates::FROM_EPOCH_SECONDS,
    dates::FROM_EPOCH_MILLISECONDS,
    dates::FROM_HTTP,
    dates::ASSUME_UTC,
    formats::EMAIL_OR_NOTHING,
    formats::URL_OR_NOTHING,
    formats::TIMESTAMP_OR_NOTHING,
    html::TO_TEXT,
    html::FROM_TEXT,
    document::ADF_TO_TEXT,
    document::TEXT_TO_ADF,
    document::ADF_TO_HTML,
    document::MARKDOWN_TO_HTML,
    encoding::BASE64,
    encoding::BASE64URL,
    encoding::BASE64_DECODE,
    encoding::BASE64_TO_BYTES,
    encoding::HEX,
    hashes::HMAC,
    hashes::SHA256,
    hashes::SHA1,
];

/// Functions of JSONata that do not exist here, with the reason.
pub const UNAVAILABLE: &[(&str, &str)] = &[
    ("eval", "an expression that is made at run time cannot be checked"),
    ("now", "a result depends on its input alone"),
    ("millis", "a result depends on its input alone"),
    ("random", "a result depends on its input alone"),
    ("shuffle", "a result depends on its input alone"),
];

/// JSONata's own functions, without the `$` and without those that are [`UNAVAILABLE`].
#[rustfmt::skip]
pub const BUILTINS: &[&str] = &[
    "sum", "count", "max", "min", "average",
    "string", "substring", "substringBefore", "substringAfter", "lowercase", "uppercase", "length", "trim", "pad", "match", "contains",
    "replace", "split", "join",
    "formatNumber", "formatBase", "formatInteger", "parseInteger", "number", "floor", "ceil", "round", "abs", "sqrt", "power",
    "boolean", "not", "exists",
    "map", "zip", "filter", "single", "reduce", "sift",
    "keys", "lookup", "spread", "merge", "each",
    "append", "reverse", "sort", "distinct",
    "error", "assert", "type", "clone",
    "base64encode", "base64decode", "encodeUrlComponent", "encodeUrl", "decodeUrlComponent", "decodeUrl",
    "fromMillis", "toMillis",
];

/// The host function of this name.
#[must_use]
pub fn find(name: &str) -> Option<&'static Function> {
    TABLE.iter().find(|function| function.name == name)
}

/// The text of an argument, for functions that take text.
fn text(arguments: &[Option<Value>]) -> Result<&str, String> {
    match arguments.first() {
        Some(Some(Value::String(text))) => Ok(text),
        _ => Err("the argument is no text".to_owned()),
    }
}

/// What a function that makes text gives.
fn made(text: impl Into<String>) -> Result<Option<Value>, String> {
    Ok(Some(Value::String(text.into())))
}
