//! `bearer`: a token in the `Authorization` header (RFC 6750), got elsewhere.

use super::{COMMON, Parts, Scheme, bearer_header};
use crate::lang::template;
use crate::yaml::{Key, Need, Reader, Table, Value};

pub(super) static SCHEME: Scheme = Scheme { name: "bearer", table: &TABLE, read };

static TABLE: Table = Table {
    name: "bearer method",
    doc: "A token in the `Authorization` header (RFC 6750). More headers, such as a tenant's, stand under `headers`.",
    keys: &[Key {
        name: "token",
        value: Value::Template,
        need: Need::Required,
        doc: "The token.",
        example: "token: \"{{ secret.token }}\"",
    }],
    also: Some(&COMMON),
    reserved: &[],
    rest: None,
    frame: "auth:\n  main:\n    scheme: bearer\n    secrets: { token: { description: Access token } }\n    §",
};

fn read(reader: &mut Reader<'_, '_>) -> Option<Parts> {
    Some(Parts { apply: vec![bearer_header(template(reader, "token")?)], ..Parts::default() })
}
