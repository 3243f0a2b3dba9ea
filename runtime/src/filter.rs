//! Unified filters: each is served by the provider as its map says, or refused.

use std::collections::BTreeMap;

use connc_expr::text::Escape;
use connc_plan::{Filter, FilterTarget, Parameter, Plan, ResourceMap};
use serde_json::Value;

use crate::address::optional;
use crate::scope::FilterValue;
use crate::{Error, parameter, suggest};

/// What the filters of a call come to.
#[derive(Clone, Debug, Default)]
pub(crate) struct Narrowed {
    /// The operation that serves them, where it is not the one that lists.
    pub(crate) via: Option<String>,
    /// The fields that this operation is asked for by name.
    pub(crate) select: Option<Vec<String>>,
    /// Inputs that they set.
    pub(crate) input: BTreeMap<String, String>,
    /// The parent that they set.
    pub(crate) parent: Option<String>,
}

/// Turns a call's filters into what the provider takes.
pub(crate) fn narrow(plan: &Plan, map: &ResourceMap, given: &[(String, String)]) -> Result<Narrowed, Error> {
    let mut narrowed = Narrowed::default();
    for (position, (name, text)) in given.iter().enumerate() {
        if given.iter().skip(position + 1).any(|(other, _)| other == name) {
            return Err(Error::invalid(format!("filter `{name}` is given twice")));
        }
        let filter = map.filters.filters.iter().find(|filter| filter.name == *name).ok_or_else(|| unsupported(plan, map, name))?;
        let value = checked(plan, filter, text)?;
        set(map, filter, &value, &mut narrowed).map_err(|error| error.placed(plan, filter.origin))?;
    }
    Ok(narrowed)
}

fn unsupported(plan: &Plan, map: &ResourceMap, name: &str) -> Error {
    let known: Vec<&str> = map.filters.filters.iter().map(|filter| filter.name.as_str()).collect();
    Error::invalid(format!("`{}` of connector `{}` cannot be narrowed by `{name}`", map.resource, plan.connector))
        .with_help(match suggest::nearest(name, known.iter().copied()) {
            Some(near) => format!("did you mean `{near}`?"),
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
    if filter.r#type == connc_plan::Type::Enum {
        // The model's values are checked where the map is compiled; here any text may be looked for.
        return Ok(Value::String(text.to_owned()));
    }
    parameter::fits(&like, &parameter::parse(filter.r#type, text))
        .map_err(|wrong| Error::invalid(format!("filter `{}` {wrong}", filter.name)).placed(plan, filter.origin))
}

fn set(map: &ResourceMap, filter: &Filter, value: &Value, narrowed: &mut Narrowed) -> Result<(), Error> {
    if let Some(via) = &filter.via {
        if narrowed.via.as_ref().is_some_and(|known| known != via) {
            return Err(Error::invalid(format!("filter `{}` cannot stand beside another that needs a different operation", filter.name)));
        }
        narrowed.via = Some(via.clone());
        narrowed.select.clone_from(&filter.select);
    }
    for (target, text) in &filter.sets {
        let made = optional(text, &FilterValue(value), Escape::None)?.unwrap_or_default();
        match target {
            FilterTarget::Input(input) => match narrowed.input.get_mut(input) {
                None => drop(narrowed.input.insert(input.clone(), made)),
                Some(known) => {
                    let join = map.filters.join.as_deref().ok_or_else(|| {
                        Error::invalid(format!("filter `{}` cannot stand beside another: both set `{input}`", filter.name))
                    })?;
                    known.push_str(join);
                    known.push_str(&made);
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
