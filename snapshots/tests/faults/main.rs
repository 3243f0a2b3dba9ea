//! The fault corpus: single faults, made in the connectors by a generator, each of which `connc check` must report at its own place.
//!
//! A fault counts as caught where a problem that the sound connector does not have stands in the right file, on the right line, over the faulty text.
//! The table of kinds is a snapshot, so that a kind that gets worse is seen; the share is held at 95 % and more.

#![expect(clippy::expect_used, reason = "a test that cannot read its files fails")]
#![expect(clippy::print_stdout, reason = "the figures are what the test is for")]

mod kinds;
mod spots;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use connc::project::{Loaded, Project};
use connc_compiler::diagnostic::Diagnostic;
use connc_compiler::source::{FileId, Role, Sources, Span};

use kinds::Expected;

/// The share of faults that must be caught in connectors whose descriptions say most, in percent.
const LEAST: usize = 95;

/// Connectors whose descriptions say most: closed types, words, required members.
const SAYING: [&str; 3] = ["linear", "okta", "zendesk"];

/// The share over all connectors that have a description. Where a path takes any word (`/objects/{objectType}`), a type lets any member stand,
/// or a field is free text, a slip is not seen; and the generator also takes away what the connector does not touch.
const LEAST_OF_ALL: usize = 90;

/// The fewest faults.
const FEWEST: usize = 150;

#[test]
fn faults_are_caught_where_they_are() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the crate lies in the repository");
    std::env::set_current_dir(root).expect("the repository is there");
    let project = Project::open(Some(Path::new("connectors"))).expect("there are connectors");
    let mut table: BTreeMap<&'static str, (usize, usize)> = BTreeMap::new();
    let mut missed = String::new();
    let mut left_out = Vec::new();
    let mut shares: BTreeMap<String, (usize, usize)> = BTreeMap::new();
    for found in project.own().expect("the connectors can be read") {
        let loaded = found.load().expect("the connector's files can be read");
        let compiled = loaded.compile();
        // What recorded answers show is open: a misspelt field may be one that nobody has recorded.
        if compiled.coverage.cassettes > 0 {
            left_out.push(loaded.name.clone());
            continue;
        }
        let sound = compiled.diagnostics;
        assert!(sound.is_empty(), "{} has problems before any fault is made: {}", loaded.name, described(&sound, &loaded.sources));
        let faults = kinds::faults(&loaded.sources);
        let own = shares.entry(loaded.name.clone()).or_insert((0_usize, 0_usize));
        for (fault, caught) in faults.iter().zip(all(&loaded, &faults)) {
            let row = table.entry(fault.kind).or_default();
            row.0 += usize::from(caught.is_ok());
            row.1 += 1;
            own.0 += usize::from(caught.is_ok());
            own.1 += 1;
            if let Err(instead) = caught {
                // Lines are left out, so that the list changes only with what is caught.
                let was = loaded.sources.slice(Span::new(fault.file, fault.start as usize..fault.end as usize));
                let path = loaded.sources.path(fault.file);
                let line = format!("{} in {path}: `{}` became `{}`\n", fault.kind, was.escape_debug(), fault.text.escape_debug());
                if !missed.contains(&line) {
                    missed.push_str(&line);
                }
                println!("missed: {line}    {instead}");
            }
        }
    }
    let (caught, all) = table.values().fold((0, 0), |(caught, all), row| (caught + row.0, all + row.1));
    let mut text = format!("{caught} of {all} faults are caught, with the right file, line and column\n\n");
    for (kind, (caught, all)) in &table {
        let _ = writeln!(text, "{kind:34} {caught:3} of {all:3}");
    }
    let _ = writeln!(text);
    for (name, (caught, all)) in &shares {
        let _ = writeln!(text, "{name:34} {caught:3} of {all:3}");
    }
    let _ = writeln!(text, "\nWithout a description of the provider's, and left out: {}", left_out.join(", "));
    let _ = write!(text, "\nNot caught:\n{}", if missed.is_empty() { "none\n" } else { &missed });
    println!("{text}");
    assert!(all >= FEWEST, "only {all} faults were made");
    assert!(caught * 100 >= all * LEAST_OF_ALL, "{caught} of {all} is less than {LEAST_OF_ALL} %:\n{missed}");
    let saying = SAYING.iter().filter_map(|name| shares.get(*name)).fold((0, 0), |sum, share| (sum.0 + share.0, sum.1 + share.1));
    assert!(saying.0 * 100 >= saying.1 * LEAST, "{} of {} is less than {LEAST} %:\n{missed}", saying.0, saying.1);
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(Path::new("../.."));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!("faults", text));
}

