//! `rate_limit`.

use connc_plan as plan;

use crate::diagnostic::{Code, Diagnostic};
use crate::lang::{Headers, expression, header_name};
use crate::source::Spanned;
use crate::spec::{NUMBER, Number, NumberSource, PER, PER_WORDS, WINDOW, Window};
use crate::yaml::{Kind, Literal, Reader, Scalar};

/// The windows.
pub(super) fn rate_limit(reader: &mut Reader<'_, '_>) -> Vec<Window> {
    let Some(node) = reader.take("rate_limit") else { return Vec::new() };
    let mut windows = Vec::new();
    for item in reader.context().list(node, "rate_limit") {
        let Some(mut inner) = Reader::open(item, &WINDOW, reader.context()) else { continue };
        windows.push(window(&mut inner));
    }
    windows
}

fn window(reader: &mut Reader<'_, '_>) -> Window {
    for other in ["limit", "remaining", "used", "reset", "restore"] {
        reader.one_of(&["ietf", other]);
    }
    reader.one_of(&["remaining", "used"]);
    reader.one_of(&["reset", "restore"]);
    let fields = reader.choice("ietf").and_then(|word| match word.value {
        "policies" => Some(plan::RateFields::Policies),
        "combined" => Some(plan::RateFields::Combined),
        "separate" => Some(plan::RateFields::Separate),
        _ => None,
    });
    if !["ietf", "limit", "remaining", "used", "reset"].iter().any(|name| reader.key_span(name).is_some()) && !reader.is_damaged() {
        let diagnostic = Diagnostic::new(Code::MissingKey, reader.span, "the window says nothing of how much is left");
        reader.context().diagnostics.push(diagnostic.help("add `remaining`, or `ietf` where the provider follows that"));
    }
    if let (Some(span), None) = (reader.key_span("used"), reader.key_span("limit"))
        && !reader.is_key_damaged("limit")
    {
        let diagnostic = Diagnostic::new(Code::MissingKey, span, "what is used says nothing without `limit`");
        reader.context().diagnostics.push(diagnostic.help("add `limit`, a plain number where only the documentation says it"));
    }
    let (per_operation, per_header) = per(reader);
    Window {
        fields,
        limit: number(reader, "limit", plan::RateUnit::Count),
        remaining: number(reader, "remaining", plan::RateUnit::Count),
        used: number(reader, "used", plan::RateUnit::Count),
        reset: number(reader, "reset", plan::RateUnit::DeltaSeconds),
        restore: number(reader, "restore", plan::RateUnit::Count),
        cost: number(reader, "cost", plan::RateUnit::Count),
        per_operation,
        per_header,
        span: reader.span,
    }
}

/// Whose window it is: each operation's, or that of a name which a header says.
fn per(reader: &mut Reader<'_, '_>) -> (bool, Option<String>) {
    let Some(node) = reader.take("per") else { return (false, None) };
    if !matches!(node.kind, Kind::Mapping(_)) {
        let word = reader.text("per").and_then(|word| reader.context().choice(&word, "per", PER_WORDS));
        return (word.is_some_and(|word| word.value == "operation"), None);
    }
    // The drafts name their windows themselves.
    reader.one_of(&["ietf", "per"]);
    let header = Reader::open(node, &PER, reader.context()).and_then(|mut inner| {
        let name = inner.text("header")?;
        header_name(&name, Headers::Read, inner.context());
        Some(name.value)
    });
    (false, header)
}

fn number(reader: &mut Reader<'_, '_>, name: &'static str, otherwise: plan::RateUnit) -> Option<Number> {
    let node = reader.take(name)?;
    if matches!(name, "limit" | "restore")
        && let Some(Literal::Integer(_)) = node.scalar().map(Scalar::literal)
    {
        return Some(Number { from: NumberSource::Fixed(reader.integer(name)?.value), unit: otherwise });
    }
    if matches!(name, "limit" | "restore") && !matches!(node.kind, Kind::Mapping(_)) {
        reader.context().wrong_type(node, name, "a number, or a mapping with `header` or `body`");
        return None;
    }
    let mut inner = Reader::open(node, &NUMBER, reader.context())?;
    let unit = match inner.choice("as").map(|word| word.value) {
        Some("count") => plan::RateUnit::Count,
        Some("delta_seconds") => plan::RateUnit::DeltaSeconds,
        Some("delta_milliseconds") => plan::RateUnit::DeltaMilliseconds,
        Some("epoch_seconds") => plan::RateUnit::EpochSeconds,
        Some("epoch_milliseconds") => plan::RateUnit::EpochMilliseconds,
        Some("http_date") => plan::RateUnit::HttpDate,
        Some("timestamp") => plan::RateUnit::Timestamp,
        Some(_) | None => otherwise,
    };
    inner.one_of(&["body", "capture"]);
    let from = match inner.needs_one_of(&["header", "body"])? {
        "header" => {
            let header = inner.text("header")?;
            header_name(&header, Headers::Read, inner.context());
            NumberSource::Header(header.value, capture(&mut inner))
        }
        _ => NumberSource::Body(expression(&mut inner, "body")?),
    };
    Some(Number { from, unit })
}

/// A pattern has exactly one `*`, and something that it is found by.
fn capture(reader: &mut Reader<'_, '_>) -> Option<Spanned<String>> {
    let pattern = reader.text("capture")?;
    let wrong = match pattern.value.matches('*').count() {
        0 => "the pattern has no `*` for the number",
        1 if ["**", "*#", "#*", "##"].iter().any(|pair| pattern.value.contains(pair)) => {
            "digits follow digits, so that nothing tells where the number ends"
        }
        1 => return Some(pattern),
        _ => "the pattern has several `*`",
    };
    let help = "write one `*` for the digits of the number, such as `api-usage=*/`, and `#` for digits that are passed over";
    reader.context().diagnostics.push(Diagnostic::new(Code::InvalidValue, pattern.span, wrong).help(help));
    None
}
