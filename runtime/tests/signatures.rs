//! Signatures over requests, and tokens that are signed here, as a provider sees them.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod support;

use connc_plan::Plan;
use connc_runtime::transport::TransportFailure;
use connc_runtime::{Call, ErrorKind, Secret};
use data_encoding::{BASE64, BASE64URL_NOPAD, HEXLOWER};
use ring::signature::{RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey};
use ring::{digest, hmac};
use serde_json::{Value, json};
use support::*;

fn signed(sign: Value, more: Value) -> Plan {
    let body = json!({ "body": { "json": { "expression": expression("$input.body") } } });
    let mut create = operation("users.create", "one", request("POST", "/users", body), item(&[]), json!({}));
    create["input"] = json!([parameter("body", "object", true)]);
    let get = request("GET", "/users/{{ id }}", json!({ "query": [["fields", text("a b,c")]] }));
    let operations = vec![operation("users.get", "one", get, item(&[]), json!({ "takes_id": true })), create];
    let mut method = json!({
        "name": "way", "scheme": "custom", "trust_account_host": false, "origin": [0, 4, 3], "sign": sign,
        "apply": [{ "place": { "header": "X-Key" }, "value": text("{{ secret.token }}") }],
        "secrets": [{ "name": "token", "type": "string", "origin": [0, 4, 5] }, { "name": "private_key", "type": "pem", "origin": [0, 4, 6] }],
    });
    method.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    plan(operations, json!({ "auth": [method] }))
}

fn desk(plan: Plan, answers: Vec<Scripted>) -> Bench {
    let mut bench = bench(plan, answers);
    bench.account.secrets.insert("private_key".to_owned(), Secret::from(include_str!("keys/rsa.pkcs8.pem")));
    bench
}

fn expressions(list: &[(Value, &str)]) -> Value {
    let list: Vec<Value> = list.iter().map(|(place, value)| json!({ "place": place, "value": expression(value) })).collect();
    json!({ "expressions": list })
}

fn header(name: &str) -> Value {
    json!({ "header": name })
}

fn get() -> Call {
    Call::native("users.get").id("7/8")
}

#[tokio::test]
async fn signatures_stand_in_no_header_that_frames_the_request() {
    for place in [header("Content-Length"), header("Host"), header("cookie"), header("a b"), json!({ "cookie": "a;b=c" })] {
        let bench = desk(signed(expressions(&[(place.clone(), "'5'")]), json!({})), vec![]);
        let error = bench.call(get()).await.unwrap_err();
        assert_eq!(error.kind, ErrorKind::InvalidInput, "{place}: {error}");
    }
    for place in [header("Transfer-Encoding"), header("Cookie"), json!({ "cookie": "a;b=c" })] {
        let apply = json!({ "apply": [{ "place": place, "value": text("{{ secret.token }}") }] });
        let bench = desk(signed(expressions(&[(header("X-Sign"), "'5'")]), apply), vec![]);
        let error = bench.call(get()).await.unwrap_err();
        assert_eq!(error.kind, ErrorKind::InvalidInput, "{place}: {error}");
    }
}

#[tokio::test]
async fn expressions_see_the_request_as_it_is_sent() {
    let text = "$join([$request.method, $request.url, $request.host, $request.path, $request.query, $request.headers.`x-key`, \
        $request.headers.accept, '[' & $request.body & ']', $request.body_sha256, $string($request.timestamp), $request.date], '|')";
    let bench = desk(signed(expressions(&[(header("X-Seen"), text)]), json!({})), vec![ok(json!({ "id": 1 }))]);
    bench.call(get()).await.unwrap();
    let seen = bench.script.header(0, "x-seen").unwrap();
    let empty = HEXLOWER.encode(digest::digest(&digest::SHA256, b"").as_ref());
    let expected = [
        "GET",
        "https://acme.example.com/users/7%2F8?fields=a%20b%2Cc",
        "acme.example.com",
        "/users/7%2F8",
        "fields=a%20b%2Cc",
        SECRET,
        "application/json",
        "[]",
        &empty,
        "1772366400",
        "Sun, 01 Mar 2026 12:00:00 GMT",
    ];
    assert_eq!(seen.split('|').collect::<Vec<_>>(), expected);
}

