//! How much of a connector has types.

use crate::shape::Trust;
use crate::source::Span;

/// How much of a connector has types: the share of map fields, body members, conditions and paths to records of which input and output are known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Coverage {
    /// Typed by the provider's own description.
    pub official: usize,
    /// Typed by a standard.
    pub rfc: usize,
    /// Typed by recorded answers.
    pub cassettes: usize,
    /// What has no type, and what it is.
    pub unknown: Vec<(Span, String)>,
}

impl Coverage {
    /// How many there are in all.
    #[must_use]
    pub fn total(&self) -> usize {
        self.official + self.rfc + self.cassettes + self.unknown.len()
    }

    /// The share that has a type, in percent; none where there is nothing to type.
    #[must_use]
    pub fn percent(&self) -> Option<f64> {
        let (typed, total) = (u32::try_from(self.total() - self.unknown.len()).ok()?, u32::try_from(self.total()).ok()?);
        (total > 0).then(|| f64::from(typed) * 100.0 / f64::from(total))
    }

    /// Counts something that has a type, or none.
    pub(super) fn count(&mut self, known: Option<Trust>, place: Span, what: impl FnOnce() -> String) {
        match known {
            Some(Trust::Official) => self.official += 1,
            Some(Trust::Rfc) => self.rfc += 1,
            Some(Trust::Cassettes) => self.cassettes += 1,
            None => self.unknown.push((place, what())),
        }
    }

    /// Adds what another connector has.
    pub fn add(&mut self, other: &Self) {
        self.official += other.official;
        self.rfc += other.rfc;
        self.cassettes += other.cassettes;
        self.unknown.extend(other.unknown.iter().cloned());
    }
}
