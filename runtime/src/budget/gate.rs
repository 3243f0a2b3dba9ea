//! Waiting for leave to send. Every wait here ends when its future is dropped, and whoever stands behind moves up.

use std::future::poll_fn;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use connc_plan::{ErrorKind, Origin};
use futures_util::future::{Either, select};
use jiff::{SignedDuration, Timestamp};

use super::queue::Queue;
use super::windows::Scope;
use super::{Budget, State};
use crate::context::Context;
use crate::lock::locked;
use crate::rate_limit::Readings;
use crate::{Error, RateLimit, retry};

/// Calls that waited leave no further apart than this, and at random.
const APART: Duration = Duration::from_millis(100);

/// Leave to send one request, until it is dropped.
#[derive(Debug)]
pub(crate) struct Pass {
    budget: Arc<Budget>,
    scope: Origin,
}

impl Pass {
    /// Takes over what the answer says, for all calls of the account.
    pub(crate) fn learn(self, context: &Context, readings: &Readings) {
        let now = context.parts().clock.now();
        let mut state = locked(&self.budget.state);
        let others = state.under_way.saturating_sub(1);
        state.windows.learn(&context.plan().rate_limit, &readings.windows, self.scope, others, now);
        state.lines.values_mut().for_each(|line| line.queue.wake());
    }
}

impl Drop for Pass {
    fn drop(&mut self) {
        let mut state = locked(&self.budget.state);
        state.under_way = state.under_way.saturating_sub(1);
        state.slots.wake();
    }
}

/// Waits for leave to send a request of the operation's step at `scope`. `refusal` is what the provider said to the last attempt.
pub(crate) async fn admit(context: &Context, scope: Origin, arrival: u64, refusal: Option<Error>) -> Result<Pass, Error> {
    let budget = &context.budget;
    loop {
        if context.managed {
            opened(context, scope, arrival, refusal.as_ref()).await?;
        }
        let pass = slot(context, scope, arrival, refusal.as_ref()).await?;
        let now = context.parts().clock.now();
        let mut state = locked(&budget.state);
        // While it waited for others to end, they may have used the window up.
        if context.managed && state.windows.opens(scope, now).is_some() {
            drop(state);
            continue;
        }
        state.windows.take(scope, now);
        drop(state);
        return Ok(pass);
    }
}

/// Holds the account's calls back after the provider refused one as too many, for the `times`th time in a row.
pub(crate) fn refused(context: &Context, scope: Origin, error: &Error, times: u32) {
    let limit = error.rate_limit.as_ref();
    // A reset is not waited for while calls are left: the refusal is of another limit then.
    let reset = limit.filter(|limit| limit.remaining.is_none_or(|left| left == 0)).and_then(|limit| limit.reset);
    let asked = Duration::from_secs(limit.and_then(|limit| limit.retry_after).or(reset).unwrap_or(0));
    let pause = asked.max(retry::after_refusal(times));
    let until = later(context.parts().clock.now(), pause);
    // Of several windows that answers name, one that is used up says nothing of the others; a refusal for another reason is everybody's.
    let used_up = limit.is_some_and(|limit| limit.remaining == Some(0));
    let own = context.plan().rate_limit.iter().any(|window| window.per_operation || (window.per_header.is_some() && used_up));
    locked(&context.budget.state).windows.block(own, scope, until);
}

fn has_own_windows(context: &Context) -> bool {
    context.plan().rate_limit.iter().any(|window| window.per_operation || window.per_header.is_some())
}

/// A place in a line, given up when dropped.
struct Place<'a> {
    budget: &'a Budget,
    line: Option<Scope>,
    arrival: u64,
}

impl<'a> Place<'a> {
    /// In the line for a window.
    fn in_line(budget: &'a Budget, state: &mut State, line: Scope, arrival: u64) -> Self {
        state.lines.entry(line).or_default().queue.join(arrival);
        Self { budget, line: Some(line), arrival }
    }

    /// In the line for a slot.
    fn for_slot(budget: &'a Budget, state: &mut State, arrival: u64) -> Self {
        state.slots.join(arrival);
        Self { budget, line: None, arrival }
    }

    fn with<T>(&self, work: impl FnOnce(&mut Queue) -> T) -> Option<T> {
        let mut state = locked(&self.budget.state);
        match self.line {
            Some(line) => state.lines.get_mut(&line).map(|line| work(&mut line.queue)),
            None => Some(work(&mut state.slots)),
        }
    }

    async fn first(&self) {
        poll_fn(|task| self.with(|queue| queue.poll_first(self.arrival, task)).unwrap_or(Poll::Ready(()))).await;
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.with(|queue| queue.leave(self.arrival));
        let mut state = locked(&self.budget.state);
        state.lines.retain(|_, line| !line.queue.is_empty());
    }
}

