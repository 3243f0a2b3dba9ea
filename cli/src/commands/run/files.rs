//! `--file`: files that are read while they are sent.

use std::io::Read as _;
use std::path::{Path, PathBuf};

use bytes::Bytes;
use connc_runtime::{File, FileStream};
use futures_util::stream;

use crate::error::Stop;

/// How much is read at once.
const CHUNK: usize = 64 << 10;

/// Reads `NAME=PATH` and `NAME=PATH;type=image/png`.
pub(super) fn given(options: &[String]) -> Result<Vec<(String, File)>, Stop> {
    options.iter().map(|option| one(option)).collect()
}

fn one(option: &str) -> Result<(String, File), Stop> {
    let usage =
        || Stop::usage(format!("`--file {option}` names no input")).help("write `--file NAME=PATH`, or `--file NAME=PATH;type=image/png`");
    let (input, rest) = option.split_once('=').filter(|(input, _)| !input.is_empty()).ok_or_else(usage)?;
    let (path, content_type) = match rest.rsplit_once(";type=") {
        Some((path, content_type)) => (PathBuf::from(path), Some(content_type)),
        None => (PathBuf::from(rest), None),
    };
    let unreadable = |error: &std::io::Error| Stop::unreadable(&format!("`{}`", path.display()), error);
    let about = std::fs::metadata(&path).map_err(|error| unreadable(&error))?;
    if !about.is_file() {
        return Err(Stop::usage(format!("`{}` is no file", path.display())));
    }
    let name = path.file_name().map_or_else(|| "file".to_owned(), |name| name.to_string_lossy().into_owned());
    let mut file = File::reader(name, move || read(&path)).length(about.len());
    if let Some(content_type) = content_type {
        file = file.content_type(content_type);
    }
    if !file.has_media_type() {
        let given = content_type.unwrap_or_default();
        return Err(Stop::usage(format!("`--file {option}`: `{given}` is no media type")).help("a media type is such as `text/plain`"));
    }
    Ok((input.to_owned(), file))
}

/// The file from its beginning, opened when its first bytes are wanted.
fn read(path: &Path) -> FileStream {
    enum State {
        Closed(PathBuf),
        Open(std::fs::File),
        Over,
    }
    Box::pin(stream::unfold(State::Closed(path.to_owned()), |state| async move {
        let opened = match state {
            State::Closed(path) => std::fs::File::open(path),
            State::Open(file) => Ok(file),
            State::Over => return None,
        };
        let next = opened.and_then(|mut file| {
            let mut chunk = vec![0; CHUNK];
            let read = file.read(&mut chunk)?;
            chunk.truncate(read);
            Ok((Bytes::from(chunk), file))
        });
        match next {
            Ok((chunk, _)) if chunk.is_empty() => None,
            Ok((chunk, file)) => Some((Ok(chunk), State::Open(file))),
            Err(error) => Some((Err(error), State::Over)),
        }
    }))
}
