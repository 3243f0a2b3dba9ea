//! Steps, one after the other: conditions, names, calls, repetition, and what is said when a later one fails.

mod failure;
mod poll;
mod repeat;

use connc_plan::{Action, Data, Expression, Method, Operation, Require, Step};
use futures_util::future::BoxFuture;
use serde_json::Value;

use crate::call::{Done, operation_done};
use crate::context::Context;
use crate::error::Written;
use crate::exchange::{Given, Inputs, exchange};
use crate::filter::Narrowed;
use crate::program::{Evaluation, Vars};
use crate::{Error, data, fresh, resolve};

pub(crate) use failure::{after, confirmed, told};
pub(crate) use repeat::{elements, turns};

/// The detail of an error is cut here, in bytes of JSON.
const LONGEST_DETAIL: usize = 2000;

/// What steps are done with, besides the names that they bind.
#[derive(Clone, Copy)]
pub(crate) struct Doing<'a> {
    pub(crate) context: &'a Context,
    pub(crate) inputs: &'a Inputs,
    /// What filters come to, for the last step of a unified list.
    pub(crate) narrowed: &'a Narrowed,
    /// How many operations called each other to get here.
    pub(crate) depth: usize,
}

/// Does steps in order; each sees what those before it bound. What comes back is the last one's.
pub(crate) fn steps_done<'a>(doing: Doing<'a>, steps: &'a [Step], vars: &'a mut Vars) -> BoxFuture<'a, Result<Done, Error>> {
    Box::pin(async move {
        let mut done = Done::default();
        for step in steps {
            let next = step_done(doing, step, vars).await;
            let next = next.map_err(|error| after(error.placed(doing.context.plan(), step.origin), &done.wrote))?;
            done.wrote.extend(next.wrote);
            done = Done { last: next.last.or(done.last), value: next.value, wrote: done.wrote };
        }
        Ok(done)
    })
}

/// What one step comes to.
async fn step_done(doing: Doing<'_>, step: &Step, vars: &mut Vars) -> Result<Done, Error> {
    let context = doing.context;
    if !wanted(context, step, vars)? {
        for name in binds(step) {
            vars.set_json(name, None);
        }
        return Ok(Done::default());
    }
    match &step.action {
        Action::Let(names) => bind_all(context, names, vars, false).map(|()| Done::default()),
        Action::Give(data) => given(context, data, vars),
        Action::Require(require) => required(context, require, vars).map(|()| Done::default()),
        Action::Request(_) | Action::Call(_) | Action::Poll(_) => {
            let next = match &step.for_each {
                Some(for_each) => repeat::for_each(doing, step, for_each, vars).await?,
                None => once(doing, step, vars).await?,
            };
            if let Some(bind) = &step.bind {
                vars.set_json(bind, next.value.clone());
            }
            Ok(next)
        }
    }
}

/// The names that a step binds.
pub(crate) fn binds(step: &Step) -> impl Iterator<Item = &str> {
    let lets: &[(String, Data)] = match &step.action {
        Action::Let(names) => names,
        Action::Request(_) | Action::Call(_) | Action::Require(_) | Action::Poll(_) | Action::Give(_) => &[],
    };
    step.bind.iter().map(String::as_str).chain(lets.iter().map(|(name, _)| name.as_str()))
}

/// The record that the steps were done for.
fn given(context: &Context, data: &Data, vars: &Vars) -> Result<Done, Error> {
    let value = data::make(data, &Evaluation::over_nothing(context.programs(), vars)?)?;
    Ok(Done { value: value.map(|value| value.to_string()), ..Done::default() })
}

/// Binds names in order. `shown` is for a call that is not made but shown.
pub(crate) fn bind_all(context: &Context, names: &[(String, Data)], vars: &mut Vars, shown: bool) -> Result<(), Error> {
    for (name, made) in names {
        let value = match fresh::made(context, made, shown)? {
            Some(value) => Some(value),
            None => data::make(made, &Evaluation::over_nothing(context.programs(), vars)?)?,
        };
        vars.set_value(name, value.as_ref());
    }
    Ok(())
}

