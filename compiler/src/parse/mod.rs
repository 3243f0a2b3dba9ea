//! Trees to specs. Everything that is wrong with the writing itself is reported here; what names mean is for later.

mod cassette;
mod connector;
mod data;
mod map;
mod model;
mod operation;

pub use cassette::{CASSETTE, CASSETTE_CALL, EXCHANGE, RECORDED_REQUEST, RECORDED_RESPONSE, cassette};
pub use connector::connector;
pub use map::map_file;
pub use model::models;

use crate::lang::{Expression, Path, Template};
use crate::source::Spanned;
use crate::yaml::{Context, Node, Reader};

/// The template under a key.
fn template(reader: &mut Reader<'_, '_>, name: &str) -> Option<Template> {
    let text = reader.embedded(name)?;
    Template::read(&text, reader.context().diagnostics)
}

/// A value as a template.
fn template_at<'a>(node: &'a Node, name: &str, context: &mut Context<'a>) -> Option<Template> {
    let text = context.embedded(node, name)?;
    Template::read(&text, context.diagnostics)
}

/// The templates under the names of a mapping.
fn templates(reader: &mut Reader<'_, '_>, name: &str) -> Vec<(String, Template)> {
    let entries = reader.map(name);
    let read = |(key, node): (&Spanned<String>, _)| Some((key.value.clone(), template_at(node, key, reader.context())?));
    entries.into_iter().filter_map(read).collect()
}

/// The expression under a key.
fn expression(reader: &mut Reader<'_, '_>, name: &str) -> Option<Expression> {
    let text = reader.embedded(name)?;
    Expression::read(&text, reader.context().diagnostics)
}

/// The path under a key.
fn path(reader: &mut Reader<'_, '_>, name: &str) -> Option<Path> {
    let text = reader.embedded(name)?;
    Path::read(&text, reader.context().diagnostics)
}
