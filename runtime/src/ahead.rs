//! Pages that are asked for before they are wanted, so that nobody waits for one after the other.
//!
//! The page that follows is asked for while the one before it is mapped and used; where the plan says that pages can be told beforehand,
//! so are several. The requests run on the executor, because whoever reads a list may do other things between two pages, and a request
//! that nobody drives would hold up those that wait for the account. Pages are given in their order whatever came first, and what was
//! asked for and is not what follows is dropped.

use std::collections::VecDeque;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use connc_plan::{Action, ErrorKind, Operation, Request};
use futures_util::FutureExt as _;
use futures_util::future::{AbortHandle, Either, abortable, select};
use jiff::Timestamp;
use serde_json::Value;
use tracing::Instrument as _;

use crate::call::answered;
use crate::context::Context;
use crate::counters::Meter;
use crate::cursor::State;
use crate::exchange::{Given, Inputs, Received};
use crate::paginate::{self, Pace, Turn};
use crate::program::Vars;
use crate::spawn::{self, Letter};
use crate::steps::confirmed;
use crate::{Error, resolve, sheet};

/// What pages that were asked for ahead hold together, as far as those before them tell.
const BYTES: usize = 4 << 20;

/// After so many guesses that were wrong, pages of a list are not guessed any more.
const WRONG: u32 = 3;

/// All lists of a runtime together hold no more pages than this that were asked for ahead, when a list asks for one after its next.
const IN_ALL: usize = 64;

/// The same when it asks for its next one. Where so many lists are read at once, what one waits the others use.
const NEXT_IN_ALL: usize = 256;

/// So many pages are under way at first; more when the caller waits for one of them all the same.
const FIRST: usize = 2;

/// After so many pages in a row that nobody waited for, fewer will do.
const ENOUGH: u32 = 32;

/// A wait that is shorter is none: where the provider takes a moment only, further pages would cost memory and save no time.
const MOMENT: Duration = Duration::from_millis(2);

/// The answer that a page is in.
type Answered = (Received, Vars);

/// The pages of a list that were asked for and not given yet, in order.
pub(crate) struct Ahead {
    asked: VecDeque<Asked>,
    /// How often the caller asked for a page: who takes one causes one request.
    calls: u32,
    /// How many records the caller still wants; none: all of them.
    left: Option<u64>,
    /// What the pages so far say of those that follow; none before the first one.
    pace: Option<Pace>,
    /// How long the last answer took.
    lasts: Duration,
    /// How many pages may be under way: as many as it takes that the caller waits for none.
    wide: usize,
    /// Pages in a row that were there when they were wanted.
    ready: u32,
    /// Guesses that were wrong.
    wrong: u32,
}

impl Default for Ahead {
    fn default() -> Self {
        let asked = VecDeque::new();
        Self { asked, calls: 0, left: None, pace: None, lasts: Duration::ZERO, wide: FIRST, ready: 0, wrong: 0 }
    }
}

/// A page that was asked for.
struct Asked {
    token: Option<Value>,
    /// Whether the caller waited for it from the beginning.
    wanted: bool,
    answer: Letter<Came>,
    meter: Arc<Meter>,
    abort: AbortHandle,
    _held: Held,
}

/// One of the pages that a runtime holds or waits for ahead.
struct Held(Arc<AtomicUsize>);

impl Held {
    fn new(held: &Arc<AtomicUsize>) -> Self {
        held.fetch_add(1, Ordering::Relaxed);
        Self(Arc::clone(held))
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// What came.
struct Came {
    answer: Result<Answered, Error>,
    lasted: Duration,
    at: Timestamp,
}

impl Drop for Asked {
    fn drop(&mut self) {
        self.abort.abort();
    }
}

impl std::fmt::Debug for Ahead {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Ahead").field("asked", &self.asked.len()).finish_non_exhaustive()
    }
}

/// The list that is read: what asks for its pages.
#[derive(Clone, Copy)]
pub(crate) struct Of<'a> {
    pub(crate) context: &'a Context,
    pub(crate) operation: &'a Arc<Operation>,
    pub(crate) inputs: &'a Inputs,
}

impl Ahead {
    /// The caller asks for a page, and wants so many records more.
    pub(crate) fn call(&mut self, left: Option<u64>) {
        (self.calls, self.left) = (self.calls.saturating_add(1), left);
    }

