//! `oauth2`: OAuth 2.0 (RFC 6749), one grant a method.

mod client;
mod read;

use super::jwt::JWT;
use super::tokens::TOKENS;
use super::{Scheme, keep};
use crate::diagnostic::{Code, Diagnostic};
use crate::yaml::{Key, Need, Reader, Reserved, Table, Value};

pub(super) use client::CLIENT_ASSERTION;

pub(super) static SCHEME: Scheme = Scheme { name: "oauth2", table: &TABLE, read: read::read };

/// A way to get a token (RFC 6749, section 1.3; RFC 7523).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Grant {
    AuthorizationCode,
    ClientCredentials,
    Password,
    JwtBearer,
    RefreshToken,
}

impl Grant {
    const ALL: [Self; 5] = [Self::AuthorizationCode, Self::ClientCredentials, Self::Password, Self::JwtBearer, Self::RefreshToken];

    fn name(self) -> &'static str {
        match self {
            Self::AuthorizationCode => "authorization_code",
            Self::ClientCredentials => "client_credentials",
            Self::Password => "password",
            Self::JwtBearer => "jwt_bearer",
            Self::RefreshToken => "refresh_token",
        }
    }

    /// Keys that it must have, and no other grant may.
    fn needs(self) -> &'static [&'static str] {
        match self {
            Self::AuthorizationCode => &["authorize_url"],
            Self::ClientCredentials => &[],
            Self::Password => &["username", "password"],
            Self::JwtBearer => &["jwt"],
            Self::RefreshToken => &["refresh_token"],
        }
    }

    /// Keys that it may have, and no other grant.
    fn takes(self) -> &'static [&'static str] {
        match self {
            Self::AuthorizationCode => &["authorize_params", "pkce"],
            Self::ClientCredentials | Self::Password | Self::JwtBearer | Self::RefreshToken => &[],
        }
    }
}

