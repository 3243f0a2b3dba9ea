//! What would be sent, to be shown: the same requests, with words in the place of secrets.

use std::sync::Arc;

use connc_plan::{Action, Each, Operation, Parents};

use crate::context::Context;
use crate::exchange::{Given, Inputs};
use crate::filter::Narrowed;
use crate::paginate::Turn;
use crate::program::Evaluation;
use crate::redact::unmark;
use crate::request::{self, Built};
use crate::resolve::{self, Work};
use crate::scope::Names;
use crate::steps::{bind_all, elements, required, turns, wanted};
use crate::{Call, Error, auth, data, pages};

/// A request that is not sent.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct PreparedRequest {
    /// The HTTP method.
    pub method: String,
    /// The URL, before any mapping of origins; `{{ secret.NAME }}` stands where a secret would.
    pub url: String,
    /// The headers, likewise.
    pub headers: Vec<(String, String)>,
    /// The body, likewise.
    pub body: Option<String>,
}

/// The requests for a token, where one is needed, and the first request of the call.
pub(crate) fn requests(context: &Context, call: Call) -> Result<Vec<PreparedRequest>, Error> {
    let task = resolve::resolve(context, &call)?;
    let (operation, inputs) = first(context, &task.work, &task.inputs, 0)?;
    let mut prepared: Vec<PreparedRequest> = auth::shown_requests(context)?.iter().map(shown).collect();
    let vars = resolve::vars(context, &inputs);
    let request = operation.steps.iter().find_map(|step| match &step.action {
        Action::Request(request) => Some(request),
        Action::Call(_) | Action::Let(_) | Action::Require(_) | Action::Poll(_) | Action::Give(_) => None,
    });
    let Some(request) = request else { return Ok(prepared) };
    let state = pages::start(context, &call, &task)?;
    let turn = operation.paginate.as_ref().map(|paginate| Turn::new(paginate, &state));
    let key = request.idempotency_header.is_some().then_some("(fresh)");
    let given = Given { turn, key, ..Given::new(&inputs, &vars) };
    let method = &context.account.method;
    let tokens = auth::markers(auth::kept_names(method));
    let names = Names { token: Some(&tokens), ..given.names(context) };
    let mut built =
        request::build(context, request, &given, &names).map_err(|error| error.at(context.plan(), &operation.name, request.origin))?;
    if let Some(sign) = &method.sign {
        auth::mark(sign, &mut built)?;
    }
    // The address is held against the rules, as it would be before sending.
    context.standing().guard.target(&built.url)?;
    prepared.push(shown(&built));
    Ok(prepared)
}

/// The operation that would send first.
fn first(context: &Context, work: &Work, inputs: &Inputs, depth: usize) -> Result<(Arc<Operation>, Inputs), Error> {
    let nothing = || Error::invalid("the call would send nothing");
    let (steps, narrowed) = match work {
        Work::Operation(operation) if matches!(operation.steps.first().map(|step| &step.action), Some(Action::Request(_)) | None) => {
            return Ok((Arc::clone(operation), inputs.clone()));
        }
        Work::Operation(operation) => (operation.steps.as_slice(), &Narrowed::default()),
        Work::Steps { steps, narrowed } => (steps.as_slice(), narrowed),
    };
    let mut vars = resolve::vars(context, inputs);
    for step in steps.iter().filter(|_| depth < crate::call::DEEPEST) {
        if !wanted(context, step, &vars)? {
            continue;
        }
        if let Action::Let(names) = &step.action {
            bind_all(context, names, &mut vars, true)?;
        }
        // Nothing was asked for yet, so that all that it reads is known.
        if let Action::Require(require) = &step.action {
            required(context, require, &vars).map_err(|error| error.placed(context.plan(), step.origin))?;
        }
        if let Some(for_each) = &step.for_each {
            let Some(element) = turns(context, for_each, &vars)?.into_iter().next() else { continue };
            vars.set(&for_each.name, element.to_string());
        }
        let given = inputs.parent.is_some() && step.action.call().is_some_and(|call| call.parent.is_some());
        let each = step.each.as_ref().filter(|_| narrowed.parent.is_none() && narrowed.via.is_none() && !given);
        if let Some(Each { name, of: Parents::Values(values), .. }) = each {
            let made = data::make(values, &Evaluation::over_nothing(context.programs(), &vars)?)?;
            let Some(parent) = elements(made).into_iter().next() else { continue };
            vars.set(name, parent.to_string());
        }
        let parents = each.and_then(|each| match &each.of {
            Parents::List(call) => Some(call),
            Parents::Values(_) => None,
        });
        let Some(call) = parents.or(step.action.call()) else { continue };
        let none = Narrowed::default();
        let (narrowed, asked) = if parents.is_some() { (&none, None) } else { (narrowed, inputs.select.as_deref()) };
        let (operation, inputs) = resolve::step(context, call, &vars, narrowed, asked)?;
        return first(context, &Work::Operation(operation), &inputs, depth + 1);
    }
    Err(nothing())
}

fn shown(built: &Built) -> PreparedRequest {
    let header = |value: &http::HeaderValue| unmark(&String::from_utf8_lossy(value.as_bytes()));
    PreparedRequest {
        method: built.method.name().to_owned(),
        url: unmark(built.url.as_str()),
        headers: built.headers.iter().map(|(name, value)| (name.to_string(), header(value))).collect(),
        body: built.body.shown().map(|text| unmark(&text)),
    }
}
