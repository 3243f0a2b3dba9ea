//! Real cryptography over requests and claims: the only part of auth that knows an algorithm.

mod jwt;
mod key;
mod pem;
mod request;
#[cfg(feature = "sigv4")]
mod sigv4;
#[cfg(test)]
mod tests;

pub(crate) use jwt::jwt;
pub(crate) use request::{mark, sign};
