//! What a caller, a customer or a deployment supplies.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::Origin;

/// A named, typed value that somebody supplies.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Parameter {
    /// The name: `domain` is in scope as `account.domain`, an operation's `search` as `input.search`.
    pub name: String,
    /// Its type.
    pub r#type: Type,
    /// Whether a call without it is refused.
    pub required: bool,
    /// What it is, for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// A value that looks right.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub example: Option<String>,
    /// The value where none is given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default: Option<Value>,
    /// For hosts and URLs: the domains that the host must equal or be below.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub within: Vec<String>,
    /// For `enum`: the values that are allowed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub values: Vec<String>,
    /// Where it was declared.
    pub origin: Origin,
}

/// The short list of parameter types.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Type {
    /// Any text.
    String,
    /// A whole number.
    Integer,
    /// Any number.
    Number,
    /// `true` or `false`.
    Boolean,
    /// A DNS host name without scheme, port or path.
    Hostname,
    /// An absolute `https` URL.
    Url,
    /// One of [`Parameter::values`].
    Enum,
    /// A provider's identifier: text, or a number that is kept digit for digit.
    Id,
    /// An RFC 3339 timestamp.
    Timestamp,
    /// A JSON object.
    Object,
    /// A JSON array.
    Array,
    /// A file: its bytes are read while they are sent. As data it is an object with its `name`, `content_type` and `length`.
    File,
}

impl Type {
    /// Every type with its name in the spec language.
    pub const ALL: &[(&'static str, Type)] = &[
        ("string", Type::String),
        ("integer", Type::Integer),
        ("number", Type::Number),
        ("boolean", Type::Boolean),
        ("hostname", Type::Hostname),
        ("url", Type::Url),
        ("enum", Type::Enum),
        ("id", Type::Id),
        ("timestamp", Type::Timestamp),
        ("object", Type::Object),
        ("array", Type::Array),
        ("file", Type::File),
    ];

    /// The type's name in the spec language.
    #[must_use]
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(_, r#type)| *r#type == self).map_or("", |(name, _)| name)
    }
}
