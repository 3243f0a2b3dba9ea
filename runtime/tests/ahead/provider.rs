//! A provider whose list is known, whose pages take as long as a test wants, and which remembers what it was asked for and when.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use connc_runtime::transport::{Body, Response, TransportError};
use connc_runtime::{Builder, Call, Clock as _, Connector, Error, Pages, Runtime, Transport};
use futures_util::future::BoxFuture;
use http::{HeaderMap, HeaderValue, StatusCode};
use serde_json::{Value, json};

use crate::support::virtual_time::VirtualClock;
use crate::support::{self, expression, item, items, operation, paginate, request};

/// What a page takes unless a test says otherwise.
pub(crate) const SLOW: u64 = 20;

/// How pages are asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Style {
    /// `page=1`, `page=2`.
    Numbers,
    /// `offset=0`, `offset=2`, by what came.
    Offsets,
    /// `after=TOKEN`, which only the page before tells.
    Tokens,
}

/// A page as the provider gives it.
#[derive(Clone, Debug)]
pub(crate) struct Given {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: Value,
    pub(crate) takes: u64,
}

/// A request that came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Seen {
    pub(crate) at: u64,
    pub(crate) token: u64,
}

pub(crate) struct Provider {
    pub(crate) clock: Arc<VirtualClock>,
    pub(crate) style: Style,
    /// The records of each page.
    pub(crate) pages: Vec<Vec<u64>>,
    /// Milliseconds that the page of this index takes.
    pub(crate) takes: fn(u64) -> u64,
    /// Whether answers say how many records there are.
    pub(crate) total: bool,
    /// Bytes that each answer has besides.
    pub(crate) padding: usize,
    /// How many calls are left in the minute, at most; no header without one.
    pub(crate) window: Option<u64>,
    /// What is answered instead, by token, so often.
    pub(crate) instead: Mutex<BTreeMap<u64, (u32, Given)>>,
    pub(crate) seen: Mutex<Vec<Seen>>,
    pub(crate) now: Mutex<(usize, usize)>,
}

impl Provider {
    /// So many pages of two records.
    pub(crate) fn new(style: Style, pages: u64) -> Self {
        Self::of(style, (0..pages).map(|page| vec![2 * page, 2 * page + 1]).collect())
    }

    pub(crate) fn of(style: Style, pages: Vec<Vec<u64>>) -> Self {
        Self {
            clock: Arc::default(),
            style,
            pages,
            takes: |_| SLOW,
            total: false,
            padding: 0,
            window: None,
            instead: Mutex::default(),
            seen: Mutex::default(),
            now: Mutex::default(),
        }
    }

    pub(crate) fn instead(self, token: u64, times: u32, status: u16, headers: &[(&'static str, &str)]) -> Self {
        let headers = headers.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
        let given = Given { status, headers, body: json!({ "message": "no" }), takes: 1 };
        self.instead.lock().unwrap().insert(token, (times, given));
        self
    }

    pub(crate) fn most_at_once(&self) -> usize {
        self.now.lock().unwrap().1
    }

    pub(crate) fn under_way(&self) -> usize {
        self.now.lock().unwrap().0
    }

    pub(crate) fn requests(&self) -> usize {
        self.seen.lock().unwrap().len()
    }

    pub(crate) fn tokens(&self) -> Vec<u64> {
        self.seen.lock().unwrap().iter().map(|seen| seen.token).collect()
    }

    /// The index of the page that a token asks for.
    fn index(&self, token: u64) -> usize {
        match self.style {
            Style::Numbers => usize::try_from(token - 1).unwrap(),
            Style::Tokens => usize::try_from(token).unwrap(),
            Style::Offsets => {
                let begins = (0..self.pages.len()).find(|page| self.begins(*page) >= token);
                begins.unwrap_or(self.pages.len())
            }
        }
    }

    fn begins(&self, page: usize) -> u64 {
        self.pages.iter().take(page).map(|page| page.len() as u64).sum()
    }

    fn page(&self, token: u64) -> Given {
        if let Some((times, given)) = self.instead.lock().unwrap().get_mut(&token).filter(|(times, _)| *times > 0) {
            *times -= 1;
            return given.clone();
        }
        let index = self.index(token);
        let mut records = self.pages.get(index).cloned().unwrap_or_default();
        // An offset between two pages gives what is left of the one that it is in.
        if self.style == Style::Offsets && index > 0 && self.begins(index) > token {
            let within = usize::try_from(token - self.begins(index - 1)).unwrap();
            records = self.pages[index - 1][within..].to_vec();
        }
        let mut body =
            json!({ "data": records.iter().map(|id| json!({ "id": id })).collect::<Vec<_>>(), "last": index + 1 >= self.pages.len() });
        if self.style == Style::Tokens && index + 1 < self.pages.len() {
            body["next"] = json!(index + 1);
        }
        if self.padding > 0 {
            body["padding"] = json!("x".repeat(self.padding));
        }
        if self.total {
            body["total"] = json!(self.begins(self.pages.len()));
        }
        let left = self.window.map(|window| window.saturating_sub(self.requests() as u64));
        let headers = left.into_iter().flat_map(|left| [("x-left", left.to_string()), ("x-limit", self.window.unwrap().to_string())]);
        let headers: Vec<_> = headers.collect();
        let reset = self.window.map(|_| ("x-reset", "60".to_owned()));
        Given { status: 200, headers: headers.into_iter().chain(reset).collect(), body, takes: (self.takes)(index as u64) }
    }
}

struct UnderWay<'a>(&'a Provider);

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        self.0.now.lock().unwrap().0 -= 1;
    }
}

