//! The rows of the table: what a server does, and what it is asked for.

use std::time::Duration;

use crate::bombs;
use crate::server::{Act, answer, json, send};

/// The chapter that waits.
pub(crate) const SLOW: &str = "Slow servers";

/// What the call asks for.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Asked {
    /// A list that goes on by links.
    List,
    /// A list that goes on by tokens.
    Tokens,
    /// A list that counts its pages.
    Pages,
    /// One record.
    Get,
    /// A write.
    Create,
    /// One record, through a map.
    Mapped,
}

/// A row.
pub(crate) struct Row {
    pub(crate) what: &'static str,
    pub(crate) asked: Asked,
    pub(crate) scripts: Vec<Vec<Act>>,
}

fn row(what: &'static str, asked: Asked, script: Vec<Act>) -> Row {
    Row { what, asked, scripts: vec![script] }
}

/// Reads the request, and then writes this and closes.
fn cut(text: &str) -> Vec<Act> {
    vec![Act::Read, send(text), Act::Close]
}

pub(crate) fn all() -> Vec<(&'static str, Vec<Row>)> {
    vec![
        ("Cut connections, reading", cuts(Asked::Get)),
        ("Cut connections, writing", cuts(Asked::Create)),
        (SLOW, slow()),
        ("Wrong lengths and framing", framing()),
        ("Compression and size", sizes()),
        ("Lists that go nowhere", lists()),
        ("Links and redirects", links()),
        ("Answers that are none", nothing()),
        ("JSON", documents()),
    ]
}

const HEAD: &str = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n";

fn cuts(asked: Asked) -> Vec<Row> {
    let row = |what, script| row(what, asked, script);
    vec![
        row("closes the connection as it stands", vec![Act::Close]),
        row("closes it after it has read the request", vec![Act::Read, Act::Close]),
        row("closes it in the middle of the headers", cut("HTTP/1.1 200 OK\r\ncontent-le")),
        row("closes it after `100 Continue`", cut("HTTP/1.1 100 Continue\r\n\r\n")),
        row("closes it after the headers", cut(&format!("{HEAD}content-length: 9\r\n\r\n"))),
        row("closes it in the middle of the body", cut(&format!("{HEAD}content-length: 50\r\n\r\n{{\"id\": 7"))),
        row("closes it in the middle of a chunk", cut(&format!("{HEAD}transfer-encoding: chunked\r\n\r\n20\r\n{{\"id\": 7"))),
        row("closes it before the last chunk", cut(&format!("{HEAD}transfer-encoding: chunked\r\n\r\n9\r\n{{\"id\": 7}}\r\n"))),
    ]
}

fn slow() -> Vec<Row> {
    let tenth = Duration::from_millis(100);
    let head = || Act::Send(format!("{HEAD}content-length: 1000000\r\n\r\n").into_bytes());
    vec![
        row("never answers", Asked::Get, vec![Act::Read, Act::Silence]),
        row("never answers a write", Asked::Create, vec![Act::Read, Act::Silence]),
        row("stops in the middle of the body", Asked::Get, vec![Act::Read, head(), send("{"), Act::Silence]),
        row(
            "sends a byte of the headers now and then",
            Asked::Get,
            vec![Act::Read, send("HTTP/1.1 200 OK\r\nx: "), Act::Endless(b"x".to_vec(), tenth)],
        ),
        row("sends a byte of the body now and then", Asked::Get, vec![Act::Read, head(), Act::Endless(b" ".to_vec(), tenth)]),
        row(
            "sends a byte of the body now and then, to a write",
            Asked::Create,
            vec![Act::Read, head(), Act::Endless(b" ".to_vec(), tenth)],
        ),
        row(
            "sends a chunk now and then, without end",
            Asked::Get,
            vec![Act::Read, send(&format!("{HEAD}transfer-encoding: chunked\r\n\r\n")), Act::Endless(b"1\r\n \r\n".to_vec(), tenth)],
        ),
    ]
}

