//! Two trees as one: what the second states wins, mappings are put together key by key. Everything keeps the place where it was written.

use std::rc::Rc;

use super::{Entry, Kind, Node};

/// `own` over `base`.
#[must_use]
pub fn merged(base: &Node, own: &Node) -> Node {
    let (Kind::Mapping(under), Kind::Mapping(over)) = (&base.kind, &own.kind) else { return own.clone() };
    let mut entries: Vec<Entry> = Vec::with_capacity(under.len() + over.len());
    for entry in under.iter() {
        entries.push(match over.iter().find(|own| own.key.value == entry.key.value) {
            Some(own) => Entry { key: own.key.clone(), value: merged(&entry.value, &own.value) },
            None => entry.clone(),
        });
    }
    entries.extend(over.iter().filter(|own| !under.iter().any(|entry| entry.key.value == own.key.value)).cloned());
    Node { kind: Kind::Mapping(Rc::new(entries)), span: own.span }
}

/// The tree without what stands at a dotted path of keys, or the key that is not there and those that are. Where a key holds dots itself,
/// the longest one that is there is meant.
///
/// # Errors
///
/// Where a key of the path is not there.
pub fn without(node: &Node, path: &[&str]) -> Result<Node, Missing> {
    let Some(first) = path.first() else { return Ok(node.clone()) };
    let entries: &[Entry] = match &node.kind {
        Kind::Mapping(entries) => entries,
        Kind::Scalar(_) | Kind::Sequence(_) | Kind::Broken => &[],
    };
    let there = (1..=path.len()).rev().find_map(|length| {
        let (key, rest) = path.split_at_checked(length)?;
        let key = key.join(".");
        entries.iter().any(|entry| entry.key.value == key).then_some((key, rest))
    });
    let Some((key, rest)) = there else {
        return Err(Missing { key: (*first).to_owned(), known: entries.iter().map(|entry| entry.key.value.clone()).collect() });
    };
    let mut left = Vec::with_capacity(entries.len());
    for entry in entries {
        if entry.key.value != key {
            left.push(entry.clone());
        } else if !rest.is_empty() {
            left.push(Entry { key: entry.key.clone(), value: without(&entry.value, rest)? });
        }
    }
    Ok(Node { kind: Kind::Mapping(Rc::new(left)), span: node.span })
}

/// A key that is not there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Missing {
    /// The key.
    pub key: String,
    /// Those that are.
    pub known: Vec<String>,
}
