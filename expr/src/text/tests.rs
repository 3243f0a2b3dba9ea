//! What values can and cannot do in each place.

use std::borrow::Cow;

use connc_plan::{Origin, Reference, Segment, Text, TextFilter};

use super::{Escape, Lookup, RenderError, Scope, encode_form, encode_path, encode_query, render};

/// `v` is the value at hand, `gone` is absent, `many` a list, `object` no text.
struct Values<'a>(&'a str);

impl Scope for Values<'_> {
    fn get(&self, path: &[String]) -> Lookup<'_> {
        match path.join(".").as_str() {
            "input.v" => Lookup::Text(Cow::Borrowed(self.0)),
            "dot" => Lookup::Text(Cow::Borrowed(".")),
            "many" => Lookup::List(vec!["a".to_owned(), "b\"c".to_owned()]),
            "object" => Lookup::NotText,
            _ => Lookup::Absent,
        }
    }
}

/// A template such as `/a/{{ input.v }}`, with filters as `{{ many | join(,) }}`.
fn template(source: &str) -> Text {
    let mut segments = Vec::new();
    for (index, part) in source.split("{{ ").enumerate() {
        let (inside, literal) = if index == 0 { ("", part) } else { part.split_once(" }}").unwrap() };
        if index > 0 {
            segments.push(Segment::Value(reference(inside)));
        }
        if !literal.is_empty() {
            segments.push(Segment::Literal(literal.to_owned()));
        }
    }
    Text { segments, origin: Origin::default() }
}

fn reference(source: &str) -> Reference {
    let mut parts = source.split(" | ");
    let path = parts.next().unwrap().split('.').map(str::to_owned).collect();
    let filters = parts.map(|part| {
        let (name, arguments) = part.strip_suffix(')').and_then(|part| part.split_once('(')).map_or((part, None), |(n, a)| (n, Some(a)));
        TextFilter { name: name.to_owned(), arguments: arguments.map(str::to_owned).into_iter().collect() }
    });
    Reference { path, filters: filters.collect() }
}

fn run(source: &str, value: &str, escape: Escape) -> Result<Option<String>, RenderError> {
    render(&template(source), &Values(value), escape)
}

fn accepts(escape: Escape, cases: &[(&str, &str, &str)]) {
    for (source, value, expected) in cases {
        assert_eq!(run(source, value, escape).unwrap().as_deref(), Some(*expected), "{source} with {value:?}");
    }
}

fn refuses(escape: Escape, cases: &[(&str, &str)]) {
    for (source, value) in cases {
        let error = run(source, value, escape).unwrap_err();
        assert!(error.message.starts_with(&format!("`{}`", error.reference)), "{error}");
        assert!(value.len() < 4 || !error.message.contains(value), "{error}");
    }
}

#[test]
fn a_path_keeps_each_value_in_its_segment() {
    accepts(
        Escape::Path,
        &[
            ("/users/{{ input.v }}/groups", "a/b?c#d e%é", "/users/a%2Fb%3Fc%23d%20e%25%C3%A9/groups"),
            ("/users/{{ input.v }}", "..\\..", "/users/..%5C.."),
            ("/users/{{ input.v }}", "%2e%2e", "/users/%252e%252e"),
            ("/v{{ input.v }}/x", ".", "/v./x"),
            ("/{{ input.v }}.json", "a", "/a.json"),
            ("https://api.acme.example/{{ input.v }}", "x:y@z", "https://api.acme.example/x%3Ay%40z"),
            ("{{ input.v }}/b", "https://evil.example", "https%3A%2F%2Fevil.example/b"),
            ("/search?q={{ input.v }}", "", "/search?q="),
            ("/search?q={{ input.v }}", "a&b=c/..", "/search?q=a%26b%3Dc%2F.."),
            ("/plain/path", "", "/plain/path"),
        ],
    );
    refuses(
        Escape::Path,
        &[
            ("/users/{{ input.v }}", ""),
            ("/users/x{{ input.v }}", ""),
            ("/users/{{ input.v }}", "."),
            ("/users/{{ input.v }}/x", ".."),
            ("/users/.{{ input.v }}", "."),
            ("/users/%2E{{ input.v }}", "."),
            ("/users/{{ dot }}{{ input.v }}", "."),
            ("/users\\{{ input.v }}\\x", ".."),
            ("/users/{{ input.v }}?x=1", ".."),
            ("{{ input.v }}", ".."),
            ("https://{{ input.v }}/x", "acme.example"),
            ("https://api.{{ input.v }}/x", "acme.example"),
            ("//{{ input.v }}/x", "acme.example"),
            ("\\\\{{ input.v }}/x", "acme.example"),
            ("https:{{ input.v }}/x", "acme.example"),
            ("https:/{{ input.v }}/x", "acme.example"),
            ("https:\\\\{{ input.v }}/x", "acme.example"),
        ],
    );
}

#[test]
fn a_host_is_nothing_but_a_host() {
    accepts(Escape::Host, &[("{{ input.v }}", "acme.example", "acme.example"), ("{{ input.v }}.acme.example", "a-1", "a-1.acme.example")]);
    let hostile = ["", ".", "a..b", ".a", "a.", "a/b", "a@b", "a:1", "a#", "a?", "a\\", "a b", "a\n", "ä", "a%2eb", "[::1]", "a_b"];
    for value in hostile {
        refuses(Escape::Host, &[("{{ input.v }}", value)]);
        refuses(Escape::Base, &[("https://{{ input.v }}", value), ("https://{{ input.v }}/x", value)]);
        if value != "a." {
            refuses(Escape::Base, &[("https://{{ input.v }}.acme.example/x", value)]);
        }
    }
    refuses(Escape::Base, &[("https://{{ input.v }}.acme.example/x", "a.")]);
}

