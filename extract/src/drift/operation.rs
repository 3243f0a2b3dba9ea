//! What changed in operations over HTTP: the operation itself, its parameters, its scopes, its body and its answers.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::schema::Comparison;
use super::view::View;
use super::{Change, Drift, Stored, list};
use crate::touched::{Touched, Wanted};
use crate::{Extract, paths};

pub(super) fn compare(touched: &Touched, old: &Stored, new: &Extract, drift: &mut Drift) {
    for (key, before) in &old.operations {
        let wanted = wanted(touched, key, &old.base);
        // What the connector does not do any more is no concern of it.
        if wanted.is_empty() {
            continue;
        }
        let Some(after) = find(key, &old.base, new) else {
            say(drift, &wanted, key, "the operation is gone", true);
            continue;
        };
        Operation { touched, wanted: &wanted, key, old, new, drift }.compare(before, after);
    }
}

/// The connector's operations that an extract's operation is.
fn wanted<'t>(touched: &'t Touched, key: &str, base: &str) -> Vec<&'t Wanted> {
    let Some((method, path)) = key.split_once(' ') else { return Vec::new() };
    let (short, full) = (paths::described(path), paths::described(&format!("{base}{path}")));
    let fits = |wanted: &&Wanted| {
        wanted.method.name() == method
            && wanted.paths.iter().any(|own| paths::fit(own, &full).is_some() || paths::fit(own, &short).is_some())
    };
    touched.operations.iter().filter(fits).collect()
}

/// The newer operation of the same method and path, whatever its path parameters are called.
fn find<'n>(key: &str, base: &str, new: &'n Extract) -> Option<&'n Value> {
    let whole =
        |key: &str, base: &str| key.split_once(' ').map(|(method, path)| (method.to_owned(), paths::described(&format!("{base}{path}"))));
    let wanted = whole(key, base)?;
    new.operations.iter().find(|(key, _)| whole(key, &new.base).as_ref() == Some(&wanted)).map(|(_, value)| value)
}

fn say(drift: &mut Drift, wanted: &[&Wanted], at: &str, what: &str, breaking: bool) {
    drift.add(Change {
        operations: wanted.iter().map(|wanted| wanted.name.clone()).collect(),
        at: at.to_owned(),
        what: what.to_owned(),
        breaking,
        places: wanted.iter().map(|wanted| wanted.span).collect(),
    });
}

struct Operation<'a> {
    touched: &'a Touched,
    wanted: &'a [&'a Wanted],
    key: &'a str,
    old: &'a Stored,
    new: &'a Extract,
    drift: &'a mut Drift,
}

impl<'a> Operation<'a> {
    fn compare(&mut self, before: &'a Value, after: &'a Value) {
        let deprecated = |value: &Value| value.get("deprecated") == Some(&Value::Bool(true));
        if deprecated(after) && !deprecated(before) {
            say(self.drift, self.wanted, self.key, "the operation is deprecated now", false);
        }
        self.scopes(before, after);
        self.parameters(before, after);
        self.body(before, after);
        let answers = |value: &'a Value| value.get("answers").and_then(Value::as_object).into_iter().flatten();
        for (status, old) in answers(before) {
            let Some((_, new)) = answers(after).find(|(known, _)| *known == status) else {
                if status.starts_with('2') {
                    say(self.drift, self.wanted, self.key, &format!("it does not answer with `{status}` any more"), true);
                }
                continue;
            };
            match (old == "none", new == "none") {
                (false, false) => self.schemas(old, new, false, &format!("{} {status}", self.key)),
                (false, true) if status.starts_with('2') => {
                    say(self.drift, self.wanted, self.key, &format!("the answer `{status}` has no body any more"), true);
                }
                (_, _) => {}
            }
        }
    }

    fn schemas(&mut self, old: &'a Value, new: &'a Value, writes: bool, at: &str) {
        let mut comparison = Comparison {
            touched: self.touched,
            wanted: self.wanted,
            old: &self.old.types,
            new: &self.new.types,
            writes,
            drift: self.drift,
            seen: BTreeSet::new(),
            depth: 0,
        };
        comparison.compare(&[old], &[new], at, &[]);
    }

    fn scopes(&mut self, before: &Value, after: &Value) {
        let sets = |value: &Value| -> Vec<Vec<String>> {
            let set = |set: &Value| set.as_array().into_iter().flatten().filter_map(|scope| Some(scope.as_str()?.to_owned())).collect();
            value.get("scopes").and_then(Value::as_array).into_iter().flatten().map(set).collect()
        };
        let (old, new) = (sets(before), sets(after));
        if old == new || new.is_empty() {
            return;
        }
        // A token that was good enough must still be: one of the new sets lies within each of the old ones.
        let good = |set: &Vec<String>| new.iter().any(|wanted| wanted.iter().all(|scope| set.contains(scope)));
        let breaks = !old.is_empty() && !old.iter().all(good);
        let said = new.iter().map(|set| list(set.iter().map(String::as_str))).collect::<Vec<_>>().join(" or ");
        say(self.drift, self.wanted, self.key, &format!("its scopes are now {said}"), breaks);
    }

