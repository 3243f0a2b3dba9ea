//! Plan to requests to records, with no provider-specific code.
//!
//! A [`Connector`] is a plan made ready, an [`Account`] says who calls, a [`Call`] what for. A [`Runtime`] holds what the embedder
//! gives: transport, clock, randomness, the key that seals cursors, the [`Store`] of tokens, limits, and which local origins may be
//! reached. It reads no environment and keeps nothing global; dropping a future cancels its call.
//!
//! [`Runtime::list`] gives [`Pages`], [`Runtime::call`] one [`Answer`], [`Runtime::prepare`] what would be sent.
//! Tokens are got, stored and renewed on the way: one renewal at a time for each account, in all processes that share the store, and a
//! token is used only when it is stored. [`ErrorKind::NeedsReauth`] says that a person has to connect the account (again):
//! [`Runtime::authorize`] gives the URL, [`Runtime::finish`] takes what comes back, [`Runtime::choose`] keeps what the person picks,
//! [`Runtime::disconnect`] ends it.
//!
//! A call goes through `call.rs` from top to bottom.
//!
//! ```
//! use connc_runtime::{Account, Bundle, Call, Connector, Error, ErrorKind, Runtime, Secret, Verb};
//! use serde_json::json;
//!
//! /// Streams every user. A rate limit is the scheduler's business: the error says how long, and carries the cursor to go on from.
//! async fn users(runtime: &Runtime, harbour: &Connector, account: &Account) -> Result<Vec<String>, Error> {
//!     let call = || Call::unified("user-directory", "users", Verb::List);
//!     let mut found = Vec::new();
//!     let mut pages = runtime.list(harbour, account, call())?;
//!     while let Some(page) = pages.next().await {
//!         match page {
//!             Ok(page) => found.extend(page.records.iter().map(|record| record.line().into_owned())),
//!             Err(error) if error.kind == ErrorKind::RateLimited => {
//!                 later(error.rate_limit.as_ref().and_then(|limit| limit.retry_after).unwrap_or(60)).await;
//!                 let call = match &error.cursor {
//!                     Some(cursor) => call().cursor(cursor),
//!                     None => call(),
//!                 };
//!                 pages = runtime.list(harbour, account, call)?;
//!             }
//!             Err(error) => return Err(error),
//!         }
//!     }
//!     Ok(found)
//! }
//!
//! /// Writes a comment, and gives it as the unified model has it.
//! async fn comment(runtime: &Runtime, harbour: &Connector, account: &Account) -> Result<Option<String>, Error> {
//!     let call = Call::unified("ticketing", "comments", Verb::Create).input(json!({ "ticket_id": "B7", "body": "On its way." }));
//!     match runtime.call(harbour, account, call).await {
//!         Ok(answer) => Ok(answer.record.map(|record| record.text)),
//!         // The connection broke after the request was sent: look before writing again.
//!         Err(error) if error.kind == ErrorKind::OutcomeUnknown => Ok(None),
//!         Err(error) => Err(error),
//!     }
//! }
//!
//! # async fn later(seconds: u64) { assert_eq!(seconds, 7); }
//! # let plans = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/plans.json"));
//! // What `connc build -o plans.json` wrote: a service ships this, and no compiler.
//! let harbour = Bundle::read(plans)?.connector("harbour-embedded")?;
//! let account = Account {
//!     connector: "harbour-embedded".to_owned(),
//!     auth: "token".to_owned(),
//!     secrets: [("token".to_owned(), Secret::from("t0ken"))].into(),
//!     ..Account::default()
//! };
//! # let user = |id: &str| json!({ "id": id, "name": "Ada Quill", "mail": "ada@harbour.example" });
//! # let transport = script(vec![
//! #     (200, json!({ "users": [user("U1")], "next": "c2" })),
//! #     (429, json!({ "error": { "code": "slow_down", "message": "too many boats" } })),
//! #     (200, json!({ "users": [user("U2")], "next": null })),
//! #     (201, json!({ "note": { "id": "N1", "berth": "B7", "text": "On its way." } })),
//! # ]);
//! # let clock = std::sync::Arc::new(connc_runtime::ReplayClock::new("2026-03-01T12:00:00Z")?);
//! // The transport is reqwest's unless the builder is given another; the key seals cursors, so that they outlive the process.
//! let runtime = Runtime::builder()
//! #   .transport(transport).clock(clock)
//!     .cursor_key([7; 32])
//!     .build()?;
//! # futures_util::FutureExt::now_or_never(async {
//! assert_eq!(users(&runtime, &harbour, &account).await?.len(), 2);
//! assert!(comment(&runtime, &harbour, &account).await?.is_some_and(|text| text.contains("On its way.")));
//! # Ok::<(), Error>(()) }).unwrap()?;
//! # fn script(answers: Vec<(u16, serde_json::Value)>) -> std::sync::Arc<connc_runtime::replay::Replay> {
//! #     let exchange = |(status, body): (u16, serde_json::Value)| json!({ "origin": [0, 1, 1],
//! #         "request": { "method": "GET", "url": "", "headers": [], "body": "none", "any": [] },
//! #         "response": { "status": status, "headers": if status == 429 { json!([["retry-after", "7"]]) } else { json!([]) }, "body": body.to_string() } });
//! #     let cassette = json!({ "name": "x", "file": "x.yaml", "source": "invented", "account": {}, "app": {}, "auth": "token", "parameters": {}, "model": null,
//! #         "call": { "resource": "x", "verb": "x", "id": null, "parent": null, "input": {}, "filters": [], "limit": null },
//! #         "clock": "2026-03-01T12:00:00Z", "seed": 1, "exchanges": answers.into_iter().map(exchange).collect::<Vec<_>>() });
//! #     std::sync::Arc::new(connc_runtime::replay::Replay::rehearsal(&serde_json::from_value(cassette).unwrap(), Default::default()))
//! # }
//! # Ok::<(), Error>(())
//! ```
//!
//! `docs/embedding.md` in the repository says what each piece of the builder is for, what to do about each kind of error, and what can be
//! watched.

