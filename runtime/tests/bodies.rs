//! What stands where in a request: bodies of every kind, lists in queries, and the encoding of each place.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod support;

use bytes::Bytes;
use connc_runtime::{Call, ErrorKind, File};
use futures_util::stream;
use serde_json::{Value, json};
use support::*;

fn desk(more: Value, answers: Vec<Scripted>) -> Bench {
    let url = more.get("at").and_then(Value::as_str).unwrap_or("/x").to_owned();
    let mut more = more;
    more.as_object_mut().unwrap().remove("at");
    let input = json!([
        parameter("a", "string", false),
        parameter("list", "array", false),
        parameter("object", "object", false),
        parameter("file", "file", false)
    ]);
    let operation = operation("x.send", "nothing", request("POST", &url, more), json!("none"), json!({ "input": input }));
    bench(plan(vec![operation], json!({})), answers)
}

fn sent(bench: &Bench, index: usize) -> (String, String, String) {
    let seen = bench.script.seen.lock().unwrap();
    let request = &seen[index];
    let kind = request.headers().get("content-type").map(|kind| kind.to_str().unwrap().to_owned()).unwrap_or_default();
    (request.uri().to_string(), kind, String::from_utf8(request.body().to_vec()).unwrap())
}

/// One value in every place, beside what RFC 3986 (path and query), the WHATWG (forms) and RFC 9110 (headers) make of it.
#[tokio::test]
async fn each_place_encodes_by_its_own_rule() {
    for (value, url, form) in [
        ("plain-._~", "plain-._~", "plain-._%7E"),
        ("a b", "a%20b", "a+b"),
        ("a+b", "a%2Bb", "a%2Bb"),
        ("100%", "100%25", "100%25"),
        ("%2F", "%252F", "%252F"),
        (":/?#[]@", "%3A%2F%3F%23%5B%5D%40", "%3A%2F%3F%23%5B%5D%40"),
        ("!$&'()*+,;=", "%21%24%26%27%28%29%2A%2B%2C%3B%3D", "%21%24%26%27%28%29*%2B%2C%3B%3D"),
        ("\"<>\\^`{|}", "%22%3C%3E%5C%5E%60%7B%7C%7D", "%22%3C%3E%5C%5E%60%7B%7C%7D"),
        ("é", "%C3%A9", "%C3%A9"),
        ("日本", "%E6%97%A5%E6%9C%AC", "%E6%97%A5%E6%9C%AC"),
        ("🦀", "%F0%9F%A6%80", "%F0%9F%A6%80"),
    ] {
        let more = json!({
            "at": "/x/{{ input.a }}/y", "query": [["q", text("{{ input.a }}")]], "headers": [["x-a", text("{{ input.a }}")]],
            "body": { "form": [["f", text("{{ input.a }}")]] },
        });
        let bench = desk(more, vec![ok(json!({}))]);
        bench.call(Call::native("x.send").input(json!({ "a": value }))).await.unwrap();
        let (address, kind, body) = sent(&bench, 0);
        assert_eq!(address, format!("https://acme.example.com/x/{url}/y?q={url}"), "{value}");
        assert_eq!((kind.as_str(), body), ("application/x-www-form-urlencoded", format!("f={form}")), "{value}");
        // A header takes the UTF-8 as it is, and nothing that would end it.
        let header = bench.script.seen.lock().unwrap()[0].headers()["x-a"].as_bytes().to_vec();
        assert_eq!(header, value.as_bytes());
    }
}

