//! Which operations of a description the connector has, and what an extract says of them.

mod discovery;
mod openapi;
pub(crate) mod scim;
mod security;

use std::collections::{BTreeMap, HashMap};

use connc_plan::Method;
use serde_json::{Map, Value};

use crate::document::{Document, Kind};
use crate::paths::{self, Segments};
use crate::schema::Types;
use crate::touched::{Touched, Wanted};
use crate::{Extract, Origin, Problem};

/// An operation of a description.
pub(crate) struct Described<'a> {
    pub(crate) method: Method,
    /// As it is written, without a query.
    pub(crate) path: String,
    segments: Segments,
    /// The path's own entry, which parameters may stand in.
    item: &'a Value,
    pub(crate) operation: &'a Value,
}

/// A description's outer part, whatever its format.
pub(crate) struct Outline<'a> {
    pub(crate) operations: Vec<Described<'a>>,
    base: String,
    pub(crate) title: String,
    pub(crate) version: Option<String>,
}

/// Takes out of a description what a connector touches.
pub(crate) fn extract(touched: &Touched, document: &Document) -> Result<Extract, Problem> {
    let root = &document.root;
    let outline = outline(document)?;
    let matched = matched(touched, &outline);
    let mut types = Types::new(root, touched);
    let mut operations: Vec<(String, Value)> = Vec::new();
    for (index, wanted) in &matched.operations {
        let Some(described) = outline.operations.get(*index) else { continue };
        let made = operation(document.kind, described, wanted, &mut types);
        operations.push((format!("{} {}", described.method.name(), described.path), Value::Object(made)));
    }
    operations.sort_by_key(|(key, _)| key.split_once(' ').map(|(method, path)| (path.to_owned(), method.to_owned())));
    let types_made = types.finish();
    let mut found: Vec<String> = matched.operations.values().flatten().map(|wanted| wanted.name.clone()).collect();
    found.sort();
    Ok(Extract {
        source: Origin { title: outline.title, kind: document.kind, file: None, version: outline.version, sha256: None },
        base: matched.base,
        operations: operations.into_iter().collect(),
        types: types_made,
        sdl: None,
        found,
        notes: types.notes.into_iter().collect(),
        standard: false,
    })
}

/// A description's operations, before any of them is converted.
pub(crate) fn outline(document: &Document) -> Result<Outline<'_>, Problem> {
    match document.kind {
        Kind::Discovery => discovery::outline(&document.root),
        Kind::OpenApi30 | Kind::OpenApi31 | Kind::Swagger2 | Kind::Scim | Kind::Graphql | Kind::Cassettes => {
            openapi::outline(&document.root, document.kind)
        }
    }
}

/// What an extract says of an operation.
pub(crate) fn operation(kind: Kind, described: &Described<'_>, wanted: &[&Wanted], types: &mut Types<'_>) -> Map<String, Value> {
    match kind {
        Kind::Discovery => discovery::operation(described, wanted, types),
        Kind::OpenApi30 | Kind::OpenApi31 | Kind::Swagger2 | Kind::Scim | Kind::Graphql | Kind::Cassettes => {
            openapi::operation(described, wanted, types)
        }
    }
}

/// The description's operations that the connector has, and the base under which most of them are found.
struct Matched<'t> {
    base: String,
    operations: BTreeMap<usize, Vec<&'t Wanted>>,
}

fn matched<'t>(touched: &'t Touched, outline: &Outline<'_>) -> Matched<'t> {
    let mut by_length: HashMap<(&str, usize), Vec<usize>> = HashMap::new();
    let mut spans: Vec<usize> = Vec::new();
    for (index, described) in outline.operations.iter().enumerate() {
        if described.segments.iter().any(|part| part == "\u{1}") {
            spans.push(index);
        }
        by_length.entry((described.method.name(), described.segments.len())).or_default().push(index);
    }
    let best = |wanted: &Wanted, own: &[String]| {
        let near = by_length.get(&(wanted.method.name(), own.len())).into_iter().flatten().chain(&spans);
        let fitting = near.filter_map(|index| {
            let described = outline.operations.get(*index)?;
            let fits = described.method == wanted.method;
            Some((paths::fit(own, &described.segments).filter(|_| fits)?, *index))
        });
        // The first of those that fit best.
        fitting.max_by_key(|(score, index)| (*score, std::cmp::Reverse(*index))).map(|(_, index)| index)
    };
    let mut matched: Option<Matched<'t>> = None;
    let mut bases = vec![outline.base.clone(), String::new()];
    bases.dedup();
    for base in bases {
        let skip = paths::segments(&base);
        let mut operations: BTreeMap<usize, Vec<&Wanted>> = BTreeMap::new();
        let mut alone = 0;
        for wanted in &touched.operations {
            let candidates = wanted.paths.iter().enumerate();
            let found = candidates.filter_map(|(at, own)| {
                let rest =
                    own.get(skip.len()..).filter(|_| own.iter().zip(&skip).all(|(own, base)| own == base || base.contains(paths::HOLE)))?;
                Some((at, best(wanted, rest)?))
            });
            // With the connector's own base before it, if that is known.
            if let Some((at, index)) = found.min_by_key(|(at, _)| *at) {
                alone += usize::from(at + 1 == wanted.paths.len() && wanted.paths.len() > 1);
                operations.entry(index).or_default().push(wanted);
            }
        }
        let count = |matched: &Matched<'_>| matched.operations.values().map(Vec::len).sum::<usize>();
        // Where the description leaves out what the connector has in its base, that is the server's own path.
        let total = operations.values().map(Vec::len).sum::<usize>();
        let base = if base.is_empty() && alone > 0 && alone * 2 > total { connector_base(touched) } else { base };
        let new = Matched { base, operations };
        if matched.as_ref().is_none_or(|known| count(&new) > count(known)) {
            matched = Some(new);
        }
    }
    matched.unwrap_or(Matched { base: String::new(), operations: BTreeMap::new() })
}

/// What the connector's own base adds to its operations' paths, where that is plain text.
fn connector_base(touched: &Touched) -> String {
    let added = touched.operations.iter().find_map(|wanted| {
        let (longest, own) = (wanted.paths.iter().max_by_key(|path| path.len())?, wanted.paths.last()?);
        longest.get(..longest.len().checked_sub(own.len())?)
    });
    let added = added.unwrap_or_default();
    if added.is_empty() || added.iter().any(|part| part.contains(paths::HOLE)) { String::new() } else { format!("/{}", added.join("/")) }
}

/// Adds a parameter; one of the same name in another place has the place in its key.
fn add_parameter(parameters: &mut Map<String, Value>, name: &str, place: &str, parameter: Map<String, Value>) {
    let taken = parameters.get(name).is_some_and(|known| known.get("in").and_then(Value::as_str) != Some(place));
    let key = if taken { format!("{name}@{place}") } else { name.to_owned() };
    parameters.insert(key, Value::Object(parameter));
}

fn text(value: &Value, key: &str) -> Option<String> {
    value.get(key).and_then(|value| value.as_str().map(ToOwned::to_owned).or_else(|| value.as_number().map(ToString::to_string)))
}
