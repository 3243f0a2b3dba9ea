//! Between bytes of a text and the protocol's positions: lines from 0, columns in UTF-16 code units.

use connc_compiler::source::{FileId, Sources, Span};
use lsp_types::{Position, Range};

/// Where a byte stands.
pub(super) fn position(text: &str, offset: usize) -> Position {
    let before = text.get(..floor(text, offset)).unwrap_or_default();
    let line = before.bytes().filter(|byte| *byte == b'\n').count();
    let column: usize = before.rsplit('\n').next().unwrap_or_default().chars().map(char::len_utf16).sum();
    Position { line: u32::try_from(line).unwrap_or(u32::MAX), character: u32::try_from(column).unwrap_or(u32::MAX) }
}

/// The byte at a position. A column past the line's end is its end, a line past the text's is the text's.
pub(super) fn offset(text: &str, position: Position) -> usize {
    let mut start = 0;
    for _ in 0..position.line {
        match text.get(start..).and_then(|rest| rest.find('\n')) {
            Some(at) => start += at + 1,
            None => return text.len(),
        }
    }
    let line = text.get(start..).and_then(|rest| rest.split('\n').next()).unwrap_or_default();
    let line = line.strip_suffix('\r').unwrap_or(line);
    let mut units = 0;
    for (at, c) in line.char_indices() {
        if units >= position.character as usize {
            return start + at;
        }
        units += c.len_utf16();
    }
    start + line.len()
}

/// Where a span stands.
pub(super) fn range(sources: &Sources, span: Span) -> Range {
    of_bytes(sources.text(span.file), span.start as usize, span.end as usize)
}

/// Where the first line of a span stands, which is enough to find a declaration.
pub(super) fn first_line(sources: &Sources, span: Span) -> Range {
    let length = sources.slice(span).lines().next().map_or(0, str::len);
    of_bytes(sources.text(span.file), span.start as usize, span.start as usize + length)
}

/// The byte of a file at a position.
pub(super) fn in_file(sources: &Sources, file: FileId, position: Position) -> u32 {
    u32::try_from(offset(sources.text(file), position)).unwrap_or(u32::MAX)
}

fn of_bytes(text: &str, start: usize, end: usize) -> Range {
    Range { start: position(text, start), end: position(text, end) }
}

/// The last place at or before `offset` that is no middle of a character.
fn floor(text: &str, offset: usize) -> usize {
    let mut at = offset.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

#[cfg(test)]
mod tests {
    use lsp_types::Position;

    use super::{offset, position};

    #[test]
    fn columns_count_utf16() {
        let text = "a: é😀x\r\nb: 漢y\n";
        for (part, line, character) in [("a", 0, 0), ("é", 0, 3), ("😀", 0, 4), ("x", 0, 6), ("b", 1, 0), ("漢", 1, 3), ("y", 1, 4)] {
            let at = text.find(part).unwrap();
            assert_eq!(position(text, at), Position { line, character }, "{part}");
            assert_eq!(offset(text, Position { line, character }), at, "{part}");
        }
        // In the middle of a pair, past a line's end, past the text's.
        assert_eq!(offset(text, Position { line: 0, character: 5 }), text.find('x').unwrap());
        assert_eq!(offset(text, Position { line: 0, character: 99 }), text.find('\r').unwrap());
        assert_eq!(offset(text, Position { line: 9, character: 9 }), text.len());
        assert_eq!(position(text, 999), Position { line: 2, character: 0 });
        assert_eq!(position(text, text.find('é').unwrap() + 1), Position { line: 0, character: 3 });
    }
}
