//! Reads the folders of connectors and unified models from the disk.

use std::fs;
use std::path::{Path, PathBuf};

use crate::error::Stop;

/// A text file: its path below the folder it was looked for in, and its text.
pub(super) struct TextFile {
    pub(super) short: String,
    pub(super) text: String,
}

/// The names of the folders in a folder, sorted, without those that begin with `.` or `_`.
pub(super) fn folders(folder: &Path) -> Result<Vec<String>, Stop> {
    Ok(children(folder)?.into_iter().filter(|path| path.is_dir()).filter_map(|path| visible(&path)).collect())
}

/// Every text file of these endings below a folder, sorted by path.
pub(super) fn files(folder: &Path, endings: &[&str]) -> Result<Vec<TextFile>, Stop> {
    files_without(folder, endings, &[])
}

/// The same without some folders in it.
pub(super) fn files_without(folder: &Path, endings: &[&str], without: &[&str]) -> Result<Vec<TextFile>, Stop> {
    let mut found = Vec::new();
    // A connector comes from strangers: a link in it must not bring in files from elsewhere.
    let root = folder.canonicalize().map_err(|error| Stop::unreadable(&named(folder), &error))?;
    walk(folder, "", &root, (endings, without), &mut found)?;
    Ok(found)
}

fn walk(folder: &Path, prefix: &str, root: &Path, (endings, without): (&[&str], &[&str]), found: &mut Vec<TextFile>) -> Result<(), Stop> {
    for path in children(folder)? {
        let Some(name) = visible(&path) else { continue };
        let short = format!("{prefix}{name}");
        if without.contains(&short.as_str()) {
            continue;
        }
        let inside = || path.canonicalize().is_ok_and(|whole| whole.starts_with(root));
        if path.is_dir() {
            if inside() {
                walk(&path, &format!("{short}/"), root, (endings, without), found)?;
            }
        } else if path.extension().is_some_and(|ending| endings.iter().any(|known| ending == *known)) {
            if !inside() {
                return Err(Stop::usage(format!("{} leads out of its folder", named(&path))).help("put the file itself there, not a link"));
            }
            let text = fs::read_to_string(&path).map_err(|error| Stop::unreadable(&named(&path), &error))?;
            found.push(TextFile { short, text });
        }
    }
    Ok(())
}

fn children(folder: &Path) -> Result<Vec<PathBuf>, Stop> {
    let unreadable = |error| Stop::unreadable(&named(folder), &error);
    let entries = fs::read_dir(folder).map_err(unreadable)?;
    let mut found = entries.map(|entry| entry.map(|entry| entry.path())).collect::<Result<Vec<_>, _>>().map_err(unreadable)?;
    found.sort();
    Ok(found)
}

fn visible(path: &Path) -> Option<String> {
    let name = path.file_name()?.to_str()?;
    (!name.starts_with(['.', '_'])).then(|| name.to_owned())
}

fn named(path: &Path) -> String {
    format!("`{}`", shown(path))
}

/// A path as people see it: relative to the working directory where it is below it, with `/`.
pub(super) fn shown(path: &Path) -> String {
    let here = std::env::current_dir().ok();
    let path = here.as_deref().and_then(|here| path.strip_prefix(here).ok()).unwrap_or(path);
    let mut parts: Vec<String> = Vec::new();
    for part in path.components() {
        match part {
            std::path::Component::CurDir => {}
            std::path::Component::RootDir => parts.push(String::new()),
            std::path::Component::Prefix(_) | std::path::Component::ParentDir | std::path::Component::Normal(_) => {
                parts.push(part.as_os_str().to_string_lossy().into_owned());
            }
        }
    }
    if parts.is_empty() { ".".to_owned() } else { parts.join("/") }
}
