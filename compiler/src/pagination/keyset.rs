//! `keyset`: the next request carries something of the page's last record.

use super::common::{COMMON, INTO, into, read as common};
use super::{Loop, Next, Style};
use crate::lang::expression;
use crate::yaml::{Key, Need, Reader, Table, Value};

pub(super) static STYLE: Style = Style { name: "keyset", table: &TABLE, read };

static TABLE: Table = Table {
    name: "keyset pagination",
    doc: "The next request carries something of the page's last record, usually its id.",
    keys: &[
        Key {
            name: "next",
            value: Value::Jsonata,
            need: Need::Required,
            doc: "The token, over the page's last raw record.",
            example: "next: id",
        },
        Key {
            name: "into",
            value: Value::Object(&INTO),
            need: Need::Required,
            doc: "Where it goes.",
            example: "into: { query: starting_after }",
        },
    ],
    also: Some(&COMMON),
    reserved: &[],
    rest: None,
    frame: "resources:\n  things:\n    list:\n      get: /things\n      items: things\n      paginate:\n        style: keyset\n        §",
};

fn read(reader: &mut Reader<'_, '_>) -> Option<Option<Loop>> {
    let (next, into) = (expression(reader, "next"), into(reader));
    Some(Some(common(reader, STYLE.name, Next::LastItem(next?), into?)))
}
