//! `connc plan`: what would run.

use std::io::Write as _;

use clap::ValueEnum;
use connc_compiler::source::Span;
use connc_plan::{Operation, Plan, ResourceMap, dump};
use serde_json::json;

use crate::console::Console;
use crate::error::{Stop, suggestion};
use crate::project::{Loaded, Project};

/// Show what a connector would send, where to, and how records are made
#[derive(Debug, clap::Args)]
#[command(after_help = include_str!("../../help/plan.txt"))]
pub(crate) struct Args {
    /// The connector
    connector: String,
    /// Only this operation or resource, with the maps of it
    #[arg(value_name = "RESOURCE[.VERB]")]
    operation: Option<String>,
    /// How to show it
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people
    Text,
    /// The data that runs
    Json,
}

pub(crate) fn run(args: &Args, project: &Project, console: &mut Console) -> Result<(), Stop> {
    let loaded = project.find(&args.connector)?.load_to_call()?;
    let plan = super::compiled(&loaded, console)?;
    let Some(name) = &args.operation else {
        match args.format {
            Format::Text => write!(console.out, "{}{}", dump::plan(&plan), untyped(&loaded))?,
            Format::Json => writeln!(console.out, "{:#}", serde_json::to_value(&plan).unwrap_or_default())?,
        }
        return Ok(());
    };
    let (operations, maps) = about(&plan, name);
    if operations.is_empty() && maps.is_empty() {
        let mut known: Vec<&str> = plan.operations.values().flat_map(|operation| [operation.name.as_str(), operation.resource()]).collect();
        known.extend(plan.maps.iter().map(|map| map.resource.as_str()));
        known.sort_unstable();
        known.dedup();
        return Err(Stop::usage(format!("connector `{}` has no operation or resource `{name}`", plan.connector)).help(suggestion(
            name,
            "resources and operations",
            known,
        )));
    }
    match args.format {
        Format::Json => writeln!(console.out, "{:#}", json!({"operations": operations, "maps": maps}))?,
        Format::Text => {
            let texts =
                operations.iter().map(|operation| dump::operation(&plan, operation)).chain(maps.iter().map(|map| dump::map(&plan, map)));
            write!(console.out, "{}", texts.collect::<Vec<_>>().join("\n"))?;
        }
    }
    Ok(())
}

/// What nothing vouches for: expressions whose input or output has no type.
fn untyped(loaded: &Loaded) -> String {
    let unknown = loaded.check().1.unknown;
    if unknown.is_empty() {
        return String::new();
    }
    let line = |(place, what): &(Span, String)| {
        let at = loaded.sources.position(place.file, place.start);
        format!("  {what}  ({}:{}:{})\n", loaded.sources.path(place.file), at.line, at.column)
    };
    format!("\nunverified, because nothing says its type\n{}", unknown.iter().map(line).collect::<String>())
}

/// The operations of this name or resource, and the maps of its records.
fn about<'a>(plan: &'a Plan, name: &str) -> (Vec<&'a Operation>, Vec<&'a ResourceMap>) {
    let resource = if plan.operations.contains_key(name) { name.rsplit_once('.').map_or(name, |(resource, _)| resource) } else { name };
    let maps: Vec<&ResourceMap> = plan.maps.iter().filter(|map| map.from == resource || map.resource == name).collect();
    let from: Vec<&str> = maps.iter().map(|map| map.from.as_str()).collect();
    let exact = |operation: &&Operation| operation.name == name;
    let mut operations: Vec<&Operation> = plan.operations.values().filter(exact).collect();
    if operations.is_empty() {
        operations =
            plan.operations.values().filter(|operation| operation.resource() == name || from.contains(&operation.resource())).collect();
    }
    (operations, maps)
}
