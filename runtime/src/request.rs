//! One request, built from templates and data into what is sent.

use connc_expr::text::{Escape, encode_form, encode_query, render_values};
use connc_plan::{ErrorKind, Method, Place, Request, Target, Text};
use http::header::{ACCEPT, CONTENT_TYPE, COOKIE, HeaderName, HeaderValue, USER_AGENT};
use http::{HeaderMap, Uri};
use serde_json::Value;
use url::Url;

use crate::address::{self, applies, optional, sensitive};
use crate::content::Content;
use crate::context::Context;
use crate::data;
use crate::exchange::Given;
use crate::paginate::Turn;
use crate::program::Evaluation;
use crate::redact::{Redactor, braced};
use crate::scope::Names;
use crate::transport::{About, Body, Purpose};
use crate::{Error, file, form, format, hash, lists, multipart};

const AGENT: &str = concat!("connc/", env!("CARGO_PKG_VERSION"));

/// A request ready to be sent, with the URL that it has before any mapping.
#[derive(Clone, Debug)]
pub(crate) struct Built {
    pub(crate) method: Method,
    pub(crate) url: Url,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Content,
    pub(crate) purpose: Purpose,
    /// Method and URL without its query and without secrets, for errors.
    shown: String,
}

/// What a body comes to, before pagination adds to it.
enum Made {
    Nothing,
    Json(Value),
    Form(Vec<(String, String)>),
    /// With its media type.
    Whole(Content, String),
}

/// Builds a request of the connector's API: base URL, the plan's headers, and what auth puts on it.
pub(crate) fn build(context: &Context, request: &Request, given: &Given<'_>, names: &Names<'_>) -> Result<Built, Error> {
    let plan = context.plan();
    let open = Names { secrets: false, token: None, ..names.clone() };
    let mut parts = own_parts(context, request, given, &open)?;
    for (name, text) in &plan.headers {
        if !parts.headers.contains_key(name) {
            parts.header(name, text, &open)?;
        }
    }
    let auth = Names { secrets: true, ..names.clone() };
    for apply in context.account.method.apply.iter().filter(|apply| applies(apply, request.method)) {
        parts.apply(&apply.place, &apply.value, &auth).map_err(|error| error.at(plan, &context.account.method.name, apply.value.origin))?;
    }
    // `finish` puts the header together.
    if parts.headers.contains_key(COOKIE) {
        return Err(Error::invalid("a request sets the header `Cookie` itself; cookies are named by auth"));
    }
    parts.finish(context, &context.standing().redactor)
}

/// Builds a request that gets a token: its own URL and headers, and nothing that is put on other requests.
pub(crate) fn build_bare(context: &Context, request: &Request, given: &Given<'_>, names: &Names<'_>) -> Result<Built, Error> {
    let built = own_parts(context, request, given, names)?.finish(context, &redactor(context, names))?;
    Ok(Built { purpose: Purpose::Token, ..built })
}

/// What must not be shown of a token request: beside the account's secrets, what it is made with.
pub(crate) fn redactor(context: &Context, names: &Names<'_>) -> Redactor {
    let mut redactor = context.standing().redactor.clone();
    for (prefix, secrets) in [("token", names.token), ("flow", names.flow)] {
        for (name, secret) in secrets.into_iter().flatten() {
            redactor.add(&braced(&format!("{prefix}.{name}")), secret.expose());
        }
    }
    if let Some(jwt) = names.jwt {
        redactor.add(&braced("jwt"), jwt.expose());
    }
    redactor
}

