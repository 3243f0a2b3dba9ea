//! Cursors: where a list stands, sealed so that only the same call of the same account reads it.

use connc_plan::ErrorKind;
use ring::aead::{Aad, CHACHA20_POLY1305, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::clock::Random;
use crate::cycle::Cycle;
use crate::line::Level;
use crate::{Error, hash};

/// The layout of the sealed text, its first byte.
const VERSION: u8 = 1;

/// Where a list stands: before the page of `token`, of which `skip` records were given already.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct State {
    /// What asks for the page: a token, a counter or a URL; none for the first page.
    pub(crate) token: Option<Value>,
    /// Raw records of the page that are done with.
    pub(crate) skip: u64,
    /// Pages before this one.
    pub(crate) pages: u64,
    /// Raw records on them.
    pub(crate) records: u64,
    /// How many the list has, as the page before said. A resumed list learns it anew.
    #[serde(skip)]
    pub(crate) total: Option<f64>,
    /// Whether the tokens go in a circle.
    pub(crate) tokens: Cycle,
    /// Whether the pages go in a circle.
    pub(crate) bodies: Cycle,
    /// What steps before the list came to, where it is made of steps.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) levels: Vec<Level>,
}

/// Seals a state. `bound` is what it belongs to: plan, operation, account, and the rest of the call.
pub(crate) fn seal(state: &State, key: &[u8; 32], bound: &[u8], random: &dyn Random) -> Result<String, Error> {
    let failed = || Error::new(ErrorKind::Cursor, "the cursor cannot be sealed");
    let mut nonce = [0; NONCE_LEN];
    random.fill(&mut nonce)?;
    let mut text = serde_json::to_vec(state).map_err(|_| failed())?;
    cipher(key)?.seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::from(bound), &mut text).map_err(|_| failed())?;
    let mut bytes = vec![VERSION];
    bytes.extend_from_slice(&nonce);
    bytes.append(&mut text);
    Ok(hash::base64url(&bytes))
}

/// Opens what [`seal`] made, or says in plain words why not.
pub(crate) fn open(cursor: &str, key: &[u8; 32], bound: &[u8]) -> Result<State, Error> {
    let foreign = || Error::new(ErrorKind::Cursor, "the text is not a cursor");
    let bytes = hash::from_base64url(cursor.trim()).ok_or_else(foreign)?;
    let (version, rest) = bytes.split_first().ok_or_else(foreign)?;
    if *version != VERSION {
        return Err(Error::new(ErrorKind::Cursor, "the cursor was made by another version, or is none").with_help("begin the list anew"));
    }
    let (nonce, sealed) = rest.split_first_chunk::<NONCE_LEN>().ok_or_else(foreign)?;
    let mut sealed = sealed.to_vec();
    let opened = cipher(key)?.open_in_place(Nonce::assume_unique_for_key(*nonce), Aad::from(bound), &mut sealed).map_err(|_| {
        Error::new(ErrorKind::Cursor, "the cursor was altered, or belongs to another call, account, connector version or key")
            .with_help("use a cursor with the same call that gave it, or begin the list anew")
    })?;
    serde_json::from_slice(opened).map_err(|_| foreign())
}

pub(crate) fn cipher(key: &[u8; 32]) -> Result<LessSafeKey, Error> {
    let unbound = UnboundKey::new(&CHACHA20_POLY1305, key).map_err(|_| Error::new(ErrorKind::Cursor, "the cursor key cannot be used"))?;
    Ok(LessSafeKey::new(unbound))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{ErrorKind, State, Value, open, seal};
    use crate::ReplayRandom;

    fn sealed(token: &str) -> String {
        let state = State { token: Some(Value::String(token.to_owned())), skip: 3, ..State::default() };
        seal(&state, &[1; 32], b"call", &ReplayRandom::new(9)).unwrap()
    }

    #[test]
    fn only_the_same_call_opens_it() {
        let cursor = sealed("https://api.example.com/?token=hidden");
        assert!(!cursor.contains("hidden"));
        assert_eq!(open(&cursor, &[1; 32], b"call").unwrap().skip, 3);
        for (key, bound) in [([2; 32], b"call".as_slice()), ([1; 32], b"other")] {
            assert_eq!(open(&cursor, &key, bound).unwrap_err().kind, ErrorKind::Cursor);
        }
        let older = format!("AA{}", cursor.get(2..).unwrap());
        assert!(open(&older, &[1; 32], b"call").unwrap_err().message.contains("another version"));
    }

    proptest! {
        #[test]
        fn any_text_is_refused_or_opened(text in "\\PC{0,80}") {
            prop_assert_eq!(open(&text, &[1; 32], b"call").unwrap_err().kind, ErrorKind::Cursor);
        }

        #[test]
        fn any_change_is_noticed(token in "\\PC{0,40}", at in 0_usize..40, to in "[A-Za-z0-9_-]") {
            let cursor = sealed(&token);
            let mut changed: Vec<char> = cursor.chars().collect();
            let at = at % changed.len();
            changed.splice(at..=at, to.chars());
            let changed: String = changed.into_iter().collect();
            prop_assert!(changed == cursor || open(&changed, &[1; 32], b"call").is_err());
        }
    }
}
