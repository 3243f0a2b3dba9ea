//! A provider of lists, fast enough to be no bottleneck. What it does is in the URL, so that one server plays all jobs:
//!
//! `/{pages}/{records of a page}/{delay in ms}/{account}/{style}/{shape}`, with `after`, `page` or `cursor` in the query.
//!
//! | style | body | the next page |
//! |---|---|---|
//! | `link` | `[…]` | `Link: <http://…?after=1>; rel="next"` |
//! | `page` | `{"total":…,"records":[…]}` | `page=2`, up to the total |
//! | `cursor` | `{"records":[…],"meta":{"next":"…"}}` | `cursor=…`, until it is null |

use std::sync::Arc;
use std::time::Duration;

use bytes::Buf;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use crate::records::Shape;

/// Records that are rendered before anything is asked for. Longer lists go through them again; the first record of a page is its own always,
/// so that no two pages are alike.
const RENDERED: usize = 20_000;

/// How the next page is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Style {
    /// A `Link` header with an absolute URL.
    Link,
    /// Numbered pages, and a total.
    Page,
    /// A cursor in the body.
    Cursor,
}

impl Style {
    /// All that there are.
    pub const ALL: [Self; 3] = [Self::Link, Self::Page, Self::Cursor];

    /// As it stands in URLs and on command lines.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Link => "link",
            Self::Page => "page",
            Self::Cursor => "cursor",
        }
    }

    /// The style of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|style| style.name() == name)
    }
}

/// The records of a shape, one behind the other.
struct Rendered {
    shape: Shape,
    text: String,
    /// Where each record begins, and where the next one would.
    begins: Vec<usize>,
}

impl Rendered {
    fn new(shape: Shape) -> Self {
        let (mut text, mut begins) = (String::new(), vec![0]);
        for number in 0..RENDERED {
            shape.write(&mut text, number);
            text.push(',');
            begins.push(text.len());
        }
        Self { shape, text, begins }
    }

    /// The records of a page: the first one, and the others with the comma before them.
    fn page(&self, number: usize, size: usize) -> (String, &str) {
        let first = number * size;
        let mut own = String::with_capacity(2048);
        self.shape.write(&mut own, first);
        let from = first % (RENDERED - size) + 1;
        let begin = |index: usize| self.begins.get(index).map(|begin| begin - 1);
        let others = begin(from).zip(begin(from + size - 1)).and_then(|(from, to)| self.text.get(from..to));
        (own, others.unwrap_or_default())
    }
}

/// All pages of all lists.
pub struct Pages(Vec<Rendered>);

impl Pages {
    /// Renders the records.
    #[must_use]
    pub fn new() -> Self {
        Self(Shape::ALL.into_iter().map(Rendered::new).collect())
    }

    /// The answer to a GET of `target`, which is a path and a query; `origin` is what links lead to. None where there is no such list.
    #[must_use]
    pub fn answer(&self, target: &str, origin: &str) -> Option<Answer<'_>> {
        let asked = Asked::read(target)?;
        let records = self.0.iter().find(|rendered| rendered.shape == asked.shape)?;
        let (own, others) = if asked.at < asked.pages { records.page(asked.at, asked.size) } else { (String::new(), "") };
        let (before, after, links) = asked.around(target, origin);
        Some(Answer { before, own, others, after, links, delay: asked.delay })
    }
}

impl Default for Pages {
    fn default() -> Self {
        Self::new()
    }
}

/// A page.
pub struct Answer<'a> {
    before: String,
    own: String,
    others: &'a str,
    after: String,
    links: Vec<String>,
    delay: u64,
}

impl Answer<'_> {
    /// The `Link` headers.
    pub fn links(&self) -> impl Iterator<Item = &str> {
        self.links.iter().map(String::as_str)
    }

    /// The body.
    #[must_use]
    pub fn body(&self) -> Vec<u8> {
        [&self.before, &self.own, self.others, &self.after].concat().into_bytes()
    }
}

