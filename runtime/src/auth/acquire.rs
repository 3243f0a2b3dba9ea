//! Getting tokens: the plan's requests in order, again where that is safe, and what their answers mean.

use std::collections::BTreeMap;

use connc_plan::{Acquire, AcquireStep, ErrorKind, Request};
use jiff::Timestamp;
use serde_json::Value;

use super::{keep, names, sign};
use crate::context::Context;
use crate::exchange::{self, Given, Inputs, Received};
use crate::program::Evaluation;
use crate::redact::Redactor;
use crate::request::{self, Built};
use crate::scope::Names;
use crate::transport::Purpose;
use crate::{Error, Secret, response, retry};

/// What the answers gave.
#[derive(Debug, Default)]
pub(super) struct Got {
    pub(super) tokens: BTreeMap<String, Secret<String>>,
    pub(super) kept: BTreeMap<String, Value>,
    pub(super) expires: Option<Timestamp>,
}

/// What tokens are got with.
#[derive(Clone, Copy, Default)]
pub(super) struct With<'a> {
    /// Tokens that are there already.
    pub(super) tokens: Option<&'a BTreeMap<String, Secret<String>>>,
    /// `flow.*`.
    pub(super) flow: Option<&'a BTreeMap<String, Secret<String>>>,
    /// Whether they are what renews those.
    pub(super) renews: bool,
    /// How often all of it may be done again after a failure that leaves open whether the provider did it. A request that did not
    /// reach the provider is sent again in any case.
    pub(super) repeats: u32,
}

/// Sends the requests, and puts what the plan keeps into `got`. What was got before a failure, or before this was dropped, is there as
/// well: a provider that rotates tokens takes no other any more.
pub(super) async fn acquire(context: &Context, acquire: &Acquire, with: With<'_>, got: &mut Got) -> Result<(), Error> {
    let mut repeated = 0;
    loop {
        let error = match once(context, acquire, with, got).await {
            Ok(()) => return Ok(()),
            Err(error) => error,
        };
        let passing = matches!(error.kind, ErrorKind::Transport | ErrorKind::Timeout) || matches!(error.status, Some(502..=504));
        let asks_to_wait = error.rate_limit.as_ref().is_some_and(|limit| limit.retry_after.is_some());
        if repeated >= with.repeats || !passing || !error.retryable || asks_to_wait {
            let method = &context.account.method;
            return Err(error.at(context.plan(), &method.name, acquire.origin));
        }
        repeated += 1;
        let pause = retry::back_off(repeated, context.parts().random.as_ref())?;
        context.meter.retry(pause);
        context.parts().clock.sleep(pause).await;
    }
}

async fn once(context: &Context, acquire: &Acquire, with: With<'_>, got: &mut Got) -> Result<(), Error> {
    // What a step sees as `token.*`: what there was, and what the steps before it kept.
    let mut seen = with.tokens.cloned().unwrap_or_default();
    seen.extend(got.tokens.clone());
    let mut last = None;
    for step in &acquire.steps {
        let names = Names { secrets: true, app: true, token: Some(&seen), flow: with.flow, ..context.names() };
        let jwt = step.jwt.as_ref().map(|jwt| sign::jwt(context, jwt, &names)).transpose()?;
        let names = Names { jwt: jwt.as_ref(), ..names };
        let redactor = request::redactor(context, &names);
        let mut built = bare(context, &step.request, &names)?;
        if with.renews {
            built.purpose = Purpose::Renewal;
        }
        let step_got = async {
            let received = send(context, &step.request, &built).await?;
            accepted(context, acquire, step, &received, &redactor)?;
            keep::keep(context, step, &received, got)?;
            Ok(received)
        };
        let received = step_got.await.map_err(|mut error: Error| {
            error.request.get_or_insert_with(|| built.shown().to_owned());
            clean(error, &redactor)
        })?;
        seen.extend(got.tokens.clone());
        last = Some(received);
    }
    if let Some(received) = &last {
        got.expires = keep::expires(context, acquire, received)?;
    }
    Ok(())
}

