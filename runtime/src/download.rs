//! Files: fetched by GET over https, each hop held against what the plan names, streamed, and never with credentials off the connector's origins.

use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use connc_plan::{Answer, Body, ErrorKind, Method, Operation, Origin, Request, Text};
use futures_core::Stream;
use futures_util::{StreamExt as _, stream};
use http::header::{CONTENT_LENGTH, CONTENT_TYPE, LOCATION};
use url::Url;

use crate::call::{finished, operation_done};
use crate::context::{Context, too_late};
use crate::exchange::{self, Given, Received, exchange};
use crate::lock::locked;
use crate::program::Evaluation;
use crate::request::Built;
use crate::resolve::{self, Task, Work};
use crate::transport::BodyStream;
use crate::{Call, Error, auth, budget, parameter, response};

/// Redirects that are followed, one after another.
const HOPS: usize = 5;

/// The bytes of a downloaded file as they come.
pub type DownloadStream = Pin<Box<dyn Stream<Item = Result<Bytes, Error>> + Send>>;

/// A file that is being downloaded.
#[non_exhaustive]
pub struct Download {
    /// The status of the answer that holds it.
    pub status: u16,
    /// Its media type, as the provider says.
    pub content_type: Option<String>,
    /// How many bytes it has, where the provider says so.
    pub length: Option<u64>,
    /// The bytes. Whoever keeps them must not take them for the whole file before the stream has ended without an error.
    pub stream: DownloadStream,
}

impl std::fmt::Debug for Download {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { status, content_type, length, stream: _ } = self;
        f.debug_struct("Download")
            .field("status", status)
            .field("content_type", content_type)
            .field("length", length)
            .finish_non_exhaustive()
    }
}

/// Where the bytes of a call's file go, past the reading of other answers.
pub(crate) struct Fetched {
    stream: Mutex<Option<BodyStream>>,
    /// Whether a redirect is followed.
    pub(crate) follows: bool,
}

impl Fetched {
    pub(crate) fn put(&self, stream: BodyStream) {
        *locked(&self.stream) = Some(stream);
    }
}

impl std::fmt::Debug for Fetched {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Fetched").field("follows", &self.follows).finish_non_exhaustive()
    }
}

/// Downloads the file that a call's operation gives.
pub(crate) async fn download(mut context: Context, call: Call) -> Result<Download, Error> {
    let task = resolve::resolve(&context, &call)?;
    auth::settle(&context).await?;
    let operation = match &task.work {
        Work::Operation(operation) if operation.gives_file() => Arc::clone(operation),
        Work::Operation(_) | Work::Steps { .. } => {
            return Err(Error::invalid(format!("`{}` gives no file", task.name)).with_help("call it, or list it"));
        }
    };
    let follows = operation.download.as_ref().is_some_and(|download| !download.redirect.is_empty());
    context.fetched = Some(Fetched { stream: Mutex::default(), follows });
    let received = answered(&context, &operation, &task).await.map_err(|error| {
        finished(
            &context,
            &task,
            error.at(context.plan(), &operation.name, operation.download.as_ref().map_or(operation.origin, |download| download.origin)),
        )
    })?;
    let body = context.fetched.as_ref().and_then(|fetched| locked(&fetched.stream).take());
    let body = body.ok_or_else(|| finished(&context, &task, Error::new(ErrorKind::Provider, "the provider answered without a file")))?;
    let text = |name| received.headers.get(name).and_then(|value: &http::HeaderValue| value.to_str().ok());
    let length = text(CONTENT_LENGTH).and_then(|text| text.parse().ok());
    Ok(Download {
        status: received.status,
        content_type: text(CONTENT_TYPE).map(str::to_owned),
        length,
        stream: Box::pin(bounded(context, task, body, length)),
    })
}

/// The answer that holds the file.
async fn answered(context: &Context, operation: &Arc<Operation>, task: &Task) -> Result<Received, Error> {
    let fetch = operation.download.as_ref().and_then(|download| Some((download, download.fetch.as_ref()?)));
    let mut received = match fetch {
        None => {
            let done = operation_done(context, operation, &task.inputs, 0).await?;
            done.last.ok_or_else(|| Error::new(ErrorKind::Provider, "the operation sent no request that gives a file"))?
        }
        Some((download, fetch)) => {
            let done = operation_done(context, operation, &task.inputs, 0).await?;
            let vars = resolve::vars(context, &task.inputs);
            let record = done.value.unwrap_or_else(|| "null".to_owned());
            let over = Evaluation::over(context.programs(), &record, &vars, &[fetch])?;
            let text = over
                .text(fetch)?
                .ok_or_else(|| Error::new(ErrorKind::NotFound, format!("the record has no file: `{}` is absent", fetch.source)))?;
            let base = done.last.map(|last| last.url);
            let url = base.map_or_else(|| Url::parse(&text), |base| base.join(&text));
            let url = url.map_err(|_| Error::new(ErrorKind::Provider, "the file's address is no URL"))?;
            match own(context, &url) {
                Some(url) => exchange(context, &get(&url), Given::new(&task.inputs, &vars)).await?,
                None => bare(context, confined(url, &download.within)?, download.origin).await?,
            }
        }
    };
    let redirect = operation.download.as_ref().map_or(&[][..], |download| download.redirect.as_slice());
    let scope = operation.download.as_ref().map_or(operation.origin, |download| download.origin);
    let mut hops = 0;
    while (300..400).contains(&received.status) {
        hops += 1;
        if hops > HOPS {
            return Err(Error::new(ErrorKind::Security, format!("the file is redirected more than {HOPS} times")));
        }
        let target = received.headers.get(LOCATION).and_then(|value| value.to_str().ok()).and_then(|text| received.url.join(text).ok());
        let target = target
            .ok_or_else(|| Error::new(ErrorKind::Provider, format!("the provider answered {} without saying where to", received.status)))?;
        received = bare(context, confined(target, redirect)?, scope).await?;
    }
    Ok(received)
}

