//! Unified filters: each is served by the provider as its map says, or refused.

use std::collections::BTreeMap;

use connc_expr::text::{Escape, Rendered, render_values};
use connc_plan::{Filter, FilterTarget, FilterValue, Parameter, Plan, ResourceMap, Text, Type, Verb};
use serde_json::Value;

use crate::address::optional;
use crate::context::Context;
use crate::scope::FilterScope;
use crate::{Error, parameter, suggest};

/// What the filters of a call come to.
#[derive(Clone, Debug, Default)]
pub(crate) struct Narrowed {
    /// The operation that serves them, where it is not the one that lists.
    pub(crate) via: Option<String>,
    /// The fields that this operation is asked for by name.
    pub(crate) select: Option<Vec<String>>,
    /// Inputs that they set: a text, or, where the input is a list, a list of texts.
    pub(crate) input: BTreeMap<String, Value>,
    /// The parent that they set.
    pub(crate) parent: Option<String>,
}

/// Turns a call's filters into what the provider takes.
pub(crate) fn narrow(context: &Context, map: &ResourceMap, given: &[(String, String)]) -> Result<Narrowed, Error> {
    let (plan, names) = (context.plan(), context.names());
    let mut narrowed = Narrowed::default();
    let mut known = Vec::with_capacity(given.len());
    for (position, (name, text)) in given.iter().enumerate() {
        if given.iter().skip(position + 1).any(|(other, _)| other == name) {
            return Err(Error::invalid(format!("filter `{name}` is given twice")));
        }
        let filter = map.filters.filters.iter().find(|filter| filter.name == *name).ok_or_else(|| unsupported(plan, map, name))?;
        let value = checked(plan, filter, text)?;
        let provided = looked_for(filter, &value).map_err(|error| error.placed(plan, filter.origin))?;
        known.push((filter, value, provided));
    }
    let lists = lists(plan, map, known.iter().find_map(|(filter, ..)| filter.via.as_deref()));
    for (filter, value, provided) in &known {
        let scope = FilterScope { value, known: *provided, others: &names };
        set(map, filter, &scope, &lists, &mut narrowed).map_err(|error| error.placed(plan, filter.origin))?;
    }
    Ok(narrowed)
}

/// The inputs that take lists, of the operation that serves the filters.
fn lists<'a>(plan: &'a Plan, map: &ResourceMap, via: Option<&str>) -> Vec<&'a str> {
    let own = || map.verbs.get(&Verb::List)?.steps.last()?.action.call().map(|call| call.operation.as_str());
    let operation = via.or_else(own).and_then(|name| plan.operations.get(name));
    let inputs = operation.into_iter().flat_map(|operation| &operation.input);
    inputs.filter(|input| input.r#type == Type::Array).map(|input| input.name.as_str()).collect()
}

fn unsupported(plan: &Plan, map: &ResourceMap, name: &str) -> Error {
    let known: Vec<&str> = map.filters.filters.iter().map(|filter| filter.name.as_str()).collect();
    Error::invalid(format!("`{}` of connector `{}` cannot be narrowed by `{name}`", map.resource, plan.connector))
        // Two filters may be near in spelling and far in meaning, such as those of two times: all of them are shown.
        .with_help(match suggest::nearest(name, known.iter().copied()) {
            Some(near) => format!("did you mean `{near}`? it can be narrowed by: {}", suggest::list(&known)),
            None => format!("it can be narrowed by: {}", suggest::list(&known)),
        })
        .placed(plan, map.origin)
}

