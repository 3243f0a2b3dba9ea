//! A document as neither Markdown nor ADF: what both are read into and written from.
//!
//! What the two say alike has a form of its own here; what only ADF has is a [`Node`] of a [`Kind`], which Markdown says as a link.

use serde_json::{Map, Value};

/// How many containers may lie within each other. What lies deeper is taken out of its containers, so that nothing of it is lost.
pub(super) const DEPTH: usize = 24;

/// What stands below the other.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Block {
    Paragraph(Vec<Inline>),
    /// A heading and its level, 1 to 6.
    Heading(u64, Vec<Inline>),
    Code(Code),
    Rule,
    /// The items of a list with dots.
    Bullets(Vec<Vec<Block>>),
    /// The number that a list begins with, and its items.
    Numbers(u64, Vec<Vec<Block>>),
    Tasks(Vec<Task>),
    Quote(Vec<Block>),
    Other(Node, Content),
}

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Code {
    pub(super) language: Option<String>,
    pub(super) text: String,
}

/// An item that can be ticked, and those below it.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Task {
    pub(super) done: bool,
    pub(super) content: Vec<Inline>,
    pub(super) below: Vec<Task>,
}

/// What a [`Block::Other`] holds, by its kind.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Content {
    Nothing,
    Inlines(Vec<Inline>),
    Blocks(Vec<Block>),
}

/// What stands in a line.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Inline {
    /// Text, never empty and in one line.
    Text(String, Marks),
    Break,
    Node(Node),
}

/// How text is marked.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Marks {
    pub(super) link: Option<Link>,
    pub(super) strong: bool,
    pub(super) em: bool,
    pub(super) strike: bool,
    pub(super) underline: bool,
    pub(super) script: Option<Script>,
    pub(super) color: Option<String>,
    pub(super) background: Option<String>,
    pub(super) code: bool,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Script {
    Sub,
    Sup,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Link {
    pub(super) href: String,
    pub(super) title: Option<String>,
    /// The node that the link stands for, where it is read from Markdown: it counts only where such a node may be.
    pub(super) node: Option<Node>,
}

/// A node that Markdown has no form for.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Node {
    pub(super) kind: &'static Kind,
    pub(super) attributes: Map<String, Value>,
}

/// A kind of such nodes.
#[derive(Debug, PartialEq)]
pub(super) struct Kind {
    /// The type in ADF.
    pub(super) name: &'static str,
    pub(super) place: Place,
    /// The attribute that people read.
    pub(super) label: Option<&'static str>,
}

/// Where a node stands and what it holds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Place {
    /// In a line; it holds nothing.
    Inline,
    /// A block that holds nothing.
    Leaf,
    /// A block of text.
    Inlines,
    /// A block of blocks.
    Blocks,
}

const fn kind(name: &'static str, place: Place, label: Option<&'static str>) -> Kind {
    Kind { name, place, label }
}

/// Every kind. What runs an app's code is none of them: text from elsewhere must not make it.
#[rustfmt::skip]
const KINDS: &[Kind] = &[
    kind("mention", Place::Inline, Some("text")), kind("emoji", Place::Inline, Some("text")), kind("date", Place::Inline, None),
    kind("status", Place::Inline, Some("text")), kind("inlineCard", Place::Inline, None), kind("mediaInline", Place::Inline, Some("alt")),
    kind("placeholder", Place::Inline, Some("text")),
    kind("blockCard", Place::Leaf, None), kind("embedCard", Place::Leaf, None), kind("media", Place::Leaf, Some("alt")),
    kind("decisionItem", Place::Inlines, None), kind("caption", Place::Inlines, None),
    kind("panel", Place::Blocks, None), kind("expand", Place::Blocks, Some("title")), kind("nestedExpand", Place::Blocks, Some("title")),
    kind("layoutSection", Place::Blocks, None), kind("layoutColumn", Place::Blocks, None), kind("mediaSingle", Place::Blocks, None),
    kind("mediaGroup", Place::Blocks, None), kind("decisionList", Place::Blocks, None), kind("table", Place::Blocks, None),
    kind("tableRow", Place::Blocks, None), kind("tableHeader", Place::Blocks, None), kind("tableCell", Place::Blocks, None),
];

