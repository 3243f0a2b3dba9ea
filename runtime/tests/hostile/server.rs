//! A server on loopback that plays a script on each connection, and remembers everything that it was sent.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// What the server does next on a connection.
#[derive(Clone, Debug)]
pub(crate) enum Act {
    /// Reads a request, to the end of its head and of the body that it announces.
    Read,
    /// Writes bytes.
    Send(Vec<u8>),
    /// Writes the same bytes again and again, until nobody reads them.
    Endless(Vec<u8>, Duration),
    /// Does nothing, and keeps the connection.
    Silence,
    /// Closes the connection.
    Close,
}

pub(crate) fn send(text: &str) -> Act {
    Act::Send(text.as_bytes().to_vec())
}

/// A whole answer on a connection of its own.
pub(crate) fn answer(status: &str, headers: &str, body: impl AsRef<[u8]>) -> Vec<Act> {
    let body = body.as_ref();
    let head = format!("HTTP/1.1 {status}\r\ncontent-length: {}\r\nconnection: close\r\n{headers}\r\n", body.len());
    vec![Act::Read, Act::Send([head.as_bytes(), body].concat()), Act::Close]
}

pub(crate) fn json(body: impl AsRef<[u8]>) -> Vec<Act> {
    answer("200 OK", "content-type: application/json\r\n", body)
}

pub(crate) struct Server {
    pub(crate) origin: String,
    seen: Arc<Mutex<Vec<String>>>,
}

impl Server {
    /// Plays one script for each connection, and the last one for all further ones.
    pub(crate) async fn start(scripts: Vec<Vec<Act>>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let origin = format!("http://{}", listener.local_addr().unwrap());
        let seen = Arc::new(Mutex::new(Vec::new()));
        let all = Arc::clone(&seen);
        tokio::spawn(async move {
            let mut scripts = scripts.into_iter().peekable();
            let mut last = Vec::new();
            while let Ok((stream, _)) = listener.accept().await {
                last = scripts.next().unwrap_or(last);
                tokio::spawn(play(stream, last.clone(), Arc::clone(&all)));
            }
        });
        Self { origin, seen }
    }

    /// Every request that was read, head and body.
    pub(crate) fn seen(&self) -> Vec<String> {
        self.seen.lock().unwrap().clone()
    }
}

async fn play(mut stream: TcpStream, script: Vec<Act>, seen: Arc<Mutex<Vec<String>>>) {
    for act in script {
        let done = match act {
            Act::Read => match request(&mut stream).await {
                Some(request) => {
                    seen.lock().unwrap().push(request);
                    Ok(())
                }
                None => return,
            },
            Act::Send(bytes) => stream.write_all(&bytes).await,
            Act::Endless(bytes, pause) => loop {
                if let Err(gone) = stream.write_all(&bytes).await {
                    break Err(gone);
                }
                tokio::time::sleep(pause).await;
            },
            Act::Silence => std::future::pending().await,
            Act::Close => return,
        };
        if done.is_err() {
            return;
        }
    }
}

async fn request(stream: &mut TcpStream) -> Option<String> {
    let mut read = Vec::new();
    let mut buffer = [0; 4096];
    loop {
        let text = String::from_utf8_lossy(&read).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length =
                head.lines().find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length:")?.trim().parse::<usize>().ok());
            if body.len() >= length.unwrap_or(0) {
                return Some(text);
            }
        }
        let count = stream.read(&mut buffer).await.ok().filter(|count| *count > 0)?;
        read.extend(buffer.iter().take(count));
    }
}
