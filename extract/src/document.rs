//! A description's text as a tree of JSON values, and what kind of description it is.

use serde_json::Value;

use crate::describe::scim;
use crate::{File, Problem, yaml};

/// A description's format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `OpenAPI` 3.0.
    OpenApi30,
    /// `OpenAPI` 3.1.
    OpenApi31,
    /// Swagger 2.0.
    Swagger2,
    /// A Discovery document.
    Discovery,
    /// SCIM schemas.
    Scim,
    /// GraphQL's schema language.
    Graphql,
    /// Recorded answers.
    Cassettes,
}

/// A description that was read.
#[derive(Debug)]
pub(crate) struct Document {
    pub(crate) kind: Kind,
    pub(crate) root: Value,
}

impl Kind {
    /// The word that extracts write.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::OpenApi30 => "openapi-3.0",
            Self::OpenApi31 => "openapi-3.1",
            Self::Swagger2 => "swagger-2.0",
            Self::Discovery => "discovery",
            Self::Scim => "scim",
            Self::Graphql => "graphql",
            Self::Cassettes => "cassettes",
        }
    }
}

/// Whether a text is GraphQL's schema language: its first word is one that only stands there.
pub(crate) fn is_sdl(text: &str) -> bool {
    let mut rest = text.trim_start_matches('\u{feff}').trim_start();
    loop {
        if rest.starts_with('#') {
            rest = rest.split_once('\n').map_or("", |(_, rest)| rest).trim_start();
        } else if let Some(inner) = rest.strip_prefix("\"\"\"") {
            rest = inner.split_once("\"\"\"").map_or("", |(_, rest)| rest).trim_start();
        } else if let Some(inner) = rest.strip_prefix('"') {
            rest = inner.split_once('"').map_or("", |(_, rest)| rest).trim_start();
            if rest.starts_with(':') {
                return false;
            }
        } else {
            break;
        }
    }
    let word = rest.split(|c: char| !c.is_ascii_alphabetic()).next().unwrap_or_default();
    let words = ["schema", "type", "scalar", "enum", "input", "interface", "union", "directive", "extend"];
    // `type: object` is YAML.
    words.contains(&word) && rest.get(word.len()..).is_some_and(|after| !after.trim_start_matches([' ', '\t']).starts_with(':'))
}

/// Reads a description as JSON, or as YAML where it is none.
pub(crate) fn read(file: File<'_>) -> Result<Document, Problem> {
    let text = file.text.trim_start_matches('\u{feff}');
    let root: Value = if text.trim_start().starts_with(['{', '[']) {
        match serde_json::from_str(text) {
            Ok(root) => root,
            // A YAML file may begin with a brace too.
            Err(error) => match yaml::read(text) {
                Ok(root) => root,
                Err(_) => return Err(not_readable(file.name, "JSON", error.line(), error.column())),
            },
        }
    } else {
        yaml::read(text).map_err(|error| match error {
            yaml::Error::Syntax { line, column } => not_readable(file.name, "YAML", line, column),
            yaml::Error::TooDeep => Problem::new(format!("`{}` nests values deeper than any description", file.name)),
            yaml::Error::TooLarge => Problem::new(format!("the aliases of `{}` expand too far", file.name)),
        })?
    };
    let schemas = scim::schemas(&root);
    if !schemas.is_empty() {
        return Ok(Document { kind: Kind::Scim, root: scim::described(&schemas) });
    }
    let kind = kind(&root, file.name)?;
    Ok(Document { kind, root })
}

fn not_readable(name: &str, language: &str, line: usize, column: usize) -> Problem {
    Problem::new(format!("`{name}` is not {language}: it cannot be read on from line {line}, column {column}"))
        .help("the description's file may have been cut off, or may be a web page instead")
}

const FORMATS: &str = "OpenAPI 3.0 and 3.1, Swagger 2, Discovery documents, SCIM schemas and GraphQL's schema language are read";

fn kind(root: &Value, name: &str) -> Result<Kind, Problem> {
    let Some(object) = root.as_object() else {
        return Err(Problem::new(format!("`{name}` holds no description: it is {}", describe(root))).help(FORMATS));
    };
    // A YAML version is a number where nobody quoted it.
    let word = |key: &str| object.get(key).map(|value| value.as_str().map_or_else(|| value.to_string(), ToOwned::to_owned));
    if let Some(version) = word("openapi") {
        return match version.trim() {
            version if version.starts_with("3.0") || version == "3" => Ok(Kind::OpenApi30),
            version if version.starts_with("3.") => Ok(Kind::OpenApi31),
            version => Err(Problem::new(format!("`{name}` is OpenAPI `{version}`, which is not known")).help(FORMATS)),
        };
    }
    if let Some(version) = word("swagger").or_else(|| word("swaggerVersion")) {
        return if version.trim().starts_with('2') {
            Ok(Kind::Swagger2)
        } else {
            Err(Problem::new(format!("`{name}` is Swagger `{version}`, which is not known"))
                .help("Swagger 2 is read; tools that convert older files exist"))
        };
    }
    if object.contains_key("discoveryVersion") || word("kind").is_some_and(|kind| kind.starts_with("discovery#")) {
        return Ok(Kind::Discovery);
    }
    let has = object.keys().take(5).map(|key| format!("`{key}`")).collect::<Vec<_>>().join(", ");
    let has = if has.is_empty() { "nothing".to_owned() } else { has };
    let postman = object.get("info").is_some_and(|info| info.get("_postman_id").is_some());
    let help = if postman { "it is a Postman collection; export an OpenAPI description instead" } else { FORMATS };
    Err(Problem::new(format!("`{name}` is no description that is known: at its top stand {has}")).help(help))
}

/// A value's type, for messages.
pub(crate) fn describe(value: &Value) -> &'static str {
    match value {
        Value::Null => "empty",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "text",
        Value::Array(_) => "a list",
        Value::Object(_) => "a mapping",
    }
}
