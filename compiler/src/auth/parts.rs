//! What a scheme means, as written: consent, acquiring, renewing, ending, and what goes onto requests.

use connc_plan as plan;

use crate::lang::{Expression, Template};
use crate::shape::Parameter;
use crate::source::{Span, Spanned};

/// Names with templates, in the order of the spec.
pub type Fields = Vec<(String, Template)>;

/// What a scheme means: how a token is got and renewed, and what is put on requests.
#[derive(Clone, Debug, Default)]
pub struct Parts {
    /// How a person's consent is asked for.
    pub authorize: Option<Authorize>,
    /// How a token is got.
    pub acquire: Option<Acquire>,
    /// How a token is renewed.
    pub refresh: Option<Acquire>,
    /// What says that a token has ended.
    pub expired: Option<Expression>,
    /// Requests that end a session or take a token back; they keep nothing.
    pub release: Vec<Step>,
    /// What is put on requests.
    pub apply: Vec<Apply>,
    /// What is computed over a request.
    pub sign: Option<Sign>,
    /// OAuth 2.0 scopes.
    pub scopes: Vec<Spanned<String>>,
}

/// The authorization request of RFC 6749, section 4.1. What the flow itself adds (state, code, redirect) comes with lowering.
#[derive(Clone, Debug)]
pub struct Authorize {
    /// The authorization endpoint.
    pub url: Template,
    /// The client's id.
    pub client_id: Template,
    /// The scopes as one text, unless a parameter carries them.
    pub scope: Option<String>,
    /// More parameters.
    pub params: Fields,
    /// Whether a proof key goes along.
    pub pkce: bool,
    /// What buys a token with the code: one request.
    pub exchange: Acquire,
}

/// Requests that get a token.
#[derive(Clone, Debug)]
pub struct Acquire {
    /// The requests, in order.
    pub steps: Vec<Step>,
    /// Seconds until it expires, over the last answer's body.
    pub expires_in: Option<Formula>,
    /// When it expires, over the last answer's body.
    pub expires_at: Option<Formula>,
    /// Seconds that it lives where the answer does not say.
    pub lifetime: Option<u64>,
    /// An error's code, over an answer's body.
    pub error_code: Formula,
    /// An error's text, over an answer's body.
    pub error_message: Formula,
    /// Codes that mean that the account has to be connected again.
    pub needs_reauth: Vec<String>,
    /// Where it was written.
    pub span: Span,
}

/// A request that gets a token, and what is kept of its answer.
#[derive(Clone, Debug)]
pub struct Step {
    /// The request.
    pub request: Request,
    /// A token that is signed here and sent as `jwt`.
    pub jwt: Option<Jwt>,
    /// What is kept.
    pub keep: Vec<Keep>,
}

/// A request to a token endpoint, or to whatever takes its place.
#[derive(Clone, Debug)]
pub struct Request {
    /// The HTTP method.
    pub method: plan::Method,
    /// Where it goes.
    pub url: Template,
    /// Its query.
    pub query: Fields,
    /// Its headers.
    pub headers: Fields,
    /// Its body.
    pub body: Body,
    /// Whether sending it twice does no harm. What spends a code or a refresh token is sent once.
    pub repeatable: bool,
    /// Whether it carries what is put on every other request.
    pub applied: bool,
    /// Where it was written.
    pub span: Span,
}

/// A request's body.
#[derive(Clone, Debug)]
pub enum Body {
    /// None.
    None,
    /// A form.
    Form(Fields),
    /// A JSON document.
    Json(Tree),
}

/// A JSON body with secrets in it.
#[derive(Clone, Debug)]
pub enum Tree {
    /// A literal.
    Const(serde_json::Value),
    /// A secret.
    Text(Template),
    /// An expression without secrets.
    Expression(Expression),
    /// A mapping.
    Object(Vec<(String, Tree)>),
    /// A list.
    List(Vec<Tree>),
}

/// A JSON Web Token that is signed here.
#[derive(Clone, Debug)]
pub struct Jwt {
    /// The algorithm.
    pub alg: plan::JwtAlgorithm,
    /// The key.
    pub key: Template,
    /// More members of the header.
    pub header: Fields,
    /// The claims, besides `iat`, `exp` and `jti`.
    pub claims: Fields,
    /// Claims that are no text: numbers, booleans, lists and objects, with texts in them. There is no expression among them.
    pub more: Vec<(String, Tree)>,
    /// Seconds that it is good for.
    pub ttl: u32,
    /// Seconds that it claims to be older than it is.
    pub backdated: u32,
    /// Whether it carries a fresh `jti`.
    pub jti: bool,
    /// Where it was written.
    pub span: Span,
}

/// A value that is kept of an answer.
#[derive(Clone, Debug)]
pub struct Keep {
    /// Its name below `token.` or `kept.`.
    pub name: Spanned<String>,
    /// Where it comes from.
    pub from: KeepFrom,
    /// Whether an answer without it is an error.
    pub required: bool,
    /// Its type, where it is no secret.
    pub shown: Option<Parameter>,
}

/// Where a kept value comes from.
#[derive(Clone, Debug)]
pub enum KeepFrom {
    /// The body.
    Body(Formula),
    /// A header.
    Header(String),
    /// A cookie.
    Cookie(String),
}

