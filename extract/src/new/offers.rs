//! What a description offers: its operations, first as a list to choose from, then those that were chosen as an extract would have them.

use std::collections::BTreeSet;

use connc_plan::Method;
use serde_json::{Map, Value};

use super::path::open;
use super::words::{has_word, plain};
use crate::describe::{self, Outline};
use crate::document::{Document, Kind};
use crate::paths;
use crate::schema::Types;
use crate::touched::Touched;

/// An operation as it is listed.
#[derive(Clone, Debug)]
pub(super) struct Listed {
    pub(super) method: Method,
    pub(super) path: String,
    pub(super) tags: Vec<String>,
    pub(super) id: Option<String>,
    pub(super) is_deprecated: bool,
    /// The resource that it does something to, where it is none of its own: `users` of `/users/{id}/suspend`.
    owner: Option<String>,
    /// Its place in the outline.
    index: usize,
}

/// An operation that was chosen.
#[derive(Clone, Debug)]
pub(super) struct Offer {
    pub(super) method: Method,
    pub(super) path: String,
    pub(super) id: Option<String>,
    /// What an extract says of it.
    pub(super) made: Map<String, Value>,
    /// Whether its answer declares a `Link` header.
    pub(super) has_link: bool,
    /// The host of its own that it is served from.
    pub(super) own_server: Option<String>,
    /// Whether it takes files, and nothing else.
    pub(super) is_upload: bool,
    /// Lists that are sent as one parameter, with commas.
    pub(super) joined: BTreeSet<String>,
}

/// The operations of a description, without those that are on their way out.
pub(super) fn listed(outline: &Outline<'_>) -> Vec<Listed> {
    let texts = |value: Option<&Value>| {
        value.and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).map(ToOwned::to_owned).collect::<Vec<_>>()
    };
    let paths: BTreeSet<(&str, String)> =
        outline.operations.iter().map(|described| (described.method.name(), open(&described.path))).collect();
    let known = |method: &'static str, path: String| paths.contains(&(method, path));
    let operations = outline.operations.iter().enumerate().map(|(index, described)| Listed {
        method: described.method,
        path: described.path.clone(),
        tags: texts(described.operation.get("tags")),
        id: ["operationId", "id"].iter().find_map(|key| described.operation.get(*key)?.as_str()).map(ToOwned::to_owned),
        is_deprecated: described.operation.get("deprecated") == Some(&Value::Bool(true)),
        owner: owner(described.method, &described.path, &known),
        index,
    });
    // Two paths that differ in what stands behind a question mark are one request.
    let mut seen = BTreeSet::new();
    operations.filter(|listed| seen.insert((listed.method.name(), paths::described(&listed.path)))).collect()
}