/// Waits until the windows let a call through and no earlier call waits.
async fn opened(context: &Context, scope: Origin, arrival: u64, refusal: Option<&Error>) -> Result<(), Error> {
    let (budget, clock) = (&context.budget, &context.parts().clock);
    let line: Scope = has_own_windows(context).then_some(scope);
    let begun = clock.now();
    let place = {
        let mut state = locked(&budget.state);
        let opens = state.windows.opens(scope, begun);
        if opens.is_none() && !state.lines.contains_key(&line) {
            return Ok(());
        }
        // A wait that goes past the deadline is not begun.
        in_reach(context, opens.map(|at| until(begun, at)), refusal)?;
        Place::in_line(budget, &mut state, line, arrival)
    };
    let _waited = Waited::for_limit(context, begun);
    tracing::debug!(target: "connc", "waits for the rate limit");
    in_allowance(context, place.first(), refusal).await?;
    loop {
        let now = clock.now();
        let (opens, next) = {
            let state = locked(&budget.state);
            (state.windows.opens(scope, now), state.lines.get(&line).and_then(|line| line.next).filter(|next| *next > now))
        };
        let wait = match (opens, next) {
            (None, None) => break,
            (Some(at), _) => {
                let wait = until(now, at);
                in_reach(context, Some(wait), refusal)?;
                let late = retry::jitter(wait, context.parts().random.as_ref())?;
                wait.saturating_add(late).min(context.allowance())
            }
            (None, Some(next)) => until(now, next),
        };
        in_reach(context, Some(wait), refusal)?;
        // An answer to another call may bring better news than the wait.
        let news = poll_fn(|task| {
            let mut state = locked(&budget.state);
            let open = opens.is_some() && state.windows.opens(scope, clock.now()).is_none();
            if let Some(line) = state.lines.get_mut(&line) {
                line.queue.note(arrival, task);
            }
            if open { Poll::Ready(()) } else { Poll::Pending }
        });
        match select(news, clock.sleep(wait)).await {
            Either::Left(_) | Either::Right(_) => {}
        }
    }
    let apart = retry::part_of(APART, context.parts().random.as_ref())?;
    let mut state = locked(&budget.state);
    if let Some(line) = state.lines.get_mut(&line) {
        line.next = Some(later(clock.now(), apart));
    }
    drop(state);
    Ok(())
}

/// Waits until fewer requests are under way than the cap allows.
async fn slot(context: &Context, scope: Origin, arrival: u64, refusal: Option<&Error>) -> Result<Pass, Error> {
    let budget = &context.budget;
    let most = u64::from(context.concurrency.unwrap_or(u32::MAX));
    let pass = |state: &mut State| {
        state.under_way = state.under_way.saturating_add(1);
        Pass { budget: Arc::clone(budget), scope }
    };
    let place = {
        let mut state = locked(&budget.state);
        if state.under_way < most && state.slots.is_empty() {
            return Ok(pass(&mut state));
        }
        Place::for_slot(budget, &mut state, arrival)
    };
    let _waited = Waited { context, begun: context.parts().clock.now(), limit: false };
    tracing::debug!(target: "connc", "waits for other requests of the account to end");
    let turn = poll_fn(|task| {
        let mut state = locked(&budget.state);
        if state.slots.poll_first(arrival, task).is_pending() {
            return Poll::Pending;
        }
        if state.under_way < most {
            return Poll::Ready(pass(&mut state));
        }
        state.slots.note(arrival, task);
        Poll::Pending
    });
    // Only the deadline bounds it: each of those that are under way comes to an end, and no limit of the provider's is waited for.
    let pass = match context.left() {
        Some(_) => in_allowance(context, turn, refusal).await?,
        None => turn.await,
    };
    drop(place);
    Ok(pass)
}

/// Waits no longer than the call may.
async fn in_allowance<T>(context: &Context, work: impl Future<Output = T> + Send, refusal: Option<&Error>) -> Result<T, Error> {
    let clock = &context.parts().clock;
    if !clock.real() {
        return Ok(work.await);
    }
    match select(Box::pin(work), clock.timer(context.allowance())).await {
        Either::Left((done, _)) => Ok(done),
        Either::Right(_) => Err(past_deadline(None, refusal)),
    }
}

fn in_reach(context: &Context, wait: Option<Duration>, refusal: Option<&Error>) -> Result<(), Error> {
    match wait {
        Some(wait) if wait > context.allowance() => Err(past_deadline(Some(wait), refusal)),
        Some(_) | None => Ok(()),
    }
}

/// The provider's own words where there are some, with how long it would take.
fn past_deadline(wait: Option<Duration>, refusal: Option<&Error>) -> Error {
    let mut error = refusal.cloned().unwrap_or_else(|| {
        let mut error = Error::new(ErrorKind::RateLimited, "the account's rate limit is used up, and waiting for it would take too long");
        error.retryable = true;
        error
    });
    if let Some(wait) = wait {
        let seconds = wait.as_secs().saturating_add(u64::from(wait.subsec_nanos() > 0));
        error.rate_limit.get_or_insert_with(RateLimit::default).retry_after = Some(seconds);
    }
    error
}

/// Counts a wait when it ends, however it ends.
struct Waited<'a> {
    context: &'a Context,
    begun: Timestamp,
    /// Whether it is for a rate limit, so that it counts against what a call waits for those.
    limit: bool,
}

impl<'a> Waited<'a> {
    fn for_limit(context: &'a Context, begun: Timestamp) -> Self {
        context.meter.limit_begins(begun);
        Self { context, begun, limit: true }
    }
}

impl Drop for Waited<'_> {
    fn drop(&mut self) {
        let now = self.context.parts().clock.now();
        if self.limit {
            self.context.meter.limit_ends(now);
        }
        let waited = until(self.begun, now);
        self.context.meter.waited(waited);
        tracing::debug!(target: "connc", waited_ms = u64::try_from(waited.as_millis()).unwrap_or(u64::MAX), "waited");
    }
}

fn until(now: Timestamp, then: Timestamp) -> Duration {
    Duration::try_from(then.duration_since(now)).unwrap_or_default()
}

fn later(now: Timestamp, by: Duration) -> Timestamp {
    SignedDuration::try_from(by).ok().and_then(|by| now.checked_add(by).ok()).unwrap_or(Timestamp::MAX)
}
