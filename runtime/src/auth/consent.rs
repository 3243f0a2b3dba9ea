//! A person's consent: the URL that asks for it, and what comes back (RFC 6749, section 4.1, with the proof key of RFC 7636).

use std::collections::BTreeMap;

use connc_plan::{Answer, Authorize, Body, ErrorKind, Method, Request};
use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use jiff::SignedDuration;
use ring::aead::{Aad, NONCE_LEN, Nonce};
use ring::hmac;
use serde::{Deserialize, Serialize};
use url::Url;

use super::acquire::{self, Got, With};
use super::slot::Renewed;
use super::{renew, store_key};
use crate::connect::Authorization;
use crate::context::Context;
use crate::exchange::{Given, Inputs};
use crate::scope::Names;
use crate::{Error, Secret, address, cursor, hash, request, response};

/// How long a person may take.
const PATIENCE: SignedDuration = SignedDuration::from_mins(15);

/// The layout of the sealed text, its first byte.
const VERSION: u8 = 1;

/// What has to come back unchanged, sealed because the verifier is a secret until the code is spent.
#[derive(Serialize, Deserialize)]
struct Flow {
    state: String,
    verifier: String,
    redirect_uri: String,
    /// Seconds since 1970.
    expires: i64,
}

type Values = BTreeMap<String, Secret<String>>;

/// Makes the URL that a person opens.
pub(crate) fn ask(context: &Context, redirect_uri: &str) -> Result<Authorization, Error> {
    let authorize = of_method(context)?;
    if Url::parse(redirect_uri).is_err() {
        return Err(Error::invalid("the redirect URI is no absolute URL"));
    }
    let now = context.parts().clock.now();
    let expires = now.checked_add(PATIENCE).map_err(|_| Error::invalid("the clock is out of range"))?;
    let flow =
        Flow { state: fresh(context)?, verifier: fresh(context)?, redirect_uri: redirect_uri.to_owned(), expires: expires.as_second() };
    let values: Values =
        [("redirect_uri", redirect_uri.to_owned()), ("state", flow.state.clone()), ("code_challenge", challenge(&flow.verifier))]
            .map(|(name, value)| (name.to_owned(), Secret::new(value)))
            .into();
    let mut texts = authorize.query.iter().map(|(_, text)| text).chain([&authorize.url]);
    if let Some(text) = texts.find(|text| address::sensitive(text)) {
        return Err(Error::new(ErrorKind::Security, format!("`{text}` in the authorization URL would show a secret")));
    }
    let request = Request {
        method: Method::Get,
        url: authorize.url.clone(),
        query: authorize.query.clone(),
        lists: Vec::new(),
        headers: Vec::new(),
        body: Body::None,
        answer: Answer::None,
        compression: None,
        idempotent: true,
        idempotency_header: None,
        origin: authorize.url.origin,
    };
    let (inputs, vars) = (Inputs::default(), context.vars());
    let names = Names { app: true, flow: Some(&values), ..context.names() };
    let built = request::build_bare(context, &request, &Given::new(&inputs, &vars), &names)
        .map_err(|error| error.at(context.plan(), &context.account.method.name, authorize.url.origin))?;
    let url = context.standing().guard.target(&built.url)?;
    Ok(Authorization { url: url.into(), flow: seal(context, &flow)?, state: flow.state })
}

/// Spends what came back, and stores the tokens.
pub(crate) async fn finish(context: &Context, flow: &str, redirected: &str) -> Result<(), Error> {
    of_method(context)?;
    let flow = open(context, flow)?;
    let answer = Answered::read(redirected)?;
    // Whoever sent this person here did not begin here, unless the state is this flow's (RFC 6749, section 10.12).
    if !answer.state.is_some_and(|state| same(&state, &flow.state)) {
        return Err(Error::new(ErrorKind::Security, "the answer belongs to no request of this account: its `state` is another")
            .with_help("begin connecting anew"));
    }
    if let Some(code) = answer.error {
        return Err(refused(context, &code, answer.description.as_deref()));
    }
    if context.parts().clock.now().as_second() > flow.expires {
        return Err(Error::invalid("connecting took longer than 15 minutes").with_help("begin connecting anew"));
    }
    let code = answer.code.ok_or_else(|| Error::invalid("the redirect holds neither a code nor an error"))?;
    let values: Values = [("code", code), ("code_verifier", flow.verifier), ("redirect_uri", flow.redirect_uri)]
        .map(|(name, value)| (name.to_owned(), Secret::new(value)))
        .into();
    // A code is good for one request: sent twice, a provider takes back what it gave for it (RFC 6749, section 4.1.2).
    context.settle(&super::slot(context).after_others(spend(context, values)).await?)
}

/// Spends the code. It belongs to no call, so that what the provider gives for it is stored even where nobody waits any more.
fn spend(context: &Context, values: Values) -> BoxFuture<'static, Renewed> {
    let context = context.shared();
    async move {
        let exchange = async {
            let mut got = Got::default();
            let with = With { flow: Some(&values), ..With::default() };
            acquire::acquire(&context, &of_method(&context)?.exchange, with, &mut got).await?;
            Ok(got)
        };
        renew::exchanged(&context, exchange).await
    }
    .boxed()
}

fn of_method(context: &Context) -> Result<&Authorize, Error> {
    let method = &context.account.method;
    let authorize = method.authorize.as_ref().ok_or_else(|| {
        Error::invalid(format!("auth method `{}` asks nobody for consent", method.name))
            .with_help("its accounts are connected by their secrets")
    })?;
    if context.account.id.is_none() {
        return Err(Error::invalid("an account that a person connects needs an id")
            .with_help("its tokens are stored by it, and only by it told from another person's"));
    }
    Ok(authorize)
}

