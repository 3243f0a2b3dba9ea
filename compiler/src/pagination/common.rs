//! The keys that pagination styles share.

use connc_plan as plan;

use super::{Loop, Next};
use crate::diagnostic::{Code, Diagnostic};
use crate::lang::{Headers, expression, header_name};
use crate::source::Span;
use crate::yaml::{Key, Kind, Need, Node, Reader, Table, Value};

/// Pages after which a loop is an error, unless the spec says otherwise.
const MAX_PAGES: u64 = 100_000;

/// Keys that every style has.
pub static COMMON: Table = Table {
    name: "paginate",
    doc: "How the next page is asked for. Every style becomes the same loop: where the token comes from, where it goes, and when to stop.",
    keys: &[
        Key {
            name: "style",
            value: Value::Choice(&[
                "cursor",
                "next_url",
                "link_header",
                "page",
                "offset",
                "start_index",
                "keyset",
                "page_info",
                "single",
                "one",
            ]),
            need: Need::Required,
            doc: "How this provider pages.",
            example: "style: link_header",
        },
        Key {
            name: "size",
            value: Value::Object(&SIZE),
            need: Need::Optional,
            doc: "How many records a page is asked to hold.",
            example: "size: { query: limit, max: 200 }",
        },
        Key {
            name: "until",
            value: Value::Jsonata,
            need: Need::Optional,
            doc: "True on the last page. Tested before the token is looked at.",
            example: "until: $not(has_more)",
        },
        Key {
            name: "total",
            value: Value::Jsonata,
            need: Need::Optional,
            doc: "How many records there are in all.",
            example: "total: total_count",
        },
        Key {
            name: "ends_on",
            value: Value::List(&Value::Literal),
            need: Need::Optional,
            doc: "Tokens that mean the end: `absent`, null and the empty text unless said otherwise.",
            example: "ends_on: [absent, null, \"\", \"0\"]",
        },
        Key {
            name: "empty_page",
            value: Value::Choice(&["continue", "end"]),
            need: Need::Optional,
            doc: "What a page without records means: the end for counters and keysets, unless said otherwise, and nothing for tokens.",
            example: "empty_page: end",
        },
        Key {
            name: "first_only",
            value: Value::List(&Value::Name),
            need: Need::Optional,
            doc: "Query parameters that only the first request carries.",
            example: "first_only: [filter]",
        },
        Key {
            name: "cap",
            value: Value::Integer,
            need: Need::Optional,
            doc: "Records after which the provider gives no more; reaching it with more to come is an error, because the list would be cut.",
            example: "cap: 10000",
        },
        Key {
            name: "max_pages",
            value: Value::Integer,
            need: Need::Optional,
            doc: "Pages after which the loop is an error: 100000 unless said otherwise.",
            example: "max_pages: 5000",
        },
    ],
    also: None,
    reserved: &[],
    rest: None,
    frame: "resources:\n  things:\n    list:\n      get: /things\n      query: { filter: all }\n      items: things\n      paginate:\n        §",
};

/// `size`.
pub static SIZE: Table = Table {
    name: "size",
    doc: "Where the number of records goes, and how many are asked for.",
    keys: &[
        Key { name: "query", value: Value::Name, need: Need::Optional, doc: "A query parameter.", example: "query: limit\nmax: 200" },
        Key { name: "header", value: Value::Name, need: Need::Optional, doc: "A header.", example: "header: X-Page-Size\nmax: 200" },
        Key { name: "body", value: Value::Name, need: Need::Optional, doc: "A member of the JSON body.", example: "body: limit\nmax: 200" },
        Key {
            name: "variable",
            value: Value::Name,
            need: Need::Optional,
            doc: "A GraphQL variable.",
            example: "variable: first\nmax: 200",
        },
        Key {
            name: "template",
            value: Value::Name,
            need: Need::Optional,
            doc: "The request's own templates, where `template: size` is in scope as `{{ page.size }}`.",
            example: "template: size\nmax: 200",
        },
        Key {
            name: "max",
            value: Value::Integer,
            need: Need::Optional,
            doc: "The provider's maximum, which is asked for.",
            example: "query: limit\nmax: 200",
        },
        Key {
            name: "value",
            value: Value::Integer,
            need: Need::Optional,
            doc: "How many are asked for, where it is not the maximum.",
            example: "query: limit\nmax: 200\nvalue: 50",
        },
    ],
    also: None,
    reserved: &[],
    rest: None,
    frame: "graphql: { endpoint: /graphql }\nresources:\n  things:\n    list:\n      graphql: \"query Things($first: Int, $after: String) { things(first: $first, after: $after) { nodes { id } } }\"\n      items: data.things.nodes\n      paginate:\n        style: link_header\n        size:\n          §",
};

