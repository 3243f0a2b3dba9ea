//! The fields of a unified model: a subset of JSON Schema 2020-12.

use std::collections::BTreeMap;
use std::rc::Rc;

use connc_plan as plan;
use serde_json::{Map, Value as Json, json};

use super::known::{Member, Object, Shape, Text};
use crate::source::Spanned;
use crate::yaml::{Context, Key, Need, Node, Reader, Table, Value};

/// What a property of a unified model may say of itself.
pub static PROPERTY: Table = Table {
    name: "property",
    doc: "A field of a unified model, as JSON Schema 2020-12 writes it.",
    keys: &[
        Key {
            name: "type",
            value: Value::Text,
            need: Need::Optional,
            doc: "`string`, `integer`, `number`, `boolean`, `array` or `object`; any type without it.",
            example: "type: string",
        },
        Key {
            name: "format",
            value: Value::Choice(&["id", "email", "uri", "date-time", "date", "binary"]),
            need: Need::Optional,
            doc: "What the text is; `id` is an identifier, kept digit for digit. `binary` is a file that `input` takes, and that no record holds.",
            example: "format: id",
        },
        Key {
            name: "enum",
            value: Value::List(&Value::Text),
            need: Need::Optional,
            doc: "The values that are allowed.",
            example: "enum: [active, suspended]",
        },
        Key {
            name: "description",
            value: Value::Text,
            need: Need::Optional,
            doc: "What it means.",
            example: "description: The primary email address.",
        },
        Key {
            name: "input",
            value: Value::List(&Value::Choice(&["create", "update"])),
            need: Need::Optional,
            doc: "The writes that accept it.",
            example: "input: [create, update]",
        },
        Key {
            name: "required",
            value: Value::List(&Value::Name),
            need: Need::Optional,
            doc: "For objects: the members that must be there.",
            example: "required: [id]",
        },
        Key {
            name: "additionalProperties",
            value: Value::Boolean,
            need: Need::Optional,
            doc: "For objects: whether other members may be there.",
            example: "additionalProperties: false",
        },
        Key {
            name: "properties",
            value: Value::Map(&Value::Object(&PROPERTY)),
            need: Need::Optional,
            doc: "For objects: the members.",
            example: "properties: { name: { type: string } }",
        },
        Key {
            name: "items",
            value: Value::Object(&PROPERTY),
            need: Need::Optional,
            doc: "For arrays: what they hold.",
            example: "items: { type: string }",
        },
    ],
    also: None,
    reserved: &[],
    rest: None,
    frame: "# model\nmodel: user-directory\nversion: 1\nresource: things\nproperties:\n  thing:\n    §",
};

/// A field of a unified model, or a member of one.
#[derive(Clone, Debug)]
pub struct Property {
    /// Its name.
    pub name: Spanned<String>,
    /// What it holds.
    pub r#type: Type,
    /// What it means.
    pub description: Option<String>,
    /// The writes that accept it.
    pub input: Vec<plan::Verb>,
}

/// What a field holds.
#[derive(Clone, Debug)]
pub enum Type {
    /// Text, with a format and the values that are allowed.
    String {
        /// `id`, `email`, `uri`, `date-time` or `date`.
        format: Option<String>,
        /// The values that are allowed; empty means any.
        values: Vec<String>,
    },
    /// A file that is given beside the input. No record holds one.
    File,
    /// A whole number.
    Integer,
    /// A number.
    Number,
    /// `true` or `false`.
    Boolean,
    /// A list.
    List(Box<Type>),
    /// An object.
    Object {
        /// Its members.
        properties: Vec<Property>,
        /// The members that must be there.
        required: Vec<Spanned<String>>,
        /// Whether others may be there.
        open: bool,
    },
    /// Anything.
    Any,
}

