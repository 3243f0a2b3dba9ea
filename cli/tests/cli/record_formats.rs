//! What a recording keeps of answers of every kind: names, codes, headers, rows.

use crate::machine::{Done, connc};
use crate::record::{Folder, tested_in};
use crate::server::{Answer, Server, json};

const SPEC: &str = r#"connector: pier
spec: 1
title: Pier
base_url: https://api.pier.example
auth: { t: { scheme: bearer, secrets: { token: {} }, token: "{{ secret.token }}" } }
errors: { code: error.code, message: error.text, kinds: { conflict: error.code = "name_taken" } }
rate_limit: [{ remaining: { header: X-RateLimit-Remaining } }]
resources:
  users: { list: { get: /users, items: users, paginate: { style: cursor, next: more.token, into: { query: token } } } }
  rows: { list: { get: /rows, format: csv, items: $, paginate: { style: single } } }
  lines: { list: { get: /lines, format: ndjson, items: $, paginate: { style: single } } }
"#;

/// Records a call of an operation to a server that answers so.
fn recorded(folder: &Folder, resource: &str, answer: Answer) -> (Done, String) {
    let spec = folder.file("connectors/pier/connector.yaml");
    std::fs::create_dir_all(folder.file("connectors/pier")).unwrap();
    std::fs::write(&spec, SPEC).unwrap();
    let server = Server::start(vec![answer]);
    let (connectors, file) = (folder.file("connectors"), folder.file(&format!("{resource}.list.yaml")));
    let operation = format!("{resource}.list");
    let own = ["run", "pier", &operation, "--connectors", &connectors, "--secret", "token=t0p.S3cretValue", "--base-url", &server.url];
    let done = connc(&[&own[..], &["--record", &file]].concat());
    let text = std::fs::read_to_string(&file).unwrap_or_default();
    assert!(!text.is_empty(), "{done:?}");
    tested_in(&connectors, "pier", &file).fine();
    (done, text)
}

fn raw(headers: &str, body: &str) -> Answer {
    let length = body.len();
    Answer::Raw(format!("HTTP/1.1 200 OK\r\n{headers}\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}").leak())
}

fn gone(text: &str, words: &[&str]) {
    for word in words {
        assert!(!text.to_lowercase().contains(&word.to_lowercase()), "`{word}` is in the recording:\n{text}");
    }
}

fn there(text: &str, words: &[&str]) {
    for word in words {
        assert!(text.contains(word), "`{word}` is not in the recording:\n{text}");
    }
}

#[test]
fn names_that_are_data_are_invented() {
    let folder = Folder::new("keyed");
    let body = r#"{"users": [{"id": "wquill", "firstName": "Wilma", "mood": 3}], "index": {"wquill": {"a": 1}, "Quill": {"a": 1},
        "wilhelmina_quill": 1, "WilhelminaQuill": 2, "0uABCX177": 3, "41234567890": 4, "Wilhelmina Quill": 5, "quill-laptop": 6, "wilma.quill": 7}}"#;
    let (done, text) = recorded(&folder, "users", json(body));
    gone(&text, &["quill", "wilma", "wilhelmina", "ABCX", "41234567890", "mood", "laptop"]);
    there(&text, &["users", "index", "firstName: ", "id: "]);
    assert!(done.err.contains("names of members that neither the spec nor the description has are invented too: "), "{done:?}");
    assert!(!done.err.to_lowercase().contains("quill"), "{done:?}");
}

