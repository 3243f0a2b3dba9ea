//! Expressions, parsed for the compiler and compiled for the runtime.

use std::sync::Arc;

use super::{Chosen, Document, Engine, EvalError, Reads, Run, SyntaxError, Variables};
use crate::fused::Fused;
use crate::{Limits, ir};

/// The tree of an expression. A path of one plain step is that step: `id` is a [`ir::Kind::Field`] and no path.
///
/// # Errors
///
/// Every syntax error in the text, in its order.
pub fn parse(source: &str) -> Result<ir::Node, Vec<SyntaxError>> {
    Chosen::parse(source)
}

/// A compiled expression with the host functions bound. Cheap to clone, and shared among threads.
#[derive(Clone)]
pub struct Program {
    source: Arc<str>,
    compiled: <Chosen as Engine>::Program,
    reads: Reads,
    path: Option<Arc<[String]>>,
    fused: Option<Arc<Fused>>,
}

impl Program {
    /// Compiles an expression.
    ///
    /// # Errors
    ///
    /// The first syntax error; [`parse`] gives all of them.
    pub fn compile(source: &str) -> Result<Self, SyntaxError> {
        let nothing = || SyntaxError { span: 0..source.len(), message: "not an expression".to_owned(), help: None };
        let tree = parse(source).map_err(|errors| errors.into_iter().next().unwrap_or_else(nothing))?;
        let compiled = Chosen::compile(source, &tree)?;
        let path = tree.pure_path().map(Arc::from);
        let fused = Fused::compile(&tree).map(Arc::new);
        Ok(Self { source: Arc::from(source), reads: Reads(Chosen::reads(&compiled)), compiled, path, fused })
    }

    /// The text that it was compiled from.
    #[must_use]
    pub fn source(&self) -> &str {
        &self.source
    }

    /// What it may read of its input, for [`Document::parse`].
    #[must_use]
    pub fn reads(&self) -> Reads {
        self.reads.clone()
    }

    /// Whether its result may depend on its input at all.
    #[must_use]
    pub fn reads_input(&self) -> bool {
        Chosen::reads_input(&self.reads.0)
    }

    /// The member names, outermost first, where it is nothing but a path of fields, so that its value can be cut out of the text.
    /// Empty for `$`, which is the whole document.
    #[must_use]
    pub fn path(&self) -> Option<&[String]> {
        self.path.as_deref()
    }

    /// The way over a tape, where the expression is plain.
    #[must_use]
    pub fn fused(&self) -> Option<&Fused> {
        self.fused.as_deref()
    }

    /// Evaluates to JSON text; none is JSONata's undefined.
    ///
    /// # Errors
    ///
    /// The expression failed, or reached a limit.
    pub fn eval(&self, input: &Document, variables: &Variables, limits: &Limits) -> Result<Option<String>, EvalError> {
        let mut text = String::new();
        Ok(self.eval_to(input, variables, limits, &mut text)?.then_some(text))
    }

    /// As [`Program::eval`], appended to `sink`; false where there is nothing. After an error `sink` is as before.
    ///
    /// # Errors
    ///
    /// The expression failed, or reached a limit.
    pub fn eval_to(&self, input: &Document, variables: &Variables, limits: &Limits, sink: &mut String) -> Result<bool, EvalError> {
        let before = sink.len();
        let written = Chosen::write(&self.compiled, &run(input, variables, limits), sink);
        if written.is_err() {
            sink.truncate(before);
        }
        written
    }

    /// Whether the result is true by JSONata's rules; absent is false.
    ///
    /// # Errors
    ///
    /// The expression failed, or reached a limit.
    pub fn truth(&self, input: &Document, variables: &Variables, limits: &Limits) -> Result<bool, EvalError> {
        Chosen::truth(&self.compiled, &run(input, variables, limits))
    }
}

impl std::fmt::Debug for Program {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Program").field(&self.source).finish()
    }
}

fn run<'a>(input: &'a Document, variables: &'a Variables, limits: &'a Limits) -> Run<'a, <Chosen as Engine>::Document> {
    Run { input: input.inner(), variables: variables.inner(), limits }
}
