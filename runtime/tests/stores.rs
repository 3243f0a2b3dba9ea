//! Every store keeps the same promises; those on disk keep secrets, survive a crash in the middle, and are shared among processes.
#![expect(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a test fails by panicking, and this one looks at files and starts processes"
)]

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use connc_runtime::{ErrorKind, FileStore, MemoryStore, Secret, Store, SystemClock};
use futures_util::FutureExt as _;

const MOST: Duration = Duration::from_secs(30);

/// A folder of its own for one test, which goes with it.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("store-{name}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&path);
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn files(&self, extension: Option<&str>) -> Vec<PathBuf> {
        let all = std::fs::read_dir(self.0.join("files")).unwrap().map(|entry| entry.unwrap().path());
        all.filter(|path| path.extension().and_then(|found| found.to_str()) == extension).collect()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn key(byte: u8) -> Secret<[u8; 32]> {
    Secret::new([byte; 32])
}

fn in_files(folder: &Path, byte: u8) -> Arc<dyn Store> {
    Arc::new(FileStore::new(folder.join("files"), &key(byte), Arc::new(SystemClock)).unwrap())
}

#[cfg(feature = "sqlite")]
fn in_sqlite(folder: &Path, byte: u8) -> Arc<dyn Store> {
    Arc::new(connc_runtime::SqliteStore::open(folder.join("store.sqlite"), &key(byte), Arc::new(SystemClock)).unwrap())
}

/// How a kind of store on disk is opened, by its name.
type Opened = (&'static str, fn(&Path, u8) -> Arc<dyn Store>);

const ON_DISK: &[Opened] = &[
    ("file", in_files),
    #[cfg(feature = "sqlite")]
    ("sqlite", in_sqlite),
];

/// Every kind of store, empty.
fn every(folder: &Folder) -> Vec<(&'static str, Arc<dyn Store>)> {
    let mut all: Vec<(&'static str, Arc<dyn Store>)> = vec![("memory", Arc::new(MemoryStore::default()))];
    all.extend(ON_DISK.iter().map(|(name, open)| (*name, open(&folder.0, 1))));
    all
}

async fn loaded(store: &Arc<dyn Store>, key: &str) -> Option<Vec<u8>> {
    store.load(key).await.unwrap().map(|value| value.expose().clone())
}

#[tokio::test]
async fn what_was_saved_comes_back() {
    let folder = Folder::new("saved");
    for (name, store) in every(&folder) {
        let long = vec![7; 100_000];
        for key in ["plain", "", "a/../b\0 ä\n", &"long".repeat(500)] {
            assert_eq!(loaded(&store, key).await, None, "{name}");
            for value in [b"one".as_slice(), b"", &long, b"two"] {
                store.save(key, value).await.unwrap();
                assert_eq!(loaded(&store, key).await.as_deref(), Some(value), "{name}");
            }
        }
        store.remove("plain").await.unwrap();
        store.remove("plain").await.unwrap();
        assert_eq!((loaded(&store, "plain").await, loaded(&store, "").await), (None, Some(b"two".to_vec())), "{name}");
    }
}

#[tokio::test]
async fn a_lease_excludes_others_until_it_is_dropped() {
    let folder = Folder::new("leases");
    for (name, store) in every(&folder) {
        let lease = store.lock("a", MOST).await.unwrap();
        let other = store.lock("b", MOST).await.unwrap();
        let mut waiting = store.lock("a", MOST);
        let pause = tokio::time::sleep(Duration::from_millis(60));
        tokio::select! {
            _ = &mut waiting => panic!("{name} gave one lease twice"),
            () = pause => {}
        }
        drop(lease);
        drop(waiting.await.unwrap());
        // One that stops waiting holds nothing.
        let held = store.lock("a", MOST).await.unwrap();
        let mut given_up = store.lock("a", MOST);
        assert!((&mut given_up).now_or_never().is_none());
        drop(given_up);
        drop((held, other));
        drop(store.lock("a", MOST).await.unwrap());
    }
}

#[tokio::test]
async fn leases_are_shared_by_all_that_open_the_store() {
    for (name, open) in ON_DISK {
        let folder = Folder::new(&format!("shared-{name}"));
        let (one, two) = (open(&folder.0, 1), open(&folder.0, 1));
        let lease = one.lock("a", MOST).await.unwrap();
        let mut waiting = two.lock("a", MOST);
        tokio::select! {
            _ = &mut waiting => panic!("{name} gave one lease twice"),
            () = tokio::time::sleep(Duration::from_millis(60)) => {}
        }
        one.save("a", b"by one").await.unwrap();
        drop(lease);
        let _lease = waiting.await.unwrap();
        assert_eq!(loaded(&two, "a").await.as_deref(), Some(b"by one".as_slice()));
    }
}

#[tokio::test]
async fn nothing_readable_is_on_disk() {
    for (name, open) in ON_DISK {
        let folder = Folder::new(&format!("hidden-{name}"));
        let store = open(&folder.0, 1);
        store.save("connector okta, account acme", b"a refresh token").await.unwrap();
        drop(store.lock("connector okta, account acme", MOST).await.unwrap());
        let mut files = vec![folder.0.clone()];
        let mut seen = 0;
        while let Some(path) = files.pop() {
            if path.is_dir() {
                files.extend(std::fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()));
                continue;
            }
            seen += 1;
            let bytes = std::fs::read(&path).unwrap();
            for word in [b"refresh".as_slice(), b"acme", b"okta", &[1; 32]] {
                assert!(!bytes.windows(word.len()).any(|window| window == word), "{name}: {}", path.display());
            }
            assert!(!path.to_string_lossy().contains("acme"));
        }
        assert!(seen > 0);
    }
}

#[tokio::test]
async fn the_wrong_key_opens_nothing_and_destroys_nothing() {
    for (name, open) in ON_DISK {
        let folder = Folder::new(&format!("key-{name}"));
        open(&folder.0, 1).save("a", b"hidden").await.unwrap();
        let error = open(&folder.0, 2).load("a").await.unwrap_err();
        assert_eq!(error.kind, ErrorKind::Store);
        assert!(error.message.ends_with("does not open: it was altered or cut off, or the store's key is another"), "{}", error.message);
        assert!(error.message.contains(folder.0.to_str().unwrap()) && error.help.is_some());
        assert_eq!(loaded(&open(&folder.0, 1), "a").await.as_deref(), Some(b"hidden".as_slice()));
    }
}

#[tokio::test]
async fn a_damaged_file_is_said_and_left_where_it_is() {
    let folder = Folder::new("damaged");
    let store = in_files(&folder.0, 1);
    store.save("a", b"hidden").await.unwrap();
    store.save("b", b"other").await.unwrap();
    let path = folder.files(None).into_iter().find(|path| path.to_string_lossy().contains("ca978112ca1b")).expect("the SHA-256 of `a`");
    let whole = std::fs::read(&path).unwrap();
    let mut altered = whole.clone();
    *altered.last_mut().unwrap() ^= 1;
    let other = folder.files(None).into_iter().find(|other| *other != path).unwrap();
    let swapped = std::fs::read(other).unwrap();
    for (damaged, says) in [
        (&whole[..0], "is cut off"),
        (&whole[..9], "is cut off"),
        (&whole[..20], "is cut off"),
        (&whole[..whole.len() - 1], "does not open"),
        (altered.as_slice(), "does not open"),
        // An entry does not pass for another.
        (swapped.as_slice(), "does not open"),
        (b"something else entirely", "is no entry of this version's store"),
    ] {
        std::fs::write(&path, damaged).unwrap();
        let error = store.load("a").await.unwrap_err();
        assert!(error.message.contains(says) && error.message.contains(path.to_str().unwrap()), "{}", error.message);
        assert_eq!(std::fs::read(&path).unwrap(), damaged, "it is left as it was");
    }
    store.save("a", b"new").await.unwrap();
    assert_eq!(loaded(&store, "a").await.as_deref(), Some(b"new".as_slice()));
}

#[cfg(unix)]
#[tokio::test]
async fn files_are_their_owner_s_alone() {
    use std::os::unix::fs::PermissionsExt as _;

    let folder = Folder::new("owner");
    let store = in_files(&folder.0, 1);
    store.save("a", b"hidden").await.unwrap();
    drop(store.lock("a", MOST).await.unwrap());
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&folder.0.join("files")), 0o700);
    let files = [folder.files(None), folder.files(Some("lock"))].concat();
    assert_eq!(files.len(), 2);
    assert!(files.iter().all(|path| mode(path) == 0o600));
    assert!(folder.files(Some("new")).is_empty(), "nothing is left beside");
}

