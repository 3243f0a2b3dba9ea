//! Steps, and how many requests they come to.

use super::{operation, value};
use crate::{Action, Asked, Call, Data, Each, ForEach, Operation, Parents, Plan, Poll, Require, Shape, Step};

/// Operations call each other no deeper, as far as requests are counted.
const DEEPEST: usize = 8;

/// One request that may be left out.
const MAYBE: &str = "1, or none";

/// What a step of a unified verb is called.
pub(super) fn word(step: &Step) -> &'static str {
    match &step.action {
        Action::Request(_) => "send",
        Action::Call(_) => "call",
        Action::Let(_) => "let",
        Action::Give(_) => "give",
        Action::Require(_) => "require",
        Action::Poll(_) => "poll",
    }
}

/// A step in a few lines.
pub(super) fn step_text(step: &Step) -> String {
    let Step { action, when, bind, for_each, each, origin: _ } = step;
    let mut text = match action {
        Action::Request(sent) => operation::request(sent),
        Action::Call(call) => call_text(call),
        Action::Let(names) => {
            let width = names.iter().map(|(name, _)| name.chars().count()).max().unwrap_or(0);
            names.iter().map(|(name, data)| format!("${name:<width$} = {}", value::data(data))).collect::<Vec<_>>().join("\n")
        }
        Action::Give(data) => value::data(data),
        Action::Require(Require { condition, code, kind, message, detail }) => {
            let detail = detail.as_ref().map(|detail| format!("\nwith {}", detail.source)).unwrap_or_default();
            format!("{}\nelse {} {code}: {message}{detail}", condition.source, kind.name())
        }
        Action::Poll(poll) => poll_text(poll),
    };
    if let Some(ForEach { of, name, batch, max, at_once }) = for_each {
        let batch = batch.map(|size| format!("{size} at a time, ")).unwrap_or_default();
        text.push_str(&format!("\nfor each ${name} of {}, {batch}{max} at most, {at_once} at once", value::data(of)));
    }
    if let Some(Each { name, of, skip_absent }) = each {
        let of = match of {
            Parents::Values(data) => value::data(data),
            Parents::List(call) => call_text(call).replace('\n', "\n  "),
        };
        let absent = if *skip_absent { ", one that is gone is passed over" } else { "" };
        text.push_str(&format!("\nfor each parent ${name} of {of}{absent}"));
    }
    if let Some(when) = when {
        text.push_str(&format!("\nonly if {}", when.source));
    }
    if let Some(bind) = bind {
        text.push_str(&format!("\nas ${bind}"));
    }
    text
}

fn poll_text(poll: &Poll) -> String {
    let Poll { call, until, failed, message, every, longest, within } = poll;
    let mut text = call_text(call);
    text.push_str(&format!("\nuntil {}", until.source));
    if let Some(failed) = failed {
        let message = message.as_ref().map(|message| format!(", which says {}", message.source)).unwrap_or_default();
        text.push_str(&format!("\nfailed if {}{message}", failed.source));
    }
    text.push_str(&format!("\nafter {every} s, then twice as long each time up to {longest} s, for {within} s at most"));
    text
}

fn call_text(call: &Call) -> String {
    let Call { operation, id, parent, input, select } = call;
    let given = [("id", id), ("parent.id", parent)];
    let mut text = operation.clone();
    for (name, data) in given {
        if let Some(data) = data {
            text.push_str(&format!("\n{name} = {}", value::data(data)));
        }
    }
    for (name, data) in input {
        text.push_str(&format!("\n{name} = {}", value::data(data)));
    }
    if let Some(Asked { names, callers }) = select {
        let callers = callers.then(|| "what its caller asks for".to_owned());
        let names = if names.is_empty() && callers.is_some() { Vec::new() } else { operation::listed(names) };
        let asked: Vec<String> = callers.into_iter().chain(names).collect();
        text.push_str(&format!("\n{}", operation::block("asks for", &asked.join("\n"))));
    }
    text
}

