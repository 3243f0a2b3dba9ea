//! Auth methods as plan data, a provider that answers by rule, and stores that fail.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use connc_plan::Plan;
use connc_runtime::transport::{Body, Response, TransportError};
use connc_runtime::{
    Account, Answer, Call, Clock as _, Connector, Error, ErrorKind, Lease, MemoryStore, ReplayClock, Runtime, Secret, Store, Transport,
};
use futures_util::future::BoxFuture;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use serde_json::{Value, json};

use crate::support::*;

pub fn one(auth: Value) -> Plan {
    let operations = vec![
        operation("me.get", "one", request("GET", "/me", json!({})), item(&[]), json!({})),
        operation("users.list", "list", request("GET", "/users", json!({})), items(&[]), json!({})),
    ];
    plan(
        operations,
        json!({ "auth": [auth], "app": [parameter("client_id", "string", true)], "app_secrets": [{ "name": "client_secret", "type": "string", "origin": [0, 3, 3] }] }),
    )
}

pub fn method(apply: Value, more: Value) -> Value {
    let mut method = json!({
        "name": "way", "scheme": "a scheme", "trust_account_host": false, "origin": [0, 4, 3], "apply": apply,
        "parameters": [parameter("email", "string", false)], "app": ["client_id", "secret.client_secret"],
        "secrets": [{ "name": "token", "type": "string", "origin": [0, 4, 5] }],
    });
    method.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    method
}

pub fn bearer() -> Value {
    json!([{ "place": { "header": "Authorization" }, "value": text("Bearer {{ token.access_token }}") }])
}

pub fn acquire() -> Value {
    let form = json!([
        ["grant_type", text("client_credentials")],
        ["client_id", text("{{ app.client_id }}")],
        ["scope", text("{{ auth.email }}")]
    ]);
    let basic = json!({ "segments": [{ "literal": "Basic " }, { "base64": [
        { "value": { "path": ["app", "client_id"] } }, { "literal": ":" }, { "value": { "path": ["app", "secret", "client_secret"] } },
    ] }], "origin": [0, 4, 7] });
    let token = request(
        "POST",
        "https://{{ account.domain }}/oauth/token",
        json!({ "body": { "form": form }, "headers": [["Authorization", basic]] }),
    );
    json!({ "acquire": {
        "steps": [{ "request": token, "keep": [{ "name": "access_token", "from": { "body": expression("access_token") }, "required": true }] }],
        "expires_in": expression("expires_in"), "error_code": expression("error"), "error_message": expression("error_description"),
        "needs_reauth": ["invalid_grant"], "origin": [0, 4, 6],
    } })
}

pub fn customer() -> Account {
    let mut account = account();
    account.app.insert("client_id".to_owned(), json!("client-1"));
    account.app_secrets.insert("client_secret".to_owned(), Secret::from("app-hush-hush"));
    account
}

pub fn desk(plan: Plan, answers: Vec<Scripted>) -> Bench {
    Bench { account: customer(), ..bench(plan, answers) }
}

pub fn token(value: &str) -> Scripted {
    ok(json!({ "access_token": value, "expires_in": 3600 }))
}

/// A token request with a form, and what is kept of its answer.
pub fn token_step(fields: &[(&str, &str)], keep: Value) -> Value {
    let form: Vec<Value> = fields.iter().map(|(name, value)| json!([name, text(value)])).collect();
    step(request("POST", "https://login.example.com/token", json!({ "body": { "form": form } })), keep)
}

pub fn step(request: Value, keep: Value) -> Value {
    json!({ "request": request, "keep": keep })
}

/// Keeps a secret of the body.
pub fn secret(name: &str, required: bool) -> Value {
    json!({ "name": name, "from": { "body": expression(name) }, "required": required })
}

/// Steps with the error rules of RFC 6749.
pub fn steps(steps: Vec<Value>) -> Value {
    json!({
        "steps": steps, "expires_in": expression("expires_in"), "error_code": expression("error"), "error_message": expression("error_description"),
        "needs_reauth": ["invalid_grant"], "origin": [0, 4, 6],
    })
}

