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

    /// Binds `$name` to a value, or unbinds it.
    pub(crate) fn set_value(&mut self, name: &str, value: Option<&Value>) {
        self.0.retain(|(known, _)| known != name);
        if let Some(value) = value {
            self.0.push((name.to_owned(), value.to_string()));
        }
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
        Ok(Self { programs, document, variables: vars.bound()?, limits: connc_expr::Limits::default() })
    }

    /// The result as JSON text; none where it is undefined.
    pub(crate) fn json(&self, expression: &Expression) -> Result<Option<String>, Error> {
        self.programs.get(expression)?.eval(&self.document, &self.variables, &self.limits).map_err(|error| failed(&error))
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
