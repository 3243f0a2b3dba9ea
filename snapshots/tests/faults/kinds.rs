//! The kinds of faults, each with the places of a connector where it can be made.

use connc_compiler::source::{FileId, Role, Sources, Span};

use super::spots::{Spot, slip, spots, words};

/// A single fault.
pub(crate) struct Fault {
    /// What kind of mistake it is.
    pub(crate) kind: &'static str,
    /// The file that it is made in.
    pub(crate) file: FileId,
    /// The first byte that it replaces.
    pub(crate) start: u32,
    /// One past the last.
    pub(crate) end: u32,
    /// What stands there instead.
    pub(crate) text: String,
    /// Where it must be reported.
    pub(crate) expected: Expected,
}

/// Where a fault must be reported.
pub(crate) enum Expected {
    /// Where it was made.
    There,
    /// At another place of the faulty files.
    At(FileId, u32, u32),
    /// In another file, over this word: the provider changed, and the spec uses it.
    Word(String),
    /// In another file, on a line with this text: the provider changed, and the spec's request is no longer known.
    Line(String),
}

/// Faults of one kind in one connector.
const MOST: usize = 3;

/// Every fault that the generator makes in a connector, spread evenly over its places.
pub(crate) fn faults(sources: &Sources) -> Vec<Fault> {
    let mut found = Vec::new();
    for file in sources.of(Role::Connector) {
        let text = sources.text(file);
        let spots = spots(sources, file);
        spots.iter().for_each(|spot| connector(file, text, spot, &spots, &mut found));
    }
    for file in sources.of(Role::Map) {
        let text = sources.text(file);
        let spots = spots(sources, file);
        spots.iter().for_each(|spot| map(file, text, spot, &spots, &mut found));
    }
    let used: String = sources.of(Role::Connector).chain(sources.of(Role::Map)).map(|file| sources.text(file)).collect();
    for file in sources.of(Role::Schema).filter(|file| sources.path(*file).ends_with(".yaml") && !sources.path(*file).contains("overlay")) {
        let text = sources.text(file);
        spots(sources, file).iter().for_each(|spot| extract(file, text, spot, &used, &mut found));
    }
    for file in sources.of(Role::Schema).filter(|file| sources.path(*file).ends_with(".graphql")) {
        sdl(file, sources.text(file), &used, &mut found);
    }
    let mut kinds: Vec<&'static str> = found.iter().map(|fault| fault.kind).collect();
    kinds.sort_unstable();
    kinds.dedup();
    let mut chosen = Vec::new();
    for kind in kinds {
        let (of_kind, others): (Vec<Fault>, Vec<Fault>) = found.into_iter().partition(|fault| fault.kind == kind);
        found = others;
        let step = of_kind.len().div_ceil(MOST).max(1);
        chosen.extend(of_kind.into_iter().step_by(step));
    }
    chosen
}

const METHODS: &[&str] = &["get", "post", "put", "patch", "delete", "graphql"];

fn there(kind: &'static str, file: FileId, start: u32, end: u32, text: impl Into<String>) -> Fault {
    Fault { kind, file, start, end, text: text.into(), expected: Expected::There }
}

fn typo(kind: &'static str, span: Span, word: &str) -> Fault {
    // A quoted key keeps its quotes.
    let quotes = u32::from(span.end - span.start == u32::try_from(word.len()).unwrap_or(0) + 2);
    there(kind, span.file, span.start + quotes, span.end - quotes, slip(word))
}

/// A slip of the last of the words that fit.
fn inner(kind: &'static str, file: FileId, start: u32, text: &str, fits: impl Fn(&str, &str) -> bool) -> Option<Fault> {
    let (at, word) = words(text).into_iter().rfind(|(at, word)| word.len() > 2 && fits(text.get(..*at).unwrap_or(""), word))?;
    let start = start + u32::try_from(at).ok()?;
    Some(there(kind, file, start, start + u32::try_from(word.len()).ok()?, slip(word)))
}

