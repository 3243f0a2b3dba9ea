//! The house rules that a compiler does not enforce. Each message says what to do.

#![expect(clippy::unwrap_used, reason = "a test that cannot read its files fails")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// The folders of the compiler: nothing names a folder of a later row.
const LAYERS: &[&[&str]] = &[
    &["source"],
    &["diagnostic"],
    &["yaml"],
    &["lang"],
    &["shape"],
    &["auth", "pagination"],
    &["spec"],
    &["parse"],
    &["resolve"],
    &["check"],
    &["lower"],
];

/// Which of our crates a crate may depend on.
const CRATES: &[(&str, &[&str])] = &[
    ("plan", &[]),
    ("expr", &["connc-plan"]),
    ("compiler", &["connc-plan", "connc-expr"]),
    ("runtime", &["connc-plan", "connc-expr"]),
    ("extract", &["connc-plan", "connc-expr", "connc-compiler"]),
    ("cli", &["connc-plan", "connc-expr", "connc-compiler", "connc-extract", "connc-runtime"]),
];

/// Products besides those in `connectors/`, whose names would show that Rust knows a provider.
const PROVIDERS: &[&str] =
    &["atlassian", "freshdesk", "hubspot", "intercom", "jira", "salesforce", "servicenow", "shopify", "slack", "stripe", "workday"];

/// The most lines of a file.
const LONGEST: usize = 500;

#[test]
fn the_compiler_reads_from_left_to_right() {
    let rank = |name: &str| LAYERS.iter().position(|row| row.contains(&name));
    let mut wrong = Vec::new();
    let root = root().join("compiler/src");
    for (path, text) in rust_files(&root) {
        let below = path.strip_prefix(&root).unwrap().to_owned();
        let Some(own) = below.components().next().and_then(|part| rank(part.as_os_str().to_str()?.trim_end_matches(".rs"))) else {
            continue;
        };
        for name in crate_names(&production(&text)) {
            if rank(&name).is_some_and(|other| other > own) {
                wrong.push(format!("{} names `crate::{name}`, which stands to its right", below.display()));
            }
        }
    }
    none(&wrong);
}

#[test]
fn crates_depend_one_way() {
    let mut wrong = Vec::new();
    for (folder, allowed) in CRATES {
        let manifest = read(&format!("{folder}/Cargo.toml"));
        for name in dependencies(&manifest, "[dependencies]").keys().filter(|name| name.starts_with("connc")) {
            if !allowed.contains(&name.as_str()) {
                wrong.push(format!("{folder} depends on {name}; it may depend on {allowed:?}"));
            }
        }
    }
    none(&wrong);
}

#[test]
fn every_dependency_has_its_reason() {
    let mut wrong = Vec::new();
    for (name, line) in dependencies(&read("Cargo.toml"), "[workspace.dependencies]") {
        if !line.contains("path = ") && !line.contains(" # ") {
            wrong.push(format!("Cargo.toml: `{name}` needs a comment that says what it is for"));
        }
    }
    for (folder, _) in CRATES {
        for section in ["[dependencies]", "[dev-dependencies]", "[build-dependencies]"] {
            for (name, line) in dependencies(&read(&format!("{folder}/Cargo.toml")), section) {
                if line.contains("version") && !line.contains(" # ") {
                    wrong.push(format!("{folder}/Cargo.toml: `{name}` needs a comment, or `workspace = true`"));
                }
            }
        }
    }
    none(&wrong);
}

#[test]
fn the_runtime_knows_no_yaml() {
    let lock = read("Cargo.lock");
    let mut packages: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for block in lock.split("[[package]]").skip(1) {
        let quoted = |line: &str| line.split('"').nth(1).unwrap_or_default().split(' ').next().unwrap_or_default().to_owned();
        let name = block.lines().find(|line| line.starts_with("name = ")).map(quoted).unwrap_or_default();
        let needs = block
            .lines()
            .skip_while(|line| !line.starts_with("dependencies = ["))
            .skip(1)
            .take_while(|line| !line.starts_with(']'))
            .map(quoted);
        packages.entry(name).or_default().extend(needs);
    }
    let mut seen = BTreeSet::new();
    let mut next = vec!["connc-runtime".to_owned()];
    while let Some(name) = next.pop() {
        next.extend(packages.get(&name).into_iter().flatten().filter(|need| !seen.contains(*need)).cloned());
        seen.insert(name);
    }
    assert!(seen.contains("connc-plan"), "the runtime's packages were not found in Cargo.lock");
    let yaml: Vec<String> =
        seen.into_iter().filter(|name| name.contains("yaml") || name == "granit-parser" || name == "connc-compiler").collect();
    none(&yaml);
}

#[test]
fn files_are_short_and_have_names_of_their_own() {
    let mut wrong = Vec::new();
    for (path, text) in ours() {
        let lines = text.lines().count();
        if lines > LONGEST {
            wrong.push(format!("{} has {lines} lines; split it before {LONGEST}", path.display()));
        }
        let stem = path.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default().to_owned();
        let shared_by_styles = path.ends_with("compiler/src/pagination/common.rs");
        if ["utils", "util", "common", "helpers", "helper", "misc"].contains(&stem.as_str()) && !shared_by_styles {
            wrong.push(format!("{}: name the file after what is in it", path.display()));
        }
        if !text.starts_with("//!") && stem != "tests" {
            wrong.push(format!("{}: say in `//!` what the file is for", path.display()));
        }
    }
    none(&wrong);
}