/// The URL, where it is on one of the connector's own origins.
fn own(context: &Context, url: &Url) -> Option<Url> {
    context.standing().guard.accept(url.clone(), url).ok()
}

/// The URL, where it may be fetched without credentials.
fn confined(url: Url, domains: &[String]) -> Result<Url, Error> {
    let refused = |message: String, help: &str| Err(Error::new(ErrorKind::Security, message).with_help(help));
    let origin = url.origin().ascii_serialization();
    if url.scheme() != "https" {
        return refused(format!("the file lies at {origin}, which is not https"), "files are fetched over https only");
    }
    if !url.username().is_empty() || url.password().is_some() {
        return refused("the file's address holds credentials".to_owned(), "the provider should not send such a link");
    }
    let host = url.host_str().unwrap_or_default().to_ascii_lowercase();
    if !parameter::inside(domains, &host) {
        return refused(
            format!("the file lies at {origin}, where this connector fetches none"),
            "name its domain under `within`, if it is the provider's",
        );
    }
    Ok(url)
}

/// A GET that answers with a file.
fn get(url: &Url) -> Request {
    Request {
        method: Method::Get,
        url: Text::literal(url.as_str(), Origin::default()),
        query: Vec::new(),
        lists: Vec::new(),
        headers: Vec::new(),
        body: Body::None,
        answer: Answer::Bytes,
        compression: None,
        idempotent: true,
        idempotency_header: None,
        origin: Origin::default(),
    }
}

/// Asks for a file with nothing of the account's, nor of the connector's own headers, and within the account's budget all the same: whoever
/// keeps the file counts requests, too. `scope` is where the plan names the file.
async fn bare(context: &Context, url: Url, scope: Origin) -> Result<Received, Error> {
    let request = get(&url);
    let built = Built::plain(url, &context.standing().redactor);
    let named = |mut error: Error| {
        error.request.get_or_insert_with(|| built.shown().to_owned());
        error
    };
    let arrival = context.budget.arrive();
    let (mut refusal, mut refusals, mut before) = (None, 0, 0);
    loop {
        let pass = budget::admit(context, scope, arrival, refusal.take()).await?;
        let received = exchange::send(context, &request, &built, None).await.map_err(named)?;
        pass.learn(context, &received.limits);
        before += received.attempts;
        context.meter.attempts(before);
        let Err(mut error) = response::classify(context, &request, &received).map_err(named) else { return Ok(received) };
        error.attempts = before;
        if error.kind != ErrorKind::RateLimited {
            return Err(error);
        }
        refusals += 1;
        budget::refused(context, scope, &error, refusals);
        if !context.managed {
            return Err(error);
        }
        context.meter.retry(Duration::ZERO);
        refusal = Some(error);
    }
}

/// The bytes, as many as are allowed and were announced, within the caller's time.
fn bounded(context: Context, task: Task, body: BodyStream, length: Option<u64>) -> impl Stream<Item = Result<Bytes, Error>> + Send {
    let most = context.parts().limits.download_bytes;
    stream::unfold(Some((context, task, body, 0_u64)), move |state| async move {
        let (context, task, mut body, before) = state?;
        let next = match context.in_time(body.next()).await {
            Ok(next) => next,
            Err(late) => return Some((Err(finished(&context, &task, late)), None)),
        };
        let wrong = |error: Error| Some((Err(finished(&context, &task, error)), None));
        match next {
            Some(Ok(chunk)) => {
                let read = before.saturating_add(u64::try_from(chunk.len()).unwrap_or(u64::MAX));
                if read > most {
                    return wrong(Error::new(ErrorKind::Limit, format!("the file is larger than {most} bytes")));
                }
                if context.left().is_some_and(|left| left.is_zero()) {
                    return wrong(too_late());
                }
                context.meter.received(chunk.len());
                Some((Ok(chunk), Some((context, task, body, read))))
            }
            Some(Err(broken)) => wrong(exchange::failed(&context, &broken, true)),
            None => match length {
                Some(length) if length != before => {
                    wrong(Error::new(ErrorKind::Transport, format!("the file broke off: {before} of {length} bytes came")))
                }
                Some(_) | None => None,
            },
        }
    })
}
