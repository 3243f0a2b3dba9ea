//! What the grants mean: the requests that get, renew and take back a token.

use connc_plan as plan;

use super::client::{Client, Proven};
use super::{Grant, REFRESH, need};
use crate::auth::acquire::endings;
use crate::auth::tokens::{Terms, apply};
use crate::auth::{Acquire, Authorize, Body, Fields, Formula, Keep, KeepFrom, Parts, Request, Step, Tree, bearer_header, jwt, keep, named};
use crate::diagnostic::{Code, Diagnostic};
use crate::lang::{Piece, Template, expression, template, templates};
use crate::source::{Span, Spanned};
use crate::yaml::{Kind, Reader};

pub(super) fn read(reader: &mut Reader<'_, '_>) -> Option<Parts> {
    let grant = grant(reader)?;
    let span = reader.key_span("grant").unwrap_or(reader.span);
    for key in Grant::ALL.iter().filter(|other| **other != grant).flat_map(|other| other.needs().iter().chain(other.takes())) {
        if let Some(place) = reader.key_span(key) {
            let owner =
                Grant::ALL.iter().find(|other| other.needs().contains(key) || other.takes().contains(key)).map_or("", |owner| owner.name());
            let message = format!("`{key}` is for `grant: {owner}`");
            reader
                .context()
                .diagnostics
                .push(Diagnostic::new(Code::ConflictingKeys, place, message).help("leave it out, or change the grant"));
        }
    }
    for key in grant.needs() {
        need(reader, key, grant);
    }
    let scopes = Scopes::read(reader);
    let url = template(reader, "token_url");
    let client = Client::read(reader, grant);
    let (params, _) = scopes.put(templates(reader, "token_params"));
    let terms = Terms::read(reader, span);
    let keep = kept(reader, grant, span);
    let authorize = consent(reader, grant, &scopes);
    let user = template(reader, "username").zip(template(reader, "password"));
    let brought = template(reader, "refresh_token");
    let renewal = Renewal::read(reader, grant, &scopes);
    let (expired, revoke_url, applied) = (expression(reader, "expired"), template(reader, "revoke_url"), apply(reader));
    reader.one_of(&["revoke", "revoke_url"]);
    let revoke = endings(reader, "revoke", false);
    let signed = jwt::jwt(reader, url.as_ref());
    let (url, client) = (url?, client?);

    let mut fields = Fields::new();
    let mut assertion = None;
    let literal = |text: &str| Template::literal(text, span);
    let mut named_scope = scopes.joined();
    match grant {
        Grant::AuthorizationCode => named_scope = None,
        Grant::ClientCredentials => fields.push(field("grant_type", literal("client_credentials"))),
        Grant::Password => {
            let (username, password) = user?;
            fields.extend([field("grant_type", literal("password")), field("username", username), field("password", password)]);
        }
        Grant::JwtBearer => {
            let mut jwt = signed?;
            if client.is_signed() {
                let message = "one request cannot carry two signed assertions";
                let diagnostic = Diagnostic::new(Code::ConflictingKeys, jwt.span, message);
                reader
                    .context()
                    .diagnostics
                    .push(diagnostic.help("leave `client_auth: private_key_jwt` out: the assertion of `jwt` proves who asks"));
            }
            let (claims, carried) = scopes.put_all(jwt.claims);
            jwt.claims = claims;
            let listed = jwt.more.iter_mut().fold(false, |carried, (_, tree)| scopes.put_into(tree) | carried);
            let written = jwt.claims.iter().map(|(name, _)| name).chain(jwt.more.iter().map(|(name, _)| name)).any(|name| name == "scope");
            if carried || listed || written {
                named_scope = None;
            }
            fields.push(field("grant_type", literal("urn:ietf:params:oauth:grant-type:jwt-bearer")));
            fields.push(field("assertion", named(&["jwt"], span)));
            assertion = Some(jwt);
        }
        Grant::RefreshToken => {
            named_scope = None;
            fields.extend([field("grant_type", literal("refresh_token")), field("refresh_token", brought?)]);
        }
    }
    // Who writes the parameter out says there which scopes it carries.
    let written = params.iter().any(|(name, _)| name == "scope");
    let scope = named_scope.filter(|_| !written).map(|scope| field("scope", literal(&scope)));
    let more = scope.into_iter().chain(params.iter().cloned()).collect();
    let mut step = token_request(&url, fields, &more, client.prove(&url), keep.clone(), span);
    step.jwt = assertion.or(step.jwt);
    let acquire = terms.acquire(vec![step]);
    let refresh = renewal.map(|renewal| renewal.requests(&url, &params, &client, &keep, &terms, span));
    let release = revoke_url.map_or(revoke, |url| revocations(&url, &client, refresh.is_some(), span));
    let apply = applied.unwrap_or_else(|| vec![bearer_header(named(&["token", "access_token"], span))]);
    let (authorize, acquire) = if grant == Grant::AuthorizationCode {
        let (url, query, pkce, scope) = authorize?;
        let client_id = client.id()?.clone();
        (Some(Authorize { url, client_id, scope, params: query, pkce, exchange: acquire }), None)
    } else {
        (None, Some(acquire))
    };
    Some(Parts { authorize, acquire, refresh, expired, release, apply, scopes: scopes.list, ..Parts::default() })
}

