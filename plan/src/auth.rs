//! Authentication as acquire, apply and sign.

use serde::{Deserialize, Serialize};

use crate::{Data, Expression, Method, Origin, Parameter, Plan, Request, Step, Text};

/// One way to connect: what is acquired, what is put on each request, how it is signed, and where it may be sent.
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
    /// What it reads of the deployment: a parameter's name, or `secret.NAME`. Nothing else of it is asked for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub app: Vec<String>,
    /// The OAuth 2.0 scopes it asks for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub scopes: Vec<String>,
    /// How a person's consent is asked for and becomes a token (RFC 6749, section 4.1). Such a token is stored; nothing that the account
    /// holds could buy it again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub authorize: Option<Authorize>,
    /// How a token is got, where the secrets themselves are not what is sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub acquire: Option<Acquire>,
    /// How a token is renewed from what was kept with it: its requests read `token.refresh_token`. Where nothing of the kind was
    /// kept, a token is acquired anew. What its answer does not repeat stays as it was kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refresh: Option<Acquire>,
    /// True over an answer that says in its own way that the token or session has ended, besides a 401. It sees the body, `$status`,
    /// `$headers` and `$error` with `kind`, `code` and `message`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expired: Option<Expression>,
    /// Requests that end a session or take a token back, in order (a logout; RFC 7009). They are sent as they stand: what `apply` would
    /// put on them is written in them. One that reads a `token.*` which was not kept is left out. They keep nothing.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub release: Vec<AcquireStep>,
    /// What is put on each request.
    pub apply: Vec<Apply>,
    /// What is computed over each request when everything else of it stands, afresh for each attempt.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sign: Option<Sign>,
    /// Calls that are made once, after connecting; what they bind is what `choose` reads.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub connect: Vec<Step>,
    /// What a person chooses after connecting, kept as `kept.*`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub choose: Vec<Choose>,
    /// A base URL of its own; may read `kept.*`.
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

impl AuthMethod {
    /// The deployment's parameters and secrets that the method reads.
    #[must_use]
    pub fn deployment<'p>(&self, plan: &'p Plan) -> (Vec<&'p Parameter>, Vec<&'p SecretParameter>) {
        let reads = |name: &str| self.app.iter().any(|read| read == name);
        let parameters = plan.app.iter().filter(|parameter| reads(&parameter.name)).collect();
        (parameters, plan.app_secrets.iter().filter(|secret| reads(&format!("secret.{}", secret.name))).collect())
    }
}

/// The authorization request, and what buys a token with the code that comes back.
///
/// Texts here may read `flow.redirect_uri`, `flow.state`, `flow.code_challenge` (in `query`), `flow.code` and `flow.code_verifier`
/// (in `exchange`), which exist in no text that an author writes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Authorize {
    /// The authorization endpoint.
    pub url: Text,
    /// Its query, in order.
    pub query: Vec<(String, Text)>,
    /// Whether a proof key with the method S256 goes along (RFC 7636).
    pub pkce: bool,
    /// The requests that turn the code into a token.
    pub exchange: Acquire,
}

/// A choice that a person makes once.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Choose {
    /// The name below `kept.`.
    pub name: String,
    /// What can be chosen: an object with `id` and `label`, or a list of them, over what the steps of `connect` bound. One needs no asking.
    pub from: Expression,
    /// What is kept besides, below `kept.`, over the object that is chosen.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub keep: Vec<Keep>,
    /// Where it was written.
    pub origin: Origin,
}

/// A signature over the whole request.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sign {
    /// Expressions over `$request` and `$secret`, each put into a header or a query parameter, in order; each sees what those before it put.
    Expressions(Vec<Signed>),
    /// AWS Signature Version 4, in the `Authorization` header.
    AwsSigV4(AwsSigV4),
}

/// A computed value, and where it goes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Signed {
    /// Where it goes.
    pub place: Place,
    /// The value: text.
    pub value: Expression,
}

/// What AWS Signature Version 4 needs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AwsSigV4 {
    /// The access key's id.
    pub access_key_id: Text,
    /// The secret access key.
    pub secret_access_key: Text,
    /// The token of a temporary key, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session_token: Option<Text>,
    /// The region of the credential scope.
    pub region: Text,
    /// The service of the credential scope.
    pub service: Text,
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
    /// The requests, in order. Each sees as `token.*` what those before it kept.
    pub steps: Vec<AcquireStep>,
    /// Seconds until the token expires, over the last answer's body; absent, it is used until it is refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_in: Option<Expression>,
    /// When it expires, over the last answer's body: an RFC 3339 timestamp, or seconds since 1970-01-01T00:00:00Z.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Expression>,
    /// Over an answer's body: an error's code (RFC 6749, section 5.2: `error`). An answer that has one is an error whatever its status.
    pub error_code: Expression,
    /// Over an answer's body: an error's text (RFC 6749: `error_description`).
    pub error_message: Expression,
    /// Codes that mean that the account has to be connected again (RFC 6749, section 5.2: `invalid_grant`).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub needs_reauth: Vec<String>,
    /// Where it was written.
    pub origin: Origin,
}

/// One request of getting a token.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AcquireStep {
    /// The request. Its texts may read `secret.*`, `app.*`, `auth.*`, `account.*`, `token.*` and `jwt`.
    pub request: Request,
    /// A token that is signed here, in scope as `jwt`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub jwt: Option<Jwt>,
    /// What is kept of the answer.
    pub keep: Vec<Keep>,
}

/// A JSON Web Token that connc signs (RFC 7519, as a compact JWS of RFC 7515): an assertion (RFC 7523) or an app's own proof.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Jwt {
    /// The signature's algorithm.
    pub alg: JwtAlgorithm,
    /// The key: PEM (PKCS #8 or PKCS #1; SEC 1 for EC) for RS256 and ES256, the secret's bytes for HS256.
    pub key: Text,
    /// More members of the header, such as `kid`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub header: Vec<(String, Text)>,
    /// Claims besides `iat`, `exp` and `jti`. A whole `{{ x }}` that is absent leaves its claim out.
    pub claims: Vec<(String, Text)>,
    /// Claims that are no text: literals, lists and objects, with texts in them and no expressions.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub more: Vec<(String, Data)>,
    /// Seconds from `iat` to `exp`.
    pub ttl: u32,
    /// Seconds that `iat` lies in the past, for providers whose clocks run late.
    pub backdated: u32,
    /// Whether it carries a fresh `jti`.
    pub jti: bool,
    /// Where it was written.
    pub origin: Origin,
}

/// An algorithm of RFC 7518, section 3.1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum JwtAlgorithm {
    /// RSASSA-PKCS1-v1_5 with SHA-256.
    RS256,
    /// ECDSA with P-256 and SHA-256.
    ES256,
    /// HMAC with SHA-256.
    HS256,
}

/// A value that is kept of an answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Keep {
    /// Its name below `token.`, or below `kept.`.
    pub name: String,
    /// Where it comes from.
    pub from: KeepFrom,
    /// Whether an answer without it is an error.
    pub required: bool,
    /// The type of a value that is no secret: it is in scope as `kept.*`, where base URLs and requests see it. Without one, the value is a
    /// secret below `token.`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shown: Option<Parameter>,
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
