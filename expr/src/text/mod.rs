//! Renders a template for where it stands, so that no value can leave its place.

mod escape;
mod place;
mod render;
#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::fmt;

pub use escape::{encode_form, encode_path, encode_query};
pub use render::{Rendered, render, render_values};

/// The values that a template may name.
pub trait Scope {
    /// The value of a dotted name.
    fn get(&self, path: &[String]) -> Lookup<'_>;
}

/// What a name stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Lookup<'a> {
    /// A text, a number or a boolean, as text.
    Text(Cow<'a, str>),
    /// A list of such.
    List(Vec<String>),
    /// An object of such.
    Members(Vec<(String, String)>),
    /// Nothing, or null.
    Absent,
    /// An object or a list that holds more than texts.
    NotText,
    /// A list or an object of which one value is none: where it is below the name (`[0]`, `.a`), and what it is.
    Unfit(String, &'static str),
}

/// Where a template stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Escape {
    /// A path, or an absolute URL with a literal host: each value is percent-encoded (RFC 3986) and stays in its segment,
    /// which must not become empty, `.` or `..`. A value in the place of a scheme or host is refused.
    Path,
    /// A host name: letters, digits, `-` and `.`, without an empty label.
    Host,
    /// A base URL: a value before the first `/` of the path is part of the host, as [`Escape::Host`]; one after it is part of the path, as
    /// [`Escape::Path`]. A template that begins with a value takes an absolute URL from it, without credentials, query or fragment.
    Base,
    /// The value of a query parameter: the whole text is percent-encoded, all but RFC 3986's unreserved characters.
    Query,
    /// The value of a header: control characters are refused.
    Header,
    /// The value of a form field: the whole text is encoded by the WHATWG's `application/x-www-form-urlencoded`.
    Form,
    /// Text that goes nowhere by itself.
    None,
}

/// A template that cannot be rendered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RenderError {
    /// What is wrong, as a lowercase fragment that names the reference and never its value.
    pub message: String,
    /// The reference, as in the template: `input.since | lower`.
    pub reference: String,
}

impl fmt::Display for RenderError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for RenderError {}
