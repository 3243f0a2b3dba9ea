//! Values on their way: mostly places on the tape, seldom something made.

use std::borrow::Cow;

use super::number;
use crate::tape::{self, Kind, Unsure};

/// A value, or nothing.
#[derive(Clone, Debug)]
pub enum Value<'a> {
    /// JSONata's undefined.
    Nothing,
    /// A value of the record as it stands there.
    Kept(tape::Value<'a>),
    /// `null`.
    Null,
    /// A boolean.
    Bool(bool),
    /// A number.
    Number(f64),
    /// Text.
    Text(Cow<'a, str>),
    /// A list that was made.
    List(List<'a>),
    /// An object that was made, its names all different.
    Object(Vec<(Cow<'a, str>, Value<'a>)>),
}

/// A list that was made.
#[derive(Clone, Debug)]
pub struct List<'a> {
    /// Its items, none of which is [`Value::Nothing`].
    pub items: Vec<Value<'a>>,
    /// Whether it is a sequence of results, which falls away around a single one, and not an array.
    pub(super) sequence: bool,
}

/// A value as far as it is one of JSON's kinds.
#[derive(Clone, Debug)]
pub enum Seen<'a, 'v> {
    /// Nothing.
    Nothing,
    /// `null`.
    Null,
    /// A boolean.
    Bool(bool),
    /// A number.
    Number(f64),
    /// Text.
    Text(Cow<'v, str>),
    /// A list on the tape or made.
    List(Items<'a, 'v>),
    /// An object on the tape or made.
    Object,
}

/// Which of JSON's kinds a value is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sort {
    /// Nothing.
    Nothing,
    /// `null`.
    Null,
    /// A boolean.
    Bool,
    /// A number.
    Number,
    /// Text.
    Text,
    /// A list on the tape or made.
    List,
    /// An object on the tape or made.
    Object,
}

/// The items of a list.
#[derive(Clone, Debug)]
pub enum Items<'a, 'v> {
    /// Of the record.
    Kept(tape::Items<'a>),
    /// Made.
    Made(std::slice::Iter<'v, Value<'a>>),
}

impl<'a> Iterator for Items<'a, '_> {
    type Item = Value<'a>;

    fn next(&mut self) -> Option<Value<'a>> {
        match self {
            Self::Kept(items) => items.next().map(Value::Kept),
            Self::Made(items) => items.next().cloned(),
        }
    }
}

