//! Records on their way out: page by page, as fast as somebody reads, and no faster.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// Users on a page.
const USERS: usize = 200;

/// A provider with a list of some pages, which it gives one by one.
struct Provider {
    url: String,
    /// How many pages it was asked for.
    asked: Arc<AtomicUsize>,
    /// Lets one more page go, where they are held back.
    gate: Sender<()>,
}

impl Provider {
    fn start(pages: usize, held: bool) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let asked = Arc::new(AtomicUsize::new(0));
        let (gate, gates) = channel();
        let gates = held.then(|| Arc::new(Mutex::new(gates)));
        let (own, count) = (url.clone(), Arc::clone(&asked));
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let Ok(stream) = stream else { return };
                let (own, count, gates) = (own.clone(), Arc::clone(&count), gates.clone());
                std::thread::spawn(move || serve(stream, pages, &own, &count, gates.as_deref()));
            }
        });
        Self { url, asked, gate }
    }

    fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }

    /// Waits until it is asked for no more pages, and says for how many it was. A slow machine can only make them fewer.
    fn settled(&self) -> usize {
        let mut before = usize::MAX;
        let mut still = 0;
        for _ in 0..1000 {
            let now = self.asked();
            still = if now == before && now > 0 { still + 1 } else { 0 };
            if still == 20 {
                break;
            }
            before = now;
            std::thread::sleep(Duration::from_millis(20));
        }
        before
    }
}

fn serve(stream: TcpStream, pages: usize, url: &str, asked: &AtomicUsize, gates: Option<&Mutex<Receiver<()>>>) {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let mut stream = stream;
    loop {
        let mut request = String::new();
        while !request.ends_with("\r\n\r\n") {
            if reader.read_line(&mut request).unwrap_or(0) == 0 {
                return;
            }
        }
        let page: usize = request.split("after=").nth(1).map_or(0, |rest| rest.split([' ', '&']).next().unwrap().parse().unwrap());
        asked.fetch_add(1, Ordering::SeqCst);
        if let Some(gates) = gates
            && gates.lock().unwrap().recv().is_err()
        {
            return;
        }
        let body = body(page);
        let next = page + 1;
        let link =
            if next < pages { format!("link: <{url}/api/v1/users?after={next}&limit=200>; rel=\"next\"\r\n") } else { String::new() };
        let head = format!("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n{link}content-length: {}\r\n\r\n", body.len());
        if stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(body.as_bytes())).is_err() {
            return;
        }
    }
}

/// A page of users of a kilobyte each.
fn body(page: usize) -> String {
    let about = "x".repeat(1000);
    let user = |index: usize| {
        let id = page * USERS + index;
        format!("{{\"id\":\"u{id}\",\"status\":\"ACTIVE\",\"profile\":{{\"email\":\"u{id}@acme.example\",\"about\":\"{about}\"}}}}")
    };
    format!("[{}]", (0..USERS).map(user).collect::<Vec<_>>().join(","))
}

/// `connc run okta users` with its output in a pipe.
fn list(provider: &Provider, extra: &[&str]) -> Child {
    let account = ["--set", "domain=acme.okta.com", "--secret", "token=x", "--base-url", &provider.url];
    let mut command = Command::new(env!("CARGO_BIN_EXE_connc"));
    command.args(["run", "okta", "users"]).args(account).args(extra).current_dir(env!("CARGO_TARGET_TMPDIR"));
    command.env_clear().env("HOME", env!("CARGO_TARGET_TMPDIR"));
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

fn id(line: &str) -> String {
    let record: serde_json::Value = serde_json::from_str(line).unwrap();
    record["raw"]["id"].as_str().unwrap().to_owned()
}

#[test]
fn a_page_is_out_before_the_next_one_comes() {
    let provider = Provider::start(2, true);
    let mut child = list(&provider, &["--all"]);
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    provider.gate.send(()).unwrap();
    let first: Vec<String> = lines.by_ref().take(USERS).map(Result::unwrap).collect();
    // The second page was not even sent yet.
    provider.gate.send(()).unwrap();
    let second: Vec<String> = lines.map(Result::unwrap).collect();
    assert_eq!((id(&first[0]), id(&first[USERS - 1]), second.len()), ("u0".to_owned(), "u199".to_owned(), USERS));
    assert!(child.wait().unwrap().success());
}

#[test]
fn who_does_not_read_is_not_read_for() {
    let pages = 60;
    let provider = Provider::start(pages, false);
    let mut child = list(&provider, &["--all"]);
    let asked = provider.settled();
    assert!(asked <= 16, "{asked} of {pages} pages were asked for, and nobody has read one");
    // Nothing is lost by it.
    let ids: Vec<String> = BufReader::new(child.stdout.take().unwrap()).lines().map(|line| id(&line.unwrap())).collect();
    assert_eq!(ids, (0..pages * USERS).map(|id| format!("u{id}")).collect::<Vec<_>>());
    assert!(child.wait().unwrap().success());
}

#[test]
fn who_stops_reading_ends_the_list() {
    let provider = Provider::start(60, false);
    let mut child = list(&provider, &["--all"]);
    let mut out = BufReader::new(child.stdout.take().unwrap());
    let mut line = String::new();
    out.read_line(&mut line).unwrap();
    drop(out);
    assert!(child.wait().unwrap().success());
    let mut said = String::new();
    child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
    assert_eq!((id(&line), said.as_str()), ("u0".to_owned(), ""));
    assert!(provider.asked() < 60);
}

#[test]
fn a_machine_without_certificates_still_talks_to_itself() {
    let provider = Provider::start(1, false);
    let run = |extra: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_connc"));
        command.args(["run", "okta", "users", "--set", "domain=acme.okta.com", "--secret", "token=x"]).args(extra);
        command.current_dir(env!("CARGO_TARGET_TMPDIR")).env_clear().env("HOME", env!("CARGO_TARGET_TMPDIR"));
        command.envs([("SSL_CERT_FILE", "/nowhere/none.pem"), ("SSL_CERT_DIR", "/nowhere")]).output().unwrap()
    };
    let local = run(&["--base-url", &provider.url]);
    assert!(local.status.success() && local.stdout.iter().filter(|byte| **byte == b'\n').count() == USERS, "{local:?}");
    if cfg!(target_os = "linux") {
        // Port 9 is nobody's: without certificates it is not even tried.
        let secure = run(&["--base-url", "https://127.0.0.1:9"]);
        let said = String::from_utf8(secure.stderr).unwrap();
        assert!(said.contains("the system names no certificates to trust"), "{said}");
    }
}