impl Transport for Provider {
    fn send(&self, request: http::Request<Body>) -> BoxFuture<'_, Result<Response, TransportError>> {
        Box::pin(async move {
            let query = request.uri().query().unwrap_or_default();
            let token = query.split('&').find_map(|pair| pair.strip_prefix("at=")?.parse().ok()).unwrap_or(0);
            let is_page = request.uri().path() == "/users";
            if is_page {
                self.seen.lock().unwrap().push(Seen { at: self.clock.elapsed(), token });
            }
            {
                let mut under_way = self.now.lock().unwrap();
                under_way.0 += 1;
                under_way.1 = under_way.1.max(under_way.0);
            }
            let _under_way = UnderWay(self);
            let given =
                if is_page { self.page(token) } else { Given { status: 200, headers: Vec::new(), body: json!({ "id": 0 }), takes: 5 } };
            self.clock.sleep(Duration::from_millis(given.takes)).await;
            let mut headers = HeaderMap::new();
            for (name, value) in given.headers {
                headers.insert(name, HeaderValue::from_str(&value).unwrap());
            }
            Ok(Response::whole(StatusCode::from_u16(given.status).unwrap(), headers, given.body.to_string()))
        })
    }
}

/// Everything at hand.
pub(crate) struct Bench {
    pub(crate) provider: Arc<Provider>,
    pub(crate) runtime: Runtime,
    pub(crate) connector: Connector,
}

/// What ends a list of counters, besides an empty page.
pub(crate) fn ending(provider: &Provider) -> Value {
    let progress = match provider.style {
        Style::Tokens => return json!({}),
        Style::Numbers | Style::Offsets => json!({ "empty_page": "end", "progress": "growing_counter", "independent": true }),
    };
    let total = if provider.total { json!({ "total": expression("total") }) } else { json!({}) };
    both(progress, total)
}

fn both(mut one: Value, other: Value) -> Value {
    one.as_object_mut().unwrap().extend(other.as_object().unwrap().clone());
    one
}

pub(crate) fn bench(provider: Provider) -> Bench {
    built(provider, json!({}), |builder| builder)
}

/// With more in the loop, and other options.
pub(crate) fn built(provider: Provider, more: Value, options: impl FnOnce(Builder) -> Builder) -> Bench {
    let header = |name: &str, unit: &str| json!({ "from": { "header": { "name": name } }, "unit": unit });
    let counter = |start: u64, advance: &str| json!({ "counter": { "start": start, "advance": advance, "on_first": true } });
    let next = match provider.style {
        Style::Numbers => counter(1, "one"),
        Style::Offsets => counter(0, "items"),
        Style::Tokens => json!({ "answer": expression("next") }),
    };
    let pages = paginate(next, json!({ "query": "at" }), both(ending(&provider), more));
    let operations = vec![
        operation("users.list", "list", request("GET", "/users", json!({})), items(&["data"]), json!({ "paginate": pages, "reads": true })),
        operation("users.get", "one", request("GET", "/users/{{ id }}", json!({})), item(&[]), json!({ "takes_id": true })),
        operation(
            "users.count",
            "nothing",
            request("GET", "/", json!({})),
            json!("none"),
            json!({ "steps": [{ "action": { "call": { "operation": "users.list" } }, "bind": "users", "origin": [0, 60, 5] }] }),
        ),
    ];
    let window = json!({
        "limit": header("x-limit", "count"), "remaining": header("x-left", "count"), "reset": header("x-reset", "delta_seconds"), "origin": [0, 3, 3],
    });
    let provider = Arc::new(provider);
    let builder = support::builder(provider.clone()).clock(provider.clock.clone());
    let connector = Connector::load(support::plan(operations, json!({ "rate_limit": [window] }))).unwrap();
    Bench { provider, runtime: options(builder).build().unwrap(), connector }
}

pub(crate) fn list() -> Call {
    Call::native("users.list")
}

/// What a list came to: its records, how many requests its pages say they took, and the error that ended it.
#[derive(Debug, Default)]
pub(crate) struct Read {
    pub(crate) ids: Vec<u64>,
    pub(crate) requests: u64,
    pub(crate) error: Option<Error>,
    pub(crate) cursor: Option<String>,
}

impl Bench {
    pub(crate) fn pages(&self, call: Call) -> Pages {
        self.runtime.list(&self.connector, &support::account(), call).unwrap()
    }

    pub(crate) async fn all(&self, call: Call) -> Read {
        self.read(call, Duration::ZERO).await
    }

    /// The same by somebody who takes so long over each page.
    pub(crate) async fn read(&self, call: Call, pause: Duration) -> Read {
        let mut pages = self.pages(call);
        let mut read = Read::default();
        while let Some(page) = pages.next().await {
            match page {
                Ok(page) => {
                    read.ids.extend(page.records.iter().map(|record| record.value().unwrap()["id"].as_u64().unwrap()));
                    read.requests += page.counters.requests;
                    read.cursor = page.next_cursor;
                }
                Err(error) => read.error = Some(error),
            }
            if !pause.is_zero() {
                tokio::time::sleep(pause).await;
            }
        }
        read
    }

    /// What the list holds.
    pub(crate) fn expected(&self) -> Vec<u64> {
        self.provider.pages.concat()
    }
}
