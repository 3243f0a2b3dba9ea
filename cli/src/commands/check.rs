//! `connc check`: compiles connectors and reports every problem.

use std::collections::HashSet;
use std::io::Write as _;
use std::time::Duration;

use clap::ValueEnum;
use connc_compiler::Coverage;
use connc_compiler::diagnostic::{self, CODES, Diagnostic, Severity};
use connc_compiler::source::Sources;
use serde_json::json;

use crate::console::{Console, GREEN, RED, STRONG, YELLOW};
use crate::error::{Stop, counted};
use crate::output::typed;
use crate::parallel::side_by_side;
use crate::project::{self, CassetteFile, Loaded, Project};
use crate::render::{self, Look};

/// Find every problem in connectors
#[derive(Debug, clap::Args)]
#[command(
    after_help = include_str!("../../help/check.txt")
)]
pub(crate) struct Args {
    /// Names of connectors, their folders, or folders of connectors; without any, all of ./connectors
    #[arg(value_name = "NAME|PATH")]
    given: Vec<String>,
    /// How to report
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// Treat warnings as errors
    #[arg(long)]
    deny_warnings: bool,
    /// Check again whenever a file changes, until interrupted
    #[arg(long)]
    watch: bool,
    /// Fail where less of a connector has types than this, in percent
    #[arg(long, value_name = "PERCENT", value_parser = percent)]
    min_typed: Option<f64>,
    /// List what has no type
    #[arg(long)]
    untyped: bool,
    /// An overlay to compile with the connector; not supported by this version
    #[arg(long, value_name = "FILE")]
    overlay: Option<String>,
}

/// How often the files are looked at while watching.
const LOOK: Duration = Duration::from_millis(300);

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people, with the place in the text
    Text,
    /// One JSON object
    Json,
    /// SARIF 2.1.0, for code scanning
    Sarif,
    /// GitHub workflow commands
    Github,
}

pub(crate) fn run(args: &Args, project: &Project, console: &mut Console) -> Result<(), Stop> {
    if args.overlay.is_some() {
        return Err(Stop::usage("`--overlay` is not supported by this version").help("leave it out for now"));
    }
    let mut loaded = load(args, project)?;
    let outcome = report(args, &loaded, console);
    if !args.watch {
        return outcome;
    }
    loop {
        match outcome_of(args, project, &mut loaded, console) {
            Ok(()) | Err(Stop::Problems) => {}
            Err(stop) => return Err(stop),
        }
        std::thread::sleep(LOOK);
    }
}

/// Checks again if a file is another than before.
fn outcome_of(args: &Args, project: &Project, loaded: &mut Vec<Loaded>, console: &mut Console) -> Result<(), Stop> {
    let now = load(args, project)?;
    if now == *loaded {
        return Ok(());
    }
    *loaded = now;
    report(args, loaded, console)
}

fn load(args: &Args, project: &Project) -> Result<Vec<Loaded>, Stop> {
    project::load_all(&project::chosen(project, &args.given)?)
}

fn report(args: &Args, loaded: &[Loaded], console: &mut Console) -> Result<(), Stop> {
    let mut reports = Reports::default();
    let parts: Vec<Part<'_>> = loaded.iter().flat_map(Part::all).collect();
    for (part, (diagnostics, coverage)) in parts.iter().zip(side_by_side(&parts, Part::examine)) {
        match part {
            Part::Connector(connector) => {
                reports.add(&connector.name, &connector.sources, diagnostics);
                reports.coverage.push((connector, coverage));
            }
            Part::Cassette(connector, cassette) => reports.add(&connector.name, &cassette.sources, diagnostics),
        }
    }
    let too_little = reports.too_little(args.min_typed);
    match args.format {
        Format::Text => {
            reports.text(loaded, args.deny_warnings, console)?;
            reports.typed(args, &too_little, console)?;
        }
        Format::Json => reports.json(loaded.len(), console)?,
        Format::Sarif => reports.sarif(console)?,
        Format::Github => reports.github(console)?,
    }
    console.out.flush()?;
    let bad = !too_little.is_empty() || reports.errors() > 0 || (args.deny_warnings && reports.warnings() > 0);
    if bad { Err(Stop::Problems) } else { Ok(()) }
}

/// A share in percent.
fn percent(text: &str) -> Result<f64, String> {
    let number = text.trim_end_matches('%').parse::<f64>().map_err(|_| "a number from 0 to 100 is wanted".to_owned())?;
    if (0.0..=100.0).contains(&number) { Ok(number) } else { Err("a number from 0 to 100 is wanted".to_owned()) }
}

/// What is read by itself, and so beside everything else.
enum Part<'a> {
    Connector(&'a Loaded),
    Cassette(&'a Loaded, &'a CassetteFile),
}

impl<'a> Part<'a> {
    /// The parts of a connector, in the order in which problems are told.
    fn all(connector: &'a Loaded) -> impl Iterator<Item = Self> {
        std::iter::once(Self::Connector(connector))
            .chain(connector.cassettes.iter().map(move |cassette| Self::Cassette(connector, cassette)))
    }

    fn examine(&self) -> (Vec<Diagnostic>, Coverage) {
        match self {
            Self::Connector(connector) => connector.check(),
            Self::Cassette(_, cassette) => (cassette.read().1, Coverage::default()),
        }
    }
}

/// What was found, in order.
#[derive(Default)]
struct Reports<'a> {
    coverage: Vec<(&'a Loaded, Coverage)>,
    list: Vec<Report<'a>>,
    /// A mistake in a unified model is found with every connector, and said once.
    seen: HashSet<String>,
}

struct Report<'a> {
    connector: &'a str,
    diagnostic: Diagnostic,
    sources: &'a Sources,
}

