//! Templates, lowered: literal text and references, each escaped for where the text stands.

use serde::{Deserialize, Serialize};

use crate::Origin;

/// A template such as `/api/v1/users/{{ id }}`. The place that holds it decides the escaping.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Text {
    /// The parts, left to right.
    pub segments: Vec<Segment>,
    /// Where it was written.
    pub origin: Origin,
}

/// A part of a template.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Segment {
    /// Text as it stands.
    Literal(String),
    /// A value from the scope.
    Value(Reference),
    /// The Base64 (RFC 4648, section 4) of the inner segments' UTF-8, as HTTP Basic needs it.
    Base64(Vec<Segment>),
}

/// A dotted name with filters: `input.since | date("second")`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Reference {
    /// The name's parts: `["input", "since"]`.
    pub path: Vec<String>,
    /// What is done to the value, left to right.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub filters: Vec<Filter>,
}

/// A filter by name, with literal arguments. The expression crate has the table of them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Filter {
    /// The filter's name in that table.
    pub name: String,
    /// Literal string arguments.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub arguments: Vec<String>,
}

impl Text {
    /// A text without references.
    #[must_use]
    pub fn literal(text: &str, origin: Origin) -> Self {
        Self { segments: vec![Segment::Literal(text.to_owned())], origin }
    }

    /// The reference, where the whole text is one `{{ x }}`: such a query or header value leaves its parameter out when `x` is absent.
    #[must_use]
    pub fn whole(&self) -> Option<&Reference> {
        match self.segments.as_slice() {
            [Segment::Value(reference)] => Some(reference),
            _ => None,
        }
    }

    /// Every reference in the text, left to right, those inside an encoding included.
    #[must_use]
    pub fn references(&self) -> Vec<&Reference> {
        fn collect<'a>(segments: &'a [Segment], found: &mut Vec<&'a Reference>) {
            for segment in segments {
                match segment {
                    Segment::Literal(_) => {}
                    Segment::Value(reference) => found.push(reference),
                    Segment::Base64(inner) => collect(inner, found),
                }
            }
        }
        let mut found = Vec::new();
        collect(&self.segments, &mut found);
        found
    }
}

impl std::fmt::Display for Text {
    /// The template as an author would write it.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.segments.iter().try_for_each(|segment| segment.fmt(f))
    }
}

impl std::fmt::Display for Segment {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Literal(text) => f.write_str(text),
            Self::Value(reference) => write!(f, "{{{{ {reference} }}}}"),
            Self::Base64(inner) => {
                f.write_str("base64(")?;
                inner.iter().try_for_each(|segment| segment.fmt(f))?;
                f.write_str(")")
            }
        }
    }
}

impl std::fmt::Display for Reference {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.path.join("."))?;
        for filter in &self.filters {
            write!(f, " | {}", filter.name)?;
            if !filter.arguments.is_empty() {
                write!(f, "({})", filter.arguments.iter().map(|argument| format!("{argument:?}")).collect::<Vec<_>>().join(", "))?;
            }
        }
        Ok(())
    }
}