#[test]
fn names_that_the_spec_reads_stay_whatever_the_data_say() {
    for (case, member) in [
        r#""note": "Manages users for us, more or less, with a token""#,
        r#""self": "https://api.pier.example/api/v2/users/1.json""#,
        r#""type": "users""#,
        r#""users": "more""#,
    ]
    .iter()
    .enumerate()
    {
        let folder = Folder::new(&format!("words-{case}"));
        let (_, text) = recorded(&folder, "users", json(&format!(r#"{{"users": [{{"id": 1, {member}}}], "more": {{"token": null}}}}"#)));
        there(&text, &["users: [{", "more: { token: null }"]);
    }
}

#[test]
fn codes_are_kept_where_somebody_registered_them() {
    let answer = |code: &str| Answer::Json(409, &[], format!(r#"{{"error": {{"code": "{code}", "text": "x"}}}}"#));
    for (case, code, stays) in [
        ("spec", "name_taken", true),
        ("registry", "invalid_request", true),
        ("own", "user_wilma_quill_exists", false),
        ("short", "wquill", false),
    ] {
        let folder = Folder::new(&format!("code-{case}"));
        let (_, text) = recorded(&folder, "users", answer(code));
        assert_eq!(text.contains(code), stays, "{text}");
        gone(&text, &["quill"]);
    }
}

#[test]
fn headers_say_numbers_and_media_types_alone() {
    let folder = Folder::new("headers");
    let body = r#"{"users": [{"id": 1}]}"#;
    let headers = "content-type: application/json; profile=\"wquill\"; charset=UTF-8\r\nx-ratelimit-remaining: wilmaquill\r\n\
        ratelimit: limit=7, remaining=3, reset=77\r\nratelimit-policy: \"quill\";q=7\r\nretry-after: 5";
    let (_, text) = recorded(&folder, "users", raw(headers, body));
    gone(&text, &["quill", "profile"]);
    there(&text, &["application/json; charset=utf-8", "limit=7, remaining=3, reset=77", "retry-after: \"5\""]);
}

#[test]
fn rows_are_invented_value_by_value() {
    let folder = Folder::new("rows");
    let rows = "id,name,email,quillhood\r\n0071234567,\"Quill, Wilma\",wilma@quill.test,\"two \"\"big\"\"\r\nlines\"\r\n8812345,Adalind,adalind@quill.test,\r\n";
    let (_, text) = recorded(&folder, "rows", raw("content-type: text/csv; header=present", rows));
    gone(&text, &["quill", "wilma", "adalind", "71234567", "8812345", "lines", "present"]);
    there(&text, &["content-type: text/csv }", "id,name,email,"]);
}

#[test]
fn lines_are_invented_one_by_one() {
    let folder = Folder::new("lines");
    let lines = "{\"id\":1,\"name\":\"Wilma Quill\"}\n{\"id\":2,\"name\":\"Adalind\",\"wquill\":true}\n";
    let (_, text) = recorded(&folder, "lines", raw("content-type: application/x-ndjson", lines));
    gone(&text, &["quill", "wilma", "adalind"]);
    there(&text, &[r#"\"id\":1"#, r#"\"id\":2"#, r#"\"name\":"#]);
}

#[test]
fn nothing_is_announced_where_nothing_is_kept() {
    let folder = Folder::new("nothing");
    let (done, _) = recorded(&folder, "users", json(r#"{"users": []}"#));
    assert!(done.err.contains("values are invented\n") && !done.err.contains("but for these"), "{done:?}");
}

#[test]
fn what_is_signed_with_a_key_is_recorded_and_replays() {
    for (algorithm, key) in [("RS256", "rsa.pem"), ("ES256", "ec.pem")] {
        let folder = Folder::new(&format!("signed-{algorithm}"));
        let spec = format!(
            "connector: buoy\nspec: 1\ntitle: Buoy\nbase_url: https://api.buoy.example\nauth:\n  signed:\n    scheme: oauth2\n    \
             grant: jwt_bearer\n    secrets: {{ key: {{ type: pem }} }}\n    token_url: https://api.buoy.example/token\n    \
             jwt: {{ alg: {algorithm}, key: \"{{{{ secret.key }}}}\", iss: buoy-app }}\nresources:\n  \
             users: {{ list: {{ get: /users, items: users, paginate: {{ style: single }} }} }}\n"
        );
        std::fs::create_dir_all(folder.file("connectors/buoy")).unwrap();
        std::fs::write(folder.file("connectors/buoy/connector.yaml"), spec).unwrap();
        // Any key will do; those of replays are at hand.
        let own = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../runtime/src/transport/replay").join(key);
        let secret = format!("key=file:{}", own.display());
        let token = json(r#"{"access_token": "accessOfQuill77", "token_type": "Bearer", "expires_in": 3600}"#);
        let server = Server::start(vec![token, json(r#"{"users": [{"id": 1, "name": "Wilma Quill"}]}"#)]);
        let (connectors, file) = (folder.file("connectors"), folder.file("users.list.yaml"));
        let own = ["run", "buoy", "users", "--connectors", &connectors, "--secret", &secret, "--base-url", &server.url, "--record", &file];
        connc(&own).fine();
        let text = std::fs::read_to_string(&file).unwrap();
        gone(&text, &["quill", "private key", "eyJhbGci", "eyJ0eXAi"]);
        there(&text, &["any: [assertion]", "token_type: Bearer"]);
        tested_in(&connectors, "buoy", &file).fine();
    }
}
