//! Parameters and secrets: what a customer, a deployment or a caller supplies.

use connc_plan as plan;

use crate::diagnostic::{Code, Diagnostic};
use crate::source::{Span, Spanned};
use crate::yaml::{Context, Key, Need, Node, Reader, Table, Value};

/// What a parameter may say of itself.
pub static PARAMETER: Table = Table {
    name: "parameter",
    doc: "Something that a customer, a deployment or a caller supplies. Its name is the key that it stands under.",
    keys: &[
        Key {
            name: "type",
            value: Value::Choice(&[
                "string",
                "integer",
                "number",
                "boolean",
                "hostname",
                "url",
                "enum",
                "id",
                "timestamp",
                "object",
                "array",
                "file",
            ]),
            need: Need::Optional,
            doc: "What it takes; `string` unless said otherwise. A `hostname` or `url` is confined with `within`, an `enum` lists its `values`, \
                  an `id` is kept digit for digit, a `timestamp` is RFC 3339. A `file` is an operation's input: its bytes are sent as they are read.",
            example: "type: hostname",
        },
        Key {
            name: "required",
            value: Value::Boolean,
            need: Need::Optional,
            doc: "Whether it must be given: `true` unless said otherwise for accounts, auth methods and deployments, `false` for an operation's input.",
            example: "required: true",
        },
        Key {
            name: "description",
            value: Value::Text,
            need: Need::Optional,
            doc: "What it is, for people.",
            example: "description: Domain of the organization",
        },
        Key {
            name: "example",
            value: Value::Text,
            need: Need::Optional,
            doc: "A value that looks right; shown when it is missing.",
            example: "example: acme.example.com",
        },
        Key {
            name: "default",
            value: Value::Literal,
            need: Need::Optional,
            doc: "The value where none is given.",
            example: "default: eu.example.com",
        },
        Key {
            name: "within",
            value: Value::List(&Value::Text),
            need: Need::Optional,
            doc: "For `hostname` and `url`: the domains that the host must equal or be below. Without it, credentials are not sent there.",
            example: "type: hostname\nwithin: [example.com, example.net]",
        },
        Key {
            name: "values",
            value: Value::List(&Value::Text),
            need: Need::Optional,
            doc: "For `enum`: the values that are allowed; for `array`: those that its elements may be.",
            example: "type: enum\nvalues: [eu, us]",
        },
    ],
    also: None,
    reserved: &[],
    rest: None,
    frame: "account:\n  host:\n    §\nbase_url: https://api.example.com",
};

/// What a secret may say of itself.
pub static SECRET: Table = Table {
    name: "secret",
    doc: "A secret that a customer or a deployment supplies. It is never printed, and stands only where auth puts it.",
    keys: &[
        Key {
            name: "description",
            value: Value::Text,
            need: Need::Optional,
            doc: "What it is, for people.",
            example: "description: API token of an admin",
        },
        Key {
            name: "type",
            value: Value::Choice(&["string", "json", "pem"]),
            need: Need::Optional,
            doc: "Its form: opaque text unless said otherwise, a JSON document such as a key file, or a PEM private key.",
            example: "type: string",
        },
    ],
    also: None,
    reserved: &[],
    rest: None,
    frame: "auth:\n  api_token:\n    scheme: bearer\n    secrets:\n      token:\n        §\n    token: \"{{ secret.token }}\"",
};

/// A parameter as written.
#[derive(Clone, Debug)]
pub struct Parameter {
    /// Its name.
    pub name: Spanned<String>,
    /// Its type.
    pub r#type: plan::Type,
    /// Whether it must be given.
    pub required: bool,
    /// What it is.
    pub description: Option<String>,
    /// A value that looks right.
    pub example: Option<String>,
    /// The value where none is given.
    pub default: Option<serde_json::Value>,
    /// The domains that confine a host.
    pub within: Vec<Spanned<String>>,
    /// The values of an enum.
    pub values: Vec<Spanned<String>>,
    /// Whether part of it could not be read.
    pub incomplete: bool,
}

/// A secret as written.
#[derive(Clone, Debug)]
pub struct Secret {
    /// Its name.
    pub name: Spanned<String>,
    /// Its form.
    pub r#type: plan::SecretType,
    /// What it is.
    pub description: Option<String>,
}

