//! Renewing what is kept of an account, under a lease: what another process got meanwhile is used, what is got here is stored first.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use connc_plan::{Choose, ErrorKind};
use futures_util::FutureExt as _;
use futures_util::future::{BoxFuture, Either, select};
use tracing::Instrument as _;

use super::acquire::{self, Got, With};
use super::entry::Reauth;
use super::slot::{Renewed, Slot};
use super::{Entry, Made, has_tokens, names, store_key};
use crate::Error;
use crate::context::Context;
use crate::store::Lease;

/// How long a lease is held at most.
const LEASE: Duration = Duration::from_secs(120);

/// How much of that token requests may take; the rest is for storing what they gave.
const REQUESTS: Duration = Duration::from_secs(90);

/// The renewal for everybody who waits: it belongs to no call, so that it ends however many of them give up.
pub(super) fn begin(context: &Context, slot: &Arc<Slot>, refused: Option<u64>) -> BoxFuture<'static, Renewed> {
    let (context, slot) = (context.shared(), Arc::clone(slot));
    let span = tracing::debug_span!(target: "connc", "token", connector = %context.plan().connector, auth = %context.account.method.name);
    async move { renewed(&context, &slot, refused).await }.instrument(span).boxed()
}

async fn renewed(context: &Context, slot: &Slot, refused: Option<u64>) -> Renewed {
    let account = Stood::of(context);
    if slot.unstored().is_none()
        && let Some(entry) = account.good(load(context).await?.as_ref(), refused)?
    {
        return Ok(Arc::new(entry));
    }
    let _lease = lease(context).await?;
    let stored = current(context, slot).await?;
    if let Some(entry) = account.good(stored.as_ref(), refused)? {
        return Ok(Arc::new(entry));
    }
    let number = stored.as_ref().map_or(0, |stored| stored.number).max(refused.unwrap_or(0)) + 1;
    let own = account.own(stored.as_ref());
    let made = account.made.after(own.as_ref());
    let mut renewed = Got::default();
    let bought = match in_time(context, bought(context, own.as_ref(), &mut renewed)).await {
        Ok(bought) => bought,
        Err(error) => {
            let mut stored = stored;
            // The provider may have taken what it was renewed with: what came instead is all that there is, whatever else is wrong with
            // it. It is not used but to renew it.
            if !renewed.tokens.is_empty() {
                let now = context.parts().clock.now();
                let left = Got { tokens: renewed.tokens, expires: Some(now), ..Got::default() };
                let entry = Arc::new(Entry { number, got: Some(now), made, ..renewed_with(&own.unwrap_or_default(), left) });
                slot.set_unstored(Some(Arc::clone(&entry)));
                match save(context, &entry).await {
                    Ok(()) => slot.set_unstored(None),
                    Err(failed) => tracing::warn!(target: "connc", error = %failed, "a new token could not be stored"),
                }
                stored = Some(Entry::clone(&entry));
            }
            if error.kind == ErrorKind::NeedsReauth && error.status.is_some() {
                let mark = Entry { needs_reauth: Some(Reauth::of(&error, &account.made)), ..account.marked(stored) };
                // The provider's word is what the caller has to know; that it could not be remembered costs one more request.
                if let Err(failed) = save(context, &mark).await {
                    tracing::warn!(target: "connc", error = %failed, "the account needs to be connected again, which could not be stored");
                }
            }
            return Err(error);
        }
    };
    let entry = Arc::new(Entry { number, got: Some(context.parts().clock.now()), made, ..bought });
    slot.set_unstored(Some(Arc::clone(&entry)));
    // A rotated refresh token is the only one that is good from now on: it is stored before anything is done with the new access token.
    save(context, &entry).await?;
    slot.set_unstored(None);
    Ok(entry)
}

