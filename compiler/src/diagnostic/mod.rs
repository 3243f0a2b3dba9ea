//! What is wrong with a spec, where, and how to mend it.

mod code;
mod render;
mod suggest;

pub use code::{CODES, Code, Explanation};
pub use render::{github, json, sarif};
pub use suggest::{nearest, slip};

use crate::source::Span;

/// One problem.
#[derive(Clone, Debug, PartialEq)]
pub struct Diagnostic {
    /// Which problem.
    pub code: Code,
    /// What is wrong: a lowercase fragment, user text in backticks.
    pub message: String,
    /// How to mend it.
    pub help: Option<String>,
    /// Where it is.
    pub span: Span,
    /// What the place itself is called in the excerpt; may be empty.
    pub label: String,
    /// Other places that matter.
    pub related: Vec<Label>,
}

/// A place with a remark.
#[derive(Clone, Debug, PartialEq)]
pub struct Label {
    /// Where.
    pub span: Span,
    /// What is there.
    pub text: String,
}

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// The connector does not compile.
    Error,
    /// It compiles, and is probably not what was meant.
    Warning,
}

impl Severity {
    /// `error` or `warning`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
        }
    }
}

/// Every problem found so far.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Diagnostics {
    list: Vec<Diagnostic>,
}

impl Diagnostic {
    /// A problem at a place.
    #[must_use]
    pub fn new(code: Code, span: Span, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), help: None, span, label: String::new(), related: Vec::new() }
    }

    /// Says how to mend it.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Says how to mend it, where that is known.
    #[must_use]
    pub fn help_if(mut self, help: Option<impl Into<String>>) -> Self {
        self.help = help.map(Into::into).or(self.help);
        self
    }

    /// Names the place in the excerpt.
    #[must_use]
    pub fn label(mut self, label: impl Into<String>) -> Self {
        self.label = label.into();
        self
    }

    /// Adds another place that matters.
    #[must_use]
    pub fn related(mut self, span: Span, text: impl Into<String>) -> Self {
        self.related.push(Label { span, text: text.into() });
        self
    }

    /// How bad it is.
    #[must_use]
    pub fn severity(&self) -> Severity {
        self.code.severity()
    }
}

impl Diagnostics {
    /// Adds a problem, unless the same one stands there already (a YAML alias is read more than once).
    pub fn push(&mut self, diagnostic: Diagnostic) {
        if !self.list.contains(&diagnostic) {
            self.list.push(diagnostic);
        }
    }

    /// Whether anything keeps the spec from compiling.
    #[must_use]
    pub fn has_errors(&self) -> bool {
        self.list.iter().any(|diagnostic| diagnostic.severity() == Severity::Error)
    }

    /// Takes out every problem that `which` is true of, and says whether there was one.
    pub fn remove(&mut self, which: impl Fn(&Diagnostic) -> bool) -> bool {
        let before = self.list.len();
        self.list.retain(|diagnostic| !which(diagnostic));
        self.list.len() < before
    }

    /// Where the errors stand.
    #[must_use]
    pub fn errors(&self) -> Vec<Span> {
        self.list.iter().filter(|diagnostic| diagnostic.severity() == Severity::Error).map(|diagnostic| diagnostic.span).collect()
    }

    /// Whether an error stands within a place. What is missing there may only be unreadable.
    #[must_use]
    pub fn has_error_within(&self, place: Span) -> bool {
        let within = |span: Span| span.file == place.file && span.start >= place.start && span.end <= place.end;
        self.list.iter().any(|diagnostic| diagnostic.severity() == Severity::Error && within(diagnostic.span))
    }

    /// Whether there is nothing to say.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// The problems in the order of the text.
    #[must_use]
    pub fn into_sorted(mut self) -> Vec<Diagnostic> {
        self.list.sort_by(|a, b| (a.span, a.code.slug(), &a.message).cmp(&(b.span, b.code.slug(), &b.message)));
        self.list
    }
}
