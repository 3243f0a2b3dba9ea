//! How much of a connector has types, for people and machines.

use connc_compiler::Coverage;
use serde_json::{Value, json};

/// In a line: who vouches for how much, where it is not all the provider's own description. Nothing where there is nothing to type.
pub(crate) fn line(coverage: &Coverage) -> Option<String> {
    let percent = coverage.percent()?;
    let total = coverage.total();
    let others = [(coverage.official, "official"), (coverage.rfc, "by a standard"), (coverage.cassettes, "by recorded answers")];
    let parts: Vec<String> = others.iter().filter(|(number, _)| *number > 0).map(|(number, who)| format!("{number} {who}")).collect();
    let unknown = coverage.unknown.len();
    let parts = if parts.is_empty() { String::new() } else { format!(" ({})", parts.join(", ")) };
    Some(format!(
        "{percent:.1} % typed: {} of {total}{parts}{}",
        total - unknown,
        if unknown > 0 { "; `--untyped` lists the others" } else { "" }
    ))
}

/// As JSON: percent, and counts by who vouches for them.
pub(crate) fn json(coverage: &Coverage) -> Value {
    let percent = coverage.percent().map(|percent| (percent * 10.0).round() / 10.0);
    json!({
        "percent": percent,
        "official": coverage.official,
        "rfc": coverage.rfc,
        "cassettes": coverage.cassettes,
        "unknown": coverage.unknown.len(),
        "total": coverage.total(),
    })
}