fn framing() -> Vec<Row> {
    let get = |what, text: &str| row(what, Asked::Get, cut(text));
    vec![
        get("says a length that is too long", &format!("{HEAD}content-length: 500\r\n\r\n{{\"id\": 7}}")),
        get("says a length that is too short", &format!("{HEAD}content-length: 4\r\nconnection: close\r\n\r\n{{\"id\": 7}}")),
        get(
            "says a length that is too short by white space",
            &format!("{HEAD}content-length: 9\r\nconnection: close\r\n\r\n{{\"id\": 7}}\r\n\r\n"),
        ),
        get("says two lengths", &format!("{HEAD}content-length: 9\r\ncontent-length: 5\r\n\r\n{{\"id\": 7}}")),
        get("says a length that is no number", &format!("{HEAD}content-length: nine\r\n\r\n{{\"id\": 7}}")),
        get("sends chunks of a size that is none", &format!("{HEAD}transfer-encoding: chunked\r\n\r\nxyz\r\n{{\"id\": 7}}\r\n0\r\n\r\n")),
        get("says no length, and closes at the end", &format!("{HEAD}\r\n{{\"id\": 7}}")),
        get("answers something else than HTTP", "SSH-2.0-OpenSSH_9.9\r\n"),
        get("answers HTTP/0.9", "{\"id\": 7}"),
        get("sends a status that is none", "HTTP/1.1 OK 200\r\n\r\n"),
        get("sends a header that is none", &format!("{HEAD}no colon here\r\ncontent-length: 9\r\n\r\n{{\"id\": 7}}")),
        get(
            "sends `103 Early Hints` first",
            &format!("HTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\n{HEAD}content-length: 9\r\n\r\n{{\"id\": 7}}"),
        ),
        get("switches protocols", "HTTP/1.1 101 Switching Protocols\r\nupgrade: other\r\nconnection: upgrade\r\n\r\n"),
        row(
            "sends a header without end",
            Asked::Get,
            vec![Act::Read, send(&format!("{HEAD}x: ")), Act::Endless(vec![b'x'; 65536], Duration::ZERO)],
        ),
        row("sends headers without end", Asked::Get, vec![Act::Read, send(HEAD), Act::Endless(b"x: y\r\n".repeat(1000), Duration::ZERO)]),
        get("sends 200 headers", &format!("{HEAD}{}content-length: 9\r\n\r\n{{\"id\": 7}}", "x: y\r\n".repeat(200))),
    ]
}

fn sizes() -> Vec<Row> {
    let packed = |what, name: &str, body: Vec<u8>| row(what, Asked::Get, answer("200 OK", &format!("content-encoding: {name}\r\n"), body));
    let gzip = bombs::gzip();
    let half = gzip.iter().copied().take(40).collect();
    vec![
        packed("sends what is no gzip as gzip", "gzip", b"{\"id\": 7}".to_vec()),
        packed("sends half a gzip file", "gzip", half),
        packed("sends 100 MB as a small gzip file", "gzip", gzip),
        packed("sends 100 MB as a small Brotli file", "br", bombs::brotli()),
        packed("sends 100 MB as a small Zstandard file", "zstd", bombs::zstd()),
        packed("packs in a way that was not asked for", "compress", b"\x1f\x9d".to_vec()),
        row(
            "sends a body without end",
            Asked::Get,
            vec![
                Act::Read,
                send(&format!("{HEAD}transfer-encoding: chunked\r\n\r\n")),
                Act::Endless([b"10000\r\n".to_vec(), vec![b' '; 65536], b"\r\n".to_vec()].concat(), Duration::ZERO),
            ],
        ),
        row(
            "sends an error page without end",
            Asked::Get,
            vec![
                Act::Read,
                send("HTTP/1.1 500 Oh\r\ntransfer-encoding: chunked\r\n\r\n"),
                Act::Endless([b"10000\r\n".to_vec(), vec![b'x'; 65536], b"\r\n".to_vec()].concat(), Duration::ZERO),
            ],
        ),
    ]
}

fn lists() -> Vec<Row> {
    let page = |id: u32, next: &str| json(format!("{{\"data\": [{{\"id\": {id}}}], {next}}}"));
    let endless = (1..20).map(|id| page(id, &format!("\"next\": \"/users?page={}\"", id + 1))).collect();
    let circle = [1, 2, 3, 2].into_iter().cycle().take(40).map(|id| page(id, &format!("\"cursor\": \"c{id}\""))).collect();
    let broken = vec![page(1, "\"cursor\": \"a\""), vec![Act::Read, Act::Close]];
    vec![
        Row { what: "has one more page each time", asked: Asked::List, scripts: endless },
        Row { what: "gives the same token again", asked: Asked::Tokens, scripts: vec![page(1, "\"cursor\": \"a\"")] },
        Row { what: "gives tokens in a circle", asked: Asked::Tokens, scripts: circle },
        Row { what: "gives the same page again and again", asked: Asked::Pages, scripts: vec![page(1, "\"more\": true")] },
        Row { what: "breaks off after the first page", asked: Asked::Tokens, scripts: broken },
        row("gives a token that is no text", Asked::Tokens, page(1, "\"cursor\": {\"a\": 1}")),
        row("gives a list that is none", Asked::List, json("{\"data\": {\"id\": 1}}")),
        row("gives null in the place of the list", Asked::List, json("{\"data\": null}")),
    ]
}

fn links() -> Vec<Row> {
    let next = |what, url: &str| row(what, Asked::List, json(format!("{{\"data\": [{{\"id\": 1}}], \"next\": \"{url}\"}}")));
    let redirect = |what, url: &str| row(what, Asked::Get, answer("302 Found", &format!("location: {url}\r\n"), ""));
    vec![
        next("links to another host", "https://evil.example/users?page=2"),
        next("links to a host that only begins like its own", "https://acme.example.com.evil.example/users"),
        next("links to its own host by `http`", "http://acme.example.com/users?page=2"),
        next("links to another port of its host", "https://acme.example.com:8443/users"),
        next("links with credentials", "https://user:word@acme.example.com/users"),
        next("links to a name before an `@`", "https://acme.example.com@evil.example/users"),
        next("links to the metadata address", "http://169.254.169.254/latest/meta-data/"),
        next("links to a file", "file:///etc/passwd"),
        next("links to a script", "javascript:alert(1)"),
        next("links to what is no URL", "https://[::1"),
        redirect("redirects to the metadata address", "http://169.254.169.254/latest/meta-data/iam"),
        redirect("redirects to another host", "https://evil.example/users/7"),
        redirect("redirects to a file", "file:///etc/passwd"),
        redirect("redirects to its own host by `http`", "http://acme.example.com/users/7"),
        redirect("redirects to itself", "/users/7"),
        row("redirects a write", Asked::Create, answer("307 Temporary Redirect", "location: https://evil.example/users\r\n", "")),
        row("redirects to nowhere", Asked::Get, answer("302 Found", "", "")),
    ]
}

