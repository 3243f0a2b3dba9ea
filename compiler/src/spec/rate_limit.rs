//! `rate_limit`.

use connc_plan as plan;

use crate::source::Span;
use crate::yaml::{Key, Need, Reserved, Table, Value};

/// A window of `rate_limit`.
pub static WINDOW: Table = Table {
    name: "rate limit window",
    doc: "Where the provider says how much may still be called. A provider with several windows has a list of these.",
    keys: &[
        Key {
            name: "limit",
            value: Value::Object(&HEADER_NUMBER),
            need: Need::Optional,
            doc: "How many calls the window allows.",
            example: "limit: { header: X-RateLimit-Limit }",
        },
        Key {
            name: "remaining",
            value: Value::Object(&HEADER_NUMBER),
            need: Need::Optional,
            doc: "How many are left.",
            example: "remaining: { header: X-RateLimit-Remaining }",
        },
        Key {
            name: "used",
            value: Value::Object(&HEADER_NUMBER),
            need: Need::Optional,
            doc: "How many are used, where the provider gives that instead.",
            example: "used: { header: X-RateLimit-Used }",
        },
        Key {
            name: "reset",
            value: Value::Object(&HEADER_NUMBER),
            need: Need::Optional,
            doc: "When the window begins anew.",
            example: "reset: { header: X-RateLimit-Reset, as: epoch_seconds }",
        },
    ],
    also: None,
    reserved: &[Reserved { name: "capture", doc: "numbers packed into one header" }],
    rest: None,
    frame: "rate_limit:\n  - §",
};

/// A number in a header.
pub static HEADER_NUMBER: Table = Table {
    name: "rate limit header",
    doc: "A header that holds a number.",
    keys: &[
        Key { name: "header", value: Value::Text, need: Need::Required, doc: "The header's name.", example: "header: X-RateLimit-Reset" },
        Key {
            name: "as",
            value: Value::Choice(&["count", "delta_seconds", "epoch_seconds", "epoch_milliseconds", "http_date"]),
            need: Need::Optional,
            doc: "What it means: a `count` unless said otherwise, and `delta_seconds` for `reset`.",
            example: "as: epoch_seconds",
        },
    ],
    also: None,
    reserved: &[],
    rest: None,
    frame: "rate_limit:\n  - reset:\n      §",
};

/// A window as written.
#[derive(Clone, Debug)]
pub struct Window {
    /// How many calls it allows.
    pub limit: Option<HeaderNumber>,
    /// How many are left.
    pub remaining: Option<HeaderNumber>,
    /// How many are used.
    pub used: Option<HeaderNumber>,
    /// When it begins anew.
    pub reset: Option<HeaderNumber>,
    /// Where it was written.
    pub span: Span,
}

/// A number in a header, as written.
#[derive(Clone, Debug)]
pub struct HeaderNumber {
    /// The header's name.
    pub header: String,
    /// What it means.
    pub unit: plan::HeaderUnit,
}
