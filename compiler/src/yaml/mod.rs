//! YAML 1.2 (core schema) as a tree in which every key and value knows its bytes. The parser crate stays behind this module.

mod flow;
mod merge;
mod offsets;
mod parse;
mod reader;
mod scalar;
mod table;

pub use merge::{Missing, merged, without};
pub use parse::read;
pub use reader::{Context, Reader};
pub use table::{Key, Need, Reserved, Table, Value};

use std::ops::Range;
use std::rc::Rc;

use crate::source::{Sources, Span, Spanned};
use offsets::Offsets;
pub use scalar::Literal;

/// A value of the document.
#[derive(Clone, Debug)]
pub struct Node {
    /// What it is.
    pub kind: Kind,
    /// The bytes that it covers.
    pub span: Span,
}

/// What a value is.
#[derive(Clone, Debug)]
pub enum Kind {
    /// Text, a number, a boolean or null.
    Scalar(Scalar),
    /// A list.
    Sequence(Rc<Vec<Node>>),
    /// A mapping. Keys are unique.
    Mapping(Rc<Vec<Entry>>),
    /// Something that was reported already; whoever reads it stays silent.
    Broken,
}

/// A key and its value.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The key.
    pub key: Spanned<String>,
    /// The value.
    pub value: Node,
}

/// A scalar as written.
#[derive(Clone, Debug)]
pub struct Scalar {
    /// The decoded text.
    pub text: Rc<str>,
    /// Whether it is quoted, folded or literal, and therefore a string whatever it holds.
    pub quoted: bool,
    style: offsets::Style,
}

/// Text inside a scalar, for the languages that live in strings: it knows where each of its bytes stands in the file.
#[derive(Clone, Debug)]
pub struct Embedded {
    /// The decoded text.
    pub text: Rc<str>,
    /// The whole scalar.
    pub span: Span,
    offsets: Rc<Offsets>,
}

impl Node {
    /// A short name for what stands here, for messages.
    #[must_use]
    pub fn describe(&self) -> &'static str {
        match &self.kind {
            Kind::Scalar(scalar) => scalar.literal().describe(),
            Kind::Sequence(_) => "a list",
            Kind::Mapping(_) => "a mapping",
            Kind::Broken => "nothing readable",
        }
    }

    /// The scalar, if it is one.
    #[must_use]
    pub fn scalar(&self) -> Option<&Scalar> {
        match &self.kind {
            Kind::Scalar(scalar) => Some(scalar),
            Kind::Sequence(_) | Kind::Mapping(_) | Kind::Broken => None,
        }
    }

    /// Whether it was reported already.
    #[must_use]
    pub fn is_broken(&self) -> bool {
        matches!(self.kind, Kind::Broken)
    }

    /// Whether it is the null literal, or nothing at all.
    #[must_use]
    pub fn is_null(&self) -> bool {
        self.scalar().is_some_and(|scalar| matches!(scalar.literal(), Literal::Null))
    }

    /// The text with its places, if this is a scalar.
    #[must_use]
    pub fn embedded(&self, sources: &Sources) -> Option<Embedded> {
        let scalar = self.scalar()?;
        let offsets = Offsets::new(sources.slice(self.span), &scalar.text, scalar.style);
        Some(Embedded { text: scalar.text.clone(), span: self.span, offsets: Rc::new(offsets) })
    }

    /// The value as JSON: numbers keep their digits where JSON can write them.
    #[must_use]
    pub fn to_json(&self) -> serde_json::Value {
        match &self.kind {
            Kind::Scalar(scalar) => scalar.literal().to_json(),
            Kind::Sequence(items) => items.iter().map(Self::to_json).collect(),
            Kind::Mapping(entries) => {
                entries.iter().map(|entry| (entry.key.value.clone(), entry.value.to_json())).collect::<serde_json::Map<_, _>>().into()
            }
            Kind::Broken => serde_json::Value::Null,
        }
    }

    /// The value as JSON, where a number that JSON would write in another way (`007`, `1.50`, more than 64 bits) stays the text that it is:
    /// an id is its digits.
    #[must_use]
    pub fn to_exact_json(&self) -> serde_json::Value {
        let value = self.to_json();
        match self.scalar() {
            Some(scalar) if value.is_number() && value.to_string().as_str() != &*scalar.text => {
                serde_json::Value::from(scalar.text.to_string())
            }
            Some(_) | None => value,
        }
    }
}

impl Scalar {
    /// The value of an empty file.
    fn nothing() -> Self {
        Self { text: Rc::from(""), quoted: false, style: offsets::Style::Plain }
    }

    /// The value by the core schema (YAML 1.2.2, section 10.3.2).
    #[must_use]
    pub fn literal(&self) -> Literal {
        if self.quoted { Literal::String(self.text.to_string()) } else { Literal::parse(&self.text) }
    }
}

impl Embedded {
    /// Where a range of bytes of the decoded text stands in the file.
    #[must_use]
    pub fn place(&self, range: Range<usize>) -> Span {
        let start = self.span.start + self.offsets.start_of(range.start);
        let end = if range.is_empty() { start } else { self.span.start + self.offsets.end_of(range.end) };
        Span { file: self.span.file, start, end: end.clamp(start, self.span.end.max(start)) }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::diagnostic::Diagnostics;
    use crate::source::{Role, Sources};

    #[test]
    fn ids_keep_their_digits() {
        for (text, exact) in [
            ("18446744073709551616", json!("18446744073709551616")),
            ("-9223372036854775809", json!("-9223372036854775809")),
            ("007", json!("007")),
            ("1e5", json!("1e5")),
            ("1.50", json!("1.50")),
            ("0x1F", json!("0x1F")),
            ("7", json!(7)),
            ("1.5", json!(1.5)),
            ("\"007\"", json!("007")),
            ("true", json!(true)),
            ("[007]", json!([7])),
        ] {
            let mut sources = Sources::new("");
            let file = sources.add(Role::Connector, "connector.yaml", text);
            assert_eq!(super::read(&sources, file, &mut Diagnostics::default()).to_exact_json(), exact, "{text}");
        }
    }
}
