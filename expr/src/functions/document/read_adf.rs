//! ADF into a document. Any JSON is read: what is unknown is taken for what it holds.

use serde_json::{Map, Value};

use super::model::{Block, Code, Content, DEPTH, Inline, Kind, Link, Marks, Node, Place, Script, Task, push_text};

/// How deep containers are read: deeper than Markdown's, so that what was read from there is read as it was.
const DEEPEST: usize = DEPTH + 8;

/// The blocks of a document, or of any other node.
pub(super) fn read(document: &Value) -> Vec<Block> {
    match kind_of(document) {
        "doc" => blocks(children(document), 0),
        _ => blocks(std::slice::from_ref(document), 0),
    }
}

fn kind_of(node: &Value) -> &str {
    node.get("type").and_then(Value::as_str).unwrap_or_default()
}

fn children(node: &Value) -> &[Value] {
    node.get("content").and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

fn attribute<'a>(node: &'a Value, name: &str) -> Option<&'a Value> {
    node.get("attrs")?.get(name)
}

fn text_attribute<'a>(node: &'a Value, name: &str) -> Option<&'a str> {
    attribute(node, name).and_then(Value::as_str).filter(|text| !text.is_empty())
}

fn blocks(nodes: &[Value], depth: usize) -> Vec<Block> {
    let mut out = Vec::new();
    let mut line = Vec::new();
    for node in nodes {
        if is_inline(node) {
            inline(node, &mut line, depth);
            continue;
        }
        end_line(&mut line, &mut out);
        block(node, depth, &mut out);
    }
    end_line(&mut line, &mut out);
    out
}

/// A paragraph of what stands in a line where blocks should.
fn end_line(line: &mut Vec<Inline>, out: &mut Vec<Block>) {
    if !line.is_empty() {
        out.push(Block::Paragraph(std::mem::take(line)));
    }
}

fn is_inline(node: &Value) -> bool {
    let name = kind_of(node);
    matches!(name, "text" | "hardBreak") || Kind::find(name).is_some_and(|kind| kind.place == Place::Inline)
}

fn block(node: &Value, depth: usize, out: &mut Vec<Block>) {
    let name = kind_of(node);
    if depth >= DEEPEST && !matches!(name, "paragraph" | "heading" | "codeBlock" | "rule") {
        out.extend(flat(node));
        return;
    }
    match name {
        "paragraph" => out.push(Block::Paragraph(inlines(node, depth))),
        "heading" => {
            let level = attribute(node, "level").and_then(Value::as_u64).unwrap_or(1);
            out.push(Block::Heading(level.clamp(1, 6), inlines(node, depth)));
        }
        "codeBlock" => {
            let text: String = children(node).iter().map(gather).collect();
            let text = text.replace("\r\n", "\n").replace('\r', "\n").replace('\0', "\u{fffd}");
            let language = text_attribute(node, "language").map(str::trim).filter(|language| !language.is_empty());
            out.push(Block::Code(Code { language: language.map(|language| language.replace('\0', "\u{fffd}")), text }));
        }
        "rule" => out.push(Block::Rule),
        "bulletList" | "orderedList" => {
            let items: Vec<_> = children(node).iter().map(|item| Block::item(list_item(item, depth + 1))).collect();
            let start = attribute(node, "order").and_then(Value::as_u64).unwrap_or(1);
            match items.is_empty() {
                true => {}
                false if name == "bulletList" => out.push(Block::Bullets(items)),
                false => out.push(Block::Numbers(start.min(999_999_999), items)),
            }
        }
        "taskList" => {
            let tasks = tasks(node, depth + 1);
            if !tasks.is_empty() {
                out.push(Block::Tasks(tasks));
            }
        }
        "blockquote" => out.push(Block::quote(blocks(children(node), depth + 1))),
        _ => other(node, depth, out),
    }
}

fn list_item(item: &Value, depth: usize) -> Vec<Block> {
    if kind_of(item) == "listItem" { blocks(children(item), depth) } else { blocks(std::slice::from_ref(item), depth) }
}

fn tasks(node: &Value, depth: usize) -> Vec<Task> {
    let mut out: Vec<Task> = Vec::new();
    for child in children(node) {
        if kind_of(child) != "taskList" {
            let done = attribute(child, "state").and_then(Value::as_str) == Some("DONE");
            out.push(Task { done, content: inlines(child, depth), below: Vec::new() });
            continue;
        }
        let below = tasks(child, depth + 1);
        match out.last_mut() {
            Some(task) if depth < DEEPEST => task.below.extend(below),
            Some(_) | None => out.extend(below),
        }
    }
    out
}

