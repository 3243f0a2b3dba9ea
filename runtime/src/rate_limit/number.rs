//! Numbers and times as providers write them, as whole counts and seconds from now.

use http::HeaderMap;
use jiff::fmt::rfc2822::DateTimeParser;
use jiff::{SignedDuration, Timestamp};

/// No window is longer: a time further off is a slip, such as milliseconds where seconds were said.
const LONGEST: u64 = 366 * 24 * 60 * 60;

/// `retry-after` in seconds, from either of its forms (RFC 9110, section 10.2.3).
pub(crate) fn retry_after(headers: &HeaderMap, now: Timestamp) -> Option<u64> {
    let text = headers.get(http::header::RETRY_AFTER)?.to_str().ok()?.trim();
    if text.starts_with(|c: char| c.is_ascii_alphabetic()) { until(http_date(text)?, now) } else { delta(text, 1) }
}

/// How many: rounded down, because part of a call is none; less than none is none.
pub(super) fn count(text: &str) -> Option<u64> {
    let text = text.trim();
    // The digits themselves where there is no more to it, since a float would lose some.
    text.parse().ok().or_else(|| whole(decimal(text)?.max(0.0).floor()))
}

/// How many a second.
pub(super) fn rate(text: &str) -> Option<f64> {
    decimal(text.trim()).filter(|rate| *rate > 0.0)
}

/// Seconds from now, of which the text has `per_second` units: rounded up, because a second too many is safe and one too few is not.
pub(super) fn delta(text: &str, per_second: u32) -> Option<u64> {
    whole((decimal(text.trim())? / f64::from(per_second)).max(0.0).ceil()).filter(|seconds| *seconds <= LONGEST)
}

/// A point in time, in units since 1970.
pub(super) fn epoch(text: &str, per_second: u32, now: Timestamp) -> Option<u64> {
    let seconds = decimal(text.trim())? / f64::from(per_second);
    let since = SignedDuration::try_from_secs_f64(seconds).ok()?;
    until(Timestamp::UNIX_EPOCH.checked_add(since).ok()?, now)
}

/// Seconds from now, rounded up; 0 for what is past.
pub(super) fn until(then: Timestamp, now: Timestamp) -> Option<u64> {
    let left = then.duration_since(now);
    if left.is_negative() {
        return Some(0);
    }
    let seconds = u64::try_from(left.as_secs()).ok()?.checked_add(u64::from(left.subsec_nanos() > 0))?;
    Some(seconds).filter(|seconds| *seconds <= LONGEST)
}

/// How many seconds it takes until so many have come back.
pub(crate) fn seconds_for(missing: u64, rate: f64) -> Option<u64> {
    #[expect(clippy::cast_precision_loss, reason = "a window of 2^53 points would be off by one")]
    let seconds = missing as f64 / rate;
    whole(seconds.ceil()).filter(|seconds| *seconds <= LONGEST)
}

/// An HTTP date (RFC 9110, section 5.6.7), in its preferred form.
pub(super) fn http_date(text: &str) -> Option<Timestamp> {
    static PARSER: DateTimeParser = DateTimeParser::new().relaxed_weekday(true);
    PARSER.parse_timestamp(text.trim()).ok()
}

/// A number as JSON and headers write it. `inf` and `nan`, which Rust reads too, are none.
fn decimal(text: &str) -> Option<f64> {
    let plain = text.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'-' | b'+' | b'e' | b'E'));
    text.parse::<f64>().ok().filter(|number| plain && number.is_finite())
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the range is held before")]
fn whole(number: f64) -> Option<u64> {
    (0.0..=9e15).contains(&number).then_some(number as u64)
}
