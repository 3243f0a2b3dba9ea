//! One request and its answer: build, send, perhaps again, classify.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use connc_expr::tape::{Tape, Wants};
use connc_plan::{Answer, ErrorKind, Method, Request};
use futures_util::StreamExt as _;
use futures_util::future::{BoxFuture, Either, select};
use http::{HeaderMap, StatusCode};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tracing::Instrument as _;
use url::Url;

use crate::auth;
use crate::budget;
use crate::context::{Context, too_late};
use crate::error::Written;
use crate::paginate::Turn;
use crate::program::{Evaluation, Vars};
use crate::rate_limit::{self, Readings};
use crate::request::{self, Built};
use crate::scope::Names;
use crate::sheet::Rules;
use crate::transport::{Body, Response, TransportError, TransportFailure};
use crate::{Error, format, hash, redirect, response, retry};

/// So much memory is made ready for an answer that only says that it is that large.
const BELIEVED: usize = 1 << 20;

/// What an operation is given, checked.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Inputs {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) id: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) parent: Option<String>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) input: BTreeMap<String, Value>,
    /// The fields that are asked for by name, where the provider gives only those.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) select: Option<Vec<String>>,
}

/// What one request is made from, besides the account.
#[derive(Clone, Debug)]
pub(crate) struct Given<'a> {
    pub(crate) inputs: &'a Inputs,
    pub(crate) vars: &'a Vars,
    pub(crate) turn: Option<Turn<'a>>,
    pub(crate) key: Option<&'a str>,
    /// What is read of the answer where it is a page of records.
    pub(crate) wants: Option<&'a Wants>,
}

impl<'a> Given<'a> {
    /// Without a page and without an idempotency key.
    pub(crate) const fn new(inputs: &'a Inputs, vars: &'a Vars) -> Self {
        Self { inputs, vars, turn: None, key: None, wants: None }
    }

