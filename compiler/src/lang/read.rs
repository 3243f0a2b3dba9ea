//! The languages as they stand under the keys of a mapping.

use super::{Expression, Path, Template};
use crate::source::Spanned;
use crate::yaml::{Context, Node, Reader};

/// The template under a key.
pub fn template(reader: &mut Reader<'_, '_>, name: &str) -> Option<Template> {
    let text = reader.embedded(name)?;
    Template::read(&text, reader.context().diagnostics)
}

/// A value as a template.
pub fn template_at<'a>(node: &'a Node, name: &str, context: &mut Context<'a>) -> Option<Template> {
    let text = context.embedded(node, name)?;
    Template::read(&text, context.diagnostics)
}

/// The templates under the names of a mapping.
pub fn templates(reader: &mut Reader<'_, '_>, name: &str) -> Vec<(Spanned<String>, Template)> {
    let entries = reader.map(name);
    let read = |(key, node): (&Spanned<String>, _)| Some((key.clone(), template_at(node, key, reader.context())?));
    entries.into_iter().filter_map(read).collect()
}

/// The expression under a key.
pub fn expression(reader: &mut Reader<'_, '_>, name: &str) -> Option<Expression> {
    let text = reader.embedded(name)?;
    Expression::read(&text, reader.context().diagnostics)
}

/// The path under a key.
pub fn path(reader: &mut Reader<'_, '_>, name: &str) -> Option<Path> {
    let text = reader.embedded(name)?;
    Path::read(&text, reader.context().diagnostics)
}
