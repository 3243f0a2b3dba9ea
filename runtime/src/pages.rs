//! Lists, page by page: memory does not grow with their number, and what ends early says so.

use std::sync::Arc;

use connc_plan::{Action, ErrorKind, Operation, Records};
use futures_core::Stream;
use serde_json::json;
use tracing::Instrument as _;

use crate::call::{finished, keep, last_answer, steps_done};
use crate::context::Context;
use crate::cursor::{self, State};
use crate::exchange::{Inputs, Received};
use crate::extract::{self, Found};
use crate::filter::Narrowed;
use crate::invocation::What;
use crate::map::{Mapped, Over, Treatment};
use crate::notes::Notes;
use crate::paginate::{self, Came, Turn};
use crate::program::Vars;
use crate::resolve::{self, Task, Work};
use crate::{Call, Counters, Error, Page, Record, hash, rate_limit, response};

/// The pages of a list. Ask for as many as you want; each knows where the list goes on.
#[derive(Debug)]
pub struct Pages {
    context: Context,
    call: Call,
    task: Task,
    /// The operation that lists and what it is given; known at once unless steps come before it.
    source: Option<(Arc<Operation>, Inputs)>,
    state: State,
    left: Option<u64>,
    over: bool,
}

impl Pages {
    pub(crate) fn open(context: Context, call: Call) -> Result<Self, Error> {
        let task = resolve::resolve(&context, &call)?;
        if !task.list {
            return Err(Error::invalid(format!("`{}` is no list", task.name)).with_help("call it for its record"));
        }
        let source = source(&context, &task).map_err(|error| finished(&context, &task, error))?;
        let (left, over) = (call.limit, call.limit == Some(0));
        let state = start(&context, &call, &task).map_err(|error| finished(&context, &task, error))?;
        Ok(Self { context, call, task, source, state, left, over })
    }

    /// The next page; none at the end of the list, at the call's limit, and after an error.
    pub async fn next(&mut self) -> Option<Result<Page, Error>> {
        if self.over {
            return None;
        }
        let before = self.context.meter.read();
        let span = tracing::info_span!(
            target: "connc", "page", connector = %self.context.plan().connector, operation = %self.task.name, page = self.state.pages
        );
        // A future that is dropped half way leaves the list where it was: nothing changes before the page is whole.
        let done = self.page().instrument(span).await;
        let done = done.and_then(|(mut page, next)| {
            let Counters { records, absent, .. } = std::mem::take(&mut page.counters);
            page.counters = Counters { records, absent, ..self.context.meter.read().since(&before) };
            page.counters.tell("page done");
            page.next_cursor = next.as_ref().map(|next| self.seal(next)).transpose()?;
            Ok((page, next))
        });
        match done {
            Ok((page, next)) => {
                if let Some(left) = &mut self.left {
                    *left = left.saturating_sub(u64::try_from(page.records.len()).unwrap_or(u64::MAX));
                }
                self.over = next.is_none() || self.left == Some(0);
                self.state = next.unwrap_or_default();
                Some(Ok(page))
            }
            Err(mut error) => {
                self.over = true;
                if self.state != State::default() {
                    error.cursor = self.seal(&self.state).ok();
                }
                Some(Err(finished(&self.context, &self.task, error)))
            }
        }
    }

    /// The pages as a stream.
    pub fn into_stream(self) -> impl Stream<Item = Result<Page, Error>> + Send {
        futures_util::stream::unfold(self, |mut pages| async move { pages.next().await.map(|page| (page, pages)) })
    }

    async fn page(&mut self) -> Result<(Page, Option<State>), Error> {
        let (operation, inputs) = self.source().await?;
        if let Some(paginate) = &operation.paginate {
            paginate::bound(paginate, &self.state).map_err(|error| error.at(self.context.plan(), &operation.name, paginate.origin))?;
        }
        let turn = operation.paginate.as_ref().map(|paginate| Turn::new(paginate, &self.state));
        let mut vars = resolve::vars(&self.context, &inputs);
        let done = last_answer(&self.context, &operation, &inputs, &mut vars, &Narrowed::default(), turn, 0).await;
        let named = |error: Error| error.at(self.context.plan(), &operation.name, operation.origin);
        let received = match done.map_err(named) {
            Ok(done) => {
                done.last.ok_or_else(|| named(Error::new(ErrorKind::Provider, "the operation sent no request that gives a list")))?
            }
            Err(error) if operation.already.contains(&error.kind) => return Ok((Page::default(), None)),
            Err(error) => return Err(error),
        };
        let (page, next) = self.read(&operation, &inputs, &received, &vars).map_err(|mut error| {
            error.status.get_or_insert(received.status);
            error.request.get_or_insert_with(|| {
                format!("{} {}{}", method(&operation), received.url.origin().ascii_serialization(), received.url.path())
            });
            named(error)
        })?;
        Ok((page, next))
    }

    /// The operation that lists. Steps before it are done once, with the first page that is asked for.
    async fn source(&mut self) -> Result<(Arc<Operation>, Inputs), Error> {
        if let Some((operation, inputs)) = &self.source {
            return Ok((Arc::clone(operation), inputs.clone()));
        }
        let Work::Steps { steps, narrowed } = &self.task.work else { return Err(no_list(&self.task)) };
        let Some((last, before)) = steps.split_last() else { return Err(no_list(&self.task)) };
        let mut vars = resolve::vars(&self.context, &self.task.inputs);
        steps_done(&self.context, before, &self.task.inputs, &mut vars, &Narrowed::default(), 0).await?;
        let Action::Call(call) = &last.action else { return Err(no_list(&self.task)) };
        let (operation, inputs) = resolve::step(&self.context, call, &vars, narrowed)?;
        self.source = Some((Arc::clone(&operation), inputs.clone()));
        Ok((operation, inputs))
    }