/// Names are the spec's, and are encoded like values; a cookie refuses what it cannot hold.
#[tokio::test]
async fn names_are_encoded_too() {
    let more = json!({
        "query": [["filter[a b]", text("1")], ["$top", text("2")]],
        "body": { "form": [["a[b]", text("1")], ["ü &", text("2")]] },
    });
    let bench = desk(more, vec![ok(json!({}))]);
    bench.call(Call::native("x.send")).await.unwrap();
    let (address, _, body) = sent(&bench, 0);
    assert_eq!(address, "https://acme.example.com/x?filter%5Ba%20b%5D=1&%24top=2");
    assert_eq!(body, "a%5Bb%5D=1&%C3%BC+%26=2");
    for (value, fits) in [("abc-._~!", true), ("a;b", false), ("a b", false), ("a,b", false), ("a\"b", false), ("a\\b", false)] {
        let auth = json!([{
            "name": "token", "scheme": "api_key", "trust_account_host": false, "origin": [0, 4, 3],
            "secrets": [{ "name": "token", "type": "string", "origin": [0, 4, 5] }],
            "apply": [{ "place": { "cookie": "sid" }, "value": text("{{ secret.token }}") }],
        }]);
        let get = operation("x.get", "one", request("GET", "/x", json!({})), item(&[]), json!({}));
        let mut bench = support::bench(plan(vec![get], json!({ "auth": auth })), vec![ok(json!({}))]);
        bench.account.secrets.insert("token".to_owned(), value.into());
        let done = bench.call(Call::native("x.get")).await;
        match fits {
            true => assert_eq!(bench.script.header(0, "cookie"), Some(format!("sid={value}"))),
            false => assert_eq!(done.unwrap_err().kind, ErrorKind::InvalidInput),
        }
    }
}

#[tokio::test]
async fn lists_are_written_as_the_provider_wants_them() {
    let query = |style: &str, name: &str| json!({ "query": [["k", text(&format!("{{{{ input.{name} }}}}"))]], "lists": [["k", style]] });
    for (style, expected) in [
        ("repeat", "?k=a&k=b%20c&k=7"),
        ("comma", "?k=a,b%20c,7"),
        ("pipe", "?k=a%7Cb%20c%7C7"),
        ("brackets", "?k%5B%5D=a&k%5B%5D=b%20c&k%5B%5D=7"),
    ] {
        let bench = desk(query(style, "list"), vec![ok(json!({})), ok(json!({})), ok(json!({}))]);
        for input in [json!({ "list": ["a", "b c", 7] }), json!({ "list": [] }), json!({})] {
            bench.call(Call::native("x.send").input(input)).await.unwrap();
        }
        let urls = bench.script.urls();
        assert_eq!(
            urls,
            [format!("https://acme.example.com/x{expected}"), "https://acme.example.com/x".into(), "https://acme.example.com/x".into()]
        );
    }
    let bench = desk(query("deep_object", "object"), vec![ok(json!({}))]);
    bench.call(Call::native("x.send").input(json!({ "object": { "a": "1&2", "n": null, "b": true } }))).await.unwrap();
    assert_eq!(bench.script.urls(), ["https://acme.example.com/x?k%5Ba%5D=1%262&k%5Bb%5D=true"]);
    let undeclared = desk(json!({ "query": [["k", text("{{ input.list }}")]] }), vec![]);
    assert_eq!(undeclared.call(Call::native("x.send").input(json!({ "list": ["a"] }))).await.unwrap_err().kind, ErrorKind::InvalidInput);
}

#[tokio::test]
async fn a_form_from_data_keeps_its_order() {
    let data =
        json!({ "object": [["z", { "expression": expression("$input.object") }], ["a", { "expression": expression("$input.list") }]] });
    let bench = desk(json!({ "body": { "form_data": { "data": data, "nested": "brackets" } } }), vec![ok(json!({}))]);
    bench
        .call(Call::native("x.send").input(json!({ "object": { "y": 1, "b": { "c": "d e" } }, "list": ["x", { "q": 2 }] })))
        .await
        .unwrap();
    let (_, kind, body) = sent(&bench, 0);
    assert_eq!(kind, "application/x-www-form-urlencoded");
    assert_eq!(body, "z%5By%5D=1&z%5Bb%5D%5Bc%5D=d+e&a%5B0%5D=x&a%5B1%5D%5Bq%5D=2");
}

