//! The RateLimit fields for HTTP of the IETF, in the forms that their drafts gave them (draft-ietf-httpapi-ratelimit-headers). They are
//! structured fields (RFC 9651): what breaks that grammar is read as not there.

use connc_plan::RateFields;
use http::HeaderMap;
use sfv::{BareItem, Dictionary, Item, List, ListEntry, Parameters, Parser};

use super::Reading;

/// Every policy that the headers speak of. The index of the window is the caller's to put in.
pub(super) fn read(form: RateFields, headers: &HeaderMap) -> Vec<Reading> {
    match form {
        RateFields::Policies => policies(headers),
        RateFields::Combined => combined(headers).into_iter().collect(),
        RateFields::Separate => separate(headers).into_iter().collect(),
    }
}

/// `RateLimit: "default";r=50;t=30` with the quota from `RateLimit-Policy: "default";q=100;w=10`.
fn policies(headers: &HeaderMap) -> Vec<Reading> {
    let policies: Vec<Item> = items(headers, "ratelimit-policy");
    let quota = |name: &str| policies.iter().find(|policy| text(&policy.bare_item) == Some(name)).map(|policy| &policy.params);
    // A quota of bytes, or of requests at once, is not one of calls.
    let counts_calls = |policy: &Parameters| policy.get("qu").and_then(text).is_none_or(|unit| unit == "requests");
    let services = items(headers, "ratelimit");
    let read = services.iter().filter_map(|service| {
        let name = text(&service.bare_item)?;
        let policy = quota(name);
        policy.is_none_or(counts_calls).then(|| Reading {
            window: (0, name.to_owned()),
            limit: policy.and_then(|policy| policy.get("q")).and_then(floor),
            remaining: service.params.get("r").and_then(floor),
            reset: service.params.get("t").and_then(ceiling),
            ..Reading::default()
        })
    });
    read.filter(Reading::says_something).collect()
}

/// `RateLimit: limit=100, remaining=50, reset=5`.
fn combined(headers: &HeaderMap) -> Option<Reading> {
    let members: Dictionary = Parser::new(&joined(headers, "ratelimit")?).parse().ok()?;
    let member = |name: &str| match members.get(name)? {
        ListEntry::Item(item) => Some(&item.bare_item),
        ListEntry::InnerList(_) => None,
    };
    let (limit, remaining) = (member("limit").and_then(floor), member("remaining").and_then(floor));
    Some(Reading { limit, remaining, reset: member("reset").and_then(ceiling), ..Reading::default() }).filter(Reading::says_something)
}

/// `RateLimit-Limit: 100, 100;w=10` (the first is the one that counts), `RateLimit-Remaining` and `RateLimit-Reset`.
fn separate(headers: &HeaderMap) -> Option<Reading> {
    let first = |name| items(headers, name).into_iter().next().map(|item| item.bare_item);
    let reading = Reading {
        limit: first("ratelimit-limit").as_ref().and_then(floor),
        remaining: first("ratelimit-remaining").as_ref().and_then(floor),
        reset: first("ratelimit-reset").as_ref().and_then(ceiling),
        ..Reading::default()
    };
    Some(reading).filter(Reading::says_something)
}

fn items(headers: &HeaderMap, name: &str) -> Vec<Item> {
    let list: Option<List> = joined(headers, name).and_then(|text| Parser::new(&text).parse().ok());
    let entries = list.into_iter().flatten();
    entries
        .filter_map(|entry| match entry {
            ListEntry::Item(item) => Some(item),
            ListEntry::InnerList(_) => None,
        })
        .collect()
}

/// A field that stands on several lines is one list (RFC 9110, section 5.3).
fn joined(headers: &HeaderMap, name: &str) -> Option<String> {
    let lines: Vec<&str> = headers.get_all(name).iter().filter_map(|line| line.to_str().ok()).collect();
    (!lines.is_empty()).then(|| lines.join(", "))
}

/// A policy's name: a string, or a token as some servers write it.
fn text(item: &BareItem) -> Option<&str> {
    match item {
        BareItem::String(text) => Some(text.as_str()),
        BareItem::Token(text) => Some(text.as_str()),
        BareItem::Integer(_)
        | BareItem::Decimal(_)
        | BareItem::Boolean(_)
        | BareItem::ByteSequence(_)
        | BareItem::Date(_)
        | BareItem::DisplayString(_) => None,
    }
}

fn floor(item: &BareItem) -> Option<u64> {
    super::number::count(&written(item)?)
}

fn ceiling(item: &BareItem) -> Option<u64> {
    super::number::delta(&written(item)?, 1)
}

fn written(item: &BareItem) -> Option<String> {
    match item {
        BareItem::Integer(number) => Some(number.to_string()),
        BareItem::Decimal(number) => Some(number.to_string()),
        BareItem::String(_)
        | BareItem::Token(_)
        | BareItem::Boolean(_)
        | BareItem::ByteSequence(_)
        | BareItem::Date(_)
        | BareItem::DisplayString(_) => None,
    }
}
