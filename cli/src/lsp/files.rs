//! The files of a connector as an editor has them: those on the disk, and over them the open documents, saved or not.

use std::collections::BTreeMap;
use std::path::{Component, Path, PathBuf};
use std::str::FromStr as _;

use connc_compiler::diagnostic::Diagnostic;
use connc_compiler::editor::with_text;
use connc_compiler::source::{FileId, Role, Sources};
use lsp_types::Uri;
use url::Url;

use crate::error::Stop;
use crate::project::Found;

/// The open documents, by path.
pub(super) type Open = BTreeMap<PathBuf, Document>;

/// A document that the editor has open.
pub(super) struct Document {
    /// Its address in the editor's own spelling.
    pub(super) uri: Uri,
    /// Its text, saved or not.
    pub(super) text: String,
}

/// A connector with its open documents.
pub(super) struct Connector {
    /// Its sources, and for each recorded call those of its own.
    pub(super) parts: Vec<Part>,
}

/// Files that are compiled together.
pub(super) struct Part {
    pub(super) sources: Sources,
    /// The recorded call, where it is one.
    pub(super) cassette: Option<FileId>,
}

/// The folder of the connector that a file belongs to: the nearest one above that holds a `connector.yaml`.
pub(super) fn folder_of(path: &Path, open: &Open) -> Option<PathBuf> {
    let is_connector = |folder: &&Path| {
        let file = folder.join("connector.yaml");
        open.contains_key(&file) || file.is_file()
    };
    // A file of a connector lies in its folder, or in one of the folders there.
    path.ancestors().skip(1).take(3).find(is_connector).map(Path::to_path_buf)
}

/// The path that a document's address means; none where it is no file.
pub(super) fn path_of(uri: &Uri) -> Option<PathBuf> {
    let url = Url::parse(uri.as_str()).ok().filter(|url| url.scheme() == "file")?;
    Some(plain(&url.to_file_path().ok()?))
}

/// The address of a path, as the editor spells it where it has the file open.
pub(super) fn uri_of(path: &Path, open: &Open) -> Option<Uri> {
    match open.get(path) {
        Some(document) => Some(document.uri.clone()),
        None => Uri::from_str(Url::from_file_path(path).ok()?.as_str()).ok(),
    }
}

/// The path of a file as sources call it.
pub(super) fn absolute(shown: &str) -> PathBuf {
    let path = Path::new(shown);
    if path.is_absolute() {
        return plain(path);
    }
    std::env::current_dir().map_or_else(|_| path.to_path_buf(), |here| plain(&here.join(path)))
}

/// The path without `.` and `..`.
fn plain(path: &Path) -> PathBuf {
    let mut made = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                made.pop();
            }
            Component::Prefix(_) | Component::RootDir | Component::Normal(_) => made.push(part),
        }
    }
    made
}

impl Connector {
    /// Reads a connector's folder.
    pub(super) fn load(folder: &Path, open: &Open) -> Result<Self, Stop> {
        let loaded = Found::at(folder)?.load()?;
        let mut sources = loaded.sources;
        for (path, Document { uri: _, text }) in open {
            if let Some(file) = find(&sources, path) {
                sources = with_text(&sources, file, text);
            } else if let Some((role, short)) = role_of(path, folder) {
                // A document that was not saved yet.
                sources.add_named(role, path.display().to_string(), short, text.as_str());
            }
        }
        let mut parts = vec![Part { sources, cassette: None }];
        for cassette in loaded.cassettes {
            let Some(file) = cassette.sources.of(Role::Cassette).next() else { continue };
            let text = open.get(&absolute(cassette.sources.path(file)));
            let sources = text.map_or_else(|| cassette.sources.clone(), |document| with_text(&cassette.sources, file, &document.text));
            parts.push(Part { sources, cassette: Some(file) });
        }
        Ok(Self { parts })
    }

    /// The part and the file that a path means.
    pub(super) fn find(&self, path: &Path) -> Option<(&Part, FileId)> {
        self.parts.iter().find_map(|part| find(&part.sources, path).map(|file| (part, file)))
    }

    /// The same, for who needs nothing else of the connector.
    pub(super) fn into_part(self, path: &Path) -> Option<(Part, FileId)> {
        self.parts.into_iter().find_map(|part| find(&part.sources, path).map(|file| (part, file)))
    }
}

impl Part {
    /// Every problem in it.
    pub(super) fn diagnostics(&self) -> Vec<Diagnostic> {
        match self.cassette {
            Some(file) => connc_compiler::cassette(&self.sources, file).1,
            None => connc_compiler::compile(&self.sources).diagnostics,
        }
    }

    /// Where one of its files lies; none for what only the binary holds.
    pub(super) fn path(&self, file: FileId, open: &Open) -> Option<PathBuf> {
        let path = absolute(self.sources.path(file));
        let on_disk = || std::fs::read_to_string(&path).is_ok_and(|text| text == self.sources.text(file));
        if open.contains_key(&path) || on_disk() { Some(path) } else { None }
    }
}

/// The file that lies at a path.
fn find(sources: &Sources, path: &Path) -> Option<FileId> {
    let roles = [Role::Connector, Role::Map, Role::Base, Role::Model, Role::Schema, Role::Cassette];
    roles.into_iter().flat_map(|role| sources.of(role)).find(|file| absolute(sources.path(*file)) == path)
}

/// What a file is to the connector in this folder.
fn role_of(path: &Path, folder: &Path) -> Option<(Role, String)> {
    let short = path.strip_prefix(folder).ok()?.to_str()?.replace('\\', "/");
    let role = match short.split_once('/') {
        None if short == "connector.yaml" => Role::Connector,
        None if short.ends_with(".yaml") => Role::Map,
        Some(("schemas", _)) => Role::Schema,
        None | Some(_) => return None,
    };
    Some((role, short))
}
