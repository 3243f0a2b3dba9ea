//! Answers that are no JSON document, made into one: a JSON document on each line, comma-separated values, text, and files that are compressed.

mod csv;
mod lines;

use std::io::Read as _;

use connc_plan::{Answer, Compression, ErrorKind, Request};
use http::header::CONTENT_TYPE;

use crate::Error;
use crate::context::Context;
use crate::exchange::Received;

/// What a client says that it takes.
pub(crate) fn accepted(request: &Request) -> &'static str {
    match (request.answer, request.compression) {
        (_, Some(Compression::Gzip)) | (Answer::Bytes, None) => "*/*",
        (Answer::Json | Answer::None, None) => "application/json",
        (Answer::Ndjson, None) => "application/x-ndjson, application/json",
        (Answer::Csv, None) => "text/csv",
        (Answer::Text, None) => "text/plain, */*",
    }
}

/// The bytes of a success as they were packed, no more than `most` of them.
pub(crate) fn unpacked(request: &Request, status: u16, bytes: Vec<u8>, most: usize) -> Result<Vec<u8>, Error> {
    match request.compression {
        Some(Compression::Gzip) if (200..300).contains(&status) => gunzip(&bytes, most),
        Some(Compression::Gzip) | None => Ok(bytes),
    }
}

fn gunzip(bytes: &[u8], most: usize) -> Result<Vec<u8>, Error> {
    let wrong = |what: &str| Error::new(ErrorKind::Provider, format!("the answer is {what}"));
    if !bytes.starts_with(&[0x1f, 0x8b]) {
        return Err(wrong("no gzip file").with_help("leave out `compression` where the transport has unpacked it already"));
    }
    let mut unpacked = Vec::new();
    let limit = u64::try_from(most).unwrap_or(u64::MAX).saturating_add(1);
    let mut reader = flate2::read::MultiGzDecoder::new(bytes).take(limit);
    reader.read_to_end(&mut unpacked).map_err(|_| wrong("a gzip file that is broken or breaks off"))?;
    if unpacked.len() > most {
        return Err(Error::new(ErrorKind::Limit, format!("the answer is larger than {most} bytes when it is unpacked")));
    }
    Ok(unpacked)
}

/// The text of an answer, and whether it is just what was sent: an error page in another encoding is still an error page.
pub(crate) fn text(bytes: Vec<u8>) -> (String, bool) {
    // A byte order mark is no JSON, but some servers send one (RFC 8259, section 8.1, lets it be ignored).
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").map(<[u8]>::to_vec).unwrap_or(bytes);
    match String::from_utf8(bytes) {
        Ok(text) => (text, true),
        Err(error) => (String::from_utf8_lossy(error.as_bytes()).into_owned(), false),
    }
}

/// The answer with its body as one JSON document, as the rest of the runtime reads it.
pub(crate) fn as_json(context: &Context, request: &Request, mut received: Received) -> Result<Received, Error> {
    let made = match request.answer {
        Answer::Json | Answer::None => return Ok(received),
        Answer::Bytes if context.fetched.is_some() => return Ok(received),
        Answer::Bytes => {
            return Err(
                Error::invalid("the operation answers bytes, which are downloaded").with_help("ask for it with `Runtime::download`")
            );
        }
        Answer::Ndjson => checked(&received, &[]).and_then(|()| lines::list(&received.text)),
        Answer::Csv => checked(&received, &["application/json"]).and_then(|()| csv::list(&received.text)),
        Answer::Text => checked(&received, &[]).map(|()| serde_json::Value::from(received.text.as_str()).to_string()),
    };
    received.tape = None;
    received.text = made.map_err(|mut error| {
        error.status = Some(received.status);
        error
    })?;
    Ok(received)
}

/// Whether the body can be what is due: readable, and no page for people or other document in its place.
fn checked(received: &Received, others: &[&str]) -> Result<(), Error> {
    if !received.exact {
        return Err(Error::new(ErrorKind::Provider, "the answer is no UTF-8 text"));
    }
    let kind = received.headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).and_then(|kind| kind.split(';').next());
    let kind = kind.map(|kind| kind.trim().to_ascii_lowercase()).unwrap_or_default();
    let start: String = received.text.trim_start().chars().take(15).collect::<String>().to_ascii_lowercase();
    let page = kind == "text/html" || start.starts_with("<!doctype html") || start.starts_with("<html");
    if page {
        return Err(Error::new(ErrorKind::Provider, "the answer is an HTML page; a proxy or a login page may stand between"));
    }
    if others.contains(&kind.as_str()) {
        return Err(Error::new(ErrorKind::Provider, format!("the answer is `{kind}`, which was not asked for")));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::{gunzip, text};

    fn packed(text: &[u8]) -> Vec<u8> {
        let mut writer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        writer.write_all(text).unwrap();
        writer.finish().unwrap()
    }

    #[test]
    fn files_unpack_within_a_bound() {
        let file = packed(b"one ");
        let two = [file.clone(), packed(b"two")].concat();
        assert_eq!(gunzip(&two, 7).unwrap(), b"one two");
        assert_eq!(gunzip(&two, 6).unwrap_err().kind, connc_plan::ErrorKind::Limit);
        for broken in [&file[..file.len() - 1], &file[..12], b"one ", b""] {
            assert_eq!(gunzip(broken, 100).unwrap_err().kind, connc_plan::ErrorKind::Provider);
        }
        let bomb = packed(&vec![0; 10 << 20]);
        assert!(bomb.len() < 100_000 && gunzip(&bomb, 1 << 20).is_err());
    }

    #[test]
    fn marks_go_and_what_is_no_text_is_known() {
        assert_eq!(text(b"\xef\xbb\xbfa".to_vec()), ("a".to_owned(), true));
        assert_eq!(text(b"\xff".to_vec()), ("\u{fffd}".to_owned(), false));
    }
}
