//! Signatures over whole requests: computed when everything else of a request stands.

use connc_plan::{Place, Sign, Signed};
use http::HeaderValue;
use http::header::{COOKIE, HeaderName};
use jiff::Timestamp;
use serde_json::{Map, Value, json};

use crate::context::Context;
use crate::program::{Evaluation, Vars};
use crate::request::{Built, header_name};
use crate::scope::Names;
use crate::{Error, hash};

/// Signs a request that is otherwise as it will be sent. Called afresh for each attempt, with a request that has no signature yet.
/// `names` hold secrets, the token and kept values.
///
/// # Errors
///
/// Where the signature cannot be made; never with anything of a secret in it.
pub(crate) fn sign(context: &Context, sign: &Sign, built: &mut Built, names: &Names<'_>) -> Result<(), Error> {
    let now = context.parts().clock.now();
    match sign {
        Sign::Expressions(signed) => expressions(context, signed, built, names, now),
        Sign::AwsSigV4(aws) => sigv4(aws, built, names, now),
    }
}

/// Puts a word where each signature will stand, for showing.
pub(crate) fn mark(sign: &Sign, built: &mut Built) -> Result<(), Error> {
    let word = crate::redact::marker("signature");
    match sign {
        Sign::Expressions(signed) => signed.iter().try_for_each(|signed| put(built, &signed.place, &word)),
        Sign::AwsSigV4(_) => put(built, &Place::Header(http::header::AUTHORIZATION.to_string()), &word),
    }
}

/// Evaluates each expression over what is to be sent, and puts its value there.
fn expressions(context: &Context, signed: &[Signed], built: &mut Built, names: &Names<'_>, now: Timestamp) -> Result<(), Error> {
    let mut nonce = [0; 16];
    context.parts().random.fill(&mut nonce)?;
    let once = Once { timestamp: now.as_second(), date: now.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string(), nonce: hash::hex(&nonce) };
    let mut vars = context.vars();
    set_secrets(&mut vars, "secret", &names.account.secrets);
    if let Some(token) = names.token {
        set_secrets(&mut vars, "token", token);
    }
    for Signed { place, value } in signed {
        // Seen anew each time, with what the ones before it put.
        vars.set_value("request", Some(&seen(built, &once)));
        let over = Evaluation::over_nothing(context.programs(), &vars)?;
        let text = over.text(value).map_err(|error| error.placed(context.plan(), value.origin))?;
        let text = text.ok_or_else(|| {
            let error = Error::invalid(format!("the signature for {} came to nothing", named(place))).placed(context.plan(), value.origin);
            if built.body.bytes().is_some() {
                return error;
            }
            error.with_help("the body holds a file that is read while it is sent: it has no `$request.body` and no `$request.body_sha256`")
        })?;
        put(built, place, &text)?;
    }
    Ok(())
}

fn set_secrets(vars: &mut Vars, name: &str, secrets: &std::collections::BTreeMap<String, crate::Secret<String>>) {
    let object: Map<String, Value> = secrets.iter().map(|(name, secret)| (name.clone(), secret.expose().as_str().into())).collect();
    vars.set(name, Value::Object(object).to_string());
}

/// What is the same for all signatures of one attempt.
struct Once {
    timestamp: i64,
    date: String,
    nonce: String,
}

/// The request as expressions see it, in `$request`.
fn seen(built: &Built, once: &Once) -> Value {
    let mut headers = Map::new();
    for name in built.headers.keys() {
        let values: Vec<_> = built.headers.get_all(name).iter().map(|value| String::from_utf8_lossy(value.as_bytes())).collect();
        headers.insert(name.as_str().to_owned(), values.join(", ").into());
    }
    let host = built.url.host_str().unwrap_or_default();
    let mut request = json!({
        "method": built.method.name(),
        "url": built.url.as_str(),
        "host": built.url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}")),
        "path": built.url.path(),
        "query": built.url.query().unwrap_or_default(),
        "headers": headers,
        "timestamp": once.timestamp,
        "date": once.date,
        "nonce": once.nonce,
    });
    // A body that is read while it is sent can have neither; one that is no text has its hash alone.
    if let (Some(members), Some(body)) = (request.as_object_mut(), built.body.bytes()) {
        members.insert("body_sha256".to_owned(), hash::hex(&hash::sha256(&body)).into());
        if let Ok(text) = std::str::from_utf8(&body) {
            members.insert("body".to_owned(), text.into());
        }
    }
    request
}

