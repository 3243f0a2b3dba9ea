//! Parser events to tree. A syntax error hides its line, and the rest is read again, so that one run shows several.

use std::borrow::Cow;
use std::collections::HashMap;
use std::rc::Rc;

use granit_parser::{Event, Parser, ScalarStyle, ScanError, StructureStyle, options};

use super::{Entry, Kind, Node, Scalar, flow, offsets::Style};
use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::source::{FileId, Sources, Span, Spanned};

/// Bytes of one file.
const MAX_BYTES: usize = 4 << 20;
/// Levels of nesting.
const MAX_DEPTH: usize = 64;
/// Nodes of one file, those that aliases repeat included.
const MAX_NODES: usize = 200_000;
/// Syntax errors reported of one file.
const MAX_ERRORS: usize = 5;

/// Reads a file. What cannot be read is reported, and broken in the tree; a file with a syntax error gives a tree of what is left.
#[must_use]
pub fn read(sources: &Sources, file: FileId, diagnostics: &mut Diagnostics) -> Node {
    let whole = sources.text(file);
    let broken = Node { kind: Kind::Broken, span: Span::new(file, 0..0) };
    if whole.len() > MAX_BYTES {
        let message = format!("the file has {} bytes; {MAX_BYTES} are allowed", whole.len());
        diagnostics.push(Diagnostic::new(Code::YamlLimit, Span::new(file, 0..0), message));
        return broken;
    }
    let mut text = Cow::Borrowed(whole);
    let mut failed = false;
    for _ in 0..MAX_ERRORS {
        let mut builder =
            Builder { file, whole, diagnostics, frames: Vec::new(), anchors: HashMap::new(), nodes: 0, root: None, silent: failed };
        match builder.run(&text) {
            Ok(()) => {
                let root = builder.root.take().unwrap_or_else(|| Node { kind: Kind::Scalar(Scalar::nothing()), span: broken.span });
                return if failed { Node { kind: Kind::Broken, span: root.span } } else { root };
            }
            Err(Stop::Reported) => return broken,
            Err(Stop::Syntax(error)) => {
                let offset = error.marker().byte_offset().unwrap_or(0).min(whole.len());
                let line = report_syntax(&error, file, whole, offset, diagnostics).unwrap_or_else(|| line_around(whole, offset));
                failed = true;
                if text.get(line.clone()).is_none_or(|text| text.trim().is_empty()) {
                    break;
                }
                text.to_mut().replace_range(line.clone(), &" ".repeat(line.len()));
            }
        }
    }
    broken
}

enum Stop {
    Reported,
    Syntax(ScanError),
}

struct Builder<'a> {
    file: FileId,
    whole: &'a str,
    diagnostics: &'a mut Diagnostics,
    frames: Vec<Frame>,
    anchors: HashMap<usize, (Node, usize)>,
    nodes: usize,
    root: Option<Node>,
    /// A file with a syntax error is only read on for more of those.
    silent: bool,
}

struct Frame {
    start: usize,
    flow: bool,
    anchor: usize,
    nodes_before: usize,
    items: Vec<Node>,
    entries: Vec<Entry>,
    plain_keys: Vec<bool>,
    key: Option<Option<(Spanned<String>, bool)>>,
    is_mapping: bool,
    /// A key is not one, so what the mapping holds is not known.
    broken: bool,
}