/// An expression that an author writes, or a scheme.
#[derive(Clone, Debug)]
pub enum Formula {
    /// The author's.
    Written(Expression),
    /// The scheme's own, for something that was written at a place.
    Made(String, Span),
}

/// Something that is put on each request.
#[derive(Clone, Debug)]
pub struct Apply {
    /// Where it goes.
    pub place: plan::Place,
    /// What goes there.
    pub value: Template,
    /// Only on these methods; empty means all.
    pub on: Vec<plan::Method>,
}

/// What is computed over a request.
#[derive(Clone, Debug)]
pub enum Sign {
    /// Expressions, in order.
    Expressions(Vec<Signed>),
    /// AWS Signature Version 4.
    AwsSigV4(Box<AwsSigV4>),
}

/// A computed value.
#[derive(Clone, Debug)]
pub struct Signed {
    /// Where it goes.
    pub place: plan::Place,
    /// What computes it.
    pub value: Expression,
}

/// What AWS Signature Version 4 needs.
#[derive(Clone, Debug)]
pub struct AwsSigV4 {
    /// The access key's id.
    pub access_key_id: Template,
    /// The secret access key.
    pub secret_access_key: Template,
    /// The token of a temporary key.
    pub session_token: Option<Template>,
    /// The region.
    pub region: Template,
    /// The service.
    pub service: Template,
    /// Where it was written.
    pub span: Span,
}

impl Parts {
    /// Everything that gets a token, the exchange and the renewal included.
    pub fn acquires(&self) -> impl Iterator<Item = &Acquire> {
        self.authorize.iter().map(|authorize| &authorize.exchange).chain(&self.acquire).chain(&self.refresh)
    }

    /// What is kept of the answers when an account is connected or a token is bought, each name once.
    #[must_use]
    pub fn keeps(&self) -> Vec<&Keep> {
        let mut found: Vec<&Keep> = Vec::new();
        for keep in self.acquires().flat_map(|acquire| &acquire.steps).flat_map(|step| &step.keep) {
            if !found.iter().any(|known| known.name.value == keep.name.value && known.shown.is_some() == keep.shown.is_some()) {
                found.push(keep);
            }
        }
        found
    }

    /// Whether a token is signed here to get another.
    #[must_use]
    pub fn signs(&self) -> bool {
        self.acquires().flat_map(|acquire| &acquire.steps).chain(&self.release).any(|step| step.jwt.is_some())
    }
}

impl Request {
    /// Every template of it.
    pub fn templates(&self) -> impl Iterator<Item = &Template> {
        let (form, tree) = match &self.body {
            Body::None => (&[] as &[_], None),
            Body::Form(fields) => (fields.as_slice(), None),
            Body::Json(tree) => (&[] as &[_], Some(tree)),
        };
        let named = self.query.iter().chain(&self.headers).chain(form).map(|(_, template)| template);
        std::iter::once(&self.url).chain(named).chain(tree.into_iter().flat_map(Tree::texts))
    }
}

impl Tree {
    /// Changes every text in it.
    pub fn each_text(&mut self, change: &mut impl FnMut(&mut Template)) {
        match self {
            Self::Text(text) => change(text),
            Self::Const(_) | Self::Expression(_) => {}
            Self::Object(members) => members.iter_mut().for_each(|(_, value)| value.each_text(change)),
            Self::List(items) => items.iter_mut().for_each(|item| item.each_text(change)),
        }
    }

    /// Every secret in it.
    #[must_use]
    pub fn texts(&self) -> Vec<&Template> {
        match self {
            Self::Text(text) => vec![text],
            Self::Const(_) | Self::Expression(_) => Vec::new(),
            Self::Object(members) => members.iter().flat_map(|(_, value)| value.texts()).collect(),
            Self::List(items) => items.iter().flat_map(Self::texts).collect(),
        }
    }

    /// Every expression in it.
    #[must_use]
    pub fn expressions(&self) -> Vec<&Expression> {
        match self {
            Self::Expression(expression) => vec![expression],
            Self::Const(_) | Self::Text(_) => Vec::new(),
            Self::Object(members) => members.iter().flat_map(|(_, value)| value.expressions()).collect(),
            Self::List(items) => items.iter().flat_map(Self::expressions).collect(),
        }
    }
}

impl AwsSigV4 {
    /// Every template of it.
    pub fn templates(&self) -> impl Iterator<Item = &Template> {
        [&self.access_key_id, &self.secret_access_key, &self.region, &self.service].into_iter().chain(&self.session_token)
    }
}

impl Jwt {
    /// Every template of it.
    pub fn templates(&self) -> impl Iterator<Item = &Template> {
        let more = self.more.iter().flat_map(|(_, tree)| tree.texts());
        std::iter::once(&self.key).chain(self.header.iter().chain(&self.claims).map(|(_, template)| template)).chain(more)
    }
}

impl Keep {
    /// A secret that an answer may lack or not, at `path` of its body.
    #[must_use]
    pub fn secret(name: &str, path: &str, required: bool, span: Span) -> Self {
        let from = KeepFrom::Body(Formula::Made(path.to_owned(), span));
        Self { name: Spanned::new(name.to_owned(), span), from, required, shown: None }
    }
}

impl Formula {
    /// What the author wrote.
    #[must_use]
    pub fn written(&self) -> Option<&Expression> {
        match self {
            Self::Written(expression) => Some(expression),
            Self::Made(..) => None,
        }
    }
}