/// Names that mean something else than the provider in these files: a service's format for annotations, and a format of documents.
const NOT_PROVIDERS: &[(&str, &str)] = &[
    ("cli/src/commands/check.rs", "github"),
    ("compiler/src/diagnostic/mod.rs", "github"),
    ("compiler/src/diagnostic/render.rs", "github"),
    ("expr/src/functions/document/mod.rs", "atlassian"),
];

#[test]
fn rust_knows_no_provider() {
    let connectors: Vec<String> = folders(&root().join("connectors"));
    let names: Vec<&str> = connectors.iter().map(String::as_str).chain(PROVIDERS.iter().copied()).collect();
    let mut wrong = Vec::new();
    for (path, text) in ours() {
        if path.components().any(|part| part.as_os_str() == "tests") || path.ends_with("tests.rs") {
            continue;
        }
        for (number, line) in production(&text).lines().enumerate() {
            let line = line.to_lowercase();
            let words: Vec<&str> = line.split(|c: char| !c.is_ascii_alphanumeric()).collect();
            let is_other = |name: &str| NOT_PROVIDERS.iter().any(|(file, other)| path.ends_with(file) && *other == name);
            if let Some(name) = names.iter().find(|name| words.contains(name) && !is_other(name)) {
                wrong.push(format!(
                    "{}:{} names `{name}`: what is special about a provider stands in its connector",
                    path.display(),
                    number + 1
                ));
            }
        }
    }
    none(&wrong);
}

#[test]
fn the_reference_is_the_one_that_is_read_by() {
    let written = fs::read_to_string(root().join("docs/spec.md")).unwrap_or_default();
    assert!(written == connc_compiler::reference(), "docs/spec.md is not what the tables say: `connc schema --reference > docs/spec.md`");
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap()
}

fn none(wrong: &[String]) {
    assert!(wrong.is_empty(), "\n{}\n", wrong.join("\n"));
}

/// Every Rust file of the workspace, by its path from the root.
fn ours() -> Vec<(PathBuf, String)> {
    let root = root();
    let crates = folders(&root).into_iter().filter(|name| root.join(name).join("Cargo.toml").is_file());
    let files = crates.flat_map(|name| rust_files(&root.join(name)));
    files.map(|(path, text)| (path.strip_prefix(&root).unwrap().to_owned(), text)).collect()
}

fn rust_files(folder: &Path) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    let mut paths: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    for path in paths {
        if path.is_dir() && !path.ends_with("target") {
            found.extend(rust_files(&path));
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            let text = fs::read_to_string(&path).unwrap();
            found.push((path, text));
        }
    }
    found
}

fn folders(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut names: Vec<String> =
        entries.filter(|path| path.is_dir()).map(|path| path.file_name().unwrap().to_string_lossy().into_owned()).collect();
    names.retain(|name| !name.starts_with(['.', '_']) && name != "target");
    names.sort();
    names
}

/// The text without its tests, which stand at its end, and without comments.
fn production(text: &str) -> String {
    let text = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
    text.lines().map(|line| if line.trim_start().starts_with("//") { "" } else { line }).collect::<Vec<_>>().join("\n")
}

/// The modules that `crate::name` and `crate::{name, …}` name.
fn crate_names(text: &str) -> Vec<String> {
    let mut names = Vec::new();
    for rest in text.split("crate::").skip(1) {
        let word = |text: &str| text.trim_start().chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect::<String>();
        match rest.strip_prefix('{') {
            None => names.push(word(rest)),
            Some(group) => {
                let mut depth = 0;
                let mut part = String::new();
                for c in group.chars() {
                    match c {
                        '{' => depth += 1,
                        '}' if depth == 0 => break,
                        '}' => depth -= 1,
                        ',' if depth == 0 => names.push(word(&std::mem::take(&mut part))),
                        _ => part.push(c),
                    }
                }
                names.push(word(&part));
            }
        }
    }
    names
}

/// The lines of a section of a manifest, by dependency.
fn dependencies(manifest: &str, section: &str) -> BTreeMap<String, String> {
    let lines = manifest.lines().skip_while(|line| *line != section).skip(1).take_while(|line| !line.starts_with('['));
    let entries = lines.filter(|line| line.contains('=') && !line.trim_start().starts_with('#'));
    entries.map(|line| (line.split(['=', '.', ' ']).next().unwrap_or_default().to_owned(), line.to_owned())).collect()
}

#[test]
fn the_rules_see_what_they_look_for() {
    assert_eq!(crate_names("use crate::{a::{b, c}, d};\nlet x = crate::e::f();"), ["a", "d", "e"]);
    assert_eq!(production("x\n// okta\n#[cfg(test)]\nmod tests {\n    okta\n}"), "x\n");
    let manifest = "[dependencies]\na.workspace = true\n# b = 1\nc = { version = \"1\" } # why\n\n[features]\nd = []\n";
    assert_eq!(dependencies(manifest, "[dependencies]").into_keys().collect::<Vec<_>>(), ["a", "c"]);
}