impl<'a> Reports<'a> {
    fn add(&mut self, connector: &'a str, sources: &'a Sources, diagnostics: Vec<Diagnostic>) {
        for diagnostic in diagnostics {
            if self.seen.insert(diagnostic::json(&diagnostic, sources).to_string()) {
                self.list.push(Report { connector, diagnostic, sources });
            }
        }
    }

    fn errors(&self) -> usize {
        self.list.iter().filter(|report| report.diagnostic.severity() == Severity::Error).count()
    }

    fn warnings(&self) -> usize {
        self.list.len() - self.errors()
    }

    fn text(&self, loaded: &[Loaded], deny_warnings: bool, console: &mut Console) -> Result<(), Stop> {
        let look = Look { colour: console.out_colour(), width: if console.out_terminal { console.width() } else { 100 } };
        for Report { connector: _, diagnostic, sources } in &self.list {
            writeln!(console.out, "{}", render::diagnostic(diagnostic, sources, look))?;
        }
        let (errors, warnings) = (self.errors(), self.warnings());
        let checked = match loaded {
            [one] => one.name.clone(),
            many => counted(many.len(), "connector"),
        };
        if errors + warnings == 0 {
            writeln!(console.err, "{STRONG}{checked}{STRONG:#}: {GREEN}no problems{GREEN:#}")?;
            return Ok(());
        }
        let mut names: Vec<&str> = self.list.iter().map(|report| report.connector).collect();
        names.dedup();
        let found: Vec<String> = [(errors, "error", RED), (warnings, "warning", YELLOW)]
            .into_iter()
            .filter(|(number, ..)| *number > 0)
            .map(|(number, what, style)| format!("{style}{}{style:#}", counted(number, what)))
            .collect();
        writeln!(console.err, "{} in {STRONG}{}{STRONG:#}", found.join(" and "), names.join(", "))?;
        if deny_warnings && errors == 0 {
            console.note("warnings count as errors here, because of `--deny-warnings`")?;
        }
        if let Some(report) = self.list.first() {
            console.note(format!("`connc explain {}` says more", report.diagnostic.code.slug()))?;
        }
        Ok(())
    }

    /// The connectors of which less than asked for has types.
    fn too_little(&self, least: Option<f64>) -> Vec<(&'a str, f64)> {
        let Some(least) = least else { return Vec::new() };
        let share = |(connector, coverage): &(&'a Loaded, Coverage)| Some((connector.name.as_str(), coverage.percent()?));
        self.coverage.iter().filter_map(share).filter(|(_, percent)| *percent < least).collect()
    }

    /// How much has types, and what has none.
    fn typed(&self, args: &Args, too_little: &[(&str, f64)], console: &mut Console) -> Result<(), Stop> {
        for (connector, coverage) in &self.coverage {
            if let Some(line) = typed::line(coverage) {
                writeln!(console.err, "{STRONG}{}{STRONG:#}: {line}", connector.name)?;
            }
            if !args.untyped {
                continue;
            }
            for (place, what) in &coverage.unknown {
                let at = connector.sources.position(place.file, place.start);
                writeln!(console.out, "{}:{}:{}: {what} has no type", connector.sources.path(place.file), at.line, at.column)?;
            }
        }
        for (name, percent) in too_little {
            let least = args.min_typed.unwrap_or_default();
            console.error(
                format!("{percent:.1} % of {name} has types, and `--min-typed` asks for {least} %"),
                Some("`--untyped` lists what has none"),
            )?;
        }
        Ok(())
    }

    fn json(&self, connectors: usize, console: &mut Console) -> Result<(), Stop> {
        let diagnostics: Vec<_> = self.list.iter().map(|report| diagnostic::json(&report.diagnostic, report.sources)).collect();
        let mut all = Coverage::default();
        self.coverage.iter().for_each(|(_, coverage)| all.add(coverage));
        let each: serde_json::Map<_, _> =
            self.coverage.iter().map(|(connector, coverage)| (connector.name.clone(), typed::json(coverage))).collect();
        let mut typed = typed::json(&all);
        if let Some(object) = typed.as_object_mut() {
            object.insert("by_connector".to_owned(), each.into());
        }
        let summary = json!({"errors": self.errors(), "warnings": self.warnings(), "connectors": connectors, "typed_coverage": typed});
        writeln!(console.out, "{:#}", json!({"diagnostics": diagnostics, "summary": summary}))?;
        Ok(())
    }

    fn sarif(&self, console: &mut Console) -> Result<(), Stop> {
        let rules: Vec<_> = CODES
            .iter()
            .filter(|code| self.list.iter().any(|report| report.diagnostic.code == **code))
            .map(|code| {
                json!({
                    "id": code.slug(),
                    "shortDescription": {"text": code.summary()},
                    "fullDescription": {"text": code.explanation().why},
                    "defaultConfiguration": {"level": code.severity().name()},
                })
            })
            .collect();
        let results: Vec<_> = self.list.iter().map(|report| diagnostic::sarif(&report.diagnostic, report.sources)).collect();
        let driver = json!({"name": "connc", "version": env!("CARGO_PKG_VERSION"), "rules": rules});
        let log = json!({
            "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
            "version": "2.1.0",
            "runs": [{"tool": {"driver": driver}, "columnKind": "utf16CodeUnits", "results": results}],
        });
        writeln!(console.out, "{log:#}")?;
        Ok(())
    }

    fn github(&self, console: &mut Console) -> Result<(), Stop> {
        for report in &self.list {
            writeln!(console.out, "{}", diagnostic::github(&report.diagnostic, report.sources))?;
        }
        Ok(())
    }
}
