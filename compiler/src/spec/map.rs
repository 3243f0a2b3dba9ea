//! A map to a unified model.

use connc_plan as plan;

use super::steps::{STEP, Step};
use crate::lang::{Expression, Template};
use crate::source::{Span, Spanned};
use crate::yaml::{Key, Need, Reserved, Table, Value};

/// A file of maps.
pub static MAP_FILE: Table = Table {
    name: "map file",
    doc: "Maps of the provider's resources to a unified model: `connectors/<name>/<model>.yaml`. Besides `maps`, each key is a resource of the model.",
    keys: &[Key {
        name: "maps",
        value: Value::Text,
        need: Need::Required,
        doc: "The model and its version.",
        example: "maps: user-directory@1",
    }],
    also: None,
    reserved: &[],
    rest: Some(&Value::Object(&MAP_RESOURCE)),
    frame: "# map\n§\nusers:\n  from: things\n  fields: { id: id }",
};

/// A resource of a map.
pub static MAP_RESOURCE: Table = Table {
    name: "mapped resource",
    doc: "How one resource of a unified model is read and written. `list` and `get` follow from the provider's operations of those names; the others are written out.",
    keys: &[
        Key {
            name: "from",
            value: Value::Name,
            need: Need::Required,
            doc: "The provider's resource that the records come from.",
            example: "from: things",
        },
        Key {
            name: "fields",
            value: Value::Map(&Value::Either(&Value::Jsonata, &Value::Object(&ENUM_FIELD))),
            need: Need::Required,
            doc: "The unified fields: JSONata over the provider's record; a literal number or boolean; `{ const: text }`; a translation with `from` and `enum`; \
                  or `{ unavailable: reason }`. A field that comes to nothing is left out.",
            example: "fields: { id: id, email: profile.email }",
        },
        Key {
            name: "filters",
            value: Value::Object(&FILTERS),
            need: Need::Optional,
            doc: "What the list can be narrowed by. Any other filter is refused, never ignored.",
            example: "filters: { email: { search: \"{{ value }}\" } }",
        },
        Key {
            name: "list",
            value: Value::Object(&CALL),
            need: Need::Optional,
            doc: "Lists records, where it is not the provider's `list`.",
            example: "list: { call: things.list }",
        },
        Key {
            name: "get",
            value: Value::Object(&CALL),
            need: Need::Optional,
            doc: "Reads a record, where it is not the provider's `get`.",
            example: "get: { call: things.get, with: { id: $id } }",
        },
        Key {
            name: "create",
            value: Value::Object(&CALL),
            need: Need::Optional,
            doc: "Makes a record.",
            example: "create: { call: things.create, with: { body: { name: $input.name } } }",
        },
        Key {
            name: "update",
            value: Value::Object(&CALL),
            need: Need::Optional,
            doc: "Changes the given fields of a record.",
            example: "update: { call: things.update, with: { id: $id, body: { name: $input.name } } }",
        },
        Key {
            name: "delete",
            value: Value::Object(&CALL),
            need: Need::Optional,
            doc: "Ends a record, in this provider's meaning of it.",
            example: "delete: { call: things.delete, with: { id: $id } }",
        },
        Key {
            name: "add",
            value: Value::Object(&CALL),
            need: Need::Optional,
            doc: "Puts a member into a group.",
            example: "add: { call: things.update, with: { id: $id, body: {} } }",
        },
        Key {
            name: "remove",
            value: Value::Object(&CALL),
            need: Need::Optional,
            doc: "Takes a member out of a group.",
            example: "remove: { call: things.delete, with: { id: $id } }",
        },
    ],
    also: None,
    reserved: &[
        Reserved { name: "complete_with", doc: "a call for each record, for fields that the list lacks" },
        Reserved { name: "changes", doc: "lists of what changed" },
    ],
    rest: None,
    frame: "# map\nmaps: user-directory@1\nusers:\n  §",
};

/// A field that is more than an expression.
pub static ENUM_FIELD: Table = Table {
    name: "field",
    doc: "A field that is more than an expression: a translation, a literal text, or one that the provider cannot give.",
    keys: &[
        Key {
            name: "from",
            value: Value::Jsonata,
            need: Need::Optional,
            doc: "The provider's value.",
            example: "from: state\nenum: { ON: active, OFF: suspended }",
        },
        Key {
            name: "enum",
            value: Value::Map(&Value::Text),
            need: Need::Optional,
            doc: "The provider's values and the unified ones. A value that is not named leaves the field out, with a warning.",
            example: "from: state\nenum: { ON: active, OFF: suspended }",
        },
        Key {
            name: "write",
            value: Value::Map(&Value::Text),
            need: Need::Optional,
            doc: "The way back, where several values map to one.",
            example: "from: state\nenum: { ON: active, RECOVERY: active }\nwrite: { active: \"ON\" }",
        },
        Key {
            name: "otherwise",
            value: Value::Literal,
            need: Need::Optional,
            doc: "The unified value of all others; `null`, the default, leaves the field out.",
            example: "from: state\nenum: { ON: active }\notherwise: null",
        },
        Key { name: "const", value: Value::Literal, need: Need::Optional, doc: "A literal value.", example: "const: active" },
        Key {
            name: "unavailable",
            value: Value::Text,
            need: Need::Optional,
            doc: "Why the provider cannot give the field.",
            example: "unavailable: the provider does not say",
        },
    ],
    also: None,
    reserved: &[],
    rest: None,
    frame: "# map\nmaps: user-directory@1\nusers:\n  from: things\n  fields:\n    id: id\n    status:\n      §",
};

