//! Quotes, and what else Markdown says as a quote: a panel, or any container whose name and attributes stand in its first line.

use serde_json::Map;

use crate::functions::document::address::labelled;
use crate::functions::document::model::{Block, Content, Inline, Kind, Link, Marks, Node, Place, plain, push_text};

/// What a quote's first line says between `[!` and `]`, and the panel that it makes. The first word for a panel is the one written.
pub(in super::super) const ALERTS: &[(&str, &str)] = &[
    ("INFO", "info"),
    ("NOTE", "note"),
    ("TIP", "tip"),
    ("SUCCESS", "success"),
    ("WARNING", "warning"),
    ("ERROR", "error"),
    ("IMPORTANT", "note"),
    ("CAUTION", "error"),
];

/// What a quote of these blocks is; `alert` where its text begins with `[!`.
pub(super) fn read(mut blocks: Vec<Block>, alert: bool) -> Block {
    let Some(node) = blocks.first().and_then(|first| header(first, alert)) else { return Block::quote(blocks) };
    let rest = match blocks.remove(0) {
        Block::Paragraph(content) => content.into_iter().skip(2).collect(),
        _ => Vec::new(),
    };
    match node.kind.place {
        Place::Inlines if blocks.is_empty() => Block::Other(node, Content::Inlines(rest)),
        Place::Inlines => {
            let content = blocks.iter().map(text).fold(rest, |mut content, text| {
                content.push(Inline::Break);
                content.extend(text);
                content
            });
            Block::Other(node, Content::Inlines(content))
        }
        Place::Blocks => {
            if !rest.is_empty() {
                blocks.insert(0, Block::Paragraph(rest));
            }
            let content = Content::of_blocks(node.kind, blocks);
            Block::Other(node, content)
        }
        Place::Inline | Place::Leaf => Block::quote(blocks),
    }
}

/// The container that a quote's first line names.
fn header(first: &Block, alert: bool) -> Option<Node> {
    let Block::Paragraph(content) = first else { return None };
    let Some((Inline::Text(text, marks), rest)) = content.split_first() else { return None };
    if !matches!(rest.first(), None | Some(Inline::Break)) {
        return None;
    }
    if alert && *marks == Marks::default() {
        let word = text.strip_prefix("[!")?.strip_suffix(']')?;
        let (_, panel) = ALERTS.iter().find(|(name, _)| name.eq_ignore_ascii_case(word))?;
        let attributes = Map::from_iter([("panelType".to_owned(), (*panel).into())]);
        return Some(Node { kind: Kind::find("panel")?, attributes });
    }
    match &marks.link {
        Some(Link { node: Some(node), .. }) if matches!(node.kind.place, Place::Inlines | Place::Blocks) => {
            Some(labelled(node.clone(), text))
        }
        Some(_) | None => None,
    }
}

fn text(block: &Block) -> Vec<Inline> {
    match block {
        Block::Paragraph(content) | Block::Heading(_, content) => content.clone(),
        Block::Code(code) => line(&code.text),
        Block::Rule | Block::Other(_, Content::Nothing) => Vec::new(),
        Block::Other(_, Content::Inlines(content)) => content.clone(),
        Block::Other(_, Content::Blocks(blocks)) | Block::Quote(blocks) => line(&lines(blocks)),
        Block::Bullets(items) | Block::Numbers(_, items) => line(&items.iter().map(|item| lines(item)).collect::<Vec<_>>().join("\n")),
        Block::Tasks(tasks) => line(&tasks.iter().map(|task| plain(&task.content)).collect::<Vec<_>>().join("\n")),
    }
}

fn lines(blocks: &[Block]) -> String {
    blocks.iter().map(|block| plain(&text(block))).collect::<Vec<_>>().join("\n")
}

fn line(text: &str) -> Vec<Inline> {
    let mut content = Vec::new();
    push_text(&mut content, text, &Marks::default());
    content
}
