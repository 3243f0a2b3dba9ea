//! What programs run over: JSON documents, and variables that hold them.

use std::borrow::Cow;
use std::cell::OnceCell;
use std::sync::Arc;

use super::{Chosen, Engine, JsonError};
use crate::tape::{Tape, Unsure, Wants};
use crate::{functions, fused, integers, limits};

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
pub struct Variables {
    bound: Vec<(String, Inner)>,
    /// The text of each, for expressions that run over text.
    texts: Vec<(String, Text)>,
}

/// JSON text, read when it is first looked into.
#[derive(Clone)]
struct Text {
    json: Arc<str>,
    tape: OnceCell<Option<Tape>>,
}

impl Variables {
    /// None.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Binds `$name`, given without its `$`, in place of what it was bound to. An undefined document unbinds it.
    pub fn set(&mut self, name: &str, value: &Document) {
        self.texts.retain(|(known, _)| known != name);
        let index = self.bound.iter().position(|(known, _)| known == name);
        match (index.and_then(|index| self.bound.get_mut(index)), value.inner()) {
            (Some(known), Some(inner)) => known.1 = inner.clone(),
            (None, Some(inner)) => self.bound.push((name.to_owned(), inner.clone())),
            (_, None) => self.bound.retain(|(known, _)| known != name),
        }
    }

    /// Binds `$name` to JSON text.
    ///
    /// # Errors
    ///
    /// As [`Document::parse`].
    pub fn set_json(&mut self, name: &str, json: &str) -> Result<(), JsonError> {
        self.set(name, &Document::parse(json, None)?);
        self.texts.push((name.to_owned(), Text { json: json.into(), tape: OnceCell::new() }));
        Ok(())
    }

    /// [`Variables::set`], for chains.
    #[must_use]
    pub fn with(mut self, name: &str, value: &Document) -> Self {
        self.set(name, value);
        self
    }

    pub(super) fn inner(&self) -> &[(String, Inner)] {
        &self.bound
    }

    /// What a variable holds, where it was bound to plain JSON text.
    pub(crate) fn value(&self, name: &str) -> Result<fused::Value<'_>, Unsure> {
        if !self.bound.iter().any(|(known, _)| known == name) {
            // A function may have this name.
            let exists = functions::find(name).is_some() || functions::BUILTINS.contains(&name);
            return if exists { Err(Unsure) } else { Ok(fused::Value::Nothing) };
        }
        let (_, text) = self.texts.iter().find(|(known, _)| known == name).ok_or(Unsure)?;
        let read = || {
            let mut tape = Tape::default();
            tape.read(&text.json, &Wants::everything(), limits::JSON_DEPTH).ok().map(|()| tape)
        };
        let tape = text.tape.get_or_init(read).as_ref().ok_or(Unsure)?;
        Ok(fused::Value::Kept(tape.root(&text.json)))
    }
}

impl std::fmt::Debug for Variables {
    /// The names alone.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set().entries(self.bound.iter().map(|(name, _)| name)).finish()
    }
}
