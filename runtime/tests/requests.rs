//! How requests are built, and how one record is taken out of an answer.

mod support;

use connc_runtime::{Call, ErrorKind};
use serde_json::{Value, json};
use support::*;

fn get(url: &str, more: Value) -> connc_plan::Plan {
    let input = json!({ "takes_id": true, "input": [parameter("a", "string", false), parameter("n", "integer", false), parameter("tags", "array", false)] });
    plan(vec![operation("x.get", "one", request("GET", url, more), item(&[]), input)], json!({ "constants": { "api": "v2" } }))
}

fn call(input: Value) -> Call {
    Call::native("x.get").id("7").input(input)
}

#[tokio::test]
async fn a_parameter_cannot_leave_its_segment() {
    for (id, path) in [
        ("a/b", "a%2Fb"),
        ("a?b#c", "a%3Fb%23c"),
        ("%2e%2e", "%252e%252e"),
        ("..\\x", "..%5Cx"),
        ("@evil.example", "%40evil.example"),
        ("héllo wörld", "h%C3%A9llo%20w%C3%B6rld"),
        ("...", "..."),
    ] {
        let bench = bench(get("/{{ constants.api }}/x/{{ id }}/y", json!({})), vec![ok(json!({}))]);
        bench.call(Call::native("x.get").id(id)).await.unwrap();
        assert_eq!(bench.script.urls(), [format!("https://acme.example.com/v2/x/{path}/y")]);
    }
    for id in [".", ".."] {
        let bench = bench(get("/x/{{ id }}/y", json!({})), vec![]);
        assert_eq!(bench.call(Call::native("x.get").id(id)).await.unwrap_err().kind, ErrorKind::InvalidInput);
    }
}

#[tokio::test]
async fn headers_cannot_be_split() {
    let headers = json!({ "headers": [["x-a", text("v {{ input.a }}")]] });
    let fine = bench(get("/x/{{ id }}", headers.clone()), vec![ok(json!({}))]);
    fine.call(call(json!({ "a": "b: c" }))).await.unwrap();
    assert_eq!(fine.script.header(0, "x-a").as_deref(), Some("v b: c"));
    for value in ["b\r\nx-evil: 1", "b\nc", "b\0"] {
        let bench = bench(get("/x/{{ id }}", headers.clone()), vec![]);
        let error = bench.call(call(json!({ "a": value }))).await.unwrap_err();
        assert_eq!(error.kind, ErrorKind::InvalidInput);
        assert!(!error.to_string().contains("evil"));
    }
}

#[tokio::test]
async fn a_plan_cannot_frame_messages_or_name_another_host() {
    for name in ["Host", "content-length", "Transfer-Encoding", "CONNECTION", "Expect", "TE", "Proxy-Authorization", "Cookie", "a b", "q:z"]
    {
        let headers = json!({ "headers": [[name, text("5")]] });
        let x = || operation("x.get", "one", request("GET", "/x/{{ id }}", json!({})), item(&[]), json!({ "takes_id": true }));
        for plan in [get("/x/{{ id }}", headers.clone()), plan(vec![x()], headers)] {
            let bench = bench(plan, vec![]);
            let error = bench.call(Call::native("x.get").id("7")).await.unwrap_err();
            assert_eq!(error.kind, ErrorKind::InvalidInput, "{name}: {error}");
            assert!(error.message.to_lowercase().contains(&name.to_lowercase()), "{error}");
        }
    }
}

#[tokio::test]
async fn absent_values_leave_their_parameter_out_or_are_errors() {
    let query = json!({ "query": [["a", text("{{ input.a }}")], ["n", text("{{ input.n }}")], ["t", text("{{ input.tags | join(\",\") }}")]], "headers": [["x-a", text("{{ input.a }}")]] });
    let bench = bench(get("/x/{{ id }}", query), vec![ok(json!({})), ok(json!({}))]);
    bench.call(call(json!({ "n": 3, "a": null }))).await.unwrap();
    bench.call(call(json!({ "a": "&=+ ", "tags": ["p", "q,r"] }))).await.unwrap();
    assert_eq!(bench.script.urls(), ["https://acme.example.com/x/7?n=3", "https://acme.example.com/x/7?a=%26%3D%2B%20&t=p%2Cq%2Cr"]);
    assert_eq!(bench.script.header(0, "x-a"), None);
    let longer = support::bench(get("/x/{{ id }}", json!({ "query": [["a", text("name eq {{ input.a }}")]] })), vec![]);
    let error = longer.call(call(json!({}))).await.unwrap_err();
    assert_eq!((error.message.as_str(), error.place.as_deref()), ("`input.a` is absent", Some("connector.yaml:20:7")));
}

