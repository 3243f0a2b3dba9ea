//! Functions: the common ones of JSONata by themselves, host functions by what they are for everybody.

use std::borrow::Cow;

use serde_json::Value as Json;

use super::compare::{equal, truth};
use super::run::run;
use super::value::{Seen, Value};
use super::{Around, Op, number};
use crate::functions::{self, Absence, Function};
use crate::tape::Unsure;

/// What is called.
#[derive(Clone, Copy)]
pub(super) enum Callee {
    Own(Own),
    Host(&'static Function),
}

/// A function that needs no conversion of its arguments.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Own {
    Exists,
    Not,
    Boolean,
    Count,
    Append,
    Join,
    Contains,
    SubstringBefore,
    SubstringAfter,
    Lowercase,
    Uppercase,
    String,
    Default,
    FirstNonEmpty,
    Replace,
    Split,
    Substring,
    Distinct,
}

impl std::fmt::Debug for Callee {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Own(own) => own.fmt(f),
            Self::Host(function) => f.write_str(function.name),
        }
    }
}

impl Callee {
    /// The function of this name, called with so many arguments.
    pub(super) fn find(name: &str, count: usize) -> Option<Self> {
        let own = match (name, count) {
            ("exists", 1) => Own::Exists,
            ("not", 1) => Own::Not,
            ("boolean", 1) => Own::Boolean,
            ("count", 1) => Own::Count,
            ("append", 2) => Own::Append,
            ("join", 1 | 2) => Own::Join,
            ("contains", 2) => Own::Contains,
            ("substringBefore", 2) => Own::SubstringBefore,
            ("substringAfter", 2) => Own::SubstringAfter,
            ("lowercase", 1) => Own::Lowercase,
            ("uppercase", 1) => Own::Uppercase,
            ("string", 1) => Own::String,
            ("default", 2) => Own::Default,
            ("first_non_empty", 1..) => Own::FirstNonEmpty,
            ("replace", 3) => Own::Replace,
            ("split", 2) => Own::Split,
            ("substring", 2 | 3) => Own::Substring,
            ("distinct", 1) => Own::Distinct,
            _ => {
                let function = functions::find(name)?;
                let fits = count >= function.signature.least() && function.signature.most().is_none_or(|most| count <= most);
                return fits.then_some(Self::Host(function));
            }
        };
        Some(Self::Own(own))
    }

    /// Whether only the number of values matters.
    pub(super) fn only_counts(self) -> bool {
        matches!(self, Self::Own(Own::Exists | Own::Count))
    }

    pub(super) fn call<'a>(self, arguments: &'a [Op], here: &Value<'a>, around: Around<'a>) -> Result<Value<'a>, Unsure> {
        match self {
            Self::Own(own) => own.call(arguments, here, around),
            Self::Host(function) => host(function, arguments, here, around),
        }
    }
}

impl Own {
    fn call<'a>(self, arguments: &'a [Op], here: &Value<'a>, around: Around<'a>) -> Result<Value<'a>, Unsure> {
        let mut values = arguments.iter().map(|argument| run(argument, here, around));
        let mut next = || values.next().unwrap_or(Ok(Value::Nothing));
        let bool = |value: Option<bool>| value.map_or(Value::Nothing, Value::Bool);
        Ok(match self {
            Self::Exists => Value::Bool(!next()?.is_nothing()),
            Self::Not => bool(truth(&next()?)?.map(|truth| !truth)),
            Self::Boolean => bool(truth(&next()?)?),
            Self::Count => {
                let value = next()?;
                let count = value.list().map_or(usize::from(!value.is_nothing()), Iterator::count);
                Value::Number(count as f64)
            }
            Self::Append => append(next()?, next()?),
            Self::Join => {
                let (list, separator) = (next()?, if arguments.len() > 1 { next()? } else { Value::Text(Cow::Borrowed("")) });
                join(&list, &separator)?
            }
            Self::Contains => match two_texts(&next()?, &next()?)? {
                Some((text, part)) => Value::Bool(text.contains(part.as_ref())),
                None => Value::Nothing,
            },
            Self::SubstringBefore => match two_texts(&next()?, &next()?)? {
                Some((text, part)) => {
                    Value::Text(Cow::Owned(text.split_once(part.as_ref()).map_or(text.as_ref(), |(before, _)| before).to_owned()))
                }
                None => Value::Nothing,
            },
            Self::SubstringAfter => match two_texts(&next()?, &next()?)? {
                Some((text, part)) => {
                    Value::Text(Cow::Owned(text.split_once(part.as_ref()).map_or(text.as_ref(), |(_, after)| after).to_owned()))
                }
                None => Value::Nothing,
            },
            Self::Lowercase => cased(&next()?, str::to_ascii_lowercase)?,
            Self::Uppercase => cased(&next()?, str::to_ascii_uppercase)?,
            Self::String => match next()? {
                Value::Nothing => Value::Nothing,
                value => Value::Text(Cow::Owned(string(&value)?.into_owned())),
            },
            Self::Default => {
                let (value, otherwise) = (next()?, next()?);
                given(if value.is_nothing() { otherwise } else { value })
            }
            Self::Replace => {
                let (text, part, by) = (next()?, next()?, next()?);
                replace(&text, &part, &by)?
            }
            Self::Split => match two_texts(&next()?, &next()?)? {
                Some((_, part)) if part.is_empty() => return Err(Unsure),
                Some((text, part)) => {
                    Value::array(text.split(part.as_ref()).map(|part| Value::Text(Cow::Owned(part.to_owned()))).collect())
                }
                None => Value::Nothing,
            },
            Self::Substring => {
                let (text, start, length) = (next()?, next()?, if arguments.len() > 2 { Some(next()?) } else { None });
                substring(&text, &start, length.as_ref())?
            }
            Self::Distinct => distinct(next()?)?,
            Self::FirstNonEmpty => {
                let mut first = Value::Nothing;
                for value in values {
                    let value = value?;
                    if first.is_nothing() && !is_empty(&value)? {
                        first = given(value);
                    }
                }
                first
            }
        })
    }
}

