//! Whether a request's path is one that a description declares.

/// How many words two paths share, if the given one is an instance of the declared one. The segments of the declared path may be `{name}`,
/// have one inside (`{id}.json`, `users('{id}')`), or be `{+name}` (RFC 6570, section 3.2.3), which takes several segments. Queries do not count.
#[must_use]
pub fn fits(given: &str, declared: &str) -> Option<usize> {
    let without_query = |path: &str| path.split_once(['?', '#']).map_or(path.len(), |(path, _)| path.len());
    let (given, declared) = (given.get(..without_query(given))?, declared.get(..without_query(declared))?);
    rest_fits(given.trim_matches('/'), declared.trim_matches('/'))
}

fn rest_fits(given: &str, declared: &str) -> Option<usize> {
    let (here, after) = declared.split_once('/').map_or((declared, None), |(here, after)| (here, Some(after)));
    if here.starts_with("{+") && here.ends_with('}') {
        // As much as may be: what follows takes the rest.
        let Some(after) = after else { return (!given.is_empty()).then_some(0) };
        return given.rmatch_indices('/').filter(|(at, _)| *at > 0).find_map(|(at, _)| rest_fits(given.get(at + 1..)?, after));
    }
    let (part, others) = given.split_once('/').map_or((given, None), |(part, others)| (part, Some(others)));
    let score = if part == here {
        1
    } else if takes(here, part) {
        0
    } else {
        return None;
    };
    match (others, after) {
        (None, None) => Some(score),
        (Some(others), Some(after)) => rest_fits(others, after).map(|rest| rest + score),
        (Some(_), None) | (None, Some(_)) => None,
    }
}

/// Whether a declared segment takes a given one.
fn takes(declared: &str, given: &str) -> bool {
    let (Some(start), Some(end)) = (declared.find('{'), declared.rfind('}')) else { return false };
    let (prefix, suffix) = (declared.get(..start).unwrap_or(""), declared.get(end + 1..).unwrap_or(""));
    given.len() > prefix.len() + suffix.len() && given.starts_with(prefix) && given.ends_with(suffix)
}

#[cfg(test)]
mod tests {
    use super::fits;

    #[test]
    fn literals_come_before_values() {
        for (given, declared, score) in [
            ("/api/v1/users/{}", "/api/v1/users/{userId}", Some(3)),
            ("/users/me", "/users/{id}", Some(1)),
            ("/users/me", "/users/me", Some(2)),
            ("/users/{}", "/users/me", None),
            ("/users/{}/x", "/users/{id}", None),
            ("/users", "/users/{id}", None),
            ("/files/{}.json", "/files/{id}.json", Some(1)),
            ("/users('{}')/x?y=1", "/users('{id}')/x", Some(1)),
            ("/v1/groups/{}", "/v1/{+name}", Some(1)),
            ("/v1/groups/{}/m", "/v1/{+name}/m", Some(2)),
            ("/v1", "/v1/{+name}", None),
            ("/", "/", Some(1)),
        ] {
            assert_eq!(fits(given, declared), score, "{given} {declared}");
        }
    }
}
