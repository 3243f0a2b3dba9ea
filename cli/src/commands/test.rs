//! `connc test`: replays every recorded call, and compares plans, requests and records with the snapshots.

use std::collections::BTreeSet;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use clap::ValueEnum;

use crate::console::{Console, DIM, GREEN, RED, STRONG};
use crate::error::{Stop, counted};
use crate::project::{self, Project};
use crate::suite::{self, Case, Scenario, snapshot};

/// Replay recorded calls and compare with the snapshots
#[derive(Debug, clap::Args)]
#[command(
    after_help = include_str!("../../help/test.txt")
)]
pub(crate) struct Args {
    /// Connectors by name or folder; without any, all of ./connectors
    #[arg(value_name = "CONNECTOR")]
    given: Vec<String>,
    /// Write the snapshots anew, and remove those that nothing makes any more
    #[arg(long)]
    accept: bool,
    /// How to report
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people
    Text,
    /// JUnit XML
    Junit,
}

/// A case with what is wrong with it.
struct Judged {
    connector: String,
    name: String,
    problems: Vec<String>,
}

/// What was done to the snapshots.
#[derive(Default)]
struct Accepted {
    written: usize,
    removed: usize,
}

pub(crate) fn run(args: &Args, project: &Project, console: &mut Console) -> Result<(), Stop> {
    let mut results: Vec<Judged> = Vec::new();
    let mut accepted = Accepted::default();
    let mut connectors = 0;
    let mut covered = Vec::new();
    for found in project::chosen(project, &args.given)? {
        let loaded = found.load()?;
        if args.accept && loaded.snapshots.is_none() {
            return Err(Stop::usage(format!("connector `{}` is a built-in one, and has no snapshots to write", loaded.name)));
        }
        connectors += 1;
        let cases = suite::cases(loaded);
        let mut met = BTreeSet::new();
        for case in &cases {
            results.push(run_case(case, args.accept, &mut accepted, &mut met)?);
        }
        let scenarios = cases.first().and_then(|case| case.scenarios(&met));
        covered.extend(scenarios.map(|scenarios| (found.name.clone(), scenarios)));
        for path in suite::unused(&cases) {
            let shown = path.display().to_string();
            if args.accept {
                fs::remove_file(&path).map_err(|error| Stop::unwritable(&format!("`{shown}`"), &error))?;
                accepted.removed += 1;
            } else {
                let review = shown.ends_with(".new");
                let why = if review { "waits for review" } else { "is unused: nothing makes it any more" };
                let problem = format!("`{shown}` {why}; `--accept` removes it");
                results.push(Judged { connector: found.name.clone(), name: file_name(&path), problems: vec![problem] });
            }
        }
    }
    match args.format {
        Format::Text => {
            text(&results, connectors, args.accept, &accepted, console)?;
            for (name, scenarios) in &covered {
                writeln!(console.err, "{DIM}{name}: scenarios {}{DIM:#}", scenarios.line())?;
            }
        }
        Format::Junit => junit(&results, console)?,
    }
    if results.iter().any(|result| !result.problems.is_empty()) { Err(Stop::Problems) } else { Ok(()) }
}

fn run_case(case: &Case, accept: bool, accepted: &mut Accepted, met: &mut BTreeSet<Scenario>) -> Result<Judged, Stop> {
    let outcome = case.run();
    met.extend(outcome.met);
    let mut problems = outcome.problems;
    if let Some(path) = case.snapshot().filter(|_| !outcome.text.is_empty()) {
        let shown = path.display().to_string();
        let before = snapshot::read(&path).map_err(|error| Stop::unreadable(&format!("`{shown}`"), &error))?;
        match before {
            Some(before) if snapshot::same(&before, &outcome.text) => {}
            // Text with a problem in it is no promise.
            _ if accept && problems.is_empty() => {
                snapshot::write(&path, &outcome.text).map_err(|error| Stop::unwritable(&format!("`{shown}`"), &error))?;
                accepted.written += 1;
            }
            None if problems.is_empty() => problems.push(format!("there is no `{shown}` yet; `--accept` writes it")),
            Some(before) if problems.is_empty() => {
                problems.push(format!("differs from `{shown}`\n{}", snapshot::difference(&before, &outcome.text)))
            }
            Some(_) | None => {}
        }
    }
    Ok(Judged { connector: case.connector.clone(), name: case.name.clone(), problems })
}

fn text(results: &[Judged], connectors: usize, accept: bool, accepted: &Accepted, console: &mut Console) -> Result<(), Stop> {
    let failed: Vec<&Judged> = results.iter().filter(|result| !result.problems.is_empty()).collect();
    for Judged { connector, name, problems } in &failed {
        writeln!(console.out, "{RED}failed{RED:#}  {STRONG}{connector}{STRONG:#} {name}")?;
        for problem in problems {
            for line in problem.trim_end().lines() {
                let style = match line.chars().next() {
                    Some('-') => RED,
                    Some('+') => GREEN,
                    Some(_) | None => anstyle::Style::new(),
                };
                writeln!(console.err, "        {style}{line}{style:#}")?;
            }
        }
    }
    let cases = format!("{} of {}", counted(results.len(), "case"), counted(connectors, "connector"));
    if failed.is_empty() {
        writeln!(console.out, "{GREEN}ok{GREEN:#}  {cases}")?;
    } else {
        writeln!(console.out, "{RED}{} failed{RED:#}, of {cases}", failed.len())?;
    }
    if accept {
        writeln!(console.err, "{DIM}snapshots: {} written, {} removed{DIM:#}", accepted.written, accepted.removed)?;
    }
    Ok(())
}

fn junit(results: &[Judged], console: &mut Console) -> Result<(), Stop> {
    let failures = results.iter().filter(|result| !result.problems.is_empty()).count();
    writeln!(console.out, r#"<?xml version="1.0" encoding="UTF-8"?>"#)?;
    writeln!(console.out, r#"<testsuites><testsuite name="connc" tests="{}" failures="{failures}">"#, results.len())?;
    for Judged { connector, name, problems } in results {
        let (class, name) = (escaped(connector), escaped(name));
        if problems.is_empty() {
            writeln!(console.out, r#"  <testcase classname="{class}" name="{name}"/>"#)?;
        } else {
            let message = problems.first().and_then(|problem| problem.lines().next()).unwrap_or_default();
            writeln!(
                console.out,
                r#"  <testcase classname="{class}" name="{name}"><failure message="{}">{}</failure></testcase>"#,
                escaped(message),
                escaped(&problems.join("\n"))
            )?;
        }
    }
    writeln!(console.out, "</testsuite></testsuites>")?;
    Ok(())
}

/// Text for XML 1.0, without the control characters that it has no way to say.
fn escaped(text: &str) -> String {
    let kept = text.chars().filter(|c| !c.is_control() || matches!(c, '\n' | '\t'));
    kept.collect::<String>().replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

fn file_name(path: &Path) -> String {
    PathBuf::from(path).file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}
