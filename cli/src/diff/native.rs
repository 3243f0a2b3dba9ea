//! The provider's own operations, as callers of `--native` and of the embedded runtime see them.

use connc_plan::{Action, Operation, Paginate, Plan, Records, Request, Shape};

use super::supplied::{Whose, parameters};
use super::unified::line;
use super::{Diff, Place, same};

pub(super) fn compare(diff: &mut Diff<'_>) {
    let (old, new) = (diff.old, diff.new);
    for before in old.operations.values() {
        match new.operations.get(&before.name) {
            Some(after) => operation(diff, before, after),
            None => diff.breaking(at(before), "it is gone", "calls of it are refused", Some(Place::Old(before.origin))),
        }
    }
    for after in added(old, new) {
        diff.feature(at(after), "it is new", Some(Place::New(after.origin)));
    }
}

fn added<'a>(old: &Plan, new: &'a Plan) -> impl Iterator<Item = &'a Operation> {
    let known: Vec<String> = old.operations.keys().cloned().collect();
    new.operations.values().filter(move |operation| !known.contains(&operation.name))
}

fn operation(diff: &mut Diff<'_>, old: &Operation, new: &Operation) {
    let Operation { name: _, shape, input, takes_id, takes_parent, steps, records, paginate, select, reads: _, download, already, origin } =
        new;
    let (at, place) = (at(new), Some(Place::New(*origin)));
    if old.shape != *shape {
        let what = format!("it gives {}, it gave {}", gives(*shape), gives(old.shape));
        diff.breaking(at.as_str(), what, "callers expect what it gave", place);
    }
    for (name, before, after) in [("an id", old.takes_id, *takes_id), ("a parent", old.takes_parent, *takes_parent)] {
        match (before, after) {
            (false, true) => diff.breaking(at.as_str(), format!("it takes {name} now"), "calls do not give it", place),
            (true, false) => diff.fix(at.as_str(), format!("it takes {name} no more"), place),
            (true, true) | (false, false) => {}
        }
    }
    let of = format!(" of {at}");
    parameters(diff, Whose { what: "input", of: &of, missing: "calls do not give it" }, &old.input, input);
    match (old.steps.as_slice(), steps.as_slice()) {
        ([one], [other]) => match (&one.action, &other.action) {
            (Action::Request(before), Action::Request(after)) => request(diff, &at, before, after),
            (Action::Request(_) | Action::Call(_) | Action::Let(_) | Action::Require(_) | Action::Poll(_) | Action::Give(_), _) => {
                diff.fix(at.as_str(), "it is done in other steps", place)
            }
        },
        (before, after) if !same::as_data(&before, &after) => diff.fix(at.as_str(), "it is done in other steps", place),
        _ => {}
    }
    if !same::as_data(&old.records, records) {
        let what = match (path(&old.records), path(records)) {
            (before, after) if before != after => format!("its records stand at `{after}`, they stood at `{before}`"),
            _ => "other records are kept".to_owned(),
        };
        diff.fix(at.as_str(), what, place);
    }
    if old.select != *select {
        diff.fix(at.as_str(), "it asks for other fields by name", place);
    }
    pages(diff, &at, (old.paginate.as_ref(), paginate.as_ref()), place);
    if !same::as_data(&old.download, download) {
        diff.fix(at.as_str(), "its file is fetched in another way", place);
    }
    if old.already != *already {
        diff.fix(at.as_str(), "other errors mean that the work is done already", place);
    }
}

fn request(diff: &mut Diff<'_>, at: &str, old: &Request, new: &Request) {
    let Request { method, url, query, lists, headers, body, answer, compression, idempotent, idempotency_header, origin } = new;
    let place = Some(Place::New(*origin));
    if old.method != *method || old.url.segments != url.segments {
        let what = format!("it sends `{} {url}`, it sent `{} {}`", method.name(), old.method.name(), old.url);
        diff.fix(at, what, place);
    }
    for (name, is_same) in [
        ("query is", same::as_data(&old.query, query) && old.lists == *lists),
        ("headers are", same::as_data(&old.headers, headers)),
        ("body is", same::as_data(&old.body, body)),
    ] {
        if !is_same {
            diff.fix(at, format!("its {name} made in another way"), place);
        }
    }
    if old.answer != *answer || old.compression != *compression {
        diff.fix(at, "its answer is read in another way", place);
    }
    if old.idempotent != *idempotent || old.idempotency_header != *idempotency_header {
        diff.fix(at, "it is repeated in other cases", place);
    }
}

fn pages(diff: &mut Diff<'_>, at: &str, pair: (Option<&Paginate>, Option<&Paginate>), place: Option<Place>) {
    match pair {
        (None, None) => {}
        (Some(_), None) => diff.fix(at, "it has one page only", place),
        (None, Some(_)) => diff.fix(at, "it has several pages", place),
        (Some(old), Some(new)) => {
            let place = Some(Place::New(new.origin));
            if old.size != new.size || old.bound != new.bound {
                diff.fix(at, "the limits of its pages are others", place);
            }
            let rest = |paginate: &Paginate| Paginate { size: None, bound: new.bound, ..paginate.clone() };
            if old.style != new.style {
                diff.fix(at, format!("its pages follow each other by `{}`, they did by `{}`", new.style, old.style), place);
            } else if !same::as_data(&rest(old), &rest(new)) {
                diff.fix(at, "its pages follow each other in another way", place);
            }
        }
    }
}

fn path(records: &Records) -> String {
    match records {
        Records::Items { path, .. } | Records::Item { path, .. } => line(&path.to_string()),
        Records::None => "nowhere".to_owned(),
    }
}

fn gives(shape: Shape) -> &'static str {
    match shape {
        Shape::List => "a list",
        Shape::One => "one record",
        Shape::Nothing => "nothing",
    }
}

fn at(operation: &Operation) -> String {
    format!("operation `{}`", operation.name)
}
