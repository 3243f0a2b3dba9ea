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
    /// Headers, with the same rule.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub headers: Vec<(String, Text)>,
    /// The body.
    pub body: Body,
    /// What the provider answers with.
    pub answer: Answer,
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
}

/// What a request is answered with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// A JSON document.
    Json,
    /// Nothing that matters; an empty body is fine.
    None,
}
