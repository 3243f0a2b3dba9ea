//! Files that a caller sends: bytes at hand, or bytes that are read while they are sent.

use std::pin::Pin;
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use futures_core::Stream;
use futures_util::{StreamExt as _, stream};
use serde_json::{Value, json};

use crate::lock::locked;
use crate::transport::{BodyStream, TransportError, TransportFailure};

/// The bytes of a file as they are read.
pub type FileStream = Pin<Box<dyn Stream<Item = std::io::Result<Bytes>> + Send>>;

/// A file to send, for an input of type `file`. Clones share its content.
#[derive(Clone)]
pub struct File {
    name: String,
    content_type: Option<String>,
    length: Option<u64>,
    content: Content,
}

#[derive(Clone)]
enum Content {
    Bytes(Bytes),
    Reader(Arc<dyn Fn() -> FileStream + Send + Sync>),
    Once(Arc<Mutex<Option<FileStream>>>),
}

impl File {
    /// A file whose bytes are at hand.
    #[must_use]
    pub fn bytes(name: impl Into<String>, bytes: impl Into<Bytes>) -> Self {
        let bytes = bytes.into();
        Self { name: name.into(), content_type: None, length: u64::try_from(bytes.len()).ok(), content: Content::Bytes(bytes) }
    }

    /// A file that is read while it is sent, from its beginning each time that `open` is called: a request that failed can be sent again.
    #[must_use]
    pub fn reader(name: impl Into<String>, open: impl Fn() -> FileStream + Send + Sync + 'static) -> Self {
        Self { name: name.into(), content_type: None, length: None, content: Content::Reader(Arc::new(open)) }
    }

    /// A file that can be read once. A request that holds it is sent once, whatever becomes of it.
    #[must_use]
    pub fn stream(name: impl Into<String>, stream: impl Stream<Item = std::io::Result<Bytes>> + Send + 'static) -> Self {
        let content = Content::Once(Arc::new(Mutex::new(Some(Box::pin(stream)))));
        Self { name: name.into(), content_type: None, length: None, content }
    }

    /// Its media type, such as `image/png`; `application/octet-stream` where none is given.
    #[must_use]
    pub fn content_type(mut self, content_type: impl Into<String>) -> Self {
        self.content_type = Some(content_type.into());
        self
    }

    /// How many bytes it has. Without a length it is sent in chunks, which not every provider takes; with a wrong one it is not sent whole,
    /// and the call fails.
    #[must_use]
    pub fn length(mut self, length: u64) -> Self {
        self.length = Some(length);
        self
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    pub(crate) fn media_type(&self) -> &str {
        self.content_type.as_deref().unwrap_or("application/octet-stream")
    }

    /// Whether its media type is one: `type/subtype`, and what may follow (RFC 9110, section 8.3.1).
    #[must_use]
    pub fn has_media_type(&self) -> bool {
        let kind = self.media_type();
        let token = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b));
        let essence = kind.split(';').next().unwrap_or_default().trim();
        let two = essence.split_once('/').is_some_and(|(kind, subtype)| token(kind) && token(subtype));
        two && kind.bytes().all(|byte| (0x20..0x7f).contains(&byte))
    }

    pub(crate) fn size(&self) -> Option<u64> {
        self.length
    }

    /// Whether it can be read more than once.
    pub(crate) fn repeatable(&self) -> bool {
        match &self.content {
            Content::Bytes(_) | Content::Reader(_) => true,
            Content::Once(_) => false,
        }
    }

    /// The bytes, where they are at hand.
    pub(crate) fn at_hand(&self) -> Option<&Bytes> {
        match &self.content {
            Content::Bytes(bytes) => Some(bytes),
            Content::Reader(_) | Content::Once(_) => None,
        }
    }

    /// The bytes from the beginning; none where they were read before and can be read once.
    pub(crate) fn open(&self) -> Option<BodyStream> {
        let stream: FileStream = match &self.content {
            Content::Bytes(bytes) => Box::pin(stream::once(std::future::ready(Ok(bytes.clone())))),
            Content::Reader(open) => open(),
            Content::Once(stream) => locked(stream).take()?,
        };
        Some(Box::pin(measured(stream, self.name.clone(), self.length)))
    }
}

