//! `rate_limit`.

use connc_plan as plan;

use crate::lang::Expression;
use crate::source::{Span, Spanned};
use crate::yaml::{Key, Need, Table, Value};

/// A window of `rate_limit`.
pub static WINDOW: Table = Table {
    name: "rate limit window",
    doc: "Where the provider says how much may still be called. A provider with several windows has a list of these; callers get the one with the \
          least left. A number stands in a header or in the answer's body; nothing is guessed. `Retry-After` is always read.",
    keys: &[
        Key {
            name: "ietf",
            value: Value::Choice(&["policies", "combined", "separate"]),
            need: Need::Optional,
            doc: "The provider follows the IETF's drafts of RateLimit fields: `policies` (drafts 08 and later: `RateLimit: \"default\";r=50;t=30` with \
                  `RateLimit-Policy: \"default\";q=100;w=10`), `combined` (draft 07: `RateLimit: limit=100, remaining=50, reset=5`) or `separate` \
                  (`RateLimit-Limit`, `RateLimit-Remaining`, `RateLimit-Reset`). It stands for all numbers below.",
            example: "ietf: policies",
        },
        Key {
            name: "limit",
            value: Value::Either(&Value::Object(&NUMBER), &Value::Integer),
            need: Need::Optional,
            doc: "How many calls, or points, the window allows; a plain number where only the provider's documentation says so.",
            example: "limit: { header: X-RateLimit-Limit }",
        },
        Key {
            name: "remaining",
            value: Value::Object(&NUMBER),
            need: Need::Optional,
            doc: "How many are left.",
            example: "remaining: { header: X-RateLimit-Remaining }",
        },
        Key {
            name: "used",
            value: Value::Object(&NUMBER),
            need: Need::Optional,
            doc: "How many are used, where the provider gives that instead.",
            example: "limit: { header: Usage, capture: \"calls=#/*\" }\nused: { header: Usage, capture: \"calls=*/\" }",
        },
        Key {
            name: "reset",
            value: Value::Object(&NUMBER),
            need: Need::Optional,
            doc: "When the window begins anew.",
            example: "remaining: { header: X-RateLimit-Remaining }\nreset: { header: X-RateLimit-Reset, as: epoch_seconds }",
        },
        Key {
            name: "restore",
            value: Value::Either(&Value::Object(&NUMBER), &Value::Integer),
            need: Need::Optional,
            doc: "How many come back each second, where the window fills up continuously instead of beginning anew.",
            example: "remaining: { body: extensions.cost.currentlyAvailable }\nrestore: { body: extensions.cost.restoreRate }",
        },
        Key {
            name: "cost",
            value: Value::Object(&NUMBER),
            need: Need::Optional,
            doc: "What the call took off the window, where calls cost different numbers of points. A call that waits does so until the window holds as \
                  much as the last one cost.",
            example: "remaining: { header: X-Complexity-Remaining }\ncost: { header: X-Complexity }",
        },
        Key {
            name: "per",
            value: Value::Either(&PER_WORD, &Value::Object(&PER)),
            need: Need::Optional,
            doc: "Whether all calls of an account share the window, which they do unless said otherwise, or each operation has its own; or, \
                  where the provider has several windows under the same headers, the header that names the one it counted against.",
            example: "remaining: { header: X-RateLimit-Remaining }\nper: operation",
        },
    ],
    also: None,
    reserved: &[],
    rest: None,
    frame: "rate_limit:\n  - §",
};

/// The plain words of `per`.
pub const PER_WORDS: &[&str] = &["account", "operation"];

static PER_WORD: Value = Value::Choice(PER_WORDS);

/// `per`, where a header says it.
pub static PER: Table = Table {
    name: "per",
    doc: "Which of several windows an answer speaks of.",
    keys: &[Key {
        name: "header",
        value: Value::Text,
        need: Need::Required,
        doc: "The header whose value names the window. A call counts against the window that the last answer to its operation named.",
        example: "header: X-RateLimit-Resource",
    }],
    also: None,
    reserved: &[],
    rest: None,
    frame: "rate_limit:\n  - remaining: { header: X-RateLimit-Remaining }\n    per:\n      §",
};

/// A number in an answer.
pub static NUMBER: Table = Table {
    name: "rate limit number",
    doc: "Where a number of a rate limit stands: `header` or `body`.",
    keys: &[
        Key { name: "header", value: Value::Text, need: Need::Optional, doc: "The header's name.", example: "header: X-RateLimit-Reset" },
        Key {
            name: "capture",
            value: Value::Text,
            need: Need::Optional,
            doc: "Where in the header's text the number stands: `*` stands for its digits, `#` for digits that are passed over, anything else for \
                  itself. The first place that fits counts.",
            example: "header: Usage\ncapture: \"api=*/\"",
        },
        Key {
            name: "body",
            value: Value::Jsonata,
            need: Need::Optional,
            doc: "The number in the answer's body; `$status` and `$headers` are known.",
            example: "body: extensions.cost.available",
        },
        Key {
            name: "as",
            value: Value::Choice(&[
                "count",
                "delta_seconds",
                "delta_milliseconds",
                "epoch_seconds",
                "epoch_milliseconds",
                "http_date",
                "timestamp",
            ]),
            need: Need::Optional,
            doc: "What it means: a `count` unless said otherwise, and `delta_seconds` for `reset`. A `timestamp` is one of RFC 3339.",
            example: "header: X-RateLimit-Reset\nas: epoch_seconds",
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
    /// The IETF's fields, in one of their forms.
    pub fields: Option<plan::RateFields>,
    /// How many calls it allows.
    pub limit: Option<Number>,
    /// How many are left.
    pub remaining: Option<Number>,
    /// How many are used.
    pub used: Option<Number>,
    /// When it begins anew.
    pub reset: Option<Number>,
    /// How many come back each second.
    pub restore: Option<Number>,
    /// What a call took.
    pub cost: Option<Number>,
    /// Whether each operation has its own.
    pub per_operation: bool,
    /// The header that names the window.
    pub per_header: Option<String>,
    /// Where it was written.
    pub span: Span,
}

/// A number in an answer, as written.
#[derive(Clone, Debug)]
pub struct Number {
    /// Where it stands.
    pub from: NumberSource,
    /// What it means.
    pub unit: plan::RateUnit,
}

/// Where a number stands, as written.
#[derive(Clone, Debug)]
pub enum NumberSource {
    /// In a header, perhaps at a pattern.
    Header(String, Option<Spanned<String>>),
    /// In the body.
    Body(Expression),
    /// Written here.
    Fixed(u64),
}

impl Window {
    /// The window's expressions.
    pub fn expressions(&self) -> impl Iterator<Item = &Expression> {
        let Self { fields: _, limit, remaining, used, reset, restore, cost, per_operation: _, per_header: _, span: _ } = self;
        [limit, remaining, used, reset, restore, cost].into_iter().flatten().filter_map(|number| match &number.from {
            NumberSource::Body(expression) => Some(expression),
            NumberSource::Header(..) | NumberSource::Fixed(_) => None,
        })
    }
}
