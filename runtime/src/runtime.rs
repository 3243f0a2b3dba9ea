//! What the embedder gives, and the ways to call.

use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::time::Duration;

use futures_util::future::{BoxFuture, select};
use jiff::Timestamp;

use crate::account;
use crate::auth::Tokens;
use crate::budget::Budgets;
use crate::clock::{Clock, Random, RecordingClock, ReplayRandom, SystemRandom};
use crate::context::Context;
use crate::guard::{Origin, Permits};
use crate::prepare::PreparedRequest;
use crate::spawn::Spawner;
use crate::transport::{Recorder, Transport};
use crate::{Account, Answer, Call, Connector, Download, Error, Limits, MemoryStore, Pages, Store, call, download, prepare};

/// How long a renewal is waited for at the end.
const SETTLING: Duration = Duration::from_secs(90);

/// How many pages of a list are asked for ahead, unless the embedder says otherwise.
const AHEAD: usize = 8;

/// Runs calls. Cheap to clone and to share: clones use the same transport and the same cached tokens.
#[derive(Clone)]
pub struct Runtime(Arc<Parts>);

pub(crate) struct Parts {
    pub(crate) transport: Arc<dyn Transport>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) random: Arc<dyn Random>,
    pub(crate) cursor_key: [u8; 32],
    pub(crate) limits: Limits,
    pub(crate) permits: Permits,
    pub(crate) store: Arc<dyn Store>,
    pub(crate) tokens: Tokens,
    pub(crate) budgets: Budgets,
    pub(crate) concurrency: Option<u32>,
    pub(crate) ahead: usize,
    pub(crate) spawner: Option<Spawner>,
    /// Pages that were asked for ahead and not given yet, of all lists.
    pub(crate) held: Arc<AtomicUsize>,
}

impl Runtime {
    /// Starts a runtime with what the embedder gives.
    #[must_use]
    pub fn builder() -> Builder {
        Builder::default()
    }

    /// Reads a list, page by page. Nothing is sent before the first page is asked for.
    ///
    /// # Errors
    ///
    /// Where account, call or cursor do not fit the plan. What fails later is an item of the pages.
    pub fn list(&self, connector: &Connector, account: &Account, call: Call) -> Result<Pages, Error> {
        let context = self.context(connector, account, &call)?;
        Pages::open(context, call)
    }

    /// Reads one record, or writes.
    ///
    /// # Errors
    ///
    /// Whatever [`crate::ErrorKind`] tells apart.
    pub async fn call(&self, connector: &Connector, account: &Account, call: Call) -> Result<Answer, Error> {
        let context = self.context(connector, account, &call)?;
        call::run(&context, call).await
    }

    /// What a call would send first, with its secrets taken out: the requests for a token, where one is needed, then the call's own first.
    /// Nothing is sent.
    ///
    /// # Errors
    ///
    /// Where account, call or cursor do not fit the plan.
    pub fn prepare(&self, connector: &Connector, account: &Account, call: Call) -> Result<Vec<PreparedRequest>, Error> {
        let account = account::check(connector.plan(), account)?.redacted();
        let context = Context::new(self.clone(), connector.clone(), account, &call)?;
        prepare::requests(&context, call)
    }

    /// Downloads the file that an operation of the provider gives. It is read while it comes; the deadline of the call holds to its end.
    ///
    /// # Errors
    ///
    /// Where the call does not fit the plan, the operation gives no file, or the provider none. What breaks later is an item of the stream.
    pub async fn download(&self, connector: &Connector, account: &Account, call: Call) -> Result<Download, Error> {
        download::download(self.context(connector, account, &call)?, call).await
    }

    /// Waits until no account's token is being renewed, 90 seconds at most. A renewal outlives the call that began it, because the provider
    /// may have taken the old token already; a process that ends before it is stored loses the account. To be awaited before the
    /// executor is ended.
    pub async fn settle(&self) {
        let settled = Box::pin(self.parts().tokens.settled());
        if self.parts().clock.real() {
            select(settled, self.parts().clock.sleep(SETTLING)).await;
        } else {
            settled.await;
        }
    }

    /// The base URL that an account's requests go to, before any mapping.
    ///
    /// # Errors
    ///
    /// Where the account does not fit the plan.
    pub fn base_url(&self, connector: &Connector, account: &Account) -> Result<String, Error> {
        let account = account::check(connector.plan(), account)?;
        Ok(crate::address::base(connector.plan(), &account, &account.kept)?.to_string())
    }