/// What an action is done to: it has no `GET` of its own and nothing below it, and stands behind a value.
fn owner(method: Method, path: &str, known: &impl Fn(&'static str, String) -> bool) -> Option<String> {
    let here = open(path);
    let is_own = method == Method::Get
        || path.ends_with('}')
        || known("GET", here.clone())
        || known("GET", format!("{here}/{{}}"))
        || known("DELETE", format!("{here}/{{}}"));
    let (before, _) = path.rsplit_once("/{").filter(|_| !is_own)?;
    before.rsplit('/').find(|part| !part.is_empty() && !part.starts_with('{')).map(ToOwned::to_owned)
}

impl Listed {
    /// Whether one of the words is about it: its resource or its tag has the word, or its path has a word with a slash.
    pub(super) fn is_about(&self, words: &[String]) -> bool {
        words.iter().any(|word| {
            if word.contains('/') {
                return self.path.to_lowercase().contains(&word.to_lowercase());
            }
            has_word(self.resource(), word)
                || self.owner.as_ref().is_some_and(|owner| same(owner, word))
                || self.tags.iter().any(|tag| same(tag, word))
        })
    }

    /// Whether its resource is one of the words, or its path has a word with a slash; `actions` are what is done to such a resource.
    pub(super) fn is_exactly(&self, words: &[String], actions: bool) -> bool {
        let owned = |word: &String| actions && self.owner.as_ref().is_some_and(|owner| same(owner, word));
        let is = |word: &String| {
            if word.contains('/') { self.is_about(std::slice::from_ref(word)) } else { same(self.resource(), word) || owned(word) }
        };
        words.iter().any(is)
    }

    /// The last word of its path.
    pub(super) fn resource(&self) -> &str {
        let mut parts = self.path.rsplit('/').filter(|part| !part.is_empty() && !part.starts_with('{'));
        let last = parts.next().unwrap_or_default();
        let word = last.split(['(', ':']).next().unwrap_or(last).trim_end_matches(".json");
        // `users.list` is the verb of a resource.
        match word.rsplit_once('.') {
            Some((resource, _)) if !resource.is_empty() => resource,
            Some(_) | None => word,
        }
    }
}

fn same(tag: &str, word: &str) -> bool {
    super::words::singular(&plain(tag)) == super::words::singular(&plain(word))
}

/// The chosen operations with all the types that they lead to.
pub(super) fn offers(document: &Document, outline: &Outline<'_>, chosen: &[&Listed]) -> (Vec<Offer>, Map<String, Value>) {
    let touched = Touched::everything();
    let mut types = Types::new(&document.root, &touched);
    let mut offers = Vec::new();
    for listed in chosen {
        let Some(described) = outline.operations.get(listed.index) else { continue };
        let made = describe::operation(document.kind, described, &[], &mut types);
        let raw = described.operation;
        offers.push(Offer {
            method: listed.method,
            path: listed.path.clone(),
            id: listed.id.clone(),
            made,
            has_link: has_link(raw, &types),
            own_server: own_server(raw, &document.root),
            is_upload: is_upload(raw, &types),
            joined: joined(raw, document.kind, &types),
        });
    }
    (offers, types.finish())
}

fn own_server(operation: &Value, root: &Value) -> Option<String> {
    let first = |holder: &Value| holder.get("servers")?.as_array()?.first()?.get("url")?.as_str().map(ToOwned::to_owned);
    let host = |url: String| url.split_once("://").and_then(|(_, rest)| rest.split('/').next().map(ToOwned::to_owned));
    let own = host(first(operation)?)?;
    (first(root).and_then(host).as_ref() != Some(&own)).then_some(own)
}

fn has_link(operation: &Value, types: &Types<'_>) -> bool {
    let answers = operation.get("responses").and_then(Value::as_object).into_iter().flatten();
    answers.filter(|(status, _)| status.starts_with('2')).any(|(_, answer)| {
        let headers = types.follow(answer).get("headers").and_then(Value::as_object);
        headers.is_some_and(|headers| headers.keys().any(|name| name.eq_ignore_ascii_case("link")))
    })
}

fn is_upload(operation: &Value, types: &Types<'_>) -> bool {
    let body = operation.get("requestBody").map(|body| types.follow(body));
    let content = body.and_then(|body| body.get("content")).and_then(Value::as_object);
    let plain = |name: &str| name.contains("json") || name.contains("x-www-form-urlencoded") || name == "*/*";
    let own = content.is_some_and(|content| !content.is_empty() && !content.keys().any(|name| plain(name)));
    let parameters = operation.get("parameters").and_then(Value::as_array).into_iter().flatten();
    own || parameters.map(|given| types.follow(given)).any(|parameter| parameter.get("type").and_then(Value::as_str) == Some("file"))
}

fn joined(operation: &Value, kind: Kind, types: &Types<'_>) -> BTreeSet<String> {
    let parameters = operation.get("parameters").and_then(Value::as_array).into_iter().flatten().map(|given| types.follow(given));
    let is_joined = |parameter: &Value| match kind {
        Kind::Swagger2 => parameter.get("collectionFormat").and_then(Value::as_str).is_none_or(|format| format == "csv"),
        Kind::OpenApi30 | Kind::OpenApi31 | Kind::Scim => parameter.get("explode") == Some(&Value::Bool(false)),
        Kind::Discovery | Kind::Graphql | Kind::Cassettes => false,
    };
    parameters.filter(|parameter| is_joined(parameter)).filter_map(|parameter| Some(parameter.get("name")?.as_str()?.to_owned())).collect()
}
