//! Places of a connector's files where a fault can be made.

use connc_compiler::diagnostic::Diagnostics;
use connc_compiler::source::{FileId, Sources, Span};
use connc_compiler::yaml::{self, Kind, Node};

/// A key with its value, and the keys that lead to it.
pub(crate) struct Spot {
    /// The keys from the top to this one.
    pub(crate) path: Vec<String>,
    /// The key.
    pub(crate) key: Span,
    /// The value.
    pub(crate) value: Span,
    /// The value's text as written, where it is a scalar.
    pub(crate) scalar: Option<String>,
    /// The keys beside it.
    pub(crate) siblings: Vec<String>,
}

/// Every key of a file. What an alias repeats comes once.
pub(crate) fn spots(sources: &Sources, file: FileId) -> Vec<Spot> {
    let tree = yaml::read(sources, file, &mut Diagnostics::default());
    let mut found = Vec::new();
    visit(&tree, &mut Vec::new(), sources, &mut found);
    let mut seen = Vec::new();
    found.retain(|spot: &Spot| {
        let new = !seen.contains(&spot.key);
        seen.push(spot.key);
        new
    });
    found
}

fn visit(node: &Node, path: &mut Vec<String>, sources: &Sources, found: &mut Vec<Spot>) {
    match &node.kind {
        Kind::Mapping(entries) => {
            let siblings: Vec<String> = entries.iter().map(|entry| entry.key.value.clone()).collect();
            for entry in entries.iter() {
                path.push(entry.key.value.clone());
                let scalar = entry.value.scalar().map(|_| sources.slice(entry.value.span).to_owned());
                found.push(Spot { path: path.clone(), key: entry.key.span, value: entry.value.span, scalar, siblings: siblings.clone() });
                visit(&entry.value, path, sources, found);
                path.pop();
            }
        }
        Kind::Sequence(items) => items.iter().for_each(|item| visit(item, path, sources, found)),
        Kind::Scalar(_) | Kind::Broken => {}
    }
}

/// A text with a part replaced.
pub(crate) fn replaced(text: &str, start: u32, end: u32, by: &str) -> String {
    let (before, after) = (text.get(..start as usize).unwrap_or(""), text.get(end as usize..).unwrap_or(""));
    format!("{before}{by}{after}")
}

/// A slip of a word: two letters in the middle change places, or one is doubled.
pub(crate) fn slip(word: &str) -> String {
    let mut letters: Vec<char> = word.chars().collect();
    let middle = letters.len() / 2;
    for at in (1..letters.len()).rev().map(|back| (middle + back) % letters.len().max(1)) {
        if let (Some(&one), Some(&other)) = (letters.get(at), letters.get(at + 1))
            && one != other
            && one.is_ascii_alphanumeric()
            && other.is_ascii_alphanumeric()
        {
            letters.swap(at, at + 1);
            return letters.into_iter().collect();
        }
    }
    format!("{word}x")
}

/// The words of a text with their places: letters, digits and `_`.
pub(crate) fn words(text: &str) -> Vec<(usize, &str)> {
    let mut found = Vec::new();
    let mut start = None;
    for (at, letter) in text.char_indices().chain([(text.len(), ' ')]) {
        let inside = letter.is_ascii_alphanumeric() || letter == '_';
        match (start, inside) {
            (None, true) => start = Some(at),
            (Some(from), false) => {
                found.extend(text.get(from..at).map(|word| (from, word)));
                start = None;
            }
            (None, false) | (Some(_), true) => {}
        }
    }
    found
}
