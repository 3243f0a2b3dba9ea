//! Diagnostics as editors show them, and which of them are on show.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use connc_compiler::diagnostic::{Diagnostic, Severity};
use lsp_types::{DiagnosticRelatedInformation, DiagnosticSeverity, Location, NumberOrString, Range};

use super::files::{Connector, Open, Part, uri_of};
use super::position;

/// The problems of each file.
pub(super) type Problems = BTreeMap<PathBuf, Vec<lsp_types::Diagnostic>>;

/// What is on show, by the connector that it comes from: two connectors may say something of one model.
#[derive(Default)]
pub(super) struct Shown {
    connectors: BTreeMap<PathBuf, Problems>,
}

impl Shown {
    /// Takes the problems of a connector, and gives every file whose list is to be shown anew.
    pub(super) fn set(&mut self, folder: &Path, problems: Option<Problems>) -> Vec<(PathBuf, Vec<lsp_types::Diagnostic>)> {
        let before = match &problems {
            Some(problems) => self.connectors.insert(folder.to_path_buf(), problems.clone()),
            None => self.connectors.remove(folder),
        };
        let touched: BTreeSet<PathBuf> = before.into_iter().chain(problems).flat_map(BTreeMap::into_keys).collect();
        touched
            .into_iter()
            .map(|path| {
                let diagnostics = self.of(&path);
                (path, diagnostics)
            })
            .collect()
    }

    /// Everything that is said of a file.
    fn of(&self, path: &Path) -> Vec<lsp_types::Diagnostic> {
        let mut all: Vec<lsp_types::Diagnostic> = Vec::new();
        for diagnostic in self.connectors.values().filter_map(|problems| problems.get(path)).flatten() {
            if !all.contains(diagnostic) {
                all.push(diagnostic.clone());
            }
        }
        all
    }
}

/// The problems of a connector, with an empty list for each open file without one.
pub(super) fn of(connector: &Connector, open: &Open) -> Problems {
    let mut problems = Problems::new();
    for path in open.keys() {
        if connector.find(path).is_some() {
            problems.entry(path.clone()).or_default();
        }
    }
    for part in &connector.parts {
        for diagnostic in part.diagnostics() {
            if let Some(path) = part.path(diagnostic.span.file, open) {
                problems.entry(path).or_default().push(as_shown(&diagnostic, part, open));
            }
        }
    }
    problems
}

/// A problem of the folder as a whole, at the beginning of a file.
pub(super) fn unreadable(message: String) -> lsp_types::Diagnostic {
    lsp_types::Diagnostic {
        range: Range::default(),
        severity: Some(DiagnosticSeverity::ERROR),
        source: Some("connc".to_owned()),
        message,
        ..lsp_types::Diagnostic::default()
    }
}

fn as_shown(diagnostic: &Diagnostic, part: &Part, open: &Open) -> lsp_types::Diagnostic {
    let Diagnostic { code, message, help, span, label: _, related } = diagnostic;
    let elsewhere = related.iter().filter_map(|label| {
        let uri = uri_of(&part.path(label.span.file, open)?, open)?;
        let location = Location { uri, range: position::first_line(&part.sources, label.span) };
        Some(DiagnosticRelatedInformation { location, message: label.text.clone() })
    });
    let elsewhere: Vec<DiagnosticRelatedInformation> = elsewhere.collect();
    lsp_types::Diagnostic {
        range: position::range(&part.sources, *span),
        severity: Some(match code.severity() {
            Severity::Error => DiagnosticSeverity::ERROR,
            Severity::Warning => DiagnosticSeverity::WARNING,
        }),
        code: Some(NumberOrString::String(code.slug().to_owned())),
        source: Some("connc".to_owned()),
        message: help.as_ref().map_or_else(|| message.clone(), |help| format!("{message}\nhelp: {help}")),
        related_information: (!elsewhere.is_empty()).then_some(elsewhere),
        ..lsp_types::Diagnostic::default()
    }
}
