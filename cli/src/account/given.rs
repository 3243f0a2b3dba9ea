//! What the command line gives: `--set` and `--secret`.

use std::collections::BTreeMap;
use std::io::BufRead as _;
use std::path::PathBuf;
use std::process::Command;

use connc_plan::{AuthMethod, Parameter, Plan, Type};
use connc_runtime::{Account, Secret};
use serde_json::Value;

use crate::error::{Stop, suggestion};

/// What the names of the deployment's secrets begin with.
pub(super) const APP: &str = "app.";

/// Where a secret is.
pub(super) enum Source {
    /// Here.
    Literal(Secret<String>),
    /// In an environment variable.
    Environment(String),
    /// In a file, without the line break at its end.
    File(PathBuf),
    /// In what a shell command prints, without the line break at its end.
    Command(String),
    /// On the next line of stdin.
    Stdin,
}

impl Source {
    /// Fetches the secret. No message repeats any of it.
    pub(super) fn read(&self, name: &str) -> Result<Secret<String>, Stop> {
        let text = match self {
            Self::Literal(secret) => return Ok(secret.clone()),
            Self::Environment(variable) => std::env::var(variable).map_err(|_| {
                Stop::usage(format!("environment variable `{variable}` is not set")).help(format!("the secret `{name}` is read from it"))
            })?,
            Self::File(path) => std::fs::read_to_string(path)
                .map_err(|error| Stop::unreadable(&format!("`{}`, for the secret `{name}`,", path.display()), &error))?,
            Self::Command(command) => {
                let failed = || Stop::usage(format!("the command for the secret `{name}` failed")).help(format!("it is `{command}`"));
                let shell = if cfg!(windows) { ("cmd", "/C") } else { ("sh", "-c") };
                let output = Command::new(shell.0)
                    .arg(shell.1)
                    .arg(command)
                    .stdin(std::process::Stdio::inherit())
                    .stderr(std::process::Stdio::inherit())
                    .output();
                let output = output.ok().filter(|output| output.status.success()).ok_or_else(failed)?;
                String::from_utf8(output.stdout).map_err(|_| failed())?
            }
            Self::Stdin => {
                let mut line = String::new();
                std::io::stdin().lock().read_line(&mut line).map_err(|error| Stop::unreadable("stdin", &error))?;
                line
            }
        };
        let text = text.trim_end_matches(['\r', '\n']);
        if text.is_empty() { Err(Stop::usage(format!("the secret `{name}` is empty"))) } else { Ok(Secret::from(text)) }
    }
}

/// Puts `--set` values where the connector declares them.
pub(super) fn parameters(given: &[String], plan: &Plan, method: &AuthMethod, account: &mut Account) -> Result<(), Stop> {
    for pair in given {
        let (name, text) =
            pair.split_once('=').ok_or_else(|| Stop::usage(format!("`--set {pair}` has no `=`")).help("write `--set key=value`"))?;
        let places = [
            ("account", &plan.account, &mut account.account),
            ("auth", &method.parameters, &mut account.parameters),
            ("app", &plan.app, &mut account.app),
        ];
        let mut known = Vec::new();
        let mut done = false;
        for (prefix, parameters, values) in places {
            let plain = name.strip_prefix(prefix).and_then(|rest| rest.strip_prefix('.')).unwrap_or(name);
            known.extend(parameters.iter().map(|parameter| parameter.name.as_str()));
            if let Some(parameter) = parameters.iter().find(|parameter| parameter.name == plain).filter(|_| !done) {
                values.insert(parameter.name.clone(), read(parameter, text)?);
                done = true;
            }
        }
        if !done {
            let help = suggestion(name, "parameters", known);
            return Err(Stop::usage(format!("connector `{}` has no parameter `{name}`", plan.connector)).help(help));
        }
    }
    Ok(())
}

