//! What a transport is told about a request besides the request itself.

use url::Url;

/// Stands among the extensions of every request that a [`Transport`](super::Transport) is given.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct About {
    /// The URL under its real name: the request itself is addressed to a local server where one stands for the provider.
    /// Its query may hold secrets.
    pub url: Url,
    /// What the request is for.
    pub purpose: Purpose,
}

/// What a request is for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Purpose {
    /// The call itself.
    #[default]
    Call,
    /// Getting a token.
    Token,
    /// Renewing a token with what was kept for that.
    Renewal,
    /// Taking a token back, or ending a session.
    Release,
}

impl About {
    pub(crate) const fn new(url: Url, purpose: Purpose) -> Self {
        Self { url, purpose }
    }
}
