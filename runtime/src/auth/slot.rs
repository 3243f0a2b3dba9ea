//! One renewal at a time: everybody who needs it waits for the same one, and it ends even when nobody waits any more.

use std::collections::HashMap;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context as Poller, Poll};

use futures_util::future::{BoxFuture, FusedFuture as _, FutureExt as _, Shared, join_all};

use jiff::{SignedDuration, Timestamp};

use super::Entry;
use crate::Error;
use crate::lock::locked;

/// Beyond so many accounts, those that nobody uses are forgotten: the store knows them.
const MANY: usize = 1024;

/// What a renewal gives to all who wait for it.
pub(super) type Renewed = Result<Arc<Entry>, Error>;

/// The accounts of a runtime.
#[derive(Debug, Default)]
pub(crate) struct Tokens(Mutex<HashMap<String, Arc<Slot>>>);

impl Tokens {
    pub(super) fn slot(&self, key: String) -> Arc<Slot> {
        let mut slots = locked(&self.0);
        if slots.len() >= MANY {
            slots.retain(|_, slot| Arc::strong_count(slot) > 1 || !slot.idle());
        }
        Arc::clone(slots.entry(key).or_default())
    }

    /// Waits until no renewal is under way.
    pub(crate) async fn settled(&self) {
        loop {
            let running: Vec<Wait> = locked(&self.0).values().filter_map(|slot| slot.running()).collect();
            if running.is_empty() {
                return;
            }
            join_all(running).await;
        }
    }
}

/// One account.
#[derive(Default)]
pub(super) struct Slot(Mutex<State>);

#[derive(Default)]
struct State {
    known: Option<Arc<Entry>>,
    /// When it was last asked for at the store.
    read: Option<Timestamp>,
    /// What was got and could not be stored. It is not used before it is.
    unstored: Option<Arc<Entry>>,
    running: Option<Shared<BoxFuture<'static, Renewed>>>,
    /// How often what was known was forgotten: a renewal that began before must not bring it back.
    forgotten: u64,
}

impl Slot {
    fn idle(&self) -> bool {
        let state = locked(&self.0);
        state.running.is_none() && state.unstored.is_none()
    }

    /// What is known, if `good` says that it will do, and it was read no longer ago than `longest`; otherwise the renewal that is under way, or the one that `begin` makes.
    pub(super) fn known_or_renewed(
        self: &Arc<Self>,
        now: Timestamp,
        longest: Option<SignedDuration>,
        good: impl Fn(&Entry) -> bool,
        begin: impl FnOnce() -> BoxFuture<'static, Renewed>,
    ) -> Result<Arc<Entry>, Wait> {
        let mut state = locked(&self.0);
        let aged = longest.zip(state.read).is_some_and(|(longest, read)| now.duration_since(read) >= longest);
        if let Some(known) = state.known.as_ref().filter(|known| !aged && good(known)) {
            return Ok(Arc::clone(known));
        }
        let running = state.running.clone();
        Err(running.map_or_else(
            || {
                state.read = Some(now);
                self.start(&mut state, begin())
            },
            Wait,
        ))
    }

    /// Does work that spends what can be spent once, after whatever is under way. It is brought to its end as a renewal is.
    pub(super) async fn after_others(self: &Arc<Self>, work: BoxFuture<'static, Renewed>) -> Renewed {
        loop {
            let running = {
                let mut state = locked(&self.0);
                match state.running.clone() {
                    Some(running) => Wait(running),
                    None => break self.start(&mut state, work),
                }
            };
            drop(running.await);
        }
        .await
    }

    fn start(self: &Arc<Self>, state: &mut State, work: BoxFuture<'static, Renewed>) -> Wait {
        let (slot, forgotten) = (Arc::clone(self), state.forgotten);
        let work = async move {
            let renewed = work.await;
            let mut state = locked(&slot.0);
            state.running = None;
            if state.forgotten == forgotten {
                state.known = renewed.as_ref().ok().map(Arc::clone);
            }
            renewed
        };
        let running = work.boxed().shared();
        state.running = Some(running.clone());
        Wait(running)
    }

    /// The renewal that is under way, if there is one: it holds the account's lease, and perhaps nobody else waits for it.
    pub(super) fn running(&self) -> Option<Wait> {
        locked(&self.0).running.clone().map(Wait)
    }

    pub(super) fn unstored(&self) -> Option<Arc<Entry>> {
        locked(&self.0).unstored.clone()
    }

    pub(super) fn set_unstored(&self, entry: Option<Arc<Entry>>) {
        locked(&self.0).unstored = entry;
    }

    /// Forgets what was known: the store knows better.
    pub(super) fn forget(&self) {
        let mut state = locked(&self.0);
        state.known = None;
        state.unstored = None;
        state.forgotten += 1;
    }
}

impl std::fmt::Debug for Slot {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Slot(..)")
    }
}

/// Waiting for a renewal. A provider may have taken the old token already when the caller gives up, so the renewal is brought to its end
/// by the executor where there is tokio's, and by the account's next call elsewhere.
pub(super) struct Wait(Shared<BoxFuture<'static, Renewed>>);

impl Future for Wait {
    type Output = Renewed;

    fn poll(mut self: Pin<&mut Self>, poller: &mut Poller<'_>) -> Poll<Renewed> {
        self.0.poll_unpin(poller)
    }
}

impl Drop for Wait {
    fn drop(&mut self) {
        if !self.0.is_terminated() && self.0.peek().is_none() {
            detach(self.0.clone());
        }
    }
}

#[cfg(feature = "reqwest")]
fn detach(work: Shared<BoxFuture<'static, Renewed>>) {
    if let Ok(executor) = tokio::runtime::Handle::try_current() {
        drop(executor.spawn(work));
    }
}

#[cfg(not(feature = "reqwest"))]
fn detach(_: Shared<BoxFuture<'static, Renewed>>) {}
