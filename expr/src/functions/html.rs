//! HTML to plain text and back. Any input gives some text: what is no tag and no entity stays as it stands.

use super::signature::{Absence, Signature, Type, one};
use super::{Function, made, text};

pub(super) const TO_TEXT: Function = Function {
    name: "html_to_text",
    signature: Signature { parameters: &[one("html", Type::Text)], result: Type::Text },
    absence: Absence::Passes,
    doc: "the text of HTML: tags off, the ends of blocks as line breaks, entities decoded",
    example: ("$html_to_text('<p>Fish &amp; <b>chips</b></p><p>for two</p>')", "\"Fish & chips\\nfor two\""),
    body: |arguments| made(to_text(text(arguments)?)),
};

pub(super) const FROM_TEXT: Function = Function {
    name: "text_to_html",
    signature: Signature { parameters: &[one("text", Type::Text)], result: Type::Text },
    absence: Absence::Passes,
    doc: "text as HTML: escaped, line breaks as `<br>`",
    example: ("$text_to_html('a < b\nc')", "\"a &lt; b<br>c\""),
    body: |arguments| made(from_text(text(arguments)?)),
};

/// Elements whose end is the end of a line.
#[rustfmt::skip]
const BLOCKS: &[&str] = &[
    "address", "article", "aside", "blockquote", "dd", "div", "dl", "dt", "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4",
    "h5", "h6", "header", "hr", "li", "main", "nav", "ol", "p", "pre", "section", "table", "tr", "ul",
];

/// Elements whose content is no text.
const HIDDEN: &[&str] = &["script", "style", "head", "template", "title"];

fn to_text(html: &str) -> String {
    let mut out = Lines::default();
    let mut rest = html;
    while let Some((plain, markup)) = rest.find('<').and_then(|at| rest.split_at_checked(at)) {
        out.text(plain);
        let Some(tag) = Tag::parse(markup) else {
            out.text("<");
            rest = markup.get(1..).unwrap_or_default();
            continue;
        };
        rest = tag.after;
        if HIDDEN.contains(&tag.name.as_str()) && !tag.closes {
            rest = after_end_tag(rest, &tag.name);
        } else if tag.name == "br" || BLOCKS.contains(&tag.name.as_str()) {
            out.end_line(tag.name == "br");
        }
    }
    out.text(rest);
    out.finish()
}

/// Text as it grows, white space drawn together as a browser does.
#[derive(Default)]
struct Lines {
    done: String,
    line: String,
}

impl Lines {
    fn text(&mut self, html: &str) {
        for character in decode(html).chars() {
            let space = character.is_ascii_whitespace();
            if !space {
                self.line.push(character);
            } else if !self.line.is_empty() && !self.line.ends_with(' ') {
                self.line.push(' ');
            }
        }
    }

    /// Ends the line; an empty one only where it was asked for.
    fn end_line(&mut self, always: bool) {
        if always || !self.line.trim().is_empty() {
            self.done.push_str(self.line.trim());
            self.done.push('\n');
        }
        self.line.clear();
    }

    fn finish(mut self) -> String {
        self.end_line(false);
        self.done.trim_matches('\n').to_owned()
    }
}

/// A tag, or a comment or declaration, which has no name.
struct Tag<'a> {
    name: String,
    closes: bool,
    after: &'a str,
}