static TABLE: Table = Table {
    name: "oauth2 method",
    doc: "OAuth 2.0 (RFC 6749): a token is asked for at the token endpoint, kept until shortly before it expires, and sent as a bearer token. \
          A rotated refresh token is stored before it is used.",
    keys: &[
        Key {
            name: "grant",
            value: Value::Choice(&["authorization_code", "client_credentials", "password", "jwt_bearer", "refresh_token"]),
            need: Need::Required,
            doc: "How a token is got (RFC 6749, section 1.3): with a person's consent, with the client's own credentials, with a password, \
                  with a signed assertion (RFC 7523), or with a refresh token that the customer brings.",
            example: "grant: client_credentials\nclient_secret: \"{{ app.secret.client_secret }}\"",
        },
        Key {
            name: "authorize_url",
            value: Value::Template,
            need: Need::Optional,
            doc: "For `authorization_code`: where a person consents.",
            example: "grant: authorization_code\nauthorize_url: https://login.example.com/authorize",
        },
        Key {
            name: "authorize_params",
            value: Value::Map(&Value::Template),
            need: Need::Optional,
            doc: "For `authorization_code`: more parameters of the authorization URL. One that reads `{{ scopes }}` carries the scopes in the place of `scope`.",
            example: "grant: authorization_code\nauthorize_url: https://login.example.com/authorize\nauthorize_params: { prompt: consent }",
        },
        Key {
            name: "pkce",
            value: Value::Choice(&["S256", "none"]),
            need: Need::Optional,
            doc: "For `authorization_code`: the proof key's method (RFC 7636), `S256` unless said otherwise; `none` for providers that refuse it.",
            example: "grant: authorization_code\nauthorize_url: https://login.example.com/authorize\npkce: S256",
        },
        Key {
            name: "token_url",
            value: Value::Template,
            need: Need::Required,
            doc: "The token endpoint.",
            example: "token_url: https://api.example.com/oauth/token",
        },
        Key {
            name: "client_id",
            value: Value::Template,
            need: Need::Optional,
            doc: "The client's id. Every grant but `password` and `jwt_bearer` needs it.",
            example: "client_id: \"{{ app.client_id }}\"",
        },
        Key {
            name: "client_secret",
            value: Value::Template,
            need: Need::Optional,
            doc: "The client's secret; public clients have none.",
            example: "grant: client_credentials\nclient_secret: \"{{ app.secret.client_secret }}\"",
        },
        Key {
            name: "client_auth",
            value: Value::Choice(&["basic", "body", "private_key_jwt", "none"]),
            need: Need::Optional,
            doc: "How the client proves who it is: its secret in an `Authorization` header (RFC 6749, section 2.3.1) or in the body, a signed assertion \
                  (RFC 7523, section 2.2), or not at all. `basic` where there is a secret, `none` otherwise.",
            example: "client_auth: body",
        },
        Key {
            name: "client_assertion",
            value: Value::Object(&CLIENT_ASSERTION),
            need: Need::Optional,
            doc: "What `client_auth: private_key_jwt` signs.",
            example: "grant: client_credentials\nsecrets: { client_key: { type: pem } }\nclient_auth: private_key_jwt\nclient_assertion: { alg: RS256, key: \"{{ secret.client_key }}\" }",
        },
        Key {
            name: "username",
            value: Value::Template,
            need: Need::Optional,
            doc: "For `password`: the user name.",
            example: "grant: password\nparameters: { user: { type: string } }\nsecrets: { password: { description: Password } }\nusername: \"{{ auth.user }}\"\npassword: \"{{ secret.password }}\"",
        },
        Key {
            name: "password",
            value: Value::Template,
            need: Need::Optional,
            doc: "For `password`: the password.",
            example: "grant: password\nsecrets: { user: { description: User name }, password: { description: Password } }\nusername: \"{{ secret.user }}\"\npassword: \"{{ secret.password }}\"",
        },
        Key {
            name: "jwt",
            value: Value::Object(&JWT),
            need: Need::Optional,
            doc: "For `jwt_bearer`: the assertion that buys the token. A claim that reads `{{ scopes }}` carries the scopes in the place of the form's `scope`.",
            example: "grant: jwt_bearer\nsecrets: { key_file: { type: json, description: Key file } }\njwt: { alg: RS256, key: \"{{ secret.key_file.private_key }}\", iss: \"{{ secret.key_file.client_email }}\" }",
        },
        Key {
            name: "refresh_token",
            value: Value::Template,
            need: Need::Optional,
            doc: "For `refresh_token`: the token that the customer brings. A newer one that the provider gives takes its place.",
            example: "grant: refresh_token\nsecrets: { refresh_token: { description: Refresh token } }\nrefresh_token: \"{{ secret.refresh_token }}\"",
        },
        Key {
            name: "scopes",
            value: Value::List(&Value::Text),
            need: Need::Optional,
            doc: "The scopes that are asked for. Accounts that ask for fewer say so by a parameter: `scopes: { type: array, required: false, values: […], default: […] }`, \
                  which `authorize_params: { scope: '{{ auth.scopes | join(\" \") }}' }` carries, or the claim or token parameter of that name.",
            example: "scopes: [read, write]",
        },
        Key {
            name: "scope_separator",
            value: Value::Text,
            need: Need::Optional,
            doc: "What stands between two scopes: a space unless said otherwise.",
            example: "scopes: [read, write]\nscope_separator: \",\"",
        },
        Key {
            name: "token_params",
            value: Value::Map(&Value::Template),
            need: Need::Optional,
            doc: "More fields of the token request.",
            example: "token_params: { audience: https://api.example.com }",
        },
        Key {
            name: "access_token",
            value: Value::Jsonata,
            need: Need::Optional,
            doc: "Where the token stands in the answer: `access_token` (RFC 6749, section 5.1) unless said otherwise.",
            example: "access_token: authed_user.access_token",
        },
        Key {
            name: "keep",
            value: keep::VALUE,
            need: Need::Optional,
            doc: "What else is kept of the answer: JSONata for a secret `token.NAME`, or a mapping with a `type` for a shown `kept.NAME`.",
            example: "keep: { instance: { from: instance_url, type: url, within: [example.com] } }",
        },
        Key {
            name: "refresh",
            value: Value::Either(&Value::Choice(&["none"]), &Value::Object(&REFRESH)),
            need: Need::Optional,
            doc: "How a token is renewed with the refresh token that came with it (RFC 6749, section 6), where it differs from the token request; `none` where it is not. \
                  `client_credentials` and `jwt_bearer` buy a new token instead, unless this says otherwise.",
            example: "refresh: { token_url: https://api.example.com/oauth/refresh }",
        },
        Key {
            name: "revoke_url",
            value: Value::Template,
            need: Need::Optional,
            doc: "Where tokens are taken back when an account is disconnected (RFC 7009).",
            example: "revoke_url: https://api.example.com/oauth/revoke",
        },
        Key {
            name: "revoke",
            value: Value::List(&Value::Object(&super::acquire::REQUEST)),
            need: Need::Optional,
            doc: "Requests that take tokens back in the provider's own way when an account is disconnected, in order. They carry nothing but what they say; \
                  one that reads a `token.*` which is not kept is left out.",
            example: "revoke: [{ delete: https://api.example.com/tokens, bearer: \"{{ token.access_token }}\" }]",
        },
    ],
    also: Some(&TOKENS),
    reserved: &[Reserved { name: "device_authorization_url", doc: "the device code grant" }],
    rest: None,
    frame: "app: { client_id: {}, secrets: { client_secret: {} } }\nauth:\n  main:\n    scheme: oauth2\n    client_id: \"{{ app.client_id }}\"\n    §",
};

/// `refresh`.
pub(super) static REFRESH: Table = Table {
    name: "refresh",
    doc: "How a token is renewed, where it differs from how it was got.",
    keys: &[
        Key {
            name: "token_url",
            value: Value::Template,
            need: Need::Optional,
            doc: "An endpoint of its own.",
            example: "token_url: https://api.example.com/oauth/refresh",
        },
        Key {
            name: "params",
            value: Value::Map(&Value::Template),
            need: Need::Optional,
            doc: "More fields of the request; those of `token_params` unless said otherwise. They may read `token.*`.",
            example: "params: { audience: https://api.example.com }",
        },
    ],
    also: None,
    reserved: &[],
    rest: None,
    frame: "app: { client_id: {} }\nauth:\n  main:\n    scheme: oauth2\n    grant: authorization_code\n    authorize_url: https://login.example.com/authorize\n    token_url: https://api.example.com/oauth/token\n    client_id: \"{{ app.client_id }}\"\n    refresh:\n      §",
};

/// Reports that a grant lacks a key.
fn need(reader: &mut Reader<'_, '_>, key: &'static str, grant: Grant) {
    if reader.key_span(key).is_some() || reader.is_key_damaged(key) {
        return;
    }
    let place = reader.key_span("grant").unwrap_or(reader.span);
    let example = TABLE.keys.iter().find(|known| known.name == key).map_or(key, |known| known.example);
    let line = example.lines().find(|line| line.starts_with(key)).unwrap_or(key);
    let message = format!("`grant: {}` needs the key `{key}`", grant.name());
    reader.context().diagnostics.push(Diagnostic::new(Code::MissingKey, place, message).help(format!("add it: `{line}`")));
}
