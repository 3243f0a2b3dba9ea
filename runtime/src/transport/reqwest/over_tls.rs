//! Against servers on loopback that speak TLS, with a certificate of their own.

use std::sync::atomic::{AtomicUsize, Ordering};

use bytes::Bytes;
use futures_util::StreamExt as _;
use futures_util::future::join_all;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::server::TlsStream;
use tokio_rustls::{TlsAcceptor, rustls};

use super::{Arc, Body, ReqwestTransport, Timeouts, Transport as _, tls};

const AUTHORITY: &[u8] = include_bytes!("../../../tests/keys/tls.ca.pem");
const CERTIFICATE: &[u8] = include_bytes!("../../../tests/keys/tls.server.pem");
const KEY: &[u8] = include_bytes!("../../../tests/keys/tls.server.key.pem");

/// What a server was asked, and over how many connections.
#[derive(Default)]
struct Seen {
    connections: AtomicUsize,
    over_h2: AtomicUsize,
    over_h1: AtomicUsize,
}

impl Seen {
    fn counts(&self) -> (usize, usize, usize) {
        let of = |count: &AtomicUsize| count.load(Ordering::SeqCst);
        (of(&self.connections), of(&self.over_h2), of(&self.over_h1))
    }
}

async fn server(offered: &[&str]) -> (ReqwestTransport, String, Arc<Seen>) {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let certificate = CertificateDer::from_pem_slice(CERTIFICATE).unwrap();
    let mut config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate], PrivateKeyDer::from_pem_slice(KEY).unwrap())
        .unwrap();
    config.alpn_protocols = offered.iter().map(|name| name.as_bytes().to_vec()).collect();
    let (acceptor, listener) = (TlsAcceptor::from(Arc::new(config)), TcpListener::bind("127.0.0.1:0").await.unwrap());
    let origin = format!("https://{}", listener.local_addr().unwrap());
    let seen = Arc::new(Seen::default());
    let sees = Arc::clone(&seen);
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            sees.connections.fetch_add(1, Ordering::SeqCst);
            let stream = acceptor.accept(stream).await.unwrap();
            let sees = Arc::clone(&sees);
            if stream.get_ref().1.alpn_protocol() == Some(b"h2") {
                tokio::spawn(over_h2(stream, sees));
            } else {
                tokio::spawn(over_h1(stream, sees));
            }
        }
    });
    let transport = ReqwestTransport::new(Timeouts::default(), std::slice::from_ref(&origin)).unwrap();
    let mut roots = rustls::RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(AUTHORITY).unwrap()).unwrap();
    assert!(transport.clients.trusting.set(Ok(tls(Some(roots)).unwrap())).is_ok());
    (transport, origin, seen)
}

async fn over_h2(stream: TlsStream<TcpStream>, seen: Arc<Seen>) {
    let mut connection = h2::server::handshake(stream).await.unwrap();
    while let Some(Ok((_, mut answer))) = connection.accept().await {
        seen.over_h2.fetch_add(1, Ordering::SeqCst);
        let mut body = answer.send_response(http::Response::new(()), false).unwrap();
        body.send_data(Bytes::from_static(b"{}"), true).unwrap();
    }
}

async fn over_h1(mut stream: TlsStream<TcpStream>, seen: Arc<Seen>) {
    let mut head = Vec::new();
    while stream.read_buf(&mut head).await.unwrap_or(0) > 0 {
        if head.ends_with(b"\r\n\r\n") {
            head.clear();
            seen.over_h1.fetch_add(1, Ordering::SeqCst);
            stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}").await.unwrap();
            stream.flush().await.unwrap();
        }
    }
}

async fn asked(transport: &ReqwestTransport, origin: &str) {
    let request = http::Request::get(format!("{origin}/users")).body(Body::default()).unwrap();
    let mut answer = transport.send(request).await.unwrap();
    let mut body = Vec::new();
    while let Some(chunk) = answer.body.next().await {
        body.extend_from_slice(&chunk.unwrap());
    }
    assert_eq!((answer.status.as_u16(), body.as_slice()), (200, b"{}".as_slice()));
}

#[tokio::test]
async fn http_2_where_it_is_offered_over_one_connection() {
    let (transport, origin, seen) = server(&["h2", "http/1.1"]).await;
    for _ in 0..5 {
        asked(&transport, &origin).await;
    }
    join_all((0..20).map(|_| asked(&transport, &origin))).await;
    assert_eq!(seen.counts(), (1, 25, 0));
}

#[tokio::test]
async fn http_1_1_where_it_is_not() {
    for offered in [&["http/1.1"][..], &[]] {
        let (transport, origin, seen) = server(offered).await;
        for _ in 0..5 {
            asked(&transport, &origin).await;
        }
        let (_, over_h2, over_h1) = seen.counts();
        assert_eq!((over_h2, over_h1), (0, 5));
    }
}

#[tokio::test]
async fn a_certificate_that_nobody_vouches_for_is_refused() {
    let (_, origin, _) = server(&["h2"]).await;
    let transport = ReqwestTransport::new(Timeouts::default(), std::slice::from_ref(&origin)).unwrap();
    assert!(transport.clients.trusting.set(Ok(tls(Some(rustls::RootCertStore::empty())).unwrap())).is_ok());
    let request = http::Request::get(format!("{origin}/users")).body(Body::default()).unwrap();
    let error = transport.send(request).await.unwrap_err();
    assert_eq!(error.failure, super::TransportFailure::NotSent, "{error}");
}
