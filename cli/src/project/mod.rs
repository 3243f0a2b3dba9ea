//! Finds connectors: `--connectors DIR`, then `./connectors`, then those inside the binary. A name found first hides later ones.

mod bases;
mod disk;
mod loaded;

use std::path::{Path, PathBuf};

use connc_compiler::source::Sources;

use crate::embedded;
use crate::error::{Stop, names, suggestion};

use loaded::Parts;
pub use loaded::{CassetteFile, Loaded};

/// The places where connectors are looked for.
#[derive(Clone, Debug)]
pub struct Project {
    places: Vec<Place>,
}

/// One place.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Place {
    /// A folder with a folder for each connector.
    Folder(PathBuf),
    /// The binary.
    Embedded,
}

/// A connector that was found and is not read yet.
#[derive(Clone, Debug)]
pub struct Found {
    /// Its folder's name.
    pub name: String,
    place: Place,
}

impl Project {
    /// Looks where the command line says, else in the working directory, and in the binary.
    ///
    /// # Errors
    ///
    /// Where the folder that the command line names is none.
    pub fn open(connectors: Option<&Path>) -> Result<Self, Stop> {
        let mut places = Vec::new();
        if let Some(folder) = connectors {
            if !folder.is_dir() {
                return Err(Stop::usage(format!("`{}` is not a folder", folder.display()))
                    .help("`--connectors` takes a folder that holds a folder for each connector"));
            }
            places.push(Place::Folder(folder.to_owned()));
        }
        let here = Path::new("connectors");
        if here.is_dir() {
            places.push(Place::Folder(here.to_owned()));
        }
        places.push(Place::Embedded);
        Ok(Self { places })
    }

    /// The connectors of the first place, which are those that its author works on.
    ///
    /// # Errors
    ///
    /// Where the place cannot be read.
    pub fn own(&self) -> Result<Vec<Found>, Stop> {
        self.places.first().map_or(Ok(Vec::new()), Place::connectors)
    }

    /// Every connector that can be called by its name, in the order of the names.
    ///
    /// # Errors
    ///
    /// Where a place cannot be read.
    pub fn all(&self) -> Result<Vec<Found>, Stop> {
        let mut found: Vec<Found> = Vec::new();
        for place in &self.places {
            for connector in place.connectors()? {
                if !found.iter().any(|known| known.name == connector.name) {
                    found.push(connector);
                }
            }
        }
        found.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(found)
    }

    /// The unified models beside the first place, for a connector of this name that is not written yet.
    ///
    /// # Errors
    ///
    /// Where they cannot be read.
    pub fn models(&self, name: &str) -> Result<Sources, Stop> {
        loaded::models(self.places.first().unwrap_or(&Place::Embedded), name)
    }

    /// The connector of this name.
    ///
    /// # Errors
    ///
    /// Where there is none.
    pub fn find(&self, name: &str) -> Result<Found, Stop> {
        if let Some(found) = self.at_once(name) {
            return Ok(found);
        }
        let all = self.all()?;
        all.iter().find(|found| found.name == name).cloned().ok_or_else(|| {
            // Several connectors may share the beginning of a name, as those of one product over two protocols do.
            let longer: Vec<&str> =
                all.iter().map(|found| found.name.as_str()).filter(|known| known.starts_with(&format!("{name}-"))).collect();
            let help = match longer.as_slice() {
                [] => suggestion(name, "connectors", all.iter().map(|found| found.name.as_str())),
                longer => format!("did you mean {}?", names(longer.iter().copied())),
            };
            Stop::usage(format!("there is no connector `{name}`")).help(help)
        })
    }

    /// The connector of this name, where it is found without a look at the others. None where its folder has no connector, which [`Self::all`]
    /// has something to say about.
    fn at_once(&self, name: &str) -> Option<Found> {
        let plain = bases::is_name(name) && !name.starts_with('_');
        let is = |place: &&Place| match place {
            Place::Folder(folder) => plain && folder.join(name).is_dir(),
            Place::Embedded => embedded::CONNECTORS.iter().any(|(known, _)| *known == name),
        };
        let place = self.places.iter().find(is)?;
        let whole = match place {
            Place::Folder(folder) => folder.join(name).join("connector.yaml").is_file(),
            Place::Embedded => true,
        };
        whole.then(|| Found { name: name.to_owned(), place: place.clone() })
    }

    /// The connectors that an argument of `check` means: a name, a connector's folder, or a folder of connectors.
    ///
    /// # Errors
    ///
    /// Where it means none.
    pub fn select(&self, given: &str) -> Result<Vec<Found>, Stop> {
        let path = Path::new(given);
        let folder = path.join("connector.yaml").is_file();
        // A folder at hand is meant rather than a built-in connector of its name.
        let named = |found: &Found| found.name == given && !(folder && found.place == Place::Embedded);
        if let Some(found) = self.at_once(given).filter(named) {
            return Ok(vec![found]);
        }
        if let Some(found) = self.all()?.into_iter().find(named) {
            return Ok(vec![found]);
        }
        if given == "_base" {
            return self.bases();
        }
        if folder {
            return Found::at(path).map(|found| vec![found]);
        }
        if path.is_dir() {
            let found = Place::Folder(path.to_owned()).connectors()?;
            if found.is_empty() {
                let misnamed = path.join("connector.yml").is_file();
                let help =
                    if misnamed { "rename `connector.yml` to `connector.yaml`" } else { "a connector is a folder with a `connector.yaml`" };
                return Err(Stop::usage(format!("there is no connector in `{given}`")).help(help));
            }
            return Ok(found);
        }
        if path.is_file() {
            return Err(Stop::usage(format!("`{given}` is a file")).help("name the connector's folder"));
        }
        if given.contains(['/', '\\']) {
            return Err(Stop::usage(format!("there is no folder `{given}`")));
        }
        self.find(given).map(|found| vec![found])
    }

