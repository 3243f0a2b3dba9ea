//! Markdown into a document: `CommonMark` with tables, strikethrough and tasks, where a line break is one.

mod inline;
mod quote;

use std::ops::Range;

use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag, TagEnd};

use self::inline::Line;
use super::model::{Block, Code, Content, DEPTH, Inline, Marks, Node, Task, push_text};

pub(super) use inline::image;
pub(super) use quote::ALERTS;

/// The blocks of a text. Any text is Markdown.
pub(super) fn read(text: &str) -> Vec<Block> {
    let text = text.replace("\r\n", "\n").replace('\r', "\n").replace('\0', "\u{fffd}");
    let options = Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH | Options::ENABLE_TASKLISTS;
    let mut reader = Reader { source: &text, open: Vec::new(), blocks: Vec::new(), line: None };
    for (event, range) in Parser::new_ext(&text, options).into_offset_iter() {
        reader.event(event, range);
    }
    reader.end_line();
    reader.blocks
}

struct Reader<'a> {
    source: &'a str,
    /// The containers around what is read, and the blocks before each in what holds it.
    open: Vec<(Container, Vec<Block>)>,
    /// The blocks of the innermost container so far.
    blocks: Vec<Block>,
    /// The line that is read.
    line: Option<Line>,
}

enum Container {
    Quote {
        alert: bool,
    },
    /// The number that a list begins with, and its items so far.
    List(Option<u64>, Vec<Item>),
    Item {
        task: Option<bool>,
    },
    Code(Code),
    Html(String),
    Table(Part),
}

/// A part of a table.
#[derive(Clone, Copy, PartialEq)]
enum Part {
    Whole,
    Head,
    Row,
    HeadCell,
    Cell,
}

struct Item {
    task: Option<bool>,
    blocks: Vec<Block>,
}

impl<'a> Reader<'a> {
    fn event(&mut self, event: Event<'a>, range: Range<usize>) {
        match event {
            Event::Start(tag) => self.start(tag, range),
            Event::End(end) => self.end(end),
            Event::Rule => {
                self.begin_block(&range);
                self.blocks.push(Block::Rule);
            }
            Event::TaskListMarker(done) => {
                if let Some((Container::Item { task }, _)) = self.open.last_mut() {
                    *task = Some(done);
                }
            }
            Event::Text(text) | Event::Html(text) => match self.open.last_mut() {
                Some((Container::Code(code), _)) => code.text.push_str(&text),
                Some((Container::Html(html), _)) => html.push_str(&text),
                Some(_) | None => {
                    let blank = &*text == "\u{a0}" && self.source.get(range) == Some("&nbsp;");
                    self.line().text(&text, blank);
                }
            },
            Event::Code(code) => self.line().code(&code),
            Event::InlineHtml(html) => self.line().html(&html),
            Event::SoftBreak | Event::HardBreak => self.line().line_break(),
            Event::InlineMath(text) | Event::DisplayMath(text) | Event::FootnoteReference(text) => self.line().text(&text, false),
        }
    }

    fn start(&mut self, tag: Tag<'a>, range: Range<usize>) {
        let container = match tag {
            Tag::Emphasis | Tag::Strong | Tag::Strikethrough | Tag::Link { .. } | Tag::Image { .. } => return self.line().open(tag),
            Tag::Paragraph | Tag::Heading { .. } => {
                self.begin_block(&range);
                let alert = self.blocks.is_empty() && self.source.get(range).is_some_and(|text| text.starts_with("[!"));
                if let Some((Container::Quote { alert: is_alert }, _)) = self.open.last_mut() {
                    *is_alert |= alert;
                }
                self.line = Some(Line::default());
                return;
            }
            Tag::BlockQuote(_) => Container::Quote { alert: false },
            Tag::List(start) => Container::List(start, Vec::new()),
            Tag::Item => Container::Item { task: None },
            Tag::CodeBlock(kind) => Container::Code(Code { language: language(&kind), text: String::new() }),
            Tag::HtmlBlock => Container::Html(String::new()),
            Tag::Table(_) => Container::Table(Part::Whole),
            Tag::TableHead => Container::Table(Part::Head),
            Tag::TableRow => Container::Table(Part::Row),
            Tag::TableCell => {
                let head = matches!(self.open.last(), Some((Container::Table(Part::Head), _)));
                Container::Table(if head { Part::HeadCell } else { Part::Cell })
            }
            // These are not switched on.
            Tag::FootnoteDefinition(_)
            | Tag::DefinitionList
            | Tag::DefinitionListTitle
            | Tag::DefinitionListDefinition
            | Tag::Superscript
            | Tag::Subscript
            | Tag::MetadataBlock(_) => return,
        };
        self.begin_block(&range);
        self.open.push((container, std::mem::take(&mut self.blocks)));
    }

    fn end(&mut self, end: TagEnd) {
        match end {
            TagEnd::Emphasis | TagEnd::Strong | TagEnd::Strikethrough | TagEnd::Link | TagEnd::Image => self.line().close(),
            TagEnd::Paragraph => self.end_line(),
            TagEnd::Heading(level) => {
                let content = self.line.take().unwrap_or_default().finish();
                self.blocks.push(Block::Heading(level as u64, content));
            }
            TagEnd::BlockQuote(_)
            | TagEnd::List(_)
            | TagEnd::Item
            | TagEnd::CodeBlock
            | TagEnd::HtmlBlock
            | TagEnd::Table
            | TagEnd::TableHead
            | TagEnd::TableRow => {
                self.end_line();
                self.end_container();
            }
            TagEnd::TableCell => {
                // A cell is a line of text, so that the table stays one that Markdown can say.
                let content = self.line.take().unwrap_or_default().finish();
                self.blocks.push(Block::Paragraph(content));
                self.end_container();
            }
            TagEnd::FootnoteDefinition
            | TagEnd::DefinitionList
            | TagEnd::DefinitionListTitle
            | TagEnd::DefinitionListDefinition
            | TagEnd::Superscript
            | TagEnd::Subscript
            | TagEnd::MetadataBlock(_) => {}
        }
    }

