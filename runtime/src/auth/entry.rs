//! What is kept of an account: tokens, kept values, when they run out, and whether a person has to connect it again.

use std::collections::BTreeMap;

use connc_plan::ErrorKind;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use zeroize::Zeroize as _;

use crate::account::Checked;
use crate::connect::Choosable;
use crate::{Error, Secret, hash};

/// The layout of what is stored.
const VERSION: u32 = 1;

/// A token is renewed this long before it runs out, so that clocks may differ and requests may take their time.
const AHEAD: SignedDuration = SignedDuration::from_secs(60);

/// A token that lives shortly is renewed when this part of its life is left.
const PART: i32 = 4;

/// What is kept of an account.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Entry {
    /// Counts what was got for the account, to tell a refused token from its successor, in every process.
    pub(crate) number: u64,
    /// In scope as `token.*`.
    #[serde(with = "secrets")]
    pub(crate) tokens: BTreeMap<String, Secret<String>>,
    /// In scope as `kept.*`.
    pub(crate) kept: BTreeMap<String, Value>,
    /// When the tokens were got.
    #[serde(with = "times")]
    pub(crate) got: Option<Timestamp>,
    /// When they run out, where the provider says so.
    #[serde(with = "times")]
    pub(crate) expires: Option<Timestamp>,
    /// What can be chosen, by the name below `kept.`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) offered: BTreeMap<String, Vec<Choosable>>,
    /// What of the account it was got with.
    pub(crate) made: Made,
    /// Why a person has to connect the account again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) needs_reauth: Option<Reauth>,
}

/// Why a person has to connect an account again, and what of the account was then refused: anything else is worth one more attempt.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Reauth {
    pub(crate) code: Option<String>,
    pub(crate) message: Option<String>,
    pub(crate) status: Option<u16>,
    pub(crate) made: Made,
}

/// Hashes of what an account and its deployment supply. They stand beside tokens, never in a key.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Made {
    /// The auth parameters and the secrets.
    account: String,
    /// The deployment's.
    app: String,
    /// The tokens that the embedder supplies, where it does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) tokens: Option<String>,
}

#[derive(Serialize)]
struct Written<'a> {
    version: u32,
    #[serde(flatten)]
    entry: &'a Entry,
}

#[derive(Deserialize)]
struct Version {
    version: u32,
}

impl Entry {
    /// The bytes that are stored: JSON with a version.
    pub(crate) fn to_bytes(&self) -> Result<Secret<Vec<u8>>, Error> {
        let written = serde_json::to_vec(&Written { version: VERSION, entry: self });
        written.map(Secret::new).map_err(|_| Error::new(ErrorKind::Store, "what is kept of the account cannot be written as JSON"))
    }

    /// Reads what [`Self::to_bytes`] wrote.
    pub(crate) fn read(bytes: &Secret<Vec<u8>>) -> Result<Self, Error> {
        // What serde says may repeat what it read.
        let unreadable = |_| {
            Error::new(ErrorKind::Store, "what is kept of the account cannot be read")
                .with_help("look whether the store's key is right; disconnecting the account removes it")
        };
        let Version { version } = serde_json::from_slice(bytes.expose()).map_err(unreadable)?;
        if version != VERSION {
            return Err(Error::new(
                ErrorKind::Store,
                format!("what is kept of the account has version {version}, this runtime reads {VERSION}"),
            )
            .with_help("run the newer version, or connect the account again"));
        }
        serde_json::from_slice(bytes.expose()).map_err(unreadable)
    }

    /// Whether its tokens are good for a while.
    pub(crate) fn fresh(&self, now: Timestamp) -> bool {
        let Some(expires) = self.expires else { return true };
        let life = self.got.map(|got| expires.duration_since(got));
        let ahead = life.map_or(AHEAD, |life| AHEAD.min(life / PART).max(SignedDuration::ZERO));
        now.checked_add(ahead).is_ok_and(|soon| soon < expires)
    }
}

impl Made {
    pub(crate) fn of(account: &Checked) -> Self {
        let parameters = serde_json::json!(account.parameters).to_string();
        let app = serde_json::json!(account.app).to_string();
        let tokens = (!account.tokens.is_empty()).then(|| digest("", &account.tokens));
        Self { account: digest(&parameters, &account.secrets), app: digest(&app, &account.app_secrets), tokens }
    }

    /// Whether what was got with `self` may be used by an account of which `now` holds. A person's consent outlives the secrets beside
    /// it; what was bought with secrets belongs to them.
    pub(crate) fn serves(&self, now: &Self, consented: bool) -> bool {
        let same = consented || (self.account == now.account && self.app == now.app);
        same && (now.tokens.is_none() || self.tokens == now.tokens)
    }

