//! Steps: what unified verbs and operations of several requests are made of.

use connc_plan as plan;

use super::Data;
use super::map::WITH;
use crate::lang::Expression;
use crate::shape::Parameter;
use crate::source::{Span, Spanned};
use crate::yaml::{Key, Need, Table, Value};

const FRAME: &str = "# map\nmaps: user-directory@1\nusers:\n  from: things\n  fields: { id: id }\n  add:\n    steps:\n      - §";

/// A step.
pub static STEP: Table = Table {
    name: "step",
    doc: "One thing that is done: `call`, `let`, `require`, `poll` or `give`. Steps are done in order, and each sees as `$name` what those before it bound. \
          What comes back is what the last one calls or gives. Where a later step fails, the error says what was done before, and whether repeating is safe.",
    keys: &[
        Key {
            name: "call",
            value: Value::Name,
            need: Need::Optional,
            doc: "Calls an operation. A list is read to its end, unless it is the last step of a list.",
            example: "call: things.update\nwith: { id: $id, body: { name: $input.name } }",
        },
        Key {
            name: "with",
            value: Value::Object(&WITH),
            need: Need::Optional,
            doc: "What the operation is given.",
            example: "call: things.get\nwith: { id: $id }",
        },
        Key {
            name: "as",
            value: Value::Name,
            need: Need::Optional,
            doc: "The name that later steps see the result by: the operation's record, or the list of its records. \
                  It is absent where the step was skipped.",
            example: "call: things.get\nwith: { id: $id }\nas: thing",
        },
        Key {
            name: "when",
            value: Value::Jsonata,
            need: Need::Optional,
            doc: "The step is skipped unless this is true. What `$exists($input.name)` asks for is there in the step.",
            example: "when: $exists($input.name)\ncall: things.update\nwith: { id: $id, body: { name: $input.name } }",
        },
        Key {
            name: "let",
            value: Value::Map(&Value::Data),
            need: Need::Optional,
            doc: "Binds names to data, each of which the next one sees. What comes to nothing is absent.",
            example: "let: { label: $input.name & \" (new)\" }",
        },
        Key {
            name: "give",
            value: Value::Data,
            need: Need::Optional,
            doc: "The last step alone: the record that comes back, put together of what the steps before it bound, where no single answer holds it.",
            example: "give: { id: $id, name: $input.name }",
        },
        Key {
            name: "require",
            value: Value::Jsonata,
            need: Need::Optional,
            doc: "Ends the call with the error under `else` unless this is true.",
            example: "require: $exists($input.name)\nelse: { error: no_name, message: a name is needed here }",
        },
        Key {
            name: "else",
            value: Value::Object(&ELSE),
            need: Need::Optional,
            doc: "The error of a `require`.",
            example: "require: $exists($input.name)\nelse: { error: no_name, message: a name is needed here }",
        },
        Key {
            name: "for_each",
            value: Value::Object(&FOR_EACH),
            need: Need::Optional,
            doc: "Makes the call once for each of something. The result is the list of the results, in order; lists among them are put together. \
                  It stops at the first failure, and says how many were done.",
            example: "for_each: { of: '$split($input.name, \" \")', as: group, max: 50 }\ncall: things.update\nwith: { id: $group, body: { member: $id } }",
        },
        Key {
            name: "each",
            value: Value::Map(&Value::Either(&Value::Jsonata, &Value::Object(&PARENTS))),
            need: Need::Optional,
            doc: "The last step of a list reads the called list for each parent in turn, under the name that is given to the parent: \
                  the values of an expression, such as constants, or the records of another list. Both are read page by page, and a cursor holds both places. \
                  A parent that the caller gives, or a filter that sets `parent`, asks for that one only.",
            example: "each: { thing: { call: things.list } }\ncall: things.parts.list\nwith: { parent: $thing.id }",
        },
        Key {
            name: "absent_parent",
            value: Value::Choice(&["error", "skip"]),
            need: Need::Optional,
            doc: "What a parent that is gone meanwhile (`not_found` at its first page) means: an error unless said otherwise, or nothing.",
            example: "each: { thing: { call: things.list } }\ncall: things.parts.list\nwith: { parent: $thing.id }\nabsent_parent: skip",
        },
        Key {
            name: "poll",
            value: Value::Object(&POLL),
            need: Need::Optional,
            doc: "Calls an operation until its record says that a job is done.",
            example: "poll: { call: things.get, with: { id: $id }, until: state = \"done\", within: 600 }",
        },
    ],
    also: None,
    reserved: &[],
    rest: None,
    frame: FRAME,
};