fn field(name: &str, value: Template) -> (String, Template) {
    (name.to_owned(), value)
}

fn grant(reader: &mut Reader<'_, '_>) -> Option<Grant> {
    let given = reader.text("grant")?;
    if given.value == "device_code" {
        let diagnostic = Diagnostic::new(Code::ReservedKey, given.span, "the grant `device_code` is not supported by this version");
        reader.context().diagnostics.push(diagnostic.help("leave the method out for now, or use `authorization_code`"));
        return None;
    }
    let word = reader.choice("grant")?;
    Grant::ALL.into_iter().find(|grant| grant.name() == word.value)
}

/// The scopes, and how they are written as one text.
struct Scopes {
    list: Vec<Spanned<String>>,
    separator: String,
}

impl Scopes {
    fn read(reader: &mut Reader<'_, '_>) -> Self {
        let separator = reader.text("scope_separator").map_or_else(|| " ".to_owned(), |text| text.value);
        Self { list: reader.texts("scopes"), separator }
    }

    fn joined(&self) -> Option<String> {
        let words: Vec<&str> = self.list.iter().map(|scope| scope.value.as_str()).collect();
        (!words.is_empty()).then(|| words.join(&self.separator))
    }

    /// Puts the scopes where templates read `{{ scopes }}`, and says whether one does.
    fn put(&self, templates: Vec<(Spanned<String>, Template)>) -> (Fields, bool) {
        self.put_all(templates.into_iter().map(|(name, value)| (name.value, value)).collect())
    }

    /// Puts them into the texts of a tree, and says whether one carries them.
    fn put_into(&self, tree: &mut Tree) -> bool {
        let mut carried = false;
        tree.each_text(&mut |text| carried |= self.put_one(text));
        carried
    }

    fn put_one(&self, template: &mut Template) -> bool {
        let Some(joined) = self.joined() else { return false };
        let mut carried = false;
        for piece in &mut template.pieces {
            if matches!(piece, Piece::Reference(reference) if reference.path == ["scopes"] && reference.filters.is_empty()) {
                *piece = Piece::Literal(joined.clone());
                carried = true;
            }
        }
        carried
    }

    fn put_all(&self, mut templates: Fields) -> (Fields, bool) {
        let carried = templates.iter_mut().fold(false, |carried, (_, template)| self.put_one(template) | carried);
        (templates, carried)
    }
}

/// Parameters of the authorization URL that the flow sets.
const OWN: &[&str] = &["response_type", "client_id", "redirect_uri", "state", "code_challenge", "code_challenge_method"];

/// The authorization URL, its own parameters, whether there is a proof key, and the scopes where none of the parameters carries them.
fn consent(reader: &mut Reader<'_, '_>, grant: Grant, scopes: &Scopes) -> Option<(Template, Fields, bool, Option<String>)> {
    let url = template(reader, "authorize_url");
    let params = templates(reader, "authorize_params");
    for (name, _) in params.iter().filter(|(name, _)| OWN.contains(&name.value.as_str())) {
        let message = format!("the parameter `{}` is set by the flow itself", name.value);
        reader.context().diagnostics.push(Diagnostic::new(Code::ConflictingKeys, name.span, message).help("leave it out"));
    }
    let pkce = reader.choice("pkce").is_none_or(|word| word.value == "S256");
    if grant != Grant::AuthorizationCode {
        return None;
    }
    let named = params.iter().any(|(name, _)| name.value == "scope");
    let (params, carried) = scopes.put(params);
    Some((url?, params, pkce, scopes.joined().filter(|_| !named && !carried)))
}