fn checked(plan: &Plan, filter: &Filter, text: &str) -> Result<Value, Error> {
    let like = Parameter {
        name: filter.name.clone(),
        r#type: filter.r#type,
        required: true,
        description: None,
        example: None,
        default: None,
        within: Vec::new(),
        values: Vec::new(),
        origin: filter.origin,
    };
    if filter.r#type == Type::Enum {
        // The model's values are checked where the map is compiled; here any text may be looked for.
        return Ok(Value::String(text.to_owned()));
    }
    parameter::fits(&like, &parameter::parse(filter.r#type, text))
        .map_err(|wrong| Error::invalid(format!("filter `{}` {wrong}", filter.name)).placed(plan, filter.origin))
}

/// What the provider has for a value; nothing where the filter takes any.
fn looked_for<'a>(filter: &'a Filter, value: &Value) -> Result<Option<&'a FilterValue>, Error> {
    if filter.values.is_empty() {
        return Ok(None);
    }
    let text = value.as_str().map_or_else(|| value.to_string(), ToOwned::to_owned);
    let found = filter.values.iter().find(|known| known.value == text);
    found.map(Some).ok_or_else(|| {
        let known: Vec<&str> = filter.values.iter().map(|known| known.value.as_str()).collect();
        // What is looked for may be a person's data, unless it is a word.
        let word = text.len() <= 40 && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-');
        let what = if word { format!("`{text}`") } else { "this value".to_owned() };
        let near = suggest::nearest(&text, known.iter().copied()).map(|near| format!("did you mean `{near}`?"));
        Error::invalid(format!("filter `{}` cannot look for {what}", filter.name))
            .with_help(near.unwrap_or_else(|| format!("it can look for: {}", suggest::list(&known))))
    })
}

fn set(map: &ResourceMap, filter: &Filter, scope: &FilterScope<'_>, lists: &[&str], narrowed: &mut Narrowed) -> Result<(), Error> {
    if let Some(via) = &filter.via {
        if narrowed.via.as_ref().is_some_and(|known| known != via) {
            return Err(Error::invalid(format!("filter `{}` cannot stand beside another that needs a different operation", filter.name)));
        }
        narrowed.via = Some(via.clone());
        narrowed.select.clone_from(&filter.select);
    }
    let own = scope.known.map(|known| known.sets.as_slice()).unwrap_or_default();
    for (target, text) in filter.sets.iter().chain(own) {
        if let FilterTarget::Input(input) = target
            && lists.contains(&input.as_str())
        {
            let elements = elements(text, scope)?;
            let list = narrowed.input.entry(input.clone()).or_insert_with(|| Value::Array(Vec::new()));
            if let Some(list) = list.as_array_mut() {
                list.extend(elements.into_iter().map(Value::String));
            }
            continue;
        }
        let made = optional(text, scope, Escape::None)?.unwrap_or_default();
        match target {
            FilterTarget::Input(input) => match narrowed.input.get_mut(input) {
                None => drop(narrowed.input.insert(input.clone(), Value::String(made))),
                Some(known) => {
                    let join = map.filters.join.as_deref().ok_or_else(|| {
                        Error::invalid(format!("filter `{}` cannot stand beside another: both set `{input}`", filter.name))
                    })?;
                    *known = Value::String(format!("{}{join}{made}", known.as_str().unwrap_or_default()));
                }
            },
            FilterTarget::Parent => {
                if narrowed.parent.is_some() {
                    return Err(Error::invalid(format!("filter `{}` cannot stand beside another: both set the parent", filter.name)));
                }
                narrowed.parent = Some(made);
            }
        }
    }
    Ok(())
}

/// The elements that a template adds to a list: those of the list that it names whole, or its text.
fn elements(text: &Text, scope: &FilterScope<'_>) -> Result<Vec<String>, Error> {
    if text.whole().is_none() {
        return Ok(optional(text, scope, Escape::None)?.into_iter().collect());
    }
    let wrong = |message| Error::invalid(message);
    Ok(match render_values(text, scope).map_err(|error| wrong(error.message))? {
        None => Vec::new(),
        Some(Rendered::One(text)) => vec![text],
        Some(Rendered::Many(list)) => list,
        Some(Rendered::Members(_)) => return Err(wrong(format!("`{text}` is an object, and no list of texts"))),
    })
}