/// Stores what a person's consent gives, which can be got once: like a renewal, it waits in memory where it cannot be stored.
pub(super) async fn exchanged(context: &Context, exchange: impl Future<Output = Result<Got, Error>> + Send) -> Renewed {
    let (account, slot) = (Stood::of(context), super::slot(context));
    let _lease = lease(context).await?;
    // What cannot be read is replaced: that is what connecting again is for.
    let stored = current(context, &slot).await.unwrap_or_default();
    let number = stored.as_ref().map_or(0, |stored| stored.number).max(slot.unstored().map_or(0, |unstored| unstored.number)) + 1;
    let own = stored.filter(|stored| account.owns(stored)).unwrap_or_default();
    let got = in_time(context, exchange).await?;
    let (now, made) = (context.parts().clock.now(), account.made.after(Some(&own)));
    let entry = Arc::new(Entry { number, made, got: Some(now), ..of(got, chosen(context, &own)) });
    slot.set_unstored(Some(Arc::clone(&entry)));
    save(context, &entry).await.map_err(|mut error| {
        // The code is spent, so that no repetition can get what was got with it.
        error.message = format!(
            "the account is not connected, and what the provider gave is lost unless this process stores it later: {}",
            error.message
        );
        error.retryable = false;
        error.with_help("see that the store can be written; once this process has ended, the person has to allow the access once more")
    })?;
    // What it is worth with what the embedder supplies is for the next call to find out.
    slot.forget();
    Ok(entry)
}

/// Changes what is stored of an account, or cannot be read, under a lease. Gives what is now stored.
/// What belongs to the account as it was before, with other secrets, is not there for `change`.
pub(crate) async fn change(
    context: &Context,
    change: impl FnOnce(Result<Option<Entry>, Error>) -> Result<Entry, Error>,
) -> Result<Arc<Entry>, Error> {
    let (account, slot) = (Stood::of(context), super::slot(context));
    idle(&slot).await;
    let _lease = lease(context).await?;
    let stored = current(context, &slot).await;
    let number = stored.as_ref().ok().and_then(Option::as_ref).map_or(0, |stored| stored.number) + 1;
    let own = stored.map(|stored| stored.filter(|stored| account.owns(stored)));
    let made = account.made.after(own.as_ref().ok().and_then(Option::as_ref));
    let entry = Arc::new(Entry { number, made, ..change(own)? });
    save(context, &entry).await?;
    // What it is worth with what the embedder supplies is for the next call to find out.
    slot.forget();
    Ok(entry)
}

/// Takes back that an account needs to be connected again: somebody connects it.
pub(crate) async fn pardon(context: &Context) -> Result<(), Error> {
    if load(context).await?.is_some_and(|stored| stored.needs_reauth.is_some()) {
        change(context, |stored| Ok(Entry { needs_reauth: None, ..stored?.unwrap_or_default() })).await?;
    }
    Ok(())
}

/// What is stored of an account as it now is.
pub(crate) async fn stored(context: &Context) -> Result<Option<Entry>, Error> {
    let account = Stood::of(context);
    Ok(load(context).await?.filter(|stored| account.owns(stored)))
}

/// What is stored, after what could not be stored before is. Under a lease only.
async fn current(context: &Context, slot: &Slot) -> Result<Option<Entry>, Error> {
    let stored = load(context).await?;
    let Some(unstored) = slot.unstored() else { return Ok(stored) };
    // Unless somebody went on from what was stored before, this is the account's only good token.
    let newest = stored.as_ref().is_none_or(|stored| stored.number < unstored.number);
    if newest {
        save(context, &unstored).await?;
    }
    slot.set_unstored(None);
    Ok(if newest { Some(Entry::clone(&unstored)) } else { stored })
}

/// Removes what is stored of an account, after `last` was done with it. What cannot be read is removed as well.
/// Says whether there was anything.
pub(crate) async fn forget<F>(context: &Context, last: impl FnOnce(Entry) -> F) -> Result<bool, Error>
where
    F: Future<Output = Result<(), Error>> + Send,
{
    let (account, slot) = (Stood::of(context), super::slot(context));
    idle(&slot).await;
    let _lease = lease(context).await?;
    let stored = match slot.unstored() {
        Some(unstored) => Ok(Some(Entry::clone(&unstored))),
        None => load(context).await,
    };
    let there = !matches!(stored, Ok(None));
    let done = match stored.as_ref().map(|stored| account.own(stored.as_ref())) {
        Ok(Some(entry)) => in_time(context, last(entry)).await,
        Ok(None) | Err(_) => Ok(()),
    };
    let removed = context.parts().store.remove(&store_key(context)).await;
    slot.forget();
    removed.and(done).map(|()| there)
}

