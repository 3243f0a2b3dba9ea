//! Where the tokens of connected accounts are kept between commands: an encrypted store, with its key from the environment or the keyring.

use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::Arc;

use connc_plan::Plan;
use connc_runtime::{FileStore, Random as _, Secret, Store, SystemClock, SystemRandom};
use data_encoding::{BASE64, HEXLOWER_PERMISSIVE};

use super::keyring::{self, Keyring};
use super::{AccountArgs, gets_tokens};
use crate::error::Stop;
use crate::wire;

/// The environment variable that holds the store's key.
const KEY: &str = "CONNC_STORE_KEY";

/// The store that the arguments, the environment and the keyring name. Without a key there is none, which only methods that ask a person
/// for consent cannot do without: what they got could not be got again.
pub(crate) fn store(args: &AccountArgs, plan: &Plan, auth: &str) -> Result<Option<Arc<dyn Store>>, Stop> {
    let method = super::method(plan, auth)?;
    let need = if method.authorize.is_some() || args.store.is_some() {
        Need::Must
    } else if gets_tokens(method) {
        Need::May
    } else {
        Need::Given
    };
    let Some(key) = key(std::env::var_os(KEY), keyring::system(), need)? else { return Ok(None) };
    let store = FileStore::new(folder(args)?, &key, Arc::new(SystemClock)).map_err(|error| Stop::usage(error.message.clone()))?;
    Ok(Some(Arc::new(store)))
}

/// The folder that tokens are kept in.
pub(crate) fn folder(args: &AccountArgs) -> Result<PathBuf, Stop> {
    match &args.store {
        Some(folder) => Ok(folder.clone()),
        None => Ok(wire::state_folder()
            .ok_or_else(|| Stop::usage("there is no folder for tokens").help("name one: `--store DIR`"))?
            .join("connc")
            .join("accounts")),
    }
}

/// Writes something to the store and removes it, before a person is asked for what could not be kept.
pub(crate) async fn tried(store: &dyn Store) -> Result<(), Stop> {
    let key = format!("~trial {}", std::process::id());
    let tried = async {
        store.save(&key, b"trial").await?;
        store.remove(&key).await
    };
    tried.await.map_err(|error| {
        Stop::usage(format!("what the person allows could not be kept: {}", error.message)).help("name another folder: `--store DIR`")
    })
}

/// How much a store is needed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Need {
    /// Not without one.
    Must,
    /// It saves asking for tokens again. A keyring that does not open is done without.
    May,
    /// There is nothing to keep, so nobody is asked to unlock a keyring.
    Given,
}

/// The key: the environment's, else the keyring's.
fn key(environment: Option<OsString>, keyring: Option<&dyn Keyring>, need: Need) -> Result<Option<Secret<[u8; 32]>>, Stop> {
    if let Some(text) = environment.filter(|text| !text.is_empty()) {
        return read(text.to_str().unwrap_or_default(), &format!("the environment variable `{KEY}`")).map(Some);
    }
    let found = match (keyring, need) {
        (Some(keyring), Need::Must) => keyring.get()?,
        (Some(keyring), Need::May) => keyring.get().ok().flatten(),
        (Some(_), Need::Given) | (None, _) => None,
    };
    if let Some(text) = found {
        return read(text.expose(), "the entry `store-key` of `connc` in the keyring").map(Some);
    }
    if need != Need::Must {
        return Ok(None);
    }
    let set = format!("set `{KEY}` to a key of 32 bytes, always the same; `connc connect --new-key` makes one");
    let (nor, help) = match keyring {
        Some(_) => (", the keyring has none either", format!("{set}, and with `--keyring` puts it into the keyring")),
        None => ("", set),
    };
    Err(Stop::usage(format!("the environment variable `{KEY}` is not set{nor}, and tokens are kept encrypted")).help(help))
}

/// A key, from 64 hexadecimal digits or Base64. No message repeats any of it.
fn read(text: &str, whose: &str) -> Result<Secret<[u8; 32]>, Stop> {
    let text = text.trim().as_bytes();
    let bytes = HEXLOWER_PERMISSIVE.decode(text).or_else(|_| BASE64.decode(text)).ok();
    match bytes.and_then(|bytes| <[u8; 32]>::try_from(bytes).ok()) {
        Some(key) => Ok(Secret::new(key)),
        None => Err(Stop::usage(format!("{whose} holds no key"))
            .help("a key is 32 bytes, as 64 hexadecimal digits or as Base64; `connc connect --new-key` makes one")),
    }
}