fn connector(file: FileId, text: &str, spot: &Spot, all: &[Spot], found: &mut Vec<Fault>) {
    let path: Vec<&str> = spot.path.iter().map(String::as_str).collect();
    let (Some(key), parent) = (path.last().copied(), path.len().checked_sub(2).and_then(|at| path.get(at)).copied().unwrap_or("")) else {
        return;
    };
    let in_operation = path.first() == Some(&"resources")
        && spot.siblings.iter().any(|sibling| METHODS.contains(&sibling.as_str()))
        && spot.scalar.is_some() | !METHODS.contains(&key);
    let is_operation = in_operation && !spot.siblings.iter().any(|sibling| sibling == "list");
    let value = spot.scalar.as_deref().unwrap_or("");
    let start = spot.value.start;
    match path.as_slice() {
        [_] => found.push(typo("misspelt top-level key", spot.key, key)),
        ["auth", _, _] if key != "parameters" => found.push(typo("misspelt auth key", spot.key, key)),
        ["errors" | "graphql" | "rate_limit", _] => found.push(typo("misspelt key of a section", spot.key, key)),
        [.., "paginate", _] => found.push(typo("misspelt paginate key", spot.key, key)),
        [.., "query", _] if path.first() == Some(&"resources") => found.push(typo("misspelt query parameter", spot.key, key)),
        _ if is_operation => found.push(typo("misspelt operation key", spot.key, key)),
        _ => {}
    }
    match key {
        "get" | "post" | "put" | "patch" | "delete" if is_operation && value.contains('/') => {
            found.extend(inner("misspelt path", file, start, value, |before, _| !before.contains("{{") || before.ends_with('/')));
            let other = if key == "get" { "post" } else { "get" };
            if !spot.siblings.iter().any(|sibling| sibling == "body") {
                found.push(there("wrong HTTP method", file, spot.key.start, spot.key.end, other));
            }
            let end = if value.ends_with('"') { spot.value.end - 1 } else { spot.value.end };
            found.push(there("secret in a URL", file, end, end, "?key={{ secret.token }}"));
            if value.starts_with('/') {
                found.push(there("foreign origin", file, start, start, "https://elsewhere.example"));
            }
        }
        "items" | "item" if is_operation && value != "$" => {
            found.extend(inner("misspelt path to records", file, start, value, |_, _| true))
        }
        "next" => found.extend(inner("misspelt page token", file, start, value, |_, _| true)),
        "until" if parent == "paginate" => {
            let line = text.get(..spot.key.start as usize).and_then(|before| before.rfind('\n')).map_or(0, |at| at + 1);
            if text.get(line..spot.key.start as usize).is_some_and(|before| before.trim().is_empty()) {
                let paginate = all
                    .iter()
                    .rev()
                    .find(|other| other.path.last().is_some_and(|key| key == "paginate") && other.key.start < spot.key.start);
                if let Some(paginate) = paginate {
                    let expected = Expected::At(file, paginate.value.start, paginate.value.end);
                    found.push(Fault {
                        expected,
                        ..there("dropped stop condition", file, u32::try_from(line).unwrap_or(0), spot.value.end + 1, "")
                    });
                }
            }
            found.extend(inner("misspelt stop condition", file, start, value, |_, word| !matches!(word, "true" | "false" | "not")));
        }
        "keep_if" => found.extend(inner("misspelt condition", file, start, value, |before, _| !before.contains('"'))),
        "path" if parent == "paginate" => found.extend(inner("misspelt page token", file, start, value, |_, _| true)),
        "max" if parent == "size" => found.push(there("page size beyond the maximum", file, start, spot.value.end, format!("{value}00"))),
        "query" | "variable" if matches!(parent, "size" | "into") => {
            found.extend(inner("misspelt page parameter", file, start, value, |_, _| true))
        }
        "verify" if path.len() == 1 => found.extend(inner("misspelt operation name", file, start, value, |_, _| true)),
        "style" if parent == "paginate" => found.push(there("misspelt style", file, start, spot.value.end, slip(value))),
        "graphql" if is_operation => graphql(file, start, value, found),
        "fragments" => graphql(file, start, value, found),
        "base_url" if path.len() == 1 && value.contains("}}.") => {
            // `https://{{ account.x }}.example.com` without the provider's own domain.
            if let Some(at) = value.find("}}.") {
                let from = start + u32::try_from(at).unwrap_or(0) + 2;
                let reference = start + u32::try_from(value.find("{{").unwrap_or(0)).unwrap_or(0);
                found.push(Fault {
                    expected: Expected::At(file, reference, from),
                    ..there("unconfined host", file, from, spot.value.end, "")
                });
            }
        }
        "within" if path.first() == Some(&"account") => {
            let base = all.iter().find(|spot| spot.path == ["base_url"]).map(|spot| spot.value);
            // What confines a value that is kept stands after it, and confines something else; an alias has its value elsewhere.
            if let Some(base) = base.filter(|base| spot.value.end < base.start && spot.value.end > spot.key.start) {
                let line = text.get(..spot.key.start as usize).and_then(|before| before.rfind('\n')).map_or(0, |at| at + 1);
                let fault = there("unconfined host", file, u32::try_from(line).unwrap_or(0), spot.value.end + 1, "");
                // What stands after the line that is taken out moves up.
                let moved = if base.start > fault.start { spot.value.end + 1 - fault.start } else { 0 };
                found.push(Fault { expected: Expected::At(file, base.start - moved, base.end - moved), ..fault });
            }
        }
        "query" if path.first() == Some(&"resources") && parent != "size" && parent != "into" => {
            // Beside the first parameter, as one more.
            let first = all
                .iter()
                .find(|other| other.path.len() == path.len() + 1 && other.path.starts_with(&spot.path) && other.key.start > spot.key.start);
            if let Some(first) = first.filter(|first| first.scalar.is_some()) {
                found.push(Fault {
                    kind: "secret in a query",
                    ..there("", file, first.value.start, first.value.end, "\"{{ secret.token }}\"")
                });
            }
        }
        _ => {}
    }
    if value.contains("{{") {
        found.extend(inner("misspelt name in a template", file, start, value, |before, _| {
            before.rfind("{{") > before.rfind("}}") && !before.ends_with("{{ ") && !before.trim_end().ends_with('|')
        }));
    }
    if path.contains(&"body") && path.first() == Some(&"resources") && key != "body" && !path.contains(&"input") {
        found.push(typo("misspelt body member", spot.key, key));
    }
    if matches!(path.as_slice(), ["errors", "code" | "message" | "when"] | ["errors", "kinds", _]) {
        found.extend(inner("misspelt field of an error", file, start, value, |before, word| {
            !before.ends_with('$') && !inside_quotes(before) && !matches!(word, "and" | "not" | "exists")
        }));
    }
}

