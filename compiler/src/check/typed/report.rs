//! Diagnostics of the typed checks: each mistake once, however many records, verbs and aliases show it.

use std::collections::HashSet;

use super::seen::Seen;
use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::lang::Expression;
use crate::shape::{Inferred, Problem, ProblemKind, Scope, Shape, Value, infer};
use crate::source::Span;

/// Where the typed checks report.
pub(super) struct Reports<'a> {
    diagnostics: &'a mut Diagnostics,
    said: HashSet<(Code, Span)>,
    /// Where errors stood before types were looked at.
    before: Vec<Span>,
    /// The expressions that were looked at, where an editor asks for them.
    seen: Option<Vec<Seen>>,
}

impl<'a> Reports<'a> {
    pub(super) fn new(diagnostics: &'a mut Diagnostics) -> Self {
        let before = diagnostics.errors();
        Self { diagnostics, said: HashSet::new(), before, seen: None }
    }

    /// Keeps every expression that is looked at.
    pub(super) fn observing(diagnostics: &'a mut Diagnostics) -> Self {
        Self { seen: Some(Vec::new()), ..Self::new(diagnostics) }
    }

    /// The expressions that were kept.
    pub(super) fn into_seen(self) -> Vec<Seen> {
        self.seen.unwrap_or_default()
    }

    pub(super) fn push(&mut self, diagnostic: Diagnostic) {
        if self.said.insert((diagnostic.code, diagnostic.span)) {
            self.diagnostics.push(diagnostic);
        }
    }

    /// Reports something of which several may stand at one place.
    pub(super) fn push_each(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
    }

    /// Whether the names within the span were found wrong before types were looked at.
    pub(super) fn has_error_within(&self, place: Span) -> bool {
        self.before.iter().any(|span| span.file == place.file && span.start >= place.start && span.end <= place.end)
    }

    /// Infers an expression and reports its problems. Where there is one, nothing is known of the result.
    pub(super) fn infer(&mut self, expression: &Expression, scope: &Scope<'_>) -> Inferred {
        self.infer_as(expression, scope, |kind| (code(kind), ""))
    }

    /// The same, with other codes for the problems, and with what they lead to.
    pub(super) fn infer_as(
        &mut self,
        expression: &Expression,
        scope: &Scope<'_>,
        code: fn(ProblemKind) -> (Code, &'static str),
    ) -> Inferred {
        if let Some(seen) = &mut self.seen {
            seen.push(Seen::new(expression, scope));
        }
        let mut inferred = infer(&expression.root, scope);
        // A name or function that does not exist was reported, and what depends on it is not known.
        if self.has_error_within(expression.span()) {
            inferred.value = Value { shape: Shape::Unknown, ..inferred.value };
        }
        for problem in &inferred.problems {
            let place = expression.place(problem.range.clone());
            if !self.has_error_within(place) {
                let (code, so) = code(problem.kind);
                let mut diagnostic = diagnostic(problem, place, code);
                diagnostic.message.push_str(so);
                self.push(diagnostic);
            }
            inferred.value.shape = Shape::Unknown;
        }
        inferred
    }
}

/// A problem of an expression as a diagnostic.
pub(super) fn diagnostic(problem: &Problem, place: Span, code: Code) -> Diagnostic {
    let diagnostic = Diagnostic::new(code, place, problem.message.clone()).help_if(problem.help.clone());
    match &problem.declared {
        Some((span, text)) => diagnostic.related(*span, text.clone()),
        None => diagnostic,
    }
}

/// The code of a problem, unless its place has one of its own.
pub(super) fn code(kind: ProblemKind) -> Code {
    match kind {
        ProblemKind::UnknownProperty => Code::UnknownProperty,
        ProblemKind::WrongArgument => Code::WrongArgument,
        ProblemKind::AbsentCondition => Code::AbsentCondition,
        ProblemKind::OneOrMany => Code::OneOrMany,
        ProblemKind::ImpossibleComparison => Code::ImpossibleComparison,
    }
}
