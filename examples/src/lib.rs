//! One job over every provider: the loop that services write once, instead of once for each provider.
//!
//! The repository's tests run the same loop over all connectors and all resources that can be listed.

use connc_runtime::{Account, Call, Connector, Error, Mode, Record, Runtime, Verb};
use futures_util::{Stream, TryStreamExt as _, stream};

/// What is listed: a resource of a unified model, such as `users` of `user-directory`.
#[must_use]
pub fn listing(model: &str, resource: &str) -> Call {
    // A service that reads everything waits for rate limits rather than giving up.
    Call::unified(model, resource, Verb::List).rate_limit(Mode::Managed)
}

/// The records of a list as they arrive, read to its end.
///
/// # Errors
/// What the call says, at once where it cannot be made, or in the middle of the stream, which ends with it: a list that is cut is never taken
/// for a whole one.
pub fn records(
    runtime: &Runtime,
    connector: &Connector,
    account: &Account,
    call: Call,
) -> impl Stream<Item = Result<Record, Error>> + use<> {
    let pages = runtime.list(connector, account, call);
    let pages = stream::once(async { pages.map(connc_runtime::Pages::into_stream) }).try_flatten();
    pages.map_ok(|page| stream::iter(page.records.into_iter().map(Ok))).try_flatten()
}
