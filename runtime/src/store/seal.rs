//! What a store keeps, as nobody but the holder of its key reads it: ChaCha20-Poly1305 (RFC 8439), bound to the key of the entry.

use connc_plan::ErrorKind;
use ring::aead::{Aad, CHACHA20_POLY1305, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use ring::rand::{SecureRandom as _, SystemRandom};

use crate::{Error, Secret, hash};

/// What sealed bytes begin with: what they are, and the version of their layout.
const MAGIC: &[u8] = b"connc store 1\n";

/// Seals and opens entries.
pub(super) struct Seal {
    key: LessSafeKey,
    random: SystemRandom,
}

impl Seal {
    pub(super) fn new(key: &Secret<[u8; 32]>) -> Result<Self, Error> {
        let key = UnboundKey::new(&CHACHA20_POLY1305, key.expose())
            .map_err(|_| Error::new(ErrorKind::Store, "the store's key cannot be used"))?;
        Ok(Self { key: LessSafeKey::new(key), random: SystemRandom::new() })
    }

    /// The bytes to keep for an entry. Their nonce is always the system's, because one that repeats gives the entries away.
    pub(super) fn seal(&self, entry: &str, value: &[u8]) -> Result<Vec<u8>, Error> {
        let failed = |_| Error::new(ErrorKind::Store, "the entry cannot be encrypted");
        let mut nonce = [0; NONCE_LEN];
        self.random.fill(&mut nonce).map_err(failed)?;
        let mut text = value.to_vec();
        self.key.seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), bound(entry), &mut text).map_err(failed)?;
        Ok([MAGIC, &nonce, &text].concat())
    }

    /// The entry's bytes. `place` says in errors where they are kept.
    pub(super) fn open(&self, entry: &str, kept: &[u8], place: &str) -> Result<Secret<Vec<u8>>, Error> {
        let Some(rest) = kept.strip_prefix(MAGIC) else {
            let cut = MAGIC.starts_with(kept);
            return Err(unreadable(if cut {
                format!("{place} is cut off")
            } else {
                format!("{place} is no entry of this version's store")
            }));
        };
        let Some((nonce, sealed)) = rest.split_first_chunk::<NONCE_LEN>() else { return Err(unreadable(format!("{place} is cut off"))) };
        let mut sealed = zeroize::Zeroizing::new(sealed.to_vec());
        let opened = self
            .key
            .open_in_place(Nonce::assume_unique_for_key(*nonce), bound(entry), &mut sealed)
            .map_err(|_| unreadable(format!("{place} does not open: it was altered or cut off, or the store's key is another")))?;
        Ok(Secret::new(opened.to_vec()))
    }
}

impl std::fmt::Debug for Seal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Seal(..)")
    }
}

fn bound(entry: &str) -> Aad<Vec<u8>> {
    Aad::from([MAGIC, entry.as_bytes()].concat())
}

fn unreadable(message: String) -> Error {
    Error::new(ErrorKind::Store, message).with_help("give the key that it was written with; or remove it, and connect the account again")
}

/// What an entry is called where it is kept: nothing can be read from it, whatever its key holds.
pub(super) fn name(entry: &str) -> String {
    hash::hex(&hash::sha256(entry.as_bytes()))
}