impl Kind {
    /// The kind of this name.
    pub(super) fn find(name: &str) -> Option<&'static Self> {
        KINDS.iter().find(|kind| kind.name == name)
    }

    /// Whether it must hold something: an empty one holds an empty paragraph.
    pub(super) fn is_filled(&self) -> bool {
        matches!(self.name, "panel" | "expand" | "nestedExpand" | "layoutColumn" | "tableHeader" | "tableCell")
    }
}

impl Node {
    /// A node without attributes.
    pub(super) fn of(name: &str) -> Option<Self> {
        Some(Self { kind: Kind::find(name)?, attributes: Map::new() })
    }

    /// An attribute that is text.
    pub(super) fn text(&self, attribute: &str) -> Option<&str> {
        self.attributes.get(attribute).and_then(Value::as_str).filter(|text| !text.is_empty())
    }

    /// What people read in its place.
    pub(super) fn label(&self) -> String {
        match self.kind.label.and_then(|label| self.text(label)) {
            Some(label) => label.to_owned(),
            None => self.default_label(),
        }
    }

    /// What people read where the attribute for it is missing.
    pub(super) fn default_label(&self) -> String {
        let of = |attribute| self.text(attribute).map(str::to_owned);
        let label = match self.kind.name {
            "mention" => self.text("id").map(|id| format!("@{id}")),
            "emoji" => of("shortName"),
            "date" => self.date(),
            "inlineCard" | "blockCard" | "embedCard" => of("url"),
            "media" => of("url").or_else(|| of("id")),
            _ => None,
        };
        label.unwrap_or_else(|| self.kind.name.to_owned())
    }

    fn date(&self) -> Option<String> {
        let milliseconds = self.text("timestamp")?.parse().ok()?;
        let timestamp = jiff::Timestamp::from_millisecond(milliseconds).ok()?;
        Some(timestamp.to_zoned(jiff::tz::TimeZone::UTC).date().to_string())
    }
}

impl Content {
    /// The blocks of a kind, with a paragraph where it must hold something.
    pub(super) fn of_blocks(kind: &Kind, mut blocks: Vec<Block>) -> Self {
        if blocks.is_empty() && kind.is_filled() {
            blocks.push(Block::Paragraph(Vec::new()));
        }
        Self::Blocks(blocks)
    }
}

impl Block {
    /// A quote, which must hold something.
    pub(super) fn quote(mut blocks: Vec<Self>) -> Self {
        if blocks.is_empty() {
            blocks.push(Self::Paragraph(Vec::new()));
        }
        Self::Quote(blocks)
    }

    /// An item of a list, which begins with neither nothing nor a list.
    pub(super) fn item(mut blocks: Vec<Self>) -> Vec<Self> {
        if matches!(blocks.first(), None | Some(Self::Bullets(_) | Self::Numbers(..) | Self::Tasks(_))) {
            blocks.insert(0, Self::Paragraph(Vec::new()));
        }
        blocks
    }

    pub(super) fn is_empty_paragraph(&self) -> bool {
        matches!(self, Self::Paragraph(content) if content.is_empty())
    }
}

impl Marks {
    /// What may stand together: code is marked as nothing else but a link.
    fn fitting(self) -> Self {
        if self.code { Self { link: self.link, code: true, ..Self::default() } } else { self }
    }
}

/// Adds text: line breaks in it are breaks, and it joins text before it that is marked alike.
pub(super) fn push_text(content: &mut Vec<Inline>, text: &str, marks: &Marks) {
    let marks = marks.clone().fitting();
    let text = text.replace("\r\n", "\n").replace('\0', "\u{fffd}");
    for (index, line) in text.split(['\n', '\r']).enumerate() {
        if index > 0 {
            content.push(Inline::Break);
        }
        match content.last_mut() {
            _ if line.is_empty() => {}
            Some(Inline::Text(before, same)) if *same == marks => before.push_str(line),
            Some(Inline::Text(..) | Inline::Break | Inline::Node(_)) | None => content.push(Inline::Text(line.to_owned(), marks.clone())),
        }
    }
}

/// What inlines say without their marks.
pub(super) fn plain(content: &[Inline]) -> String {
    content
        .iter()
        .map(|inline| match inline {
            Inline::Text(text, _) => text.clone(),
            Inline::Break => "\n".to_owned(),
            Inline::Node(node) => node.label(),
        })
        .collect()
}
