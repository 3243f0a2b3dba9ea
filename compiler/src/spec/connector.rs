//! `connector.yaml`.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::MapFile;
use super::errors::{ERRORS, Errors};
use super::operation::{Operation, RESOURCE};
use super::rate_limit::{WINDOW, Window};
use super::steps::Compound;
use crate::auth::{COMMON as AUTH, Method};
use crate::lang::{Fragments, Template};
use crate::shape::{Model, PARAMETER, Parameter, SECRET, Secret};
use crate::source::{Span, Spanned};
use crate::yaml::{Key, Need, Reserved, Table, Value};

/// `connector.yaml`.
pub static CONNECTOR: Table = Table {
    name: "connector",
    doc: "A provider's API: `connectors/<name>/connector.yaml`.",
    keys: &[
        Key {
            name: "connector",
            value: Value::Name,
            need: Need::Required,
            doc: "The connector's name, which equals its folder's.",
            example: "connector: example",
        },
        Key { name: "spec", value: Value::Integer, need: Need::Required, doc: "The version of the spec language: 1.", example: "spec: 1" },
        Key {
            name: "title",
            value: Value::Text,
            need: Need::Required,
            doc: "The product's name as people know it.",
            example: "title: Example",
        },
        Key {
            name: "extends",
            value: Value::Name,
            need: Need::Optional,
            doc: "The base in `connectors/_base/` that this connector states its differences to: mappings are put together key by key, everything else is replaced. \
                  A map of the same model is put over the base's.",
            example: "extends: example",
        },
        Key {
            name: "remove",
            value: Value::List(&Value::Text),
            need: Need::Optional,
            doc: "What is dropped of the base: paths of keys in its `connector.yaml`, or in a map below `maps.MODEL`.",
            example: "extends: example\nremove: [constants.old]",
        },
        Key {
            name: "docs",
            value: Value::Text,
            need: Need::Optional,
            doc: "The provider's own API documentation.",
            example: "docs: https://developer.example.com",
        },
        Key {
            name: "account",
            value: Value::Map(&Value::Object(&PARAMETER)),
            need: Need::Optional,
            doc: "What each customer supplies; in scope as `account.*`.",
            example: "account: { region: { type: enum, values: [eu, us] } }\nbase_url: https://{{ account.region }}.example.com",
        },
        Key {
            name: "app",
            value: Value::Object(&APP),
            need: Need::Optional,
            doc: "What the deployment supplies once for all customers; in scope as `app.*`, sent to token endpoints only.",
            example: "app: { client_id: {}, secrets: { client_secret: {} } }",
        },
        Key {
            name: "constants",
            value: Value::Map(&Value::Literal),
            need: Need::Optional,
            doc: "Values named once; in scope as `constants.*`.",
            example: "constants: { version: v2 }",
        },
        Key {
            name: "base_url",
            value: Value::Template,
            need: Need::Required,
            doc: "What request paths are resolved against. A host that the customer supplies is confined with `within`.",
            example: "base_url: https://api.example.com/v1",
        },
        Key {
            name: "hosts",
            value: Value::List(&Value::Text),
            need: Need::Optional,
            doc: "Other hosts than the base URL's that operations with an absolute URL may go to. Credentials go there too.",
            example: "hosts: [files.example.com]",
        },
        Key {
            name: "headers",
            value: Value::Map(&Value::Template),
            need: Need::Optional,
            doc: "Headers that every request carries.",
            example: "headers: { X-Version: \"2\" }",
        },
        Key {
            name: "auth",
            value: Value::Map(&Value::OneOf("scheme", &[&AUTH])),
            need: Need::Required,
            doc: "The ways to connect, by name. The account says which; the first is the default.",
            example: "auth: { public: { scheme: none } }",
        },
        Key {
            name: "verify",
            value: Value::Name,
            need: Need::Optional,
            doc: "The operation that proves credentials.",
            example: "verify: things.list",
        },
        Key {
            name: "rate_limit",
            value: Value::List(&Value::Object(&WINDOW)),
            need: Need::Optional,
            doc: "Where the provider says how much may still be called.",
            example: "rate_limit:\n  - remaining: { header: X-RateLimit-Remaining }",
        },
        Key {
            name: "concurrency",
            value: Value::Integer,
            need: Need::Optional,
            doc: "How many requests of one account may be under way at once, where the provider limits that. Further ones wait for their turn.",
            example: "concurrency: 10",
        },
        Key {
            name: "redirects",
            value: Value::Choice(&["same_origin"]),
            need: Need::Optional,
            doc: "Redirects are errors, unless this says that the provider moves things about: then one that stays on the request's own scheme, host and port \
                  is followed with the same method, headers and credentials, five times at most. 301 and 302 lead on what only reads, 307 and 308 everything; 303 stays an error.",
            example: "redirects: same_origin",
        },
        Key {
            name: "errors",
            value: Value::Object(&ERRORS),
            need: Need::Optional,
            doc: "How the provider's errors read.",
            example: "errors: { message: error.message }",
        },
        Key {
            name: "graphql",
            value: Value::Object(&GRAPHQL),
            need: Need::Optional,
            doc: "The GraphQL endpoint and schema.",
            example: "graphql: { endpoint: /graphql }",
        },
        Key {
            name: "resources",
            value: Value::Map(&Value::Object(&RESOURCE)),
            need: Need::Required,
            doc: "The provider's resources and their operations.",
            example: "resources:\n  things:\n    list: { get: /things, items: things, paginate: { style: single } }",
        },
        Key {
            name: "sources",
            value: Value::List(&Value::Object(&SOURCE)),
            need: Need::Optional,
            doc: "The provider's own descriptions that the facts were taken from.",
            example: "sources:\n  - { description: Example OpenAPI description, version: 2026-01 }",
        },
    ],
    also: None,
    reserved: &[
        Reserved { name: "functions", doc: "functions that a connector names" },
        Reserved { name: "webhooks", doc: "events that a provider sends" },
        Reserved { name: "schemas", doc: "additions to the provider's schema" },
    ],
    rest: None,
    frame: "§",
};

