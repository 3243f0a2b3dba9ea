//! Plain expressions over a tape held against the engine: what is sure gives the engine's result to the byte.
//!
//! `CONNC_FUSED_CASES` asks for so many made expressions, and `CONNC_FUSED_SEED` for others. `CONNC_JSONATA_SUITE` names the folder of the official
//! cases of JSONata, which are not part of the repository:
//!
//! ```sh
//! CONNC_FUSED_CASES=1000000 CONNC_FUSED_SEED=2 cargo test --release -p connc-expr --test fused
//! CONNC_JSONATA_SUITE=../jsonata cargo test -p connc-expr --test fused -- --ignored
//! ```

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that cannot read its files fails")]
#![expect(
    clippy::disallowed_methods,
    reason = "more cases may be asked for, and the official ones are read from where the environment says"
)]

mod made;
mod suite;

use connc_expr::tape::{Tape, Wants};
use connc_expr::{Document, Limits, Program, Variables};
use serde_json::Value;

/// What came of one expression over one record.
#[derive(Debug, PartialEq)]
enum Outcome {
    /// It is not plain, or the record is none for the quick way.
    Engine,
    /// Both give the same.
    Same,
    /// They do not: what the engine gives, and what is made over the tape.
    Differs(String, String),
}

/// Both ways, with the record's least tape and with one that has all of it, as it has where other expressions read more.
fn compared(program: &Program, record: &str) -> Outcome {
    let Some(fused) = program.fused() else { return Outcome::Engine };
    let variables = variables();
    let mut outcome = Outcome::Engine;
    let mut expected = None;
    for wants in [fused.wants(), &Wants::everything()] {
        let mut tape = Tape::default();
        if tape.read(record, wants, 127).is_err() {
            continue;
        }
        let mut text = String::new();
        let Ok(()) = fused.run_with(tape.root(record), &variables).and_then(|made| made.write(&mut text)) else { continue };
        let expected = expected.get_or_insert_with(|| by_engine(program, record, &variables));
        if *expected != text {
            return Outcome::Differs(expected.clone(), text);
        }
        outcome = Outcome::Same;
    }
    outcome
}

/// What the engine gives in the spelling of records, empty for nothing, or what it says.
fn by_engine(program: &Program, record: &str, variables: &Variables) -> String {
    let document = match Document::parse(record, Some(&program.reads())) {
        Ok(document) => document,
        Err(error) => return format!("unreadable: {}", error.message),
    };
    match program.eval(&document, variables, &Limits::default()) {
        Ok(Some(text)) => {
            serde_json::from_str::<Value>(&text).map_or_else(|error| format!("unreadable: {error}"), |value| value.to_string())
        }
        Ok(None) => String::new(),
        Err(error) => format!("error: {}", error.message),
    }
}

/// What expressions may name besides the record.
fn variables() -> Variables {
    let mut variables = Variables::new();
    let bound = [
        ("o", r#"{"a": "\u0078", "b": [1, {"a": 2}], "c": 9007199254740993, "d": [[]]}"#),
        ("l", r#"[{"a": "x"}, [1, "y"], null]"#),
        ("t", r#""x""#),
        ("m", "[7.50]"),
        ("z", "null"),
    ];
    for (name, json) in bound {
        variables.set_json(name, json).unwrap();
    }
    variables
}
