//! Puts the repository's connectors and unified models into the binary, as text, with what is known of them. Nothing is compiled here: `connc` compiles what is called.

use std::error::Error;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

fn main() -> Result<(), Box<dyn Error>> {
    let here = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?);
    let mut code = String::new();
    for (name, folder) in [("CONNECTORS", "../connectors"), ("BASES", "../connectors/_base"), ("MODELS", "../unified-models")] {
        let root = here.join(folder);
        println!("cargo::rerun-if-changed={}", root.display());
        writeln!(code, "pub(crate) static {name}: &[Folder] = &[")?;
        for child in children(&root)?.into_iter().filter(|path| path.is_dir()) {
            let Some(child_name) = visible(&child) else { continue };
            writeln!(code, "    ({child_name:?}, &[")?;
            for file in files(&child)? {
                let short =
                    file.strip_prefix(&child)?.components().map(|part| part.as_os_str().to_string_lossy()).collect::<Vec<_>>().join("/");
                writeln!(code, "        ({short:?}, include_str!({:?})),", file.canonicalize()?.display().to_string())?;
            }
            writeln!(code, "    ]),")?;
        }
        writeln!(code, "];")?;
    }
    let facts = here.join("../snapshots/facts.snap");
    println!("cargo::rerun-if-changed={}", facts.display());
    let facts =
        if facts.is_file() { format!("include_str!({:?})", facts.canonicalize()?.display().to_string()) } else { "\"\"".to_owned() };
    writeln!(code, "pub(crate) static FACTS: &str = {facts};")?;
    fs::write(PathBuf::from(env::var("OUT_DIR")?).join("embedded.rs"), code)?;
    Ok(())
}

/// The files that a connector or model is made of, below its folder.
fn files(folder: &Path) -> Result<Vec<PathBuf>, Box<dyn Error>> {
    let mut found = Vec::new();
    for path in children(folder)? {
        if visible(&path).is_none() {
            continue;
        }
        if path.is_dir() {
            println!("cargo::rerun-if-changed={}", path.display());
            found.extend(files(&path)?);
        } else if path.extension().is_some_and(|ending| ["yaml", "json", "graphql"].iter().any(|known| ending == *known)) {
            found.push(path);
        }
    }
    Ok(found)
}

/// What is in a folder, in the order of the names; nothing where there is no such folder, as in a packaged crate.
fn children(folder: &Path) -> Result<Vec<PathBuf>, Box<dyn Error>> {
    if !folder.is_dir() {
        return Ok(Vec::new());
    }
    let mut found = fs::read_dir(folder)?.map(|entry| entry.map(|entry| entry.path())).collect::<Result<Vec<_>, _>>()?;
    found.sort();
    Ok(found)
}

fn visible(path: &Path) -> Option<String> {
    let name = path.file_name()?.to_str()?;
    (!name.starts_with(['.', '_'])).then(|| name.to_owned())
}