    pub(crate) fn context(&self, connector: &Connector, account: &Account, call: &Call) -> Result<Context, Error> {
        let account = account::check(connector.plan(), account)?;
        Context::new(self.clone(), connector.clone(), account, call)
    }

    pub(crate) fn parts(&self) -> &Parts {
        &self.0
    }
}

impl std::fmt::Debug for Runtime {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Runtime").field("limits", &self.0.limits).finish_non_exhaustive()
    }
}

/// A runtime whose exchanges are kept, with what a replay of them needs.
#[derive(Debug)]
#[non_exhaustive]
pub struct Recording {
    /// Runs calls as any other.
    pub runtime: Runtime,
    /// What was exchanged.
    pub recorder: Arc<Recorder>,
    /// What the clock said at the beginning; it goes forward only by what is waited for.
    pub began: Timestamp,
    /// The seed of the randomness.
    pub seed: u64,
}

/// Collects what a [`Runtime`] needs.
#[derive(Clone, Default)]
pub struct Builder {
    transport: Option<Arc<dyn Transport>>,
    clock: Option<Arc<dyn Clock>>,
    random: Option<Arc<dyn Random>>,
    cursor_key: Option<[u8; 32]>,
    store: Option<Arc<dyn Store>>,
    limits: Limits,
    allowed: Vec<String>,
    mapped: Vec<(String, String)>,
    base: Option<String>,
    concurrency: Option<u32>,
    ahead: Option<usize>,
    spawner: Option<Spawner>,
}

impl Builder {
    /// How requests leave. Without one, the `reqwest` feature's transport with its default timeouts.
    #[must_use]
    pub fn transport(mut self, transport: Arc<dyn Transport>) -> Self {
        self.transport = Some(transport);
        self
    }

