//! What a document from Markdown becomes where ADF has its own rules of what holds what: one that breaks them is refused as a whole.
//!
//! What a container cannot hold is said in a way that it can: a heading in a list as a bold paragraph, a quote there as what it holds.

use super::model::{Block, Content, Inline, Kind, Marks, Node, Place, Task, push_text};

/// The document as ADF can hold it.
pub(super) fn fit(held: Vec<Block>) -> Vec<Block> {
    blocks(held, "doc")
}

fn blocks(held: Vec<Block>, holder: &str) -> Vec<Block> {
    let mut out = Vec::with_capacity(held.len());
    for one in held {
        block(one, holder, &mut out);
    }
    out
}

/// Whether a container holds blocks of this name. All hold paragraphs, code, lists and images.
fn holds(holder: &str, name: &str) -> bool {
    match name {
        "heading" | "rule" | "decisionList" | "blockCard" => !matches!(holder, "listItem" | "blockquote"),
        "taskList" => holder != "blockquote",
        "mediaGroup" => holder != "listItem",
        "blockquote" | "panel" => !matches!(holder, "listItem" | "blockquote" | "panel"),
        "embedCard" | "table" => matches!(holder, "doc" | "expand" | "layoutColumn"),
        "expand" => matches!(holder, "doc" | "layoutColumn"),
        "nestedExpand" => matches!(holder, "expand" | "tableHeader" | "tableCell"),
        "layoutSection" => holder == "doc",
        name => name == "mediaSingle",
    }
}

/// What a container holds and nothing else.
fn parts(holder: &str) -> Option<&'static [&'static str]> {
    Some(match holder {
        "table" => &["tableRow"],
        "tableRow" => &["tableHeader", "tableCell"],
        "mediaSingle" => &["media", "caption"],
        "mediaGroup" => &["media"],
        "decisionList" => &["decisionItem"],
        "layoutSection" => &["layoutColumn"],
        _ => return None,
    })
}

fn block(block: Block, holder: &str, out: &mut Vec<Block>) {
    match block {
        Block::Paragraph(_) | Block::Code(_) => out.push(block),
        Block::Bullets(list) => out.push(Block::Bullets(items(list))),
        Block::Numbers(start, list) => out.push(Block::Numbers(start, items(list))),
        Block::Heading(..) if holds(holder, "heading") => out.push(block),
        Block::Heading(_, content) => out.push(Block::Paragraph(bold(content))),
        Block::Rule if holds(holder, "rule") => out.push(block),
        Block::Rule => out.push(said("---")),
        Block::Tasks(_) if holds(holder, "taskList") => out.push(block),
        Block::Tasks(tasks) => out.push(Block::Bullets(ticked(tasks))),
        Block::Quote(held) if holds(holder, "blockquote") => out.push(Block::quote(blocks(held, "blockquote"))),
        Block::Quote(held) => out.extend(blocks(held, holder)),
        Block::Other(node, content) => other(node, content, holder, out),
    }
}

fn items(items: Vec<Vec<Block>>) -> Vec<Vec<Block>> {
    items.into_iter().map(|item| Block::item(blocks(item, "listItem"))).collect()
}

fn other(mut node: Node, content: Content, holder: &str, out: &mut Vec<Block>) {
    let twin = match node.kind.name {
        "expand" => Kind::find("nestedExpand"),
        "nestedExpand" => Kind::find("expand"),
        _ => None,
    };
    if let Some(twin) = twin.filter(|twin| !holds(holder, node.kind.name) && holds(holder, twin.name)) {
        node.kind = twin;
    }
    let fits = holds(holder, node.kind.name);
    match content {
        Content::Nothing if fits => out.push(Block::Other(node, content)),
        Content::Nothing => out.push(said(&node.label())),
        Content::Inlines(content) => out.push(Block::Paragraph(content)),
        Content::Blocks(held) if fits => match made_of(&node, held) {
            Ok(content) => out.push(Block::Other(node, content)),
            Err(held) => out.extend(blocks(held, holder)),
        },
        Content::Blocks(held) => {
            if let Some(title) = node.kind.label.and_then(|label| node.text(label)) {
                out.push(said(title));
            }
            out.extend(blocks(held, holder));
        }
    }
}

/// What a container holds, or what it was given where it cannot be made of that.
fn made_of(node: &Node, held: Vec<Block>) -> Result<Content, Vec<Block>> {
    let Some(parts) = parts(node.kind.name) else { return Ok(Content::of_blocks(node.kind, blocks(held, node.kind.name))) };
    let is_part = |block: &Block| matches!(block, Block::Other(part, _) if parts.contains(&part.kind.name));
    if held.is_empty() || !held.iter().all(is_part) {
        return Err(held);
    }
    let parts = held.into_iter().map(|part| match part {
        Block::Other(part, Content::Blocks(held)) => match made_of(&part, held) {
            Ok(content) => Block::Other(part, content),
            Err(held) => Block::Other(part, Content::Blocks(held)),
        },
        part => part,
    });
    let parts: Vec<_> = parts.collect();
    let broken = |part: &Block| matches!(part, Block::Other(part, Content::Blocks(held)) if !is_whole(part, held));
    if parts.iter().any(broken) { Err(parts) } else { Ok(Content::Blocks(parts)) }
}

/// Whether a part that is made of parts has them.
fn is_whole(part: &Node, held: &[Block]) -> bool {
    let is_part = |parts: &[&str], block: &Block| matches!(block, Block::Other(part, _) if parts.contains(&part.kind.name));
    part.kind.place == Place::Blocks
        && parts(part.kind.name).is_none_or(|parts| !held.is_empty() && held.iter().all(|block| is_part(parts, block)))
}

fn said(what: &str) -> Block {
    let mut content = Vec::new();
    push_text(&mut content, what, &Marks::default());
    Block::Paragraph(content)
}

fn bold(content: Vec<Inline>) -> Vec<Inline> {
    let mut out = Vec::with_capacity(content.len());
    for inline in content {
        match inline {
            Inline::Text(text, marks) => push_text(&mut out, &text, &Marks { strong: true, ..marks }),
            Inline::Break | Inline::Node(_) => out.push(inline),
        }
    }
    out
}

/// Tasks as items whose text begins with their marks.
fn ticked(tasks: Vec<Task>) -> Vec<Vec<Block>> {
    let items = tasks.into_iter().map(|Task { done, content, below }| {
        let mut text = Vec::with_capacity(content.len() + 1);
        push_text(&mut text, if done { "[x] " } else { "[ ] " }, &Marks::default());
        for inline in content {
            match inline {
                Inline::Text(more, marks) => push_text(&mut text, &more, &marks),
                Inline::Break | Inline::Node(_) => text.push(inline),
            }
        }
        let mut item = vec![Block::Paragraph(text)];
        if !below.is_empty() {
            item.push(Block::Bullets(ticked(below)));
        }
        item
    });
    items.collect()
}
