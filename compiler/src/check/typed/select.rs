//! What is always asked for by name is a field of the record.

use super::facts::Typed;
use super::report::Reports;
use crate::check::Case;
use crate::diagnostic::{Code, Diagnostic, nearest};
use crate::shape::{Shape, Shapes};
use crate::spec::Records;

pub(super) fn check(case: &Case<'_>, typed: &Typed<'_>, reports: &mut Reports<'_>) {
    for operation in &case.spec.operations {
        let (Some(select), Some(facts)) = (&operation.select, typed.of(&operation.name.value)) else { continue };
        if matches!(operation.records, Records::None) {
            continue;
        }
        let below = select.below.iter().flat_map(|below| below.steps.iter().map(|step| step.value.as_str()));
        let mut record = facts.record.clone();
        for name in below {
            let Member::Here(inner) = member(&record, name, typed.shapes) else {
                record = Shape::Unknown;
                break;
            };
            record = inner;
        }
        for always in &select.always {
            // A name with dots may be one member's.
            if matches!(member(&record, &always.value, typed.shapes), Member::Here(_) | Member::Open) {
                continue;
            }
            let mut here = record.clone();
            for part in always.value.split(select.dot.as_str()) {
                match member(&here, part, typed.shapes) {
                    Member::Here(inner) => here = inner,
                    Member::Open => break,
                    Member::None(known) => {
                        let near = nearest(part, known.iter().map(String::as_str));
                        let message = format!("`{part}` is not a field of a record of `{}`", operation.name.value);
                        let diagnostic = Diagnostic::new(Code::UnknownProperty, always.span, message);
                        let diagnostic = diagnostic.help_if(near.map(|near| format!("did you mean `{near}`?")));
                        reports.push(diagnostic);
                        break;
                    }
                }
            }
        }
    }
}

/// What a record has by a name.
enum Member {
    Here(Shape),
    /// It may have anything.
    Open,
    /// It has only these.
    None(Vec<String>),
}

fn member(shape: &Shape, name: &str, shapes: &Shapes) -> Member {
    let mut known = Vec::new();
    for one in shapes.alternatives(shape) {
        match one {
            Shape::Object(object) => {
                if let Some(member) = object.member(name) {
                    return Member::Here(member.shape.clone());
                }
                if object.rest.is_some() || object.cut {
                    return Member::Open;
                }
                known.extend(object.members.iter().map(|member| member.name.to_string()));
            }
            Shape::List(inner) => return member(inner, name, shapes),
            Shape::Unknown => return Member::Open,
            Shape::Null
            | Shape::Boolean
            | Shape::Number { .. }
            | Shape::Text(_)
            | Shape::Function
            | Shape::Bytes
            | Shape::Named(_)
            | Shape::OneOf(_) => {}
        }
    }
    Member::None(known)
}
