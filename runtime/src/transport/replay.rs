//! Recorded exchanges in the place of a provider: strict, so that what passes here is what would be sent.

mod compare;
mod connect;
mod placeholder;

use std::collections::BTreeMap;
use std::sync::Mutex;

use bytes::Bytes;
use connc_plan::{AuthMethod, Cassette, Exchange, Origin, Plan, RecordedResponse};
use futures_util::future::BoxFuture;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};

use super::{About, Body, Purpose, Response, Transport, TransportError, TransportFailure};
use crate::document;
use crate::lock::locked;
use crate::redact::Redactor;
use crate::{Account, Call, File, Secret, hash};

pub use connect::connect;

/// A transport that answers each request with the next exchange of a cassette, if it is the very request recorded there.
#[derive(Debug)]
pub struct Replay {
    exchanges: Vec<Exchange>,
    secrets: BTreeMap<String, Secret<String>>,
    redactor: Redactor,
    strict: bool,
    state: Mutex<Progress>,
}

#[derive(Debug, Default)]
struct Progress {
    used: usize,
    sent: Vec<Sent>,
}

/// A request that was sent, for snapshots: its secrets are the placeholders that name them.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Sent {
    /// The HTTP method.
    pub method: String,
    /// The URL.
    pub url: String,
    /// The headers, by name.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Option<String>,
    /// What the request was for.
    pub purpose: Purpose,
    /// The status that it was answered with; none where it was not the request that was recorded.
    pub status: Option<u16>,
}

impl Replay {
    /// Plays `cassette`. `secrets` are the values that its `{{ secret.NAME }}` stand for, by the name between the braces.
    #[must_use]
    pub fn new(cassette: &Cassette, secrets: BTreeMap<String, Secret<String>>) -> Self {
        let mut redactor = Redactor::default();
        for (name, secret) in &secrets {
            redactor.add(&format!("{{{{ {name} }}}}"), secret.expose());
        }
        Self { exchanges: cassette.exchanges.clone(), secrets, redactor, strict: true, state: Mutex::default() }
    }

    /// Plays `cassette` whatever the requests are, to see which they are: how a recording's requests are made.
    #[must_use]
    pub fn rehearsal(cassette: &Cassette, secrets: BTreeMap<String, Secret<String>>) -> Self {
        Self { strict: false, ..Self::new(cassette, secrets) }
    }

    /// The exchanges that were never asked for, by their places in the cassette's file.
    #[must_use]
    pub fn unused(&self) -> Vec<Origin> {
        let used = locked(&self.state).used;
        self.exchanges.iter().skip(used).map(|exchange| exchange.origin).collect()
    }

    /// Every request so far, in order, those that did not fit included.
    #[must_use]
    pub fn sent(&self) -> Vec<Sent> {
        locked(&self.state).sent.clone()
    }

    fn answer(&self, request: &http::Request<Bytes>) -> Result<Response, TransportError> {
        let refused = |message: String| TransportError::new(TransportFailure::Other, message);
        let shown = self.shown(request);
        let mut state = locked(&self.state);
        let position = state.used;
        state.sent.push(shown.clone());
        let Some(exchange) = self.exchanges.get(position) else {
            return Err(refused(format!("the cassette has {position} exchanges, and one more was sent: {} {}", shown.method, shown.url)));
        };
        let differences = if self.strict { compare::differences(&exchange.request, request, &self.secrets) } else { Vec::new() };
        if !differences.is_empty() {
            let differences: Vec<String> = differences.iter().map(|text| self.redactor.clean(text)).collect();
            let place = format!("exchange {} at line {}", position + 1, exchange.origin.line);
            return Err(refused(format!("the request is not that of {place}: {}", differences.join("; "))));
        }
        state.used += 1;
        if let Some(sent) = state.sent.last_mut() {
            sent.status = Some(exchange.response.status);
        }
        respond(&exchange.response).ok_or_else(|| refused(format!("the response of exchange {} is no HTTP response", position + 1)))
    }

    fn shown(&self, request: &http::Request<Bytes>) -> Sent {
        let headers = request.headers().iter().map(|(name, value)| {
            let text = String::from_utf8_lossy(value.as_bytes());
            // The secrets of a replay are placeholders, so that what an encoding hides can be shown.
            let text = hash::legible_basic(&text).map_or(text, Into::into);
            let clean = self.redactor.clean(&text);
            let hidden = value.is_sensitive() && clean == text;
            // An encoding hides a secret from the redactor: only the scheme's name is left of it.
            let clean = match (hidden, clean.split_once(' ')) {
                (false, _) => clean,
                (true, Some((scheme, _))) => format!("{scheme} {{{{ hidden }}}}"),
                (true, None) => "{{ hidden }}".to_owned(),
            };
            (name.to_string(), clean)
        });
        let mut headers: Vec<_> = headers.collect();
        headers.sort();
        let body = (!request.body().is_empty()).then(|| match std::str::from_utf8(request.body()) {
            Ok(text) => self.redactor.clean(text),
            Err(_) => format!("<{} bytes>", request.body().len()),
        });
        let purpose = request.extensions().get::<About>().map(|about| about.purpose).unwrap_or_default();
        let url = self.redactor.clean(&request.uri().to_string());
        Sent { method: request.method().to_string(), url, headers, body, purpose, status: None }
    }
}