fn other(node: &Value, depth: usize, out: &mut Vec<Block>) {
    let Some(kind) = Kind::find(kind_of(node)) else { return unknown(node, depth, out) };
    let made = Node { kind, attributes: attributes(node) };
    out.push(match kind.place {
        Place::Inline => Block::Paragraph(vec![Inline::Node(made)]),
        Place::Leaf => Block::Other(made, Content::Nothing),
        Place::Inlines => Block::Other(made, Content::Inlines(inlines(node, depth))),
        Place::Blocks => Block::Other(made, Content::of_blocks(kind, blocks(children(node), depth + 1))),
    });
}

/// The attributes but those that only tell nodes apart.
fn attributes(node: &Value) -> Map<String, Value> {
    let attributes = node.get("attrs").and_then(Value::as_object);
    let kept = attributes.into_iter().flatten().filter(|(name, value)| *name != "localId" && !value.is_null());
    kept.filter(|(_, value)| value.as_str() != Some("")).map(|(name, value)| (name.clone(), value.clone())).collect()
}

fn unknown(node: &Value, depth: usize, out: &mut Vec<Block>) {
    let held = blocks(children(node), depth + 1);
    if held.is_empty() { out.extend(flat(node)) } else { out.extend(held) }
}

/// All text of a node as a paragraph, or its name where it has none.
fn flat(node: &Value) -> Option<Block> {
    let mut content = Vec::new();
    push_text(&mut content, &text_or_name(node), &Marks::default());
    (!content.is_empty()).then_some(Block::Paragraph(content))
}

fn text_or_name(node: &Value) -> String {
    let text = gather(node).trim_end_matches('\n').to_owned();
    let name = kind_of(node);
    if text.is_empty() && !name.is_empty() { format!("[{name}]") } else { text }
}

/// All text in a node and below it, however deep.
fn gather(node: &Value) -> String {
    let mut text = String::new();
    let mut left = vec![node];
    while let Some(node) = left.pop() {
        let own = node.get("text").and_then(Value::as_str).or_else(|| text_attribute(node, "text"));
        text.push_str(match own.or_else(|| text_attribute(node, "url")) {
            Some(own) => own,
            None if kind_of(node) == "hardBreak" => "\n",
            None => node.as_str().unwrap_or_default(),
        });
        let ends = matches!(kind_of(node), "paragraph" | "heading" | "codeBlock" | "taskItem");
        if ends && !text.is_empty() && !text.ends_with('\n') {
            text.push('\n');
        }
        left.extend(children(node).iter().rev());
    }
    text
}

fn inlines(node: &Value, depth: usize) -> Vec<Inline> {
    let mut out = Vec::new();
    for child in children(node) {
        inline(child, &mut out, depth + 1);
    }
    out
}

fn inline(node: &Value, out: &mut Vec<Inline>, depth: usize) {
    match kind_of(node) {
        "text" => push_text(out, node.get("text").and_then(Value::as_str).unwrap_or_default(), &marks(node)),
        "hardBreak" => out.push(Inline::Break),
        name => match Kind::find(name).filter(|kind| kind.place == Place::Inline) {
            Some(kind) => out.push(Inline::Node(Node { kind, attributes: attributes(node) })),
            None if children(node).is_empty() || depth > 2 * DEEPEST => push_text(out, &text_or_name(node), &Marks::default()),
            None => {
                if matches!(name, "paragraph" | "heading" | "codeBlock") && !out.is_empty() {
                    out.push(Inline::Break);
                }
                children(node).iter().for_each(|child| inline(child, out, depth + 1));
            }
        },
    }
}

fn marks(node: &Value) -> Marks {
    let mut out = Marks::default();
    for mark in node.get("marks").and_then(Value::as_array).into_iter().flatten() {
        match kind_of(mark) {
            "strong" => out.strong = true,
            "em" => out.em = true,
            "strike" => out.strike = true,
            "underline" => out.underline = true,
            "code" => out.code = true,
            "subsup" => match text_attribute(mark, "type") {
                Some("sub") => out.script = Some(Script::Sub),
                Some("sup") => out.script = Some(Script::Sup),
                _ => {}
            },
            "textColor" => out.color = text_attribute(mark, "color").and_then(color),
            "backgroundColor" => out.background = text_attribute(mark, "color").and_then(color),
            "link" => {
                let href = attribute(mark, "href").and_then(Value::as_str).unwrap_or_default().replace('\0', "\u{fffd}");
                let title = text_attribute(mark, "title").map(|title| title.replace('\0', "\u{fffd}"));
                out.link = Some(Link { href, title, node: None });
            }
            // What else there is belongs to the site: comments beside the text, borders.
            _ => {}
        }
    }
    out
}

/// A colour as ADF writes it.
pub(super) fn color(text: &str) -> Option<String> {
    let digits = text.strip_prefix('#')?;
    (digits.len() == 6 && digits.bytes().all(|byte| byte.is_ascii_hexdigit())).then(|| text.to_owned())
}
