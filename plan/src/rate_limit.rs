//! Where a provider says how much may still be called.

use serde::{Deserialize, Serialize};

use crate::Origin;

/// One window of a rate limit.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RateWindow {
    /// How many calls the window allows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<HeaderValue>,
    /// How many are left.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remaining: Option<HeaderValue>,
    /// How many are used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub used: Option<HeaderValue>,
    /// When the window begins anew.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reset: Option<HeaderValue>,
    /// Where it was written.
    pub origin: Origin,
}

/// A number in a header.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeaderValue {
    /// The header's name.
    pub header: String,
    /// What the number means.
    pub unit: HeaderUnit,
}

/// What a number in a header means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HeaderUnit {
    /// A count.
    Count,
    /// Seconds from now.
    DeltaSeconds,
    /// Seconds since 1970-01-01T00:00:00Z.
    EpochSeconds,
    /// Milliseconds since 1970-01-01T00:00:00Z.
    EpochMilliseconds,
    /// An HTTP date (RFC 9110, section 5.6.7).
    HttpDate,
}
