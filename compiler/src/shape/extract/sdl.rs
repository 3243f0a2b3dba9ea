//! Overlays of GraphQL schemas: what scalars and fields hold, which the schema cannot say.

use super::overlay::{CHANGE, OVERLAY, places};
use super::schema::Schemas;
use crate::diagnostic::{Code, Diagnostic, Diagnostics, nearest};
use crate::lang::Schema;
use crate::shape::known::Shape;
use crate::source::{Role, Sources, Spanned};
use crate::yaml::{self, Context, Node, Reader};

/// What an overlay says of a scalar or a field.
#[derive(Clone, Debug, PartialEq)]
pub struct SdlChange {
    /// Its coordinate: `DateTime`, `User.email`.
    pub at: String,
    r#type: Option<&'static str>,
    format: Option<String>,
    values: Vec<String>,
    /// A schema in full, for what GraphQL itself leaves open.
    whole: Option<Shape>,
    required: bool,
    /// Whether the elements of its lists are never null.
    items_required: bool,
}

/// What errors carry besides the standard's members (GraphQL, October 2021, section 7.1.2); no schema declares it.
pub(in crate::shape) const EXTENSIONS: &str = "errors.extensions";

/// Whether an overlay's extract is a GraphQL schema.
pub(super) fn is_schema(file: &str) -> bool {
    file.ends_with(".graphql")
}

/// Reads every overlay of a GraphQL schema. Coordinates that the schema does not have are reported.
#[must_use]
pub fn read_sdl_overlays(sources: &Sources, schema: Option<&Schema>, diagnostics: &mut Diagnostics) -> Vec<SdlChange> {
    let mut found = Vec::new();
    let may_be = |file: &crate::source::FileId| sources.path(*file).ends_with(".overlay.yaml") && sources.text(*file).contains(".graphql");
    for file in sources.of(Role::Schema).filter(may_be) {
        // Its mistakes of writing are reported with the other overlays.
        let tree = yaml::read(sources, file, &mut Diagnostics::default());
        let mut context = Context { sources, diagnostics };
        let Some(mut reader) = Reader::open(&tree, &OVERLAY, &mut context) else { continue };
        let (named, changes) = (reader.text("overlay"), reader.take("changes"));
        let Some(named) = named.filter(|named| is_schema(named)) else { continue };
        let context = reader.context();
        if !sources.of(Role::Schema).any(|file| sources.path(file).rsplit('/').next() == Some(named.value.as_str())) {
            let message = format!("there is no schema `{}` beside this overlay", named.value);
            context.diagnostics.push(Diagnostic::new(Code::OverlayTarget, named.span, message).help("`connc extract` makes it"));
            continue;
        }
        for node in changes.map_or(&[][..], |node| context.list(node, "changes")) {
            change(node, schema, &mut found, context);
        }
    }
    found
}

fn change<'a>(node: &'a Node, schema: Option<&Schema>, found: &mut Vec<SdlChange>, context: &mut Context<'a>) {
    let Some(mut reader) = Reader::open(node, &CHANGE, context) else { return };
    let places = places(&mut reader);
    if let Some(reason) = reader.text("reason").filter(|reason| reason.trim().is_empty()) {
        let diagnostic = Diagnostic::new(Code::InvalidValue, reason.span, "a correction without a reason cannot be reviewed");
        reader.context().diagnostics.push(diagnostic.help("say how it is known that the schema does not say all"));
    }
    for key in ["set", "remove"] {
        if let Some(span) = reader.key_span(key) {
            let diagnostic = Diagnostic::new(Code::ConflictingKeys, span, format!("`{key}` cannot change a GraphQL schema"));
            reader
                .context()
                .diagnostics
                .push(diagnostic.help("an overlay of a schema says what its scalars and fields hold, with `merge`"));
        }
    }
    let Some(merge) = reader.take("merge") else { return };
    let context = reader.context();
    let mut said = SdlChange {
        at: String::new(),
        r#type: None,
        format: None,
        values: Vec::new(),
        whole: None,
        required: false,
        items_required: false,
    };
    if places.iter().any(|at| at.value == EXTENSIONS) {
        let types = std::collections::BTreeMap::new();
        let mut schemas = Schemas { file: merge.span.file, types: &types, diagnostics: context.diagnostics };
        said.whole = Some(schemas.shape(merge, None, &[]));
        found.push(SdlChange { at: EXTENSIONS.to_owned(), ..said });
        return;
    }
    for (key, value) in context.map(merge, "merge") {
        match key.value.as_str() {
            "type" => {
                let word = context.text(value, "type");
                let types = &["string", "integer", "number", "boolean"];
                said.r#type = word.and_then(|word| context.choice(&word, "type", types)).map(|word| word.value);
            }
            "format" => said.format = context.text(value, "format").map(|word| word.value),
            "enum" => {
                said.values =
                    context.list(value, "enum").iter().filter_map(|item| item.scalar()).map(|scalar| scalar.text.to_string()).collect()
            }
            "required" => said.required = value.scalar().is_some_and(|scalar| scalar.text.as_ref() == "true"),
            "items" => {
                for (key, value) in context.map(value, "items") {
                    if key.value == "required" {
                        said.items_required = value.scalar().is_some_and(|scalar| scalar.text.as_ref() == "true");
                        continue;
                    }
                    let message = format!("`{}` is nothing that can be said of the elements of a list", key.value);
                    context
                        .diagnostics
                        .push(Diagnostic::new(Code::UnknownKey, key.span, message).help("there is `required`: they are never null"));
                }
            }
            other => {
                let near = nearest(other, ["type", "format", "enum", "required", "items"]);
                let diagnostic =
                    Diagnostic::new(Code::UnknownKey, key.span, format!("`{other}` is nothing that can be said of a scalar or field"));
                let help = near.map_or_else(
                    || "there are `type`, `format`, `enum`, `required` and `items`".to_owned(),
                    |near| format!("did you mean `{near}`?"),
                );
                context.diagnostics.push(diagnostic.help(help));
            }
        }
    }
    for at in places {
        if schema.is_some_and(|schema| !is_known(&at, schema, context.diagnostics)) {
            continue;
        }
        found.push(SdlChange { at: at.value, ..said.clone() });
    }
}

