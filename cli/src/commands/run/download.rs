//! Files that operations give: to stdout, or to a file that is there whole or not at all.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use connc_runtime::Download;
use futures_util::StreamExt as _;

use super::Ready;
use super::calls::played;
use super::target::Target;
use crate::console::Console;
use crate::error::Stop;
use crate::output::failure;

/// Where a file goes.
#[derive(Clone, Debug)]
pub(super) enum Place {
    /// To stdout.
    Stdout,
    /// To this path.
    Path(PathBuf),
}

/// Where the target's file goes; none where it gives none.
pub(super) fn place(target: &Target<'_>, given: Option<&Path>, dry: bool, console: &Console) -> Result<Option<Place>, Stop> {
    let gives = match target {
        Target::Native(operation) => operation.gives_file(),
        Target::Unified { .. } | Target::Request { .. } => false,
    };
    match (gives, given) {
        (false, Some(_)) => {
            Err(Stop::usage("`--output-file` is for operations that give a file, and this gives records")
                .help("redirect stdout for records"))
        }
        (false, None) => Ok(None),
        (true, Some(path)) if path == Path::new("-") => Ok(Some(Place::Stdout)),
        (true, Some(path)) => Ok(Some(Place::Path(path.to_owned()))),
        (true, None) if !dry && console.out_terminal => {
            Err(Stop::usage("the operation gives a file, which no terminal can show").help("write `--output-file PATH`"))
        }
        (true, None) => Ok(Some(Place::Stdout)),
    }
}

pub(super) async fn run(ready: Ready<'_>, console: &mut Console) -> Result<(), Stop> {
    let Ready { loaded, runtime, connector, account, call, file, resumable, .. } = ready;
    let failed = |error: connc_runtime::Error, console: &mut Console| failure::stop(&played(error, resumable), loaded, console);
    let download = match runtime.download(&connector, &account, call).await {
        Ok(download) => download,
        Err(error) => return Err(failed(error, console)),
    };
    let Download { mut stream, .. } = download;
    match file {
        None | Some(Place::Stdout) => {
            // Not by the console, which takes colours out of what no terminal shows: these bytes are nobody's to change.
            let mut out = std::io::stdout().lock();
            while let Some(chunk) = stream.next().await {
                match chunk {
                    Ok(chunk) => out.write_all(&chunk)?,
                    Err(error) => return Err(failed(error, console)),
                }
            }
            Ok(out.flush()?)
        }
        Some(Place::Path(path)) => {
            let mut part = Part::create(&path)?;
            while let Some(chunk) = stream.next().await {
                match chunk {
                    Ok(chunk) => part.write(&chunk)?,
                    Err(error) => return Err(failed(error, console)),
                }
            }
            let bytes = part.keep(&path)?;
            Ok(console.note(format!("`{}` has {bytes} bytes", path.display()))?)
        }
    }
}

/// A file beside the one that is wanted, which goes away unless it is kept.
struct Part {
    file: std::fs::File,
    path: PathBuf,
    bytes: u64,
}

impl Part {
    fn create(wanted: &Path) -> Result<Self, Stop> {
        let name = wanted.file_name().ok_or_else(|| Stop::usage(format!("`{}` names no file", wanted.display())))?;
        let path = wanted.with_file_name(format!(".{}.{}.part", name.to_string_lossy(), std::process::id()));
        let file = std::fs::File::create_new(&path).map_err(|error| unwritable(wanted, &error))?;
        Ok(Self { file, path, bytes: 0 })
    }

    fn write(&mut self, chunk: &[u8]) -> Result<(), Stop> {
        self.bytes = self.bytes.saturating_add(u64::try_from(chunk.len()).unwrap_or(u64::MAX));
        self.file.write_all(chunk).map_err(|error| unwritable(&self.path, &error))
    }

    /// Puts it where it is wanted, whole.
    fn keep(mut self, wanted: &Path) -> Result<u64, Stop> {
        let done = self.file.sync_all().and_then(|()| std::fs::rename(&self.path, wanted));
        done.map_err(|error| unwritable(wanted, &error))?;
        self.path = PathBuf::new();
        Ok(self.bytes)
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        if !self.path.as_os_str().is_empty() {
            // What cannot be taken away again is told apart by its name.
            let _ = std::fs::remove_file(&self.path);
        }
    }
}

fn unwritable(path: &Path, error: &std::io::Error) -> Stop {
    Stop::usage(format!("`{}` cannot be written: {}", path.display(), error.kind()))
}
