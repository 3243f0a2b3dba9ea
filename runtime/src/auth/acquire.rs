//! Getting a token: the plan's requests, and what is kept of the last answer.

use std::collections::BTreeMap;

use connc_plan::{Acquire, AcquireStep, ErrorKind, Keep, KeepFrom, Request};
use jiff::SignedDuration;

use super::{Token, sign};
use crate::context::Context;
use crate::exchange::{self, Given, Inputs, Received};
use crate::program::Evaluation;
use crate::redact::marker;
use crate::request::{self, Built};
use crate::scope::Names;
use crate::{Error, Secret, rate_limit, response};

/// Sends the requests, and keeps what the plan says.
pub(super) async fn token(context: &Context, acquire: &Acquire, number: u64) -> Result<Token, Error> {
    let mut last = None;
    for AcquireStep { request, jwt, .. } in &acquire.steps {
        let jwt = jwt.as_ref().map(|jwt| sign::jwt(context, jwt, &names(context))).transpose()?;
        let built = bare(context, request, jwt.as_ref())?;
        let received = exchange::send(context, request, &built, None).await.map_err(|mut error| {
            // A token request writes nothing that its caller could look for.
            if error.kind == ErrorKind::OutcomeUnknown {
                (error.kind, error.retryable, error.help) = (ErrorKind::Transport, true, None);
                error.message = "the provider gave no token: the connection broke, or no answer came in time".to_owned();
            }
            error.request.get_or_insert_with(|| built.shown());
            error
        })?;
        last = Some(accepted(context, acquire, received).map_err(|mut error| {
            error.request = Some(built.shown());
            error
        })?);
    }
    let received = last.ok_or_else(|| Error::new(ErrorKind::Auth, "the method has no request that gives a token"))?;
    keep(context, acquire, &received, number)
}

/// The requests as they would be sent, for showing.
pub(crate) fn bare_requests(context: &Context) -> Result<Vec<Built>, Error> {
    let requests = context.account.method.acquire.iter().flat_map(|acquire| &acquire.steps);
    let jwt = Secret::new(marker("jwt"));
    requests.map(|step| bare(context, &step.request, step.jwt.is_some().then_some(&jwt))).collect()
}

/// The names of what a method keeps.
pub(crate) fn kept_names(acquire: &Acquire) -> impl Iterator<Item = &str> {
    acquire.steps.iter().flat_map(|step| &step.keep).map(|keep| keep.name.as_str())
}

fn names(context: &Context) -> Names<'_> {
    Names { secrets: true, app: true, ..context.names() }
}

fn bare(context: &Context, request: &Request, jwt: Option<&Secret<String>>) -> Result<Built, Error> {
    let (inputs, vars) = (Inputs::default(), context.vars());
    let given = Given::new(&inputs, &vars);
    request::build_bare(context, request, &given, &Names { jwt, ..names(context) })
}

/// The answer, unless it says that there is no token.
fn accepted(context: &Context, acquire: &Acquire, received: Received) -> Result<Received, Error> {
    let vars = response::vars(&context.vars(), &received);
    let over = Evaluation::over(context.programs(), &received.text, &vars, &[&acquire.error_code, &acquire.error_message]);
    let text =
        |expression| over.as_ref().ok().and_then(|over| over.text(expression).ok().flatten()).map(|text| context.redactor.clean(&text));
    let code = text(&acquire.error_code);
    let status = received.status;
    if (200..300).contains(&status) && code.is_none() {
        return Ok(received);
    }
    let kind = match (status, code.as_deref()) {
        // RFC 6749, section 5.2: what the account holds is no longer good.
        (_, Some("invalid_grant")) => ErrorKind::NeedsReauth,
        (429, _) => ErrorKind::RateLimited,
        (500.., None) => ErrorKind::Provider,
        (300..400, None) => ErrorKind::Provider,
        _ => ErrorKind::Auth,
    };
    let mut error = Error::new(kind, format!("the provider gave no token: it answered {status}"));
    error.provider_message = text(&acquire.error_message);
    error.provider_code = code;
    error.status = Some(status);
    error.retryable = matches!(status, 429 | 500..);
    error.rate_limit = rate_limit::read(&context.plan().rate_limit, &received.headers, context.parts().clock.now());
    Err(if kind == ErrorKind::NeedsReauth {
        error.with_help("connect the account again")
    } else if kind == ErrorKind::Auth {
        error.with_help("check the account's and the deployment's secrets")
    } else {
        error
    })
}

fn keep(context: &Context, acquire: &Acquire, received: &Received, number: u64) -> Result<Token, Error> {
    let vars = response::vars(&context.vars(), received);
    let mut wanted: Vec<_> = acquire.expires_in.iter().collect();
    wanted.extend(acquire.steps.iter().flat_map(|step| &step.keep).filter_map(|keep| match &keep.from {
        KeepFrom::Body(expression) => Some(expression),
        KeepFrom::Header(_) | KeepFrom::Cookie(_) => None,
    }));
    let over = Evaluation::over(context.programs(), &received.text, &vars, &wanted)?;
    let mut values = BTreeMap::new();
    for Keep { name, from, required, .. } in acquire.steps.iter().flat_map(|step| &step.keep) {
        let value = match from {
            KeepFrom::Body(expression) => over.text(expression)?,
            KeepFrom::Header(header) => received.headers.get(header.as_str()).and_then(|value| value.to_str().ok()).map(str::to_owned),
            KeepFrom::Cookie(cookie) => set_cookie(received, cookie),
        };
        match value.filter(|value| !value.is_empty()) {
            Some(value) => drop(values.insert(name.clone(), Secret::new(value))),
            None if *required => return Err(Error::new(ErrorKind::Auth, format!("the token answer has no `{name}`"))),
            None => {}
        }
    }
    let seconds = match &acquire.expires_in {
        Some(expression) => {
            over.text(expression)?.and_then(|text| text.parse::<f64>().ok()).filter(|seconds| (0.0..1e10).contains(seconds))
        }
        None => None,
    };
    let now = context.parts().clock.now();
    let expires = seconds.and_then(|seconds| now.checked_add(SignedDuration::try_from_secs_f64(seconds).ok()?).ok());
    Ok(Token { values, expires, number })
}

/// The value of a cookie that the answer sets (RFC 6265, section 4.1).
fn set_cookie(received: &Received, name: &str) -> Option<String> {
    let cookies = received.headers.get_all(http::header::SET_COOKIE).iter().filter_map(|value| value.to_str().ok());
    cookies
        .filter_map(|text| text.split(';').next()?.split_once('='))
        .find(|(known, _)| known.trim() == name)
        .map(|(_, value)| value.trim().to_owned())
}
