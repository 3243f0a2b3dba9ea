//! What each operation comes to.

use std::borrow::Cow;

use super::compare::{equal, order, truth};
use super::value::{List, Seen, Value};
use super::{Around, Item, Op, Step, call};
use crate::tape::{Kind, Unsure};

/// The value of an operation over the context `here`, within what is `around` it.
pub(super) fn run<'a>(op: &'a Op, here: &Value<'a>, around: Around<'a>) -> Result<Value<'a>, Unsure> {
    let of = |op: &'a Op| run(op, here, around);
    let holds = |op: &'a Op| truth(&run(op, here, around)?).map(|truth| truth == Some(true));
    Ok(match op {
        Op::Null => Value::Null,
        Op::Bool(value) => Value::Bool(*value),
        Op::Number(value) => Value::Number(*value),
        Op::Text(text) => Value::Text(Cow::Borrowed(text)),
        Op::Here => here.clone(),
        Op::Root => Value::Kept(around.record),
        Op::Variable(name) => around.variables.ok_or(Unsure)?.value(name)?,
        Op::Field(name) => field(name, here)?,
        Op::Path(steps) => path(steps, here, around)?,
        Op::Fields(names, steps) => match straight(names, here) {
            Some(value) => value,
            None => path(steps, here, around)?,
        },
        Op::Filtered(op, filters) => {
            let mut value = of(op)?;
            for filter in filters {
                value = filtered(filter, value, around)?;
            }
            settled(value)
        }
        Op::Array(items) => array(items, here, around)?,
        Op::Object(members) => object(members, here, around)?,
        Op::Condition(condition, then, otherwise) => match (holds(condition)?, otherwise) {
            (true, _) => of(then)?,
            (false, Some(otherwise)) => of(otherwise)?,
            (false, None) => Value::Nothing,
        },
        Op::Elvis(left, right) => {
            let left = of(left)?;
            if truth(&left)? == Some(true) { left } else { of(right)? }
        }
        Op::Coalesce(left, right) => match of(left)? {
            Value::Nothing => of(right)?,
            left => left,
        },
        Op::And(left, right) => Value::Bool(holds(left)? && holds(right)?),
        Op::Or(left, right) => Value::Bool(holds(left)? || holds(right)?),
        Op::Equal(left, right, wanted) => Value::Bool(equal(&of(left)?, &of(right)?)? == Some(*wanted)),
        Op::Order(left, right, how) => order(&of(left)?, &of(right)?, *how)?.map_or(Value::Nothing, Value::Bool),
        Op::In(left, right) => Value::Bool(is_in(&of(left)?, &of(right)?)?),
        Op::Add(left, right) => add(&of(left)?, &of(right)?)?,
        Op::Concat(left, right) => {
            let (left, right) = (of(left)?, of(right)?);
            Value::Text(Cow::Owned([call::string(&left)?.as_ref(), call::string(&right)?.as_ref()].concat()))
        }
        Op::Call(callee, arguments) => callee.call(arguments, here, around)?,
    })
}

/// A member of the context, or of each of its items.
fn field<'a>(name: &'a str, here: &Value<'a>) -> Result<Value<'a>, Unsure> {
    let Some(items) = here.list() else { return Ok(look_up(name, here)) };
    let found = items.map(|item| look_up(name, &item)).filter(|found| !found.is_nothing());
    Ok(joined(found.collect(), true))
}

/// A member of a value; of a list, those of its items.
fn look_up<'a>(name: &str, of: &Value<'a>) -> Value<'a> {
    match of {
        Value::Kept(kept) if kept.kind() == Kind::Object => kept.get(name).map_or(Value::Nothing, Value::Kept),
        Value::Object(members) => members.iter().find(|(known, _)| known == name).map_or(Value::Nothing, |(_, value)| value.clone()),
        Value::Kept(_) | Value::List(_) => {
            let mut found = Vec::new();
            look_up_each(name, of, &mut found);
            Value::sequence(found)
        }
        Value::Nothing | Value::Null | Value::Bool(_) | Value::Number(_) | Value::Text(_) => Value::Nothing,
    }
}

