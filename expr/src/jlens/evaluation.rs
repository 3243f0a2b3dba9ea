//! Runs a compiled expression under limits, and says in plain words what failed.

use jlens_core::input::{Sink, Source};
use jlens_core::output::Output;
use jlens_core::{Document, Error, Options};

use super::{Compiled, Parsed, host};
use crate::Limits;
use crate::engine::{EvalError, Run};

/// Evaluates, and gives the result to `write`.
pub(super) fn evaluate<R>(
    program: &Compiled,
    run: &Run<'_, Parsed>,
    write: impl FnOnce(Output<'_, '_>) -> jlens_core::Result<R>,
) -> Result<R, EvalError> {
    let options = options(run.limits);
    let result = match run.input {
        Some(input) => {
            let variables: Vec<(&str, &Document)> = run.variables.iter().map(|(name, value)| (name.as_str(), &value.0)).collect();
            program.expression.evaluate_document_with_to(&input.0, &variables, host::bindings(), &options, write)
        }
        // Only this way in takes no input at all, and it takes variables as JSON alone.
        None => {
            let bind = |bindings: jlens_core::Bindings, (name, value): &(String, Parsed)| bindings.var(name, value.0.to_json());
            let bindings = run.variables.iter().fold(host::bindings().clone(), bind);
            program.expression.evaluate_source_to(&Nothing, &bindings, &options, write)
        }
    };
    result.map_err(|error| explain(&error, program, run.limits))
}

/// The input that is not there.
struct Nothing;

impl Source<'_> for Nothing {
    fn read(&self, _sink: &mut Sink<'_, '_>) -> Result<(), String> {
        Ok(())
    }
}

fn options(limits: &Limits) -> Options {
    // The clock and the seed are fixed: what could read them is refused, and this way nothing can tell two evaluations apart.
    Options::new()
        .timeout(limits.time)
        .max_steps(limits.steps)
        .max_depth(limits.depth)
        .max_string_length(limits.string)
        .max_array_length(limits.array)
        .max_result_size(limits.result)
        .now(0)
        .seed(0)
}

/// The engine's messages quote values, so each is said anew without them.
fn explain(error: &Error, program: &Compiled, limits: &Limits) -> EvalError {
    let code = error.code();
    let span = error.span().map(|span| span.start..span.end);
    let limit = matches!(code, "D1011" | "D1012" | "U1001" | "U1003" | "U1006" | "D2014" | "D2015" | "D2016");
    EvalError { message: message(error, code, program, limits), span, limit }
}

fn message(error: &Error, code: &str, program: &Compiled, limits: &Limits) -> String {
    let token = || error.token().filter(|token| is_written(token, program)).unwrap_or_default();
    let detail = |key: &str| error.detail(key).map(ToString::to_string).unwrap_or_default();
    match code {
        host::CODE => error.detail("message").and_then(|text| text.as_str()).unwrap_or("a function failed").to_owned(),
        "D1011" => format!("nests deeper than {} levels", limits.depth),
        "D1012" => format!("took longer than {} ms", limits.time.as_millis()),
        "U1006" => format!("took more than {} steps", limits.steps),
        "U1001" | "D2014" | "D2015" | "D2016" => "made a text, a list or a result larger than allowed".to_owned(),
        "D1001" | "D3001" => "a number is out of range".to_owned(),
        "D1002" => "`-` needs a number".to_owned(),
        "T1003" => "the key of an object is no text".to_owned(),
        "D1004" => "the regular expression matches empty text".to_owned(),
        "T1005" | "T1006" | "T1007" | "T1008" => match token() {
            name if name.is_empty() => "what is called is no function".to_owned(),
            name => format!("`{name}` is no function"),
        },
        "D1009" => "two keys of an object are the same".to_owned(),
        "T2001" => format!("the left side of `{}` is no number", token()),
        "T2002" => format!("the right side of `{}` is no number", token()),
        "T2003" | "T2004" => "`..` needs whole numbers on both sides".to_owned(),
        "T2006" => "the right side of `~>` is no function".to_owned(),
        "T2007" | "T2008" => "sorting needs numbers, or texts, and not both".to_owned(),
        "T2009" => format!("the sides of `{}` are of different types", token()),
        "T2010" => format!("`{}` needs numbers or texts", token()),
        "T2011" => "the update of a transform is no object".to_owned(),
        "T2012" => "the deletion of a transform is no text or list of texts".to_owned(),
        "T0410" | "T0411" | "T0412" => format!("argument {} of `${}` has the wrong type", detail("index"), token()),
        "D3030" => "the value is no number".to_owned(),
        "D3060" => "the square root of a negative number".to_owned(),
        "D3061" => "the power is out of range".to_owned(),
        "D3070" => "`$sort` without a function needs a list of texts or of numbers".to_owned(),
        "D3100" => "the base must be between 2 and 36".to_owned(),
        "D3110" => "the text is no timestamp".to_owned(),
        "D3136" => "the picture does not say enough to read a timestamp".to_owned(),
        "D3137" | "D3141" => own_words(error, program),
        "D3138" => "`$single` found more than one".to_owned(),
        "D3139" => "`$single` found none".to_owned(),
        "D3140" => "the text is no well-formed URL".to_owned(),
        "U1004" => "the input could not be read".to_owned(),
        _ if code.starts_with("D30") => "an argument is out of range".to_owned(),
        _ if code.starts_with("D313") || code.starts_with("D308") || code.starts_with("D309") => {
            "the picture is not well formed".to_owned()
        }
        _ => "the expression failed".to_owned(),
    }
}

/// The text of `$error` and `$assert`, where the expression holds it word for word; a computed one might hold data.
fn own_words(error: &Error, program: &Compiled) -> String {
    let said = error.detail("message").and_then(|text| text.as_str());
    let literal = said.filter(|said| program.literals.iter().any(|literal| literal == said));
    literal.map_or_else(|| "raised by the expression itself".to_owned(), ToOwned::to_owned)
}

/// Whether a token is part of the expression's text, and so no data.
fn is_written(token: &str, program: &Compiled) -> bool {
    !token.is_empty() && program.expression.source().contains(token)
}
