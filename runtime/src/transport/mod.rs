//! How requests leave: one trait, so that a service, a test and a replay share everything above it.

mod about;
mod body;
mod record;
pub mod replay;
#[cfg(feature = "reqwest")]
mod reqwest;
#[cfg(feature = "reqwest")]
mod resolve;

use bytes::Bytes;
use futures_util::future::BoxFuture;
use http::{HeaderMap, StatusCode};

pub use self::about::{About, Purpose};
pub use self::body::{Body, BodyStream};
pub use self::record::{Heard, Recorded, Recorder};
#[cfg(feature = "reqwest")]
pub use self::reqwest::{ReqwestTransport, Timeouts};
#[cfg(feature = "reqwest")]
pub use self::resolve::{Resolver, SystemResolver};

/// Sends one request and gives its answer. Redirects, retries and limits are not a transport's business.
pub trait Transport: Send + Sync {
    /// Sends `request`, whose URI is absolute.
    ///
    /// # Errors
    ///
    /// Says in [`TransportError::failure`] whether the request may have reached the provider.
    fn send(&self, request: http::Request<Body>) -> BoxFuture<'_, Result<Response, TransportError>>;
}

/// An answer whose body is still to be read.
pub struct Response {
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The decompressed body, as it arrives.
    pub body: BodyStream,
}

impl Response {
    /// An answer whose body is there already.
    #[must_use]
    pub fn whole(status: StatusCode, headers: HeaderMap, body: impl Into<Bytes>) -> Self {
        let body: Result<Bytes, TransportError> = Ok(body.into());
        Self { status, headers, body: Box::pin(futures_util::stream::once(std::future::ready(body))) }
    }
}

impl std::fmt::Debug for Response {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Response").field("status", &self.status).finish_non_exhaustive()
    }
}

/// Why there is no answer, or no whole one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TransportError {
    /// What it means for repeating the request.
    pub failure: TransportFailure,
    /// What happened, as a lowercase fragment, without query, secret or record data.
    pub message: String,
}

/// What a transport failure means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TransportFailure {
    /// The request did not reach the provider; sending it again is safe.
    NotSent,
    /// The request may have been carried out.
    MaybeSent,
    /// The answer did not come in time; the request may have been carried out.
    Timeout,
    /// The answer is larger than the transport allows.
    TooLarge,
    /// The request would go where the transport lets none go.
    Refused,
    /// Anything else that sending it again does not help.
    Other,
}

impl TransportError {
    /// A failure with its message.
    #[must_use]
    pub fn new(failure: TransportFailure, message: impl Into<String>) -> Self {
        Self { failure, message: message.into() }
    }
}

impl std::fmt::Display for TransportError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for TransportError {}
