//! `page`, `offset` and `start_index`: the next request carries a number that is known without the answer.

use connc_plan as plan;

use super::common::{COMMON, INTO, into, read as common};
use super::{Loop, Next, Style};
use crate::diagnostic::{Code, Diagnostic};
use crate::yaml::{Key, Need, Reader, Table, Value};

pub(super) static PAGE: Style = Style { name: "page", table: &PAGE_TABLE, read: |reader| read(reader, PAGE.name, 1, plan::Advance::One) };
pub(super) static OFFSET: Style =
    Style { name: "offset", table: &OFFSET_TABLE, read: |reader| read(reader, OFFSET.name, 0, plan::Advance::Items) };
pub(super) static START_INDEX: Style =
    Style { name: "start_index", table: &START_INDEX_TABLE, read: |reader| read(reader, START_INDEX.name, 1, plan::Advance::Items) };

const INTO_KEY: Key = Key {
    name: "into",
    value: Value::Object(&INTO),
    need: Need::Required,
    doc: "Where the number goes.",
    example: "into: { query: page }",
};

const START_KEY: Key = Key {
    name: "start",
    value: Value::Integer,
    need: Need::Optional,
    doc: "The first page's number: 1 for `page` and `start_index`, 0 for `offset`, unless said otherwise.",
    example: "start: 0",
};

const STEP_KEY: Key = Key {
    name: "step",
    value: Value::Choice(&["items", "size"]),
    need: Need::Optional,
    doc: "How far the next request goes on: by the records that came (`items`), or by the `size` that was asked for, where the provider leaves records out of a page and others do not move up. With `size`, `total` counts positions, and a page that is not full is not the last.",
    example: "step: size\nsize: { query: limit, max: 200 }",
};

static PAGE_TABLE: Table = Table {
    name: "page pagination",
    doc: "Pages are numbered. The list ends at `until`, at `total`, at an empty page, or, with a `size` and neither of those, at a page that is not full.",
    keys: &[INTO_KEY, START_KEY],
    also: Some(&COMMON),
    reserved: &[],
    rest: None,
    frame: "resources:\n  things:\n    list:\n      get: /things\n      items: things\n      paginate:\n        style: page\n        §",
};

static OFFSET_TABLE: Table = Table {
    name: "offset pagination",
    doc: "The request says how many records to skip. It ends as `page` does.",
    keys: &[INTO_KEY, START_KEY, STEP_KEY],
    also: Some(&COMMON),
    reserved: &[],
    rest: None,
    frame: "resources:\n  things:\n    list:\n      get: /things\n      items: things\n      paginate:\n        style: offset\n        §",
};

static START_INDEX_TABLE: Table = Table {
    name: "start_index pagination",
    doc: "The request says the position of the first record, counted from 1 (RFC 7644, section 3.4.2.4). It ends as `page` does.",
    keys: &[INTO_KEY, START_KEY, STEP_KEY],
    also: Some(&COMMON),
    reserved: &[],
    rest: None,
    frame: "resources:\n  things:\n    list:\n      get: /things\n      items: things\n      paginate:\n        style: start_index\n        §",
};

fn read(reader: &mut Reader<'_, '_>, style: &'static str, start: u64, advance: plan::Advance) -> Option<Option<Loop>> {
    let into = into(reader)?;
    let start = reader.integer("start").map_or(start, |number| number.value);
    let windows = if style == PAGE.name { None } else { reader.choice("step").filter(|step| step.value == "size") };
    let mut made = common(reader, style, Next::Counter { start, advance }, into);
    if let Some(step) = windows {
        let Some(size) = &made.size else {
            let diagnostic = Diagnostic::new(Code::MissingKey, step.span, "`step: size` goes on by a size that is not said");
            reader.context().diagnostics.push(diagnostic.help("add `size:`, or leave `step` out"));
            return None;
        };
        made.next = Next::Counter { start, advance: plan::Advance::By(size.value) };
        made.short_page_ends = false;
    }
    Some(Some(made))
}
