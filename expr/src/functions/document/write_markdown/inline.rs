//! What stands in a line, as Markdown.
//!
//! Marks are written with Markdown's own signs where these are sure to be read, and as HTML elsewhere: between letters, say, or before a
//! space, where a sign means itself.

use super::escape::{self, Place};
use crate::functions::document::address;
use crate::functions::document::model::{Inline, Link, Marks, Node, Script};

/// Where breaks go.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Lines {
    /// A break ends the line.
    Many,
    /// All of it is one line.
    One,
    /// All of it is one line, in a cell of a table.
    Cell,
}

pub(super) fn write(content: &[Inline], lines: Lines) -> String {
    let mut out = String::new();
    for (index, line) in content.split(|inline| matches!(inline, Inline::Break)).enumerate() {
        if index > 0 {
            // An empty line would end the paragraph, and one of a tag alone would begin a block of HTML.
            let ends_line = lines == Lines::Many && !line.is_empty() && !is_breaks(&out);
            out.push_str(if ends_line { "\n" } else { "<br>" });
        }
        let mut leaves = Vec::with_capacity(line.len());
        for (at, inline) in line.iter().enumerate() {
            let starts = at == 0 && (out.is_empty() || out.ends_with('\n'));
            let place = Place { starts, ends: at + 1 == line.len(), cell: lines == Lines::Cell };
            leaves.extend(leaf(inline, place));
        }
        let before = out.chars().last().filter(|character| *character != '\n');
        let written = run(&leaves, &[], before, None);
        out.push_str(&written);
    }
    out
}

/// Whether there is nothing yet but breaks.
fn is_breaks(written: &str) -> bool {
    written.split("<br>").all(str::is_empty)
}

/// A piece of a line, written, and what is yet to be written around it.
struct Leaf<'a> {
    text: String,
    marks: Vec<Mark<'a>>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Mark<'a> {
    Link(&'a Link),
    Strong,
    Em,
    Strike,
    Underline,
    Script(Script),
    Color(&'a str),
    Background(&'a str),
    Code,
}

fn leaf(inline: &Inline, place: Place) -> Option<Leaf<'_>> {
    match inline {
        Inline::Text(text, marks) => {
            let written = if marks.code && escape::is_plain_code(text, place.cell) {
                Leaf { text: escape::code(text), marks: around(&Marks { code: false, ..marks.clone() }, marks) }
            } else {
                Leaf { text: escape::text(text, place), marks: around(marks, marks) }
            };
            Some(written)
        }
        Inline::Node(node) => Some(Leaf { text: self::node(node, place.cell), marks: Vec::new() }),
        Inline::Break => None,
    }
}

/// The marks of `which`, borrowed from `marks`.
fn around<'a>(which: &Marks, marks: &'a Marks) -> Vec<Mark<'a>> {
    let mut out: Vec<_> = marks.link.as_ref().map(Mark::Link).into_iter().collect();
    let plain = [
        (which.strong, Mark::Strong),
        (which.em, Mark::Em),
        (which.strike, Mark::Strike),
        (which.underline, Mark::Underline),
        (which.code, Mark::Code),
    ];
    out.extend(plain.into_iter().filter(|(is, _)| *is).map(|(_, mark)| mark));
    out.extend(marks.script.map(Mark::Script));
    out.extend(marks.color.as_deref().map(Mark::Color));
    out.extend(marks.background.as_deref().map(Mark::Background));
    out
}

