//! Time that stands still until everything waits, and then goes to the end of the shortest wait: tokio's paused clock.

use std::time::Duration;

use connc_runtime::Clock;
use futures_util::future::BoxFuture;
use jiff::{SignedDuration, Timestamp};

/// A clock for tests that begin with `#[tokio::test(start_paused = true)]`. It begins at noon.
pub struct VirtualClock(tokio::time::Instant);

impl Default for VirtualClock {
    fn default() -> Self {
        Self(tokio::time::Instant::now())
    }
}

impl VirtualClock {
    /// Milliseconds since the test began.
    pub fn elapsed(&self) -> u64 {
        u64::try_from(self.0.elapsed().as_millis()).unwrap()
    }
}

impl Clock for VirtualClock {
    fn now(&self) -> Timestamp {
        let noon: Timestamp = "2026-03-01T12:00:00Z".parse().unwrap();
        noon + SignedDuration::try_from(self.0.elapsed()).unwrap()
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        Box::pin(tokio::time::sleep(duration))
    }
}
