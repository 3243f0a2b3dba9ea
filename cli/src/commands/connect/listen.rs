//! The address on this machine that a provider sends the browser back to (RFC 8252, section 7.3).

use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::sync::mpsc::{self, Sender};
use std::time::{Duration, Instant};

use crate::error::Stop;

/// How often the socket is looked at.
const PAUSE: Duration = Duration::from_millis(20);

/// How long one connection may take to say what it wants. Browsers open some in advance and say nothing.
const PATIENCE: Duration = Duration::from_secs(5);

/// The largest request that is read.
const LARGEST: usize = 64 << 10;

/// A socket on the loopback interface.
pub(super) struct Listener {
    socket: TcpListener,
    redirect: String,
}

/// The browser, back with an answer, waiting for a page.
pub(super) struct Answer {
    /// Path and query of the redirect.
    pub(super) target: String,
    stream: TcpStream,
}

/// Listens on 127.0.0.1 and nowhere else. Port 0 is any free one.
pub(super) fn open(port: u16) -> Result<Listener, Stop> {
    let failed = |error: std::io::Error| {
        Stop::usage(format!("port {port} of 127.0.0.1 cannot be listened on: {error}")).help("choose another: `--port N`")
    };
    let socket = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).map_err(failed)?;
    socket.set_nonblocking(true).map_err(failed)?;
    let redirect = format!("http://127.0.0.1:{}/callback", socket.local_addr().map_err(failed)?.port());
    Ok(Listener { socket, redirect })
}

impl Listener {
    /// Where the provider is to send the browser.
    pub(super) fn redirect_uri(&self) -> &str {
        &self.redirect
    }

    /// The first request to the redirect URI with this state; none before the deadline. Anything else is answered and forgotten, so that
    /// no other page can end the waiting.
    pub(super) fn wait(self, state: &str, deadline: Option<Instant>) -> Option<Answer> {
        let (sender, requests) = mpsc::channel();
        loop {
            while let Ok((stream, _)) = self.socket.accept() {
                let sender = sender.clone();
                std::thread::spawn(move || receive(stream, &sender));
            }
            while let Ok(answer) = requests.try_recv() {
                match judge(&answer.target, state) {
                    Ok(()) => return Some(answer),
                    Err((status, text)) => page(answer.stream, status, text),
                }
            }
            if deadline.is_some_and(|deadline| Instant::now() >= deadline) {
                return None;
            }
            std::thread::sleep(PAUSE);
        }
    }
}

impl Answer {
    /// Tells the person how it went.
    pub(super) fn reply(self, connected: bool) {
        let text = if connected {
            "The account is connected. You can close this window."
        } else {
            "The account is not connected. The terminal says why; you can close this window."
        };
        page(self.stream, "200 OK", text);
    }
}

/// Whether a request is the redirect that is waited for; else what it is told.
fn judge(target: &str, state: &str) -> Result<(), (&'static str, &'static str)> {
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    if path != "/callback" {
        return Err(("404 Not Found", "There is nothing here."));
    }
    let mut states = url::form_urlencoded::parse(query.as_bytes()).filter(|(name, _)| name == "state").map(|(_, value)| value);
    match (states.next(), states.next()) {
        (Some(found), None) if found == state => Ok(()),
        _ => Err(("400 Bad Request", "This answer belongs to another request. Go back to the address in the terminal.")),
    }
}

/// Reads the first line of a request.
fn receive(mut stream: TcpStream, sender: &Sender<Answer>) {
    let ready = stream.set_nonblocking(false).and_then(|()| stream.set_read_timeout(Some(PATIENCE)));
    let mut bytes = Vec::new();
    let mut buffer = [0; 2048];
    while ready.is_ok() && bytes.len() < LARGEST && !bytes.windows(4).any(|window| window == b"\r\n\r\n") {
        match stream.read(&mut buffer) {
            Ok(0) | Err(_) => return,
            Ok(read) => bytes.extend_from_slice(buffer.get(..read).unwrap_or_default()),
        }
    }
    let text = String::from_utf8_lossy(&bytes);
    let mut words = text.lines().next().unwrap_or_default().split(' ');
    match (words.next(), words.next()) {
        (Some("GET"), Some(target)) => drop(sender.send(Answer { target: target.to_owned(), stream })),
        _ => page(stream, "405 Method Not Allowed", "There is nothing here."),
    }
}

/// A page that holds our own words alone, loads nothing, and is not kept.
fn page(mut stream: TcpStream, status: &str, text: &str) {
    let body = format!("<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>connc</title><p>{text}</p></html>\n");
    let head = format!(
        "HTTP/1.1 {status}\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: {}\r\nCache-Control: no-store\r\n\
         Referrer-Policy: no-referrer\r\nContent-Security-Policy: default-src 'none'\r\nConnection: close\r\n\r\n",
        body.len()
    );
    // The browser may have gone already.
    let _ = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(body.as_bytes())).and_then(|()| stream.flush());
}