impl Property {
    /// Reads the entries of `properties`.
    pub fn read_all<'a>(entries: Vec<(&'a Spanned<String>, &'a Node)>, context: &mut Context<'a>) -> Vec<Self> {
        let mut properties = Vec::new();
        for (name, node) in entries {
            let Some((r#type, description, input)) = read(node, context) else { continue };
            properties.push(Self { name: name.clone(), r#type, description, input });
        }
        properties
    }

    /// As a member of an object.
    #[must_use]
    pub fn member(&self, required: bool) -> Member {
        Member { required, place: Some(self.name.span), ..Member::new(&self.name.value, self.r#type.shape()) }
    }
}

fn read<'a>(node: &'a Node, context: &mut Context<'a>) -> Option<(Type, Option<String>, Vec<plan::Verb>)> {
    let mut reader = Reader::open(node, &PROPERTY, context)?;
    let word = reader.text("type");
    let format = reader.choice("format").map(|word| word.value.to_owned());
    let values = reader.texts("enum").into_iter().map(|text| text.value).collect();
    let description = reader.text("description").map(|text| text.value);
    let input = reader.texts("input").iter().filter_map(|text| plan::Verb::parse(text)).collect();
    let required = reader.texts("required");
    let open = reader.boolean("additionalProperties").unwrap_or(true);
    let properties = reader.map("properties");
    let items = reader.take("items");
    let properties = Property::read_all(properties, context);
    let r#type = match word.as_ref().map(|word| word.value.as_str()) {
        None => Type::Any,
        Some("string") if format.as_deref() == Some("binary") => Type::File,
        Some("string") => Type::String { format, values },
        Some("integer") => Type::Integer,
        Some("number") => Type::Number,
        Some("boolean") => Type::Boolean,
        Some("array") => Type::List(Box::new(items.and_then(|node| read(node, context)).map_or(Type::Any, |(r#type, ..)| r#type))),
        Some("object") => Type::Object { properties, required, open },
        Some(_) => {
            if let Some(word) = &word {
                context.choice(word, "type", &["string", "integer", "number", "boolean", "array", "object"]);
            }
            return None;
        }
    };
    Some((r#type, description, input))
}

impl Type {
    /// How values of this type are written.
    #[must_use]
    pub fn kind(&self) -> plan::Kind {
        match self {
            Self::String { format, .. } if format.as_deref() == Some("id") => plan::Kind::Id,
            Self::Integer | Self::Number => plan::Kind::Number,
            Self::String { .. } | Self::File | Self::Boolean | Self::Any => plan::Kind::Value,
            Self::List(items) => plan::Kind::List(Box::new(items.kind())),
            Self::Object { properties, .. } => {
                let members: BTreeMap<_, _> = properties.iter().map(|member| (member.name.value.clone(), member.r#type.kind())).collect();
                plan::Kind::Object(members)
            }
        }
    }

    /// What it is, for messages.
    #[must_use]
    pub fn describe(&self) -> &'static str {
        match self {
            Self::String { .. } => "text",
            Self::File => "a file",
            Self::Integer => "a whole number",
            Self::Number => "a number",
            Self::Boolean => "`true` or `false`",
            Self::List(_) => "a list",
            Self::Object { .. } => "an object",
            Self::Any => "anything",
        }
    }

    /// As a parameter's type.
    #[must_use]
    pub fn parameter(&self) -> plan::Type {
        match self {
            Self::String { format, values } => match format.as_deref() {
                _ if !values.is_empty() => plan::Type::Enum,
                Some("id") => plan::Type::Id,
                Some("date-time") => plan::Type::Timestamp,
                Some(_) | None => plan::Type::String,
            },
            Self::File => plan::Type::File,
            Self::Integer => plan::Type::Integer,
            Self::Number => plan::Type::Number,
            Self::Any => plan::Type::String,
            Self::Boolean => plan::Type::Boolean,
            Self::List(_) => plan::Type::Array,
            Self::Object { .. } => plan::Type::Object,
        }
    }

    /// What is known of a value that fits.
    #[must_use]
    pub fn shape(&self) -> Shape {
        match self {
            Self::String { format, values } => Shape::Text(Text {
                format: format.as_deref().map(Rc::from),
                values: (!values.is_empty()).then(|| values.iter().map(|value| Rc::from(value.as_str())).collect()),
            }),
            Self::File => Shape::file(),
            Self::Integer => Shape::Number { integer: true },
            Self::Number => Shape::Number { integer: false },
            Self::Boolean => Shape::Boolean,
            Self::List(items) => Shape::list(items.shape()),
            Self::Object { properties, required, open } => Shape::Object(Rc::new(Object {
                members: properties
                    .iter()
                    .map(|member| member.member(required.iter().any(|required| required.value == member.name.value)))
                    .collect(),
                rest: open.then_some(Shape::Unknown),
                ..Object::default()
            })),
            Self::Any => Shape::Unknown,
        }
    }

    /// As JSON Schema 2020-12, without prose.
    #[must_use]
    pub fn schema(&self) -> Json {
        match self {
            Self::String { format, values } => {
                let mut schema = Map::from_iter([("type".to_owned(), json!("string"))]);
                schema.extend(format.iter().map(|format| ("format".to_owned(), json!(format))));
                if !values.is_empty() {
                    schema.insert("enum".to_owned(), json!(values));
                }
                Json::Object(schema)
            }
            Self::File => json!(false),
            Self::Integer => json!({"type": "integer"}),
            Self::Number => json!({"type": "number"}),
            Self::Boolean => json!({"type": "boolean"}),
            Self::List(items) => json!({"type": "array", "items": items.schema()}),
            Self::Object { properties, required, open } => {
                let held = properties.iter().filter(|member| !matches!(member.r#type, Self::File));
                let members: Map<String, Json> = held.map(|member| (member.name.value.clone(), member.r#type.schema())).collect();
                let mut schema = Map::from_iter([("type".to_owned(), json!("object")), ("properties".to_owned(), Json::Object(members))]);
                if !required.is_empty() {
                    schema.insert("required".to_owned(), required.iter().map(|name| json!(name.value)).collect());
                }
                if !open {
                    schema.insert("additionalProperties".to_owned(), json!(false));
                }
                Json::Object(schema)
            }
            Self::Any => json!({}),
        }
    }
}
