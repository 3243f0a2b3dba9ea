//! What a caller asks for.

use std::time::Duration;

use connc_plan::{Method, Verb};
use serde_json::Value;

use crate::File;

/// One call: what is asked for, with what, and how to treat what comes.
///
/// ```
/// use connc_runtime::{Call, Verb};
/// let call = Call::unified("user-directory", "users", Verb::List).filter("email", "ada@acme.example").limit(10);
/// ```
#[derive(Clone, Debug)]
pub struct Call {
    pub(crate) what: What,
    pub(crate) id: Option<String>,
    pub(crate) parent: Option<String>,
    pub(crate) input: Option<Value>,
    pub(crate) files: Vec<(String, File)>,
    pub(crate) filters: Vec<(String, String)>,
    pub(crate) limit: Option<u64>,
    pub(crate) cursor: Option<String>,
    pub(crate) mode: Mode,
    pub(crate) policy: Policy,
    pub(crate) trace: bool,
    pub(crate) raw: bool,
    pub(crate) deadline: Option<Duration>,
}

#[derive(Clone, Debug)]
pub(crate) enum What {
    Unified { model: String, resource: String, verb: Verb },
    Native(String),
    Request { method: Method, path: String },
}

impl What {
    /// Whether its host can be held against the account's origins only when all of them are known.
    pub(crate) fn holds_host(&self) -> bool {
        matches!(self, Self::Request { path, .. } if !path.starts_with('/'))
    }
}

/// What is done about a record that a map cannot produce, or that breaks the unified model.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Policy {
    /// The call fails.
    #[default]
    Fail,
    /// The record is left out, with a warning.
    Skip,
    /// The record is kept as far as it could be made, with a warning.
    Keep,
}

/// What is done about a rate limit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Mode {
    /// A 429 goes to the caller at once. The call counts against the account's budget all the same, so that managed calls know of it.
    #[default]
    Passthrough,
    /// The call waits until the provider lets it through: for the reset of a window that is used up, and for what a 429 asks for, with some
    /// jitter after it. All managed calls of an account share what its answers say is left, and go in the order in which they came.
    ///
    /// The deadline wins: a wait that would go past it is not begun, and the call fails as `rate_limited` with `retry_after`. Without a
    /// deadline, [`crate::Limits::rate_limit_wait`] bounds the waits.
    ///
    /// A write that was refused as one too many is sent again, because a refused request was not carried out. That is wrong of a provider that
    /// refuses a request in the middle of its work, such as a bulk write of which some entries were done: call such an operation in passthrough mode.
    Managed,
}

impl Call {
    /// A verb of a unified resource: `user-directory`, `users`, list.
    #[must_use]
    pub fn unified(model: impl Into<String>, resource: impl Into<String>, verb: Verb) -> Self {
        Self::of(What::Unified { model: model.into(), resource: resource.into(), verb })
    }

    /// An operation of the provider by its coordinate, in the provider's own shape: `users.list`.
    #[must_use]
    pub fn native(operation: impl Into<String>) -> Self {
        Self::of(What::Native(operation.into()))
    }

    /// Any request on the connector's base URL, such as GET `/path?x=y`; [`Self::input`] is its JSON body.
    #[must_use]
    pub fn request(method: Method, path: impl Into<String>) -> Self {
        Self::of(What::Request { method, path: path.into() })
    }

    fn of(what: What) -> Self {
        Self {
            what,
            id: None,
            parent: None,
            input: None,
            files: Vec::new(),
            filters: Vec::new(),
            limit: None,
            cursor: None,
            mode: Mode::default(),
            policy: Policy::default(),
            trace: false,
            raw: true,
            deadline: None,
        }
    }

    /// The record's id.
    #[must_use]
    pub fn id(mut self, id: impl Into<String>) -> Self {
        self.id = Some(id.into());
        self
    }

    /// The id of the record above: the group of `groups.members`.
    #[must_use]
    pub fn parent(mut self, parent: impl Into<String>) -> Self {
        self.parent = Some(parent.into());
        self
    }

    /// The input, a JSON object; unified for a unified call, the operation's own for a native one.
    #[must_use]
    pub fn input(mut self, input: Value) -> Self {
        self.input = Some(input);
        self
    }

    /// A file, for an input of type `file`.
    #[must_use]
    pub fn file(mut self, input: impl Into<String>, file: File) -> Self {
        self.files.push((input.into(), file));
        self
    }

    /// Narrows a unified list.
    #[must_use]
    pub fn filter(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.filters.push((name.into(), value.into()));
        self
    }

    /// Ends a list after so many records, with a cursor for the rest.
    #[must_use]
    pub const fn limit(mut self, records: u64) -> Self {
        self.limit = Some(records);
        self
    }

    /// Takes a list up where an earlier one ended.
    #[must_use]
    pub fn cursor(mut self, cursor: impl Into<String>) -> Self {
        self.cursor = Some(cursor.into());
        self
    }

    /// What is done about a rate limit.
    #[must_use]
    pub const fn rate_limit(mut self, mode: Mode) -> Self {
        self.mode = mode;
        self
    }

    /// What is done about a bad record.
    #[must_use]
    pub const fn on_bad_record(mut self, policy: Policy) -> Self {
        self.policy = policy;
        self
    }

    /// Whether to say why fields have no value.
    #[must_use]
    pub const fn trace(mut self, trace: bool) -> Self {
        self.trace = trace;
        self
    }

    /// Whether unified records carry the provider's own record as their last member, `raw`. They do by default.
    #[must_use]
    pub const fn raw(mut self, raw: bool) -> Self {
        self.raw = raw;
        self
    }

    /// How long the whole call may take: all pages, retries and waits.
    #[must_use]
    pub const fn deadline(mut self, deadline: Duration) -> Self {
        self.deadline = Some(deadline);
        self
    }
}
