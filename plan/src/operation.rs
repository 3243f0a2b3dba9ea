//! A provider's operation: input, steps, and how its records are taken out of the answer.

use serde::{Deserialize, Serialize};

use crate::{Action, Answer, ErrorKind, Expression, Origin, Paginate, Parameter, Path, Step, Verb};

/// One operation of the provider, such as `users.list`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Operation {
    /// Its coordinate: `users.list`.
    pub name: String,
    /// What it gives.
    pub shape: Shape,
    /// What it takes besides `id` and `parent`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub input: Vec<Parameter>,
    /// The fields that it asks for by name, where the provider gives only those.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub select: Option<Select>,
    /// Whether its steps read `id`.
    pub takes_id: bool,
    /// Whether its steps read `parent.id`.
    pub takes_parent: bool,
    /// What is done, usually one request. The records are taken from the last step's answer; where that is a call, they are the called operation's.
    pub steps: Vec<Step>,
    /// How the records are taken out of the answer.
    pub records: Records,
    /// How the next page is asked for, where there are pages.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub paginate: Option<Paginate>,
    /// Whether it only reads, so that a failure after it leaves nothing half done.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub reads: bool,
    /// Where the file is fetched that the operation gives, where its own request does not answer with it, and where it may lead on to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub download: Option<Download>,
    /// Kinds of error that mean that the work is done already.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub already: Vec<ErrorKind>,
    /// Where it was written.
    pub origin: Origin,
}

/// The fields that an operation asks for, in scope as `select`: a list of names. A call may ask for others, [`crate::Asked`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Select {
    /// What is asked for where the call does not say: everything that any map or step reads of a record.
    pub names: Vec<String>,
    /// Where more names come from: inputs by their name, or `account.NAME`, each a list of texts.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub more: Vec<String>,
}

/// A file that is fetched: by GET, over https, and with the account's credentials on the connector's own origins only.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Download {
    /// The file's URL, over the operation's record; without it, the operation's own request answers with the file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fetch: Option<Expression>,
    /// The domains that the URL's host must equal or be below, where it is none of the connector's own origins.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub within: Vec<String>,
    /// The same for redirects, which never carry credentials; without a domain none is followed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub redirect: Vec<String>,
    /// Where it was written.
    pub origin: Origin,
}

/// What an operation gives to its caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Shape {
    /// A list of records, perhaps over several pages.
    List,
    /// One record.
    One,
    /// Nothing.
    Nothing,
}

/// How records are taken out of an answer. Records are slices of the answer's text.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Records {
    /// A list stands at `path`.
    Items {
        /// Where the list stands.
        path: Path,
        /// Whether a body without it is an empty page; otherwise it is an error.
        absent_is_empty: bool,
        /// Whether one record stands there instead, which is the whole list.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        one: bool,
        /// Only records for which this is true are kept, after counting.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        keep_if: Option<Expression>,
    },
    /// One record stands at `path`. Where a list stands there, exactly one of it must pass `keep_if`.
    Item {
        /// Where the record stands.
        path: Path,
        /// Chooses the record where a list stands at `path`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        keep_if: Option<Expression>,
    },
    /// The answer holds no record.
    None,
}

impl Records {
    /// Which records are wanted.
    #[must_use]
    pub fn keep_if(&self) -> Option<&Expression> {
        match self {
            Self::Items { keep_if, .. } | Self::Item { keep_if, .. } => keep_if.as_ref(),
            Self::None => None,
        }
    }
}

impl Operation {
    /// Whether it gives a file, which is downloaded.
    #[must_use]
    pub fn gives_file(&self) -> bool {
        let bytes = |step: &Step| match &step.action {
            Action::Request(request) => request.answer == Answer::Bytes,
            Action::Call(_) | Action::Let(_) | Action::Require(_) | Action::Poll(_) | Action::Give(_) => false,
        };
        self.download.is_some() || self.steps.last().is_some_and(bytes)
    }

    /// The resource: `users` of `users.list`, `groups.members` of `groups.members.list`.
    #[must_use]
    pub fn resource(&self) -> &str {
        self.name.rsplit_once('.').map_or("", |(resource, _)| resource)
    }

    /// The last part of the name: `list` of `users.list`.
    #[must_use]
    pub fn verb(&self) -> &str {
        self.name.rsplit_once('.').map_or(self.name.as_str(), |(_, verb)| verb)
    }

    /// The verb as unified models know it, where the operation's own is one of them.
    #[must_use]
    pub fn unified_verb(&self) -> Option<Verb> {
        Verb::parse(self.verb())
    }
}
