use connc_plan::{Origin, RateFields};

use super::{HeaderMap, RateLimit, RateNumber, RateSource, RateUnit, RateWindow, Readings, of};

const NOW: &str = "2026-03-01T12:00:00Z";

fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
    let pair = |(name, value): &(&'static str, &str)| (http::HeaderName::from_static(name), http::HeaderValue::from_str(value).unwrap());
    pairs.iter().map(pair).collect()
}

fn value(name: &str, unit: RateUnit) -> Option<RateNumber> {
    Some(RateNumber { from: RateSource::Header { name: name.to_owned(), capture: None }, unit })
}

fn read(windows: &[RateWindow], headers: &HeaderMap) -> Readings {
    of(windows, headers, NOW.parse().unwrap(), &|expression| (expression.source == "left").then(|| "12.75".to_owned()))
}

fn limit(windows: &[RateWindow], headers: &HeaderMap) -> Option<RateLimit> {
    read(windows, headers).tightest()
}

#[test]
fn every_unit_becomes_seconds_from_now() {
    use RateUnit::{Count, DeltaMilliseconds, DeltaSeconds, EpochMilliseconds, EpochSeconds, HttpDate, Timestamp};
    for (text, unit, seconds) in [
        ("1772366430", EpochSeconds, Some(30)),
        ("1772366429.001", EpochSeconds, Some(30)),
        ("1772366430500", EpochMilliseconds, Some(31)),
        ("1.77236643e9", EpochSeconds, Some(30)),
        ("30", DeltaSeconds, Some(30)),
        (" 29.5 ", DeltaSeconds, Some(30)),
        ("29500", DeltaMilliseconds, Some(30)),
        ("Sun, 01 Mar 2026 12:00:30 GMT", HttpDate, Some(30)),
        ("2026-03-01T12:00:30Z", Timestamp, Some(30)),
        ("2026-03-01T14:00:29.25+02:00", Timestamp, Some(30)),
        // What is past is now, whatever its sign.
        ("1772366399", EpochSeconds, Some(0)),
        ("0", EpochSeconds, Some(0)),
        ("-5", DeltaSeconds, Some(0)),
        ("-1772366430", EpochSeconds, Some(0)),
        ("Thu, 01 Jan 1970 00:00:00 GMT", HttpDate, Some(0)),
        ("1970-01-01T00:00:00Z", Timestamp, Some(0)),
        // Milliseconds where seconds were said, and other times that cannot be meant.
        ("1772366430000", EpochSeconds, None),
        ("99999999999999999999", EpochSeconds, None),
        ("1e300", DeltaSeconds, None),
        ("40000000", DeltaSeconds, None),
        ("2126-03-01T12:00:30Z", Timestamp, None),
        ("Sun, 01 Mar 9999 12:00:30 GMT", HttpDate, None),
        // Garbage.
        ("", DeltaSeconds, None),
        ("soon", DeltaSeconds, None),
        ("inf", DeltaSeconds, None),
        ("NaN", EpochSeconds, None),
        ("1,000", DeltaSeconds, None),
        ("12:00:30", HttpDate, None),
        ("2026-03-01", Timestamp, None),
        ("0x1e", Count, None),
    ] {
        let window = RateWindow { reset: value("a", unit), ..RateWindow::default() };
        assert_eq!(limit(&[window], &headers(&[("a", text)])).and_then(|limit| limit.reset), seconds, "{text:?} as {unit:?}");
    }
}

#[test]
fn counts_are_whole_and_never_less_than_none() {
    for (text, count) in [
        ("50", Some(50)),
        ("50.9", Some(50)),
        ("1000.0", Some(1000)),
        ("-1", Some(0)),
        ("18446744073709551615", Some(u64::MAX)),
        ("1e99", None),
        ("many", None),
        ("", None),
    ] {
        let window = RateWindow { remaining: value("a", RateUnit::Count), ..RateWindow::default() };
        assert_eq!(limit(&[window], &headers(&[("a", text)])).and_then(|limit| limit.remaining), count, "{text:?}");
    }
}

#[test]
fn the_tightest_window_counts() {
    let headers = headers(&[("l1", "100"), ("u1", "98"), ("r2", "50"), ("retry-after", "Sun, 01 Mar 2026 12:01:00 GMT")]);
    let windows = [
        RateWindow {
            limit: value("l1", RateUnit::Count),
            used: value("u1", RateUnit::Count),
            origin: Origin::default(),
            ..RateWindow::default()
        },
        RateWindow { remaining: value("r2", RateUnit::Count), ..RateWindow::default() },
    ];
    let expected = RateLimit { limit: Some(100), remaining: Some(2), reset: None, retry_after: Some(60) };
    assert_eq!(limit(&windows, &headers), Some(expected));
    assert_eq!(limit(&windows, &HeaderMap::new()), None);
    assert_eq!(limit(&[], &headers), Some(RateLimit { retry_after: Some(60), ..RateLimit::default() }));
}

