//! The account of a cassette is connected, as the cassette says.

use connc_plan::{Cassette, CassetteConnect};

use crate::{Account, Connected, Connector, Error, Runtime};

/// Connects the account of a cassette, where the cassette begins with that, and chooses what it says. `opened` is told the URL that a person
/// would open.
///
/// # Errors
///
/// Those of [`Runtime::authorize`], [`Runtime::finish`], [`Runtime::connect`] and [`Runtime::choose`].
pub async fn connect(
    runtime: &Runtime,
    connector: &Connector,
    account: &Account,
    cassette: &Cassette,
    opened: impl FnOnce(&str),
) -> Result<Option<Connected>, Error> {
    let Some(CassetteConnect { redirect_uri, redirected, choose }) = &cassette.connect else { return Ok(None) };
    let connected = if redirected.is_empty() {
        runtime.connect(connector, account).await?
    } else {
        let asked = runtime.authorize(connector, account, redirect_uri)?;
        opened(&asked.url);
        let answer = redirected.iter().map(|(name, value)| (name.as_str(), value.as_str())).chain([("state", asked.state.as_str())]);
        let answer = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(answer).finish();
        runtime.finish(connector, account, &asked.flow, &format!("{redirect_uri}?{answer}")).await?
    };
    for (name, id) in choose {
        runtime.choose(connector, account, name, id).await?;
    }
    Ok(Some(connected))
}