    /// Takes the records out of an answer, and finds out what follows it.
    fn read(&self, operation: &Operation, inputs: &Inputs, received: &Received, vars: &Vars) -> Result<(Page, Option<State>), Error> {
        let context = &self.context;
        let limits = &context.parts().limits;
        let text = extract::document(received, limits.json_depth)?;
        let (items, keep_if) = match &operation.records {
            Records::Items { path, absent_is_empty, keep_if } => (list(text, path, *absent_is_empty)?, keep_if.as_ref()),
            Records::Item { .. } | Records::None => (vec![text], None),
        };
        if items.len() > limits.page_records {
            return Err(Error::new(ErrorKind::Limit, format!("the page has more than {} records", limits.page_records)));
        }
        let over_answer = response::vars(vars, received);
        let next = match &operation.paginate {
            Some(paginate) => {
                paginate::advance(paginate, &self.state, &Came { received, vars: &over_answer, items: &items }, context.programs())
                    .map_err(|error| error.placed(context.plan(), paginate.origin))?
            }
            None => None,
        };
        let mut page = Page {
            rate_limit: rate_limit::read(&context.plan().rate_limit, &received.headers, context.parts().clock.now()),
            ..Page::default()
        };
        let mut notes = Notes::new(limits.notes);
        let treatment = Treatment { policy: self.call.policy, raw: self.call.raw, trace: self.call.trace };
        let over =
            Over { plan: context.plan(), variables: resolve::map_vars(context, &self.task, inputs.parent.as_deref()).bound()?, treatment };
        let most = self.left.and_then(|left| usize::try_from(left).ok()).unwrap_or(usize::MAX);
        let skip = usize::try_from(self.state.skip).unwrap_or(usize::MAX);
        let mut rest = None;
        for (index, item) in items.iter().enumerate().skip(skip) {
            if page.records.len() >= most {
                rest = u64::try_from(index).ok();
                break;
            }
            if !keep(context, item, keep_if, vars)? {
                continue;
            }
            match &self.task.map {
                None => page.records.push(Record { text: (*item).to_owned() }),
                Some(map) => match map.apply(item, index, &over, &mut notes)? {
                    Mapped::Record(text) => page.records.push(Record { text }),
                    Mapped::Skipped => page.skipped += 1,
                },
            }
        }
        page.counters.records = u64::try_from(page.records.len()).unwrap_or(u64::MAX);
        page.counters.absent = notes.absent;
        page.warnings = notes.warnings;
        page.traces = notes.traces;
        // A limit in mid-page: the same page again, from where this one stopped.
        let next = rest.map(|skip| State { skip, ..self.state.clone() }).or(next);
        Ok((page, next))
    }

    fn seal(&self, state: &State) -> Result<String, Error> {
        let parts = self.context.parts();
        cursor::seal(state, &parts.cursor_key, &bound(&self.context, &self.call, &self.task), parts.random.as_ref())
    }
}

/// Where a list begins: at its first page, or where the call's cursor says.
pub(crate) fn start(context: &Context, call: &Call, task: &Task) -> Result<State, Error> {
    match &call.cursor {
        Some(cursor) => cursor::open(cursor, &context.parts().cursor_key, &bound(context, call, task)),
        None => Ok(State::default()),
    }
}

/// What a cursor of a list belongs to: everything that decides which records come, and from whom.
fn bound(context: &Context, call: &Call, task: &Task) -> Vec<u8> {
    let what = match &call.what {
        What::Unified { model, resource, verb } => json!([model, resource, verb.name()]),
        What::Native(operation) => json!([operation]),
        What::Request { method, path } => json!([method.name(), path]),
    };
    let mut filters = call.filters.clone();
    filters.sort();
    let bound = json!([context.connector().hash(), context.account.identity(), what, call.parent, task.inputs.input, filters]);
    hash::sha256(bound.to_string().as_bytes()).to_vec()
}

/// The operation that lists, where no step has to be done to know what it is given.
fn source(context: &Context, task: &Task) -> Result<Option<(Arc<Operation>, Inputs)>, Error> {
    match &task.work {
        Work::Operation(operation) => Ok(Some((Arc::clone(operation), task.inputs.clone()))),
        Work::Steps { steps, narrowed } => match steps.as_slice() {
            [step] => match &step.action {
                Action::Call(call) => resolve::step(context, call, &resolve::vars(context, &task.inputs), narrowed).map(Some),
                Action::Request(_) => Err(no_list(task)),
            },
            _ => Ok(None),
        },
    }
}

fn no_list(task: &Task) -> Error {
    Error::new(ErrorKind::Map, format!("the last step of `{}` calls no operation that lists", task.name))
}

fn method(operation: &Operation) -> &'static str {
    match operation.steps.last().map(|step| &step.action) {
        Some(Action::Request(request)) => request.method.name(),
        Some(Action::Call(_)) | None => "",
    }
}

/// The raw records at `path`.
fn list<'a>(text: &'a str, path: &connc_plan::Path, absent_is_empty: bool) -> Result<Vec<&'a str>, Error> {
    let wrong =
        |what: &str| Error::new(ErrorKind::Provider, format!("the answer has {what} at `{path}`, where the list of records should stand"));
    match extract::at(text, path) {
        Found::Value(found) => extract::items(found).ok_or_else(|| wrong(extract::kind(found))),
        Found::Null | Found::Absent if absent_is_empty => Ok(Vec::new()),
        Found::Null => Err(wrong("null")),
        Found::Absent => Err(wrong("nothing").with_help("say `items_absent: empty` where the provider leaves out an empty list")),
    }
}
