//! The real transport against a server on loopback that misbehaves in every way it can.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
#![cfg(feature = "reqwest")]

mod support;

use std::sync::Arc;
use std::time::Duration;

use connc_runtime::transport::{ReqwestTransport, Timeouts};
use connc_runtime::{Account, Call, Connector, Error, ErrorKind, Page, Runtime};
use serde_json::{Value, json};
use support::{account, expression, items, operation, paginate, plan, request, text};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

/// Answers each connection with the next text, byte for byte, and closes it; `{HERE}` is the server's own origin.
async fn server(answers: Vec<String>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let origin = format!("http://{}", listener.local_addr().unwrap());
    let here = origin.clone();
    tokio::spawn(async move {
        for answer in answers {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut buffer = [0; 8192];
            let _ = stream.read(&mut buffer).await.unwrap();
            if answer == "never" {
                tokio::spawn(async move {
                    tokio::time::sleep(Duration::from_secs(20)).await;
                    drop(stream);
                });
                continue;
            }
            for part in answer.replace("{HERE}", &here).split("{WAIT}") {
                stream.write_all(part.as_bytes()).await.unwrap();
                stream.flush().await.unwrap();
                tokio::time::sleep(Duration::from_millis(30)).await;
            }
        }
    });
    origin
}

fn http(status: &str, headers: &str, body: &str) -> String {
    format!("HTTP/1.1 {status}\r\ncontent-length: {}\r\nconnection: close\r\n{headers}\r\n{body}", body.len())
}

fn runtime(origin: &str) -> Runtime {
    let timeouts = Timeouts { connect: Duration::from_millis(500), idle: Duration::from_millis(300) };
    let transport = ReqwestTransport::new(timeouts, &[origin.to_owned()]).unwrap();
    Runtime::builder().transport(Arc::new(transport)).cursor_key([1; 32]).map_base(origin).build().unwrap()
}

fn connector() -> Connector {
    let loop_: Value = paginate(json!({ "answer": expression("next") }), json!("url"), json!({}));
    let write = request("POST", "/users", json!({ "body": { "json": { "const": {} } } }));
    Connector::load(plan(
        vec![
            operation("users.list", "list", request("GET", "/users", json!({})), items(&["data"]), json!({ "paginate": loop_ })),
            operation("users.create", "nothing", write, json!("none"), json!({})),
        ],
        json!({}),
    ))
    .unwrap()
}

async fn first(origin: &str) -> Result<Page, Error> {
    runtime(origin).list(&connector(), &account(), Call::native("users.list")).unwrap().next().await.unwrap()
}