/// `else`.
pub static ELSE: Table = Table {
    name: "else",
    doc: "An error of the spec's author.",
    keys: &[
        Key {
            name: "error",
            value: Value::Name,
            need: Need::Required,
            doc: "The code that callers can tell it by.",
            example: "error: no_transition",
        },
        Key {
            name: "message",
            value: Value::Text,
            need: Need::Required,
            doc: "What is wrong, for people.",
            example: "message: no transition to that status from where the issue is",
        },
        Key {
            name: "kind",
            value: Value::Choice(&["invalid_input", "conflict", "not_found"]),
            need: Need::Optional,
            doc: "The kind of the error: `invalid_input` unless said otherwise.",
            example: "kind: conflict",
        },
        Key {
            name: "detail",
            value: Value::Jsonata,
            need: Need::Optional,
            doc: "Data of the provider that the error carries, such as the values that would have been taken. Secrets are taken out.",
            example: "detail: $input.name",
        },
    ],
    also: None,
    reserved: &[],
    rest: None,
    frame: "# map\nmaps: user-directory@1\nusers:\n  from: things\n  fields: { id: id }\n  update:\n    steps:\n      - require: $exists($input.name)\n        else:\n          §",
};

/// `for_each`.
pub static FOR_EACH: Table = Table {
    name: "for_each",
    doc: "What a step is done for each of, and its bounds.",
    keys: &[
        Key {
            name: "of",
            value: Value::Data,
            need: Need::Required,
            doc: "The list. One value is a list of one, and nothing one of none.",
            example: "of: $split($input.name, \" \")",
        },
        Key { name: "as", value: Value::Name, need: Need::Required, doc: "The name of the element at hand.", example: "as: group" },
        Key {
            name: "max",
            value: Value::Integer,
            need: Need::Required,
            doc: "How many elements there may be; more are an error, before anything of the step is sent.",
            example: "max: 50",
        },
        Key {
            name: "at_once",
            value: Value::Integer,
            need: Need::Optional,
            doc: "How many calls run at the same time, 16 at most: 1 unless said otherwise.",
            example: "at_once: 4",
        },
        Key {
            name: "batch",
            value: Value::Integer,
            need: Need::Optional,
            doc: "So many elements go into one call, where the provider takes several; the name then holds a list of them.",
            example: "batch: 10",
        },
    ],
    also: None,
    reserved: &[],
    rest: None,
    frame: "# map\nmaps: user-directory@1\nusers:\n  from: things\n  fields: { id: id }\n  update:\n    steps:\n      - call: things.update\n        with: { id: $id, body: { member: $group } }\n        for_each:\n          §",
};

/// A list of parents.
pub static PARENTS: Table = Table {
    name: "list of parents",
    doc: "The records of a list, each of which is a parent.",
    keys: &[
        Key { name: "call", value: Value::Name, need: Need::Required, doc: "The operation that lists them.", example: "call: things.list" },
        Key {
            name: "with",
            value: Value::Object(&WITH),
            need: Need::Optional,
            doc: "What it is given.",
            example: "with: { search: \"'kind:thing'\" }",
        },
    ],
    also: None,
    reserved: &[],
    rest: None,
    frame: "# map\nmaps: user-directory@1\nusers:\n  from: things\n  fields: { id: id }\n  list:\n    steps:\n      - call: things.parts.list\n        with: { parent: $thing.id }\n        each:\n          thing:\n            §",
};

