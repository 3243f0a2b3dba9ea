//! Tests of inference, by topic.

mod agreement;
mod limits;
mod places;
mod problems;
mod suite;

use std::collections::BTreeMap;

use connc_expr::{Document, Limits, Program, Variables};
use serde_json::Value as Json;

use crate::shape::known::{Member, Object, Shape, Shapes, Value};
use crate::shape::{Inferred, Scope, holds, infer};

/// Infers an expression over an input.
fn inferred(expression: &str, root: &Value, shapes: &Shapes, variables: &BTreeMap<String, Value>) -> Inferred {
    let node = connc_expr::parse(expression).unwrap_or_else(|errors| panic!("{expression}: {errors:?}"));
    let scope = Scope { shapes, root: root.clone(), called: "the user".into(), variables: variables.clone() };
    infer(&node, &scope)
}

/// What the engine gives: an error is none.
fn run(expression: &str, input: Option<&Json>, bindings: &serde_json::Map<String, Json>) -> Result<Option<Json>, String> {
    let program = Program::compile(expression).map_err(|error| error.message)?;
    let document = match input {
        Some(input) => Document::parse(&input.to_string(), None).map_err(|error| error.message)?,
        None => Document::undefined(),
    };
    let mut variables = Variables::new();
    for (name, value) in bindings {
        variables.set_json(name, &value.to_string()).map_err(|error| error.message)?;
    }
    let limits = Limits { depth: 300, ..Limits::default() };
    let text = program.eval(&document, &variables, &limits).map_err(|error| error.message)?;
    text.map(|text| serde_json::from_str(&text).map_err(|error| error.to_string())).transpose()
}

/// A shape in which every member may be missing or null.
fn widened(shape: &Shape) -> Shape {
    match shape {
        Shape::List(inner) => Shape::list(widened(inner)),
        Shape::Object(object) => {
            let wide =
                |member: &Member| Member { shape: Shape::one_of([widened(&member.shape), Shape::Null]), required: false, ..member.clone() };
            Shape::Object(std::rc::Rc::new(Object { members: object.members.iter().map(wide).collect(), ..object.as_ref().clone() }))
        }
        Shape::OneOf(several) if !several.is_empty() => Shape::one_of(several.iter().map(widened)),
        other => other.clone(),
    }
}

/// Says how a result falls outside what was inferred, if it does.
fn outside(expression: &str, root: &Value, input: Option<&Json>, bindings: &serde_json::Map<String, Json>) -> Option<String> {
    let Ok(result) = run(expression, input, bindings) else { return None };
    let shapes = Shapes::default();
    let variables = bindings.iter().map(|(name, value)| (name.clone(), Value::always(Shape::of(value)))).collect();
    let found = inferred(expression, root, &shapes, &variables);
    if holds(&found.value, &shapes, result.as_ref()) {
        return None;
    }
    let text = result.map_or_else(|| "nothing".to_owned(), |json| json.to_string());
    Some(format!(
        "{expression}\n    inferred {}\n    gave {}",
        crate::shape::describe(&found.value, &shapes),
        text.chars().take(300).collect::<String>()
    ))
}

/// Whether nothing in a shape is unknown.
fn deep(shape: &Shape) -> bool {
    match shape {
        Shape::Unknown => false,
        Shape::List(inner) => deep(inner),
        Shape::OneOf(several) => several.iter().all(deep),
        Shape::Object(object) => object.members.iter().all(|member| deep(&member.shape)) && object.rest.as_ref().is_none_or(deep),
        _ => true,
    }
}
