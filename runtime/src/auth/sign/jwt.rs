//! JSON Web Tokens, signed here (RFC 7515, RFC 7519).

use connc_plan::{ErrorKind, Jwt};

use crate::context::Context;
use crate::scope::Names;
use crate::{Error, Secret};

/// Makes and signs a token. `names` are those of the request that carries it.
///
/// # Errors
///
/// Where the key or a claim cannot be had; never with anything of the key in it.
pub(crate) fn jwt(_context: &Context, _jwt: &Jwt, _names: &Names<'_>) -> Result<Secret<String>, Error> {
    Err(Error::new(ErrorKind::Auth, "this runtime signs no tokens"))
}