/// A fresh key, as text.
pub(crate) fn new_key() -> Result<String, Stop> {
    let mut key = [0; 32];
    SystemRandom::default().fill(&mut key).map_err(|error| Stop::usage(error.message.clone()))?;
    Ok(HEXLOWER_PERMISSIVE.encode(&key))
}

/// Puts a fresh key into the system's keyring, which nobody gets to see.
pub(crate) fn keep_new_key() -> Result<(), Stop> {
    keep(keyring::system())
}

fn keep(keyring: Option<&dyn Keyring>) -> Result<(), Stop> {
    let Some(keyring) = keyring else {
        let help = format!("build it with `--features keyring`, or set `{KEY}` to what `connc connect --new-key` prints");
        return Err(Stop::usage("this `connc` was built without the keyring").help(help));
    };
    if keyring.get()?.is_some() {
        return Err(Stop::usage("the keyring holds a key already, and what is kept with it would be lost")
            .help("remove the entry `store-key` of `connc` from the keyring first, if nothing is"));
    }
    keyring.set(&Secret::new(new_key()?))
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use super::*;

    /// A keyring in memory, which may be locked.
    #[derive(Default)]
    struct InMemory {
        key: RefCell<Option<String>>,
        locked: bool,
    }

    impl InMemory {
        fn with(key: &str) -> Self {
            Self { key: RefCell::new(Some(key.to_owned())), locked: false }
        }

        fn open(&self) -> Result<(), Stop> {
            if self.locked { Err(Stop::usage("the keyring is locked")) } else { Ok(()) }
        }
    }

    impl Keyring for InMemory {
        fn get(&self) -> Result<Option<Secret<String>>, Stop> {
            self.open()?;
            Ok(self.key.borrow().clone().map(Secret::new))
        }

        fn set(&self, key: &Secret<String>) -> Result<(), Stop> {
            self.open()?;
            *self.key.borrow_mut() = Some(key.expose().clone());
            Ok(())
        }
    }

    fn said<T>(done: Result<T, Stop>) -> String {
        format!("{:?}", done.err().unwrap())
    }

    fn first(found: Result<Option<Secret<[u8; 32]>>, Stop>) -> Option<u8> {
        found.unwrap().map(|key| key.expose()[0])
    }

    #[test]
    fn the_environment_wins_over_the_keyring() {
        let keyring = InMemory::with(&"22".repeat(32));
        let environment = || Some(OsString::from("11".repeat(32)));
        for need in [Need::Must, Need::May, Need::Given] {
            assert_eq!(first(key(environment(), Some(&keyring), need)), Some(0x11));
        }
        for unset in [None, Some(OsString::new())] {
            assert_eq!(first(key(unset.clone(), Some(&keyring), Need::Must)), Some(0x22));
            assert_eq!(first(key(unset, Some(&keyring), Need::May)), Some(0x22));
        }
        // Who sends a token as it is has nothing to keep.
        assert_eq!(first(key(None, Some(&keyring), Need::Given)), None);
    }

    #[test]
    fn no_key_a_locked_keyring_and_a_wrong_entry_are_told_apart() {
        let locked = InMemory { locked: true, ..InMemory::default() };
        assert!(said(key(None, Some(&locked), Need::Must)).contains("locked"));
        assert_eq!(first(key(None, Some(&locked), Need::May)), None);
        let neither = said(key(None, Some(&InMemory::default()), Need::Must));
        assert!(neither.contains("`CONNC_STORE_KEY` is not set, the keyring has none either") && neither.contains("--keyring"));
        assert!(!said(key(None, None, Need::Must)).contains("keyring"));
        let wrong = said(key(None, Some(&InMemory::with("hunter2")), Need::Must));
        assert!(wrong.contains("in the keyring holds no key") && !wrong.contains("hunter2"), "{wrong}");
    }

    #[test]
    fn a_new_key_goes_into_the_keyring_and_replaces_none() {
        let keyring = InMemory::default();
        keep(Some(&keyring)).unwrap();
        let kept = keyring.key.borrow().clone().unwrap();
        assert_eq!(first(key(None, Some(&keyring), Need::Must)), Some(HEXLOWER_PERMISSIVE.decode(kept.as_bytes()).unwrap()[0]));
        assert!(said(keep(Some(&keyring))).contains("holds a key already"));
        assert_eq!(keyring.key.borrow().as_deref(), Some(kept.as_str()));
        assert!(said(keep(None)).contains("without the keyring"));
    }
}
