//! A connector with the texts of its files, ready to compile.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use connc_compiler::diagnostic::Diagnostic;
use connc_compiler::source::{FileId, Role, Sources};
use connc_compiler::{Compiled, Coverage, Models};
use connc_plan::{Cassette, Plan};

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
    /// Whether all of it comes from the binary, which is tested with what is in it.
    built_in: bool,
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

    /// The plan of a connector that is inside the binary. It was checked before it came there, and is not checked anew for each call.
    /// None where it lies on the disk.
    #[must_use]
    pub fn built_in_plan(&self) -> Option<Plan> {
        if self.built_in { connc_compiler::plan_of_checked(&self.sources, &self.models) } else { None }
    }

    /// The models that the maps name, each; none for a map that does not say so plainly.
    fn models_named(&self) -> Vec<Option<&str>> {
        let maps = self.sources.of(Role::Map);
        let of_bases = self.sources.of(Role::Base).filter(|file| !self.sources.name(*file).ends_with("/connector.yaml"));
        maps.chain(of_bases).map(|file| connc_compiler::mapped(self.sources.text(file))).collect()
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
        let Self { name, sources, models: _, cassettes, shown, folder, snapshots, built_in: _ } = self;
        (name, sources, cassettes, shown, folder, snapshots)
            == (&other.name, &other.sources, &other.cassettes, &other.shown, &other.folder, &other.snapshots)
    }
}

/// How much of a connector is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Parts {
    /// Everything.
    All,
    /// What a call needs: no recorded calls.
    Calls,
}

/// The files of the unified models that connectors beside each other share, and nothing else.
struct Shared {
    place: Place,
    sources: Sources,
    /// The models that the disk has.
    own: Vec<String>,
    /// The files inside the binary, each with its model.
    built_in: Vec<(FileId, &'static str)>,
}

impl Shared {
    fn read(place: &Place) -> Result<Self, Stop> {
        let mut shared = Self { place: place.clone(), sources: Sources::new(""), own: Vec::new(), built_in: Vec::new() };
        if let Place::Folder(connectors) = place {
            // Bases lie in a folder of their own among the connectors.
            let connectors = if is_bases(connectors) { connectors.parent().unwrap_or(connectors) } else { connectors };
            let models = beside(connectors, MODELS);
            if models.is_dir() {
                shared.own = disk::folders(&models)?;
                let at = disk::shown(&models);
                for model in shared.own.clone() {
                    for file in disk::files(&models.join(&model), &["yaml"])? {
                        shared.add(&at, &format!("{model}/{}", file.short), file.text);
                    }
                }
            }
        }
        for (model, files) in embedded::MODELS {
            if shared.own.iter().any(|known| known == model) {
                continue;
            }
            for (short, text) in *files {
                let file = shared.add(MODELS, &format!("{model}/{short}"), *text);
                shared.built_in.push((file, model));
            }
        }
        Ok(shared)
    }

    fn add(&mut self, folder: &str, short: &str, text: impl Into<Arc<str>>) -> FileId {
        self.sources.add_named(Role::Model, format!("{folder}/{short}"), format!("{MODELS}/{short}"), text)
    }

    /// The models that these connectors map to. Those of the disk are read in any case, since there may be mistakes in them.
    fn models<'a>(&self, connectors: impl Iterator<Item = &'a Loaded>) -> Models {
        let named: Option<Vec<&str>> = connectors.flat_map(Loaded::models_named).collect();
        let known = |name: &&str| self.own.iter().any(|own| own == name) || self.built_in.iter().any(|(_, model)| model == name);
        match named {
            Some(named) if named.iter().all(known) => connc_compiler::models_of(&self.sources, |file| {
                self.built_in.iter().find(|(known, _)| *known == file).is_none_or(|(_, model)| named.contains(model))
            }),
            // Where one is not known, a message names all that there are.
            Some(_) | None => connc_compiler::models(&self.sources),
        }
    }
}

/// Loads connectors; the models of those that lie beside each other are read once.
pub(super) fn load_all(found: &[Found], parts: Parts) -> Result<Vec<Loaded>, Stop> {
    let mut shared: Vec<Shared> = Vec::new();
    for connector in found {
        if !shared.iter().any(|known| known.place == connector.place) {
            shared.push(Shared::read(&connector.place)?);
        }
    }
    let beside = |connector: &Found| shared.iter().find(|known| known.place == connector.place);
    let load = |connector: &Found| beside(connector).map(|shared| load(connector, shared, parts));
    let mut loaded = side_by_side(found, load).into_iter().flatten().collect::<Result<Vec<Loaded>, Stop>>()?;
    for shared in &shared {
        let ours = || found.iter().map(|connector| connector.place == shared.place);
        let models = Arc::new(shared.models(loaded.iter().zip(ours()).filter_map(|(loaded, ours)| ours.then_some(loaded))));
        for (loaded, _) in loaded.iter_mut().zip(ours()).filter(|(_, ours)| *ours) {
            loaded.models = Arc::clone(&models);
        }
    }
    Ok(loaded)
}

/// The unified models alone, for a connector of this name that is not written yet.
pub(super) fn models(place: &Place, name: &str) -> Result<Sources, Stop> {
    Ok(Shared::read(place)?.sources.for_folder(name))
}

fn load(found: &Found, shared: &Shared, parts: Parts) -> Result<Loaded, Stop> {
    let mut loaded = Loaded {
        name: found.name.clone(),
        sources: shared.sources.for_folder(found.name.as_str()),
        models: Arc::default(),
        cassettes: Vec::new(),
        shown: format!("connectors/{}", found.name),
        folder: None,
        snapshots: None,
        built_in: false,
    };
    let without: &[&str] = match parts {
        Parts::All => &[],
        Parts::Calls => &["cassettes"],
    };
    match &found.place {
        Place::Folder(connectors) => {
            let folder = connectors.join(&found.name);
            loaded.shown = disk::shown(&folder);
            loaded.folder = Some(folder.clone());
            loaded.snapshots = Some(beside(connectors, "snapshots").join(&found.name));
            for file in disk::files_without(&folder, &["yaml", "json", "graphql"], without)? {
                loaded.add(&file.short, file.text);
            }
        }
        Place::Embedded => {
            let left_out = |short: &str| short.split_once('/').is_some_and(|(folder, _)| without.contains(&folder));
            for (short, text) in embedded::CONNECTORS.iter().filter(|(name, _)| *name == found.name).flat_map(|(_, files)| *files) {
                if !left_out(short) {
                    loaded.add(short, *text);
                }
            }
        }
    }
    let inside = bases::add(&mut loaded, &found.place)?;
    loaded.built_in = inside && found.place == Place::Embedded;
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

    fn add(&mut self, short: &str, text: impl Into<Arc<str>>) {
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

#[cfg(test)]
mod tests {
    use crate::project::Project;

    #[test]
    fn what_is_built_in_has_the_plan_that_checking_it_gives() {
        // There are no connectors in this folder, so all that are found are built in.
        for found in Project::open(None).unwrap().all().unwrap() {
            let (whole, quick) = (found.load().unwrap(), found.load_to_call().unwrap());
            let checked = whole.compile();
            assert!(checked.plan.is_some(), "{}: {:?}", found.name, checked.diagnostics);
            assert_eq!(quick.built_in_plan(), checked.plan, "{}", found.name);
            assert!(quick.cassettes.is_empty() && !whole.cassettes.is_empty(), "{}", found.name);
        }
    }
}