impl Builder<'_> {
    fn run(&mut self, text: &str) -> Result<(), Stop> {
        let options = options! { emit_comments: false, emit_unresolved_aliases: true, };
        let mut documents = 0;
        for event in Parser::new_from_str_with_options(text, options) {
            let (event, place) = event.map_err(Stop::Syntax)?;
            let range = place.byte_range().unwrap_or(0..0);
            let span = Span::new(self.file, range.clone());
            let tagged = event.tag().filter(|tag| !is_core(tag)).map(granit_parser::Tag::original);
            if let Some(tag) = &tagged {
                let at = place.tag_span().and_then(|span| span.byte_range()).map_or(span, |range| Span::new(self.file, range));
                self.report(
                    Diagnostic::new(Code::YamlTag, at, format!("the tag `{tag}` is not part of the spec language"))
                        .help("leave the tag out"),
                );
            }
            match event {
                Event::DocumentStart(..) => {
                    documents += 1;
                    if documents > 1 {
                        let message = "a second document begins here; a file holds one";
                        self.report(Diagnostic::new(Code::YamlSyntax, span, message).help("put it into a file of its own"));
                        return Ok(());
                    }
                }
                Event::MappingStart(style, anchor, _) => self.open(range.start, style, anchor, true)?,
                Event::SequenceStart(style, anchor, _) => self.open(range.start, style, anchor, false)?,
                Event::MappingEnd | Event::SequenceEnd => self.close(range.end)?,
                Event::Scalar(value, style, anchor, tag) => {
                    let (quoted, style) = match style {
                        ScalarStyle::Plain => (tag.is_some(), Style::Plain),
                        ScalarStyle::SingleQuoted => (true, Style::Single),
                        ScalarStyle::DoubleQuoted => (true, Style::Double),
                        ScalarStyle::Literal | ScalarStyle::Folded => (true, Style::Block),
                    };
                    // The parser writes nothing as `~`; here nothing is nothing.
                    let text = if range.is_empty() && value == "~" { "" } else { value.as_ref() };
                    let span = if style == Style::Block {
                        Span::new(self.file, block_start(self.whole, range.start, text)..range.end)
                    } else {
                        span
                    };
                    let kind = if tagged.is_some() { Kind::Broken } else { Kind::Scalar(Scalar { text: Rc::from(text), quoted, style }) };
                    self.add(Node { kind, span }, anchor, 1)?;
                }
                Event::Alias(id) => {
                    let Some((node, nodes)) = self.anchors.get(&id).cloned() else {
                        self.report(Diagnostic::new(Code::YamlAlias, span, "an alias stands inside the value that it repeats"));
                        self.add(Node { kind: Kind::Broken, span }, 0, 1)?;
                        continue;
                    };
                    self.add(node, 0, nodes)?;
                }
                Event::UnresolvedAlias(name) => {
                    let message = format!("no anchor `&{name}` stands before this alias");
                    self.report(Diagnostic::new(Code::YamlAlias, span, message).help("if it is text, put it in quotes"));
                    self.add(Node { kind: Kind::Broken, span }, 0, 1)?;
                }
                Event::StreamStart | Event::StreamEnd | Event::DocumentEnd | Event::Comment(..) | Event::Anchor(..) => {}
                // The parser's list of events may grow; an unknown one carries no value.
                _ => {}
            }
        }
        Ok(())
    }

    fn open(&mut self, start: usize, style: StructureStyle, anchor: usize, is_mapping: bool) -> Result<(), Stop> {
        if self.frames.len() >= MAX_DEPTH {
            let message = format!("values are nested more than {MAX_DEPTH} deep");
            self.report(Diagnostic::new(Code::YamlLimit, Span::new(self.file, start..start), message));
            return Err(Stop::Reported);
        }
        let flow = style == StructureStyle::Flow;
        self.frames.push(Frame {
            start,
            flow,
            anchor,
            nodes_before: self.nodes,
            items: Vec::new(),
            entries: Vec::new(),
            plain_keys: Vec::new(),
            key: None,
            is_mapping,
            broken: false,
        });
        Ok(())
    }

    fn close(&mut self, end: usize) -> Result<(), Stop> {
        let Some(frame) = self.frames.pop() else { return Ok(()) };
        let inner_end = frame.entries.last().map(|entry| entry.value.span.end.max(entry.key.span.end));
        let inner_end = inner_end.or(frame.items.last().map(|item| item.span.end)).map_or(end, |inner| inner as usize);
        // An aliased value may stand before its mapping; a mapping's own end is what counts then.
        let span = Span::new(self.file, frame.start..if frame.flow { end } else { inner_end.clamp(frame.start, end.max(frame.start)) });
        let nodes = 1 + self.nodes - frame.nodes_before;
        let cut = frame.is_mapping && frame.flow && !self.silent && flow::report_cut(&frame.entries, &frame.plain_keys, self.diagnostics);
        let kind = match (cut || frame.broken, frame.is_mapping) {
            (true, _) => Kind::Broken,
            (false, true) => Kind::Mapping(Rc::new(frame.entries)),
            (false, false) => Kind::Sequence(Rc::new(frame.items)),
        };
        self.nodes = frame.nodes_before;
        self.add(Node { kind, span }, frame.anchor, nodes)
    }

    /// Puts a value where it belongs. `nodes` is how many it counts for, so that aliases cannot multiply without end.
    fn add(&mut self, node: Node, anchor: usize, nodes: usize) -> Result<(), Stop> {
        self.nodes = self.nodes.saturating_add(nodes);
        if self.nodes > MAX_NODES {
            let message = format!("aliases expand the file to more than {MAX_NODES} values");
            self.report(Diagnostic::new(Code::YamlLimit, node.span, message).help("write the values out, or fewer of them"));
            return Err(Stop::Reported);
        }
        if anchor != 0 {
            self.anchors.insert(anchor, (node.clone(), nodes));
        }
        let key =
            if self.frames.last().is_some_and(|frame| frame.is_mapping && frame.key.is_none()) { Some(self.key(&node)) } else { None };
        let Some(frame) = self.frames.last_mut() else {
            self.root = Some(node);
            return Ok(());
        };
        if !frame.is_mapping {
            frame.items.push(node);
            return Ok(());
        }
        if let Some(key) = key {
            frame.broken |= key.is_none();
            frame.key = Some(key);
            return Ok(());
        }
        let Some(key) = frame.key.take() else { return Ok(()) };
        let Some((key, plain)) = key else { return Ok(()) };
        if let Some(first) = frame.entries.iter().find(|entry| entry.key.value == key.value) {
            let (first, name) = (first.key.span, key.value);
            let diagnostic = Diagnostic::new(Code::YamlDuplicateKey, key.span, format!("the key `{name}` stands here a second time"));
            self.report(diagnostic.related(first, "the first one").help("remove one of the two, or rename it"));
            return Ok(());
        }
        frame.entries.push(Entry { key, value: node });
        frame.plain_keys.push(plain);
        Ok(())
    }

    /// A key as text, and whether it is plain; none if it cannot be a key.
    fn key(&mut self, node: &Node) -> Option<(Spanned<String>, bool)> {
        if let Some(scalar) = node.scalar() {
            return Some((Spanned::new(scalar.text.to_string(), node.span), !scalar.quoted));
        }
        if !node.is_broken() {
            let message = format!("{} cannot be a key", node.describe());
            self.report(
                Diagnostic::new(Code::YamlSyntax, node.span, message).help("keys are text; put a template or an expression in quotes"),
            );
        }
        None
    }

    fn report(&mut self, diagnostic: Diagnostic) {
        if !self.silent {
            self.diagnostics.push(diagnostic);
        }
    }
}

