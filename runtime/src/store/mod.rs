//! Where what accounts keep lives: tokens, kept values, and whether an account has to be connected again.

mod aside;
mod file;
mod memory;
mod seal;
#[cfg(feature = "sqlite")]
mod sqlite;

use std::time::Duration;

use futures_util::future::BoxFuture;

use crate::{Error, Secret};

pub use file::FileStore;
pub use memory::MemoryStore;
#[cfg(feature = "sqlite")]
pub use sqlite::SqliteStore;

/// Keeps opaque bytes by key, for one process or for all that share it.
///
/// The runtime keeps one entry for each account and auth method. A key is text without secrets that may hold any character; an entry
/// holds tokens, so whatever outlives the process should be encrypted.
///
/// A provider that rotates refresh tokens takes each of them once. So an entry is changed only under a [`Lease`], which excludes every
/// other process that shares the store, and a renewed token is used only after [`Self::save`] returned.
///
/// Failures are errors of kind [`crate::ErrorKind::Store`]; they hold neither key nor value. Any of these futures may be dropped half way.
pub trait Store: Send + Sync {
    /// The bytes that were saved last; none where there are none.
    ///
    /// # Errors
    ///
    /// Where they cannot be read.
    fn load<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<Option<Secret<Vec<u8>>>, Error>>;

    /// Replaces the bytes of a key, all or nothing. They are durable when this returns.
    ///
    /// # Errors
    ///
    /// Where they cannot be written; the earlier ones are then still there.
    fn save<'a>(&'a self, key: &'a str, value: &'a [u8]) -> BoxFuture<'a, Result<(), Error>>;

    /// Removes a key; one that is not there is removed already.
    ///
    /// # Errors
    ///
    /// Where it cannot be removed.
    fn remove<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<(), Error>>;

    /// Waits for exclusive use of a key, among all processes that share the store.
    ///
    /// The lease ends when it is dropped. Its holder is done within `most`: a store whose holder can vanish without a trace gives the
    /// lease to another after that time, and any other store may ignore it. A store that gives it to another lets its first holder neither
    /// [save](Self::save) nor [remove](Self::remove) any more: what the other stored stays.
    ///
    /// # Errors
    ///
    /// Where leases cannot be had at all. A lease that somebody else holds is waited for.
    fn lock<'a>(&'a self, key: &'a str, most: Duration) -> BoxFuture<'a, Result<Lease, Error>>;
}

/// Exclusive use of a key of a [`Store`], until it is dropped.
pub struct Lease {
    _held: Box<dyn Send>,
}

impl Lease {
    /// A lease that ends when `held` is dropped: a lock's guard, an open file, a value whose `Drop` deletes a row.
    #[must_use]
    pub fn new(held: impl Send + 'static) -> Self {
        Self { _held: Box::new(held) }
    }
}

impl std::fmt::Debug for Lease {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Lease(..)")
    }
}
