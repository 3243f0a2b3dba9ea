//! The requests that log in or buy a token, where a provider has a way of its own.

use connc_plan as plan;

use super::{Acquire, Apply, Body, Fields, Jwt, Request, Step, basic_value, bearer, body, check_user_name, keep};
use crate::diagnostic::{Code, Diagnostic};
use crate::lang::{Headers, Template, headers, template, templates};
use crate::source::Spanned;
use crate::yaml::{Key, Need, Node, Reader, Table, Value};

use super::tokens::Terms;

const METHODS: &[&str] = &["get", "head", "post", "put", "patch", "delete"];

/// A request that gets a token.
pub(super) static REQUEST: Table = Table {
    name: "acquire step",
    doc: "A request that gets a token or logs in, and what is kept of its answer. It has exactly one of the HTTP methods. \
          Its texts may read secrets, what the steps before it kept (`token.*`), and `jwt`.",
    keys: &[
        Key {
            name: "get",
            value: Value::Template,
            need: Need::Optional,
            doc: "GET: a path on the base URL, or a whole URL.",
            example: "get: /token\nkeep: { value: token }",
        },
        Key {
            name: "head",
            value: Value::Template,
            need: Need::Optional,
            doc: "HEAD.",
            example: "head: /session\nkeep: { value: { header: X-Token } }",
        },
        Key { name: "post", value: Value::Template, need: Need::Optional, doc: "POST.", example: "post: /login\nkeep: { value: token }" },
        Key { name: "put", value: Value::Template, need: Need::Optional, doc: "PUT.", example: "put: /session\nkeep: { value: token }" },
        Key {
            name: "patch",
            value: Value::Template,
            need: Need::Optional,
            doc: "PATCH.",
            example: "patch: /session\nkeep: { value: token }",
        },
        Key {
            name: "delete",
            value: Value::Template,
            need: Need::Optional,
            doc: "DELETE.",
            example: "delete: /session\nkeep: { value: token }",
        },
        Key {
            name: "query",
            value: Value::Map(&Value::Template),
            need: Need::Optional,
            doc: "Query parameters, with the rule of operations.",
            example: "post: /login\nquery: { realm: acme }\nkeep: { value: token }",
        },
        Key {
            name: "headers",
            value: Value::Map(&Value::Template),
            need: Need::Optional,
            doc: "Headers, with the same rule.",
            example: "post: /login\nheaders: { X-Key: \"{{ secret.key }}\" }\nkeep: { value: token }",
        },
        Key {
            name: "bearer",
            value: Value::Template,
            need: Need::Optional,
            doc: "A token for the `Authorization` header.",
            example: "post: /login\nbearer: \"{{ secret.key }}\"\nkeep: { value: token }",
        },
        Key {
            name: "basic",
            value: Value::Object(&BASIC),
            need: Need::Optional,
            doc: "User name and password for the `Authorization` header (RFC 7617).",
            example: "post: /login\nbasic: { username: acme, password: \"{{ secret.key }}\" }\nkeep: { value: token }",
        },
        Key {
            name: "form",
            value: Value::Map(&Value::Template),
            need: Need::Optional,
            doc: "A form body.",
            example: "post: /login\nform: { key: \"{{ secret.key }}\" }\nkeep: { value: token }",
        },
        Key {
            name: "body",
            value: Value::Data,
            need: Need::Optional,
            doc: "A JSON body. A secret stands in it as a whole value, `$secret.key`, and in no calculation.",
            example: "post: /login\nbody: { key: $secret.key, client: { const: connc } }\nkeep: { value: token }",
        },
        Key {
            name: "keep",
            value: keep::VALUE,
            need: Need::Optional,
            doc: "What is kept of the answer: JSONata for a secret `token.NAME`, or a mapping.",
            example: "post: /login\nkeep: { value: token, csrf: { header: X-CSRF-Token } }",
        },
    ],
    also: None,
    reserved: &[],
    rest: None,
    frame: "auth:\n  main:\n    scheme: token_call\n    secrets: { key: { description: Key } }\n    acquire:\n      - §",
};

/// `basic` of a step.
pub(super) static BASIC: Table = Table {
    name: "basic credentials",
    doc: "User name and password.",
    keys: &[
        Key { name: "username", value: Value::Template, need: Need::Required, doc: "The user name.", example: "username: acme" },
        Key {
            name: "password",
            value: Value::Template,
            need: Need::Required,
            doc: "The password.",
            example: "password: \"{{ secret.key }}\"",
        },
    ],
    also: None,
    reserved: &[],
    rest: None,
    frame: "auth:\n  main:\n    scheme: token_call\n    secrets: { key: { description: Key } }\n    acquire:\n      - post: /login\n        keep: { value: token }\n        basic:\n          §",
};

