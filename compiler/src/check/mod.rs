//! What is wrong with what a spec means: one file for each kind of check, each a plain function in one list.

mod allow;
mod asked;
mod connector_name;
mod fields;
mod files;
mod filters;
mod graphql;
mod hosts;
mod inputs;
mod kept;
mod lists;
mod maps;
mod names;
mod operations;
mod paging;
mod parameters;
mod select;
mod steps;
mod typed;
mod uses;
mod variables;

use std::cell::RefCell;
use std::collections::BTreeMap;

use apollo_compiler::ExecutableDocument;
use apollo_compiler::validation::Valid;

use crate::diagnostic::Diagnostics;
use crate::lang::Schema;
use crate::resolve::Names;
use crate::shape::{Description, SdlChange, Shape, Shapes, read_sdl_overlays};
use crate::source::Sources;
use crate::spec::Connector;

pub use asked::{All as AllNeeds, Names as AskedNames, Needs, StepNeeds, asks, names as asked_names, of_all, of_result, of_steps};
pub use filters::{LookedFor, looked_for};
pub use typed::{Coverage, MapTypes, Seen};
pub use uses::{Callee, Gives, Owner, of_the_deployment, outcome, result};

/// Every check, in the order in which a reader would want to hear of problems.
const CHECKS: &[fn(&Case<'_>, &mut Diagnostics)] = &[
    connector_name::check,
    files::check,
    operations::check,
    names::check,
    variables::check,
    inputs::check,
    lists::check,
    select::check,
    graphql::check,
    paging::check,
    hosts::check,
    kept::check,
    maps::check,
    steps::check,
    fields::check,
    filters::check,
    parameters::check,
];

/// What a check looks at.
struct Case<'a> {
    spec: &'a Connector,
    names: &'a Names<'a>,
    sources: &'a Sources,
    schema: Option<&'a Schema>,
    /// What overlays say of the schema.
    changes: &'a [SdlChange],
    /// Documents that fit the schema, by operation: they are read once.
    documents: RefCell<BTreeMap<&'a str, Valid<ExecutableDocument>>>,
}

/// What a case stands on besides the spec: the GraphQL schema with its overlays, and no types where there is no extract.
struct Given {
    schema: Option<Schema>,
    changes: Vec<SdlChange>,
    no_types: Shapes,
}

impl Given {
    fn read(spec: &Connector, sources: &Sources, diagnostics: &mut Diagnostics) -> Self {
        let schema = files::schema(spec, sources, diagnostics);
        let changes = read_sdl_overlays(sources, schema.as_ref(), diagnostics);
        Self { schema, changes, no_types: Shapes::default() }
    }

    fn case<'a>(&'a self, spec: &'a Connector, names: &'a Names<'a>, sources: &'a Sources) -> Case<'a> {
        Case { spec, names, sources, schema: self.schema.as_ref(), changes: &self.changes, documents: RefCell::default() }
    }
}

/// A spec that no check has anything against. Only [`all`] makes one, and [`before`] for what was checked already; only lowering takes one.
#[derive(Debug)]
pub struct Checked<'a> {
    spec: &'a Connector,
}

/// What came of checking a spec.
#[derive(Debug)]
pub struct Outcome<'a> {
    /// The spec, if nothing keeps it from running.
    pub checked: Option<Checked<'a>>,
    /// How much of it has types.
    pub coverage: Coverage,
}

impl<'a> Checked<'a> {
    /// The spec.
    #[must_use]
    pub fn spec(&self) -> &'a Connector {
        self.spec
    }
}

/// Takes a spec for checked, because it was before, from the same texts. None where even reading it found errors.
#[must_use]
pub fn before<'a>(spec: &'a Connector, diagnostics: &Diagnostics) -> Option<Checked<'a>> {
    (!diagnostics.has_errors()).then_some(Checked { spec })
}

/// Every expression with what it sees, and what each operation answers with, for editors.
#[must_use]
pub fn seen(
    spec: &Connector,
    names: &Names<'_>,
    sources: &Sources,
    description: Option<&Description>,
) -> (Vec<Seen>, Vec<(String, Shape)>) {
    let mut silent = Diagnostics::default();
    let given = Given::read(spec, sources, &mut silent);
    let case = given.case(spec, names, sources);
    let typed = typed::Typed::new(&case, description, &given.no_types, &mut silent);
    typed::seen(&case, &typed, &mut silent)
}

/// Every map with the types of the records that it is given.
#[must_use]
pub fn map_types(spec: &Connector, names: &Names<'_>, sources: &Sources, description: Option<&Description>) -> Vec<MapTypes> {
    let mut silent = Diagnostics::default();
    let given = Given::read(spec, sources, &mut silent);
    let case = given.case(spec, names, sources);
    let typed = typed::Typed::new(&case, description, &given.no_types, &mut silent);
    typed::map_types(&case, &typed, &mut silent)
}

/// Runs every check: those of names and places first, then those that need types.
#[must_use]
pub fn all<'a>(
    spec: &'a Connector,
    names: &Names<'_>,
    sources: &Sources,
    description: Option<&Description>,
    diagnostics: &mut Diagnostics,
) -> Outcome<'a> {
    let given = Given::read(spec, sources, diagnostics);
    let case = given.case(spec, names, sources);
    for check in CHECKS {
        check(&case, diagnostics);
    }
    let typed = typed::Typed::new(&case, description, &given.no_types, diagnostics);
    let coverage = typed::check(&case, &typed, diagnostics);
    allow::apply(sources, diagnostics);
    Outcome { checked: if diagnostics.has_errors() { None } else { Some(Checked { spec }) }, coverage }
}
