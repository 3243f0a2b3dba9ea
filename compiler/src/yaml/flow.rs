//! Expressions that a flow mapping cuts in two: `{ m: $join(a, b) }` is `m: $join(a` and a key `b)`.

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
    let Some((entry, _)) = cut else { return false };
    let place = if entry.value.is_null() { entry.key.span } else { entry.value.span };
    diagnostics.push(
        Diagnostic::new(Code::FlowExpression, place, format!("YAML cuts the expression of `{}` in two", entry.key.value))
            .label("a comma or bracket ends a value in `{ … }`")
            .help("put the whole expression in quotes, or write one key on each line"),
    );
    true
}
