//! A document as HTML that is safe to show: all text is escaped, no attribute comes from the document unchecked, and links lead to web
//! pages and mailboxes only.

use super::model::{Block, Code, Content, Inline, Link, Marks, Node, Script, Task};
use crate::functions::html::escape;

pub(super) fn write(blocks: &[Block]) -> String {
    let mut out = String::new();
    self::blocks(blocks, &mut out);
    out
}

fn blocks(blocks: &[Block], out: &mut String) {
    blocks.iter().for_each(|block| self::block(block, out));
}

fn block(block: &Block, out: &mut String) {
    match block {
        Block::Paragraph(content) => around("p", "", out, |out| inlines(content, out)),
        Block::Heading(level, content) => around(&format!("h{level}"), "", out, |out| inlines(content, out)),
        Block::Code(Code { language, text }) => {
            let language = language.as_ref().map(|language| format!(" class=\"language-{}\"", escape(language))).unwrap_or_default();
            around("pre", "", out, |out| around("code", &language, out, |out| out.push_str(&escape(text))));
        }
        Block::Rule => out.push_str("<hr>"),
        Block::Bullets(list) => around("ul", "", out, |out| items(list, out)),
        Block::Numbers(1, list) => around("ol", "", out, |out| items(list, out)),
        Block::Numbers(start, list) => around("ol", &format!(" start=\"{start}\""), out, |out| items(list, out)),
        Block::Tasks(list) => tasks(list, out),
        Block::Quote(held) => around("blockquote", "", out, |out| blocks(held, out)),
        Block::Other(node, content) => other(node, content, out),
    }
}

fn items(items: &[Vec<Block>], out: &mut String) {
    for item in items {
        around("li", "", out, |out| match item.as_slice() {
            // A short item is not set apart like a paragraph.
            [Block::Paragraph(content), rest @ ..] => {
                inlines(content, out);
                blocks(rest, out);
            }
            item => blocks(item, out),
        });
    }
}

fn tasks(tasks: &[Task], out: &mut String) {
    around("ul", "", out, |out| {
        for Task { done, content, below } in tasks {
            around("li", "", out, |out| {
                out.push_str(if *done { "<input type=\"checkbox\" disabled checked> " } else { "<input type=\"checkbox\" disabled> " });
                inlines(content, out);
                if !below.is_empty() {
                    self::tasks(below, out);
                }
            });
        }
    });
}

fn other(node: &Node, content: &Content, out: &mut String) {
    let span = |name: &str| {
        let number = node.attributes.get(name).and_then(serde_json::Value::as_u64).filter(|number| (2..=1000).contains(number));
        number.map(|number| format!(" {name}=\"{number}\"")).unwrap_or_default()
    };
    let (name, attributes) = match node.kind.name {
        "table" => ("table", String::new()),
        "tableRow" => ("tr", String::new()),
        "tableHeader" => ("th", span("colspan") + &span("rowspan")),
        "tableCell" => ("td", span("colspan") + &span("rowspan")),
        "expand" | "nestedExpand" => ("details", String::new()),
        "panel" => ("blockquote", String::new()),
        "decisionList" => ("ul", String::new()),
        "decisionItem" => ("li", String::new()),
        "caption" => ("p", String::new()),
        _ => ("div", String::new()),
    };
    around(name, &attributes, out, |out| {
        if name == "details" {
            around("summary", "", out, |out| out.push_str(&escape(&node.label())));
        }
        match content {
            Content::Nothing => self::node(node, out),
            Content::Inlines(content) => inlines(content, out),
            Content::Blocks(held) => blocks(held, out),
        }
    });
}

fn inlines(content: &[Inline], out: &mut String) {
    for inline in content {
        match inline {
            Inline::Text(text, marks) => marked(text, marks, out),
            Inline::Break => out.push_str("<br>"),
            Inline::Node(node) => self::node(node, out),
        }
    }
}

/// A node as the text that people read, which leads to where it is.
fn node(node: &Node, out: &mut String) {
    let text = escape(&node.label());
    match node.text("url").and_then(safe) {
        Some(url) => around("a", &format!(" href=\"{url}\""), out, |out| out.push_str(&text)),
        None => out.push_str(&text),
    }
}

fn marked(text: &str, marks: &Marks, out: &mut String) {
    let Marks { link, strong, em, strike, underline, script, color, background, code } = marks;
    let mut made = escape(text);
    let script = script.map(|script| match script {
        Script::Sub => "sub",
        Script::Sup => "sup",
    });
    let names = [
        (*code, "code"),
        (script.is_some(), script.unwrap_or_default()),
        (*underline, "u"),
        (*strike, "del"),
        (*em, "em"),
        (*strong, "strong"),
    ];
    for (_, name) in names.into_iter().filter(|(is, _)| *is) {
        made = format!("<{name}>{made}</{name}>");
    }
    for (property, color) in [("color", color), ("background-color", background)] {
        if let Some(color) = color {
            made = format!("<span style=\"{property}: {color}\">{made}</span>");
        }
    }
    match link.as_ref().and_then(|Link { href, .. }| safe(href)) {
        Some(href) => around("a", &format!(" href=\"{href}\""), out, |out| out.push_str(&made)),
        None => out.push_str(&made),
    }
}

fn around(name: &str, attributes: &str, out: &mut String, inside: impl FnOnce(&mut String)) {
    out.push_str(&format!("<{name}{attributes}>"));
    inside(out);
    out.push_str(&format!("</{name}>"));
}

/// An address that may be followed, escaped.
fn safe(href: &str) -> Option<String> {
    let lower = href.to_ascii_lowercase();
    let known = ["https://", "http://", "mailto:"].iter().any(|scheme| lower.starts_with(scheme));
    (known && !href.contains(char::is_control)).then(|| escape(href))
}