/// Reads `acquire`. A step that reads `jwt` carries the token that is signed.
pub(super) fn acquire(reader: &mut Reader<'_, '_>, terms: &Terms, jwt: Option<&Jwt>) -> Option<Acquire> {
    let node = reader.take("acquire")?;
    let mut steps = Vec::new();
    for item in reader.context().list(node, "acquire") {
        let Some(step) = step(item, reader) else { continue };
        let reads = step.request.templates().any(|template| template.references().iter().any(|reference| reference.path == ["jwt"]));
        steps.push(Step { jwt: jwt.filter(|_| reads).cloned(), ..step });
    }
    if let (Some(jwt), false) = (jwt, steps.iter().any(|step| step.jwt.is_some()))
        && !reader.is_key_damaged("acquire")
    {
        let diagnostic = Diagnostic::new(Code::UnusedParameter, jwt.span, "no request of `acquire` sends the `jwt`");
        reader.context().diagnostics.push(diagnostic.help("write `bearer: \"{{ jwt }}\"` in the request that buys the token"));
    }
    Some(terms.acquire(steps))
}

/// Reads `logout` or `revoke`: requests that end what was got. `applied` says whether they carry what every other request carries.
pub(super) fn endings(reader: &mut Reader<'_, '_>, key: &'static str, applied: bool) -> Vec<Step> {
    let Some(node) = reader.take(key) else { return Vec::new() };
    let mut steps = Vec::new();
    for item in reader.context().list(node, key) {
        let Some(mut step) = step(item, reader) else { continue };
        if let Some(keep) = step.keep.first() {
            let diagnostic = Diagnostic::new(Code::ConflictingKeys, keep.name.span, format!("nothing is kept of what `{key}` answers"));
            reader.context().diagnostics.push(diagnostic.help("leave `keep` out"));
        }
        step.keep.clear();
        step.request.applied = applied;
        steps.push(step);
    }
    steps
}

fn step<'a>(node: &'a Node, reader: &mut Reader<'a, '_>) -> Option<Step> {
    let mut inner = Reader::open(node, &REQUEST, reader.context())?;
    let key = inner.needs_one_of(METHODS);
    let plain =
        |fields: Vec<(Spanned<String>, Template)>| -> Fields { fields.into_iter().map(|(name, value)| (name.value, value)).collect() };
    let query = plain(templates(&mut inner, "query"));
    let mut headers = plain(headers(&mut inner, "headers", Headers::SentBare));
    let proof = inner.one_of(&["bearer", "basic"]);
    let token = template(&mut inner, "bearer").map(bearer);
    let user = basic(&mut inner);
    if proof.is_some() {
        headers.extend(token.or(user).map(|value| ("Authorization".to_owned(), value)));
    }
    let carried = inner.one_of(&["form", "body"]);
    if let (Some(carried), Some(method @ ("get" | "head"))) = (carried, key) {
        let span = inner.key_span(carried).unwrap_or(inner.span);
        let diagnostic = Diagnostic::new(Code::ConflictingKeys, span, format!("`{carried}` cannot stand beside `{method}`"));
        inner.context().diagnostics.push(diagnostic.help("requests of this method have no body"));
    }
    let body = match carried {
        Some("form") => Body::Form(plain(templates(&mut inner, "form"))),
        Some(_) => inner.take("body").and_then(|node| body::tree(node, inner.context())).map_or(Body::None, Body::Json),
        None => Body::None,
    };
    let keep = keep::keeps(&mut inner);
    let key = key?;
    let url = template(&mut inner, key)?;
    let span = inner.key_span(key).unwrap_or(inner.span);
    let method = plan::Method::ALL.iter().find(|(name, _)| *name == key).map_or(plan::Method::Post, |(_, method)| *method);
    let request = Request { method, url, query, headers, body, repeatable: true, applied: false, span };
    Some(Step { request, jwt: None, keep })
}

fn basic(reader: &mut Reader<'_, '_>) -> Option<Template> {
    let node = reader.take("basic")?;
    let mut inner = Reader::open(node, &BASIC, reader.context())?;
    let (username, password) = (template(&mut inner, "username"), template(&mut inner, "password"));
    let username = username?;
    check_user_name(&username, inner.context());
    Some(basic_value(username, password?))
}

/// What is put on requests where nothing says so: a kept `value` as a bearer token.
pub(super) fn default_apply(reader: &mut Reader<'_, '_>, acquire: Option<&Acquire>) -> Vec<Apply> {
    let keeps = acquire.iter().flat_map(|acquire| &acquire.steps).flat_map(|step| &step.keep);
    if let Some(value) = keeps.clone().find(|keep| keep.name.value == "value" && keep.shown.is_none()) {
        return vec![super::bearer_header(super::named(&["token", "value"], value.name.span))];
    }
    if !reader.is_damaged() {
        let span = reader.key_span("acquire").unwrap_or(reader.span);
        let diagnostic = Diagnostic::new(Code::MissingKey, span, "nothing of what is kept is put on requests");
        let help = "keep the token as `value`, which is sent as a bearer token, or say with `apply` how it is sent";
        reader.context().diagnostics.push(diagnostic.help(help));
    }
    Vec::new()
}
