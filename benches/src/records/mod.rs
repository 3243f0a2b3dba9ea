//! The records that the mock server gives: three shapes, all of invented values.

mod item;
mod order;
mod user;

use std::fmt::Write as _;

/// What a record looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Shape {
    /// Someone in a directory: about 1.3 KB, nested, with groups in it.
    Users,
    /// Something in a catalogue: 12 plain members.
    Items,
    /// An order: nested, and 40 fields are mapped of it.
    Orders,
}

impl Shape {
    /// All that there are.
    pub const ALL: [Self; 3] = [Self::Users, Self::Items, Self::Orders];

    /// As it stands in URLs and on command lines.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Users => "users",
            Self::Items => "items",
            Self::Orders => "orders",
        }
    }

    /// The unified model that it is mapped to.
    #[must_use]
    pub fn model(self) -> &'static str {
        match self {
            Self::Users => "user-directory",
            Self::Items | Self::Orders => "shop",
        }
    }

    /// The shape of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|shape| shape.name() == name)
    }

    /// Writes the record of this number.
    pub(crate) fn write(self, text: &mut String, number: usize) {
        match self {
            Self::Users => user::write(text, number),
            Self::Items => item::write(text, number),
            Self::Orders => order::write(text, number),
        }
    }
}

/// Writes what is formatted; a text takes it all.
fn put(text: &mut String, what: std::fmt::Arguments<'_>) {
    let _ = text.write_fmt(what);
}

/// One of the words, in turn.
fn turn<'a>(words: &[&'a str], number: usize) -> &'a str {
    words.get(number.checked_rem(words.len()).unwrap_or(0)).copied().unwrap_or_default()
}
