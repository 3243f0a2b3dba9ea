//! Signatures over whole requests.

use connc_plan::{ErrorKind, Sign};

use crate::Error;
use crate::context::Context;
use crate::request::Built;
use crate::scope::Names;

/// Signs a request that is otherwise as it will be sent. Called afresh for each attempt, with a request that has no signature yet.
/// `names` hold secrets, the token and kept values.
///
/// # Errors
///
/// Where the signature cannot be made; never with anything of a secret in it.
pub(crate) fn sign(_context: &Context, _sign: &Sign, _built: &mut Built, _names: &Names<'_>) -> Result<(), Error> {
    Err(Error::new(ErrorKind::Auth, "this runtime signs no requests"))
}