/// Adds `--secret` values to those of the account file.
pub(super) fn secrets(
    given: &[String],
    plan: &Plan,
    method: &AuthMethod,
    mut sources: BTreeMap<String, Source>,
) -> Result<BTreeMap<String, Source>, Stop> {
    for pair in given {
        // The argument may be the secret itself, so no message repeats it.
        let (name, text) = pair.split_once('=').ok_or_else(|| {
            Stop::usage("a `--secret` has no `=`").help("write `--secret key=env:NAME`, `key=file:PATH`, or `key=-` to type it")
        })?;
        let known = every_secret(plan);
        let plain = name.strip_prefix("secret.").unwrap_or(name);
        let app = format!("{APP}{}", name.strip_prefix("app.secret.").or_else(|| name.strip_prefix(APP)).unwrap_or(name));
        let own = method.secrets.iter().any(|secret| secret.name == plain) || known.iter().any(|known| known == plain);
        let name = if own { plain.to_owned() } else { app };
        if !known.contains(&name) {
            let name = name.strip_prefix(APP).unwrap_or(&name);
            let help = suggestion(name, "secrets", known.iter().map(String::as_str));
            return Err(Stop::usage(format!("connector `{}` has no secret `{name}`", plan.connector)).help(help));
        }
        let source = match (text, text.strip_prefix("env:"), text.strip_prefix("file:")) {
            ("-", ..) => Source::Stdin,
            (_, Some(variable), _) => Source::Environment(variable.to_owned()),
            (_, _, Some(path)) => Source::File(path.into()),
            (text, None, None) => Source::Literal(Secret::from(text)),
        };
        sources.insert(name, source);
    }
    Ok(sources)
}

/// Whether the method sends this secret.
pub(super) fn needed(plan: &Plan, method: &AuthMethod, name: &str) -> bool {
    match name.strip_prefix(APP) {
        Some(name) => method.deployment(plan).1.iter().any(|secret| secret.name == name),
        None => method.secrets.iter().any(|secret| secret.name == name),
    }
}

/// The secrets of every auth method and of the deployment.
pub(super) fn every_secret(plan: &Plan) -> Vec<String> {
    let own = plan.auth.iter().flat_map(|method| &method.secrets).map(|secret| secret.name.clone());
    let mut known: Vec<String> = own.chain(plan.app_secrets.iter().map(|secret| format!("{APP}{}", secret.name))).collect();
    known.sort();
    known.dedup();
    known
}

/// A value by its parameter's type.
fn read(parameter: &Parameter, text: &str) -> Result<Value, Stop> {
    let wrong = |what: &str| Stop::usage(format!("parameter `{}` takes {what}, not `{text}`", parameter.name));
    match parameter.r#type {
        Type::Integer => text.parse::<i64>().map(Value::from).map_err(|_| wrong("a whole number")),
        // As it is written: a number that goes through a float may come out as another.
        Type::Number => serde_json::from_str::<Value>(text).ok().filter(Value::is_number).ok_or_else(|| wrong("a number")),
        Type::Boolean => text.parse::<bool>().map(Value::from).map_err(|_| wrong("`true` or `false`")),
        Type::File => Err(Stop::usage(format!("parameter `{}` is a file, which only an operation takes", parameter.name))),
        // A list of words is easier written with commas.
        Type::Array if !text.trim_start().starts_with('[') => Ok(text.split(',').map(|word| Value::from(word.trim())).collect()),
        Type::Object | Type::Array => serde_json::from_str(text).map_err(|_| wrong("JSON")),
        Type::String | Type::Hostname | Type::Url | Type::Enum | Type::Id | Type::Timestamp => Ok(Value::from(text)),
    }
}

/// A number in the account file where the connector takes text: YAML has no way to know.
pub(super) fn as_text(parameter: &Parameter, value: &mut Value) {
    match parameter.r#type {
        Type::String | Type::Hostname | Type::Url | Type::Enum | Type::Id | Type::Timestamp if value.is_number() => {
            *value = Value::from(value.to_string());
        }
        Type::String
        | Type::Hostname
        | Type::Url
        | Type::Enum
        | Type::Id
        | Type::Timestamp
        | Type::Integer
        | Type::Number
        | Type::Boolean
        | Type::Object
        | Type::Array
        | Type::File => {}
    }
}