/// What comes back from a host function is an array, and no sequence.
fn given(value: Value<'_>) -> Value<'_> {
    match value {
        Value::List(list) => Value::array(list.items),
        other => other,
    }
}

fn is_empty(value: &Value<'_>) -> Result<bool, Unsure> {
    Ok(match value.seen()? {
        Seen::Nothing | Seen::Null => true,
        Seen::Text(text) => text.is_empty(),
        Seen::Bool(_) | Seen::Number(_) | Seen::List(_) | Seen::Object => false,
    })
}

fn append<'a>(first: Value<'a>, second: Value<'a>) -> Value<'a> {
    if first.is_nothing() {
        return second;
    }
    if second.is_nothing() {
        return first;
    }
    let items = |value: &Value<'a>| -> Vec<Value<'a>> { value.list().map_or_else(|| vec![value.clone()], Iterator::collect) };
    let mut all = items(&first);
    all.extend(items(&second));
    Value::array(all)
}

fn join<'a>(list: &Value<'a>, separator: &Value<'a>) -> Result<Value<'a>, Unsure> {
    let separator = separator.text()?.ok_or(Unsure)?;
    if list.is_nothing() {
        return Ok(Value::Nothing);
    }
    let mut joined = String::new();
    let Some(items) = list.list() else {
        return list.text()?.map(|text| Value::Text(Cow::Owned(text.into_owned()))).ok_or(Unsure);
    };
    for (index, item) in items.enumerate() {
        if index > 0 {
            joined.push_str(&separator);
        }
        joined.push_str(&item.text()?.ok_or(Unsure)?);
    }
    Ok(Value::Text(Cow::Owned(joined)))
}

/// Two texts; none where the first is nothing.
#[expect(clippy::type_complexity, reason = "two of the same")]
fn two_texts<'v>(first: &'v Value<'_>, second: &'v Value<'_>) -> Result<Option<(Cow<'v, str>, Cow<'v, str>)>, Unsure> {
    let part = second.text()?.ok_or(Unsure)?;
    if first.is_nothing() {
        return Ok(None);
    }
    Ok(Some((first.text()?.ok_or(Unsure)?, part)))
}

/// Text with each occurrence of another replaced.
fn replace<'a>(text: &Value<'a>, part: &Value<'a>, by: &Value<'a>) -> Result<Value<'a>, Unsure> {
    let by = by.text()?.ok_or(Unsure)?;
    let Some((text, part)) = two_texts(text, part)? else { return Ok(Value::Nothing) };
    if part.is_empty() {
        return Err(Unsure);
    }
    Ok(Value::Text(Cow::Owned(text.replace(part.as_ref(), &by))))
}

