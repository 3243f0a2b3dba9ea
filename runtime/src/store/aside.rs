//! Work that blocks, kept off the threads that calls run on.

use crate::Error;

/// Runs work that waits for a disk. Within tokio it goes to the threads that tokio keeps for that, and is finished even where nobody waits for it
/// any more; without, it runs here.
#[cfg(feature = "reqwest")]
pub(super) async fn aside<T: Send + 'static>(work: impl FnOnce() -> Result<T, Error> + Send + 'static) -> Result<T, Error> {
    match tokio::runtime::Handle::try_current() {
        Ok(handle) => handle
            .spawn_blocking(work)
            .await
            .unwrap_or_else(|_| Err(Error::new(crate::ErrorKind::Store, "the store stopped in the middle"))),
        Err(_) => work(),
    }
}

/// Runs work that waits for a disk.
#[cfg(not(feature = "reqwest"))]
pub(super) async fn aside<T: Send + 'static>(work: impl FnOnce() -> Result<T, Error> + Send + 'static) -> Result<T, Error> {
    work()
}
