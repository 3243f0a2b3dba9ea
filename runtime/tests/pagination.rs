//! Every way in which pages follow each other, and every way in which a list must not end quietly.

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

#[tokio::test]
async fn a_token_in_the_query() {
    let loop_ = paginate(
        json!({ "answer": expression("next") }),
        query("after"),
        json!({ "size": { "into": query("limit"), "value": 2 }, "first_only": ["search"] }),
    );
    let bench = bench(
        list("GET", "/users", json!({ "query": [["search", text("a&b")]] }), loop_),
        vec![
            page(&[1, 2], json!({ "next": "x y/=" })),
            page(&[], json!({ "next": 12345678901234567890_u64 })),
            page(&[3], json!({ "next": null })),
        ],
    );
    assert_eq!(ids(&bench).await.unwrap(), [1, 2, 3]);
    assert_eq!(
        bench.script.urls(),
        [
            "https://acme.example.com/users?search=a%26b&limit=2",
            "https://acme.example.com/users?limit=2&after=x%20y%2F%3D",
            "https://acme.example.com/users?limit=2&after=12345678901234567890",
        ]
    );
}

#[tokio::test]
async fn a_token_in_a_header_and_in_the_body() {
    let next = || json!({ "answer": expression("next") });
    for (into, place) in [(json!({ "header": "x-after" }), "header"), (json!({ "body": ["variables", "after"] }), "body")] {
        let size = json!({ "size": { "into": { "body": ["variables", "first"] }, "value": 50 } });
        let body = json!({ "body": { "json": { "object": [["query", { "const": "query Q" }], ["variables", { "object": [] }]] } }, "idempotent": true });
        let bench = bench(
            list("POST", "/graphql", body, paginate(next(), into, size)),
            vec![page(&[1], json!({ "next": "t" })), page(&[2], json!({}))],
        );
        assert_eq!(ids(&bench).await.unwrap(), [1, 2]);
        let bodies = bench.script.bodies();
        assert_eq!(bodies[0], json!({ "query": "query Q", "variables": { "first": 50 } }));
        match place {
            "header" => assert_eq!((bench.script.header(0, "x-after"), bench.script.header(1, "x-after")), (None, Some("t".to_owned()))),
            _ => assert_eq!(bodies[1], json!({ "query": "query Q", "variables": { "first": 50, "after": "t" } })),
        }
    }
}

#[tokio::test]
async fn a_link_header() {
    let loop_ = paginate(json!({ "link": "next" }), json!("url"), json!({ "size": { "into": query("limit"), "value": 2 } }));
    let bench = bench(
        list("GET", "/users", json!({ "query": [["search", text("x")]] }), loop_),
        vec![
            with_headers(
                &[(
                    "link",
                    r#"<https://acme.example.com/users?limit=2>; rel="self", <https://acme.example.com/users?after=1,2;3&limit=2>; rel="next""#,
                )],
                json!({ "data": [{ "id": 1 }] }),
            ),
            page(&[2], json!({})),
        ],
    );
    assert_eq!(ids(&bench).await.unwrap(), [1, 2]);
    assert_eq!(bench.script.urls()[1], "https://acme.example.com/users?after=1,2;3&limit=2");
    assert_eq!(bench.script.header(1, "authorization"), Some(format!("Bearer {SECRET}")));
}

#[tokio::test]
async fn a_next_url_may_be_relative_and_stays_at_home() {
    let loop_ = || paginate(json!({ "answer": expression("links.next") }), json!("url"), json!({}));
    let plan = || list("GET", "/v1/users", json!({}), loop_());
    let near = bench(plan(), vec![page(&[1], json!({ "links": { "next": "?page=2" } })), page(&[2], json!({ "links": {} }))]);
    assert_eq!(ids(&near).await.unwrap(), [1, 2]);
    assert_eq!(near.script.urls()[1], "https://acme.example.com/v1/users?page=2");
    for link in [
        "https://evil.example/users",
        "http://acme.example.com/users",
        "//evil.example/x",
        "https://acme.example.com:8443/",
        "https://acme.example.com@evil.example/",
    ] {
        let far = bench(plan(), vec![page(&[1], json!({ "links": { "next": link } }))]);
        let error = ids(&far).await.unwrap_err();
        assert_eq!(error.kind, ErrorKind::Security, "{link}");
        assert_eq!(far.script.seen.lock().unwrap().len(), 1, "{link}");
    }
}