/// `app`.
pub static APP: Table = Table {
    name: "app",
    doc: "Parameters of the deployment, by name, and its secrets.",
    keys: &[Key {
        name: "secrets",
        value: Value::Map(&Value::Object(&SECRET)),
        need: Need::Optional,
        doc: "The deployment's secrets; in scope as `app.secret.*`, at token endpoints only.",
        example: "secrets: { client_secret: {} }",
    }],
    also: None,
    reserved: &[],
    rest: Some(&Value::Object(&PARAMETER)),
    frame: "app:\n  client_id: {}\n  §",
};

/// `graphql`.
pub static GRAPHQL: Table = Table {
    name: "graphql",
    doc: "The GraphQL endpoint, and the provider's schema that documents are checked against.",
    keys: &[
        Key {
            name: "endpoint",
            value: Value::Template,
            need: Need::Required,
            doc: "The path on the base URL, or an absolute URL.",
            example: "endpoint: /graphql",
        },
        Key {
            name: "schema",
            value: Value::Text,
            need: Need::Optional,
            doc: "The schema's file in the connector's folder, in GraphQL's schema definition language.",
            example: "schema: schemas/example.graphql",
        },
        Key {
            name: "fragments",
            value: Value::Graphql,
            need: Need::Optional,
            doc: "Fragments that documents may spread; those that a document needs are sent with it.",
            example: "fragments: \"fragment Thing on Thing { id name }\"",
        },
        Key {
            name: "partial",
            value: Value::Choice(&["fail"]),
            need: Need::Optional,
            doc: "What an answer with data and errors means: a failure.",
            example: "partial: fail",
        },
    ],
    also: None,
    reserved: &[],
    rest: None,
    frame: "graphql:\n  §",
};

