//! What editors ask: what stands at a byte of a file, what may stand there, and where it is declared. No protocol, no IO.

mod complete;
mod define;
mod expression;
mod hover;
mod names;
mod path;
mod place;

use crate::check::{self, Seen};
use crate::diagnostic::Diagnostics;
use crate::shape::{self, Shape, Shapes};
use crate::source::{FileId, Role, Sources, Span};
use crate::spec::Connector;
use crate::yaml::{self, Node, Table};
use crate::{parse, resolve, spec};

/// A connector as far as it can be read, errors or not.
pub struct Inspection {
    sources: Sources,
    spec: Option<Connector>,
    shapes: Shapes,
    seen: Vec<Seen>,
    /// What each operation answers with.
    answers: Vec<(String, Shape)>,
}

/// What is known of something in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hover {
    /// Where it stands.
    pub span: Span,
    /// What is known, as Markdown.
    pub text: String,
}

/// Something that may stand at a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Completion {
    /// What it is called.
    pub label: String,
    /// What kind of thing it is.
    pub kind: CompletionKind,
    /// What it is, in a few words.
    pub detail: String,
    /// What it means, as Markdown.
    pub doc: Option<String>,
    /// The text to put in the place of `replace`.
    pub insert: String,
    /// What it takes the place of.
    pub replace: Span,
}

/// What kind of thing a completion is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CompletionKind {
    /// A member of an object.
    Member,
    /// A `$name`.
    Variable,
    /// A function.
    Function,
    /// A key of a mapping.
    Key,
    /// A value.
    Value,
}

/// Reads a connector for an editor.
#[must_use]
pub fn inspect(sources: &Sources) -> Inspection {
    let mut silent = Diagnostics::default();
    let trees = crate::parse::Trees::read(sources, &mut silent);
    let description = shape::read_extracts(sources, &mut silent);
    let spec = crate::connector(&trees, &crate::models(sources), sources, &mut silent);
    let seen = spec.as_ref().map(|spec| check::seen(spec, &resolve::names(spec), sources, description.as_ref()));
    let (seen, answers) = seen.unwrap_or_default();
    let shapes = description.map(|description| description.shapes).unwrap_or_default();
    Inspection { sources: sources.clone(), spec, shapes, seen, answers }
}

/// The sources with another text for one of the files. Files keep their numbers.
#[must_use]
pub fn with_text(sources: &Sources, file: FileId, text: &str) -> Sources {
    sources.with_text(file, text)
}

impl Inspection {
    /// What is known of what stands at a byte of a file.
    #[must_use]
    pub fn hover(&self, file: FileId, offset: u32) -> Option<Hover> {
        hover::at(self, file, offset)
    }

    /// What may stand at a byte of a file. The text may be unfinished there.
    #[must_use]
    pub fn completions(&self, file: FileId, offset: u32) -> Vec<Completion> {
        complete::at(&self.sources, file, offset)
    }

    /// Where what stands at a byte of a file is declared.
    #[must_use]
    pub fn definition(&self, file: FileId, offset: u32) -> Option<Span> {
        define::at(self, file, offset)
    }

    fn tree(&self, file: FileId) -> Node {
        yaml::read(&self.sources, file, &mut Diagnostics::default())
    }

    /// What the file's outermost mapping holds.
    fn table(&self, file: FileId) -> Option<&'static Table> {
        let role = |role: Role| self.sources.of(role).any(|known| known == file);
        let path = self.sources.path(file);
        if role(Role::Connector) || (role(Role::Base) && path.ends_with("/connector.yaml")) {
            Some(&spec::CONNECTOR)
        } else if role(Role::Map) || role(Role::Base) {
            Some(&spec::MAP_FILE)
        } else if role(Role::Model) {
            Some(if path.ends_with("/model.yaml") { &shape::MODEL } else { &shape::RESOURCE })
        } else if role(Role::Cassette) {
            Some(&parse::CASSETTE)
        } else if path.ends_with(".overlay.yaml") {
            Some(&shape::OVERLAY)
        } else {
            path.ends_with(".yaml").then_some(&shape::EXTRACT)
        }
    }

    /// The expression at a byte: the innermost, should one stand inside another.
    fn expression(&self, file: FileId, offset: u32) -> Option<&Seen> {
        let here = |seen: &&Seen| holds(seen.expression.span(), file, offset);
        self.seen.iter().filter(here).min_by_key(|seen| length(seen.expression.span()))
    }

    fn is_in(&self, file: FileId, role: Role) -> bool {
        self.sources.of(role).any(|known| known == file)
    }
}

/// Whether a byte stands in a span, its end included: that is where a cursor stands after a word.
fn holds(span: Span, file: FileId, offset: u32) -> bool {
    span.file == file && span.start <= offset && offset <= span.end
}

fn length(span: Span) -> u32 {
    span.end.saturating_sub(span.start)
}

#[cfg(test)]
mod tests;