/// What comes of each fault, on all cores.
fn all(loaded: &Loaded, faults: &[kinds::Fault]) -> Vec<Result<(), String>> {
    let part = faults.len().div_ceil(std::thread::available_parallelism().map_or(1, std::num::NonZero::get)).max(1);
    std::thread::scope(|scope| {
        let parts: Vec<_> = faults
            .chunks(part)
            .map(|part| scope.spawn(move || part.iter().map(|fault| catches(loaded, fault)).collect::<Vec<_>>()))
            .collect();
        parts.into_iter().flat_map(|part| part.join().expect("the compiler does not panic")).collect()
    })
}

/// Whether the fault is reported at its place; else what is said instead.
fn catches(loaded: &Loaded, fault: &kinds::Fault) -> Result<(), String> {
    let mut sources = Sources::new(loaded.sources.folder());
    let roles = [Role::Connector, Role::Map, Role::Base, Role::Model, Role::Schema];
    let mut files: Vec<(FileId, Role)> = roles.into_iter().flat_map(|role| loaded.sources.of(role).map(move |file| (file, role))).collect();
    files.sort_by_key(|(file, _)| *file);
    for (file, role) in files {
        let text = loaded.sources.text(file);
        let text = if file == fault.file { spots::replaced(text, fault.start, fault.end, &fault.text) } else { text.to_owned() };
        sources.add_named(role, loaded.sources.path(file), loaded.sources.name(file), text);
    }
    let diagnostics = connc_compiler::compile(&sources).diagnostics;
    if diagnostics.iter().any(|diagnostic| fits(diagnostic, fault, &sources)) {
        return Ok(());
    }
    Err(if diagnostics.is_empty() { "nothing is said".to_owned() } else { described(&diagnostics, &sources) })
}

fn fits(diagnostic: &Diagnostic, fault: &kinds::Fault, sources: &Sources) -> bool {
    let span = diagnostic.span;
    match &fault.expected {
        Expected::There => {
            let end = fault.start + u32::try_from(fault.text.len()).unwrap_or(0);
            overlaps(span, fault.file, fault.start, end, sources)
        }
        Expected::At(file, start, end) => overlaps(span, *file, *start, *end, sources),
        Expected::Word(word) => span.file != fault.file && sources.slice(span).contains(word.as_str()),
        Expected::Line(word) => span.file != fault.file && line_of(span, sources).contains(word.as_str()),
    }
}

/// The line that a problem begins on.
fn line_of(span: Span, sources: &Sources) -> &str {
    let line = sources.position(span.file, span.start).line as usize;
    sources.text(span.file).lines().nth(line - 1).unwrap_or("")
}

/// Whether the problem begins on the line of the fault and covers some of it.
fn overlaps(span: Span, file: FileId, start: u32, end: u32, sources: &Sources) -> bool {
    let same_line = sources.position(span.file, span.start).line == sources.position(file, start).line;
    span.file == file && same_line && span.start <= end && span.end >= start
}

fn described(diagnostics: &[Diagnostic], sources: &Sources) -> String {
    let line = |diagnostic: &Diagnostic| {
        let place = sources.position(diagnostic.span.file, diagnostic.span.start);
        format!(
            "{}:{}:{}: {}: {}",
            sources.path(diagnostic.span.file),
            place.line,
            place.column,
            diagnostic.code.slug(),
            diagnostic.message
        )
    };
    diagnostics.iter().take(2).map(line).collect::<Vec<_>>().join("\n    ")
}
