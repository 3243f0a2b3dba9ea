//! `session`: a login whose cookies and headers go onto every request until it ends.

use super::acquire::{acquire, endings};
use super::tokens::{TOKENS, Terms, apply};
use super::{Parts, Scheme};
use crate::diagnostic::{Code, Diagnostic};
use crate::lang::expression;
use crate::yaml::{Key, Need, Reader, Table, Value};

pub(super) static SCHEME: Scheme = Scheme { name: "session", table: &TABLE, read };

const ACQUIRE: &str = "acquire:\n  - post: /login\n    form: { user: acme, password: \"{{ secret.password }}\" }\n    keep: { sid: { cookie: SESSION }, csrf: { header: X-CSRF-Token } }\napply:\n  - { cookie: SESSION, value: \"{{ token.sid }}\" }\n  - { header: X-CSRF-Token, value: \"{{ token.csrf }}\", on: [POST, PUT, PATCH, DELETE] }";

static TABLE: Table = Table {
    name: "session method",
    doc: "A login that yields cookies or headers, which `apply` puts on every request until the session ends; then it logs in anew.",
    keys: &[
        Key {
            name: "acquire",
            value: Value::List(&Value::Object(&super::acquire::REQUEST)),
            need: Need::Required,
            doc: "The login, in order.",
            example: ACQUIRE,
        },
        Key {
            name: "logout",
            value: Value::List(&Value::Object(&super::acquire::REQUEST)),
            need: Need::Optional,
            doc: "What ends the session. These requests carry what `apply` puts on every other.",
            example: "logout: [{ post: /logout }]",
        },
    ],
    also: Some(&TOKENS),
    reserved: &[],
    rest: None,
    frame: "auth:\n  main:\n    scheme: session\n    secrets: { password: { description: Password } }\n    §",
};

fn read(reader: &mut Reader<'_, '_>) -> Option<Parts> {
    let span = reader.key_span("acquire").unwrap_or(reader.span);
    let terms = Terms::own(reader, span);
    let acquire = acquire(reader, &terms, None);
    let (expired, release, applied) = (expression(reader, "expired"), endings(reader, "logout", true), apply(reader));
    if applied.is_none() && !reader.is_key_damaged("apply") {
        let diagnostic = Diagnostic::new(Code::MissingKey, span, "a session needs the key `apply`");
        let help = "say how requests carry it: `apply: [{ cookie: SESSION, value: \"{{ token.sid }}\" }]`";
        reader.context().diagnostics.push(diagnostic.help(help));
    }
    Some(Parts { acquire, expired, release, apply: applied.unwrap_or_default(), ..Parts::default() })
}
