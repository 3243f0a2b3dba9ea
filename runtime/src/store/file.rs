//! A store in a folder: a file for each entry, encrypted.
#![expect(
    clippy::disallowed_methods,
    reason = "this is the one store that reads and writes files, and only in the folder that the embedder names"
)]

use std::collections::HashMap;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{ErrorKind as Io, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, Weak};
use std::time::Duration;

use connc_plan::ErrorKind;
use futures_util::future::BoxFuture;

use super::aside::aside;
use super::seal::{self, Seal};
use super::{Lease, Store};
use crate::lock::locked;
use crate::{Clock, Error, Secret};

/// The largest file that is read.
const LARGEST: u64 = 4 << 20;

/// How long to wait before a lock is tried again: at first, and at most.
const PAUSE: Duration = Duration::from_millis(5);
const LONGEST: Duration = Duration::from_millis(200);

/// Keeps each entry in a file of its own, so that accounts do not wait for each other.
///
/// A file is encrypted with the embedder's key and bound to its entry; it is replaced whole (written beside, flushed, renamed), and can be
/// read by its owner alone where the system knows owners. Processes that are given the same folder share it: a lock of the operating
/// system on a file beside the entry is the [`Lease`], and ends with the process that holds it.
pub struct FileStore {
    folder: PathBuf,
    seal: Arc<Seal>,
    clock: Arc<dyn Clock>,
    /// Locks that are held here, so that a write that outlives its caller still keeps the lock.
    held: Mutex<HashMap<String, Weak<File>>>,
}

impl FileStore {
    /// A store in `folder`, which is made with the first entry. `clock` is what waits for locks.
    ///
    /// # Errors
    ///
    /// Where the key cannot be used.
    pub fn new(folder: impl Into<PathBuf>, key: &Secret<[u8; 32]>, clock: Arc<dyn Clock>) -> Result<Self, Error> {
        Ok(Self { folder: folder.into(), seal: Arc::new(Seal::new(key)?), clock, held: Mutex::default() })
    }

    fn path(&self, key: &str) -> PathBuf {
        self.folder.join(seal::name(key))
    }

    fn held(&self, key: &str) -> Option<Arc<File>> {
        locked(&self.held).get(key).and_then(Weak::upgrade)
    }
}

impl std::fmt::Debug for FileStore {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("FileStore").field("folder", &self.folder).finish_non_exhaustive()
    }
}

impl Store for FileStore {
    fn load<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<Option<Secret<Vec<u8>>>, Error>> {
        Box::pin(async move {
            let (path, seal, key) = (self.path(key), Arc::clone(&self.seal), key.to_owned());
            aside(move || read(&path)?.map(|kept| seal.open(&key, &kept, &shown(&path))).transpose()).await
        })
    }

    fn save<'a>(&'a self, key: &'a str, value: &'a [u8]) -> BoxFuture<'a, Result<(), Error>> {
        Box::pin(async move {
            let (path, sealed, held) = (self.path(key), self.seal.seal(key, value)?, self.held(key));
            aside(move || {
                let written = write(&path, &sealed);
                drop(held);
                written
            })
            .await
        })
    }

    fn remove<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<(), Error>> {
        Box::pin(async move {
            let (path, held) = (self.path(key), self.held(key));
            aside(move || {
                let removed = match fs::remove_file(&path) {
                    Err(error) if error.kind() != Io::NotFound => Err(failed("removed", &path, &error)),
                    Ok(()) | Err(_) => Ok(()),
                };
                drop(held);
                removed
            })
            .await
        })
    }

    /// The lock ends with the process that holds it, whatever becomes of that.
    fn lock<'a>(&'a self, key: &'a str, _most: Duration) -> BoxFuture<'a, Result<Lease, Error>> {
        Box::pin(async move {
            let path = self.path(key).with_extension("lock");
            let mut pause = PAUSE;
            let file = {
                let path = path.clone();
                Arc::new(aside(move || open_lock(&path)).await?)
            };
            loop {
                match file.try_lock() {
                    Ok(()) => break,
                    Err(TryLockError::WouldBlock) => {
                        self.clock.sleep(pause).await;
                        pause = pause.saturating_mul(2).min(LONGEST);
                    }
                    Err(TryLockError::Error(error)) => return Err(failed("locked", &path, &error)),
                }
            }
            let mut held = locked(&self.held);
            held.retain(|_, file| file.strong_count() > 0);
            held.insert(key.to_owned(), Arc::downgrade(&file));
            drop(held);
            Ok(Lease::new(file))
        })
    }
}

fn shown(path: &Path) -> String {
    format!("the store's file `{}`", path.display())
}

fn failed(what: &str, path: &Path, error: &std::io::Error) -> Error {
    Error::new(ErrorKind::Store, format!("{} cannot be {what}: {error}", shown(path)))
}

fn read(path: &Path) -> Result<Option<Vec<u8>>, Error> {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == Io::NotFound => return Ok(None),
        Err(error) => return Err(failed("read", path, &error)),
    };
    let mut bytes = Vec::new();
    file.take(LARGEST).read_to_end(&mut bytes).map_err(|error| failed("read", path, &error))?;
    Ok(Some(bytes))
}

/// Replaces a file: whoever reads meanwhile, or after a crash, finds the old one or the new one.
fn write(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    folder(path)?;
    let beside = path.with_extension(format!("{}.new", crate::hash::hex(&unique()?)));
    let done = (|| {
        let mut file = private(OpenOptions::new().write(true).create_new(true)).open(&beside)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        drop(file);
        fs::rename(&beside, path)?;
        sync_folder(path)
    })();
    done.map_err(|error| {
        // What cannot be cleaned up is encrypted, and in nobody's way.
        let _ = fs::remove_file(&beside);
        failed("written", path, &error)
    })
}

fn unique() -> Result<[u8; 8], Error> {
    let mut bytes = [0; 8];
    crate::Random::fill(&crate::SystemRandom::default(), &mut bytes)?;
    Ok(bytes)
}

fn open_lock(path: &Path) -> Result<File, Error> {
    folder(path)?;
    private(OpenOptions::new().write(true).create(true).truncate(false)).open(path).map_err(|error| failed("locked", path, &error))
}

/// Makes the folder of a file, for its owner alone.
fn folder(path: &Path) -> Result<(), Error> {
    let Some(folder) = path.parent().filter(|folder| !folder.is_dir()) else { return Ok(()) };
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder
        .create(folder)
        .map_err(|error| Error::new(ErrorKind::Store, format!("the store's folder `{}` cannot be made: {error}", folder.display())))
}

#[cfg(unix)]
fn private(options: &mut OpenOptions) -> &mut OpenOptions {
    std::os::unix::fs::OpenOptionsExt::mode(options, 0o600)
}

#[cfg(not(unix))]
fn private(options: &mut OpenOptions) -> &mut OpenOptions {
    options
}

/// Makes a rename durable.
#[cfg(unix)]
fn sync_folder(path: &Path) -> std::io::Result<()> {
    path.parent().map_or(Ok(()), |folder| File::open(folder)?.sync_all())
}

#[cfg(not(unix))]
fn sync_folder(_: &Path) -> std::io::Result<()> {
    Ok(())
}
