//! What an answer means, what is tried again, and what an error says.

mod support;

use connc_runtime::transport::TransportFailure;
use connc_runtime::{Call, ErrorKind};
use serde_json::{Value, json};
use support::*;

fn users(more: Value) -> connc_plan::Plan {
    let operations = vec![
        operation("users.list", "list", request("GET", "/users", json!({})), items(&["data"]), json!({})),
        operation("users.get", "one", request("GET", "/users/{{ id }}", json!({})), item(&[]), json!({ "takes_id": true })),
        operation(
            "users.create",
            "one",
            request("POST", "/users", json!({ "body": { "json": { "expression": expression("$input.body") } } })),
            item(&[]),
            json!({ "input": [parameter("body", "object", true)] }),
        ),
        operation(
            "users.deactivate",
            "nothing",
            request("POST", "/users/{{ id }}/deactivate", json!({ "answer": "none", "idempotent": true })),
            json!("none"),
            json!({ "takes_id": true, "already": ["not_found"] }),
        ),
    ];
    plan(operations, more)
}

fn get() -> Call {
    Call::native("users.get").id("7")
}

fn create() -> Call {
    Call::native("users.create").input(json!({ "body": { "name": "Ada Quill" } }))
}

#[tokio::test]
async fn statuses_have_kinds() {
    for (code, kind) in [
        (400, ErrorKind::InvalidInput),
        (422, ErrorKind::InvalidInput),
        (401, ErrorKind::Auth),
        (403, ErrorKind::Forbidden),
        (404, ErrorKind::NotFound),
        (410, ErrorKind::NotFound),
        (409, ErrorKind::Conflict),
        (412, ErrorKind::Conflict),
        (429, ErrorKind::RateLimited),
        (408, ErrorKind::Timeout),
        (500, ErrorKind::Provider),
    ] {
        let bench = bench(users(json!({})), vec![status(code, json!({ "code": "E1", "message": "no\ngood" }))]);
        let error = bench.call(get()).await.unwrap_err();
        assert_eq!((error.kind, error.status, error.requests), (kind, Some(code), 1), "{code}");
        assert_eq!(
            error.to_string(),
            format!("`users.get`: the provider answered {code}: no good (E1); GET https://acme.example.com/users/7; connector.yaml:20:7")
        );
    }
}

#[tokio::test]
async fn rules_override_the_status_and_find_errors_in_a_200() {
    let errors = json!({ "errors": {
        "when": expression("$exists(errors)"), "code": expression("errors[0].extensions.code"), "message": expression("errors[0].message"),
        "kinds": [
            { "kind": "rate_limited", "when": expression("errors[0].extensions.code = 'RATELIMITED' or ($status = 403 and $exists($headers.`retry-after`))") },
            { "kind": "not_found", "when": expression("errors[0].extensions.code = 'MISSING'") },
        ],
    } });
    for (answer, kind, code) in [
        (
            ok(json!({ "errors": [{ "message": "slow down", "extensions": { "code": "RATELIMITED" } }] })),
            ErrorKind::RateLimited,
            Some("RATELIMITED"),
        ),
        (
            ok(json!({ "data": null, "errors": [{ "message": "gone", "extensions": { "code": "MISSING" } }] })),
            ErrorKind::NotFound,
            Some("MISSING"),
        ),
        (ok(json!({ "errors": [{ "message": "bad" }] })), ErrorKind::Provider, None),
        (Scripted::Answer(403, vec![("retry-after", "30".to_owned())], "<html>".to_owned()), ErrorKind::RateLimited, None),
        (Scripted::Answer(403, vec![], "<html>".to_owned()), ErrorKind::Forbidden, None),
    ] {
        let bench = bench(users(errors.clone()), vec![answer]);
        let error = bench.call(get()).await.unwrap_err();
        assert_eq!((error.kind, error.provider_code.as_deref()), (kind, code), "{error}");
        if error.kind == ErrorKind::RateLimited {
            assert!(error.retryable);
        }
    }
}

fn header(name: &str, unit: &str) -> serde_json::Value {
    json!({ "from": { "header": { "name": name } }, "unit": unit })
}

