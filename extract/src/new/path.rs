//! A path of a description in parts: text, values, and what is no resource at its beginning.

/// A part of a path between two slashes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Part {
    Text(String),
    /// One value, by its name.
    Value(String),
    /// Text with values in it, as pieces: a text, then a value, and so on.
    Mixed(Vec<String>),
}

/// Words that are no resource when they begin a path.
const NOISE: &[&str] = &["api", "rest", "apis", "services", "service", "public", "scim"];

/// A path with its values left open.
pub(super) fn open(path: &str) -> String {
    let mut out = String::new();
    let mut depth = 0_usize;
    for c in path.trim_end_matches('/').chars() {
        match c {
            '{' => {
                depth += 1;
                if depth == 1 {
                    out.push_str("{}");
                }
            }
            '}' => depth = depth.saturating_sub(1),
            _ if depth == 0 => out.push(c),
            _ => {}
        }
    }
    out
}

pub(super) fn parts(path: &str) -> Result<Vec<Part>, String> {
    path.split('/').filter(|part| !part.is_empty()).map(part).collect()
}

fn part(text: &str) -> Result<Part, String> {
    let bad = |c: char| c.is_control() || c.is_whitespace() || matches!(c, '"' | '\\' | '<' | '>' | '^' | '`' | '|');
    if text.chars().any(bad) {
        return Err("its path holds what no URL holds".to_owned());
    }
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        let (name, after) = after.split_once('}').ok_or_else(|| "a brace of its path is not closed".to_owned())?;
        if name.contains('{') || before.contains('}') {
            return Err("its path holds braces within braces".to_owned());
        }
        pieces.push(before.to_owned());
        pieces.push(name.trim_start_matches('+').to_owned());
        rest = after;
    }
    if rest.contains('}') {
        return Err("a brace of its path is not opened".to_owned());
    }
    pieces.push(rest.to_owned());
    Ok(match pieces.as_slice() {
        [text] => Part::Text(text.clone()),
        [before, name, after] if before.is_empty() && after.is_empty() => Part::Value(name.clone()),
        _ => Part::Mixed(pieces),
    })
}

fn is_version(text: &str) -> bool {
    let text = text.to_ascii_lowercase();
    let rest = text.strip_prefix('v').unwrap_or(&text);
    rest.starts_with(|c: char| c.is_ascii_digit())
        && rest.len() <= 10
        && rest.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_'))
}

pub(super) fn is_noise(part: Option<&Part>) -> bool {
    matches!(part, Some(Part::Text(text)) if is_version(text) || NOISE.contains(&text.to_ascii_lowercase().as_str()))
}

/// A path without what stands before its resources: `/admin/v1` and the like.
pub(super) fn without_noise(parts: &[Part]) -> &[Part] {
    let leading = parts.iter().take_while(|part| matches!(part, Part::Text(_))).count();
    let version = parts.iter().take(leading.min(4)).rposition(|part| matches!(part, Part::Text(text) if is_version(text)));
    let mut from = version.map_or(0, |at| at + 1);
    while is_noise(parts.get(from)) && from + 1 < parts.len() {
        from += 1;
    }
    parts.get(from..).unwrap_or_default()
}

pub(super) fn open_parts(parts: &[Part]) -> String {
    let text = |part: &Part| match part {
        Part::Text(text) => text.clone(),
        Part::Value(_) => "{}".to_owned(),
        Part::Mixed(pieces) => pieces.iter().step_by(2).cloned().collect::<Vec<_>>().join("{}"),
    };
    parts.iter().map(|part| format!("/{}", text(part))).collect()
}
