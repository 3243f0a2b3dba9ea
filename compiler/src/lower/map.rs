//! Maps to unified models.

use std::collections::{BTreeMap, BTreeSet};

use connc_expr::ir::{Kind, Node};
use connc_plan as plan;

use super::Lowering;
use crate::check::{Callee, Gives, LookedFor, Needs, looked_for, of_result, outcome};
use crate::shape::Resource;
use crate::source::Span;
use crate::spec::{EnumField, Field, FieldValue, Filter, FilterSet, Filters, MapResource, Step, VerbSteps};

impl Lowering<'_> {
    pub(super) fn map(&self, model: &str, resource: &MapResource) -> Option<plan::ResourceMap> {
        let target = self.spec.models.get(model)?.resources.get(&resource.name.value)?;
        let MapResource { name, from, fields, fields_span: _, unreadable: _, filters, verbs } = resource;
        let reads = Needs::of_fields(resource);
        let mut lowered: BTreeMap<plan::Verb, plan::UnifiedVerb> =
            verbs.iter().map(|(verb, steps)| (verb.value, self.verb(verb.value, verb.span, steps, resource, target))).collect();
        for verb in [plan::Verb::List, plan::Verb::Get] {
            if let Some(callee) = Callee::find(self.spec, &format!("{}.{}", from.value, verb.name())) {
                lowered.entry(verb).or_insert_with(|| self.implied(callee, from.span, &reads));
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
            filters: self.filters(resource, filters, target, &reads),
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

    fn filters(&self, resource: &MapResource, filters: &Filters, target: &Resource, reads: &Needs) -> plan::Filters {
        let Filters { join, list } = filters;
        let lower = |filter: &Filter| {
            let Filter { name, via, r#type, parent, sets } = filter;
            let of_model = target.field(&name.value).map(|field| field.r#type.parameter());
            // What is no field itself is a time before or after, or the id of an object.
            let is_time = name.value.ends_with("_after") || name.value.ends_with("_before");
            let fallback = if is_time { plan::Type::Timestamp } else { plan::Type::Id };
            let inputs = sets.iter().filter_map(|(input, set)| match set {
                FilterSet::Always(text) => Some((plan::FilterTarget::Input(input.value.clone()), self.text(text))),
                FilterSet::ByValue(_) => None,
            });
            plan::Filter {
                name: name.value.clone(),
                r#type: r#type.or(of_model).unwrap_or(fallback),
                via: via.as_ref().map(|via| via.value.clone()),
                select: via.as_ref().and_then(|via| self.names_of(&via.value, reads)),
                values: looked_for(filter, resource, target)
                    .into_iter()
                    .map(|LookedFor { value, provider, names, sets }| plan::FilterValue {
                        value: value.to_owned(),
                        provider: provider.map(ToOwned::to_owned),
                        names: names.into_iter().map(ToOwned::to_owned).collect(),
                        sets: sets
                            .into_iter()
                            .map(|(input, text)| (plan::FilterTarget::Input(input.to_owned()), self.text(text)))
                            .collect(),
                    })
                    .collect(),
                sets: parent.iter().map(|text| (plan::FilterTarget::Parent, self.text(text))).chain(inputs).collect(),
                origin: self.origin(name.span),
            }
        };
        plan::Filters { join: join.clone(), filters: list.iter().map(lower).collect() }
    }

    fn verb(&self, verb: plan::Verb, span: Span, written: &VerbSteps, resource: &MapResource, target: &Resource) -> plan::UnifiedVerb {
        let VerbSteps { steps, incomplete: _, span: _ } = written;
        let gives = outcome(self.spec, steps);
        let gives_record = gives.is_some_and(|gives| gives != Gives::Nothing) && verb != plan::Verb::Delete;
        let read = Read::of(steps);
        let translated = self.translated(&read, resource, span);
        plan::UnifiedVerb {
            steps: translated.into_iter().chain(self.steps(steps, &of_result(resource, verb), false)).collect(),
            input: self.input(verb, &read, resource, target),
            gives_record,
            origin: self.origin(span),
        }
    }

    /// `$provider` and `$names`, where a step reads them: lookups of what the translations say.
    fn translated(&self, read: &Read, resource: &MapResource, span: Span) -> Option<plan::Step> {
        let table = |name: &str, fields: &BTreeSet<String>, of: &dyn Fn(&EnumField) -> serde_json::Value| {
            let wanted = resource.translations().filter(|(field, _)| fields.contains(&field.value));
            let members: Vec<_> = wanted
                .map(|(field, translation)| {
                    // What empties a field is translated by no table.
                    let source = format!("$input.{0} = null ? null : $lookup({1}, $input.{0})", field.value, of(translation));
                    (field.value.clone(), plan::Data::Expression(plan::Expression { source, origin: self.origin(span) }))
                })
                .collect();
            (!members.is_empty()).then(|| (name.to_owned(), plan::Data::Object(members)))
        };
        let one = |translation: &EnumField| {
            let pairs =
                translation.names().into_iter().filter_map(|(unified, _)| Some((unified.to_owned(), translation.written(unified)?.into())));
            serde_json::Value::Object(pairs.collect())
        };
        let all = |translation: &EnumField| {
            serde_json::Value::Object(translation.names().into_iter().map(|(unified, names)| (unified.to_owned(), names.into())).collect())
        };
        let tables = [table("provider", &read.provider, &one), table("names", &read.names, &all)];
        let names: Vec<_> = tables.into_iter().flatten().chain(fresh(&read.fresh)).collect();
        (!names.is_empty()).then(|| plan::Step::new(plan::Action::Let(names), self.origin(span)))
    }

    /// What is made for one call of an operation that is made of steps.
    pub(super) fn made_for(&self, steps: &[Step], span: Span) -> Option<plan::Step> {
        let names = fresh(&Read::of(steps).fresh)?;
        Some(plan::Step::new(plan::Action::Let(vec![names]), self.origin(span)))
    }

    /// A verb that the provider's own operation serves as it is.
    fn implied(&self, operation: Callee<'_>, span: Span, reads: &Needs) -> plan::UnifiedVerb {
        let variable = |there: bool, source: &str| there.then(|| plan::Data::Expression(self.made(source, span)));
        let call = plan::Call {
            operation: operation.name().value.clone(),
            id: variable(operation.takes("id"), "$id"),
            parent: variable(operation.takes("parent"), "$parent.id"),
            input: Vec::new(),
            select: self.names_of(&operation.name().value, reads).map(|names| plan::Asked { names, callers: false }),
        };
        let origin = self.origin(operation.name().span);
        let steps = vec![plan::Step::new(plan::Action::Call(call), origin)];
        plan::UnifiedVerb { steps, input: Vec::new(), gives_record: operation.gives(self.spec) != Gives::Nothing, origin }
    }

    /// The unified input of a verb: the model's fields that this connector's calls read. What nothing reads is refused, never ignored,
    /// and so is a value of a translation that has no way back.
    fn input(&self, verb: plan::Verb, read: &Read, resource: &MapResource, target: &Resource) -> Vec<plan::Parameter> {
        let translations: BTreeMap<&str, &EnumField> = resource.translations().map(|(name, field)| (name.value.as_str(), field)).collect();
        let accepted = target.fields.iter().filter(|field| {
            let is_read = read.reads(&field.name.value);
            let writable = match verb {
                // A member is put into a group and taken out of it by its id.
                plan::Verb::Add | plan::Verb::Remove => true,
                plan::Verb::List | plan::Verb::Get | plan::Verb::Create | plan::Verb::Update | plan::Verb::Delete => {
                    field.input.contains(&verb)
                }
            };
            is_read && writable
        });
        let takes = |field: &crate::shape::Property, value: &str| {
            let name = field.name.value.as_str();
            translations.get(name).is_none_or(|translation| {
                let by_name = !read.names.contains(name) || translation.names().iter().any(|(known, _)| *known == value);
                by_name && (!read.provider.contains(name) || translation.written(value).is_some())
            })
        };
        let lower = |field: &crate::shape::Property| plan::Parameter {
            name: field.name.value.clone(),
            r#type: field.r#type.parameter(),
            required: false,
            description: field.description.clone(),
            example: None,
            default: None,
            within: Vec::new(),
            values: match &field.r#type {
                crate::shape::Type::String { values, .. } => values.iter().filter(|value| takes(field, value)).cloned().collect(),
                _ => Vec::new(),
            },
            origin: self.origin(field.name.span),
        };
        accepted.map(lower).collect()
    }
}

/// What steps read of the unified input.
#[derive(Default)]
struct Read {
    /// Whether one reads it whole.
    whole: bool,
    /// Fields as they are given.
    input: BTreeSet<String>,
    /// Fields as the provider's value.
    provider: BTreeSet<String>,
    /// Fields as all of the provider's values.
    names: BTreeSet<String>,
    /// What is made for the call.
    fresh: BTreeSet<String>,
}

/// `$fresh`, where steps read it: what is made for one call.
fn fresh(names: &BTreeSet<String>) -> Option<(String, plan::Data)> {
    let wanted = plan::Fresh::ALL.iter().filter(|(name, _)| names.contains(*name));
    let members: Vec<_> = wanted.map(|(name, fresh)| ((*name).to_owned(), plan::Data::Fresh(*fresh))).collect();
    (!members.is_empty()).then(|| ("fresh".to_owned(), plan::Data::Object(members)))
}

impl Read {
    fn of(steps: &[Step]) -> Self {
        let mut read = Self::default();
        // Which fields were given is not what they hold: `$keys($input)` reads none of them.
        let names = steps.iter().flat_map(Step::expressions).flat_map(|(expression, _)| {
            let named = only_named(&expression.root);
            expression.free_names().into_iter().filter(move |name| !named.contains(&name.range))
        });
        for name in names {
            let fields = match name.name.as_str() {
                "input" => &mut read.input,
                "provider" => &mut read.provider,
                "names" => &mut read.names,
                "fresh" => &mut read.fresh,
                _ => continue,
            };
            match name.members.first() {
                Some((member, _)) => drop(fields.insert(member.clone())),
                None if name.name == "fresh" => read.fresh.extend(plan::Fresh::ALL.iter().map(|(name, _)| (*name).to_owned())),
                None => read.whole = true,
            }
        }
        read
    }

    fn reads(&self, field: &str) -> bool {
        self.whole || [&self.input, &self.provider, &self.names].into_iter().any(|fields| fields.contains(field))
    }
}

/// Where `$keys` takes a whole variable.
fn only_named(root: &Node) -> Vec<std::ops::Range<usize>> {
    let mut found = Vec::new();
    root.walk(&mut |node| {
        if let Kind::Call(function, arguments) = &node.kind
            && matches!(&function.kind, Kind::Variable(name) if name == "keys")
            && let [argument] = arguments.as_slice()
            && matches!(&argument.kind, Kind::Variable(_))
        {
            found.push(argument.span.clone());
        }
    });
    found
}
