//! `errors`.

use connc_plan as plan;

use crate::lang::Expression;
use crate::yaml::{Key, Need, Table, Value};

/// `errors`.
pub static ERRORS: Table = Table {
    name: "errors",
    doc: "How the provider's errors read. Expressions run over the answer's body, with `$status` and `$headers`.",
    keys: &[
        Key {
            name: "when",
            value: Value::Jsonata,
            need: Need::Optional,
            doc: "True where an answer with a 2xx status is an error all the same. Where a JSON document was due and nothing came, it is asked too: then `$exists($)` is false.",
            example: "when: $exists(errors)",
        },
        Key { name: "code", value: Value::Jsonata, need: Need::Optional, doc: "The provider's code.", example: "code: error.code" },
        Key {
            name: "message",
            value: Value::Jsonata,
            need: Need::Optional,
            doc: "The provider's text.",
            example: "message: error.message",
        },
        Key {
            name: "kinds",
            value: Value::Object(&KINDS),
            need: Need::Optional,
            doc: "When an error is of another kind than its status says; the first that is true wins. By itself 400, 413, 414 and 422 are `invalid_input`, 401 `auth`, \
                  402 and 403 `forbidden`, 404 and 410 `not_found`, 408 and 504 `timeout`, 409, 412 and 423 `conflict`, 429 `rate_limited`, all others `provider`. \
                  Requests that may be repeated are sent again after 502, 503 and 504, and after connections that failed.",
            example: "kinds: { rate_limited: error.code = \"too_many\" }",
        },
    ],
    also: None,
    reserved: &[],
    rest: None,
    frame: "errors:\n  §",
};

/// `errors.kinds`.
pub static KINDS: Table = Table {
    name: "error kinds",
    doc: "An error kind, and when an error is of it.",
    keys: &[],
    also: None,
    reserved: &[],
    rest: Some(&Value::Jsonata),
    frame: "errors:\n  kinds:\n    §",
};

/// `errors` as written.
#[derive(Clone, Debug, Default)]
pub struct Errors {
    /// True where a 2xx is an error.
    pub when: Option<Expression>,
    /// The provider's code.
    pub code: Option<Expression>,
    /// The provider's text.
    pub message: Option<Expression>,
    /// Kinds that override the status.
    pub kinds: Vec<(plan::ErrorKind, Expression)>,
}