/// Waits for a renewal that a dropped call left behind, whatever came of it.
async fn idle(slot: &Slot) {
    if let Some(running) = slot.running() {
        drop(running.await);
    }
}

async fn load(context: &Context) -> Result<Option<Entry>, Error> {
    let bytes = context
        .parts()
        .store
        .load(&store_key(context))
        .await
        .map_err(|error| failed(error, "what is kept of the account cannot be read"))?;
    bytes.as_ref().map(Entry::read).transpose()
}

async fn save(context: &Context, entry: &Entry) -> Result<(), Error> {
    let bytes = entry.to_bytes()?;
    let saved = context.parts().store.save(&store_key(context), bytes.expose()).await;
    saved.map_err(|error| failed(error, "a new token was not used, because it could not be stored"))
}

async fn lease(context: &Context) -> Result<Lease, Error> {
    let held = context.parts().store.lock(&store_key(context), LEASE).await;
    held.map_err(|error| failed(error, "the account cannot be renewed"))
}

/// A store's error, whatever kind it gave itself.
fn failed(mut error: Error, what: &str) -> Error {
    error.message = format!("{what}: {}", error.message);
    error.kind = ErrorKind::Store;
    error.retryable = true;
    error
}

/// What an account is worth together with what is stored of it.
struct Stood<'a> {
    context: &'a Context,
    made: Made,
}

impl<'a> Stood<'a> {
    fn of(context: &'a Context) -> Self {
        Self { context, made: Made::of(&context.account) }
    }

    /// What is stored, where it belongs to the account as it now is, and what the embedder supplies where nothing is stored.
    fn own(&self, stored: Option<&Entry>) -> Option<Entry> {
        let account = &self.context.account;
        let mut entry = stored.filter(|stored| self.owns(stored)).cloned();
        if !account.tokens.is_empty() || !has_tokens(&account.method) {
            let entry = entry.get_or_insert_default();
            for (name, token) in &account.tokens {
                entry.tokens.entry(name.clone()).or_insert_with(|| token.clone());
            }
        }
        entry
    }

    fn owns(&self, stored: &Entry) -> bool {
        stored.made.serves(&self.made, self.context.account.method.authorize.is_some())
    }

    /// What a mark that the account needs to be connected again is put on.
    fn marked(&self, stored: Option<Entry>) -> Entry {
        stored.filter(|stored| self.owns(stored)).unwrap_or_else(|| Entry { made: self.made.clone(), ..Entry::default() })
    }

    /// What can be used as it is.
    fn good(&self, stored: Option<&Entry>, refused: Option<u64>) -> Result<Option<Entry>, Error> {
        let Some(entry) = self.own(stored) else { return Ok(None) };
        let method = &self.context.account.method;
        if !has_tokens(method) {
            return Ok(Some(entry));
        }
        if let Some(reauth) = entry.needs_reauth.as_ref().filter(|reauth| reauth.made == self.made) {
            return Err(reauth.error().at(self.context.plan(), &method.name, method.origin));
        }
        let complete = names::applied(method).iter().all(|name| entry.tokens.contains_key(*name));
        let fresh = entry.fresh(self.context.parts().clock.now()) && refused != Some(entry.number);
        Ok((complete && fresh).then_some(entry))
    }
}

