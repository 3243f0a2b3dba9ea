//! `link_header`: the `Link` header holds the next page's URL (RFC 8288).

use connc_plan as plan;

use super::common::{COMMON, read as common};
use super::{Loop, Next, Style};
use crate::yaml::{Key, Need, Reader, Table, Value};

pub(super) static STYLE: Style = Style { name: "link_header", table: &TABLE, read };

static TABLE: Table = Table {
    name: "link_header pagination",
    doc: "The `Link` header holds the next page's URL (RFC 8288). It is followed on the connector's own origins only.",
    keys: &[Key {
        name: "rel",
        value: Value::Text,
        need: Need::Optional,
        doc: "The link's relation: `next` unless said otherwise.",
        example: "rel: next",
    }],
    also: Some(&COMMON),
    reserved: &[],
    rest: None,
    frame: "resources:\n  things:\n    list:\n      get: /things\n      items: $\n      paginate:\n        style: link_header\n        §",
};

fn read(reader: &mut Reader<'_, '_>) -> Option<Option<Loop>> {
    let rel = reader.text("rel").map_or_else(|| "next".to_owned(), |text| text.value);
    Some(Some(common(reader, STYLE.name, Next::Link(rel), plan::Target::Url)))
}
