//! Types at both ends: what the provider gives and takes, what the model wants, and what expressions make of it.

mod bodies;
mod coverage;
mod endpoint;
mod facts;
mod loops;
mod maps;
mod places;
mod report;
mod requests;
mod scope;
mod seen;
mod select;
mod steps;

use super::Case;
use crate::diagnostic::Diagnostics;
pub use coverage::Coverage;
pub(super) use facts::Typed;
use report::Reports;
pub use seen::Seen;

use crate::shape::Shape;

/// A map with the types of the records that it is given.
#[derive(Clone, Debug)]
pub struct MapTypes {
    /// The unified model.
    pub model: String,
    /// The unified resource.
    pub resource: String,
    /// The records, each with the operation that gives it.
    pub records: Vec<(String, Shape)>,
    /// The fields of which input and output are known.
    pub typed: Vec<String>,
    /// The other fields.
    pub untyped: Vec<String>,
}

/// Every map with the types of its records.
pub(super) fn map_types(case: &Case<'_>, typed: &Typed<'_>, diagnostics: &mut Diagnostics) -> Vec<MapTypes> {
    maps::check(case, typed, &mut Reports::new(diagnostics), &mut Coverage::default())
}

/// Every expression with what it sees, and what each operation answers with.
pub(super) fn seen(case: &Case<'_>, typed: &Typed<'_>, diagnostics: &mut Diagnostics) -> (Vec<Seen>, Vec<(String, Shape)>) {
    let mut reports = Reports::observing(diagnostics);
    all(case, typed, &mut reports);
    let answers = typed.all().map(|(name, facts)| (name.to_owned(), facts.answer.clone()));
    (reports.into_seen(), answers.collect())
}

/// Runs every check that needs types, and counts how much has one.
pub(super) fn check(case: &Case<'_>, typed: &Typed<'_>, diagnostics: &mut Diagnostics) -> Coverage {
    all(case, typed, &mut Reports::new(diagnostics))
}

fn all(case: &Case<'_>, typed: &Typed<'_>, reports: &mut Reports<'_>) -> Coverage {
    let mut coverage = Coverage::default();
    places::check(case, typed, reports, &mut coverage);
    let _types = maps::check(case, typed, reports, &mut coverage);
    steps::check(case, typed, reports, &mut coverage);
    requests::check(case, typed, reports, &mut coverage);
    loops::check(case, typed, reports, &mut coverage);
    select::check(case, typed, reports);
    coverage
}
