//! Maps: the fields of unified records, what cannot be given and why, the verbs, and the filters.

use super::layout::Page;
use super::{operation, steps, value};
use crate::{EnumMap, Field, FieldValue, Filter, FilterTarget, Kind, Plan, ResourceMap, Text, Type, UnifiedVerb};

pub(super) fn map(page: &mut Page, plan: &Plan, map: &ResourceMap) {
    let ResourceMap { model, resource, from, fields, unavailable, verbs, filters, origin } = map;
    page.heading(&format!("map {model} {resource} from {from}"), Some(plan.place(*origin)));
    page.rows(1, &fields.iter().map(|field| (field.name.as_str(), field_text(field))).collect::<Vec<_>>());
    if !unavailable.is_empty() {
        page.line(1, "unavailable");
        page.rows(2, &unavailable.iter().map(|field| (field.field.as_str(), field.reason.clone())).collect::<Vec<_>>());
    }
    for (verb, UnifiedVerb { steps: done, input, gives_record, origin }) in verbs {
        let place = plan.place(*origin);
        let place = place.rsplit_once(':').map_or(place.as_str(), |(line, _)| line);
        page.line(1, &format!("{}  ({place})", verb.name()));
        let mut rows: Vec<(&str, String)> = done.iter().map(|step| (steps::word(step), steps::step_text(step))).collect();
        rows.extend(steps::requests(plan, done).map(|requests| ("requests", requests)));
        // The model describes its own fields; here it matters which of them are taken.
        let kind = |text: String| text.split_once(": ").map_or(text.clone(), |(kind, _)| kind.to_owned());
        let taken: Vec<(&str, String)> = value::parameters(input).into_iter().map(|(name, text)| (name, kind(text))).collect();
        if !taken.is_empty() {
            rows.push(("takes", value::columns(&taken)));
        }
        if !gives_record {
            rows.push(("gives", "nothing".to_owned()));
        }
        page.rows(2, &rows);
    }
    if !filters.is_empty() {
        let join = filters.join.as_ref().map(|join| format!(", joined by {join:?}")).unwrap_or_default();
        page.line(1, &format!("filters{join}"));
        page.rows(2, &filters.filters.iter().map(|filter| (filter.name.as_str(), filter_text(filter))).collect::<Vec<_>>());
    }
}

fn field_text(field: &Field) -> String {
    let Field { name: _, value, kind, origin: _ } = field;
    let as_id = match kind {
        Kind::Id => ", as an id",
        Kind::Number | Kind::Value | Kind::List(_) | Kind::Object(_) => "",
    };
    match value {
        FieldValue::Const(value) => format!("always {value}"),
        FieldValue::Expression(expression) => format!("{}{as_id}", expression.source.trim_end()),
        FieldValue::Enum(EnumMap { from, values, otherwise }) => {
            let width = values.iter().map(|(provider, _)| provider.chars().count()).max().unwrap_or(0);
            let mut text = from.source.clone();
            for (provider, unified) in values {
                text.push_str(&format!("\n  {provider:<width$} -> {unified}"));
            }
            let otherwise = otherwise.as_deref().map_or("left out, with a warning", |value| value);
            text.push_str(&format!("\n  {:<width$} -> {otherwise}", "else"));
            text
        }
    }
}

fn filter_text(filter: &Filter) -> String {
    let Filter { name: _, r#type, via, select, values, sets, origin: _ } = filter;
    let mut lines: Vec<String> = via.iter().map(|via| format!("by {via}")).collect();
    let set = |(target, text): &(FilterTarget, Text)| match target {
        FilterTarget::Input(input) => format!("{input} = {text}"),
        FilterTarget::Parent => format!("parent.id = {text}"),
    };
    lines.extend(sets.iter().map(set));
    let width = values.iter().map(|known| known.value.chars().count()).max().unwrap_or(0);
    for known in values {
        let parts: Vec<String> =
            (!known.names.is_empty()).then(|| known.names.join(", ")).into_iter().chain(known.sets.iter().map(set)).collect();
        lines.push(format!("  {:<width$} -> {}", known.value, parts.join("; ")));
    }
    if let Some(names) = select {
        lines.push(operation::block("asks for", &operation::listed(names).join("\n")));
    }
    if *r#type != Type::String
        && let Some(first) = lines.first_mut()
    {
        first.push_str(&format!("  ({})", r#type.name()));
    }
    lines.join("\n")
}