impl<'a> Tag<'a> {
    /// The tag at the beginning of `markup`, which starts with `<`.
    fn parse(markup: &'a str) -> Option<Self> {
        let inside = markup.strip_prefix('<')?;
        if let Some(comment) = inside.strip_prefix("!--") {
            let after = comment.split_once("-->").map_or("", |(_, after)| after);
            return Some(Self { name: String::new(), closes: false, after });
        }
        if inside.starts_with(['!', '?']) {
            return Some(Self { name: String::new(), closes: false, after: inside.split_once('>')?.1 });
        }
        let (closes, inside) = inside.strip_prefix('/').map_or((false, inside), |inside| (true, inside));
        if !inside.starts_with(|c: char| c.is_ascii_alphabetic()) {
            return None;
        }
        let name: String = inside.chars().take_while(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect();
        let after = inside.get(tag_length(inside)?..)?;
        Some(Self { name, closes, after })
    }
}

/// The bytes up to and with the `>` that ends a tag; one in a quoted attribute does not.
fn tag_length(inside: &str) -> Option<usize> {
    let mut quote = None;
    for (at, byte) in inside.bytes().enumerate() {
        match (quote, byte) {
            (None, b'>') => return Some(at + 1),
            (None, b'"' | b'\'') => quote = Some(byte),
            (Some(open), byte) if open == byte => quote = None,
            (None | Some(_), _) => {}
        }
    }
    None
}

/// What follows `</name>`, or nothing where it never ends.
fn after_end_tag<'a>(mut rest: &'a str, name: &str) -> &'a str {
    while let Some((_, markup)) = rest.find("</").and_then(|at| rest.split_at_checked(at)) {
        if let Some(tag) = Tag::parse(markup).filter(|tag| tag.name == name) {
            return tag.after;
        }
        rest = markup.get(2..).unwrap_or_default();
    }
    ""
}

fn decode(html: &str) -> String {
    let mut out = String::with_capacity(html.len());
    let mut rest = html;
    while let Some((plain, from)) = rest.find('&').and_then(|at| rest.split_at_checked(at)) {
        out.push_str(plain);
        // The longest entity here has ten bytes: further on, a `;` belongs to something else.
        let end = from.bytes().take(12).position(|byte| byte == b';');
        let entity = end.and_then(|end| Some((character(from.get(1..end)?)?, from.get(end + 1..)?)));
        match entity {
            Some((character, after)) => {
                out.push(character);
                rest = after;
            }
            None => {
                out.push('&');
                rest = from.get(1..).unwrap_or_default();
            }
        }
    }
    out.push_str(rest);
    out
}

/// The character that an entity stands for.
fn character(entity: &str) -> Option<char> {
    if let Some(number) = entity.strip_prefix('#') {
        let hexadecimal = number.strip_prefix(['x', 'X']);
        let code = hexadecimal.map_or_else(|| number.parse(), |digits| u32::from_str_radix(digits, 16)).ok()?;
        return char::from_u32(code).filter(|character| !character.is_control() || character.is_ascii_whitespace());
    }
    ENTITIES.iter().find(|(name, _)| *name == entity).map(|(_, character)| *character)
}

/// The names that stand in mails and comments.
#[rustfmt::skip]
const ENTITIES: &[(&str, char)] = &[
    ("amp", '&'), ("lt", '<'), ("gt", '>'), ("quot", '"'), ("apos", '\''), ("nbsp", '\u{a0}'), ("shy", '\u{ad}'), ("copy", '©'), ("reg", '®'),
    ("trade", '™'), ("hellip", '…'), ("ndash", '–'), ("mdash", '—'), ("lsquo", '‘'), ("rsquo", '’'), ("ldquo", '“'), ("rdquo", '”'),
    ("laquo", '«'), ("raquo", '»'), ("bull", '•'), ("middot", '·'), ("euro", '€'), ("pound", '£'), ("yen", '¥'), ("cent", '¢'),
    ("sect", '§'), ("para", '¶'), ("deg", '°'), ("times", '×'), ("divide", '÷'), ("auml", 'ä'), ("ouml", 'ö'), ("uuml", 'ü'), ("Auml", 'Ä'),
    ("Ouml", 'Ö'), ("Uuml", 'Ü'), ("szlig", 'ß'), ("eacute", 'é'), ("egrave", 'è'), ("ecirc", 'ê'), ("agrave", 'à'), ("acirc", 'â'),
    ("ccedil", 'ç'), ("ntilde", 'ñ'), ("oslash", 'ø'), ("aring", 'å'), ("aelig", 'æ'), ("larr", '←'), ("rarr", '→'), ("zwnj", '\u{200c}'),
];

fn from_text(text: &str) -> String {
    escape(&text.replace("\r\n", "\n")).replace(['\n', '\r'], "<br>")
}

/// Text that stands in HTML, between tags or in a quoted attribute.
pub(super) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            character => out.push(character),
        }
    }
    out
}
