//! `jwt`: a JSON Web Token that is signed here (RFC 7519), as an assertion or as an app's own proof.

use connc_plan as plan;

use super::{Fields, Jwt, Tree};
use crate::diagnostic::{Code, Diagnostic};
use crate::lang::{Template, template, template_at, templates};
use crate::source::Spanned;
use crate::yaml::{Context, Key, Kind, Literal, Need, Node, Reader, Table, Value};

const FRAME: &str = "auth:\n  main:\n    scheme: oauth2\n    grant: jwt_bearer\n    parameters: { issuer: { type: string }, subject: { type: string, required: false } }\n    secrets: { private_key: { type: pem } }\n    token_url: https://api.example.com/oauth/token\n    jwt:\n      §";

/// The algorithms of RFC 7518, section 3.1, that are signed here.
pub(super) const ALGORITHMS: Value = Value::Choice(&["RS256", "ES256", "HS256"]);

/// The longest that a token may be good for, in seconds: a day. Providers take minutes.
const LONGEST: u64 = 86_400;

/// `jwt`.
pub(super) static JWT: Table = Table {
    name: "jwt",
    doc: "A JSON Web Token (RFC 7519) that is signed for each use. Its `iat` and `exp` come from the clock and `ttl`.",
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
            doc: "The key: a PEM private key for `RS256` and `ES256`, any secret for `HS256`.",
            example: "key: \"{{ secret.private_key }}\"",
        },
        Key {
            name: "header",
            value: Value::Map(&Value::Template),
            need: Need::Optional,
            doc: "More members of its header, such as `kid`.",
            example: "header: { kid: key-1 }",
        },
        Key { name: "iss", value: Value::Template, need: Need::Required, doc: "Who issues it.", example: "iss: \"{{ auth.issuer }}\"" },
        Key {
            name: "sub",
            value: Value::Template,
            need: Need::Optional,
            doc: "Whom it is about. Like any claim that is one whole `{{ x }}`, it is left out when `x` is absent.",
            example: "sub: \"{{ auth.subject }}\"",
        },
        Key {
            name: "aud",
            value: Value::Template,
            need: Need::Optional,
            doc: "Whom it is meant for; in the grant `jwt_bearer` the token URL unless said otherwise.",
            example: "aud: https://login.example.com",
        },
        Key {
            name: "claims",
            value: Value::Map(&Value::Either(&Value::Template, &Value::Literal)),
            need: Need::Optional,
            doc: "More claims: texts, numbers, booleans, and lists and objects of these.",
            example: "claims: { tenant: \"{{ auth.issuer }}\", level: 2, roles: [reader, writer] }",
        },
        Key {
            name: "ttl",
            value: Value::Integer,
            need: Need::Optional,
            doc: "Seconds that it is good for: 300 unless said otherwise.",
            example: "ttl: 540",
        },
        Key {
            name: "backdated",
            value: Value::Integer,
            need: Need::Optional,
            doc: "Seconds that its `iat` lies in the past, for providers whose clocks run late.",
            example: "backdated: 30",
        },
        Key {
            name: "jti",
            value: Value::Boolean,
            need: Need::Optional,
            doc: "Whether it carries a fresh `jti`, so that the provider can refuse a second use.",
            example: "jti: true",
        },
    ],
    also: None,
    reserved: &[],
    rest: None,
    frame: FRAME,
};

/// Reads `jwt`. `aud` is whom it is meant for, where it does not say so itself.
pub(super) fn jwt(reader: &mut Reader<'_, '_>, aud: Option<&Template>) -> Option<Jwt> {
    let node = reader.take("jwt")?;
    let mut inner = Reader::open(node, &JWT, reader.context())?;
    let mut claims = Vec::new();
    for name in ["iss", "sub", "aud"] {
        let written = template(&mut inner, name);
        let given = written.or_else(|| aud.filter(|_| name == "aud" && inner.key_span("aud").is_none()).cloned());
        claims.extend(given.map(|value| (name.to_owned(), value)));
    }
    let (texts, more) = own_claims(&mut inner);
    let names: Vec<_> = texts.iter().map(|(name, _)| name).chain(more.iter().map(|(name, _)| name)).cloned().collect();
    refuse(
        &mut inner,
        &names,
        "claim",
        &[("iss", "iss"), ("sub", "sub"), ("aud", "aud"), ("iat", "backdated"), ("exp", "ttl"), ("jti", "jti")],
    );
    claims.extend(texts.into_iter().map(|(name, value)| (name.value, value)));
    let more = more.into_iter().map(|(name, value)| (name.value, value)).collect();
    let backdated = seconds(&mut inner, "backdated", 0);
    let (ttl, jti) = (seconds(&mut inner, "ttl", 300), inner.boolean("jti").unwrap_or(false));
    let (alg, key, header) = signature(&mut inner)?;
    Some(Jwt { alg, key, header, claims, more, ttl, backdated, jti, span: inner.span })
}