    /// The page of a state: as it was asked for before, or asked for now.
    pub(crate) async fn page(&mut self, of: Of<'_>, state: &State) -> Result<Answered, Error> {
        bound(of, state)?;
        self.follow(of.context, state);
        let width = self.width(of);
        if width > 1 {
            self.fill(of, state, width, true);
        }
        let Some(wanted) = self.asked.front().map(|asked| asked.wanted) else { return self.asked_now(of, state).await };
        // Until it is there it keeps its place: the future that waits may be dropped.
        let came = self.first(of, state).await;
        if let Some(asked) = self.asked.pop_front() {
            of.context.meter.absorb(&asked.meter);
        }
        // None: the executor has ended, and another one drives the list.
        let Some(Came { answer, lasted, at }) = came else { return self.asked_now(of, state).await };
        self.lasts = lasted;
        if let Err(error) = &answer {
            self.again(of.context);
            let since = of.context.parts().clock.now().duration_since(at);
            if !wanted && is_over(error, Duration::try_from(since).unwrap_or_default()) {
                return self.asked_now(of, state).await;
            }
        }
        answer
    }

    /// What came for the first page that was asked for. Where the caller waits for it, more are asked for meanwhile.
    async fn first(&mut self, of: Of<'_>, state: &State) -> Option<Came> {
        let asked = self.asked.front_mut()?;
        if !asked.wanted {
            let moment = of.context.parts().clock.timer(MOMENT);
            let soon = match select(pin!(asked.answer.read()), moment).await {
                Either::Left((came, _)) => Some(came),
                Either::Right(_) => None,
            };
            if let Some(came) = soon {
                self.rest();
                return came;
            }
            self.widen(of.context.parts().ahead);
            let width = self.width(of);
            self.fill(of, state, width, true);
        }
        self.asked.front_mut()?.answer.read().await
    }

    async fn asked_now(&mut self, of: Of<'_>, state: &State) -> Result<Answered, Error> {
        let Came { answer, lasted, .. } = ask(of, state).await;
        self.lasts = lasted;
        answer
    }

    /// The page of `state` came with so many bytes, and `next` follows it: what can be asked for is, before anything is done with the page.
    /// Whether something was.
    pub(crate) fn came(&mut self, of: Of<'_>, state: &State, next: Option<&State>, bytes: usize) -> bool {
        // What is beyond a bound is an error when the caller asks for it, and no request.
        let Some(next) = next.filter(|next| bound(of, next).is_ok()) else {
            self.clear(of.context);
            return false;
        };
        let records = next.records.saturating_sub(state.records);
        let most = self.pace.map_or(0, |pace| pace.most).max(records);
        self.pace = Some(Pace { last: records, most, bytes });
        // What the page holds is taken for wanted, until it is known.
        let left = self.left.map(|left| left.saturating_sub(records.saturating_sub(state.skip)));
        if left == Some(0) {
            self.clear(of.context);
            return false;
        }
        self.follow(of.context, next);
        let (before, known) = (std::mem::replace(&mut self.left, left), self.asked.len());
        let width = self.width(of);
        self.fill(of, next, width, false);
        self.left = before;
        self.asked.len() > known
    }

    /// Drops what was asked for where the list goes on elsewhere, and begins anew to trust in what is guessed.
    fn follow(&mut self, context: &Context, state: &State) {
        if self.asked.front().is_some_and(|asked| asked.token != state.token) {
            self.again(context);
            self.wrong = self.wrong.saturating_add(1);
        }
    }

    /// Begins anew with one page at a time.
    fn again(&mut self, context: &Context) {
        self.clear(context);
        (self.calls, self.wide, self.ready) = (1, FIRST, 0);
    }

    /// Has more pages under way where the caller waits for the next one.
    fn widen(&mut self, most: usize) {
        (self.wide, self.ready) = (self.wide.saturating_mul(2).min(most.max(FIRST)), 0);
    }

    /// Has fewer pages under way where none was waited for in a while: pages that wait for the caller take memory, and tell the provider of a
    /// hurry that there is not.
    fn rest(&mut self) {
        self.ready = self.ready.saturating_add(1);
        if self.ready > ENOUGH {
            (self.wide, self.ready) = (FIRST.max(self.wide / 2), 0);
        }
    }

    /// Drops what was asked for. The requests that were sent for it count.
    pub(crate) fn clear(&mut self, context: &Context) {
        for asked in self.asked.drain(..) {
            asked.abort.abort();
            context.meter.absorb(&asked.meter);
        }
    }

    /// Another list begins.
    pub(crate) fn ends(&mut self, context: &Context) {
        self.clear(context);
        self.pace = None;
    }

    /// How many pages may be under way or wait to be given.
    fn width(&self, of: Of<'_>) -> usize {
        let Of { context, operation, .. } = of;
        let parts = context.parts();
        // A replay plays what was recorded, one after the other.
        if self.calls < 2 || !operation.reads || !parts.clock.real() {
            return 0;
        }
        let cap = context.concurrency.and_then(|most| usize::try_from(most).ok()).unwrap_or(usize::MAX);
        let width = self.wide.min(parts.ahead).min(cap);
        let Some(Pace { most, bytes, .. }) = self.pace else { return width.min(1) };
        let wanted = self.left.map_or(u64::MAX, |left| left.div_ceil(most.max(1)));
        let fits = BYTES.checked_div(bytes).unwrap_or(usize::MAX).max(1);
        width.min(fits).min(usize::try_from(wanted).unwrap_or(usize::MAX))
    }