    /// The names for templates, without a token.
    pub(crate) fn names(&self, context: &'a Context) -> Names<'a> {
        Names {
            input: Some(&self.inputs.input),
            id: self.inputs.id.as_deref(),
            parent: self.inputs.parent.as_deref(),
            started_at: Some(context.started_at()),
            select: self.inputs.select.as_deref(),
            page: self.turn.as_ref().map(Turn::named).unwrap_or_default(),
            ..context.names()
        }
    }
}

/// A whole answer.
#[derive(Clone, Debug)]
pub(crate) struct Received {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
    /// Whether the text is just what was sent, and that was UTF-8.
    pub(crate) exact: bool,
    /// Where it was asked for, before any mapping.
    pub(crate) url: Url,
    /// What it says about rate limits.
    pub(crate) limits: Readings,
    /// How often it was asked for.
    pub(crate) attempts: u32,
    /// Where in the text what is wanted of it stands, if that was noted.
    pub(crate) tape: Option<Tape>,
    /// What was noted of each record for a map.
    pub(crate) record: Option<Arc<Wants>>,
}

/// Sends a request of an operation with the account's auth, and gives its answer if that is no error.
/// A token that is refused is got anew once: a 401 says that nothing was done.
pub(crate) async fn exchange(context: &Context, request: &Request, given: Given<'_>) -> Result<Received, Error> {
    let key = request.idempotency_header.is_some().then(|| fresh_key(context)).transpose()?;
    let given = Given { key: key.as_deref(), ..given };
    let mut entry = auth::entry(context, None).await?;
    auth::all_chosen(context, &request.body)?;
    let mut renewed = false;
    // The same place in the account's line for every attempt.
    let arrival = context.budget.arrive();
    let (mut refusal, mut refusals, mut before) = (None, 0, 0);
    loop {
        let tokens = entry.as_deref().map(|entry| &entry.tokens);
        let names = Names { secrets: true, token: tokens, ..given.names(context) };
        let (mut built, mut hops) = (request::build(context, request, &given, &names)?, 0);
        let mut received = loop {
            let pass = budget::admit(context, request.origin, arrival, refusal.take()).await?;
            let received = send(context, request, &built, Some(&names)).await.map_err(|error| clean(context, named(error, &built)))?;
            pass.learn(context, &received.limits);
            before += received.attempts;
            context.meter.attempts(before);
            let Some(target) = redirect::onward(context, &built, &received, hops).map_err(|error| named(error, &built))? else {
                break received;
            };
            (built, hops) = (built.moved(target, &context.standing().redactor), hops + 1);
        };
        if let (Some(wants), Answer::Json, 200..=299) = (given.wants, request.answer, received.status) {
            received.note(wants, context.record.as_ref(), context.parts().limits.json_depth);
        }
        let classified = response::classify(context, request, &received).map_err(|error| {
            let mut error = clean(context, named(error, &built));
            error.attempts = before;
            error
        });
        if let Some(error) = classified.as_ref().err().filter(|error| error.kind == ErrorKind::RateLimited) {
            refusals += 1;
            budget::refused(context, request.origin, error, refusals);
            if context.managed && built.body.repeatable() {
                context.meter.retry(Duration::ZERO);
                refusal = classified.err();
                continue;
            }
        }
        let refused = entry.as_ref().filter(|_| auth::has_tokens(&context.account.method)).map(|entry| entry.number);
        let Some(refused) = refused.filter(|_| expired(context, &received, classified.as_ref().err())) else {
            let status = received.status;
            let unread = |error| done_though(clean(context, named(error, &built)), request, Some(status));
            return classified.and_then(|()| format::as_json(context, request, received).map_err(unread));
        };
        if renewed {
            classified?;
            return Err(ended(context, &received, &built));
        }
        renewed = true;
        entry = auth::entry(context, Some(refused)).await.map_err(|error| instead(error, classified.err()))?;
        if !built.body.repeatable() {
            let mut error =
                named(Error::new(ErrorKind::Auth, "the token was refused, and what was sent with it can be read once only"), &built);
            (error.status, error.retryable) = (Some(received.status), true);
            return Err(error.with_help("make the call again: the token was renewed"));
        }
    }
}

/// Whether the provider says that the token or session has ended.
fn expired(context: &Context, received: &Received, error: Option<&Error>) -> bool {
    if received.status == 401 {
        return true;
    }
    let Some(expired) = &context.account.method.expired else { return false };
    let mut vars = response::vars(&context.vars(), received, &[expired]);
    let said = error.map(|error| json!({ "kind": error.kind.name(), "code": error.provider_code, "message": error.provider_message }));
    vars.set_value("error", said.as_ref());
    // It holds for a login page, too, which is no JSON.
    let over = Rules::over(context.programs(), received.noted(), &received.text, &vars, &[expired])
        .or_else(|_| Evaluation::over_nothing(context.programs(), &vars).map(Rules::Engine));
    over.and_then(|over| over.truth(expired)).unwrap_or(false)
}

/// An answer that says that a token has ended which was got just now.
fn ended(context: &Context, received: &Received, built: &Built) -> Error {
    let mut error = Error::new(ErrorKind::Auth, "the provider says that the token or session has ended, right after it was renewed");
    error.status = Some(received.status);
    named(error.at(context.plan(), &context.account.method.name, context.account.method.origin), built)
}

/// Why there is no other token, with what the provider said to the one there was.
fn instead(mut error: Error, refused: Option<Error>) -> Error {
    if let Some(refused) = refused.filter(|_| error.status.is_none()) {
        error.status = refused.status;
        error.request.clone_from(&refused.request);
        if error.provider_code.is_none() && error.provider_message.is_none() {
            error.provider_code.clone_from(&refused.provider_code);
            error.provider_message.clone_from(&refused.provider_message);
        }
    }
    error
}

/// A key that no other write has (RFC 9562, section 5.4).
fn fresh_key(context: &Context) -> Result<String, Error> {
    let mut bytes = [0; 16];
    context.parts().random.fill(&mut bytes)?;
    let [.., version, _, variant, _, _, _, _, _, _, _] = &mut bytes;
    *version = (*version & 0x0f) | 0x40;
    *variant = (*variant & 0x3f) | 0x80;
    let hex = hash::hex(&bytes);
    let groups = [8, 4, 4, 4, 12].iter().scan(hex.as_str(), |rest, length| {
        let (group, after) = rest.split_at_checked(*length)?;
        *rest = after;
        Some(group)
    });
    Ok(groups.collect::<Vec<_>>().join("-"))
}

fn named(mut error: Error, built: &Built) -> Error {
    error.request.get_or_insert_with(|| built.shown().to_owned());
    error
}

/// A provider may repeat what it was sent.
fn clean(context: &Context, mut error: Error) -> Error {
    let standing = context.standing();
    let failure: &mut crate::Failure = &mut error;
    for text in [&mut failure.provider_code, &mut failure.provider_message].into_iter().flatten() {
        *text = standing.redactor.clean(text);
    }
    error
}

/// Sends until there is an answer that need not be asked for again. With `names`, each attempt is signed as the auth method says.
pub(crate) async fn send(context: &Context, request: &Request, built: &Built, names: Option<&Names<'_>>) -> Result<Received, Error> {
    let mut attempts = 0;
    send_counted(context, request, built, names, &mut attempts).await.map_err(|mut error| {
        error.attempts = attempts;
        context.meter.attempts(attempts);
        error
    })
}

async fn send_counted(
    context: &Context,
    request: &Request,
    built: &Built,
    names: Option<&Names<'_>>,
    attempt: &mut u32,
) -> Result<Received, Error> {
    let idempotent = request.idempotent || request.idempotency_header.is_some();
    let parts = context.parts();
    // What can be read once can be sent once.
    let most = if built.body.repeatable() { parts.limits.attempts.max(1) } else { 1 };
    loop {
        if context.left().is_some_and(|left| left.is_zero()) {
            return Err(too_late());
        }
        let signed = signed(context, built, names)?;
        let target = context.standing().guard.target(&signed.url)?;
        context.meter.request();
        *attempt += 1;
        let span = tracing::debug_span!(target: "connc", "request", request = %built.shown(), attempt);
        let sent = match context.in_time(once(context, request, signed.http(&target)?).instrument(span)).await {
            Ok(sent) => sent,
            Err(late) => return Err(if idempotent { late } else { unknown(&late.message) }),
        };
        let mut pause = retry::back_off(*attempt, parts.random.as_ref())?;
        let failure = match sent {
            Ok((status, headers, bytes)) => {
                let asked = rate_limit::retry_after(&headers, parts.clock.now());
                if let (Some(asked), true) = (asked, context.managed) {
                    let asked = Duration::from_secs(asked);
                    pause = pause.max(asked.saturating_add(retry::jitter(asked, parts.random.as_ref())?));
                }
                let waits = headers.contains_key(http::header::RETRY_AFTER) && !context.managed;
                // A wait that the call has no time for is not begun: the caller learns at once how long it would have been.
                let in_reach = asked.is_none() || pause <= context.allowance();
                if *attempt >= most || !in_reach || !retry::after_status(status, idempotent, waits) {
                    let unpacked = format::unpacked(request, status, bytes, parts.limits.body_bytes);
                    let told = |error| if names.is_some() { done_though(error, request, Some(status)) } else { error };
                    let (text, exact) = format::text(unpacked.map_err(told)?);
                    let (url, attempts) = (built.url.clone(), *attempt);
                    let mut received =
                        Received { status, headers, text, exact, url, limits: Readings::default(), attempts, tape: None, record: None };
                    received.limits = rate_limit::read(context, &received);
                    return Ok(received);
                }
                None
            }
            Err(broken) => {
                let Broken { error: broken, status } = broken;
                if *attempt >= most || !retry::after_failure(broken.failure, idempotent) {
                    let error = failed(context, &broken, idempotent);
                    return Err(if names.is_some() { done_though(error, request, status.map(|status| status.as_u16())) } else { error });
                }
                Some(broken)
            }
        };
        if let (Some(left), Some(broken)) = (context.left(), &failure)
            && left < pause
        {
            return Err(failed(context, broken, idempotent));
        }
        context.meter.retry(pause);
        context.in_time(parts.clock.sleep(pause)).await?;
    }
}

/// The request as it leaves: signed afresh, since a signature may hold the time or be good for one use.
fn signed<'a>(context: &Context, built: &'a Built, names: Option<&Names<'_>>) -> Result<Cow<'a, Built>, Error> {
    let method = &context.account.method;
    let (Some(sign), Some(names)) = (&method.sign, names) else { return Ok(Cow::Borrowed(built)) };
    let mut signed = built.clone();
    auth::sign(context, sign, &mut signed, names).map_err(|error| error.at(context.plan(), &method.name, method.origin))?;
    Ok(Cow::Owned(signed))
}

/// What broke an exchange, with the status where the answer had begun.
struct Broken {
    error: TransportError,
    status: Option<StatusCode>,
}

impl From<TransportError> for Broken {
    fn from(error: TransportError) -> Self {
        Self { error, status: None }
    }
}

async fn once(context: &Context, what: &Request, request: http::Request<Body>) -> Result<(u16, HeaderMap, Vec<u8>), Broken> {
    let streamed = matches!(request.body(), Body::Stream { .. });
    let sent = context.parts().transport.send(request);
    let mut timer = timer(context);
    // How long an upload takes is the caller's to say.
    let Response { status, headers, mut body } = if streamed { sent.await? } else { in_limit(context, &mut timer, sent).await? };
    if let (Some(fetched), true, Answer::Bytes) = (&context.fetched, status.is_success(), what.answer) {
        fetched.put(body);
        return Ok((status.as_u16(), headers, Vec::new()));
    }
    if streamed {
        timer = self::timer(context);
    }
    let most = context.parts().limits.body_bytes;
    // What is left to come is known where it is not compressed. More than that is not believed before it is there.
    let due = headers.get(http::header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse().ok());
    let bytes = async {
        let mut bytes = Vec::with_capacity(due.unwrap_or(0).min(most).min(BELIEVED));
        while let Some(chunk) = body.next().await {
            let chunk = chunk?;
            if bytes.len().saturating_add(chunk.len()) > most {
                return Err(TransportError::new(TransportFailure::TooLarge, format!("the answer is larger than {most} bytes")));
            }
            bytes.extend_from_slice(&chunk);
        }
        Ok(bytes)
    };
    let bytes = in_limit(context, &mut timer, bytes).await.map_err(|error| Broken { error, status: Some(status) })?;
    context.meter.received(bytes.len());
    Ok((status.as_u16(), headers, bytes))
}

/// Completes when an attempt has taken as long as it may.
fn timer(context: &Context) -> BoxFuture<'static, ()> {
    let clock = &context.parts().clock;
    if clock.real() { clock.timer(context.parts().limits.answer) } else { Box::pin(std::future::pending()) }
}

