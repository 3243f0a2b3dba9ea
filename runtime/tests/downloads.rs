//! Files: where they are fetched, with what, and how their bytes come.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod support;

use connc_runtime::{Call, Download, Error, ErrorKind, Limits};
use futures_util::StreamExt as _;
use serde_json::{Value, json};
use support::*;

fn connector(download: Value, answer: &str) -> connc_plan::Plan {
    let more = json!({ "takes_id": true, "download": download });
    plan(
        vec![operation("files.get", "one", request("GET", "/files/{{ id }}", json!({ "answer": answer })), item(&["file"]), more)],
        json!({}),
    )
}

fn fetched(more: &[(&str, Value)]) -> connc_plan::Plan {
    let mut download = json!({ "fetch": expression("url"), "within": ["files.example.net"], "origin": [0, 30, 7] });
    for (name, value) in more {
        download[*name] = value.clone();
    }
    connector(download, "json")
}

fn link(url: &str) -> Scripted {
    ok(json!({ "file": { "url": url } }))
}

fn file(text: &str) -> Scripted {
    Scripted::Answer(200, vec![("content-type", "image/png".to_owned())], text.to_owned())
}

fn redirect(to: &str) -> Scripted {
    Scripted::Answer(302, vec![("location", to.to_owned())], String::new())
}

async fn download(bench: &Bench) -> Result<Download, Error> {
    bench.runtime.download(&bench.connector, &bench.account, Call::native("files.get").id("7")).await
}

async fn text(download: Download) -> Result<String, Error> {
    let Download { mut stream, .. } = download;
    let mut bytes = Vec::new();
    while let Some(chunk) = stream.next().await {
        bytes.extend_from_slice(&chunk?);
    }
    Ok(String::from_utf8(bytes).unwrap())
}

#[tokio::test]
async fn credentials_stay_on_the_connectors_own_origins() {
    for (url, own) in
        [("https://acme.example.com/raw/7?x=%2F", true), ("/raw/7?x=%2F", true), ("https://a.files.example.net/7?sig=s%2B", false)]
    {
        let bench = bench(fetched(&[]), vec![link(url), file("bytes")]);
        let done = download(&bench).await.unwrap();
        assert_eq!((done.status, done.content_type.as_deref()), (200, Some("image/png")));
        assert_eq!(text(done).await.unwrap(), "bytes");
        let expected = if own { "https://acme.example.com/raw/7?x=%2F" } else { url };
        assert_eq!(bench.script.urls()[1], expected);
        assert_eq!(bench.script.header(1, "authorization").is_some(), own, "{url}");
        let seen = bench.script.seen.lock().unwrap();
        let names: Vec<&str> = seen[1].headers().keys().map(http::HeaderName::as_str).collect();
        assert!(own || names == ["accept", "user-agent"], "{names:?}");
        assert_eq!(seen[1].method(), "GET");
    }
}

#[tokio::test]
async fn redirects_go_where_the_plan_says_and_carry_nothing() {
    let answers = || vec![redirect("https://cdn.example.org/a"), redirect("/b"), file("bytes")];
    let follows = connector(json!({ "redirect": ["example.org"], "origin": [0, 30, 7] }), "bytes");
    let bench = bench(follows, answers());
    assert_eq!(text(download(&bench).await.unwrap()).await.unwrap(), "bytes");
    assert_eq!(bench.script.urls(), ["https://acme.example.com/files/7", "https://cdn.example.org/a", "https://cdn.example.org/b"]);
    assert!(bench.script.header(0, "authorization").is_some());
    assert!((1..3).all(|index| bench.script.header(index, "authorization").is_none()));
    // Back to the connector itself, which is not named: still nothing goes there.
    let back = support::bench(
        connector(json!({ "redirect": ["example.org"], "origin": [0, 30, 7] }), "bytes"),
        vec![redirect("https://acme.example.com/files/8")],
    );
    assert_eq!(download(&back).await.unwrap_err().kind, ErrorKind::Security);
    let unnamed = support::bench(connector(json!({ "origin": [0, 30, 7] }), "bytes"), vec![redirect("https://cdn.example.org/a")]);
    assert_eq!(download(&unnamed).await.unwrap_err().kind, ErrorKind::Provider);
    let circle = support::bench(
        connector(json!({ "redirect": ["example.org"], "origin": [0, 30, 7] }), "bytes"),
        vec![redirect("https://cdn.example.org/a"); 6],
    );
    assert_eq!(download(&circle).await.unwrap_err().kind, ErrorKind::Security);
}

#[tokio::test]
async fn addresses_off_the_list_are_refused_before_anything_is_sent() {
    let anywhere = [("within", json!(["example.net", "169.254.169.254", "127.0.0.1", "localhost"]))];
    for url in [
        "https://evil.test/7",
        "https://evilexample.net/7",
        "http://files.example.net/7",
        "https://u:p@files.example.net/7",
        "https://169.254.169.254/latest/meta-data",
        "https://127.0.0.1/7",
        "https://localhost/7",
        "file:///etc/passwd",
        "https://[::ffff:127.0.0.1]/",
    ] {
        let bench = bench(fetched(&anywhere), vec![link(url)]);
        let error = download(&bench).await.unwrap_err();
        assert_eq!((error.kind, bench.script.urls().len()), (ErrorKind::Security, 1), "{url}: {error}");
        assert!(error.place.is_some() && !error.to_string().contains("u:p"), "{error}");
    }
}

#[tokio::test]
async fn what_breaks_is_an_error_of_its_own() {
    for (answers, kind) in [
        (vec![ok(json!({ "file": { "name": "x" } }))], ErrorKind::NotFound),
        (vec![link("https://files.example.net/7"), status(404, json!({}))], ErrorKind::NotFound),
        (vec![link("https://files.example.net/7"), status(403, json!({}))], ErrorKind::Forbidden),
        (vec![status(404, json!({}))], ErrorKind::NotFound),
    ] {
        assert_eq!(download(&bench(fetched(&[]), answers)).await.unwrap_err().kind, kind);
    }
    let short = Scripted::Answer(200, vec![("content-length", "9".to_owned())], "bytes".to_owned());
    let done = download(&bench(connector(json!(null), "bytes"), vec![short])).await.unwrap();
    assert_eq!(done.length, Some(9));
    assert_eq!(text(done).await.unwrap_err().message, "the file broke off: 5 of 9 bytes came");
    let bench = bench(connector(json!(null), "bytes"), vec![file("bytes")]);
    let runtime = builder(bench.script.clone()).limits(Limits { download_bytes: 4, ..Limits::default() }).build().unwrap();
    let done = runtime.download(&bench.connector, &bench.account, Call::native("files.get").id("7")).await.unwrap();
    assert_eq!(text(done).await.unwrap_err().kind, ErrorKind::Limit);
}

#[tokio::test]
async fn only_files_are_downloaded() {
    let record = bench(
        plan(
            vec![operation("files.get", "one", request("GET", "/files/{{ id }}", json!({})), item(&[]), json!({ "takes_id": true }))],
            json!({}),
        ),
        vec![],
    );
    assert_eq!(download(&record).await.unwrap_err().kind, ErrorKind::InvalidInput);
    // The record of a file that is fetched can be read like any other.
    let bench = bench(fetched(&[]), vec![link("https://files.example.net/7")]);
    let answer = bench.call(Call::native("files.get").id("7")).await.unwrap();
    assert_eq!(answer.record.unwrap().value().unwrap(), json!({ "url": "https://files.example.net/7" }));
}
