//! What one call carries along: who calls, where it may go, what must not be shown, and when it has to end.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use connc_expr::tape::Wants;
use connc_plan::{ErrorKind, Plan};
use futures_util::future::{Either, select};
use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use crate::account::Checked;
use crate::auth::Entry;
use crate::budget::Budget;
use crate::counters::Meter;
use crate::download::Fetched;
use crate::lock::locked;
use crate::program::{Programs, Vars};
use crate::runtime::Parts;
use crate::scope::Names;
use crate::standing::Standing;
use crate::{Call, Connector, Error, File, Mode, Runtime};

/// A timestamp without what is finer than a millisecond, which few providers read.
fn in_milliseconds(timestamp: Timestamp) -> String {
    Timestamp::from_millisecond(timestamp.as_millisecond()).unwrap_or(timestamp).to_string()
}

/// One call's surroundings.
#[derive(Debug)]
pub(crate) struct Context {
    runtime: Runtime,
    connector: Connector,
    pub(crate) account: Arc<Checked>,
    standing: Arc<Mutex<Arc<Standing>>>,
    deadline: Option<Timestamp>,
    /// When it began, as text.
    started_at: String,
    pub(crate) meter: Arc<Meter>,
    /// The call's files, by the numbers that stand for them in data.
    pub(crate) files: Vec<File>,
    /// Where the bytes of a file go, in a call that downloads one.
    pub(crate) fetched: Option<Fetched>,
    /// What the account may send, shared with its other calls.
    pub(crate) budget: Arc<Budget>,
    /// Whether the call waits for rate limits.
    pub(crate) managed: bool,
    /// How many requests of the account may be under way.
    pub(crate) concurrency: Option<u32>,
    /// How long it had waited when its page began.
    waited_before: Duration,
    /// The variables that stay the same for the whole call.
    lasting: Vars,
    /// What the map of the call's list reads of each record.
    pub(crate) record: Option<Arc<Wants>>,
}

impl Context {
    pub(crate) fn new(runtime: Runtime, connector: Connector, account: Checked, call: &Call) -> Result<Self, Error> {
        let standing = Standing::first(connector.plan(), &account, &runtime.parts().permits)?;
        let files = call.files.iter().map(|(_, file)| file.clone()).collect();
        let now = runtime.parts().clock.now();
        let deadline = match call.deadline {
            Some(after) => SignedDuration::try_from(after).ok().and_then(|after| now.checked_add(after).ok()),
            None => None,
        };
        let budget = runtime.parts().budgets.of(&connector.plan().connector, &account, now);
        let concurrency = runtime.parts().concurrency.into_iter().chain(connector.plan().concurrency).min();
        let mut lasting = Vars::default();
        lasting.set("account", json!(account.account).to_string());
        lasting.set("auth", json!(account.parameters).to_string());
        lasting.set("constants", json!(connector.plan().constants).to_string());
        Ok(Self {
            runtime,
            connector,
            account: Arc::new(account),
            standing: Arc::new(Mutex::new(Arc::new(standing))),
            deadline,
            started_at: in_milliseconds(now),
            meter: Arc::default(),
            files,
            fetched: None,
            budget,
            managed: matches!(call.mode, Mode::Managed),
            concurrency,
            waited_before: Duration::ZERO,
            lasting,
            record: None,
        })
    }

    /// What outlives this call, for work that other calls wait for, too: it has no deadline, and counts as this call's.
    pub(crate) fn shared(&self) -> Self {
        Self {
            runtime: self.runtime.clone(),
            connector: self.connector.clone(),
            account: Arc::clone(&self.account),
            standing: Arc::new(Mutex::new(self.standing())),
            deadline: None,
            started_at: self.started_at.clone(),
            meter: Arc::clone(&self.meter),
            files: Vec::new(),
            fetched: None,
            budget: Arc::clone(&self.budget),
            managed: self.managed,
            concurrency: self.concurrency,
            waited_before: self.waited_before,
            lasting: self.lasting.clone(),
            record: self.record.clone(),
        }
    }

    /// The same call, for a page that is asked for ahead: what it counts is added when the page is given, and it may wait for itself.
    pub(crate) fn ahead(&self) -> Self {
        Self {
            standing: Arc::clone(&self.standing),
            deadline: self.deadline,
            meter: Arc::default(),
            files: self.files.clone(),
            waited_before: Duration::ZERO,
            ..self.shared()
        }
    }

    /// Where the call stands with its account.
    pub(crate) fn standing(&self) -> Arc<Standing> {
        Arc::clone(&locked(&self.standing))
    }

    /// Goes on with what was stored or got.
    pub(crate) fn settle(&self, entry: &Arc<Entry>) -> Result<(), Error> {
        // Pages that are asked for ahead stand where the call does: none forgets what another learnt.
        let mut standing = locked(&self.standing);
        if !standing.is_of(entry) {
            *standing = Arc::new(standing.with(self.plan(), &self.account, &self.parts().permits, entry)?);
        }
        drop(standing);
        Ok(())
    }

    /// Shows `shown` in the place of something that must not be seen.
    pub(crate) fn hide(&self, shown: &str, secret: &str) {
        let mut standing = locked(&self.standing);
        *standing = Arc::new(standing.hiding(shown, secret));
    }

    pub(crate) fn parts(&self) -> &Parts {
        self.runtime.parts()
    }

    pub(crate) fn connector(&self) -> &Connector {
        &self.connector
    }

    pub(crate) fn plan(&self) -> &Plan {
        self.connector.plan()
    }

    pub(crate) fn programs(&self) -> &Programs {
        self.connector.programs()
    }

    /// The names that every template sees.
    pub(crate) fn names(&self) -> Names<'_> {
        Names::new(&self.account, &self.plan().constants, Arc::clone(&self.standing().kept))
    }

    /// When the call began: RFC 3339, in UTC.
    pub(crate) fn started_at(&self) -> &str {
        &self.started_at
    }

    /// The variables that every expression sees.
    pub(crate) fn vars(&self) -> Vars {
        let mut vars = self.lasting.clone();
        if !self.account.declared.is_empty() {
            vars.set("kept", json!(*self.standing().kept).to_string());
        }
        vars
    }

    /// What is left of the caller's time; none where there is no deadline.
    pub(crate) fn left(&self) -> Option<Duration> {
        let left = self.deadline?.duration_since(self.parts().clock.now());
        Some(Duration::try_from(left).unwrap_or_default())
    }

    /// How long it may still wait for rate limits.
    pub(crate) fn allowance(&self) -> Duration {
        let waited = self.meter.limited(self.parts().clock.now()).saturating_sub(self.waited_before);
        self.left().unwrap_or_else(|| self.parts().limits.rate_limit_wait.saturating_sub(waited))
    }

    /// A page begins, which may wait anew.
    pub(crate) fn begin_page(&mut self) {
        self.waited_before = self.meter.limited(self.parts().clock.now());
    }

    /// Waits for `work` until the deadline.
    pub(crate) async fn in_time<T>(&self, work: impl Future<Output = T> + Send) -> Result<T, Error> {
        let Some(left) = self.left() else { return Ok(work.await) };
        if left.is_zero() {
            return Err(too_late());
        }
        if !self.parts().clock.real() {
            return Ok(work.await);
        }
        match select(Box::pin(work), self.parts().clock.timer(left)).await {
            Either::Left((done, _)) => Ok(done),
            Either::Right(_) => Err(too_late()),
        }
    }
}

/// The caller's time is over.
pub(crate) fn too_late() -> Error {
    Error::new(ErrorKind::Timeout, "the call did not end within its deadline")
}
