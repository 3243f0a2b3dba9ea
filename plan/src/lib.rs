//! What runs: a compiled connector as plain data.
//!
//! A [`Plan`] is made by the compiler, read by the runtime, and has a stable text dump ([`dump`]) that a reviewer reads.
//! It knows no YAML and no provider: every pagination style is one [`Paginate`], every auth scheme one [`AuthMethod`],
//! and every operation a list of [`Step`]s.

mod auth;
mod cassette;
mod data;
pub mod dump;
mod errors;
pub mod header;
mod map;
mod operation;
mod origin;
mod paginate;
mod parameter;
mod rate_limit;
mod request;
mod steps;
mod text;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

pub use auth::{
    Acquire, AcquireStep, Apply, AuthMethod, Authorize, AwsSigV4, Choose, Jwt, JwtAlgorithm, Keep, KeepFrom, Place, SecretParameter,
    SecretType, Sign, Signed,
};
pub use cassette::{Cassette, CassetteCall, CassetteConnect, CassetteFile, Exchange, RecordedBody, RecordedRequest, RecordedResponse};
pub use data::{Data, Expression, Fresh, Path};
pub use errors::{ErrorKind, ErrorRules, KindRule};
pub use map::{
    EnumMap, Field, FieldValue, Filter, FilterTarget, FilterValue, Filters, Kind, Model, ResourceMap, Unavailable, UnifiedVerb, Verb,
};
pub use operation::{Download, Operation, Records, Select, Shape};
pub use origin::Origin;
pub use paginate::{Advance, Bound, EmptyPage, Next, Paginate, Progress, Size, Target};
pub use parameter::{Parameter, Type};
pub use rate_limit::{RateFields, RateNumber, RateSource, RateUnit, RateWindow};
pub use request::{Answer, Body, Compression, ListStyle, Method, Nesting, Request};
pub use steps::{Action, Asked, Call, Each, ForEach, Parents, Poll, Require, Step};
pub use text::{Filter as TextFilter, Reference, Segment, Text};

/// The version of this data layout; a runtime refuses a plan of another one.
pub const FORMAT: u32 = 1;

/// A compiled connector: everything that a call needs, and nothing that knows a provider by name.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    /// The data layout, [`FORMAT`].
    pub format: u32,
    /// The connector's name, which equals its folder's.
    pub connector: String,
    /// The product's name as people know it.
    pub title: String,
    /// The provider's own API documentation.
    pub docs: Option<String>,
    /// The spec's files, in the order that [`Origin::file`] counts them.
    pub sources: Vec<String>,
    /// What each customer supplies.
    pub account: Vec<Parameter>,
    /// What the deployment supplies once for all customers; sent to token endpoints only.
    pub app: Vec<Parameter>,
    /// The deployment's secrets, in scope as `app.secret.*`.
    pub app_secrets: Vec<SecretParameter>,
    /// Values that the spec names once, in scope as `constants.*`.
    pub constants: BTreeMap<String, Value>,
    /// What every relative request URL is resolved against, unless the auth method has its own.
    pub base_url: Text,
    /// Headers sent with every request.
    pub headers: Vec<(String, Text)>,
    /// The ways to connect; the first is the default.
    pub auth: Vec<AuthMethod>,
    /// The operation that proves credentials.
    pub verify: Option<String>,
    /// Where the provider's rate limit stands in its answers, a row for each window.
    pub rate_limit: Vec<RateWindow>,
    /// How many requests of one account may be under way at once, where the provider limits that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub concurrency: Option<u32>,
    /// Whether a redirect that stays on the origin of its request is followed; otherwise each is an error.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub redirects: bool,
    /// How the provider's errors read.
    pub errors: ErrorRules,
    /// The provider's own operations, by coordinate (`users.list`).
    pub operations: BTreeMap<String, Operation>,
    /// The maps to unified models, in the order of model and resource.
    pub maps: Vec<ResourceMap>,
    /// The unified models that the maps aim at.
    pub models: Vec<Model>,
}

impl Plan {
    /// The place in the spec that `origin` means, as `connector.yaml:31:7`.
    #[must_use]
    pub fn place(&self, origin: Origin) -> String {
        let file = self.sources.get(usize::from(origin.file)).map_or("?", String::as_str);
        format!("{file}:{}:{}", origin.line, origin.column)
    }

    /// The map of `resource` to `model`.
    #[must_use]
    pub fn map(&self, model: &str, resource: &str) -> Option<&ResourceMap> {
        self.maps.iter().find(|map| map.model == model && map.resource == resource)
    }

    /// The unified model of this name or alias.
    #[must_use]
    pub fn model(&self, name: &str) -> Option<&Model> {
        self.models.iter().find(|model| model.name == name || model.aliases.iter().any(|alias| alias == name))
    }

    /// The auth method called `name`.
    #[must_use]
    pub fn auth_method(&self, name: &str) -> Option<&AuthMethod> {
        self.auth.iter().find(|method| method.name == name)
    }
}