#[tokio::test]
async fn a_429_goes_to_the_caller_at_once_with_the_limit() {
    let limits = json!({ "rate_limit": [{
        "limit": header("x-limit", "count"), "remaining": header("x-left", "count"), "reset": header("x-reset", "epoch_seconds"), "origin": [0, 3, 3],
    }] });
    let headers = [("x-limit", "600"), ("x-left", "0"), ("x-reset", "1772366460"), ("retry-after", "60")];
    let headers = headers.map(|(name, value)| (name, value.to_owned())).to_vec();
    let bench = bench(users(limits), vec![Scripted::Answer(429, headers, "{}".to_owned())]);
    let error = bench.call(get()).await.unwrap_err();
    let limit = error.rate_limit.clone().unwrap();
    assert_eq!((limit.limit, limit.remaining, limit.reset, limit.retry_after), (Some(600), Some(0), Some(60), Some(60)));
    assert_eq!(bench.script.urls().len(), 1);
}

#[tokio::test]
async fn only_what_is_safe_is_sent_again() {
    use Scripted::Fails;
    use TransportFailure::{MaybeSent, NotSent, Timeout};
    let fine = || ok(json!({ "id": 7 }));
    for (answers, call, sent) in [
        (vec![Fails(MaybeSent), status(503, json!({})), fine()], get(), 3),
        (vec![Fails(Timeout), fine()], get(), 2),
        (vec![Fails(NotSent), Fails(NotSent), fine()], create(), 3),
    ] {
        let bench = bench(users(json!({})), answers);
        assert_eq!(bench.call(call).await.unwrap().counters.requests, sent);
    }
    for (answers, call, kind, sent) in [
        (vec![Fails(MaybeSent)], create(), ErrorKind::OutcomeUnknown, 1),
        (vec![Fails(Timeout)], create(), ErrorKind::OutcomeUnknown, 1),
        (vec![status(504, json!({}))], create(), ErrorKind::OutcomeUnknown, 1),
        (vec![status(503, json!({}))], create(), ErrorKind::Provider, 1),
        (vec![Fails(NotSent), Fails(NotSent), Fails(NotSent)], create(), ErrorKind::Transport, 3),
        (vec![Fails(Timeout), Fails(Timeout), Fails(Timeout)], get(), ErrorKind::Timeout, 3),
        (vec![status(502, json!({})), status(502, json!({})), status(502, json!({}))], get(), ErrorKind::Provider, 3),
        (vec![Scripted::Answer(503, vec![("retry-after", "9".to_owned())], "{}".to_owned())], get(), ErrorKind::Provider, 1),
    ] {
        let bench = bench(users(json!({})), answers);
        let error = bench.call(call).await.unwrap_err();
        assert_eq!((error.kind, error.requests), (kind, sent), "{error}");
        assert_eq!(bench.script.left(), 0);
    }
}

#[tokio::test]
async fn a_write_with_a_key_is_sent_again_with_the_same_key() {
    let create = operation(
        "users.create",
        "one",
        request("POST", "/users", json!({ "idempotency_header": "Idempotency-Key" })),
        item(&[]),
        json!({}),
    );
    let bench = bench(
        plan(vec![create], json!({})),
        vec![Scripted::Fails(TransportFailure::Timeout), ok(json!({ "id": 1 })), ok(json!({ "id": 2 }))],
    );
    bench.call(Call::native("users.create")).await.unwrap();
    bench.call(Call::native("users.create")).await.unwrap();
    let keys: Vec<_> = (0..3).map(|index| bench.script.header(index, "idempotency-key").unwrap()).collect();
    assert_eq!(keys[0], keys[1]);
    assert_ne!(keys[0], keys[2]);
    assert_eq!(keys[0].len(), 36);
}

#[tokio::test]
async fn a_key_of_the_callers_own_is_sent_as_it_is() {
    let own = json!({ "idempotency_header": "Idempotency-Key", "headers": [["Idempotency-Key", text("{{ input.key }}")]] });
    let more = json!({ "input": [parameter("key", "string", false)] });
    let create = operation("users.create", "one", request("POST", "/users", own), item(&[]), more);
    let bench = bench(plan(vec![create], json!({})), vec![ok(json!({ "id": 1 })), ok(json!({ "id": 1 }))]);
    bench.call(Call::native("users.create").input(json!({ "key": "order-6735" }))).await.unwrap();
    bench.call(Call::native("users.create")).await.unwrap();
    assert_eq!(bench.script.header(0, "idempotency-key").as_deref(), Some("order-6735"));
    assert_eq!(bench.script.header(1, "idempotency-key").map(|key| key.len()), Some(36));
}

#[tokio::test]
async fn done_already_is_done() {
    let bench = bench(users(json!({})), vec![status(404, json!({})), Scripted::Answer(204, vec![], String::new()), status(403, json!({}))]);
    let call = || Call::native("users.deactivate").id("7");
    assert!(bench.call(call()).await.unwrap().record.is_none());
    assert_eq!(bench.call(call()).await.unwrap().status, 204);
    assert_eq!(bench.call(call()).await.unwrap_err().kind, ErrorKind::Forbidden);
}