/// A server that sends a byte now and then keeps every timeout of the transport's from passing.
async fn in_limit<T>(
    context: &Context,
    timer: &mut BoxFuture<'static, ()>,
    work: impl Future<Output = Result<T, TransportError>> + Send,
) -> Result<T, TransportError> {
    match select(Box::pin(work), timer).await {
        Either::Left((done, _)) => done,
        Either::Right(_) => {
            let limit = context.parts().limits.answer;
            Err(TransportError::new(TransportFailure::Timeout, format!("the answer did not come whole within {limit:?}")))
        }
    }
}

/// What a broken transport means for the caller.
pub(crate) fn failed(context: &Context, broken: &TransportError, idempotent: bool) -> Error {
    let message = context.standing().redactor.clean(&broken.message);
    let mut error = match broken.failure {
        TransportFailure::NotSent => Error::new(ErrorKind::Transport, message),
        TransportFailure::MaybeSent | TransportFailure::Timeout if !idempotent => return unknown(&message),
        TransportFailure::MaybeSent => Error::new(ErrorKind::Transport, message),
        TransportFailure::Timeout => Error::new(ErrorKind::Timeout, message),
        TransportFailure::TooLarge => return Error::new(ErrorKind::Limit, message),
        TransportFailure::Refused => return Error::new(ErrorKind::Security, message),
        TransportFailure::Other => return Error::new(ErrorKind::Transport, message),
    };
    error.retryable = true;
    error
}

/// An error in the answer to a write after a status that says that it was done. Whoever takes it for undone would do it again.
fn done_though(mut error: Error, request: &Request, status: Option<u16>) -> Error {
    let reads = matches!(request.method, Method::Get | Method::Head);
    if !reads && error.kind != ErrorKind::OutcomeUnknown && status.is_some_and(|status| (200..300).contains(&status)) {
        error.status = status;
        error.done.push(Written::new(request.method.name(), 1, 1, request.idempotent));
    }
    error
}

fn unknown(message: &str) -> Error {
    Error::new(ErrorKind::OutcomeUnknown, format!("it is not known whether the write was done: {message}"))
        .with_help("look whether it was done before sending it again")
}
