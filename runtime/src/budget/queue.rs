//! Who waits, in the order of arrival. Dropping a place gives it up.

use std::collections::BTreeMap;
use std::task::{Context, Poll, Waker};

/// Waiters by the number under which they arrived.
#[derive(Debug, Default)]
pub(super) struct Queue(BTreeMap<u64, Option<Waker>>);

impl Queue {
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Takes the place that belongs to the number: one that arrived earlier stands before others, even if it comes back later.
    pub(super) fn join(&mut self, arrival: u64) {
        self.0.insert(arrival, None);
    }

    /// Leaves; whoever is first now is woken.
    pub(super) fn leave(&mut self, arrival: u64) {
        self.0.remove(&arrival);
        self.wake();
    }

    /// Wakes the first, because something it waits for has changed.
    pub(super) fn wake(&mut self) {
        if let Some(waker) = self.0.first_entry().and_then(|mut first| first.get_mut().take()) {
            waker.wake();
        }
    }

    /// Ready when the place is the first.
    pub(super) fn poll_first(&mut self, arrival: u64, task: &Context<'_>) -> Poll<()> {
        if self.0.first_key_value().is_none_or(|(first, _)| *first >= arrival) {
            return Poll::Ready(());
        }
        self.note(arrival, task);
        Poll::Pending
    }

    /// Remembers whom to wake.
    pub(super) fn note(&mut self, arrival: u64, task: &Context<'_>) {
        if let Some(place) = self.0.get_mut(&arrival) {
            *place = Some(task.waker().clone());
        }
    }
}
