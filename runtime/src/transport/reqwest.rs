//! The transport that talks to real servers, over `reqwest` and rustls.

use std::error::Error as _;
use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt as _;
use futures_util::future::BoxFuture;
use reqwest::redirect::Policy;
use rustls_platform_verifier::BuilderVerifierExt as _;

use super::resolve::{NotPublic, PublicOnly, Resolver, SystemResolver};
use super::{Body, Response, Transport, TransportError, TransportFailure};
use crate::Error;
use crate::guard::{Origin, public_host};

/// How long the parts of an exchange may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timeouts {
    /// Until the connection stands. 10 s by default.
    pub connect: Duration,
    /// Without a byte from the provider. 30 s by default.
    pub idle: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self { connect: Duration::from_secs(10), idle: Duration::from_secs(30) }
    }
}

/// Sends over HTTPS to public addresses, and to exactly the origins that the embedder allowed besides.
/// It follows no redirect, uses no proxy, and reads nothing from the environment.
#[derive(Clone, Debug)]
pub struct ReqwestTransport {
    strict: reqwest::Client,
    open: reqwest::Client,
    allowed: Arc<[Origin]>,
    /// Whether the system names certificates to trust; without them nothing but plain `http` can be reached.
    trusts: bool,
}

impl ReqwestTransport {
    /// A transport with these timeouts that may also reach `allowed` origins (`http://127.0.0.1:8080`), whatever their address or scheme.
    ///
    /// # Errors
    ///
    /// Where an origin cannot be read, or TLS cannot be set up.
    pub fn new(timeouts: Timeouts, allowed: &[String]) -> Result<Self, Error> {
        Self::with_resolver(timeouts, allowed, Arc::new(SystemResolver))
    }

    /// The same with a name resolution of the embedder's. What it gives is held against the rules all the same: a name that has an address
    /// which is not public is refused, at each connection anew.
    ///
    /// # Errors
    ///
    /// As [`Self::new`].
    pub fn with_resolver(timeouts: Timeouts, allowed: &[String], resolver: Arc<dyn Resolver>) -> Result<Self, Error> {
        let allowed = allowed.iter().map(|origin| Origin::parse(origin)).collect::<Result<Vec<_>, _>>()?;
        let failed = |_| Error::new(connc_plan::ErrorKind::Transport, "TLS cannot be set up");
        let (tls, trusts) = match tls(true) {
            Ok(tls) => (tls, true),
            // A machine without certificates may still talk to its local servers, or only show what would be sent.
            Err(_) => (tls(false).map_err(failed)?, false),
        };
        Ok(Self {
            strict: client(timeouts, tls.clone(), Some(resolver))?,
            open: client(timeouts, tls, None)?,
            allowed: allowed.into(),
            trusts,
        })
    }

    fn choose(&self, uri: &str) -> Result<&reqwest::Client, TransportError> {
        let refused = |message: String| TransportError::new(TransportFailure::Refused, message);
        let url = url::Url::parse(uri).map_err(|_| refused("the URL cannot be read".to_owned()))?;
        let origin = Origin::of(&url).ok_or_else(|| refused("the URL has no host".to_owned()))?;
        if url.scheme() == "https" && !self.trusts {
            return Err(TransportError::new(
                TransportFailure::Other,
                "the system names no certificates to trust, so no https can be checked",
            ));
        }
        if self.allowed.contains(&origin) {
            return Ok(&self.open);
        }
        if url.scheme() != "https" {
            return Err(refused(format!("{origin} is not https")));
        }
        if !public_host(&url) {
            return Err(refused(format!("{origin} is not a public address")));
        }
        Ok(&self.strict)
    }
}

fn client(timeouts: Timeouts, tls: rustls::ClientConfig, public_only: Option<Arc<dyn Resolver>>) -> Result<reqwest::Client, Error> {
    let mut builder = reqwest::Client::builder()
        .tls_backend_preconfigured(tls)
        .redirect(Policy::none())
        .no_proxy()
        .connect_timeout(timeouts.connect)
        .read_timeout(timeouts.idle);
    if let Some(resolver) = public_only {
        builder = builder.dns_resolver(Arc::new(PublicOnly(resolver)));
    }
    builder.build().map_err(|_| Error::new(connc_plan::ErrorKind::Transport, "the HTTP client cannot be set up"))
}

/// rustls with ring, given to this client alone: a provider installed for the whole process would be the embedder's business.
fn tls(trust: bool) -> Result<rustls::ClientConfig, rustls::Error> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = rustls::ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions()?;
    let builder = if trust { builder.with_platform_verifier()? } else { builder.with_root_certificates(rustls::RootCertStore::empty()) };
    let mut config = builder.with_no_client_auth();
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(config)
}

impl Transport for ReqwestTransport {
    fn send(&self, request: http::Request<Body>) -> BoxFuture<'_, Result<Response, TransportError>> {
        Box::pin(async move {
            let client = self.choose(&request.uri().to_string())?;
            let (mut parts, body) = request.into_parts();
            let body = match body {
                Body::Whole(bytes) => {
                    // What a method gives a meaning to is said to be empty (RFC 9110, section 8.6): servers refuse to guess with a 411.
                    if bytes.is_empty() && matches!(parts.method, http::Method::POST | http::Method::PUT | http::Method::PATCH) {
                        parts.headers.insert(http::header::CONTENT_LENGTH, 0.into());
                    }
                    reqwest::Body::from(bytes)
                }
                Body::Stream { length, stream } => {
                    if let Some(length) = length {
                        parts.headers.insert(http::header::CONTENT_LENGTH, length.into());
                    }
                    reqwest::Body::wrap_stream(stream)
                }
            };
            let request = reqwest::Request::try_from(http::Request::from_parts(parts, body))
                .map_err(|_| TransportError::new(TransportFailure::Other, "the request cannot be put into HTTP"))?;
            let response = client.execute(request).await.map_err(failure)?;
            let (status, headers) = (response.status(), response.headers().clone());
            let body = response.bytes_stream().map(|chunk| chunk.map_err(failure));
            Ok(Response { status, headers, body: Box::pin(body) })
        })
    }
}

/// What went wrong, in words without a URL: reqwest's own text holds the whole of it.
fn failure(error: reqwest::Error) -> TransportError {
    let mut cause = error.source();
    let mut last = None;
    while let Some(inner) = cause {
        if let Some(refused) = inner.downcast_ref::<NotPublic>() {
            return TransportError::new(TransportFailure::Refused, refused.to_string());
        }
        // What the request's own body failed with.
        if let Some(own) = inner.downcast_ref::<TransportError>() {
            return own.clone();
        }
        let text = inner.to_string();
        // The system's error number says nothing to a person.
        last = Some(text.split(" (os error").next().unwrap_or_default().to_owned());
        cause = inner.source();
    }
    let reason = last.map(|text| format!(": {text}")).unwrap_or_default();
    if error.is_connect() {
        let slow = if error.is_timeout() { "no connection in time" } else { "no connection" };
        return TransportError::new(TransportFailure::NotSent, format!("{slow}{reason}"));
    }
    if error.is_timeout() {
        return TransportError::new(TransportFailure::Timeout, "no answer in time");
    }
    if error.is_body() || error.is_decode() {
        return TransportError::new(TransportFailure::MaybeSent, format!("the answer broke off{reason}"));
    }
    TransportError::new(TransportFailure::MaybeSent, format!("the connection broke{reason}"))
}