fn inside_quotes(before: &str) -> bool {
    before.matches('"').count() % 2 == 1
}

/// Faults of a GraphQL document in a block scalar.
fn graphql(file: FileId, start: u32, text: &str, found: &mut Vec<Fault>) {
    let mut at = 0usize;
    for line in text.split_inclusive('\n') {
        let here = start + u32::try_from(at).unwrap_or(0);
        let trimmed = line.trim();
        at += line.len();
        if trimmed.is_empty() || trimmed.starts_with(['#', '}', '.']) {
            continue;
        }
        let Some((offset, word)) = words(line).into_iter().next() else { continue };
        let from = here + u32::try_from(offset).unwrap_or(0);
        let end = from + u32::try_from(word.len()).unwrap_or(0);
        match word {
            "query" | "mutation" => {
                if let Some(dollar) = line.find(": String!").or_else(|| line.find(": Int")) {
                    let from = here + u32::try_from(dollar).unwrap_or(0) + 2;
                    found.push(there("wrong variable type", file, from, from + if line.contains(": String!") { 7 } else { 3 }, "Boolean"));
                }
            }
            "fragment" => {}
            _ => {
                found.push(there("misspelt GraphQL field", file, from, end, slip(word)));
                if let Some(colon) = line.find(": $") {
                    let name = words(line.get(..colon).unwrap_or("")).last().map(|(offset, word)| (*offset, (*word).to_owned()));
                    if let Some((offset, word)) = name {
                        let from = here + u32::try_from(offset).unwrap_or(0);
                        found.push(there(
                            "misspelt GraphQL argument",
                            file,
                            from,
                            from + u32::try_from(word.len()).unwrap_or(0),
                            slip(&word),
                        ));
                    }
                }
            }
        }
    }
}

