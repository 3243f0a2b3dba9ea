//! How a client proves who it is at the token endpoint (RFC 6749, section 2.3; RFC 7523, section 2.2).

use super::Grant;
use crate::auth::jwt::{ALGORITHMS, seconds, signature};
use crate::auth::{Fields, Jwt, basic_value, named};
use crate::diagnostic::{Code, Diagnostic};
use crate::lang::{Filter, Piece, Reference, Template, template};
use crate::source::Span;
use crate::yaml::{Key, Need, Reader, Table, Value};

/// `client_assertion`.
pub(in crate::auth) static CLIENT_ASSERTION: Table = Table {
    name: "client assertion",
    doc: "The assertion of `client_auth: private_key_jwt` (RFC 7523, section 2.2): a JSON Web Token from and about the client, with a fresh `jti`.",
    keys: &[
        Key {
            name: "alg",
            value: ALGORITHMS,
            need: Need::Required,
            doc: "The signature's algorithm (RFC 7518, section 3.1).",
            example: "alg: RS256",
        },
        Key {
            name: "key",
            value: Value::Template,
            need: Need::Required,
            doc: "The private key.",
            example: "key: \"{{ app.secret.private_key }}\"",
        },
        Key {
            name: "header",
            value: Value::Map(&Value::Template),
            need: Need::Optional,
            doc: "More members of its header, such as `kid`.",
            example: "header: { kid: key-1 }",
        },
        Key {
            name: "audience",
            value: Value::Template,
            need: Need::Optional,
            doc: "Whom it is meant for: the token URL unless said otherwise.",
            example: "audience: https://login.example.com",
        },
        Key {
            name: "ttl",
            value: Value::Integer,
            need: Need::Optional,
            doc: "Seconds that it is good for: 300 unless said otherwise.",
            example: "ttl: 60",
        },
    ],
    also: None,
    reserved: &[],
    rest: None,
    frame: "app: { client_id: {}, secrets: { private_key: { type: pem } } }\nauth:\n  main:\n    scheme: oauth2\n    grant: client_credentials\n    token_url: https://api.example.com/oauth/token\n    client_id: \"{{ app.client_id }}\"\n    client_auth: private_key_jwt\n    client_assertion:\n      §",
};

/// A client, and how it proves who it is.
pub(super) struct Client {
    id: Option<Template>,
    proof: Proof,
}

enum Proof {
    /// None: a public client.
    Nothing,
    /// A secret in an `Authorization` header.
    Basic(Template),
    /// A secret in the body.
    Body(Template),
    /// A signed assertion; its audience, where it is not the token URL.
    Assertion(Box<Jwt>, Option<Template>),
}

/// What a client puts on a request to a token endpoint.
#[derive(Default)]
pub(super) struct Proven {
    pub(super) headers: Fields,
    pub(super) form: Fields,
    pub(super) jwt: Option<Jwt>,
}

impl Client {
    /// Reads `client_id`, `client_secret`, `client_auth` and `client_assertion`.
    pub(super) fn read(reader: &mut Reader<'_, '_>, grant: Grant) -> Option<Self> {
        let (id, secret) = (template(reader, "client_id"), template(reader, "client_secret"));
        let word = reader.choice("client_auth");
        if reader.key_span("client_auth").is_some() && word.is_none() {
            return None;
        }
        let has_secret = reader.key_span("client_secret").is_some();
        let way = word.as_ref().map_or(if has_secret { "basic" } else { "none" }, |word| word.value);
        let needs_id = match grant {
            Grant::AuthorizationCode | Grant::ClientCredentials | Grant::RefreshToken => true,
            Grant::Password | Grant::JwtBearer => has_secret || way != "none",
        };
        let place = word.as_ref().map(|word| word.span).or_else(|| reader.key_span("grant")).unwrap_or(reader.span);
        if needs_id {
            super::need(reader, "client_id", grant);
        }
        let takes = |key: &str| match key {
            "client_secret" => matches!(way, "basic" | "body"),
            _ => way == "private_key_jwt",
        };
        for key in ["client_secret", "client_assertion"] {
            match (reader.key_span(key), takes(key)) {
                (Some(span), false) => {
                    let message = format!("`{key}` is not sent with `client_auth: {way}`");
                    let help = if key == "client_secret" {
                        "leave it out, or say `client_auth: basic`"
                    } else {
                        "say `client_auth: private_key_jwt`"
                    };
                    reader.context().diagnostics.push(Diagnostic::new(Code::ConflictingKeys, span, message).help(help));
                }
                (None, true) if !reader.is_key_damaged(key) => {
                    let message = format!("`client_auth: {way}` needs `{key}`");
                    let help = if key == "client_secret" {
                        "add `client_secret: \"{{ app.secret.client_secret }}\"`"
                    } else {
                        "add `client_assertion: { alg: RS256, key: \"{{ app.secret.private_key }}\" }`"
                    };
                    reader.context().diagnostics.push(Diagnostic::new(Code::MissingKey, place, message).help(help));
                }
                (Some(_), true) | (None, _) => {}
            }
        }
        if grant == Grant::ClientCredentials && way == "none" && !reader.is_key_damaged("client_secret") {
            let message = "a client without a secret gets no token by `client_credentials`";
            let help = "add `client_secret`, or `client_auth: private_key_jwt` with its `client_assertion`";
            reader.context().diagnostics.push(Diagnostic::new(Code::MissingKey, place, message).help(help));
        }
        let proof = match way {
            "basic" => Proof::Basic(secret?),
            "body" => Proof::Body(secret?),
            "private_key_jwt" => {
                let (jwt, audience) = assertion(reader, id.as_ref())?;
                Proof::Assertion(Box::new(jwt), audience)
            }
            _ => Proof::Nothing,
        };
        Some(Self { id, proof })
    }

