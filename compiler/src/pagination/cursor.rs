//! `cursor`: the answer holds an opaque token, which the next request carries.

use super::common::{COMMON, INTO, into, read as common};
use super::{Loop, Next, Style};
use crate::lang::expression;
use crate::yaml::{Key, Need, Reader, Table, Value};

pub(super) static STYLE: Style = Style { name: "cursor", table: &TABLE, read };

static TABLE: Table = Table {
    name: "cursor pagination",
    doc: "The answer holds an opaque token, which the next request carries.",
    keys: &[
        Key {
            name: "next",
            value: Value::Jsonata,
            need: Need::Required,
            doc: "The token, over the answer's body, with `$headers`: a text or a number, and for a body also a list of them.",
            example: "next: meta.next_cursor",
        },
        Key { name: "into", value: Value::Object(&INTO), need: Need::Required, doc: "Where it goes.", example: "into: { query: cursor }" },
    ],
    also: Some(&COMMON),
    reserved: &[],
    rest: None,
    frame: "resources:\n  things:\n    list:\n      get: /things\n      items: things\n      paginate:\n        style: cursor\n        §",
};

fn read(reader: &mut Reader<'_, '_>) -> Option<Option<Loop>> {
    let (next, into) = (expression(reader, "next"), into(reader));
    Some(Some(common(reader, STYLE.name, Next::Answer(next?), into?)))
}
