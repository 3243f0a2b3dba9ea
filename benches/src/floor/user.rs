//! Someone in a directory, by hand.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct User<'a> {
    #[serde(borrow)]
    id: Cow<'a, str>,
    #[serde(borrow)]
    state: Cow<'a, str>,
    #[serde(borrow)]
    created_at: Cow<'a, str>,
    #[serde(borrow)]
    profile: Profile<'a>,
    #[serde(borrow)]
    embedded: Embedded<'a>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Profile<'a> {
    #[serde(borrow)]
    email: Cow<'a, str>,
    #[serde(borrow)]
    given_name: Cow<'a, str>,
    #[serde(borrow)]
    family_name: Cow<'a, str>,
    #[serde(borrow)]
    department: Cow<'a, str>,
}

#[derive(Deserialize)]
struct Embedded<'a> {
    #[serde(borrow)]
    groups: Vec<Group<'a>>,
}

#[derive(Deserialize, Serialize)]
struct Group<'a> {
    #[serde(borrow)]
    id: Cow<'a, str>,
    #[serde(borrow)]
    name: Cow<'a, str>,
}

#[derive(Serialize)]
struct Unified<'a> {
    id: &'a str,
    remote_id: &'a str,
    email: &'a str,
    first_name: &'a str,
    last_name: &'a str,
    department: &'a str,
    status: &'a str,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    groups: &'a [Group<'a>],
    created_at: &'a str,
    raw: &'a RawValue,
}

pub(super) fn write(raw: &RawValue, out: &mut Vec<u8>) -> serde_json::Result<()> {
    let User { id, state, created_at, profile, embedded } = serde_json::from_str(raw.get())?;
    let status = match &*state {
        "ACTIVE" => "active",
        "INVITED" | "STAGED" => "invited",
        "LOCKED" | "SUSPENDED" => "suspended",
        _ => "deactivated",
    };
    let unified = Unified {
        id: &id,
        remote_id: &id,
        email: &profile.email,
        first_name: &profile.given_name,
        last_name: &profile.family_name,
        department: &profile.department,
        status,
        groups: &embedded.groups,
        created_at: &created_at,
        raw,
    };
    serde_json::to_writer(out, &unified)
}
