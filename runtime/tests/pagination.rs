//! Every way in which pages follow each other, and every way in which a list must not end quietly.
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
async fn windows_of_positions_go_on_by_their_size() {
    let windows = || json!({ "counter": { "start": 0, "advance": { "by": 10 }, "on_first": true } });
    let ends = json!({ "empty_page": "end", "progress": "growing_counter" });
    let plan = list("GET", "/users", json!({}), paginate(windows(), query("offset"), ends));
    let all = bench(plan, vec![page(&[1, 2], json!({})), page(&[3], json!({})), page(&[], json!({}))]);
    assert_eq!(ids(&all).await.unwrap(), [1, 2, 3]);
    assert_eq!(
        all.script.urls(),
        ["users?offset=0", "users?offset=10", "users?offset=20"].map(|url| format!("https://acme.example.com/{url}"))
    );
    let total = json!({ "progress": "growing_counter", "total": expression("total") });
    let plan = list("GET", "/users", json!({}), paginate(windows(), query("offset"), total));
    let all = bench(plan, vec![page(&[1, 2], json!({ "total": 15 })), page(&[3], json!({ "total": 15 }))]);
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
async fn a_list_that_is_said_to_go_on_is_not_taken_for_whole() {
    let more = json!({ "until": expression("done"), "more": expression("$exists(done) and $not(done)") });
    let plan = || list("GET", "/users", json!({}), paginate(json!({ "answer": expression("next") }), query("after"), more.clone()));
    for next in [json!({ "next": null, "done": false }), json!({ "done": false })] {
        let error = ids(&bench(plan(), vec![page(&[1], next)])).await.unwrap_err();
        assert_eq!(error.kind, ErrorKind::Provider);
        assert!(error.message.contains("says that there is more, and gives no way to the next page"), "{error}");
    }
    for whole in [json!({ "next": null, "done": true }), json!({ "next": null })] {
        assert_eq!(ids(&bench(plan(), vec![page(&[1], whole)])).await.unwrap(), [1]);
    }

    let counter = json!({ "counter": { "start": 0, "advance": "items", "on_first": true } });
    let more = json!({ "total": expression("total"), "empty_page": "end", "progress": "growing_counter" });
    let plan = || list("GET", "/users", json!({}), paginate(counter.clone(), query("skip"), more.clone()));
    let cut = bench(plan(), vec![page(&[1, 2], json!({ "total": 6 })), page(&[], json!({ "total": 6 }))]);
    let error = ids(&cut).await.unwrap_err();
    assert!(error.message.contains("says that there are 6 records, and gave an empty page after 2"), "{error}");
    // Records that are deleted meanwhile are not missing.
    let shrunk = bench(plan(), vec![page(&[1, 2], json!({ "total": 3 })), page(&[], json!({ "total": 2 }))]);
    assert_eq!(ids(&shrunk).await.unwrap(), [1, 2]);
}

#[tokio::test]
async fn what_means_that_there_is_no_list_does_not_end_one_that_has_begun() {
    let pages = paginate(json!({ "answer": expression("next") }), query("after"), json!({}));
    let list = || {
        let more = json!({ "paginate": pages, "already": ["not_found"] });
        operation("users.list", "list", request("GET", "/users", json!({})), items(&["data"]), more)
    };
    let gone = || status(404, json!({}));
    let (first, second) = (|| page(&[1], json!({ "next": "a" })), || page(&[2], json!({ "next": "b" })));

    let none = bench(plan(vec![list()], json!({})), vec![gone()]);
    assert_eq!(ids(&none).await.unwrap(), [0; 0]);
    let half = bench(plan(vec![list()], json!({})), vec![first(), second(), gone()]);
    assert_eq!(ids(&half).await.unwrap_err().kind, ErrorKind::NotFound);

    // So it is where a step reads the list whole.
    let step = json!({ "action": { "call": { "operation": "users.list" } }, "bind": "users", "origin": [0, 60, 5] });
    let copy = || operation("users.copy", "nothing", request("GET", "/", json!({})), json!("none"), json!({ "steps": [step] }));
    let none = bench(plan(vec![list(), copy()], json!({})), vec![gone()]);
    assert!(none.call(Call::native("users.copy")).await.is_ok());
    let half = bench(plan(vec![list(), copy()], json!({})), vec![first(), second(), gone()]);
    assert_eq!(half.call(Call::native("users.copy")).await.unwrap_err().kind, ErrorKind::NotFound);
}
