//! Auth schemes: one file for each, with its keys and what they mean as acquire and apply.

mod acquire;
mod api_key;
mod aws_sigv4;
mod basic;
mod bearer;
mod body;
mod connect;
mod custom;
mod jwt;
mod keep;
mod none;
mod oauth2;
mod parts;
mod session;
mod token_call;
mod tokens;

use connc_plan as plan;

pub use connect::{Choose, Connect};
pub use parts::{
    Acquire, Apply, Authorize, AwsSigV4, Body, Fields, Formula, Jwt, Keep, KeepFrom, Parts, Request, Sign, Signed, Step, Tree,
};

use crate::diagnostic::{Code, Diagnostic, nearest};
use crate::lang::{Headers, Piece, Reference, Template, cookie_name, header_name, headers, template};
use crate::shape::{PARAMETER, Parameter, SECRET, Secret};
use crate::source::{Span, Spanned};
use crate::yaml::{Context, Key, Kind, Need, Node, Reader, Table, Value};

/// Every scheme.
pub static SCHEMES: &[&Scheme] = &[
    &api_key::SCHEME,
    &basic::SCHEME,
    &bearer::SCHEME,
    &oauth2::SCHEME,
    &token_call::SCHEME,
    &session::SCHEME,
    &custom::SCHEME,
    &aws_sigv4::SCHEME,
    &none::SCHEME,
];

/// The tables that schemes share or hold, in reading order.
pub static PARTS: &[&Table] = &[
    &api_key::PLACE,
    &tokens::TOKENS,
    &tokens::TOKEN_ERRORS,
    &tokens::APPLY,
    &keep::KEEP,
    &acquire::REQUEST,
    &acquire::BASIC,
    &connect::CONNECT,
    &connect::CHOOSE,
    &custom::SIGN,
    &oauth2::CLIENT_ASSERTION,
    &oauth2::REFRESH,
    &jwt::JWT,
];

/// A scheme.
#[derive(Debug)]
pub struct Scheme {
    /// Its name in the spec language.
    pub name: &'static str,
    /// Its keys.
    pub table: &'static Table,
    /// What they mean.
    pub read: fn(&mut Reader<'_, '_>) -> Option<Parts>,
}

/// Keys that every method may have.
pub static COMMON: Table = Table {
    name: "auth method",
    doc: "One way to connect. The account says which; the first is the default.",
    keys: &[
        Key {
            name: "scheme",
            value: Value::Choice(&["api_key", "basic", "bearer", "oauth2", "token_call", "session", "custom", "aws_sigv4", "none"]),
            need: Need::Required,
            doc: "What kind of credentials these are.",
            example: "scheme: bearer",
        },
        Key {
            name: "parameters",
            value: Value::Map(&Value::Object(&PARAMETER)),
            need: Need::Optional,
            doc: "What the customer supplies for this method besides secrets; in scope as `auth.*`.",
            example: "parameters: { tenant: { type: id } }\nheaders: { X-Tenant: \"{{ auth.tenant }}\" }",
        },
        Key {
            name: "secrets",
            value: Value::Map(&Value::Object(&SECRET)),
            need: Need::Optional,
            doc: "The secrets that the customer supplies; in scope as `secret.*`, here only.",
            example: "secrets: { token: { description: API token } }",
        },
        Key {
            name: "headers",
            value: Value::Map(&Value::Template),
            need: Need::Optional,
            doc: "Headers that each request carries besides, such as a tenant's.",
            example: "headers: { X-Tenant: acme }",
        },
        Key {
            name: "base_url",
            value: Value::Template,
            need: Need::Optional,
            doc: "A base URL of this method's own.",
            example: "base_url: https://oauth.example.com",
        },
        Key {
            name: "trust_account_host",
            value: Value::Boolean,
            need: Need::Optional,
            doc: "Credentials may go to whatever host the customer names: for products that customers host themselves. The plan reports it.",
            example: "trust_account_host: true",
        },
        Key {
            name: "verify",
            value: Value::Name,
            need: Need::Optional,
            doc: "The call that proves these credentials, where it is another one.",
            example: "verify: things.list",
        },
        Key {
            name: "connect",
            value: Value::List(&Value::Object(&connect::CONNECT)),
            need: Need::Optional,
            doc: "Calls that are made once, after connecting; `choose` reads what they give.",
            example: "connect: [{ call: things.list, as: things }]\nchoose: { thing: { from: '$things.{ \"id\": id, \"label\": name }' } }",
        },
        Key {
            name: "choose",
            value: Value::Map(&Value::Object(&connect::CHOOSE)),
            need: Need::Optional,
            doc: "What a person chooses once, after connecting; in scope as `kept.*`.",
            example: "choose: { thing: { from: '$things.{ \"id\": id, \"label\": name }' } }\nconnect: [{ call: things.list, as: things }]",
        },
    ],
    also: None,
    reserved: &[],
    rest: None,
    frame: "auth:\n  main:\n    scheme: bearer\n    secrets: { token: {} }\n    token: \"{{ secret.token }}\"\n    §",
};

