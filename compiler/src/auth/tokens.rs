//! What every scheme that gets a token may say: how long it lives, how errors read, and how it is sent.

use connc_plan as plan;

use super::{Acquire, Apply, COMMON, Formula, Step, place};
use crate::lang::{expression, template};
use crate::source::Span;
use crate::yaml::{Key, Need, Reader, Table, Value};

const FRAME: &str = "app: { client_id: {}, secrets: { client_secret: {} } }\nauth:\n  main:\n    scheme: oauth2\n    grant: client_credentials\n    token_url: https://api.example.com/oauth/token\n    client_id: \"{{ app.client_id }}\"\n    client_secret: \"{{ app.secret.client_secret }}\"\n    §";

/// Keys of every scheme that gets a token.
pub(super) static TOKENS: Table = Table {
    name: "token keys",
    doc: "Keys of every scheme that gets a token: how long it lives, how the endpoint's errors read, and how the token is sent.",
    keys: &[
        Key {
            name: "expires_in",
            value: Value::Jsonata,
            need: Need::Optional,
            doc: "Where the answer says for how many seconds the token lives; `expires_in` unless said otherwise.",
            example: "expires_in: data.ttl",
        },
        Key {
            name: "expires_at",
            value: Value::Jsonata,
            need: Need::Optional,
            doc: "Where the answer says when the token ends: an RFC 3339 timestamp, or seconds since 1970.",
            example: "expires_at: expires_at",
        },
        Key {
            name: "lifetime",
            value: Value::Integer,
            need: Need::Optional,
            doc: "Seconds that a token lives where the answer does not say.",
            example: "lifetime: 3600",
        },
        Key {
            name: "expired",
            value: Value::Jsonata,
            need: Need::Optional,
            doc: "True over an answer that says in the provider's own way that the token or session has ended; a 401 always says so. \
                  It sees the body, `$status`, `$headers`, and `$error` with `kind`, `code` and `message`.",
            example: "expired: $status = 302",
        },
        Key {
            name: "token_errors",
            value: Value::Object(&TOKEN_ERRORS),
            need: Need::Optional,
            doc: "How the endpoint's errors read, where not as RFC 6749, section 5.2, says.",
            example: "token_errors: { code: errorCode, message: errorSummary }",
        },
        Key {
            name: "apply",
            value: Value::List(&Value::Object(&APPLY)),
            need: Need::Optional,
            doc: "How what was kept is put on requests; as a bearer token unless said otherwise.",
            example: "apply: [{ header: X-Access-Token, value: \"{{ token.access_token }}\" }]",
        },
    ],
    also: Some(&COMMON),
    reserved: &[],
    rest: None,
    frame: FRAME,
};

/// `token_errors`.
pub(super) static TOKEN_ERRORS: Table = Table {
    name: "token errors",
    doc: "How the errors of a token endpoint read. An answer with a code is an error whatever its status.",
    keys: &[
        Key {
            name: "code",
            value: Value::Jsonata,
            need: Need::Optional,
            doc: "Where the code stands: `error` unless said otherwise.",
            example: "code: errorCode",
        },
        Key {
            name: "message",
            value: Value::Jsonata,
            need: Need::Optional,
            doc: "Where the message stands: `error_description` in `oauth2`, `message` elsewhere, unless said otherwise.",
            example: "message: errorSummary",
        },
        Key {
            name: "needs_reauth",
            value: Value::List(&Value::Text),
            need: Need::Optional,
            doc: "The codes that mean that the account has to be connected again: in `oauth2` `invalid_grant` unless said otherwise.",
            example: "needs_reauth: [invalid_grant, token_revoked]",
        },
    ],
    also: None,
    reserved: &[],
    rest: None,
    frame: "app: { client_id: {}, secrets: { client_secret: {} } }\nauth:\n  main:\n    scheme: oauth2\n    grant: client_credentials\n    token_url: https://api.example.com/oauth/token\n    client_id: \"{{ app.client_id }}\"\n    client_secret: \"{{ app.secret.client_secret }}\"\n    token_errors:\n      §",
};

/// A row of `apply`.
pub(super) static APPLY: Table = Table {
    name: "apply",
    doc: "Something that is put on requests: exactly one of `header`, `cookie` and `query` names where.",
    keys: &[
        Key {
            name: "header",
            value: Value::Text,
            need: Need::Optional,
            doc: "The header that carries it.",
            example: "header: X-Access-Token\nvalue: \"{{ token.access_token }}\"",
        },
        Key {
            name: "cookie",
            value: Value::Text,
            need: Need::Optional,
            doc: "The cookie that carries it.",
            example: "cookie: session\nvalue: \"{{ token.access_token }}\"",
        },
        Key {
            name: "query",
            value: Value::Text,
            need: Need::Optional,
            doc: "The query parameter that carries it. Logs and proxies see URLs; only for providers that take it nowhere else.",
            example: "query: access_token\nvalue: \"{{ token.access_token }}\"",
        },
        Key {
            name: "value",
            value: Value::Template,
            need: Need::Optional,
            doc: "What goes there. It cannot be left out.",
            example: "value: \"{{ token.access_token }}\"\nheader: X-Access-Token",
        },
        Key {
            name: "on",
            value: Value::List(&Value::Choice(METHODS)),
            need: Need::Optional,
            doc: "The methods that carry it; all unless said otherwise.",
            example: "on: [POST, PUT, PATCH, DELETE]\nheader: X-Access-Token\nvalue: \"{{ token.access_token }}\"",
        },
    ],
    also: None,
    reserved: &[],
    rest: None,
    frame: "app: { client_id: {}, secrets: { client_secret: {} } }\nauth:\n  main:\n    scheme: oauth2\n    grant: client_credentials\n    token_url: https://api.example.com/oauth/token\n    client_id: \"{{ app.client_id }}\"\n    client_secret: \"{{ app.secret.client_secret }}\"\n    apply:\n      - §",
};

