//! Paths to records, `items` and `item`: members of an operation's answer.

use super::expression::members;
use super::place::Place;
use super::{Inspection, holds};
use crate::shape::{Member, Shape};
use crate::source::{FileId, Role, Span};
use crate::spec::Records;

/// The member that a step of a path to records names, with the step's place.
pub(super) fn member_at(inspection: &Inspection, place: &Place, file: FileId, offset: u32) -> Option<(Member, Span)> {
    let operation = inspection.spec.as_ref()?.operation(&operation_of(inspection, place, file)?)?;
    let (Records::Items { path, .. } | Records::Item { path, .. }) = &operation.records else { return None };
    let mut shape = answer(inspection, &operation.name.value)?;
    for step in &path.steps {
        let member = members(&shape, &inspection.shapes).into_iter().find(|member| member.name.as_ref() == step.value)?.clone();
        if holds(step.span, file, offset) {
            return Some((member, step.span));
        }
        shape = member.shape;
    }
    None
}

/// The members that a path to records can go on with after these steps.
pub(super) fn members_after(inspection: &Inspection, place: &Place, file: FileId, steps: &[&str]) -> Option<Vec<Member>> {
    let mut shape = answer(inspection, &operation_of(inspection, place, file)?)?;
    for step in steps {
        shape = members(&shape, &inspection.shapes).into_iter().find(|member| member.name.as_ref() == *step)?.shape.clone();
    }
    Some(members(&shape, &inspection.shapes).into_iter().cloned().collect())
}

/// The operation whose records the place is about.
fn operation_of(inspection: &Inspection, place: &Place, file: FileId) -> Option<String> {
    if place.is_key || !inspection.is_in(file, Role::Connector) {
        return None;
    }
    match place.path.as_slice() {
        [first, operation @ .., last] if first == "resources" && matches!(last.as_str(), "items" | "item") => Some(operation.join(".")),
        _ => None,
    }
}

fn answer(inspection: &Inspection, operation: &str) -> Option<Shape> {
    inspection.answers.iter().find(|(name, _)| name == operation).map(|(_, shape)| shape.clone())
}