pub fn renewal() -> Value {
    let fields = [
        ("grant_type", "refresh_token"),
        ("refresh_token", "{{ token.refresh_token }}"),
        ("client_secret", "{{ app.secret.client_secret }}"),
    ];
    steps(vec![token_step(&fields, json!([secret("access_token", true), secret("refresh_token", false)]))])
}

/// Consent with a proof key, and renewal.
pub fn oauth(more: Value) -> Plan {
    let query: Vec<Value> = [
        ("response_type", "code"),
        ("client_id", "{{ app.client_id }}"),
        ("redirect_uri", "{{ flow.redirect_uri }}"),
        ("scope", "users.read offline"),
        ("state", "{{ flow.state }}"),
        ("code_challenge", "{{ flow.code_challenge }}"),
        ("code_challenge_method", "S256"),
    ]
    .iter()
    .map(|(name, value)| json!([name, text(value)]))
    .collect();
    let fields = [
        ("grant_type", "authorization_code"),
        ("code", "{{ flow.code }}"),
        ("redirect_uri", "{{ flow.redirect_uri }}"),
        ("code_verifier", "{{ flow.code_verifier }}"),
        ("client_secret", "{{ app.secret.client_secret }}"),
    ];
    let exchange = steps(vec![token_step(&fields, json!([secret("access_token", true), secret("refresh_token", false)]))]);
    let mut parts = json!({
        "secrets": [],
        "authorize": { "url": text("https://login.example.com/authorize"), "query": query, "pkce": true, "exchange": exchange },
        "refresh": renewal(),
    });
    parts.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    one(method(bearer(), parts))
}

/// An account that was connected: it holds the tokens of version 0.
pub fn connected() -> Account {
    Account {
        id: Some("acme".to_owned()),
        tokens: [("access_token", "access-number-0"), ("refresh_token", "refresh-number-0")]
            .map(|(name, token)| (name.to_owned(), Secret::from(token)))
            .into(),
        ..customer()
    }
}

type Rule = Box<dyn Fn(&http::Request<Bytes>, usize) -> Scripted + Send + Sync>;

/// A provider that answers by rule, a little later.
pub struct Peer {
    rule: Rule,
    pub seen: Mutex<Vec<http::Request<Bytes>>>,
    log: Log,
}

pub type Log = Arc<Mutex<Vec<String>>>;

impl Transport for Peer {
    fn send(&self, request: http::Request<Body>) -> BoxFuture<'_, Result<Response, TransportError>> {
        Box::pin(async move {
            let (parts, body) = request.into_parts();
            let request = http::Request::from_parts(parts, body.whole().await?);
            let index = {
                let mut seen = self.seen.lock().unwrap();
                seen.push(request.clone());
                self.log.lock().unwrap().push(request.uri().path().to_owned());
                seen.len() - 1
            };
            for _ in 0..5 {
                tokio::task::yield_now().await;
            }
            match (self.rule)(&request, index) {
                Scripted::Answer(status, headers, body) => {
                    let mut map = HeaderMap::new();
                    for (name, value) in headers {
                        map.append(HeaderName::from_static(name), HeaderValue::from_str(&value).unwrap());
                    }
                    Ok(Response::whole(StatusCode::from_u16(status).unwrap(), map, body))
                }
                Scripted::Fails(failure) => Err(TransportError::new(failure, "the connection broke")),
            }
        })
    }
}

impl Peer {
    pub fn new(log: &Log, rule: impl Fn(&http::Request<Bytes>, usize) -> Scripted + Send + Sync + 'static) -> Arc<Self> {
        Arc::new(Self { rule: Box::new(rule), seen: Mutex::default(), log: Arc::clone(log) })
    }

    /// The requests to a path.
    pub fn to(&self, path: &str) -> Vec<http::Request<Bytes>> {
        self.seen.lock().unwrap().iter().filter(|request| request.uri().path() == path).cloned().collect()
    }
}

/// The form of a request.
pub fn form_of(request: &http::Request<Bytes>) -> std::collections::BTreeMap<String, String> {
    url::form_urlencoded::parse(request.body()).into_owned().collect()
}

pub fn bearer_of(request: &http::Request<Bytes>) -> String {
    request.headers().get("authorization").map_or_else(String::new, |value| value.to_str().unwrap().replace("Bearer ", ""))
}

