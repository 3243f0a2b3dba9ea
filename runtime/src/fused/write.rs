//! Values written as the model has them, and held against it on the way.

use connc_expr::fused::{Seen, Sort, Value as Made};
use connc_expr::tape::{self, Unsure};
use connc_plan::{EnumMap, Kind};
use serde_json::Value;

use super::check::Check;
use crate::shape;

/// Where a value goes, and what it has to be there.
pub(super) struct Out<'o> {
    pub(super) text: &'o mut String,
    pub(super) kind: &'o Kind,
    pub(super) check: &'o Check,
}

impl Out<'_> {
    /// The same place for a value below.
    fn below<'b>(&'b mut self, kind: &'b Kind, check: &'b Check) -> Out<'b> {
        Out { text: self.text, kind, check }
    }

    /// A value that the engine made.
    pub(super) fn value(&mut self, value: Option<Value>) -> Result<bool, Unsure> {
        let Some(value) = value.and_then(|value| shape::shaped(value, self.kind)) else { return Ok(false) };
        holds(&value, self.check)?;
        self.text.push_str(&value.to_string());
        Ok(true)
    }

    /// Text, which is one of the model's words or of its format.
    fn text(&mut self, made: &Made<'_>, text: &str) -> Result<bool, Unsure> {
        let fits = match self.check {
            Check::Anything => true,
            Check::Text(format) => format.takes(text),
            Check::Words(words) => words.iter().any(|word| word == text),
            Check::Bool | Check::Integer | Check::Number | Check::List(_) | Check::Object(_) => false,
        };
        if !fits {
            return Err(Unsure);
        }
        match made {
            // Escapes are read once.
            Made::Kept(kept) if kept.kind() == tape::Kind::EscapedText => Made::Text(text.into()).write(self.text)?,
            _ => made.write(self.text)?,
        }
        Ok(true)
    }

    fn number(&mut self, made: &Made<'_>) -> Result<bool, Unsure> {
        let start = self.text.len();
        if *self.kind == Kind::Id {
            if !matches!(self.check, Check::Anything | Check::Text(super::check::Format::Any)) {
                return Err(Unsure);
            }
            self.text.push('"');
            made.write(self.text)?;
            self.text.push('"');
            return Ok(true);
        }
        made.write(self.text)?;
        let whole = || self.text.get(start..).is_some_and(|number| number.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-'));
        let fits = match self.check {
            Check::Anything | Check::Number => true,
            Check::Integer => whole(),
            Check::Text(_) | Check::Words(_) | Check::Bool | Check::List(_) | Check::Object(_) => false,
        };
        if fits { Ok(true) } else { Err(Unsure) }
    }
}

/// Whether a value surely is what it has to be.
pub(super) fn holds(value: &Value, check: &Check) -> Result<(), Unsure> {
    let fits = match (check, value) {
        (Check::Anything, _) | (Check::Bool, Value::Bool(_)) | (Check::Number, Value::Number(_)) => true,
        (Check::Integer, Value::Number(number)) => number.is_i64() || number.is_u64(),
        (Check::Text(format), Value::String(text)) => format.takes(text),
        (Check::Words(words), Value::String(text)) => words.contains(text),
        (Check::List(inner), Value::Array(items)) => return items.iter().try_for_each(|item| holds(item, inner)),
        (Check::Object(members), Value::Object(object)) => {
            for (name, value) in object {
                match members.known.iter().find(|(known, _)| known == name) {
                    Some((_, check)) => holds(value, check)?,
                    None if members.closed => return Err(Unsure),
                    None => {}
                }
            }
            members.required.iter().all(|name| object.contains_key(name))
        }
        (
            Check::Bool | Check::Integer | Check::Number | Check::Text(_) | Check::Words(_) | Check::List(_) | Check::Object(_),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) | Value::Object(_),
        ) => false,
    };
    if fits { Ok(()) } else { Err(Unsure) }
}

/// Writes a value as its kind wants it; false where nothing is left, and then nothing may be written either: the caller takes it back.
pub(super) fn shaped(made: &Made<'_>, out: &mut Out<'_>) -> Result<bool, Unsure> {
    if let Made::Kept(kept) = made
        && let Some(done) = copied(*kept, out)
    {
        return Ok(done);
    }
    match (made.sort(), out.kind) {
        (Sort::Nothing | Sort::Null, _) => Ok(false),
        (Sort::List, Kind::List(inner)) => list(made, inner, out),
        (Sort::List, Kind::Id | Kind::Number | Kind::Value | Kind::Object(_)) => list(made, &Kind::Value, out),
        (_, Kind::List(inner)) => {
            let check = out.check;
            let inside = item_check(check)?;
            out.text.push('[');
            if !shaped(made, &mut out.below(inner, inside))? {
                return Ok(false);
            }
            out.text.push(']');
            Ok(true)
        }
        (Sort::Object, _) => object(made, out),
        (Sort::Text, kind) => {
            let text = made.text()?.ok_or(Unsure)?;
            if *kind == Kind::Number && shape::digits(&text).is_some() { Err(Unsure) } else { out.text(made, &text) }
        }
        (Sort::Number, _) => out.number(made),
        (Sort::Bool, _) => match out.check {
            Check::Anything | Check::Bool => made.write(out.text).map(|()| true),
            Check::Text(_) | Check::Words(_) | Check::Integer | Check::Number | Check::List(_) | Check::Object(_) => Err(Unsure),
        },
    }
}

