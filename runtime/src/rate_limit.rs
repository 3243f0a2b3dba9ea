//! What a provider says about how much may still be called, in one form whatever its own.

use connc_plan::{HeaderUnit, HeaderValue, RateWindow};
use http::HeaderMap;
use jiff::Timestamp;
use jiff::fmt::rfc2822::DateTimeParser;
use serde::{Deserialize, Serialize};

/// A rate limit as the IETF's `RateLimit` headers put it. Of several windows, the one with the least left.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RateLimit {
    /// How many calls the window allows.
    pub limit: Option<u64>,
    /// How many are left.
    pub remaining: Option<u64>,
    /// Seconds until the window begins anew.
    pub reset: Option<u64>,
    /// Seconds that the provider asks to wait.
    pub retry_after: Option<u64>,
}

/// Reads the windows of a plan from an answer's headers; none where the answer says nothing.
pub(crate) fn read(windows: &[RateWindow], headers: &HeaderMap, now: Timestamp) -> Option<RateLimit> {
    let mut found: Option<RateLimit> = None;
    for RateWindow { limit, remaining, used, reset, origin: _ } in windows {
        let number = |value: &Option<HeaderValue>| value.as_ref().and_then(|value| measure(value, headers, now));
        let limit = number(limit);
        let remaining = number(remaining).or_else(|| Some(limit?.saturating_sub(number(used)?)));
        let window = RateLimit { limit, remaining, reset: number(reset), retry_after: None };
        let left = |window: &RateLimit| window.remaining.unwrap_or(u64::MAX);
        if window != RateLimit::default() && found.as_ref().is_none_or(|known| left(&window) < left(known)) {
            found = Some(window);
        }
    }
    let retry_after = retry_after(headers, now);
    if retry_after.is_some() {
        found.get_or_insert_default().retry_after = retry_after;
    }
    found
}

/// `retry-after` in seconds, from either of its forms (RFC 9110, section 10.2.3).
pub(crate) fn retry_after(headers: &HeaderMap, now: Timestamp) -> Option<u64> {
    let text = headers.get(http::header::RETRY_AFTER)?.to_str().ok()?.trim();
    whole(text).or_else(|| until(http_date(text)?, now))
}

fn measure(value: &HeaderValue, headers: &HeaderMap, now: Timestamp) -> Option<u64> {
    let text = headers.get(value.header.as_str())?.to_str().ok()?.trim();
    match value.unit {
        HeaderUnit::Count | HeaderUnit::DeltaSeconds => whole(text),
        HeaderUnit::EpochSeconds => until(Timestamp::from_second(i64::try_from(whole(text)?).ok()?).ok()?, now),
        HeaderUnit::EpochMilliseconds => until(Timestamp::from_millisecond(i64::try_from(whole(text)?).ok()?).ok()?, now),
        HeaderUnit::HttpDate => until(http_date(text)?, now),
    }
}

/// A number, its fraction rounded up: a second too many is safe, one too few is not.
fn whole(text: &str) -> Option<u64> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let rest = u64::from(fraction.bytes().any(|digit| digit != b'0'));
    whole.parse::<u64>().ok()?.checked_add(rest)
}

/// Seconds from now, rounded up; 0 for what is past.
fn until(then: Timestamp, now: Timestamp) -> Option<u64> {
    let left = then.duration_since(now);
    u64::try_from(left.as_secs().max(0)).ok().map(|seconds| seconds + u64::from(left.subsec_nanos() > 0))
}

/// An HTTP date (RFC 9110, section 5.6.7), in its preferred form.
fn http_date(text: &str) -> Option<Timestamp> {
    static PARSER: DateTimeParser = DateTimeParser::new().relaxed_weekday(true);
    PARSER.parse_timestamp(text).ok()
}

#[cfg(test)]
mod tests {
    use connc_plan::Origin;

    use super::{HeaderMap, HeaderUnit, HeaderValue, RateLimit, RateWindow, Timestamp, read};

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (http::HeaderName::from_static(name), http::HeaderValue::from_static(value))).collect()
    }

    fn value(header: &str, unit: HeaderUnit) -> Option<HeaderValue> {
        Some(HeaderValue { header: header.to_owned(), unit })
    }

    #[test]
    fn every_unit_becomes_seconds_from_now() {
        let now: Timestamp = "2026-03-01T12:00:00Z".parse().unwrap();
        let headers =
            headers(&[("a", "1772366430"), ("b", "1772366430500"), ("c", "Sun, 01 Mar 2026 12:00:30 GMT"), ("d", "30"), ("e", "29.5")]);
        for (header, unit, seconds) in [
            ("a", HeaderUnit::EpochSeconds, 30),
            ("b", HeaderUnit::EpochMilliseconds, 31),
            ("c", HeaderUnit::HttpDate, 30),
            ("d", HeaderUnit::DeltaSeconds, 30),
            ("e", HeaderUnit::DeltaSeconds, 30),
        ] {
            let window = RateWindow { reset: value(header, unit), ..RateWindow::default() };
            assert_eq!(read(&[window], &headers, now).unwrap().reset, Some(seconds), "{header}");
        }
    }

    #[test]
    fn the_tightest_window_counts() {
        let headers = headers(&[("l1", "100"), ("u1", "98"), ("r2", "50"), ("retry-after", "Sun, 01 Mar 2026 12:01:00 GMT")]);
        let windows = [
            RateWindow {
                limit: value("l1", HeaderUnit::Count),
                used: value("u1", HeaderUnit::Count),
                origin: Origin::default(),
                ..RateWindow::default()
            },
            RateWindow { remaining: value("r2", HeaderUnit::Count), ..RateWindow::default() },
        ];
        let now = "2026-03-01T12:00:00Z".parse().unwrap();
        assert_eq!(
            read(&windows, &headers, now),
            Some(RateLimit { limit: Some(100), remaining: Some(2), reset: None, retry_after: Some(60) })
        );
        assert_eq!(read(&windows, &HeaderMap::new(), now), None);
    }
}
