//! Dates in the formats that providers use, as RFC 3339 text in UTC.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::fmt::rfc2822;
use jiff::tz::TimeZone;
use serde_json::Value;

use super::signature::{Absence, Signature, Type, one};
use super::{Function, made, text};

pub(super) const FROM_EPOCH_SECONDS: Function = Function {
    name: "date_from_epoch_seconds",
    signature: Signature { parameters: &[one("seconds", Type::Number)], result: Type::Timestamp },
    absence: Absence::Passes,
    doc: "seconds since 1970-01-01T00:00:00Z, as a number or as digits, to an RFC 3339 timestamp in UTC; nothing beyond the years 0 to 9999",
    example: ("$date_from_epoch_seconds(1772366400)", "\"2026-03-01T12:00:00Z\""),
    body: |arguments| from_epoch(arguments, 1_000.0),
};

pub(super) const FROM_EPOCH_MILLISECONDS: Function = Function {
    name: "date_from_epoch_milliseconds",
    signature: Signature { parameters: &[one("milliseconds", Type::Number)], result: Type::Timestamp },
    absence: Absence::Passes,
    doc: "milliseconds since 1970-01-01T00:00:00Z, as a number or as digits, to an RFC 3339 timestamp in UTC; nothing beyond the years 0 to 9999",
    example: ("$date_from_epoch_milliseconds(1772366400250)", "\"2026-03-01T12:00:00.25Z\""),
    body: |arguments| from_epoch(arguments, 1.0),
};

pub(super) const FROM_HTTP: Function = Function {
    name: "date_from_http",
    signature: Signature { parameters: &[one("date", Type::Text)], result: Type::Timestamp },
    absence: Absence::Passes,
    doc: "an HTTP date (RFC 9110, section 5.6.7) or an e-mail date (RFC 5322) to an RFC 3339 timestamp in UTC",
    example: ("$date_from_http('Sun, 01 Mar 2026 12:00:00 GMT')", "\"2026-03-01T12:00:00Z\""),
    body: |arguments| {
        let parsed = rfc2822::DateTimeParser::new().relaxed_weekday(true).parse_timestamp(text(arguments)?.trim());
        made(parsed.map_err(|_| "the text is no HTTP date".to_owned())?.to_string())
    },
};

pub(super) const ASSUME_UTC: Function = Function {
    name: "date_assume_utc",
    signature: Signature { parameters: &[one("date", Type::Text)], result: Type::Timestamp },
    absence: Absence::Passes,
    doc: "a date, with or without a time, that has no zone is UTC, to an RFC 3339 timestamp; one with an offset (`Z`, `+02:00`, `+0200`) keeps its meaning",
    example: ("$date_assume_utc('2026-03-01 12:00:00')", "\"2026-03-01T12:00:00Z\""),
    body: |arguments| {
        let text = text(arguments)?.trim();
        let zoned = text.parse::<Timestamp>().ok();
        let civil = || text.parse::<DateTime>().ok()?.to_zoned(TimeZone::UTC).ok();
        let timestamp = zoned.or_else(|| civil().map(|zoned| zoned.timestamp()));
        made(timestamp.ok_or("the text is no date and time")?.to_string())
    },
};

/// A timestamp from a number of `unit` milliseconds, which may also be text of digits.
fn from_epoch(arguments: &[Option<Value>], unit: f64) -> Result<Option<Value>, String> {
    let number = match arguments.first() {
        Some(Some(Value::Number(number))) => number.as_f64(),
        Some(Some(Value::String(text))) => text.trim().parse::<f64>().ok(),
        _ => None,
    };
    let milliseconds = (number.filter(|number| number.is_finite()).ok_or("the argument is no number")? * unit).round();
    // Far inside what an integer holds, and beyond what RFC 3339 can write, whose years have four digits: no date at all.
    if milliseconds.abs() > 1e15 {
        return Ok(None);
    }
    let timestamp = Timestamp::from_millisecond(milliseconds as i64).ok().map(|timestamp| timestamp.to_string());
    Ok(timestamp.filter(|text| !text.starts_with('-')).map(Value::String))
}
