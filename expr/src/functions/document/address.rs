//! The addresses of links that stand for nodes: `accountid:5b10` for a person who is mentioned, `adf:status?color=blue` for the others.
//!
//! An attribute that is no text is written as JSON behind `json:`. The attribute that people read is the link's text.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use serde_json::{Map, Value};

use super::model::{Kind, Node};

const PERSON: &str = "accountid:";
const NODE: &str = "adf:";
const LINK: &str = "adf:link?href=";
const JSON: &str = "json:";

/// What is written as it is: it means nothing in an address without brackets, nor in a table.
const KEPT: &AsciiSet =
    &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b':').remove(b'/').remove(b'@').remove(b',');

/// The address of a node, without the attribute that its label says.
pub(super) fn of_node(node: &Node) -> String {
    let mut attributes: Vec<_> = node.attributes.iter().collect();
    let default = node.default_label();
    let said = node.kind.label.filter(|label| node.text(label).is_some_and(|text| text != default && !text.contains('\0')));
    attributes.retain(|(name, _)| Some(name.as_str()) != said);
    let mut address = match node.text("id").filter(|_| node.kind.name == "mention") {
        Some(id) => {
            attributes.retain(|(name, _)| *name != "id");
            format!("{PERSON}{}", encode(id))
        }
        None => format!("{NODE}{}", node.kind.name),
    };
    for (index, (name, value)) in attributes.into_iter().enumerate() {
        let value = match value {
            Value::String(text) if !text.starts_with(JSON) => encode(text),
            other => format!("{JSON}{}", encode(&other.to_string())),
        };
        address.push(if index == 0 { '?' } else { '&' });
        address.push_str(&encode(name));
        address.push('=');
        address.push_str(&value);
    }
    address
}

/// The address that a link is written with: its own, unless it would be read as a node's.
pub(super) fn of_link(href: &str) -> String {
    if href.starts_with(PERSON) || href.starts_with(NODE) { format!("{LINK}{}", encode(href)) } else { href.to_owned() }
}

/// Where a link leads, and the node that it stands for.
pub(super) fn read(address: &str) -> (String, Option<Node>) {
    if let Some(href) = address.strip_prefix(LINK) {
        return (decode(href), None);
    }
    (address.to_owned(), node(address))
}

fn node(address: &str) -> Option<Node> {
    let mut attributes = Map::new();
    let (kind, rest) = if let Some(rest) = address.strip_prefix(PERSON) {
        let (id, rest) = rest.split_once('?').unwrap_or((rest, ""));
        attributes.insert("id".to_owned(), Some(decode(id)).filter(|id| !id.is_empty())?.into());
        (Kind::find("mention")?, rest)
    } else {
        let (name, rest) = address.strip_prefix(NODE).map(|rest| rest.split_once('?').unwrap_or((rest, "")))?;
        (Kind::find(name)?, rest)
    };
    for (name, value) in rest.split('&').filter_map(|pair| pair.split_once('=')) {
        let value = decode(value);
        let value = match value.strip_prefix(JSON) {
            Some(json) => serde_json::from_str(json).ok().filter(|value: &Value| !value.is_null())?,
            None => Value::from(value),
        };
        attributes.insert(decode(name), value);
    }
    attributes.retain(|name, value| name != "localId" && value.as_str() != Some(""));
    Some(Node { kind, attributes })
}

/// A node with what its label says.
pub(super) fn labelled(mut node: Node, label: &str) -> Node {
    let name = node.kind.label.filter(|name| !label.is_empty() && !node.attributes.contains_key(*name) && label != node.default_label());
    if let Some(name) = name {
        node.attributes.insert(name.to_owned(), label.into());
    }
    node
}

fn encode(text: &str) -> String {
    utf8_percent_encode(text, KEPT).to_string()
}

fn decode(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}