fn is_known(at: &Spanned<String>, schema: &Schema, diagnostics: &mut Diagnostics) -> bool {
    let known = schema.coordinates();
    if known.contains(&at.value) {
        return true;
    }
    let near = nearest(at, known.iter().map(String::as_str));
    let help = near.map_or_else(
        || {
            "a coordinate is a scalar's name, or a type and its field: `User.email`; a new schema may have made the correction needless"
                .to_owned()
        },
        |near| format!("did you mean `{near}`?"),
    );
    diagnostics.push(Diagnostic::new(Code::OverlayTarget, at.span, format!("the schema has no `{}`", at.value)).help(help));
    false
}

impl SdlChange {
    /// What a value holds, its lists and nulls apart.
    pub(in crate::shape) fn shape(&self, known: Shape) -> Shape {
        if let Some(whole) = &self.whole {
            return whole.clone();
        }
        if !self.values.is_empty() {
            return Shape::words(self.values.iter().map(String::as_str));
        }
        match (self.r#type, self.format.as_deref()) {
            (Some("integer"), _) => Shape::Number { integer: true },
            (Some("number"), _) => Shape::Number { integer: false },
            (Some("boolean"), _) => Shape::Boolean,
            (_, Some(format)) => Shape::formatted(format),
            (Some(_), None) => Shape::text(),
            (None, None) => known,
        }
    }

    /// The same with its lists and nulls: without null, where it is never null, and its lists without nulls, where these hold none.
    pub(in crate::shape) fn wrapped(&self, shape: Shape) -> Shape {
        let shape = if self.required { without_null(&shape) } else { shape };
        if self.items_required { elements(&shape) } else { shape }
    }
}

fn without_null(shape: &Shape) -> Shape {
    match shape {
        Shape::OneOf(several) => Shape::one_of(several.iter().filter(|shape| **shape != Shape::Null).cloned()),
        other => other.clone(),
    }
}

/// Lists, however deep, whose elements are never null.
fn elements(shape: &Shape) -> Shape {
    match shape {
        Shape::List(items) => Shape::list(elements(&without_null(items))),
        Shape::OneOf(several) => Shape::one_of(several.iter().map(elements)),
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::{SdlChange, Shape};

    #[test]
    fn elements_of_lists_may_be_vouched_for() {
        let change = |required, items_required| SdlChange {
            at: "Page.nodes".to_owned(),
            r#type: None,
            format: None,
            values: Vec::new(),
            whole: None,
            required,
            items_required,
        };
        let maybe = |shape| Shape::one_of([shape, Shape::Null]);
        let declared = maybe(Shape::list(maybe(Shape::text())));
        assert_eq!(change(false, false).wrapped(declared.clone()), declared);
        assert_eq!(change(true, false).wrapped(declared.clone()), Shape::list(maybe(Shape::text())));
        assert_eq!(change(false, true).wrapped(declared.clone()), maybe(Shape::list(Shape::text())));
        assert_eq!(change(true, true).wrapped(declared), Shape::list(Shape::text()));
    }
}
