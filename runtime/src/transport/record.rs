//! Keeps what goes over another transport, so that a call can be played again.

use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};

use bytes::{Bytes, BytesMut};
use futures_core::Stream;
use futures_util::future::BoxFuture;
use http::{HeaderMap, Method, StatusCode};
use url::Url;

use super::{About, Body, BodyStream, Purpose, Response, Transport, TransportError};
use crate::lock::locked;

/// A transport that sends through another one and keeps each exchange as it was: with its secrets, and with whatever the provider knows.
/// What is kept is for a program that makes something harmless of it; nothing here prints it.
pub struct Recorder {
    inner: Arc<dyn Transport>,
    most: usize,
    kept: Arc<Mutex<Vec<Recorded>>>,
}

/// One request that was sent, and what came of it.
#[derive(Clone)]
#[non_exhaustive]
pub struct Recorded {
    /// The method.
    pub method: Method,
    /// The URL under its real name, whatever server stood for the provider.
    pub url: Url,
    /// The URL that it really went to.
    pub target: Url,
    /// What the request was for.
    pub purpose: Purpose,
    /// The request's headers.
    pub headers: HeaderMap,
    /// The request's body.
    pub body: Bytes,
    /// What came back.
    pub answer: Heard,
}

/// What came back.
#[derive(Clone)]
pub enum Heard {
    /// Nothing yet: the call was dropped.
    Nothing,
    /// No answer, for this reason.
    Failure(TransportError),
    /// An answer, as far as it was read.
    Answer {
        /// The status.
        status: StatusCode,
        /// The headers.
        headers: HeaderMap,
        /// The decompressed body.
        body: BytesMut,
        /// Whether the body came to its end.
        whole: bool,
        /// Whether it was more than is kept.
        cut: bool,
    },
}

impl Recorder {
    /// How many bytes of a body are kept, unless [`Self::most`] says otherwise.
    pub const MOST: usize = 8 * 1024 * 1024;

    /// Records what goes over `inner`.
    #[must_use]
    pub fn new(inner: Arc<dyn Transport>) -> Self {
        Self { inner, most: Self::MOST, kept: Arc::default() }
    }

    /// Keeps this many bytes of each answer's body; the call itself sees all of them.
    #[must_use]
    pub const fn most(mut self, bytes: usize) -> Self {
        self.most = bytes;
        self
    }

    /// The exchanges so far, in the order in which they were sent.
    #[must_use]
    pub fn recorded(&self) -> Vec<Recorded> {
        locked(&self.kept).clone()
    }
}

impl Transport for Recorder {
    fn send(&self, request: http::Request<Body>) -> BoxFuture<'_, Result<Response, TransportError>> {
        Box::pin(async move {
            let unread = |_| TransportError::new(super::TransportFailure::Other, "the URL cannot be read");
            let (parts, body) = request.into_parts();
            // A file that is sent has to be read whole to be kept.
            let body = body.whole().await?;
            let request = http::Request::from_parts(parts, Body::Whole(body.clone()));
            let target = Url::parse(&request.uri().to_string()).map_err(unread)?;
            let about = request.extensions().get::<About>().cloned();
            let about = about.unwrap_or_else(|| About::new(target.clone(), Purpose::default()));
            let index = {
                let mut kept = locked(&self.kept);
                kept.push(Recorded {
                    method: request.method().clone(),
                    url: about.url,
                    target,
                    purpose: about.purpose,
                    headers: request.headers().clone(),
                    body,
                    answer: Heard::Nothing,
                });
                kept.len() - 1
            };
            let place = Place { kept: Arc::clone(&self.kept), index, most: self.most };
            match self.inner.send(request).await {
                Err(error) => {
                    place.set(Heard::Failure(error.clone()));
                    Err(error)
                }
                Ok(Response { status, headers, body }) => {
                    place.set(Heard::Answer { status, headers: headers.clone(), body: BytesMut::new(), whole: false, cut: false });
                    Ok(Response { status, headers, body: Box::pin(Listening { inner: body, place }) })
                }
            }
        })
    }
}

/// Where an exchange is kept.
struct Place {
    kept: Arc<Mutex<Vec<Recorded>>>,
    index: usize,
    most: usize,
}

impl Place {
    fn set(&self, answer: Heard) {
        if let Some(recorded) = locked(&self.kept).get_mut(self.index) {
            recorded.answer = answer;
        }
    }

    fn heard(&self, chunk: Option<&Result<Bytes, TransportError>>) {
        let mut kept = locked(&self.kept);
        let Some(recorded) = kept.get_mut(self.index) else { return };
        let Heard::Answer { body, whole, cut, .. } = &mut recorded.answer else { return };
        match chunk {
            Some(Ok(bytes)) if body.len().saturating_add(bytes.len()) > self.most => *cut = true,
            Some(Ok(bytes)) if !*cut => body.extend_from_slice(bytes),
            Some(Ok(_)) => {}
            Some(Err(error)) => recorded.answer = Heard::Failure(error.clone()),
            None => *whole = true,
        }
    }
}

/// A body that is kept while it is read.
struct Listening {
    inner: BodyStream,
    place: Place,
}

impl Stream for Listening {
    type Item = Result<Bytes, TransportError>;

    fn poll_next(mut self: Pin<&mut Self>, task: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let chunk = self.inner.as_mut().poll_next(task);
        if let Poll::Ready(chunk) = &chunk {
            self.place.heard(chunk.as_ref());
        }
        chunk
    }
}

impl std::fmt::Debug for Recorder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Recorder").field("most", &self.most).finish_non_exhaustive()
    }
}

impl std::fmt::Debug for Recorded {
    /// Without query, headers and bodies, which hold secrets and people's data.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { method, url, purpose, answer, .. } = self;
        let shown = format!("{method} {}{}", url.origin().ascii_serialization(), url.path());
        f.debug_struct("Recorded").field("request", &shown).field("purpose", purpose).field("answer", answer).finish_non_exhaustive()
    }
}

impl std::fmt::Debug for Heard {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Nothing => f.write_str("nothing"),
            Self::Failure(error) => write!(f, "{error}"),
            Self::Answer { status, body, .. } => write!(f, "{status}, {} bytes", body.len()),
        }
    }
}
