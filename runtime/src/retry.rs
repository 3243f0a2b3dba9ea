//! When a request is sent again, and after how long.

use std::time::Duration;

use crate::Error;
use crate::clock::Random;
use crate::transport::TransportFailure;

const FIRST: Duration = Duration::from_millis(250);
const LONGEST: Duration = Duration::from_secs(5);
const LONGEST_REFUSAL: Duration = Duration::from_secs(60);

/// Whether a failed transport may be tried again.
pub(crate) fn after_failure(failure: TransportFailure, idempotent: bool) -> bool {
    match failure {
        TransportFailure::NotSent => true,
        TransportFailure::MaybeSent | TransportFailure::Timeout => idempotent,
        TransportFailure::TooLarge | TransportFailure::Refused | TransportFailure::Other => false,
    }
}

/// Whether an answer may be asked for again. A 429 never is here: it goes to the caller, or waits for the account's budget; nor is an answer
/// that asks for a wait that the call does not want.
pub(crate) fn after_status(status: u16, idempotent: bool, asks_to_wait: bool) -> bool {
    idempotent && !asks_to_wait && matches!(status, 502..=504)
}

/// How long a call waits at least after it was refused as one too many, for the `times`th time in a row: some providers ask for no time at all.
pub(crate) fn after_refusal(times: u32) -> Duration {
    FIRST.saturating_mul(1_u32.checked_shl(times.saturating_sub(1)).unwrap_or(u32::MAX)).min(LONGEST_REFUSAL)
}

/// What is waited beyond the time that a provider asks for, so that many callers do not come back at once.
pub(crate) fn jitter(asked: Duration, random: &dyn Random) -> Result<Duration, Error> {
    part_of((asked / 10).clamp(FIRST, LONGEST), random)
}

/// Any time up to `bound`.
pub(crate) fn part_of(bound: Duration, random: &dyn Random) -> Result<Duration, Error> {
    let mut bytes = [0; 4];
    random.fill(&mut bytes)?;
    Ok(bound.mul_f64(f64::from(u32::from_be_bytes(bytes)) / f64::from(u32::MAX)))
}

/// Full jitter: any time up to a bound that doubles with each attempt, so that many callers do not come back at once.
pub(crate) fn back_off(attempt: u32, random: &dyn Random) -> Result<Duration, Error> {
    let bound = FIRST.saturating_mul(1_u32.checked_shl(attempt.saturating_sub(1)).unwrap_or(u32::MAX)).min(LONGEST);
    part_of(bound, random)
}

#[cfg(test)]
mod tests {
    use super::{LONGEST, TransportFailure, after_failure, after_status, back_off};
    use crate::ReplayRandom;

    #[test]
    fn only_what_is_safe() {
        assert!(after_failure(TransportFailure::NotSent, false));
        assert!(!after_failure(TransportFailure::MaybeSent, false));
        assert!(!after_failure(TransportFailure::Timeout, false));
        assert!(after_failure(TransportFailure::Timeout, true));
        assert!(after_status(503, true, false));
        for (status, idempotent, waits) in [(503, true, true), (503, false, false), (429, true, false), (500, true, false)] {
            assert!(!after_status(status, idempotent, waits), "{status}");
        }
    }

    #[test]
    fn waits_are_bounded() {
        let random = ReplayRandom::new(1);
        for attempt in 1..40 {
            assert!(back_off(attempt, &random).unwrap() <= LONGEST);
        }
    }
}
