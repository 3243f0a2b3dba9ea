//! From a provider's records to a unified model, and from unified input to a provider's operations.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{Expression, Origin, Parameter, Step, Text, Type};

/// A unified model: its resources as JSON Schema 2020-12.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Model {
    /// The name: `user-directory`.
    pub name: String,
    /// The major version: 1 of `user-directory@1`.
    pub version: u32,
    /// Shorter names for people to type: `directory`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub aliases: Vec<String>,
    /// The schema of one record, for each resource that the connector maps.
    pub resources: BTreeMap<String, Value>,
}

/// How one resource of a unified model is read and written.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ResourceMap {
    /// The model's name.
    pub model: String,
    /// The resource: `users`, `groups.members`.
    pub resource: String,
    /// The provider's resource that the records come from.
    pub from: String,
    /// The fields, in the model's order.
    pub fields: Vec<Field>,
    /// Fields that the provider cannot give, each with the reason.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unavailable: Vec<Unavailable>,
    /// What can be done with the resource.
    pub verbs: BTreeMap<Verb, UnifiedVerb>,
    /// What the list can be narrowed by; anything else is refused.
    #[serde(default, skip_serializing_if = "Filters::is_empty")]
    pub filters: Filters,
    /// Where it was written.
    pub origin: Origin,
}

/// A unified field that the provider cannot give.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unavailable {
    /// The field.
    pub field: String,
    /// Why it cannot be given.
    pub reason: String,
}

/// A verb of unified models.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verb {
    /// Many records.
    List,
    /// One record by its id.
    Get,
    /// A new record.
    Create,
    /// A change of the given fields.
    Update,
    /// The end of a record, as the map says what that means.
    Delete,
    /// A member is put into a group.
    Add,
    /// A member is taken out of a group.
    Remove,
}

impl Verb {
    /// Every verb with its name.
    pub const ALL: &[(&'static str, Verb)] = &[
        ("list", Verb::List),
        ("get", Verb::Get),
        ("create", Verb::Create),
        ("update", Verb::Update),
        ("delete", Verb::Delete),
        ("add", Verb::Add),
        ("remove", Verb::Remove),
    ];

    /// The verb's name.
    #[must_use]
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(_, verb)| *verb == self).map_or("", |(name, _)| name)
    }

    /// The verb called `name`.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(known, _)| *known == name).map(|(_, verb)| *verb)
    }
}

/// What a verb of a unified resource does.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct UnifiedVerb {
    /// The steps; the last one's record is what comes back.
    pub steps: Vec<Step>,
    /// The unified input that it takes, from the model.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub input: Vec<Parameter>,
    /// Whether a record comes back, to be mapped by the fields.
    pub gives_record: bool,
    /// Where it was written.
    pub origin: Origin,
}

/// One field of a unified record.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Field {
    /// The unified field, or a dotted name below `custom`.
    pub name: String,
    /// How its value is made.
    pub value: FieldValue,
    /// What the model has there, which decides how the value is written.
    pub kind: Kind,
    /// Where it was written.
    pub origin: Origin,
}

/// How a field's value is made.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FieldValue {
    /// A literal.
    Const(Value),
    /// An expression over the record.
    Expression(Expression),
    /// An expression whose values are translated.
    Enum(EnumMap),
}

/// A translation of a provider's values to the model's.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EnumMap {
    /// The provider's value, over the record.
    pub from: Expression,
    /// Provider's value to unified value, in the order of the spec. Booleans and numbers stand as their JSON text.
    pub values: Vec<(String, String)>,
    /// The value where the provider's is none of these; without one, the field is left out with a warning.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub otherwise: Option<String>,
}

/// What the model has in a field, which decides how the expression's value is written. Null and absent members are left out everywhere.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// An identifier: always text; a number is taken digit for digit from the record's text.
    Id,
    /// A number: one beyond ±(2^53 - 1), which expressions see as its digits, is a number again.
    Number,
    /// Any other value, as it is.
    Value,
    /// A list; a single value is wrapped.
    List(Box<Kind>),
    /// An object with these members; members that are not named are written as they are.
    Object(BTreeMap<String, Kind>),
}

/// What a unified list can be narrowed by.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Filters {
    /// What stands between two filters that go to the same input.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub join: Option<String>,
    /// The filters, by unified name.
    pub filters: Vec<Filter>,
}

impl Filters {
    /// Whether nothing can be narrowed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.filters.is_empty()
    }
}

/// One unified filter and how the provider serves it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Filter {
    /// The unified name: `updated_after`.
    pub name: String,
    /// The value's type.
    pub r#type: Type,
    /// The operation that serves it, where it is not the one that lists.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub via: Option<String>,
    /// The fields that this operation is asked for, where it asks by name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub select: Option<Vec<String>>,
    /// The values that can be looked for, with what each is for the provider; any of its type where none is named.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub values: Vec<FilterValue>,
    /// What is set, as templates over `value`, and over `provider` and `names` of [`Self::values`].
    pub sets: Vec<(FilterTarget, Text)>,
    /// Where it was written.
    pub origin: Origin,
}

/// A value that a filter looks for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FilterValue {
    /// The unified value; `true` and `false` for a boolean.
    pub value: String,
    /// The provider's value, where it is the only one that stands for it, in scope as `provider`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provider: Option<String>,
    /// Every value of the provider's that it stands for, in scope as `names`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub names: Vec<String>,
    /// What this value alone sets.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sets: Vec<(FilterTarget, Text)>,
}

/// What a filter sets.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FilterTarget {
    /// An input of the operation.
    Input(String),
    /// The `parent.id` of the operation.
    Parent,
}
