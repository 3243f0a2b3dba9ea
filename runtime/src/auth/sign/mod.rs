//! Real cryptography over requests and claims: the only part of auth that knows an algorithm.

mod jwt;
mod request;

pub(crate) use jwt::jwt;
pub(crate) use request::sign;