/// The line that holds a byte, without its break.
fn line_around(text: &str, offset: usize) -> std::ops::Range<usize> {
    let before = text.get(..offset).unwrap_or("");
    // An error at the very beginning of a line is often about the line before it.
    let start = before.rfind('\n').map_or(0, |at| at + 1);
    let end = text.get(start..).and_then(|rest| rest.find('\n')).map_or(text.len(), |at| start + at);
    start..end
}

fn is_core(tag: &granit_parser::Tag) -> bool {
    tag.is_yaml_core_schema() && tag.core_suffix().is_some_and(|name| matches!(name, "str" | "map" | "seq"))
}

/// Where a block scalar's text begins: its empty first lines are text too.
fn block_start(whole: &str, start: usize, text: &str) -> usize {
    let empty = text.bytes().take_while(|byte| *byte == b'\n').count();
    if empty == 0 || text.len() == empty {
        return start;
    }
    let mut at = start;
    for _ in 0..=empty {
        at = whole.get(..at).and_then(|before| before.rfind('\n')).unwrap_or(0);
    }
    at + 1
}

/// Reports a syntax error; gives the line that it is really about, where that is another one.
fn report_syntax(
    error: &ScanError,
    file: FileId,
    whole: &str,
    offset: usize,
    diagnostics: &mut Diagnostics,
) -> Option<std::ops::Range<usize>> {
    let line = line_around(whole, offset);
    let text = whole.get(line.clone()).unwrap_or("");
    let after = whole.get(line.end..).unwrap_or("").strip_prefix('\n').unwrap_or("");
    let tab = |text: &str| {
        let indent = text.len() - text.trim_start().len();
        text.get(..indent).and_then(|blank| blank.find('\t'))
    };
    if let Some(at) = tab(text).map(|at| line.start + at).or_else(|| tab(after.lines().next().unwrap_or("")).map(|at| line.end + 1 + at)) {
        let diagnostic = Diagnostic::new(Code::YamlTab, Span::new(file, at..at + 1), "a tab indents this line; YAML indents with spaces");
        diagnostics.push(diagnostic.help("replace the tab with spaces, two for each level"));
        return None;
    }
    let message = error.info();
    if message.contains("recursion limit") {
        let message = format!("values are nested more than {MAX_DEPTH} deep");
        diagnostics.push(Diagnostic::new(Code::YamlLimit, Span::new(file, offset..offset), message));
        return None;
    }
    if message.contains("quoted scalar")
        && let Some(quote) = open_quote(whole, offset)
    {
        let diagnostic = Diagnostic::new(Code::YamlSyntax, Span::new(file, quote..quote + 1), "this quote is not closed");
        diagnostics.push(diagnostic.help("close it on the same line"));
        return Some(line_around(whole, quote));
    }
    let end =
        whole.get(offset..).and_then(|rest| rest.chars().next()).map_or(offset, |c| offset + if c == '\n' { 0 } else { c.len_utf8() });
    let span = Span::new(file, offset..end);
    if message.contains("flow mapping")
        && let Some((key, bracket)) = cut_at(whole, offset)
    {
        let what = if bracket == '[' { "a list" } else { "a mapping" };
        let diagnostic =
            Diagnostic::new(Code::FlowExpression, span, format!("the value of `{key}` ends at `{bracket}`, which YAML reads as {what}"));
        diagnostics.push(diagnostic.help("put the whole expression in quotes"));
        return None;
    }
    let mut diagnostic = if message.contains("mapping values") {
        Diagnostic::new(Code::YamlSyntax, span, "a second `: ` stands on this line").help("text that holds `: ` needs quotes around it")
    } else {
        Diagnostic::new(Code::YamlSyntax, span, message.trim_end_matches('.').replace('`', "'"))
    };
    if diagnostic.help.is_none() && text.trim_start().split(": ").nth(1).is_some_and(|value| value.starts_with(['@', '`', '%'])) {
        diagnostic = diagnostic.help("text that begins with this character needs quotes around it");
    }
    diagnostics.push(diagnostic);
    None
}