/// Where a token goes.
pub static INTO: Table = Table {
    name: "into",
    doc: "Where the token goes in the next request.",
    keys: &[
        Key { name: "query", value: Value::Name, need: Need::Optional, doc: "A query parameter.", example: "query: after" },
        Key { name: "header", value: Value::Name, need: Need::Optional, doc: "A header.", example: "header: X-Cursor" },
        Key {
            name: "body",
            value: Value::Name,
            need: Need::Optional,
            doc: "A member of the JSON body, with dots for members of members.",
            example: "body: after",
        },
        Key { name: "variable", value: Value::Name, need: Need::Optional, doc: "A GraphQL variable.", example: "variable: after" },
        Key {
            name: "template",
            value: Value::Name,
            need: Need::Optional,
            doc: "The request's own templates, where `template: offset` is in scope as `{{ page.offset }}`: for a token within a longer text, such as a query.",
            example: "template: offset",
        },
    ],
    also: None,
    reserved: &[],
    rest: None,
    frame: "graphql: { endpoint: /graphql }\nresources:\n  things:\n    list:\n      graphql: \"query Things($first: Int, $after: String) { things(first: $first, after: $after) { nodes { id } } }\"\n      items: data.things.nodes\n      paginate:\n        style: cursor\n        next: next\n        into:\n          §",
};

/// The loop with what the common keys say.
pub(super) fn read(reader: &mut Reader<'_, '_>, style: &'static str, next: Next, into: plan::Target) -> Loop {
    let counts = matches!(next, Next::Counter { .. } | Next::LastItem(_));
    let size_span = reader.take("size").and_then(name_span);
    let asked_span = reader.take("size").and_then(|node| value_span(node, &["value"]).or_else(|| value_span(node, &["max"])));
    let size = size(reader);
    let empty_page = match reader.choice("empty_page").map(|word| word.value) {
        Some("end") => plan::EmptyPage::End,
        Some(_) => plan::EmptyPage::Continue,
        None if counts => plan::EmptyPage::End,
        None => plan::EmptyPage::Continue,
    };
    let until = expression(reader, "until");
    let total = expression(reader, "total");
    let is_counter = matches!(next, Next::Counter { .. });
    // Without a stop of its own, a counter ends at a page that is not full.
    let short_page_ends = is_counter && until.is_none() && total.is_none() && size.is_some();
    Loop {
        style,
        next,
        into,
        size,
        first_only: reader.texts("first_only"),
        until,
        more: None,
        total,
        ends_on: ends_on(reader),
        empty_page,
        short_page_ends,
        max_pages: reader.integer("max_pages").map_or(MAX_PAGES, |number| number.value),
        cap: reader.integer("cap").map(|number| number.value),
        span: reader.span,
        path_span: None,
        into_span: None,
        size_span,
        asked_span,
    }
}

/// Where a place of the request is named.
pub(super) fn name_span(node: &Node) -> Option<Span> {
    value_span(node, &["query", "header", "body", "variable", "template"])
}

/// Where the value of one of these keys stands.
fn value_span(node: &Node, keys: &[&str]) -> Option<Span> {
    let Kind::Mapping(entries) = &node.kind else { return None };
    entries.iter().find(|entry| keys.contains(&entry.key.value.as_str())).map(|entry| entry.value.span)
}

/// The target under `into`.
pub(super) fn into(reader: &mut Reader<'_, '_>) -> Option<plan::Target> {
    let node = reader.take("into")?;
    let mut inner = Reader::open(node, &INTO, reader.context())?;
    target(&mut inner)
}

fn target(reader: &mut Reader<'_, '_>) -> Option<plan::Target> {
    let key = reader.needs_one_of(&["query", "header", "body", "variable", "template"])?;
    let name = reader.text(key)?;
    if key == "header" {
        header_name(&name, Headers::Sent, reader.context());
    }
    let name = name.value;
    Some(match key {
        "query" => plan::Target::Query(name),
        "header" => plan::Target::Header(name),
        "template" => plan::Target::Template(name),
        "variable" => plan::Target::Body(vec!["variables".to_owned(), name]),
        _ => plan::Target::Body(name.split('.').map(ToOwned::to_owned).collect()),
    })
}

fn size(reader: &mut Reader<'_, '_>) -> Option<plan::Size> {
    let node: &Node = reader.take("size")?;
    let mut inner = Reader::open(node, &SIZE, reader.context())?;
    let into = target(&mut inner);
    let (max, value) = (inner.integer("max"), inner.integer("value"));
    let span: Span = inner.span;
    if let (Some(max), Some(value)) = (&max, &value)
        && value.value > max.value
    {
        let message = format!("{} records are asked for, but `max` is {}", value.value, max.value);
        let diagnostic = Diagnostic::new(Code::InvalidValue, value.span, message).related(max.span, "the maximum");
        inner.context().diagnostics.push(diagnostic.help("ask for no more than the maximum"));
    }
    if inner.is_damaged() {
        return None;
    }
    let Some(asked) = value.as_ref().or(max.as_ref()) else {
        let diagnostic = Diagnostic::new(Code::MissingKey, span, "`size` does not say how many records");
        inner.context().diagnostics.push(diagnostic.help("add `max:`, the provider's maximum"));
        return None;
    };
    if asked.value == 0 {
        inner.context().diagnostics.push(Diagnostic::new(Code::InvalidValue, asked.span, "a page of no records never ends"));
    }
    Some(plan::Size { into: into?, value: asked.value, max: max.as_ref().map(|max| max.value) })
}

fn ends_on(reader: &mut Reader<'_, '_>) -> Vec<serde_json::Value> {
    let Some(node) = reader.take("ends_on") else {
        return vec![serde_json::Value::Null, serde_json::Value::from("")];
    };
    let items = reader.context().list(node, "ends_on");
    // A token that is absent always ends a list; the word is there for the reader.
    items.iter().map(Node::to_json).filter(|value| value.as_str() != Some("absent")).collect()
}
