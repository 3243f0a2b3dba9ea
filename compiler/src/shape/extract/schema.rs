//! A schema of an extract as a shape.

use std::collections::BTreeMap;
use std::rc::Rc;

use super::{AGAIN, entries, report};
use crate::diagnostic::{Code, Diagnostic, Diagnostics, nearest};
use crate::shape::known::{Member, Object, Shape, Text, TypeId};
use crate::source::{FileId, Span, Spanned};
use crate::yaml::{Kind, Literal, Node, Scalar};

/// The keys of a schema.
const KEYS: &[&str] = &[
    "type",
    "format",
    "enum",
    "items",
    "properties",
    "required",
    "additionalProperties",
    "anyOf",
    "cut",
    "$ref",
    "readOnly",
    "writeOnly",
    "deprecated",
];
/// Those that may stand beside a reference.
const BESIDE: &[&str] = &["$ref", "readOnly", "writeOnly", "deprecated"];
/// The words of `type`.
const TYPES: &[&str] = &["string", "integer", "number", "boolean", "object", "array", "null"];

/// Reads the schemas of one extract.
pub(super) struct Schemas<'a> {
    pub(super) file: FileId,
    pub(super) types: &'a BTreeMap<(FileId, Rc<str>), TypeId>,
    pub(super) diagnostics: &'a mut Diagnostics,
}

/// A schema's parts as they stand.
#[derive(Default)]
struct Parts<'a> {
    r#type: Option<&'a Node>,
    format: Option<&'a Scalar>,
    values: Option<&'a Node>,
    items: Option<&'a Node>,
    properties: Option<&'a Node>,
    required: Option<&'a Node>,
    additional: Option<&'a Node>,
    any_of: Option<&'a Node>,
    reference: Option<&'a Node>,
    cut: bool,
}

