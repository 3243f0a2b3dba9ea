use super::{Duration, Origin, RateWindow, Reading, SignedDuration, Timestamp, Windows};

fn at(seconds: i64) -> Timestamp {
    Timestamp::UNIX_EPOCH + SignedDuration::from_secs(1_000_000 + seconds)
}

fn place(line: u32) -> Origin {
    Origin { line, ..Origin::default() }
}

fn reading(limit: Option<u64>, remaining: u64, reset: Option<u64>) -> Reading {
    Reading { limit, remaining: Some(remaining), reset, ..Reading::default() }
}

#[test]
fn a_window_that_is_used_up_opens_at_its_reset() {
    let (mut windows, here) = (Windows::default(), place(1));
    let plan = [RateWindow::default()];
    windows.learn(&plan, &[reading(Some(2), 2, Some(30))], here, 0, at(0));
    for _ in 0..2 {
        assert_eq!(windows.opens(here, at(0)), None);
        windows.take(here, at(0));
    }
    assert_eq!(windows.opens(here, at(1)), Some(at(30)));
    assert_eq!(windows.opens(here, at(30)), None);
    // At the reset it holds its limit again, and no more, until an answer says when it resets next.
    windows.take(here, at(30));
    assert!(windows.known.values().all(|window| window.remaining == 1 && window.resets.is_none()));
    assert!(!windows.matter(at(31)));
}

#[test]
fn calls_under_way_are_counted_before_their_answers_are() {
    let (mut windows, here) = (Windows::default(), place(1));
    windows.learn(&[RateWindow::default()], &[reading(None, 3, Some(30))], here, 3, at(0));
    assert_eq!(windows.opens(here, at(0)), Some(at(30)));
    windows.learn(&[RateWindow::default()], &[reading(None, 1, Some(30))], here, 0, at(0));
    assert_eq!(windows.opens(here, at(0)), None);
}

#[test]
fn points_come_back_continuously() {
    let (mut windows, here) = (Windows::default(), place(1));
    let reading = Reading { restore: Some(10.0), cost: Some(50), ..reading(Some(100), 20, None) };
    windows.learn(&[RateWindow::default()], &[reading], here, 0, at(0));
    assert_eq!(windows.opens(here, at(0)), Some(at(3)));
    assert_eq!(windows.opens(here, at(3)), None);
    windows.take(here, at(3));
    assert_eq!(windows.opens(here, at(3)), Some(at(8)));
}

#[test]
fn nothing_is_waited_for_without_a_time() {
    let (mut windows, here) = (Windows::default(), place(1));
    windows.learn(&[RateWindow::default()], &[reading(Some(100), 0, None)], here, 0, at(0));
    assert_eq!(windows.opens(here, at(0)), None);
}

#[test]
fn an_operation_with_a_window_of_its_own_holds_back_no_other() {
    let (mut windows, plan) = (Windows::default(), [RateWindow { per_operation: true, ..RateWindow::default() }]);
    windows.learn(&plan, &[reading(None, 0, Some(9))], place(1), 0, at(0));
    windows.block(true, place(2), at(5));
    assert_eq!(windows.opens(place(1), at(0)), Some(at(9)));
    assert_eq!(windows.opens(place(2), at(0)), Some(at(5)));
    assert_eq!(windows.opens(place(3), at(0)), None);
    windows.block(false, place(3), at(7));
    assert_eq!(windows.opens(place(2), at(0)), Some(at(7)));
}

#[test]
fn a_named_window_holds_back_what_was_counted_against_it() {
    let (mut windows, plan) = (Windows::default(), [RateWindow { per_header: Some("x-resource".to_owned()), ..RateWindow::default() }]);
    let named = |name: &str, remaining, reset| Reading { window: (0, name.to_owned()), ..reading(None, remaining, Some(reset)) };
    windows.learn(&plan, &[named("search", 0, 9)], place(1), 0, at(0));
    assert_eq!(windows.opens(place(1), at(0)), Some(at(9)));
    // Nobody knows yet what this one counts against.
    assert_eq!(windows.opens(place(2), at(0)), None);
    windows.learn(&plan, &[named("core", 1, 20)], place(2), 0, at(0));
    assert_eq!(windows.opens(place(2), at(0)), None);
    windows.take(place(2), at(0));
    assert_eq!(windows.opens(place(2), at(0)), Some(at(20)));
    assert_eq!(windows.opens(place(1), at(0)), Some(at(9)));
    // The provider moved it to the other window.
    windows.learn(&plan, &[named("core", 5, 20)], place(1), 0, at(1));
    assert_eq!(windows.opens(place(1), at(1)), None);
}

#[test]
fn a_provider_that_invents_policies_fills_no_memory() {
    let (mut windows, here) = (Windows::default(), place(1));
    for number in 0..10_000_u32 {
        let named = Reading { window: (0, number.to_string()), ..reading(None, 5, Some(60)) };
        windows.learn(&[RateWindow::default()], &[named], here, 0, at(i64::from(number / 100)));
    }
    assert!(windows.known.len() <= super::MOST);
}

#[test]
fn what_need_not_be_sent_leaves_what_will_be() {
    let (second, long) = (Duration::from_secs(1), Duration::from_secs(1000));
    let spare = |reading: Reading, lasts| {
        let (mut windows, here) = (Windows::default(), place(1));
        windows.learn(&[RateWindow::default()], &[reading], here, 0, at(0));
        windows.spare(here, at(0), lasts)
    };
    assert_eq!(Windows::default().spare(place(1), at(0), second), u64::MAX);
    // Thirty answers, one a second, until the reset; half of the limit where that is less.
    assert_eq!(spare(reading(Some(100), 100, Some(30)), second), 70);
    assert_eq!(spare(reading(Some(100), 100, Some(3000)), second), 50);
    assert_eq!(spare(reading(Some(100), 40, Some(3000)), second), 0);
    assert_eq!(spare(reading(Some(100), 40, Some(3000)), Duration::ZERO), 0);
    assert_eq!(spare(reading(None, 100, Some(30)), long), 100);
    assert_eq!(spare(reading(Some(100), 40, None), second), 20);
    // Points that come back, at 10 a call.
    let points = Reading { restore: Some(10.0), cost: Some(10), ..reading(Some(1000), 800, None) };
    assert_eq!(spare(points, second), 40);

    let (mut windows, here) = (Windows::default(), place(1));
    windows.block(false, here, at(10));
    assert_eq!((windows.spare(here, at(9), second), windows.spare(here, at(10), second)), (0, u64::MAX));
}
