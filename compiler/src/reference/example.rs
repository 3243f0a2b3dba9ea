//! The reference's examples as whole files, so that each can be compiled.

use super::chapters;
use crate::source::Role;
use crate::yaml::{Key, Need, Table};

/// A key's example as a file that compiles.
#[derive(Clone, Debug)]
pub struct Example {
    /// The table's name.
    pub table: &'static str,
    /// The key.
    pub key: &'static str,
    /// What kind of file it is.
    pub role: Role,
    /// The file.
    pub text: String,
}

/// Keys of the smallest connector, with what each holds.
const MINIMAL: &[(&str, &str)] = &[
    ("connector", "connector: example"),
    ("spec", "spec: 1"),
    ("title", "title: Example"),
    ("base_url", "base_url: https://api.example.com"),
    ("auth", "auth: { public: { scheme: none } }"),
    ("resources", include_str!("minimal.yaml")),
];

/// A piece of a connector with the top-level keys that it lacks.
#[must_use]
pub fn complete(piece: &str) -> String {
    let has = |key: &str| piece.lines().any(|line| line.strip_prefix(key).is_some_and(|rest| rest.starts_with(':')));
    let missing = MINIMAL.iter().filter(|(key, _)| !has(key)).map(|(_, text)| format!("{text}\n"));
    missing.chain([piece.to_owned()]).collect()
}

/// Every key's example.
#[must_use]
pub fn examples() -> Vec<Example> {
    let tables = chapters().into_iter().flat_map(|chapter| chapter.tables);
    tables.flat_map(|table| table.keys.iter().map(move |key| example(table, key))).collect()
}

fn example(table: &'static Table, key: &'static Key) -> Example {
    let (role, frame) = role(table.frame);
    let mut lines: Vec<String> = vec![key.example.to_owned()];
    let needed = table.keys.iter().filter(|other| other.need == Need::Required && !defines(key.example, other.name));
    lines.extend(needed.map(|other| other.example.to_owned()));
    let text = fill(frame, &lines.join("\n"));
    let text = if role == Role::Connector { complete(&text) } else { text };
    Example { table: table.name, key: key.name, role, text }
}

/// Other files that a piece holds in comments: `# schemas/example.graphql: type Query { x: Int }`, or the path with lines of `#   ` below it.
#[must_use]
pub fn files(piece: &str) -> Vec<(Role, String, String)> {
    let role = |path: &str| match path {
        _ if path.contains(' ') => None,
        _ if path.starts_with("schemas/") => Some(Role::Schema),
        _ if path.starts_with("_base/") => Some(Role::Base),
        _ if path.ends_with(".yaml") => Some(Role::Map),
        _ => None,
    };
    let mut found: Vec<(Role, String, String)> = Vec::new();
    for line in piece.lines() {
        if let (Some(more), Some((_, _, text))) = (line.strip_prefix("#   "), found.last_mut()) {
            text.push_str(more);
            text.push('\n');
        } else if let Some((path, text)) = line.strip_prefix("# ").and_then(|line| line.split_once(':'))
            && let Some(role) = role(path)
        {
            found.push((role, path.to_owned(), text.trim_start().to_owned()));
        }
    }
    found
}

/// What kind of file a piece is of: its first line says so, unless it is a connector's.
#[must_use]
pub fn role(piece: &str) -> (Role, &str) {
    let kinds = [
        ("# map\n", Role::Map),
        ("# model\n", Role::Model),
        ("# cassette\n", Role::Cassette),
        ("# extract\n", Role::Schema),
        ("# overlay\n", Role::Schema),
    ];
    kinds.iter().find_map(|(mark, role)| Some((*role, piece.strip_prefix(mark)?))).unwrap_or((Role::Connector, piece))
}

fn defines(example: &str, key: &str) -> bool {
    example.lines().any(|line| line.strip_prefix(key).is_some_and(|rest| rest.starts_with(':')))
}

/// Puts text where `§` stands, at its indentation. Lines of the frame that the text defines anew give way.
fn fill(frame: &str, text: &str) -> String {
    let mut out = String::new();
    for line in frame.lines() {
        let Some((indent, _)) = line.split_once('§') else {
            let key = line.trim_start().split(':').next().unwrap_or("");
            let is_sibling = frame.lines().any(|other| other.find('§') == Some(line.len() - line.trim_start().len()));
            if !(is_sibling && defines(text, key)) {
                out.push_str(line);
                out.push('\n');
            }
            continue;
        };
        let blank = " ".repeat(indent.chars().count());
        for (index, inner) in text.lines().enumerate() {
            out.push_str(if index == 0 { indent } else { &blank });
            out.push_str(inner);
            out.push('\n');
        }
    }
    out
}
