//! Lists that must not end quietly: circles, bounds, limits, failures, and the cursors that go on from there.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use connc_runtime::{Call, Error, ErrorKind};
use serde_json::{Value, json};
use support::*;

fn list(method: &str, url: &str, more: Value, loop_: Value) -> connc_plan::Plan {
    plan(vec![operation("users.list", "list", request(method, url, more), items(&["data"]), json!({ "paginate": loop_ }))], json!({}))
}

fn page(ids: &[u64], more: Value) -> Scripted {
    let mut body = json!({ "data": ids.iter().map(|id| json!({ "id": id })).collect::<Vec<_>>() });
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    ok(body)
}

async fn ids(bench: &Bench) -> Result<Vec<u64>, Error> {
    Ok(bench.all(Call::native("users.list")).await?.iter().map(|record| record["id"].as_u64().unwrap()).collect())
}

fn query(name: &str) -> Value {
    json!({ "query": name })
}

fn counter(start: u64, advance: &str, on_first: bool) -> Value {
    json!({ "counter": { "start": start, "advance": advance, "on_first": on_first } })
}

#[tokio::test]
async fn circles_are_errors_with_a_cursor_also_one_page_at_a_time() {
    let plan = || list("GET", "/users", json!({}), paginate(json!({ "answer": expression("next") }), query("after"), json!({})));
    let answers = || (0..60).map(|n| page(&[n], json!({ "next": format!("t{}", n % 3) }))).collect::<Vec<_>>();
    let whole = bench(plan(), answers());
    let error = ids(&whole).await.unwrap_err();
    assert_eq!((error.kind, error.cursor.is_some()), (ErrorKind::Provider, true));
    assert!(error.message.contains("page token again"), "{error}");

    // The same circle, seen through cursors alone.
    let stepwise = bench(plan(), answers());
    let mut cursor: Option<String> = None;
    let error = loop {
        let call = cursor.iter().fold(Call::native("users.list"), |call, cursor| call.cursor(cursor.as_str()));
        match stepwise.pages(call).next().await.unwrap() {
            Ok(page) => cursor = page.next_cursor,
            Err(error) => break error,
        }
    };
    assert!(error.message.contains("page token again"), "{error}");
}

#[tokio::test]
async fn a_provider_that_ignores_the_page_is_noticed() {
    let plan = list(
        "GET",
        "/users",
        json!({}),
        paginate(counter(1, "one", true), query("page"), json!({ "progress": "growing_counter", "empty_page": "end" })),
    );
    let bench = bench(plan, (0..10).map(|_| page(&[1, 2], json!({}))).collect());
    let error = ids(&bench).await.unwrap_err();
    assert!(error.message.contains("same page again"), "{error}");
    assert!(bench.script.left() > 5);
}

#[tokio::test]
async fn bounds_are_errors_with_a_cursor() {
    let next = || json!({ "answer": expression("next") });
    let answers = || (1..10).map(|n| page(&[n], json!({ "next": format!("t{n}") }))).collect::<Vec<_>>();
    for (bound, message) in [(json!({ "pages": 3 }), "after 3 pages"), (json!({ "pages": 100, "cap": 3 }), "after 3 records")] {
        let plan = list("GET", "/users", json!({}), paginate(next(), query("after"), json!({ "bound": bound })));
        let bench = bench(plan, answers());
        let error = ids(&bench).await.unwrap_err();
        assert_eq!((error.kind, error.cursor.is_some(), error.place.as_deref()), (ErrorKind::Limit, true, Some("connector.yaml:25:7")));
        assert!(error.message.contains(message), "{error}");
    }
    // A list that ends at its cap is whole.
    let plan = list("GET", "/users", json!({}), paginate(next(), query("after"), json!({ "bound": { "pages": 100, "cap": 2 } })));
    assert_eq!(ids(&bench(plan, vec![page(&[1, 2], json!({}))])).await.unwrap(), [1, 2]);
}