    /// What is noted beside what was got now: supplied tokens that it once began with stay noted, so that they do not count as new.
    pub(crate) fn after(&self, before: Option<&Entry>) -> Self {
        let tokens = self.tokens.clone().or_else(|| before.and_then(|before| before.made.tokens.clone()));
        Self { tokens, ..self.clone() }
    }

    /// All of it as one text.
    pub(crate) fn text(&self) -> String {
        format!("{} {} {}", self.account, self.app, self.tokens.as_deref().unwrap_or_default())
    }
}

fn digest(first: &str, secrets: &BTreeMap<String, Secret<String>>) -> String {
    let mut text = first.to_owned();
    for (name, secret) in secrets {
        for part in [name, secret.expose()] {
            text.push_str(&format!("\0{}\0", part.len()));
            text.push_str(part);
        }
    }
    let digest = hash::hex(&hash::sha256(text.as_bytes()));
    text.zeroize();
    digest
}

/// Secrets as the store takes them, which is the one place where they are written.
mod secrets {
    use std::collections::BTreeMap;

    use serde::{Deserialize as _, Deserializer, Serializer};

    use crate::Secret;

    pub(super) fn serialize<S: Serializer>(tokens: &BTreeMap<String, Secret<String>>, to: S) -> Result<S::Ok, S::Error> {
        to.collect_map(tokens.iter().map(|(name, token)| (name, token.expose())))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<BTreeMap<String, Secret<String>>, D::Error> {
        let read = BTreeMap::<String, String>::deserialize(from)?;
        Ok(read.into_iter().map(|(name, token)| (name, Secret::new(token))).collect())
    }
}

/// Times as RFC 3339.
mod times {
    use jiff::Timestamp;
    use serde::{Deserialize as _, Deserializer, Serialize as _, Serializer, de::Error as _};

    #[expect(clippy::ref_option, reason = "serde gives the field as it is")]
    pub(super) fn serialize<S: Serializer>(time: &Option<Timestamp>, to: S) -> Result<S::Ok, S::Error> {
        time.map(|time| time.to_string()).serialize(to)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Timestamp>, D::Error> {
        let text = Option::<String>::deserialize(from)?;
        text.map(|text| text.parse().map_err(|_| D::Error::custom("no timestamp"))).transpose()
    }
}

#[cfg(test)]
mod tests {
    use super::{Entry, Made, Secret, Timestamp};

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn what_is_stored_comes_back_and_other_bytes_do_not() {
        let entry = Entry {
            number: 3,
            tokens: [("access_token".to_owned(), Secret::from("hush-hush"))].into(),
            expires: Some(at("2026-03-01T12:00:00Z")),
            ..Entry::default()
        };
        let bytes = entry.to_bytes().unwrap();
        let back = Entry::read(&bytes).unwrap();
        assert_eq!((back.number, back.expires, back.tokens["access_token"].expose().as_str()), (3, entry.expires, "hush-hush"));
        assert!(!format!("{back:?}").contains("hush"));
        let later = String::from_utf8(bytes.expose().clone()).unwrap().replace("\"version\":1", "\"version\":2");
        assert!(Entry::read(&Secret::new(later.into_bytes())).unwrap_err().message.contains("version 2"));
        let error = Entry::read(&Secret::new(b"hush-hush".to_vec())).unwrap_err();
        assert!(!format!("{error:?}").contains("hush"));
    }

    #[test]
    fn a_short_life_is_used() {
        let lives = |until: &str| Entry { got: Some(at("2026-03-01T12:00:00Z")), expires: Some(at(until)), ..Entry::default() };
        let short = lives("2026-03-01T12:00:30Z");
        assert!(short.fresh(at("2026-03-01T12:00:00Z")) && short.fresh(at("2026-03-01T12:00:20Z")));
        assert!(!short.fresh(at("2026-03-01T12:00:23Z")));
        let long = lives("2026-03-01T13:00:00Z");
        assert!(long.fresh(at("2026-03-01T12:58:59Z")) && !long.fresh(at("2026-03-01T12:59:00Z")));
        assert!(!lives("2026-03-01T11:00:00Z").fresh(at("2026-03-01T12:00:00Z")));
        assert!(Entry::default().fresh(at("2026-03-01T12:00:00Z")));
    }

    #[test]
    fn what_was_bought_belongs_to_its_secrets() {
        let made = |account: &str, tokens: Option<&str>| Made {
            account: account.to_owned(),
            app: String::new(),
            tokens: tokens.map(str::to_owned),
        };
        assert!(!made("a", None).serves(&made("b", None), false));
        assert!(made("a", None).serves(&made("b", None), true));
        assert!(!made("a", None).serves(&made("a", Some("t")), true));
        assert!(made("a", Some("t")).serves(&made("a", None), true));
    }
}