/// A value of which the record's own text is what has to be written, as of most; none where that is not plain.
fn copied(kept: tape::Value<'_>, out: &mut Out<'_>) -> Option<bool> {
    use tape::Kind as Token;
    let fits = match (kept.kind(), out.kind, out.check) {
        (Token::Null, ..) => return Some(false),
        (_, Kind::List(_), _) => false,
        (Token::Text, Kind::Id | Kind::Value | Kind::Object(_), Check::Anything) => true,
        (Token::Text, Kind::Id | Kind::Value | Kind::Object(_), Check::Text(format)) => format.takes(kept.inner()),
        (Token::Integer | Token::Decimal, Kind::Number | Kind::Value | Kind::Object(_), Check::Anything | Check::Number)
        | (Token::Integer, Kind::Number | Kind::Value | Kind::Object(_), Check::Integer)
        | (Token::True | Token::False, _, Check::Anything | Check::Bool) => true,
        _ => false,
    };
    fits.then(|| {
        out.text.push_str(kept.slice());
        true
    })
}

fn item_check(check: &Check) -> Result<&Check, Unsure> {
    match check {
        Check::Anything => Ok(check),
        Check::List(inner) => Ok(inner),
        Check::Text(_) | Check::Words(_) | Check::Bool | Check::Integer | Check::Number | Check::Object(_) => Err(Unsure),
    }
}

fn list(made: &Made<'_>, inner: &Kind, out: &mut Out<'_>) -> Result<bool, Unsure> {
    let check = out.check;
    let inside = item_check(check)?;
    out.text.push('[');
    for item in made.list().into_iter().flatten() {
        let before = out.text.len();
        if !out.text.ends_with('[') {
            out.text.push(',');
        }
        if !shaped(&item, &mut out.below(inner, inside))? {
            out.text.truncate(before);
        }
    }
    out.text.push(']');
    Ok(true)
}

/// An object in which nothing is left has no value.
fn object(made: &Made<'_>, out: &mut Out<'_>) -> Result<bool, Unsure> {
    out.text.push('{');
    let mut found = 0;
    let mut any = false;
    let required = match out.check {
        Check::Object(members) => members.required.as_slice(),
        Check::Anything => &[],
        Check::Text(_) | Check::Words(_) | Check::Bool | Check::Integer | Check::Number | Check::List(_) => return Err(Unsure),
    };
    let mut each = |name: &str, value: &Made<'_>, out: &mut Out<'_>| -> Result<(), Unsure> {
        if member(name, value, out)? {
            any = true;
            found += usize::from(required.iter().any(|known| known == name));
        }
        Ok(())
    };
    match made {
        Made::Object(members) => members.iter().try_for_each(|(name, value)| each(name, value, out))?,
        Made::Kept(kept) => kept.items().try_for_each(|value| each(value.name(), &Made::Kept(value), out))?,
        Made::Nothing | Made::Null | Made::Bool(_) | Made::Number(_) | Made::Text(_) | Made::List(_) => return Err(Unsure),
    }
    if any && found < required.len() {
        return Err(Unsure);
    }
    out.text.push('}');
    Ok(any)
}

fn member(name: &str, value: &Made<'_>, out: &mut Out<'_>) -> Result<bool, Unsure> {
    let kind = match out.kind {
        Kind::Object(kinds) => kinds.get(name).unwrap_or(&Kind::Value),
        Kind::Id | Kind::Number | Kind::Value | Kind::List(_) => &Kind::Value,
    };
    let check = match out.check {
        Check::Object(members) => match members.known.iter().find(|(known, _)| known == name) {
            Some((_, check)) => check,
            None if members.closed => return if matches!(value.sort(), Sort::Nothing | Sort::Null) { Ok(false) } else { Err(Unsure) },
            None => &Check::Anything,
        },
        other => other,
    };
    let before = out.text.len();
    if !out.text.ends_with('{') {
        out.text.push(',');
    }
    Made::Text(name.into()).write(out.text)?;
    out.text.push(':');
    let wrote = shaped(value, &mut out.below(kind, check))?;
    if !wrote {
        out.text.truncate(before);
    }
    Ok(wrote)
}

/// Writes what a provider's value is in the model; each item of a list is translated by itself.
pub(super) fn translated(made: &Made<'_>, translation: &EnumMap, out: &mut Out<'_>) -> Result<bool, Unsure> {
    let word = |text: &str| -> Result<Made<'_>, Unsure> {
        let known = translation.values.iter().find(|(from, _)| from == text).map(|(_, to)| to);
        known.or(translation.otherwise.as_ref()).map(|to| Made::Text(to.as_str().into())).ok_or(Unsure)
    };
    match made.seen()? {
        Seen::Nothing | Seen::Null => Ok(false),
        Seen::Text(text) => shaped(&word(&text)?, out),
        Seen::Bool(value) => shaped(&word(if value { "true" } else { "false" })?, out),
        Seen::Number(_) => {
            let mut text = String::new();
            made.write(&mut text)?;
            shaped(&word(&text)?, out)
        }
        Seen::List(_) | Seen::Object => Err(Unsure),
    }
}
