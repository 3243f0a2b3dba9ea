//! `connector.yaml`.

use super::operation::{error_kind, resources};
use super::rate_limit::rate_limit;
use crate::auth::Method;
use crate::diagnostic::{Code, Diagnostic};
use crate::lang::{Expression, Fragments, Headers, Template, expression, headers, template};
use crate::shape::{Parameter, Secret};
use crate::source::Spanned;
use crate::spec::{App, CONNECTOR, Connector, ERRORS, Errors, GRAPHQL, Graphql, KINDS, SOURCE};
use crate::yaml::{Context, Node, Reader};

/// Reads a connector. Maps and models are read apart, and put into it by the caller.
pub fn connector<'a>(node: &'a Node, context: &mut Context<'a>) -> Option<Connector> {
    let mut reader = Reader::open(node, &CONNECTOR, context)?;
    let name = reader.text("connector");
    // What they name was merged in before.
    let _base = (reader.text("extends"), reader.texts("remove"));
    if let (Some(span), None) = (reader.key_span("remove"), reader.key_span("extends")) {
        let diagnostic = Diagnostic::new(Code::ConflictingKeys, span, "`remove` drops what a base gave, and the connector extends none");
        reader.context().diagnostics.push(diagnostic.help("leave it out, or name the base: `extends: scim2`"));
    }
    let version = reader.integer("spec");
    if let Some(version) = version.filter(|version| version.value != 1) {
        let message = format!("version {} of the spec language is not known", version.value);
        reader.context().diagnostics.push(Diagnostic::new(Code::InvalidValue, version.span, message).help("this version reads `spec: 1`"));
    }
    let title = reader.text("title");
    let docs = reader.text("docs").map(|text| text.value);
    let entries = reader.map("account");
    let account = Parameter::read_all(entries, true, reader.context());
    let app = app(&mut reader);
    let constants = reader.map("constants").into_iter().map(|(name, node)| (name.clone(), node.to_json())).collect();
    let base_url = template(&mut reader, "base_url");
    let hosts = reader.texts("hosts");
    let headers = headers(&mut reader, "headers", Headers::Sent);
    let mut auth = Vec::new();
    for (name, node) in reader.map("auth") {
        auth.extend(Method::read(name, node, reader.context()));
    }
    let verify = reader.text("verify");
    let rate_limit = rate_limit(&mut reader);
    let concurrency = concurrency(&mut reader);
    let redirects = reader.choice("redirects").is_some();
    let errors = errors(&mut reader);
    let graphql = graphql(&mut reader);
    let entries = reader.map("resources");
    let resources = resources("", entries, reader.context());
    sources(&mut reader);
    for key in ["auth", "resources"] {
        let Some(span) =
            reader.key_span(key).filter(|_| reader.take(key).is_some() && reader.map(key).is_empty() && !reader.is_key_damaged(key))
        else {
            continue;
        };
        let what = if key == "auth" { "the connector has no way to connect" } else { "the connector has no operations" };
        let help = if key == "auth" {
            "where none is needed, write `auth: { public: { scheme: none } }`"
        } else {
            "add a resource with an operation"
        };
        reader.context().diagnostics.push(Diagnostic::new(Code::MissingKey, span, what).help(help));
    }
    let damaged = ["account", "app", "constants", "auth", "resources"].into_iter().filter(|key| reader.is_key_damaged(key)).collect();
    let span = reader.span;
    // What is missing was reported; the rest is checked all the same.
    let (name, base_url) =
        (name.unwrap_or_else(|| Spanned::new(String::new(), span)), base_url.unwrap_or(Template { pieces: Vec::new(), span }));
    Some(Connector {
        name,
        title: title.map(|title| title.value).unwrap_or_default(),
        docs,
        account,
        app,
        constants,
        base_url,
        hosts,
        headers,
        auth,
        verify,
        rate_limit,
        concurrency,
        redirects,
        errors,
        graphql,
        operations: resources.read,
        compounds: resources.compounds,
        unreadable: resources.unreadable,
        damaged,
        maps: Vec::new(),
        models: std::collections::BTreeMap::new(),
        span,
    })
}

fn app(reader: &mut Reader<'_, '_>) -> App {
    let Some(node) = reader.take("app") else { return App::default() };
    let Some(mut inner) = Reader::open(node, &crate::spec::APP, reader.context()) else { return App::default() };
    let rest = inner.rest();
    let parameters = Parameter::read_all(rest, true, inner.context());
    let entries = inner.map("secrets");
    App { parameters, secrets: Secret::read_all(entries, inner.context()) }
}

/// A number of requests; none at all would be no connector.
fn concurrency(reader: &mut Reader<'_, '_>) -> Option<u32> {
    let most = reader.integer("concurrency")?;
    let found = u32::try_from(most.value).ok().filter(|most| *most > 0);
    if found.is_none() {
        let diagnostic = Diagnostic::new(Code::InvalidValue, most.span, format!("`concurrency` cannot be {}", most.value));
        reader.context().diagnostics.push(diagnostic.help("write how many requests may be under way at once, 1 or more"));
    }
    found
}

fn errors(reader: &mut Reader<'_, '_>) -> Errors {
    let Some(node) = reader.take("errors") else { return Errors::default() };
    let Some(mut inner) = Reader::open(node, &ERRORS, reader.context()) else { return Errors::default() };
    let (when, code, message) = (expression(&mut inner, "when"), expression(&mut inner, "code"), expression(&mut inner, "message"));
    let mut kinds = Vec::new();
    if let Some(node) = inner.take("kinds")
        && let Some(mut table) = Reader::open(node, &KINDS, inner.context())
    {
        for (name, node) in table.rest() {
            let Some(text) = table.context().embedded(node, name) else { continue };
            let condition = Expression::read(&text, table.context().diagnostics);
            let kind = error_kind(&Spanned::new(name.value.clone(), name.span), table.context());
            kinds.extend(kind.zip(condition));
        }
    }
    Errors { when, code, message, kinds }
}

fn graphql(reader: &mut Reader<'_, '_>) -> Option<Graphql> {
    let node = reader.take("graphql")?;
    let mut inner = Reader::open(node, &GRAPHQL, reader.context())?;
    let _only_one = inner.choice("partial");
    let (endpoint, schema) = (template(&mut inner, "endpoint"), inner.text("schema"));
    let fragments = inner.embedded("fragments").and_then(|text| Fragments::read(&text, inner.context().diagnostics));
    Some(Graphql { endpoint: endpoint?, schema, fragments })
}

/// Sources are for people; reading them only checks their keys.
fn sources(reader: &mut Reader<'_, '_>) {
    let Some(node) = reader.take("sources") else { return };
    for item in reader.context().list(node, "sources") {
        if let Some(mut source) = Reader::open(item, &SOURCE, reader.context()) {
            let _prose = (source.text("description"), source.text("version"), source.text("url"), source.texts("operations"));
        }
    }
}