/// What the request itself says, turned to the page that is asked for.
fn own_parts(context: &Context, request: &Request, given: &Given<'_>, names: &Names<'_>) -> Result<Parts, Error> {
    let link = given.turn.as_ref().and_then(Turn::link);
    let own = address::url(context, &request.url, names);
    let url = match link {
        // The provider's link is resolved against the request's own URL, and may not leave its origins.
        Some(link) => {
            let own = own?;
            let target = own.join(link).map_err(|_| Error::new(ErrorKind::Provider, "the next link is no URL"))?;
            let mut guard = context.standing().guard.clone();
            guard.admit(&own);
            guard.accept(target, &own)?
        }
        None => own?,
    };
    let mut parts = Parts {
        method: request.method,
        url,
        query: Vec::new(),
        headers: HeaderMap::new(),
        body: Made::Nothing,
        accept: format::accepted(request),
        cookies: Vec::new(),
    };
    if link.is_none() {
        for (name, text) in &request.query {
            if given.turn.as_ref().is_some_and(|turn| turn.leaves_out(name)) {
                continue;
            }
            if let Some((_, style)) = request.lists.iter().find(|(list, _)| list == name) {
                if let Some(given) = render_values(text, names).map_err(|error| Error::invalid(error.message))? {
                    parts.query.extend(lists::pairs(name, given, *style)?);
                }
            } else if let Some(value) = optional(text, names, Escape::Query)? {
                parts.query.push((encode_query(name), value));
            }
        }
        parts.body = body(context, &request.body, given, names)?;
    }
    for (name, text) in &request.headers {
        parts.header(name, text, names)?;
    }
    // A key that the caller gave is the caller's: with a fresh one beside it the provider would not know the write again.
    if let (Some(name), Some(key)) = (&request.idempotency_header, given.key)
        && !parts.headers.contains_key(name.as_str())
    {
        parts.put_header(name, key, false)?;
    }
    if let Some(turn) = &given.turn {
        if let Some((target, size)) = turn.sized() {
            parts.target(target, &size)?;
        }
        for (target, value) in turn.puts() {
            parts.target(target, value)?;
        }
    }
    Ok(parts)
}

fn body(context: &Context, body: &connc_plan::Body, given: &Given<'_>, names: &Names<'_>) -> Result<Made, Error> {
    use connc_plan::Body;
    Ok(match body {
        Body::None => Made::Nothing,
        Body::Json(data) => {
            let over = Evaluation::over_nothing(context.programs(), given.vars)?;
            data::make_with(data, &over, &|text| optional(text, names, Escape::None))?
                .map_or(Ok(Made::Nothing), |value| without_files(context, value).map(Made::Json))?
        }
        Body::Form(fields) => {
            let mut made = Vec::with_capacity(fields.len());
            for (name, text) in fields {
                if let Some(value) = optional(text, names, Escape::Form)? {
                    made.push((encode_form(name), value));
                }
            }
            Made::Form(made)
        }
        Body::FormData { data, nested } => {
            let over = Evaluation::over_nothing(context.programs(), given.vars)?;
            data::make(data, &over)?
                .map_or(Ok(Made::Nothing), |value| form::fields(&without_files(context, value)?, *nested).map(Made::Form))?
        }
        Body::Multipart(parts) => {
            let over = Evaluation::over_nothing(context.programs(), given.vars)?;
            let mut made = Vec::with_capacity(parts.len());
            for (name, data) in parts {
                made.extend(data::make(data, &over)?.map(|value| (name.clone(), value)));
            }
            let (content, kind) = multipart::body(&made, &context.files, &boundary(context)?)?;
            Made::Whole(content, kind)
        }
        Body::Raw { content_type, content } => {
            let over = Evaluation::over_nothing(context.programs(), given.vars)?;
            let Some(value) = data::make(content, &over)?.filter(|value| !value.is_null()) else { return Ok(Made::Nothing) };
            let kind = optional(content_type, names, Escape::Header)?.ok_or_else(|| Error::invalid("the body has no media type"))?;
            let mut whole = Content::default();
            match (crate::file::of(&context.files, &value), value) {
                (Some(file), _) => whole.push_file(file),
                (None, Value::String(text)) => whole.push(text),
                (None, _) => return Err(Error::invalid("the raw body is no text and no file")),
            }
            Made::Whole(whole, kind)
        }
    })
}

/// Data that is sent as text. What stands for a file in it means nothing to the provider.
fn without_files(context: &Context, value: Value) -> Result<Value, Error> {
    fn holds(context: &Context, value: &Value) -> bool {
        match value {
            Value::Object(members) => {
                (file::is_handle(value) && file::of(&context.files, value).is_some()) || members.values().any(|value| holds(context, value))
            }
            Value::Array(items) => items.iter().any(|value| holds(context, value)),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
        }
    }
    if holds(context, &value) {
        return Err(Error::invalid("a file stands in a body of data, which cannot hold it").with_help("send it with `multipart` or `raw`"));
    }
    Ok(value)
}