/// A part of ASCII text, counted from its beginning.
fn substring<'a>(text: &Value<'a>, start: &Value<'a>, length: Option<&Value<'a>>) -> Result<Value<'a>, Unsure> {
    let count = |value: &Value<'a>| match value.seen()? {
        Seen::Number(number) if number.fract() == 0.0 && (0.0..1e9).contains(&number) => Ok(number as usize),
        Seen::Nothing | Seen::Null | Seen::Bool(_) | Seen::Number(_) | Seen::Text(_) | Seen::List(_) | Seen::Object => Err(Unsure),
    };
    let (start, length) = (count(start)?, length.map(count).transpose()?);
    if text.is_nothing() {
        return Ok(Value::Nothing);
    }
    let text = text.text()?.filter(|text| text.is_ascii()).ok_or(Unsure)?;
    let rest = text.get(start..).unwrap_or_default();
    let part = length.and_then(|length| rest.get(..length)).unwrap_or(rest);
    Ok(Value::Text(Cow::Owned(part.to_owned())))
}

/// The different scalars of a list.
fn distinct(value: Value<'_>) -> Result<Value<'_>, Unsure> {
    let Some(items) = value.list() else { return Ok(value) };
    let items: Vec<Value<'_>> = items.collect();
    // An array of one stays one, and so does an empty one.
    if items.len() < 2 {
        return Ok(value);
    }
    let mut different: Vec<Value<'_>> = Vec::with_capacity(items.len());
    for item in items {
        let mut known = false;
        for other in &different {
            known |= equal(other, &item)? == Some(true);
        }
        if !known {
            different.push(item);
        }
    }
    // Whether the engine takes the rest for a sequence shows where one is left.
    if different.len() < 2 { Err(Unsure) } else { Ok(Value::array(different)) }
}

fn cased<'a>(value: &Value<'a>, change: fn(&str) -> String) -> Result<Value<'a>, Unsure> {
    if value.is_nothing() {
        return Ok(Value::Nothing);
    }
    let text = value.text()?.filter(|text| text.is_ascii()).ok_or(Unsure)?;
    Ok(Value::Text(Cow::Owned(change(&text))))
}

/// A scalar as `$string` and `&` have it; empty for nothing.
pub(super) fn string<'v>(value: &'v Value<'_>) -> Result<Cow<'v, str>, Unsure> {
    Ok(match value.seen()? {
        Seen::Nothing => Cow::Borrowed(""),
        Seen::Text(text) => text,
        Seen::Bool(value) => Cow::Borrowed(if value { "true" } else { "false" }),
        Seen::Null => Cow::Borrowed("null"),
        Seen::Number(value) if value.fract() == 0.0 && value.abs() < 1e15 => {
            let mut text = String::new();
            number::push(&mut text, value)?;
            Cow::Owned(text)
        }
        Seen::Number(_) | Seen::List(_) | Seen::Object => return Err(Unsure),
    })
}

fn host<'a>(function: &Function, arguments: &'a [Op], here: &Value<'a>, around: Around<'a>) -> Result<Value<'a>, Unsure> {
    let mut given = Vec::with_capacity(arguments.len());
    for argument in arguments {
        let value = run(argument, here, around)?;
        given.push(if value.is_nothing() { None } else { Some(json(&value)?) });
    }
    match (function.absence, given.first()) {
        (Absence::Passes, None | Some(None)) => return Ok(Value::Nothing),
        (Absence::Passes, Some(Some(Json::Null))) => return Ok(Value::Null),
        (Absence::Passes | Absence::Handled, _) => {}
    }
    (function.body)(&given).map_err(|_| Unsure)?.map_or(Ok(Value::Nothing), made)
}

/// A value as host functions take it.
fn json(value: &Value<'_>) -> Result<Json, Unsure> {
    Ok(match value.seen()? {
        Seen::Nothing | Seen::Null => Json::Null,
        Seen::Bool(value) => Json::Bool(value),
        Seen::Text(text) => Json::String(text.into_owned()),
        Seen::Number(value) if value.fract() == 0.0 && value.abs() < 1e15 => Json::from(value as i64),
        Seen::List(items) => Json::Array(items.map(|item| json(&item)).collect::<Result<_, _>>()?),
        Seen::Number(_) | Seen::Object => return Err(Unsure),
    })
}

/// What a host function gave.
fn made<'a>(json: Json) -> Result<Value<'a>, Unsure> {
    Ok(match json {
        Json::Null => Value::Null,
        Json::Bool(value) => Value::Bool(value),
        Json::Number(number) => Value::Number(number.as_f64().ok_or(Unsure)?),
        Json::String(text) => Value::Text(Cow::Owned(text)),
        Json::Array(items) => Value::array(items.into_iter().map(made).collect::<Result<_, _>>()?),
        Json::Object(_) => return Err(Unsure),
    })
}
