//! Expressions as they run: compiled once for a connector, evaluated to JSON text.

use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use connc_expr::limits::JSON_DEPTH;
use connc_expr::{Document, EvalError, Program, Reads, Variables};
use connc_plan::{ErrorKind, Expression};
use serde_json::Value;

use crate::lock::locked;
use crate::{Error, extract};

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

/// Variables of a call by name, as JSON text, so that they travel between threads. Clones share the text.
#[derive(Clone, Debug, Default)]
pub(crate) struct Vars(Vec<(Arc<str>, Arc<str>)>);

impl Vars {
    /// Binds `$name` to JSON text.
    pub(crate) fn set(&mut self, name: &str, json: String) {
        self.set_json(name, Some(json));
    }

    /// Binds `$name` to JSON text, or unbinds it.
    pub(crate) fn set_json(&mut self, name: &str, json: Option<String>) {
        self.0.retain(|(known, _)| **known != *name);
        self.0.extend(json.map(|json| (name.into(), json.into())));
    }

    /// Binds `$name` to a value, or unbinds it.
    pub(crate) fn set_value(&mut self, name: &str, value: Option<&Value>) {
        self.set_json(name, value.map(Value::to_string));
    }

    /// What `$name` is bound to, as JSON text.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| **known == *name).map(|(_, json)| &**json)
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
        let mut value: Value = serde_json::from_str(self.get(name)?).ok()?;
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
            bind(&mut variables, name, json)?;
        }
        Ok(variables)
    }

    /// Refuses what [`Self::bound`] would, without taking in what nothing may read.
    pub(crate) fn check(&self) -> Result<(), Error> {
        // Each of them is JSON. A text that holds fewer bytes does not nest too deeply for the engine.
        let suspicious = |json: &str| json.len() > JSON_DEPTH && extract::deeper_than(json, JSON_DEPTH / 2);
        self.0.iter().filter(|(_, json)| suspicious(json)).try_for_each(|(name, json)| bind(&mut Variables::new(), name, json))
    }
}

fn bind(variables: &mut Variables, name: &str, json: &str) -> Result<(), Error> {
    variables.set_json(name, json).map_err(|error| Error::new(ErrorKind::Limit, format!("`${name}` cannot be read: {error}")))
}

/// Whether an expression may read `$name`. There is no other way to a variable than by its name.
pub(crate) fn mentions(expression: &Expression, name: &str) -> bool {
    expression.source.match_indices('$').any(|(at, _)| expression.source.get(at + 1..).is_some_and(|rest| rest.starts_with(name)))
}

/// An input with its variables, to evaluate several expressions over.
pub(crate) struct Evaluation<'a> {
    programs: &'a Programs,
    document: Document,
    /// Those variables that an expression has named so far, as the engine takes them.
    bound: RefCell<Bound>,
    vars: Vars,
    limits: connc_expr::Limits,
}

#[derive(Default)]
struct Bound {
    names: Vec<Arc<str>>,
    variables: Variables,
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
        vars.check()?;
        Ok(Self { programs, document, bound: RefCell::default(), vars: vars.clone(), limits: connc_expr::Limits::default() })
    }

    /// Runs the program of an expression with the variables that it may read.
    fn run<R>(
        &self,
        expression: &Expression,
        run: impl FnOnce(&Program, &Document, &Variables, &connc_expr::Limits) -> Result<R, EvalError>,
    ) -> Result<R, Error> {
        let program = self.programs.get(expression)?;
        let mut bound = self.bound.take();
        for (name, json) in &self.vars.0 {
            if !bound.names.contains(name) && mentions(expression, name) {
                bind(&mut bound.variables, name, json)?;
                bound.names.push(Arc::clone(name));
            }
        }
        let done = run(&program, &self.document, &bound.variables, &self.limits);
        self.bound.replace(bound);
        done.map_err(|error| failed(&error))
    }

    /// The result as JSON text; none where it is undefined.
    pub(crate) fn json(&self, expression: &Expression) -> Result<Option<String>, Error> {
        self.run(expression, Program::eval)
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
        Ok(self.json(expression)?.and_then(text_of))
    }

    /// Whether the result is true; absent is false.
    pub(crate) fn truth(&self, expression: &Expression) -> Result<bool, Error> {
        self.run(expression, Program::truth)
    }
}

/// JSON text as text: strings as they are, numbers and booleans as JSON; none for null, objects and lists.
pub(crate) fn text_of(json: String) -> Option<String> {
    match serde_json::from_str(&json) {
        Ok(Value::String(text)) => Some(text),
        Ok(Value::Number(_) | Value::Bool(_)) => Some(json),
        Ok(Value::Null | Value::Array(_) | Value::Object(_)) | Err(_) => None,
    }
}

/// An evaluation that failed, in words that hold no data.
pub(crate) fn failed(error: &EvalError) -> Error {
    let kind = if error.limit { ErrorKind::Limit } else { ErrorKind::Map };
    Error::new(kind, format!("the expression failed: {}", error.message))
}

#[cfg(test)]
mod tests {
    use super::{Evaluation, Expression, Programs, Vars, mentions};
    use serde_json::json;

    fn expression(source: &str) -> Expression {
        serde_json::from_value(json!({ "source": source, "origin": [0, 1, 1] })).unwrap()
    }

    #[test]
    fn variables_are_taken_in_when_they_are_named() {
        for (source, named) in [("$headers.a", true), ("a.$headersOf(b)", true), ("headers", false), ("$h & $$.headers", false)] {
            assert_eq!(mentions(&expression(source), "headers"), named, "{source}");
        }
        let (programs, mut vars) = (Programs::default(), Vars::default());
        vars.set("one", "1".to_owned());
        vars.set("two", r#"{"a": 2}"#.to_owned());
        let over = Evaluation::over_nothing(&programs, &vars).unwrap();
        for (source, made) in [("$one", Some("1")), ("$two.a + $one", Some("3")), ("$one", Some("1")), ("$three", None)] {
            assert_eq!(over.json(&expression(source)).unwrap().as_deref(), made, "{source}");
        }
        assert!(over.json(&expression("$one & $two ~> $nothing()")).is_err());
        assert_eq!(over.json(&expression("$one + 1")).unwrap().as_deref(), Some("2"));
    }

    #[test]
    fn a_variable_that_nests_too_deeply_is_refused_though_nothing_reads_it() {
        let deep = |levels: usize| "[".repeat(levels) + &"]".repeat(levels);
        for (levels, fine) in [(1, true), (100, true), (127, true), (128, false), (200, false)] {
            let mut vars = Vars::default();
            vars.set("deep", deep(levels));
            assert_eq!((vars.bound().is_ok(), Evaluation::over_nothing(&Programs::default(), &vars).is_ok()), (fine, fine), "{levels}");
        }
    }

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