fn named(place: &Place) -> String {
    match place {
        Place::Header(name) => format!("header `{name}`"),
        Place::Query(name) => format!("query parameter `{name}`"),
        Place::Cookie(name) => format!("cookie `{name}`"),
    }
}

/// Puts a computed value where it goes, in place of one of the same name.
fn put(built: &mut Built, place: &Place, text: &str) -> Result<(), Error> {
    let unfit = || Error::invalid(format!("the signature cannot stand in {}", named(place)));
    match place {
        Place::Header(name) if connc_plan::header::is_cookie(name) => Err(unfit()),
        Place::Header(name) => set_header(built, header_name(name)?, text).ok_or_else(unfit),
        Place::Query(name) => {
            let name = connc_expr::text::encode_query(name);
            let query = built.url.query().unwrap_or_default();
            let mut pairs: Vec<&str> = query.split('&').filter(|pair| !pair.is_empty() && pair.split('=').next() != Some(&name)).collect();
            let signed = format!("{name}={}", connc_expr::text::encode_query(text));
            pairs.push(&signed);
            let query = pairs.join("&");
            built.url.set_query(Some(&query));
            Ok(())
        }
        Place::Cookie(name) => {
            if !connc_plan::header::is_token(name) || text.contains([';', ',', ' ', '"', '\\']) {
                return Err(unfit());
            }
            let before = built.headers.get(COOKIE).and_then(|value| value.to_str().ok()).unwrap_or_default();
            let kept = before.split("; ").filter(|pair| !pair.is_empty() && pair.split('=').next() != Some(name));
            let cookies: Vec<String> = kept.map(str::to_owned).chain([format!("{name}={text}")]).collect();
            set_header(built, COOKIE, &cookies.join("; ")).ok_or_else(unfit)
        }
    }
}

fn set_header(built: &mut Built, name: HeaderName, text: &str) -> Option<()> {
    let mut value = HeaderValue::from_bytes(text.as_bytes()).ok()?;
    value.set_sensitive(true);
    built.headers.insert(name, value);
    Some(())
}

#[cfg(feature = "sigv4")]
fn sigv4(aws: &connc_plan::AwsSigV4, built: &mut Built, names: &Names<'_>, now: Timestamp) -> Result<(), Error> {
    use connc_expr::text::Escape;
    use zeroize::Zeroizing;

    let connc_plan::AwsSigV4 { access_key_id, secret_access_key, session_token, region, service, origin: _ } = aws;
    let optional = |text: &connc_plan::Text| crate::address::optional(text, names, Escape::None);
    let made = |text: &connc_plan::Text| optional(text)?.ok_or_else(|| Error::invalid(format!("`{text}` has no value")));
    let secret = Zeroizing::new(made(secret_access_key)?);
    let token = session_token.as_ref().map(optional).transpose()?.flatten().map(Zeroizing::new);
    let (id, region, service) = (made(access_key_id)?, made(region)?, made(service)?);
    let credentials = super::sigv4::Credentials {
        access_key_id: &id,
        secret_access_key: &secret,
        session_token: token.as_ref().map(|token| token.as_str()),
        region: &region,
        service: &service,
    };
    super::sigv4::put(built, &credentials, now)
}

#[cfg(not(feature = "sigv4"))]
fn sigv4(_: &connc_plan::AwsSigV4, _: &mut Built, _: &Names<'_>, _: Timestamp) -> Result<(), Error> {
    Err(Error::invalid("this build signs no requests with AWS Signature Version 4").with_help("build it with the feature `sigv4`"))
}
