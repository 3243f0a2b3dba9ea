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
    const LONGEST: usize = 16;
    let (before, now) = (normal(before), normal(now));
    let (old, new): (Vec<&str>, Vec<&str>) = (before.lines().collect(), now.lines().collect());
    let head = old.iter().zip(&new).take_while(|(a, b)| a == b).count();
    let tail = old.iter().skip(head).rev().zip(new.iter().skip(head).rev()).take_while(|(a, b)| a == b).count();
    let mut out = String::new();
    let mut lines = |sign: char, lines: &[&str]| {
        for line in lines.iter().take(LONGEST) {
            out.push_str(format!("{sign} {line}").trim_end());
            out.push('\n');
        }
        if lines.len() > LONGEST {
            out.push_str(&format!("{sign} … and {} more lines\n", lines.len() - LONGEST));
        }
    };
    let around: Vec<&str> = old.iter().take(head).skip(head.saturating_sub(AROUND)).copied().collect();
    lines(' ', &around);
    lines('-', &old.iter().take(old.len() - tail).skip(head).copied().collect::<Vec<_>>());
    lines('+', &new.iter().take(new.len() - tail).skip(head).copied().collect::<Vec<_>>());
    lines(' ', &new.iter().skip(new.len() - tail).take(AROUND).copied().collect::<Vec<_>>());
    out
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
    use super::*;

    #[test]
    fn headers_do_not_count() {
        assert_eq!(content("---\nsource: x\nexpression: y\n---\na\nb\n"), ("---\nsource: x\nexpression: y\n---\n", "a\nb\n"));
        assert!(same("a\nb\n", "\na\nb"));
    }

    #[test]
    fn a_difference_is_short() {
        assert_eq!(difference("a\nb\nc\nd\ne", "a\nb\nx\nd\ne"), "  a\n  b\n- c\n+ x\n  d\n  e\n");
        assert_eq!(difference("a", "a\nb"), "  a\n+ b\n");
    }
}
