//! Expressions as they run: compiled once for a connector, evaluated to JSON text.

use std::collections::HashMap;
use std::sync::Mutex;

use connc_expr::{Document, EvalError, Program, Reads, Variables};
use connc_plan::{ErrorKind, Expression};
use serde_json::Value;

use crate::Error;
use crate::lock::locked;

/// The compiled expressions of a connector, by their text; each is compiled when it is first used.
#[derive(Debug, Default)]
pub(crate) struct Programs(Mutex<HashMap<String, Program>>);

impl Programs {
    /// The program of an expression.
    pub(crate) fn get(&self, expression: &Expression) -> Result<Program, Error> {
        let mut programs = locked(&self.0);
        if let Some(program) = programs.get(&expression.source) {
            return Ok(program.clone());
        }
        let program = Program::compile(&expression.source).map_err(|error| {
            Error::new(ErrorKind::Map, format!("the expression `{}` cannot be compiled: {}", expression.source, error.message))
        })?;
        programs.insert(expression.source.clone(), program.clone());
        Ok(program)
    }
}

/// Variables of a call by name, as JSON text, so that they travel between threads.
#[derive(Clone, Debug, Default)]
pub(crate) struct Vars(Vec<(String, String)>);

impl Vars {
    /// Binds `$name` to JSON text.
    pub(crate) fn set(&mut self, name: &str, json: String) {
        self.0.retain(|(known, _)| known != name);
        self.0.push((name.to_owned(), json));
    }

    /// Binds `$name` to JSON text, or unbinds it.
    pub(crate) fn set_json(&mut self, name: &str, json: Option<String>) {
        self.0.retain(|(known, _)| known != name);
        self.0.extend(json.map(|json| (name.to_owned(), json)));
    }

    /// Binds `$name` to a value, or unbinds it.
    pub(crate) fn set_value(&mut self, name: &str, value: Option<&Value>) {
        self.0.retain(|(known, _)| known != name);
        if let Some(value) = value {
            self.0.push((name.to_owned(), value.to_string()));
        }
    }

    /// What `$name` is bound to, as JSON text.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, json)| json.as_str())
    }

    /// What a plain path such as `$input.body` names, with each number's digits as they are: the engine would pass it through a float.
    /// The outer none: it is no such path, or a list stands on it, and the engine knows what that means.
    #[expect(clippy::option_option, reason = "a path that names nothing is not one that the engine has to follow")]
    fn plain(&self, source: &str) -> Option<Option<Value>> {
        let is_name = |part: &&str| {
            part.starts_with(|c: char| c.is_ascii_alphabetic()) && part.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
        };
        let mut parts = source.strip_prefix('$')?.split('.');
        let name = parts.next().filter(is_name)?;
        let (_, json) = self.0.iter().find(|(known, _)| known == name)?;
        let mut value: Value = serde_json::from_str(json).ok()?;
        for part in parts {
            is_name(&part).then_some(())?;
            value = match value {
                Value::Object(mut members) => match members.remove(part) {
                    Some(member) => member,
                    None => return Some(None),
                },
                Value::Array(_) => return None,
                Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => return Some(None),
            };
        }
        Some(Some(value))
    }

    /// The variables as the engine takes them.
    pub(crate) fn bound(&self) -> Result<Variables, Error> {
        let mut variables = Variables::new();
        for (name, json) in &self.0 {
            variables.set_json(name, json).map_err(|error| Error::new(ErrorKind::Limit, format!("`${name}` cannot be read: {error}")))?;
        }
        Ok(variables)
    }
}

/// An input with its variables, to evaluate several expressions over.
pub(crate) struct Evaluation<'a> {
    programs: &'a Programs,
    document: Document,
    variables: Variables,
    vars: Vars,
    limits: connc_expr::Limits,
}

impl<'a> Evaluation<'a> {
    /// Over JSON text, of which only what `expressions` read is kept.
    pub(crate) fn over(programs: &'a Programs, text: &str, vars: &Vars, expressions: &[&Expression]) -> Result<Self, Error> {
        if expressions.is_empty() {
            return Self::over_nothing(programs, vars);
        }
        let mut reads: Option<Reads> = None;
        for expression in expressions {
            let more = programs.get(expression)?.reads();
            reads = Some(reads.map_or_else(|| more.clone(), |reads| reads.union(&more)));
        }
        let document = Document::parse(text, reads.as_ref())
            .map_err(|error| Error::new(ErrorKind::Provider, format!("the answer cannot be read: {error}")))?;
        Self::of(programs, document, vars)
    }

    /// Over nothing but the variables.
    pub(crate) fn over_nothing(programs: &'a Programs, vars: &Vars) -> Result<Self, Error> {
        Self::of(programs, Document::undefined(), vars)
    }

    /// Over a document.
    pub(crate) fn of(programs: &'a Programs, document: Document, vars: &Vars) -> Result<Self, Error> {
        Ok(Self { programs, document, variables: vars.bound()?, vars: vars.clone(), limits: connc_expr::Limits::default() })
    }

    /// The result as JSON text; none where it is undefined.
    pub(crate) fn json(&self, expression: &Expression) -> Result<Option<String>, Error> {
        self.programs.get(expression)?.eval(&self.document, &self.variables, &self.limits).map_err(|error| failed(&error))
    }

    /// The result as a value; none where it is undefined.
    pub(crate) fn value(&self, expression: &Expression) -> Result<Option<Value>, Error> {
        if let Some(value) = self.vars.plain(&expression.source) {
            return Ok(value);
        }
        let parse = |text: String| {
            serde_json::from_str(&text).map_err(|_| Error::new(ErrorKind::Limit, "the value of an expression nests too deeply"))
        };
        self.json(expression)?.map(parse).transpose()
    }

    /// The result as text: strings as they are, numbers and booleans as JSON; none for null, undefined, objects and lists.
    pub(crate) fn text(&self, expression: &Expression) -> Result<Option<String>, Error> {
        Ok(self.json(expression)?.and_then(|json| match serde_json::from_str(&json) {
            Ok(Value::String(text)) => Some(text),
            Ok(Value::Number(_) | Value::Bool(_)) => Some(json),
            Ok(Value::Null | Value::Array(_) | Value::Object(_)) | Err(_) => None,
        }))
    }

    /// Whether the result is true; absent is false.
    pub(crate) fn truth(&self, expression: &Expression) -> Result<bool, Error> {
        self.programs.get(expression)?.truth(&self.document, &self.variables, &self.limits).map_err(|error| failed(&error))
    }
}

/// An evaluation that failed, in words that hold no data.
pub(crate) fn failed(error: &EvalError) -> Error {
    let kind = if error.limit { ErrorKind::Limit } else { ErrorKind::Map };
    Error::new(kind, format!("the expression failed: {}", error.message))
}

#[cfg(test)]
mod tests {
    use super::Vars;
    use serde_json::json;

    #[test]
    fn plain_paths_keep_their_digits() {
        let mut vars = Vars::default();
        vars.set("input", r#"{"body": {"id": 9223372036854775807, "none": null, "list": [{"a": 1}]}}"#.to_owned());
        assert_eq!(vars.plain("$input.body.id"), Some(Some(json!(9_223_372_036_854_775_807_i64))));
        assert_eq!(vars.plain("$input.body.none"), Some(Some(json!(null))));
        assert_eq!(vars.plain("$input.body.missing"), Some(None));
        for other in ["$input.body.list.a", "$input.body[0]", "$other", "$input.body.id + 1", "body", "$.id", "$$"] {
            assert_eq!(vars.plain(other), None, "{other}");
        }
    }
}
