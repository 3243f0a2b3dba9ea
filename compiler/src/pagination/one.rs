//! `one`: the provider gives one record, and that is the whole list.

use super::{Loop, Style};
use crate::yaml::{Key, Need, Reader, Table, Value};

pub(super) static STYLE: Style = Style { name: "one", table: &TABLE, read };

static TABLE: Table = Table {
    name: "one pagination",
    doc: "The answer holds one record at `items`, which is the whole list: a look-up by email that serves a filter, say. With `already: [not_found]` a list of none is what was not found.",
    keys: &[Key {
        name: "style",
        value: Value::Choice(&["one"]),
        need: Need::Required,
        doc: "There is one record.",
        example: "style: one",
    }],
    also: None,
    reserved: &[],
    rest: None,
    frame: "resources:\n  things:\n    list:\n      get: /things/lookup\n      items: thing\n      paginate:\n        §",
};

fn read(_reader: &mut Reader<'_, '_>) -> Option<Option<Loop>> {
    Some(None)
}