    /// The client's id.
    pub(super) fn id(&self) -> Option<&Template> {
        self.id.as_ref()
    }

    /// Whether its proof is a signed assertion.
    pub(super) fn is_signed(&self) -> bool {
        matches!(self.proof, Proof::Assertion(..))
    }

    /// What it puts on a request to this URL.
    pub(super) fn prove(&self, url: &Template) -> Proven {
        let mut proven = Proven::default();
        let id = self.id.iter().map(|id| ("client_id".to_owned(), id.clone()));
        match &self.proof {
            Proof::Nothing => proven.form.extend(id),
            Proof::Basic(secret) => {
                if let Some(id) = &self.id {
                    proven.headers.push(("Authorization".to_owned(), basic_value(form_encoded(id), form_encoded(secret))));
                }
            }
            Proof::Body(secret) => {
                proven.form.extend(id);
                proven.form.push(("client_secret".to_owned(), secret.clone()));
            }
            Proof::Assertion(jwt, audience) => {
                let span = jwt.span;
                proven.form.extend(id);
                let kind = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
                proven.form.push(("client_assertion_type".to_owned(), Template::literal(kind, span)));
                proven.form.push(("client_assertion".to_owned(), named(&["jwt"], span)));
                let mut jwt = Jwt::clone(jwt);
                jwt.claims.push(("aud".to_owned(), audience.clone().unwrap_or_else(|| url.clone())));
                proven.jwt = Some(jwt);
            }
        }
        proven
    }
}

fn assertion(reader: &mut Reader<'_, '_>, id: Option<&Template>) -> Option<(Jwt, Option<Template>)> {
    let node = reader.take("client_assertion")?;
    let mut inner = Reader::open(node, &CLIENT_ASSERTION, reader.context())?;
    let (audience, ttl) = (template(&mut inner, "audience"), seconds(&mut inner, "ttl", 300));
    let (alg, key, header) = signature(&mut inner)?;
    // RFC 7523, section 3: issuer and subject are the client itself.
    let claims = ["iss", "sub"].iter().filter_map(|name| Some(((*name).to_owned(), id?.clone()))).collect();
    Some((Jwt { alg, key, header, claims, more: Vec::new(), ttl, backdated: 0, jti: true, span: inner.span }, audience))
}

/// Encoded as a form field, as RFC 6749, section 2.3.1, wants it before the Base64 of HTTP Basic.
fn form_encoded(template: &Template) -> Template {
    let filter = |span: Span| Filter { name: "form_encoded".to_owned(), arguments: Vec::new(), span };
    let piece = |piece: &Piece| match piece {
        Piece::Literal(text) => Piece::Literal(connc_expr::filters::form_encoded(text)),
        Piece::Reference(Reference { path, filters, span }) => {
            let filters = filters.iter().cloned().chain([filter(*span)]).collect();
            Piece::Reference(Reference { path: path.clone(), filters, span: *span })
        }
        Piece::Base64(inner) => Piece::Base64(inner.clone()),
    };
    Template { pieces: template.pieces.iter().map(piece).collect(), span: template.span }
}
