//! Where an expression is evaluated: the data at hand, what it lies in, and the variables.

use std::cell::RefCell;
use std::rc::Rc;

use super::flow::Flow;

/// The data at hand, and where it was taken from.
#[derive(Debug)]
pub(super) struct Context<'a> {
    /// Its number, by which facts about it are found.
    pub(super) id: u32,
    /// The data.
    pub(super) flow: Flow<'a>,
    /// Whether the engine takes a list here as one value: the input itself.
    pub(super) wrapped: bool,
    /// The member names from the input, where it is a part of it that has one place.
    pub(super) path: Option<Vec<Rc<str>>>,
    /// What it was taken from, for `%`.
    pub(super) parent: Option<Rc<Context<'a>>>,
}

/// Variables, in the blocks and functions that bind them.
#[derive(Debug)]
pub(super) struct Frame<'a> {
    bound: RefCell<Vec<Bound<'a>>>,
    parent: Option<Rc<Frame<'a>>>,
    /// How many branches may or may not run around the frame.
    branches: u32,
}

#[derive(Clone, Debug)]
struct Bound<'a> {
    name: String,
    flow: Flow<'a>,
    id: u32,
}

impl<'a> Frame<'a> {
    pub(super) fn new(parent: Option<&Rc<Self>>, branches: u32) -> Rc<Self> {
        Rc::new(Self { bound: RefCell::default(), parent: parent.cloned(), branches })
    }

    /// What a variable holds, and the number of its binding.
    pub(super) fn get(&self, name: &str) -> Option<(Flow<'a>, u32)> {
        let mut frame = self;
        loop {
            if let Some(bound) = frame.bound.borrow().iter().find(|bound| bound.name == name) {
                return Some((bound.flow.clone(), bound.id));
            }
            frame = frame.parent.as_deref()?;
        }
    }

    /// What this very frame binds.
    pub(super) fn own(&self, name: &str) -> Option<Flow<'a>> {
        self.bound.borrow().iter().find(|bound| bound.name == name).map(|bound| bound.flow.clone())
    }

    pub(super) fn set(&self, name: &str, flow: Flow<'a>, id: u32) {
        let mut list = self.bound.borrow_mut();
        match list.iter_mut().find(|bound| bound.name == name) {
            Some(bound) => *bound = Bound { name: name.to_owned(), flow, id },
            None => list.push(Bound { name: name.to_owned(), flow, id }),
        }
    }

    /// Whether a binding made inside this many branches may not happen.
    pub(super) fn is_unsure(&self, branches: u32) -> bool {
        branches > self.branches
    }

    /// Lets go of everything: functions that are bound hold the frame that binds them.
    pub(super) fn clear(&self) {
        self.bound.borrow_mut().clear();
    }
}
