//! Reads `schemas/*.yaml`: extracts of the provider's description, with the overlays beside them that correct them.

mod endpoint;
mod overlay;
mod schema;
mod sdl;
mod table;

use std::rc::Rc;

use super::description::{Description, Origin, Trust};
use super::known::Shape;
use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::source::{FileId, Role, Sources, Spanned};
use crate::yaml::{self, Context, Kind, Node, Reader};
pub use overlay::{CHANGE, OVERLAY};
pub(in crate::shape) use sdl::EXTENSIONS;
pub use sdl::{SdlChange, read_sdl_overlays};
pub use table::{EXTRACT, EXTRACT_SOURCE};

use schema::Schemas;

/// What the mending of a broken extract is.
const AGAIN: &str = "make it again with `connc extract`, and put corrections into an overlay";

/// Reads every extract of the connector into one description, with what the overlays change; none if it has no extract of a REST API.
/// What an overlay adds has its place in the overlay.
#[must_use]
pub fn read_extracts(sources: &Sources, diagnostics: &mut Diagnostics) -> Option<Description> {
    let mut files: Vec<FileId> = sources.of(Role::Schema).filter(|file| sources.path(*file).ends_with(".yaml")).collect();
    let mut folders: Vec<&str> = Vec::new();
    for file in &files {
        let folder = folder(sources, *file);
        if !folders.contains(&folder) {
            folders.push(folder);
        }
    }
    // What a base says comes first, so that the connector's own extracts and corrections stand over it.
    files.sort_by_key(|file| std::cmp::Reverse(folders.iter().position(|known| *known == folder(sources, *file))));
    let (overlays, extracts): (Vec<FileId>, Vec<FileId>) =
        files.into_iter().partition(|file| sources.path(*file).ends_with(".overlay.yaml"));
    let mut trees: Vec<(FileId, Node)> = extracts.into_iter().map(|file| (file, yaml::read(sources, file, diagnostics))).collect();
    for file in overlays {
        let tree = yaml::read(sources, file, diagnostics);
        overlay::apply(&tree, &mut trees, &mut Context { sources, diagnostics });
    }
    if trees.is_empty() {
        return None;
    }
    let mut description = Description::default();
    for (file, tree) in &trees {
        read(*file, tree, &mut description, &mut Context { sources, diagnostics });
    }
    Some(description)
}

/// The folder that a file stands in: the connector's own `schemas`, or that of a base.
fn folder(sources: &Sources, file: FileId) -> &str {
    sources.name(file).rsplit_once('/').map_or("", |(folder, _)| folder)
}

fn read<'a>(file: FileId, tree: &'a Node, description: &mut Description, context: &mut Context<'a>) {
    let Some(mut reader) = Reader::open(tree, &EXTRACT, context) else { return };
    if let Some(version) = reader.integer("extract")
        && version.value != 1
    {
        let message = format!("extracts of version {} are not known", version.value);
        reader.context().diagnostics.push(Diagnostic::new(Code::InvalidExtract, version.span, message).help("the version is 1"));
    }
    let trust = match reader.choice("trust").map(|word| word.value) {
        Some("rfc") => Trust::Rfc,
        Some("cassettes") => Trust::Cassettes,
        Some(_) | None => Trust::Official,
    };
    let base = reader.text("base").map(|base| base.value).unwrap_or_default();
    let (mut source, mut version) = (None, None);
    if let Some(node) = reader.take("source")
        && let Some(mut inner) = Reader::open(node, &EXTRACT_SOURCE, reader.context())
    {
        source = inner.text("title").or_else(|| inner.text("file"));
        version = inner.text("version");
        inner.choice("kind");
        inner.text("sha256");
    }
    let origin = description.origins.len();
    description.origins.push(Origin {
        file,
        trust,
        source: source.map(|source| source.value).unwrap_or_default(),
        version: version.map(|version| version.value),
    });
    let types: Vec<(&Spanned<String>, &Node)> = reader.map("types");
    let operations = reader.map("operations");
    let Context { sources: _, diagnostics } = reader.context();
    for (name, _) in &types {
        let name: Rc<str> = Rc::from(name.value.as_str());
        let id = description.shapes.add(name.clone(), Shape::Unknown);
        description.types.insert((file, name), id);
    }
    let mut schemas = Schemas { file, types: &description.types, diagnostics };
    let shapes: Vec<_> = types
        .iter()
        .map(|(name, node)| {
            let name: Rc<str> = Rc::from(name.value.as_str());
            (schemas.id(&name), schemas.shape(node, Some(&name), &[]))
        })
        .collect();
    let endpoints: Vec<_> =
        operations.iter().filter_map(|(key, node)| endpoint::read(key, node, &mut schemas, origin, base.trim_end_matches('/'))).collect();
    for (id, shape) in shapes {
        if let Some(id) = id {
            description.shapes.set(id, shape);
        }
    }
    description.endpoints.extend(endpoints);
}

/// The entries of a mapping; anything else is reported, unless it was already.
fn entries<'a>(node: &'a Node, what: &str, diagnostics: &mut Diagnostics) -> &'a [yaml::Entry] {
    match &node.kind {
        Kind::Mapping(entries) => entries,
        Kind::Scalar(_) | Kind::Sequence(_) => {
            report(node, format!("{what} is a mapping, not {}", node.describe()), diagnostics);
            &[]
        }
        Kind::Broken => &[],
    }
}

fn report(node: &Node, message: impl Into<String>, diagnostics: &mut Diagnostics) {
    diagnostics.push(Diagnostic::new(Code::InvalidExtract, node.span, message).help(AGAIN));
}

#[cfg(test)]
mod tests;
