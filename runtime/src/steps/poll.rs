//! Jobs that take a while: the same call again and again, with waits that grow, until its record says that the job is done.

use std::time::Duration;

use connc_plan::{ErrorKind, Poll};

use super::Doing;
use crate::call::{Done, operation_done};
use crate::context::{Context, too_late};
use crate::filter::Narrowed;
use crate::program::{Evaluation, Vars};
use crate::{Error, rate_limit, resolve, response};

/// Waits for a job. What comes back is the record that says that it is done.
pub(super) async fn polled(doing: Doing<'_>, poll: &Poll, vars: &Vars) -> Result<Done, Error> {
    let Poll { call, until: _, failed: _, message: _, every, longest, within } = poll;
    let context = doing.context;
    let (operation, inputs) = resolve::step(context, call, vars, &Narrowed::default(), doing.inputs.select.as_deref())?;
    let named = |error: Error| error.at(context.plan(), &operation.name, operation.origin);
    let begun = context.parts().clock.now();
    let mut wait = *every;
    loop {
        let done = operation_done(context, &operation, &inputs, doing.depth + 1).await?;
        if is_over(context, poll, &done, vars).map_err(named)? {
            return Ok(done);
        }
        let asked = done.last.as_ref().and_then(|last| rate_limit::retry_after(&last.headers, context.parts().clock.now()));
        let pause = wait.max(asked.unwrap_or(0)).max(1);
        wait = wait.saturating_mul(2).min((*longest).max(*every));
        let passed = context.parts().clock.now().duration_since(begun);
        let passed = u64::try_from(passed.as_secs()).unwrap_or(0);
        if passed.saturating_add(pause) > *within {
            let error = Error::new(ErrorKind::Timeout, format!("the job was not done within {within} seconds"));
            return Err(named(error.with_help("it may still go on at the provider")));
        }
        // Waiting for what cannot come in time would only make the caller's error later.
        if context.left().is_some_and(|left| left < Duration::from_secs(pause)) {
            return Err(named(too_late()));
        }
        context.in_time(context.parts().clock.sleep(Duration::from_secs(pause))).await.map_err(named)?;
    }
}

/// Whether the record says that the job is done, or that it has failed.
fn is_over(context: &Context, poll: &Poll, done: &Done, vars: &Vars) -> Result<bool, Error> {
    let Poll { call: _, until, failed, message, every: _, longest: _, within: _ } = poll;
    let wanted: Vec<_> = std::iter::once(until).chain(failed).chain(message).collect();
    let record = done.value.as_deref().unwrap_or("null");
    let over = Evaluation::over(context.programs(), record, vars, &wanted)?;
    let truth =
        |expression: &connc_plan::Expression| over.truth(expression).map_err(|error| error.placed(context.plan(), expression.origin));
    if let Some(failed) = failed
        && truth(failed)?
    {
        let mut error = Error::new(ErrorKind::Provider, "the provider says that the job has failed");
        let text = message.as_ref().and_then(|message| over.text(message).ok().flatten());
        error.provider_message = text.map(|text| response::shortened(&context.standing().redactor.clean(&text)));
        return Err(error);
    }
    truth(until)
}
