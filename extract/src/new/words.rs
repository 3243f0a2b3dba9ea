//! Names as a connector writes them, and how words of two descriptions are compared.

/// The most characters of a name.
const LONGEST: usize = 60;

/// `userProfile`, `User-Profile` and `USER_PROFILE` as `user_profile`; empty where no letter or digit is left.
pub(super) fn snake(text: &str) -> String {
    let mut out = String::new();
    let chars: Vec<char> = text.chars().collect();
    for (index, c) in chars.iter().enumerate() {
        if !c.is_ascii_alphanumeric() {
            if !out.is_empty() && !out.ends_with('_') {
                out.push('_');
            }
            continue;
        }
        let before = index.checked_sub(1).and_then(|before| chars.get(before));
        let after = chars.get(index + 1);
        let begins = c.is_ascii_uppercase()
            && (before.is_some_and(|before| before.is_ascii_lowercase() || before.is_ascii_digit())
                || (before.is_some_and(char::is_ascii_uppercase) && after.is_some_and(char::is_ascii_lowercase)));
        if begins && !out.is_empty() && !out.ends_with('_') {
            out.push('_');
        }
        out.push(c.to_ascii_lowercase());
    }
    let mut out = shortened(out.trim_matches('_'));
    if out.chars().next().is_some_and(|c| c.is_ascii_digit()) {
        out.insert(0, 'n');
    }
    // YAML reads these words as something else than text.
    if ["null", "true", "false"].contains(&out.as_str()) {
        out.push('_');
    }
    out
}

/// A name that is too long, cut where a word ends.
fn shortened(name: &str) -> String {
    if name.len() <= LONGEST {
        return name.to_owned();
    }
    let cut: String = name.chars().take(LONGEST).collect();
    cut.rsplit_once('_').map_or(cut.clone(), |(before, _)| before.to_owned())
}

/// Lower case letters and digits only: `firstName` and `first_name` are the same.
pub(super) fn plain(text: &str) -> String {
    text.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect()
}

/// `users` as `user`, `companies` as `company`.
pub(super) fn singular(word: &str) -> String {
    if let Some(stem) = word.strip_suffix("ies").filter(|stem| stem.len() > 1) {
        return format!("{stem}y");
    }
    if let Some(stem) = ["sses", "xes", "ches", "shes"].iter().find(|ending| word.ends_with(**ending)).and_then(|_| word.strip_suffix("es"))
    {
        return stem.to_owned();
    }
    match word.strip_suffix('s') {
        Some(stem) if stem.len() > 1 && !word.ends_with("ss") && !word.ends_with("us") && !word.ends_with("is") => stem.to_owned(),
        Some(_) | None => word.to_owned(),
    }
}

/// Whether a name is made of these words: `users` in `directory_users` and `user`.
pub(super) fn has_word(name: &str, word: &str) -> bool {
    let singular_word = singular(&snake(word));
    if singular_word.is_empty() {
        return false;
    }
    let name = snake(name);
    singular(&name) == singular_word
        || name.split('_').any(|part| singular(part) == singular_word)
        || format!("_{}_", singular(&name)).contains(&format!("_{singular_word}_"))
}

/// A member's name as JSONata reads it.
pub(super) fn member(name: &str) -> Option<String> {
    let starts = name.chars().next().is_some_and(|c| c.is_ascii_alphabetic() || c == '_');
    let simple = starts && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    if simple && !["and", "or", "in", "true", "false", "null", "function"].contains(&name) {
        return Some(name.to_owned());
    }
    // Nothing escapes a backtick.
    (!name.is_empty() && !name.contains(['`', '\n', '\r']) && !name.chars().any(char::is_control)).then(|| format!("`{name}`"))
}

/// The members that a plain path names: those that [`member`] wrote, with dots between them; none of `$`.
pub(super) fn steps(path: &str) -> Option<Vec<String>> {
    if path == "$" {
        return Some(Vec::new());
    }
    let (mut found, mut here, mut quoted) = (Vec::new(), String::new(), false);
    for c in path.chars() {
        match c {
            '`' => quoted = !quoted,
            '.' if !quoted => found.push(std::mem::take(&mut here)),
            _ if quoted || c.is_ascii_alphanumeric() || c == '_' => here.push(c),
            _ => return None,
        }
    }
    found.push(here);
    (!quoted && found.iter().all(|step| !step.is_empty())).then_some(found)
}

#[cfg(test)]
mod tests {
    use super::{has_word, member, singular, snake};

    #[test]
    fn names_are_snake_case() {
        for (given, made) in [
            ("userProfile", "user_profile"),
            ("User-Profile", "user_profile"),
            ("SCIMUsers", "scim_users"),
            ("users.list", "users_list"),
            ("2fa", "n2fa"),
            ("$count", "count"),
            ("étage", "tage"),
            ("日本", ""),
            ("null", "null_"),
        ] {
            assert_eq!(snake(given), made, "{given}");
        }
        assert!(snake(&"aVeryLongName".repeat(30)).len() <= 60);
        assert_eq!(["users", "companies", "status", "access", "boxes"].map(singular), ["user", "company", "status", "access", "box"]);
        assert!(has_word("directory_users", "user") && has_word("audit_logs", "audit-log") && !has_word("usergroups", "users"));
        assert_eq!(member("@odata.type").as_deref(), Some("`@odata.type`"));
        assert_eq!((member("and").as_deref(), member("a`b")), (Some("`and`"), None));
    }
}