/// A method as written.
#[derive(Clone, Debug)]
pub struct Method {
    /// Its name.
    pub name: Spanned<String>,
    /// Its scheme.
    pub scheme: &'static str,
    /// What the customer supplies.
    pub parameters: Vec<Parameter>,
    /// The secrets that the customer supplies.
    pub secrets: Vec<Secret>,
    /// A base URL of its own.
    pub base_url: Option<Template>,
    /// Whether the customer's host is trusted.
    pub trust_account_host: bool,
    /// A call of its own that proves credentials.
    pub verify: Option<Spanned<String>>,
    /// Calls that are made after connecting.
    pub connect: Vec<Connect>,
    /// What a person chooses then.
    pub choose: Vec<Choose>,
    /// What its scheme means.
    pub parts: Parts,
    /// Whether part of it could not be read.
    pub incomplete: bool,
}

impl Method {
    /// The names below `kept.` that it gives.
    #[must_use]
    pub fn kept(&self) -> Vec<&Spanned<String>> {
        let keeps = self.parts.keeps().into_iter().filter(|keep| keep.shown.is_some()).map(|keep| &keep.name);
        let chosen = self.choose.iter().flat_map(|choice| std::iter::once(&choice.name).chain(choice.keep.iter().map(|keep| &keep.name)));
        keeps.chain(chosen).collect()
    }

    /// What it keeps: of answers, and of what is chosen.
    pub fn keeps(&self) -> impl Iterator<Item = &Keep> {
        self.parts.keeps().into_iter().chain(self.choose.iter().flat_map(|choice| &choice.keep))
    }

    /// Reads a method.
    pub fn read<'a>(name: &Spanned<String>, node: &'a Node, context: &mut Context<'a>) -> Option<Self> {
        let scheme = scheme_of(name, node, context)?;
        let mut reader = Reader::open(node, scheme.table, context)?;
        let _known = reader.text("scheme");
        let trust_account_host = reader.boolean("trust_account_host").unwrap_or(false);
        let verify = reader.text("verify");
        let base_url = template(&mut reader, "base_url");
        let entries = reader.map("parameters");
        let parameters = Parameter::read_all(entries, true, reader.context());
        let entries = reader.map("secrets");
        let secrets = Secret::read_all(entries, reader.context());
        let headers = headers(&mut reader, "headers", Headers::Sent);
        let (connect, choose) = connect::read(&mut reader);
        // What a scheme cannot read was reported; the parameters and secrets are known all the same.
        let mut parts = (scheme.read)(&mut reader).unwrap_or_default();
        let incomplete = reader.is_damaged();
        parts.apply.extend(headers.into_iter().map(|(name, value)| Apply {
            place: plan::Place::Header(name.value),
            value,
            on: Vec::new(),
        }));
        Some(Self {
            name: name.clone(),
            scheme: scheme.name,
            parameters,
            secrets,
            base_url,
            trust_account_host,
            verify,
            connect,
            choose,
            parts,
            incomplete,
        })
    }
}