#[test]
fn a_base_url_takes_hosts_paths_and_whole_urls() {
    accepts(
        Escape::Base,
        &[
            ("https://{{ input.v }}", "acme.example", "https://acme.example"),
            ("https://{{ input.v }}:8443/api", "acme.example", "https://acme.example:8443/api"),
            ("https://api.acme.example/ex/{{ input.v }}", "a/b", "https://api.acme.example/ex/a%2Fb"),
            ("{{ input.v }}", "https://acme.example/", "https://acme.example"),
            ("{{ input.v }}/api/v2", "https://acme.example:8443/desk/", "https://acme.example:8443/desk/api/v2"),
            ("{{ input.v }}/api", "http://127.0.0.1:80", "http://127.0.0.1:80/api"),
        ],
    );
    refuses(
        Escape::Base,
        &[
            ("{{ input.v }}/api", "acme.example"),
            ("{{ input.v }}/api", "ftp://acme.example"),
            ("{{ input.v }}/api", "https://user@acme.example"),
            ("{{ input.v }}/api", "https://a:b@acme.example"),
            ("{{ input.v }}/api", "https://acme.example?x"),
            ("{{ input.v }}/api", "https://acme.example#x"),
            ("{{ input.v }}/api", "https://acme.example/a/../b"),
            ("{{ input.v }}/api", "https://acme.example/a/%2E%2e/b"),
            ("{{ input.v }}/api", "https://acme.example\\x"),
            ("{{ input.v }}/api", "https:///x"),
            ("{{ input.v }}{{ dot }}", "https://acme.example"),
            ("https://api.acme.example/{{ input.v }}/x", ".."),
        ],
    );
}

#[test]
fn queries_and_forms_are_encoded_whole() {
    accepts(Escape::Query, &[("lastUpdated gt \"{{ input.v }}\"", "a&b=c+d", "lastUpdated%20gt%20%22a%26b%3Dc%2Bd%22")]);
    accepts(Escape::Form, &[("x y{{ input.v }}", "&=+é*~", "x+y%26%3D%2B%C3%A9*%7E")]);
    accepts(Escape::None, &[("x {{ input.v }}", "&\n", "x &\n")]);
    assert_eq!((encode_path("a/b c"), encode_query("a[b]"), encode_form("a b")), ("a%2Fb%20c".into(), "a%5Bb%5D".into(), "a+b".into()));
}

#[test]
fn headers_cannot_be_split() {
    accepts(Escape::Header, &[("SSWS {{ input.v }}", "t0ken/+=", "SSWS t0ken/+=")]);
    refuses(
        Escape::Header,
        &[("{{ input.v }}", "a\r\nx: y"), ("{{ input.v }}", "a\0"), ("x {{ input.v }}", "a\u{85}b"), ("{{ input.v }}", "\n")],
    );
}

#[test]
fn absence_leaves_out_or_is_an_error() {
    for escape in [Escape::Path, Escape::Host, Escape::Base, Escape::Query, Escape::Header, Escape::Form, Escape::None] {
        assert_eq!(run("{{ gone }}", "", escape), Ok(None));
        assert_eq!(run("{{ gone | lower }}", "", escape), Ok(None));
        let error = run("x{{ gone.deep | lower }}", "", escape).unwrap_err();
        assert_eq!((error.message.as_str(), error.reference.as_str()), ("`gone.deep | lower` is absent", "gone.deep | lower"));
    }
    assert_eq!(run("{{ object }}", "", Escape::Query).unwrap_err().message, "`object` is an object or a list, and no text");
}

#[test]
fn filters_run_in_order_and_over_lists() {
    accepts(
        Escape::None,
        &[
            ("{{ many | quoted(backslash) | join(, ) }}", "", r#""a", "b\"c""#),
            ("{{ input.v | lower | quoted(single_doubled) }}", "O'X", "'o''x'"),
        ],
    );
    refuses(
        Escape::None,
        &[("{{ many }}", ""), ("{{ input.v | quoted(caret) }}", "a^OR"), ("{{ input.v | quoted(sql) }}", ""), ("{{ input.v | nope }}", "")],
    );
}

#[test]
fn an_encoding_holds_whole_texts() {
    let basic = |value| {
        let inner = vec![Segment::Value(reference("input.v")), Segment::Literal(":x".to_owned())];
        let segments = vec![Segment::Literal("Basic ".to_owned()), Segment::Base64(inner)];
        render(&Text { segments, origin: Origin::default() }, &Values(value), Escape::Header)
    };
    assert_eq!(basic("ada").unwrap().unwrap(), "Basic YWRhOng=");
    assert_eq!(basic("a\nb").unwrap().unwrap(), "Basic YQpiOng=");
    assert_eq!(basic("a:b").unwrap_err().message, "`input.v` has a colon, which a user name of HTTP Basic cannot have");
    let secret = vec![Segment::Literal("ada:".to_owned()), Segment::Value(reference("input.v"))];
    let password = Text { segments: vec![Segment::Base64(secret)], origin: Origin::default() };
    assert_eq!(render(&password, &Values("a:b"), Escape::Header).unwrap().unwrap(), "YWRhOmE6Yg==");
    let absent = Text { segments: vec![Segment::Base64(vec![Segment::Value(reference("gone"))])], origin: Origin::default() };
    assert_eq!(render(&absent, &Values(""), Escape::Header).unwrap_err().message, "`gone` is absent");
}