fn map(file: FileId, text: &str, spot: &Spot, all: &[Spot], found: &mut Vec<Fault>) {
    let path: Vec<&str> = spot.path.iter().map(String::as_str).collect();
    let value = spot.scalar.as_deref().unwrap_or("");
    let start = spot.value.start;
    if let [_, "create", "with", "body", .., "name" | "teamId"] = path.as_slice()
        && let Some((_, above)) = spot.path.split_last()
        && let Some(parent) = all.iter().find(|other| other.path == above)
    {
        let line = text.get(..spot.key.start as usize).and_then(|before| before.rfind('\n')).map_or(0, |at| at + 1);
        let end = text
            .get(spot.value.end as usize..)
            .and_then(|after| after.find('\n'))
            .map_or(spot.value.end, |at| spot.value.end + u32::try_from(at).unwrap_or(0) + 1);
        let start = u32::try_from(line).unwrap_or(0);
        // A line that holds more than the member is left alone.
        if text.get(line..spot.key.start as usize).is_some_and(|before| !before.trim().is_empty()) {
            return;
        }
        // A mapping that loses its first line begins with its second, which takes that place.
        let expected = Expected::At(file, parent.value.start, parent.value.start);
        found.push(Fault { expected, ..there("missing body member", file, start, end, "") });
    }
    match path.as_slice() {
        ["maps"] => found.extend(inner("misspelt model", file, start, value, |_, _| true)),
        [resource] if *resource != "maps" => found.push(typo("misspelt resource", spot.key, resource)),
        [_, key @ ("from" | "fields" | "filters" | "list" | "get" | "create" | "update" | "delete" | "add" | "remove")] => {
            found.push(typo("misspelt map key", spot.key, key));
            if *key == "from" {
                found.extend(inner("misspelt operation name", file, start, value, |_, _| true));
            }
        }
        [_, "fields", field] => {
            found.push(typo("misspelt unified field", spot.key, field));
            if spot.scalar.is_some() {
                expression(file, start, value, found);
                wrong_type(file, field, spot, found);
            }
        }
        [_, "fields", _, "from"] => expression(file, start, value, found),
        [_, "fields", _, key @ ("enum" | "unavailable")] => found.push(typo("misspelt map key", spot.key, key)),
        [_, "fields", _, "enum", word] => {
            found.push(typo("misspelt provider value", spot.key, word));
            found.extend(inner("misspelt unified value", file, start, value, |_, _| true));
        }
        [_, "filters", name] if *name != "join" => found.push(typo("misspelt filter", spot.key, name)),
        [_, "filters", _, name] if !matches!(*name, "type" | "parent") => {
            found.push(typo("misspelt filter target", spot.key, name));
            found.extend(inner("misspelt name in a template", file, start, value, |before, word| {
                before.ends_with("{{ ") && word == "value"
            }));
        }
        [.., "call"] => found.extend(inner("misspelt operation name", file, start, value, |_, _| true)),
        [.., "with", name] => found.push(typo("misspelt input", spot.key, name)),
        [_, _, "with", "body", ..] => {
            if let Some(name) = path.last().filter(|name| **name != "const") {
                found.push(typo("misspelt body member", spot.key, name));
            }
            if value.starts_with("$input.") {
                found.extend(inner("misspelt variable", file, start, value, |before, _| before.ends_with("$input.")));
            }
        }
        _ => {}
    }
}

/// Faults of a field's expression.
fn expression(file: FileId, start: u32, value: &str, found: &mut Vec<Fault>) {
    let plain = value.chars().all(|letter| letter.is_ascii_alphanumeric() || matches!(letter, '_' | '.'));
    if plain {
        found.extend(inner("misspelt path in a map", file, start, value, |_, _| true));
        let end = start + u32::try_from(value.len()).unwrap_or(0);
        found.push(there("unbalanced JSONata", file, end, end, "("));
    } else {
        found.extend(inner("misspelt path in an expression", file, start, value, |before, word| {
            !before.ends_with('$') && !inside_quotes(before) && !matches!(word, "and" | "null" | "true" | "false")
        }));
        found.extend(inner("misspelt function", file, start, value, |before, _| before.ends_with('$') && !inside_quotes(before)));
        if let Some(at) = value.rfind([')', '}', ']']) {
            let from = start + u32::try_from(at).unwrap_or(0);
            let whole = Expected::At(file, start, start + u32::try_from(value.len()).unwrap_or(0));
            found.push(Fault { expected: whole, ..there("unbalanced JSONata", file, from, from + 1, " ") });
        }
        if let Some((at, word)) = words(value)
            .into_iter()
            .find(|(at, word)| inside_quotes(value.get(..*at).unwrap_or("")) && value.contains(&format!("= \"{word}\"")))
        {
            let from = start + u32::try_from(at).unwrap_or(0);
            found.push(there("misspelt word in a comparison", file, from, from + u32::try_from(word.len()).unwrap_or(0), slip(word)));
        }
    }
}

