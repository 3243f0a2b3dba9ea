//! Unified models: a file for each resource, and one that names the model.

use std::collections::BTreeMap;

use super::property::{Property, Type};
use crate::diagnostic::{Code, Diagnostic};
use crate::source::{Span, Spanned};
use crate::yaml::{Context, Key, Need, Node, Reader, Table, Value};

/// `model.yaml`.
pub static MODEL: Table = Table {
    name: "model file",
    doc: "Names a unified model: `unified-models/<model>/model.yaml`.",
    keys: &[
        Key {
            name: "model",
            value: Value::Name,
            need: Need::Required,
            doc: "The model's name, which equals its folder's.",
            example: "model: user-directory",
        },
        Key { name: "version", value: Value::Integer, need: Need::Required, doc: "The major version.", example: "version: 1" },
        Key { name: "title", value: Value::Text, need: Need::Optional, doc: "What people call it.", example: "title: User directory" },
        Key {
            name: "description",
            value: Value::Text,
            need: Need::Optional,
            doc: "What it is for.",
            example: "description: People and groups.",
        },
        Key {
            name: "aliases",
            value: Value::List(&Value::Name),
            need: Need::Optional,
            doc: "Shorter names for the command line.",
            example: "aliases: [directory]",
        },
    ],
    also: None,
    reserved: &[],
    rest: None,
    frame: "# model\n§",
};

/// A file of a resource.
pub static RESOURCE: Table = Table {
    name: "model resource",
    doc: "A resource of a unified model: `unified-models/<model>/<resource>.yaml`.",
    keys: &[
        Key { name: "model", value: Value::Name, need: Need::Required, doc: "The model's name.", example: "model: user-directory" },
        Key { name: "version", value: Value::Integer, need: Need::Required, doc: "The model's major version.", example: "version: 1" },
        Key { name: "resource", value: Value::Name, need: Need::Required, doc: "The resource's name.", example: "resource: users" },
        Key { name: "title", value: Value::Text, need: Need::Optional, doc: "What people call it.", example: "title: Users" },
        Key {
            name: "description",
            value: Value::Text,
            need: Need::Optional,
            doc: "What it is.",
            example: "description: The people that a product knows.",
        },
        Key {
            name: "same_as",
            value: Value::Name,
            need: Need::Optional,
            doc: "Another resource of the model that has the same fields.",
            example: "same_as: users",
        },
        Key { name: "type", value: Value::Choice(&["object"]), need: Need::Optional, doc: "Always `object`.", example: "type: object" },
        Key {
            name: "required",
            value: Value::List(&Value::Name),
            need: Need::Optional,
            doc: "The fields that each record must have.",
            example: "required: [id]\nproperties: { id: { type: string, format: id } }",
        },
        Key {
            name: "additionalProperties",
            value: Value::Boolean,
            need: Need::Optional,
            doc: "Whether a record may have other fields.",
            example: "additionalProperties: false",
        },
        Key {
            name: "properties",
            value: Value::Map(&Value::Object(&super::property::PROPERTY)),
            need: Need::Optional,
            doc: "The fields.",
            example: "properties: { id: { type: string } }",
        },
    ],
    also: None,
    reserved: &[],
    rest: None,
    frame: "# model\n§",
};

/// A unified model.
#[derive(Clone, Debug, Default)]
pub struct Model {
    /// Its name.
    pub name: String,
    /// Its major version.
    pub version: u64,
    /// Other names for the command line.
    pub aliases: Vec<String>,
    /// Its resources.
    pub resources: BTreeMap<String, Resource>,
}

/// A resource of a unified model.
#[derive(Clone, Debug)]
pub struct Resource {
    /// Its name.
    pub name: String,
    /// The fields, in order. A resource that is the same as another has none until models are put together.
    pub fields: Vec<Property>,
    /// The fields that each record must have.
    pub required: Vec<Spanned<String>>,
    /// Another resource with the same fields.
    pub same_as: Option<Spanned<String>>,
    /// Where it was written.
    pub span: Span,
}

/// What one file of a model says.
#[derive(Clone, Debug)]
pub enum ModelFile {
    /// The model itself: name, version, aliases.
    Model(String, u64, Vec<String>),
    /// A resource of the model with this name and version.
    Resource(String, u64, Resource),
}

/// Reads a file of a unified model.
pub fn read_model_file<'a>(node: &'a Node, context: &mut Context<'a>) -> Option<ModelFile> {
    let is_resource = match &node.kind {
        crate::yaml::Kind::Mapping(entries) => entries.iter().any(|entry| entry.key.value == "resource"),
        crate::yaml::Kind::Scalar(_) | crate::yaml::Kind::Sequence(_) | crate::yaml::Kind::Broken => false,
    };
    if !is_resource {
        let mut reader = Reader::open(node, &MODEL, context)?;
        let (name, version) = (reader.text("model")?.value, reader.integer("version")?.value);
        let aliases = reader.texts("aliases").into_iter().map(|text| text.value).collect();
        let _prose = (reader.text("title"), reader.text("description"));
        return Some(ModelFile::Model(name, version, aliases));
    }
    let mut reader = Reader::open(node, &RESOURCE, context)?;
    let (model, version, name) = (reader.text("model")?.value, reader.integer("version")?.value, reader.text("resource")?);
    let same_as = reader.text("same_as");
    let _prose = (reader.text("title"), reader.text("description"), reader.choice("type"), reader.boolean("additionalProperties"));
    let required = reader.texts("required");
    let entries = reader.map("properties");
    let fields = Property::read_all(entries, context);
    for name in &required {
        if !fields.iter().any(|field| field.name.value == name.value) {
            let message = format!("`{}` is required but not one of the properties", name.value);
            context.diagnostics.push(Diagnostic::new(Code::InvalidValue, name.span, message).help("add it to `properties`"));
        }
    }
    Some(ModelFile::Resource(model, version, Resource { name: name.value, fields, required, same_as, span: name.span }))
}

impl Resource {
    /// The field with this name.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<&Property> {
        self.fields.iter().find(|field| field.name.value == name)
    }

    /// The schema of one record. Records hold nothing that the model does not name.
    #[must_use]
    pub fn schema(&self) -> serde_json::Value {
        Type::Object { properties: self.fields.clone(), required: self.required.clone(), open: false }.schema()
    }

    /// What a list of the resource can be narrowed by: its fields, `updated_after` and `updated_before` for a time `updated_at`,
    /// and `group_id` for an object `group` or a list `groups`.
    #[must_use]
    pub fn filters(&self) -> Vec<String> {
        let mut names = Vec::new();
        for field in &self.fields {
            let name = field.name.value.as_str();
            if matches!(field.r#type, Type::File) {
                continue;
            }
            names.push(name.to_owned());
            match &field.r#type {
                Type::String { format: Some(format), .. } if format == "date-time" => {
                    let stem = name.strip_suffix("_at").unwrap_or(name);
                    names.extend([format!("{stem}_after"), format!("{stem}_before")]);
                }
                Type::Object { .. } => names.push(format!("{name}_id")),
                Type::List(_) => names.push(format!("{}_id", name.strip_suffix('s').unwrap_or(name))),
                Type::String { .. } | Type::File | Type::Integer | Type::Number | Type::Boolean | Type::Any => {}
            }
        }
        names
    }
}
