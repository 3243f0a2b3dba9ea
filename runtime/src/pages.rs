//! Lists, page by page: memory does not grow with their number, and what ends early says so.

use std::sync::Arc;

use futures_core::Stream;
use serde_json::json;
use tracing::Instrument as _;

use crate::call::finished;
use crate::context::Context;
use crate::cursor::{self, State};
use crate::invocation::What;
use crate::line::{Leaf, Line, Root};
use crate::map::{Mapped, Over, Treatment};
use crate::notes::Notes;
use crate::resolve::{self, Task};
use crate::sheet::Item;
use crate::{Call, Counters, Error, Page, Record, auth, hash, spawn};

/// So many lists of parents that have nothing are passed over for one page.
const EMPTY_AT_MOST: usize = 50;

/// The pages of a list. Ask for as many as you want; each knows where the list goes on.
#[derive(Debug)]
pub struct Pages {
    context: Context,
    call: Call,
    task: Task,
    line: Line,
    left: Option<u64>,
    over: bool,
}

impl Pages {
    pub(crate) fn open(mut context: Context, call: Call) -> Result<Self, Error> {
        let task = resolve::resolve(&context, &call)?;
        if !task.list {
            return Err(Error::invalid(format!("`{}` is no list", task.name)).with_help("call it for its record"));
        }
        context.record = task.map.as_ref().filter(|_| !call.trace).and_then(|map| map.wants()).cloned();
        let (left, over) = (call.limit, call.limit == Some(0));
        let state = start(&context, &call, &task).map_err(|error| finished(&context, &task, error))?;
        let line = Line::new(Root::of(&task), state, 0);
        // What is kept of the account may be known only when its token is.
        if context.account.declared.iter().all(|parameter| context.account.kept.contains_key(&parameter.name)) {
            line.check(&context).map_err(|error| finished(&context, &task, error))?;
        }
        Ok(Self { context, call, task, line, left, over })
    }

    /// The next page; none at the end of the list, at the call's limit, and after an error.
    pub async fn next(&mut self) -> Option<Result<Page, Error>> {
        if self.over {
            return None;
        }
        self.context.begin_page();
        self.line.ahead.call(self.left);
        let before = self.context.meter.read();
        let span = tracing::info_span!(
            target: "connc", "page", connector = %self.context.plan().connector, operation = %self.task.name, page = self.line.state.pages
        );
        // A future that is dropped half way leaves the list where it was: what changes before the page is whole is only
        // that steps which come before the list are done.
        let done = self.page().instrument(span).await;
        let done = done.and_then(|(mut page, more)| {
            let Counters { records, absent, .. } = std::mem::take(&mut page.counters);
            page.counters = Counters { records, absent, ..self.context.meter.read().since(&before) };
            page.counters.tell("page done");
            page.next_cursor = more.then(|| self.seal(&self.line.state)).transpose()?;
            Ok((page, more))
        });
        match done {
            Ok((page, more)) => {
                if let Some(left) = &mut self.left {
                    *left = left.saturating_sub(u64::try_from(page.records.len()).unwrap_or(u64::MAX));
                }
                self.over = !more || self.left == Some(0);
                Some(Ok(page))
            }
            Err(mut error) => {
                self.over = true;
                self.line.ahead.clear(&self.context);
                if self.line.state != State::default() {
                    error.cursor = self.seal(&self.line.state).ok();
                }
                Some(Err(finished(&self.context, &self.task, error)))
            }
        }
    }

    /// The pages as a stream.
    pub fn into_stream(self) -> impl Stream<Item = Result<Page, Error>> + Send {
        futures_util::stream::unfold(self, |mut pages| async move { pages.next().await.map(|page| (page, pages)) })
    }

    /// The next page that says something: lists of parents that have nothing are passed over, up to a bound.
    async fn page(&mut self) -> Result<(Page, bool), Error> {
        auth::settle(&self.context).await?;
        for _ in 1..EMPTY_AT_MOST {
            let (page, more) = self.any_page().await?;
            let says = !page.records.is_empty() || !page.warnings.is_empty() || page.skipped > 0;
            if says || !more || !self.line.has_parents() {
                return Ok((page, more));
            }
        }
        self.any_page().await
    }

    async fn any_page(&mut self) -> Result<(Page, bool), Error> {
        let Some(leaf) = self.line.page(&self.context).await? else { return Ok((Page::default(), false)) };
        let (page, rest, next) = self.read(&leaf).await.map_err(|error| leaf.named(&self.context, error))?;
        if let Some(skip) = rest {
            // A limit in mid-page: the same page again, from where this one stopped.
            self.line.state.skip = skip;
            self.line.ahead.clear(&self.context);
            return Ok((page, true));
        }
        let more = self.line.go(&self.context, next).await?;
        Ok((page, more))
    }

    /// Takes the records out of an answer, as far as they are wanted, and finds out what follows it.
    async fn read(&mut self, leaf: &Leaf) -> Result<(Page, Option<u64>, Option<State>), Error> {
        let context = &self.context;
        let items = leaf.items(context)?;
        let next = leaf.next(context, &self.line.state, &items)?;
        if self.line.came(context, leaf, next.as_ref()) {
            // On the thread of this task, the request would leave only when the page is done with.
            spawn::give_way().await;
        }
        let mut page = Page { rate_limit: leaf.received.limits.tightest(), ..Page::default() };
        let mut notes = Notes::new(context.parts().limits.notes);
        let treatment = Treatment { policy: self.call.policy, raw: self.call.raw, trace: self.call.trace };
        let variables = resolve::map_vars(context, &self.task, leaf.inputs.parent.as_deref()).bound()?;
        let over = Over::new(context.plan(), variables, treatment);
        let most = self.left.and_then(|left| usize::try_from(left).ok()).unwrap_or(usize::MAX);
        let skip = usize::try_from(self.line.state.skip).unwrap_or(usize::MAX);
        // What was noted for another map is not enough for this one.
        let wants = self.task.map.as_ref().and_then(|map| map.wants());
        let fits = leaf.received.record.as_ref().zip(wants).is_some_and(|(noted, wants)| Arc::ptr_eq(noted, wants));
        let mut rest = None;
        for (index, item) in items.iter().enumerate().skip(skip) {
            if page.records.len() >= most {
                rest = u64::try_from(index).ok();
                break;
            }
            if !leaf.keeps(context, *item)? {
                continue;
            }
            match &self.task.map {
                None => page.records.push(Record { text: item.text.to_owned() }),
                Some(map) => match map.apply(Item { value: item.value.filter(|_| fits), ..*item }, index, &over, &mut notes)? {
                    Mapped::Record(text) => page.records.push(Record { text }),
                    Mapped::Skipped => page.skipped += 1,
                },
            }
        }
        page.counters.records = u64::try_from(page.records.len()).unwrap_or(u64::MAX);
        page.counters.absent = notes.absent;
        page.warnings = notes.warnings;
        page.traces = notes.traces;
        Ok((page, rest, next))
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
