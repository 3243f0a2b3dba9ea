//! Where a provider says how much may still be called.

use serde::{Deserialize, Serialize};

use crate::Expression;
use crate::Origin;

/// One window of a rate limit.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct RateWindow {
    /// Fields of the IETF's RateLimit drafts, which say everything themselves.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fields: Option<RateFields>,
    /// How many calls, or points, the window allows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<RateNumber>,
    /// How many are left.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remaining: Option<RateNumber>,
    /// How many are used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub used: Option<RateNumber>,
    /// When the window begins anew.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reset: Option<RateNumber>,
    /// How many come back each second, where the window fills up continuously.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub restore: Option<RateNumber>,
    /// What the call took off the window, where calls cost different numbers of points.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cost: Option<RateNumber>,
    /// Whether each operation of an account has such a window of its own; else all share one.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub per_operation: bool,
    /// The header whose value names the window, where a provider has several under the same headers. A call counts against the one that
    /// the last answer to its operation named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub per_header: Option<String>,
    /// Where it was written.
    pub origin: Origin,
}

/// How a server that follows the IETF's drafts of RateLimit fields for HTTP writes them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RateFields {
    /// `RateLimit: "default";r=50;t=30` beside `RateLimit-Policy: "default";q=100;w=10`: drafts 08 and later.
    Policies,
    /// `RateLimit: limit=100, remaining=50, reset=5`: draft 07.
    Combined,
    /// `RateLimit-Limit`, `RateLimit-Remaining` and `RateLimit-Reset`: drafts 00 to 06.
    Separate,
}

/// A number in an answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RateNumber {
    /// Where it stands.
    pub from: RateSource,
    /// What it means.
    pub unit: RateUnit,
}

/// Where a number stands.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RateSource {
    /// In a header.
    Header {
        /// The header's name.
        name: String,
        /// Where in its text: `*` stands for the digits of the number, `#` for digits that are passed over. None: it is the whole text.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        capture: Option<String>,
    },
    /// In the body: JSONata over it, with `$status` and `$headers`.
    Body(Expression),
    /// In the provider's documentation only.
    Fixed(u64),
}

/// What a number means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RateUnit {
    /// A count.
    Count,
    /// Seconds from now.
    DeltaSeconds,
    /// Milliseconds from now.
    DeltaMilliseconds,
    /// Seconds since 1970-01-01T00:00:00Z.
    EpochSeconds,
    /// Milliseconds since 1970-01-01T00:00:00Z.
    EpochMilliseconds,
    /// An HTTP date (RFC 9110, section 5.6.7).
    HttpDate,
    /// A timestamp (RFC 3339).
    Timestamp,
}