/// Appends the members of a list's items, and of the items of lists in it: one sequence, in which a single result that is a list stays one.
fn look_up_each<'a>(name: &str, of: &Value<'a>, found: &mut Vec<Value<'a>>) {
    for item in of.list().into_iter().flatten() {
        if item.is_list() {
            look_up_each(name, &item, found);
        } else {
            append(found, look_up(name, &item));
        }
    }
}

/// Appends a value, or the items of a list.
fn append<'a>(to: &mut Vec<Value<'a>>, value: Value<'a>) {
    match value {
        Value::Nothing => {}
        Value::List(List { items, .. }) => to.extend(items),
        Value::Kept(kept) if kept.kind() == Kind::Array => to.extend(kept.items().map(Value::Kept)),
        one @ (Value::Kept(_) | Value::Null | Value::Bool(_) | Value::Number(_) | Value::Text(_) | Value::Object(_)) => to.push(one),
    }
}

/// The results of a step: an array that is the only one stays what it is at the end of a path.
fn joined(mut results: Vec<Value<'_>>, last: bool) -> Value<'_> {
    if last
        && results.len() == 1
        && let Some(only) = results.pop_if(|only| only.is_list() && !only.is_sequence())
    {
        return only;
    }
    let mut flat = Vec::with_capacity(results.len());
    for result in results {
        append(&mut flat, result);
    }
    // A further step is taken over an array, and not over its items.
    if !last && matches!(flat.as_slice(), [only] if only.is_list()) {
        return Value::List(List { items: flat, sequence: true });
    }
    Value::sequence(flat)
}

/// What stands at the end of a path of fields; none where a list stands on the way.
fn straight<'a>(names: &[String], here: &Value<'a>) -> Option<Value<'a>> {
    let Value::Kept(mut kept) = *here else { return None };
    for name in names {
        if kept.kind() == Kind::Array {
            return None;
        }
        match kept.get(name) {
            Some(member) => kept = member,
            None => return Some(Value::Nothing),
        }
    }
    Some(Value::Kept(kept))
}

fn path<'a>(steps: &'a [Step], here: &Value<'a>, around: Around<'a>) -> Result<Value<'a>, Unsure> {
    let Some((first, rest)) = steps.split_first() else { return Err(Unsure) };
    // A path that begins with the context or the record takes it as a whole.
    let whole = matches!(first.op, Op::Here | Op::Root | Op::Variable(_));
    let mut value = if whole { step(first, here, around, false)? } else { over(first, here, around, rest.is_empty())? };
    for (index, step) in rest.iter().enumerate() {
        if value.is_nothing() {
            return Ok(value);
        }
        value = over(step, &value, around, index + 1 == rest.len())?;
    }
    Ok(value)
}

/// A step over the results of the one before.
fn over<'a>(by: &'a Step, input: &Value<'a>, around: Around<'a>, last: bool) -> Result<Value<'a>, Unsure> {
    let Some(items) = input.list() else {
        let one = step(by, input, around, true)?;
        // A member of an object is what it is, as nearly always.
        return Ok(if one.is_list() { joined(vec![one], last) } else { one });
    };
    let mut results = Vec::new();
    for item in items {
        let result = step(by, &item, around, true)?;
        if !result.is_nothing() {
            results.push(result);
        }
    }
    Ok(joined(results, last))
}

fn step<'a>(step: &'a Step, here: &Value<'a>, around: Around<'a>, inside: bool) -> Result<Value<'a>, Unsure> {
    let mut value = match &step.op {
        Op::Field(name) if inside => look_up(name, here),
        op => run(op, here, around)?,
    };
    for filter in &step.filters {
        value = filtered(filter, value, around)?;
    }
    Ok(value)
}

