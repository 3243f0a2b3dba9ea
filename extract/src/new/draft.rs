//! A connector as it is proposed, before it is text: what can be taken out of it again, piece by piece.

use std::collections::BTreeMap;

use connc_plan::Method;
use serde_json::Value;

/// A proposed connector.
#[derive(Clone, Debug, Default)]
pub(super) struct Draft {
    pub(super) name: String,
    pub(super) title: String,
    pub(super) docs: Option<String>,
    /// Account parameters, each with what stands behind its name.
    pub(super) account: Vec<(String, String)>,
    pub(super) base_url: String,
    /// What is to be looked at in the base URL.
    pub(super) base_note: Option<String>,
    pub(super) hosts: Vec<String>,
    pub(super) auth: Vec<Auth>,
    /// Ways to connect that are left out, and why.
    pub(super) auth_notes: Vec<String>,
    /// The GraphQL schema's file.
    pub(super) graphql: Option<String>,
    pub(super) operations: Vec<Operation>,
    pub(super) maps: Vec<MapFile>,
    pub(super) sources: Vec<Source>,
}

/// A way to connect.
#[derive(Clone, Debug)]
pub(super) struct Auth {
    pub(super) name: String,
    /// The lines below its name.
    pub(super) lines: Vec<String>,
}

/// A description that operations were taken from.
#[derive(Clone, Debug)]
pub(super) struct Source {
    pub(super) description: String,
    pub(super) version: Option<String>,
}

/// A proposed operation.
#[derive(Clone, Debug)]
pub(super) struct Operation {
    pub(super) resource: Vec<String>,
    pub(super) verb: String,
    pub(super) method: Method,
    /// The path or URL, as a template.
    pub(super) url: String,
    /// The GraphQL document in its place.
    pub(super) document: Option<String>,
    pub(super) inputs: Vec<Input>,
    /// GraphQL variables.
    pub(super) variables: Vec<(String, String)>,
    pub(super) records: Records,
    /// How its list may be paged, the best guess first.
    pub(super) pages: Vec<Paging>,
    /// What a comment allows: code and reason.
    pub(super) allows: BTreeMap<&'static str, &'static str>,
    /// What an extract calls it: `GET /users`.
    pub(super) key: String,
    /// The description that it comes from, and its name there.
    pub(super) source: usize,
    pub(super) id: Option<String>,
    /// A record that it answers with.
    pub(super) record: Value,
    /// The GraphQL type of its records.
    pub(super) record_type: Option<String>,
    /// Whether credentials that the description declares as a parameter are left to the auth method.
    pub(super) has_credentials: bool,
}

/// An input of an operation and where it goes.
#[derive(Clone, Debug)]
pub(super) struct Input {
    pub(super) name: String,
    /// What stands behind its name.
    pub(super) declared: String,
    pub(super) required: bool,
    pub(super) place: Place,
}

/// Where an input goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// A part of the path.
    Path,
    /// A query parameter of this name, with the template of its value.
    Query(String, String),
    /// A header.
    Header(String, String),
    /// A form field.
    Form(String, String),
    /// The whole body.
    Body,
}

/// Where an operation's records stand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Records {
    /// A list, and whether an answer without it is an empty one.
    Items(String, bool),
    Item(String),
    Whole,
    None,
}

/// A guess at how a list is paged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Paging {
    /// The mapping, on one line.
    pub(super) flow: String,
    /// What it was guessed from.
    pub(super) why: String,
    /// The query parameters that it sets.
    pub(super) sets: Vec<String>,
}

/// The maps to one unified model.
#[derive(Clone, Debug)]
pub(super) struct MapFile {
    pub(super) model: String,
    pub(super) version: u64,
    pub(super) resources: Vec<Mapped>,
}

/// A map to one unified resource.
#[derive(Clone, Debug)]
pub(super) struct Mapped {
    pub(super) name: String,
    pub(super) from: String,
    pub(super) fields: Vec<Field>,
    /// The unified filter that is the parent's id.
    pub(super) parent: Option<String>,
}

/// A unified field.
#[derive(Clone, Debug)]
pub(super) struct Field {
    pub(super) name: String,
    pub(super) required: bool,
    /// The format of its text, where a name alone says that a provider's field has it.
    pub(super) format: Option<&'static str>,
    /// What it may be made from, the best guess first.
    pub(super) guesses: Vec<Guess>,
}

/// What a unified field may be made from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Guess {
    /// JSONata.
    Expression(String),
    /// A translation of the provider's words.
    Words {
        from: String,
        known: Vec<(String, String)>,
        /// Whether there are words besides.
        has_others: bool,
    },
}

impl Operation {
    /// `groups.members.list`.
    pub(super) fn coordinate(&self) -> String {
        format!("{}.{}", self.resource.join("."), self.verb)
    }
}
