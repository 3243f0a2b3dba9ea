//! The tables that say what a mapping may hold. The reader, the published reference and the editors' schema are made from them, so they cannot differ.

/// What a mapping may hold.
#[derive(Debug)]
pub struct Table {
    /// What it is called in messages and in the reference: `operation`.
    pub name: &'static str,
    /// What it is for, in a sentence or two.
    pub doc: &'static str,
    /// Its keys, in the order in which people write them.
    pub keys: &'static [Key],
    /// Keys of another table that may stand here too.
    pub also: Option<&'static Table>,
    /// Keys that are part of the language, but not of this version.
    pub reserved: &'static [Reserved],
    /// What keys of the author's own choosing hold, where those are allowed besides.
    pub rest: Option<&'static Value>,
    /// A spec in which `§` is where the keys stand: each key's example is compiled in it.
    pub frame: &'static str,
}

/// A key.
#[derive(Debug)]
pub struct Key {
    /// The key itself.
    pub name: &'static str,
    /// What it holds.
    pub value: Value,
    /// Whether it must be there.
    pub need: Need,
    /// What it means, in a sentence or two.
    pub doc: &'static str,
    /// The key with a value that is right, as YAML.
    pub example: &'static str,
}

/// Whether a key must be there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// It must.
    Required,
    /// It need not.
    Optional,
}

/// A key that is part of the language, but not of this version.
#[derive(Debug)]
pub struct Reserved {
    /// The key.
    pub name: &'static str,
    /// What it will be for.
    pub doc: &'static str,
}

/// What a key holds.
#[derive(Debug)]
pub enum Value {
    /// Text without any language in it.
    Text,
    /// A name of the author's choosing, or of something declared elsewhere.
    Name,
    /// A template: text with `{{ name }}` in it.
    Template,
    /// A JSONata expression.
    Jsonata,
    /// A path of member names, in JSONata's syntax.
    Path,
    /// A GraphQL document.
    Graphql,
    /// A whole number.
    Integer,
    /// `true` or `false`.
    Boolean,
    /// One of these words.
    Choice(&'static [&'static str]),
    /// Any YAML value, as it is.
    Literal,
    /// Literals and JSONata in a tree.
    Data,
    /// A list.
    List(&'static Value),
    /// A mapping from names to values.
    Map(&'static Value),
    /// A mapping with keys of its own.
    Object(&'static Table),
    /// A mapping whose own key says which table it follows.
    OneOf(&'static str, &'static [&'static Table]),
    /// Either of two.
    Either(&'static Value, &'static Value),
}

impl Table {
    /// Every key, those of other tables included.
    pub fn all_keys(&self) -> impl Iterator<Item = &'static Key> {
        self.tables().flat_map(|table| table.keys)
    }

    /// Every reserved key, those of other tables included.
    pub fn all_reserved(&self) -> impl Iterator<Item = &'static Reserved> {
        self.tables().flat_map(|table| table.reserved)
    }

    /// This table and those whose keys may stand here too.
    fn tables(&self) -> impl Iterator<Item = &Table> {
        std::iter::successors(Some(self), |table| table.also)
    }
}

impl Value {
    /// What it is, for messages.
    #[must_use]
    pub fn describe(&self) -> String {
        match self {
            Self::Text => "text".to_owned(),
            Self::Name => "a name".to_owned(),
            Self::Template => "a template".to_owned(),
            Self::Jsonata => "a JSONata expression".to_owned(),
            Self::Path => "a path of member names".to_owned(),
            Self::Graphql => "a GraphQL document".to_owned(),
            Self::Integer => "a whole number".to_owned(),
            Self::Boolean => "`true` or `false`".to_owned(),
            Self::Choice(words) => format!("one of {}", words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ")),
            Self::Literal => "a value".to_owned(),
            Self::Data => "data".to_owned(),
            Self::List(_) => "a list".to_owned(),
            Self::Map(_) | Self::Object(_) | Self::OneOf(..) => "a mapping".to_owned(),
            Self::Either(one, other) => format!("{} or {}", one.describe(), other.describe()),
        }
    }
}
