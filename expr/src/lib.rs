//! What evaluates: JSONata under limits, templates and host functions.
//!
//! The compiler reads an expression as a tree ([`parse`], [`ir`]) and knows what exists ([`functions`], [`filters`]).
//! The runtime compiles it once into a [`Program`], which runs over JSON text and gives JSON text: no value of the engine's own
//! ever leaves this crate, so that the engine can be replaced. Templates, already lowered to [`connc_plan::Text`], are rendered by [`text`].
//!
//! ```
//! use connc_expr::{Document, Limits, Program, Variables};
//!
//! let program = Program::compile("{ 'id': id, 'name': $first_non_empty(name, login) }").expect("is JSONata");
//! let record = Document::parse(r#"{"id": 9007199254740993, "name": "", "login": "ada"}"#, Some(&program.reads())).expect("is JSON");
//! let made = program.eval(&record, &Variables::new(), &Limits::default()).expect("ends");
//! assert_eq!(made.as_deref(), Some(r#"{"id":"9007199254740993","name":"ada"}"#));
//! ```

pub mod engine;
pub mod filters;
pub mod functions;
pub mod fused;
mod integers;
pub mod ir;
mod jlens;
pub mod limits;
pub mod tape;
pub mod text;

pub use engine::{Document, EvalError, JsonError, Program, Reads, SyntaxError, Variables, parse};
pub use limits::Limits;