/// What stands between the parts of a body, and in none of them: 128 random bits.
fn boundary(context: &Context) -> Result<String, Error> {
    let mut bytes = [0; 16];
    context.parts().random.fill(&mut bytes)?;
    Ok(format!("connc-{}", hash::hex(&bytes)))
}

/// The name of a header that a plan may set. Plans come from anywhere: what frames a message is never theirs to say.
pub(crate) fn header_name(name: &str) -> Result<HeaderName, Error> {
    if connc_plan::header::is_framing(name) {
        return Err(Error::invalid(format!("the header `{name}` is set by the transport, and by nobody else")));
    }
    HeaderName::try_from(name).map_err(|_| Error::invalid(format!("`{name}` is no header name")))
}

/// A request while it is put together.
struct Parts {
    method: Method,
    url: Url,
    /// Encoded names and values.
    query: Vec<(String, String)>,
    headers: HeaderMap,
    body: Made,
    /// What answers are taken.
    accept: &'static str,
    cookies: Vec<String>,
}

impl Parts {
    fn header(&mut self, name: &str, text: &Text, names: &Names<'_>) -> Result<(), Error> {
        match optional(text, names, Escape::Header)? {
            Some(value) => self.put_header(name, &value, sensitive(text)),
            None => Ok(()),
        }
    }

    fn put_header(&mut self, name: &str, value: &str, hidden: bool) -> Result<(), Error> {
        let unfit = || Error::invalid(format!("the value of header `{name}` cannot stand in a header"));
        let name = header_name(name)?;
        let mut value = HeaderValue::from_bytes(value.as_bytes()).map_err(|_| unfit())?;
        value.set_sensitive(hidden);
        self.headers.insert(name, value);
        Ok(())
    }

    fn apply(&mut self, place: &Place, text: &Text, names: &Names<'_>) -> Result<(), Error> {
        match place {
            Place::Header(name) => {
                if let Some(value) = optional(text, names, Escape::Header)? {
                    self.put_header(name, &value, true)?;
                }
            }
            Place::Query(name) => {
                if let Some(value) = optional(text, names, Escape::Query)? {
                    self.put_query(&encode_query(name), value);
                }
            }
            Place::Cookie(name) => {
                if !connc_plan::header::is_token(name) {
                    return Err(Error::invalid(format!("`{name}` is no name of a cookie")));
                }
                if let Some(value) = optional(text, names, Escape::Header)? {
                    if value.contains([';', ',', ' ', '"', '\\']) {
                        return Err(Error::invalid(format!("the value of cookie `{name}` cannot stand in a cookie")));
                    }
                    self.cookies.push(format!("{name}={value}"));
                }
            }
        }
        Ok(())
    }

    /// Sets a query parameter in place of one of the same name, in the operation's query as in a link's.
    fn put_query(&mut self, name: &str, value: String) {
        self.query.retain(|(known, _)| known != name);
        if let Some(query) = self.url.query().map(str::to_owned) {
            let kept: Vec<&str> = query.split('&').filter(|pair| pair.split('=').next() != Some(name)).collect();
            self.url.set_query((!kept.is_empty()).then(|| kept.join("&")).as_deref());
        }
        self.query.push((name.to_owned(), value));
    }

    /// Puts a page's token or size where the plan says.
    fn target(&mut self, target: &Target, value: &Value) -> Result<(), Error> {
        let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        match target {
            Target::Query(name) => self.put_query(&encode_query(name), encode_query(&text)),
            Target::Header(name) => self.put_header(name, &text, false)?,
            Target::Body(path) => self.put_body(path, value, &text)?,
            // Templates have named them.
            Target::Template(_) | Target::Url => {}
        }
        Ok(())
    }

    fn put_body(&mut self, path: &[String], value: &Value, text: &str) -> Result<(), Error> {
        if let (Made::Form(fields), [name]) = (&mut self.body, path) {
            let name = encode_form(name);
            fields.retain(|(known, _)| *known != name);
            fields.push((name, encode_form(text)));
            return Ok(());
        }
        if matches!(self.body, Made::Nothing) {
            self.body = Made::Json(Value::Object(serde_json::Map::new()));
        }
        let unfit = || Error::invalid(format!("the body has no place for `{}`", path.join(".")));
        let Made::Json(mut place) = std::mem::replace(&mut self.body, Made::Nothing) else { return Err(unfit()) };
        let mut at = &mut place;
        for name in path {
            if at.is_null() {
                *at = Value::Object(serde_json::Map::new());
            }
            at = at.as_object_mut().ok_or_else(unfit)?.entry(name.as_str()).or_insert(Value::Null);
        }
        *at = value.clone();
        self.body = Made::Json(place);
        Ok(())
    }