#[tokio::test]
async fn pages_from_a_local_server_that_names_itself() {
    let json = "content-type: application/json\r\n";
    let origin = server(vec![
        http("200 OK", json, r#"{"data": [{"id": 1}], "next": "{HERE}/users?page=2"}"#.replace("{HERE}", &"x".repeat(22)).as_str()).replace(&"x".repeat(22), "{HERE}"),
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\nconnection: close\r\n\r\n5\r\n{\"dat\r\n{WAIT}16\r\na\": [{\"id\": 2}]      }\r\n{WAIT}0\r\n\r\n".to_owned(),
    ])
    .await;
    assert_eq!(origin.len(), 22, "the length above is that of an origin with a five-digit port: {origin}");
    let mut pages = runtime(&origin).list(&connector(), &account(), Call::native("users.list")).unwrap();
    let mut records = Vec::new();
    while let Some(page) = pages.next().await {
        records.extend(page.unwrap().records);
    }
    let records: Vec<_> = records.iter().map(|record| record.text.as_str()).collect();
    assert_eq!(records, [r#"{"id": 1}"#, r#"{"id": 2}"#]);
}

#[tokio::test]
async fn bodies_that_are_no_answer() {
    let cut = "HTTP/1.1 200 OK\r\ncontent-length: 500\r\nconnection: close\r\n\r\n{\"data\": [{\"id\": 1}".to_owned();
    for (answers, kind, words) in [
        (vec![cut.clone(), cut.clone(), cut], ErrorKind::Transport, "the answer broke off"),
        (vec![http("200 OK", "content-type: text/html\r\n", "<html>log in</html>")], ErrorKind::Provider, "the answer is an HTML page"),
        (vec![http("200 OK", "", "")], ErrorKind::Provider, "the answer is empty"),
        (vec![http("200 OK", "content-encoding: gzip\r\n", "not gzip"); 3], ErrorKind::Transport, "the answer broke off"),
        (
            vec![http("302 Found", "location: http://127.0.0.1:1/x?secret=1\r\n", "")],
            ErrorKind::Provider,
            "redirected to http://127.0.0.1:1;",
        ),
    ] {
        let error = first(&server(answers).await).await.unwrap_err();
        assert_eq!(error.kind, kind, "{error}");
        assert!(error.message.starts_with(words), "{error}");
        assert!(!format!("{error:?}").contains(support::SECRET));
    }
}

#[tokio::test]
async fn what_carries_nothing_says_so() {
    for (method, body, said) in [
        ("POST", json!("none"), true),
        ("PUT", json!("none"), true),
        ("PATCH", json!({ "form": [] }), true),
        ("DELETE", json!("none"), false),
    ] {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let runtime = runtime(&format!("http://{}", listener.local_addr().unwrap()));
        let seen = tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut seen = Vec::new();
            while !seen.ends_with(b"\r\n\r\n") {
                assert!(stream.read_buf(&mut seen).await.unwrap() > 0);
            }
            stream.write_all(b"HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n").await.unwrap();
            String::from_utf8(seen).unwrap()
        });
        let write = request(method, "/users", json!({ "body": body }));
        let operation = operation("users.touch", "nothing", write, json!("none"), json!({}));
        let connector = Connector::load(plan(vec![operation], json!({}))).unwrap();
        runtime.call(&connector, &account(), Call::native("users.touch")).await.unwrap();
        let seen = seen.await.unwrap().to_ascii_lowercase();
        assert_eq!(seen.matches("content-length: 0\r\n").count(), usize::from(said), "{seen}");
    }
}

#[tokio::test]
async fn a_server_that_never_answers() {
    let origin = server(vec!["never".to_owned(); 3]).await;
    let error = first(&origin).await.unwrap_err();
    assert_eq!((error.kind, error.requests), (ErrorKind::Timeout, 3), "{error}");
    let origin = server(vec!["never".to_owned()]).await;
    let error = runtime(&origin).call(&connector(), &account(), Call::native("users.create")).await.unwrap_err();
    assert_eq!((error.kind, error.requests), (ErrorKind::OutcomeUnknown, 1), "{error}");
    let origin = server(vec!["never".to_owned()]).await;
    let call = Call::native("users.list").deadline(Duration::from_millis(50));
    let error = runtime(&origin).list(&connector(), &account(), call).unwrap().next().await.unwrap().unwrap_err();
    assert_eq!((error.kind, error.requests), (ErrorKind::Timeout, 1), "{error}");
}

#[tokio::test]
async fn nobody_listens() {
    let error = first("http://127.0.0.1:9").await.unwrap_err();
    assert_eq!((error.kind, error.requests, error.retryable), (ErrorKind::Transport, 3, true), "{error}");
}

#[tokio::test]
async fn inner_addresses_are_refused_before_anything_is_sent() {
    let plan = |url: &str| {
        plan(
            vec![operation("users.list", "list", request("GET", "/users", json!({})), items(&[]), json!({}))],
            json!({ "base_url": text(url), "account": [] }),
        )
    };
    let nobody = Account { account: [].into(), ..account() };
    for url in [
        "https://127.0.0.1",
        "https://169.254.169.254",
        "https://[::ffff:127.0.0.1]",
        "https://localhost",
        "http://api.example.com",
        "https://10.0.0.1:8443",
    ] {
        let transport = ReqwestTransport::new(Timeouts::default(), &["http://127.0.0.1:8080".to_owned()]).unwrap();
        let runtime = Runtime::builder().transport(Arc::new(transport)).build().unwrap();
        let error = runtime
            .list(&Connector::load(plan(url)).unwrap(), &nobody, Call::native("users.list"))
            .unwrap()
            .next()
            .await
            .unwrap()
            .unwrap_err();
        assert_eq!((error.kind, error.requests), (ErrorKind::Security, 0), "{url}: {error}");
    }
}

#[tokio::test]
async fn the_transport_guards_by_itself() {
    use connc_runtime::Transport as _;
    use connc_runtime::transport::TransportFailure;
    let transport = ReqwestTransport::new(Timeouts::default(), &["http://127.0.0.1:8080".to_owned()]).unwrap();
    for url in ["http://127.0.0.1:8081/", "https://127.0.0.1:8080/", "http://api.example.com/", "https://[::1]/", "https://192.168.0.1/"] {
        let request = http::Request::get(url).body(connc_runtime::transport::Body::default()).unwrap();
        assert_eq!(transport.send(request).await.unwrap_err().failure, TransportFailure::Refused, "{url}");
    }
}

/// Gives back what one request on a connection was, whole.
async fn echo() -> (String, tokio::task::JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let origin = format!("http://{}", listener.local_addr().unwrap());
    let seen = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let (mut seen, mut buffer) = (Vec::new(), [0; 8192]);
        while !seen.ends_with(b"THE END") && !seen.ends_with(b"0\r\n\r\n") {
            match stream.read(&mut buffer).await.unwrap() {
                0 => break,
                read => seen.extend_from_slice(buffer.get(..read).unwrap()),
            }
        }
        stream.write_all(http("200 OK", "", "{}").as_bytes()).await.unwrap();
        String::from_utf8(seen).unwrap()
    });
    (origin, seen)
}