/// Serves until the future is dropped.
pub async fn serve(listener: TcpListener) {
    let pages = Arc::new(Pages::new());
    let origin: Arc<str> = listener.local_addr().map(|address| format!("http://{address}")).unwrap_or_default().into();
    while let Ok((stream, _)) = listener.accept().await {
        tokio::spawn(connection(stream, Arc::clone(&pages), Arc::clone(&origin)));
    }
}

async fn connection(mut stream: TcpStream, pages: Arc<Pages>, origin: Arc<str>) -> Option<()> {
    stream.set_nodelay(true).ok()?;
    let mut read = Vec::with_capacity(4096);
    while let Some(target) = target(&mut stream, &mut read).await {
        let Some(Answer { before, own, others, after, links, delay }) = pages.answer(&target, &origin) else {
            stream.write_all(b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n").await.ok()?;
            continue;
        };
        if delay > 0 {
            tokio::time::sleep(Duration::from_millis(delay)).await;
        }
        let links: String = links.iter().map(|link| format!("link: {link}\r\n")).collect();
        let length = before.len() + own.len() + others.len() + after.len();
        let head = format!("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n{links}content-length: {length}\r\n\r\n{before}");
        let mut answer = Buf::chain(Buf::chain(head.as_bytes(), own.as_bytes()), Buf::chain(others.as_bytes(), after.as_bytes()));
        stream.write_all_buf(&mut answer).await.ok()?;
    }
    Some(())
}

/// The target of the next request on the connection.
async fn target(stream: &mut TcpStream, read: &mut Vec<u8>) -> Option<String> {
    loop {
        if let Some(end) = read.windows(4).position(|four| four == b"\r\n\r\n") {
            let target = read.split(|byte| *byte == b' ').nth(1).and_then(|target| String::from_utf8(target.to_vec()).ok());
            read.drain(..end + 4);
            return target;
        }
        if stream.read_buf(read).await.ok()? == 0 {
            return None;
        }
    }
}

/// What a request asks for.
struct Asked {
    pages: usize,
    delay: u64,
    style: Style,
    shape: Shape,
    size: usize,
    /// The page, from 0.
    at: usize,
}

impl Asked {
    fn read(target: &str) -> Option<Self> {
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let mut segments = path.split('/').skip(1);
        let pages = segments.next()?.parse().ok()?;
        let size = segments.next()?.parse().ok().filter(|size| (1..RENDERED / 2).contains(size))?;
        let delay = segments.next()?.parse().ok()?;
        let (_account, style, shape) = (segments.next()?, Style::named(segments.next()?)?, Shape::named(segments.next()?)?);
        let given = |name: &str| query.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('=')).map(number);
        let at = match style {
            Style::Link => given("after").unwrap_or(0),
            Style::Page => given("page").unwrap_or(1).saturating_sub(1),
            Style::Cursor => given("cursor").unwrap_or(0),
        };
        Some(Self { pages, delay, style, shape, size, at })
    }

    /// What stands before and after the records, and the `Link` headers.
    fn around(&self, target: &str, origin: &str) -> (String, String, Vec<String>) {
        let Self { pages, style, size, at, .. } = self;
        let next = at + 1;
        let more = next < *pages;
        match style {
            Style::Link => {
                let path = target.split('?').next().unwrap_or_default();
                let own = format!(r#"<{origin}{target}>; rel="self""#);
                let next = more.then(|| format!(r#"<{origin}{path}?after={next}>; rel="next""#));
                ("[".to_owned(), "]".to_owned(), [own].into_iter().chain(next).collect())
            }
            Style::Page => (format!(r#"{{"total":{},"records":["#, pages * size), "]}".to_owned(), Vec::new()),
            Style::Cursor => {
                let next = if more { format!(r#""page-{next:08}""#) } else { "null".to_owned() };
                (r#"{"records":["#.to_owned(), format!(r#"],"meta":{{"next":{next}}}}}"#), Vec::new())
            }
        }
    }
}

/// The number at the end of a text.
fn number(text: &str) -> usize {
    let digits = text.trim_start_matches(|c: char| !c.is_ascii_digit());
    digits.parse().unwrap_or(0)
}