    fn finish(mut self, context: &Context, redactor: &Redactor) -> Result<Built, Error> {
        if !self.query.is_empty() {
            let mut query = self.url.query().filter(|query| !query.is_empty()).map(|query| format!("{query}&")).unwrap_or_default();
            let added: Vec<String> = self.query.iter().map(|(name, value)| format!("{name}={value}")).collect();
            query.push_str(&added.join("&"));
            self.url.set_query(Some(&query));
        }
        self.url.set_fragment(None);
        if !self.cookies.is_empty() {
            let cookies = self.cookies.join("; ");
            self.put_header(COOKIE.as_str(), &cookies, true)?;
        }
        let (body, kind) = match self.body {
            Made::Nothing => (Content::default(), None),
            Made::Whole(content, kind) => {
                let wrong = || Error::invalid(format!("`{kind}` is no media type such as `text/plain`"));
                (content, Some(HeaderValue::try_from(kind.as_str()).map_err(|_| wrong())?))
            }
            Made::Json(value) => (Content::from(value.to_string()), Some(HeaderValue::from_static("application/json"))),
            Made::Form(fields) => {
                let pairs: Vec<String> = fields.iter().map(|(name, value)| format!("{name}={value}")).collect();
                (Content::from(pairs.join("&")), Some(HeaderValue::from_static("application/x-www-form-urlencoded")))
            }
        };
        if let Some(kind) = kind {
            self.headers.entry(CONTENT_TYPE).or_insert(kind);
        }
        self.headers.entry(ACCEPT).or_insert(HeaderValue::from_static(self.accept));
        self.headers.entry(USER_AGENT).or_insert(HeaderValue::from_static(AGENT));
        let most = context.parts().limits.url_bytes;
        if self.url.as_str().len() > most {
            return Err(Error::new(ErrorKind::Limit, format!("the URL is longer than {most} bytes")));
        }
        let shown = shown(self.method, &self.url, redactor);
        Ok(Built { method: self.method, url: self.url, headers: self.headers, body, purpose: Purpose::Call, shown })
    }
}

fn shown(method: Method, url: &Url, redactor: &Redactor) -> String {
    redactor.clean(&format!("{} {}{}", method.name(), url.origin().ascii_serialization(), url.path()))
}

impl Built {
    /// A GET without anything of ours but the agent's name.
    pub(crate) fn plain(url: Url, redactor: &Redactor) -> Self {
        let headers = [(ACCEPT, HeaderValue::from_static("*/*")), (USER_AGENT, HeaderValue::from_static(AGENT))];
        let shown = shown(Method::Get, &url, redactor);
        Self { method: Method::Get, url, headers: headers.into_iter().collect(), body: Content::default(), purpose: Purpose::Call, shown }
    }

    /// The same request at another URL.
    pub(crate) fn moved(self, url: Url, redactor: &Redactor) -> Self {
        Self { shown: shown(self.method, &url, redactor), url, ..self }
    }

    /// Method and URL without its query and without secrets, for errors.
    pub(crate) fn shown(&self) -> &str {
        &self.shown
    }

    /// As HTTP, addressed to where it really goes.
    pub(crate) fn http(&self, target: &Url) -> Result<http::Request<Body>, Error> {
        let unfit = || Error::invalid("the request cannot be put into HTTP");
        let method = http::Method::from_bytes(self.method.name().as_bytes()).map_err(|_| unfit())?;
        let mut request = http::Request::new(self.body.open()?);
        *request.method_mut() = method;
        *request.uri_mut() = Uri::try_from(target.as_str()).map_err(|_| unfit())?;
        *request.headers_mut() = self.headers.clone();
        request.extensions_mut().insert(About::new(self.url.clone(), self.purpose));
        Ok(request)
    }
}
