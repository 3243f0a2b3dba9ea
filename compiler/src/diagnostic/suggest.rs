//! Did you mean.

/// The candidate that `given` is most likely a slip of, if any is near enough.
#[must_use]
pub fn nearest<'a>(given: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let given = given.to_lowercase();
    candidates
        .into_iter()
        .map(|candidate| (strsim::damerau_levenshtein(&given, &candidate.to_lowercase()), candidate))
        .filter(|(distance, candidate)| *distance <= allowed(given.chars().count().max(candidate.chars().count())))
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// The candidate from which `given` differs by one slip: a letter too many, too few, changed, or two that changed places.
#[must_use]
pub fn slip<'a>(given: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let long = given.chars().count() > 3;
    candidates.into_iter().find(|candidate| long && strsim::damerau_levenshtein(given, candidate) == 1)
}

/// How many slips a word of this length may hold and still be taken for another.
fn allowed(length: usize) -> usize {
    match length {
        0..=2 => 0,
        3..=4 => 1,
        5..=8 => 2,
        _ => 3,
    }
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn finds_slips_and_leaves_strangers_alone() {
        let keys = ["paginate", "items", "answer", "id"];
        assert_eq!(nearest("paginater", keys), Some("paginate"));
        assert_eq!(nearest("Item", keys), Some("items"));
        assert_eq!(nearest("anwser", keys), Some("answer"));
        assert_eq!(nearest("idd", keys), Some("id"));
        assert_eq!(nearest("headers", keys), None);
        assert_eq!(nearest("", keys), None);
    }
}
