//! Spec to plan. Nothing can fail here: what could was checked.

mod auth;
mod map;
mod operation;
mod steps;
mod value;

use std::collections::BTreeMap;

use connc_plan as plan;

use crate::check::{AllNeeds, Checked, of_all};
use crate::source::{Sources, Span};
use crate::spec::{Connector, Errors, Number, NumberSource, Window};

/// What lowering needs besides the spec.
struct Lowering<'a> {
    sources: &'a Sources,
    spec: &'a Connector,
    /// What is read of the records of operations, where some ask for fields by name.
    asked: AllNeeds,
}

impl Lowering<'_> {
    fn origin(&self, span: Span) -> plan::Origin {
        let position = self.sources.position(span.file, span.start);
        plan::Origin { file: span.file.number(), line: position.line, column: position.column }
    }
}

/// Lowers a spec that was checked.
#[must_use]
pub fn plan(checked: &Checked<'_>, sources: &Sources) -> plan::Plan {
    let spec = checked.spec();
    let to = Lowering { sources, spec, asked: of_all(spec) };
    let Connector {
        name,
        title,
        docs,
        account,
        app,
        constants,
        base_url,
        hosts: _,
        headers,
        auth,
        verify,
        rate_limit,
        concurrency,
        redirects,
        errors,
        graphql: _,
        operations,
        compounds,
        unreadable: _,
        damaged: _,
        maps,
        models,
        span: _,
    } = spec;
    plan::Plan {
        format: plan::FORMAT,
        connector: name.value.clone(),
        title: title.clone(),
        docs: docs.clone(),
        sources: sources.names(),
        account: account.iter().map(|parameter| parameter.lower(to.origin(parameter.name.span))).collect(),
        app: app.parameters.iter().map(|parameter| parameter.lower(to.origin(parameter.name.span))).collect(),
        app_secrets: app.secrets.iter().map(|secret| secret.lower(to.origin(secret.name.span))).collect(),
        constants: constants.iter().map(|(name, value)| (name.value.clone(), value.clone())).collect(),
        base_url: to.text(base_url),
        headers: to.texts(headers),
        auth: auth.iter().map(|method| to.auth(method)).collect(),
        verify: verify.as_ref().map(|verify| verify.value.clone()),
        rate_limit: rate_limit.iter().map(|window| to.window(window)).collect(),
        concurrency: *concurrency,
        redirects: *redirects,
        errors: to.errors(errors),
        operations: operations
            .iter()
            .map(|operation| to.operation(operation))
            .chain(compounds.iter().map(|compound| to.compound(compound)))
            .map(|operation| (operation.name.clone(), operation))
            .collect(),
        maps: maps.iter().flat_map(|file| file.resources.iter().filter_map(|resource| to.map(&file.model, resource))).collect(),
        models: maps
            .iter()
            .filter_map(|file| {
                let model = models.get(&file.model.value)?;
                let mapped = file.resources.iter().filter_map(|resource| model.resources.get(&resource.name.value));
                let resources: BTreeMap<_, _> = mapped.map(|resource| (resource.name.clone(), resource.schema())).collect();
                let version = u32::try_from(model.version).unwrap_or(u32::MAX);
                Some(plan::Model { name: model.name.clone(), version, aliases: model.aliases.clone(), resources })
            })
            .collect(),
    }
}

impl Lowering<'_> {
    fn window(&self, window: &Window) -> plan::RateWindow {
        let Window { fields, limit, remaining, used, reset, restore, cost, per_operation, per_header, span } = window;
        let number = |number: &Option<Number>| number.as_ref().map(|number| self.number(number));
        plan::RateWindow {
            fields: *fields,
            limit: number(limit),
            remaining: number(remaining),
            used: number(used),
            reset: number(reset),
            restore: number(restore),
            cost: number(cost),
            per_operation: *per_operation,
            per_header: per_header.clone(),
            origin: self.origin(*span),
        }
    }

    fn number(&self, Number { from, unit }: &Number) -> plan::RateNumber {
        let from = match from {
            NumberSource::Header(name, capture) => {
                plan::RateSource::Header { name: name.clone(), capture: capture.as_ref().map(|pattern| pattern.value.clone()) }
            }
            NumberSource::Body(expression) => plan::RateSource::Body(self.expression(expression)),
            NumberSource::Fixed(number) => plan::RateSource::Fixed(*number),
        };
        plan::RateNumber { from, unit: *unit }
    }

    fn errors(&self, errors: &Errors) -> plan::ErrorRules {
        let Errors { when, code, message, kinds } = errors;
        let optional = |expression: &Option<crate::lang::Expression>| expression.as_ref().map(|expression| self.expression(expression));
        plan::ErrorRules {
            when: optional(when),
            code: optional(code),
            message: optional(message),
            kinds: kinds.iter().map(|(kind, when)| plan::KindRule { kind: *kind, when: self.expression(when) }).collect(),
        }
    }
}
