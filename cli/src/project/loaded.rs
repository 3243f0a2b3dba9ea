//! A connector with the texts of its files, ready to compile.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use connc_compiler::diagnostic::Diagnostic;
use connc_compiler::source::{FileId, Role, Sources};
use connc_compiler::{Compiled, Coverage, Models};
use connc_plan::Cassette;

use super::{Found, Place, bases, disk};
use crate::embedded;
use crate::error::Stop;
use crate::parallel::side_by_side;

const MODELS: &str = "unified-models";

/// A connector's files.
#[derive(Clone, Debug)]
pub struct Loaded {
    /// The folder's name.
    pub name: String,
    /// Everything that is compiled.
    pub sources: Sources,
    /// The unified models among it, read once for all connectors beside each other.
    models: Arc<Models>,
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
        connc_compiler::compile_with(&self.sources, &self.models)
    }

    /// Everything that is wrong with the connector, and how much of it has types.
    #[must_use]
    pub fn check(&self) -> (Vec<Diagnostic>, Coverage) {
        connc_compiler::check_with(&self.sources, &self.models)
    }

    /// A place of the plan as people see it: `connectors/example/connector.yaml:31:7`.
    #[must_use]
    pub fn place(&self, short: &str) -> String {
        match short.strip_prefix("_base/") {
            Some(_) => self.shown.rsplit_once('/').map_or_else(|| short.to_owned(), |(above, _)| format!("{above}/{short}")),
            None if short.starts_with(MODELS) => short.to_owned(),
            None => self.path(short),
        }
    }
}

impl CassetteFile {
    /// Reads the cassette.
    #[must_use]
    pub fn read(&self) -> (Option<Cassette>, Vec<Diagnostic>) {
        connc_compiler::cassette(&self.sources, self.file)
    }
}

impl PartialEq for Loaded {
    /// Whether the same files were read: what is made of them follows.
    fn eq(&self, other: &Self) -> bool {
        let Self { name, sources, models: _, cassettes, shown, folder, snapshots } = self;
        (name, sources, cassettes, shown, folder, snapshots)
            == (&other.name, &other.sources, &other.cassettes, &other.shown, &other.folder, &other.snapshots)
    }
}

/// The unified models that connectors beside each other share.
struct Shared {
    place: Place,
    /// The models' files and nothing else.
    sources: Sources,
    models: Arc<Models>,
}

impl Shared {
    fn read(place: &Place) -> Result<Self, Stop> {
        let mut sources = Sources::new("");
        let mut add = |folder: &str, short: &str, text: &str| {
            sources.add_named(Role::Model, format!("{folder}/{short}"), format!("{MODELS}/{short}"), text);
        };
        let mut hidden: Vec<String> = Vec::new();
        if let Place::Folder(connectors) = place {
            // Bases lie in a folder of their own among the connectors.
            let connectors = if is_bases(connectors) { connectors.parent().unwrap_or(connectors) } else { connectors };
            let models = beside(connectors, MODELS);
            if models.is_dir() {
                hidden = disk::folders(&models)?;
                for model in &hidden {
                    for file in disk::files(&models.join(model), &["yaml"])? {
                        add(&disk::shown(&models), &format!("{model}/{}", file.short), &file.text);
                    }
                }
            }
        }
        for (model, files) in embedded::MODELS.iter().filter(|(name, _)| !hidden.iter().any(|known| known == name)) {
            for (short, text) in *files {
                add(MODELS, &format!("{model}/{short}"), text);
            }
        }
        let models = Arc::new(connc_compiler::models(&sources));
        Ok(Self { place: place.clone(), sources, models })
    }
}

/// Loads connectors; the models of those that lie beside each other are read once.
pub(super) fn load_all(found: &[Found]) -> Result<Vec<Loaded>, Stop> {
    let mut shared: Vec<Shared> = Vec::new();
    for connector in found {
        if !shared.iter().any(|known| known.place == connector.place) {
            shared.push(Shared::read(&connector.place)?);
        }
    }
    let load = |connector: &Found| shared.iter().find(|known| known.place == connector.place).map(|shared| load(connector, shared));
    side_by_side(found, load).into_iter().flatten().collect()
}

/// The unified models alone, for a connector of this name that is not written yet.
pub(super) fn models(place: &Place, name: &str) -> Result<Sources, Stop> {
    Ok(Shared::read(place)?.sources.for_folder(name))
}

fn load(found: &Found, shared: &Shared) -> Result<Loaded, Stop> {
    let mut loaded = Loaded {
        name: found.name.clone(),
        sources: shared.sources.for_folder(found.name.as_str()),
        models: Arc::clone(&shared.models),
        cassettes: Vec::new(),
        shown: format!("connectors/{}", found.name),
        folder: None,
        snapshots: None,
    };
    match &found.place {
        Place::Folder(connectors) => {
            let folder = connectors.join(&found.name);
            loaded.shown = disk::shown(&folder);
            loaded.folder = Some(folder.clone());
            loaded.snapshots = Some(beside(connectors, "snapshots").join(&found.name));
            for file in disk::files(&folder, &["yaml", "json", "graphql"])? {
                loaded.add(&file.short, &file.text);
            }
        }
        Place::Embedded => {
            for (short, text) in embedded::CONNECTORS.iter().filter(|(name, _)| *name == found.name).flat_map(|(_, files)| *files) {
                loaded.add(short, text);
            }
        }
    }
    bases::add(&mut loaded, &found.place)?;
    Ok(loaded)
}

/// Whether a folder holds bases.
pub(super) fn is_bases(folder: &Path) -> bool {
    folder.file_name().is_some_and(|name| name == "_base")
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
}