    fn bases(&self) -> Result<Vec<Found>, Stop> {
        let mut found = Vec::new();
        for place in &self.places {
            if let Place::Folder(folder) = place {
                found.extend(Place::Folder(folder.join("_base")).connectors()?);
            }
        }
        if found.is_empty() { Err(Stop::usage("there are no bases").help("they stand in `connectors/_base/`")) } else { Ok(found) }
    }
}

impl Place {
    fn connectors(&self) -> Result<Vec<Found>, Stop> {
        let names = match self {
            Self::Folder(folder) if !folder.is_dir() => Vec::new(),
            Self::Folder(folder) => {
                let (whole, others): (Vec<_>, Vec<_>) =
                    disk::folders(folder)?.into_iter().partition(|name| folder.join(name).join("connector.yaml").is_file());
                // A slip in a file's name must not take a connector out of the check.
                for name in others {
                    if let Some(file) = disk::files(&folder.join(&name), &["yaml", "yml"])?.first() {
                        let at = disk::shown(&folder.join(&name));
                        let help = "a connector's own file is called `connector.yaml`; folders that are none begin with `_`";
                        return Err(Stop::usage(format!("`{at}` has `{}` and no `connector.yaml`", file.short)).help(help));
                    }
                }
                whole
            }
            // A base is compiled from the disk, or as a part of what extends it.
            Self::Embedded => embedded::CONNECTORS.iter().map(|(name, _)| (*name).to_owned()).collect(),
        };
        Ok(names.into_iter().map(|name| Found { name, place: self.clone() }).collect())
    }
}

impl Found {
    /// The connector in this folder.
    ///
    /// # Errors
    ///
    /// Where the folder has no name or no parent.
    pub fn at(folder: &Path) -> Result<Self, Stop> {
        let unnamed = || Stop::usage(format!("`{}` is not a connector's folder", folder.display()));
        // `.` and `..` have no name of their own.
        let whole = if folder.file_name().is_some() { folder.to_owned() } else { folder.canonicalize().map_err(|_| unnamed())? };
        let name = whole.file_name().and_then(|name| name.to_str()).ok_or_else(unnamed)?.to_owned();
        let parent = whole.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
        Ok(Self { name, place: Place::Folder(parent.to_owned()) })
    }

    /// Whether it comes from the binary.
    pub(crate) fn is_built_in(&self) -> bool {
        self.place == Place::Embedded
    }

    /// Reads the connector's files and the unified models.
    ///
    /// # Errors
    ///
    /// Where a file cannot be read.
    pub fn load(&self) -> Result<Loaded, Stop> {
        self.load_with(Parts::All)
    }

    /// The same without the recorded calls, which a call does not need.
    ///
    /// # Errors
    ///
    /// Where a file cannot be read.
    pub fn load_to_call(&self) -> Result<Loaded, Stop> {
        self.load_with(Parts::Calls)
    }

    fn load_with(&self, parts: Parts) -> Result<Loaded, Stop> {
        let mut loaded = loaded::load_all(std::slice::from_ref(self), parts)?;
        loaded.pop().ok_or_else(|| Stop::usage(format!("the connector `{}` cannot be read", self.name)))
    }
}

/// Reads the files of several connectors; the unified models that they share are read once.
///
/// # Errors
///
/// Where a file cannot be read.
pub fn load_all(found: &[Found]) -> Result<Vec<Loaded>, Stop> {
    loaded::load_all(found, Parts::All)
}

/// The same without the recorded calls, for connectors inside the binary, whose plans are known to be good.
///
/// # Errors
///
/// Where a file cannot be read.
pub(crate) fn load_all_to_call(found: &[Found]) -> Result<Vec<Loaded>, Stop> {
    loaded::load_all(found, Parts::Calls)
}

/// The connectors that the arguments name, or those of the first place.
///
/// # Errors
///
/// Where one of them means nothing, or there are none.
pub(crate) fn chosen(project: &Project, given: &[String]) -> Result<Vec<Found>, Stop> {
    let mut found: Vec<Found> = Vec::new();
    if given.is_empty() {
        found = project.own()?;
    }
    for name in given {
        for connector in project.select(name)? {
            if !found.iter().any(|known| known.name == connector.name && known.place == connector.place) {
                found.push(connector);
            }
        }
    }
    if found.is_empty() {
        let places: Vec<String> = project.places.iter().take(1).map(ToString::to_string).collect();
        return Err(Stop::usage(format!("there are no connectors in {}", names(places.iter().map(String::as_str)))));
    }
    Ok(found)
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Folder(folder) => write!(f, "{}", folder.display()),
            Self::Embedded => f.write_str("connc"),
        }
    }
}
