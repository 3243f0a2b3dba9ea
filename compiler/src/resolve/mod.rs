//! What the names of a spec stand for.

use std::collections::BTreeMap;

use crate::shape::Parameter;
use crate::source::Span;
use crate::spec::Connector;

/// Every name that something in the spec can refer to.
#[derive(Debug)]
pub struct Names<'a> {
    /// Account parameters.
    pub account: BTreeMap<&'a str, &'a Parameter>,
    /// Deployment parameters.
    pub app: BTreeMap<&'a str, Span>,
    /// Deployment secrets.
    pub app_secrets: BTreeMap<&'a str, Span>,
    /// Constants.
    pub constants: BTreeMap<&'a str, Span>,
    /// Where operations stand, by coordinate.
    pub operations: BTreeMap<&'a str, Span>,
    /// Names of every auth method's parameters: a shared place may use any of them.
    pub auth: BTreeMap<&'a str, Span>,
}

/// Collects the names.
#[must_use]
pub fn names(spec: &Connector) -> Names<'_> {
    Names {
        account: spec.account.iter().map(|parameter| (parameter.name.value.as_str(), parameter)).collect(),
        app: spec.app.parameters.iter().map(|parameter| (parameter.name.value.as_str(), parameter.name.span)).collect(),
        app_secrets: spec.app.secrets.iter().map(|secret| (secret.name.value.as_str(), secret.name.span)).collect(),
        constants: spec.constants.iter().map(|(name, _)| (name.value.as_str(), name.span)).collect(),
        operations: spec
            .operations
            .iter()
            .map(|operation| &operation.name)
            .chain(spec.compounds.iter().map(|compound| &compound.name))
            .map(|name| (name.value.as_str(), name.span))
            .collect(),
        auth: spec
            .auth
            .iter()
            .flat_map(|method| &method.parameters)
            .map(|parameter| (parameter.name.value.as_str(), parameter.name.span))
            .collect(),
    }
}

impl Names<'_> {
    /// The resources that have operations.
    #[must_use]
    pub fn resources(&self) -> Vec<&str> {
        let mut resources: Vec<&str> =
            self.operations.keys().filter_map(|name| name.rsplit_once('.')).map(|(resource, _)| resource).collect();
        resources.dedup();
        resources
    }
}
