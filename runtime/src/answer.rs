//! What a call gives.

use std::borrow::Cow;

use crate::{Counters, RateLimit};

/// One record as the text of a JSON object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// The JSON text. `raw` in it, and a record in the provider's own shape, is the provider's text untouched, which may go over several lines.
    pub text: String,
}

impl Record {
    /// The record on one line, for JSON lines. A line break in JSON stands between tokens only, never inside a string (RFC 8259, section 7).
    #[must_use]
    pub fn line(&self) -> Cow<'_, str> {
        match memchr::memchr2(b'\n', b'\r', self.text.as_bytes()) {
            Some(_) => self.text.replace(['\n', '\r'], " ").into(),
            None => self.text.as_str().into(),
        }
    }

    /// The record as data. Integers beyond 64 bits lose digits here, never in [`Self::text`].
    ///
    /// # Errors
    ///
    /// Where the record nests deeper than `serde_json` reads.
    pub fn value(&self) -> Result<serde_json::Value, serde_json::Error> {
        serde_json::from_str(&self.text)
    }
}

/// One page of a list.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Page {
    /// The records, in the provider's order.
    pub records: Vec<Record>,
    /// Where the list goes on; none at its end.
    pub next_cursor: Option<String>,
    /// What the provider said about its rate limit.
    pub rate_limit: Option<RateLimit>,
    /// What a person should know.
    pub warnings: Vec<Warning>,
    /// Why fields have no value, where the call asked for it.
    pub traces: Vec<Trace>,
    /// What the page took, in numbers.
    pub counters: Counters,
    /// How many bad records were left out.
    pub skipped: u64,
}

/// What a call gives that is no list.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Answer {
    /// The record, where there is one.
    pub record: Option<Record>,
    /// What the provider said about its rate limit.
    pub rate_limit: Option<RateLimit>,
    /// What a person should know.
    pub warnings: Vec<Warning>,
    /// Why fields have no value, where the call asked for it.
    pub traces: Vec<Trace>,
    /// What the call took, in numbers.
    pub counters: Counters,
    /// The last HTTP status; 0 where nothing was sent.
    pub status: u16,
}

/// Something that went not quite right with records.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Warning {
    /// What it is, without any of the record's data.
    pub message: String,
    /// The field, where it is about one.
    pub field: Option<String>,
    /// Where the field stands in the spec.
    pub place: Option<String>,
    /// The first record that it happened to, counted from 0 on its page.
    pub index: usize,
    /// How many records it happened to.
    pub count: u64,
}

impl std::fmt::Display for Warning {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if let Some(field) = &self.field {
            write!(f, "field `{field}`: ")?;
        }
        write!(f, "{} (record {}", self.message, self.index)?;
        if self.count > 1 {
            write!(f, " and {} more", self.count.saturating_sub(1))?;
        }
        f.write_str(")")?;
        self.place.iter().try_for_each(|place| write!(f, "; {place}"))
    }
}

/// Why a field has no value.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Trace {
    /// The unified field.
    pub field: String,
    /// Where it stands in the spec.
    pub place: Option<String>,
    /// The record, counted from 0 on its page.
    pub index: usize,
    /// The reason: the first step that is missing, `null` or empty, by path.
    pub reason: String,
    /// The keys that were there instead. Never a value.
    pub keys: Vec<String>,
}