#[tokio::test]
async fn a_signature_is_verified_by_its_receiver() {
    let sign = expressions(&[
        (header("X-Date"), "$string($request.timestamp)"),
        // What was put before is seen by what comes after.
        (
            header("X-Signature"),
            "$hex($hmac($request.method & '\n' & $request.path & '\n' & $request.headers.`x-date` & '\n' & $request.body, $secret.token))",
        ),
    ]);
    let bench = desk(signed(sign, json!({})), vec![ok(json!({ "id": 1 }))]);
    bench.call(Call::native("users.create").input(json!({ "body": { "name": "Ada Quïll" } }))).await.unwrap();
    let (date, signature) = (bench.script.header(0, "x-date").unwrap(), bench.script.header(0, "x-signature").unwrap());
    let key = hmac::Key::new(hmac::HMAC_SHA256, SECRET.as_bytes());
    let received = format!("POST\n/users\n{date}\n{}", r#"{"name":"Ada Quïll"}"#);
    hmac::verify(&key, received.as_bytes(), &HEXLOWER.decode(signature.as_bytes()).unwrap()).unwrap();
    let request = &bench.script.seen.lock().unwrap()[0];
    assert!(request.headers()["x-signature"].is_sensitive());
}

#[tokio::test]
async fn each_attempt_is_signed_anew() {
    let sign = expressions(&[
        (json!({ "query": "nonce" }), "$request.nonce"),
        (json!({ "cookie": "once" }), "$request.nonce"),
        (header("X-Signature"), "$hex($hmac($request.url & $request.headers.cookie & $string($request.timestamp), $secret.token))"),
    ]);
    let answers = vec![Scripted::Fails(TransportFailure::NotSent), status(503, json!({})), ok(json!({ "id": 1 }))];
    let bench = desk(signed(sign, json!({})), answers);
    bench.call(get()).await.unwrap();
    let mut nonces = Vec::new();
    for (index, url) in bench.script.urls().iter().enumerate() {
        // One nonce each, in every place that it stands, and nothing of the attempt before.
        let (before, nonce) = url.split_once("&nonce=").unwrap();
        assert_eq!((before, nonce.len()), ("https://acme.example.com/users/7%2F8?fields=a%20b%2Cc", 32));
        assert_eq!(bench.script.header(index, "cookie").unwrap(), format!("once={nonce}"));
        nonces.push((nonce.to_owned(), bench.script.header(index, "x-signature").unwrap()));
    }
    assert_eq!(nonces.len(), 3);
    for (index, (nonce, signature)) in nonces.iter().enumerate() {
        assert!(nonces[..index].iter().all(|(other, signed)| other != nonce && signed != signature));
    }
}

#[tokio::test]
async fn what_cannot_be_signed_is_not_sent() {
    for (expression, message) in [
        ("$request.nothing", "the signature for header `X-Signature` came to nothing"),
        ("$hmac($request.url, $secret.token)", "the expression failed: bytes are no text: write them with `$hex` or `$base64`"),
        ("$hex($hmac($request.url, $secret.other))", "the expression failed: `$hmac`: the key is absent"),
        ("$secret.token & '\n'", "the signature cannot stand in header `X-Signature`"),
    ] {
        let bench = desk(signed(expressions(&[(header("X-Signature"), expression)]), json!({})), Vec::new());
        let error = bench.call(get()).await.unwrap_err();
        assert_eq!(error.message, message);
        assert_eq!(error.step.as_deref(), Some("way"));
        assert!(bench.script.urls().is_empty() && !format!("{error:?}").contains(SECRET));
    }
}

#[tokio::test]
async fn a_file_that_is_read_while_it_is_sent_has_no_hash() {
    let mut plan = signed(expressions(&[(header("X-Signature"), "$request.body_sha256")]), json!({}));
    let body = json!({ "multipart": [["file", { "expression": expression("$input.file") }]] });
    let mut send = operation("files.create", "one", request("POST", "/files", json!({ "body": body })), item(&[]), json!({}));
    send["input"] = json!([parameter("file", "file", true)]);
    plan.operations.insert("files.create".to_owned(), serde_json::from_value(send).unwrap());
    let bench = desk(plan, vec![ok(json!({ "id": 1 }))]);
    let file = connc_runtime::File::reader("a.txt", || panic!("nothing is read")).content_type("text/plain");
    let error = bench.call(Call::native("files.create").file("file", file)).await.unwrap_err();
    assert_eq!(error.message, "the signature for header `X-Signature` came to nothing");
    assert!(error.help.as_ref().unwrap().contains("no `$request.body_sha256`"), "{:?}", error.help);
    let file = connc_runtime::File::bytes("a.txt", "one").content_type("text/plain");
    bench.call(Call::native("files.create").file("file", file)).await.unwrap();
}

#[tokio::test]
async fn signatures_are_shown_as_words() {
    let sign = expressions(&[(json!({ "query": "sig" }), "$hex($sha256($request.url))"), (header("X-Signature"), "$secret.token")]);
    let bench = desk(signed(sign, json!({})), Vec::new());
    let prepared = bench.runtime.prepare(&bench.connector, &bench.account, get()).unwrap();
    assert_eq!(prepared[0].url, "https://acme.example.com/users/7%2F8?fields=a%20b%2Cc&sig={{ signature }}");
    assert!(prepared[0].headers.contains(&("x-signature".to_owned(), "{{ signature }}".to_owned())));
    assert!(!format!("{prepared:?}").contains(SECRET));
}

fn assertion() -> Value {
    let jwt = json!({
        "alg": "RS256", "key": text("{{ secret.private_key }}"), "header": [["kid", text("key-1")]], "ttl": 300, "backdated": 30, "jti": true,
        "claims": [["iss", text("app-1")], ["aud", text("https://{{ account.domain }}/token")]], "origin": [0, 6, 7],
    });
    let form = json!([["grant_type", text("urn:ietf:params:oauth:grant-type:jwt-bearer")], ["assertion", text("{{ jwt }}")]]);
    let token = request("POST", "https://{{ account.domain }}/token", json!({ "body": { "form": form } }));
    json!({ "acquire": {
        "steps": [{
            "request": token, "jwt": jwt,
            "keep": [{ "name": "access_token", "from": { "body": expression("access_token") }, "required": true }],
        }],
        "error_code": expression("error"), "error_message": expression("error_description"), "origin": [0, 4, 6],
    }, "apply": [{ "place": { "header": "Authorization" }, "value": text("Bearer {{ token.access_token }}") }] })
}

fn unsigned(more: Value) -> Plan {
    let mut plan = signed(json!(null), more);
    plan.auth[0].sign = None;
    plan
}

#[tokio::test]
async fn an_assertion_buys_a_token() {
    let bench = desk(unsigned(assertion()), vec![ok(json!({ "access_token": "t-1" })), ok(json!({ "id": 1 }))]);
    bench.call(get()).await.unwrap();
    assert_eq!(bench.script.header(1, "authorization").unwrap(), "Bearer t-1");
    let form = String::from_utf8(bench.script.seen.lock().unwrap()[0].body().to_vec()).unwrap();
    let token = form.strip_prefix("grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer&assertion=").unwrap();
    let (signed, signature) = token.rsplit_once('.').unwrap();
    let pem: String = include_str!("keys/rsa.public.pem").lines().filter(|line| !line.starts_with('-')).collect();
    let verifier = UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, BASE64.decode(pem.as_bytes()).unwrap());
    verifier.verify(signed.as_bytes(), &BASE64URL_NOPAD.decode(signature.as_bytes()).unwrap()).unwrap();
    let claims: Value = serde_json::from_slice(&BASE64URL_NOPAD.decode(signed.split('.').nth(1).unwrap().as_bytes()).unwrap()).unwrap();
    assert_eq!((&claims["aud"], &claims["exp"]), (&json!("https://acme.example.com/token"), &json!(1_772_366_670)));
    assert_eq!(claims["jti"].as_str().unwrap().len(), 32);
}