/// 256 random bits as text: 43 characters (RFC 7636, section 4.1, asks for 43 to 128).
fn fresh(context: &Context) -> Result<String, Error> {
    let mut bytes = [0; 32];
    context.parts().random.fill(&mut bytes)?;
    Ok(hash::base64url(&bytes))
}

/// The challenge of a verifier by the method S256 (RFC 7636, section 4.2).
fn challenge(verifier: &str) -> String {
    hash::base64url(&hash::sha256(verifier.as_bytes()))
}

/// Whether two texts are the same, in a time that does not say where they differ.
fn same(given: &str, known: &str) -> bool {
    let key = hmac::Key::new(hmac::HMAC_SHA256, known.as_bytes());
    hmac::verify(&key, given.as_bytes(), hmac::sign(&key, known.as_bytes()).as_ref()).is_ok()
}

/// The parameters of an authorization answer (RFC 6749, sections 4.1.2 and 4.1.2.1).
#[derive(Default)]
struct Answered {
    state: Option<String>,
    code: Option<String>,
    error: Option<String>,
    description: Option<String>,
}

impl Answered {
    fn read(redirected: &str) -> Result<Self, Error> {
        let redirected = redirected.trim();
        let query = redirected.split_once('?').map_or(redirected, |(_, query)| query);
        let query = query.split_once('#').map_or(query, |(query, _)| query);
        let mut answered = Self::default();
        for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
            let place = match &*name {
                "state" => &mut answered.state,
                "code" => &mut answered.code,
                "error" => &mut answered.error,
                "error_description" => &mut answered.description,
                _ => continue,
            };
            // Two of a kind would let whoever adds one decide which is read (RFC 6749, section 3.1).
            if place.replace(value.into_owned()).is_some() {
                return Err(Error::new(ErrorKind::Security, format!("the redirect holds `{name}` twice")));
            }
        }
        Ok(answered)
    }
}

fn refused(context: &Context, code: &str, description: Option<&str>) -> Error {
    let mut error = if code == "access_denied" {
        Error::new(ErrorKind::Forbidden, "the access was not allowed").with_help("connect again, and allow it")
    } else {
        Error::new(ErrorKind::Auth, "the provider did not connect the account")
    };
    let clean = |text: &str| response::shortened(&context.standing().redactor.clean(text));
    (error.provider_code, error.provider_message) = (Some(clean(code)), description.map(clean));
    error.at(context.plan(), &context.account.method.name, context.account.method.origin)
}

/// What a flow belongs to.
fn bound(context: &Context) -> Vec<u8> {
    format!("flow {}", store_key(context)).into_bytes()
}

fn seal(context: &Context, flow: &Flow) -> Result<String, Error> {
    let failed = || Error::new(ErrorKind::Security, "the flow cannot be sealed");
    let parts = context.parts();
    let mut nonce = [0; NONCE_LEN];
    parts.random.fill(&mut nonce)?;
    let mut text = serde_json::to_vec(flow).map_err(|_| failed())?;
    let cipher = cursor::cipher(&parts.cursor_key)?;
    cipher.seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::from(bound(context)), &mut text).map_err(|_| failed())?;
    let mut bytes = vec![VERSION];
    bytes.extend_from_slice(&nonce);
    bytes.append(&mut text);
    Ok(hash::base64url(&bytes))
}

fn open(context: &Context, flow: &str) -> Result<Flow, Error> {
    let foreign = || {
        Error::new(ErrorKind::Security, "the flow is not one of this account and of this runtime's key").with_help("begin connecting anew")
    };
    let bytes = hash::from_base64url(flow.trim()).ok_or_else(foreign)?;
    let (version, rest) = bytes.split_first().ok_or_else(foreign)?;
    let (nonce, sealed) = rest.split_first_chunk::<NONCE_LEN>().filter(|_| *version == VERSION).ok_or_else(foreign)?;
    let mut sealed = sealed.to_vec();
    let cipher = cursor::cipher(&context.parts().cursor_key)?;
    let opened =
        cipher.open_in_place(Nonce::assume_unique_for_key(*nonce), Aad::from(bound(context)), &mut sealed).map_err(|_| foreign())?;
    serde_json::from_slice(opened).map_err(|_| foreign())
}

#[cfg(test)]
mod tests {
    use super::{Answered, challenge, same};

    #[test]
    fn the_challenge_is_that_of_rfc_7636() {
        // RFC 7636, appendix B.
        assert_eq!(challenge("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"), "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
    }

    #[test]
    fn redirects_are_read_whole_or_as_a_query() {
        for text in
            ["https://app.example/cb?x=1&code=a%2Fb&state=s+1#_", "code=a%2Fb&state=s+1", "?state=s%201&code=a/b", "/cb?code=a/b&state=s+1"]
        {
            let answered = Answered::read(text).unwrap();
            assert_eq!((answered.code.as_deref(), answered.state.as_deref(), answered.error), (Some("a/b"), Some("s 1"), None), "{text}");
        }
        assert!(Answered::read("code=a&code=b&state=s").is_err());
        assert!(Answered::read("").unwrap().code.is_none());
    }

    #[test]
    fn states_are_compared_whole() {
        assert!(same("abc", "abc"));
        assert!(!same("abcd", "abc") && !same("", "abc") && !same("ab", "abc"));
    }
}