type Named<T> = Vec<(Spanned<String>, T)>;

/// The claims that are text, and the others.
fn own_claims(reader: &mut Reader<'_, '_>) -> (Named<Template>, Named<Tree>) {
    let (mut texts, mut others) = (Vec::new(), Vec::new());
    for (name, node) in reader.map("claims") {
        match claim(node, name, reader.context()) {
            Some(Tree::Text(text)) => texts.push((name.clone(), text)),
            Some(other) => others.push((name.clone(), other)),
            None => {}
        }
    }
    (texts, others)
}

/// A claim: text is a template, and everything else is what it is.
fn claim<'a>(node: &'a Node, name: &str, context: &mut Context<'a>) -> Option<Tree> {
    Some(match &node.kind {
        Kind::Broken => return None,
        Kind::Sequence(items) => Tree::List(items.iter().filter_map(|item| claim(item, name, context)).collect()),
        Kind::Mapping(entries) => {
            let member = |entry: &'a crate::yaml::Entry| Some((entry.key.value.clone(), claim(&entry.value, &entry.key, context)?));
            Tree::Object(entries.iter().filter_map(member).collect())
        }
        Kind::Scalar(scalar) => match scalar.literal() {
            Literal::String(_) => Tree::Text(template_at(node, name, context)?),
            literal @ (Literal::Null | Literal::Bool(_) | Literal::Integer(_) | Literal::Float(_)) => Tree::Const(literal.to_json()),
        },
    })
}

/// What signs: the algorithm, the key, and more members of the header.
pub(super) fn signature(reader: &mut Reader<'_, '_>) -> Option<(plan::JwtAlgorithm, Template, Fields)> {
    let alg = reader.choice("alg").map(|word| match word.value {
        "ES256" => plan::JwtAlgorithm::ES256,
        "HS256" => plan::JwtAlgorithm::HS256,
        _ => plan::JwtAlgorithm::RS256,
    });
    let key = template(reader, "key");
    let header = templates(reader, "header");
    let names: Vec<_> = header.iter().map(|(name, _)| name.clone()).collect();
    refuse(reader, &names, "member of the header", &[("alg", "alg"), ("typ", "alg")]);
    Some((alg?, key?, header.into_iter().map(|(name, value)| (name.value, value)).collect()))
}

/// Seconds under a key.
pub(super) fn seconds(reader: &mut Reader<'_, '_>, name: &str, otherwise: u32) -> u32 {
    let Some(given) = reader.integer(name) else { return otherwise };
    let least = u64::from(name == "ttl");
    if let Ok(value) = u32::try_from(given.value)
        && (least..=LONGEST).contains(&given.value)
    {
        return value;
    }
    let message = format!("`{name}` is {} seconds", given.value);
    reader.context().diagnostics.push(
        Diagnostic::new(Code::InvalidValue, given.span, message)
            .help(format!("it takes from {least} to {LONGEST}; providers take minutes")),
    );
    otherwise
}

/// Names that have a key of their own.
fn refuse(reader: &mut Reader<'_, '_>, given: &[Spanned<String>], what: &str, own: &[(&str, &str)]) {
    for name in given {
        if let Some((_, key)) = own.iter().find(|(taken, _)| *taken == name.value) {
            let message = format!("the {what} `{}` is not written here", name.value);
            let help = format!("it comes from the key `{key}` beside");
            reader.context().diagnostics.push(Diagnostic::new(Code::ConflictingKeys, name.span, message).help(help));
        }
    }
}
