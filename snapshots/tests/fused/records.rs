//! The records of the recordings.

use std::collections::{BTreeMap, BTreeSet};

use connc_plan::Cassette;
use serde_json::value::RawValue;

use crate::compare::Case;

/// Values below one another that are looked at.
const DEEPEST: usize = 6;

/// The objects of recorded answers, wherever they stand, of which the map makes at least half as many fields as of any.
pub(crate) fn recorded(cassettes: &[Cassette], case: &Case<'_>) -> Vec<String> {
    let mut objects = BTreeSet::new();
    for exchange in cassettes.iter().flat_map(|cassette| &cassette.exchanges) {
        if let Ok(body) = serde_json::from_str(&exchange.response.body) {
            collect(body, 0, &mut objects);
        }
    }
    let fields = |text: &str| case.record(text).map_or(0, |record| record.len());
    let made: Vec<(usize, &str)> = objects.into_iter().map(|text| (fields(text), text)).collect();
    let most = made.iter().map(|(fields, _)| *fields).max().unwrap_or_default();
    made.into_iter().filter(|(fields, _)| *fields * 2 >= most).map(|(_, text)| text.to_owned()).collect()
}

fn collect<'a>(value: &'a RawValue, depth: usize, objects: &mut BTreeSet<&'a str>) {
    let text = value.get();
    if depth > DEEPEST {
        return;
    }
    if let Ok(items) = serde_json::from_str::<Vec<&RawValue>>(text) {
        items.iter().for_each(|item| collect(item, depth + 1, objects));
    } else if let Ok(members) = serde_json::from_str::<BTreeMap<String, &RawValue>>(text) {
        objects.insert(text);
        members.values().for_each(|member| collect(member, depth + 1, objects));
    }
}
