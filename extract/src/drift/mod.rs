//! What changed between an extract and a newer description, as far as the connector touches it.

mod graphql;
mod operation;
mod schema;
mod view;

use connc_compiler::source::{Sources, Span};
use connc_compiler::spec::Connector;
use serde_json::{Map, Value};

use crate::touched::Touched;
use crate::{Extract, File, Problem, yaml};

/// Something that changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The connector's operations that it concerns, by coordinate.
    pub operations: Vec<String>,
    /// What changed: an operation, a parameter, or a type's field.
    pub at: String,
    /// How, in plain words.
    pub what: String,
    /// Whether the connector may fail, or give other records, because of it.
    pub breaking: bool,
    /// The places of the connector that touch it.
    pub places: Vec<Span>,
}

/// Everything that changed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Drift {
    /// The changes, those that break something first.
    pub changes: Vec<Change>,
}

/// Compares the text of a stored extract, before its overlay, with an extract of the newer description.
///
/// # Errors
///
/// Where the stored extract cannot be read.
pub fn drift(spec: &Connector, sources: &Sources, stored: File<'_>, new: &Extract) -> Result<Drift, Problem> {
    let touched = Touched::of(spec, sources);
    let mut drift = Drift::default();
    if let Some(sdl) = &new.sdl {
        graphql::compare(spec, &touched, stored, sdl, &mut drift)?;
    } else {
        let old = yaml::read(stored.text).map_err(|_| unreadable(stored.name))?;
        if old.get("operations").and_then(Value::as_object).is_none_or(Map::is_empty) {
            // Compared with nothing, nothing would have changed.
            return Err(
                Problem::new(format!("the extract `{}` holds no operations", stored.name)).help("make it again with `connc extract`")
            );
        }
        let part = |name: &str| old.get(name).and_then(Value::as_object).cloned().unwrap_or_default();
        let old = Stored {
            base: old.get("base").and_then(Value::as_str).unwrap_or_default().to_owned(),
            operations: part("operations"),
            types: part("types"),
        };
        operation::compare(&touched, &old, new, &mut drift);
    }
    drift.changes.sort_by(|a, b| (!a.breaking, &a.at, &a.what).cmp(&(!b.breaking, &b.at, &b.what)));
    Ok(drift)
}

fn unreadable(name: &str) -> Problem {
    Problem::new(format!("the extract `{name}` cannot be read")).help("make it again with `connc extract`")
}

/// A stored extract.
struct Stored {
    base: String,
    operations: Map<String, Value>,
    types: Map<String, Value>,
}

impl Drift {
    /// Whether something that the connector does may fail.
    #[must_use]
    pub fn is_breaking(&self) -> bool {
        self.changes.iter().any(|change| change.breaking)
    }

    /// Adds a change; the same one of another operation is one with it.
    fn add(&mut self, change: Change) {
        if let Some(known) = self.changes.iter_mut().find(|known| known.at == change.at && known.what == change.what) {
            known.breaking |= change.breaking;
            for operation in change.operations {
                if !known.operations.contains(&operation) {
                    known.operations.push(operation);
                }
            }
            for place in change.places {
                if !known.places.contains(&place) {
                    known.places.push(place);
                }
            }
            return;
        }
        self.changes.push(change);
    }
}

/// `` `a`, `b` `` for a sentence.
fn list<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    names.into_iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}