#[tokio::test]
async fn a_key_that_cannot_sign_is_said_without_the_key() {
    let mut bench = desk(unsigned(assertion()), Vec::new());
    bench.account.secrets.insert("private_key".to_owned(), Secret::from("c2VjcmV0IGtleSBtYXRlcmlhbA=="));
    let error = bench.call(get()).await.unwrap_err();
    assert_eq!(
        (error.kind, error.message.as_str()),
        (ErrorKind::InvalidInput, "the key `{{ secret.private_key }}` is no private key in PEM")
    );
    assert_eq!(error.place.as_deref(), Some("connector.yaml:6:7"));
    assert!(!format!("{error:?}").contains("c2VjcmV0") && bench.script.urls().is_empty());
}

fn aws() -> Value {
    json!({ "aws_sig_v4": {
        "access_key_id": text("AKIDEXAMPLE"), "secret_access_key": text("{{ secret.token }}"), "region": text("us-east-1"),
        "service": text("service"), "origin": [0, 6, 3],
    } })
}

#[cfg(not(feature = "sigv4"))]
#[tokio::test]
async fn signature_version_4_needs_its_feature() {
    let bench = desk(signed(aws(), json!({})), Vec::new());
    let error = bench.call(get()).await.unwrap_err();
    assert_eq!(error.message, "this build signs no requests with AWS Signature Version 4");
    assert_eq!(error.help.as_deref(), Some("build it with the feature `sigv4`"));
}

#[cfg(feature = "sigv4")]
#[tokio::test]
async fn signature_version_4_goes_along() {
    let bench = desk(signed(aws(), json!({ "apply": [] })), vec![ok(json!({ "id": 1 }))]);
    bench.call(get()).await.unwrap();
    let value = bench.script.header(0, "authorization").unwrap();
    let start = "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260301/us-east-1/service/aws4_request, \
        SignedHeaders=host;x-amz-content-sha256;x-amz-date, Signature=";
    assert_eq!(value.strip_prefix(start).unwrap().len(), 64);
    assert_eq!(bench.script.header(0, "x-amz-date").unwrap(), "20260301T120000Z");
}
