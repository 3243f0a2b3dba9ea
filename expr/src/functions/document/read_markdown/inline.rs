//! A line of Markdown, with the HTML in it that marks text.

use pulldown_cmark::{LinkType, Tag};

use crate::functions::document::address;
use crate::functions::document::model::{Block, Content, Inline, Link, Marks, Node, Place, Script, plain, push_text};
use crate::functions::document::read_adf::color;

/// A line as it is read.
#[derive(Default)]
pub(super) struct Line {
    pieces: Vec<Piece>,
    /// Where what is open began.
    open: Vec<usize>,
}

enum Piece {
    Text(String),
    /// `&nbsp;`, which alone stands for nothing.
    Blank,
    Code(String),
    Break,
    Node(Node),
    Image {
        url: String,
        alt: String,
    },
    /// What begins or ends here.
    Open(Span),
    Close,
    /// A tag that marks text, as written: it is text again where its other half is missing.
    Tag {
        name: &'static str,
        span: Option<Span>,
        raw: String,
    },
    TagOpen(Span),
    TagClose(Span),
}

#[derive(Clone, PartialEq)]
enum Span {
    Em,
    Strong,
    Strike,
    Underline,
    Code,
    Script(Script),
    Color(String),
    Background(String),
    Link(Link),
    /// An image: its address.
    Image(String),
    /// A card, whose text is its address.
    Card(String),
}

impl Line {
    pub(super) fn text(&mut self, text: &str, blank: bool) {
        self.pieces.push(if blank { Piece::Blank } else { Piece::Text(text.to_owned()) });
    }

    pub(super) fn code(&mut self, code: &str) {
        self.pieces.push(Piece::Code(code.to_owned()));
    }

    pub(super) fn line_break(&mut self) {
        self.pieces.push(Piece::Break);
    }

    pub(super) fn html(&mut self, raw: &str) {
        self.pieces.push(tag(raw));
    }

    pub(super) fn open(&mut self, tag: Tag<'_>) {
        let span = match tag {
            Tag::Strong => Span::Strong,
            Tag::Strikethrough => Span::Strike,
            Tag::Link { link_type: LinkType::Autolink, dest_url, .. } if address_of_web(&dest_url) => Span::Card(dest_url.to_string()),
            Tag::Link { link_type: LinkType::Email, dest_url, .. } => {
                Span::Link(Link { href: format!("mailto:{dest_url}"), title: None, node: None })
            }
            Tag::Link { link_type, dest_url, title, .. } => {
                let title = Some(title.to_string()).filter(|title| !title.is_empty());
                let (href, node) = match link_type {
                    LinkType::Autolink => (dest_url.to_string(), None),
                    _ => address::read(&dest_url),
                };
                Span::Link(Link { href, title, node })
            }
            Tag::Image { dest_url, .. } => Span::Image(dest_url.to_string()),
            _ => Span::Em,
        };
        self.open.push(self.pieces.len());
        self.pieces.push(Piece::Open(span));
    }

    pub(super) fn close(&mut self) {
        let Some(start) = self.open.pop() else { return };
        let made = match self.pieces.get(start) {
            Some(Piece::Open(Span::Card(url))) => Node::of("inlineCard").map(|mut node| {
                node.attributes.insert("url".to_owned(), url.as_str().into());
                Piece::Node(node)
            }),
            Some(Piece::Open(Span::Image(url))) => Some(Piece::Image { url: url.clone(), alt: self.label(start) }),
            Some(Piece::Open(Span::Link(Link { node: Some(node), .. }))) if node.kind.place == Place::Inline => {
                Some(Piece::Node(address::labelled(node.clone(), &self.label(start))))
            }
            _ => None,
        };
        match made {
            Some(made) => {
                self.pieces.truncate(start);
                self.pieces.push(made);
            }
            None => {
                // A link without text is read as its address.
                if let [Piece::Open(Span::Link(Link { href, .. }))] = self.pieces.get(start..).unwrap_or_default() {
                    let href = href.clone();
                    self.pieces.push(Piece::Text(href));
                }
                self.pieces.push(Piece::Close);
            }
        }
    }

    /// What has been read since, as text.
    fn label(&self, start: usize) -> String {
        let texts = self.pieces.iter().skip(start).map(|piece| match piece {
            Piece::Text(text) | Piece::Code(text) | Piece::Tag { raw: text, .. } => text.clone(),
            Piece::Image { alt, .. } => alt.clone(),
            Piece::Node(node) => node.label(),
            Piece::Blank => "\u{a0}".to_owned(),
            Piece::Break => "\n".to_owned(),
            Piece::Open(_) | Piece::Close | Piece::TagOpen(_) | Piece::TagClose(_) => String::new(),
        });
        texts.collect()
    }

    /// What the line says.
    pub(super) fn finish(mut self) -> Vec<Inline> {
        if matches!(self.pieces.as_slice(), [Piece::Blank]) {
            return Vec::new();
        }
        pair_tags(&mut self.pieces);
        let mut out = Vec::new();
        let mut spans: Vec<Span> = Vec::new();
        let mut tags: Vec<Span> = Vec::new();
        for piece in self.pieces {
            match piece {
                Piece::Text(text) | Piece::Tag { raw: text, .. } => push_text(&mut out, &text, &marks(&spans, &tags)),
                Piece::Blank => push_text(&mut out, "\u{a0}", &marks(&spans, &tags)),
                Piece::Code(code) => push_text(&mut out, &code, &Marks { code: true, ..marks(&spans, &tags) }),
                Piece::Break => out.push(Inline::Break),
                Piece::Node(node) => out.push(Inline::Node(node)),
                Piece::Image { url, alt } => {
                    let mut marks = marks(&spans, &tags);
                    let text = if alt.is_empty() { url.clone() } else { alt };
                    marks.link = marks.link.or(Some(Link { href: url, title: None, node: None }));
                    push_text(&mut out, &text, &marks);
                }
                Piece::Open(span) => spans.push(span),
                Piece::Close => drop(spans.pop()),
                Piece::TagOpen(span) => tags.push(span),
                Piece::TagClose(span) => {
                    if let Some(at) = tags.iter().rposition(|open| *open == span) {
                        tags.remove(at);
                    }
                }
            }
        }
        out
    }