mod account;
mod answer;
mod bundle;
mod clock;
mod connect;
mod connector;
mod counters;
mod error;
mod file;
mod invocation;
mod limits;
mod runtime;
mod secret;
mod store;

mod address;
mod ahead;
mod auth;
mod budget;
mod call;
mod cursor;
mod cycle;
mod download;
mod exchange;
mod extract;
mod filter;
mod form;
mod format;
mod fresh;
mod fused;
mod guard;
mod line;
mod link;
mod lists;
mod map;
mod members;
mod multipart;
mod notes;
mod pages;
mod paginate;
mod parameter;
mod parents;
mod prepare;
mod rate_limit;
mod request;
mod resolve;
mod response;
mod retry;
mod select;
mod shape;
mod sheet;
mod standing;
mod steps;
mod trace;
pub mod transport;
mod validate;

mod content;
mod context;
mod data;
mod document;
mod hash;
mod lock;
mod program;
mod redact;
mod redirect;
mod scope;
mod spawn;
mod suggest;

pub use account::Account;
pub use answer::{Answer, Page, Record, Trace, Warning};
pub use bundle::Bundle;
#[cfg(feature = "reqwest")]
pub use clock::SystemClock;
pub use clock::{Clock, Random, RecordingClock, ReplayClock, ReplayRandom, SystemRandom};
pub use connc_plan::{ErrorKind, Method, Verb};
pub use connect::{Authorization, Choice, Choosable, Connected};
pub use connector::{Connector, Fusion};
pub use counters::Counters;
pub use download::{Download, DownloadStream};
pub use error::{Error, Failure, Written};
pub use file::{File, FileStream};
pub use invocation::{Call, Mode, Policy};
pub use limits::Limits;
pub use pages::Pages;
pub use prepare::PreparedRequest;
pub use rate_limit::RateLimit;
pub use runtime::{Builder, Recording, Runtime};
pub use secret::Secret;
#[cfg(feature = "sqlite")]
pub use store::SqliteStore;
pub use store::{FileStore, Lease, MemoryStore, Store};
pub use transport::{Transport, replay};
