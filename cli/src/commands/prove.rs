//! `connc prove`: generated answers of the provider through the maps, records against the model.

use std::io::Write as _;

use clap::ValueEnum;
use serde_json::json;

use crate::console::{Console, GREEN, RED, STRONG};
use crate::error::{Stop, counted};
use crate::project::{self, Project};
use crate::prove::{Proof, prove};

/// Generate answers that the provider may give by its own description, map them, and hold each record against the model
#[derive(Debug, clap::Args)]
#[command(after_help = include_str!("../../help/prove.txt"))]
pub(crate) struct Args {
    /// Names of connectors or their folders; without any, all of ./connectors
    #[arg(value_name = "CONNECTOR")]
    given: Vec<String>,
    /// How many records for each connector
    #[arg(long, value_name = "N", default_value_t = 10_000, value_parser = clap::value_parser!(u64).range(1..=100_000_000))]
    records: u64,
    /// The same seed gives the same records
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// How to report
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people
    Text,
    /// One JSON object
    Json,
}

pub(crate) fn run(args: &Args, project: &Project, console: &mut Console) -> Result<(), Stop> {
    let mut proofs = Vec::new();
    let mut broken = false;
    for found in project::chosen(project, &args.given)? {
        let loaded = found.load()?;
        let Some(plan) = loaded.compile().plan else {
            console.error(format!("{} does not compile", loaded.name), Some("`connc check` says why"))?;
            broken = true;
            continue;
        };
        let proof = prove(&loaded.sources, plan, args.records, args.seed).map_err(|error| Stop::usage(error.to_string()))?;
        if args.format == Format::Text {
            text(&loaded.name, &proof, console)?;
        }
        proofs.push((loaded.name, proof));
    }
    if args.format == Format::Json {
        let connectors: Vec<_> = proofs.iter().map(|(name, proof)| described(name, proof)).collect();
        writeln!(console.out, "{:#}", json!({"connectors": connectors}))?;
    }
    console.out.flush()?;
    if broken || proofs.iter().any(|(_, proof)| proof.violations() > 0) { Err(Stop::Problems) } else { Ok(()) }
}

fn text(name: &str, proof: &Proof, console: &mut Console) -> Result<(), Stop> {
    let (records, violations) = (proof.records(), proof.violations());
    let typed = proof.maps.iter().filter(|map| map.is_typed()).count();
    let verdict = if violations == 0 {
        format!("{GREEN}no violation{GREEN:#}")
    } else {
        format!("{RED}{}{RED:#}", counted(usize::try_from(violations).unwrap_or(usize::MAX), "violation"))
    };
    writeln!(
        console.out,
        "{STRONG}{name}{STRONG:#}: {verdict} in {records} records; {typed} of {} typed in every field",
        counted(proof.maps.len(), "map")
    )?;
    for map in &proof.maps {
        if map.unknown {
            writeln!(console.out, "  {}: the type of its records is not known, so nothing was proven", map.name)?;
        }
        let Some(first) = &map.first else { continue };
        writeln!(console.out, "  {}: {} of {} records; {}", map.name, map.violations, map.records, first.message)?;
        if let Some(place) = &first.place {
            writeln!(console.out, "    at {place}")?;
        }
        writeln!(console.out, "    `{}` may answer with {}", first.operation, first.raw)?;
    }
    Ok(())
}

fn described(name: &str, proof: &Proof) -> serde_json::Value {
    let maps: Vec<_> = proof
        .maps
        .iter()
        .map(|map| {
            let first = map.first.as_ref().map(|first| json!({"message": first.message, "place": first.place, "operation": first.operation, "raw": first.raw}));
            json!({"map": map.name, "typed": map.is_typed(), "untyped": map.untyped, "records": map.records, "violations": map.violations, "first": first})
        })
        .collect();
    json!({"connector": name, "records": proof.records(), "violations": proof.violations(), "maps": maps})
}
