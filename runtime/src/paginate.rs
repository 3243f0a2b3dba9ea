//! The one loop of all pagination styles: what a page is asked for with, and what follows it.

use connc_plan::{Advance, EmptyPage, ErrorKind, Expression, Next, Paginate, Progress, Target};
use serde_json::Value;

use crate::cursor::State;
use crate::exchange::Received;
use crate::program::{Programs, Vars};
use crate::sheet::{Item, Rules};
use crate::{Error, hash, link};

/// One page as the request that asks for it needs it.
#[derive(Clone, Debug)]
pub(crate) struct Turn<'a> {
    paginate: &'a Paginate,
    token: Option<Value>,
    first: bool,
}

impl<'a> Turn<'a> {
    /// The turn of a state.
    pub(crate) fn new(paginate: &'a Paginate, state: &State) -> Self {
        let token = match (&paginate.next, &state.token) {
            (_, Some(token)) => Some(token.clone()),
            (Next::Counter { start, on_first: true, .. }, None) => Some(Value::from(*start)),
            (Next::Counter { on_first: false, .. } | Next::Answer(_) | Next::Link(_) | Next::LastItem(_), None) => None,
        };
        Self { paginate, token, first: state.token.is_none() }
    }

    /// The whole URL, where the provider gave one.
    pub(crate) fn link(&self) -> Option<&str> {
        match (&self.paginate.into, &self.token) {
            (Target::Url, Some(token)) => token.as_str(),
            (Target::Url | Target::Query(_) | Target::Header(_) | Target::Body(_) | Target::Template(_), _) => None,
        }
    }

    /// Whether a query parameter of the operation is for the first request only, and this is another.
    pub(crate) fn leaves_out(&self, name: &str) -> bool {
        !self.first && self.paginate.first_only.iter().any(|known| known == name)
    }

    /// What templates name `page.NAME`: the size and the token, where they go there.
    pub(crate) fn named(&self) -> Vec<(String, String)> {
        let size = self.sized().map(|(target, size)| (target, text(&size)));
        let token = self.puts().into_iter().map(|(target, token)| (target, text(token)));
        let named = |(target, text): (&Target, String)| match target {
            Target::Template(name) => Some((name.clone(), text)),
            Target::Query(_) | Target::Header(_) | Target::Body(_) | Target::Url => None,
        };
        size.into_iter().chain(token).filter_map(named).collect()
    }

    /// What goes where: the size and the token. A link has both already.
    pub(crate) fn puts(&self) -> Vec<(&'a Target, &Value)> {
        if self.link().is_some() {
            return Vec::new();
        }
        let token = self.token.as_ref().map(|token| (&self.paginate.into, token));
        token.into_iter().collect()
    }

    /// Where the size goes, and how much it is.
    pub(crate) fn sized(&self) -> Option<(&'a Target, Value)> {
        let size = self.paginate.size.as_ref().filter(|_| self.link().is_none())?;
        Some((&size.into, Value::from(size.value)))
    }
}

/// A page that came.
pub(crate) struct Came<'a> {
    pub(crate) received: &'a Received,
    pub(crate) vars: &'a Vars,
    pub(crate) items: &'a [Item<'a>],
}

/// The end of a list whose answer names no next page, unless the answer itself says that there is more.
fn end(paginate: &Paginate, over: &Rules<'_>) -> Result<Option<State>, Error> {
    match &paginate.more {
        Some(more) if over.truth(more)? => Err(cut("the provider says that there is more, and gives no way to the next page".to_owned())),
        Some(_) | None => Ok(None),
    }
}

/// A list that the provider leaves incomplete: what came is not passed off as the whole.
fn cut(message: String) -> Error {
    Error::new(ErrorKind::Provider, message)
}

/// What a loop reads of an answer.
pub(crate) fn of_answer(paginate: &Paginate) -> Vec<&Expression> {
    let next = match &paginate.next {
        Next::Answer(expression) => Some(expression),
        Next::LastItem(_) | Next::Link(_) | Next::Counter { .. } => None,
    };
    paginate.until.iter().chain(&paginate.total).chain(&paginate.more).chain(next).collect()
}

/// What a loop reads of the last record of a page.
pub(crate) fn of_record(paginate: &Paginate) -> Option<&Expression> {
    match &paginate.next {
        Next::LastItem(expression) => Some(expression),
        Next::Answer(_) | Next::Link(_) | Next::Counter { .. } => None,
    }
}