fn nothing() -> Vec<Row> {
    let html = "<!DOCTYPE html><html><body>Please log in</body></html>";
    vec![
        row("sends an HTML page with 200", Asked::Get, answer("200 OK", "content-type: text/html; charset=utf-8\r\n", html)),
        row("sends an HTML page as JSON", Asked::Get, json(html)),
        row("sends an HTML page with 502, to a read", Asked::Get, answer("502 Bad Gateway", "content-type: text/html\r\n", html)),
        row("sends an HTML page with 502, to a write", Asked::Create, answer("502 Bad Gateway", "content-type: text/html\r\n", html)),
        row(
            "answers 204 where a record is due",
            Asked::Get,
            vec![Act::Read, send("HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n"), Act::Close],
        ),
        row(
            "answers 204 where a list is due",
            Asked::List,
            vec![Act::Read, send("HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n"), Act::Close],
        ),
        row(
            "answers 206 with part of the document",
            Asked::Get,
            answer("206 Partial Content", "content-range: bytes 0-7/9\r\n", "{\"id\": 7"),
        ),
        row(
            "answers 206 with part of a list that reads like a whole one",
            Asked::List,
            answer("206 Partial Content", "content-range: bytes 0-21/90\r\n", "{\"data\": [{\"id\": 1}]}"),
        ),
        row(
            "answers 304 to what was not conditional",
            Asked::Get,
            vec![Act::Read, send("HTTP/1.1 304 Not Modified\r\nconnection: close\r\n\r\n"), Act::Close],
        ),
        row("answers 200 with an empty body", Asked::Get, json("")),
        row("answers 200 with white space", Asked::Get, json("  \r\n ")),
        row("answers a status beyond 599", Asked::Get, answer("799 Odd", "", "{}")),
        row("answers 429 to a write", Asked::Create, answer("429 Too Many Requests", "retry-after: 30\r\n", "{}")),
    ]
}

fn documents() -> Vec<Row> {
    let get = |what, body: &[u8]| row(what, Asked::Get, json(body));
    let mapped = |what, body: &str| row(what, Asked::Mapped, json(body));
    let deep = |count: usize| format!("{{\"id\": {}{}}}", "[".repeat(count), "]".repeat(count));
    vec![
        get("sends bytes that are no UTF-8 in a text", b"{\"id\": 7, \"name\": \"J\xf8rgen\"}"),
        get("sends UTF-16", b"\xff\xfe{\0}\0"),
        get("sends a byte order mark", b"\xef\xbb\xbf{\"id\": 7}"),
        get("sends a NUL byte in a text", b"{\"id\": 7, \"name\": \"a\0b\"}"),
        get("sends a NUL byte after the document", b"{\"id\": 7}\0"),
        mapped("sends an escaped NUL in a text", "{\"id\": 7, \"name\": \"a\\u0000b\"}"),
        mapped("sends half a surrogate pair", "{\"id\": 7, \"name\": \"\\ud83d\"}"),
        get("sends JSON 10,000 levels deep", deep(10_000).as_bytes()),
        get("sends JSON 100,000 levels deep that never closes", "[".repeat(100_000).as_bytes()),
        mapped("sends an id beyond 2^53", "{\"id\": 9007199254740993, \"name\": \"Ada\"}"),
        mapped("sends an id beyond 2^64", "{\"id\": 123456789012345678901234567890, \"name\": \"Ada\"}"),
        mapped("sends an id with an exponent", "{\"id\": 1e3, \"name\": \"Ada\"}"),
        mapped("sends a number that no float holds", "{\"id\": 7, \"name\": 1e999}"),
        mapped("says a member twice", "{\"id\": 1, \"name\": \"first\", \"id\": 2, \"name\": \"last\"}"),
        get("says a list twice", b"{\"id\": 7, \"data\": [1], \"data\": [2]}"),
        row("says the list of records twice", Asked::List, json("{\"data\": [{\"id\": 1}], \"data\": [{\"id\": 2}]}")),
        get("sends the beginning of a document", b"{\"id\": 7, \"name\": \"Ad"),
        row("sends the beginning of a list", Asked::List, json("{\"data\": [{\"id\": 1}, {\"id\": 2}")),
        get("sends two documents", b"{\"id\": 7} {\"id\": 8}"),
        get("sends a document in quotes", b"\"{\\\"id\\\": 7}\""),
        get("sends what JavaScript would read", b"{id: 7, 'name': NaN,}"),
    ]
}