/// Sends the request or makes the call of a step.
async fn once(doing: Doing<'_>, step: &Step, vars: &Vars) -> Result<Done, Error> {
    let context = doing.context;
    match &step.action {
        Action::Request(request) => {
            let reads = matches!(request.method, Method::Get | Method::Head);
            let wrote = (!reads).then(|| Written::new(request.method.name(), 1, 1, request.idempotent));
            let received = exchange(context, request, Given::new(doing.inputs, vars)).await;
            let received = received.map_err(|error| confirmed(error, wrote.clone()))?;
            let value = (!received.text.trim().is_empty()).then(|| received.text.clone());
            Ok(Done { last: Some(received), value, wrote: wrote.into_iter().collect() })
        }
        Action::Call(call) => {
            let (operation, inputs) = resolve::step(context, call, vars, doing.narrowed, doing.inputs.select.as_deref())?;
            let done = operation_done(context, &operation, &inputs, doing.depth + 1).await?;
            Ok(Done { wrote: wrote(context, &operation).into_iter().collect(), ..done })
        }
        Action::Poll(poll) => poll::polled(doing, poll, vars).await,
        Action::Let(_) | Action::Require(_) | Action::Give(_) => Ok(Done::default()),
    }
}

/// What an operation that was done has written.
pub(crate) fn wrote(context: &Context, operation: &Operation) -> Option<Written> {
    (!reads(operation)).then(|| Written::new(&operation.name, 1, 1, idempotent(context, operation, 0)))
}

/// Whether an operation only reads, as far as the plan says.
fn reads(operation: &Operation) -> bool {
    let safe = |step: &Step| match &step.action {
        Action::Request(request) => matches!(request.method, Method::Get | Method::Head),
        Action::Let(_) | Action::Require(_) | Action::Give(_) => true,
        Action::Call(_) | Action::Poll(_) => false,
    };
    operation.reads || operation.steps.iter().all(safe)
}

/// Whether doing an operation twice is the same as once.
fn idempotent(context: &Context, operation: &Operation, depth: usize) -> bool {
    depth < crate::call::DEEPEST
        && operation.steps.iter().all(|step| match &step.action {
            Action::Request(request) => request.idempotent,
            Action::Call(_) | Action::Poll(_) => step
                .calls()
                .all(|call| context.connector().operation(&call.operation).is_ok_and(|called| idempotent(context, called, depth + 1))),
            Action::Let(_) | Action::Require(_) | Action::Give(_) => true,
        })
}

/// Whether a step is to be done.
pub(crate) fn wanted(context: &Context, step: &Step, vars: &Vars) -> Result<bool, Error> {
    let Some(when) = &step.when else { return Ok(true) };
    truth(context, when, vars)
}

fn truth(context: &Context, expression: &Expression, vars: &Vars) -> Result<bool, Error> {
    let over = Evaluation::over_nothing(context.programs(), vars)?;
    over.truth(expression).map_err(|error| error.placed(context.plan(), expression.origin))
}

/// The author's own error, unless the condition holds.
pub(crate) fn required(context: &Context, require: &Require, vars: &Vars) -> Result<(), Error> {
    let Require { condition, code, kind, message, detail } = require;
    if truth(context, condition, vars)? {
        return Ok(());
    }
    let mut error = Error::new(*kind, message.clone());
    error.code = Some(code.clone());
    if let Some(detail) = detail {
        let json = Evaluation::over_nothing(context.programs(), vars)?.json(detail).ok().flatten();
        error.detail = json.map(|json| bounded(&context.standing().redactor.clean(&json)));
    }
    Err(error)
}

/// The detail as data, or what fits of its text.
fn bounded(json: &str) -> Value {
    if json.len() <= LONGEST_DETAIL
        && let Ok(value) = serde_json::from_str(json)
    {
        return value;
    }
    let end = json.char_indices().map(|(at, _)| at).take_while(|at| *at <= LONGEST_DETAIL).last().unwrap_or(0);
    Value::String(format!("{}…", json.get(..end).unwrap_or_default()))
}
