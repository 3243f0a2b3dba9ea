//! Credentials stay where they belong: a second server, to which everything is tempted, hears nothing.

use std::collections::VecDeque;
use std::net::IpAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use connc_runtime::transport::{ReqwestTransport, Resolver, Timeouts};
use connc_runtime::{Account, Call, Connector, Error, ErrorKind, Method, Runtime};
use futures_util::future::BoxFuture;
use serde_json::json;

use crate::server::{Server, answer, json as answered};
use crate::support::{self, SECRET, account, item, operation, plan, request};
use crate::table::{connector, runtime};

const LONGEST: Duration = Duration::from_secs(20);

#[tokio::test]
async fn nothing_reaches_a_server_that_is_not_allowed() {
    let evil = Server::start(vec![answered("{\"data\": []}")]).await;
    let there = evil.origin.clone();
    for script in [
        answered(format!("{{\"data\": [{{\"id\": 1}}], \"next\": \"{there}/users\"}}")),
        answer("302 Found", &format!("location: {there}/users\r\n"), ""),
        answer("307 Temporary Redirect", &format!("location: {there}/users\r\n"), ""),
        answer("401 Unauthorized", &format!("www-authenticate: Bearer realm=\"{there}\"\r\n"), "{}"),
        answer(
            "200 OK",
            &format!(
                "link: <{there}/users>; rel=\"next\"\r\nrefresh: 0; url={there}\r\nalt-svc: h2=\"{}\"\r\n",
                &there.replace("http://", "")
            ),
            "{\"data\": []}",
        ),
    ] {
        let server = Server::start(vec![script]).await;
        let (runtime, connector) = (runtime(&server.origin), connector());
        for call in [Call::native("users.list"), Call::request(Method::Get, "/users")] {
            let work = async {
                let Ok(mut pages) = runtime.list(&connector, &account(), call.clone()) else {
                    let _either = runtime.call(&connector, &account(), call.clone()).await;
                    return;
                };
                while let Some(Ok(_)) = pages.next().await {}
            };
            tokio::time::timeout(LONGEST, work).await.unwrap();
        }
        let wanted = runtime.call(&connector, &account(), Call::request(Method::Get, format!("{there}/users"))).await;
        assert_eq!(wanted.unwrap_err().requests, 0);
        assert!(server.seen().iter().all(|seen| seen.contains(SECRET)), "{:?}", server.seen());
    }
    assert_eq!(evil.seen(), Vec::<String>::new());
}

/// A method that gets its token with a secret of the deployment's.
fn with_tokens() -> serde_json::Value {
    let form =
        json!([["grant_type", support::text("client_credentials")], ["client_secret", support::text("{{ app.secret.client_secret }}")]]);
    let token = request("POST", "https://{{ account.domain }}/oauth/token", json!({ "body": { "form": form } }));
    json!({
        "app_secrets": [{ "name": "client_secret", "type": "string", "origin": [0, 3, 3] }],
        "auth": [{
            "name": "oauth", "scheme": "oauth2", "trust_account_host": false, "secrets": [], "app": ["secret.client_secret"], "origin": [0, 4, 3],
            "apply": [{ "place": { "header": "Authorization" }, "value": support::text("Bearer {{ token.access_token }}") }],
            "acquire": { "origin": [0, 4, 6], "error_code": support::expression("error"), "error_message": support::expression("hint"), "steps": [
                { "request": token, "keep": [{ "name": "access_token", "from": { "body": support::expression("access_token") }, "required": true }] },
            ] },
        }],
    })
}

