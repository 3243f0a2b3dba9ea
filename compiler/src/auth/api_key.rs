//! `api_key`: a secret in a header, a query parameter or a cookie, as OpenAPI's security scheme of that name.

use super::{Apply, COMMON, Parts, Scheme, place};
use crate::lang::template;
use crate::yaml::{Key, Need, Reader, Table, Value};

pub(super) static SCHEME: Scheme = Scheme { name: "api_key", table: &TABLE, read };

static TABLE: Table = Table {
    name: "api_key method",
    doc: "A secret in a header, a query parameter or a cookie. Exactly one of the three.",
    keys: &[
        Key {
            name: "header",
            value: Value::Object(&PLACE),
            need: Need::Optional,
            doc: "The header that carries it.",
            example: "header: { name: X-Api-Key, value: \"{{ secret.key }}\" }",
        },
        Key {
            name: "query",
            value: Value::Object(&PLACE),
            need: Need::Optional,
            doc: "The query parameter that carries it. Logs and proxies see URLs; only for providers that take it nowhere else.",
            example: "query: { name: api_key, value: \"{{ secret.key }}\" }",
        },
        Key {
            name: "cookie",
            value: Value::Object(&PLACE),
            need: Need::Optional,
            doc: "The cookie that carries it.",
            example: "cookie: { name: session, value: \"{{ secret.key }}\" }",
        },
    ],
    also: Some(&COMMON),
    reserved: &[],
    rest: None,
    frame: "auth:\n  main:\n    scheme: api_key\n    secrets: { key: { description: API key } }\n    §",
};

/// Where an API key goes.
pub(super) static PLACE: Table = Table {
    name: "api_key place",
    doc: "A name and the template of its value.",
    keys: &[
        Key {
            name: "name",
            value: Value::Text,
            need: Need::Required,
            doc: "The name of the header, parameter or cookie.",
            example: "name: X-Api-Key",
        },
        Key {
            name: "value",
            value: Value::Template,
            need: Need::Required,
            doc: "What goes there.",
            example: "value: \"{{ secret.key }}\"",
        },
    ],
    also: None,
    reserved: &[],
    rest: None,
    frame: "auth:\n  main:\n    scheme: api_key\n    secrets: { key: { description: API key } }\n    header:\n      §",
};

fn read(reader: &mut Reader<'_, '_>) -> Option<Parts> {
    let key = reader.needs_one_of(&["header", "query", "cookie"])?;
    let node = reader.take(key)?;
    let mut inner = Reader::open(node, &PLACE, reader.context())?;
    let name = inner.text("name")?;
    let value = template(&mut inner, "value")?;
    let place = place(key, name, inner.context());
    Some(Parts { apply: vec![Apply { place, value, on: Vec::new() }], ..Parts::default() })
}
