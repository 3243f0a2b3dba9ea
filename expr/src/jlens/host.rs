//! The host functions and the functions that do not exist here, bound once.

use std::sync::OnceLock;

use jlens_core::{Bindings, Error, HostFunction};

use crate::functions::{Absence, Function, TABLE, UNAVAILABLE};

/// The code of our own functions' errors, whose messages hold no data.
pub(super) const CODE: &str = "connc";

/// Every name that the engine does not bring, and those of its own that are taken away.
pub(super) fn bindings() -> &'static Bindings {
    static BINDINGS: OnceLock<Bindings> = OnceLock::new();
    BINDINGS.get_or_init(|| {
        let bound = TABLE.iter().fold(Bindings::new(), |bindings, function| bindings.function(function.name, bind(function)));
        UNAVAILABLE.iter().fold(bound, |bindings, (name, reason)| bindings.function(*name, refuse(name, reason)))
    })
}

fn bind(function: &'static Function) -> HostFunction {
    HostFunction::new(function.signature.least(), move |arguments, _call| {
        match (function.absence, arguments.first()) {
            (Absence::Passes, None | Some(None)) => return Ok(None),
            (Absence::Passes, Some(Some(serde_json::Value::Null))) => return Ok(Some(serde_json::Value::Null)),
            (Absence::Passes | Absence::Handled, _) => {}
        }
        (function.body)(arguments).map_err(|reason| fail(&format!("`${}`: {reason}", function.name)))
    })
    .without_input()
}

fn refuse(name: &'static str, reason: &'static str) -> HostFunction {
    HostFunction::new(0, move |_arguments, _call| Err(fail(&format!("`${name}` does not exist here: {reason}")))).without_input()
}

fn fail(message: &str) -> Error {
    Error::new(CODE).with("message", message)
}