/// `poll`.
pub static POLL: Table = Table {
    name: "poll",
    doc: "How a job is waited for. The provider's `Retry-After` is honoured, and the caller's deadline wins.",
    keys: &[
        Key {
            name: "call",
            value: Value::Name,
            need: Need::Required,
            doc: "The operation that says how the job is.",
            example: "call: things.get",
        },
        Key { name: "with", value: Value::Object(&WITH), need: Need::Optional, doc: "What it is given.", example: "with: { id: $id }" },
        Key {
            name: "until",
            value: Value::Jsonata,
            need: Need::Required,
            doc: "True over the operation's record where the job is done.",
            example: "until: state = \"done\"",
        },
        Key {
            name: "failed",
            value: Value::Jsonata,
            need: Need::Optional,
            doc: "True over the record where the job has failed, which ends the call with an error.",
            example: "failed: state = \"failed\"",
        },
        Key {
            name: "message",
            value: Value::Jsonata,
            need: Need::Optional,
            doc: "The provider's text over the record of a job that has failed.",
            example: "failed: state = \"failed\"\nmessage: reason",
        },
        Key {
            name: "every",
            value: Value::Integer,
            need: Need::Optional,
            doc: "Seconds until it is asked again: 2 unless said otherwise. Each further wait is twice as long.",
            example: "every: 5",
        },
        Key {
            name: "longest",
            value: Value::Integer,
            need: Need::Optional,
            doc: "Seconds beyond which no wait grows: 30 unless said otherwise.",
            example: "longest: 60",
        },
        Key {
            name: "within",
            value: Value::Integer,
            need: Need::Required,
            doc: "Seconds within which the job must be done.",
            example: "within: 600",
        },
    ],
    also: None,
    reserved: &[],
    rest: None,
    frame: "# map\nmaps: user-directory@1\nusers:\n  from: things\n  fields: { id: id }\n  update:\n    steps:\n      - poll:\n          with: { id: $id }\n          §",
};

/// An operation made of steps, as written.
#[derive(Clone, Debug)]
pub struct Compound {
    /// Its coordinate: `exports.rows`.
    pub name: Spanned<String>,
    /// What a caller may give.
    pub input: Vec<Parameter>,
    /// What is done.
    pub steps: Vec<Step>,
    /// Error kinds that mean that the work is done.
    pub already: Vec<plan::ErrorKind>,
    /// Whether part of it could not be read.
    pub incomplete: bool,
}

/// A step as written.
#[derive(Clone, Debug)]
pub struct Step {
    /// What is done.
    pub action: Action,
    /// Whether it is done.
    pub when: Option<Expression>,
    /// The name of the result.
    pub bind: Option<Spanned<String>>,
    /// What it is done for each of.
    pub for_each: Option<ForEach>,
    /// The parents that the list is read for.
    pub each: Option<Each>,
    /// Where it was written.
    pub span: Span,
}

/// What a step does, as written.
#[derive(Clone, Debug)]
pub enum Action {
    /// Calls an operation.
    Call(StepCall),
    /// Binds names.
    Let(Vec<(Spanned<String>, Data)>),
    /// Holds a condition.
    Require(Require),
    /// Waits for a job.
    Poll(Poll),
    /// Gives a record.
    Give(Data),
}

/// A call of an operation, as written.
#[derive(Clone, Debug)]
pub struct StepCall {
    /// The operation.
    pub call: Spanned<String>,
    /// What it is given.
    pub with: Vec<(Spanned<String>, Data)>,
    /// Whether part of what it is given could not be read.
    pub incomplete: bool,
}

/// A condition with its error, as written.
#[derive(Clone, Debug)]
pub struct Require {
    /// What must be true.
    pub condition: Expression,
    /// The error's code.
    pub code: Spanned<String>,
    /// The error's kind.
    pub kind: plan::ErrorKind,
    /// The error's text.
    pub message: String,
    /// Data that it carries.
    pub detail: Option<Expression>,
}

/// `for_each` as written.
#[derive(Clone, Debug)]
pub struct ForEach {
    /// The list.
    pub of: Data,
    /// The element's name.
    pub name: Spanned<String>,
    /// How many there may be.
    pub max: Spanned<u64>,
    /// How many calls run at the same time.
    pub at_once: Option<Spanned<u64>>,
    /// How many elements go into one call.
    pub batch: Option<Spanned<u64>>,
}

/// `each` as written.
#[derive(Clone, Debug)]
pub struct Each {
    /// The parent's name.
    pub name: Spanned<String>,
    /// The parents.
    pub of: Parents,
    /// Whether one that is gone is passed over.
    pub skip_absent: bool,
    /// Where it was written.
    pub span: Span,
}