impl Schemas<'_> {
    /// The number of the extract's type with this name.
    pub(super) fn id(&self, name: &Rc<str>) -> Option<TypeId> {
        self.types.get(&(self.file, name.clone())).copied()
    }

    /// What a schema says. `name` is the type's own; `also` are keys that may stand here besides a schema's.
    pub(super) fn shape(&mut self, node: &Node, name: Option<&Rc<str>>, also: &[&str]) -> Shape {
        if node.scalar().is_some_and(|scalar| matches!(scalar.literal(), Literal::Bool(true) | Literal::Null)) {
            return Shape::Unknown;
        }
        let mut parts = Parts::default();
        let list = entries(node, "a schema", self.diagnostics);
        let is_reference = list.iter().any(|entry| entry.key.value == "$ref");
        for entry in list {
            let value = &entry.value;
            match entry.key.value.as_str() {
                key if also.contains(&key) => {}
                key if is_reference && KEYS.contains(&key) && !BESIDE.contains(&key) => {
                    let message = format!("`{key}` means nothing beside `$ref`");
                    let diagnostic = Diagnostic::new(Code::InvalidExtract, entry.key.span, message);
                    self.diagnostics.push(diagnostic.help("change the type that it refers to, or replace the reference"));
                }
                "type" => parts.r#type = Some(value),
                "format" => parts.format = value.scalar(),
                "enum" => parts.values = Some(value),
                "items" => parts.items = Some(value),
                "properties" => parts.properties = Some(value),
                "required" => parts.required = Some(value),
                "additionalProperties" => parts.additional = Some(value),
                "anyOf" => parts.any_of = Some(value),
                "$ref" => parts.reference = Some(value),
                "cut" => parts.cut = is_true(value),
                "readOnly" | "writeOnly" | "deprecated" => {}
                _ => self.unknown_key(&entry.key, KEYS, "a schema"),
            }
        }
        if let Some(reference) = parts.reference {
            return self.reference(reference);
        }
        if let Some(several) = parts.any_of {
            return Shape::one_of(self.sequence(several, "anyOf").iter().map(|one| self.shape(one, None, &[])).collect::<Vec<_>>());
        }
        self.made_of(&parts, node.span, name)
    }

    /// A key that does not stand here.
    pub(super) fn unknown_key(&mut self, key: &Spanned<String>, known: &[&str], what: &str) {
        let near = nearest(key, known.iter().copied()).map_or_else(|| AGAIN.to_owned(), |near| format!("did you mean `{near}`?"));
        let diagnostic = Diagnostic::new(Code::InvalidExtract, key.span, format!("`{}` is not a key of {what}", key.value));
        self.diagnostics.push(diagnostic.help(near));
    }

    /// The type that `#/types/Name` refers to.
    fn reference(&mut self, node: &Node) -> Shape {
        let Some(scalar) = node.scalar() else {
            report(node, format!("a reference is text, not {}", node.describe()), self.diagnostics);
            return Shape::Unknown;
        };
        let name = scalar.text.strip_prefix("#/types/").map(|name| Rc::from(name.replace("~1", "/").replace("~0", "~").as_str()));
        if let Some(id) = name.as_ref().and_then(|name| self.id(name)) {
            return Shape::Named(id);
        }
        let file = self.file;
        let known = self.types.keys().filter(|(known, _)| *known == file).map(|(_, name)| name.as_ref());
        let near = name.as_ref().and_then(|name| nearest(name, known));
        let help = near.map_or_else(|| AGAIN.to_owned(), |near| format!("did you mean `#/types/{near}`?"));
        let message = format!("the extract has no type `{}`", name.as_deref().unwrap_or(&scalar.text));
        self.diagnostics.push(Diagnostic::new(Code::InvalidExtract, node.span, message).help(help));
        Shape::Unknown
    }

    fn made_of(&mut self, parts: &Parts<'_>, span: Span, name: Option<&Rc<str>>) -> Shape {
        let types = self.type_words(parts);
        let values = parts.values.map(|values| self.sequence(values, "enum"));
        let mut shapes = Vec::new();
        for word in types {
            shapes.push(match word {
                "string" => Shape::Text(Text {
                    format: parts.format.map(|format| format.text.clone()),
                    values: values.map(|values| {
                        values.iter().filter(|value| !value.is_null()).filter_map(|value| Some(value.scalar()?.text.clone())).collect()
                    }),
                }),
                "integer" => Shape::Number { integer: true },
                "number" => Shape::Number { integer: false },
                "boolean" => Shape::Boolean,
                "null" => Shape::Null,
                "array" => Shape::list(parts.items.map_or(Shape::Unknown, |items| self.shape(items, None, &[]))),
                _ => self.object(parts, span, name),
            });
        }
        if values.is_some_and(|values| values.iter().any(Node::is_null)) && !shapes.is_empty() {
            shapes.push(Shape::Null);
        }
        Shape::one_of(shapes)
    }

    /// The words of `type`, or what the other keys say where there is none.
    fn type_words<'a>(&mut self, parts: &Parts<'a>) -> Vec<&'a str> {
        let Some(node) = parts.r#type else {
            return match () {
                () if parts.cut || parts.properties.is_some() || parts.additional.is_some() => vec!["object"],
                () if parts.items.is_some() => vec!["array"],
                () if parts.values.is_some() || parts.format.is_some() => vec!["string"],
                () => Vec::new(),
            };
        };
        let nodes = if let Kind::Sequence(nodes) = &node.kind { nodes.as_slice() } else { std::slice::from_ref(node) };
        let mut words = Vec::new();
        for node in nodes {
            let word = node.scalar().map_or("", |scalar| scalar.text.as_ref());
            if TYPES.contains(&word) {
                words.push(word);
            } else if !node.is_broken() {
                let message =
                    if word.is_empty() { format!("a type is a word, not {}", node.describe()) } else { format!("`{word}` is not a type") };
                let near = nearest(word, TYPES.iter().copied()).map(|near| format!("did you mean `{near}`?"));
                let diagnostic = Diagnostic::new(Code::InvalidExtract, node.span, message);
                self.diagnostics.push(diagnostic.help(near.unwrap_or_else(|| AGAIN.to_owned())));
            }
        }
        words
    }

    fn object(&mut self, parts: &Parts<'_>, span: Span, name: Option<&Rc<str>>) -> Shape {
        let required: Vec<&str> = parts
            .required
            .map(|node| self.sequence(node, "required").iter().filter_map(|name| Some(name.scalar()?.text.as_ref())).collect())
            .unwrap_or_default();
        let properties = parts.properties.map_or(&[][..], |node| entries(node, "`properties`", self.diagnostics));
        let mut members = Vec::with_capacity(properties.len());
        for property in properties {
            let flag = |name: &str| match &property.value.kind {
                Kind::Mapping(keys) => keys.iter().any(|entry| entry.key.value == name && is_true(&entry.value)),
                Kind::Scalar(_) | Kind::Sequence(_) | Kind::Broken => false,
            };
            let shape = self.shape(&property.value, None, &[]);
            members.push(Member {
                required: required.contains(&property.key.value.as_str()),
                deprecated: flag("deprecated"),
                read_only: flag("readOnly"),
                write_only: flag("writeOnly"),
                name: Rc::from(property.key.value.as_str()),
                shape,
                place: Some(property.key.span),
            });
        }
        let rest = match parts.additional {
            Some(node) => match node.scalar().map(Scalar::literal) {
                Some(Literal::Bool(false)) => None,
                Some(_) => Some(Shape::Unknown),
                None => Some(self.shape(node, None, &[])),
            },
            None if members.is_empty() => Some(Shape::Unknown),
            None => None,
        };
        Shape::Object(Rc::new(Object { name: name.cloned(), members, rest, cut: parts.cut, place: Some(span) }))
    }

    pub(super) fn sequence<'a>(&mut self, node: &'a Node, key: &str) -> &'a [Node] {
        match &node.kind {
            Kind::Sequence(items) => items,
            Kind::Scalar(_) | Kind::Mapping(_) => {
                report(node, format!("`{key}` is a list, not {}", node.describe()), self.diagnostics);
                &[]
            }
            Kind::Broken => &[],
        }
    }
}

pub(super) fn is_true(node: &Node) -> bool {
    node.scalar().is_some_and(|scalar| scalar.literal() == Literal::Bool(true))
}