const METHODS: &[&str] = &["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"];

/// How a token lives and how errors read, for any request that gets one.
pub(super) struct Terms {
    expires_in: Option<Formula>,
    expires_at: Option<Formula>,
    lifetime: Option<u64>,
    error_code: Formula,
    error_message: Formula,
    needs_reauth: Vec<String>,
    /// Whether the author says which codes.
    names_codes: bool,
    span: Span,
}

impl Terms {
    /// Reads them. What the keys leave open is as RFC 6749 says.
    pub(super) fn read(reader: &mut Reader<'_, '_>, span: Span) -> Self {
        let lifetime = reader.integer("lifetime").map(|lifetime| lifetime.value);
        let (expires_in, expires_at) = (expression(reader, "expires_in"), expression(reader, "expires_at"));
        let stands_elsewhere = expires_at.is_some() && lifetime.is_none();
        let expires_in =
            expires_in.map(Formula::Written).or_else(|| (!stands_elsewhere).then(|| Formula::Made("expires_in".to_owned(), span)));
        let expires_at = expires_at.map(Formula::Written);
        let mut terms = Self {
            expires_in,
            expires_at,
            lifetime,
            error_code: Formula::Made("error".to_owned(), span),
            error_message: Formula::Made("error_description".to_owned(), span),
            needs_reauth: vec!["invalid_grant".to_owned()],
            names_codes: false,
            span,
        };
        if let Some(node) = reader.take("token_errors")
            && let Some(mut inner) = Reader::open(node, &TOKEN_ERRORS, reader.context())
        {
            if let Some(code) = expression(&mut inner, "code") {
                terms.error_code = Formula::Written(code);
            }
            if let Some(message) = expression(&mut inner, "message") {
                terms.error_message = Formula::Written(message);
            }
            if inner.key_span("needs_reauth").is_some() {
                terms.names_codes = true;
                terms.needs_reauth = inner.texts("needs_reauth").into_iter().map(|code| code.value).collect();
            }
        }
        terms
    }

    /// The same for requests of the provider's own kind: an error's text is at `message`, and no code of its asks for a new connection
    /// unless the author says which.
    pub(super) fn own(reader: &mut Reader<'_, '_>, span: Span) -> Self {
        let mut terms = Self::read(reader, span);
        if let Formula::Made(..) = terms.error_message {
            terms.error_message = Formula::Made("message".to_owned(), span);
        }
        if !terms.names_codes {
            terms.needs_reauth.clear();
        }
        terms
    }

    /// The same terms for these requests.
    pub(super) fn acquire(&self, steps: Vec<Step>) -> Acquire {
        let Self { expires_in, expires_at, lifetime, error_code, error_message, needs_reauth, names_codes: _, span } = self;
        Acquire {
            steps,
            expires_in: expires_in.clone(),
            expires_at: expires_at.clone(),
            lifetime: *lifetime,
            error_code: error_code.clone(),
            error_message: error_message.clone(),
            needs_reauth: needs_reauth.clone(),
            span: *span,
        }
    }
}

/// Reads `apply`; none where it is not written.
pub(super) fn apply(reader: &mut Reader<'_, '_>) -> Option<Vec<Apply>> {
    let node = reader.take("apply")?;
    let mut found = Vec::new();
    for item in reader.context().list(node, "apply") {
        let Some(mut inner) = Reader::open(item, &APPLY, reader.context()) else { continue };
        let key = inner.needs_one_of(&["header", "cookie", "query"]);
        let _there = inner.needs_one_of(&["value"]);
        let value = template(&mut inner, "value");
        let words = inner.texts("on");
        let on: Vec<plan::Method> =
            words.iter().filter_map(|word| inner.context().choice(word, "on", METHODS)).filter_map(|word| named(word.value)).collect();
        let Some(key) = key else { continue };
        let Some((name, value)) = inner.text(key).zip(value) else { continue };
        let place = place(key, name, inner.context());
        found.push(Apply { place, value, on });
    }
    Some(found)
}

fn named(word: &str) -> Option<plan::Method> {
    plan::Method::ALL.iter().find(|(_, method)| method.name() == word).map(|(_, method)| *method)
}
