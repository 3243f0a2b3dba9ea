//! What a request carries: bytes that are there, or bytes that come while they are sent.

use std::pin::Pin;

use bytes::{Bytes, BytesMut};
use futures_core::Stream;
use futures_util::TryStreamExt as _;

use super::TransportError;

/// Bytes as they come.
pub type BodyStream = Pin<Box<dyn Stream<Item = Result<Bytes, TransportError>> + Send>>;

/// The body of a request.
pub enum Body {
    /// Bytes that are there; none at all is no body.
    Whole(Bytes),
    /// Bytes that come while they are sent. They can be sent once: whoever repeats a request makes its body anew.
    Stream {
        /// How many bytes will come, where that is known: it is the `Content-Length`, and without it the body goes in chunks.
        length: Option<u64>,
        /// The bytes.
        stream: BodyStream,
    },
}

impl Body {
    /// All of it in memory, for transports that compare or keep what is sent.
    ///
    /// # Errors
    ///
    /// What reading the stream failed with.
    pub async fn whole(self) -> Result<Bytes, TransportError> {
        match self {
            Self::Whole(bytes) => Ok(bytes),
            Self::Stream { stream, .. } => {
                let all = stream.try_fold(BytesMut::new(), |mut all, chunk| async move {
                    all.extend_from_slice(&chunk);
                    Ok(all)
                });
                all.await.map(BytesMut::freeze)
            }
        }
    }
}

impl Default for Body {
    fn default() -> Self {
        Self::Whole(Bytes::new())
    }
}

impl<B: Into<Bytes>> From<B> for Body {
    fn from(bytes: B) -> Self {
        Self::Whole(bytes.into())
    }
}

impl std::fmt::Debug for Body {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Whole(bytes) => write!(f, "{} bytes", bytes.len()),
            Self::Stream { length: Some(length), .. } => write!(f, "a stream of {length} bytes"),
            Self::Stream { length: None, .. } => f.write_str("a stream"),
        }
    }
}
