//! Maps to unified models.

use std::collections::{BTreeMap, BTreeSet};

use connc_plan as plan;

use super::Lowering;
use crate::check::takes;
use crate::shape::Resource;
use crate::source::Span;
use crate::spec::{EnumField, Field, FieldValue, Filter, Filters, MapResource, Operation, Records, VerbCall};

impl Lowering<'_> {
    pub(super) fn map(&self, model: &str, resource: &MapResource) -> Option<plan::ResourceMap> {
        let target = self.spec.models.get(model)?.resources.get(&resource.name.value)?;
        let MapResource { name, from, fields, fields_span: _, unreadable: _, filters, verbs } = resource;
        let mut lowered: BTreeMap<plan::Verb, plan::UnifiedVerb> =
            verbs.iter().map(|(verb, call)| (verb.value, self.verb(verb.value, verb.span, call, target))).collect();
        for verb in [plan::Verb::List, plan::Verb::Get] {
            if let Some(operation) = self.spec.operation(&format!("{}.{}", from.value, verb.name())) {
                lowered.entry(verb).or_insert_with(|| self.implied(operation, from.span));
            }
        }
        Some(plan::ResourceMap {
            model: model.to_owned(),
            resource: name.value.clone(),
            from: from.value.clone(),
            fields: self.fields(fields, target),
            unavailable: fields
                .iter()
                .filter_map(|field| match &field.value {
                    FieldValue::Unavailable(reason) => Some(plan::Unavailable { field: field.name.value.clone(), reason: reason.clone() }),
                    FieldValue::Const(_) | FieldValue::Expression(_) | FieldValue::Enum(_) => None,
                })
                .collect(),
            verbs: lowered,
            filters: self.filters(filters, target),
            origin: self.origin(name.span),
        })
    }

    /// The fields in the model's order; `id` and `remote_id` stand for each other where only one is mapped.
    fn fields(&self, fields: &[Field], target: &Resource) -> Vec<plan::Field> {
        let written = |name: &str| fields.iter().find(|field| field.name.value == name);
        let mut lowered = Vec::new();
        for property in &target.fields {
            let name = property.name.value.as_str();
            let field = written(name).or_else(|| match name {
                "id" => written("remote_id"),
                "remote_id" => written("id"),
                _ => None,
            });
            let Some(field) = field else { continue };
            let value = match &field.value {
                FieldValue::Const(value) => plan::FieldValue::Const(value.value.clone()),
                FieldValue::Expression(expression) => plan::FieldValue::Expression(self.expression(expression)),
                FieldValue::Enum(translation) => {
                    let EnumField { from, values, write: _, says_otherwise: _, otherwise } = translation;
                    plan::FieldValue::Enum(plan::EnumMap {
                        from: self.expression(from),
                        values: values.iter().map(|(from, to)| (from.value.clone(), to.value.clone())).collect(),
                        otherwise: otherwise.as_ref().map(|otherwise| otherwise.value.clone()),
                    })
                }
                FieldValue::Unavailable(_) => continue,
            };
            lowered.push(plan::Field { name: name.to_owned(), value, kind: property.r#type.kind(), origin: self.origin(field.name.span) });
        }
        lowered
    }

    fn filters(&self, filters: &Filters, target: &Resource) -> plan::Filters {
        let Filters { join, list } = filters;
        let lower = |filter: &Filter| {
            let Filter { name, via, r#type, parent, sets } = filter;
            let of_model = target.field(&name.value).map(|field| field.r#type.parameter());
            // What is no field itself is a time before or after, or the id of an object.
            let is_time = name.value.ends_with("_after") || name.value.ends_with("_before");
            let fallback = if is_time { plan::Type::Timestamp } else { plan::Type::Id };
            let inputs = sets.iter().map(|(input, text)| (plan::FilterTarget::Input(input.value.clone()), self.text(text)));
            plan::Filter {
                name: name.value.clone(),
                r#type: r#type.or(of_model).unwrap_or(fallback),
                via: via.as_ref().map(|via| via.value.clone()),
                sets: parent.iter().map(|text| (plan::FilterTarget::Parent, self.text(text))).chain(inputs).collect(),
                origin: self.origin(name.span),
            }
        };
        plan::Filters { join: join.clone(), filters: list.iter().map(lower).collect() }
    }

    fn verb(&self, verb: plan::Verb, span: Span, call: &VerbCall, target: &Resource) -> plan::UnifiedVerb {
        let mut steps = vec![self.call(call)];
        let mut last = call;
        while let Some(then) = &last.then {
            if let Some(step) = steps.last_mut() {
                step.bind = Some("answer".to_owned());
            }
            steps.push(self.call(then));
            last = then;
        }
        let gives_record = self.spec.operation(&last.call).is_some_and(gives_record) && verb != plan::Verb::Delete;
        plan::UnifiedVerb { steps, input: self.input(verb, call, target), gives_record, origin: self.origin(span) }
    }

    /// A verb that the provider's own operation serves as it is.
    fn implied(&self, operation: &Operation, span: Span) -> plan::UnifiedVerb {
        let variable = |there: bool, source: &str| there.then(|| plan::Data::Expression(self.made(source, span)));
        let call = plan::Call {
            operation: operation.name.value.clone(),
            id: variable(takes(operation, "id"), "$id"),
            parent: variable(takes(operation, "parent"), "$parent.id"),
            input: Vec::new(),
        };
        let origin = self.origin(operation.name.span);
        let step = plan::Step::new(plan::Action::Call(call), origin);
        plan::UnifiedVerb { steps: vec![step], input: Vec::new(), gives_record: gives_record(operation), origin }
    }

    fn call(&self, call: &VerbCall) -> plan::Step {
        let VerbCall { call, with, incomplete: _, then: _, span } = call;
        let given = |name: &str| with.iter().find(|(given, _)| given.value == name).map(|(_, value)| self.data(value));
        let operation = self.spec.operation(call);
        let declared = |name: &str| operation.is_some_and(|operation| operation.input.iter().any(|input| input.name.value == name));
        let input = with.iter().filter(|(name, _)| declared(&name.value));
        let action = plan::Action::Call(plan::Call {
            operation: call.value.clone(),
            id: given("id"),
            parent: given("parent"),
            input: input.map(|(name, value)| (name.value.clone(), self.data(value))).collect(),
        });
        plan::Step::new(action, self.origin(*span))
    }

    /// The unified input of a verb: the model's fields that this connector's calls read. What nothing reads is refused, never ignored.
    fn input(&self, verb: plan::Verb, call: &VerbCall, target: &Resource) -> Vec<plan::Parameter> {
        let read = inputs_read(call);
        let accepted = target.fields.iter().filter(|field| {
            let is_read = read.as_ref().is_none_or(|names| names.contains(&field.name.value));
            let writable = match verb {
                // A member is put into a group and taken out of it by its id.
                plan::Verb::Add | plan::Verb::Remove => true,
                plan::Verb::List | plan::Verb::Get | plan::Verb::Create | plan::Verb::Update | plan::Verb::Delete => {
                    field.input.contains(&verb)
                }
            };
            is_read && writable
        });
        let lower = |field: &crate::shape::Property| plan::Parameter {
            name: field.name.value.clone(),
            r#type: field.r#type.parameter(),
            required: false,
            description: field.description.clone(),
            example: None,
            default: None,
            within: Vec::new(),
            values: match &field.r#type {
                crate::shape::Type::String { values, .. } => values.clone(),
                _ => Vec::new(),
            },
            origin: self.origin(field.name.span),
        };
        accepted.map(lower).collect()
    }
}

/// The fields that a verb's calls read of `$input`; none where one reads it whole.
fn inputs_read(call: &VerbCall) -> Option<BTreeSet<String>> {
    let mut read = BTreeSet::new();
    let mut next = Some(call);
    while let Some(call) = next {
        for expression in call.with.iter().flat_map(|(_, value)| value.expressions()) {
            for name in expression.free_names().into_iter().filter(|name| name.name == "input") {
                read.insert(name.members.first()?.0.clone());
            }
        }
        next = call.then.as_deref();
    }
    Some(read)
}

fn gives_record(operation: &Operation) -> bool {
    match operation.records {
        Records::Items { .. } | Records::Item { .. } | Records::Whole => true,
        Records::None => false,
    }
}
