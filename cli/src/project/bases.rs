//! The bases that a connector extends: beside it, else those inside the binary.

use std::path::{Path, PathBuf};

use connc_compiler::source::Role;

use super::loaded::{Loaded, is_bases};
use super::{Place, disk};
use crate::embedded;
use crate::error::Stop;

/// What a base lacks that only a connector knows, so that it can be compiled alone.
const ALONE: &str = "spec: 1\nbase_url: https://base.invalid\nauth: { public: { scheme: none } }\nresources: {}\n";

/// Adds the files of every base that a connector extends, one above the other. What is missing is the compiler's to say.
/// Whether all of them are inside the binary.
pub(super) fn add(loaded: &mut Loaded, place: &Place) -> Result<bool, Stop> {
    let mut built_in = true;
    let folder = match place {
        Place::Folder(folder) if is_bases(folder) => {
            let text = format!("connector: {name}\ntitle: {name}\n{ALONE}", name = loaded.name);
            loaded.sources.add_named(Role::Base, "what a connector gives", "_base/_/connector.yaml", text);
            Some(folder.clone())
        }
        Place::Folder(folder) => Some(folder.join("_base")),
        Place::Embedded => None,
    };
    let own = loaded.sources.of(Role::Connector).next();
    let mut next = own.and_then(|file| connc_compiler::extends(loaded.sources.text(file)));
    if next.is_some() {
        loaded.sources.know_bases(names(folder.as_deref())?);
    }
    let mut seen: Vec<String> = Vec::new();
    while let Some(name) = next.filter(|name| !seen.contains(name) && is_name(name)) {
        next = None;
        let (inside, files) = files(folder.as_deref(), &name)?;
        built_in &= inside;
        for (short, path, text) in files {
            let role = match short.split_once('/') {
                None if short.ends_with(".yaml") => Role::Base,
                Some(("schemas", _)) => Role::Schema,
                None | Some(_) => continue,
            };
            if short == "connector.yaml" {
                next = connc_compiler::extends(&text);
            }
            loaded.sources.add_named(role, path, format!("_base/{name}/{short}"), text);
        }
        seen.push(name);
    }
    Ok(built_in)
}

/// Whether a name can be a folder's: a base must not be looked for elsewhere.
pub(super) fn is_name(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
}

/// A file of a base: below its folder, as people see it, and its text.
type BaseFile = (String, String, String);

/// The files of a base, and whether they are inside the binary. Bases are found where connectors are.
fn files(folder: Option<&Path>, name: &str) -> Result<(bool, Vec<BaseFile>), Stop> {
    let here = Path::new("connectors/_base");
    if let Some(base) = folder.into_iter().chain([here]).map(|folder| folder.join(name)).find(|base| base.is_dir()) {
        let shown = |short: &str| disk::shown(&base.join(short));
        let files = disk::files(&base, &["yaml", "json", "graphql"])?;
        return Ok((false, files.into_iter().map(|file| (file.short.clone(), shown(&file.short), file.text)).collect()));
    }
    let files = embedded::BASES.iter().filter(|(known, _)| *known == name).flat_map(|(_, files)| *files);
    let named = |short: &str| format!("connectors/_base/{name}/{short}");
    Ok((true, files.map(|(short, text)| ((*short).to_owned(), named(short), (*text).to_owned())).collect()))
}

/// The names of all bases that there are.
fn names(folder: Option<&Path>) -> Result<Vec<String>, Stop> {
    let mut names: Vec<String> = embedded::BASES.iter().map(|(name, _)| (*name).to_owned()).collect();
    let there: Option<PathBuf> = folder.filter(|folder| folder.is_dir()).map(Path::to_path_buf);
    if let Some(folder) = there {
        names.extend(disk::folders(&folder)?);
    }
    names.sort();
    names.dedup();
    Ok(names)
}
