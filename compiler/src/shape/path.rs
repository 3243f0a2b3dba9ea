//! Whether a request's path is one that a description declares; and its query, where operations share a path.

/// How many words two paths share, if the given one is an instance of the declared one. The segments of the declared path may be `{name}`,
/// have one inside (`{id}.json`, `users('{id}')`), or be `{+name}` (RFC 6570, section 3.2.3), which takes several segments. Queries do not count.
#[must_use]
pub fn fits(given: &str, declared: &str) -> Option<usize> {
    let without_query = |path: &str| path.split_once(['?', '#']).map_or(path.len(), |(path, _)| path.len());
    let (given, declared) = (given.get(..without_query(given))?, declared.get(..without_query(declared))?);
    rest_fits(given.trim_matches('/'), declared.trim_matches('/'))
}

/// How well a call fits a declared path that may end in a query: `/query?q=SELECT {} FROM User{}` is for APIs that tell their operations apart
/// by a parameter. Words of the path count most, then the text that the query has in common. `query` holds the call's parameters, unescaped.
#[must_use]
pub fn call_fits(given: &str, query: &[(String, String)], declared: &str) -> Option<usize> {
    let path = fits(given, declared)?;
    let Some((_, wanted)) = declared.split_once('?') else { return Some(path.saturating_mul(PATH)) };
    let mut text = 1;
    for pair in wanted.split('&') {
        let (name, open) = pair.split_once('=').unwrap_or((pair, ""));
        let (_, value) = query.iter().find(|(given, _)| given == name)?;
        if !text_fits(value, open) {
            return None;
        }
        text += open.split("{}").map(str::len).sum::<usize>();
    }
    Some(path.saturating_mul(PATH).saturating_add(text))
}

/// What a word of a path is worth beside a letter of a query.
const PATH: usize = 1 << 20;

/// Whether a text has the parts of an open one (`SELECT {} FROM User{}`) in their order.
fn text_fits(given: &str, open: &str) -> bool {
    let Some((first, rest)) = open.split_once("{}") else { return given == open };
    let Some(mut given) = given.strip_prefix(first) else { return false };
    let mut parts: Vec<&str> = rest.split("{}").collect();
    let last = parts.pop().unwrap_or_default();
    for part in parts {
        let Some((_, after)) = given.split_once(part) else { return false };
        given = after;
    }
    given.ends_with(last)
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
    use super::{call_fits, fits};

    #[test]
    fn operations_that_share_a_path_are_told_apart_by_their_query() {
        let declared = ["/query", "/query?q=SELECT {} FROM User{}", "/query?q=SELECT {} FROM UserRole{}", "/query?action=list"];
        for (query, found) in [
            ("q=SELECT Id FROM User ORDER BY Id", 1),
            ("q=SELECT Id FROM UserRole ORDER BY Id", 2),
            ("q=SELECT {} FROM UserRole{}", 2),
            ("q=SELECT {} FROM User{}", 1),
            ("q=SELECT Id FROM Group", 0),
            ("action=list", 3),
            ("action=lists", 0),
            ("other=1", 0),
        ] {
            let (name, value) = query.split_once('=').unwrap();
            let query = [(name.to_owned(), value.to_owned())];
            let best = (0..declared.len()).filter_map(|index| Some((call_fits("/query", &query, declared[index])?, index))).max();
            assert_eq!(best.map(|(_, index)| index), Some(found), "{query:?}");
        }
        assert_eq!(call_fits("/other", &[], "/query?action=list"), None);
    }

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
