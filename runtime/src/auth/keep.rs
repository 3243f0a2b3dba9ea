//! What is kept of a token answer: secrets, values that are none, and when they run out.

use connc_plan::{Acquire, AcquireStep, ErrorKind, Expression, Keep, KeepFrom, Type};
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::acquire::Got;
use crate::context::Context;
use crate::exchange::Received;
use crate::program::Evaluation;
use crate::{Error, Secret, parameter, response};

/// Numbers beyond this are no seconds.
const LATEST: f64 = 1e11;

/// Keeps what the plan says of one answer. What is wrong with a part of it is said after the rest was kept.
pub(super) fn keep(context: &Context, step: &AcquireStep, received: &Received, got: &mut Got) -> Result<(), Error> {
    let wanted: Vec<&Expression> = step.keep.iter().filter_map(expression).collect();
    let over = if wanted.is_empty() { None } else { Some(over(context, received, &wanted)) };
    let mut done = Ok(());
    for one in &step.keep {
        done = done.and(keep_one(context, one, received, over.as_ref(), got));
    }
    done
}

fn keep_one(
    context: &Context,
    one: &Keep,
    received: &Received,
    over: Option<&Result<Evaluation<'_>, Error>>,
    got: &mut Got,
) -> Result<(), Error> {
    let Keep { name, from, required, shown } = one;
    let found = match (from, over) {
        (KeepFrom::Body(expression), Some(over)) => {
            let over = over.as_ref().map_err(Error::clone)?;
            match shown {
                Some(_) => over.value(expression)?.filter(|value| !value.is_null()),
                None => over.text(expression)?.map(Value::String),
            }
        }
        (KeepFrom::Body(_), None) => None,
        (KeepFrom::Header(_) | KeepFrom::Cookie(_), _) => outside(received, from)
            .map(|text| shown.as_ref().map_or_else(|| Value::String(text.clone()), |shown| parameter::parse(shown.r#type, &text))),
    };
    match (found.filter(|value| value.as_str() != Some("")), shown) {
        (Some(value), Some(shown)) => {
            let value = parameter::fits(shown, &value).map_err(|wrong| {
                // A provider, or whoever answers in its place, must not say where credentials go.
                let kind = if matches!(shown.r#type, Type::Url | Type::Hostname) { ErrorKind::Security } else { ErrorKind::Provider };
                Error::new(kind, format!("`{name}` of the token answer {wrong}")).placed(context.plan(), shown.origin)
            })?;
            got.kept.insert(name.clone(), value);
        }
        (Some(Value::String(token)), None) => drop(got.tokens.insert(name.clone(), Secret::new(token))),
        (Some(_), None) | (None, _) if *required => {
            return Err(Error::new(ErrorKind::Auth, format!("the token answer has no `{name}`")));
        }
        (Some(_), None) | (None, _) => {}
    }
    Ok(())
}

/// When tokens run out, by the last answer.
pub(super) fn expires(context: &Context, acquire: &Acquire, received: &Received) -> Result<Option<Timestamp>, Error> {
    let wanted: Vec<&Expression> = acquire.expires_in.iter().chain(&acquire.expires_at).collect();
    // A login whose answer is a page says nothing about time, and need not.
    if wanted.is_empty() || serde_json::from_str::<serde::de::IgnoredAny>(&received.text).is_err() {
        return Ok(None);
    }
    let over = over(context, received, &wanted)?;
    let text = |expression: &Option<Expression>| expression.as_ref().map_or(Ok(None), |expression| over.text(expression));
    let now = context.parts().clock.now();
    let seconds = |text: String| text.trim().parse::<f64>().ok().filter(|seconds| (0.0..LATEST).contains(seconds));
    let after = |start: Timestamp, seconds: f64| start.checked_add(SignedDuration::try_from_secs_f64(seconds).ok()?).ok();
    if let Some(expires) = text(&acquire.expires_in)?.and_then(seconds).and_then(|seconds| after(now, seconds)) {
        return Ok(Some(expires));
    }
    let at = text(&acquire.expires_at)?;
    Ok(at.and_then(|text| match text.trim().parse::<Timestamp>() {
        Ok(at) => Some(at),
        Err(_) => seconds(text).and_then(|seconds| after(Timestamp::UNIX_EPOCH, seconds)),
    }))
}

/// Whether everything that a step needs stands beside the body, and is there: so answers a login form.
pub(super) fn has_session(step: &AcquireStep, received: &Received) -> bool {
    let beside = step.keep.iter().all(|keep| !matches!(keep.from, KeepFrom::Body(_)));
    beside && !step.keep.is_empty() && step.keep.iter().all(|keep| !keep.required || outside(received, &keep.from).is_some())
}

fn expression(keep: &Keep) -> Option<&Expression> {
    match &keep.from {
        KeepFrom::Body(expression) => Some(expression),
        KeepFrom::Header(_) | KeepFrom::Cookie(_) => None,
    }
}

fn over<'a>(context: &'a Context, received: &Received, wanted: &[&Expression]) -> Result<Evaluation<'a>, Error> {
    if let Err(reason) = serde_json::from_str::<serde::de::IgnoredAny>(&received.text) {
        return Err(response::not_json(received, &reason));
    }
    Evaluation::over(context.programs(), &received.text, &response::vars(&context.vars(), received, wanted), wanted)
}

/// A value of a header or a cookie.
fn outside(received: &Received, from: &KeepFrom) -> Option<String> {
    let value = match from {
        KeepFrom::Body(_) => None,
        KeepFrom::Header(name) => received.headers.get(name.as_str()).and_then(|value| value.to_str().ok()).map(str::to_owned),
        KeepFrom::Cookie(name) => cookie(received, name),
    };
    value.filter(|value| !value.is_empty())
}

/// The value of a cookie that the answer sets (RFC 6265, section 4.1); the last one counts, as it does in a browser.
fn cookie(received: &Received, name: &str) -> Option<String> {
    let cookies = received.headers.get_all(http::header::SET_COOKIE).iter().filter_map(|value| value.to_str().ok());
    let set = cookies.filter_map(|text| text.split(';').next()?.split_once('='));
    set.rev().find(|(known, _)| known.trim() == name).map(|(_, value)| value.trim().to_owned())
}
