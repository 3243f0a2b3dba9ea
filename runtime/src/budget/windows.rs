//! What is known of an account's windows, and when they let the next call through. No waiting happens here.

use std::collections::BTreeMap;
use std::time::Duration;

use connc_plan::{Origin, RateWindow};
use jiff::{SignedDuration, Timestamp};

use crate::rate_limit::{Reading, seconds_for};

/// Of an account no more windows are kept: a provider names its policies itself.
const MOST: usize = 256;

/// Whose window it is: an operation's own, or the account's.
pub(super) type Scope = Option<Origin>;

/// An account's windows, and until when the provider asked not to be called.
#[derive(Debug, Default)]
pub(super) struct Windows {
    known: BTreeMap<(usize, String, Scope), Window>,
    /// Where answers name the window: the one that the last answer to each operation named.
    counted: BTreeMap<(usize, Origin), String>,
    blocked: BTreeMap<Scope, Timestamp>,
}

#[derive(Clone, Debug)]
struct Window {
    limit: Option<u64>,
    /// As of `since`.
    remaining: u64,
    since: Timestamp,
    resets: Option<Timestamp>,
    restore: Option<f64>,
    /// What a call takes, as far as is known.
    cost: u64,
}

impl Windows {
    /// When a call may be sent: none for now.
    pub(super) fn opens(&self, scope: Origin, now: Timestamp) -> Option<Timestamp> {
        let blocked = self.of(scope, &self.blocked).copied();
        let windows = self.known.iter().filter(|(key, _)| counts(&self.counted, key, scope));
        let full = windows.filter_map(|(_, window)| window.opens(now));
        blocked.chain(full).max().filter(|at| *at > now)
    }

    /// How many calls may be sent that need not be, where a list that is read one answer after the other takes `lasts` for each.
    pub(super) fn spare(&self, scope: Origin, now: Timestamp, lasts: Duration) -> u64 {
        if self.of(scope, &self.blocked).any(|until| *until > now) {
            return 0;
        }
        let windows = self.known.iter().filter(|(key, _)| counts(&self.counted, key, scope));
        windows.filter_map(|(_, window)| window.spare(now, lasts)).min().unwrap_or(u64::MAX)
    }

    /// Counts a call that is being sent.
    pub(super) fn take(&mut self, scope: Origin, now: Timestamp) {
        let Self { known, counted, blocked: _ } = self;
        known.retain(|key, window| !counts(counted, key, scope) || window.take(now));
    }

    /// Takes over what an answer says; `others` calls are under way that it may not have counted.
    pub(super) fn learn(&mut self, plan: &[RateWindow], readings: &[Reading], scope: Origin, others: u64, now: Timestamp) {
        for reading in readings {
            let (index, name) = &reading.window;
            let own = plan.get(*index).is_some_and(|window| window.per_operation);
            let key = (*index, name.clone(), own.then_some(scope));
            if plan.get(*index).is_some_and(|window| window.per_header.is_some()) {
                self.counted.insert((*index, scope), name.clone());
            }
            let Some(remaining) = reading.remaining else { continue };
            if self.known.len() >= MOST && !self.known.contains_key(&key) {
                self.known.retain(|_, window| window.matters(now));
                if self.known.len() >= MOST {
                    continue;
                }
            }
            let cost = reading.cost.or_else(|| self.known.get(&key).map(|window| window.cost)).unwrap_or(1).max(1);
            let resets = reading.reset.and_then(|seconds| after(now, seconds));
            let remaining = remaining.saturating_sub(others.saturating_mul(cost));
            self.known.insert(key, Window { limit: reading.limit, remaining, since: now, resets, restore: reading.restore, cost });
        }
    }

    /// Holds back further calls until then.
    pub(super) fn block(&mut self, own: bool, scope: Origin, until: Timestamp) {
        let known = self.blocked.entry(own.then_some(scope)).or_insert(until);
        *known = (*known).max(until);
    }

