//! `connc diff`: what changed between two versions of a connector, for its users.

use std::io::Write as _;
use std::path::Path;

use clap::ValueEnum;
use connc_plan::{Origin, Plan};
use connc_runtime::Bundle;
use serde_json::{Value, json};

use crate::console::{Console, GREEN, RED, STRONG, YELLOW};
use crate::diff::{Change, Place, Verdict, compare};
use crate::error::Stop;
use crate::project::{Loaded, Project};

/// Show what changed between two versions of a connector, with a semver verdict and why
#[derive(Debug, clap::Args)]
#[command(after_help = include_str!("../../help/diff.txt"))]
pub(crate) struct Args {
    /// The older version: a connector's folder, a folder of them, or a file that `connc build` made
    old: String,
    /// The newer version
    new: String,
    /// How to report
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// End with status 1 where the verdict is this or worse
    #[arg(long, value_enum, value_name = "VERDICT")]
    fail_on: Option<FailOn>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people
    Text,
    /// One JSON object
    Json,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum FailOn {
    /// What worked works no more
    Breaking,
    /// Anything new
    Feature,
}

/// A version of a connector.
struct Version {
    plan: Plan,
    /// The folder that it comes from; none where it is built.
    loaded: Option<Loaded>,
}

/// A change with its connector and its place.
struct Told {
    connector: String,
    change: Change,
    place: Option<(String, Origin)>,
}

pub(crate) fn run(args: &Args, project: &Project, console: &mut Console) -> Result<(), Stop> {
    let old = read(&args.old, project, console)?;
    let new = read(&args.new, project, console)?;
    let mut told = Vec::new();
    // Two connectors are two versions of one, whatever they are called; of several, those of one name are.
    let alone = old.len() == 1 && new.len() == 1;
    for before in &old {
        match new.iter().find(|after| alone || after.plan.connector == before.plan.connector) {
            Some(after) => told.extend(compare(&before.plan, &after.plan).into_iter().map(|change| tell(change, before, after))),
            None => told.push(whole(before, Verdict::Breaking, "it is gone", Some("calls to it are refused"))),
        }
    }
    for after in new.iter().filter(|after| !alone && !old.iter().any(|before| before.plan.connector == after.plan.connector)) {
        told.push(whole(after, Verdict::Feature, "it is new", None));
    }
    let verdict = told.iter().map(|told| told.change.verdict).max();
    match args.format {
        Format::Text => text(&told, verdict, old.len() > 1 || new.len() > 1, console)?,
        Format::Json => writeln!(console.out, "{:#}", as_json(&told, verdict))?,
    }
    console.out.flush()?;
    let worst = args.fail_on.map(|fail_on| match fail_on {
        FailOn::Breaking => Verdict::Breaking,
        FailOn::Feature => Verdict::Feature,
    });
    if worst.is_some_and(|worst| verdict.is_some_and(|verdict| verdict >= worst)) { Err(Stop::Problems) } else { Ok(()) }
}

/// The connectors that an argument means.
fn read(given: &str, project: &Project, console: &mut Console) -> Result<Vec<Version>, Stop> {
    let path = Path::new(given);
    if path.is_file() {
        let text = std::fs::read_to_string(path).map_err(|error| Stop::unreadable(&format!("`{given}`"), &error))?;
        let bundle = Bundle::read(&text).map_err(|error| {
            let stop = Stop::usage(format!("`{given}` is not what `connc build` makes: {}", error.message));
            match error.help.clone() {
                Some(help) => stop.help(help),
                None => stop,
            }
        })?;
        return Ok(bundle.plans().iter().map(|plan| Version { plan: plan.clone(), loaded: None }).collect());
    }
    let mut versions = Vec::new();
    for found in project.select(given)? {
        let loaded = found.load()?;
        match super::compiled(&loaded, console) {
            Ok(plan) => versions.push(Version { plan, loaded: Some(loaded) }),
            // What does not compile cannot be compared. It may have compiled once, when less was checked.
            Err(Stop::Problems) => {
                console.note("a version that compiles no more can be compared as the file that `connc build` once made of it")?;
                return Err(Stop::Shown);
            }
            Err(other) => return Err(other),
        }
    }
    Ok(versions)
}

fn tell(change: Change, old: &Version, new: &Version) -> Told {
    let place = change.place.and_then(|place| match place {
        Place::New(origin) => new.place(origin),
        Place::Old(origin) => old.place(origin),
    });
    Told { connector: new.plan.connector.clone(), change, place }
}

/// A connector that only one of the two has.
fn whole(version: &Version, verdict: Verdict, what: &str, why: Option<&'static str>) -> Told {
    let at = format!("connector `{}`", version.plan.connector);
    let change = Change { verdict, at, what: what.to_owned(), why, security: None, place: None };
    Told { connector: version.plan.connector.clone(), change, place: None }
}

impl Version {
    /// The file of a place as people see it.
    fn place(&self, origin: Origin) -> Option<(String, Origin)> {
        let name = self.plan.sources.get(usize::from(origin.file))?;
        Some((self.loaded.as_ref().map_or_else(|| name.clone(), |loaded| loaded.place(name)), origin))
    }
}

fn text(told: &[Told], verdict: Option<Verdict>, several: bool, console: &mut Console) -> Result<(), Stop> {
    for group in Verdict::ALL {
        let changes: Vec<&Told> = told.iter().filter(|told| told.change.verdict == group).collect();
        if changes.is_empty() {
            continue;
        }
        let colour = match group {
            Verdict::Breaking => RED,
            Verdict::Feature => GREEN,
            Verdict::Fix => YELLOW,
        };
        writeln!(console.out, "{colour}{}{colour:#}", group.name())?;
        for Told { connector, change, place } in changes {
            let connector = if several { format!("{connector}: ") } else { String::new() };
            writeln!(console.out, "  {connector}{STRONG}{}{STRONG:#}: {}", change.at, change.what)?;
            if let Some(why) = change.why {
                writeln!(console.out, "    {why}")?;
            }
            if let Some(security) = change.security {
                writeln!(console.out, "    {YELLOW}security{YELLOW:#}: {security}")?;
            }
            if let Some((file, origin)) = place {
                let was = if is_old(change) { "was " } else { "" };
                writeln!(console.out, "    {was}{file}:{}:{}", origin.line, origin.column)?;
            }
        }
    }
    match verdict {
        None => writeln!(console.out, "no difference")?,
        Some(verdict) => writeln!(console.out, "verdict: {}, a {} version", verdict.name(), verdict.version())?,
    }
    Ok(())
}

fn is_old(change: &Change) -> bool {
    matches!(change.place, Some(Place::Old(_)))
}

fn as_json(told: &[Told], verdict: Option<Verdict>) -> Value {
    let changes: Vec<Value> = told
        .iter()
        .map(|Told { connector, change, place }| {
            let place = place.as_ref().map(|(file, origin)| {
                let version = if is_old(change) { "old" } else { "new" };
                json!({"version": version, "file": file, "line": origin.line, "column": origin.column})
            });
            json!({
                "connector": connector, "verdict": change.verdict.name(), "at": change.at, "what": change.what,
                "why": change.why, "security": change.security, "place": place,
            })
        })
        .collect();
    let count = |verdict: Verdict| told.iter().filter(|told| told.change.verdict == verdict).count();
    let summary = json!({
        "verdict": verdict.map(Verdict::name), "version": verdict.map(Verdict::version),
        "breaking": count(Verdict::Breaking), "feature": count(Verdict::Feature), "fix": count(Verdict::Fix),
    });
    json!({"changes": changes, "summary": summary})
}
