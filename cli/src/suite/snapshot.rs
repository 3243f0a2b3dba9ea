//! Snapshot files, in the format of insta, so that its reviewing tool works on them too.

use std::path::Path;
use std::{fs, io};

/// What the header of a new file says; the repository's own tests write the same.
const HEADER: &str = "---\nsource: snapshots/tests/connectors.rs\n---\n";

/// The text that a snapshot holds; none where there is no such file.
///
/// # Errors
///
/// Where the file cannot be read.
pub fn read(path: &Path) -> io::Result<Option<String>> {
    match fs::read_to_string(path) {
        Ok(whole) => Ok(Some(content(&whole).1.to_owned())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// Writes a snapshot, and keeps the header that is there.
///
/// # Errors
///
/// Where the file cannot be written.
pub fn write(path: &Path, text: &str) -> io::Result<()> {
    let before = fs::read_to_string(path).unwrap_or_default();
    let header = match content(&before).0 {
        "" => HEADER,
        header => header,
    };
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::write(path, format!("{header}{}\n", normal(text)))
}

/// Whether two texts are the same: line breaks at the ends do not count.
#[must_use]
pub fn same(one: &str, other: &str) -> bool {
    normal(one) == normal(other)
}

/// The lines that differ, with a few around them; long stretches are cut.
#[must_use]
pub fn difference(before: &str, now: &str) -> String {
    const AROUND: usize = 2;
    let (before, now) = (normal(before), normal(now));
    let (mut old, mut new) = (Lines(before.lines().collect()), Lines(now.lines().collect()));
    let mut out = String::new();
    let mut context: Vec<&str> = Vec::new();
    let mut after = 0;
    while !old.0.is_empty() || !new.0.is_empty() {
        if let (Some(line), true) = (old.first(), old.first() == new.first()) {
            if after > 0 {
                push(&mut out, ' ', line);
                after -= 1;
            } else {
                context.push(line);
            }
            old.take(1);
            new.take(1);
            continue;
        }
        if context.len() > AROUND && !out.is_empty() {
            out.push_str("  …\n");
        }
        context.iter().skip(context.len().saturating_sub(AROUND)).for_each(|line| push(&mut out, ' ', line));
        context.clear();
        let (removed, added) = old.apart(&new);
        stretch(&mut out, '-', &old.take(removed));
        stretch(&mut out, '+', &new.take(added));
        after = AROUND;
    }
    out
}

/// The lines that are still to be compared.
struct Lines<'a>(Vec<&'a str>);

impl<'a> Lines<'a> {
    fn first(&self) -> Option<&'a str> {
        self.0.first().copied()
    }

    fn take(&mut self, count: usize) -> Vec<&'a str> {
        self.0.drain(..count.min(self.0.len())).collect()
    }

    /// How many lines each side goes on for until both say the same again: the fewest in all, for two lines in a row, or for the last one.
    fn apart(&self, other: &Self) -> (usize, usize) {
        // Texts that have nothing in common for so long are simply different.
        const FARTHEST: usize = 1000;
        let (old, new) = (&self.0, &other.0);
        for sum in 1..(old.len() + new.len()).min(FARTHEST) {
            for removed in sum.saturating_sub(new.len())..=sum.min(old.len()) {
                let added = sum - removed;
                let pair = |lines: &[&'a str], from: usize| lines.iter().skip(from).take(2).copied().collect::<Vec<_>>();
                let (one, two) = (pair(old, removed), pair(new, added));
                if !one.is_empty() && one == two {
                    return (removed, added);
                }
            }
        }
        (old.len(), new.len())
    }
}

fn stretch(out: &mut String, sign: char, lines: &[&str]) {
    const LONGEST: usize = 16;
    lines.iter().take(LONGEST).for_each(|line| push(out, sign, line));
    if lines.len() > LONGEST {
        out.push_str(&format!("{sign} … and {} more lines\n", lines.len() - LONGEST));
    }
}

fn push(out: &mut String, sign: char, line: &str) {
    out.push_str(format!("{sign} {line}").trim_end());
    out.push('\n');
}

/// The header with its closing line, and what is below it.
fn content(whole: &str) -> (&str, &str) {
    let body = whole.strip_prefix("---\n").and_then(|rest| rest.split_once("\n---\n")).map(|(_, body)| body);
    match body {
        Some(body) => (whole.strip_suffix(body).unwrap_or_default(), body),
        None => ("", whole),
    }
}

fn normal(text: &str) -> String {
    text.replace("\r\n", "\n").trim_start_matches('\n').trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::{content, difference, same};

    #[test]
    fn headers_do_not_count() {
        assert_eq!(content("---\nsource: x\nexpression: y\n---\na\nb\n"), ("---\nsource: x\nexpression: y\n---\n", "a\nb\n"));
        assert!(same("a\nb\n", "\na\nb"));
    }

    #[test]
    fn a_difference_is_short() {
        assert_eq!(difference("a\nb\nc\nd\ne", "a\nb\nx\nd\ne"), "  a\n  b\n- c\n+ x\n  d\n  e\n");
        assert_eq!(difference("a", "a\nb"), "  a\n+ b\n");
        assert_eq!(difference("a\nb", "b"), "- a\n  b\n");
        let (before, now) = ("1\n2\n3\n4\n5\n6\n7\n8\n9", "1\n3\n4\n5\n6\n7\n8\nx\n9");
        assert_eq!(difference(before, now), "  1\n- 2\n  3\n  4\n  …\n  7\n  8\n+ x\n  9\n");
    }
}