#[tokio::test]
async fn a_body_that_streams_has_a_length_or_goes_in_chunks() {
    use connc_runtime::Transport as _;
    use connc_runtime::transport::{Body, TransportError, TransportFailure};
    let parts = || futures_util::stream::iter([Ok("one ".into()), Ok("two ".into()), Ok("THE END".into())]);
    for (length, header, body) in
        [(Some(15), "content-length: 15\r\n", "one two THE END"), (None, "transfer-encoding: chunked\r\n", "7\r\nTHE END\r\n0\r\n\r\n")]
    {
        let (origin, seen) = echo().await;
        let transport = ReqwestTransport::new(Timeouts::default(), std::slice::from_ref(&origin)).unwrap();
        let request = http::Request::post(format!("{origin}/x")).body(Body::Stream { length, stream: Box::pin(parts()) }).unwrap();
        assert_eq!(transport.send(request).await.unwrap().status, 200);
        let seen = seen.await.unwrap();
        assert!(seen.contains(header) && seen.ends_with(body), "{seen}");
    }
    let (origin, _) = echo().await;
    let transport = ReqwestTransport::new(Timeouts::default(), std::slice::from_ref(&origin)).unwrap();
    let broken = TransportError::new(TransportFailure::Other, "the file `a` cannot be read");
    let stream = Box::pin(futures_util::stream::iter([Ok("one ".into()), Err(broken.clone())]));
    let request = http::Request::post(format!("{origin}/x")).body(Body::Stream { length: Some(9), stream }).unwrap();
    assert_eq!(transport.send(request).await.unwrap_err(), broken);
}

/// Everything can be shared among threads, and its futures move between them.
#[test]
fn everything_is_send() {
    fn shared<T: Send + Sync + Clone>() {}
    fn movable<T: Send>(_: T) {}
    shared::<Runtime>();
    shared::<Connector>();
    shared::<Account>();
    shared::<Call>();
    shared::<Page>();
    shared::<Error>();
    shared::<connc_runtime::Answer>();
    shared::<connc_runtime::Builder>();
    shared::<connc_runtime::Counters>();
    shared::<connc_runtime::RateLimit>();
    shared::<connc_runtime::Record>();
    shared::<ReqwestTransport>();
    let transport = support::Script::new(Vec::new());
    let runtime = support::runtime(transport);
    let (connector, account) = (connector(), account());
    movable(runtime.call(&connector, &account, Call::native("users.create")));
    let mut pages = runtime.list(&connector, &account, Call::native("users.list")).unwrap();
    movable(pages.next());
    movable(pages.into_stream());
}
