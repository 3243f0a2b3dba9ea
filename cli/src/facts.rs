//! What is known of built-in connectors without compiling and replaying them: how much of them has types, and what their recordings go through.
//!
//! `snapshots/facts.snap` holds it, and a test holds that against the connectors.

use connc_compiler::{Compiled, Coverage};
use connc_runtime::Connector;
use serde::{Deserialize, Serialize};

use crate::embedded;
use crate::project::Loaded;
use crate::suite;

/// What only checking and replaying a connector tells.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Facts {
    connector: String,
    official: usize,
    rfc: usize,
    from_cassettes: usize,
    untyped: usize,
    /// The scenarios that its recordings go through.
    pub(crate) met: Vec<String>,
    /// Those that none does.
    pub(crate) missing: Vec<String>,
}

impl Facts {
    /// Takes what compiling gave, and replays the recordings.
    #[must_use]
    pub fn of(loaded: &Loaded, compiled: &Compiled) -> Self {
        let connector = compiled.plan.clone().and_then(|plan| Connector::load(plan).ok());
        let scenarios = connector.map(|connector| suite::scenarios(loaded, &connector)).unwrap_or_default();
        let Coverage { official, rfc, cassettes, unknown } = &compiled.coverage;
        Self {
            connector: loaded.name.clone(),
            official: *official,
            rfc: *rfc,
            from_cassettes: *cassettes,
            untyped: unknown.len(),
            met: scenarios.met.iter().map(ToString::to_string).collect(),
            missing: scenarios.missing.iter().map(ToString::to_string).collect(),
        }
    }

    /// As a line of the snapshot.
    #[must_use]
    pub fn line(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// What the snapshot says of a built-in connector.
    pub(crate) fn built_in(name: &str) -> Option<Self> {
        let lines = embedded::FACTS.lines().filter(|line| line.starts_with('{'));
        lines.filter_map(|line| serde_json::from_str(line).ok()).find(|facts: &Self| facts.connector == name)
    }

    /// How much has types, without the places of what has none.
    pub(crate) fn coverage(&self) -> Coverage {
        let unknown = vec![Default::default(); self.untyped];
        Coverage { official: self.official, rfc: self.rfc, cassettes: self.from_cassettes, unknown }
    }
}
