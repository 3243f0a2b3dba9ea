//! Paths with holes, and which path of a description a connector's is.

/// A value that is put in.
pub(crate) const HOLE: char = '\0';
/// A value that may hold slashes (`{+name}`).
const SPAN: &str = "\u{1}";

/// A path's parts between slashes.
pub(crate) type Segments = Vec<String>;

/// The path of a URL or a path: without scheme, host, query and fragment.
pub(crate) fn path_of(url: &str) -> String {
    let after_host = match url.split_once("://") {
        Some((_, rest)) => rest.find('/').and_then(|at| rest.get(at..)).unwrap_or(""),
        // A host that is put in whole.
        None if !url.starts_with('/') => url.find('/').and_then(|at| url.get(at..)).unwrap_or(""),
        None => url,
    };
    let path = after_host.split(['?', '#']).next().unwrap_or_default();
    path.trim_end_matches('/').to_owned()
}

/// A connector's path in parts.
pub(crate) fn segments(path: &str) -> Segments {
    path.split('/').filter(|part| !part.is_empty()).map(ToOwned::to_owned).collect()
}

/// A description's path in parts, each `{name}` a hole.
pub(crate) fn described(path: &str) -> Segments {
    let path = path.split(['?', '#']).next().unwrap_or_default();
    segments(path).iter().map(|part| with_holes(part)).collect()
}

fn with_holes(part: &str) -> String {
    if part.starts_with("{+") && part.ends_with('}') {
        return SPAN.to_owned();
    }
    let mut out = String::new();
    let mut depth = 0_usize;
    for c in part.chars() {
        match c {
            '{' => {
                depth += 1;
                if depth == 1 {
                    out.push(HOLE);
                }
            }
            '}' => depth = depth.saturating_sub(1),
            _ if depth == 0 => out.push(c),
            _ => {}
        }
    }
    out
}

/// How well a connector's path fits a description's: the more of its text is met by text, the better. None where it does not.
pub(crate) fn fit(own: &[String], described: &[String]) -> Option<usize> {
    let Some((first, rest)) = described.split_first() else { return own.is_empty().then_some(0) };
    if first == SPAN {
        return (1..=own.len()).rev().find_map(|taken| fit(own.get(taken..)?, rest));
    }
    let (part, others) = own.split_first()?;
    let score = if part == first {
        if part.contains(HOLE) { 1 } else { 2 }
    } else if first.len() == HOLE.len_utf8() && first.starts_with(HOLE) {
        // A text where the description has a value: `/users/me` under `/users/{userId}`.
        0
    } else {
        return None;
    };
    Some(score + fit(others, rest)?)
}

#[cfg(test)]
mod tests {
    use super::{described, fit, path_of, segments};

    #[test]
    fn paths_meet() {
        let fits = |own: &str, path: &str| fit(&segments(own), &described(path));
        assert_eq!(fits("/users/me", "/users/{userId}"), Some(2));
        assert_eq!(fits("/users/me", "/users/me"), Some(4));
        assert_eq!(fits("/users/\0", "/users/me"), None);
        assert_eq!(fits("/users/\0/x", "/users/{id}"), None);
        assert_eq!(fits("/users('\0')/x", "/users('{id}')/x?all"), Some(3));
        assert_eq!(fits("/v1/groups/\0", "/v1/{+name}"), Some(2));
        assert_eq!(fits("/v1/groups/\0/m", "/v1/{+name}/m"), Some(4));
    }

    #[test]
    fn a_url_has_a_path() {
        for (url, path) in [
            ("https://\0.example.com", ""),
            ("https://api.example.com/v1/", "/v1"),
            ("\0/services/x?y=1", "/services/x"),
            ("/users?x", "/users"),
            ("//host/v1", "//host/v1"),
        ] {
            assert_eq!(path_of(url), path, "{url}");
        }
    }
}
