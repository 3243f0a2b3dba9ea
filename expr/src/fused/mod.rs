//! The plain part of JSONata, run over a tape: paths, literals, conditions, comparisons, constructors, predicates and common functions.
//!
//! Nearly all field maps are nothing else. An expression that has more in it does not compile here, and goes to the engine; one that meets
//! a value whose treatment is not plain, such as an error, says [`Unsure`], and the engine decides about that record. What is made here is
//! what the engine makes, to the byte.
//!
//! ```
//! use connc_expr::Program;
//! use connc_expr::tape::Tape;
//!
//! let program = Program::compile(r#"groups.{ "id": $, "kind": "team" }"#).expect("is JSONata");
//! let fused = program.fused().expect("is plain");
//! let (mut tape, text) = (Tape::default(), r#"{"id": 7, "groups": ["a", "b"], "rest": {}}"#);
//! tape.read(text, fused.wants(), 100).expect("is plain JSON");
//! let made = fused.run(tape.root(text)).expect("is sure");
//! let mut out = String::new();
//! made.write(&mut out).expect("is sure");
//! assert_eq!(out, r#"[{"id":"a","kind":"team"},{"id":"b","kind":"team"}]"#);
//! ```

mod call;
mod compare;
mod compile;
mod number;
mod run;
#[cfg(test)]
mod tests;
mod value;

use crate::engine::Variables;
use crate::ir;
use crate::tape::{self, Unsure, Wants};

pub use value::{Items, List, Seen, Sort, Value};

/// A plain expression, compiled.
#[derive(Clone, Debug)]
pub struct Fused {
    op: Op,
    wants: Wants,
}

impl Fused {
    /// Compiles an expression that is plain; none where it is not.
    #[must_use]
    pub(crate) fn compile(tree: &ir::Node) -> Option<Self> {
        compile::compile(tree).map(|(op, wants)| Self { op, wants })
    }

    /// What it reads of a record.
    #[must_use]
    pub fn wants(&self) -> &Wants {
        &self.wants
    }

    /// The value over a record, of which at least [`Self::wants`] is on the tape. An expression that reads a variable is left to the engine.
    ///
    /// # Errors
    ///
    /// Where the engine has to decide.
    pub fn run<'a>(&'a self, record: tape::Value<'a>) -> Result<Value<'a>, Unsure> {
        self.begin(Around { record, variables: None })
    }

    /// The same with the variables of the call.
    ///
    /// # Errors
    ///
    /// Where the engine has to decide.
    pub fn run_with<'a>(&'a self, record: tape::Value<'a>, variables: &'a Variables) -> Result<Value<'a>, Unsure> {
        self.begin(Around { record, variables: Some(variables) })
    }

    fn begin<'a>(&'a self, around: Around<'a>) -> Result<Value<'a>, Unsure> {
        // The engine wraps an array that is the whole input.
        if around.record.kind() == tape::Kind::Array {
            return Err(Unsure);
        }
        match &self.op {
            // As nearly always.
            Op::Field(name) => Ok(around.record.get(name).map_or(Value::Nothing, Value::Kept)),
            op => run::run(op, &Value::Kept(around.record), around),
        }
    }
}

/// What there is besides the context.
#[derive(Clone, Copy)]
struct Around<'a> {
    record: tape::Value<'a>,
    variables: Option<&'a Variables>,
}

/// What is done.
#[derive(Clone, Debug)]
enum Op {
    Null,
    Bool(bool),
    Number(f64),
    Text(String),
    /// `$`.
    Here,
    /// `$$`.
    Root,
    /// A variable of the call.
    Variable(String),
    Field(String),
    Path(Vec<Step>),
    /// A path of nothing but fields, and the same as any other.
    Fields(Vec<String>, Vec<Step>),
    /// A value with predicates that is no step of a path.
    Filtered(Box<Op>, Vec<Op>),
    Array(Vec<Item>),
    Object(Vec<(String, Op)>),
    Condition(Box<Op>, Box<Op>, Option<Box<Op>>),
    Elvis(Box<Op>, Box<Op>),
    Coalesce(Box<Op>, Box<Op>),
    And(Box<Op>, Box<Op>),
    Or(Box<Op>, Box<Op>),
    Equal(Box<Op>, Box<Op>, bool),
    Order(Box<Op>, Box<Op>, Order),
    In(Box<Op>, Box<Op>),
    Add(Box<Op>, Box<Op>),
    Concat(Box<Op>, Box<Op>),
    Call(call::Callee, Vec<Op>),
}

/// A step of a path.
#[derive(Clone, Debug)]
struct Step {
    op: Op,
    filters: Vec<Op>,
}

/// An item of an array.
#[derive(Clone, Debug)]
struct Item {
    op: Op,
    /// Whether it is an array itself, which then stays one.
    nested: bool,
}

/// How two values stand to each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Order {
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}