impl<'a> Value<'a> {
    /// What it is.
    ///
    /// # Errors
    ///
    /// Where a number or text is none that the quick way reads.
    pub fn seen<'v>(&'v self) -> Result<Seen<'a, 'v>, Unsure>
    where
        'a: 'v,
    {
        Ok(match self {
            Self::Nothing => Seen::Nothing,
            Self::Null => Seen::Null,
            Self::Bool(value) => Seen::Bool(*value),
            Self::Number(value) => Seen::Number(*value),
            Self::Text(text) => Seen::Text(Cow::Borrowed(text)),
            Self::List(list) => Seen::List(Items::Made(list.items.iter())),
            Self::Object(_) => Seen::Object,
            Self::Kept(kept) => match kept.kind() {
                Kind::Null => Seen::Null,
                Kind::True => Seen::Bool(true),
                Kind::False => Seen::Bool(false),
                Kind::Integer | Kind::Decimal => Seen::Number(number::double(kept.slice())?),
                Kind::Digits => Seen::Text(Cow::Borrowed(kept.slice())),
                Kind::Number => Seen::Number(number::double(kept.slice())?),
                Kind::Text => Seen::Text(Cow::Borrowed(kept.inner())),
                Kind::EscapedText => Seen::Text(Cow::Owned(unescaped(*kept)?)),
                Kind::Array => Seen::List(Items::Kept(kept.items())),
                Kind::Object => Seen::Object,
            },
        })
    }

    /// Which kind it is of, without a look at what it holds.
    #[must_use]
    pub fn sort(&self) -> Sort {
        match self {
            Self::Nothing => Sort::Nothing,
            Self::Null => Sort::Null,
            Self::Bool(_) => Sort::Bool,
            Self::Number(_) => Sort::Number,
            Self::Text(_) => Sort::Text,
            Self::List(_) => Sort::List,
            Self::Object(_) => Sort::Object,
            Self::Kept(kept) => match kept.kind() {
                Kind::Null => Sort::Null,
                Kind::True | Kind::False => Sort::Bool,
                Kind::Integer | Kind::Decimal | Kind::Number => Sort::Number,
                Kind::Digits | Kind::Text | Kind::EscapedText => Sort::Text,
                Kind::Array => Sort::List,
                Kind::Object => Sort::Object,
            },
        }
    }

    /// Its items, if it is a list.
    #[must_use]
    pub fn list<'v>(&'v self) -> Option<Items<'a, 'v>> {
        match self {
            Self::List(list) => Some(Items::Made(list.items.iter())),
            Self::Kept(kept) if kept.kind() == Kind::Array => Some(Items::Kept(kept.items())),
            Self::Nothing | Self::Kept(_) | Self::Null | Self::Bool(_) | Self::Number(_) | Self::Text(_) | Self::Object(_) => None,
        }
    }

    pub(super) fn is_list(&self) -> bool {
        self.list().is_some()
    }

    pub(super) fn is_nothing(&self) -> bool {
        matches!(self, Self::Nothing)
    }

    /// Whether it is a list that was put together of results.
    pub(super) fn is_sequence(&self) -> bool {
        matches!(self, Self::List(List { sequence: true, .. }))
    }

    /// A sequence of results as it stands for itself: nothing, its only one, or a list.
    pub(super) fn sequence(mut items: Vec<Self>) -> Self {
        if items.len() > 1 { Self::List(List { items, sequence: true }) } else { items.pop().unwrap_or(Self::Nothing) }
    }

    /// An array.
    pub(super) fn array(items: Vec<Self>) -> Self {
        Self::List(List { items, sequence: false })
    }

    /// Whether it is true by JSONata's rules; nothing is not.
    ///
    /// # Errors
    ///
    /// As [`Self::seen`].
    pub fn truth(&self) -> Result<bool, Unsure> {
        super::compare::truth(self).map(|truth| truth == Some(true))
    }

    /// Its text, if it is text.
    ///
    /// # Errors
    ///
    /// As [`Self::seen`].
    pub fn text(&self) -> Result<Option<Cow<'_, str>>, Unsure> {
        Ok(match self.seen()? {
            Seen::Text(text) => Some(text),
            Seen::Nothing | Seen::Null | Seen::Bool(_) | Seen::Number(_) | Seen::List(_) | Seen::Object => None,
        })
    }

    /// Appends it as JSON text, as the engine writes its results. Nothing is written for nothing.
    ///
    /// # Errors
    ///
    /// Where the engine has to decide; `out` then ends with a part of the value.
    pub fn write(&self, out: &mut String) -> Result<(), Unsure> {
        match self {
            Self::Nothing => Ok(()),
            Self::List(list) => {
                out.push('[');
                for (index, item) in list.items.iter().enumerate() {
                    if index > 0 {
                        out.push(',');
                    }
                    item.write(out)?;
                }
                out.push(']');
                Ok(())
            }
            Self::Object(members) => {
                out.push('{');
                for (index, (name, value)) in members.iter().enumerate() {
                    if index > 0 {
                        out.push(',');
                    }
                    push_text(out, name)?;
                    out.push(':');
                    value.write(out)?;
                }
                out.push('}');
                Ok(())
            }
            Self::Kept(kept) => write_kept(*kept, out),
            Self::Null | Self::Bool(_) | Self::Number(_) | Self::Text(_) => self.write_scalar(out),
        }
    }

    fn write_scalar(&self, out: &mut String) -> Result<(), Unsure> {
        match self.seen()? {
            Seen::Null => out.push_str("null"),
            Seen::Bool(value) => out.push_str(if value { "true" } else { "false" }),
            Seen::Number(value) => number::push(out, value)?,
            Seen::Text(text) => push_text(out, &text)?,
            Seen::Nothing | Seen::List(_) | Seen::Object => return Err(Unsure),
        }
        Ok(())
    }
}

fn write_kept(kept: tape::Value<'_>, out: &mut String) -> Result<(), Unsure> {
    match kept.kind() {
        // What stands there is its only spelling.
        Kind::Null | Kind::True | Kind::False | Kind::Integer | Kind::Decimal | Kind::Text => out.push_str(kept.slice()),
        Kind::Digits => {
            out.push('"');
            out.push_str(kept.slice());
            out.push('"');
        }
        Kind::Number | Kind::EscapedText => Value::Kept(kept).write_scalar(out)?,
        Kind::Array => {
            out.push('[');
            for (index, item) in kept.items().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                write_kept(item, out)?;
            }
            out.push(']');
        }
        Kind::Object => {
            out.push('{');
            for (index, member) in kept.items().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                push_text(out, member.name())?;
                out.push(':');
                write_kept(member, out)?;
            }
            out.push('}');
        }
    }
    Ok(())
}

/// The text that is meant by one with escapes.
fn unescaped(kept: tape::Value<'_>) -> Result<String, Unsure> {
    serde_json::from_str(kept.slice()).map_err(|_| Unsure)
}

/// Appends text in quotes, as `serde_json` writes it.
///
/// # Errors
///
/// Where it holds the character that marks bytes, about which the engine decides.
pub(super) fn push_text(out: &mut String, text: &str) -> Result<(), Unsure> {
    let special = |byte: u8| byte < 0x20 || matches!(byte, b'"' | b'\\' | 0x7f);
    if !text.bytes().any(special) {
        out.push('"');
        out.push_str(text);
        out.push('"');
        return Ok(());
    }
    if text.contains('\u{7f}') {
        return Err(Unsure);
    }
    out.push_str(&serde_json::to_string(text).map_err(|_| Unsure)?);
    Ok(())
}
