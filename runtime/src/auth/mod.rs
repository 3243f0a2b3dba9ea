//! Tokens: got once, kept until they run out, got anew by one caller however many wait.

mod acquire;
mod sign;

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex};

use futures_util::lock::Mutex as AsyncMutex;
use jiff::{SignedDuration, Timestamp};

use crate::context::Context;
use crate::lock::locked;
use crate::{Error, Secret, hash};

pub(crate) use acquire::{bare_requests, kept_names};
pub(crate) use sign::{mark, sign};

/// A token is got anew this long before it runs out.
const AHEAD: SignedDuration = SignedDuration::from_secs(60);

/// Beyond so many accounts, tokens that ran out are dropped.
const MANY: usize = 1024;

/// What was kept of a token answer.
#[derive(Debug)]
pub(crate) struct Token {
    /// The kept values, in scope as `token.*`.
    pub(crate) values: BTreeMap<String, Secret<String>>,
    /// When it runs out, where the provider says so.
    pub(crate) expires: Option<Timestamp>,
    /// Counts the tokens of an account, to tell a refused one from its successor.
    pub(crate) number: u64,
}

impl Token {
    fn usable(&self, now: Timestamp) -> bool {
        self.expires.is_none_or(|expires| now.checked_add(AHEAD).is_ok_and(|soon| soon < expires))
    }
}

type Slot = Arc<AsyncMutex<Option<Arc<Token>>>>;

/// The tokens of a runtime, by connector, account and method.
#[derive(Debug, Default)]
pub(crate) struct Tokens(Mutex<HashMap<String, Slot>>);

impl Tokens {
    fn slot(&self, key: String, now: Timestamp) -> Slot {
        let mut slots = locked(&self.0);
        if slots.len() >= MANY {
            slots.retain(|_, slot| {
                let idle = slot.try_lock().is_some_and(|token| token.as_ref().is_none_or(|token| !token.usable(now)));
                Arc::strong_count(slot) > 1 || !idle
            });
        }
        Arc::clone(slots.entry(key).or_default())
    }
}

/// The account's token, or none where its method needs none. `refused` is the number of a token that the provider did not take.
pub(crate) async fn token(context: &Context, refused: Option<u64>) -> Result<Option<Arc<Token>>, Error> {
    let Some(acquire) = &context.account.method.acquire else { return Ok(None) };
    let clock = &context.parts().clock;
    let slot = context.parts().tokens.slot(key(context), clock.now());
    // Held while the token is got: whoever waits here finds it fresh. A dropped future lets go of it.
    let mut kept = context.in_time(slot.lock()).await?;
    if let Some(token) = kept.as_ref().filter(|token| token.usable(clock.now()) && refused.is_none_or(|refused| token.number > refused)) {
        return Ok(Some(Arc::clone(token)));
    }
    let number = kept.as_ref().map_or(1, |token| token.number + 1);
    let plan = context.plan();
    let token =
        acquire::token(context, acquire, number).await.map_err(|error| error.at(plan, &context.account.method.name, acquire.origin))?;
    let token = Arc::new(token);
    *kept = Some(Arc::clone(&token));
    Ok(Some(token))
}

/// A cache key that changes with everything that decides about a token, the secrets included, and shows none of it.
fn key(context: &Context) -> String {
    let account = &context.account;
    let mut text = serde_json::json!([context.connector().hash(), account.identity(), account.app]).to_string();
    for (name, secret) in account.all_secrets() {
        text.push('\0');
        text.push_str(&name);
        text.push('\0');
        text.push_str(secret.expose());
    }
    let key = hash::hex(&hash::sha256(text.as_bytes()));
    zeroize::Zeroize::zeroize(&mut text);
    key
}