    /// The paragraph of the line, or the block that it stands for.
    pub(super) fn into_block(self) -> Block {
        if let [Piece::Image { url, alt }] = self.pieces.as_slice()
            && let Some(image) = image(url, alt)
        {
            return image;
        }
        let content = self.finish();
        let leaf = match content.as_slice() {
            [Inline::Text(_, Marks { link: Some(Link { node: Some(node), .. }), .. })] if node.kind.place == Place::Leaf => {
                Some(address::labelled(node.clone(), &plain(&content)))
            }
            _ => None,
        };
        match leaf {
            Some(node) => Block::Other(node, Content::Nothing),
            None => Block::Paragraph(content),
        }
    }
}

/// An image that lies elsewhere; none where nothing can be fetched from there.
pub(in super::super) fn image(url: &str, alt: &str) -> Option<Block> {
    if !address_of_web(url) {
        return None;
    }
    let mut media = Node::of("media")?;
    media.attributes.insert("type".to_owned(), "external".into());
    media.attributes.insert("url".to_owned(), url.into());
    if !alt.is_empty() {
        media.attributes.insert("alt".to_owned(), alt.into());
    }
    let mut single = Node::of("mediaSingle")?;
    single.attributes.insert("layout".to_owned(), "center".into());
    Some(Block::Other(single, Content::Blocks(vec![Block::Other(media, Content::Nothing)])))
}

fn address_of_web(url: &str) -> bool {
    url.starts_with("https://") || url.starts_with("http://")
}

fn marks(spans: &[Span], tags: &[Span]) -> Marks {
    let mut marks = Marks::default();
    for span in spans.iter().chain(tags) {
        match span {
            Span::Em => marks.em = true,
            Span::Strong => marks.strong = true,
            Span::Strike => marks.strike = true,
            Span::Underline => marks.underline = true,
            Span::Code => marks.code = true,
            Span::Script(script) => marks.script = Some(*script),
            Span::Color(color) => marks.color = Some(color.clone()),
            Span::Background(color) => marks.background = Some(color.clone()),
            Span::Link(link) => marks.link = Some(link.clone()),
            Span::Image(_) | Span::Card(_) => {}
        }
    }
    marks
}

/// A tag that marks text or breaks the line; anything else is the text that it is.
fn tag(raw: &str) -> Piece {
    let text = || Piece::Text(raw.to_owned());
    let Some(inside) = raw.strip_prefix('<').and_then(|raw| raw.strip_suffix('>')) else { return text() };
    let (closes, inside) = inside.strip_prefix('/').map_or((false, inside), |inside| (true, inside));
    let (name, attributes) = inside.split_once(char::is_whitespace).unwrap_or((inside, ""));
    let (name, span) = match name.to_ascii_lowercase().trim_end_matches('/') {
        "br" if !closes => return Piece::Break,
        "strong" | "b" => ("strong", Some(Span::Strong)),
        "em" | "i" => ("em", Some(Span::Em)),
        "del" | "s" | "strike" => ("del", Some(Span::Strike)),
        "u" | "ins" => ("u", Some(Span::Underline)),
        "code" => ("code", Some(Span::Code)),
        "sub" => ("sub", Some(Span::Script(Script::Sub))),
        "sup" => ("sup", Some(Span::Script(Script::Sup))),
        "span" => ("span", style(attributes)),
        _ => return text(),
    };
    let plain = attributes.trim().is_empty() || name == "span";
    match (closes, span) {
        (true, _) if plain => Piece::Tag { name, span: None, raw: raw.to_owned() },
        (false, Some(span)) if plain => Piece::Tag { name, span: Some(span), raw: raw.to_owned() },
        _ => text(),
    }
}

/// The colour that a `span` gives its text.
fn style(attributes: &str) -> Option<Span> {
    let style = attributes.trim().strip_prefix("style=\"")?.strip_suffix('"')?;
    let (property, value) = style.trim_end_matches(';').split_once(':')?;
    let color = color(value.trim())?;
    match property.trim() {
        "color" => Some(Span::Color(color)),
        "background-color" => Some(Span::Background(color)),
        _ => None,
    }
}

/// Joins each closing tag with the nearest that it closes.
fn pair_tags(pieces: &mut [Piece]) {
    let mut open: Vec<(usize, &'static str, Span)> = Vec::new();
    let mut pairs = Vec::new();
    for (index, piece) in pieces.iter().enumerate() {
        match piece {
            Piece::Tag { name, span: Some(span), .. } => open.push((index, name, span.clone())),
            Piece::Tag { name, span: None, .. } => {
                if let Some(at) = open.iter().rposition(|(_, opened, _)| opened == name) {
                    let (start, _, span) = open.remove(at);
                    pairs.push((start, index, span));
                }
            }
            _ => {}
        }
    }
    for (start, end, span) in pairs {
        if let Some(piece) = pieces.get_mut(start) {
            *piece = Piece::TagOpen(span.clone());
        }
        if let Some(piece) = pieces.get_mut(end) {
            *piece = Piece::TagClose(span);
        }
    }
}
