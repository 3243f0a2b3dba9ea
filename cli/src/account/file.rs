//! The account file. It is read with the compiler's own YAML reader, so that a mistake is shown where it stands.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::Path;

use connc_compiler::diagnostic::Diagnostics;
use connc_compiler::source::{Role, Sources, Spanned};
use connc_compiler::yaml::{self, Context, Key, Kind, Need, Node, Reader, Table, Value};
use connc_plan::Plan;
use connc_runtime::{Account, Secret};
use serde_json::Value as Json;

use super::given::{self, Source};
use crate::console::Console;
use crate::error::{Stop, suggestion};
use crate::render::{self, Look};

static ACCOUNT: Table = Table {
    name: "account file",
    doc: "Who calls a connector.",
    keys: &[
        key("connector", Value::Name, Need::Required, "The connector that the account is for.", "connector: example"),
        key("id", Value::Name, Need::Optional, "What its tokens are kept by; without it, the file's name without its ending.", "id: acme"),
        key("auth", Value::Name, Need::Optional, "The auth method.", "auth: api_token"),
        key("account", MAP, Need::Optional, "Account parameters.", "account: { domain: acme.example.com }"),
        key("parameters", MAP, Need::Optional, "The auth method's own parameters.", "parameters: { email: agent@acme.example }"),
        key(
            "kept",
            MAP,
            Need::Optional,
            "What the provider gave or a person chose when connecting, where the store has none.",
            "kept: { site: acme }",
        ),
        key("secrets", SECRETS, Need::Optional, "Where the secrets are.", "secrets: { token: { env: TOKEN } }"),
        key("app", MAP, Need::Optional, "Deployment parameters.", "app: { client_id: client }"),
        key(
            "app_secrets",
            SECRETS,
            Need::Optional,
            "Where the deployment's secrets are.",
            "app_secrets: { client_secret: { env: SECRET } }",
        ),
    ],
    also: None,
    reserved: &[],
    rest: None,
    frame: "",
};

static SECRET: Table = Table {
    name: "secret",
    doc: "Where a secret is.",
    keys: &[
        key("env", Value::Name, Need::Optional, "An environment variable.", "env: TOKEN"),
        key("file", Value::Text, Need::Optional, "A file, relative to this one.", "file: token.txt"),
        key("command", Value::Text, Need::Optional, "A shell command that prints it.", "command: pass show token"),
    ],
    also: None,
    reserved: &[],
    rest: None,
    frame: "",
};

const MAP: Value = Value::Map(&Value::Literal);
const SECRETS: Value = Value::Map(&Value::Either(&Value::Object(&SECRET), &Value::Text));

const fn key(name: &'static str, value: Value, need: Need, doc: &'static str, example: &'static str) -> Key {
    Key { name, value, need, doc, example }
}

/// Where the secrets of an account are, by name; those of the deployment begin with [`given::APP`].
pub(super) type SecretSources = BTreeMap<String, Source>;

/// Reads the file. Secrets are not fetched yet, so that one which the call does not need is not asked for.
pub(super) fn read(path: &Path, plan: &Plan, console: &mut Console) -> Result<(Account, SecretSources), Stop> {
    let shown = path.display().to_string();
    let text = std::fs::read_to_string(path).map_err(|error| Stop::unreadable(&format!("account file `{shown}`"), &error))?;
    let mut sources = Sources::new("");
    let file = sources.add(Role::Connector, shown.as_str(), text);
    let mut diagnostics = Diagnostics::default();
    let tree = yaml::read(&sources, file, &mut diagnostics);
    let parsed = parse(&tree, path, &mut Context { sources: &sources, diagnostics: &mut diagnostics });
    let wrong = diagnostics.has_errors();
    let look = Look { colour: console.err_colour(), width: console.width() };
    for diagnostic in diagnostics.into_sorted() {
        writeln!(console.err, "{}", render::diagnostic(&diagnostic, &sources, look))?;
    }
    let (mut account, found) = match parsed {
        Some(parsed) if !wrong => parsed,
        Some(_) | None => return Err(Stop::Shown),
    };
    if account.connector != plan.connector {
        return Err(Stop::usage(format!("account file `{shown}` is for connector `{}`, not for `{}`", account.connector, plan.connector)));
    }
    check(&mut account, &found, plan, &shown)?;
    for name in found.iter().filter(|(_, source)| matches!(source, Source::Literal(_))).map(|(name, _)| name) {
        console.warning(format!("account file `{shown}` holds the secret `{name}` itself; `{{ env: NAME }}`, `{{ file: PATH }}` or `{{ command: … }}` keeps it elsewhere"))?;
    }
    Ok((account, found))
}

