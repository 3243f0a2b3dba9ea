//! The transport that talks to real servers, over `reqwest` and rustls.

use std::error::Error as _;
use std::sync::{Arc, OnceLock};
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
///
/// Clients are made when a request first needs them. Reading the certificates that the system trusts takes longer than many a call, and
/// what goes to plain `http` does without them, as on a machine that has none.
#[derive(Clone, Debug)]
pub struct ReqwestTransport {
    allowed: Arc<[Origin]>,
    clients: Arc<Clients>,
}

/// One client for each set of rules.
struct Clients {
    timeouts: Timeouts,
    resolver: Arc<dyn Resolver>,
    /// For `https` at public addresses.
    strict: Lazy<reqwest::Client>,
    /// For the allowed origins that are `https`.
    open: Lazy<reqwest::Client>,
    /// For the allowed origins that are `http`.
    plain: Lazy<reqwest::Client>,
    trusting: Lazy<rustls::ClientConfig>,
}

type Lazy<T> = OnceLock<Result<T, TransportError>>;

impl ReqwestTransport {
    /// A transport with these timeouts that may also reach `allowed` origins (`http://127.0.0.1:8080`), whatever their address or scheme.
    ///
    /// # Errors
    ///
    /// Where an origin cannot be read.
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
        let allowed = allowed.iter().map(|origin| Origin::parse(origin)).collect::<Result<_, _>>()?;
        Ok(Self { allowed, clients: Arc::new(Clients::new(timeouts, resolver)) })
    }

    fn choose(&self, uri: &str) -> Result<&reqwest::Client, TransportError> {
        let refused = |message: String| TransportError::new(TransportFailure::Refused, message);
        let url = url::Url::parse(uri).map_err(|_| refused("the URL cannot be read".to_owned()))?;
        let origin = Origin::of(&url).ok_or_else(|| refused("the URL has no host".to_owned()))?;
        let (allowed, https) = (self.allowed.contains(&origin), url.scheme() == "https");
        match (allowed, https) {
            (true, true) => self.clients.open(),
            (true, false) => self.clients.plain(),
            (false, true) if !public_host(&url) => Err(refused(format!("{origin} is not a public address"))),
            (false, true) => self.clients.strict(),
            (false, false) => Err(refused(format!("{origin} is not https"))),
        }
    }
}

impl Clients {
    fn new(timeouts: Timeouts, resolver: Arc<dyn Resolver>) -> Self {
        let (strict, open, plain) = (OnceLock::new(), OnceLock::new(), OnceLock::new());
        Self { timeouts, resolver, strict, open, plain, trusting: OnceLock::new() }
    }

    fn strict(&self) -> Result<&reqwest::Client, TransportError> {
        let resolver = || Arc::new(PublicOnly(Arc::clone(&self.resolver)));
        once(&self.strict, || built(self.builder(self.trusting()?).dns_resolver(resolver())))
    }

    fn open(&self) -> Result<&reqwest::Client, TransportError> {
        once(&self.open, || built(self.builder(self.trusting()?)))
    }

    fn plain(&self) -> Result<&reqwest::Client, TransportError> {
        once(&self.plain, || {
            let nobody = tls(Some(rustls::RootCertStore::empty()))
                .map_err(|_| TransportError::new(TransportFailure::Other, "TLS cannot be set up"))?;
            built(self.builder(&nobody))
        })
    }

    /// TLS that trusts whom the system trusts.
    fn trusting(&self) -> Result<&rustls::ClientConfig, TransportError> {
        let none = "the system names no certificates to trust, so no https can be checked";
        once(&self.trusting, || tls(None).map_err(|_| TransportError::new(TransportFailure::Other, none)))
    }

    fn builder(&self, tls: &rustls::ClientConfig) -> reqwest::ClientBuilder {
        reqwest::Client::builder()
            .tls_backend_preconfigured(tls.clone())
            .redirect(Policy::none())
            .no_proxy()
            .connect_timeout(self.timeouts.connect)
            .read_timeout(self.timeouts.idle)
            // A connection over which nothing comes any more is given up before the request is, so that the next attempt does not take it.
            .http2_keep_alive_interval(self.timeouts.idle / 3)
            .http2_keep_alive_timeout(self.timeouts.idle / 3)
    }
}

impl std::fmt::Debug for Clients {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Clients").field("timeouts", &self.timeouts).finish_non_exhaustive()
    }
}

fn once<T>(place: &Lazy<T>, make: impl FnOnce() -> Result<T, TransportError>) -> Result<&T, TransportError> {
    place.get_or_init(make).as_ref().map_err(Clone::clone)
}

fn built(builder: reqwest::ClientBuilder) -> Result<reqwest::Client, TransportError> {
    builder.build().map_err(|_| TransportError::new(TransportFailure::Other, "the HTTP client cannot be set up"))
}

/// rustls with ring, given to this client alone: a provider installed for the whole process would be the embedder's business.
/// It trusts these roots, and without any those of the system.
fn tls(roots: Option<rustls::RootCertStore>) -> Result<rustls::ClientConfig, rustls::Error> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = rustls::ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions()?;
    let builder = match roots {
        Some(roots) => builder.with_root_certificates(roots),
        None => builder.with_platform_verifier()?,
    };
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

#[cfg(test)]
mod tests {
    use super::{Body, ReqwestTransport, Timeouts, Transport as _, TransportFailure};

    async fn failure(transport: &ReqwestTransport, uri: &str) -> TransportFailure {
        let request = http::Request::get(uri).body(Body::Whole(bytes::Bytes::new())).unwrap();
        transport.send(request).await.err().unwrap().failure
    }

    #[tokio::test]
    async fn clients_are_made_for_what_is_sent() {
        // A port that was free a moment ago: nobody answers.
        let local = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let transport = ReqwestTransport::new(Timeouts::default(), &[format!("http://{local}")]).unwrap();
        for refused in ["http://example.com/", "https://127.0.0.1/", "http://127.0.0.1/"] {
            assert_eq!(failure(&transport, refused).await, TransportFailure::Refused, "{refused}");
        }
        let made = |transport: &ReqwestTransport| {
            let clients = &transport.clients;
            (
                clients.plain.get().is_some(),
                clients.strict.get().is_some() || clients.open.get().is_some() || clients.trusting.get().is_some(),
            )
        };
        assert_eq!(made(&transport), (false, false));
        assert_eq!(failure(&transport, &format!("http://{local}/")).await, TransportFailure::NotSent);
        assert_eq!(made(&transport), (true, false));
    }
}

#[cfg(test)]
mod over_tls;