/// The quote before `offset` that opens a text and is not closed on its line.
fn open_quote(whole: &str, offset: usize) -> Option<usize> {
    let mut at = offset;
    loop {
        let line = line_around(whole, at);
        let text = whole.get(line.clone())?;
        let opens = text.char_indices().filter(|(index, c)| {
            let before = text.get(..*index).unwrap_or("").trim_end_matches(' ');
            matches!(c, '"' | '\'') && (before.is_empty() || before.ends_with([':', '-', '[', '{', ',']))
        });
        let unclosed = opens.rev().find(|(index, quote)| !text.get(index + 1..).unwrap_or("").contains(*quote));
        if let Some((index, _)) = unclosed {
            return Some(line.start + index);
        }
        at = line.start.checked_sub(1)?;
    }
}

/// The key whose plain value in a flow mapping is cut at the bracket that stands at `offset`.
fn cut_at(whole: &str, offset: usize) -> Option<(String, char)> {
    let bracket = whole.get(offset..)?.chars().next().filter(|c| matches!(c, '[' | '{'))?;
    let line = line_around(whole, offset);
    let before = whole.get(line.start..offset)?;
    let (head, value) = before.rsplit_once(": ")?;
    let key = head.rsplit([',', '{']).next()?.trim();
    (!value.trim().is_empty() && !key.is_empty()).then(|| (key.to_owned(), bracket))
}