fn multipart() -> Value {
    let part = |name: &str, source: &str| json!([name, { "expression": expression(source) }]);
    json!({ "body": { "multipart": [part("title", "$input.a"), part("meta", "$input.object"), part("file", "$input.file"), part("size", "$input.file.length")] } })
}

fn parts() -> impl futures_util::Stream<Item = std::io::Result<Bytes>> + Send {
    stream::iter([Ok(Bytes::from_static(b"one ")), Ok(Bytes::from_static(b"two"))])
}

#[tokio::test]
async fn multipart_streams_its_files_and_is_the_same_in_each_replay() {
    let mut bodies = Vec::new();
    for file in [
        File::bytes("n\"ote.txt", "one two"),
        File::reader("n\"ote.txt", || Box::pin(parts())).length(7),
        File::stream("n\"ote.txt", parts()).length(7),
    ] {
        let bench = desk(multipart(), vec![ok(json!({}))]);
        let call = Call::native("x.send").input(json!({ "a": "é", "object": { "k": 1 } })).file("file", file.content_type("text/plain"));
        bench.call(call).await.unwrap();
        let (_, kind, body) = sent(&bench, 0);
        bodies.push((kind, body));
    }
    let (kind, body) = &bodies[0];
    let boundary = kind.strip_prefix("multipart/form-data; boundary=").unwrap();
    assert!(boundary.len() <= 70 && boundary.starts_with("connc-"), "{boundary}");
    let expected = [
        "content-disposition: form-data; name=\"title\"\r\n\r\né",
        "content-disposition: form-data; name=\"meta\"\r\ncontent-type: application/json\r\n\r\n{\"k\":1}",
        "content-disposition: form-data; name=\"file\"; filename=\"n%22ote.txt\"\r\ncontent-type: text/plain\r\n\r\none two",
        "content-disposition: form-data; name=\"size\"\r\n\r\n7",
    ];
    let expected: String = expected.iter().map(|part| format!("--{boundary}\r\n{part}\r\n")).collect();
    assert_eq!(*body, format!("{expected}--{boundary}--\r\n"));
    assert!(bodies.iter().all(|other| other == &bodies[0]));
}

#[tokio::test]
async fn what_can_be_read_once_is_sent_once() {
    use connc_runtime::transport::TransportFailure;
    for (file, requests) in [(File::stream("a", parts()), 1), (File::reader("a", || Box::pin(parts())), 2)] {
        let bench = desk(multipart(), vec![Scripted::Fails(TransportFailure::NotSent), ok(json!({}))]);
        let done = bench.call(Call::native("x.send").file("file", file)).await;
        assert_eq!((done.is_ok(), bench.script.urls().len()), (requests == 2, requests));
    }
}

#[tokio::test]
async fn raw_takes_a_text_or_a_file() {
    let raw =
        |source: &str| json!({ "body": { "raw": { "content_type": text("text/csv"), "content": { "expression": expression(source) } } } });
    let bench = desk(raw("$input.a"), vec![ok(json!({})), ok(json!({}))]);
    bench.call(Call::native("x.send").input(json!({ "a": "a;b\r\n" }))).await.unwrap();
    assert_eq!(sent(&bench, 0).1, "text/csv");
    assert_eq!(sent(&bench, 0).2, "a;b\r\n");
    bench.call(Call::native("x.send")).await.unwrap();
    assert_eq!(sent(&bench, 1).2, "");
    let bench = desk(raw("$input.file"), vec![ok(json!({}))]);
    bench.call(Call::native("x.send").file("file", File::stream("a.csv", parts()))).await.unwrap();
    assert_eq!(sent(&bench, 0).2, "one two");
    let wrong = desk(raw("$input.object"), vec![]);
    assert_eq!(wrong.call(Call::native("x.send").input(json!({ "object": {} }))).await.unwrap_err().kind, ErrorKind::InvalidInput);
}

