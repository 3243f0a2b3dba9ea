//! What filters can look for: the values of a field that the provider has something for.

use super::{Case, uses};
use crate::diagnostic::{Code, Diagnostic, Diagnostics, nearest};
use crate::lang::Template;
use crate::shape::{Property, Resource, Type};
use crate::spec::{EnumField, Filter, FilterSet, MapResource};

/// A value that a filter can look for.
pub struct LookedFor<'a> {
    /// The unified value.
    pub value: &'a str,
    /// The provider's value, where it is the only one that stands for it.
    pub provider: Option<&'a str>,
    /// All of the provider's that stand for it.
    pub names: Vec<&'a str>,
    /// What this value alone sets, by input.
    pub sets: Vec<(&'a str, &'a Template)>,
}

/// The values that a filter can look for; none where any can be.
pub fn looked_for<'a>(filter: &'a Filter, resource: &'a MapResource, target: &'a Resource) -> Vec<LookedFor<'a>> {
    let by_value = by_value(filter);
    let property = target.field(&filter.name.value);
    // Who says the type takes the provider's own words, unless a template asks for more.
    let own = filter.r#type.is_some() && by_value.is_empty() && !filter.reads("provider") && !filter.reads("names");
    let candidates: Vec<&str> = match property.filter(|_| !own).map(values) {
        Some(values) if !values.is_empty() => values,
        Some(_) | None => {
            by_value.first().map(|(_, values)| values.iter().map(|(value, _)| value.value.as_str()).collect()).unwrap_or_default()
        }
    };
    let translation = translation(filter, resource);
    let found = candidates.into_iter().filter_map(|value| {
        let names: Vec<&str> = translation.map(|translation| stands_for(translation, value)).unwrap_or_default();
        let provider = if let [only] = names.as_slice() { Some(*only) } else { None };
        let missing = (filter.reads("provider") && provider.is_none()) || (filter.reads("names") && names.is_empty());
        let sets: Option<Vec<_>> = by_value
            .iter()
            .map(|(input, values)| Some((*input, values.iter().find(|(known, _)| known.value == value).map(|(_, text)| text)?)))
            .collect();
        Some(LookedFor { value, provider, names, sets: sets.filter(|_| !missing)? })
    });
    found.collect()
}

/// The provider's values that are read as a unified one; none where every other value is read as it, which no list names.
fn stands_for<'a>(translation: &'a EnumField, unified: &str) -> Vec<&'a str> {
    if translation.otherwise.as_ref().is_some_and(|otherwise| otherwise.value == unified) {
        return Vec::new();
    }
    translation.values.iter().filter(|(_, known)| known.value == unified).map(|(provider, _)| provider.value.as_str()).collect()
}

type Values<'a> = &'a [(crate::source::Spanned<String>, Template)];

fn by_value(filter: &Filter) -> Vec<(&str, Values<'_>)> {
    let sets = filter.sets.iter().filter_map(|(input, set)| match set {
        FilterSet::ByValue(values) => Some((input.value.as_str(), values.as_slice())),
        FilterSet::Always(_) => None,
    });
    sets.collect()
}

fn translation<'a>(filter: &Filter, resource: &'a MapResource) -> Option<&'a EnumField> {
    resource.translations().find(|(field, _)| field.value == filter.name.value).map(|(_, translation)| translation)
}

/// The values that the model has in a field; none where it takes any.
fn values(property: &Property) -> Vec<&str> {
    match &property.r#type {
        Type::String { values, .. } => values.iter().map(String::as_str).collect(),
        Type::Boolean => vec!["true", "false"],
        Type::File | Type::Integer | Type::Number | Type::List(_) | Type::Object { .. } | Type::Any => Vec::new(),
    }
}

pub(super) fn check(case: &Case<'_>, diagnostics: &mut Diagnostics) {
    for (model, resource) in uses::mapped(case.spec) {
        let Some(target) = case.spec.models.get(model).and_then(|model| model.resources.get(&resource.name.value)) else { continue };
        for filter in &resource.filters.list {
            check_values(filter, target, diagnostics);
            let readable = !resource.unreadable.iter().any(|name| *name == filter.name.value || name == "*");
            if readable && translation(filter, resource).is_none() {
                untranslated(filter, diagnostics);
            } else if looked_for(filter, resource, target).is_empty() && (filter.reads("provider") || filter.reads("names")) && readable {
                let message =
                    format!("the filter `{}` can look for nothing: no value of the field is one of the provider's", filter.name.value);
                let help = "`names` are all of the provider's values that stand for one; or write what each value sets, as `{ search: { active: … } }`";
                diagnostics.push(Diagnostic::new(Code::InvalidValue, filter.name.span, message).help(help));
            }
        }
    }
}

/// Values are some that the field can have.
fn check_values(filter: &Filter, target: &Resource, diagnostics: &mut Diagnostics) {
    let Some(property) = target.field(&filter.name.value) else { return };
    let known = values(property);
    for (value, _) in by_value(filter).into_iter().flat_map(|(_, values)| values) {
        if known.is_empty() || known.contains(&value.value.as_str()) {
            continue;
        }
        let message = format!("`{}` is not a value of `{}`", value.value, filter.name.value);
        let help = nearest(value, known.iter().copied()).map_or_else(
            || format!("it takes {}", known.iter().map(|value| format!("`{value}`")).collect::<Vec<_>>().join(", ")),
            |near| format!("did you mean `{near}`?"),
        );
        let diagnostic = Diagnostic::new(Code::UnknownEnumValue, value.span, message).related(property.name.span, "the model's field");
        diagnostics.push(diagnostic.help(help));
    }
}

/// `provider` and `names` mean something where the field is a translation.
fn untranslated(filter: &Filter, diagnostics: &mut Diagnostics) {
    let read = filter.templates().flat_map(Template::references);
    for reference in read.filter(|reference| reference.path.first().is_some_and(|first| first == "provider" || first == "names")) {
        let name = reference.path.join(".");
        let message = format!("`{name}` means nothing here: `{}` is no field that this map translates", filter.name.value);
        let help = "write `value`, or give the field `from` and `enum`";
        diagnostics.push(Diagnostic::new(Code::UnknownName, reference.span, message).help(help));
    }
}
