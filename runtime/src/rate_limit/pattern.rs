//! Numbers packed into a longer header: `api-usage=*/` finds the 18 of `api-usage=18/5000`.

/// The digits that `*` stands for, at the first place of `text` where the whole pattern fits.
pub(super) fn capture<'a>(pattern: &str, text: &'a str) -> Option<&'a str> {
    text.char_indices().find_map(|(start, _)| here(pattern, text.get(start..)?))
}

fn here<'a>(pattern: &str, text: &'a str) -> Option<&'a str> {
    let (mut pattern, mut rest, mut found) = (pattern, text, None);
    while let Some(next) = pattern.chars().next() {
        if matches!(next, '*' | '#') {
            let digits = digits(rest)?;
            found = if next == '*' { Some(digits) } else { found };
            rest = rest.get(digits.len()..)?;
        } else {
            rest = rest.strip_prefix(next)?;
        }
        pattern = pattern.get(next.len_utf8()..)?;
    }
    found
}

/// The digits that `text` begins with, at least one.
fn digits(text: &str) -> Option<&str> {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    text.get(..end).filter(|digits| !digits.is_empty())
}

#[cfg(test)]
mod tests {
    use super::capture;

    #[test]
    fn the_first_place_where_the_whole_fits() {
        let usage = "api-usage=18/5000, per-app-api-usage=17/250(appName=Ada's 2nd)";
        for (pattern, found) in [
            ("api-usage=*/", Some("18")),
            ("api-usage=#/*", Some("5000")),
            ("per-app-api-usage=*/", Some("17")),
            ("per-app-api-usage=#/*(", Some("250")),
            ("*", Some("18")),
            ("usage=*;", None),
            ("other=*", None),
        ] {
            assert_eq!(capture(pattern, usage), found, "{pattern}");
        }
        assert_eq!(capture("n=*", "n=x n=7"), Some("7"));
        assert_eq!(capture("é*", "aé12"), Some("12"));
        assert_eq!(capture("n=*", ""), None);
    }
}
