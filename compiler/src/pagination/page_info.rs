//! `page_info`: a GraphQL connection's `pageInfo` (the Relay cursor connections specification).

use connc_plan as plan;

use super::common::{COMMON, INTO, into, read as common};
use super::{Loop, Next, Style};
use crate::lang::path;
use crate::yaml::{Key, Need, Reader, Table, Value};

pub(super) static STYLE: Style = Style { name: "page_info", table: &TABLE, read };

static TABLE: Table = Table {
    name: "page_info pagination",
    doc: "A GraphQL connection's `pageInfo { hasNextPage endCursor }`, as the Relay cursor connections specification has it.",
    keys: &[
        Key {
            name: "path",
            value: Value::Path,
            need: Need::Required,
            doc: "Where `pageInfo` stands in the answer.",
            example: "path: data.things.pageInfo",
        },
        Key {
            name: "into",
            value: Value::Object(&INTO),
            need: Need::Optional,
            doc: "Where the cursor goes: the variable `after` unless said otherwise.",
            example: "into: { variable: after }",
        },
    ],
    also: Some(&COMMON),
    reserved: &[],
    rest: None,
    frame: "graphql: { endpoint: /graphql }\nresources:\n  things:\n    list:\n      graphql: \"query Things($after: String) { things(after: $after) { nodes { id } pageInfo { hasNextPage endCursor } } }\"\n      items: data.things.nodes\n      paginate:\n        style: page_info\n        §",
};

fn read(reader: &mut Reader<'_, '_>) -> Option<Option<Loop>> {
    let path = path(reader, "path")?;
    let (span, path) = (path.span, path.lower(plan::Origin::default()));
    let target = match reader.take("into") {
        Some(_) => into(reader)?,
        None => plan::Target::Body(vec!["variables".to_owned(), "after".to_owned()]),
    };
    let next = Next::Made(format!("{path}.(hasNextPage ? endCursor)"));
    let more = Some(format!("{path}.hasNextPage = true"));
    Some(Some(Loop { more, path_span: Some(span), ..common(reader, STYLE.name, next, target) }))
}
