//! Text to plan: reads a connector's definition, reports every problem in it, and lowers what is right to a [`Plan`].
//!
//! The compiler does no IO: somebody else reads the files into [`Sources`]. A mistake in them is a [`Diagnostic`], never an error,
//! and all of them are found in one run. [`compile`] is the table of contents.

pub mod source;

pub mod diagnostic;

pub mod yaml;

pub mod lang;

pub mod shape;

pub mod auth;
pub mod pagination;

pub mod spec;

pub mod parse;

pub mod resolve;

pub mod check;

pub mod lower;

mod reference;

pub mod editor;

use std::collections::BTreeMap;
use std::sync::Arc;

pub use check::{Coverage, MapTypes};
use connc_plan::{Cassette, Plan};
use diagnostic::{Diagnostic, Diagnostics};
use parse::Trees;
pub use parse::{extends, mapped};
pub use reference::{Chapter, Example, chapters, complete, editor_schema, examples, files, reference, role};
use source::{FileId, Role, Sources};
use spec::Connector;
use yaml::{Context, Node};

/// What came of compiling a connector.
#[derive(Clone, Debug)]
pub struct Compiled {
    /// The plan, unless an error stands in the way.
    pub plan: Option<Plan>,
    /// Every problem, in the order of the text.
    pub diagnostics: Vec<Diagnostic>,
    /// How much of it has types.
    pub coverage: Coverage,
}

/// Unified models as they were read, with what is wrong with them.
#[derive(Clone, Debug, Default)]
pub struct Models {
    list: BTreeMap<String, Arc<shape::Model>>,
    diagnostics: Diagnostics,
}

/// Compiles a connector.
#[must_use]
pub fn compile(sources: &Sources) -> Compiled {
    compile_with(sources, &models(sources))
}

/// Reads the unified models of the sources, for [`compile_with`].
#[must_use]
pub fn models(sources: &Sources) -> Models {
    models_of(sources, |_| true)
}

/// [`models`] of some of the files only: those of the models that a connector maps are all that it needs.
#[must_use]
pub fn models_of(sources: &Sources, wanted: impl Fn(FileId) -> bool) -> Models {
    let mut diagnostics = Diagnostics::default();
    let files = sources.of(Role::Model).filter(|file| wanted(*file));
    let trees: Vec<Node> = files.map(|file| yaml::read(sources, file, &mut diagnostics)).collect();
    let list = parse::models(&trees, &mut Context { sources, diagnostics: &mut diagnostics });
    Models { list, diagnostics }
}

/// Everything that is wrong with a connector, and how much of it has types: [`compile_with`] without the plan.
#[must_use]
pub fn check_with(sources: &Sources, models: &Models) -> (Vec<Diagnostic>, Coverage) {
    let (diagnostics, coverage, _) = examined(sources, models, |_| ());
    (diagnostics.into_sorted(), coverage)
}

/// Compiles a connector with models that were read before, of sources that have the same model files at the same places.
#[must_use]
pub fn compile_with(sources: &Sources, models: &Models) -> Compiled {
    let (diagnostics, coverage, plan) = examined(sources, models, |checked| lower::plan(checked, sources));
    Compiled { plan, diagnostics: diagnostics.into_sorted(), coverage }
}

/// The plan of a connector that was checked before, from the same texts, as those inside a program were when it was built.
/// What only checks look at, extracts above all, is not read. None where there is an error all the same, which [`compile_with`] reports.
#[must_use]
pub fn plan_of_checked(sources: &Sources, models: &Models) -> Option<Plan> {
    let mut diagnostics = models.diagnostics.clone();
    let trees = Trees::read(sources, &mut diagnostics);
    let spec = connector(&trees, models, sources, &mut diagnostics)?;
    let checked = check::before(&spec, &diagnostics)?;
    Some(lower::plan(&checked, sources))
}

/// Reads and checks a connector, and makes something of it if nothing keeps it from running.
fn examined<T>(sources: &Sources, models: &Models, make: impl Fn(&check::Checked<'_>) -> T) -> (Diagnostics, Coverage, Option<T>) {
    let mut diagnostics = models.diagnostics.clone();
    let trees = Trees::read(sources, &mut diagnostics);
    let spec = connector(&trees, models, sources, &mut diagnostics);
    let description = shape::read_extracts(sources, &mut diagnostics);
    let Some(spec) = spec else { return (diagnostics, Coverage::default(), None) };
    let names = resolve::names(&spec);
    let outcome = check::all(&spec, &names, sources, description.as_ref(), &mut diagnostics);
    let made = outcome.checked.map(|checked| make(&checked));
    (diagnostics, outcome.coverage, made)
}

/// The maps of a connector with the types of the records that they are given, and the named types.
#[must_use]
pub fn map_types(sources: &Sources) -> (Vec<MapTypes>, shape::Shapes) {
    silently(sources, |spec, description| check::map_types(spec, &resolve::names(spec), sources, description))
}

/// What each operation of a connector answers with, and the named types. GraphQL answers are those without errors.
#[must_use]
pub fn answer_types(sources: &Sources) -> (Vec<(String, shape::Shape)>, shape::Shapes) {
    silently(sources, |spec, description| check::seen(spec, &resolve::names(spec), sources, description).1)
}

/// Reads a connector without a word on its problems, and gives what is found in it, with the named types.
fn silently<T: Default>(sources: &Sources, find: impl Fn(&Connector, Option<&shape::Description>) -> T) -> (T, shape::Shapes) {
    let mut silent = Diagnostics::default();
    let trees = Trees::read(sources, &mut silent);
    let description = shape::read_extracts(sources, &mut silent);
    let spec = connector(&trees, &models(sources), sources, &mut silent);
    let found = spec.as_ref().map(|spec| find(spec, description.as_ref())).unwrap_or_default();
    (found, description.map(|description| description.shapes).unwrap_or_default())
}

/// Reads one cassette of the sources.
#[must_use]
pub fn cassette(sources: &Sources, file: FileId) -> (Option<Cassette>, Vec<Diagnostic>) {
    let mut diagnostics = Diagnostics::default();
    let tree = yaml::read(sources, file, &mut diagnostics);
    let path = sources.path(file);
    let name = path.rsplit_once('/').map_or(path, |(_, name)| name).trim_end_matches(".yaml");
    let cassette = parse::cassette(name, &tree, &mut Context { sources, diagnostics: &mut diagnostics });
    (cassette.filter(|_| !diagnostics.has_errors()), diagnostics.into_sorted())
}

/// The connector with its maps and the unified models. A map is read even where the connector cannot be: every problem shows in one run.
fn connector(trees: &Trees, models: &Models, sources: &Sources, diagnostics: &mut Diagnostics) -> Option<Connector> {
    // That a base is missing is said already; what would stand in it is not missed anew.
    let trees = Some(trees).filter(|trees| !trees.incomplete)?;
    let mut context = Context { sources, diagnostics };
    let maps = trees.maps.iter().filter_map(|tree| parse::map_file(tree, &mut context)).collect();
    let spec = parse::connector(trees.connector.as_ref()?, &mut context)?;
    Some(Connector { maps, models: models.list.clone(), ..spec })
}
