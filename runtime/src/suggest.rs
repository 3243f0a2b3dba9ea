//! Did you mean: the nearest of a few known names.

/// The known name that `name` is most likely a misspelling of.
pub(crate) fn nearest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let allowed = ((name.chars().count() + 1) / 3).clamp(1, 3);
    known
        .into_iter()
        .map(|candidate| (strsim::damerau_levenshtein(name, candidate), candidate))
        .filter(|(cost, _)| *cost <= allowed)
        .min()
        .map(|(_, candidate)| candidate)
}

/// Names for a sentence: `` `a`, `b` ``, or `none`.
pub(crate) fn list(names: &[&str]) -> String {
    if names.is_empty() {
        return "none".to_owned();
    }
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

/// "did you mean", or else what there is.
pub(crate) fn help(name: &str, known: &[&str]) -> String {
    match nearest(name, known.iter().copied()) {
        Some(candidate) => format!("did you mean `{candidate}`?"),
        None => format!("there is: {}", list(known)),
    }
}

#[cfg(test)]
mod tests {
    use super::{help, nearest};

    #[test]
    fn near_names() {
        assert_eq!(nearest("emial", ["id", "email", "name"]), Some("email"));
        assert_eq!(nearest("zzz", ["email"]), None);
        assert_eq!(help("x", &["abc", "def"]), "there is: `abc`, `def`");
    }
}
