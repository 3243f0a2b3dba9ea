//! Every diagnostic as people read it: `cases/<code>/<case>/` holds a spec with a mistake, `cases/<code>/<case>.snap` what is said about it.
//! Every code has a case, and the examples of `connc explain` are what they claim to be.

#![expect(clippy::expect_used, reason = "a test that cannot read its files fails")]

use std::fs;
use std::panic::AssertUnwindSafe;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use connc::render::{self, Look};
use connc_compiler::diagnostic::{CODES, Code, Diagnostic};
use connc_compiler::source::{Role, Sources};
use libtest_mimic::{Arguments, Failed, Trial};

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the crate lies in the repository");
    std::env::set_current_dir(root).expect("the repository is there");
    let mut trials = Vec::new();
    let folders = children(Path::new("snapshots/cases"));
    for folder in &folders {
        let slug = name(folder);
        if Code::parse(&slug).is_none() {
            trials.push(Trial::test(format!("{slug}::code"), move || Err(format!("there is no code `{slug}`").into())));
            continue;
        }
        for case in children(folder).into_iter().filter(|path| path.is_dir()) {
            trials.push(Trial::test(format!("{slug}::{}", name(&case)), move || compare(&case)));
        }
        let folder = folder.clone();
        trials.push(Trial::test(format!("{slug}::unused"), move || unused(&folder)));
    }
    for code in CODES {
        let there = folders.iter().any(|folder| name(folder) == code.slug() && children(folder).iter().any(|path| path.is_dir()));
        trials.push(Trial::test(format!("{}::has_a_case", code.slug()), move || {
            if there { Ok(()) } else { Err("no folder in snapshots/cases".into()) }
        }));
        trials.push(Trial::test(format!("{}::explain", code.slug()), || explained(*code)));
    }
    libtest_mimic::run(&arguments, trials).exit_code()
}

/// The folder's spec has the problem that the folder is named after, and what is said about it is the snapshot.
fn compare(case: &Path) -> Result<(), Failed> {
    let slug = case.parent().map(name).unwrap_or_default();
    let mut sources = Sources::new("example");
    add(&mut sources, case, "");
    sources.know_bases(children(&case.join("_base")).iter().map(|base| name(base)).collect());
    let diagnostics = check(&mut sources);
    let mut text = String::new();
    for diagnostic in &diagnostics {
        text.push_str(&render::diagnostic(diagnostic, &sources, Look { colour: false, width: 100 }));
        text.push('\n');
    }
    if !diagnostics.iter().any(|diagnostic| diagnostic.code.slug() == slug) {
        return Err(format!("no problem has the code `{slug}`:\n{text}").into());
    }
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(Path::new("../cases").join(&slug));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    let assert = AssertUnwindSafe(|| settings.bind(|| insta::assert_snapshot!(name(case).as_str(), text)));
    std::panic::catch_unwind(assert).map_err(|_| Failed::from("the snapshot is another; `cargo insta review` takes it over"))
}

/// No snapshot without its case, and none that waits for review.
fn unused(folder: &Path) -> Result<(), Failed> {
    let made =
        |path: &PathBuf| path.is_dir() || (path.extension().is_some_and(|ending| ending == "snap") && path.with_extension("").is_dir());
    let unused: Vec<String> = children(folder).into_iter().filter(|path| !made(path)).map(|path| path.display().to_string()).collect();
    if unused.is_empty() { Ok(()) } else { Err(format!("nothing makes these any more: {}", unused.join(", ")).into()) }
}

/// The wrong example has this problem and no other, the right one none.
fn explained(code: Code) -> Result<(), Failed> {
    let page = code.explanation();
    if page.why.is_empty() || page.wrong.is_empty() || page.right.is_empty() {
        return Err("the page lacks its reason, or an example".into());
    }
    let (sources, wrong) = example(page.wrong);
    if wrong.is_empty() || wrong.iter().any(|diagnostic| diagnostic.code != code) {
        return Err(format!("the wrong example should have `{}` alone:\n{}", code.slug(), shown(&wrong, &sources)).into());
    }
    let (sources, right) = example(page.right);
    if right.is_empty() { Ok(()) } else { Err(format!("the right example has problems:\n{}", shown(&right, &sources)).into()) }
}

fn shown(diagnostics: &[Diagnostic], sources: &Sources) -> String {
    if diagnostics.is_empty() {
        return "no problems at all".to_owned();
    }
    diagnostics.iter().map(|diagnostic| render::diagnostic(diagnostic, sources, Look { colour: false, width: 100 })).collect()
}

/// Compiles a piece of a spec: completed to a connector, or beside the smallest one where its first line says what else it is.
fn example(piece: &str) -> (Sources, Vec<Diagnostic>) {
    let (role, _) = connc_compiler::role(piece);
    let mut sources = Sources::new("example");
    match role {
        Role::Connector => drop(sources.add(Role::Connector, "connector.yaml", connc_compiler::complete(piece))),
        Role::Map | Role::Base | Role::Model | Role::Schema | Role::Cassette => {
            sources.add(Role::Connector, "connector.yaml", connc_compiler::complete(""));
            let path = if piece.starts_with("# overlay\n") { "schemas/example.overlay.yaml" } else { "user-directory.yaml" };
            sources.add(role, path, piece);
        }
    }
    for (role, path, text) in connc_compiler::files(piece) {
        sources.add(role, path, text);
    }
    let diagnostics = check(&mut sources);
    (sources, diagnostics)
}

/// Everything that is said about the files, cassettes included.
fn check(sources: &mut Sources) -> Vec<Diagnostic> {
    let models = Path::new("unified-models");
    for model in children(models) {
        for file in children(&model) {
            let text = fs::read_to_string(&file).expect("the model can be read");
            sources.add(Role::Model, file.display().to_string(), text);
        }
    }
    let mut diagnostics = connc_compiler::compile(sources).diagnostics;
    for cassette in sources.of(Role::Cassette).collect::<Vec<_>>() {
        diagnostics.extend(connc_compiler::cassette(sources, cassette).1);
    }
    diagnostics
}

/// The files below a folder, in the order of their names, the connector's own first.
fn add(sources: &mut Sources, folder: &Path, prefix: &str) {
    let mut paths = children(folder);
    paths.sort_by_key(|path| (name(path) != "connector.yaml", path.clone()));
    for path in paths {
        let short = format!("{prefix}{}", name(&path));
        if path.is_dir() {
            add(sources, &path, &format!("{short}/"));
        } else {
            sources.add(role(&short), short, fs::read_to_string(&path).expect("the case can be read"));
        }
    }
}

fn role(short: &str) -> Role {
    match short.split_once('/') {
        None if short == "connector.yaml" => Role::Connector,
        None => Role::Map,
        Some(("cassettes", _)) => Role::Cassette,
        Some(("_base", rest)) if !rest.contains("/schemas/") => Role::Base,
        Some(_) => Role::Schema,
    }
}

fn children(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().filter_map(Result::ok);
    let mut found: Vec<PathBuf> = entries.map(|entry| entry.path()).filter(|path| !name(path).starts_with('.')).collect();
    found.sort();
    found
}

fn name(path: &Path) -> String {
    path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}
