//! Text as Markdown that is read back as the same text.

/// Where text stands.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    /// Whether nothing stands before it in its line.
    pub(super) starts: bool,
    /// Whether nothing stands after it in its line.
    pub(super) ends: bool,
    /// Whether the line is a cell of a table.
    pub(super) cell: bool,
}

/// In the middle of a line.
pub(super) const WITHIN: Place = Place { starts: false, ends: false, cell: false };

pub(super) fn text(text: &str, place: Place) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    let mut before = None;
    let mut rest = text.chars();
    // The digits that a line begins with: with a dot behind them they number a list.
    let mut numbering = place.starts;
    while let Some(character) = rest.next() {
        let after = rest.clone().next();
        let starts = place.starts && before.is_none();
        let ends = place.ends && after.is_none();
        let escaped = match character {
            '\\' => !after.is_some_and(char::is_alphanumeric),
            '*' | '`' | '[' | ']' | '<' | '~' => true,
            '|' => !place.cell,
            '_' => !(before.is_some_and(char::is_alphanumeric) && after.is_some_and(char::is_alphanumeric)),
            '!' => matches!(after, Some('[') | None),
            '&' => is_entity(rest.as_str()),
            '#' => starts || ends,
            '>' | '+' | '-' | '=' | ':' => starts,
            '.' | ')' => numbering && before.is_some(),
            _ => false,
        };
        numbering &= character.is_ascii_digit();
        let edge = (starts || ends) && character.is_whitespace();
        if edge || is_control(character) || (character == '|' && place.cell) {
            entity(character, &mut out);
        } else {
            if escaped {
                out.push('\\');
            }
            out.push(character);
        }
        before = Some(character);
    }
    out
}

/// Whether an entity's name and its end follow an ampersand.
fn is_entity(after: &str) -> bool {
    let name = after.trim_start_matches('#');
    after.len() - name.len() <= 1
        && name.find(|c: char| !c.is_ascii_alphanumeric()).is_some_and(|at| at > 0 && name.split_at(at).1.starts_with(';'))
}

/// Whether a reader may take a character out, or for the end of a line.
fn is_control(character: char) -> bool {
    (character.is_control() && character != '\t') || matches!(character, '\u{feff}' | '\u{2028}' | '\u{2029}')
}

fn entity(character: char, out: &mut String) {
    out.push_str(&format!("&#{};", u32::from(character)));
}

/// Code between as many backticks as it needs.
pub(super) fn code(text: &str) -> String {
    let fence = "`".repeat(longest_run(text, '`') + 1);
    let edges = text.starts_with('`') || text.ends_with('`');
    let spaces = text.starts_with(' ') && text.ends_with(' ') && text.chars().any(|c| c != ' ');
    let pad = if edges || spaces { " " } else { "" };
    format!("{fence}{pad}{text}{pad}{fence}")
}

/// Whether code survives between backticks.
pub(super) fn is_plain_code(text: &str, cell: bool) -> bool {
    !text.chars().any(|c| is_control(c) || (cell && c == '|'))
}

/// How often a character stands in a row, at most.
pub(super) fn longest_run(text: &str, character: char) -> usize {
    text.split(|c| c != character).map(str::len).max().unwrap_or_default() / character.len_utf8()
}

/// Where a link leads, and its title.
pub(super) fn destination(href: &str, title: Option<&str>) -> String {
    let bare =
        !href.is_empty() && href.chars().all(|c| c.is_ascii_alphanumeric() || "-._~:/?#@!$'*+,;=%&".contains(c)) && !has_entity(href);
    let mut out = if bare { href.to_owned() } else { format!("<{}>", quoted(href)) };
    if let Some(title) = title {
        out.push_str(&format!(" \"{}\"", quoted(title)));
    }
    out
}

/// Whether an entity stands somewhere in it.
pub(super) fn has_entity(text: &str) -> bool {
    text.split('&').skip(1).any(is_entity)
}

/// Text in which nothing means anything but itself, in brackets or quotes.
fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\\' | '<' | '>' | '"' | '&' | '|' | '`' => entity(character, &mut out),
            character if character.is_control() || is_control(character) => entity(character, &mut out),
            character => out.push(character),
        }
    }
    out
}

/// What stands behind the fence of a code block.
pub(super) fn info(language: &str) -> String {
    quoted(language)
}
