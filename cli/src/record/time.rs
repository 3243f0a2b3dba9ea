//! Points in time, moved: all of a recording's by the same span, so that what was before stays before.

use jiff::civil::DateTime;
use jiff::{SignedDuration, Timestamp};

/// Seconds since 1970 that people's data may hold: from 1980 to 2100.
const EPOCH: std::ops::Range<i64> = 315_532_800..4_102_444_800;

/// The text moved by `span`, in the notation that it has; none where it is no point in time.
pub(crate) fn moved(text: &str, span: SignedDuration) -> Option<String> {
    rfc3339(text, span).or_else(|| http_date(text, span))
}

/// Whether the text is a day alone, or midnight of one: a birthday, or the day that somebody was hired.
pub(crate) fn is_day(text: &str) -> bool {
    let (day, time) = text.split_at_checked(10).unwrap_or((text, ""));
    let midnight = time.is_empty() || ["T00:00:00", " 00:00:00"].iter().any(|start| time.starts_with(start));
    midnight && is_date(day)
}

/// Whether the text is `2026-03-01`.
pub(crate) fn is_date(text: &str) -> bool {
    text.len() == 10 && text.parse::<jiff::civil::Date>().is_ok()
}

/// The day moved by whole days.
pub(crate) fn day(text: &str, days: i64) -> Option<String> {
    let (day, rest) = text.split_at_checked(10)?;
    let date: jiff::civil::Date = day.parse().ok()?;
    let moved = date.checked_add(SignedDuration::from_hours(days.checked_mul(24)?)).ok()?;
    Some(format!("{moved}{rest}"))
}

/// Seconds or milliseconds since 1970, moved; none where the number can hardly be either.
pub(crate) fn epoch(digits: &str, span: SignedDuration) -> Option<String> {
    let number: i64 = digits.parse().ok()?;
    let (unit, seconds) = if digits.len() >= 12 { (1000, number / 1000) } else { (1, number) };
    if !EPOCH.contains(&seconds) {
        return None;
    }
    Some(number.checked_add(span.as_secs().checked_mul(unit)?)?.to_string())
}

/// `2026-03-01T12:00:00`, with whatever fraction and offset follow.
fn rfc3339(text: &str, span: SignedDuration) -> Option<String> {
    let (time, rest) = text.split_at_checked(19)?;
    let separator = time.get(10..11).filter(|separator| matches!(*separator, "T" | "t" | " "))?;
    let plain = rest.chars().all(|c| c.is_ascii_digit() || matches!(c, '.' | ':' | '+' | '-' | 'Z' | 'z' | ' '));
    if !plain || rest.len() > 20 {
        return None;
    }
    let time: DateTime = time.replacen(separator, "T", 1).parse().ok()?;
    let moved = time.checked_add(span).ok()?;
    Some(format!("{}{rest}", moved.strftime(&format!("%Y-%m-%d{separator}%H:%M:%S"))))
}

/// `Sun, 01 Mar 2026 12:00:00 GMT` (RFC 9110, section 5.6.7).
fn http_date(text: &str, span: SignedDuration) -> Option<String> {
    let time = jiff::fmt::rfc2822::parse(text).ok()?.timestamp();
    let moved: Timestamp = time.checked_add(span).ok()?;
    Some(moved.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string())
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;

    use super::{day, epoch, is_day, moved};

    #[test]
    fn notations_stay() {
        let span = SignedDuration::from_secs(86_400 + 61);
        let moved = |text: &str| moved(text, span);
        assert_eq!(moved("2026-02-28T23:59:59.120Z").as_deref(), Some("2026-03-02T00:01:00.120Z"));
        assert_eq!(moved("2026-02-28 23:59:59+0100").as_deref(), Some("2026-03-02 00:01:00+0100"));
        assert_eq!(moved("Sun, 01 Mar 2026 12:00:00 GMT").as_deref(), Some("Mon, 02 Mar 2026 12:01:01 GMT"));
        assert_eq!(moved("2026-02-28T23:59:59 by Ada"), None);
        assert_eq!(moved("soon"), None);
        assert_eq!(epoch("1772366460", span).as_deref(), Some("1772452921"));
        assert_eq!(epoch("1772366460123", span).as_deref(), Some("1772452921123"));
        assert_eq!(epoch("35436", span), None);
        assert!(is_day("1990-05-17") && is_day("1990-05-17T00:00:00.000Z") && !is_day("1990-05-17T10:00:00Z"));
        assert_eq!(day("1990-05-17T00:00:00Z", -20).as_deref(), Some("1990-04-27T00:00:00Z"));
    }
}
