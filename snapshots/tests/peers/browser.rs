//! A person's browser, as far as a login and a consent page need one: forms, cookies, redirects.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;

/// A cookie with the path that it is for.
struct Cookie {
    name: String,
    value: String,
    path: String,
}

/// A browser with its cookies.
#[derive(Default)]
pub(crate) struct Browser(Vec<Cookie>);

pub(crate) struct Page {
    pub(crate) status: u16,
    location: Option<String>,
    pub(crate) text: String,
}

impl Browser {
    /// Opens an address, fills in what is asked for, and gives the address that leads out to `back`.
    pub(crate) fn consent(&mut self, url: &str, back: &str) -> String {
        let mut next = url.to_owned();
        let mut form: Option<String> = None;
        for _ in 0..12 {
            let page = self.request(&next, form.take().as_deref());
            if let Some(location) = page.location {
                let here = next;
                next = absolute(&here, &location);
                if next.starts_with(back) {
                    return next;
                }
                continue;
            }
            let (_, action) = page.text.split_once("action=\"").unwrap_or_else(|| panic!("{}: no form in {}", page.status, page.text));
            let action = action.split('"').next().unwrap().to_owned();
            let login = page.text.contains("name=\"prompt\" value=\"login\"");
            form = Some(if login { "prompt=login&login=ada&password=anything" } else { "prompt=consent" }.to_owned());
            next = absolute(&next, &action);
        }
        panic!("the pages led nowhere");
    }

    /// One request; with a form it is a POST.
    pub(crate) fn request(&mut self, url: &str, form: Option<&str>) -> Page {
        let (host, target) = split(url);
        let path = target.split('?').next().unwrap_or_default();
        let fits = |cookie: &&Cookie| path.starts_with(&cookie.path);
        let cookies: Vec<String> = self.0.iter().filter(fits).map(|cookie| format!("{}={}", cookie.name, cookie.value)).collect();
        let mut head = format!("{} {target} HTTP/1.0\r\nHost: {host}\r\n", if form.is_some() { "POST" } else { "GET" });
        if !cookies.is_empty() {
            head.push_str(&format!("Cookie: {}\r\n", cookies.join("; ")));
        }
        if let Some(form) = form {
            head.push_str(&format!("Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n", form.len()));
        }
        let mut stream = TcpStream::connect(host).unwrap();
        stream.write_all(format!("{head}\r\n{}", form.unwrap_or_default()).as_bytes()).unwrap();
        let mut answer = Vec::new();
        // The server may end the connection before it has read all; what it said stands.
        let _ = stream.read_to_end(&mut answer);
        let answer = String::from_utf8(answer).unwrap();
        let (head, text) = answer.split_once("\r\n\r\n").unwrap_or_else(|| panic!("no answer from {url}: {answer}"));
        let mut lines = head.lines();
        let status = lines.next().unwrap().split(' ').nth(1).unwrap().parse().unwrap();
        let mut location = None;
        for (name, value) in lines.filter_map(|line| line.split_once(": ")) {
            match name.to_ascii_lowercase().as_str() {
                "location" => location = Some(value.to_owned()),
                "set-cookie" => self.keep(value),
                _ => {}
            }
        }
        Page { status, location, text: text.to_owned() }
    }

    fn keep(&mut self, set: &str) {
        let mut parts = set.split("; ");
        let (name, value) = parts.next().unwrap().split_once('=').unwrap();
        let path = parts.find_map(|part| part.strip_prefix("path=")).unwrap_or("/").to_owned();
        self.0.retain(|cookie| cookie.name != name || cookie.path != path);
        self.0.push(Cookie { name: name.to_owned(), value: value.to_owned(), path });
    }
}

/// The host with its port, and path and query.
fn split(url: &str) -> (&str, String) {
    let rest = url.strip_prefix("http://").unwrap();
    rest.split_once('/').map_or((rest, "/".to_owned()), |(host, target)| (host, format!("/{target}")))
}

fn absolute(base: &str, location: &str) -> String {
    if location.starts_with('/') { format!("http://{}{location}", split(base).0) } else { location.to_owned() }
}