/// Sends the requests that end a session or take tokens back. One whose token is not kept has nothing to end.
pub(crate) async fn release(context: &Context, tokens: &BTreeMap<String, Secret<String>>) -> Result<(), Error> {
    let method = &context.account.method;
    for step in &method.release {
        if names::reads(step).iter().any(|name| !tokens.contains_key(*name)) {
            continue;
        }
        let names = Names { secrets: true, app: true, token: Some(tokens), ..context.names() };
        let jwt = step.jwt.as_ref().map(|jwt| sign::jwt(context, jwt, &names)).transpose()?;
        let names = Names { jwt: jwt.as_ref(), ..names };
        let redactor = request::redactor(context, &names);
        let mut built = bare(context, &step.request, &names)?;
        built.purpose = Purpose::Release;
        let received = send(context, &step.request, &built).await.map_err(|error| clean(error, &redactor));
        let ended = received.and_then(|received| match received.status {
            // What is not known any more, or not let in, has ended already.
            200..=399 | 401 | 404 | 410 => Ok(()),
            status => {
                let mut error =
                    Error::new(ErrorKind::Provider, format!("the provider answered {status} when the account was disconnected"));
                error.status = Some(status);
                Err(error)
            }
        });
        ended.map_err(|mut error| {
            error.request.get_or_insert_with(|| built.shown().to_owned());
            error.at(context.plan(), &method.name, step.request.origin)
        })?;
    }
    Ok(())
}

/// A request that is sent as it stands, without what is put on other requests.
pub(super) fn bare(context: &Context, request: &Request, names: &Names<'_>) -> Result<Built, Error> {
    // The engine that evaluates expressions sees no secret: one stands in a body as a template.
    let vars = context.vars();
    let inputs = Inputs::default();
    request::build_bare(context, request, &Given::new(&inputs, &vars), names)
}

/// Sends a request of which nobody has to find out whether it was carried out: it writes nothing that its caller could look for.
pub(super) async fn send(context: &Context, request: &Request, built: &Built) -> Result<Received, Error> {
    // Whether it may be sent again is not the request's to say: a renewal may spend what it is made with.
    let once = Request { idempotent: false, idempotency_header: None, ..request.clone() };
    exchange::send(context, &once, built, None).await.map_err(|mut error| {
        if error.kind == ErrorKind::OutcomeUnknown {
            (error.kind, error.retryable, error.help) = (ErrorKind::Transport, true, None);
            error.message = "the provider gave no token: the connection broke, or no answer came in time".to_owned();
        }
        error
    })
}

/// Whether the answer may hold a token; otherwise the error that it is.
fn accepted(context: &Context, acquire: &Acquire, step: &AcquireStep, received: &Received, redactor: &Redactor) -> Result<(), Error> {
    let wanted = [&acquire.error_code, &acquire.error_message];
    let vars = response::vars(&context.vars(), received, &wanted);
    let over = Evaluation::over(context.programs(), &received.text, &vars, &wanted);
    let text = |expression| {
        let text = over.as_ref().ok().and_then(|over| over.text(expression).ok().flatten()).filter(|text| !text.is_empty());
        text.map(|text| response::shortened(&redactor.clean(&text)))
    };
    let code = text(&acquire.error_code);
    let status = received.status;
    // A login form answers with a redirect, and with the session's cookie.
    let fine = (200..300).contains(&status) || ((300..400).contains(&status) && keep::has_session(step, received));
    if fine && code.is_none() {
        return Ok(());
    }
    let known = code.as_ref().is_some_and(|code| acquire.needs_reauth.contains(code));
    let kind = match status {
        429 => ErrorKind::RateLimited,
        500.. => ErrorKind::Provider,
        // What the account holds is no longer good (RFC 6749, section 5.2).
        _ if known => ErrorKind::NeedsReauth,
        300..400 => ErrorKind::Provider,
        _ => ErrorKind::Auth,
    };
    let mut error = Error::new(kind, format!("the provider gave no token: it answered {status}"));
    error.provider_message = text(&acquire.error_message);
    error.provider_code = code;
    error.status = Some(status);
    error.retryable = matches!(status, 429 | 500..);
    error.rate_limit = received.limits.tightest();
    Err(if kind == ErrorKind::NeedsReauth {
        error.with_help("connect the account again")
    } else if kind == ErrorKind::Auth {
        error.with_help("check the account's and the deployment's secrets")
    } else {
        error
    })
}

fn clean(mut error: Error, redactor: &Redactor) -> Error {
    let failure: &mut crate::Failure = &mut error;
    for text in [&mut failure.provider_code, &mut failure.provider_message].into_iter().flatten() {
        *text = redactor.clean(text);
    }
    failure.message = redactor.clean(&failure.message);
    error
}