impl Transport for Replay {
    fn send(&self, request: http::Request<Body>) -> BoxFuture<'_, Result<Response, TransportError>> {
        Box::pin(async move {
            let (parts, body) = request.into_parts();
            self.answer(&http::Request::from_parts(parts, body.whole().await?))
        })
    }
}

fn respond(recorded: &RecordedResponse) -> Option<Response> {
    let mut headers = HeaderMap::new();
    for (name, value) in &recorded.headers {
        headers.append(HeaderName::try_from(name).ok()?, HeaderValue::try_from(value).ok()?);
    }
    let body = if recorded.base64 {
        data_encoding::BASE64.decode(recorded.body.as_bytes()).ok()?.into()
    } else {
        Bytes::from(recorded.body.clone())
    };
    Some(Response::whole(StatusCode::from_u16(recorded.status).ok()?, headers, body))
}

/// The account of a cassette, each secret that the plan asks for being a placeholder: `secret-NAME`, for the deployment's `app-secret-NAME`.
/// Keys and key files are real ones that protect nothing, so that a signed token is the same in every replay, where its algorithm is.
/// Where a person's consent gives the token, the account is connected already unless the cassette connects it: its tokens are `token-NAME`.
#[must_use]
pub fn account(plan: &Plan, cassette: &Cassette) -> Account {
    let Cassette { account, app, auth, parameters, kept, connect, tokens, .. } = cassette;
    let method = if auth.is_empty() { plan.auth.first() } else { plan.auth_method(auth) };
    Account {
        connector: plan.connector.clone(),
        // The tokens of a person's consent are stored by it.
        id: connect.as_ref().map(|_| "replay".to_owned()),
        auth: auth.clone(),
        account: account.clone(),
        parameters: parameters.clone(),
        secrets: method.map(placeholder::secrets).unwrap_or_default(),
        app: app.clone(),
        app_secrets: plan
            .app_secrets
            .iter()
            .map(|secret| (secret.name.clone(), Secret::from(format!("app-secret-{}", secret.name))))
            .collect(),
        kept: kept.clone(),
        tokens: match (connect, tokens) {
            (Some(_), _) => BTreeMap::new(),
            (None, Some(names)) => names.iter().map(|name| held(name)).collect(),
            (None, None) => method.map(consented).unwrap_or_default(),
        },
    }
}

/// The tokens that a person's consent gave.
fn consented(method: &AuthMethod) -> BTreeMap<String, Secret<String>> {
    let steps = method.authorize.iter().flat_map(|authorize| &authorize.exchange.steps);
    steps.flat_map(|step| &step.keep).filter(|keep| keep.shown.is_none()).map(|keep| held(&keep.name)).collect()
}

fn held(name: &str) -> (String, Secret<String>) {
    (name.to_owned(), Secret::from(format!("token-{name}")))
}

/// The secrets of an account by the names that a cassette gives them: `secret.token`, `app.secret.client_secret`, `token.refresh_token`.
#[must_use]
pub fn secrets(account: &Account) -> BTreeMap<String, Secret<String>> {
    let named = [("secret", &account.secrets), ("app.secret", &account.app_secrets), ("token", &account.tokens)];
    let all = named.into_iter().flat_map(|(prefix, secrets)| {
        secrets.iter().flat_map(move |(name, secret)| {
            let members = document::members(secret).into_iter().map(move |(member, text)| (format!("{prefix}.{name}.{member}"), text));
            std::iter::once((format!("{prefix}.{name}"), secret.clone())).chain(members)
        })
    });
    all.collect()
}

/// The files that the call of a cassette sends, by input.
#[must_use]
pub fn files(cassette: &Cassette) -> Vec<(String, File)> {
    let file = |file: &connc_plan::CassetteFile| {
        let bytes = File::bytes(file.name.as_str(), file.text.clone());
        match &file.content_type {
            Some(kind) => bytes.content_type(kind.as_str()),
            None => bytes,
        }
    };
    cassette.call.files.iter().map(|given| (given.input.clone(), file(given))).collect()
}

/// The call of a cassette.
#[must_use]
pub fn call(cassette: &Cassette) -> Call {
    let recorded = &cassette.call;

    let mut call = match (&cassette.model, recorded.unified_verb()) {
        (Some(model), Some(verb)) => Call::unified(model.as_str(), recorded.resource.as_str(), verb),
        (Some(_), None) | (None, _) => Call::native(format!("{}.{}", recorded.resource, recorded.verb)),
    };
    if let Some(id) = &recorded.id {
        call = call.id(id.as_str());
    }
    if let Some(parent) = &recorded.parent {
        call = call.parent(parent.as_str());
    }
    if !recorded.input.is_null() {
        call = call.input(recorded.input.clone());
    }
    for (input, file) in files(cassette) {
        call = call.file(input, file);
    }
    for (name, value) in &recorded.filters {
        call = call.filter(name.as_str(), value.as_str());
    }
    match recorded.limit {
        Some(limit) => call.limit(limit),
        None => call,
    }
}
