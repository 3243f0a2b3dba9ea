//! `select`: the fields that an operation asks for by name.

use crate::lang::Path;
use crate::source::{Span, Spanned};
use crate::yaml::{Key, Need, Table, Value};

/// `select`.
pub static SELECT: Table = Table {
    name: "select",
    doc: "For providers that give only the fields that they are asked for. The names are those of all that the map, or the steps, read of the record: \
          one for each path, in the order of the alphabet, after those of `always`. They stand in the request as `{{ select }}`, one text, \
          or a list where a query parameter has a `style`, and as `$select`, a list, in data. Each call asks for what its own map reads; \
          one without a map asks for what all maps and steps read.",
    keys: &[
        Key {
            name: "always",
            value: Value::List(&Value::Text),
            need: Need::Optional,
            doc: "Names that are asked for whether anything reads them or not, as the provider writes them.",
            example: "always: [id]",
        },
        Key {
            name: "never",
            value: Value::List(&Value::Text),
            need: Need::Optional,
            doc: "Names that the provider gives unasked, or takes elsewhere: they are left out, and so is what is below them. `*` at the end stands for anything.",
            example: "never: [attributes, \"@odata.*\"]",
        },
        Key {
            name: "below",
            value: Value::Path,
            need: Need::Optional,
            doc: "Only what is read below this member of the record is asked for, by its path from there. Everything else comes unasked.",
            example: "below: properties",
        },
        Key {
            name: "depth",
            value: Value::Integer,
            need: Need::Optional,
            doc: "So many members of each path make its name, where the provider gives objects whole. Unless said otherwise, all of them do.",
            example: "depth: 1",
        },
        Key {
            name: "dot",
            value: Value::Text,
            need: Need::Optional,
            doc: "What stands between the members of a path: `.` unless said otherwise.",
            example: "dot: /",
        },
        Key {
            name: "join",
            value: Value::Text,
            need: Need::Optional,
            doc: "What stands between two names in a text: `,` unless said otherwise.",
            example: "join: \", \"",
        },
        Key {
            name: "more",
            value: Value::Either(&Value::Text, &Value::List(&Value::Text)),
            need: Need::Optional,
            doc: "What else is asked for: an input of type `array`, by its name, or an account's parameter, `account.NAME`, for the fields that a customer has added. \
                  A map reads those as `custom: '$merge($account.NAME.{ $: $lookup($$, $) })'`; with `below: properties`, they are looked up in `$$.properties`.",
            example: "more: fields",
        },
    ],
    also: None,
    reserved: &[],
    rest: None,
    frame: "resources:\n  things:\n    find:\n      get: /things\n      input: { fields: { type: array } }\n      query: { fields: \"{{ select }}\" }\n      select:\n        §",
};

/// `select` as written.
#[derive(Clone, Debug)]
pub struct Select {
    /// Names that are asked for in any case.
    pub always: Vec<Spanned<String>>,
    /// Names that are never asked for.
    pub never: Vec<Spanned<String>>,
    /// The member of the record below which names count.
    pub below: Option<Path>,
    /// How many members of a path make its name.
    pub depth: Option<Spanned<u64>>,
    /// What stands between the members of a path.
    pub dot: String,
    /// What stands between two names.
    pub join: String,
    /// The inputs, and parameters of the account, that add names.
    pub more: Vec<Spanned<String>>,
    /// Where it was written.
    pub span: Span,
}
