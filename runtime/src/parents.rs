//! The parents whose lists are read one after the other: values, or the records of a list that is itself read page by page.

use connc_plan::{Each, ErrorKind, Parents as Of};
use futures_util::future::BoxFuture;
use serde::{Deserialize, Serialize};

use crate::context::Context;
use crate::cursor::State;
use crate::line::{Batch, some};
use crate::program::{Evaluation, Vars};
use crate::steps::elements;
use crate::{Error, data, hash};

/// Which parent a list stands at, as a cursor keeps it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Standing {
    /// What earlier steps bound, as far as later parents' calls read it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) bound: Vec<(String, String)>,
    /// Where the page of parents begins, where they are the records of a list.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    page: Option<Box<State>>,
    /// The parent's position on it.
    index: usize,
    /// The parent, by its hash: a page that is read again may have changed.
    mark: String,
}

/// The parents at hand.
#[derive(Debug)]
pub(crate) struct Parents {
    items: Vec<String>,
    next: Option<State>,
}

/// The parents at hand, where the list stands among them, and the parent itself as JSON text.
type Stand = (Parents, Standing, String);

/// The first parent; none where there are no parents.
pub(crate) fn first<'a>(
    context: &'a Context,
    each: &'a Each,
    vars: &'a Vars,
    bound: Vec<(String, String)>,
    depth: usize,
) -> BoxFuture<'a, Result<Option<Stand>, Error>> {
    Box::pin(async move {
        let (begin, parents) = read(context, each, vars, State::default(), depth).await?;
        Ok(stand(parents, begin, 0, bound))
    })
}

/// The parent after the one of `standing`.
pub(crate) fn next<'a>(
    context: &'a Context,
    each: &'a Each,
    vars: &'a Vars,
    standing: Standing,
    at_hand: Option<Parents>,
    depth: usize,
) -> BoxFuture<'a, Result<Option<Stand>, Error>> {
    Box::pin(async move {
        let Standing { bound, page, index, mark } = standing;
        let (page, parents) = match at_hand {
            Some(parents) => (page.map(|page| *page), parents),
            None => read(context, each, vars, page.map(|page| *page).unwrap_or_default(), depth).await?,
        };
        let is_it = |at: usize| parents.items.get(at).is_some_and(|item| hash::short([item.as_str()]) == mark);
        let found = if is_it(index) { Some(index) } else { (0..parents.items.len()).find(|at| is_it(*at)) };
        let index = found.ok_or_else(|| {
            Error::new(
                ErrorKind::Cursor,
                format!("the parents have changed since: the `${}` where the list stopped is not on its page any more", each.name),
            )
            .with_help("begin the list anew")
        })?;
        if index + 1 < parents.items.len() {
            return Ok(stand(parents, page, index + 1, bound));
        }
        let Some(next) = parents.next else { return Ok(None) };
        let (begin, parents) = read(context, each, vars, next, depth).await?;
        Ok(stand(parents, begin, 0, bound))
    })
}

async fn read(context: &Context, each: &Each, vars: &Vars, state: State, depth: usize) -> Result<(Option<State>, Parents), Error> {
    Ok(match &each.of {
        Of::Values(values) => {
            let values = elements(data::make(values, &Evaluation::over_nothing(context.programs(), vars)?)?);
            (None, Parents { items: values.iter().map(ToString::to_string).collect(), next: None })
        }
        Of::List(call) => {
            let Batch { begin, items, next } = some(context, call, vars, state, depth).await?;
            (Some(begin), Parents { items, next })
        }
    })
}

fn stand(parents: Parents, page: Option<State>, index: usize, bound: Vec<(String, String)>) -> Option<Stand> {
    let item = parents.items.get(index)?.clone();
    let mark = hash::short([item.as_str()]);
    Some((parents, Standing { bound, page: page.map(Box::new), index, mark }, item))
}
