//! Data: literals, JSONata, and objects and lists of them.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{Origin, Text};

/// A value made at run time: a body, GraphQL variables, or what a step passes on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Data {
    /// A literal.
    Const(Value),
    /// A template's text: where a secret stands in a body, which the engine that evaluates expressions never sees. In requests that get or
    /// end a token only. Where it is one whole `{{ x }}` that is absent, the member that holds it is left out.
    Text(Text),
    /// Something that nobody knows before it is made, for the `let` of steps only. It is another one for each call, and shown nowhere.
    Fresh(Fresh),
    /// An expression; where it gives nothing, the member that holds it is left out.
    Expression(Expression),
    /// An object, its members in the order of the spec.
    Object(Vec<(String, Data)>),
    /// A list; a member that gives nothing is left out.
    List(Vec<Data>),
}

/// What is made for one call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fresh {
    /// A password of 24 random characters, lower case, upper case, digits and signs among them.
    Password,
}

impl Fresh {
    /// Everything with its name in the spec language: `password` of `$fresh.password`.
    pub const ALL: &[(&'static str, Fresh)] = &[("password", Fresh::Password)];

    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(_, fresh)| *fresh == self).map_or("", |(name, _)| name)
    }
}

impl Data {
    /// Every template's text in the tree.
    #[must_use]
    pub fn texts(&self) -> Vec<&Text> {
        match self {
            Self::Const(_) | Self::Fresh(_) | Self::Expression(_) => Vec::new(),
            Self::Text(text) => vec![text],
            Self::Object(members) => members.iter().flat_map(|(_, value)| value.texts()).collect(),
            Self::List(items) => items.iter().flat_map(Self::texts).collect(),
        }
    }

    /// Every expression in the tree.
    #[must_use]
    pub fn expressions(&self) -> Vec<&Expression> {
        match self {
            Self::Const(_) | Self::Text(_) | Self::Fresh(_) => Vec::new(),
            Self::Expression(expression) => vec![expression],
            Self::Object(members) => members.iter().flat_map(|(_, value)| value.expressions()).collect(),
            Self::List(items) => items.iter().flat_map(Self::expressions).collect(),
        }
    }
}

/// A JSONata expression as text. The runtime compiles it once.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Expression {
    /// The JSONata text.
    pub source: String,
    /// Where it begins in the spec.
    pub origin: Origin,
}

/// A pure path into a JSON document, so that what it names can be cut out of the text untouched. Empty is the whole document.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Path {
    /// Member names, outermost first.
    pub steps: Vec<String>,
    /// Where it was written.
    pub origin: Origin,
}

impl std::fmt::Display for Path {
    /// As JSONata: `data.users.nodes`, or `$` for the whole document.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.steps.is_empty() {
            return f.write_str("$");
        }
        for (index, step) in self.steps.iter().enumerate() {
            if index > 0 {
                f.write_str(".")?;
            }
            let plain = step.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') && !step.starts_with(|c: char| c.is_ascii_digit());
            if plain { f.write_str(step)? } else { write!(f, "`{step}`")? }
        }
        Ok(())
    }
}