#[test]
fn retry_after_in_either_form() {
    for (text, seconds) in [
        ("120", Some(120)),
        ("0", Some(0)),
        ("-3", Some(0)),
        ("1.5", Some(2)),
        ("Sun, 01 Mar 2026 12:01:00 GMT", Some(60)),
        ("Sun, 01 Mar 2026 11:01:00 GMT", Some(0)),
        ("in a while", None),
        ("99999999999", None),
    ] {
        assert_eq!(limit(&[], &headers(&[("retry-after", text)])).and_then(|limit| limit.retry_after), seconds, "{text:?}");
    }
}

#[test]
fn the_current_draft_with_several_policies() {
    let window = || [RateWindow { fields: Some(RateFields::Policies), ..RateWindow::default() }];
    let some = |limit, remaining, reset| Some(RateLimit { limit, remaining, reset, retry_after: None });
    for (lines, expected) in [
        (
            vec![("ratelimit", r#""default";r=50;t=30"#), ("ratelimit-policy", r#""default";q=100;w=10"#)],
            some(Some(100), Some(50), Some(30)),
        ),
        (
            vec![
                ("ratelimit", r#""burst";r=90;t=5, "day";r=3;t=7000"#),
                ("ratelimit-policy", r#""burst";q=100;w=60, "day";q=1000;w=86400"#),
            ],
            some(Some(1000), Some(3), Some(7000)),
        ),
        (vec![("ratelimit", r#""a";r=9"#), ("ratelimit", r#""b";r=1;t=2"#)], some(None, Some(1), Some(2))),
        (
            vec![
                ("ratelimit", r#""bytes";r=1, "calls";r=7"#),
                ("ratelimit-policy", r#""bytes";q=9;qu="content-bytes", "calls";q=8;qu="requests""#),
            ],
            some(Some(8), Some(7), None),
        ),
        (vec![("ratelimit", r#"default;r=4;pk=:c2VjcmV0:"#)], some(None, Some(4), None)),
        (vec![("ratelimit", r#""default";r=-1;t=-5"#)], some(None, Some(0), Some(0))),
        (vec![("ratelimit", r#""default";r="many""#)], None),
        (vec![("ratelimit", r#""default;r=50"#)], None),
        (vec![("ratelimit", "limit=100, remaining=50")], None),
        (vec![], None),
    ] {
        assert_eq!(limit(&window(), &multi(&lines)), expected, "{lines:?}");
    }
}

fn multi(pairs: &[(&'static str, &str)]) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for (name, value) in pairs {
        headers.append(http::HeaderName::from_static(name), http::HeaderValue::from_str(value).unwrap());
    }
    headers
}

#[test]
fn the_older_drafts() {
    let expected = Some(RateLimit { limit: Some(100), remaining: Some(50), reset: Some(5), retry_after: None });
    let window = [RateWindow { fields: Some(RateFields::Combined), ..RateWindow::default() }];
    assert_eq!(limit(&window, &headers(&[("ratelimit", "limit=100, remaining=50, reset=5")])), expected);
    assert_eq!(limit(&window, &headers(&[("ratelimit", "limit=100, remaining=50, reset=")])), None);
    let window = [RateWindow { fields: Some(RateFields::Separate), ..RateWindow::default() }];
    for lines in [
        [("ratelimit-limit", "100"), ("ratelimit-remaining", "50"), ("ratelimit-reset", "5")],
        [("ratelimit-limit", "100, 100;w=10, 5000;w=3600"), ("ratelimit-remaining", "50"), ("ratelimit-reset", "4.2")],
    ] {
        assert_eq!(limit(&window, &headers(&lines)), expected);
    }
    assert_eq!(limit(&window, &headers(&[("ratelimit-limit", "lots")])), None);
}

#[test]
fn packed_headers_bodies_and_what_only_documentation_says() {
    let number = |from| Some(RateNumber { from, unit: RateUnit::Count });
    let packed = |pattern: &str| RateSource::Header { name: "usage".to_owned(), capture: Some(pattern.to_owned()) };
    let windows = [RateWindow { limit: number(packed("api=#/*")), used: number(packed("api=*/")), ..RateWindow::default() }];
    let found = limit(&windows, &headers(&[("usage", "api=18/5000")])).unwrap();
    assert_eq!((found.limit, found.remaining), (Some(5000), Some(4982)));

    let left = connc_plan::Expression { source: "left".to_owned(), origin: Origin::default() };
    let windows = [RateWindow {
        limit: number(RateSource::Fixed(100)),
        remaining: number(RateSource::Body(left)),
        restore: number(RateSource::Fixed(8)),
        ..RateWindow::default()
    }];
    let found = limit(&windows, &HeaderMap::new()).unwrap();
    assert_eq!((found.limit, found.remaining, found.reset), (Some(100), Some(12), Some(11)));

    let silent = [RateWindow { limit: number(RateSource::Fixed(100)), remaining: value("left", RateUnit::Count), ..RateWindow::default() }];
    assert_eq!(limit(&silent, &HeaderMap::new()), None);
}