#[tokio::test]
async fn a_host_comes_from_the_plan_or_the_account_only() {
    let literal = bench(get("https://uploads.example.net/x/{{ id }}", json!({})), vec![ok(json!({}))]);
    literal.call(call(json!({}))).await.unwrap();
    assert_eq!(literal.script.urls(), ["https://uploads.example.net/x/7"]);
    for url in ["https://{{ input.a }}/x", "https://x.{{ id }}.example.com/", "{{ input.a }}/x", "http://api.example.com/x"] {
        let bench = bench(get(url, json!({})), vec![]);
        let error = bench.call(call(json!({ "a": "evil.example" }))).await.unwrap_err();
        assert_eq!(error.kind, ErrorKind::Security, "{url}: {error}");
    }
    let wrong = bench(get("/x", json!({})), vec![]);
    let mut account = account();
    account.account.insert("domain".to_owned(), json!("evil.example/.example.com"));
    assert_eq!(wrong.runtime.call(&wrong.connector, &account, call(json!({}))).await.unwrap_err().kind, ErrorKind::InvalidInput);
}

#[tokio::test]
async fn one_record_of_an_answer() {
    let keep = json!({ "item": { "path": { "steps": ["data"], "origin": [0, 1, 1] }, "keep_if": expression("id = 2") } });
    for (records, answer, expected) in [
        (item(&[]), json!([1, 2]), Ok("[1,2]")),
        (item(&["data", "user"]), json!({ "data": { "user": { "id": 1 } } }), Ok(r#"{"id":1}"#)),
        (item(&["data"]), json!({ "data": [{ "id": 1 }] }), Ok(r#"{"id":1}"#)),
        (item(&["data"]), json!({ "data": [] }), Err(ErrorKind::NotFound)),
        (item(&["data"]), json!({ "data": null }), Err(ErrorKind::NotFound)),
        (item(&["data"]), json!({ "data": [1, 2] }), Err(ErrorKind::Provider)),
        (item(&["data"]), json!({}), Err(ErrorKind::Provider)),
        (keep.clone(), json!({ "data": [{ "id": 1 }, { "id": 2 }] }), Ok(r#"{"id":2}"#)),
        (keep.clone(), json!({ "data": [{ "id": 1 }] }), Err(ErrorKind::NotFound)),
        (keep, json!({ "data": [{ "id": 2 }, { "id": 2 }] }), Err(ErrorKind::Provider)),
    ] {
        let plan = plan(vec![operation("x.get", "one", request("GET", "/x", json!({})), records, json!({}))], json!({}));
        let done = bench(plan, vec![ok(answer)]).call(Call::native("x.get")).await;
        assert_eq!(done.map(|answer| answer.record.unwrap().text).map_err(|error| error.kind), expected.map(str::to_owned));
    }
}

#[tokio::test]
async fn records_are_the_providers_text_untouched() {
    let answer = Scripted::Answer(200, vec![], "[{\n  \"id\": 12345678901234567890123,\n  \"n\": 1.50, \"t\": \"a  \\n b\"\n}]".to_owned());
    let keep =
        json!({ "items": { "path": { "steps": [], "origin": [0, 1, 1] }, "absent_is_empty": false, "keep_if": expression("n > 1") } });
    let plan = plan(vec![operation("x.list", "list", request("GET", "/x", json!({})), keep, json!({}))], json!({}));
    let page = bench(plan, vec![answer]).pages(Call::native("x.list")).next().await.unwrap().unwrap();
    assert_eq!(page.records[0].text, "{\n  \"id\": 12345678901234567890123,\n  \"n\": 1.50, \"t\": \"a  \\n b\"\n}");
    assert_eq!(page.records[0].line(), r#"{   "id": 12345678901234567890123,   "n": 1.50, "t": "a  \n b" }"#);
}

#[tokio::test]
async fn an_http_origin_needs_leave() {
    let plan = || {
        plan(
            vec![operation("x.list", "list", request("GET", "/x", json!({})), items(&[]), json!({}))],
            json!({ "base_url": text("http://127.0.0.1:8080/api/") }),
        )
    };
    let refused = bench(plan(), vec![]);
    assert_eq!(refused.all(Call::native("x.list")).await.unwrap_err().kind, ErrorKind::Security);
    let script = Script::new(vec![ok(json!([]))]);
    let runtime = builder(script.clone()).allow_origin("http://127.0.0.1:8080").build().unwrap();
    runtime
        .list(&connc_runtime::Connector::load(plan()).unwrap(), &account(), Call::native("x.list"))
        .unwrap()
        .next()
        .await
        .unwrap()
        .unwrap();
    assert_eq!(script.urls(), ["http://127.0.0.1:8080/api/x"]);
    assert!(builder(script).allow_origin("http://127.0.0.1:8080/api").build().is_err());
}

#[test]
fn a_plan_of_another_format_is_refused() {
    let mut other = get("/x", json!({}));
    let hash = connc_runtime::Connector::load(other.clone()).unwrap().hash().to_owned();
    assert_eq!((hash.len(), hash.as_str()), (64, connc_runtime::Connector::load(other.clone()).unwrap().hash()));
    other.format = 99;
    assert_eq!(connc_runtime::Connector::load(other).unwrap_err().message, "the plan of `demo` has format 99, this runtime reads format 1");
}
