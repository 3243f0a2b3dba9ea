//! Something in a catalogue, by hand.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::{Id, Text};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Item<'a> {
    #[serde(borrow)]
    id: Id<'a>,
    #[serde(borrow)]
    code: Cow<'a, str>,
    #[serde(borrow)]
    title: Cow<'a, str>,
    #[serde(borrow, rename = "type")]
    kind: Cow<'a, str>,
    price: f64,
    stock: u64,
    active: bool,
    #[serde(borrow)]
    owner: Cow<'a, str>,
    #[serde(borrow)]
    created_at: Cow<'a, str>,
    #[serde(borrow)]
    changed_at: Cow<'a, str>,
    #[serde(borrow)]
    remark: Option<Text<'a>>,
    #[serde(borrow)]
    link: Cow<'a, str>,
}

#[derive(Serialize)]
struct Unified<'a> {
    id: &'a Id<'a>,
    code: &'a str,
    name: &'a str,
    kind: &'a str,
    price: f64,
    quantity: u64,
    is_active: bool,
    owner_id: &'a str,
    created_at: &'a str,
    updated_at: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<&'a Text<'a>>,
    url: &'a str,
    raw: &'a RawValue,
}

pub(super) fn write(raw: &RawValue, out: &mut Vec<u8>) -> serde_json::Result<()> {
    let item: Item<'_> = serde_json::from_str(raw.get())?;
    let unified = Unified {
        id: &item.id,
        code: &item.code,
        name: &item.title,
        kind: &item.kind,
        price: item.price,
        quantity: item.stock,
        is_active: item.active,
        owner_id: &item.owner,
        created_at: &item.created_at,
        updated_at: &item.changed_at,
        note: item.remark.as_ref(),
        url: &item.link,
        raw,
    };
    serde_json::to_writer(out, &unified)
}
