//! `next_url`: the answer's body holds the next page's URL.

use connc_plan as plan;

use super::common::{COMMON, read as common};
use super::{Loop, Next, Style};
use crate::lang::expression;
use crate::yaml::{Key, Need, Reader, Table, Value};

pub(super) static STYLE: Style = Style { name: "next_url", table: &TABLE, read };

static TABLE: Table = Table {
    name: "next_url pagination",
    doc: "The answer's body holds the next page's URL, absolute or relative to the request's. It is followed on the connector's own origins only.",
    keys: &[Key {
        name: "next",
        value: Value::Jsonata,
        need: Need::Required,
        doc: "The URL, over the answer's body.",
        example: "next: links.next",
    }],
    also: Some(&COMMON),
    reserved: &[],
    rest: None,
    frame: "resources:\n  things:\n    list:\n      get: /things\n      items: things\n      paginate:\n        style: next_url\n        §",
};

fn read(reader: &mut Reader<'_, '_>) -> Option<Option<Loop>> {
    let next = expression(reader, "next")?;
    Some(Some(common(reader, STYLE.name, Next::Answer(next), plan::Target::Url)))
}