/// A store whose saves fail or stop when told to.
#[derive(Default)]
pub struct Fickle {
    pub inner: MemoryStore,
    pub fails: AtomicBool,
    pub stalls: AtomicBool,
    pub log: Log,
}

impl Store for Fickle {
    fn load<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<Option<Secret<Vec<u8>>>, Error>> {
        Box::pin(async move {
            tokio::task::yield_now().await;
            self.inner.load(key).await
        })
    }

    fn save<'a>(&'a self, key: &'a str, value: &'a [u8]) -> BoxFuture<'a, Result<(), Error>> {
        Box::pin(async move {
            while self.stalls.load(Ordering::SeqCst) {
                tokio::task::yield_now().await;
            }
            if self.fails.load(Ordering::SeqCst) {
                return Err(Error::new(ErrorKind::Store, "the disk is full"));
            }
            self.inner.save(key, value).await?;
            self.log.lock().unwrap().push("saved".to_owned());
            Ok(())
        })
    }

    fn remove<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<(), Error>> {
        self.inner.remove(key)
    }

    fn lock<'a>(&'a self, key: &'a str, most: Duration) -> BoxFuture<'a, Result<Lease, Error>> {
        self.inner.lock(key, most)
    }
}

/// Everything at hand.
pub struct World {
    pub peer: Arc<Peer>,
    pub store: Arc<Fickle>,
    pub clock: Arc<ReplayClock>,
    pub runtime: Runtime,
    pub connector: Connector,
    pub account: Account,
    pub log: Log,
}

pub fn world(plan: Plan, account: Account, rule: impl Fn(&http::Request<Bytes>, usize) -> Scripted + Send + Sync + 'static) -> World {
    let log = Log::default();
    let peer = Peer::new(&log, rule);
    let store = Arc::new(Fickle { log: Arc::clone(&log), ..Fickle::default() });
    let clock = Arc::new(ReplayClock::new("2026-03-01T12:00:00Z").unwrap());
    let runtime = builder(peer.clone()).clock(clock.clone()).store(store.clone()).build().unwrap();
    World { peer, store, clock, runtime, connector: Connector::load(plan).unwrap(), account, log }
}

impl World {
    /// Another process: another runtime with the same store.
    pub fn other(&self) -> Runtime {
        builder(self.peer.clone()).clock(self.clock.clone()).store(self.store.clone()).build().unwrap()
    }

    pub async fn me(&self) -> Result<Answer, Error> {
        self.runtime.call(&self.connector, &self.account, Call::native("me.get")).await
    }

    pub fn later(&self, seconds: u64) {
        drop(self.clock.sleep(Duration::from_secs(seconds)));
    }

    /// How many requests went to the token endpoint.
    pub fn tokens(&self) -> usize {
        self.peer.to("/token").len()
    }

    /// The bearer tokens that the API saw.
    pub fn bearers(&self) -> Vec<String> {
        self.peer.to("/me").iter().map(bearer_of).collect()
    }

    pub async fn stored(&self) -> Option<Value> {
        let key = "demo/way/acme";
        self.store.inner.load(key).await.unwrap().map(|bytes| serde_json::from_slice(bytes.expose()).unwrap())
    }
}

/// A provider that rotates refresh tokens, and takes each of them and the newest access token only.
pub fn rotating(lifetime: u64) -> impl Fn(&http::Request<Bytes>, usize) -> Scripted + Send + Sync + 'static {
    let current = Mutex::new(0_u64);
    move |request, _| {
        let mut current = current.lock().unwrap();
        if request.uri().path() != "/token" {
            let good = bearer_of(request) == format!("access-number-{current}");
            return if good { ok(json!({ "id": 1 })) } else { status(401, json!({ "message": "token is not good" })) };
        }
        let form = form_of(request);
        if form.get("grant_type").is_some_and(|grant| grant == "refresh_token")
            && form["refresh_token"] != format!("refresh-number-{current}")
        {
            return status(400, json!({ "error": "invalid_grant", "error_description": "was used before" }));
        }
        *current += 1;
        ok(
            json!({ "access_token": format!("access-number-{current}"), "refresh_token": format!("refresh-number-{current}"), "expires_in": lifetime }),
        )
    }
}
