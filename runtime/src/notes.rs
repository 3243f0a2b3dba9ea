//! What a person should know about the records of a page, gathered so that a page of bad records does not become a page of warnings.

use std::collections::BTreeMap;

use connc_plan::{Origin, Plan};

use crate::{Trace, Warning};

/// Warnings and traces of one page.
#[derive(Debug, Default)]
pub(crate) struct Notes {
    pub(crate) warnings: Vec<Warning>,
    pub(crate) traces: Vec<Trace>,
    /// How often each field had no value.
    pub(crate) absent: BTreeMap<String, u64>,
    most: usize,
}

impl Notes {
    /// Keeps at most so many of each.
    pub(crate) fn new(most: usize) -> Self {
        Self { most, ..Self::default() }
    }

    /// Adds a warning, or counts it where it is known.
    pub(crate) fn warn(&mut self, plan: &Plan, message: &str, field: Option<(&str, Origin)>, index: usize) {
        let name = field.map(|(name, _)| name);
        if let Some(known) = self.warnings.iter_mut().find(|known| known.message == message && known.field.as_deref() == name) {
            known.count += 1;
        } else if self.warnings.len() < self.most {
            self.warnings.push(Warning {
                message: message.to_owned(),
                field: name.map(str::to_owned),
                place: field.map(|(_, origin)| plan.place(origin)),
                index,
                count: 1,
            });
        }
    }

    /// Counts a field that has no value.
    pub(crate) fn absent(&mut self, field: &str) {
        match self.absent.get_mut(field) {
            Some(count) => *count += 1,
            None => drop(self.absent.insert(field.to_owned(), 1)),
        }
    }

    /// Adds why a field has no value.
    pub(crate) fn trace(&mut self, trace: Trace) {
        if self.traces.len() < self.most {
            self.traces.push(trace);
        }
    }
}