#[tokio::test]
async fn a_folder_that_cannot_be_is_an_error() {
    let folder = Folder::new("no-folder");
    std::fs::write(folder.0.join("files"), b"a file").unwrap();
    let store = in_files(&folder.0, 1);
    let error = store.save("a", b"x").await.unwrap_err();
    assert!(error.kind == ErrorKind::Store && error.message.contains("cannot be made"), "{}", error.message);
}

/// A write whose caller went away still keeps the lock until it is done, so that nobody reads what it is about to replace.
#[tokio::test]
async fn a_dropped_write_is_whole_or_not_at_all() {
    for (name, open) in ON_DISK {
        let folder = Folder::new(&format!("dropped-{name}"));
        let store = open(&folder.0, 1);
        let mut last = 0;
        for round in 1..=40_u8 {
            let lease = store.lock("a", MOST).await.unwrap();
            let value = [round; 4096];
            let _ = store.save("a", &value).now_or_never();
            drop(lease);
            let _lease = store.lock("a", MOST).await.unwrap();
            if let Some(found) = loaded(&store, "a").await {
                assert!(found.len() == 4096 && found.iter().all(|byte| *byte == found[0]), "{name}");
                assert!(found[0] >= last, "{name}: an older value came back");
                last = found[0];
            }
        }
    }
}