/// How many requests steps come to, where it is not one call: `1, then 1 for each $item, at most 50`.
pub(super) fn requests(plan: &Plan, steps: &[Step]) -> Option<String> {
    let calls: Vec<&Step> = steps.iter().filter(|step| step.action.call().is_some()).collect();
    let plain =
        |step: &&Step| step.when.is_none() && step.for_each.is_none() && step.each.is_none() && matches!(step.action, Action::Call(_));
    if calls.is_empty() || (calls.len() == 1 && calls.iter().all(plain) && calls.len() == steps.len()) {
        return None;
    }
    let last = steps.len().saturating_sub(1);
    let parts: Vec<String> = steps.iter().enumerate().filter_map(|(index, step)| of_step(plan, step, index == last, 0)).collect();
    let count = |texts: &[&str]| parts.iter().filter(|part| texts.contains(&part.as_str())).count();
    let (sure, perhaps) = (count(&["1"]), count(&["1", MAYBE]));
    Some(match (sure, perhaps) {
        (_, perhaps) if perhaps < parts.len() => parts.join("\nthen "),
        (sure, perhaps) if sure == perhaps => sure.to_string(),
        (sure, perhaps) => format!("{sure} to {perhaps}"),
    })
}

fn of_step(plan: &Plan, step: &Step, is_last: bool, depth: usize) -> Option<String> {
    let one = match &step.action {
        Action::Request(_) => "1".to_owned(),
        Action::Call(call) => of_call(plan, call, depth),
        Action::Poll(poll) => format!("{} at each look, {} looks at most", of_call(plan, &poll.call, depth), looks(poll)),
        Action::Let(_) | Action::Require(_) | Action::Give(_) => return None,
    };
    let mut text = match (&step.for_each, &step.each) {
        (Some(ForEach { name, batch: None, max, .. }), _) => format!("{one} for each ${name}, {max} at most"),
        (Some(ForEach { name, batch: Some(size), max, .. }), _) => {
            format!("{one} for each {size} of ${name}, {} times at most", max.div_ceil((*size).max(1)))
        }
        (None, Some(Each { name, of, .. })) => {
            let parents = match of {
                Parents::Values(values) => counted(plan, values).map(|count| format!(", {count} in all")).unwrap_or_default(),
                Parents::List(call) => format!(", which are {}", of_call(plan, call, depth)),
            };
            format!("{one} for each parent ${name}{parents}")
        }
        (None, None) => one,
    };
    if step.when.is_some() {
        text.push_str(", or none");
    }
    if is_last && step.for_each.is_none() && lists(plan, step) {
        text.push_str("; pages are asked for as the caller reads on");
    }
    Some(text)
}

/// How many values there are, where the plan holds them.
fn counted(plan: &Plan, values: &Data) -> Option<usize> {
    match values {
        Data::List(values) => Some(values.len()),
        Data::Expression(expression) => plan.constants.get(expression.source.strip_prefix("$constants.")?)?.as_array().map(Vec::len),
        Data::Const(_) | Data::Text(_) | Data::Fresh(_) | Data::Object(_) => None,
    }
}

/// How often a job is asked about at most.
fn looks(poll: &Poll) -> u64 {
    let longest = poll.longest.max(poll.every).max(1);
    let (mut looks, mut left, mut wait) = (1_u64, poll.within, poll.every.max(1));
    while wait < longest && wait <= left {
        looks += 1;
        left -= wait;
        wait = wait.saturating_mul(2).min(longest);
    }
    looks.saturating_add(left / wait)
}

fn lists(plan: &Plan, step: &Step) -> bool {
    let called = match &step.action {
        Action::Call(call) => plan.operations.get(&call.operation),
        Action::Request(_) | Action::Let(_) | Action::Require(_) | Action::Poll(_) | Action::Give(_) => None,
    };
    called.is_some_and(|operation| operation.shape == Shape::List)
}

/// The requests of one called operation.
fn of_call(plan: &Plan, call: &Call, depth: usize) -> String {
    let Some(operation) = plan.operations.get(&call.operation) else { return "1".to_owned() };
    let Operation { steps, paginate, .. } = operation;
    if let [Step { action: Action::Request(_), .. }] = steps.as_slice() {
        return match paginate {
            Some(paginate) if paginate.bound.pages > 1 => format!("1 a page of {}", operation.name),
            Some(_) | None => "1".to_owned(),
        };
    }
    if depth >= DEEPEST {
        return format!("those of {}", operation.name);
    }
    let parts: Vec<String> = steps.iter().filter_map(|step| of_step(plan, step, false, depth + 1)).collect();
    if parts.len() == 1 { parts.concat() } else { format!("({})", parts.join(" + ")) }
}
