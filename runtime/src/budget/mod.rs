//! What an account may still send, shared by all of its calls: windows learnt from answers, and how many requests are under way at once.
//!
//! A managed call waits until the windows let it through, in the order of arrival; a passthrough call is counted, but never held back by
//! them. The cap on requests at once holds for both.

mod gate;
mod queue;
mod windows;

use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use connc_plan::Origin;
use jiff::Timestamp;

pub(crate) use gate::{admit, refused};

use crate::account::Checked;
use crate::hash;
use crate::lock::locked;
use queue::Queue;
use windows::{Scope, Windows};

/// Beyond so many accounts, those with nothing to remember are dropped.
const MANY: usize = 1024;

/// Beyond so many, every account that no call uses is: forgetting costs at most a 429.
const TOO_MANY: usize = 16 * 1024;

/// The budgets of a runtime, by connector and account.
#[derive(Debug, Default)]
pub(crate) struct Budgets(Mutex<HashMap<[u8; 32], Arc<Budget>>>);

impl Budgets {
    /// The budget of an account.
    pub(crate) fn of(&self, connector: &str, account: &Checked, now: Timestamp) -> Arc<Budget> {
        let mut budgets = locked(&self.0);
        let key = key(connector, account);
        if budgets.len() >= MANY && !budgets.contains_key(&key) {
            budgets.retain(|_, budget| Arc::strong_count(budget) > 1 || locked(&budget.state).windows.matter(now));
            if budgets.len() >= TOO_MANY {
                budgets.retain(|_, budget| Arc::strong_count(budget) > 1);
            }
        }
        Arc::clone(budgets.entry(key).or_default())
    }
}

/// Accounts without an id are told apart by their secrets too, because customers of a connector without parameters differ in nothing else.
fn key(connector: &str, account: &Checked) -> [u8; 32] {
    let mut text = serde_json::json!([connector, account.identity(), account.id]).to_string();
    for (name, secret) in account.all_secrets().filter(|_| account.id.is_none()) {
        for part in ["\0", &name, "\0", secret.expose()] {
            text.push_str(part);
        }
    }
    let key = hash::sha256(text.as_bytes());
    zeroize::Zeroize::zeroize(&mut text);
    key
}

/// One account's budget.
#[derive(Debug, Default)]
pub(crate) struct Budget {
    state: Mutex<State>,
    arrivals: AtomicU64,
}

#[derive(Debug, Default)]
struct State {
    windows: Windows,
    /// Requests being sent.
    under_way: u64,
    /// Managed calls that wait for a window: one line for the account, or one for each operation where those have windows of their own.
    lines: BTreeMap<Scope, Line>,
    /// Calls that wait for one of the requests under way to end.
    slots: Queue,
}

impl State {
    fn waits_for_none(&self) -> bool {
        self.slots.is_empty() && self.lines.is_empty()
    }
}

#[derive(Debug, Default)]
struct Line {
    queue: Queue,
    /// After a wait, calls leave one after another, so that they do not all come at the reset.
    next: Option<Timestamp>,
}

impl Budget {
    /// A number for a call, by which it keeps its place however often it comes back.
    pub(crate) fn arrive(&self) -> u64 {
        self.arrivals.fetch_add(1, Ordering::Relaxed)
    }

    /// Whether a call would be sent at once, as far as is known.
    pub(crate) fn is_open(&self, scope: Origin, now: Timestamp) -> bool {
        let state = locked(&self.state);
        state.waits_for_none() && state.windows.opens(scope, now).is_none()
    }

    /// How many calls it can spare that may turn out not to be wanted: what a list that is read page by page, one answer in `lasts`, leaves of
    /// the windows until they reset, or half of them where that is more. None while others wait.
    pub(crate) fn spare(&self, scope: Origin, now: Timestamp, lasts: Duration) -> u64 {
        let state = locked(&self.state);
        if state.waits_for_none() { state.windows.spare(scope, now, lasts) } else { 0 }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::{Budgets, Checked, MANY};
    use crate::Secret;

    fn checked(secret: &str) -> Checked {
        let method = serde_json::json!({ "name": "token", "scheme": "bearer", "secrets": [], "trust_account_host": false, "apply": [], "origin": [0, 1, 1] });
        Checked {
            method: serde_json::from_value(method).unwrap(),
            account: [].into(),
            parameters: [].into(),
            secrets: [("token".to_owned(), Secret::new(secret.to_owned()))].into(),
            app: [].into(),
            app_secrets: [].into(),
            kept: Arc::default(),
            tokens: [].into(),
            id: None,
            declared: Vec::new(),
        }
    }

    #[test]
    fn accounts_that_nobody_uses_are_forgotten() {
        let (budgets, now) = (Budgets::default(), jiff::Timestamp::UNIX_EPOCH);
        let kept = budgets.of("demo", &checked("kept"), now);
        for number in 0..5 * MANY {
            budgets.of("demo", &checked(&number.to_string()), now);
        }
        assert!(super::locked(&budgets.0).len() <= MANY);
        assert!(Arc::ptr_eq(&kept, &budgets.of("demo", &checked("kept"), now)));
        assert!(!Arc::ptr_eq(&kept, &budgets.of("other", &checked("kept"), now)));
    }
}