#[tokio::test]
async fn a_limit_in_mid_page_goes_on_where_it_stopped() {
    let plan = || list("GET", "/users", json!({}), paginate(json!({ "answer": expression("next") }), query("after"), json!({})));
    let (one, two) = (page(&[1, 2, 3], json!({ "next": "b" })), page(&[4, 5], json!({})));
    let bench = bench(plan(), vec![one.clone(), one.clone(), two.clone(), two]);
    let mut cursor: Option<String> = None;
    let mut found = Vec::new();
    loop {
        let call = cursor.iter().fold(Call::native("users.list").limit(2), |call, cursor| call.cursor(cursor.as_str()));
        let mut pages = bench.pages(call);
        let mut last = None;
        let mut count = 0;
        while let Some(page) = pages.next().await {
            let page = page.unwrap();
            count += page.records.len();
            found.extend(page.records.iter().map(|record| record.value().unwrap()["id"].as_u64().unwrap()));
            last = page.next_cursor;
        }
        assert!(count <= 2);
        cursor = last;
        if cursor.is_none() {
            break;
        }
    }
    assert_eq!(found, [1, 2, 3, 4, 5]);
}

#[tokio::test]
async fn a_cursor_belongs_to_its_call() {
    let loop_ = paginate(json!({ "answer": expression("next") }), query("after"), json!({}));
    let input = json!({ "paginate": loop_, "input": [parameter("search", "string", false)] });
    let operations = vec![
        operation("users.list", "list", request("GET", "/users", json!({})), items(&["data"]), input.clone()),
        operation("groups.list", "list", request("GET", "/groups", json!({})), items(&["data"]), input),
    ];
    let bench = bench(plan(operations, json!({})), vec![page(&[1], json!({ "next": "b" }))]);
    let page = bench.pages(Call::native("users.list")).next().await.unwrap().unwrap();
    let cursor = page.next_cursor.unwrap();
    let refused = |call: Call| bench.runtime.list(&bench.connector, &bench.account, call).unwrap_err().kind;
    let resumed = Call::native("users.list").cursor(cursor.as_str());
    let shown = bench.runtime.prepare(&bench.connector, &bench.account, resumed.clone()).unwrap();
    assert_eq!(shown[0].url, "https://acme.example.com/users?after=b");
    assert!(bench.runtime.list(&bench.connector, &bench.account, resumed).is_ok());
    assert_eq!(refused(Call::native("groups.list").cursor(cursor.as_str())), ErrorKind::Cursor);
    assert_eq!(refused(Call::native("users.list").input(json!({ "search": "x" })).cursor(cursor.as_str())), ErrorKind::Cursor);
    assert_eq!(refused(Call::native("users.list").cursor("nonsense")), ErrorKind::Cursor);
    let mut other = bench.account.clone();
    other.account.insert("domain".to_owned(), json!("other.example.com"));
    assert_eq!(
        bench.runtime.list(&bench.connector, &other, Call::native("users.list").cursor(cursor)).unwrap_err().kind,
        ErrorKind::Cursor
    );
}

#[tokio::test]
async fn a_failed_page_says_where_to_go_on() {
    let plan = list("GET", "/users", json!({}), paginate(json!({ "answer": expression("next") }), query("after"), json!({})));
    let bench = bench(plan, vec![page(&[1], json!({ "next": "b" })), status(500, json!({})), page(&[2], json!({}))]);
    let mut pages = bench.pages(Call::native("users.list"));
    assert_eq!(pages.next().await.unwrap().unwrap().records.len(), 1);
    let error = pages.next().await.unwrap().unwrap_err();
    assert!(pages.next().await.is_none());
    let page = bench.pages(Call::native("users.list").cursor(error.cursor.clone().unwrap())).next().await.unwrap().unwrap();
    assert_eq!((page.records[0].text.as_str(), page.next_cursor), (r#"{"id":2}"#, None));
    assert_eq!(bench.script.urls()[2], "https://acme.example.com/users?after=b");
}
