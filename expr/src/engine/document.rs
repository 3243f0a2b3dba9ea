//! What programs run over: JSON documents, and variables that hold them.

use std::borrow::Cow;

use super::{Chosen, Engine, JsonError};
use crate::integers;

type Inner = <Chosen as Engine>::Document;

/// One parsed JSON text, for any number of evaluations. Clones share it. It stays on its thread.
///
/// An integer beyond ±(2^53-1) is text with the same digits to the programs, since the engine computes with doubles:
/// identifiers come through digit for digit.
#[derive(Clone)]
pub struct Document(Option<Inner>);

impl Document {
    /// Parses JSON text. With `reads`, only what they name is kept, and what they leave out is checked as JSON syntax alone.
    ///
    /// # Errors
    ///
    /// The text is no JSON document (RFC 8259), or nests deeper than [`crate::limits::JSON_DEPTH`].
    pub fn parse(text: &str, reads: Option<&Reads>) -> Result<Self, JsonError> {
        let text: Cow<'_, str> = integers::protect(text);
        Chosen::document(&text, reads.map(|reads| &reads.0)).map(|document| Self(Some(document)))
    }

    /// JSONata's undefined: there is no document.
    #[must_use]
    pub fn undefined() -> Self {
        Self(None)
    }

    /// Whether there is no document.
    #[must_use]
    pub fn is_undefined(&self) -> bool {
        self.0.is_none()
    }

    pub(super) fn inner(&self) -> Option<&Inner> {
        self.0.as_ref()
    }
}

impl std::fmt::Debug for Document {
    /// Says whether there is one, and never what it holds.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(if self.0.is_some() { "Document(..)" } else { "Document(undefined)" })
    }
}

/// What a program may read of its input, as an upper bound, so that the rest need not be kept.
#[derive(Clone)]
pub struct Reads(pub(super) <Chosen as Engine>::Reads);

impl Reads {
    /// What either reads: a document cut by it serves both programs.
    #[must_use]
    pub fn union(&self, other: &Self) -> Self {
        Self(Chosen::unite(&self.0, &other.0))
    }
}

impl std::fmt::Debug for Reads {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Reads(..)")
    }
}

/// Variables by name. They take the place of a function of the same name, so names of functions are not for them.
#[derive(Clone, Default)]
pub struct Variables(Vec<(String, Inner)>);

impl Variables {
    /// None.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Binds `$name`, given without its `$`, in place of what it was bound to. An undefined document unbinds it.
    pub fn set(&mut self, name: &str, value: &Document) {
        let index = self.0.iter().position(|(known, _)| known == name);
        match (index.and_then(|index| self.0.get_mut(index)), value.inner()) {
            (Some(known), Some(inner)) => known.1 = inner.clone(),
            (None, Some(inner)) => self.0.push((name.to_owned(), inner.clone())),
            (_, None) => self.0.retain(|(known, _)| known != name),
        }
    }

    /// Binds `$name` to JSON text.
    ///
    /// # Errors
    ///
    /// As [`Document::parse`].
    pub fn set_json(&mut self, name: &str, json: &str) -> Result<(), JsonError> {
        self.set(name, &Document::parse(json, None)?);
        Ok(())
    }

    /// [`Variables::set`], for chains.
    #[must_use]
    pub fn with(mut self, name: &str, value: &Document) -> Self {
        self.set(name, value);
        self
    }

    pub(super) fn inner(&self) -> &[(String, Inner)] {
        &self.0
    }
}

impl std::fmt::Debug for Variables {
    /// The names alone.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set().entries(self.0.iter().map(|(name, _)| name)).finish()
    }
}
