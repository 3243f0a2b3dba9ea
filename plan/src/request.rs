//! One HTTP request as templates and data.

use serde::{Deserialize, Serialize};

use crate::{Data, Origin, Text};

/// A request to build and send.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Request {
    /// The HTTP method.
    pub method: Method,
    /// A path on the base URL (`/api/v1/users/{{ id }}`), or an absolute URL whose host is a literal.
    /// A value in it cannot leave its path segment.
    pub url: Text,
    /// Query parameters, in order. A whole `{{ x }}` that is absent leaves its parameter out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub query: Vec<(String, Text)>,
    /// How lists and objects are written in the query, by parameter; in any other parameter they are an error.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lists: Vec<(String, ListStyle)>,
    /// Headers, with the same rule.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub headers: Vec<(String, Text)>,
    /// The body.
    pub body: Body,
    /// What the provider answers with.
    pub answer: Answer,
    /// How the answer's bytes are packed besides what HTTP says: exports are often files that are compressed themselves.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub compression: Option<Compression>,
    /// Whether sending it twice is the same as once: GET, HEAD, PUT, DELETE, or as the spec says.
    pub idempotent: bool,
    /// The header that carries a fresh key for each write, where the provider takes one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub idempotency_header: Option<String>,
    /// Where it was written.
    pub origin: Origin,
}

/// The HTTP methods that a spec can name (RFC 9110, RFC 5789).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Method {
    /// GET.
    Get,
    /// HEAD.
    Head,
    /// POST.
    Post,
    /// PUT.
    Put,
    /// PATCH.
    Patch,
    /// DELETE.
    Delete,
}

impl Method {
    /// Every method with its key in the spec language.
    pub const ALL: &[(&'static str, Method)] = &[
        ("get", Method::Get),
        ("head", Method::Head),
        ("post", Method::Post),
        ("put", Method::Put),
        ("patch", Method::Patch),
        ("delete", Method::Delete),
    ];

    /// The method as it stands in a request line.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Head => "HEAD",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
        }
    }

    /// Whether RFC 9110, section 9.2.2, calls it idempotent.
    #[must_use]
    pub fn idempotent(self) -> bool {
        match self {
            Self::Get | Self::Head | Self::Put | Self::Delete => true,
            Self::Post | Self::Patch => false,
        }
    }
}

/// A request's body.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Body {
    /// None.
    None,
    /// `application/json`.
    Json(Data),
    /// `application/x-www-form-urlencoded`, in order; an absent whole `{{ x }}` leaves its field out.
    Form(Vec<(String, Text)>),
    /// The same made from data, whose members nest.
    FormData {
        /// An object.
        data: Data,
        /// How members of members are named.
        nested: Nesting,
    },
    /// `multipart/form-data` (RFC 7578), in order. A list gives a part for each of its values, an object a JSON part, a file its bytes;
    /// what comes to nothing gives no part.
    Multipart(Vec<(String, Data)>),
    /// Text or a file as it is.
    Raw {
        /// Its media type.
        content_type: Text,
        /// A text or a file.
        content: Data,
    },
}

/// How a list or an object is written in a query. Values are percent-encoded (RFC 3986); an empty list leaves the parameter out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ListStyle {
    /// `ids=1&ids=2`; OpenAPI's `form` with `explode`.
    Repeat,
    /// `ids=1,2`; OpenAPI's `form` without `explode`.
    Comma,
    /// `ids[]=1&ids[]=2`.
    Brackets,
    /// `ids[0]=1&ids[1]=2`.
    Indexed,
    /// `ids=1|2`; OpenAPI's `pipeDelimited`.
    Pipe,
    /// `ids=1 2`; OpenAPI's `spaceDelimited`.
    Space,
    /// `filter[status]=open&filter[kind]=bug`, for objects; OpenAPI's `deepObject`.
    DeepObject,
}

impl ListStyle {
    /// Every style with its name in the spec language.
    pub const ALL: &[(&'static str, ListStyle)] = &[
        ("repeat", ListStyle::Repeat),
        ("comma", ListStyle::Comma),
        ("brackets", ListStyle::Brackets),
        ("indexed", ListStyle::Indexed),
        ("pipe", ListStyle::Pipe),
        ("space", ListStyle::Space),
        ("deep_object", ListStyle::DeepObject),
    ];

    /// The style's name in the spec language.
    #[must_use]
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(_, style)| *style == self).map_or("", |(name, _)| name)
    }
}

/// How the members of members are named in a form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Nesting {
    /// `a[b]=1&c[0]=2&c[1]=3`.
    Brackets,
    /// `a[b]=1&c[]=2&c[]=3`.
    EmptyBrackets,
    /// `c=2&c=3`; objects inside are an error.
    Repeat,
}

impl Nesting {
    /// Every way with its name in the spec language.
    pub const ALL: &[(&'static str, Nesting)] =
        &[("brackets", Nesting::Brackets), ("empty_brackets", Nesting::EmptyBrackets), ("repeat", Nesting::Repeat)];

    /// The way's name in the spec language.
    #[must_use]
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(_, nesting)| *nesting == self).map_or("", |(name, _)| name)
    }
}

/// How an answer's body is packed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Compression {
    /// A gzip file (RFC 1952), of one member or several.
    Gzip,
}

/// What a request is answered with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// A JSON document.
    Json,
    /// A JSON document on each line: a list of them.
    Ndjson,
    /// Comma-separated values (RFC 4180) under a row of names: a list of objects of texts.
    Csv,
    /// A text, as one JSON string.
    Text,
    /// Bytes, which are downloaded.
    Bytes,
    /// Nothing that matters; an empty body is fine.
    None,
}

impl Answer {
    /// The formats that a spec can name.
    pub const FORMATS: &[(&'static str, Answer)] =
        &[("json", Answer::Json), ("ndjson", Answer::Ndjson), ("csv", Answer::Csv), ("text", Answer::Text), ("bytes", Answer::Bytes)];
}
