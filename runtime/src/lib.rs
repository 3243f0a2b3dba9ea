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
//! use std::sync::Arc;
//! use connc_plan::{Cassette, Plan};
//! use connc_runtime::{Connector, Error, ReplayClock, ReplayRandom, Runtime, replay};
//!
//! /// Plays a recorded call against a plan; a service gives its own transport, account and call instead.
//! async fn ids(plan: Plan, cassette: &Cassette) -> Result<Vec<String>, Error> {
//!     let account = replay::account(&plan, cassette);
//!     let transport = Arc::new(replay::Replay::new(cassette, replay::secrets(&account)));
//!     let runtime = Runtime::builder()
//!         .transport(transport)
//!         .clock(Arc::new(ReplayClock::new(&cassette.clock)?))
//!         .random(Arc::new(ReplayRandom::new(cassette.seed)))
//!         .cursor_key([7; 32])
//!         .build()?;
//!     let mut pages = runtime.list(&Connector::load(plan)?, &account, replay::call(cassette))?;
//!     let mut records = Vec::new();
//!     while let Some(page) = pages.next().await {
//!         records.extend(page?.records.into_iter().map(|record| record.text));
//!     }
//!     Ok(records)
//! }
//! # let plan = serde_json::json!({
//! #     "format": 1, "connector": "demo", "title": "Demo", "docs": null, "sources": ["connector.yaml"], "account": [], "app": [], "app_secrets": [],
//! #     "constants": {}, "headers": [], "verify": null, "rate_limit": [], "errors": {}, "maps": [], "models": [],
//! #     "base_url": { "segments": [{ "literal": "https://api.example.com" }], "origin": [0, 1, 1] },
//! #     "auth": [{ "name": "token", "scheme": "bearer", "secrets": [{ "name": "token", "type": "string", "origin": [0, 1, 1] }], "trust_account_host": false, "origin": [0, 1, 1],
//! #         "apply": [{ "place": { "header": "Authorization" }, "value": { "segments": [{ "literal": "Bearer " }, { "value": { "path": ["secret", "token"] } }], "origin": [0, 1, 1] } }] }],
//! #     "operations": { "users.list": { "name": "users.list", "shape": "list", "takes_id": false, "takes_parent": false, "origin": [0, 9, 5],
//! #         "records": { "items": { "path": { "steps": [], "origin": [0, 9, 5] }, "absent_is_empty": false } },
//! #         "steps": [{ "origin": [0, 9, 5], "action": { "request": { "method": "GET", "url": { "segments": [{ "literal": "/users" }], "origin": [0, 9, 5] },
//! #             "body": "none", "answer": "json", "idempotent": true, "origin": [0, 9, 5] } } }] } }
//! # });
//! # let cassette = serde_json::json!({
//! #     "name": "users.list", "file": "users.list.yaml", "source": "invented", "account": {}, "app": {}, "auth": "token", "parameters": {}, "model": null,
//! #     "call": { "resource": "users", "verb": "list", "id": null, "parent": null, "input": {}, "filters": [], "limit": null },
//! #     "clock": "2026-03-01T12:00:00Z", "seed": 1, "exchanges": [{ "origin": [0, 1, 1],
//! #         "request": { "method": "GET", "url": "https://api.example.com/users", "headers": [["authorization", "Bearer {{ secret.token }}"]], "body": "none", "any": [] },
//! #         "response": { "status": 200, "headers": [["content-type", "application/json"]], "body": "[{\"id\": 1}]" } }]
//! # });
//! # let (plan, cassette) = (serde_json::from_value(plan).unwrap(), serde_json::from_value::<Cassette>(cassette).unwrap());
//! # let found = futures_util::FutureExt::now_or_never(ids(plan, &cassette)).unwrap().unwrap();
//! # assert_eq!(found, [r#"{"id": 1}"#]);
//! ```

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
mod guard;
mod line;
mod link;
mod lists;
mod map;
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
mod shape;
mod standing;
mod steps;
mod trace;
pub mod transport;
mod validate;

mod content;
mod context;
mod data;
mod hash;
mod lock;
mod program;
mod redact;
mod scope;
mod suggest;

pub use account::Account;
pub use answer::{Answer, Page, Record, Trace, Warning};
pub use bundle::Bundle;
#[cfg(feature = "reqwest")]
pub use clock::SystemClock;
pub use clock::{Clock, Random, ReplayClock, ReplayRandom, SystemRandom};
pub use connc_plan::{ErrorKind, Method, Verb};
pub use connect::{Authorization, Choice, Choosable, Connected};
pub use connector::Connector;
pub use counters::Counters;
pub use download::{Download, DownloadStream};
pub use error::{Error, Failure, Written};
pub use file::{File, FileStream};
pub use invocation::{Call, Mode, Policy};
pub use limits::Limits;
pub use pages::Pages;
pub use prepare::PreparedRequest;
pub use rate_limit::RateLimit;
pub use runtime::{Builder, Runtime};
pub use secret::Secret;
#[cfg(feature = "sqlite")]
pub use store::SqliteStore;
pub use store::{FileStore, Lease, MemoryStore, Store};
pub use transport::{Transport, replay};
