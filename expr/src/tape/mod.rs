//! JSON text read once, with a note of where each wanted value stands: no value is built, and no byte is copied.
//!
//! The reader is for the common case. Where it meets something rare it says [`Unsure`], and whoever asked reads the text in a slower way,
//! which is also the one that says what is wrong with it.
//!
//! ```
//! use connc_expr::tape::{Tape, Wants};
//!
//! let mut wants = Wants::presence();
//! wants.add(&["users", "name"], &Wants::presence());
//! let text = r#"{"users": [{"id": 1, "name": "ada"}, {"id": 2, "name": "lin"}], "more": {}}"#;
//! let tape = Tape::of(text, &wants, 100).expect("is plain JSON");
//! let users = tape.root(text).get("users").expect("is there");
//! let names: Vec<_> = users.items().filter_map(|user| user.get("name")).map(|name| name.slice()).collect();
//! assert_eq!(names, [r#""ada""#, r#""lin""#]);
//! ```

mod scan;
#[cfg(test)]
mod tests;
mod wants;

pub use wants::Wants;

/// The text is not one that the quick way is sure of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unsure;

/// What a value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `null`.
    Null,
    /// `true`.
    True,
    /// `false`.
    False,
    /// An integer of few digits in its only spelling, so that its text is its value.
    Integer,
    /// A number with a fraction, likewise of few digits in its only spelling.
    Decimal,
    /// An integer that a double does not hold, which expressions see as its digits.
    Digits,
    /// Any other number.
    Number,
    /// Text in which nothing is escaped.
    Text,
    /// Text with escapes.
    EscapedText,
    /// An array.
    Array,
    /// An object.
    Object,
}

#[derive(Clone, Copy, Debug)]
struct Node {
    kind: Kind,
    start: u32,
    end: u32,
    /// Its name, if it is a member.
    name: Name,
    /// The node after everything below this one.
    next: u32,
}

/// Where a member's name stands between the quotes, and its mark.
#[derive(Clone, Copy, Debug, Default)]
struct Name {
    start: u32,
    mark: u32,
}

impl Name {
    #[inline]
    fn of(self, text: &str) -> Option<&str> {
        let start = self.start as usize;
        text.get(start..start + wants::length(self.mark))
    }
}

/// Where the wanted values of a text stand. It can be used again for another text, without new memory.
#[derive(Clone, Debug, Default)]
pub struct Tape {
    nodes: Vec<Node>,
}

impl Tape {
    /// The document's value, over the very text that was read.
    #[must_use]
    #[inline]
    pub fn root<'a>(&'a self, text: &'a str) -> Value<'a> {
        Value { text, nodes: &self.nodes, at: 0 }
    }
}

/// A value on a tape.
#[derive(Clone, Copy)]
pub struct Value<'a> {
    text: &'a str,
    nodes: &'a [Node],
    at: usize,
}

impl<'a> Value<'a> {
    /// What it is.
    #[must_use]
    #[inline]
    pub fn kind(self) -> Kind {
        self.node().map_or(Kind::Null, |node| node.kind)
    }

    /// Its text as it stands in the document, quotes and brackets included.
    #[must_use]
    #[inline]
    pub fn slice(self) -> &'a str {
        self.node().and_then(|node| self.text.get(node.start as usize..node.end as usize)).unwrap_or_default()
    }

    /// Between the quotes of a text, escapes as they are written.
    #[must_use]
    #[inline]
    pub fn inner(self) -> &'a str {
        let slice = self.slice();
        slice.get(1..slice.len().saturating_sub(1)).unwrap_or_default()
    }

    /// A member that was wanted.
    #[must_use]
    #[inline]
    pub fn get(self, name: &str) -> Option<Self> {
        let own = self.node().filter(|node| node.kind == Kind::Object)?;
        let mark = wants::mark(name.as_bytes());
        let mut at = self.at + 1;
        while at < own.next as usize {
            let node = self.nodes.get(at)?;
            if node.name.mark == mark && node.name.of(self.text) == Some(name) {
                return Some(Self { at, ..self });
            }
            at = node.next as usize;
        }
        None
    }

    /// The items of an array, or the wanted members of an object, in the order of the text.
    pub fn items(self) -> Items<'a> {
        let end = self.node().map_or(0, |node| node.next as usize);
        Items { of: Self { at: self.at + 1, ..self }, end }
    }

    /// The name of a member.
    #[must_use]
    #[inline]
    pub fn name(self) -> &'a str {
        self.node().and_then(|node| node.name.of(self.text)).unwrap_or_default()
    }

    #[inline]
    fn node(self) -> Option<&'a Node> {
        self.nodes.get(self.at)
    }
}

impl std::fmt::Debug for Value<'_> {
    /// What it is, and never what it holds.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:?}", self.kind())
    }
}

/// What [`Value::items`] gives.
#[derive(Clone, Debug)]
pub struct Items<'a> {
    of: Value<'a>,
    end: usize,
}

impl<'a> Iterator for Items<'a> {
    type Item = Value<'a>;

    fn next(&mut self) -> Option<Value<'a>> {
        let value = self.of;
        if value.at >= self.end {
            return None;
        }
        self.of.at = value.node()?.next as usize;
        Some(value)
    }
}
