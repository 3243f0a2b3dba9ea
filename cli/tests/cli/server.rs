//! A provider on this machine: answers requests in order, and keeps what it was asked.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// What comes back.
#[derive(Clone, Debug)]
pub(crate) enum Answer {
    /// A JSON body with further headers.
    Json(u16, &'static [(&'static str, &'static str)], String),
    /// Bytes as they are, the status line included.
    Raw(&'static str),
    /// Nothing, for a while.
    Silence,
}

/// What was asked.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub(crate) line: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: String,
}

pub(crate) struct Server {
    pub(crate) url: String,
    asked: Arc<Mutex<Vec<Asked>>>,
}

/// A JSON answer with status 200.
pub(crate) fn json(body: &str) -> Answer {
    Answer::Json(200, &[], body.to_owned())
}

impl Server {
    /// Answers with these, in order. `{url}` in a header or body is the server's own.
    pub(crate) fn start(answers: Vec<Answer>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let asked = Arc::new(Mutex::new(Vec::new()));
        let (own, kept) = (url.clone(), Arc::clone(&asked));
        std::thread::spawn(move || {
            let mut answers = answers.into_iter();
            for stream in listener.incoming() {
                let Ok(mut stream) = stream else { return };
                kept.lock().unwrap().push(read(&mut stream));
                let answer = answers.next().unwrap_or_else(|| Answer::Json(500, &[], "{\"unexpected\": true}".to_owned()));
                std::thread::spawn({
                    let own = own.clone();
                    move || write(&mut stream, answer, &own)
                });
            }
        });
        Self { url, asked }
    }

    /// Every request so far.
    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }
}

impl Asked {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
    }

    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).unwrap()
    }
}

fn read(stream: &mut TcpStream) -> Asked {
    let mut bytes = Vec::new();
    let mut buffer = [0; 4096];
    let head = loop {
        if let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            break end + 4;
        }
        let read = stream.read(&mut buffer).unwrap_or(0);
        if read == 0 {
            break bytes.len();
        }
        bytes.extend_from_slice(&buffer[..read]);
    };
    let text = String::from_utf8_lossy(&bytes[..head]).into_owned();
    let mut lines = text.lines();
    let line = lines.next().unwrap_or_default().trim_end_matches(" HTTP/1.1").to_owned();
    let headers: Vec<(String, String)> =
        lines.filter_map(|line| line.split_once(": ")).map(|(name, value)| (name.to_lowercase(), value.to_owned())).collect();
    let length = headers.iter().find(|(name, _)| name == "content-length").map_or(0, |(_, value)| value.parse().unwrap());
    while bytes.len() < head + length {
        let read = stream.read(&mut buffer).unwrap_or(0);
        if read == 0 {
            break;
        }
        bytes.extend_from_slice(&buffer[..read]);
    }
    Asked { line, headers, body: String::from_utf8_lossy(&bytes[head..]).into_owned() }
}

fn write(stream: &mut TcpStream, answer: Answer, url: &str) {
    let text = match answer {
        Answer::Json(status, headers, body) => {
            let headers: String = headers.iter().map(|(name, value)| format!("{name}: {}\r\n", value.replace("{url}", url))).collect();
            let body = body.replace("{url}", url);
            let length = body.len();
            format!(
                "HTTP/1.1 {status} X\r\ncontent-type: application/json\r\n{headers}content-length: {length}\r\nconnection: close\r\n\r\n{body}"
            )
        }
        Answer::Raw(text) => text.to_owned(),
        Answer::Silence => {
            std::thread::sleep(Duration::from_secs(5));
            return;
        }
    };
    // The other side may have gone already.
    let _ = stream.write_all(text.as_bytes());
}
