//! What goes over the wire: connections that are used again, answers that are compressed, and servers that wait for a slow reader.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
#![cfg(feature = "reqwest")]

mod support;

use std::io::Write as _;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use connc_runtime::transport::{Body, ReqwestTransport, Timeouts};
use connc_runtime::{Call, Connector, Runtime, Transport as _};
use futures_util::StreamExt as _;
use serde_json::json;
use support::{account, expression, items, operation, paginate, plan, request};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;
use tokio::time::timeout;

const PAGES: usize = 30;

/// The heads of the requests that came, and over how many connections.
#[derive(Default)]
struct Seen {
    connections: AtomicU64,
    heads: Mutex<Vec<String>>,
}

/// Answers with pages, each compressed in another way, and keeps connections open.
async fn provider() -> (String, Arc<Seen>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let origin = format!("http://{}", listener.local_addr().unwrap());
    let seen = Arc::new(Seen::default());
    let sees = Arc::clone(&seen);
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            sees.connections.fetch_add(1, Ordering::SeqCst);
            tokio::spawn(answers(stream, Arc::clone(&sees)));
        }
    });
    (origin, seen)
}

async fn answers(mut stream: TcpStream, seen: Arc<Seen>) {
    let mut head = Vec::new();
    while stream.read_buf(&mut head).await.unwrap_or(0) > 0 {
        if !head.ends_with(b"\r\n\r\n") {
            continue;
        }
        let number = {
            let mut heads = seen.heads.lock().unwrap();
            heads.push(String::from_utf8(std::mem::take(&mut head)).unwrap().to_ascii_lowercase());
            heads.len()
        };
        let records: Vec<_> = (0..50).map(|record| json!({ "id": number * 1000 + record, "name": "Ada" })).collect();
        let next = (number < PAGES).then(|| number.to_string());
        let page = json!({ "data": records, "next": next }).to_string();
        let (coding, body) = match number % 3 {
            0 => ("", page.into_bytes()),
            1 => ("content-encoding: gzip\r\n", gzip(&page)),
            _ => ("content-encoding: br\r\n", brotli(&page)),
        };
        let head = format!("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n{coding}content-length: {}\r\n\r\n", body.len());
        stream.write_all(&[head.as_bytes(), &body].concat()).await.unwrap();
    }
}

fn gzip(text: &str) -> Vec<u8> {
    let mut writer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    writer.write_all(text.as_bytes()).unwrap();
    writer.finish().unwrap()
}

fn brotli(text: &str) -> Vec<u8> {
    let mut packed = Vec::new();
    brotli::BrotliCompress(&mut text.as_bytes(), &mut packed, &brotli::enc::BrotliEncoderParams::default()).unwrap();
    packed
}

fn runtime(origin: &str) -> Runtime {
    let transport = ReqwestTransport::new(Timeouts::default(), &[origin.to_owned()]).unwrap();
    Runtime::builder().transport(Arc::new(transport)).cursor_key([1; 32]).map_base(origin).build().unwrap()
}

fn connector() -> Connector {
    let pages = paginate(json!({ "answer": expression("next") }), json!({ "query": "after" }), json!({}));
    let list = operation("users.list", "list", request("GET", "/users", json!({})), items(&["data"]), json!({ "paginate": pages }));
    Connector::load(plan(vec![list], json!({}))).unwrap()
}

#[tokio::test]
async fn pages_come_compressed_over_one_connection() {
    let (origin, seen) = provider().await;
    let mut pages = runtime(&origin).list(&connector(), &account(), Call::native("users.list")).unwrap();
    let mut records = Vec::new();
    while let Some(page) = pages.next().await {
        records.extend(page.unwrap().records);
    }
    assert_eq!(records.len(), PAGES * 50);
    assert_eq!(records[51].text, r#"{"id":2001,"name":"Ada"}"#);
    let heads = seen.heads.lock().unwrap();
    assert_eq!(heads.len(), PAGES);
    for head in heads.iter() {
        let coding = head.lines().find_map(|line| line.strip_prefix("accept-encoding: ")).unwrap();
        assert!(["gzip", "br", "zstd"].iter().all(|name| coding.split(',').any(|known| known.trim() == *name)), "{coding}");
    }
    assert_eq!(seen.connections.load(Ordering::SeqCst), 1);
}

/// Sends without end, and says when it could not go on for a while.
async fn endless(listener: TcpListener, sent: Arc<AtomicU64>, waits: Arc<Notify>) {
    let (mut stream, _) = listener.accept().await.unwrap();
    let mut buffer = vec![b' '; 64 << 10];
    let _ = stream.read(&mut buffer).await.unwrap();
    stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 1099511627776\r\n\r\n").await.unwrap();
    buffer.fill(b' ');
    loop {
        match timeout(Duration::from_millis(300), stream.write(&buffer)).await {
            Ok(Ok(written)) => {
                sent.fetch_add(written as u64, Ordering::SeqCst);
            }
            Ok(Err(_)) => return,
            Err(_) => waits.notify_one(),
        }
    }
}

#[tokio::test]
async fn a_server_waits_for_a_slow_reader() {
    const BOUND: u64 = 32 << 20;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let origin = format!("http://{}", listener.local_addr().unwrap());
    let (sent, waits) = (Arc::new(AtomicU64::new(0)), Arc::new(Notify::new()));
    let server = tokio::spawn(endless(listener, Arc::clone(&sent), Arc::clone(&waits)));
    let transport = ReqwestTransport::new(Timeouts::default(), std::slice::from_ref(&origin)).unwrap();
    let request = http::Request::get(format!("{origin}/file")).body(Body::default()).unwrap();
    let mut answer = transport.send(request).await.unwrap();
    let mut read = answer.body.next().await.unwrap().unwrap().len() as u64;
    for _ in 0..3 {
        // What is on its way fits into the buffers of both ends.
        timeout(Duration::from_secs(30), waits.notified()).await.unwrap();
        let ahead = sent.load(Ordering::SeqCst) - read;
        assert!(ahead < BOUND, "{ahead} bytes that nobody asked for");
        let goal = read + BOUND;
        while read < goal {
            read += answer.body.next().await.unwrap().unwrap().len() as u64;
        }
    }
    assert!(sent.load(Ordering::SeqCst) >= 3 * BOUND);
    drop(answer);
    server.abort();
}
