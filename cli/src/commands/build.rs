//! `connc build`: plans as one artefact, for services that embed the runtime and no compiler.

use std::io::Write as _;
use std::path::PathBuf;

use connc_runtime::Connector;
use serde_json::{Map, Value, json};

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

/// The version of the artefact's layout.
const FORMAT: u32 = 1;

pub(crate) fn run(args: &Args, project: &Project, console: &mut Console) -> Result<(), Stop> {
    let mut found = if args.given.is_empty() { project.all()? } else { project::chosen(project, &args.given)? };
    found.sort_by(|a, b| a.name.cmp(&b.name));
    let mut plans = Vec::new();
    for connector in found {
        let plan = super::compiled(&connector.load()?, console)?;
        let data = serde_json::to_value(&plan).unwrap_or_default();
        Connector::load(plan).map_err(|error| Stop::usage(error.message.clone()))?;
        plans.push(sorted(data));
    }
    let count = plans.len();
    let plans = Value::Array(plans);
    let artefact = json!({"format": FORMAT, "hash": format!("sha256:{}", digest(&plans.to_string())?), "plans": plans});
    match &args.output {
        None => writeln!(console.out, "{artefact}")?,
        Some(path) => {
            let shown = path.display().to_string();
            std::fs::write(path, format!("{artefact}\n")).map_err(|error| Stop::unwritable(&format!("`{shown}`"), &error))?;
            writeln!(console.err, "{} in `{shown}`", counted(count, "plan"))?;
        }
    }
    Ok(())
}

/// The value with every object's keys sorted, so that equal plans have equal bytes.
fn sorted(value: Value) -> Value {
    match value {
        Value::Object(members) => {
            let mut members: Vec<(String, Value)> = members.into_iter().map(|(name, value)| (name, sorted(value))).collect();
            members.sort_by(|(a, _), (b, _)| a.cmp(b));
            Value::Object(members.into_iter().collect::<Map<_, _>>())
        }
        Value::Array(items) => Value::Array(items.into_iter().map(sorted).collect()),
        scalar @ (Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_)) => scalar,
    }
}

/// SHA-256 in hexadecimal, by the function that maps have too.
fn digest(text: &str) -> Result<String, Stop> {
    let failed = || Stop::usage("the plans cannot be hashed");
    let function = connc_expr::functions::find("sha256_hex").ok_or_else(failed)?;
    match (function.body)(&[Some(Value::from(text))]) {
        Ok(Some(Value::String(hash))) => Ok(hash),
        Ok(_) | Err(_) => Err(failed()),
    }
}