fn parse<'a>(node: &'a Node, path: &Path, context: &mut Context<'a>) -> Option<(Account, SecretSources)> {
    let mut reader = Reader::open(node, &ACCOUNT, context)?;
    let (connector, id, auth) = (reader.text("connector"), reader.text("id"), reader.text("auth"));
    let kept = values(&mut reader, "kept");
    let (account, parameters, app) = (values(&mut reader, "account"), values(&mut reader, "parameters"), values(&mut reader, "app"));
    let mut sources = BTreeMap::new();
    for (key, prefix) in [("secrets", ""), ("app_secrets", given::APP)] {
        for (name, node) in reader.map(key) {
            let source = secret(name, node, path, reader.context())?;
            sources.insert(format!("{prefix}{}", name.value), source);
        }
    }
    let auth = auth.map(|auth| auth.value).unwrap_or_default();
    Some((
        Account { connector: connector?.value, id: id.map(|id| id.value), auth, account, parameters, app, kept, ..Account::default() },
        sources,
    ))
}

fn values(reader: &mut Reader<'_, '_>, name: &str) -> BTreeMap<String, Json> {
    reader.map(name).into_iter().map(|(key, node)| (key.value.clone(), node.to_exact_json())).collect()
}

fn secret<'a>(name: &Spanned<String>, node: &'a Node, path: &Path, context: &mut Context<'a>) -> Option<Source> {
    match &node.kind {
        Kind::Mapping(entries) => {
            let mut reader = Reader::open(node, &SECRET, context)?;
            let kind = reader.one_of(&["env", "file", "command"]);
            let Some(kind) = kind else {
                // A key that is none of them was reported as such.
                if entries.is_empty() {
                    reader.context().wrong_type(node, name, "`{ env: NAME }`, `{ file: PATH }` or `{ command: … }`");
                }
                return None;
            };
            let text = reader.text(kind)?.value;
            Some(match kind {
                "env" => Source::Environment(text),
                "file" => Source::File(path.parent().map_or_else(|| text.clone().into(), |folder| folder.join(&text))),
                _ => Source::Command(text),
            })
        }
        Kind::Scalar(_) | Kind::Sequence(_) | Kind::Broken => Some(Source::Literal(Secret::from(context.text(node, name)?.value))),
    }
}

/// Names that the connector does not know are refused here, where the file can be named.
fn check(account: &mut Account, sources: &SecretSources, plan: &Plan, shown: &str) -> Result<(), Stop> {
    let method = super::method(plan, &account.auth)?;
    for (values, known, what) in [
        (&mut account.account, &plan.account, "account"),
        (&mut account.parameters, &method.parameters, "parameters"),
        (&mut account.app, &plan.app, "app"),
    ] {
        for (name, value) in values.iter_mut() {
            let Some(parameter) = known.iter().find(|parameter| parameter.name == *name) else {
                let help = suggestion(name, &format!("names of `{what}`"), known.iter().map(|parameter| parameter.name.as_str()));
                return Err(
                    Stop::usage(format!("account file `{shown}`: `{what}` has no `{name}` in connector `{}`", plan.connector)).help(help)
                );
            };
            given::as_text(parameter, value);
        }
    }
    let known = given::every_secret(plan);
    match sources.keys().find(|name| !known.contains(name)) {
        None => Ok(()),
        Some(name) => {
            let help = suggestion(name, "secrets", known.iter().map(String::as_str));
            Err(Stop::usage(format!("account file `{shown}`: connector `{}` has no secret `{name}`", plan.connector)).help(help))
        }
    }
}
