//! Diagnostics for people: the message, the place in the text with its labels, and the remedy.

use connc_compiler::diagnostic::{Diagnostic, Label, Severity};
use connc_compiler::source::{FileId, Sources, Span};
use miette::{GraphicalReportHandler, GraphicalTheme, LabeledSpan, NamedSource, SourceCode};

/// How diagnostics look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Look {
    /// Whether to use colour.
    pub colour: bool,
    /// The columns of the terminal.
    pub width: usize,
}

/// One diagnostic as text, with a line break at its end.
#[must_use]
pub fn diagnostic(diagnostic: &Diagnostic, sources: &Sources, look: Look) -> String {
    let theme = if look.colour { GraphicalTheme::unicode() } else { GraphicalTheme::unicode_nocolor() };
    let handler = GraphicalReportHandler::new_themed(theme).with_width(look.width).with_links(false).without_syntax_highlighting();
    let mut text = String::new();
    // The handler fails only where the text cannot be written to, which a string always can.
    let _ = handler.render_report(&mut text, &Report::new(diagnostic, sources));
    text.lines().map(|line| format!("{}\n", line.trim_end())).collect()
}

/// A diagnostic as the renderer knows them.
#[derive(Debug)]
struct Report {
    message: String,
    code: Option<&'static str>,
    severity: miette::Severity,
    help: Option<String>,
    source: NamedSource<String>,
    labels: Vec<LabeledSpan>,
    elsewhere: Vec<Report>,
}

impl Report {
    fn new(diagnostic: &Diagnostic, sources: &Sources) -> Self {
        let Diagnostic { code, message, help, span, label, related } = diagnostic;
        let (here, elsewhere): (Vec<&Label>, Vec<&Label>) = related.iter().partition(|label| label.span.file == span.file);
        let mut labels = vec![primary(*span, label)];
        labels
            .extend(here.iter().map(|label| LabeledSpan::new_with_span(Some(label.text.clone()), range(first_line(label.span, sources)))));
        Self {
            message: message.clone(),
            code: Some(code.slug()),
            severity: match code.severity() {
                Severity::Error => miette::Severity::Error,
                Severity::Warning => miette::Severity::Warning,
            },
            help: help.clone(),
            source: named(span.file, sources),
            labels,
            elsewhere: elsewhere.iter().map(|label| Self::aside(label, sources)).collect(),
        }
    }

    /// A place in another file.
    fn aside(label: &Label, sources: &Sources) -> Self {
        Self {
            message: label.text.clone(),
            code: None,
            severity: miette::Severity::Advice,
            help: None,
            source: named(label.span.file, sources),
            labels: vec![primary(first_line(label.span, sources), "")],
            elsewhere: Vec::new(),
        }
    }
}

fn primary(span: Span, label: &str) -> LabeledSpan {
    LabeledSpan::new_primary_with_span((!label.is_empty()).then(|| label.to_owned()), range(span))
}

/// The first line of a declaration, which is enough to find it.
fn first_line(span: Span, sources: &Sources) -> Span {
    let length = sources.slice(span).lines().next().map_or(0, str::len);
    Span { end: span.start + u32::try_from(length).unwrap_or(0), ..span }
}

/// The span without the line break and the blanks that may end it, which would draw its label under the next line.
fn range(span: Span) -> miette::SourceSpan {
    (span.start as usize, span.end.saturating_sub(span.start) as usize).into()
}

fn named(file: FileId, sources: &Sources) -> NamedSource<String> {
    NamedSource::new(sources.path(file), sources.text(file).to_owned())
}

impl std::fmt::Display for Report {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Report {}

impl miette::Diagnostic for Report {
    fn code<'a>(&'a self) -> Option<Box<dyn std::fmt::Display + 'a>> {
        self.code.map(|code| Box::new(code) as Box<dyn std::fmt::Display>)
    }

    fn severity(&self) -> Option<miette::Severity> {
        Some(self.severity)
    }

    fn help<'a>(&'a self) -> Option<Box<dyn std::fmt::Display + 'a>> {
        self.help.as_ref().map(|help| Box::new(help) as Box<dyn std::fmt::Display>)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        Some(&self.source)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        Some(Box::new(self.labels.iter().cloned()))
    }

    fn related<'a>(&'a self) -> Option<Box<dyn Iterator<Item = &'a dyn miette::Diagnostic> + 'a>> {
        if self.elsewhere.is_empty() {
            return None;
        }
        Some(Box::new(self.elsewhere.iter().map(|report| report as &dyn miette::Diagnostic)))
    }
}