#[tokio::test]
async fn files_are_given_beside_the_input_and_only_where_they_are_taken() {
    let calls = [
        Call::native("x.send").input(json!({ "file": "name.txt" })),
        Call::native("x.send").input(json!({ "object": { "$file": 0 } })),
        Call::native("x.send").file("a", File::bytes("a", "b")),
        Call::native("x.send").input(json!({ "file": {} })).file("file", File::bytes("a", "b")),
    ];
    for call in calls {
        assert_eq!(desk(multipart(), vec![]).call(call).await.unwrap_err().kind, ErrorKind::InvalidInput);
    }
}

#[tokio::test]
async fn a_file_stands_in_no_data() {
    let file = || json!({ "object": [["f", { "list": [{ "expression": expression("$input.file") }] }]] });
    for body in [json!({ "json": file() }), json!({ "form_data": { "data": file(), "nested": "brackets" } })] {
        let bench = desk(json!({ "body": body }), vec![]);
        let error = bench.call(Call::native("x.send").file("file", File::bytes("a", "b"))).await.unwrap_err();
        assert_eq!(error.kind, ErrorKind::InvalidInput);
        assert!(error.message.contains("a file stands in a body of data"), "{error}");
    }
}

fn listed(format: &str, kind: &'static str, body: &str) -> Bench {
    let list = operation("x.list", "list", request("GET", "/x", json!({ "answer": format })), items(&[]), json!({}));
    bench(plan(vec![list], json!({})), vec![Scripted::Answer(200, vec![("content-type", kind.to_owned())], body.to_owned())])
}

#[tokio::test]
async fn lines_and_rows_are_records_like_others() {
    let lines = listed("ndjson", "application/x-ndjson", "{\"id\": 12345678901234567890}\n{\"id\": 2}\n");
    let page = lines.pages(Call::native("x.list")).next().await.unwrap().unwrap();
    let texts: Vec<_> = page.records.iter().map(|record| record.text.as_str()).collect();
    assert_eq!(texts, ["{\"id\": 12345678901234567890}", "{\"id\": 2}"]);
    assert_eq!(lines.script.header(0, "accept").as_deref(), Some("application/x-ndjson, application/json"));
    let rows = listed("csv", "text/csv; charset=utf-8", "\u{feff}id,name\r\n7,\"Ada, C.\"\r\n");
    assert_eq!(rows.all(Call::native("x.list")).await.unwrap(), [json!({ "id": "7", "name": "Ada, C." })]);
    assert_eq!(rows.script.header(0, "accept").as_deref(), Some("text/csv"));
}

#[tokio::test]
async fn what_is_no_such_answer_is_an_error_and_no_short_list() {
    for (format, kind, body, message) in [
        ("ndjson", "application/x-ndjson", "{\"id\": 1}\n{\"id\":", "the last line of the answer breaks off: line 2"),
        ("csv", "text/csv", "id,name\n1,a\n2\n", "row 3 of the answer has 1 values, and the first has 2 names"),
        ("csv", "application/json", "{\"error\": \"no\"}", "the answer is `application/json`, which was not asked for"),
        ("csv", "text/html", "<p>log in", "the answer is an HTML page; a proxy or a login page may stand between"),
        ("csv", "text/csv", "<!DOCTYPE html><html>", "the answer is an HTML page; a proxy or a login page may stand between"),
        ("bytes", "application/pdf", "%PDF", "the operation answers bytes, which are downloaded"),
    ] {
        let error = listed(format, kind, body).all(Call::native("x.list")).await.unwrap_err();
        assert_eq!((error.message.as_str(), error.status.is_some()), (message, format != "bytes"));
    }
}

#[tokio::test]
async fn a_text_is_one_record() {
    let get = operation("x.get", "one", request("GET", "/x", json!({ "answer": "text" })), item(&[]), json!({}));
    let bench = bench(plan(vec![get], json!({})), vec![Scripted::Answer(200, vec![], "a \"b\"\n".to_owned())]);
    assert_eq!(bench.call(Call::native("x.get")).await.unwrap().record.unwrap().value().unwrap(), json!("a \"b\"\n"));
}