impl Parameter {
    /// Reads the parameters under a key.
    pub fn read_all<'a>(entries: Vec<(&'a Spanned<String>, &'a Node)>, required: bool, context: &mut Context<'a>) -> Vec<Self> {
        entries.into_iter().filter_map(|(name, node)| Self::read(name, node, required, context)).collect()
    }

    fn read<'a>(name: &Spanned<String>, node: &'a Node, required: bool, context: &mut Context<'a>) -> Option<Self> {
        check_name(name, context);
        let mut reader = Reader::open(node, &PARAMETER, context)?;
        let word = reader.choice("type").map_or("string", |word| word.value);
        let r#type = plan::Type::ALL.iter().find(|(name, _)| *name == word).map_or(plan::Type::String, |(_, found)| *found);
        let required = reader.boolean("required").unwrap_or(required);
        let description = reader.text("description").map(|text| text.value);
        let example = reader.text("example").map(|text| text.value);
        let default = reader.take("default").map(Node::to_json);
        let within = reader.texts("within");
        let values = reader.texts("values");
        let is_enum = r#type == plan::Type::Enum;
        let (key, span, incomplete) = (reader.key_span("type"), reader.span, reader.is_damaged());
        let default_span = reader.take("default").map(|node| node.span);
        let place = key.unwrap_or(span);
        if is_enum && values.is_empty() && !incomplete {
            let message = format!("the enum `{}` lists no values", name.value);
            context.diagnostics.push(Diagnostic::new(Code::MissingKey, place, message).help("add `values: [one, two]`"));
        }
        if !is_enum
            && r#type != plan::Type::Array
            && let Some(first) = values.first()
        {
            let message = format!("`{}` has values, but its type is `{word}`", name.value);
            context.diagnostics.push(Diagnostic::new(Code::ConflictingKeys, first.span, message).help("write `type: enum`"));
        }
        let confinable = matches!(r#type, plan::Type::Hostname | plan::Type::Url);
        if !confinable && let Some(first) = within.first() {
            let message = format!("`within` confines hosts, but the type of `{}` is `{word}`", name.value);
            context.diagnostics.push(Diagnostic::new(Code::ConflictingKeys, first.span, message).help("write `type: hostname`"));
        }
        if let (Some(value), Some(span)) = (&default, default_span)
            && !fits(value, r#type, &values)
        {
            let message = format!("the default of `{}` is not a value that it takes", name.value);
            context
                .diagnostics
                .push(Diagnostic::new(Code::InvalidValue, span, message).help(format!("it takes values of the type `{word}`")));
        }
        Some(Self { name: name.clone(), r#type, required, description, example, default, within, values, incomplete })
    }

    /// The parameter as a plan holds it.
    #[must_use]
    pub fn lower(&self, origin: plan::Origin) -> plan::Parameter {
        let Self { name, r#type, required, description, example, default, within, values, incomplete: _ } = self;
        let texts = |list: &[Spanned<String>]| list.iter().map(|text| text.value.clone()).collect();
        plan::Parameter {
            name: name.value.clone(),
            r#type: *r#type,
            required: *required,
            description: description.clone(),
            example: example.clone(),
            default: default.clone(),
            within: texts(within),
            values: texts(values),
            origin,
        }
    }
}

impl Secret {
    /// Reads the secrets under a key.
    pub fn read_all<'a>(entries: Vec<(&'a Spanned<String>, &'a Node)>, context: &mut Context<'a>) -> Vec<Self> {
        let mut secrets = Vec::new();
        for (name, node) in entries {
            check_name(name, context);
            let Some(mut reader) = Reader::open(node, &SECRET, context) else { continue };
            let description = reader.text("description").map(|text| text.value);
            let r#type = match reader.choice("type").map(|word| word.value) {
                Some("json") => plan::SecretType::Json,
                Some("pem") => plan::SecretType::Pem,
                Some(_) | None => plan::SecretType::String,
            };
            secrets.push(Self { name: name.clone(), r#type, description });
        }
        secrets
    }

    /// The secret as a plan holds it.
    #[must_use]
    pub fn lower(&self, origin: plan::Origin) -> plan::SecretParameter {
        let Self { name, r#type, description } = self;
        plan::SecretParameter { name: name.value.clone(), r#type: *r#type, description: description.clone(), origin }
    }
}

/// Whether a literal is of a parameter's type.
fn fits(value: &serde_json::Value, r#type: plan::Type, values: &[Spanned<String>]) -> bool {
    match r#type {
        plan::Type::Integer => value.is_i64() || value.is_u64(),
        plan::Type::Number => value.is_number(),
        plan::Type::Boolean => value.is_boolean(),
        plan::Type::Object => value.is_object(),
        plan::Type::Array => value.as_array().is_some_and(|items| {
            let known = |item: &serde_json::Value| item.as_str().is_some_and(|text| values.iter().any(|value| value.value == text));
            values.is_empty() || items.iter().all(known)
        }),
        plan::Type::File => false,
        plan::Type::Enum => values.is_empty() || value.as_str().is_some_and(|text| values.iter().any(|value| value.value == text)),
        plan::Type::String | plan::Type::Hostname | plan::Type::Url | plan::Type::Id | plan::Type::Timestamp => {
            value.is_string() || value.is_number()
        }
    }
}

/// Names stand in templates and expressions, so they are words.
pub fn check_name(name: &Spanned<String>, context: &mut Context<'_>) {
    check_word(name, name.span, context);
}

fn check_word(name: &str, span: Span, context: &mut Context<'_>) {
    let starts = name.starts_with(|c: char| c.is_ascii_lowercase());
    if !starts || !name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_') {
        let message = format!("`{name}` is not a name");
        let help = "names are lowercase letters, digits and `_`, and begin with a letter";
        context.diagnostics.push(Diagnostic::new(Code::InvalidValue, span, message).help(help));
    }
}
