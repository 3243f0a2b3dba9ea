//! JSON Web Tokens that connc signs (RFC 7519), as a compact JWS (RFC 7515, section 7.1).

use connc_expr::text::{Escape, Scope};
use connc_plan::{Data, Jwt, JwtAlgorithm};
use jiff::Timestamp;
use serde_json::{Map, Value};

use super::key;
use crate::clock::Random;
use crate::context::Context;
use crate::scope::Names;
use crate::{Error, Secret, address, hash};

/// Makes and signs a token. `names` are those of the request that carries it.
///
/// # Errors
///
/// Where the key or a claim cannot be had; never with anything of the key in it.
pub(crate) fn jwt(context: &Context, jwt: &Jwt, names: &Names<'_>) -> Result<Secret<String>, Error> {
    let parts = context.parts();
    signed(jwt, names, parts.clock.now(), parts.random.as_ref()).map_err(|error| error.placed(context.plan(), jwt.origin))
}

/// The token. Its times count from `now`; it is the same again where `random` repeats itself and the key is no EC key.
pub(super) fn signed(jwt: &Jwt, scope: &dyn Scope, now: Timestamp, random: &dyn Random) -> Result<Secret<String>, Error> {
    let Jwt { alg, key, header, claims, more, ttl, backdated, jti, origin: _ } = jwt;
    let what = format!("the key `{key}`");
    let secret = address::optional(key, scope, Escape::None)?.ok_or_else(|| Error::invalid(format!("{what} is missing")))?;
    let secret = zeroize::Zeroizing::new(secret);
    let signer = key::read(*alg, &secret, &what)?;

    let mut head = Map::new();
    head.insert("alg".to_owned(), name(*alg).into());
    head.insert("typ".to_owned(), "JWT".into());
    put(&mut head, header, scope)?;

    let mut body = Map::new();
    put(&mut body, claims, scope)?;
    for (name, data) in more {
        body.extend(value(data, scope)?.map(|value| (name.clone(), value)));
    }
    let issued = now.as_second().saturating_sub(i64::from(*backdated));
    body.insert("iat".to_owned(), issued.into());
    body.insert("exp".to_owned(), issued.saturating_add(i64::from(*ttl)).into());
    if *jti {
        let mut bytes = [0; 16];
        random.fill(&mut bytes)?;
        body.insert("jti".to_owned(), hash::hex(&bytes).into());
    }

    let part = |object: Map<String, Value>| hash::base64url(Value::Object(object).to_string().as_bytes());
    let signed = format!("{}.{}", part(head), part(body));
    let signature = signer.sign(signed.as_bytes(), &what)?;
    Ok(Secret::new(format!("{signed}.{}", hash::base64url(&signature))))
}

/// Puts texts into an object; a whole `{{ x }}` that is absent leaves its member out.
fn put(object: &mut Map<String, Value>, members: &[(String, connc_plan::Text)], scope: &dyn Scope) -> Result<(), Error> {
    for (name, text) in members {
        if let Some(value) = address::optional(text, scope, Escape::None)? {
            object.insert(name.clone(), value.into());
        }
    }
    Ok(())
}

/// A claim that is no text; what is absent in it is left out.
fn value(data: &Data, scope: &dyn Scope) -> Result<Option<Value>, Error> {
    Ok(match data {
        Data::Const(value) => Some(value.clone()),
        Data::Text(text) => address::optional(text, scope, Escape::None)?.map(Value::from),
        Data::Object(members) => {
            let mut object = Map::new();
            for (name, data) in members {
                object.extend(value(data, scope)?.map(|value| (name.clone(), value)));
            }
            Some(object.into())
        }
        Data::List(items) => {
            let items: Result<Vec<_>, Error> = items.iter().filter_map(|item| value(item, scope).transpose()).collect();
            Some(items?.into())
        }
        // The compiler makes neither in a claim.
        Data::Expression(_) | Data::Fresh(_) => None,
    })
}

/// The algorithm's name (RFC 7518, section 3.1).
const fn name(alg: JwtAlgorithm) -> &'static str {
    match alg {
        JwtAlgorithm::RS256 => "RS256",
        JwtAlgorithm::ES256 => "ES256",
        JwtAlgorithm::HS256 => "HS256",
    }
}
