//! What a call can fail with: a kind to tell errors apart by, and what a person needs to act on it.

use std::ops::{Deref, DerefMut};

use connc_plan::{ErrorKind, Origin, Plan};

use crate::RateLimit;

/// Why a call failed. Its fields are those of [`Failure`].
///
/// Neither `Display` nor any field holds a secret; a provider's own text stands in [`Failure::provider_message`].
#[derive(Clone, Debug, PartialEq)]
pub struct Error(Box<Failure>);

/// What an [`Error`] says.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Failure {
    /// How callers tell errors apart.
    pub kind: ErrorKind,
    /// What happened, as a lowercase fragment.
    pub message: String,
    /// The operation, such as `users.list`, or the auth method, that failed.
    pub step: Option<String>,
    /// Where the step stands in the spec: `connector.yaml:31:7`.
    pub place: Option<String>,
    /// The provider's own code.
    pub provider_code: Option<String>,
    /// The provider's own text, bounded, with known secrets taken out.
    pub provider_message: Option<String>,
    /// The HTTP status, where there was an answer.
    pub status: Option<u16>,
    /// Whether the same call can succeed later.
    pub retryable: bool,
    /// Where a list can be taken up again.
    pub cursor: Option<String>,
    /// What to do about it.
    pub help: Option<String>,
    /// The request, without its query: `GET https://host/path`.
    pub request: Option<String>,
    /// What the provider said about its rate limit.
    pub rate_limit: Option<RateLimit>,
    /// How many requests were sent before the call failed.
    pub requests: u64,
    /// How often the request that failed was sent; 0 where it was not.
    pub attempts: u32,
    /// The spec's own code, where its author says that the call cannot be done: `no_transition`.
    pub code: Option<String>,
    /// Data of the provider that the spec's author lets such an error carry, such as the values that would have been taken. Bounded.
    pub detail: Option<serde_json::Value>,
    /// What was written before the call failed, in order. Empty where nothing was, so that [`Failure::retryable`] says all.
    pub done: Vec<Written>,
}

/// A write that was done before another one failed.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Written {
    /// The operation: `users.deactivate`.
    pub operation: String,
    /// How often it was done.
    pub times: u64,
    /// How often it was to be done.
    pub of: u64,
    /// Whether doing it twice is the same as once.
    pub idempotent: bool,
}

impl Error {
    /// An error of a kind with its message.
    #[must_use]
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self(Box::new(Failure {
            kind,
            message: message.into(),
            step: None,
            place: None,
            provider_code: None,
            provider_message: None,
            status: None,
            retryable: false,
            cursor: None,
            help: None,
            request: None,
            rate_limit: None,
            requests: 0,
            code: None,
            detail: None,
            done: Vec::new(),
            attempts: 0,
        }))
    }

    /// Adds what to do about it.
    #[must_use]
    pub fn with_help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    pub(crate) fn invalid(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::InvalidInput, message)
    }

    /// Names the step, unless a closer one is named already.
    pub(crate) fn at(mut self, plan: &Plan, step: &str, origin: Origin) -> Self {
        if self.step.is_none() {
            self.step = Some(step.to_owned());
        }
        self.placed(plan, origin)
    }

    /// Names the place in the spec, unless a closer one is named already.
    pub(crate) fn placed(mut self, plan: &Plan, origin: Origin) -> Self {
        if self.place.is_none() && origin != Origin::default() {
            self.place = Some(plan.place(origin));
        }
        self
    }
}

impl Written {
    pub(crate) fn new(operation: &str, times: usize, of: usize, idempotent: bool) -> Self {
        let count = |number| u64::try_from(number).unwrap_or(u64::MAX);
        Self { operation: operation.to_owned(), times: count(times), of: count(of), idempotent }
    }
}

impl std::fmt::Display for Written {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "`{}`", self.operation)?;
        if self.of > 1 { write!(f, " ({} of {})", self.times, self.of) } else { Ok(()) }
    }
}

impl Deref for Error {
    type Target = Failure;

    fn deref(&self) -> &Failure {
        &self.0
    }
}

impl DerefMut for Error {
    fn deref_mut(&mut self) -> &mut Failure {
        &mut self.0
    }
}

impl std::error::Error for Error {}

impl std::fmt::Display for Error {
    /// One line: the step, what happened, what the provider said, what the spec's author adds, the request and the place.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if let Some(step) = &self.step {
            write!(f, "`{step}`: ")?;
        }
        write_line(f, &self.message)?;
        match (&self.provider_code, &self.provider_message) {
            (Some(code), Some(message)) => write_line(f, &format!(": {message} ({code})"))?,
            (Some(text), None) | (None, Some(text)) => write_line(f, &format!(": {text}"))?,
            (None, None) => {}
        }
        if let Some(code) = &self.code {
            write_line(f, &format!(" ({code})"))?;
        }
        if let Some(detail) = &self.detail {
            write_line(f, &format!(": {detail}"))?;
        }
        if let Some(request) = &self.request {
            write!(f, "; {request}")?;
        }
        if let Some(place) = &self.place {
            write!(f, "; {place}")?;
        }
        Ok(())
    }
}

/// Writes `text` on one line: a provider's line breaks would forge further lines in a log.
fn write_line(f: &mut std::fmt::Formatter<'_>, text: &str) -> std::fmt::Result {
    text.chars().try_for_each(|c| std::fmt::Write::write_char(f, if c.is_control() { ' ' } else { c }))
}

#[cfg(test)]
mod tests {
    use super::{Error, ErrorKind};

    #[test]
    fn one_line_with_everything() {
        let mut error = Error::new(ErrorKind::NotFound, "the provider answered 404");
        error.step = Some("users.get".to_owned());
        error.provider_code = Some("E7".to_owned());
        error.provider_message = Some("no such\nuser".to_owned());
        error.request = Some("GET https://a.example/users/1".to_owned());
        error.place = Some("connector.yaml:31:7".to_owned());
        assert_eq!(
            error.to_string(),
            "`users.get`: the provider answered 404: no such user (E7); GET https://a.example/users/1; connector.yaml:31:7"
        );
    }
}
