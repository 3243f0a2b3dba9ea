//! Recorded exchanges with a provider, and the call that they answer. Plain data: the compiler reads them, the runtime replays them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{ErrorKind, Method, Origin, Verb};

/// One call with every request that it sends and every answer that it gets.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Cassette {
    /// The file's name without its ending: `users.list`, `users.list.empty`.
    pub name: String,
    /// The spec's files, for [`Origin`]s of this cassette.
    pub file: String,
    /// Which official example or document the answers follow.
    pub source: String,
    /// Account parameters.
    pub account: BTreeMap<String, Value>,
    /// Deployment parameters.
    pub app: BTreeMap<String, Value>,
    /// The auth method.
    pub auth: String,
    /// The auth method's own parameters.
    pub parameters: BTreeMap<String, Value>,
    /// What was kept when the account was connected, in scope as `kept.*`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub kept: BTreeMap<String, Value>,
    /// How the recording connects the account before the call; none where it is connected already.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub connect: Option<CassetteConnect>,
    /// The names of the tokens that the account holds when the call begins; none where it holds all that its method has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tokens: Option<Vec<String>>,
    /// Whether the account is disconnected after the call.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub disconnect: bool,
    /// The unified model, or none for the provider's own shape.
    pub model: Option<String>,
    /// The call.
    pub call: CassetteCall,
    /// What the clock says during the replay: an RFC 3339 timestamp.
    pub clock: String,
    /// The seed of the replay's randomness.
    pub seed: u64,
    /// What the call fails with; none where it must not fail.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fails: Option<ErrorKind>,
    /// What is sent and answered, in order.
    pub exchanges: Vec<Exchange>,
}

/// How an account is connected, before a recorded call.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CassetteConnect {
    /// Where the provider sends the person back.
    pub redirect_uri: String,
    /// What it answers the person with, by parameter, besides the state: a code, or an error. Empty where nobody is asked for consent.
    pub redirected: Vec<(String, String)>,
    /// What is chosen after it, by the name below `kept.`.
    pub choose: Vec<(String, String)>,
}

/// The call that a cassette answers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CassetteCall {
    /// The resource: `users`.
    pub resource: String,
    /// The verb: one of [`Verb`], or a native operation's own.
    pub verb: String,
    /// The record's id.
    pub id: Option<String>,
    /// The parent's id.
    pub parent: Option<String>,
    /// The input, a JSON object.
    pub input: Value,
    /// The files that are sent, by input.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<CassetteFile>,
    /// Unified filters.
    pub filters: Vec<(String, String)>,
    /// How many records are read at most; without one, a list is read to its end.
    pub limit: Option<u64>,
}

impl CassetteCall {
    /// The verb as unified models know it.
    #[must_use]
    pub fn unified_verb(&self) -> Option<Verb> {
        Verb::parse(&self.verb)
    }
}

/// A file that a recorded call sends.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CassetteFile {
    /// The input that it is given as.
    pub input: String,
    /// Its name.
    pub name: String,
    /// Its media type.
    pub content_type: Option<String>,
    /// Its content.
    pub text: String,
}

/// A request and its answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Exchange {
    /// What must be sent.
    pub request: RecordedRequest,
    /// What comes back.
    pub response: RecordedResponse,
    /// Where it was written, in the cassette's file.
    pub origin: Origin,
}

/// What must be sent: method, URL and body entirely, headers as far as they are named.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RecordedRequest {
    /// The method.
    pub method: Method,
    /// The absolute URL; the order of query parameters does not matter.
    pub url: String,
    /// Headers that must be there with these values. `{{ secret.NAME }}` stands for the replay's own value of that secret.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: RecordedBody,
    /// JSON Pointers into the body, or form fields, whose value may be anything.
    pub any: Vec<String>,
}

/// A recorded request body.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RecordedBody {
    /// None.
    None,
    /// A JSON document, compared as data.
    Json(Value),
    /// Form fields, in order. Values may hold `{{ secret.NAME }}`.
    Form(Vec<(String, String)>),
    /// Text, as it is but for line ends. Holds `{{ secret.NAME }}` where a secret stands.
    Text(String),
}

/// What comes back.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RecordedResponse {
    /// The HTTP status.
    pub status: u16,
    /// Headers, in order; a name may stand more than once.
    pub headers: Vec<(String, String)>,
    /// The body's text.
    pub body: String,
    /// Whether that text is Base64, for bodies that are no text.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub base64: bool,
}
