//! The engine behind [`Engine`]: jlens. Nothing outside this folder names it.

mod evaluation;
mod host;
mod lower;
mod syntax;
#[cfg(test)]
mod tests;
mod write;

pub(crate) use write::push_number;

use jlens_core::Expression;
use jlens_core::reads::{Read, Reads};

use crate::engine::{Engine, EvalError, JsonError, Run, SyntaxError};
use crate::{ir, limits};

/// The engine.
pub(crate) struct Jlens;

/// A compiled expression, with the text literals in it: an error may repeat what the expression says itself.
#[derive(Clone)]
pub(crate) struct Compiled {
    expression: Expression,
    literals: std::sync::Arc<[String]>,
}

/// A parsed document.
pub(crate) struct Parsed(jlens_core::Document);

impl Clone for Parsed {
    /// Shares the values: the whole document is the part of it that the empty pointer names.
    fn clone(&self) -> Self {
        Self(self.0.pointer("").unwrap_or_else(|| jlens_core::Document::new(&serde_json::Value::Null)))
    }
}

impl Engine for Jlens {
    type Program = Compiled;
    type Document = Parsed;
    type Reads = Reads;

    fn parse(source: &str) -> Result<ir::Node, Vec<SyntaxError>> {
        syntax::check_size(source).map_err(|error| vec![error])?;
        let ast = jlens_core::parse_recover(source);
        let errors = syntax::explain_all(&ast.diagnostics, source);
        if errors.is_empty() {
            return lower::tree(&ast.root).and_then(syntax::check_names).map_err(|error| vec![error]);
        }
        Err(errors)
    }

    fn compile(source: &str, tree: &ir::Node) -> Result<Compiled, SyntaxError> {
        let expression = Expression::compile(source).map_err(|error| syntax::explain(&(&error).into(), source))?;
        let mut literals = Vec::new();
        tree.walk(&mut |node| {
            if let ir::Kind::String(text) = &node.kind {
                literals.push(text.clone());
            }
        });
        Ok(Compiled { expression, literals: literals.into() })
    }

    fn reads(program: &Compiled) -> Reads {
        program.expression.reads_with(host::bindings())
    }

    fn reads_input(reads: &Reads) -> bool {
        reads.input().is_some()
    }

    fn unite(one: &Reads, other: &Reads) -> Reads {
        one.union(other)
    }

    fn document(text: &str, reads: Option<&Reads>) -> Result<Parsed, JsonError> {
        let parsed = match reads {
            None => jlens_core::Document::parse(text),
            Some(reads) => match reads.input() {
                Some(read) => jlens_core::Document::parse_cut(text, read),
                None => jlens_core::Document::parse_cut(text, &Read::Fields(std::collections::BTreeMap::new())),
            },
        };
        parsed.map(Parsed).map_err(|error| explain_json(&error))
    }

    fn write(program: &Compiled, run: &Run<'_, Parsed>, sink: &mut String) -> Result<bool, EvalError> {
        let mut bytes = false;
        let written = evaluation::evaluate(program, run, |output| output.write(&mut write::Text::new(sink, &mut bytes)))?;
        if bytes {
            let message = "bytes are no text: write them with `$hex` or `$base64`".to_owned();
            return Err(EvalError { message, span: None, limit: false });
        }
        Ok(written.is_some())
    }

    fn truth(program: &Compiled, run: &Run<'_, Parsed>) -> Result<bool, EvalError> {
        let truth = evaluation::evaluate(program, run, |output| output.write(&mut write::Truth))?;
        Ok(truth.unwrap_or(false))
    }
}

/// The parser's message without the place, which has its own members.
fn explain_json(error: &serde_json::Error) -> JsonError {
    let text = error.to_string();
    let message = text.split(" at line ").next().unwrap_or_default();
    let message = if message.starts_with("recursion limit") {
        format!("nested deeper than {} levels", limits::JSON_DEPTH)
    } else if error.is_eof() {
        "ends in the middle of a value".to_owned()
    } else {
        message.to_owned()
    };
    JsonError { message, line: error.line(), column: error.column() }
}
