//! What a call did, in numbers: for dashboards, and for knowing which fields a provider leaves empty.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::time::Duration;

use jiff::Timestamp;

use crate::lock::locked;

/// The numbers of one page or one call.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Counters {
    /// Requests sent, those for tokens and repeated ones included.
    pub requests: u64,
    /// Requests that were repeated ones.
    pub retries: u64,
    /// How often the request that was tried most often was sent.
    pub attempts: u32,
    /// How often it waited for the account's rate limit, or for other requests of the account to end.
    pub waits: u64,
    /// How long it waited for that and between attempts.
    pub waited: Duration,
    /// Bytes of answers' bodies, after decompression.
    pub bytes: u64,
    /// Records given.
    pub records: u64,
    /// In how many of them each mapped field had no value.
    pub absent: BTreeMap<String, u64>,
}

/// Counts while a call runs.
#[derive(Debug, Default)]
pub(crate) struct Meter {
    requests: AtomicU64,
    retries: AtomicU64,
    attempts: AtomicU32,
    waits: AtomicU64,
    limited: Mutex<Limited>,
    waited: AtomicU64,
    bytes: AtomicU64,
}

/// Time in which at least one of the call's requests waited for a rate limit: those that wait at the same time wait once.
#[derive(Debug, Default)]
struct Limited {
    /// Waits that are over.
    past: Duration,
    /// Requests that wait now.
    waiting: u32,
    /// Since when one of them does.
    since: Timestamp,
}

impl Limited {
    fn until(&self, now: Timestamp) -> Duration {
        let running =
            if self.waiting == 0 { Duration::ZERO } else { Duration::try_from(now.duration_since(self.since)).unwrap_or_default() };
        self.past.saturating_add(running)
    }
}

impl Meter {
    pub(crate) fn request(&self) {
        self.requests.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn retry(&self, after: Duration) {
        self.retries.fetch_add(1, Ordering::Relaxed);
        self.slept(after);
    }

    /// A request was answered, or given up, after so many attempts.
    pub(crate) fn attempts(&self, attempts: u32) {
        self.attempts.fetch_max(attempts, Ordering::Relaxed);
    }

    /// It waited for the account's budget.
    pub(crate) fn waited(&self, time: Duration) {
        self.waits.fetch_add(1, Ordering::Relaxed);
        self.slept(time);
    }

    /// A request begins to wait for a rate limit.
    pub(crate) fn limit_begins(&self, now: Timestamp) {
        let mut limited = locked(&self.limited);
        if limited.waiting == 0 {
            limited.since = now;
        }
        limited.waiting = limited.waiting.saturating_add(1);
    }

    /// A request waits for a rate limit no more.
    pub(crate) fn limit_ends(&self, now: Timestamp) {
        let mut limited = locked(&self.limited);
        if limited.waiting == 1 {
            limited.past = limited.until(now);
        }
        limited.waiting = limited.waiting.saturating_sub(1);
    }

    fn slept(&self, time: Duration) {
        self.waited.fetch_add(u64::try_from(time.as_millis()).unwrap_or(u64::MAX), Ordering::Relaxed);
    }

    /// How long it waited for rate limits, waits that go on included.
    pub(crate) fn limited(&self, now: Timestamp) -> Duration {
        locked(&self.limited).until(now)
    }

    pub(crate) fn received(&self, bytes: usize) {
        self.bytes.fetch_add(u64::try_from(bytes).unwrap_or(u64::MAX), Ordering::Relaxed);
    }

    /// Adds what was counted apart, for a page that was asked for ahead.
    pub(crate) fn absorb(&self, other: &Self) {
        let Counters { requests, retries, attempts, waits, waited, bytes, records: _, absent: _ } = other.read();
        self.requests.fetch_add(requests, Ordering::Relaxed);
        self.retries.fetch_add(retries, Ordering::Relaxed);
        self.attempts(attempts);
        self.waits.fetch_add(waits, Ordering::Relaxed);
        self.slept(waited);
        self.bytes.fetch_add(bytes, Ordering::Relaxed);
    }

    /// The numbers so far, without what only maps know.
    pub(crate) fn read(&self) -> Counters {
        Counters {
            requests: self.requests.load(Ordering::Relaxed),
            retries: self.retries.load(Ordering::Relaxed),
            attempts: self.attempts.load(Ordering::Relaxed),
            waits: self.waits.load(Ordering::Relaxed),
            waited: Duration::from_millis(self.waited.load(Ordering::Relaxed)),
            bytes: self.bytes.load(Ordering::Relaxed),
            ..Counters::default()
        }
    }
}

impl Counters {
    /// What came since an earlier reading.
    pub(crate) fn since(self, before: &Self) -> Self {
        Self {
            requests: self.requests.saturating_sub(before.requests),
            retries: self.retries.saturating_sub(before.retries),
            waits: self.waits.saturating_sub(before.waits),
            waited: self.waited.saturating_sub(before.waited),
            bytes: self.bytes.saturating_sub(before.bytes),
            ..self
        }
    }

    /// Tells whoever subscribes to `tracing`.
    pub(crate) fn tell(&self, what: &'static str) {
        let Self { requests, retries, attempts, waits, waited, bytes, records, absent: _ } = self;
        let waited = u64::try_from(waited.as_millis()).unwrap_or(u64::MAX);
        tracing::debug!(target: "connc", requests, retries, attempts, waits, waited_ms = waited, bytes, records, "{what}");
    }
}
