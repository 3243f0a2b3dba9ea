//! What would be sent, to be shown: the same requests, with words in the place of secrets.

use std::collections::BTreeMap;

use connc_plan::{Action, Operation};

use crate::context::Context;
use crate::exchange::{Given, Inputs};
use crate::paginate::Turn;
use crate::redact::{marker, unmark};
use crate::request::{self, Built};
use crate::resolve::{self, Work};
use crate::scope::Names;
use crate::{Call, Error, Secret, auth, pages};

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
    let mut prepared: Vec<PreparedRequest> = auth::bare_requests(context)?.iter().map(shown).collect();
    let vars = resolve::vars(context, &inputs);
    let request = operation.steps.iter().find_map(|step| match &step.action {
        Action::Request(request) => Some(request),
        Action::Call(_) => None,
    });
    let Some(request) = request else { return Ok(prepared) };
    let state = pages::start(context, &call, &task)?;
    let turn = operation.paginate.as_ref().map(|paginate| Turn::new(paginate, &state));
    let given = Given { turn, ..Given::new(&inputs, &vars) };
    let token: Option<BTreeMap<String, Secret<String>>> =
        context.account.method.acquire.as_ref().map(|acquire| {
            auth::kept_names(acquire).map(|name| (name.to_owned(), Secret::new(marker(&format!("token.{name}"))))).collect()
        });
    let names = Names { token: token.as_ref(), ..given.names(context) };
    let built =
        request::build(context, request, &given, &names).map_err(|error| error.at(context.plan(), &operation.name, request.origin))?;
    // The address is held against the rules, as it would be before sending.
    context.guard.target(&built.url)?;
    prepared.push(shown(&built));
    Ok(prepared)
}

/// The operation that would send first.
fn first(context: &Context, work: &Work, inputs: &Inputs, depth: usize) -> Result<(std::sync::Arc<Operation>, Inputs), Error> {
    match work {
        Work::Operation(operation) => match operation.steps.first().map(|step| &step.action) {
            Some(Action::Call(call)) if depth < 8 => {
                let (operation, inputs) =
                    resolve::step(context, call, &resolve::vars(context, inputs), &crate::filter::Narrowed::default())?;
                first(context, &Work::Operation(operation), &inputs, depth + 1)
            }
            Some(Action::Call(_) | Action::Request(_)) | None => Ok((std::sync::Arc::clone(operation), inputs.clone())),
        },
        Work::Steps { steps, narrowed } => {
            let vars = resolve::vars(context, inputs);
            for step in steps {
                let Action::Call(call) = &step.action else { continue };
                let skipped = match &step.when {
                    Some(when) => !crate::program::Evaluation::over_nothing(context.programs(), &vars)?.truth(when)?,
                    None => false,
                };
                if !skipped {
                    let (operation, inputs) = resolve::step(context, call, &vars, narrowed)?;
                    return first(context, &Work::Operation(operation), &inputs, depth + 1);
                }
            }
            Err(Error::invalid("the call would send nothing"))
        }
    }
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
