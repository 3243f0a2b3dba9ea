//! Maps, filters and verbs of unified models.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use connc_plan::Plan;
use connc_runtime::{Call, ErrorKind, Policy, Verb};
use serde_json::{Value, json};
use support::*;

fn field(name: &str, value: Value, kind: Value) -> Value {
    json!({ "name": name, "value": value, "kind": kind, "origin": [0, 40, 5] })
}

fn text_field(name: &str, source: &str) -> Value {
    field(name, json!({ "expression": expression(source) }), json!("value"))
}

fn step(operation: &str, more: Value) -> Value {
    let mut call = json!({ "operation": operation });
    call.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    json!({ "action": { "call": call }, "origin": [0, 60, 5] })
}

fn bound(mut step: Value, name: &str) -> Value {
    step.as_object_mut().unwrap().insert("bind".to_owned(), json!(name));
    step
}

fn verb(steps: Vec<Value>, input: Vec<Value>) -> Value {
    json!({ "steps": steps, "input": input, "gives_record": true, "origin": [0, 59, 3] })
}

fn users() -> Plan {
    let list_input = json!({ "input": [parameter("search", "string", false)] });
    let operations = vec![
        operation(
            "users.list",
            "list",
            request("GET", "/users", json!({ "query": [["search", text("{{ input.search }}")]] })),
            items(&[]),
            list_input,
        ),
        operation(
            "users.find",
            "list",
            request("GET", "/find", json!({ "query": [["q", text("{{ input.q }}")]] })),
            items(&[]),
            json!({ "input": [parameter("q", "string", true)] }),
        ),
        operation("users.get", "one", request("GET", "/users/{{ id }}", json!({})), item(&[]), json!({ "takes_id": true })),
        operation(
            "users.create",
            "one",
            request("POST", "/users", json!({ "body": { "json": { "expression": expression("$input.body") } } })),
            item(&["user"]),
            json!({ "input": [parameter("body", "object", true)] }),
        ),
        operation(
            "members.list",
            "list",
            request("GET", "/groups/{{ parent.id }}/users", json!({})),
            items(&[]),
            json!({ "takes_parent": true }),
        ),
    ];
    let data = |source: &str| json!({ "expression": expression(source) });
    let create = step(
        "users.create",
        json!({ "input": [["body", { "object": [["first", data("$input.first_name")], ["last", data("$input.last_name")]] }]] }),
    );
    let status = json!({ "enum": { "from": expression("status"), "values": [["ACTIVE", "active"], ["GONE", "deleted"]] } });
    let map = json!({
        "model": "user-directory", "resource": "users", "from": "users", "origin": [0, 38, 1],
        "fields": [
            field("id", data("id"), json!("id")),
            text_field("email", "profile.email"),
            field("phones", data("profile.phone"), json!({ "list": "value" })),
            field("manager", data("{ 'id': manager, 'name': boss }"), json!({ "object": { "id": "id" } })),
            field("status", status, json!("value")),
            field("is_bot", json!({ "const": false }), json!("value")),
            field("custom.cost_center", data("cc"), json!("value")),
            text_field("group_id", "$first_non_empty($parent.id, $input.last_name)"),
            text_field("employee_id", "$exists(numbers) ? $one(numbers)"),
        ],
        "verbs": {
            "list": verb(vec![step("users.list", json!({}))], vec![]),
            "get": verb(vec![step("users.get", json!({ "id": data("$id") }))], vec![]),
            "create": verb(
                vec![bound(create, "answer"), step("users.get", json!({ "id": data("$answer.id") }))],
                vec![parameter("first_name", "string", false), parameter("last_name", "string", false)],
            ),
        },
        "filters": { "join": " and ", "filters": [
            { "name": "updated_after", "type": "timestamp", "sets": [[{ "input": "search" }, text("lastUpdated gt \"{{ value }}\"")]], "origin": [0, 50, 5] },
            { "name": "email", "type": "string", "sets": [[{ "input": "search" }, text("email eq {{ value | quoted(\"backslash\") }}")]], "origin": [0, 51, 5] },
            { "name": "name", "type": "string", "via": "users.find", "sets": [[{ "input": "q" }, text("{{ value }}")]], "origin": [0, 52, 5] },
            { "name": "group_id", "type": "id", "via": "members.list", "sets": [["parent", text("{{ value }}")]], "origin": [0, 53, 5] },
        ] },
    });
    let schema = json!({ "type": "object", "required": ["id"], "properties": {
        "id": { "type": "string" }, "email": { "type": "string", "format": "email" }, "status": { "enum": ["active", "deleted"] },
        "phones": { "type": "array", "items": { "type": "string" } },
    } });
    plan(operations, json!({ "maps": [map], "models": [{ "name": "user-directory", "version": 1, "resources": { "users": schema } }] }))
}