/// What a predicate leaves, as a sequence even of one.
fn filtered<'a>(filter: &'a Op, value: Value<'a>, around: Around<'a>) -> Result<Value<'a>, Unsure> {
    let items: Vec<Value<'a>> = match value {
        Value::Nothing => return filtered_nothing(filter, around),
        Value::List(List { items, .. }) => items,
        Value::Kept(kept) if kept.kind() == Kind::Array => kept.items().map(Value::Kept).collect(),
        one @ (Value::Kept(_) | Value::Null | Value::Bool(_) | Value::Number(_) | Value::Text(_) | Value::Object(_)) => vec![one],
    };
    let count = items.len();
    if let Op::Number(index) = filter {
        let item = items.into_iter().enumerate().find(|(at, _)| is_index(*index, *at, count)).map(|(_, item)| item);
        return Ok(match item {
            None => Value::Nothing,
            Some(item) if item.is_list() => item,
            Some(item) => Value::List(List { items: vec![item], sequence: true }),
        });
    }
    let mut kept = Vec::with_capacity(count);
    for (at, item) in items.into_iter().enumerate() {
        let answer = run(filter, &item, around)?;
        let keeps = match answer.seen()? {
            Seen::Number(index) => is_index(index, at, count),
            Seen::List(_) => return Err(Unsure),
            Seen::Nothing | Seen::Null | Seen::Bool(_) | Seen::Text(_) | Seen::Object => truth(&answer)? == Some(true),
        };
        if keeps {
            kept.push(item);
        }
    }
    Ok(Value::List(List { items: kept, sequence: true }))
}

/// A predicate is asked about nothing, too; where it holds, the engine goes on with that.
fn filtered_nothing<'a>(filter: &'a Op, around: Around<'a>) -> Result<Value<'a>, Unsure> {
    if matches!(filter, Op::Number(_)) {
        return Ok(Value::Nothing);
    }
    let answer = run(filter, &Value::Nothing, around)?;
    match answer.seen()? {
        Seen::Nothing | Seen::Null => Ok(Value::Nothing),
        Seen::Bool(_) | Seen::Text(_) | Seen::Object if truth(&answer)? != Some(true) => Ok(Value::Nothing),
        Seen::Bool(_) | Seen::Text(_) | Seen::Object | Seen::Number(_) | Seen::List(_) => Err(Unsure),
    }
}

/// A sequence as it stands for itself.
fn settled(value: Value<'_>) -> Value<'_> {
    match value {
        Value::List(List { items, sequence: true }) => Value::sequence(items),
        other => other,
    }
}

/// Whether an index, which counts from the end where it is negative, means the item at `at`.
fn is_index(index: f64, at: usize, count: usize) -> bool {
    let index = index.floor();
    let from = if index < 0.0 { index + count as f64 } else { index };
    from == at as f64
}

fn array<'a>(items: &'a [Item], here: &Value<'a>, around: Around<'a>) -> Result<Value<'a>, Unsure> {
    let mut made = Vec::with_capacity(items.len());
    for item in items {
        match run(&item.op, here, around)? {
            Value::Nothing => {}
            value if item.nested => made.push(value),
            value => append(&mut made, value),
        }
    }
    Ok(Value::array(made))
}

fn object<'a>(members: &'a [(String, Op)], here: &Value<'a>, around: Around<'a>) -> Result<Value<'a>, Unsure> {
    // Over a list, values are grouped.
    if here.is_list() {
        return Err(Unsure);
    }
    let mut made = Vec::with_capacity(members.len());
    for (name, op) in members {
        let value = run(op, here, around)?;
        if !value.is_nothing() {
            made.push((Cow::Borrowed(name.as_str()), value));
        }
    }
    Ok(Value::Object(made))
}

fn is_in(value: &Value<'_>, list: &Value<'_>) -> Result<bool, Unsure> {
    if value.is_nothing() || list.is_nothing() {
        return Ok(false);
    }
    if value.is_list() {
        return Err(Unsure);
    }
    let Some(items) = list.list() else { return Ok(equal(value, list)? == Some(true)) };
    let mut any = false;
    for item in items {
        any |= equal(value, &item)? == Some(true);
    }
    Ok(any)
}

/// The sum of whole numbers that a double holds; nothing with nothing.
fn add<'a>(left: &Value<'a>, right: &Value<'a>) -> Result<Value<'a>, Unsure> {
    let is_small = |number: f64| number.fract() == 0.0 && number.abs() < 1e15;
    match (left.seen()?, right.seen()?) {
        (Seen::Number(left), Seen::Number(right)) if is_small(left) && is_small(right) => Ok(Value::Number(left + right)),
        (Seen::Nothing, Seen::Nothing | Seen::Number(_)) | (Seen::Number(_), Seen::Nothing) => Ok(Value::Nothing),
        _ => Err(Unsure),
    }
}
