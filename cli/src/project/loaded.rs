//! A connector with the texts of its files, ready to compile.

use std::path::{Path, PathBuf};

use connc_compiler::Compiled;
use connc_compiler::diagnostic::Diagnostic;
use connc_compiler::source::{FileId, Role, Sources};
use connc_plan::Cassette;

use super::{Found, Place, disk};
use crate::embedded;
use crate::error::Stop;

const MODELS: &str = "unified-models";

/// A connector's files.
#[derive(Clone, Debug, PartialEq)]
pub struct Loaded {
    /// The folder's name.
    pub name: String,
    /// Everything that is compiled.
    pub sources: Sources,
    /// The recorded calls, in the order of their names.
    pub cassettes: Vec<CassetteFile>,
    /// The folder as people see it, `connectors/example`.
    pub shown: String,
    /// Its folder on the disk; none where it comes from the binary.
    pub folder: Option<PathBuf>,
    /// Where this connector's snapshots are kept; none where it comes from the binary.
    pub snapshots: Option<PathBuf>,
}

/// A recorded call's file.
#[derive(Clone, Debug, PartialEq)]
pub struct CassetteFile {
    /// The name without its ending: `users.list.empty`.
    pub name: String,
    /// The file alone.
    pub sources: Sources,
    file: FileId,
}

impl Loaded {
    /// Compiles the connector.
    #[must_use]
    pub fn compile(&self) -> Compiled {
        connc_compiler::compile(&self.sources)
    }

    /// A place of the plan as people see it: `connectors/example/connector.yaml:31:7`.
    #[must_use]
    pub fn place(&self, short: &str) -> String {
        if short.starts_with(MODELS) { short.to_owned() } else { self.path(short) }
    }
}

impl CassetteFile {
    /// Reads the cassette.
    #[must_use]
    pub fn read(&self) -> (Option<Cassette>, Vec<Diagnostic>) {
        connc_compiler::cassette(&self.sources, self.file)
    }
}

pub(super) fn load(found: &Found) -> Result<Loaded, Stop> {
    let mut loaded = Loaded {
        name: found.name.clone(),
        sources: Sources::new(found.name.as_str()),
        cassettes: Vec::new(),
        shown: format!("connectors/{}", found.name),
        folder: None,
        snapshots: None,
    };
    let mut hidden: Vec<String> = Vec::new();
    match &found.place {
        Place::Folder(connectors) => {
            let folder = connectors.join(&found.name);
            loaded.shown = disk::shown(&folder);
            loaded.folder = Some(folder.clone());
            loaded.snapshots = Some(beside(connectors, "snapshots").join(&found.name));
            for file in disk::files(&folder, &["yaml", "json", "graphql"])? {
                loaded.add(&file.short, &file.text);
            }
            let models = beside(connectors, MODELS);
            if models.is_dir() {
                hidden = disk::folders(&models)?;
                for model in &hidden {
                    for file in disk::files(&models.join(model), &["yaml"])? {
                        loaded.add_model(&disk::shown(&models), &format!("{model}/{}", file.short), &file.text);
                    }
                }
            }
        }
        Place::Embedded => {
            for (short, text) in embedded::CONNECTORS.iter().filter(|(name, _)| *name == found.name).flat_map(|(_, files)| *files) {
                loaded.add(short, text);
            }
        }
    }
    for (model, files) in embedded::MODELS.iter().filter(|(name, _)| !hidden.iter().any(|known| known == name)) {
        for (short, text) in *files {
            loaded.add_model(MODELS, &format!("{model}/{short}"), text);
        }
    }
    Ok(loaded)
}

/// What lies beside the folder of connectors. A relative folder may have no parent in its own text.
fn beside(connectors: &Path, name: &str) -> PathBuf {
    match connectors.parent() {
        Some(parent) if connectors.file_name().is_some() => parent.join(name),
        Some(_) | None => connectors
            .canonicalize()
            .ok()
            .and_then(|whole| whole.parent().map(|parent| parent.join(name)))
            .unwrap_or_else(|| connectors.join("..").join(name)),
    }
}

impl Loaded {
    /// A file of the connector as people see it.
    fn path(&self, short: &str) -> String {
        if self.shown == "." { short.to_owned() } else { format!("{}/{short}", self.shown) }
    }

    fn add(&mut self, short: &str, text: &str) {
        let path = self.path(short);
        let role = match short.split_once('/') {
            None if short == "connector.yaml" => Role::Connector,
            None if short.ends_with(".yaml") => Role::Map,
            Some(("schemas", _)) => Role::Schema,
            Some(("cassettes", name)) if name.ends_with(".yaml") => {
                let mut sources = Sources::new(self.name.as_str());
                let file = sources.add(Role::Cassette, path, text);
                self.cassettes.push(CassetteFile { name: name.trim_end_matches(".yaml").to_owned(), sources, file });
                return;
            }
            None | Some(_) => return,
        };
        self.sources.add_named(role, path, short, text);
    }

    fn add_model(&mut self, folder: &str, short: &str, text: &str) {
        self.sources.add_named(Role::Model, format!("{folder}/{short}"), format!("{MODELS}/{short}"), text);
    }
}
