//! Authentication as acquire, apply and sign.

use serde::{Deserialize, Serialize};

use crate::{Expression, Method, Origin, Parameter, Request, Text};

/// One way to connect: what is acquired, what is put on each request, and where it may be sent.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AuthMethod {
    /// The name that an account file gives.
    pub name: String,
    /// The scheme's name in the spec language. For people: nothing decides by it.
    pub scheme: String,
    /// What the customer supplies for this method, in scope as `auth.*`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub parameters: Vec<Parameter>,
    /// The secrets it needs, in scope as `secret.*`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub secrets: Vec<SecretParameter>,
    /// The OAuth 2.0 scopes it asks for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub scopes: Vec<String>,
    /// How a token is got, where the secrets themselves are not what is sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub acquire: Option<Acquire>,
    /// What is put on each request.
    pub apply: Vec<Apply>,
    /// A base URL of its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base_url: Option<Text>,
    /// Whether the host of the base URL is the customer's to choose, with nothing to confine it.
    pub trust_account_host: bool,
    /// An operation of its own that proves credentials.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verify: Option<String>,
    /// Where it was written.
    pub origin: Origin,
}

/// A secret that an account or a deployment holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecretParameter {
    /// The name: `token` is in scope as `secret.token`.
    pub name: String,
    /// What form it has.
    pub r#type: SecretType,
    /// What it is, for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Where it was declared.
    pub origin: Origin,
}

/// The form of a secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SecretType {
    /// Opaque text.
    String,
    /// A JSON document, such as a key file.
    Json,
    /// A PEM private key.
    Pem,
}

/// How a token is got: requests, and what is kept of their answers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Acquire {
    /// The requests, in order.
    pub requests: Vec<Request>,
    /// What is kept of the last answer, in scope as `token.*`.
    pub keep: Vec<Keep>,
    /// Seconds until the token expires, over the answer's body; absent, it is used until it is refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_in: Option<Expression>,
    /// Over the token answer's body: an error's code (RFC 6749, section 5.2: `error`).
    pub error_code: Expression,
    /// Over the token answer's body: an error's text (RFC 6749: `error_description`).
    pub error_message: Expression,
    /// Where it was written.
    pub origin: Origin,
}

/// A value that is kept of an answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Keep {
    /// Its name below `token.`.
    pub name: String,
    /// Where it comes from.
    pub from: KeepFrom,
    /// Whether an answer without it is an error.
    pub required: bool,
}

/// Where a kept value comes from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KeepFrom {
    /// An expression over the body.
    Body(Expression),
    /// A response header.
    Header(String),
    /// A cookie that the answer sets.
    Cookie(String),
}

/// Something that is put on each request.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Apply {
    /// Where it goes.
    pub place: Place,
    /// What goes there; may read `secret.*`, `auth.*`, `account.*` and `token.*`.
    pub value: Text,
    /// Only on these methods; empty means all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub on: Vec<Method>,
}

/// Where auth puts a value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Place {
    /// A header.
    Header(String),
    /// A query parameter.
    Query(String),
    /// A cookie.
    Cookie(String),
}