/// A unified verb.
pub static CALL: Table = Table {
    name: "verb",
    doc: "What a unified verb calls, with what, from `$input`, which holds the unified fields, `$id` and `$parent.id`. \
          For fields that are translations, `$provider.field` is the provider's value of the one that was given, and `$names.field` all of them.",
    keys: &[
        Key {
            name: "call",
            value: Value::Name,
            need: Need::Optional,
            doc: "The provider's operation.",
            example: "call: things.update\nwith: { id: $id, body: { name: $input.name } }",
        },
        Key {
            name: "with",
            value: Value::Object(&WITH),
            need: Need::Optional,
            doc: "What it is given: `id`, `parent`, and its declared input.",
            example: "call: things.update\nwith: { id: $id, body: { name: $input.name } }",
        },
        Key {
            name: "then",
            value: Value::Object(&CALL),
            need: Need::Optional,
            doc: "Another call, whose record is the result, where the write's own answer is not the record. It sees the first one's record as `$answer`.",
            example: "call: things.create\nwith: { body: { name: $input.name } }\nthen: { call: things.get, with: { id: $answer.id } }",
        },
        Key {
            name: "steps",
            value: Value::List(&Value::Object(&STEP)),
            need: Need::Optional,
            doc: "What is done, where it takes more than that. The record is what the last step calls; the last step of `list` is the list that is read page by page, and the steps before it are done once.",
            example: "steps:\n  - { call: things.get, with: { id: $id }, as: thing }\n  - { call: things.update, with: { id: $thing.id, body: { name: $input.name } } }",
        },
    ],
    also: None,
    reserved: &[],
    rest: None,
    frame: "# map\nmaps: user-directory@1\nusers:\n  from: things\n  fields: { id: id }\n  update:\n    §",
};

/// `with`.
pub static WITH: Table = Table {
    name: "with",
    doc: "What an operation is given: data under `id`, `parent`, or the name of a declared input.",
    keys: &[],
    also: None,
    reserved: &[],
    rest: Some(&Value::Data),
    frame: "",
};

/// `filters`.
pub static FILTERS: Table = Table {
    name: "filters",
    doc: "Unified filters by name, each with what it sets.",
    keys: &[Key {
        name: "join",
        value: Value::Text,
        need: Need::Optional,
        doc: "What stands between two filters that go to the same input. Without it, two such filters are refused.",
        example: "join: \" and \"",
    }],
    also: None,
    reserved: &[],
    rest: Some(&Value::Object(&FILTER)),
    frame: "# map\nmaps: user-directory@1\nusers:\n  from: things\n  fields: { id: id }\n  filters:\n    email: { search: \"{{ value }}\" }\n    §",
};

/// A unified filter.
pub static FILTER: Table = Table {
    name: "filter",
    doc: "What a unified filter sets: templates over `value`, under the name of an operation's input, or under `parent`. \
          For a field that is a translation, `provider` is the provider's value where but one stands for it, and `names` the list of all that do, as in \
          `search: state in ({{ names | quoted(\"jql\") | join(\", \") }})`. A mapping in the place of a template has one for each value: \
          `search: { active: is:active, suspended: is:suspended }`. A value that the provider has nothing for is refused.",
    keys: &[
        Key {
            name: "parent",
            value: Value::Template,
            need: Need::Optional,
            doc: "The id of the record that the list stands under.",
            example: "parent: \"{{ value }}\"\nvia: things.parts.list",
        },
        Key {
            name: "via",
            value: Value::Name,
            need: Need::Optional,
            doc: "Another operation that serves it.",
            example: "via: things.search\nsearch: \"{{ value }}\"",
        },
        Key {
            name: "type",
            value: Value::Choice(&["string", "integer", "boolean", "id", "timestamp"]),
            need: Need::Optional,
            doc: "The value's type; the unified field's unless said otherwise.",
            example: "type: string\nsearch: \"{{ value }}\"",
        },
    ],
    also: None,
    reserved: &[Reserved { name: "precision", doc: "rounding of timestamps" }],
    rest: Some(&Value::Either(&Value::Template, &Value::Map(&Value::Template))),
    frame: "# map\nmaps: user-directory@1\nusers:\n  from: things\n  fields: { id: id }\n  filters:\n    email:\n      §",
};

/// A file of maps as written.
#[derive(Clone, Debug)]
pub struct MapFile {
    /// The model's name.
    pub model: Spanned<String>,
    /// The model's version.
    pub version: u64,
    /// The resources.
    pub resources: Vec<MapResource>,
}

