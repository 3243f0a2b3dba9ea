//! Redirects, for connectors whose provider moves things about: on the request's own origin, so that credentials go nowhere else.

use connc_plan::{ErrorKind, Method};
use http::header::LOCATION;
use url::Url;

use crate::Error;
use crate::context::Context;
use crate::exchange::Received;
use crate::request::Built;

/// So many redirects in a row are followed.
const HOPS: u32 = 5;

/// Where an answer leads on to; none where it is no redirect that is followed. `hops` counts those before it.
///
/// # Errors
///
/// Where it leads to another origin, or has led on too often.
pub(crate) fn onward(context: &Context, built: &Built, received: &Received, hops: u32) -> Result<Option<Url>, Error> {
    let reads = matches!(built.method, Method::Get | Method::Head);
    let leads = match received.status {
        301 | 302 => reads,
        307 | 308 => true,
        _ => false,
    };
    if !context.plan().redirects || !leads || !built.body.repeatable() {
        return Ok(None);
    }
    let location = received.headers.get(LOCATION).and_then(|value| value.to_str().ok());
    let Some(target) = location.and_then(|text| received.url.join(text).ok()) else { return Ok(None) };
    if hops >= HOPS {
        let error = Error::new(ErrorKind::Provider, format!("the provider redirected {HOPS} times in a row"));
        return Err(with_status(error, received));
    }
    if target.origin() != built.url.origin() || !target.username().is_empty() || target.password().is_some() {
        let origin = target.origin().ascii_serialization();
        let error = Error::new(ErrorKind::Security, format!("redirected to {origin}, which is not where the request went"));
        return Err(with_status(error.with_help("credentials go to no other origin; check the account's host"), received));
    }
    Ok(Some(target))
}

fn with_status(mut error: Error, received: &Received) -> Error {
    error.status = Some(received.status);
    error
}
