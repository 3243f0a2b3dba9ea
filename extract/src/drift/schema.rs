//! What changed between two schemas, as far as the operation's expressions use it.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::view::{View, named};
use super::{Change, Drift, list};
use crate::touched::{Touched, Use, Wanted};

/// How deep answers are followed.
const DEEPEST: usize = 16;

/// Two schemas' comparison.
pub(super) struct Comparison<'a> {
    pub(super) touched: &'a Touched,
    /// The connector's operations that it is about.
    pub(super) wanted: &'a [&'a Wanted],
    pub(super) old: &'a Map<String, Value>,
    pub(super) new: &'a Map<String, Value>,
    /// Whether the connector writes it, instead of reading it.
    pub(super) writes: bool,
    pub(super) drift: &'a mut Drift,
    pub(super) seen: BTreeSet<(String, String)>,
    pub(super) depth: usize,
}

impl<'a> Comparison<'a> {
    /// Compares what stands at a place; `uses` are what reads or writes the place itself.
    pub(super) fn compare(&mut self, old: &[&'a Value], new: &[&'a Value], at: &str, uses: &[&Use]) {
        let names = named(old).zip(named(new));
        if let Some((old, new)) = names
            && !self.seen.insert((old.to_owned(), new.to_owned()))
            && uses.is_empty()
        {
            return;
        }
        if self.depth >= DEEPEST {
            return;
        }
        self.depth += 1;
        let (before, after) = (View::of(old, self.old), View::of(new, self.new));
        if !before.unknown && !before.cut && !after.cut {
            if after.unknown {
                self.used(at, "the description does not say any more what it holds", false, uses);
            } else {
                self.values(&before, &after, at, uses);
                // A named type's fields are called by its name, whoever holds it.
                let at = named(old).unwrap_or(at);
                self.members(&before, &after, at);
                if !before.items.is_empty() && !after.items.is_empty() {
                    let at = if named(&before.items).is_some() { at.to_owned() } else { format!("{at}[]") };
                    self.compare(&before.items, &after.items, &at, uses);
                }
            }
        }
        self.depth -= 1;
    }

    fn values(&mut self, before: &View<'_>, after: &View<'_>, at: &str, uses: &[&Use]) {
        // Every whole number is a number.
        let within = |word: &str, words: &BTreeSet<&str>| words.contains(word) || (word == "integer" && words.contains("number"));
        let (from, to) = if self.writes { (after, before) } else { (before, after) };
        let new: Vec<&str> = to.words.iter().copied().filter(|word| !within(word, &from.words)).collect();
        let say = |words: &BTreeSet<&str>| words.iter().copied().collect::<Vec<_>>().join(" or ");
        if new == ["null"] {
            let what = if self.writes { "null is not taken any more" } else { "it may now be null" };
            self.used(at, what, true, uses);
        } else if !new.is_empty() {
            self.used(at, &format!("it was {} and is now {}", say(&before.words), say(&after.words)), true, uses);
        }
        if before.formats != after.formats && before.words.contains("string") && after.words.contains("string") {
            let word = |formats: &BTreeSet<&str>| if formats.is_empty() { "any text".to_owned() } else { list(formats.iter().copied()) };
            let breaks = if self.writes { !after.formats.is_empty() } else { !before.formats.is_empty() };
            self.used(at, &format!("its format was {} and is now {}", word(&before.formats), word(&after.formats)), breaks, uses);
        }
        match (&before.values, &after.values) {
            (Some(old), Some(new)) => {
                let added: Vec<&str> = new.iter().filter(|value| !old.contains(value)).map(String::as_str).collect();
                let gone: Vec<&str> = old.iter().filter(|value| !new.contains(value)).map(String::as_str).collect();
                if !added.is_empty() {
                    // Only a translation one by one has to know them all.
                    let breaks = !self.writes && uses.iter().any(|used| used.is_enum);
                    self.used(at, &format!("it may now be {}", list(added)), breaks, uses);
                }
                if !gone.is_empty() {
                    self.used(at, &format!("{} is not among its values any more", list(gone)), self.writes, uses);
                }
            }
            (None, Some(new)) => self.used(at, &format!("it is now one of {}", list(new.iter().map(String::as_str))), self.writes, uses),
            (Some(_), None) => self.used(at, "it may now be any value", !self.writes && uses.iter().any(|used| used.is_enum), uses),
            (None, None) => {}
        }
    }

    fn members(&mut self, before: &View<'a>, after: &View<'a>, at: &str) {
        for (name, old) in &before.properties {
            let uses = self.uses_of(name);
            let place = format!("{at}.{name}");
            let Some(new) = after.property(name) else {
                if !after.open {
                    self.used(&place, "it is gone", true, &uses);
                }
                continue;
            };
            if !self.writes && before.required.contains(name) && !after.required.contains(name) {
                self.used(&place, "it may now be absent", true, &uses);
            }
            let flag = |schemas: &[&Value], flag: &str| schemas.iter().any(|schema| schema.get(flag) == Some(&Value::Bool(true)));
            if flag(new, "deprecated") && !flag(old, "deprecated") {
                self.used(&place, "it is deprecated now", false, &uses);
            }
            let gone = if self.writes { "readOnly" } else { "writeOnly" };
            if flag(new, gone) && !flag(old, gone) {
                self.used(&place, if self.writes { "only answers hold it now" } else { "only requests hold it now" }, true, &uses);
            }
            self.compare(old, new, &place, &uses);
        }
        if self.writes && !before.properties.is_empty() {
            for name in after.required.difference(&before.required) {
                let uses = self.uses_of(name);
                let given = uses.iter().any(|used| used.name == *name);
                self.say(&format!("{at}.{name}"), "it must be given now", !given, &uses);
            }
        }
    }

    /// What uses a name for one of the operations.
    fn uses_of(&self, name: &'a str) -> Vec<&'a Use> {
        self.wanted.iter().flat_map(|wanted| self.touched.uses_of(&wanted.name, name, self.writes)).collect()
    }

    /// Adds a change of something that is used; of others nobody needs to hear.
    fn used(&mut self, at: &str, what: &str, breaking: bool, uses: &[&Use]) {
        if !uses.is_empty() {
            self.say(at, what, breaking, uses);
        }
    }

    fn say(&mut self, at: &str, what: &str, breaking: bool, uses: &[&Use]) {
        self.drift.add(Change {
            operations: self.wanted.iter().map(|wanted| wanted.name.clone()).collect(),
            at: at.to_owned(),
            what: what.to_owned(),
            breaking,
            places: uses.iter().map(|used| used.span).collect(),
        });
    }
}
