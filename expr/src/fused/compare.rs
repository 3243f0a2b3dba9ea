//! What is true, and how two values stand to each other.

use std::cmp::Ordering;

use super::Order;
use super::value::{Seen, Value};
use crate::tape::{Kind, Unsure};

/// Whether a value is true by JSONata's rules; none for nothing.
pub(super) fn truth(value: &Value<'_>) -> Result<Option<bool>, Unsure> {
    Ok(Some(match value.seen()? {
        Seen::Nothing => return Ok(None),
        Seen::Null => false,
        Seen::Bool(value) => value,
        Seen::Number(value) => value != 0.0,
        Seen::Text(text) => !text.is_empty(),
        Seen::List(mut items) => {
            let mut any = false;
            for item in &mut items {
                any |= truth(&item)? == Some(true);
            }
            any
        }
        Seen::Object => match value {
            Value::Object(members) => !members.is_empty(),
            Value::Kept(kept) => kept.items().next().is_some(),
            Value::Nothing | Value::Null | Value::Bool(_) | Value::Number(_) | Value::Text(_) | Value::List(_) => return Err(Unsure),
        },
    }))
}

/// Whether two values are equal; nothing is equal to nothing else, and unequal to nothing else either.
pub(super) fn equal(left: &Value<'_>, right: &Value<'_>) -> Result<Option<bool>, Unsure> {
    // The commonest case: a place in the record beside a word.
    if let (Value::Kept(kept), Value::Text(word)) = (left, right)
        && kept.kind() == Kind::Text
    {
        return Ok(Some(kept.inner() == word.as_ref()));
    }
    Ok(Some(match (left.seen()?, right.seen()?) {
        (Seen::Nothing, _) | (_, Seen::Nothing) => return Ok(None),
        (Seen::List(_) | Seen::Object, Seen::List(_) | Seen::Object) => return Err(Unsure),
        (Seen::Null, Seen::Null) => true,
        (Seen::Bool(left), Seen::Bool(right)) => left == right,
        (Seen::Number(left), Seen::Number(right)) => left == right,
        (Seen::Text(left), Seen::Text(right)) => left == right,
        (Seen::Null | Seen::Bool(_) | Seen::Number(_) | Seen::Text(_) | Seen::List(_) | Seen::Object, _) => false,
    }))
}

/// Whether two values stand so to each other; none where one of them is nothing.
pub(super) fn order(left: &Value<'_>, right: &Value<'_>, order: Order) -> Result<Option<bool>, Unsure> {
    let ordering = match (left.seen()?, right.seen()?) {
        (Seen::Nothing, Seen::Nothing | Seen::Number(_) | Seen::Text(_)) | (Seen::Number(_) | Seen::Text(_), Seen::Nothing) => {
            return Ok(None);
        }
        (Seen::Number(left), Seen::Number(right)) => left.partial_cmp(&right).ok_or(Unsure)?,
        // The engine's order of other characters is its own.
        (Seen::Text(left), Seen::Text(right)) if left.is_ascii() && right.is_ascii() => left.cmp(&right),
        _ => return Err(Unsure),
    };
    Ok(Some(match order {
        Order::Less => ordering == Ordering::Less,
        Order::LessOrEqual => ordering != Ordering::Greater,
        Order::Greater => ordering == Ordering::Greater,
        Order::GreaterOrEqual => ordering != Ordering::Less,
    }))
}