    /// Asks for pages from `state` on, until so many were asked for. The first one is known; the others may not be there, so that they take
    /// no more of the account's budget than it can spare.
    fn fill(&mut self, of: Of<'_>, state: &State, width: usize, wanted: bool) {
        let Some((request, spawner)) = request(of.operation).ok().zip(spawn::spawner(of.context.parts())) else { return };
        let now = of.context.parts().clock.now();
        let held = || of.context.parts().held.load(Ordering::Relaxed);
        if self.asked.is_empty() && width > 0 && (wanted || (held() < NEXT_IN_ALL && of.context.budget.is_open(request.origin, now))) {
            self.asked.push_back(asked(of, state.clone(), wanted, &spawner));
        }
        let (Some(paginate), Some(pace)) = (&of.operation.paginate, self.pace) else { return };
        let known = self.asked.len();
        if known == 0 || known >= width || self.wrong >= WRONG {
            return;
        }
        let unanswered = self.asked.iter().filter(|asked| asked.answer.is_open()).count();
        let spare = usize::try_from(of.context.budget.spare(request.origin, now, self.lasts)).unwrap_or(usize::MAX);
        let free = IN_ALL.saturating_sub(held());
        let most = width.saturating_sub(known).min(spare.saturating_sub(unanswered)).min(free);
        let states = std::iter::successors(Some(state.clone()), |state| paginate::beyond(paginate, state, pace));
        self.asked.extend(states.skip(known).take(most).map(|state| asked(of, state, false, &spawner)));
    }
}

/// Whether what the provider asked to wait for a page that nobody waited for is over now: its refusal says nothing any more.
fn is_over(error: &Error, since: Duration) -> bool {
    let told = error.rate_limit.as_ref().and_then(|limit| limit.retry_after.or(limit.reset)).unwrap_or(0);
    error.kind == ErrorKind::RateLimited && Duration::from_secs(told) <= since
}

/// Has a page asked for on the executor.
fn asked(of: Of<'_>, state: State, wanted: bool, spawner: &spawn::Spawner) -> Asked {
    let context = of.context.ahead();
    let (operation, inputs) = (Arc::clone(of.operation), of.inputs.clone());
    let (meter, token) = (Arc::clone(&context.meter), state.token.clone());
    let span = tracing::debug_span!(
        target: "connc", "ahead", connector = %context.plan().connector, operation = %operation.name, page = state.pages
    );
    let (answer, reply) = spawn::letter();
    let work = async move {
        let of = Of { context: &context, operation: &operation, inputs: &inputs };
        let came = ask(of, &state).await;
        reply.send(came);
    };
    let (work, abort) = abortable(work.instrument(span));
    spawner(work.map(drop).boxed());
    Asked { token, wanted, answer, meter, abort, _held: Held::new(&of.context.parts().held) }
}

/// Whether the loop may ask for the page of a state.
fn bound(of: Of<'_>, state: &State) -> Result<(), Error> {
    let Some(paginate) = &of.operation.paginate else { return Ok(()) };
    paginate::bound(paginate, state).map_err(|error| error.placed(of.context.plan(), paginate.origin))
}

fn request(operation: &Operation) -> Result<&Request, Error> {
    match operation.steps.last().map(|step| &step.action) {
        Some(Action::Request(request)) => Ok(request),
        Some(Action::Call(_) | Action::Let(_) | Action::Require(_) | Action::Poll(_) | Action::Give(_)) | None => {
            Err(Error::new(ErrorKind::Provider, "the operation sends no request that gives a list"))
        }
    }
}

/// Sends the request for a page.
async fn ask(of: Of<'_>, state: &State) -> Came {
    let clock = &of.context.parts().clock;
    let begun = clock.now();
    let answer = sent(of, state).await;
    let at = clock.now();
    Came { answer, lasted: Duration::try_from(at.duration_since(begun)).unwrap_or_default(), at }
}

async fn sent(of: Of<'_>, state: &State) -> Result<Answered, Error> {
    let Of { context, operation, inputs } = of;
    let request = request(operation)?;
    let turn = operation.paginate.as_ref().map(|paginate| Turn::new(paginate, state));
    let vars = resolve::vars(context, inputs);
    let wants = sheet::wants(context, operation);
    let received = answered(context, request, Given { turn, wants: wants.as_ref(), ..Given::new(inputs, &vars) }).await;
    // A list only reads, whatever it is asked for with.
    let received = received.map_err(|error| confirmed(error, None))?;
    Ok((received, vars))
}
