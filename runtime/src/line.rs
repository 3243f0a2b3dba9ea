//! Lists, whatever they are made of: one operation's pages, steps before them, and one list after the other for each of several parents.
//!
//! A [`Line`] knows where it stands, and how it goes on from there. Its state fits into a cursor: steps that came before the list are
//! not done again, because what they came to, the list's own id, parent and input, is kept.

use std::sync::Arc;

use connc_plan::{Action, Each, ErrorKind, Operation, Step};
use serde::{Deserialize, Serialize};

use crate::ahead::{Ahead, Of};
use crate::call::{DEEPEST, Done, keep};
use crate::context::Context;
use crate::cursor::State;
use crate::error::Written;
use crate::exchange::{Inputs, Received};
use crate::filter::Narrowed;
use crate::paginate::{self, Came};
use crate::parents::{self, Parents, Standing};
use crate::program::Vars;
use crate::resolve::{self, Task, Work};
use crate::sheet::Item;
use crate::steps::{Doing, after, binds, steps_done, wanted};
use crate::{Error, extract, response};

/// A list that is made of steps: the call that they came to, and the parent that it is for.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Level {
    pub(crate) operation: String,
    pub(crate) inputs: Inputs,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) each: Option<Standing>,
}

/// A list and where it stands.
#[derive(Debug)]
pub(crate) struct Line {
    root: Root,
    pub(crate) state: State,
    /// What was asked for beyond that.
    pub(crate) ahead: Ahead,
    /// The parents at hand, by the level that they belong to; a resumed list reads them again.
    parents: Vec<(usize, Parents)>,
    depth: usize,
    /// What steps before the list wrote, as long as no page came.
    wrote: Vec<Written>,
}

/// What lists.
#[derive(Clone, Debug)]
pub(crate) struct Root {
    name: String,
    work: Work,
    inputs: Inputs,
}

/// Something that lists: an operation that asks for pages, or steps that come to one.
enum Here {
    Leaf(Arc<Operation>, Inputs),
    Made(Made),
}

/// A list made of steps.
#[derive(Clone, Debug)]
pub(crate) struct Made {
    pub(crate) steps: Vec<Step>,
    pub(crate) inputs: Inputs,
    pub(crate) narrowed: Narrowed,
}

/// A page as it came, with what it was asked for.
#[derive(Debug)]
pub(crate) struct Leaf {
    pub(crate) operation: Arc<Operation>,
    pub(crate) inputs: Inputs,
    pub(crate) received: Received,
    vars: Vars,
}

impl Root {
    pub(crate) fn of(task: &Task) -> Self {
        Self { name: task.name.clone(), work: task.work.clone(), inputs: task.inputs.clone() }
    }
}

impl Line {
    pub(crate) fn new(root: Root, state: State, depth: usize) -> Self {
        Self { root, state, ahead: Ahead::default(), parents: Vec::new(), depth, wrote: Vec::new() }
    }

    /// Says at once what can be known to be wrong before anything is sent.
    pub(crate) fn check(&self, context: &Context) -> Result<(), Error> {
        match self.first() {
            Here::Leaf(..) => Ok(()),
            Here::Made(made) => {
                let (before, last) = made.parts(&self.root.name)?;
                if made.is_plain(before, last) {
                    made.call(context, last, &resolve::vars(context, &made.inputs))?;
                }
                Ok(())
            }
        }
    }

    /// Asks for the page where the list stands. None: there is nothing (more) to ask for.
    pub(crate) async fn page(&mut self, context: &Context) -> Result<Option<Leaf>, Error> {
        loop {
            let Some((operation, inputs)) = self.leaf(context).await? else { return Ok(None) };
            let named = |error: Error| error.at(context.plan(), &operation.name, operation.origin);
            let of = Of { context, operation: &operation, inputs: &inputs };
            let asked = self.ahead.page(of, &self.state).await.map_err(named);
            match asked {
                Ok((received, vars)) => {
                    self.wrote.clear();
                    return Ok(Some(Leaf { operation, inputs, received, vars }));
                }
                Err(error) if operation.already.contains(&error.kind) && self.begins() => {}
                Err(error) if error.kind == ErrorKind::NotFound && self.skips_absent(context)? => {}
                Err(error) => return Err(after(error, &self.wrote)),
            }
            if !self.go(context, None).await? {
                return Ok(None);
            }
        }
    }

    /// Goes to the next page of the list at hand, or, at its end, to the next parent's. False: that was all.
    pub(crate) async fn go(&mut self, context: &Context, next: Option<State>) -> Result<bool, Error> {
        if let Some(next) = next {
            let levels = std::mem::take(&mut self.state.levels);
            self.state = State { levels, ..next };
            return Ok(true);
        }
        self.ahead.ends(context);
        let mut levels = self.state.levels.len();
        while let Some(index) = levels.checked_sub(1) {
            if self.state.levels.get(index).is_some_and(|level| level.each.is_some()) && self.next_parent(context, index).await? {
                return Ok(true);
            }
            levels = index;
        }
        Ok(false)
    }

