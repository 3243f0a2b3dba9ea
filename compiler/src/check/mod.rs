//! What is wrong with what a spec means: one file for each kind of check, each a plain function in one list.

mod connector_name;
mod fields;
mod files;
mod graphql;
mod hosts;
mod inputs;
mod maps;
mod names;
mod operations;
mod paging;
mod parameters;
mod uses;
mod variables;

use crate::diagnostic::Diagnostics;
use crate::lang::Schema;
use crate::resolve::Names;
use crate::source::Sources;
use crate::spec::Connector;

pub use uses::{Owner, takes};

/// Every check, in the order in which a reader would want to hear of problems.
const CHECKS: &[fn(&Case<'_>, &mut Diagnostics)] = &[
    connector_name::check,
    files::check,
    operations::check,
    names::check,
    variables::check,
    inputs::check,
    graphql::check,
    paging::check,
    hosts::check,
    maps::check,
    fields::check,
    parameters::check,
];

/// What a check looks at.
struct Case<'a> {
    spec: &'a Connector,
    names: &'a Names<'a>,
    sources: &'a Sources,
    schema: Option<&'a Schema>,
}

/// A spec that no check has anything against. Only [`all`] makes one, and only lowering takes one.
#[derive(Debug)]
pub struct Checked<'a> {
    spec: &'a Connector,
}

impl<'a> Checked<'a> {
    /// The spec.
    #[must_use]
    pub fn spec(&self) -> &'a Connector {
        self.spec
    }
}

/// Runs every check; gives the spec back if nothing keeps it from running.
#[must_use]
pub fn all<'a>(spec: &'a Connector, names: &Names<'_>, sources: &Sources, diagnostics: &mut Diagnostics) -> Option<Checked<'a>> {
    let schema = files::schema(spec, sources, diagnostics);
    let case = Case { spec, names, sources, schema: schema.as_ref() };
    for check in CHECKS {
        check(&case, diagnostics);
    }
    if diagnostics.has_errors() { None } else { Some(Checked { spec }) }
}
