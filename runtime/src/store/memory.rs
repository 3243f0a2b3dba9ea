//! A store that ends with its process.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::FutureExt as _;
use futures_util::future::{BoxFuture, ready};
use futures_util::lock::Mutex as AsyncMutex;

use super::{Lease, Store};
use crate::lock::locked;
use crate::{Error, Secret};

/// Beyond so many locks, those that nobody holds are dropped.
const MANY: usize = 1024;

/// Keeps everything in memory: the default. Runtimes that are given the same one share it.
#[derive(Debug, Default)]
pub struct MemoryStore {
    values: Mutex<HashMap<String, Secret<Vec<u8>>>>,
    locks: Mutex<HashMap<String, Arc<AsyncMutex<()>>>>,
}

impl Store for MemoryStore {
    fn load<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<Option<Secret<Vec<u8>>>, Error>> {
        Box::pin(ready(Ok(locked(&self.values).get(key).cloned())))
    }

    fn save<'a>(&'a self, key: &'a str, value: &'a [u8]) -> BoxFuture<'a, Result<(), Error>> {
        Box::pin(async move {
            locked(&self.values).insert(key.to_owned(), Secret::new(value.to_vec()));
            Ok(())
        })
    }

    fn remove<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<(), Error>> {
        Box::pin(async move {
            locked(&self.values).remove(key);
            Ok(())
        })
    }

    fn lock<'a>(&'a self, key: &'a str, _most: Duration) -> BoxFuture<'a, Result<Lease, Error>> {
        let lock = {
            let mut locks = locked(&self.locks);
            if locks.len() >= MANY {
                // Whoever holds a lock, or waits for it, shares it.
                locks.retain(|_, lock| Arc::strong_count(lock) > 1);
            }
            Arc::clone(locks.entry(key.to_owned()).or_default())
        };
        lock.lock_owned().map(|guard| Ok(Lease::new(guard))).boxed()
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt as _;

    use super::{Duration, MemoryStore, Store};

    fn now<T>(work: impl Future<Output = T>) -> T {
        work.now_or_never().unwrap()
    }

    #[test]
    fn what_was_saved_comes_back() {
        let store = MemoryStore::default();
        assert!(now(store.load("a")).unwrap().is_none());
        now(store.save("a", b"1")).unwrap();
        now(store.save("a", b"2")).unwrap();
        now(store.save("b", b"3")).unwrap();
        assert_eq!(now(store.load("a")).unwrap().unwrap().expose(), b"2");
        now(store.remove("a")).unwrap();
        now(store.remove("a")).unwrap();
        assert!(now(store.load("a")).unwrap().is_none());
        assert_eq!(now(store.load("b")).unwrap().unwrap().expose(), b"3");
    }

    #[test]
    fn a_lease_excludes_others_until_it_is_dropped() {
        let store = MemoryStore::default();
        let most = Duration::from_secs(1);
        let held = now(store.lock("a", most)).unwrap();
        assert!(store.lock("a", most).now_or_never().is_none());
        assert!(store.lock("b", most).now_or_never().is_some());
        drop(held);
        assert!(store.lock("a", most).now_or_never().is_some());
    }
}