/// Pieces between two characters; no character is the edge of a line.
fn run(leaves: &[Leaf<'_>], done: &[Mark<'_>], before: Option<char>, after: Option<char>) -> String {
    let mut out = String::new();
    let mut rest = leaves;
    while let Some((first, others)) = rest.split_first() {
        let open = first.marks.iter().filter(|mark| !done.contains(mark));
        let extent = |mark: &Mark<'_>| rest.iter().take_while(|leaf| leaf.marks.contains(mark)).count();
        // The mark that reaches furthest goes around the others.
        let widest = open.fold(None, |best: Option<(usize, Mark<'_>)>, mark| match best {
            Some((reach, _)) if reach >= extent(mark) => best,
            Some(_) | None => Some((extent(mark), *mark)),
        });
        let Some((reach, mark)) = widest else {
            out.push_str(&first.text);
            rest = others;
            continue;
        };
        let (inside, behind) = rest.split_at(reach.min(rest.len()));
        let next = match behind.first() {
            // What is marked begins with a sign or a bracket.
            Some(leaf) if leaf.marks.iter().any(|mark| !done.contains(mark)) => Some('*'),
            Some(leaf) => leaf.text.chars().next(),
            None => after,
        };
        let all: Vec<_> = done.iter().copied().chain([mark]).collect();
        let written = around_text(mark, out.chars().last().or(before), next, |before, after| run(inside, &all, Some(before), Some(after)));
        out.push_str(&written);
        rest = behind;
    }
    out
}

/// A mark around text.
fn around_text(mark: Mark<'_>, before: Option<char>, after: Option<char>, inner: impl Fn(char, char) -> String) -> String {
    let sign = |sign: &str, character: char, name: &str| {
        let text = inner(character, character);
        if is_read(character, before, &text, after) { format!("{sign}{text}{sign}") } else { tag(name, "", &inner('>', '<')) }
    };
    let plain = |name: &str| tag(name, "", &inner('>', '<'));
    match mark {
        Mark::Strong => sign("**", '*', "strong"),
        Mark::Em => sign("_", '_', "em"),
        Mark::Strike => sign("~~", '~', "del"),
        Mark::Underline => plain("u"),
        Mark::Code => plain("code"),
        Mark::Script(Script::Sub) => plain("sub"),
        Mark::Script(Script::Sup) => plain("sup"),
        Mark::Color(color) => tag("span", &format!(" style=\"color: {color}\""), &inner('>', '<')),
        Mark::Background(color) => tag("span", &format!(" style=\"background-color: {color}\""), &inner('>', '<')),
        Mark::Link(Link { href, title, node: _ }) => {
            format!("[{}]({})", inner('[', ']'), escape::destination(&address::of_link(href), title.as_deref()))
        }
    }
}

fn tag(name: &str, attributes: &str, inner: &str) -> String {
    format!("<{name}{attributes}>{inner}</{name}>")
}

/// Whether signs around text are sure to be read as such (`CommonMark`, section 6.2).
fn is_read(sign: char, before: Option<char>, text: &str, after: Option<char>) -> bool {
    let beside = |inner: Option<char>, outer: Option<char>| {
        let Some(inner) = inner.filter(|inner| !inner.is_whitespace()) else { return false };
        let space = outer.is_none_or(char::is_whitespace);
        let letter = outer.is_some_and(|outer| outer.is_alphanumeric() || !outer.is_ascii());
        if inner.is_alphanumeric() { space || sign == '*' || !letter } else { space }
    };
    beside(text.chars().next(), before) && beside(text.chars().last(), after)
}

fn node(node: &Node, cell: bool) -> String {
    if let Some(url) = node.text("url").filter(|url| node.kind.name == "inlineCard" && node.attributes.len() == 1 && is_card(url, cell)) {
        return format!("<{url}>");
    }
    let place = Place { cell, ..escape::WITHIN };
    format!("[{}]({})", escape::text(&node.label(), place), address::of_node(node))
}

/// Whether a URL can stand in angle brackets.
fn is_card(url: &str, cell: bool) -> bool {
    let scheme = url.starts_with("https://") || url.starts_with("http://");
    let breaks = |c: char| c.is_whitespace() || c.is_control() || matches!(c, '<' | '>' | '\\' | '`') || (cell && c == '|');
    scheme && !url.contains(breaks) && !escape::has_entity(url)
}

/// A link that stands for a block.
pub(super) fn header(node: &Node) -> String {
    self::node(node, false)
}
