//! The call once more, over invented answers and with an invented account: what it sends is what the recording says must be sent.
//!
//! Requests are never made harmless: they are made anew from what is harmless, so that nothing of the recorded ones can be left in them.

use std::sync::Arc;

use connc_plan::{Cassette, Exchange, Method, Origin, RecordedBody, RecordedRequest};
use connc_runtime::replay::{self, Replay, Sent};
use connc_runtime::{Connector, Error, ErrorKind, ReplayClock, ReplayRandom, Runtime};
use serde_json::Value;

use crate::error::Stop;

/// What came of a call.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Course {
    /// How many records each page had; one page of one record where it was no list.
    pub(crate) pages: Vec<usize>,
    /// What it failed with.
    pub(crate) fails: Option<ErrorKind>,
    /// Whether there is more than was asked for.
    pub(crate) more: bool,
}

/// Headers that every request has, or that say how it was carried.
const NOISE: [&str; 6] = ["accept", "accept-encoding", "content-length", "content-type", "host", "user-agent"];

/// Plays the call against the cassette's answers, whatever it asks, and gives what it sent and what came of it.
pub(crate) fn play(connector: &Connector, cassette: &Cassette) -> Result<(Vec<Sent>, Course), Stop> {
    let failed = |error: Error| Stop::usage(format!("the recording cannot be played: {error}"));
    let account = replay::account(connector.plan(), cassette);
    let transport = Arc::new(Replay::rehearsal(cassette, replay::secrets(&account)));
    let clock = ReplayClock::new(&cassette.clock).map_err(failed)?;
    let builder = Runtime::builder().transport(Arc::clone(&transport) as Arc<_>).clock(Arc::new(clock));
    let runtime = builder.random(Arc::new(ReplayRandom::new(cassette.seed))).cursor_key([0; 32]).build().map_err(failed)?;
    let tasks = tokio::runtime::Builder::new_current_thread().build();
    let tasks = tasks.map_err(|error| Stop::usage(format!("the system gives no timers: {error}")))?;
    let course = tasks.block_on(async {
        let mut course = Course::default();
        match runtime.list(connector, &account, replay::call(cassette)) {
            Ok(mut pages) => {
                while let Some(page) = pages.next().await {
                    match page {
                        Ok(page) => course.page(page.records.len(), page.next_cursor.is_some()),
                        Err(error) => course.fails = Some(error.kind),
                    }
                }
            }
            Err(_) => match runtime.call(connector, &account, replay::call(cassette)).await {
                Ok(answer) => course.page(usize::from(answer.record.is_some()), false),
                Err(error) => course.fails = Some(error.kind),
            },
        }
        course
    });
    Ok((transport.sent(), course))
}

impl Course {
    pub(crate) fn page(&mut self, records: usize, more: bool) {
        self.pages.push(records);
        self.more = more;
    }
}

/// What a cassette says of a request: `twin` is the same request of another run, and what differs between them may be anything.
pub(crate) fn request(sent: &Sent, twin: &Sent) -> Result<RecordedRequest, Stop> {
    let Sent { method, url, headers, body, .. } = sent;
    let method = Method::ALL.iter().find(|(_, known)| known.name() == method).map(|(_, method)| *method);
    let method = method.ok_or_else(|| Stop::usage("a request has a method that no recording can say"))?;
    if *url != twin.url {
        return Err(Stop::usage("the call sends another URL each time, which no recording can hold"));
    }
    let kind = headers.iter().find(|(name, _)| name == "content-type").map_or("", |(_, value)| value.as_str());
    let mut any = Vec::new();
    let body = match body {
        None => RecordedBody::None,
        Some(body) if kind.starts_with("application/x-www-form-urlencoded") => {
            let fields = |body: &str| -> Vec<(String, String)> {
                url::form_urlencoded::parse(body.as_bytes()).map(|(name, value)| (name.into_owned(), value.into_owned())).collect()
            };
            let twin = fields(twin.body.as_deref().unwrap_or_default());
            let mut own = fields(body);
            for (name, value) in &mut own {
                if is_jwt(value) || !twin.iter().any(|(known, other)| known == name && other == value) {
                    any.push(name.clone());
                    *value = "any".to_owned();
                }
            }
            RecordedBody::Form(own)
        }
        Some(body) if kind.starts_with("multipart/") || kind.starts_with("text/") => RecordedBody::Text(body.clone()),
        Some(body) => {
            let json: Value = serde_json::from_str(body)
                .map_err(|_| Stop::usage("a request has a body that is neither text nor JSON nor a form, and cannot be recorded"))?;
            let twin = twin.body.as_deref().and_then(|body| serde_json::from_str(body).ok()).unwrap_or(Value::Null);
            let mut json = json;
            different(&mut json, &twin, "", &mut any);
            RecordedBody::Json(json)
        }
    };
    let stable = |name: &str, value: &str| {
        let same = twin.headers.iter().any(|(known, other)| known == name && other == value);
        same && !value.contains("{{ hidden }}") && !is_jwt(value) && !NOISE.contains(&name)
    };
    let headers = headers.iter().filter(|(name, value)| stable(name, value)).cloned().collect();
    Ok(RecordedRequest { method, url: url.clone(), headers, body, any })
}

/// The exchange with a request that says nothing yet.
pub(crate) fn unasked(response: connc_plan::RecordedResponse) -> Exchange {
    let request =
        RecordedRequest { method: Method::Get, url: String::new(), headers: Vec::new(), body: RecordedBody::None, any: Vec::new() };
    Exchange { request, response, origin: Origin::default() }
}

/// Marks what differs, and what is signed.
fn different(own: &mut Value, twin: &Value, at: &str, any: &mut Vec<String>) {
    match (own, twin) {
        (Value::Object(own), Value::Object(twin)) => {
            for (name, value) in own {
                let escaped = name.replace('~', "~0").replace('/', "~1");
                different(value, twin.get(name).unwrap_or(&Value::Null), &format!("{at}/{escaped}"), any);
            }
        }
        (Value::Array(own), Value::Array(twin)) => {
            for (index, value) in own.iter_mut().enumerate() {
                different(value, twin.get(index).unwrap_or(&Value::Null), &format!("{at}/{index}"), any);
            }
        }
        (own, twin) => {
            if own != twin || own.as_str().is_some_and(is_jwt) {
                any.push(at.to_owned());
                *own = Value::from("any");
            }
        }
    }
}

/// A JSON Web Token, alone or behind its scheme.
fn is_jwt(text: &str) -> bool {
    let token = text.rsplit(' ').next().unwrap_or_default();
    token.starts_with("eyJ") && token.split('.').count() == 3
}

/// The shape of what was sent, which recorded and invented requests must share: method, path length, and how many query parameters.
pub(crate) fn outline(method: &str, url: &str) -> String {
    let (path, query) = url.split_once('?').unwrap_or((url, ""));
    let pairs = query.split('&').filter(|pair| !pair.is_empty()).count();
    format!("{method} with {} path segments and {pairs} query parameters", path.split('/').count().saturating_sub(3))
}
