//! The store's key in the system's keyring, for people who would rather not keep it in their environment.

use connc_runtime::Secret;

use crate::error::Stop;

/// One entry of a keyring: the store's key as text. No message repeats any of it.
pub(super) trait Keyring {
    /// The key; none where the keyring has no such entry.
    fn get(&self) -> Result<Option<Secret<String>>, Stop>;
    /// Keeps a key in the place of any other.
    fn set(&self, key: &Secret<String>) -> Result<(), Stop>;
}

/// The system's keyring; none where this build knows of none.
pub(super) fn system() -> Option<&'static dyn Keyring> {
    #[cfg(feature = "keyring")]
    let keyring: Option<&'static dyn Keyring> = Some(&entry::System);
    #[cfg(not(feature = "keyring"))]
    let keyring = None;
    keyring
}

#[cfg(feature = "keyring")]
mod entry {
    use connc_runtime::Secret;
    use keyring_core::api::CredentialStoreApi as _;
    use keyring_core::{Entry, Error};

    #[cfg(target_os = "macos")]
    use apple_native_keyring_store::keychain::Store;
    #[cfg(all(unix, not(target_os = "macos")))]
    use dbus_secret_service_keyring_store::Store;
    #[cfg(windows)]
    use windows_native_keyring_store::Store;

    use super::Keyring;
    use crate::error::Stop;

    const SERVICE: &str = "connc";
    const USER: &str = "store-key";

    /// The Secret Service, the keychain, or the Credential Manager.
    pub(super) struct System;

    fn entry() -> Result<Entry, Stop> {
        Store::new().and_then(|store| store.build(SERVICE, USER, None)).map_err(|error| failed(&error))
    }

    impl Keyring for System {
        fn get(&self) -> Result<Option<Secret<String>>, Stop> {
            match entry()?.get_password() {
                Ok(key) => Ok(Some(Secret::new(key))),
                Err(Error::NoEntry) => Ok(None),
                Err(error) => Err(failed(&error)),
            }
        }

        fn set(&self, key: &Secret<String>) -> Result<(), Stop> {
            entry()?.set_password(key.expose()).map_err(|error| failed(&error))
        }
    }

    /// The system's own words where they are about the keyring itself; others may hold what is in it.
    fn failed(error: &Error) -> Stop {
        let (message, help) = match error {
            Error::NoStorageAccess(cause) => (format!("the keyring is locked: {cause}"), "unlock it, or set `CONNC_STORE_KEY`"),
            Error::PlatformFailure(cause) => {
                (format!("there is no keyring that answers: {cause}"), "start the system's keyring, or set `CONNC_STORE_KEY`")
            }
            Error::Ambiguous(_) => {
                ("the keyring holds several entries `store-key` of `connc`".to_owned(), "remove all but one, or set `CONNC_STORE_KEY`")
            }
            _ => ("the entry `store-key` of `connc` in the keyring cannot be used".to_owned(), "look at it, or set `CONNC_STORE_KEY`"),
        };
        Stop::usage(message).help(help)
    }
}
