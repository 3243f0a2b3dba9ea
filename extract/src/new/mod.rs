//! `connc new`: a connector proposed from a provider's description, as text that compiles without a word.
//!
//! Everything is a guess from names and types, marked for review; what the compiler refuses is taken out again and said. There is no IO here.

mod graphql;
mod maps;
mod offers;
mod overlay;
mod paging;
mod path;
mod place;
mod propose;
mod records;
mod request;
mod schemas;
mod security;
mod server;
mod settle;
mod skeleton;
mod synonyms;
mod text;
mod words;

mod draft;

use std::collections::BTreeMap;

use apollo_compiler::ast;
use connc_compiler::Coverage;
use connc_compiler::source::Sources;
use connc_compiler::spec::Connector;
use ring::digest::{SHA256, digest};

use crate::document::{self, Document};
use crate::sdl;
use crate::touched::Touched;
use crate::{Extract, File, Problem, describe};
use draft::Draft;

pub use skeleton::skeleton;

/// What a connector is to be made of.
#[derive(Clone, Copy, Debug)]
pub struct Wanted<'a> {
    /// The connector's name.
    pub name: &'a str,
    /// The provider's descriptions.
    pub files: &'a [File<'a>],
    /// Words for what is wanted of them: resources, tags, or parts of paths. Nothing means all.
    pub only: &'a [String],
    /// Whether any number of operations is welcome.
    pub all: bool,
    /// The unified models, in the sources of a connector of this name.
    pub models: &'a Sources,
}

/// A connector that compiles, and what there is to say of it.
#[derive(Clone, Debug)]
pub struct Scaffold {
    /// Its files: path below the connector's folder, and text.
    pub files: Vec<(String, String)>,
    /// How many resources it has.
    pub resources: usize,
    /// How many operations.
    pub operations: usize,
    /// The unified resources that it maps: model, resource, how many fields.
    pub maps: Vec<(String, String, usize)>,
    /// How many lines are to be looked at.
    pub reviews: usize,
    /// How much of it has types.
    pub coverage: Coverage,
    /// What was left out, and why.
    pub left_out: Vec<String>,
}

/// The most operations that are taken without a word about which.
const MOST: usize = 60;

/// A description that was read.
struct Api<'a> {
    file: File<'a>,
    /// The extract's name.
    extract: String,
    read: Read,
}

enum Read {
    Document(Document),
    Sdl(ast::Document),
}

impl<'a> Api<'a> {
    fn read(name: &str, file: File<'a>, several: bool) -> Result<Self, Problem> {
        let read = if document::is_sdl(file.text) { Read::Sdl(sdl::parse(file)?) } else { Read::Document(document::read(file)?) };
        let stem = words::snake(file.name.split('.').next().unwrap_or_default()).replace('_', "-");
        let extract = if several && !stem.is_empty() { format!("{name}-{stem}") } else { name.to_owned() };
        Ok(Self { file, extract, read })
    }

    /// What a draft touches of it.
    fn extract(&self, spec: &Connector, touched: &Touched) -> Result<Extract, Problem> {
        let mut made = match &self.read {
            Read::Document(document) => describe::extract(touched, document)?,
            Read::Sdl(document) => sdl::extract_parsed(spec, touched, document),
        };
        made.source.file = Some(self.file.name.to_owned());
        made.source.sha256 = Some(data_encoding::HEXLOWER.encode(digest(&SHA256, self.file.text.as_bytes()).as_ref()));
        Ok(made)
    }
}

/// Proposes a connector from descriptions.
///
/// # Errors
///
/// Where a text is no description, where it holds more than one connector should begin with, and where nothing of it compiles.
pub fn scaffold(wanted: &Wanted<'_>) -> Result<Scaffold, Problem> {
    let mut apis: Vec<Api<'_>> = Vec::new();
    for file in wanted.files {
        let mut api = Api::read(wanted.name, *file, wanted.files.len() > 1)?;
        let taken = |name: &str| apis.iter().any(|known| known.extract == name);
        if taken(&api.extract) {
            api.extract = (2..).map(|number| format!("{}-{number}", api.extract)).find(|name| !taken(name)).unwrap_or_default();
        }
        apis.push(api);
    }
    let mut left_out = Vec::new();
    let draft = propose::propose(wanted, &apis, &mut left_out)?;
    let settled = settle::settle(draft, &apis, wanted.models)?;
    left_out.extend(settled.left_out);
    Ok(made(&settled.draft, settled.files, settled.compiled.coverage, left_out))
}

fn made(draft: &Draft, mut files: Vec<(String, String)>, coverage: Coverage, left_out: Vec<String>) -> Scaffold {
    files.push(("README.md".to_owned(), text::readme(draft)));
    let mut resources: Vec<&Vec<String>> = draft.operations.iter().map(|operation| &operation.resource).collect();
    resources.sort();
    resources.dedup();
    let maps = draft
        .maps
        .iter()
        .flat_map(|file| file.resources.iter().map(|mapped| (file.model.clone(), mapped.name.clone(), mapped.fields.len())));
    let yaml = files.iter().filter(|(path, _)| path.ends_with(".yaml"));
    let is_review = |line: &&str| line.contains("# review") || line.contains(") review:") || line.contains("reason: \"review:");
    let reviews = yaml.map(|(_, text)| text.lines().skip(1).filter(is_review).count()).sum();
    Scaffold { resources: resources.len(), operations: draft.operations.len(), maps: maps.collect(), reviews, coverage, left_out, files }
}

/// Refuses more operations than anybody looks through, with the words that narrow them best.
fn too_many(number: usize, names: impl Iterator<Item = String>) -> Problem {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for name in names {
        *counts.entry(name).or_default() += 1;
    }
    let known = |name: &str| {
        let single = words::singular(name);
        synonyms::RESOURCES.iter().position(|(_, _, words)| words.contains(&single.as_str())).unwrap_or(usize::MAX)
    };
    let mut counts: Vec<(String, usize)> = counts.into_iter().filter(|(name, _)| !name.is_empty()).collect();
    counts.sort_by_key(|(name, count)| (known(name), std::cmp::Reverse(*count), name.clone()));
    let words: Vec<String> = counts.iter().take(12).map(|(name, count)| format!("{name} ({count})")).collect();
    let first = counts.iter().take(2).map(|(name, _)| name.as_str()).collect::<Vec<_>>().join(",");
    Problem::new(format!("{number} operations are more than a connector should begin with")).help(format!(
        "say which: `--only {first}`; or part of a path, `--only /{}`; or take them all with `--all`\nsuch as {}",
        counts.first().map_or("users", |(name, _)| name.as_str()),
        words.join(", ")
    ))
}