    /// A page came, and `next` follows it: what can be asked for before anything is done with the page, is. Whether something was.
    pub(crate) fn came(&mut self, context: &Context, leaf: &Leaf, next: Option<&State>) -> bool {
        let Leaf { operation, inputs, received, .. } = leaf;
        self.ahead.came(Of { context, operation, inputs }, &self.state, next, received.text.len())
    }

    /// Whether more than one list may come, so that an empty page says nothing of what follows.
    pub(crate) fn has_parents(&self) -> bool {
        self.state.levels.iter().any(|level| level.each.is_some())
    }

    /// The operation that asks for pages, and what it is given. Steps on the way are done now, once.
    async fn leaf(&mut self, context: &Context) -> Result<Option<(Arc<Operation>, Inputs)>, Error> {
        let mut here = self.first();
        let mut level = 0;
        for _ in 0..=DEEPEST {
            let made = match here {
                Here::Leaf(operation, inputs) => return Ok(Some((operation, inputs))),
                Here::Made(made) => made,
            };
            let (before, last) = made.parts(&self.root.name)?;
            if made.is_plain(before, last) {
                let vars = resolve::vars(context, &made.inputs);
                here = called(made.call(context, last, &vars)?);
                continue;
            }
            if self.state.levels.get(level).is_none() {
                match self.descend(context, &made).await? {
                    Some(new) => self.state.levels.push(new),
                    None => return Ok(None),
                }
            }
            let Some(known) = self.state.levels.get(level) else { return Ok(None) };
            here = called((Arc::new(foreign(context, &known.operation)?.clone()), known.inputs.clone()));
            level += 1;
        }
        Err(Error::new(ErrorKind::Limit, format!("operations call each other more than {DEEPEST} deep")))
    }

    fn first(&self) -> Here {
        match &self.root.work {
            Work::Operation(operation) => called((Arc::clone(operation), self.root.inputs.clone())),
            Work::Steps { steps, narrowed } => {
                // A caller's own parent asks for that one only.
                let takes =
                    steps.last().is_some_and(|last| last.each.is_some() && last.action.call().is_some_and(|call| call.parent.is_some()));
                let parent = self.root.inputs.parent.clone().filter(|_| takes);
                let narrowed = Narrowed { parent: narrowed.parent.clone().or(parent), ..narrowed.clone() };
                Here::Made(Made { steps: steps.clone(), inputs: self.root.inputs.clone(), narrowed })
            }
        }
    }

    /// Does the steps before a list, and finds its first parent. None: there is no parent.
    async fn descend(&mut self, context: &Context, made: &Made) -> Result<Option<Level>, Error> {
        let (before, last) = made.parts(&self.root.name)?;
        let mut vars = resolve::vars(context, &made.inputs);
        let none = Narrowed::default();
        let doing = Doing { context, inputs: &made.inputs, narrowed: &none, depth: self.depth };
        let done = steps_done(doing, before, &mut vars).await?;
        self.wrote.extend(done.wrote);
        let failed = |error: Error| after(error.placed(context.plan(), last.origin), &self.wrote);
        if !wanted(context, last, &vars).map_err(failed)? {
            return Ok(None);
        }
        let Some(each) = made.each(last) else {
            let (operation, inputs) = made.call(context, last, &vars).map_err(failed)?;
            return Ok(Some(Level { operation: operation.name.clone(), inputs, each: None }));
        };
        let bound = kept(before, last, &vars);
        let Some((parents, standing, item)) = parents::first(context, each, &vars, bound, self.depth).await.map_err(failed)? else {
            return Ok(None);
        };
        vars.set(&each.name, item);
        let (operation, inputs) = made.call(context, last, &vars).map_err(failed)?;
        self.remember(self.state.levels.len(), parents);
        Ok(Some(Level { operation: operation.name.clone(), inputs, each: Some(standing) }))
    }

    fn remember(&mut self, level: usize, parents: Parents) {
        self.parents.retain(|(known, _)| *known < level);
        self.parents.push((level, parents));
    }

    /// The list made of steps that the level of this number belongs to.
    fn made_at(&self, context: &Context, wanted: usize) -> Result<Made, Error> {
        let mut here = self.first();
        let mut level = 0;
        for _ in 0..=DEEPEST {
            let Here::Made(made) = here else { break };
            let (before, last) = made.parts(&self.root.name)?;
            if made.is_plain(before, last) {
                let vars = resolve::vars(context, &made.inputs);
                here = called(made.call(context, last, &vars)?);
                continue;
            }
            if level == wanted {
                return Ok(made);
            }
            let Some(known) = self.state.levels.get(level) else { break };
            here = called((Arc::new(foreign(context, &known.operation)?.clone()), known.inputs.clone()));
            level += 1;
        }
        Err(stale())
    }

