//! The floor: what somebody would write by hand for exactly these lists, with serde types that borrow from the page, and no connector.

mod item;
mod order;
mod user;

use std::borrow::Cow;
use std::process::ExitCode;

use futures_util::{StreamExt as _, stream};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize, Serializer};
use serde_json::Value;
use serde_json::value::RawValue;

use crate::mock::Style;
use crate::records::Shape;

/// Whatever went wrong, which ends the run.
pub type Failure = Box<dyn std::error::Error + Send + Sync>;

/// How a command ends, having said what went wrong.
#[expect(clippy::print_stderr, reason = "a command says what went wrong")]
pub fn ended(done: Result<(), Failure>) -> ExitCode {
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

/// How much is done with a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Mode {
    /// It is mapped by types made for it.
    Typed,
    /// It is read as a value and printed, not mapped.
    Value,
}

/// A list to read.
#[derive(Clone, Debug)]
pub struct List {
    /// Up to the account: `http://127.0.0.1:8080/500/200/0/a0`.
    pub base: String,
    /// How it is paged.
    pub style: Style,
    /// What its records look like.
    pub shape: Shape,
    /// Pages in flight, where they are numbered.
    pub ahead: usize,
}

/// What is sent with each request.
const TOKEN: &str = "Bearer bench";

/// A client that is ready at once: the server speaks no TLS, so no roots are read.
///
/// # Errors
///
/// Where TLS cannot be set up at all.
pub fn client() -> Result<reqwest::Client, Failure> {
    let provider = std::sync::Arc::new(rustls::crypto::ring::default_provider());
    let tls = rustls::ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions()?;
    let tls = tls.with_root_certificates(rustls::RootCertStore::empty()).with_no_client_auth();
    Ok(reqwest::Client::builder().tls_backend_preconfigured(tls).build()?)
}

/// Reads the list to its end and hands out the lines of each page.
///
/// # Errors
///
/// Where a request fails, an answer is not what it should be, or nobody takes the lines.
pub async fn pull(
    client: &reqwest::Client,
    list: &List,
    mode: Mode,
    mut out: impl FnMut(&[u8]) -> std::io::Result<()>,
) -> Result<(), Failure> {
    let List { base, style, shape, ahead } = list;
    let url = format!("{base}/{}/{}", style.name(), shape.name());
    let get = async |url: String| client.get(url).header("authorization", TOKEN).send().await?.error_for_status();
    let mut lines = Vec::new();
    if *style == Style::Page {
        let page = |number: usize| {
            let url = format!("{url}?page={number}");
            async { get(url).await?.bytes().await }
        };
        let mut pages = stream::iter(1..).map(page).buffered(*ahead);
        let mut read = 0;
        while let Some(body) = pages.next().await {
            let page = write(mode, *style, *shape, &body?, &mut lines)?;
            out(&lines)?;
            lines.clear();
            read += page.records;
            if page.records == 0 || page.total.is_some_and(|total| read >= total) {
                break;
            }
        }
        return Ok(());
    }
    let mut next = Some(url.clone());
    while let Some(at) = next.take() {
        let answer = get(at).await?;
        let link = following(answer.headers());
        let page = write(mode, *style, *shape, &answer.bytes().await?, &mut lines)?;
        out(&lines)?;
        lines.clear();
        next = link.or_else(|| page.cursor.map(|cursor| format!("{url}?cursor={cursor}")));
    }
    Ok(())
}

/// The next page's URL of the `Link` headers.
fn following(headers: &reqwest::header::HeaderMap) -> Option<String> {
    let texts = headers.get_all("link").iter().filter_map(|header| header.to_str().ok());
    let next = texts.into_iter().find(|text| text.contains(r#"rel="next""#))?;
    Some(next.split_once('<')?.1.split_once('>')?.0.to_owned())
}

/// What a page says besides its records.
struct Read {
    records: usize,
    total: Option<usize>,
    cursor: Option<String>,
}

/// A page's body, with the records as `R`.
#[derive(Deserialize)]
#[serde(bound(deserialize = "R: Deserialize<'de>"))]
struct Body<'a, R> {
    records: Vec<R>,
    #[serde(default)]
    total: Option<usize>,
    #[serde(borrow, default)]
    meta: Option<Meta<'a>>,
}

#[derive(Deserialize)]
struct Meta<'a> {
    #[serde(borrow)]
    next: Option<Cow<'a, str>>,
}

impl<'a, R: Deserialize<'a>> Body<'a, R> {
    fn read(style: Style, body: &'a [u8]) -> Result<(Vec<R>, Read), Failure> {
        let Self { records, total, meta } = match style {
            Style::Link => Self { records: serde_json::from_slice(body)?, total: None, meta: None },
            Style::Page | Style::Cursor => serde_json::from_slice(body)?,
        };
        let read = Read { records: records.len(), total, cursor: meta.and_then(|meta| meta.next).map(Cow::into_owned) };
        Ok((records, read))
    }
}

/// Writes the lines of a page.
fn write(mode: Mode, style: Style, shape: Shape, body: &[u8], out: &mut Vec<u8>) -> Result<Read, Failure> {
    match mode {
        Mode::Value => values(style, body, out),
        Mode::Typed => match shape {
            Shape::Users => typed(style, body, out, user::write),
            Shape::Items => typed(style, body, out, item::write),
            Shape::Orders => typed(style, body, out, order::write),
        },
    }
}

fn values(style: Style, body: &[u8], out: &mut Vec<u8>) -> Result<Read, Failure> {
    fn read<R: DeserializeOwned>(style: Style, body: &[u8]) -> Result<(Vec<R>, Read), Failure> {
        Body::<R>::read(style, body)
    }
    let (records, read) = read::<Value>(style, body)?;
    for record in records {
        serde_json::to_writer(&mut *out, &record)?;
        out.push(b'\n');
    }
    Ok(read)
}

fn typed(
    style: Style,
    body: &[u8],
    out: &mut Vec<u8>,
    write: impl Fn(&RawValue, &mut Vec<u8>) -> serde_json::Result<()>,
) -> Result<Read, Failure> {
    let (records, read) = Body::<&RawValue>::read(style, body)?;
    for record in records {
        write(record, out)?;
        out.push(b'\n');
    }
    Ok(read)
}

/// A text, of the page itself where it has no escapes; for members that may be null, where serde does not borrow by itself.
#[derive(Deserialize, Serialize)]
#[serde(transparent)]
struct Text<'a>(#[serde(borrow)] Cow<'a, str>);

/// A number that is an identifier, as text.
#[derive(Deserialize)]
#[serde(transparent)]
struct Id<'a>(#[serde(borrow)] &'a RawValue);

impl Serialize for Id<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(self.0.get())
    }
}
