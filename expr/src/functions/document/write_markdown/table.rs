//! Tables as Markdown has them: one line of headers, and cells of one line.

use serde_json::Value;

use super::inline::{self, Lines};
use crate::functions::document::model::{Block, Content, Inline, Node};

/// The table in that form; none where it has no such form.
pub(super) fn write(node: &Node, rows: &[Block]) -> Option<String> {
    let plain = |node: &Node, name: &str| node.kind.name == name && node.attributes.iter().all(|(name, value)| goes_unsaid(name, value));
    if !plain(node, "table") {
        return None;
    }
    let mut lines = Vec::new();
    let mut columns = 0;
    for (index, row) in rows.iter().enumerate() {
        let Block::Other(row, Content::Blocks(cells)) = row else { return None };
        let kind = if index == 0 { "tableHeader" } else { "tableCell" };
        let cells: Option<Vec<_>> =
            cells.iter().map(|cell| text(cell).filter(|(cell, _)| plain(cell, kind)).map(|(_, text)| text)).collect();
        let cells = cells.filter(|_| plain(row, "tableRow"))?;
        if index == 0 {
            columns = cells.len();
        }
        if cells.len() != columns || columns == 0 {
            return None;
        }
        lines.push(line(cells.iter().map(|cell| inline::write(cell, Lines::Cell))));
        if index == 0 {
            lines.push(line(cells.iter().map(|_| "---".to_owned())));
        }
    }
    (!lines.is_empty()).then(|| lines.join("\n"))
}

/// How wide a table is and where it stands on the page, and what is so anyway.
fn goes_unsaid(name: &str, value: &Value) -> bool {
    match name {
        "layout" | "width" | "displayMode" | "colwidth" => true,
        "isNumberColumnEnabled" => *value == Value::Bool(false),
        "colspan" | "rowspan" => value.as_f64() == Some(1.0),
        _ => false,
    }
}

/// A cell and its only paragraph.
fn text(cell: &Block) -> Option<(&Node, &[Inline])> {
    let Block::Other(cell, Content::Blocks(held)) = cell else { return None };
    let [Block::Paragraph(content)] = held.as_slice() else { return None };
    Some((cell, content))
}

fn line(cells: impl Iterator<Item = String>) -> String {
    cells.fold("|".to_owned(), |line, cell| format!("{line} {cell} |"))
}