/// What is kept: the access token, the refresh token where one may come, and what the author names.
fn kept(reader: &mut Reader<'_, '_>, grant: Grant, span: Span) -> Vec<Keep> {
    let at = expression(reader, "access_token");
    let mut written = keep::keeps(reader);
    written.retain(|keep| {
        let taken = keep.name.value == "access_token" && keep.shown.is_none();
        if taken {
            let diagnostic = Diagnostic::new(Code::ConflictingKeys, keep.name.span, "the access token has a key of its own");
            reader.context().diagnostics.push(diagnostic.help("write `access_token: …` beside `keep`"));
        }
        !taken
    });
    let mut keep = vec![Keep::secret("access_token", "access_token", true, span)];
    if let (Some(at), Some(first)) = (at, keep.first_mut()) {
        first.from = KeepFrom::Body(Formula::Written(at));
    }
    let comes = match grant {
        Grant::AuthorizationCode | Grant::Password | Grant::RefreshToken => true,
        Grant::ClientCredentials | Grant::JwtBearer => reader.key_span("refresh").is_some(),
    };
    if comes && !written.iter().any(|keep| keep.name.value == "refresh_token") {
        keep.push(Keep::secret("refresh_token", "refresh_token", false, span));
    }
    keep.extend(written);
    keep
}

/// How a token is renewed.
struct Renewal {
    url: Option<Template>,
    params: Option<Fields>,
}

impl Renewal {
    fn read(reader: &mut Reader<'_, '_>, grant: Grant, scopes: &Scopes) -> Option<Self> {
        let by_default = match grant {
            Grant::AuthorizationCode | Grant::Password | Grant::RefreshToken => true,
            Grant::ClientCredentials | Grant::JwtBearer => false,
        };
        let Some(node) = reader.take("refresh") else { return by_default.then_some(Self { url: None, params: None }) };
        if matches!(node.kind, Kind::Scalar(_)) && !node.is_null() {
            let given = reader.text("refresh")?;
            reader.context().choice(&given, "refresh", &["none"]);
            return None;
        }
        let mut inner = Reader::open(node, &REFRESH, reader.context())?;
        let url = template(&mut inner, "token_url");
        let params = inner.key_span("params").is_some().then(|| scopes.put(templates(&mut inner, "params")).0);
        Some(Self { url, params })
    }

    /// RFC 6749, section 6.
    fn requests(self, url: &Template, params: &Fields, client: &Client, keep: &[Keep], terms: &Terms, span: Span) -> Acquire {
        let Self { url: own, params: written } = self;
        let url = own.as_ref().unwrap_or(url);
        let fields = vec![
            field("grant_type", Template::literal("refresh_token", span)),
            field("refresh_token", named(&["token", "refresh_token"], span)),
        ];
        // What a renewal's answer does not repeat stays as it was.
        let keep = keep.iter().map(|keep| Keep { required: keep.required && keep.name.value == "access_token", ..keep.clone() });
        let params = written.as_ref().unwrap_or(params);
        terms.acquire(vec![token_request(url, fields, params, client.prove(url), keep.collect(), span)])
    }
}

fn token_request(url: &Template, fields: Fields, params: &Fields, proven: Proven, keep: Vec<Keep>, span: Span) -> Step {
    let Proven { headers, form, jwt } = proven;
    // A second use of a code or of a refresh token that rotates has the provider end everything that came of the first.
    let spends = fields.is_empty() || fields.iter().any(|(name, _)| name == "refresh_token");
    let fields = fields.into_iter().chain(form).chain(params.iter().cloned()).collect();
    let url = url.clone();
    let request = Request {
        method: plan::Method::Post,
        url,
        query: Vec::new(),
        headers,
        body: Body::Form(fields),
        repeatable: !spends,
        applied: false,
        span,
    };
    Step { request, jwt, keep }
}

/// RFC 7009, section 2.1: the refresh token first, whose end ends the others at most providers.
fn revocations(url: &Template, client: &Client, refreshes: bool, span: Span) -> Vec<Step> {
    let kinds: &[&str] = if refreshes { &["refresh_token", "access_token"] } else { &["access_token"] };
    let request = |kind: &&str| {
        let fields = vec![field("token", named(&["token", kind], span)), field("token_type_hint", Template::literal(kind, span))];
        token_request(url, fields, &Fields::new(), client.prove(url), Vec::new(), span)
    };
    kinds.iter().map(request).collect()
}
