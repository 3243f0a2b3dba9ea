//! What a flow mapping cuts in two: `{ m: $join(a, b) }` is `m: $join(a` and a key `b)`, and `{ m: one thing, or another }` has a key
//! `or another`.

use super::Entry;
use crate::diagnostic::{Code, Diagnostic, Diagnostics};

/// Whether brackets in plain text open and close evenly.
pub(super) fn is_balanced(text: &str) -> bool {
    let mut open = Vec::new();
    let mut quote = None;
    for c in text.chars() {
        match (quote, c) {
            (Some(end), c) if c == end => quote = None,
            (Some(_), _) => {}
            (None, '"' | '\'' | '`') => quote = Some(c),
            (None, '(' | '[' | '{') => open.push(c),
            (None, ')') if open.pop() != Some('(') => return false,
            (None, ']') if open.pop() != Some('[') => return false,
            (None, '}') if open.pop() != Some('{') => return false,
            (None, _) => {}
        }
    }
    open.is_empty()
}

/// Reports a flow mapping that looks cut, and says whether it does.
pub(super) fn report_cut(entries: &[Entry], flow: &[bool], diagnostics: &mut Diagnostics) -> bool {
    let cut = entries.iter().zip(flow).find(|(entry, plain)| {
        let value = entry.value.scalar().is_some_and(|scalar| !scalar.quoted && !is_balanced(&scalar.text));
        (**plain && !is_balanced(&entry.key)) || value
    });
    let Some((entry, _)) = cut else { return report_cut_text(entries, flow, diagnostics) };
    let place = if entry.value.is_null() { entry.key.span } else { entry.value.span };
    diagnostics.push(
        Diagnostic::new(Code::FlowExpression, place, format!("YAML cuts the expression of `{}` in two", entry.key.value))
            .label("a comma or bracket ends a value in `{ … }`")
            .help("put the whole expression in quotes, or write one key on each line"),
    );
    true
}

/// Reports a sentence that is cut at a comma: its rest is a key of several words without a value.
fn report_cut_text(entries: &[Entry], flow: &[bool], diagnostics: &mut Diagnostics) -> bool {
    let is_words = |text: &str| text.trim().contains(' ');
    let cut = entries.iter().zip(entries.iter().zip(flow).skip(1)).find(|(before, (after, plain))| {
        **plain
            && after.value.is_null()
            && is_words(&after.key)
            && before.value.scalar().is_some_and(|scalar| !scalar.quoted && is_words(&scalar.text))
    });
    let Some((before, _)) = cut else { return false };
    diagnostics.push(
        Diagnostic::new(Code::FlowExpression, before.value.span, format!("YAML cuts the text of `{}` in two", before.key.value))
            .label("a comma ends a value in `{ … }`")
            .help("put the whole text in quotes, or write one key on each line"),
    );
    true
}