    /// Whether anything known could still hold a call back. Forgets what could not.
    pub(super) fn matter(&mut self, now: Timestamp) -> bool {
        self.blocked.retain(|_, until| *until > now);
        self.known.retain(|_, window| window.matters(now));
        !(self.blocked.is_empty() && self.known.is_empty())
    }

    #[expect(clippy::unused_self, reason = "it reads like the other look-ups")]
    fn of<'a, T>(&self, scope: Origin, all: &'a BTreeMap<Scope, T>) -> impl Iterator<Item = &'a T> + use<'a, T> {
        all.iter().filter(move |(whose, _)| of(**whose, scope)).map(|(_, value)| value)
    }
}

/// Whether a call counts against a window: its account's or its operation's own, or the one that was named to it.
fn counts(counted: &BTreeMap<(usize, Origin), String>, (index, name, whose): &(usize, String, Scope), scope: Origin) -> bool {
    let is_named = || counted.keys().any(|(known, _)| known == index);
    of(*whose, scope) && counted.get(&(*index, scope)).map_or_else(|| !is_named(), |last| last == name)
}

fn of(whose: Scope, scope: Origin) -> bool {
    whose.is_none_or(|own| own == scope)
}

impl Window {
    fn opens(&self, now: Timestamp) -> Option<Timestamp> {
        let need = self.limit.map_or(self.cost, |limit| self.cost.min(limit));
        if let Some(rate) = self.restore {
            let have = self.restored(rate, now);
            return if have >= need { None } else { after(now, seconds_for(need.saturating_sub(have), rate)?.max(1)) };
        }
        // Without a time to wait for, the provider's own refusal is what tells.
        self.resets.filter(|resets| *resets > now && self.remaining < need)
    }

    /// How many calls it holds that need not be kept; none for what is not known.
    fn spare(&self, now: Timestamp, lasts: Duration) -> Option<u64> {
        if let Some(rate) = self.restore {
            return Some(self.restored(rate, now) / self.cost / 2);
        }
        let calls = self.remaining / self.cost;
        let Some(resets) = self.resets else { return Some(calls / 2) };
        let left = Duration::try_from(resets.duration_since(now)).ok().filter(|left| !left.is_zero())?;
        let used = left.as_millis().checked_div(lasts.as_millis()).and_then(|calls| u64::try_from(calls).ok()).unwrap_or(u64::MAX);
        let half = self.limit.map_or(u64::MAX, |limit| limit / self.cost / 2);
        Some(calls.saturating_sub(used.min(half)))
    }

    /// Counts a call; whether the window is still worth knowing.
    fn take(&mut self, now: Timestamp) -> bool {
        if let Some(rate) = self.restore {
            (self.remaining, self.since) = (self.restored(rate, now), now);
        } else if self.resets.is_some_and(|resets| resets <= now) {
            let Some(limit) = self.limit else { return false };
            (self.remaining, self.since, self.resets) = (limit, now, None);
        }
        self.remaining = self.remaining.saturating_sub(self.cost);
        true
    }

    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "points a window holds are far from 2^53, and neither factor is negative"
    )]
    fn restored(&self, rate: f64, now: Timestamp) -> u64 {
        let seconds = now.duration_since(self.since).as_secs_f64().max(0.0);
        let have = self.remaining as f64 + rate * seconds;
        self.limit.map_or(have as u64, |limit| (have as u64).min(limit))
    }

    fn matters(&self, now: Timestamp) -> bool {
        match self.restore {
            Some(_) => self.opens(now).is_some(),
            None => self.resets.is_some_and(|resets| resets > now),
        }
    }
}

fn after(now: Timestamp, seconds: u64) -> Option<Timestamp> {
    now.checked_add(SignedDuration::from_secs(i64::try_from(seconds).ok()?)).ok()
}

#[cfg(test)]
mod tests;
