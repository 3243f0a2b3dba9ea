//! A document as Markdown.

mod escape;
mod inline;
mod table;

use self::inline::Lines;
use super::model::{Block, Code, Content, Inline, Node, Task, plain};
use super::read_markdown;

/// The document's text, which is read back as the same document.
pub(super) fn write(blocks: &[Block]) -> String {
    self::blocks(blocks, true)
}

/// Stands for an empty paragraph.
const BLANK: &str = "&nbsp;";

/// Blocks with an empty line between them. At the `top`, an empty paragraph is one more empty line.
fn blocks(blocks: &[Block], top: bool) -> String {
    let mut out = String::new();
    let last = blocks.iter().rposition(|block| !block.is_empty_paragraph());
    let mut before: Option<&Block> = None;
    let mut other = false;
    for (index, block) in blocks.iter().enumerate() {
        if top && block.is_empty_paragraph() && before.is_some() && last.is_some_and(|last| index < last) {
            out.push('\n');
            continue;
        }
        if index > 0 {
            out.push_str("\n\n");
        }
        // Two lists are told apart by their signs.
        other = before.is_some_and(|before| is_same_list(before, block)) && !other;
        out.push_str(&self::block(block, other));
        before = Some(block);
    }
    out
}

fn is_same_list(one: &Block, two: &Block) -> bool {
    let dots = |block: &Block| matches!(block, Block::Bullets(_) | Block::Tasks(_));
    let numbers = |block: &Block| matches!(block, Block::Numbers(..));
    dots(one) && dots(two) || numbers(one) && numbers(two)
}

/// A block without a line break at its end.
fn block(block: &Block, other: bool) -> String {
    let dot = if other { "* " } else { "- " };
    match block {
        Block::Paragraph(content) if content.is_empty() => BLANK.to_owned(),
        Block::Paragraph(content) => paragraph(content),
        Block::Heading(level, content) => {
            let signs = "#".repeat(usize::try_from(*level).unwrap_or(6));
            format!("{signs} {}", inline::write(content, Lines::One)).trim_end().to_owned()
        }
        Block::Code(code) => self::code(code),
        Block::Rule => "---".to_owned(),
        Block::Bullets(list) => items(list, |_| dot.to_owned()),
        Block::Numbers(start, list) => {
            let dot = if other { ')' } else { '.' };
            items(list, |index| format!("{}{dot} ", start.saturating_add(index).min(999_999_999)))
        }
        Block::Tasks(list) => tasks(list, dot),
        Block::Quote(held) => quote(&blocks(held, false)),
        Block::Other(node, content) => self::other(node, content),
    }
}

/// A paragraph, as it stands where that is read as the same.
fn paragraph(content: &[Inline]) -> String {
    let escaped = inline::write(content, Lines::Many);
    let is_plain = content.iter().all(|inline| match inline {
        Inline::Text(_, marks) => *marks == super::model::Marks::default(),
        Inline::Break => true,
        Inline::Node(_) => false,
    });
    let raw = plain(content);
    let same = is_plain && raw != escaped && is_harmless(&raw) && read_markdown::read(&raw) == [Block::Paragraph(content.to_vec())];
    if same { raw } else { escaped }
}

/// Whether text can neither reach beyond its paragraph nor mean something at the beginning of an item or a quote.
fn is_harmless(raw: &str) -> bool {
    let mark = ["[!", "[ ]", "[x]", "[X]", "-", "*", "+", "="].iter().any(|mark| raw.starts_with(mark));
    let numbered = |line: &str| line.trim_start_matches(|c: char| c.is_ascii_digit()).starts_with(['.', ')']);
    let markup = raw.split('<').skip(1).any(|after| after.starts_with(|c: char| c.is_ascii_alphabetic() || "/!?".contains(c)));
    let edges = raw.split('\n').any(|line| line.trim() != line || line.is_empty() || numbered(line));
    !mark && !markup && !edges && !raw.contains(|c: char| (c.is_control() && c != '\n') || c == '\u{feff}')
}

fn code(code: &Code) -> String {
    let Code { language, text } = code;
    let fence = "`".repeat((escape::longest_run(text, '`') + 1).max(3));
    let info = language.as_deref().map(escape::info).unwrap_or_default();
    let end = if text.is_empty() { "" } else { "\n" };
    format!("{fence}{info}\n{text}{end}{fence}")
}