/// Parents as written.
#[derive(Clone, Debug)]
pub enum Parents {
    /// Values.
    Values(Expression),
    /// The records of a list.
    List(StepCall),
}

/// `poll` as written.
#[derive(Clone, Debug)]
pub struct Poll {
    /// The call.
    pub call: StepCall,
    /// When the job is done.
    pub until: Expression,
    /// When it has failed.
    pub failed: Option<Expression>,
    /// What the provider says of that.
    pub message: Option<Expression>,
    /// The first wait, in seconds.
    pub every: Option<Spanned<u64>>,
    /// The longest.
    pub longest: Option<Spanned<u64>>,
    /// The time for all of it.
    pub within: Spanned<u64>,
}

impl Step {
    /// A step that only calls.
    #[must_use]
    pub const fn call(call: StepCall, span: Span) -> Self {
        Self { action: Action::Call(call), when: None, bind: None, for_each: None, each: None, span }
    }

    /// The call that the step itself makes.
    #[must_use]
    pub fn own_call(&self) -> Option<&StepCall> {
        match &self.action {
            Action::Call(call) => Some(call),
            Action::Poll(poll) => Some(&poll.call),
            Action::Let(_) | Action::Require(_) | Action::Give(_) => None,
        }
    }

    /// Every call of the step: that of its parents, and its own.
    pub fn calls(&self) -> impl Iterator<Item = &StepCall> {
        let parents = self.each.as_ref().and_then(|each| match &each.of {
            Parents::List(call) => Some(call),
            Parents::Values(_) => None,
        });
        parents.into_iter().chain(self.own_call())
    }

    /// The record that the step puts together.
    #[must_use]
    pub const fn given(&self) -> Option<&Data> {
        match &self.action {
            Action::Give(data) => Some(data),
            Action::Call(_) | Action::Let(_) | Action::Require(_) | Action::Poll(_) => None,
        }
    }

    /// The names that later steps see.
    pub fn binds(&self) -> impl Iterator<Item = &Spanned<String>> {
        let names: &[(Spanned<String>, Data)] = match &self.action {
            Action::Let(names) => names,
            Action::Call(_) | Action::Require(_) | Action::Poll(_) | Action::Give(_) => &[],
        };
        self.bind.iter().chain(names.iter().map(|(name, _)| name))
    }

    /// The names that only the step itself sees.
    pub fn own_names(&self) -> impl Iterator<Item = &Spanned<String>> {
        self.for_each.iter().map(|each| &each.name).chain(self.each.iter().map(|each| &each.name))
    }

    /// Every expression of the step, and whether it sees the step's own names.
    #[must_use]
    pub fn expressions(&self) -> Vec<(&Expression, bool)> {
        let Self { action, when, bind: _, for_each, each, span: _ } = self;
        let mut found: Vec<(&Expression, bool)> = when.iter().map(|when| (when, false)).collect();
        if let Some(ForEach { of, .. }) = for_each {
            found.extend(of.expressions().into_iter().map(|expression| (expression, false)));
        }
        match each.as_ref().map(|each| &each.of) {
            Some(Parents::Values(values)) => found.push((values, false)),
            Some(Parents::List(call)) => found.extend(call.expressions().map(|expression| (expression, false))),
            None => {}
        }
        match action {
            Action::Call(call) => found.extend(call.expressions().map(|expression| (expression, true))),
            Action::Let(names) => found.extend(names.iter().flat_map(|(_, data)| data.expressions()).map(|expression| (expression, false))),
            Action::Give(data) => found.extend(data.expressions().into_iter().map(|expression| (expression, false))),
            Action::Require(Require { condition, code: _, kind: _, message: _, detail }) => {
                found.extend(std::iter::once(condition).chain(detail).map(|expression| (expression, false)));
            }
            Action::Poll(Poll { call, until, failed, message, every: _, longest: _, within: _ }) => {
                let over = std::iter::once(until).chain(failed).chain(message);
                found.extend(call.expressions().chain(over).map(|expression| (expression, true)));
            }
        }
        found
    }
}

impl StepCall {
    /// Every expression of what the operation is given.
    pub fn expressions(&self) -> impl Iterator<Item = &Expression> {
        self.with.iter().flat_map(|(_, data)| data.expressions())
    }
}