/// A mapped resource as written.
#[derive(Clone, Debug)]
pub struct MapResource {
    /// The unified resource.
    pub name: Spanned<String>,
    /// The provider's resource.
    pub from: Spanned<String>,
    /// The fields.
    pub fields: Vec<Field>,
    /// Where `fields` stands.
    pub fields_span: Span,
    /// Fields that are written but could not be read; `*` stands for all of them.
    pub unreadable: Vec<String>,
    /// The filters.
    pub filters: Filters,
    /// The verbs that are written out.
    pub verbs: Vec<(Spanned<plan::Verb>, VerbSteps)>,
}

impl MapResource {
    /// The fields that are translations.
    pub fn translations(&self) -> impl Iterator<Item = (&Spanned<String>, &EnumField)> {
        self.fields.iter().filter_map(|field| match &field.value {
            FieldValue::Enum(translation) => Some((&field.name, translation)),
            FieldValue::Const(_) | FieldValue::Expression(_) | FieldValue::Unavailable(_) => None,
        })
    }
}

impl EnumField {
    /// The unified values that can be written, each with all of the provider's values that stand for it.
    #[must_use]
    pub fn names(&self) -> Vec<(&str, Vec<&str>)> {
        let mut found: Vec<(&str, Vec<&str>)> = Vec::new();
        let pairs = self.write.iter().map(|(unified, provider)| (unified, provider));
        for (unified, provider) in pairs.chain(self.values.iter().map(|(provider, unified)| (unified, provider))) {
            match found.iter_mut().find(|(known, _)| *known == unified.value) {
                Some((_, names)) if names.contains(&provider.value.as_str()) => {}
                Some((_, names)) => names.push(&provider.value),
                None => found.push((&unified.value, vec![&provider.value])),
            }
        }
        found
    }

    /// The provider's value that a unified one is written as: the one of `write`, else the only one that stands for it.
    #[must_use]
    pub fn written(&self, unified: &str) -> Option<&str> {
        let chosen = self.write.iter().find(|(known, _)| known.value == unified).map(|(_, provider)| provider.value.as_str());
        let only = || match self.values.iter().filter(|(_, known)| known.value == unified).collect::<Vec<_>>().as_slice() {
            [(provider, _)] => Some(provider.value.as_str()),
            _ => None,
        };
        chosen.or_else(only)
    }
}

/// A field as written.
#[derive(Clone, Debug)]
pub struct Field {
    /// The unified field.
    pub name: Spanned<String>,
    /// How it is made.
    pub value: FieldValue,
}

/// How a field is made, as written.
#[derive(Clone, Debug)]
pub enum FieldValue {
    /// A literal.
    Const(Spanned<serde_json::Value>),
    /// An expression over the record.
    Expression(Expression),
    /// A translation.
    Enum(EnumField),
    /// Not at all, and why.
    Unavailable(String),
}

/// A translation as written.
#[derive(Clone, Debug)]
pub struct EnumField {
    /// The provider's value.
    pub from: Expression,
    /// Provider's value to unified value.
    pub values: Vec<(Spanned<String>, Spanned<String>)>,
    /// Unified value to provider's value.
    pub write: Vec<(Spanned<String>, Spanned<String>)>,
    /// Whether the spec says what all others are, be it nothing.
    pub says_otherwise: bool,
    /// The unified value of all others.
    pub otherwise: Option<Spanned<String>>,
}

/// `filters` as written.
#[derive(Clone, Debug, Default)]
pub struct Filters {
    /// What stands between two.
    pub join: Option<String>,
    /// The filters.
    pub list: Vec<Filter>,
}

/// A filter as written.
#[derive(Clone, Debug)]
pub struct Filter {
    /// The unified name.
    pub name: Spanned<String>,
    /// Another operation that serves it.
    pub via: Option<Spanned<String>>,
    /// The value's type.
    pub r#type: Option<plan::Type>,
    /// The parent's id.
    pub parent: Option<Template>,
    /// What is set, by input.
    pub sets: Vec<(Spanned<String>, FilterSet)>,
}

/// What a filter sets an input to, as written.
#[derive(Clone, Debug)]
pub enum FilterSet {
    /// The same for every value.
    Always(Template),
    /// Something for each value.
    ByValue(Vec<(Spanned<String>, Template)>),
}

impl Filter {
    /// Every template of the filter.
    pub fn templates(&self) -> impl Iterator<Item = &Template> {
        let sets = self.sets.iter().flat_map(|(_, set)| match set {
            FilterSet::Always(template) => std::slice::from_ref(template).iter().collect::<Vec<_>>(),
            FilterSet::ByValue(values) => values.iter().map(|(_, template)| template).collect(),
        });
        self.parent.iter().chain(sets)
    }

    /// Whether a template reads a name, such as `provider`.
    #[must_use]
    pub fn reads(&self, name: &str) -> bool {
        self.templates().flat_map(Template::references).any(|reference| reference.path.first().is_some_and(|first| first == name))
    }
}

/// What a unified verb does, as written.
#[derive(Clone, Debug)]
pub struct VerbSteps {
    /// The steps. A verb that is one call is one step.
    pub steps: Vec<Step>,
    /// Whether one of them could not be read.
    pub incomplete: bool,
    /// Where it was written.
    pub span: Span,
}
