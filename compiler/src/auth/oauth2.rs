//! `oauth2`: OAuth 2.0 (RFC 6749). This version has the client credentials grant (section 4.4).

use super::{Acquire, COMMON, Parts, Scheme, basic_value, bearer_header};
use crate::diagnostic::{Code, Diagnostic};
use crate::lang::{Piece, Reference, Template, template, templates};
use crate::source::Span;
use crate::yaml::{Key, Need, Reader, Reserved, Table, Value};

pub(super) static SCHEME: Scheme = Scheme { name: "oauth2", table: &TABLE, read };

/// Grants that are part of the language, but not of this version.
const LATER: &[&str] = &["authorization_code", "password", "jwt_bearer", "device_code"];

static TABLE: Table = Table {
    name: "oauth2 method",
    doc: "OAuth 2.0 (RFC 6749): a token is asked for at the token endpoint, kept until shortly before it expires, and sent as a bearer token.",
    keys: &[
        Key {
            name: "grant",
            value: Value::Choice(&["client_credentials"]),
            need: Need::Required,
            doc: "The grant type (RFC 6749, section 1.3).",
            example: "grant: client_credentials",
        },
        Key {
            name: "token_url",
            value: Value::Template,
            need: Need::Required,
            doc: "The token endpoint.",
            example: "token_url: https://api.example.com/oauth/token",
        },
        Key {
            name: "client_id",
            value: Value::Template,
            need: Need::Required,
            doc: "The client's id.",
            example: "client_id: \"{{ app.client_id }}\"",
        },
        Key {
            name: "client_secret",
            value: Value::Template,
            need: Need::Required,
            doc: "The client's secret.",
            example: "client_secret: \"{{ app.secret.client_secret }}\"",
        },
        Key {
            name: "client_auth",
            value: Value::Choice(&["basic", "body"]),
            need: Need::Optional,
            doc: "Where id and secret go (RFC 6749, section 2.3.1): in an `Authorization` header unless said otherwise, or in the body.",
            example: "client_auth: body",
        },
        Key {
            name: "scopes",
            value: Value::List(&Value::Text),
            need: Need::Optional,
            doc: "The scopes that are asked for.",
            example: "scopes: [read, write]",
        },
        Key {
            name: "token_params",
            value: Value::Map(&Value::Template),
            need: Need::Optional,
            doc: "More fields of the token request.",
            example: "token_params: { audience: https://api.example.com }",
        },
    ],
    also: Some(&COMMON),
    reserved: &[
        Reserved { name: "pkce", doc: "the authorization code grant" },
        Reserved { name: "authorize_url", doc: "the authorization code grant" },
    ],
    rest: None,
    frame: "app: { client_id: {}, secrets: { client_secret: {} } }\nauth:\n  main:\n    scheme: oauth2\n    §",
};

fn read(reader: &mut Reader<'_, '_>) -> Option<Parts> {
    let grant = reader.text("grant");
    if let Some(grant) = &grant {
        if LATER.contains(&grant.value.as_str()) {
            let message = format!("the grant `{}` is not supported by this version", grant.value);
            let diagnostic = Diagnostic::new(Code::ReservedKey, grant.span, message);
            reader.context().diagnostics.push(diagnostic.help("leave the method out for now, or use `client_credentials`"));
            return None;
        }
        reader.choice("grant");
    }
    let (url, client_id, client_secret) = (template(reader, "token_url"), template(reader, "client_id"), template(reader, "client_secret"));
    let in_body = reader.choice("client_auth").is_some_and(|word| word.value == "body");
    let scopes = reader.texts("scopes");
    let extra = templates(reader, "token_params");
    let (span, url, client_id, client_secret) = (grant?.span, url?, client_id?, client_secret?);

    let mut form = vec![("grant_type".to_owned(), Template::literal("client_credentials", span))];
    let mut headers = Vec::new();
    if in_body {
        form.push(("client_id".to_owned(), client_id));
        form.push(("client_secret".to_owned(), client_secret));
    } else {
        headers.push(("Authorization".to_owned(), basic_value(client_id, client_secret)));
    }
    if !scopes.is_empty() {
        let joined = scopes.iter().map(|scope| scope.value.as_str()).collect::<Vec<_>>().join(" ");
        form.push(("scope".to_owned(), Template::literal(&joined, span)));
    }
    form.extend(extra.into_iter().map(|(name, value)| (name.value, value)));
    // RFC 6749, section 5.1, names the members of the answer.
    let keep = vec![("access_token", "access_token")];
    let acquire = Acquire { url, headers, form, keep, expires_in: "expires_in", span };
    let apply = vec![bearer_header(token("access_token", span))];
    Some(Parts { acquire: Some(acquire), apply, scopes })
}

fn token(name: &str, span: Span) -> Template {
    let path = vec!["token".to_owned(), name.to_owned()];
    Template { pieces: vec![Piece::Reference(Reference { path, filters: Vec::new(), span })], span }
}
