//! Every connector's plan and recorded calls, each as a named test, compared with its snapshot. The samples besides are connectors of
//! invented providers, which show what the spec language can say.
//!
//! `connc test` compares the same text with the same files; here `cargo insta review` shows what changed.

#![expect(clippy::expect_used, reason = "a test that cannot read its files fails")]

use std::panic::AssertUnwindSafe;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use connc::project::{Found, Project};
use connc::suite::{self, Case};
use libtest_mimic::{Arguments, Failed, Trial};

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the crate lies in the repository");
    // Paths in messages are relative to where the work is done.
    std::env::set_current_dir(root).expect("the repository is there");
    let mut trials = Vec::new();
    for found in ["connectors", "snapshots/samples/connectors"].into_iter().flat_map(own) {
        let cases = suite::cases(found.load().expect("the connector's files can be read"));
        let name = format!("{}::unused", found.name);
        let unused = suite::unused(&cases);
        trials.extend(cases.into_iter().map(|case| Trial::test(format!("{}::{}", case.connector, case.name), move || compare(&case))));
        trials.push(Trial::test(name, move || nothing(&unused)));
    }
    libtest_mimic::run(&arguments, trials).exit_code()
}

/// The connectors of a folder.
fn own(folder: &str) -> Vec<Found> {
    let project = Project::open(Some(Path::new(folder))).expect("there are connectors");
    project.own().expect("the connectors can be read")
}

/// The case has no problems of its own, and its text is the snapshot's.
fn compare(case: &Case) -> Result<(), Failed> {
    let outcome = case.run();
    if !outcome.problems.is_empty() {
        return Err(outcome.problems.join("\n").into());
    }
    let mut settings = insta::Settings::clone_current();
    let file = case.snapshot().ok_or("a connector on disk has a place for its snapshots")?;
    let folder = file.parent().ok_or("a snapshot has a folder")?;
    // The tests run in the repository's root, and insta counts from this file.
    settings.set_snapshot_path(Path::new("../..").join(folder));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    let assert = AssertUnwindSafe(|| settings.bind(|| insta::assert_snapshot!(case.name.as_str(), outcome.text)));
    // insta has printed the difference already.
    std::panic::catch_unwind(assert)
        .map_err(|_| Failed::from("the snapshot is another; `cargo insta review` or `connc test --accept` takes it over"))
}

/// No file lies beside the snapshots that no case makes, a `.snap.new` that waits for review among them.
fn nothing(unused: &[PathBuf]) -> Result<(), Failed> {
    if unused.is_empty() {
        return Ok(());
    }
    let names: Vec<String> = unused.iter().map(|path| path.display().to_string()).collect();
    Err(format!("nothing makes these any more:\n{}", names.join("\n")).into())
}
