//! `single`: the provider gives the whole list at once.

use super::{Loop, Style};
use crate::yaml::{Key, Need, Reader, Table, Value};

pub(super) static STYLE: Style = Style { name: "single", table: &TABLE, read };

static TABLE: Table = Table {
    name: "single pagination",
    doc: "The provider gives the whole list at once. Saying so is what tells a list without pages from one whose paging was forgotten.",
    keys: &[Key {
        name: "style",
        value: Value::Choice(&["single"]),
        need: Need::Required,
        doc: "There is one page.",
        example: "style: single",
    }],
    also: None,
    reserved: &[],
    rest: None,
    frame: "resources:\n  things:\n    list:\n      get: /things\n      items: $\n      paginate:\n        §",
};

fn read(_reader: &mut Reader<'_, '_>) -> Option<Option<Loop>> {
    Some(None)
}