/// Renews the token where something was kept for that, and gets another one otherwise. What a renewal gave is in `renewed` even where
/// something about it is wrong.
async fn bought(context: &Context, current: Option<&Entry>, renewed: &mut Got) -> Result<Entry, Error> {
    let method = &context.account.method;
    let attempts = context.parts().limits.attempts.max(1) - 1;
    if let (Some(refresh), Some(current)) = (&method.refresh, current)
        && names::can_renew(refresh, &current.tokens)
    {
        // Whether a refresh token that may have been spent can be sent again, RFC 6749 leaves open. It is sent once more, and at once:
        // the next call would have to send the same one anyway, and by then a provider's time of grace for it is over.
        let with = With { tokens: Some(&current.tokens), renews: true, repeats: attempts.min(1), ..With::default() };
        match acquire::acquire(context, refresh, with, renewed).await {
            Ok(()) => return Ok(renewed_with(current, std::mem::take(renewed))),
            // What bought the first token may buy another.
            Err(error) if error.kind == ErrorKind::NeedsReauth && method.acquire.is_some() => {}
            Err(error) => return Err(error),
        }
    }
    if let Some(acquire) = &method.acquire {
        let with = With { repeats: if acquire.steps.iter().all(|step| step.request.idempotent) { attempts } else { 0 }, ..With::default() };
        let mut got = Got::default();
        acquire::acquire(context, acquire, with, &mut got).await?;
        // What a person chose outlives the token.
        let chosen = current.map(|current| chosen(context, current)).unwrap_or_default();
        return Ok(of(got, chosen));
    }
    let error = if current.is_some_and(|current| !current.tokens.is_empty()) {
        Error::new(ErrorKind::NeedsReauth, "the token has run out or was refused, and nothing was kept to renew it with")
            .with_help("connect the account again")
    } else {
        Error::new(ErrorKind::NeedsReauth, "the account is not connected yet")
            .with_help("connect it: a person has to allow the access once")
    };
    Err(error.at(context.plan(), &method.name, method.origin))
}

/// The chosen values among those that are kept, and what could be chosen.
fn chosen(context: &Context, entry: &Entry) -> Entry {
    let of = |choose: &Choose, name: &str| choose.name == name || choose.keep.iter().any(|keep| keep.name == name);
    let is_choice = |name: &str| context.account.method.choose.iter().any(|choose| of(choose, name));
    let kept: BTreeMap<_, _> =
        entry.kept.iter().filter(|(name, _)| is_choice(name)).map(|(name, value)| (name.clone(), value.clone())).collect();
    Entry { kept, offered: entry.offered.clone(), ..Entry::default() }
}

/// What was got, beside what is kept already.
fn of(got: Got, mut beside: Entry) -> Entry {
    let Got { tokens, kept, expires } = got;
    beside.kept.extend(kept);
    Entry { tokens, expires, ..beside }
}

/// What an answer to a renewal does not repeat stays: a refresh token that is not rotated, above all (RFC 6749, section 6).
fn renewed_with(current: &Entry, got: Got) -> Entry {
    let Got { tokens, kept, expires } = got;
    let mut entry = Entry { expires, needs_reauth: None, ..current.clone() };
    entry.tokens.extend(tokens);
    entry.kept.extend(kept);
    entry
}

/// Waits for token requests, all of those that are made under one lease, as long as the lease allows.
async fn in_time<T>(context: &Context, work: impl Future<Output = Result<T, Error>> + Send) -> Result<T, Error> {
    if !context.parts().clock.real() {
        return work.await;
    }
    match select(Box::pin(work), context.parts().clock.sleep(REQUESTS)).await {
        Either::Left((done, _)) => done,
        Either::Right(_) => {
            let mut error = Error::new(ErrorKind::Timeout, "the provider did not answer for the account's token in time");
            error.retryable = true;
            Err(error)
        }
    }
}

impl Reauth {
    fn of(error: &Error, made: &Made) -> Self {
        Self { code: error.provider_code.clone(), message: error.provider_message.clone(), status: error.status, made: made.clone() }
    }

    fn error(&self) -> Error {
        let mut error =
            Error::new(ErrorKind::NeedsReauth, "the provider took no more tokens for this account").with_help("connect the account again");
        (error.provider_code, error.provider_message) = (self.code.clone(), self.message.clone());
        error
    }
}