/// What follows a page: the state of the next one, or none at the end of the list.
pub(crate) fn advance(paginate: &Paginate, state: &State, page: &Came<'_>, programs: &Programs) -> Result<Option<State>, Error> {
    let count = u64::try_from(page.items.len()).unwrap_or(u64::MAX);
    let mut next = State { skip: 0, pages: state.pages + 1, records: state.records.saturating_add(count), ..state.clone() };
    let last = page.items.last().copied().unwrap_or_else(|| Item::from("null"));
    let wanted = of_answer(paginate);
    let over = Rules::over(programs, page.received.noted(), &page.received.text, page.vars, &wanted)?;
    let texts = page.items.iter().map(|item| item.text);
    if count > 0 && next.bodies.repeats_large(Some(hash::glance(texts.clone())), || hash::short(texts.clone())) {
        return Err(circle("the provider gave the same page again"));
    }
    if let Some(until) = &paginate.until
        && over.truth(until)?
    {
        return Ok(None);
    }
    let ends = count == 0
        && match paginate.empty_page {
            EmptyPage::End => true,
            EmptyPage::Continue => false,
        };
    let short = paginate.short_page_ends && paginate.size.as_ref().is_some_and(|size| count < size.value);
    let total = paginate.total.as_ref().map(|total| over.text(total)).transpose()?.flatten().and_then(|text| text.parse::<f64>().ok());
    if ends && let Some(total) = total.filter(|total| (passed(paginate, &next) as f64) < *total) {
        return Err(cut(format!(
            "the provider says that there are {total} records, and gave an empty page after {}",
            passed(paginate, &next)
        )));
    }
    if ends || short {
        return Ok(None);
    }
    next.total = total;
    if total.is_some_and(|total| passed(paginate, &next) as f64 >= total) {
        return Ok(None);
    }
    let token = match &paginate.next {
        Next::Answer(expression) => over.json(expression)?,
        Next::Link(rel) => link::target(&page.received.headers, rel).map(|target| Value::String(target).to_string()),
        Next::LastItem(expression) if count > 0 => {
            Rules::over(programs, last.value, last.text, page.vars, &[expression])?.json(expression)?
        }
        Next::LastItem(_) => None,
        Next::Counter { start, advance, on_first: _ } => {
            let by = match advance {
                Advance::One => 1,
                Advance::Items => count,
                Advance::By(number) => *number,
            };
            Some(counted(state, *start).saturating_add(by).to_string())
        }
    };
    let Some(token) = token.and_then(|json| serde_json::from_str::<Value>(&json).ok()).filter(|token| !token.is_null()) else {
        return end(paginate, &over);
    };
    if paginate.ends_on.contains(&token) {
        return end(paginate, &over);
    }
    if token.as_array().is_some_and(Vec::is_empty) {
        return Ok(None);
    }
    let is_scalar = |value: &Value| value.is_string() || value.is_number();
    // A position in several orders is a list, which only a body holds.
    let is_position = matches!(paginate.into, Target::Body(_)) && token.as_array().is_some_and(|parts| parts.iter().all(is_scalar));
    if !(is_scalar(&token) || is_position) {
        return Err(Error::new(ErrorKind::Provider, "the token of the next page is neither a text nor a number"));
    }
    let repeated = match paginate.progress {
        Progress::FreshToken => next.tokens.repeats(&hash::short([token.to_string().as_str()])),
        Progress::GrowingCounter => !grows(state.token.as_ref(), &token),
    };
    if repeated {
        return Err(circle("the provider gave the same page token again"));
    }
    next.token = Some(token);
    Ok(Some(next))
}

/// What pages of a list say of those that follow.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pace {
    /// Raw records on the last one.
    pub(crate) last: u64,
    /// The most that one had.
    pub(crate) most: u64,
    /// Bytes of the last one.
    pub(crate) bytes: usize,
}

/// The page after the one of `state`, as far as it can be told before that one came. None also where it surely is not there.
pub(crate) fn beyond(paginate: &Paginate, state: &State, pace: Pace) -> Option<State> {
    let (start, advance) = match &paginate.next {
        Next::Counter { start, advance, on_first: _ } if paginate.independent => (*start, *advance),
        Next::Counter { .. } | Next::Answer(_) | Next::Link(_) | Next::LastItem(_) => return None,
    };
    let by = match advance {
        Advance::One => 1,
        Advance::Items => pace.last,
        Advance::By(number) => number,
    };
    let token = Value::from(counted(state, start).saturating_add(by));
    let records = state.records.saturating_add(pace.most);
    let next = State { token: Some(token), skip: 0, pages: state.pages.saturating_add(1), records, ..state.clone() };
    let there = by > 0 && next.total.is_none_or(|total| (passed(paginate, &next) as f64) < total);
    (there && bound(paginate, &next).is_ok()).then_some(next)
}

/// The counter of a page.
fn counted(state: &State, start: u64) -> u64 {
    state.token.as_ref().map_or(Some(start), Value::as_u64).unwrap_or(start)
}

/// How much of the list is done with after a page, as its total counts.
fn passed(paginate: &Paginate, next: &State) -> u64 {
    match &paginate.next {
        // Windows may hold fewer records than positions, and the total counts the positions.
        Next::Counter { advance: Advance::By(number), .. } => number.saturating_mul(next.pages),
        Next::Counter { advance: Advance::One | Advance::Items, .. } | Next::Answer(_) | Next::Link(_) | Next::LastItem(_) => next.records,
    }
}

/// Whether the loop may ask for the page of `state`.
pub(crate) fn bound(paginate: &Paginate, state: &State) -> Result<(), Error> {
    if state.pages >= paginate.bound.pages {
        return Err(Error::new(ErrorKind::Limit, format!("the list goes on after {} pages, its bound", paginate.bound.pages))
            .with_help("raise `max_pages`, or narrow the list"));
    }
    if let Some(cap) = paginate.bound.cap.filter(|cap| state.records >= *cap && state.token.is_some()) {
        return Err(Error::new(ErrorKind::Limit, format!("the provider ends this list after {cap} records, and it has more"))
            .with_help("narrow the list so that it stays below that"));
    }
    Ok(())
}

/// A token as text: a text as it is, a number as its digits.
fn text(token: &Value) -> String {
    token.as_str().map_or_else(|| token.to_string(), str::to_owned)
}

fn grows(before: Option<&Value>, now: &Value) -> bool {
    match (before.and_then(Value::as_f64), now.as_f64()) {
        (Some(before), Some(now)) => now > before,
        (None, _) | (_, None) => true,
    }
}

fn circle(message: &str) -> Error {
    Error::new(ErrorKind::Provider, format!("{message}, so the list would never end"))
}
