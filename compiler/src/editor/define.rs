//! Where things are declared: members in schemas and models, operations and resources in the connector, unified fields in the model.

use super::expression::{member_at, node_at};
use super::place::{self, Place};
use super::{Inspection, holds, path};
use crate::source::{FileId, Role, Span};
use crate::spec::Connector;
use crate::yaml::{Kind, Node};

pub(super) fn at(inspection: &Inspection, file: FileId, offset: u32) -> Option<Span> {
    if let Some(seen) = inspection.expression(file, offset) {
        let (member, span) = member_at(seen, node_at(seen, file, offset)?, &inspection.shapes)?;
        return if holds(span, file, offset) { member.place } else { None };
    }
    let place = place::at(&inspection.tree(file), inspection.table(file), file, offset)?;
    if let Some((member, _)) = path::member_at(inspection, &place, file, offset) {
        return member.place;
    }
    if place.is_key { of_key(inspection, file, &place) } else { of_name(inspection, file, &place) }
}

fn of_key(inspection: &Inspection, file: FileId, place: &Place) -> Option<Span> {
    if !inspection.is_in(file, Role::Map) {
        return None;
    }
    match place.path.as_slice() {
        [resource] => Some(inspection.unified(file, resource)?.span),
        [_, _, _] => inspection.unified_field(file, &place.path).map(|(_, property)| property.name.span),
        _ => None,
    }
}

fn of_name(inspection: &Inspection, file: FileId, place: &Place) -> Option<Span> {
    let spec = inspection.spec.as_ref()?;
    let in_map = inspection.is_in(file, Role::Map);
    match (place.path.last()?.as_str(), place.path.len()) {
        ("call" | "verify" | "via", _) => crate::check::Callee::find(spec, &place.text).map(|operation| operation.name().span),
        ("from", 2) if in_map => resource(inspection, spec, &place.text),
        _ => None,
    }
}

/// Where a resource begins in `connector.yaml`: its own key.
fn resource(inspection: &Inspection, spec: &Connector, name: &str) -> Option<Span> {
    let tree = inspection.tree(spec.name.span.file);
    let mut node: &Node = &tree;
    let mut span = None;
    for step in std::iter::once("resources").chain(name.split('.')) {
        let Kind::Mapping(entries) = &node.kind else { return None };
        let entry = entries.iter().find(|entry| entry.key.value == step)?;
        span = Some(entry.key.span);
        node = &entry.value;
    }
    span
}
