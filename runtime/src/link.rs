//! The `Link` header (RFC 8288), read by hand because URLs in it may hold `,` and `;`.

use http::HeaderMap;

/// The target of the first link with the relation `rel`, over all `Link` headers.
pub(crate) fn target(headers: &HeaderMap, rel: &str) -> Option<String> {
    headers
        .get_all(http::header::LINK)
        .iter()
        .filter_map(|value| std::str::from_utf8(value.as_bytes()).ok())
        .find_map(|value| in_value(value, rel))
}

fn in_value(value: &str, rel: &str) -> Option<String> {
    let mut rest = value;
    // A link begins at `<`; whatever stands before it is the separator, or nothing that can be read.
    while let Some((_, after)) = rest.split_once('<') {
        let (target, after) = after.split_once('>')?;
        let (parameters, next) = until_comma(after);
        if relation(parameters).is_some_and(|relations| relations.split_ascii_whitespace().any(|name| name.eq_ignore_ascii_case(rel))) {
            return Some(target.trim().to_owned());
        }
        rest = next;
    }
    None
}

/// Cuts before the next comma that stands outside quotes.
fn until_comma(text: &str) -> (&str, &str) {
    let (mut quoted, mut escaped) = (false, false);
    let end = text.char_indices().find(|(_, c)| {
        let ends = !quoted && *c == ',';
        quoted = if *c == '"' && !escaped { !quoted } else { quoted };
        escaped = quoted && *c == '\\' && !escaped;
        ends
    });
    end.and_then(|(position, _)| text.split_at_checked(position)).unwrap_or((text, ""))
}

/// The value of the first `rel` parameter; later ones do not count (section 3.3).
fn relation(parameters: &str) -> Option<&str> {
    let mut rest = parameters;
    loop {
        let (_, after) = rest.split_once(';')?;
        let (name, after) = match after.find(['=', ';']).and_then(|position| after.split_at_checked(position)) {
            Some((name, after)) => (name.trim(), after),
            None => return None,
        };
        let Some(value) = after.strip_prefix('=').map(str::trim_start) else {
            rest = after;
            continue;
        };
        let (value, after) = match value.strip_prefix('"') {
            Some(quoted) => quoted.split_once('"')?,
            None => value.find(';').and_then(|position| value.split_at_checked(position)).unwrap_or((value, "")),
        };
        if name.eq_ignore_ascii_case("rel") {
            return Some(value.trim());
        }
        rest = after;
    }
}

#[cfg(test)]
mod tests {
    use super::{HeaderMap, in_value, target};

    #[test]
    fn targets() {
        for (header, expected) in [
            (r#"<https://a.example/?p=2>; rel="next""#, Some("https://a.example/?p=2")),
            (r#"<https://a.example/?ids=1,2;3>; rel="next", <x>; rel=last"#, Some("https://a.example/?ids=1,2;3")),
            (r#"<a>; rel="self", <b>; title="x, <c>; rel=next"; rel="next""#, Some("b")),
            (r"<a>; rel=next", Some("a")),
            (r#"<a>; REL="prev NEXT""#, Some("a")),
            (r#"<a>; rel="prev"; rel="next""#, None),
            (r#"<a>; rel="nextish""#, None),
            (r#"<a>; results="true"; rel = "next"; cursor="0:100:0""#, Some("a")),
            (r#"<a; rel="next""#, None),
            (r#"<>; rel="next""#, Some("")),
            ("", None),
        ] {
            assert_eq!(in_value(header, "next").as_deref(), expected, "{header}");
        }
    }

    #[test]
    fn several_headers() {
        let mut headers = HeaderMap::new();
        headers.append("link", "<a>; rel=self".parse().unwrap());
        headers.append("link", "<b>; rel=next".parse().unwrap());
        assert_eq!(target(&headers, "next").as_deref(), Some("b"));
    }
}