#[tokio::test]
async fn secrets_of_token_requests_stay_with_the_token_endpoint() {
    const HUSH: &str = "app-hush-hush";
    let evil = Server::start(vec![answered("{\"access_token\": \"stolen\"}")]).await;
    let there = evil.origin.clone();
    let get = || operation("users.get", "one", request("GET", "/users/7", json!({})), item(&[]), json!({}));
    let connector = Connector::load(plan(vec![get()], with_tokens())).unwrap();
    let account =
        Account { secrets: [].into(), app_secrets: [("client_secret".to_owned(), connc_runtime::Secret::from(HUSH))].into(), ..account() };
    for (token, fine) in [
        (answer("307 Temporary Redirect", &format!("location: {there}/oauth/token\r\n"), ""), false),
        (answer("401 Unauthorized", &format!("location: {there}\r\nwww-authenticate: Bearer realm=\"{there}\"\r\n"), "{}"), false),
        (answered(format!("{{\"access_token\": \"got\", \"instance_url\": \"{there}\", \"token_uri\": \"{there}\"}}")), true),
    ] {
        let server = Server::start(vec![token, answered("{\"id\": 7}")]).await;
        let call = runtime(&server.origin).call(&connector, &account, Call::native("users.get")).await;
        assert_eq!(call.is_ok(), fine, "{call:?}");
        assert!(!format!("{call:?}").contains(HUSH));
        // The secret is in the token request alone; what was got with it is in the other.
        let seen = server.seen();
        let with_secret: Vec<&String> = seen.iter().filter(|seen| seen.contains(HUSH)).collect();
        assert!(with_secret.len() == 1 && with_secret.iter().all(|seen| seen.starts_with("POST /oauth/token ")), "{seen:?}");
        assert!(!fine || seen.iter().any(|seen| seen.starts_with("GET /users/7 ") && seen.contains("Bearer got")), "{seen:?}");
    }
    assert_eq!(evil.seen(), Vec::<String>::new());
}

/// Gives its answers in order, and then the last one.
struct Bending(Mutex<VecDeque<Vec<IpAddr>>>);

impl Resolver for Bending {
    fn addresses(&self, _: &str) -> BoxFuture<'static, std::io::Result<Vec<IpAddr>>> {
        let mut answers = self.0.lock().unwrap();
        let next = if answers.len() > 1 { answers.pop_front() } else { answers.front().cloned() };
        Box::pin(async move { Ok(next.unwrap_or_default()) })
    }
}

/// A call to a name that resolves like this, while a server listens where it should not be led.
async fn led_to(answers: &[&[&str]]) -> (Error, Vec<String>) {
    let inner = Server::start(vec![answered("{\"id\": 7}")]).await;
    let port = inner.origin.rsplit(':').next().unwrap().to_owned();
    let answers = answers.iter().map(|addresses| addresses.iter().map(|address| address.parse().unwrap()).collect()).collect();
    let timeouts = Timeouts { connect: Duration::from_millis(300), idle: Duration::from_millis(300) };
    let transport = ReqwestTransport::with_resolver(timeouts, &[], Arc::new(Bending(Mutex::new(answers)))).unwrap();
    let runtime = Runtime::builder().transport(Arc::new(transport)).build().unwrap();
    let operations = vec![operation("users.get", "one", request("GET", "/users/7", json!({})), item(&[]), json!({}))];
    let base = json!({ "account": [], "base_url": support::text(&format!("https://rebind.example:{port}")) });
    let connector = Connector::load(plan(operations, base)).unwrap();
    let account = Account { account: [].into(), ..account() };
    let call = runtime.call(&connector, &account, Call::native("users.get"));
    (tokio::time::timeout(LONGEST, call).await.unwrap().unwrap_err(), inner.seen())
}

#[tokio::test]
async fn names_that_lead_inside_are_refused_at_each_connection() {
    for addresses in [&["127.0.0.1"][..], &["10.1.2.3"], &["::1"], &["::ffff:192.168.0.1"], &["3ffe::1", "127.0.0.1"], &["169.254.169.254"]]
    {
        let (error, seen) = led_to(&[addresses]).await;
        assert_eq!((error.kind, error.requests), (ErrorKind::Security, 1), "{addresses:?}: {error}");
        assert!(error.message.contains("not public") && seen.is_empty());
    }
    // A name that was public when it was first asked for: nobody is at that address, and the next attempt asks again.
    let (error, seen) = led_to(&[&["3ffe::1"], &["127.0.0.1"]]).await;
    assert_eq!((error.kind, error.requests), (ErrorKind::Security, 2), "{error}");
    assert!(seen.is_empty());
}