/// A row of `sources`.
pub static SOURCE: Table = Table {
    name: "source",
    doc: "A description of the provider's that facts were taken from.",
    keys: &[
        Key {
            name: "description",
            value: Value::Text,
            need: Need::Required,
            doc: "What it is called.",
            example: "description: Example OpenAPI description",
        },
        Key { name: "version", value: Value::Text, need: Need::Optional, doc: "Which version of it.", example: "version: 2026-01" },
        Key {
            name: "url",
            value: Value::Text,
            need: Need::Optional,
            doc: "Where it is.",
            example: "url: https://developer.example.com/openapi.json",
        },
        Key {
            name: "operations",
            value: Value::List(&Value::Text),
            need: Need::Optional,
            doc: "The operations taken from it.",
            example: "operations: [listThings]",
        },
    ],
    also: None,
    reserved: &[],
    rest: None,
    frame: "sources:\n  - §",
};

/// A connector as written, with its maps and the unified models.
#[derive(Clone, Debug)]
pub struct Connector {
    /// Its name.
    pub name: Spanned<String>,
    /// The product's name.
    pub title: String,
    /// The provider's documentation.
    pub docs: Option<String>,
    /// What each customer supplies.
    pub account: Vec<Parameter>,
    /// What the deployment supplies.
    pub app: App,
    /// Values named once.
    pub constants: Vec<(Spanned<String>, serde_json::Value)>,
    /// The base URL.
    pub base_url: Template,
    /// Other hosts that operations may go to.
    pub hosts: Vec<Spanned<String>>,
    /// Headers of every request.
    pub headers: Vec<(Spanned<String>, Template)>,
    /// The ways to connect.
    pub auth: Vec<Method>,
    /// The operation that proves credentials.
    pub verify: Option<Spanned<String>>,
    /// Rate limit windows.
    pub rate_limit: Vec<Window>,
    /// How many requests of an account may be under way.
    pub concurrency: Option<u32>,
    /// Whether redirects that stay on their origin are followed.
    pub redirects: bool,
    /// How errors read.
    pub errors: Errors,
    /// GraphQL.
    pub graphql: Option<Graphql>,
    /// The operations, in order.
    pub operations: Vec<Operation>,
    /// The operations that are made of steps, in order.
    pub compounds: Vec<Compound>,
    /// Coordinates of operations that could not be read.
    pub unreadable: Vec<String>,
    /// Keys whose contents could not be read whole: what they would declare is not known.
    pub damaged: Vec<&'static str>,
    /// The maps to unified models.
    pub maps: Vec<MapFile>,
    /// The unified models, by name.
    pub models: BTreeMap<String, Arc<Model>>,
    /// Where it was written.
    pub span: Span,
}

/// What the deployment supplies, as written.
#[derive(Clone, Debug, Default)]
pub struct App {
    /// Parameters.
    pub parameters: Vec<Parameter>,
    /// Secrets.
    pub secrets: Vec<Secret>,
}

/// `graphql` as written.
#[derive(Clone, Debug)]
pub struct Graphql {
    /// The endpoint.
    pub endpoint: Template,
    /// The schema's file.
    pub schema: Option<Spanned<String>>,
    /// Fragments that documents share.
    pub fragments: Option<Fragments>,
}

impl Connector {
    /// Whether a name stands for an operation or a resource that could not be read.
    #[must_use]
    pub fn is_unreadable(&self, name: &str) -> bool {
        let below = |whole: &str, part: &str| whole == part || whole.strip_prefix(part).is_some_and(|rest| rest.starts_with('.'));
        self.unreadable.iter().any(|unreadable| below(unreadable, name) || below(name, unreadable))
    }

    /// The operation of steps with this coordinate.
    #[must_use]
    pub fn compound(&self, name: &str) -> Option<&Compound> {
        self.compounds.iter().find(|compound| compound.name.value == name)
    }

    /// The operation of one request with this coordinate.
    #[must_use]
    pub fn operation(&self, name: &str) -> Option<&Operation> {
        self.operations.iter().find(|operation| operation.name.value == name)
    }
}
