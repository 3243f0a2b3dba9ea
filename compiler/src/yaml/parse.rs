//! Parser events to tree. A syntax error hides its line, and the rest is read again, so that one run shows several.

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
    let mut text = whole.to_owned();
    let mut failed = false;
    for _ in 0..MAX_ERRORS {
        let mut builder = Builder { file, diagnostics, frames: Vec::new(), anchors: HashMap::new(), nodes: 0, root: None, silent: failed };
        match builder.run(&text) {
            Ok(()) => {
                let root = builder.root.take().unwrap_or_else(|| Node { kind: Kind::Scalar(Scalar::nothing()), span: broken.span });
                return if failed { Node { kind: Kind::Broken, span: root.span } } else { root };
            }
            Err(Stop::Reported) => return broken,
            Err(Stop::Syntax(error)) => {
                let offset = error.marker().byte_offset().unwrap_or(0).min(whole.len());
                let line = line_around(whole, offset);
                report_syntax(&error, file, whole, offset, diagnostics);
                failed = true;
                if text.get(line.clone()).is_none_or(|text| text.trim().is_empty()) {
                    break;
                }
                text.replace_range(line.clone(), &" ".repeat(line.len()));
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
}

impl Builder<'_> {
    fn run(&mut self, text: &str) -> Result<(), Stop> {
        let options = options! { emit_comments: false, emit_unresolved_aliases: true, };
        let mut documents = 0;
        for event in Parser::new_from_str_with_options(text, options) {
            let (event, place) = event.map_err(Stop::Syntax)?;
            let range = place.byte_range().unwrap_or(0..0);
            let span = Span::new(self.file, range.clone());
            if let Some(tag) = event.tag()
                && !(tag.is_yaml_core_schema() && tag.core_suffix().is_some_and(|name| matches!(name, "str" | "map" | "seq")))
            {
                let message = format!("the tag `{}` is not part of the spec language", tag.original());
                self.report(Diagnostic::new(Code::YamlTag, span, message).help("leave the tag out"));
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
                        ScalarStyle::Plain => (tag.is_some(), Style::Lines),
                        ScalarStyle::SingleQuoted => (true, Style::Single),
                        ScalarStyle::DoubleQuoted => (true, Style::Double),
                        ScalarStyle::Literal | ScalarStyle::Folded => (true, Style::Lines),
                    };
                    // The parser writes nothing as `~`; here nothing is nothing.
                    let text = if range.is_empty() && value == "~" { "" } else { value.as_ref() };
                    let node = Node { kind: Kind::Scalar(Scalar { text: Rc::from(text), quoted, style }), span };
                    self.add(node, anchor, 1)?;
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
        let cut =
            frame.is_mapping && frame.flow && !self.silent && flow::report_cut(&frame.entries, &frame.plain_keys, span, self.diagnostics);
        let kind = match (cut, frame.is_mapping) {
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
        if key.is_some() {
            frame.key = key;
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

fn report_syntax(error: &ScanError, file: FileId, whole: &str, offset: usize, diagnostics: &mut Diagnostics) {
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
        return;
    }
    let end =
        whole.get(offset..).and_then(|rest| rest.chars().next()).map_or(offset, |c| offset + if c == '\n' { 0 } else { c.len_utf8() });
    let message = error.info();
    if message.contains("recursion limit") {
        let message = format!("values are nested more than {MAX_DEPTH} deep");
        diagnostics.push(Diagnostic::new(Code::YamlLimit, Span::new(file, offset..offset), message));
        return;
    }
    let mut diagnostic = Diagnostic::new(Code::YamlSyntax, Span::new(file, offset..end), message.trim_end_matches('.').replace('`', "'"));
    if text.contains(": ") && message.contains("mapping values") {
        diagnostic = diagnostic.help("text that holds `: ` needs quotes around it");
    } else if text.trim_start().split(": ").nth(1).is_some_and(|value| value.starts_with(['@', '`', '%', '{', '['])) {
        diagnostic = diagnostic.help("text that begins with this character needs quotes around it");
    }
    diagnostics.push(diagnostic);
}