const WORKER: &str = "CONNC_STORE_TEST";
const TURNS: u64 = 40;

/// Adds to a number in the store, under a lease, as one of several processes.
#[tokio::test]
async fn worker() {
    let Ok(work) = std::env::var(WORKER) else { return };
    let (kind, folder) = work.split_once('=').unwrap();
    let (_, open) = ON_DISK.iter().find(|(name, _)| *name == kind).unwrap();
    let store = open(Path::new(folder), 1);
    for _ in 0..TURNS {
        let _lease = store.lock("count", MOST).await.unwrap();
        let before = loaded(&store, "count").await.map_or(0, |text| String::from_utf8(text).unwrap().parse().unwrap());
        tokio::task::yield_now().await;
        store.save("count", (before + 1_u64).to_string().as_bytes()).await.unwrap();
    }
}

#[tokio::test]
async fn no_update_is_lost_between_processes() {
    for (name, open) in ON_DISK {
        let folder = Folder::new(&format!("processes-{name}"));
        let start = || {
            let mut command = std::process::Command::new(std::env::current_exe().unwrap());
            command.args(["--exact", "worker"]).env(WORKER, format!("{name}={}", folder.0.display()));
            command.stdout(std::process::Stdio::null()).spawn().unwrap()
        };
        let children: Vec<_> = std::iter::repeat_with(start).take(3).collect();
        for mut child in children {
            assert!(child.wait().unwrap().success(), "{name}");
        }
        let count = loaded(&open(&folder.0, 1), "count").await.unwrap();
        assert_eq!(String::from_utf8(count).unwrap(), (3 * TURNS).to_string(), "{name}");
    }
}

/// A process that dies with a lease does not hold it for ever.
#[cfg(feature = "sqlite")]
#[tokio::test]
async fn a_lease_in_a_database_ends_in_time() {
    use connc_runtime::{Clock, ReplayClock, SqliteStore};

    let folder = Folder::new("expiry");
    let clock = Arc::new(ReplayClock::new("2026-03-01T12:00:00Z").unwrap());
    let open = || SqliteStore::open(folder.0.join("store.sqlite"), &key(1), clock.clone()).unwrap();
    let (one, two) = (open(), open());
    std::mem::forget(one.lock("a", MOST).await.unwrap());
    // This clock goes forward by what is waited for.
    drop(two.lock("a", MOST).await.unwrap());
    let waited = clock.now().duration_since("2026-03-01T12:00:00Z".parse().unwrap());
    assert!(waited.as_secs() >= 30 && waited.as_secs() < 31, "{waited}");
}

/// A holder that took longer than its lease lasts learns that another went on, and leaves what that one stored.
#[cfg(feature = "sqlite")]
#[tokio::test]
async fn a_holder_that_was_too_slow_writes_over_nobody() {
    use connc_runtime::{Clock as _, ReplayClock, SqliteStore};

    let folder = Folder::new("fence");
    let clock = Arc::new(ReplayClock::new("2026-03-01T12:00:00Z").unwrap());
    let open = || -> Arc<dyn Store> { Arc::new(SqliteStore::open(folder.0.join("store.sqlite"), &key(1), clock.clone()).unwrap()) };
    let (one, two) = (open(), open());
    let slow = one.lock("a", MOST).await.unwrap();
    clock.sleep(MOST * 2).await;
    one.save("a", b"late, and nobody else was there").await.unwrap();
    let other = two.lock("a", MOST).await.unwrap();
    let refused = async || {
        for done in [one.save("a", b"older").await, one.remove("a").await] {
            let error = done.unwrap_err();
            assert!(error.kind == ErrorKind::Store && error.retryable && error.help.is_some(), "{error}");
        }
    };
    refused().await;
    two.save("a", b"newer").await.unwrap();
    drop(other);
    refused().await;
    assert_eq!(loaded(&one, "a").await.as_deref(), Some(b"newer".as_slice()));
    // Who shares the store with the slow one waits for it, so that neither passes for the other.
    assert!(one.lock("a", MOST).now_or_never().is_none());
    drop(slow);
    let _lease = one.lock("a", MOST).await.unwrap();
    one.save("a", b"newest").await.unwrap();
    assert_eq!(loaded(&two, "a").await.as_deref(), Some(b"newest".as_slice()));
}