    /// Goes to the next parent of a level. False: there is none.
    async fn next_parent(&mut self, context: &Context, index: usize) -> Result<bool, Error> {
        let made = self.made_at(context, index)?;
        let (_, last) = made.parts(&self.root.name)?;
        let (Some(each), Some(standing)) = (made.each(last), self.state.levels.get(index).and_then(|level| level.each.clone())) else {
            return Err(stale());
        };
        let mut vars = resolve::vars(context, &made.inputs);
        for (name, json) in &standing.bound {
            vars.set(name, json.clone());
        }
        let at_hand = self.parents.iter().position(|(level, _)| *level == index).map(|at| self.parents.swap_remove(at).1);
        let placed = |error: Error| error.placed(context.plan(), last.origin);
        let Some((parents, standing, item)) = parents::next(context, each, &vars, standing, at_hand, self.depth).await.map_err(placed)?
        else {
            return Ok(false);
        };
        vars.set(&each.name, item);
        let (operation, inputs) = made.call(context, last, &vars).map_err(placed)?;
        let mut levels = std::mem::take(&mut self.state.levels);
        levels.truncate(index);
        levels.push(Level { operation: operation.name.clone(), inputs, each: Some(standing) });
        self.state = State { levels, ..State::default() };
        self.remember(index, parents);
        Ok(true)
    }

    /// Whether no page of the list at hand came: later, an answer that means that there is no list would hide the rest of one.
    const fn begins(&self) -> bool {
        self.state.pages == 0 && self.state.skip == 0
    }

    /// Whether the parent at hand may be gone: only before its first page came.
    fn skips_absent(&self, context: &Context) -> Result<bool, Error> {
        let Some(index) = self.state.levels.iter().rposition(|level| level.each.is_some()) else { return Ok(false) };
        if !self.begins() {
            return Ok(false);
        }
        let made = self.made_at(context, index)?;
        let (_, last) = made.parts(&self.root.name)?;
        Ok(made.each(last).is_some_and(|each| each.skip_absent))
    }
}

impl Made {
    fn parts(&self, name: &str) -> Result<(&[Step], &Step), Error> {
        let none = || Error::new(ErrorKind::Map, format!("the last step of `{name}` calls no operation that lists"));
        let (last, before) = self.steps.split_last().ok_or_else(none)?;
        match &last.action {
            Action::Call(_) => Ok((before, last)),
            Action::Request(_) | Action::Let(_) | Action::Require(_) | Action::Poll(_) | Action::Give(_) => Err(none()),
        }
    }

    /// Whether nothing has to be done to know what the list is given.
    fn is_plain(&self, before: &[Step], last: &Step) -> bool {
        before.is_empty() && self.each(last).is_none() && last.when.is_none()
    }

    /// The parents, unless a filter names the one that is wanted, or another operation that serves it.
    fn each<'a>(&self, last: &'a Step) -> Option<&'a Each> {
        last.each.as_ref().filter(|_| self.narrowed.parent.is_none() && self.narrowed.via.is_none())
    }

    fn call(&self, context: &Context, last: &Step, vars: &Vars) -> Result<(Arc<Operation>, Inputs), Error> {
        let Action::Call(call) = &last.action else { return Err(stale()) };
        resolve::step(context, call, vars, &self.narrowed, self.inputs.select.as_deref())
    }
}

/// What a called operation is: one request's pages, or steps again.
fn called((operation, inputs): (Arc<Operation>, Inputs)) -> Here {
    match operation.steps.as_slice() {
        [Step { action: Action::Request(_), .. }] | [] => Here::Leaf(operation, inputs),
        steps => Here::Made(Made { steps: steps.to_vec(), inputs, narrowed: Narrowed::default() }),
    }
}

/// What later parents' calls need of what earlier steps bound.
fn kept(before: &[Step], last: &Step, vars: &Vars) -> Vec<(String, String)> {
    let read = last.expressions();
    let is_read = |name: &str| read.iter().any(|expression| expression.source.contains(&format!("${name}")));
    let names = before.iter().flat_map(binds).filter(|name| is_read(name));
    names.filter_map(|name| Some((name.to_owned(), vars.get(name)?.to_owned()))).collect()
}

/// The operation that a cursor names.
fn foreign<'a>(context: &'a Context, name: &str) -> Result<&'a Operation, Error> {
    context.connector().operation(name).map_err(|_| stale())
}

fn stale() -> Error {
    Error::new(ErrorKind::Cursor, "the cursor does not fit the list").with_help("begin the list anew")
}

