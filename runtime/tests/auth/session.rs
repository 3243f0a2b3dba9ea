//! Sessions: a login that yields a cookie and a CSRF token, and a logout.

use connc_plan::Plan;
use connc_runtime::{Account, Call, ErrorKind};
use serde_json::{Value, json};

use crate::kit::*;
use crate::support::*;

fn session() -> Plan {
    let login = request(
        "POST",
        "/login",
        json!({ "body": { "form": [["user", text("{{ auth.email }}")], ["password", text("{{ secret.token }}")]] } }),
    );
    let keep = json!([
        { "name": "sid", "from": { "cookie": "JSESSIONID" }, "required": true },
        { "name": "csrf", "from": { "header": "x-csrf-token" }, "required": true },
    ]);
    let apply = json!([
        { "place": { "cookie": "JSESSIONID" }, "value": text("{{ token.sid }}") },
        { "place": { "header": "X-CSRF-Token" }, "value": text("{{ token.csrf }}"), "on": ["POST", "PUT", "PATCH", "DELETE"] },
    ]);
    let cookie: Value = text("JSESSIONID={{ token.sid }}");
    let logout = step(request("POST", "/logout", json!({ "headers": [["Cookie", cookie]], "answer": "none" })), json!([]));
    let method =
        method(apply, json!({ "acquire": steps(vec![step(login, keep)]), "expired": expression("$status = 302"), "release": [logout] }));
    let operations = vec![
        operation("me.get", "one", request("GET", "/me", json!({})), item(&[]), json!({})),
        operation("me.touch", "nothing", request("POST", "/me", json!({ "answer": "none" })), json!("none"), json!({})),
    ];
    let app = json!([parameter("client_id", "string", true)]);
    let secrets = json!([{ "name": "client_secret", "type": "string", "origin": [0, 3, 3] }]);
    plan(operations, json!({ "auth": [method], "app": app, "app_secrets": secrets }))
}

fn agent() -> Account {
    Account { id: Some("acme".to_owned()), ..customer() }
}

fn logged_in(number: usize, code: u16) -> Scripted {
    Scripted::Answer(
        code,
        vec![
            ("set-cookie", "theme=dark; Path=/".to_owned()),
            ("set-cookie", "JSESSIONID=; Max-Age=0".to_owned()),
            ("set-cookie", format!("JSESSIONID=session-{number}; Path=/; HttpOnly; Secure")),
            ("set-cookie", "JSESSIONID2=other".to_owned()),
            ("x-csrf-token", format!("csrf-{number}")),
            ("location", "https://acme.example.com/home".to_owned()),
        ],
        "<html>welcome".to_owned(),
    )
}

fn cookie(request: &http::Request<bytes::Bytes>) -> &str {
    request.headers().get("cookie").map_or("", |value| value.to_str().unwrap())
}

#[tokio::test]
async fn cookie_and_csrf_header_go_where_they_belong() {
    // Login forms answer with a page, or with a redirect.
    for code in [200, 303] {
        let world = world(session(), agent(), move |request, index| match request.uri().path() {
            "/login" => logged_in(index, code),
            _ => ok(json!({})),
        });
        world.me().await.unwrap();
        world.runtime.call(&world.connector, &world.account, Call::native("me.touch")).await.unwrap();
        let sent = world.peer.to("/me");
        let seen: Vec<_> = sent
            .iter()
            .map(|request| (cookie(request), request.headers().get("x-csrf-token").map(|value| value.to_str().unwrap())))
            .collect();
        assert_eq!(seen, [("JSESSIONID=session-0", None), ("JSESSIONID=session-0", Some("csrf-0"))]);
        let login = &world.peer.to("/login")[0];
        assert_eq!((cookie(login), login.headers().get("x-csrf-token")), ("", None));
    }
}

#[tokio::test]
async fn a_session_that_ended_is_begun_anew_once() {
    let world = world(session(), agent(), |request, index| match request.uri().path() {
        "/login" => logged_in(index, 200),
        _ if cookie(request) == "JSESSIONID=session-0" => {
            Scripted::Answer(302, vec![("location", "https://acme.example.com/login".to_owned())], String::new())
        }
        _ => ok(json!({})),
    });
    assert_eq!(world.me().await.unwrap().counters.requests, 4);
    assert_eq!(world.stored().await.unwrap()["tokens"], json!({ "sid": "session-2", "csrf": "csrf-2" }));
}

#[tokio::test]
async fn a_refused_login_gives_no_session() {
    let world = world(session(), agent(), |request, _| match request.uri().path() {
        "/login" => Scripted::Answer(200, vec![("set-cookie", "theme=dark".to_owned())], "<html>wrong password".to_owned()),
        other => panic!("{other} without a session"),
    });
    let error = world.me().await.unwrap_err();
    assert_eq!((error.kind, error.message.as_str()), (ErrorKind::Auth, "the token answer has no `sid`"));
}

#[tokio::test]
async fn disconnecting_logs_out_and_forgets() {
    let world = world(session(), agent(), |request, index| match request.uri().path() {
        "/login" => logged_in(index, 200),
        "/logout" if index > 4 => status(500, json!({})),
        _ => ok(json!({})),
    });
    // Nothing is stored yet, so there is nothing to end.
    world.runtime.disconnect(&world.connector, &world.account).await.unwrap();
    assert!(world.peer.to("/logout").is_empty());
    world.me().await.unwrap();
    world.runtime.disconnect(&world.connector, &world.account).await.unwrap();
    assert_eq!(cookie(&world.peer.to("/logout")[0]), "JSESSIONID=session-0");
    assert!(world.stored().await.is_none());
    // The next call begins a session of its own.
    world.me().await.unwrap();
    assert_eq!(world.peer.to("/login").len(), 2);
    // A provider that fails is told of, and the account is forgotten all the same.
    let error = world.runtime.disconnect(&world.connector, &world.account).await.unwrap_err();
    assert_eq!((error.status, error.step.as_deref()), (Some(500), Some("way")));
    assert!(world.stored().await.is_none());
}