    /// What time it is. Without one, the system's, with the `reqwest` feature.
    #[must_use]
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = Some(clock);
        self
    }

    /// Where randomness comes from. Without one, the system's.
    #[must_use]
    pub fn random(mut self, random: Arc<dyn Random>) -> Self {
        self.random = Some(random);
        self
    }

    /// The key that seals cursors, and the flows in which accounts are connected. Without one, a random key, and both end with the runtime.
    #[must_use]
    pub const fn cursor_key(mut self, key: [u8; 32]) -> Self {
        self.cursor_key = Some(key);
        self
    }

    /// Where tokens are kept, and what else is known of accounts. Without one, in memory: it ends with the runtime. A service whose accounts
    /// are connected by people, or whose provider rotates refresh tokens, gives one that outlives it and that all its processes share.
    #[must_use]
    pub fn store(mut self, store: Arc<dyn Store>) -> Self {
        self.store = Some(store);
        self
    }

    /// How much a provider may answer with.
    #[must_use]
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// How many requests of one account may be under way at once, 1 at least; further ones wait for their turn, in either mode. A connector
    /// may have a lower cap of its own. Without one, as many as are called for.
    #[must_use]
    pub const fn concurrency(mut self, requests: u32) -> Self {
        self.concurrency = Some(if requests == 0 { 1 } else { requests });
        self
    }

    /// How many pages of a list are asked for before the caller wants them: 8 unless said otherwise, and none with 0. The page that follows is
    /// asked for while the one before is used, and several where the plan says that pages can be told beforehand and the account's budget
    /// can spare them, as many as it takes that the caller does not wait for longer than a moment. It begins when a second page is wanted. More than 4 MiB of pages are
    /// not held.
    #[must_use]
    pub const fn ahead(mut self, pages: usize) -> Self {
        self.ahead = Some(pages);
        self
    }

    /// What runs the requests of pages that are asked for ahead. Without one, tokio, with the `reqwest` feature and where a list is read
    /// on it; elsewhere each page is asked for when it is wanted. Work that is handed over must be driven whatever else is waited for.
    #[must_use]
    pub fn spawner(mut self, spawner: impl Fn(BoxFuture<'static, ()>) + Send + Sync + 'static) -> Self {
        self.spawner = Some(Arc::new(spawner));
        self
    }

    /// Permits requests of the plan to exactly this origin, port included, although it is `http` or no public address: `http://127.0.0.1:8080`.
    #[must_use]
    pub fn allow_origin(mut self, origin: impl Into<String>) -> Self {
        self.allowed.push(origin.into());
        self
    }

    /// Sends what goes to one origin to another instead, which is thereby permitted. Rules hold for the real origin; links that
    /// come back with the other one are taken for it.
    #[must_use]
    pub fn map_origin(mut self, from: impl Into<String>, to: impl Into<String>) -> Self {
        self.mapped.push((from.into(), to.into()));
        self
    }

    /// [`Self::map_origin`] from the origin of the connector's base URL, whatever the account makes it. While that is not known, because
    /// it comes with a token, requests go to origins that are mapped themselves and nowhere else.
    #[must_use]
    pub fn map_base(mut self, to: impl Into<String>) -> Self {
        self.base = Some(to.into());
        self
    }

    /// Makes the runtime.
    ///
    /// # Errors
    ///
    /// Where an origin cannot be read, a transport or clock is missing, or the system has no randomness.
    pub fn build(self) -> Result<Runtime, Error> {
        self.parts().map(|parts| Runtime(Arc::new(parts)))
    }

    /// Makes a runtime whose exchanges are recorded, with a clock and with randomness that a replay can repeat. `seed` decides idempotency
    /// keys and the like: it must come from secure randomness, and be another for each recording.
    ///
    /// # Errors
    ///
    /// As [`Self::build`].
    pub fn recording(self, seed: u64) -> Result<Recording, Error> {
        let mut parts = self.parts()?;
        let recorder = Arc::new(Recorder::new(Arc::clone(&parts.transport)));
        let clock = RecordingClock::new(Arc::clone(&parts.clock));
        let began = clock.now();
        parts.transport = Arc::clone(&recorder) as Arc<_>;
        parts.clock = Arc::new(clock);
        parts.random = Arc::new(ReplayRandom::new(seed));
        // A replay asks one after the other.
        parts.ahead = 0;
        Ok(Recording { runtime: Runtime(Arc::new(parts)), recorder, began, seed })
    }

    fn parts(self) -> Result<Parts, Error> {
        let Self { transport, clock, random, cursor_key, store, limits, allowed, mapped, base, concurrency, ahead, spawner } = self;
        let permits = Permits {
            allowed: allowed.iter().map(|origin| Origin::parse(origin)).collect::<Result<_, _>>()?,
            mapped: mapped.iter().map(|(from, to)| Ok((Origin::parse(from)?, Origin::parse(to)?))).collect::<Result<_, Error>>()?,
            base: base.as_deref().map(Origin::parse).transpose()?,
        };
        let transport = match transport {
            Some(transport) => transport,
            None => default_transport(&permits)?,
        };
        let clock = clock.map_or_else(default_clock, Ok)?;
        let random = random.unwrap_or_else(|| Arc::new(SystemRandom::default()));
        let cursor_key = match cursor_key {
            Some(key) => key,
            None => {
                let mut key = [0; 32];
                random.fill(&mut key)?;
                key
            }
        };
        let store = store.unwrap_or_else(|| Arc::new(MemoryStore::default()));
        Ok(Parts {
            transport,
            clock,
            random,
            cursor_key,
            limits,
            permits,
            store,
            tokens: Tokens::default(),
            budgets: Budgets::default(),
            concurrency,
            ahead: ahead.unwrap_or(AHEAD),
            spawner,
            held: Arc::default(),
        })
    }
}

#[cfg(feature = "reqwest")]
fn default_transport(permits: &Permits) -> Result<Arc<dyn Transport>, Error> {
    let targets = permits.mapped.iter().map(|(_, to)| to).chain(&permits.base);
    let allowed: Vec<String> = permits.allowed.iter().chain(targets).map(ToString::to_string).collect();
    Ok(Arc::new(crate::transport::ReqwestTransport::new(crate::transport::Timeouts::default(), &allowed)?))
}

#[cfg(not(feature = "reqwest"))]
fn default_transport(_: &Permits) -> Result<Arc<dyn Transport>, Error> {
    Err(Error::new(connc_plan::ErrorKind::Transport, "the runtime has no transport")
        .with_help("give the builder one, or turn on the feature `reqwest`"))
}

#[cfg(feature = "reqwest")]
#[expect(clippy::unnecessary_wraps, reason = "without the feature there is no clock to fall back on")]
fn default_clock() -> Result<Arc<dyn Clock>, Error> {
    Ok(Arc::new(crate::clock::SystemClock))
}

#[cfg(not(feature = "reqwest"))]
fn default_clock() -> Result<Arc<dyn Clock>, Error> {
    Err(Error::new(connc_plan::ErrorKind::Transport, "the runtime has no clock")
        .with_help("give the builder one, or turn on the feature `reqwest`"))
}