#[tokio::test]
async fn what_is_no_list_is_never_taken_for_an_empty_one() {
    let html = "<!DOCTYPE html><html><body>Sign in</body></html>".to_owned();
    let typed = |kind: &str, body: &str| Scripted::Answer(200, vec![("content-type", kind.to_owned())], body.to_owned());
    for (answer, message) in [
        (
            typed("text/html; charset=utf-8", &html),
            "the answer is an HTML page, not JSON; a proxy or a login page may stand between (text/html, 48 bytes)",
        ),
        (typed("application/json", r#"{"data": [{"id": 1}, {"id""#), "the JSON of the answer breaks off (application/json, 26 bytes)"),
        (typed("application/json", ""), "the answer is empty, where a JSON document was due (application/json)"),
        (typed("text/plain", "OK"), "the answer is no JSON document: wrong at line 1 column 1 (text/plain, 2 bytes)"),
        (typed("application/json", "{}"), "the answer has nothing at `data`, where the list of records should stand"),
        (typed("application/json", r#"{"data": null}"#), "the answer has null at `data`, where the list of records should stand"),
        (typed("application/json", r#"{"data": {"id": 1}}"#), "the answer has an object at `data`, where the list of records should stand"),
        (
            typed("application/json", r#"{"data": []} x"#),
            "the answer is no JSON document: wrong at line 1 column 14 (application/json, 14 bytes)",
        ),
    ] {
        let bench = bench(users(json!({})), vec![answer]);
        let error = bench.all(Call::native("users.list")).await.unwrap_err();
        assert_eq!((error.kind, error.message.as_str(), error.status), (ErrorKind::Provider, message, Some(200)));
        assert!(!error.to_string().contains("Sign in"));
    }
    let absent = json!({ "items": { "path": { "steps": ["data"], "origin": [0, 1, 1] }, "absent_is_empty": true } });
    let plan = plan(vec![operation("users.list", "list", request("GET", "/users", json!({})), absent, json!({}))], json!({}));
    assert!(bench(plan, vec![ok(json!({}))]).all(Call::native("users.list")).await.unwrap().is_empty());
}

#[tokio::test]
async fn redirects_are_not_followed() {
    for location in ["https://login.elsewhere.example/sso?token=abc", "http://login.elsewhere.example/"] {
        let bench = bench(users(json!({})), vec![Scripted::Answer(302, vec![("location", location.to_owned())], String::new())]);
        let error = bench.call(get()).await.unwrap_err();
        assert_eq!(error.kind, ErrorKind::Provider);
        let origin = location.split('/').take(3).collect::<Vec<_>>().join("/");
        assert_eq!(error.message, format!("redirected to {origin}; this connector does not follow redirects"));
    }
}

#[tokio::test]
async fn limits_are_errors() {
    let nested = format!("{{\"data\": {}{}}}", "[".repeat(300), "]".repeat(300));
    let deep = bench(users(json!({})), vec![Scripted::Answer(200, vec![], nested)]);
    assert_eq!(deep.all(Call::native("users.list")).await.unwrap_err().kind, ErrorKind::Limit);
    let bench = bench(users(json!({})), vec![ok(json!({ "data": [1, 2, 3] })), ok(json!({ "data": [1, 2, 3] }))]);
    for limits in [
        connc_runtime::Limits { body_bytes: 10, ..Default::default() },
        connc_runtime::Limits { page_records: 2, ..Default::default() },
        connc_runtime::Limits { url_bytes: 20, ..Default::default() },
    ] {
        let runtime = builder(bench.script.clone()).limits(limits).build().unwrap();
        let error = runtime.list(&bench.connector, &bench.account, Call::native("users.list")).unwrap().next().await.unwrap().unwrap_err();
        assert_eq!(error.kind, ErrorKind::Limit, "{error}");
    }
}

#[tokio::test]
async fn input_is_checked_before_anything_is_sent() {
    let bench = bench(users(json!({})), vec![]);
    for (call, message) in [
        (Call::native("users.gte").id("1"), "there is no operation `users.gte` in connector `demo`"),
        (Call::native("users.get"), "operation `users.get` needs the id"),
        (Call::native("users.create"), "input `body` is missing"),
        (Call::native("users.create").input(json!({ "body": 7 })), "input `body` is not a JSON object"),
        (Call::native("users.create").input(json!({ "bodi": {} })), "`bodi` is not one of the input parameters"),
        (Call::native("users.create").input(json!([])), "the input is not a JSON object"),
        (Call::native("users.get").id("1").filter("a", "b"), "only a unified list can be narrowed by filters"),
        (Call::native("users.list"), "`users.list` is a list"),
        (Call::native("users.get").id(".."), "`id` would leave its place in the path"),
    ] {
        let error = bench.call(call).await.unwrap_err();
        assert_eq!((error.kind, error.message.as_str()), (ErrorKind::InvalidInput, message));
    }
    let help = bench.call(Call::native("users.create").input(json!({ "bodi": {} }))).await.unwrap_err().help.clone();
    assert_eq!(help.as_deref(), Some("did you mean `body`?"));
}

#[tokio::test]
async fn accounts_are_checked() {
    let bench = bench(users(json!({})), vec![]);
    let refused = |change: &dyn Fn(&mut connc_runtime::Account)| {
        let mut account = account();
        change(&mut account);
        bench.runtime.list(&bench.connector, &account, Call::native("users.list")).unwrap_err()
    };
    let error = refused(&|account| account.account.clear());
    assert_eq!(error.message, "account parameter `domain` is missing");
    assert_eq!((error.help.as_deref(), error.place.as_deref()), (Some("for example `acme.example.com`"), Some("connector.yaml:2:3")));
    let error = refused(&|account| drop(account.account.insert("domain".to_owned(), json!("evil.example"))));
    assert_eq!(error.message, "account parameter `domain` is not within `example.com`");
    let error = refused(&|account| account.secrets.clear());
    assert_eq!((error.message.as_str(), error.help.as_deref()), ("secret `token` is missing", Some("it is: the API token")));
    assert!(refused(&|account| account.auth = "oauth".to_owned()).message.contains("no auth method `oauth`"));
    assert!(refused(&|account| account.connector = "other".to_owned()).message.contains("is for connector `other`"));
}

#[tokio::test]
async fn a_secret_on_the_edge_of_what_is_shown_is_taken_out_whole() {
    let message = format!("{}{SECRET} and more", "x".repeat(495));
    let bench = bench(users(json!({})), vec![status(400, json!({ "message": message }))]);
    let error = bench.call(get()).await.unwrap_err();
    let said = error.provider_message.clone().unwrap();
    assert!(said.starts_with("xxx") && !said.contains("s3cr"), "{said}");
}

#[tokio::test]
async fn a_write_whose_answer_cannot_be_read_is_said_to_be_done() {
    let large = || ok(json!({ "id": 1, "text": "x".repeat(2000) }));
    let limits = || connc_runtime::Limits { body_bytes: 1000, ..connc_runtime::Limits::default() };
    let plan = || {
        let posted = |more: Value| request("POST", "/users", more);
        plan(
            vec![
                operation("users.create", "one", posted(json!({})), item(&[]), json!({})),
                operation("users.pack", "one", posted(json!({ "compression": "gzip" })), item(&[]), json!({})),
                operation("users.table", "one", posted(json!({ "answer": "csv" })), item(&[]), json!({})),
                operation("users.search", "list", posted(json!({})), items(&["data"]), json!({})),
                operation("users.find", "one", posted(json!({})), item(&[]), json!({ "reads": true })),
            ],
            json!({}),
        )
    };
    for (name, answer, kind, done) in [
        ("users.create", large(), ErrorKind::Limit, true),
        ("users.pack", ok(json!({})), ErrorKind::Provider, true),
        ("users.table", ok(json!({})), ErrorKind::Provider, true),
        ("users.find", large(), ErrorKind::Limit, false),
    ] {
        let mut bench = bench(plan(), vec![answer]);
        bench.runtime = builder(bench.script.clone()).limits(limits()).build().unwrap();
        let error = bench.call(Call::native(name)).await.unwrap_err();
        assert_eq!((error.kind, error.status, error.retryable, error.requests), (kind, Some(200), false, 1), "{name}: {error}");
        let told: Vec<(&str, bool)> = error.done.iter().map(|written| (written.operation.as_str(), written.idempotent)).collect();
        assert_eq!(told, if done { vec![(name, false)] } else { vec![] }, "{error}");
        assert_eq!(error.message.starts_with("the write was done"), done, "{error}");
    }
    let mut bench = bench(plan(), vec![large()]);
    bench.runtime = builder(bench.script.clone()).limits(limits()).build().unwrap();
    let error = bench.all(Call::native("users.search")).await.unwrap_err();
    assert_eq!((error.kind, error.done.as_slice()), (ErrorKind::Limit, [].as_slice()), "{error}");
}