fn list() -> Call {
    Call::unified("user-directory", "users", Verb::List)
}

#[tokio::test]
async fn records_are_mapped() {
    let answer = Scripted::Answer(
        200,
        vec![],
        "[{\"id\": 9007199254740993123,\n \"profile\": {\"email\": \"ada@acme.example\", \"phone\": \"+1\", \"x\": null}, \"manager\": 9007199254740993, \"status\": \"ACTIVE\", \"cc\": 1.50}]".to_owned(),
    );
    let bench = bench(users(), vec![answer.clone(), answer]);
    let mut pages = bench.pages(list().raw(false));
    let page = pages.next().await.unwrap().unwrap();
    assert_eq!(
        page.records[0].text,
        r#"{"id":"9007199254740993123","email":"ada@acme.example","phones":["+1"],"manager":{"id":"9007199254740993"},"status":"active","is_bot":false,"custom":{"cost_center":1.5}}"#
    );
    assert!(page.warnings.is_empty() && pages.next().await.is_none());
    let page = bench.pages(list()).next().await.unwrap().unwrap();
    let (_, raw) = page.records[0].text.split_once(r#","raw":"#).unwrap();
    assert!(raw.starts_with("{\"id\": 9007199254740993123,\n \"profile\"") && raw.ends_with("\"cc\": 1.50}}"), "{raw}");
}

#[tokio::test]
async fn an_unknown_enum_value_is_left_out_with_a_warning() {
    let bench = bench(users(), vec![ok(json!([{ "id": 1, "status": "NEW-4711" }, { "id": 2, "status": "NEW-4712" }, { "id": 3 }]))]);
    let page = bench.pages(list().raw(false)).next().await.unwrap().unwrap();
    assert!(page.records.iter().all(|record| !record.text.contains("status")));
    let warning = &page.warnings[0];
    assert_eq!(
        (page.warnings.len(), warning.count, warning.field.as_deref(), warning.place.as_deref()),
        (1, 2, Some("status"), Some("connector.yaml:40:5"))
    );
    assert!(!warning.to_string().contains("47"), "{warning}");
}

#[tokio::test]
async fn bad_records_follow_the_policy() {
    let answer = || {
        ok(json!([{ "id": 1 }, { "id": 2, "profile": { "email": "not-an-address-4711" } }, { "id": 3, "numbers": [1, 2] }, { "id": 4 }]))
    };
    let bench = bench(users(), vec![answer(), answer(), answer()]);
    let error = bench.pages(list()).next().await.unwrap().unwrap_err();
    assert_eq!((error.kind, error.place.as_deref()), (ErrorKind::Schema, Some("connector.yaml:40:5")));
    assert!(error.message.starts_with("record 1 of the page: field `email`:") && !error.to_string().contains("4711"), "{error}");
    let page = bench.pages(list().on_bad_record(Policy::Skip)).next().await.unwrap().unwrap();
    assert_eq!((page.records.len(), page.skipped, page.warnings.len()), (2, 2, 2));
    let page = bench.pages(list().on_bad_record(Policy::Keep)).next().await.unwrap().unwrap();
    assert_eq!((page.records.len(), page.skipped, page.warnings.len()), (4, 0, 2));
    assert!(page.warnings.iter().all(|warning| !warning.to_string().contains("4711")));
}

#[tokio::test]
async fn a_trace_says_why_a_field_has_no_value() {
    let bench = bench(users(), vec![ok(json!([{ "id": 1, "profile": { "mail": "hidden" } }]))]);
    let page = bench.pages(list().trace(true)).next().await.unwrap().unwrap();
    let trace = page.traces.iter().find(|trace| trace.field == "email").unwrap();
    assert_eq!((trace.reason.as_str(), trace.keys.as_slice(), trace.index), ("`profile.email` is missing", &["mail".to_owned()][..], 0));
    assert!(!format!("{:?}", page.traces).contains("hidden"));
}

#[tokio::test]
async fn filters_are_served_or_refused() {
    let bench = bench(users(), (0..3).map(|_| ok(json!([]))).collect());
    let both = list().filter("updated_after", "2026-01-02T03:04:05Z").filter("email", r#"a"b\c@x.example"#);
    bench.all(both).await.unwrap();
    bench.all(list().filter("name", "Ada & co")).await.unwrap();
    bench.all(list().filter("group_id", "g/1")).await.unwrap();
    let urls = bench.script.urls();
    let search = url::form_urlencoded::parse(urls[0].split_once('?').unwrap().1.as_bytes()).next().unwrap().1.into_owned();
    assert_eq!(search, r#"lastUpdated gt "2026-01-02T03:04:05Z" and email eq "a\"b\\c@x.example""#);
    assert_eq!(urls[1..], ["https://acme.example.com/find?q=Ada%20%26%20co", "https://acme.example.com/groups/g%2F1/users"]);
    let refused = |call: Call| bench.runtime.list(&bench.connector, &bench.account, call).unwrap_err();
    let error = refused(list().filter("status", "active"));
    assert_eq!(
        (error.kind, error.message.as_str()),
        (ErrorKind::InvalidInput, "`users` of connector `demo` cannot be narrowed by `status`")
    );
    assert_eq!(error.help.as_deref(), Some("it can be narrowed by: `updated_after`, `email`, `name`, `group_id`"));
    assert!(refused(list().filter("updated_after", "yesterday")).message.contains("timestamp"));
    assert!(refused(list().filter("email", "a").filter("email", "b")).message.contains("twice"));
    assert!(refused(list().filter("name", "a").filter("group_id", "b")).message.contains("different operation"));
}

#[tokio::test]
async fn a_map_sees_the_parent_and_the_input() {
    let bench = bench(users(), vec![ok(json!([{ "id": 1 }])), ok(json!({ "user": { "id": 7 } })), ok(json!({ "id": 7 }))]);
    let page = bench.pages(list().filter("group_id", "g1").raw(false)).next().await.unwrap().unwrap();
    assert_eq!(page.records[0].text, r#"{"id":"1","is_bot":false,"group_id":"g1"}"#);
    let create = Call::unified("user-directory", "users", Verb::Create).input(json!({ "last_name": "Quill" })).raw(false);
    assert_eq!(bench.call(create).await.unwrap().record.unwrap().text, r#"{"id":"7","is_bot":false,"group_id":"Quill"}"#);
}

#[tokio::test]
async fn a_write_calls_reads_back_and_maps() {
    let bench =
        bench(users(), vec![ok(json!({ "user": { "id": 7 } })), ok(json!({ "id": 7, "profile": { "email": "ada@acme.example" } }))]);
    let create = || Call::unified("user-directory", "users", Verb::Create);
    let answer = bench.call(create().input(json!({ "first_name": "Ada" })).raw(false)).await.unwrap();
    assert_eq!(
        (answer.record.unwrap().text.as_str(), answer.counters.requests),
        (r#"{"id":"7","email":"ada@acme.example","is_bot":false}"#, 2)
    );
    assert_eq!(bench.script.bodies()[0], json!({ "first": "Ada" }));
    assert_eq!(bench.script.urls()[1], "https://acme.example.com/users/7");
    let error = bench.call(create().input(json!({ "frist_name": "Ada" }))).await.unwrap_err();
    assert_eq!((error.kind, error.help.as_deref()), (ErrorKind::InvalidInput, Some("did you mean `first_name`?")));
}

#[tokio::test]
async fn a_later_step_that_fails_says_what_was_done() {
    let bench = bench(users(), vec![ok(json!({ "user": { "id": 7 } })), status(404, json!({}))]);
    let error = bench.call(Call::unified("user-directory", "users", Verb::Create)).await.unwrap_err();
    assert_eq!(
        (error.step.as_deref(), error.message.as_str()),
        (Some("users.get"), "the provider answered 404; done before that: `users.create`")
    );
}

#[tokio::test]
async fn verbs_and_resources_that_are_not_there() {
    let bench = bench(users(), vec![]);
    let error = bench.call(Call::unified("user-directory", "users", Verb::Delete)).await.unwrap_err();
    assert_eq!(
        (error.message.as_str(), error.help.as_deref()),
        ("`users` of connector `demo` cannot `delete`", Some("it can: `list`, `get`, `create`"))
    );
    let error = bench.call(Call::unified("user-directory", "user", Verb::Get)).await.unwrap_err();
    assert_eq!(error.help.as_deref(), Some("did you mean `users`?"));
    assert_eq!(
        bench.call(Call::unified("user-directory", "users", Verb::Get)).await.unwrap_err().message,
        "operation `users.get` needs the id"
    );
}

#[tokio::test]
async fn a_page_counts_what_it_took() {
    let body = json!([{ "id": 1, "profile": { "email": "ada@acme.example" } }, { "id": 2 }]);
    let bytes = body.to_string().len() as u64;
    let bench = bench(users(), vec![status(503, json!({})), ok(body)]);
    let page = bench.pages(list()).next().await.unwrap().unwrap();
    let counters = &page.counters;
    assert_eq!((counters.requests, counters.retries, counters.records, counters.bytes), (2, 1, 2, bytes + 2));
    assert_eq!((counters.absent.get("email"), counters.absent.get("status"), counters.absent.get("id")), (Some(&1), Some(&2), None));
}
