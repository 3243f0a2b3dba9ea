//! One file for each command: its arguments and what it does.

pub(crate) mod build;
pub(crate) mod check;
pub(crate) mod completions;
pub(crate) mod connect;
pub(crate) mod diff;
pub(crate) mod drift;
pub(crate) mod eval;
pub(crate) mod explain;
pub(crate) mod extract;
pub(crate) mod list;
pub(crate) mod lsp;
pub(crate) mod man;
pub(crate) mod new;
pub(crate) mod plan;
pub(crate) mod prove;
pub(crate) mod run;
pub(crate) mod schema;
pub(crate) mod test;
pub(crate) mod verify;

use std::io::Write as _;

use connc_compiler::diagnostic::Severity;
use connc_plan::Plan;

use crate::console::Console;
use crate::error::{Stop, counted};
use crate::project::Loaded;
use crate::render::{self, Look};

/// The plan of a connector that is to be used; its errors are shown where it has any. What is inside the binary has none.
pub(crate) fn compiled(loaded: &Loaded, console: &mut Console) -> Result<Plan, Stop> {
    if let Some(plan) = loaded.built_in_plan() {
        return Ok(plan);
    }
    let compiled = loaded.compile();
    if let Some(plan) = compiled.plan {
        return Ok(plan);
    }
    let look = Look { colour: console.err_colour(), width: console.width() };
    let errors: Vec<_> = compiled.diagnostics.iter().filter(|diagnostic| diagnostic.severity() == Severity::Error).collect();
    for error in &errors {
        writeln!(console.err, "{}", render::diagnostic(error, &loaded.sources, look))?;
    }
    console.error(format!("connector `{}` does not compile: {}", loaded.name, counted(errors.len(), "error")), None)?;
    Err(Stop::Problems)
}