    fn parameters(&mut self, before: &Value, after: &Value) {
        let empty = Map::new();
        let old = before.get("parameters").and_then(Value::as_object).unwrap_or(&empty);
        let new = after.get("parameters").and_then(Value::as_object).unwrap_or(&empty);
        let is_path = |value: &Value| value.get("in").and_then(Value::as_str) == Some("path");
        let flag = |value: &Value, name: &str| value.get(name) == Some(&Value::Bool(true));
        for (name, parameter) in old.iter().filter(|(_, parameter)| !is_path(parameter)) {
            let bare = name.split('@').next().unwrap_or(name);
            let sent: Vec<_> = self
                .wanted
                .iter()
                .flat_map(|wanted| &wanted.sends)
                .filter(|sent| sent.name.eq_ignore_ascii_case(bare))
                .map(|sent| sent.span)
                .collect();
            if sent.is_empty() {
                continue;
            }
            let mut say = |what: &str, breaking: bool| {
                self.drift.add(Change {
                    operations: self.wanted.iter().map(|wanted| wanted.name.clone()).collect(),
                    at: format!("{} parameter {bare}", self.key),
                    what: what.to_owned(),
                    breaking,
                    places: sent.clone(),
                });
            };
            let Some(now) = new.get(name) else {
                say("the parameter is gone", true);
                continue;
            };
            if flag(now, "deprecated") && !flag(parameter, "deprecated") {
                say("the parameter is deprecated now", false);
            }
            let number = |value: &Value| value.get("maximum").and_then(Value::as_f64);
            if let (was, Some(maximum)) = (number(parameter), number(now))
                && was != Some(maximum)
            {
                let asked =
                    self.wanted.iter().filter_map(|wanted| wanted.size.as_ref()).find(|(known, _)| known == bare).map(|(_, asked)| *asked);
                #[expect(clippy::cast_precision_loss, reason = "page sizes are small")]
                let breaks = asked.is_some_and(|asked| asked as f64 > maximum);
                say(&format!("its maximum is now {maximum}"), breaks);
            }
            let (was, is) = (View::of(&[parameter], &self.old.types), View::of(&[now], &self.new.types));
            let narrower = was.words.iter().any(|word| !(is.words.contains(word) || *word == "integer" && is.words.contains("number")));
            if !was.unknown && !is.unknown && narrower {
                let words = |view: &View<'_>| view.words.iter().copied().collect::<Vec<_>>().join(" or ");
                say(&format!("it took {} and now takes {}", words(&was), words(&is)), true);
            }
            if let (Some(was), Some(is)) = (&was.values, &is.values) {
                let gone: Vec<&str> = was.iter().filter(|value| !is.contains(value)).map(String::as_str).collect();
                if !gone.is_empty() {
                    say(&format!("{} is not among its values any more", list(gone)), true);
                }
            }
        }
        for (name, _) in new.iter().filter(|(_, parameter)| flag(parameter, "required") && !is_path(parameter)) {
            if old.get(name).is_some_and(|known| flag(known, "required")) {
                continue;
            }
            let bare = name.split('@').next().unwrap_or(name);
            let sends = |wanted: &&Wanted| wanted.sends.iter().any(|sent| sent.name.eq_ignore_ascii_case(bare));
            let all = self.wanted.iter().all(sends);
            say(self.drift, self.wanted, &format!("{} parameter {bare}", self.key), "the parameter must be given now", !all);
        }
    }

    fn body(&mut self, before: &'a Value, after: &'a Value) {
        match (before.get("body"), after.get("body")) {
            (Some(old), Some(new)) => {
                let form = |body: &Value| body.get("form") == Some(&Value::Bool(true));
                if form(old) != form(new) {
                    let what = if form(new) { "the body is now a form" } else { "the body is now JSON" };
                    say(self.drift, self.wanted, self.key, what, true);
                } else if let (Some(old), Some(new)) = (old.get("schema"), new.get("schema")) {
                    self.schemas(old, new, true, &format!("{} body", self.key));
                }
            }
            (Some(_), None) => say(self.drift, self.wanted, self.key, "it takes no body any more", true),
            (None, Some(new)) if new.get("required") == Some(&Value::Bool(true)) => {
                say(self.drift, self.wanted, self.key, "it must have a body now", true);
            }
            (None, Some(_) | None) => {}
        }
    }
}
