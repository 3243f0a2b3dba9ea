//! The connector and its folder have one name, so that what people type is what they find.

use super::Case;
use crate::diagnostic::{Code, Diagnostic, Diagnostics};

pub(super) fn check(case: &Case<'_>, diagnostics: &mut Diagnostics) {
    let (name, folder) = (&case.spec.name, case.sources.folder());
    if !name.value.is_empty() && name.value != folder {
        let message = format!("the connector is called `{}`, but its folder `{folder}`", name.value);
        diagnostics.push(
            Diagnostic::new(Code::ConnectorName, name.span, message).help(format!("write `connector: {folder}`, or rename the folder")),
        );
    }
}
