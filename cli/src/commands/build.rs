//! `connc build`: plans as one artefact, for services that embed the runtime and no compiler.

use std::io::Write as _;
use std::path::PathBuf;

use connc_runtime::Bundle;

use crate::console::Console;
use crate::error::{Stop, counted};
use crate::project::{self, Project};

/// Compile connectors into one file that a runtime loads
#[derive(Debug, clap::Args)]
#[command(after_help = include_str!("../../help/build.txt"))]
pub(crate) struct Args {
    /// Connectors by name or folder; without any, all that there are
    #[arg(value_name = "CONNECTOR")]
    given: Vec<String>,
    /// Where to write; stdout without it
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

pub(crate) fn run(args: &Args, project: &Project, console: &mut Console) -> Result<(), Stop> {
    let found = if args.given.is_empty() { project.all()? } else { project::chosen(project, &args.given)? };
    let mut plans = Vec::new();
    for connector in found {
        plans.push(super::compiled(&connector.load_to_call()?, console)?);
    }
    let bundle = Bundle::new(plans);
    let artefact = bundle.to_json().map_err(|error| Stop::usage(error.message.clone()))?;
    match &args.output {
        None => writeln!(console.out, "{artefact}")?,
        Some(path) => {
            let shown = path.display().to_string();
            std::fs::write(path, format!("{artefact}\n")).map_err(|error| Stop::unwritable(&format!("`{shown}`"), &error))?;
            writeln!(console.err, "{} in `{shown}`", counted(bundle.plans().len(), "plan"))?;
        }
    }
    Ok(())
}