/// Another type than the unified field takes.
fn wrong_type(file: FileId, field: &str, spot: &Spot, found: &mut Vec<Fault>) {
    let other = match field {
        "created_at" | "updated_at" | "at" | "last_login_at" => "$string(id)",
        "is_admin" | "is_active" | "is_default" => "id",
        "email" | "name" | "description" | "title" => "$$",
        "remote_id" => "[id]",
        "members_count" | "usage_count" | "users_count" => "\"many\"",
        _ => return,
    };
    let other = if other == "\"many\"" {
        "'\"many\"'"
    } else if other == "[id]" {
        "'[id, id]'"
    } else {
        other
    };
    found.push(there("wrong type for a unified field", file, spot.value.start, spot.value.end, other));
}

/// What the provider may change in its description, and the spec then uses wrongly.
fn extract(file: FileId, text: &str, spot: &Spot, used: &str, found: &mut Vec<Fault>) {
    let path: Vec<&str> = spot.path.iter().map(String::as_str).collect();
    match path.as_slice() {
        ["operations", operation] if used.contains(operation.rsplit('/').next().unwrap_or("?")) => {
            let word = operation.split(['/', '{']).rfind(|word| word.len() > 3 && !word.contains('}')).unwrap_or("").to_owned();
            found.push(Fault {
                expected: Expected::Line(format!("/{word}")),
                ..there("operation that the provider removed", file, spot.key.end, spot.key.end, "/old")
            });
        }
        ["types", _, "properties", name] if name.len() > 4 && is_mapped(name, used) => {
            found.push(Fault { expected: Expected::Word((*name).to_owned()), ..typo("field that the provider renamed", spot.key, name) });
        }
        ["operations", operation, "parameters"] if used.contains(operation.rsplit('/').next().unwrap_or("?")) => {
            let word = operation.split(['/', '{']).rfind(|word| word.len() > 3 && !word.contains('}')).unwrap_or("").to_owned();
            let value = text.get(spot.value.start as usize..spot.value.end as usize).unwrap_or("");
            let (at, new) = if value.starts_with('{') {
                (spot.value.start + 1, "new: { in: query, required: true, type: string },")
            } else {
                (spot.value.start, "new: { in: query, required: true, type: string }\n      ")
            };
            found.push(Fault {
                expected: Expected::Line(format!("/{word}")),
                ..there("parameter that the provider now requires", file, at, at, new)
            });
        }
        [.., "enum"] => {
            let value = text.get(spot.value.start as usize..spot.value.end as usize).unwrap_or("");
            let used = |word: &str| used.lines().any(|line| line.trim_start().starts_with(&format!("{word}: ")));
            if let Some((at, word)) =
                words(value).into_iter().find(|(at, word)| value.starts_with('[') && *at > 1 && word.len() > 3 && used(word))
            {
                let comma = u32::try_from(value.get(..at).and_then(|before| before.rfind(',')).unwrap_or(at)).unwrap_or(0);
                let end = spot.value.start + u32::try_from(at + word.len()).unwrap_or(0);
                let fault = there("enum value that the provider removed", file, spot.value.start + comma, end, "");
                found.push(Fault { expected: Expected::Word(word.to_owned()), ..fault });
            }
        }
        _ => {}
    }
}

/// Whether a plain path of a map ends in the name.
fn is_mapped(name: &str, used: &str) -> bool {
    used.lines().any(|line| line.split_once(": ").is_some_and(|(_, value)| value == name || value.ends_with(&format!(".{name}"))))
}

/// A field that the provider renamed in its schema, of a type that a fragment selects it of.
fn sdl(file: FileId, text: &str, used: &str, found: &mut Vec<Fault>) {
    let mut at = 0usize;
    let mut selected = String::new();
    for line in text.split_inclusive('\n') {
        let here = at;
        at += line.len();
        if let Some(name) = line.strip_prefix("type ").and_then(|rest| rest.split_whitespace().next()) {
            let mark = format!(" on {name} {{");
            selected = used.split(mark.as_str()).nth(1).and_then(|body| body.split("\n    }").next()).unwrap_or("").to_owned();
        }
        let Some((offset, word)) = words(line).into_iter().next() else { continue };
        // What stands in braces is of another type.
        let own = selected.split('{').next().unwrap_or("");
        if line.starts_with("  ") && line.contains(':') && word.len() > 3 && own.split_whitespace().any(|other| other == word) {
            let from = u32::try_from(here + offset).unwrap_or(0);
            let fault = there("field that the provider renamed", file, from, from + u32::try_from(word.len()).unwrap_or(0), slip(word));
            found.push(Fault { expected: Expected::Word(word.to_owned()), ..fault });
        }
    }
}
