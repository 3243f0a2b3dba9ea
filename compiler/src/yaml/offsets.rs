//! From a byte of a scalar's decoded text to the byte of the file that it came from.
//!
//! The raw slice is walked beside the decoded text; where folding, indentation or escapes make them differ, the raw side is skipped until they agree
//! again. A text that cannot be aligned (which the tests have not found) points at the scalar's beginning.

/// How a scalar is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Style {
    /// Plain: line breaks fold, with the blanks around them.
    Plain,
    /// Literal or folded: line breaks and indentation are what differs; blanks at a line's end are content.
    Block,
    /// In single quotes: `''` is one quote.
    Single,
    /// In double quotes: escapes.
    Double,
}

/// The place of each byte of the decoded text, relative to the scalar's beginning.
#[derive(Debug)]
pub(super) enum Offsets {
    /// Decoded and raw text are the same.
    Same,
    /// One entry for each decoded byte, and one for the end.
    Each(Vec<u32>),
}

impl Offsets {
    pub(super) fn new(raw: &str, text: &str, style: Style) -> Self {
        if raw.starts_with(text) && matches!(style, Style::Plain | Style::Block) {
            return Self::Same;
        }
        Self::Each(align(raw, text, style).unwrap_or_else(|| vec![0; text.len() + 1]))
    }

    pub(super) fn start_of(&self, offset: usize) -> u32 {
        match self {
            Self::Same => u32::try_from(offset).unwrap_or(u32::MAX),
            Self::Each(places) => places.get(offset).or(places.last()).copied().unwrap_or(0),
        }
    }

    /// The end of a range: one past the raw byte that the range's last byte came from.
    pub(super) fn end_of(&self, offset: usize) -> u32 {
        match self {
            Self::Same => self.start_of(offset),
            Self::Each(_) if offset == 0 => self.start_of(0),
            Self::Each(_) => self.start_of(offset - 1) + 1,
        }
    }
}

fn align(raw: &str, text: &str, style: Style) -> Option<Vec<u32>> {
    let mut places = Vec::with_capacity(text.len() + 1);
    let quote = match style {
        Style::Plain | Style::Block => 0,
        Style::Single | Style::Double => 1,
    };
    let mut at = quote;
    for wanted in text.chars() {
        let (next, length) = step(raw, at, wanted, style)?;
        let place = u32::try_from(next).ok()?;
        for byte in 0..wanted.len_utf8() {
            places.push(if length == wanted.len_utf8() { place + u32::try_from(byte).ok()? } else { place });
        }
        at = next + length;
    }
    places.push(u32::try_from(at).ok()?);
    Some(places)
}

/// The next place from `at` on whose raw text stands for `wanted`, and how many raw bytes do.
fn step(raw: &str, mut at: usize, wanted: char, style: Style) -> Option<(usize, usize)> {
    loop {
        let rest = raw.get(at..)?;
        let found = rest.chars().next()?;
        match (style, found) {
            (Style::Double, '\\') => match escape(rest)? {
                (Some(meant), length) if meant == wanted => return Some((at, length)),
                (Some(_), _) => return None,
                // An escaped line break stands for nothing.
                (None, length) => {
                    at += length;
                    continue;
                }
            },
            (Style::Single, '\'') if wanted == '\'' => return Some((at, 2)),
            _ => {}
        }
        if found == wanted && (style == Style::Block || !is_folded_away(rest, wanted)) {
            return Some((at, found.len_utf8()));
        }
        // A single line break folds to a space.
        if wanted == ' ' && found == '\n' {
            return Some((at, 1));
        }
        if !found.is_whitespace() {
            return None;
        }
        at += found.len_utf8();
    }
}

/// Whether blanks before a line break are dropped, so that a wanted blank is the break itself, or comes later.
fn is_folded_away(rest: &str, wanted: char) -> bool {
    wanted == ' ' && rest.trim_start_matches([' ', '\t']).starts_with('\n') && !rest.trim_start().is_empty() && rest.starts_with(' ')
}

/// What an escape in double quotes stands for, and its length (YAML 1.2.2, section 5.7).
fn escape(rest: &str) -> Option<(Option<char>, usize)> {
    let code = rest.chars().nth(1)?;
    let numeric = |digits: usize| {
        let value = rest.get(2..2 + digits).and_then(|hex| u32::from_str_radix(hex, 16).ok()).and_then(char::from_u32);
        value.map(|meant| (Some(meant), 2 + digits))
    };
    let simple = match code {
        '0' => '\0',
        'a' => '\u{7}',
        'b' => '\u{8}',
        't' | '\t' => '\t',
        'n' => '\n',
        'v' => '\u{b}',
        'f' => '\u{c}',
        'r' => '\r',
        'e' => '\u{1b}',
        ' ' | '"' | '/' | '\\' => code,
        'N' => '\u{85}',
        '_' => '\u{a0}',
        'L' => '\u{2028}',
        'P' => '\u{2029}',
        'x' => return numeric(2),
        'u' => return numeric(4),
        'U' => return numeric(8),
        '\n' => return Some((None, 2)),
        _ => return None,
    };
    Some((Some(simple), 2))
}

#[cfg(test)]
mod tests {
    use super::{Offsets, Style};

    /// Each character of the decoded text must point at the same character in the raw text, line breaks and escapes apart.
    fn check(raw: &str, text: &str, style: Style) {
        let offsets = Offsets::new(raw, text, style);
        for (index, c) in text.char_indices() {
            let place = offsets.start_of(index) as usize;
            let there = raw.get(place..).and_then(|rest| rest.chars().next());
            assert!(
                there == Some(c) || c.is_whitespace() || there == Some('\\') || there == Some('\''),
                "{c:?} at {index} points at {there:?}"
            );
        }
    }

    #[test]
    fn points_into_every_style() {
        check("line one\n    two\n\n  three\n", "line one\n  two\n\nthree\n", Style::Block);
        check("folded\n  text\n\n  para\n", "folded text\npara", Style::Block);
        check("folded\n    more\n  less\n", "folded\n  more\nless\n", Style::Block);
        check("a  \n  b\n", "a  \nb\n", Style::Block);
        check("a  \n  b\n", "a   b\n", Style::Block);
        check("\n\n  a\n", "\n\na\n", Style::Block);
        check("'it''s a\n   b'", "it's a b", Style::Single);
        check("\"x\\ny \\u00e9 \\\"q\\\" a\\\n   b\"", "x\ny é \"q\" ab", Style::Double);
        check("plain  \n  more", "plain more", Style::Plain);
        let offsets = Offsets::new("folded\n  te]t\n", "folded te]t\n", Style::Block);
        assert_eq!(offsets.start_of("folded te".len()), 11);
        let offsets = Offsets::new("a  \n      & b !\n", "a  \n& b !\n", Style::Block);
        assert_eq!(offsets.start_of("a  \n& b ".len()), 14);
    }
}
