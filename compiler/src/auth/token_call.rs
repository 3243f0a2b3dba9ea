//! `token_call`: requests of the provider's own kind that buy a token, such as an app's signed proof for an installation's token.

use super::acquire::{acquire, default_apply, endings};
use super::tokens::{TOKENS, Terms, apply};
use super::{Parts, Scheme, jwt};
use crate::lang::expression;
use crate::yaml::{Key, Need, Reader, Table, Value};

pub(super) static SCHEME: Scheme = Scheme { name: "token_call", table: &TABLE, read };

static TABLE: Table = Table {
    name: "token_call method",
    doc: "Requests of the provider's own kind that buy a token. Without `apply`, what is kept as `value` is sent as a bearer token.",
    keys: &[
        Key {
            name: "jwt",
            value: Value::Object(&jwt::JWT),
            need: Need::Optional,
            doc: "A token that is signed for each acquiring; the steps read it as `jwt`.",
            example: "secrets: { private_key: { type: pem } }\njwt: { alg: RS256, key: \"{{ secret.private_key }}\", iss: acme }\nacquire:\n  - { post: /installations/token, bearer: \"{{ jwt }}\", keep: { value: token } }",
        },
        Key {
            name: "acquire",
            value: Value::List(&Value::Object(&super::acquire::REQUEST)),
            need: Need::Required,
            doc: "The requests, in order. `expires_in` and `expires_at` stand beside them, and read the last answer.",
            example: "acquire:\n  - { post: /token, bearer: \"{{ secret.key }}\", keep: { value: token } }",
        },
        Key {
            name: "revoke",
            value: Value::List(&Value::Object(&super::acquire::REQUEST)),
            need: Need::Optional,
            doc: "Requests that take tokens back in the provider's own way when an account is disconnected, in order. They carry nothing but what they say; \
                  one that reads a `token.*` which is not kept is left out.",
            example: "revoke: [{ delete: /token, bearer: \"{{ token.value }}\" }]",
        },
    ],
    also: Some(&TOKENS),
    reserved: &[],
    rest: None,
    frame: "auth:\n  main:\n    scheme: token_call\n    secrets: { key: { description: Key } }\n    §",
};

fn read(reader: &mut Reader<'_, '_>) -> Option<Parts> {
    let span = reader.key_span("acquire").unwrap_or(reader.span);
    let terms = Terms::own(reader, span);
    let jwt = jwt::jwt(reader, None);
    let acquire = acquire(reader, &terms, jwt.as_ref());
    let (expired, release) = (expression(reader, "expired"), endings(reader, "revoke", false));
    let apply = apply(reader).unwrap_or_else(|| default_apply(reader, acquire.as_ref()));
    Some(Parts { acquire, expired, release, apply, ..Parts::default() })
}
