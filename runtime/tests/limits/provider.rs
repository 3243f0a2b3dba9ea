//! A provider that allows so many calls in a window, and remembers when each came.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use connc_runtime::transport::{Body, Response, TransportError};
use connc_runtime::{Account, Call, Clock as _, Connector, Error, Mode, Runtime, Secret, Transport};
use futures_util::future::BoxFuture;
use http::{HeaderMap, HeaderValue, StatusCode};
use serde_json::{Value, json};

use crate::support::virtual_time::VirtualClock;
use crate::support::{self, Script, Scripted, item, operation, request};

/// Answers after 20 ms.
pub(crate) const SLOW: u64 = 20;

pub(crate) struct Provider {
    pub(crate) clock: Arc<VirtualClock>,
    /// How many calls a window takes, and how many seconds it lasts.
    window: (u64, u64),
    /// Milliseconds at which calls came, with the name that they carry, and what they were answered.
    pub(crate) seen: Mutex<Vec<(u64, String, u16)>>,
    under_way: Mutex<(u64, u64)>,
    /// Whether answers say what is left.
    tells: bool,
}

impl Provider {
    pub(crate) fn new(limit: u64, seconds: u64) -> Self {
        Self { clock: Arc::default(), window: (limit, seconds), seen: Mutex::default(), under_way: Mutex::default(), tells: true }
    }

    /// One that says nothing until it refuses.
    pub(crate) fn silent(limit: u64, seconds: u64) -> Self {
        Self { tells: false, ..Self::new(limit, seconds) }
    }

    /// The most requests that it had at once.
    pub(crate) fn most_at_once(&self) -> u64 {
        self.under_way.lock().unwrap().1
    }

    pub(crate) fn statuses(&self) -> Vec<u16> {
        self.seen.lock().unwrap().iter().map(|(.., status)| *status).collect()
    }

    pub(crate) fn times(&self) -> Vec<u64> {
        self.seen.lock().unwrap().iter().map(|(time, ..)| *time).collect()
    }

    /// The names of the calls that were let through, in order.
    pub(crate) fn served(&self) -> Vec<String> {
        self.seen.lock().unwrap().iter().filter(|(.., status)| *status == 200).map(|(_, name, _)| name.clone()).collect()
    }

    fn answer(&self, name: &str) -> (u16, HeaderMap) {
        let now = self.clock.elapsed();
        let (limit, length) = (self.window.0, self.window.1 * 1000);
        let mut seen = self.seen.lock().unwrap();
        let used = seen.iter().filter(|(time, _, status)| time / length == now / length && *status == 200).count() as u64;
        let status = if used < limit { 200 } else { 429 };
        seen.push((now, name.to_owned(), status));
        let left = limit.saturating_sub(used + 1);
        let reset = (length - now % length).div_ceil(1000);
        let mut headers = HeaderMap::new();
        if self.tells {
            for (name, value) in [("x-limit", limit), ("x-left", left), ("x-reset", reset)] {
                headers.insert(name, HeaderValue::from(value));
            }
        }
        if status == 429 {
            headers.insert("retry-after", HeaderValue::from(reset));
        }
        (status, headers)
    }
}

struct UnderWay<'a>(&'a Provider);

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        self.0.under_way.lock().unwrap().0 -= 1;
    }
}

impl Transport for Provider {
    fn send(&self, request: http::Request<Body>) -> BoxFuture<'_, Result<Response, TransportError>> {
        Box::pin(async move {
            let name = request.uri().path().rsplit('/').next().unwrap().to_owned();
            {
                let mut under_way = self.under_way.lock().unwrap();
                under_way.0 += 1;
                under_way.1 = under_way.1.max(under_way.0);
            }
            let _under_way = UnderWay(self);
            let (status, headers) = self.answer(&name);
            self.clock.sleep(Duration::from_millis(SLOW)).await;
            Ok(Response::whole(StatusCode::from_u16(status).unwrap(), headers, r#"{"id": 7}"#))
        })
    }
}

fn header(name: &str, unit: &str) -> Value {
    json!({ "from": { "header": { "name": name } }, "unit": unit })
}

/// Everything at hand.
pub(crate) struct Bench {
    pub(crate) provider: Arc<Provider>,
    pub(crate) runtime: Runtime,
    pub(crate) connector: Connector,
}

pub(crate) fn bench(provider: Provider) -> Bench {
    built(provider, json!({}), None)
}

/// With more in the plan, and a cap of the embedder's.
pub(crate) fn built(provider: Provider, more: Value, concurrency: Option<u32>) -> Bench {
    let window = json!({
        "limit": header("x-limit", "count"), "remaining": header("x-left", "count"), "reset": header("x-reset", "delta_seconds"), "origin": [0, 3, 3],
    });
    let mut base = json!({ "rate_limit": [window] });
    base.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let create = request("POST", "/users/new", json!({ "body": { "json": { "const": {} } }, "origin": [0, 30, 7] }));
    let file = json!({
        "fetch": support::expression("'https://files.example.net/' & $string(id)"), "within": ["files.example.net"], "origin": [0, 40, 7],
    });
    let operations = vec![
        operation("users.get", "one", request("GET", "/users/{{ id }}", json!({})), item(&[]), json!({ "takes_id": true })),
        operation("users.create", "one", create, item(&[]), json!({})),
        operation(
            "files.get",
            "one",
            request("GET", "/files/{{ id }}", json!({})),
            item(&[]),
            json!({ "takes_id": true, "download": file }),
        ),
    ];
    let provider = Arc::new(provider);
    let builder = support::builder(provider.clone()).clock(provider.clock.clone());
    let builder = concurrency.into_iter().fold(builder, connc_runtime::Builder::concurrency);
    Bench { provider, runtime: builder.build().unwrap(), connector: Connector::load(support::plan(operations, base)).unwrap() }
}

impl Bench {
    /// The same, but answered by a script.
    pub(crate) fn scripted(self, answers: Vec<Scripted>) -> Self {
        let builder = support::builder(Script::new(answers)).clock(self.provider.clock.clone());
        Self { runtime: builder.build().unwrap(), ..self }
    }
}

pub(crate) fn get(name: impl std::fmt::Display) -> Call {
    Call::native("users.get").id(name.to_string())
}

pub(crate) fn managed(name: impl std::fmt::Display) -> Call {
    get(name).rate_limit(Mode::Managed)
}

pub(crate) fn other_account() -> Account {
    Account { secrets: [("token".to_owned(), Secret::from("another"))].into(), ..support::account() }
}

impl Bench {
    pub(crate) async fn call(&self, call: Call) -> Result<connc_runtime::Answer, Error> {
        self.runtime.call(&self.connector, &support::account(), call).await
    }

    pub(crate) async fn call_of(&self, account: &Account, call: Call) -> Result<connc_runtime::Answer, Error> {
        self.runtime.call(&self.connector, account, call).await
    }
}
