//! Rate limits, a heading for each window.

use super::layout::Page;
use crate::{Plan, RateFields, RateNumber, RateSource, RateUnit, RateWindow};

/// The windows.
pub(super) fn windows(page: &mut Page, plan: &Plan) {
    for window in &plan.rate_limit {
        let RateWindow { fields, limit, remaining, used, reset, restore, cost, per_operation, per_header, origin } = window;
        page.heading("rate limit", Some(plan.place(*origin)));
        let mut rows = Vec::new();
        rows.extend(fields.map(|fields| ("fields", form(fields).to_owned())));
        let named = [("limit", limit), ("remaining", remaining), ("used", used), ("reset", reset), ("restore", restore), ("cost", cost)];
        rows.extend(named.iter().filter_map(|(name, value)| Some((*name, number(value.as_ref()?)))));
        rows.extend(per_operation.then(|| ("per", "operation".to_owned())));
        rows.extend(per_header.iter().map(|name| ("per", format!("value of header {name}"))));
        page.rows(1, &rows);
    }
}

fn form(fields: RateFields) -> &'static str {
    match fields {
        RateFields::Policies => "RateLimit with r and t, RateLimit-Policy with q and w",
        RateFields::Combined => "RateLimit with limit, remaining and reset",
        RateFields::Separate => "RateLimit-Limit, RateLimit-Remaining, RateLimit-Reset",
    }
}

fn number(RateNumber { from, unit }: &RateNumber) -> String {
    let unit = match unit {
        RateUnit::Count => "",
        RateUnit::DeltaSeconds => ", seconds from now",
        RateUnit::DeltaMilliseconds => ", milliseconds from now",
        RateUnit::EpochSeconds => ", seconds since 1970",
        RateUnit::EpochMilliseconds => ", milliseconds since 1970",
        RateUnit::HttpDate => ", an HTTP date",
        RateUnit::Timestamp => ", a timestamp",
    };
    match from {
        RateSource::Header { name, capture: None } => format!("header {name}{unit}"),
        RateSource::Header { name, capture: Some(pattern) } => format!("header {name}, at `{pattern}`{unit}"),
        RateSource::Body(expression) => format!("{}{unit}", expression.source),
        RateSource::Fixed(number) => format!("{number}{unit}"),
    }
}
