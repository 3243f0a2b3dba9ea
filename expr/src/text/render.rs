//! Segments to text.

use connc_plan::{Reference, Segment, Text};

use super::place::{Url, check_host};
use super::{Escape, Lookup, RenderError, Scope, encode_form, encode_query};
use crate::filters::{self, Body};
use crate::functions::encode_base64;

/// Renders a template. None where it is one whole reference to something absent, so that its parameter can be left out.
///
/// # Errors
///
/// A value is absent inside a longer text, is no text, or cannot stand where the template stands.
pub fn render(text: &Text, scope: &dyn Scope, escape: Escape) -> Result<Option<String>, RenderError> {
    if let Some(reference) = text.whole()
        && value(reference, scope)?.is_none()
    {
        return Ok(None);
    }
    let mut out = Out::new(escape);
    for segment in &text.segments {
        let added = match segment {
            Segment::Literal(literal) => out.literal(literal),
            Segment::Value(reference) => {
                out.reference = reference.to_string();
                out.value(&present(reference, scope)?)
            }
            Segment::Base64(inner) => {
                out.reference = segment.to_string();
                out.value(&encode_base64(user_pass(inner, scope)?.as_bytes()))
            }
        };
        added.map_err(|problem| refuse(&out.reference, problem))?;
    }
    let reference = out.reference.clone();
    out.finish().map(Some).map_err(|problem| refuse(&reference, problem))
}

/// What a whole reference comes to, before it is encoded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rendered {
    /// One text.
    One(String),
    /// Several.
    Many(Vec<String>),
    /// Texts by name.
    Members(Vec<(String, String)>),
}

/// The value of a template that is one whole reference, for places that take several values. None where it is absent.
///
/// # Errors
///
/// The template is more than one reference, or what it names is no text and none of several.
pub fn render_values(text: &Text, scope: &dyn Scope) -> Result<Option<Rendered>, RenderError> {
    let reference = text.whole().ok_or_else(|| refuse(&text.to_string(), "is more than one value"))?;
    values(reference, scope)
}

/// A user name and a password with the colon between them, which the user name itself cannot hold (RFC 7617, section 2).
fn user_pass(segments: &[Segment], scope: &dyn Scope) -> Result<String, RenderError> {
    let colon = segments.iter().position(|segment| matches!(segment, Segment::Literal(literal) if literal.contains(':')));
    for segment in colon.and_then(|colon| segments.get(..colon)).unwrap_or_default() {
        if let Segment::Value(reference) = segment
            && present(reference, scope)?.contains(':')
        {
            return Err(refuse(&reference.to_string(), "has a colon, which a user name of HTTP Basic cannot have"));
        }
    }
    plain(segments, scope)
}

/// Text that is still to be encoded as a whole.
fn plain(segments: &[Segment], scope: &dyn Scope) -> Result<String, RenderError> {
    let mut out = String::new();
    for segment in segments {
        match segment {
            Segment::Literal(literal) => out.push_str(literal),
            Segment::Value(reference) => out.push_str(&present(reference, scope)?),
            Segment::Base64(inner) => out.push_str(&encode_base64(plain(inner, scope)?.as_bytes())),
        }
    }
    Ok(out)
}

fn present(reference: &Reference, scope: &dyn Scope) -> Result<String, RenderError> {
    value(reference, scope)?.ok_or_else(|| refuse(&reference.to_string(), "is absent"))
}

/// The one value after its filters; an absent one passes through them.
fn value(reference: &Reference, scope: &dyn Scope) -> Result<Option<String>, RenderError> {
    let refuse = |problem: &str| refuse(&reference.to_string(), problem);
    match values(reference, scope)? {
        None => Ok(None),
        Some(Rendered::One(text)) => Ok(Some(text)),
        Some(Rendered::Many(_)) => Err(refuse("is a list: join it")),
        Some(Rendered::Members(_)) => Err(refuse("is an object or a list, and no text")),
    }
}

fn values(reference: &Reference, scope: &dyn Scope) -> Result<Option<Rendered>, RenderError> {
    use Rendered as Values;
    let refuse = |problem: &str| refuse(&reference.to_string(), problem);
    let mut values = match scope.get(&reference.path) {
        Lookup::Text(text) => Values::One(text.into_owned()),
        Lookup::List(list) => Values::Many(list),
        Lookup::Members(members) => Values::Members(members),
        Lookup::Absent => return Ok(None),
        Lookup::Unfit(place, what) => {
            return Err(RenderError {
                message: format!("`{}{place}` is {what}, and no text", reference.path.join(".")),
                reference: reference.to_string(),
            });
        }
        Lookup::NotText => return Err(refuse("is an object or a list, and no text")),
    };
    for filter in &reference.filters {
        let known = filters::find(&filter.name).ok_or_else(|| refuse("has a filter that does not exist"))?;
        known.check(&filter.arguments).map_err(|problem| refuse(&problem))?;
        let argument = filter.arguments.first().map_or("", String::as_str);
        values = match (known.body, values) {
            (Body::Each(body), Values::One(text)) => Values::One(body(&text, argument).map_err(|problem| refuse(&problem))?),
            (Body::Each(body), Values::Many(list)) => {
                let each = list.iter().map(|text| body(text, argument)).collect::<Result<_, _>>();
                Values::Many(each.map_err(|problem| refuse(&problem))?)
            }
            (Body::Each(_) | Body::All(_), Values::Members(_)) => return Err(refuse("is an object, and no text")),
            (Body::All(body), Values::One(text)) => Values::One(body(&[text], argument)),
            (Body::All(body), Values::Many(list)) => Values::One(body(&list, argument)),
        };
    }
    Ok(Some(values))
}

fn refuse(reference: &str, problem: &str) -> RenderError {
    RenderError { message: format!("`{reference}` {problem}"), reference: reference.to_owned() }
}

/// The text so far.
struct Out {
    escape: Escape,
    plain: String,
    url: Url,
    /// The last value that went in, for errors.
    reference: String,
}

impl Out {
    fn new(escape: Escape) -> Self {
        Self { escape, plain: String::new(), url: Url::new(escape), reference: String::new() }
    }

    fn literal(&mut self, text: &str) -> Result<(), &'static str> {
        match self.escape {
            Escape::Path | Escape::Base => self.url.literal(text),
            Escape::Host | Escape::Query | Escape::Header | Escape::Form | Escape::None => {
                self.plain.push_str(text);
                Ok(())
            }
        }
    }

    fn value(&mut self, text: &str) -> Result<(), &'static str> {
        match self.escape {
            Escape::Path | Escape::Base => self.url.value(text),
            Escape::Host | Escape::Query | Escape::Header | Escape::Form | Escape::None => {
                self.plain.push_str(text);
                Ok(())
            }
        }
    }

    fn finish(self) -> Result<String, &'static str> {
        match self.escape {
            Escape::Path | Escape::Base => self.url.finish(),
            Escape::Host => check_host(&self.plain).map(|()| self.plain),
            Escape::Query => Ok(encode_query(&self.plain)),
            Escape::Form => Ok(encode_form(&self.plain)),
            Escape::Header if self.plain.chars().any(char::is_control) => Err("holds a control character, which no header can"),
            Escape::Header | Escape::None => Ok(self.plain),
        }
    }
}
