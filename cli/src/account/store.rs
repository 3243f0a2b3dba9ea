//! Where the tokens of connected accounts are kept between commands: an encrypted store, with its key from the environment.

use std::path::PathBuf;
use std::sync::Arc;

use connc_plan::Plan;
use connc_runtime::{FileStore, Random as _, Secret, Store, SystemClock, SystemRandom};
use data_encoding::{BASE64, HEXLOWER_PERMISSIVE};

use super::AccountArgs;
use crate::error::Stop;
use crate::wire;

/// The environment variable that holds the store's key.
const KEY: &str = "CONNC_STORE_KEY";

/// The store that the arguments and the environment name. Without a key there is none, which only methods that ask a person for consent
/// cannot do without: what they got could not be got again.
pub(crate) fn store(args: &AccountArgs, plan: &Plan, auth: &str) -> Result<Option<Arc<dyn Store>>, Stop> {
    let Some(key) = key()? else {
        let method = super::method(plan, auth)?;
        if method.authorize.is_some() || args.store.is_some() {
            let help = format!("set `{KEY}` to a key of 32 bytes, always the same; `connc connect --new-key` makes one");
            return Err(Stop::usage(format!("the environment variable `{KEY}` is not set, and tokens are kept encrypted")).help(help));
        }
        return Ok(None);
    };
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

/// The key, as 64 hexadecimal digits or as Base64. No message repeats any of it.
fn key() -> Result<Option<Secret<[u8; 32]>>, Stop> {
    let Some(text) = std::env::var_os(KEY).filter(|text| !text.is_empty()) else { return Ok(None) };
    let bytes = text.to_str().and_then(|text| {
        let text = text.trim().as_bytes();
        HEXLOWER_PERMISSIVE.decode(text).or_else(|_| BASE64.decode(text)).ok()
    });
    match bytes.and_then(|bytes| <[u8; 32]>::try_from(bytes).ok()) {
        Some(key) => Ok(Some(Secret::new(key))),
        None => Err(Stop::usage(format!("the environment variable `{KEY}` holds no key"))
            .help("a key is 32 bytes, as 64 hexadecimal digits or as Base64; `connc connect --new-key` makes one")),
    }
}

/// A fresh key, as text.
pub(crate) fn new_key() -> Result<String, Stop> {
    let mut key = [0; 32];
    SystemRandom::default().fill(&mut key).map_err(|error| Stop::usage(error.message.clone()))?;
    Ok(HEXLOWER_PERMISSIVE.encode(&key))
}