/// What stands for a call's file in data: its number among them, and what is known of it.
pub(crate) fn handle(number: usize, file: &File) -> Value {
    let mut handle = json!({ HANDLE: number, "name": file.name(), "content_type": file.media_type() });
    if let (Some(length), Some(members)) = (file.size(), handle.as_object_mut()) {
        members.insert("length".to_owned(), length.into());
    }
    handle
}

/// Whether a value stands for a file.
pub(crate) fn is_handle(value: &Value) -> bool {
    value.get(HANDLE).is_some_and(Value::is_u64)
}

/// The file that a value stands for.
pub(crate) fn of<'a>(files: &'a [File], value: &Value) -> Option<&'a File> {
    files.get(usize::try_from(value.get(HANDLE)?.as_u64()?).ok()?)
}

/// The member by which a file is found again; no name that an expression would read by chance.
const HANDLE: &str = "$file";

/// The stream, with an error at its end or before where it is not as long as was said.
fn measured(stream: FileStream, name: String, length: Option<u64>) -> impl Stream<Item = Result<Bytes, TransportError>> + Send {
    let wrong = |message: String| TransportError::new(TransportFailure::Other, message);
    stream::unfold(Some((stream, name, 0_u64)), move |state| async move {
        let (mut stream, name, before) = state?;
        match stream.next().await {
            Some(Ok(chunk)) => {
                let sent = before.saturating_add(u64::try_from(chunk.len()).unwrap_or(u64::MAX));
                match length {
                    Some(length) if sent > length => {
                        Some((Err(wrong(format!("the file `{name}` has more than its {length} bytes"))), None))
                    }
                    Some(_) | None => Some((Ok(chunk), Some((stream, name, sent)))),
                }
            }
            Some(Err(error)) => Some((Err(wrong(format!("the file `{name}` cannot be read: {}", error.kind()))), None)),
            None => match length {
                Some(length) if before < length => {
                    Some((Err(wrong(format!("the file `{name}` has {before} bytes, not the {length} that were said"))), None))
                }
                Some(_) | None => None,
            },
        }
    })
}

impl std::fmt::Debug for File {
    /// Without its content, which is somebody's data.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { name, content_type, length, content: _ } = self;
        f.debug_struct("File").field("name", name).field("content_type", content_type).field("length", length).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use futures_util::{FutureExt as _, TryStreamExt as _, stream};

    use super::File;

    fn read(file: &File) -> Option<Result<String, String>> {
        let read = file.open()?.map_ok(|chunk| chunk.to_vec()).try_concat().now_or_never()?;
        Some(read.map(|bytes| String::from_utf8(bytes).unwrap()).map_err(|error| error.message))
    }

    fn parts() -> impl futures_core::Stream<Item = std::io::Result<Bytes>> + Send + 'static {
        stream::iter([Ok(Bytes::from_static(b"ab")), Ok(Bytes::from_static(b"c"))])
    }

    #[test]
    fn what_is_read_once_is_gone() {
        let once = File::stream("a", parts());
        assert!(!once.repeatable());
        assert_eq!((read(&once), read(&once)), (Some(Ok("abc".to_owned())), None));
        let again = File::reader("a", || Box::pin(parts()));
        assert_eq!((read(&again), read(&again)), (Some(Ok("abc".to_owned())), Some(Ok("abc".to_owned()))));
    }

    #[test]
    fn a_wrong_length_is_an_error_and_never_a_cut_file() {
        for (length, expected) in [(2, "the file `a` has more than its 2 bytes"), (4, "the file `a` has 3 bytes, not the 4 that were said")]
        {
            assert_eq!(read(&File::stream("a", parts()).length(length)), Some(Err(expected.to_owned())));
        }
        let broken = stream::iter([Ok(Bytes::from_static(b"ab")), Err(std::io::Error::other("/private/path"))]);
        assert_eq!(read(&File::stream("a", broken)), Some(Err("the file `a` cannot be read: other error".to_owned())));
    }
}
