//! `# connc: allow(code) reason`: takes back what a check said of the line beside or below, with everything that is indented under it.

use crate::diagnostic::{Code, Diagnostic, Diagnostics, nearest};
use crate::source::{FileId, Role, Sources, Span};

const MARK: &str = "# connc: allow(";

/// An allow comment.
struct Allow {
    code: Option<Code>,
    /// The comment's bytes.
    span: Span,
    /// The lines that it speaks of, as bytes.
    covers: std::ops::Range<u32>,
}

/// Takes out what comments allow, and reports comments that allow nothing.
pub(super) fn apply(sources: &Sources, diagnostics: &mut Diagnostics) {
    let files: Vec<FileId> = [Role::Connector, Role::Map, Role::Base].into_iter().flat_map(|role| sources.of(role)).collect();
    for file in files {
        // Nearly every file has none.
        if !sources.text(file).contains(MARK) {
            continue;
        }
        for allow in read(file, sources, diagnostics) {
            let Some(code) = allow.code else { continue };
            let covered = |diagnostic: &Diagnostic| {
                diagnostic.code == code && diagnostic.span.file == file && allow.covers.contains(&diagnostic.span.start)
            };
            if !diagnostics.remove(covered) {
                let message = format!("nothing here is `{}`", code.slug());
                diagnostics.push(Diagnostic::new(Code::UnusedAllow, allow.span, message).help("leave the comment out"));
            }
        }
    }
}

fn read(file: FileId, sources: &Sources, diagnostics: &mut Diagnostics) -> Vec<Allow> {
    let text = sources.text(file);
    let lines: Vec<(usize, &str)> = text
        .split_inclusive('\n')
        .scan(0, |at, line| {
            let start = *at;
            *at += line.len();
            Some((start, line))
        })
        .collect();
    let mut found = Vec::new();
    for (index, (start, line)) in lines.iter().enumerate() {
        let Some((before, after)) = line.split_once(MARK) else { continue };
        let end = start + line.trim_end().len();
        let span = Span::new(file, start + before.len()..end);
        let Some((word, reason)) = after.split_once(')') else {
            let diagnostic = Diagnostic::new(Code::InvalidAllow, span, "this comment is not closed");
            diagnostics.push(diagnostic.help("write `# connc: allow(code) reason`"));
            continue;
        };
        let code_at = start + before.len() + MARK.len();
        let code = code(word.trim(), Span::new(file, code_at..code_at + word.len()), diagnostics);
        if code.is_some() && reason.trim().trim_start_matches(':').trim().is_empty() {
            let diagnostic = Diagnostic::new(Code::AllowWithoutReason, span, "this comment does not say why");
            diagnostics.push(diagnostic.help("write the reason behind it: `# connc: allow(code) reason`"));
        }
        // A comment of its own speaks of the next line that is no comment.
        let own = before.trim().is_empty();
        let first = if own {
            lines.iter().skip(index + 1).position(|(_, line)| is_content(line)).map(|next| index + 1 + next)
        } else {
            Some(index)
        };
        let Some((from, line)) = first.and_then(|first| lines.get(first)) else { continue };
        let depth = indentation(line);
        let below = lines.iter().skip(first.unwrap_or(index) + 1).take_while(|(_, line)| !is_content(line) || indentation(line) > depth);
        let to = below.last().map_or(from + line.len(), |(start, line)| start + line.len());
        let narrow = |offset: usize| u32::try_from(offset).unwrap_or(u32::MAX);
        found.push(Allow { code, span, covers: narrow(*from)..narrow(to) });
    }
    found
}

fn is_content(line: &str) -> bool {
    let line = line.trim_start();
    !line.trim_end().is_empty() && !line.starts_with('#')
}

fn indentation(line: &str) -> usize {
    line.len() - line.trim_start_matches(' ').len()
}

/// The code, if it is one that may be allowed.
fn code(word: &str, span: Span, diagnostics: &mut Diagnostics) -> Option<Code> {
    let Some(code) = Code::parse(word) else {
        let near = nearest(word, crate::diagnostic::CODES.iter().map(|code| code.slug()));
        let diagnostic = Diagnostic::new(Code::InvalidAllow, span, format!("there is no code `{word}`"));
        diagnostics.push(
            diagnostic.help(near.map_or_else(|| "each diagnostic shows its code".to_owned(), |near| format!("did you mean `{near}`?"))),
        );
        return None;
    };
    if !code.is_allowable() {
        let diagnostic =
            Diagnostic::new(Code::InvalidAllow, span, format!("`{word}` cannot be allowed: without it there is nothing to run"));
        diagnostics.push(diagnostic.help("mend what it says"));
        return None;
    }
    Some(code)
}