/// Items behind their signs, close together where they are short.
fn items(items: &[Vec<Block>], sign: impl Fn(u64) -> String) -> String {
    let close = items.iter().all(|item| is_short(item));
    let written = items.iter().zip(0..).map(|(item, index)| {
        let sign = sign(index);
        let inside = match item.as_slice() {
            [only] if only.is_empty_paragraph() => String::new(),
            [first, others @ ..] if close && !others.is_empty() => {
                format!("{}\n{}", block(first, false), blocks(others, false))
            }
            [Block::Rule, ..] => blocks(item, false).replacen("---", "___", 1),
            all => blocks(all, false),
        };
        indent(&sign, &inside)
    });
    written.collect::<Vec<_>>().join(if close { "\n" } else { "\n\n" })
}

/// Whether an item is a paragraph with at most a list that can follow it without an empty line.
fn is_short(item: &[Block]) -> bool {
    let has_text = |block: Option<&Block>| match block {
        Some(Block::Paragraph(content)) => content.iter().any(|inline| !matches!(inline, Inline::Break)),
        Some(_) | None => false,
    };
    match item {
        [Block::Paragraph(content)] => content.is_empty() || has_text(item.first()),
        [first, Block::Bullets(list) | Block::Numbers(1, list)] => {
            has_text(Some(first)) && list.iter().all(|item| has_text(item.first()) && is_short(item))
        }
        [first, Block::Tasks(_)] => has_text(Some(first)),
        _ => false,
    }
}

fn tasks(tasks: &[Task], dot: &str) -> String {
    let written = tasks.iter().map(|Task { done, content, below }| {
        let mark = if *done { "[x]" } else { "[ ]" };
        let text = if content.is_empty() { BLANK.to_owned() } else { inline::write(content, Lines::Many) };
        let below = if below.is_empty() { String::new() } else { format!("\n{}", self::tasks(below, "- ")) };
        indent(dot, &format!("{mark} {text}{below}"))
    });
    written.collect::<Vec<_>>().join("\n")
}

/// Text behind a sign, its other lines as far in as the first.
fn indent(sign: &str, text: &str) -> String {
    let space = " ".repeat(sign.len());
    let mut out = String::new();
    for (index, line) in text.split('\n').enumerate() {
        match (index, line) {
            (0, line) => out.push_str(format!("{sign}{line}").trim_end_matches(' ')),
            (_, "") => out.push('\n'),
            (_, line) => out.push_str(&format!("\n{space}{line}")),
        }
    }
    out
}

fn quote(text: &str) -> String {
    let lines = text.split('\n').map(|line| if line.is_empty() { ">".to_owned() } else { format!("> {line}") });
    lines.collect::<Vec<_>>().join("\n")
}

/// What Markdown has no form for: a link in its place, or a quote that begins with one.
fn other(node: &Node, content: &Content) -> String {
    match content {
        Content::Nothing => inline::header(node),
        Content::Inlines(content) if content.is_empty() => quote(&inline::header(node)),
        Content::Inlines(content) => quote(&format!("{}\n{}", inline::header(node), inline::write(content, Lines::Many))),
        Content::Blocks(held) => {
            if let Some(known) = image(node, held).or_else(|| table::write(node, held)) {
                return known;
            }
            let alert = alert(node);
            let (header, text) = (alert.clone().unwrap_or_else(|| inline::header(node)), blocks(held, false));
            // A word behind the line cannot be taken for more than a word.
            let word = matches!(held.first(), Some(Block::Paragraph(_))) && text.starts_with(char::is_alphanumeric);
            let gap = match () {
                () if held.is_empty() => "",
                () if word && alert.is_some() => "\n",
                () => "\n\n",
            };
            quote(&format!("{header}{gap}{text}"))
        }
    }
}

/// The line that a panel begins with.
fn alert(node: &Node) -> Option<String> {
    let kind = node.text("panelType").filter(|_| node.kind.name == "panel" && node.attributes.len() == 1)?;
    let known = read_markdown::ALERTS.iter().find(|(_, panel)| *panel == kind)?;
    Some(format!("[!{}]", known.0))
}

/// An image that lies elsewhere.
fn image(node: &Node, held: &[Block]) -> Option<String> {
    let [Block::Other(media, Content::Nothing)] = held else { return None };
    let (url, alt) = (media.text("url")?, media.text("alt"));
    let same = read_markdown::image(url, alt.unwrap_or_default())?;
    let text = escape::text(alt.unwrap_or_default(), escape::WITHIN);
    let written = format!("![{text}]({})", escape::destination(url, None));
    (same == Block::Other(node.clone(), Content::Blocks(held.to_vec()))).then_some(written)
}
