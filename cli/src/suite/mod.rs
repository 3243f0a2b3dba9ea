//! What connectors promise, as text: the plan, and each recorded call with its requests and records.
//!
//! `connc test` and the repository's own tests share this: both replay the same cases and compare the same text.

mod answers;
mod play;
mod scenario;
mod signature;
pub mod snapshot;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use connc_compiler::diagnostic::Severity;
use connc_compiler::source::Sources;
use connc_plan::{Cassette, dump};
use connc_runtime::Connector;

use crate::project::Loaded;
use crate::render::{self, Look};
pub use scenario::{Scenario, Scenarios, scenarios};

/// Diagnostics in problems are for files and terminals alike.
const PLAIN: Look = Look { colour: false, width: 100 };

/// One promise of a connector.
#[derive(Clone, Debug)]
pub struct Case {
    /// The connector.
    pub connector: String,
    /// `plan`, or the recorded call: `users.list.empty`.
    pub name: String,
    kind: Kind,
    compiled: Arc<Compiled>,
    loaded: Arc<Loaded>,
}

#[derive(Clone, Debug)]
enum Kind {
    Plan,
    /// A place in the connector's cassettes.
    Cassette(usize),
}

/// A connector that was compiled once for all its cases.
#[derive(Debug)]
struct Compiled {
    connector: Result<Connector, String>,
    problems: Vec<String>,
    /// What recorded answers have that the provider's description says otherwise, by cassette.
    contradictions: Vec<Vec<String>>,
}

/// What came of a case.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// The text to compare with the snapshot.
    pub text: String,
    /// What is wrong whatever the snapshot says.
    pub problems: Vec<String>,
    /// What a recorded call went through.
    pub met: BTreeSet<Scenario>,
}

/// The cases of a connector: its plan, and each cassette.
#[must_use]
pub fn cases(loaded: Loaded) -> Vec<Case> {
    let found = loaded.compile();
    let errors = found.diagnostics.iter().filter(|diagnostic| diagnostic.severity() == Severity::Error);
    let problems = errors.map(|diagnostic| render::diagnostic(diagnostic, &loaded.sources, PLAIN)).collect();
    let connector = found.plan.ok_or_else(|| "the connector does not compile".to_owned());
    let connector = connector.and_then(|plan| Connector::load(plan).map_err(|error| error.message.clone()));
    let contradictions = connector.as_ref().map(|connector| answers::contradictions(&loaded, connector.plan())).unwrap_or_default();
    let (compiled, loaded) = (Arc::new(Compiled { connector, problems, contradictions }), Arc::new(loaded));
    let case = |name: &str, kind| Case {
        connector: loaded.name.clone(),
        name: name.to_owned(),
        kind,
        compiled: Arc::clone(&compiled),
        loaded: Arc::clone(&loaded),
    };
    let plan = std::iter::once(case("plan", Kind::Plan));
    plan.chain(loaded.cassettes.iter().enumerate().map(|(index, cassette)| case(&cassette.name, Kind::Cassette(index)))).collect()
}

impl Case {
    /// Runs the case.
    #[must_use]
    pub fn run(&self) -> Outcome {
        let connector = match &self.compiled.connector {
            Ok(connector) => connector,
            Err(message) => {
                let own = match self.kind {
                    Kind::Plan => self.compiled.problems.clone(),
                    Kind::Cassette(_) => Vec::new(),
                };
                return Outcome { problems: if own.is_empty() { vec![message.clone()] } else { own }, ..Outcome::default() };
            }
        };
        match self.kind {
            Kind::Plan => Outcome { text: dump::plan(connector.plan()), ..Outcome::default() },
            Kind::Cassette(index) => self.cassette(index, connector),
        }
    }

    fn cassette(&self, index: usize, connector: &Connector) -> Outcome {
        let Some(file) = self.loaded.cassettes.get(index) else { return Outcome::default() };
        let (cassette, diagnostics) = file.read();
        let shown = |sources: &Sources| diagnostics.iter().map(|diagnostic| render::diagnostic(diagnostic, sources, PLAIN)).collect();
        match cassette {
            Some(cassette) => {
                let (mut outcome, met) = play::play(connector, &cassette);
                outcome.met = met;
                outcome.problems.extend(self.compiled.contradictions.get(index).into_iter().flatten().cloned());
                outcome
            }
            None => Outcome { problems: shown(&file.sources), ..Outcome::default() },
        }
    }

    /// The scenarios that the connector can meet, and which of them are among those that `met` says; none where it does not compile.
    #[must_use]
    pub fn scenarios(&self, met: &BTreeSet<Scenario>) -> Option<Scenarios> {
        Some(Scenarios::of(self.compiled.connector.as_ref().ok()?.plan(), met))
    }

    /// The file that keeps the text; none where the connector comes from the binary.
    #[must_use]
    pub fn snapshot(&self) -> Option<PathBuf> {
        Some(self.loaded.snapshots.as_ref()?.join(format!("{}.snap", self.name)))
    }
}

/// What is wrong with a recorded call whatever its snapshot says.
pub(crate) fn problems(connector: &Connector, cassette: &Cassette) -> Vec<String> {
    play::play(connector, cassette).0.problems
}

/// What a recorded call's answers have that the provider's description says otherwise.
pub(crate) fn contradictions(loaded: &Loaded, connector: &Connector, cassette: Cassette) -> Vec<String> {
    answers::contradicted_by(loaded, connector.plan(), cassette)
}

/// Snapshot files beside those of these cases, which are all cases of their connectors: nothing makes their text any more.
/// Those that insta left for review (`.snap.new`) are among them.
#[must_use]
pub fn unused(cases: &[Case]) -> Vec<PathBuf> {
    let expected: Vec<PathBuf> = cases.iter().filter_map(Case::snapshot).collect();
    let mut folders: Vec<&Path> = expected.iter().filter_map(|path| path.parent()).collect();
    folders.dedup();
    let mut found = Vec::new();
    for folder in folders {
        let Ok(entries) = std::fs::read_dir(folder) else { continue };
        let ours =
            |path: &PathBuf| path.is_file() && path.to_str().is_some_and(|path| path.ends_with(".snap") || path.ends_with(".snap.new"));
        let files = entries.filter_map(Result::ok).map(|entry| entry.path()).filter(ours);
        found.extend(files.filter(|path| !expected.contains(path)));
    }
    found.sort();
    found
}