fn counter(start: u64, advance: &str, on_first: bool) -> Value {
    json!({ "counter": { "start": start, "advance": advance, "on_first": on_first } })
}

#[tokio::test]
async fn pages_offsets_and_start_indices() {
    let ends = json!({ "empty_page": "end", "progress": "growing_counter" });
    for (next, into, urls) in [
        (counter(1, "one", false), "page", ["users", "users?page=2", "users?page=3"]),
        (counter(1, "one", true), "page", ["users?page=1", "users?page=2", "users?page=3"]),
        (counter(0, "items", true), "offset", ["users?offset=0", "users?offset=2", "users?offset=3"]),
        (counter(1, "items", true), "startIndex", ["users?startIndex=1", "users?startIndex=3", "users?startIndex=4"]),
    ] {
        let plan = list("GET", "/users", json!({}), paginate(next, query(into), ends.clone()));
        let bench = bench(plan, vec![page(&[1, 2], json!({})), page(&[3], json!({})), page(&[], json!({}))]);
        assert_eq!(ids(&bench).await.unwrap(), [1, 2, 3]);
        assert_eq!(bench.script.urls(), urls.map(|url| format!("https://acme.example.com/{url}")));
    }
}

#[tokio::test]
async fn totals_and_short_pages_save_a_request() {
    let total = json!({ "progress": "growing_counter", "total": expression("total") });
    let plan = list("GET", "/users", json!({}), paginate(counter(0, "items", true), query("offset"), total));
    let all = bench(plan, vec![page(&[1, 2], json!({ "total": 3 })), page(&[3], json!({ "total": 3 }))]);
    assert_eq!(ids(&all).await.unwrap(), [1, 2, 3]);
    let short = json!({ "progress": "growing_counter", "short_page_ends": true, "size": { "into": query("limit"), "value": 2 } });
    let plan = list("GET", "/users", json!({}), paginate(counter(0, "items", true), query("offset"), short));
    let all = bench(plan, vec![page(&[1, 2], json!({})), page(&[3], json!({}))]);
    assert_eq!(ids(&all).await.unwrap(), [1, 2, 3]);
}

#[tokio::test]
async fn the_key_of_the_last_record() {
    let plan = list(
        "GET",
        "/users",
        json!({}),
        paginate(json!({ "last_item": expression("id") }), query("since"), json!({ "empty_page": "end" })),
    );
    let bench = bench(plan, vec![page(&[1, 2], json!({})), page(&[9], json!({})), page(&[], json!({}))]);
    assert_eq!(ids(&bench).await.unwrap(), [1, 2, 9]);
    assert_eq!(bench.script.urls()[2], "https://acme.example.com/users?since=9");
}

#[tokio::test]
async fn page_info() {
    let next = json!({ "answer": expression("info.hasNextPage ? info.endCursor") });
    let plan =
        list("POST", "/graphql", json!({ "idempotent": true }), paginate(next, json!({ "body": ["variables", "after"] }), json!({})));
    let bench = bench(
        plan,
        vec![
            page(&[1], json!({ "info": { "hasNextPage": true, "endCursor": "c" } })),
            page(&[2], json!({ "info": { "hasNextPage": false, "endCursor": "d" } })),
        ],
    );
    assert_eq!(ids(&bench).await.unwrap(), [1, 2]);
    assert_eq!(bench.script.bodies()[1], json!({ "variables": { "after": "c" } }));
}

#[tokio::test]
async fn until_comes_before_the_repeated_token() {
    let more = json!({ "until": expression("done"), "ends_on": [""] });
    let plan = || list("GET", "/users", json!({}), paginate(json!({ "answer": expression("next") }), query("after"), more.clone()));
    let until = bench(plan(), vec![page(&[1], json!({ "next": "a", "done": false })), page(&[2], json!({ "next": "a", "done": true }))]);
    assert_eq!(ids(&until).await.unwrap(), [1, 2]);
    let empty = bench(plan(), vec![page(&[1], json!({ "next": "", "done": false }))]);
    assert_eq!(ids(&empty).await.unwrap(), [1]);
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
    assert!(bench.runtime.list(&bench.connector, &bench.account, Call::native("users.list").cursor(cursor.as_str())).is_ok());
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
