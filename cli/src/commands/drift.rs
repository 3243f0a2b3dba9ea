//! `connc drift`: what changed in a provider's description that the connector touches.

use std::io::Write as _;
use std::path::PathBuf;

use clap::ValueEnum;
use connc_compiler::source::{FileId, Role};
use connc_extract::{Change, Drift, Extract, File};
use serde_json::json;

use super::extract::{base_name, read, spec_of};
use crate::console::{Console, GREEN, RED, STRONG, YELLOW};
use crate::error::{Stop, counted, names};
use crate::project::{Loaded, Project};

/// Show what a newer description of the provider changes for a connector
#[derive(Debug, clap::Args)]
#[command(after_help = include_str!("../../help/drift.txt"))]
pub(crate) struct Args {
    /// The connector
    connector: String,
    /// The newer description, in any format that `connc extract` reads
    #[arg(long, value_name = "FILE")]
    against: PathBuf,
    /// The extract to compare with, where the connector has several
    #[arg(long = "as", value_name = "NAME")]
    name: Option<String>,
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
    let loaded = project.find(&args.connector)?.load()?;
    let spec = spec_of(&loaded, console)?;
    let new = read(&spec, &loaded, &args.against)?;
    let file = stored(args, &loaded, &new)?;
    let name = loaded.sources.path(file);
    let drift = connc_extract::drift(&spec, &loaded.sources, File { name, text: loaded.sources.text(file) }, &new).map_err(|problem| {
        let stop = Stop::usage(problem.message);
        match problem.help {
            Some(help) => stop.help(help),
            None => stop,
        }
    })?;
    match args.format {
        Format::Text => text(&drift, &loaded, console)?,
        Format::Json => {
            let changes: Vec<_> = drift.changes.iter().map(|change| as_json(change, &loaded)).collect();
            let breaking = drift.changes.iter().filter(|change| change.breaking).count();
            let summary = json!({"changes": drift.changes.len(), "breaking": breaking, "extract": name, "version": new.source.version});
            writeln!(console.out, "{:#}", json!({"changes": changes, "summary": summary}))?;
        }
    }
    console.out.flush()?;
    if drift.is_breaking() { Err(Stop::Problems) } else { Ok(()) }
}

/// The extract that the description is a newer version of: the one of that name, from a file of that name, of that title, or the only one.
fn stored(args: &Args, loaded: &Loaded, new: &Extract) -> Result<FileId, Stop> {
    let ending = if new.sdl.is_some() { ".graphql" } else { ".yaml" };
    let path = |file: &FileId| loaded.sources.path(*file);
    let all: Vec<FileId> =
        loaded.sources.of(Role::Schema).filter(|file| path(file).ends_with(ending) && !path(file).ends_with(".overlay.yaml")).collect();
    let stem = |file: &FileId| path(file).rsplit('/').next().unwrap_or_default().trim_end_matches(ending).to_owned();
    if let Some(name) = &args.name {
        let found = all.iter().find(|file| stem(file) == name.trim_end_matches(ending)).copied();
        let known: Vec<String> = all.iter().map(stem).collect();
        return found.ok_or_else(|| {
            let help = crate::error::suggestion(name, "extracts", known.iter().map(String::as_str));
            Stop::usage(format!("connector `{}` has no extract `{name}`", loaded.name)).help(help)
        });
    }
    let says = |file: &FileId, what: &str| loaded.sources.text(*file).lines().take(20).any(|line| line.contains(what));
    let (file, title) = (format!("file: {}", base_name(&args.against)), format!("title: {}", new.source.title));
    let only = if let [only] = all.as_slice() { Some(only) } else { None };
    let found = all.iter().find(|known| says(known, &file)).or_else(|| all.iter().find(|known| says(known, &title))).or(only);
    match (found, all.is_empty()) {
        (Some(found), _) => Ok(*found),
        (None, true) => {
            Err(Stop::usage(format!("connector `{}` has no extract to compare with", loaded.name)).help("`connc extract` makes one"))
        }
        (None, false) => {
            let known: Vec<String> = all.iter().map(stem).collect();
            Err(Stop::usage("it is not clear which extract the description belongs to")
                .help(format!("name it with `--as`: {}", names(known.iter().map(String::as_str)))))
        }
    }
}

fn text(drift: &Drift, loaded: &Loaded, console: &mut Console) -> Result<(), Stop> {
    for change in &drift.changes {
        let level = if change.breaking { format!("{RED}breaking{RED:#}") } else { format!("{YELLOW}harmless{YELLOW:#}") };
        let operations = if change.operations.is_empty() { String::new() } else { format!(" ({})", change.operations.join(", ")) };
        writeln!(console.out, "{level} {STRONG}{}{STRONG:#}: {}{operations}", change.at, change.what)?;
        for place in places(change, loaded) {
            writeln!(console.out, "  {place}")?;
        }
    }
    let breaking = drift.changes.iter().filter(|change| change.breaking).count();
    let name = &loaded.name;
    match (drift.changes.len(), breaking) {
        (0, _) => writeln!(console.err, "{STRONG}{name}{STRONG:#}: {GREEN}nothing changed that it touches{GREEN:#}")?,
        (all, 0) => writeln!(console.err, "{STRONG}{name}{STRONG:#}: {}, none of which breaks it", counted(all, "change"))?,
        (all, breaking) => writeln!(console.err, "{STRONG}{name}{STRONG:#}: {}, {breaking} of which may break it", counted(all, "change"))?,
    }
    Ok(())
}

/// `file:line:column` of each place.
fn places(change: &Change, loaded: &Loaded) -> Vec<String> {
    let mut places: Vec<String> = Vec::new();
    for span in &change.places {
        let at = loaded.sources.position(span.file, span.start);
        let place = format!("{}:{}:{}", loaded.sources.path(span.file), at.line, at.column);
        if !places.contains(&place) {
            places.push(place);
        }
    }
    places
}

fn as_json(change: &Change, loaded: &Loaded) -> serde_json::Value {
    let places: Vec<_> = change
        .places
        .iter()
        .map(|span| {
            let at = loaded.sources.position(span.file, span.start);
            json!({"file": loaded.sources.path(span.file), "line": at.line, "column": at.column})
        })
        .collect();
    json!({"operations": change.operations, "at": change.at, "what": change.what, "breaking": change.breaking, "places": places})
}
