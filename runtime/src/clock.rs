//! Time and randomness, given by the embedder so that a replay is exact.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::future::BoxFuture;
use jiff::{SignedDuration, Timestamp};
use ring::rand::SecureRandom;

use crate::{Error, lock::locked};

/// What time it is, and how to wait.
pub trait Clock: Send + Sync {
    /// The time now.
    fn now(&self) -> Timestamp;

    /// Completes after `duration`.
    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()>;

    /// Completes after `duration`, unless what it watches over ends before, and it is dropped: deadlines and limits are watched with it.
    /// A clock that goes forward by what is waited for must not go forward by this.
    fn timer(&self, duration: Duration) -> BoxFuture<'static, ()> {
        self.sleep(duration)
    }

    /// Whether waiting takes real time. A deadline is watched only where it does.
    fn real(&self) -> bool {
        true
    }
}

/// Where randomness comes from: back-off, idempotency keys, and the nonces of cursors.
pub trait Random: Send + Sync {
    /// Fills `bytes`.
    ///
    /// # Errors
    ///
    /// Where the system has no randomness to give.
    fn fill(&self, bytes: &mut [u8]) -> Result<(), Error>;
}

/// The system's clock, waiting on tokio's timer.
#[cfg(feature = "reqwest")]
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

#[cfg(feature = "reqwest")]
impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        Box::pin(tokio::time::sleep(duration))
    }
}

/// The system's secure randomness.
#[derive(Debug)]
pub struct SystemRandom(ring::rand::SystemRandom);

impl Default for SystemRandom {
    fn default() -> Self {
        Self(ring::rand::SystemRandom::new())
    }
}

impl Random for SystemRandom {
    fn fill(&self, bytes: &mut [u8]) -> Result<(), Error> {
        self.0.fill(bytes).map_err(|_| Error::new(connc_plan::ErrorKind::Security, "the system has no secure randomness"))
    }
}

/// A clock that stands still, and goes forward only by what is waited for, at once.
#[derive(Debug)]
pub struct ReplayClock(Mutex<Timestamp>);

impl ReplayClock {
    /// A clock that says `now`, an RFC 3339 timestamp.
    ///
    /// # Errors
    ///
    /// Where `now` is no timestamp.
    pub fn new(now: &str) -> Result<Self, Error> {
        let now = now.parse().map_err(|_| Error::invalid(format!("`{now}` is not a timestamp such as `2026-03-01T12:00:00Z`")))?;
        Ok(Self(Mutex::new(now)))
    }
}

impl Clock for ReplayClock {
    fn now(&self) -> Timestamp {
        *locked(&self.0)
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        let mut now = locked(&self.0);
        if let Ok(later) = SignedDuration::try_from(duration).map_err(|_| ()).and_then(|by| now.checked_add(by).map_err(|_| ())) {
            *now = later;
        }
        Box::pin(std::future::ready(()))
    }

    fn real(&self) -> bool {
        false
    }
}

/// A clock for recordings: it stands still at a whole second, and goes forward only by what is waited for, which takes its real time.
/// A [`ReplayClock`] that begins where it began says the same at each point of the call.
pub struct RecordingClock {
    inner: Arc<dyn Clock>,
    now: Mutex<Timestamp>,
}

impl RecordingClock {
    /// A clock that begins now, and waits on `inner`.
    #[must_use]
    pub fn new(inner: Arc<dyn Clock>) -> Self {
        let now = inner.now();
        let now = Timestamp::from_second(now.as_second()).unwrap_or(now);
        Self { inner, now: Mutex::new(now) }
    }
}

impl Clock for RecordingClock {
    fn now(&self) -> Timestamp {
        *locked(&self.now)
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        let mut now = locked(&self.now);
        *now = SignedDuration::try_from(duration).ok().and_then(|by| now.checked_add(by).ok()).unwrap_or(*now);
        self.inner.sleep(duration)
    }

    fn timer(&self, duration: Duration) -> BoxFuture<'static, ()> {
        self.inner.timer(duration)
    }
}

impl std::fmt::Debug for RecordingClock {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("RecordingClock").field(&self.now).finish()
    }
}

/// The same bytes for the same seed. For replays and tests only: cursors sealed with it are no secret.
#[derive(Debug)]
pub struct ReplayRandom {
    seed: u64,
    used: Mutex<u64>,
}

impl ReplayRandom {
    /// Starts the sequence that belongs to `seed`.
    #[must_use]
    pub const fn new(seed: u64) -> Self {
        Self { seed, used: Mutex::new(0) }
    }
}

impl Random for ReplayRandom {
    fn fill(&self, bytes: &mut [u8]) -> Result<(), Error> {
        let mut used = locked(&self.used);
        for chunk in bytes.chunks_mut(32) {
            let block = ring::digest::digest(&ring::digest::SHA256, format!("{} {}", self.seed, *used).as_bytes());
            *used = used.wrapping_add(1);
            for (to, from) in chunk.iter_mut().zip(block.as_ref()) {
                *to = *from;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::{Arc, Clock, Duration, Random, RecordingClock, ReplayClock, ReplayRandom};

    #[test]
    fn replays_repeat_themselves() {
        let bytes = || {
            let (random, mut bytes) = (ReplayRandom::new(7), [0; 40]);
            random.fill(&mut bytes).unwrap();
            bytes
        };
        assert_eq!(bytes(), bytes());
        assert_ne!(bytes(), [0; 40]);
    }

    #[test]
    fn waiting_moves_a_replay_clock() {
        let clock = ReplayClock::new("2026-03-01T12:00:00Z").unwrap();
        drop(clock.sleep(Duration::from_secs(90)));
        assert_eq!(clock.now().to_string(), "2026-03-01T12:01:30Z");
        assert!(ReplayClock::new("noon").is_err());
    }

    #[test]
    fn watching_a_limit_moves_no_recording() {
        let clock = RecordingClock::new(Arc::new(ReplayClock::new("2026-03-01T12:00:00Z").unwrap()));
        drop(clock.timer(Duration::from_secs(300)));
        assert_eq!(clock.now().to_string(), "2026-03-01T12:00:00Z");
        drop(clock.sleep(Duration::from_secs(90)));
        assert_eq!(clock.now().to_string(), "2026-03-01T12:01:30Z");
    }
}