    /// The line that is read: what stands in an item without a paragraph around it begins one.
    fn line(&mut self) -> &mut Line {
        self.line.get_or_insert_default()
    }

    /// The paragraph of the line that was read, if any.
    fn end_line(&mut self) {
        if let Some(line) = self.line.take() {
            self.blocks.push(line.into_block());
        }
    }

    /// Ends the paragraph before a block. At the top, each empty line beyond the first is an empty paragraph.
    fn begin_block(&mut self, range: &Range<usize>) {
        self.end_line();
        if self.open.is_empty() && !self.blocks.is_empty() {
            let before = self.source.get(..range.start).unwrap_or_default();
            let space = before.trim_end_matches([' ', '\t', '\n', '\u{b}', '\u{c}']).len();
            let lines = before.bytes().skip(space).filter(|byte| *byte == b'\n').count();
            self.blocks.extend((2..lines).map(|_| Block::Paragraph(Vec::new())));
        }
    }

    fn end_container(&mut self) {
        let Some((container, before)) = self.open.pop() else { return };
        let blocks = std::mem::replace(&mut self.blocks, before);
        let around = self.open.iter().filter(|(container, _)| matches!(container, Container::Quote { .. } | Container::Item { .. }));
        let deep = around.count() >= DEPTH;
        match container {
            Container::Quote { .. } if deep => self.blocks.extend(blocks),
            Container::Quote { alert } => self.blocks.push(quote::read(blocks, alert)),
            Container::Item { task } => {
                if let Some((Container::List(_, items), _)) = self.open.last_mut() {
                    items.push(Item { task, blocks });
                }
            }
            Container::List(_, items) if deep => self.blocks.extend(items.into_iter().flat_map(|item| item.blocks)),
            Container::List(start, items) => self.blocks.push(list(start, items)),
            Container::Code(mut code) => {
                code.text.truncate(code.text.strip_suffix('\n').unwrap_or(&code.text).len());
                self.blocks.push(Block::Code(code));
            }
            Container::Html(html) => self.blocks.extend(html_block(&html)),
            Container::Table(part) => self.blocks.extend(table(part, blocks)),
        }
    }
}

/// A list; one of tasks only where all items are such and hold what a task can hold.
fn list(start: Option<u64>, items: Vec<Item>) -> Block {
    if let Some(tasks) = items.iter().map(task).collect() {
        return Block::Tasks(tasks);
    }
    let items = items.into_iter().map(|Item { task, blocks }| {
        Block::item(match task {
            Some(done) => marked(done, blocks),
            None => blocks,
        })
    });
    let items = items.collect();
    match start {
        Some(start) => Block::Numbers(start, items),
        None => Block::Bullets(items),
    }
}

/// A task as an item whose text begins with its mark.
fn marked(done: bool, mut blocks: Vec<Block>) -> Vec<Block> {
    let text = match blocks.first_mut() {
        Some(Block::Paragraph(text)) => std::mem::take(text),
        Some(_) | None => {
            blocks.insert(0, Block::Paragraph(Vec::new()));
            Vec::new()
        }
    };
    let mut content = Vec::new();
    let mark = if done { "[x]" } else { "[ ]" };
    push_text(&mut content, &format!("{mark}{}", if text.is_empty() { "" } else { " " }), &Marks::default());
    for inline in text {
        match inline {
            Inline::Text(text, marks) => push_text(&mut content, &text, &marks),
            Inline::Break | Inline::Node(_) => content.push(inline),
        }
    }
    if let Some(Block::Paragraph(text)) = blocks.first_mut() {
        *text = content;
    }
    blocks
}

/// A task, where the item is one and holds nothing that a task cannot hold.
fn task(item: &Item) -> Option<Task> {
    let (content, below) = match item.blocks.as_slice() {
        [] => (Vec::new(), Vec::new()),
        [Block::Paragraph(content)] => (content.clone(), Vec::new()),
        [Block::Paragraph(content), Block::Tasks(below)] => (content.clone(), below.clone()),
        _ => return None,
    };
    Some(Task { done: item.task?, content, below })
}

fn language(kind: &CodeBlockKind<'_>) -> Option<String> {
    match kind {
        CodeBlockKind::Fenced(info) => Some(info.trim().to_owned()).filter(|info| !info.is_empty()),
        CodeBlockKind::Indented => None,
    }
}

/// HTML as the text that it is, but for breaks.
fn html_block(html: &str) -> Option<Block> {
    let mut content = Vec::new();
    let together = html.split_whitespace().collect::<String>().replace("/>", ">");
    if together.split("<br>").all(str::is_empty) {
        content.extend(together.split("<br>").skip(1).map(|_| Inline::Break));
    } else {
        let lines: Vec<_> = html.trim().lines().map(str::trim).collect();
        push_text(&mut content, &lines.join("\n"), &Marks::default());
    }
    (!content.is_empty()).then_some(Block::Paragraph(content))
}

fn table(part: Part, blocks: Vec<Block>) -> Option<Block> {
    let node = Node::of(match part {
        Part::Whole => "table",
        Part::Head | Part::Row => "tableRow",
        Part::HeadCell => "tableHeader",
        Part::Cell => "tableCell",
    })?;
    let content = Content::of_blocks(node.kind, blocks);
    Some(Block::Other(node, content))
}
