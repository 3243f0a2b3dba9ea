//! The body of a built request: bytes at hand, and files that are read while they are sent.

use bytes::{Bytes, BytesMut};
use futures_util::{StreamExt as _, stream};

use crate::transport::{Body, BodyStream};
use crate::{Error, File};

/// A body in its parts, to be made ready afresh for each attempt.
#[derive(Clone, Debug, Default)]
pub(crate) struct Content(Vec<Part>);

#[derive(Clone, Debug)]
enum Part {
    Bytes(Bytes),
    File(File),
}

impl Content {
    /// Adds bytes at the end.
    pub(crate) fn push(&mut self, bytes: impl Into<Bytes>) {
        self.0.push(Part::Bytes(bytes.into()));
    }

    /// Adds a file at the end.
    pub(crate) fn push_file(&mut self, file: &File) {
        self.0.push(match file.at_hand() {
            Some(bytes) => Part::Bytes(bytes.clone()),
            None => Part::File(file.clone()),
        });
    }

    /// Whether it can be sent more than once.
    pub(crate) fn repeatable(&self) -> bool {
        self.0.iter().all(|part| match part {
            Part::Bytes(_) => true,
            Part::File(file) => file.repeatable(),
        })
    }

    /// All of it, where no part is still to be read.
    pub(crate) fn bytes(&self) -> Option<Bytes> {
        match self.0.as_slice() {
            [] => Some(Bytes::new()),
            [Part::Bytes(bytes)] => Some(bytes.clone()),
            parts => {
                let mut all = BytesMut::new();
                for part in parts {
                    match part {
                        Part::Bytes(bytes) => all.extend_from_slice(bytes),
                        Part::File(_) => return None,
                    }
                }
                Some(all.freeze())
            }
        }
    }

    /// As text for people, files by their names; none where there is no body.
    pub(crate) fn shown(&self) -> Option<String> {
        let part = |part: &Part| match part {
            Part::Bytes(bytes) => std::str::from_utf8(bytes).map_or_else(|_| format!("<{} bytes>", bytes.len()), str::to_owned),
            Part::File(file) => format!("<the file `{}`>", file.name()),
        };
        let text: String = self.0.iter().map(part).collect();
        (!text.is_empty()).then_some(text)
    }

    fn length(&self) -> Option<u64> {
        self.0.iter().try_fold(0_u64, |sum, part| {
            let length = match part {
                Part::Bytes(bytes) => u64::try_from(bytes.len()).ok(),
                Part::File(file) => file.size(),
            };
            sum.checked_add(length?)
        })
    }

    /// The body for one attempt.
    pub(crate) fn open(&self) -> Result<Body, Error> {
        if let Some(bytes) = self.bytes() {
            return Ok(Body::Whole(bytes));
        }
        let mut parts: Vec<BodyStream> = Vec::with_capacity(self.0.len());
        for part in &self.0 {
            parts.push(match part {
                Part::Bytes(bytes) => Box::pin(stream::once(std::future::ready(Ok(bytes.clone())))),
                Part::File(file) => {
                    let gone = || Error::invalid(format!("the file `{}` was sent already, and can be read once", file.name()));
                    file.open().ok_or_else(gone)?
                }
            });
        }
        Ok(Body::Stream { length: self.length(), stream: Box::pin(stream::iter(parts).flatten()) })
    }
}

impl From<String> for Content {
    fn from(text: String) -> Self {
        Self(vec![Part::Bytes(text.into())])
    }
}
