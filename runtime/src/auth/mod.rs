//! Tokens: got once, kept in the store until they run out, renewed by one caller however many wait.

mod acquire;
mod entry;
mod keep;
mod names;
mod renew;
mod sign;
mod slot;

pub(crate) mod consent;

use std::sync::Arc;

use connc_plan::{AuthMethod, ErrorKind};
use jiff::SignedDuration;

use crate::context::Context;
use crate::{Error, hash};

pub(crate) use acquire::release;
pub(crate) use entry::Entry;
use entry::Made;
pub(crate) use names::{all_chosen, kept_names, markers, shown_requests};
pub(crate) use renew::{change, forget, pardon, stored};
pub(crate) use sign::{mark, sign};
pub(crate) use slot::Tokens;

/// After so many tokens that a call would not do with, it ends.
const MOST: usize = 4;

/// A choice that was made in another process is seen after this time.
const LONGEST: SignedDuration = SignedDuration::from_secs(60);

/// Whether anything is kept of a method's accounts.
pub(crate) fn keeps(method: &AuthMethod) -> bool {
    has_tokens(method) || !method.choose.is_empty()
}

/// Whether a method's accounts have tokens.
pub(crate) fn has_tokens(method: &AuthMethod) -> bool {
    method.acquire.is_some() || method.refresh.is_some() || method.authorize.is_some()
}

/// What is kept of the account, its token good for a while; none where its method keeps nothing.
/// `refused` is the number of a token that the provider did not take.
pub(crate) async fn entry(context: &Context, refused: Option<u64>) -> Result<Option<Arc<Entry>>, Error> {
    if !keeps(&context.account.method) {
        return Ok(None);
    }
    let slot = slot(context);
    let other = |entry: &Entry| refused.is_none_or(|refused| entry.number != refused);
    // Somebody may choose something else in another process.
    let longest = (!context.account.method.choose.is_empty()).then_some(LONGEST);
    for _ in 0..MOST {
        let now = context.parts().clock.now();
        let good = |entry: &Entry| entry.fresh(now) && other(entry) && is_chosen(context, entry);
        let found = slot.known_or_renewed(now, longest, good, || renew::begin(context, &slot, refused));
        let entry = match found {
            Ok(entry) => entry,
            // Whoever waited uses what came, however short it lives.
            Err(renewal) => context.in_time(renewal).await??,
        };
        if other(&entry) {
            context.settle(&entry)?;
            return Ok(Some(entry));
        }
    }
    Err(Error::new(ErrorKind::Auth, "the token was refused, and there is no other"))
}

/// Whether nothing is left to choose; what is may have been chosen in another process meanwhile.
fn is_chosen(context: &Context, entry: &Entry) -> bool {
    let known = |name: &String| entry.kept.contains_key(name) || context.account.kept.contains_key(name);
    context.account.method.choose.iter().all(|choose| known(&choose.name))
}

/// Makes `kept.*` known, where the method keeps any.
pub(crate) async fn settle(context: &Context) -> Result<(), Error> {
    if context.account.declared.is_empty() {
        return Ok(());
    }
    entry(context, None).await.map(drop)
}

/// The key of the account in the store: text that holds no secret.
pub(crate) fn store_key(context: &Context) -> String {
    let account = &context.account;
    let name = account.id.clone().unwrap_or_else(|| {
        // Tokens that the embedder supplies tell accounts apart, too; they are long and random, so their hash gives nothing away.
        let parts = serde_json::json!([account.identity(), account.app, Made::of(account).tokens]);
        format!("~{}", hash::hex(&hash::sha256(parts.to_string().as_bytes())))
    });
    format!("{}/{}/{name}", context.plan().connector, account.method.name)
}

/// The account among those of this runtime. Another plan, and other secrets, are another account here.
fn slot(context: &Context) -> Arc<slot::Slot> {
    let text = format!("{} {} {}", context.connector().hash(), store_key(context), Made::of(&context.account).text());
    context.parts().tokens.slot(hash::hex(&hash::sha256(text.as_bytes())))
}