impl Leaf {
    /// The raw records of the page, those too that are not wanted.
    pub(crate) fn items(&self, context: &Context) -> Result<Vec<Item<'_>>, Error> {
        let limits = &context.parts().limits;
        let items = extract::list(&self.received, &self.operation.records, limits.json_depth)?;
        if items.len() > limits.page_records {
            return Err(Error::new(ErrorKind::Limit, format!("the page has more than {} records", limits.page_records)));
        }
        Ok(items)
    }

    /// Whether a raw record is wanted.
    pub(crate) fn keeps(&self, context: &Context, item: Item<'_>) -> Result<bool, Error> {
        keep(context, item, self.operation.records.keep_if(), &self.vars)
    }

    /// What follows the page in the operation's own list.
    pub(crate) fn next(&self, context: &Context, state: &State, items: &[Item<'_>]) -> Result<Option<State>, Error> {
        let Some(paginate) = &self.operation.paginate else { return Ok(None) };
        let reads: Vec<_> = paginate::of_answer(paginate).into_iter().chain(paginate::of_record(paginate)).collect();
        let over_answer = response::vars(&self.vars, &self.received, &reads);
        paginate::advance(paginate, state, &Came { received: &self.received, vars: &over_answer, items }, context.programs())
            .map_err(|error| error.placed(context.plan(), paginate.origin))
    }

    /// Completes an error in what came with where it came from.
    pub(crate) fn named(&self, context: &Context, mut error: Error) -> Error {
        let Received { status, url, .. } = &self.received;
        let method = match self.operation.steps.last().map(|step| &step.action) {
            Some(Action::Request(request)) => request.method.name(),
            Some(Action::Call(_) | Action::Let(_) | Action::Require(_) | Action::Poll(_) | Action::Give(_)) | None => "",
        };
        error.status.get_or_insert(*status);
        error.request.get_or_insert_with(|| format!("{method} {}{}", url.origin().ascii_serialization(), url.path()));
        error.at(context.plan(), &self.operation.name, self.operation.origin)
    }
}

/// A list to its end, for steps that need all of it.
pub(crate) async fn whole(context: &Context, operation: &Arc<Operation>, inputs: &Inputs, depth: usize) -> Result<Done, Error> {
    let most = context.parts().limits.step_records;
    let root = Root { name: operation.name.clone(), work: Work::Operation(Arc::clone(operation)), inputs: inputs.clone() };
    let mut line = Line::new(root, State::default(), depth);
    line.ahead.call(None);
    let mut records: Vec<String> = Vec::new();
    let mut last = None;
    while let Some(leaf) = line.page(context).await? {
        let (kept, next) = page_of(context, &leaf, &line.state).map_err(|error| leaf.named(context, error))?;
        line.came(context, &leaf, next.as_ref());
        records.extend(kept);
        if records.len() > most {
            return Err(leaf.named(
                context,
                Error::new(ErrorKind::Limit, format!("a step needs this list whole, and it has more than {most} records")),
            ));
        }
        last = Some(leaf.received);
        if !line.go(context, next).await? {
            break;
        }
        line.ahead.call(None);
    }
    Ok(Done { last, value: Some(format!("[{}]", records.join(","))), wrote: Vec::new() })
}

/// The wanted records of a page, and what follows it.
pub(crate) fn page_of(context: &Context, leaf: &Leaf, state: &State) -> Result<(Vec<String>, Option<State>), Error> {
    let items = leaf.items(context)?;
    let next = leaf.next(context, state, &items)?;
    let mut kept = Vec::with_capacity(items.len());
    for item in items {
        if leaf.keeps(context, item)? {
            kept.push(item.text.to_owned());
        }
    }
    Ok((kept, next))
}

/// The first records of a list, page by page until there are some, for parents.
pub(crate) async fn some(context: &Context, call: &connc_plan::Call, vars: &Vars, state: State, depth: usize) -> Result<Batch, Error> {
    let (operation, inputs) = resolve::step(context, call, vars, &Narrowed::default(), None)?;
    let root = Root { name: operation.name.clone(), work: Work::Operation(Arc::clone(&operation)), inputs };
    let mut line = Line::new(root, state, depth + 1);
    loop {
        // Where this page begins, the steps before it done.
        let Some(leaf) = line.page(context).await? else { return Ok(Batch::default()) };
        let begin = line.state.clone();
        let (items, next) = page_of(context, &leaf, &line.state).map_err(|error| leaf.named(context, error))?;
        let more = line.go(context, next).await?;
        if !items.is_empty() || !more {
            return Ok(Batch { begin, items, next: more.then_some(line.state) });
        }
    }
}

/// A page of parents.
#[derive(Debug, Default)]
pub(crate) struct Batch {
    pub(crate) begin: State,
    pub(crate) items: Vec<String>,
    pub(crate) next: Option<State>,
}
