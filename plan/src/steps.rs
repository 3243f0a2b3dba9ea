//! What operations and unified verbs are made of: requests, calls of operations, names, conditions, repetition and waiting.

use serde::{Deserialize, Serialize};

use crate::{Data, ErrorKind, Expression, Origin, Request};

/// One thing that is done. Steps are done in order; each sees the names that those before it bound.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Step {
    /// What is done.
    pub action: Action,
    /// The step is skipped unless this is true.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<Expression>,
    /// The variable that later steps see the result as: a record, or the list of records where the called operation lists.
    /// Where the step is skipped, or gives nothing, the variable is absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bind: Option<String>,
    /// The step is done once for each of something; then its result is the list of the results, in order.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub for_each: Option<ForEach>,
    /// The list that the step calls is read for each parent in turn. Only the last step of a list has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub each: Option<Each>,
    /// Where it was written.
    pub origin: Origin,
}

/// What a step does.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// Sends a request.
    Request(Box<Request>),
    /// Calls an operation of this connector. A list is read to its end.
    Call(Call),
    /// Binds names, each of which the next one sees. What comes to nothing is absent.
    Let(Vec<(String, Data)>),
    /// Ends the call with an error unless a condition is true.
    Require(Require),
    /// Calls an operation until its record says that a job is done.
    Poll(Box<Poll>),
    /// Gives a record that is put together of what the steps before it bound. Only the last step does.
    Give(Data),
}

/// A call to another operation of the same connector, with what it is given.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Call {
    /// The operation's coordinate.
    pub operation: String,
    /// The `id` it is given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<Data>,
    /// The `parent.id` it is given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<Data>,
    /// Its input, by name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub input: Vec<(String, Data)>,
    /// The fields that it asks for, where the operation whose records it gives asks by name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub select: Option<Asked>,
}

/// The fields that a call asks for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asked {
    /// Their names: all that is read of the records.
    pub names: Vec<String>,
    /// Whether the record is the caller's too, so that what the caller asks for is asked for besides; where it says nothing, the
    /// operation's own names are.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub callers: bool,
}

/// A condition of the spec's author, and what is said where it does not hold.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Require {
    /// What must be true.
    pub condition: Expression,
    /// The spec's own code for the error: `no_transition`.
    pub code: String,
    /// The kind that callers see.
    pub kind: ErrorKind,
    /// The spec's own text.
    pub message: String,
    /// Provider's data that the error carries because the author says so, such as the values that would have been taken.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<Expression>,
}

/// A step is done once for each element of a list, some of them at the same time. It stops at the first failure.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ForEach {
    /// The list; one value is a list of one, and nothing one of none.
    pub of: Data,
    /// The variable that the step sees the element as; with [`ForEach::batch`], a list of elements.
    pub name: String,
    /// So many elements at a time go into one call, where the provider takes several.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub batch: Option<u64>,
    /// More elements than these are an error, before anything is sent.
    pub max: u64,
    /// How many calls run at the same time.
    pub at_once: u64,
}

/// The parents whose lists are read one after the other. A cursor holds the parent's position beside the page's.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Each {
    /// The variable that the step sees the parent as.
    pub name: String,
    /// The parents.
    pub of: Parents,
    /// Whether a parent that is gone meanwhile (`not_found` at its first page) is passed over; otherwise it is an error.
    pub skip_absent: bool,
}

/// Where parents come from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Parents {
    /// Values, such as constants.
    Values(Data),
    /// The records of a list, which is read page by page, too.
    List(Call),
}

/// A call that is repeated until a job is done. Times are in whole seconds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Poll {
    /// The operation that says how the job is.
    pub call: Call,
    /// True over the record where the job is done.
    pub until: Expression,
    /// True over the record where the job has failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failed: Option<Expression>,
    /// The provider's text over the record of a job that has failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<Expression>,
    /// The first wait. Each following one is twice as long, and none is shorter than the provider's `Retry-After`.
    pub every: u64,
    /// No wait grows beyond this, `Retry-After` excepted.
    pub longest: u64,
    /// The job must be done within this time.
    pub within: u64,
}

impl Poll {
    /// The first wait, unless the spec says otherwise.
    pub const EVERY: u64 = 2;
    /// The longest wait, unless the spec says otherwise.
    pub const LONGEST: u64 = 30;
}

impl Action {
    /// The call that the action makes, where it makes one.
    #[must_use]
    pub fn call(&self) -> Option<&Call> {
        match self {
            Self::Call(call) => Some(call),
            Self::Poll(poll) => Some(&poll.call),
            Self::Request(_) | Self::Let(_) | Self::Require(_) | Self::Give(_) => None,
        }
    }
}

impl Step {
    /// A step that is done once, without conditions.
    #[must_use]
    pub const fn new(action: Action, origin: Origin) -> Self {
        Self { action, when: None, bind: None, for_each: None, each: None, origin }
    }

    /// The calls of other operations that the step makes: its own, and that of its parents.
    pub fn calls(&self) -> impl Iterator<Item = &Call> {
        let parents = self.each.as_ref().and_then(|each| match &each.of {
            Parents::List(call) => Some(call),
            Parents::Values(_) => None,
        });
        parents.into_iter().chain(self.action.call())
    }

    /// Every expression of the step.
    #[must_use]
    pub fn expressions(&self) -> Vec<&Expression> {
        let Self { action, when, bind: _, for_each, each, origin: _ } = self;
        let mut found: Vec<&Expression> = when.iter().collect();
        if let Some(ForEach { of, .. }) = for_each {
            found.extend(of.expressions());
        }
        match each.as_ref().map(|each| &each.of) {
            Some(Parents::Values(data)) => found.extend(data.expressions()),
            Some(Parents::List(parents)) => found.extend(parents.data().flat_map(Data::expressions)),
            None => {}
        }
        match action {
            Action::Request(_) => {}
            Action::Call(made) => found.extend(made.data().flat_map(Data::expressions)),
            Action::Let(names) => found.extend(names.iter().flat_map(|(_, data)| data.expressions())),
            Action::Give(data) => found.extend(data.expressions()),
            Action::Require(Require { condition, code: _, kind: _, message: _, detail }) => {
                found.push(condition);
                found.extend(detail);
            }
            Action::Poll(poll) => {
                let Poll { call: made, until, failed, message, every: _, longest: _, within: _ } = poll.as_ref();
                found.extend(made.data().flat_map(Data::expressions));
                found.push(until);
                found.extend(failed.iter().chain(message));
            }
        }
        found
    }
}

impl Call {
    /// Everything that the operation is given.
    pub fn data(&self) -> impl Iterator<Item = &Data> {
        self.id.iter().chain(&self.parent).chain(self.input.iter().map(|(_, data)| data))
    }
}
