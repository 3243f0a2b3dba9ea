//! How a provider's errors read.

use serde::{Deserialize, Serialize};

use crate::Expression;

/// What is an error, and what it says. Expressions run over the body, with `$status` and `$headers`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ErrorRules {
    /// True where an answer with a 2xx status is an error all the same.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<Expression>,
    /// The provider's code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<Expression>,
    /// The provider's text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<Expression>,
    /// Kinds that override what the status says; the first that is true wins.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub kinds: Vec<KindRule>,
}

/// A kind, and when an error is of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct KindRule {
    /// The kind.
    pub kind: ErrorKind,
    /// True where the error is of it.
    pub when: Expression,
}

/// What went wrong with a call, as callers tell errors apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ErrorKind {
    /// The credentials were refused.
    Auth,
    /// The account has to be connected again.
    NeedsReauth,
    /// The credentials do not reach that far.
    Forbidden,
    /// There is no such thing.
    NotFound,
    /// It is there already, or was changed meanwhile.
    Conflict,
    /// The call or the account is not what the operation takes.
    InvalidInput,
    /// Too many calls.
    RateLimited,
    /// The provider failed, or answered something that is no answer.
    Provider,
    /// The request did not get there, or the answer did not get back.
    Transport,
    /// It took too long.
    Timeout,
    /// It is not known whether the write was done.
    OutcomeUnknown,
    /// The answer is larger or deeper than allowed, or the list longer than its bound.
    Limit,
    /// The request would leave the hosts that it may go to.
    Security,
    /// A map could not make a field.
    Map,
    /// A record breaks the unified model.
    Schema,
    /// The cursor is not one of this call.
    Cursor,
    /// What is kept of accounts could not be read or stored.
    Store,
}

impl ErrorKind {
    /// Every kind with its name.
    pub const ALL: &[(&'static str, ErrorKind)] = &[
        ("auth", ErrorKind::Auth),
        ("needs_reauth", ErrorKind::NeedsReauth),
        ("forbidden", ErrorKind::Forbidden),
        ("not_found", ErrorKind::NotFound),
        ("conflict", ErrorKind::Conflict),
        ("invalid_input", ErrorKind::InvalidInput),
        ("rate_limited", ErrorKind::RateLimited),
        ("provider", ErrorKind::Provider),
        ("transport", ErrorKind::Transport),
        ("timeout", ErrorKind::Timeout),
        ("outcome_unknown", ErrorKind::OutcomeUnknown),
        ("limit", ErrorKind::Limit),
        ("security", ErrorKind::Security),
        ("map", ErrorKind::Map),
        ("schema", ErrorKind::Schema),
        ("cursor", ErrorKind::Cursor),
        ("store", ErrorKind::Store),
    ];

    /// The kind's name: `rate_limited`.
    #[must_use]
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(_, kind)| *kind == self).map_or("", |(name, _)| name)
    }
}