fn scheme_of<'a>(name: &Spanned<String>, node: &'a Node, context: &mut Context<'a>) -> Option<&'static Scheme> {
    let entries = match &node.kind {
        Kind::Mapping(entries) => entries,
        Kind::Scalar(_) | Kind::Sequence(_) => {
            context.wrong_type(node, &name.value, "a mapping");
            return None;
        }
        Kind::Broken => return None,
    };
    let Some(entry) = entries.iter().find(|entry| entry.key.value == "scheme") else {
        if let Some(misspelt) = entries.iter().find(|entry| nearest(&entry.key.value, ["scheme"]).is_some()) {
            let message = format!("`{}` is not a key of an auth method", misspelt.key.value);
            context.diagnostics.push(Diagnostic::new(Code::UnknownKey, misspelt.key.span, message).help("did you mean `scheme`?"));
            return None;
        }
        let message = format!("the auth method `{}` does not say its `scheme`", name.value);
        let names = SCHEMES.iter().map(|scheme| format!("`{}`", scheme.name)).collect::<Vec<_>>().join(", ");
        context.diagnostics.push(Diagnostic::new(Code::MissingKey, name.span, message).help(format!("add `scheme:` with one of {names}")));
        return None;
    };
    let word = context.text(&entry.value, "scheme")?;
    if let Some(scheme) = SCHEMES.iter().find(|scheme| scheme.name == word.value) {
        return Some(scheme);
    }
    let diagnostic = Diagnostic::new(Code::InvalidValue, word.span, format!("`{}` is not an auth scheme", word.value));
    let names: Vec<&str> = SCHEMES.iter().map(|scheme| scheme.name).collect();
    let help = match nearest(&word, names.iter().copied()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("the schemes are {}", names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")),
    };
    context.diagnostics.push(diagnostic.help(help));
    None
}

/// Where auth puts a value: under the name of a `header`, a `cookie` or a query parameter.
fn place(key: &str, name: Spanned<String>, context: &mut Context<'_>) -> plan::Place {
    match key {
        "header" => {
            header_name(&name, Headers::Sent, context);
            plan::Place::Header(name.value)
        }
        "cookie" => {
            cookie_name(&name, context);
            plan::Place::Cookie(name.value)
        }
        _ => plan::Place::Query(name.value),
    }
}

/// `Bearer {{ name }}` in its header.
fn bearer_header(token: Template) -> Apply {
    Apply { place: plan::Place::Header("Authorization".to_owned()), value: bearer(token), on: Vec::new() }
}

/// `Bearer {{ name }}`.
fn bearer(token: Template) -> Template {
    let span = token.span;
    let pieces = std::iter::once(Piece::Literal("Bearer ".to_owned())).chain(token.pieces).collect();
    Template { pieces, span }
}

/// `{{ a.b }}`.
fn named(path: &[&str], span: Span) -> Template {
    let path = path.iter().map(|part| (*part).to_owned()).collect();
    Template { pieces: vec![Piece::Reference(Reference { path, filters: Vec::new(), span })], span }
}

/// Reports a user name with a colon, which ends it (RFC 7617, section 2).
fn check_user_name(username: &Template, context: &mut Context<'_>) {
    if username.pieces.iter().any(|piece| matches!(piece, Piece::Literal(literal) if literal.contains(':'))) {
        let diagnostic = Diagnostic::new(Code::InvalidValue, username.span, "a user name of HTTP Basic has no colon: it would end there");
        context.diagnostics.push(diagnostic.help("write what follows the colon in `password`"));
    }
}

/// `Basic base64(user:password)` (RFC 7617).
fn basic_value(username: Template, password: Template) -> Template {
    let span = username.span;
    let colon = Piece::Literal(":".to_owned());
    let inner = username.pieces.into_iter().chain(std::iter::once(colon)).chain(password.pieces).collect();
    Template { pieces: vec![Piece::Literal("Basic ".to_owned()), Piece::Base64(inner)], span }
}
