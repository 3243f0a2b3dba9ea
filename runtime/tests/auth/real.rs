//! Real sockets and several threads: what the scripted provider cannot show.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use connc_runtime::transport::{ReqwestTransport, Timeouts};
use connc_runtime::{Account, Call, Connector, MemoryStore, Runtime, Secret};
use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use crate::kit::*;

/// A provider on loopback: it rotates refresh tokens, ends access tokens when told to, and remembers all headers by host.
#[derive(Default)]
struct Server {
    tokens: AtomicUsize,
    current: AtomicUsize,
    served: AtomicUsize,
    seen: Mutex<Vec<String>>,
}

impl Server {
    async fn start() -> (Arc<Self>, String) {
        let server = Arc::new(Self::default());
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let origin = format!("http://{}", listener.local_addr().unwrap());
        let shared = Arc::clone(&server);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(Arc::clone(&shared).serve(stream));
            }
        });
        (server, origin)
    }

    async fn serve(self: Arc<Self>, mut stream: TcpStream) {
        let mut text = String::new();
        loop {
            let head = loop {
                if let Some((head, rest)) = text.split_once("\r\n\r\n") {
                    let length =
                        head.to_ascii_lowercase().lines().find_map(|line| line.strip_prefix("content-length: ").map(str::to_owned));
                    let length: usize = length.map_or(0, |length| length.trim().parse().unwrap());
                    if rest.len() >= length {
                        let whole = format!("{head}\r\n\r\n{}", rest.get(..length).unwrap());
                        text = rest.get(length..).unwrap().to_owned();
                        break whole;
                    }
                }
                let mut buffer = [0; 4096];
                match stream.read(&mut buffer).await {
                    Ok(0) | Err(_) => return,
                    Ok(read) => text.push_str(std::str::from_utf8(buffer.get(..read).unwrap()).unwrap()),
                }
            };
            let (status, body) = self.answer(&head).await;
            let answer = format!("HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}", body.len());
            if stream.write_all(answer.as_bytes()).await.is_err() {
                return;
            }
        }
    }

    async fn answer(&self, request: &str) -> (&'static str, String) {
        self.seen.lock().unwrap().push(request.to_owned());
        if request.starts_with("POST /token") {
            tokio::time::sleep(Duration::from_millis(30)).await;
            self.tokens.fetch_add(1, Ordering::SeqCst);
            let current = self.current.load(Ordering::SeqCst);
            if !request.contains(&format!("refresh_token=refresh-number-{current}&")) {
                return ("400 Bad Request", json!({ "error": "invalid_grant" }).to_string());
            }
            self.current.store(current + 1, Ordering::SeqCst);
            let (access, refresh) = (format!("access-number-{}", current + 1), format!("refresh-number-{}", current + 1));
            return ("200 OK", json!({ "access_token": access, "refresh_token": refresh, "expires_in": 3600 }).to_string());
        }
        if request.contains(&format!("access-number-{}\r\n", self.current.load(Ordering::SeqCst))) {
            self.served.fetch_add(1, Ordering::SeqCst);
            return ("200 OK", "{}".to_owned());
        }
        ("401 Unauthorized", "{}".to_owned())
    }
}

fn process(origin: &str, store: &Arc<MemoryStore>) -> Runtime {
    let timeouts = Timeouts { connect: Duration::from_secs(5), idle: Duration::from_secs(10) };
    let transport = ReqwestTransport::new(timeouts, &[origin.to_owned()]).unwrap();
    Runtime::builder()
        .transport(Arc::new(transport))
        .cursor_key([1; 32])
        .store(store.clone())
        .map_base(origin)
        .map_origin("https://login.example.com", origin)
        .build()
        .unwrap()
}

async fn calls(runtimes: &[Runtime], connector: &Connector, account: &Account, each: usize) {
    let tasks: Vec<_> = runtimes
        .iter()
        .flat_map(|runtime| (0..each).map(move |_| runtime.clone()))
        .map(|runtime| {
            let (connector, account) = (connector.clone(), account.clone());
            tokio::spawn(async move { runtime.call(&connector, &account, Call::native("me.get")).await })
        })
        .collect();
    for task in tasks {
        task.await.unwrap().unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn threads_and_processes_spend_each_refresh_token_once() {
    let (server, origin) = Server::start().await;
    let store = Arc::new(MemoryStore::default());
    let runtimes: Vec<Runtime> = (0..2).map(|_| process(&origin, &store)).collect();
    let connector = Connector::load(oauth(json!({}))).unwrap();
    let mut account = connected();
    account.tokens.insert("access_token".to_owned(), Secret::from("access-number-stale"));
    calls(&runtimes, &connector, &account, 50).await;
    assert_eq!((server.tokens.load(Ordering::SeqCst), server.served.load(Ordering::SeqCst)), (1, 100));
    // Secrets of the deployment go to the token endpoint, and the access token goes nowhere else than to the API.
    for request in server.seen.lock().unwrap().iter() {
        assert_eq!(request.contains("hush"), request.starts_with("POST /token"));
        assert_eq!(request.contains("Bearer") || request.contains("bearer access"), request.starts_with("GET /me"), "{request}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn callers_that_give_up_cost_nothing() {
    let (server, origin) = Server::start().await;
    let store = Arc::new(MemoryStore::default());
    let runtime = process(&origin, &store);
    let connector = Connector::load(oauth(json!({}))).unwrap();
    let mut account = connected();
    account.tokens.remove("access_token");
    for after in 0..20_u64 {
        let call = runtime.call(&connector, &account, Call::native("me.get"));
        drop(tokio::time::timeout(Duration::from_millis(after), call).await);
    }
    calls(&[runtime, process(&origin, &store)], &connector, &account, 5).await;
    assert_eq!(server.tokens.load(Ordering::SeqCst), 1);
}
