//! What a host function takes and gives, as the compiler checks it.

use std::fmt;

/// A function's parameters and result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Signature {
    /// The parameters, in order.
    pub parameters: &'static [Parameter],
    /// What it gives.
    pub result: Type,
}

/// A parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parameter {
    /// Its name, for people.
    pub name: &'static str,
    /// What it must be.
    pub r#type: Type,
    /// Whether it stands for any number of arguments, none included. Only the last one does.
    pub rest: bool,
    /// Whether it may be left out. Only the last one may.
    pub optional: bool,
}

/// The type of a parameter or result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Type {
    /// Anything.
    Any,
    /// Text.
    Text,
    /// Bytes that are no text: between functions only, since neither a record nor a body can hold them.
    Bytes,
    /// Of parameters: text, which stands for its UTF-8, or bytes.
    TextOrBytes,
    /// Of parameters: one of these words.
    Word(&'static [&'static str]),
    /// A number.
    Number,
    /// An RFC 3339 timestamp as text.
    Timestamp,
    /// An email address as text.
    Email,
    /// An absolute URL as text.
    Url,
    /// A list of texts.
    TextList,
    /// An object.
    Object,
    /// Of results: what any of the arguments is.
    Arguments,
    /// Of results: an element of the first argument, or that argument itself where it is no list.
    Element,
}

/// What a function does with absent arguments.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Absence {
    /// Absent in its first argument gives absent, and null gives null.
    Passes,
    /// Absence is what it is for: it says so in its own documentation.
    Handled,
}

impl Signature {
    /// The fewest arguments.
    #[must_use]
    pub fn least(&self) -> usize {
        self.parameters.iter().filter(|parameter| !parameter.rest && !parameter.optional).count()
    }

    /// The most arguments; none is any number.
    #[must_use]
    pub fn most(&self) -> Option<usize> {
        (!self.parameters.iter().any(|parameter| parameter.rest)).then_some(self.parameters.len())
    }
}

impl fmt::Display for Signature {
    /// As `(text: text) -> timestamp`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(")?;
        for (index, parameter) in self.parameters.iter().enumerate() {
            let comma = if index > 0 { ", " } else { "" };
            let rest = if parameter.rest {
                "…"
            } else if parameter.optional {
                "?"
            } else {
                ""
            };
            write!(f, "{comma}{}{rest}: {}", parameter.name, parameter.r#type)?;
        }
        write!(f, ") -> {}", self.result)
    }
}

impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Word(words) => return write!(f, "one of `{}`", words.join("`, `")),
            Self::Bytes => "bytes",
            Self::TextOrBytes => "text or bytes",
            Self::Any => "any",
            Self::Text => "text",
            Self::Number => "number",
            Self::Timestamp => "timestamp",
            Self::Email => "email address",
            Self::Url => "URL",
            Self::TextList => "list of text",
            Self::Object => "object",
            Self::Arguments => "one of the arguments",
            Self::Element => "element",
        })
    }
}

/// A parameter that stands for one argument.
pub(super) const fn one(name: &'static str, r#type: Type) -> Parameter {
    Parameter { name, r#type, rest: false, optional: false }
}

/// A parameter that may be left out.
pub(super) const fn optional(name: &'static str, r#type: Type) -> Parameter {
    Parameter { name, r#type, rest: false, optional: true }
}

/// A parameter that stands for any number of arguments.
pub(super) const fn rest(name: &'static str, r#type: Type) -> Parameter {
    Parameter { name, r#type, rest: true, optional: false }
}
