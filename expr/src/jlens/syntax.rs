//! The engine's syntax errors in plain words.

use jlens_core::{Diagnostic, Severity};

use crate::engine::SyntaxError;
use crate::ir::{Kind, Node};
use crate::limits;

/// Refuses a text that is too long to be an expression.
pub(super) fn check_size(source: &str) -> Result<(), SyntaxError> {
    if source.len() <= limits::EXPRESSION_BYTES {
        return Ok(());
    }
    let message = format!("longer than {} bytes", limits::EXPRESSION_BYTES);
    Err(SyntaxError { span: 0..source.len(), message, help: None })
}

/// Refuses to bind `$clone`: a transform calls it by name, and with another function there it would change the document itself.
pub(super) fn check_names(tree: Node) -> Result<Node, SyntaxError> {
    let mut wrong = None;
    tree.walk(&mut |node| {
        let mut names: Vec<&String> = Vec::new();
        if let Kind::Bind(name, _) = &node.kind {
            names.push(name);
        } else if let Kind::Lambda(parameters, ..) = &node.kind {
            names.extend(parameters);
        } else if let Kind::Path(steps) = &node.kind {
            names.extend(steps.iter().flat_map(|step| [&step.index, &step.focus]).flatten());
        }
        if wrong.is_none() && names.into_iter().any(|name| name == "clone") {
            wrong = Some(node.span.clone());
        }
    });
    match wrong {
        None => Ok(tree),
        Some(span) => {
            let message = "`$clone` cannot be bound".to_owned();
            Err(SyntaxError { span, message, help: Some("choose another name".to_owned()) })
        }
    }
}

/// Every error, in the order of the text, without those that only follow from the one before.
pub(super) fn explain_all(diagnostics: &[Diagnostic], source: &str) -> Vec<SyntaxError> {
    let mut errors: Vec<SyntaxError> = Vec::new();
    for diagnostic in diagnostics.iter().filter(|diagnostic| diagnostic.severity == Severity::Error) {
        let error = explain(diagnostic, source);
        let follows = errors.last().is_some_and(|last| {
            let between = source.get(last.span.end..error.span.start);
            last.span == error.span || (is_about_order(&diagnostic.code) && between.is_none_or(|text| text.trim().is_empty()))
        });
        if !follows {
            errors.push(error);
        }
    }
    errors
}

/// Whether an error says that something stands where it cannot: right after another error, that is a consequence.
fn is_about_order(code: &str) -> bool {
    matches!(code, "S0201" | "S0202" | "S0203" | "S0205" | "S0206" | "S0207" | "S0211")
}

/// Says one of the engine's syntax errors anew.
pub(super) fn explain(diagnostic: &Diagnostic, source: &str) -> SyntaxError {
    let span = diagnostic.span.start.min(source.len())..diagnostic.span.end.min(source.len());
    let written = source.get(span.clone()).unwrap_or_default();
    let quoted = quoted(&diagnostic.message);
    let first = quoted.first().map_or(written, String::as_str);
    let second = quoted.get(1).map_or(written, String::as_str);
    let (message, help) = words(&diagnostic.code, first, second, written);
    SyntaxError { span, message, help: help.map(ToOwned::to_owned) }
}

fn words(code: &str, first: &str, second: &str, written: &str) -> (String, Option<&'static str>) {
    match code {
        "S0101" => ("the text has no closing quote".to_owned(), Some("end it with the quote that it began with")),
        "S0102" => (format!("the number `{first}` is out of range"), None),
        "S0103" => (format!("`\\{first}` is no escape"), Some(r#"the escapes are \" \\ \/ \b \f \n \r \t and \uXXXX"#)),
        "S0104" => ("`\\u` needs four hexadecimal digits".to_owned(), None),
        "S0105" => ("the name has no closing backquote".to_owned(), None),
        "S0106" => ("the comment has no end".to_owned(), Some("end it with `*/`")),
        "S0202" => (format!("expected `{}` before {}", first, token(second)), None),
        "S0203" => (format!("expected `{first}` before the end"), None),
        "S0204" => (format!("`{first}` is no operator"), operator_help(first)),
        "S0201" | "S0205" | "S0206" => (format!("unexpected {}", token(first)), after_help(first)),
        "S0207" => ("ends where a value is expected".to_owned(), None),
        "S0208" => ("a parameter of a function is no variable".to_owned(), Some("begin its name with `$`")),
        "S0209" => ("a predicate stands after a group".to_owned(), Some("write the predicate before the `{`")),
        "S0210" => ("a second group on one step".to_owned(), None),
        "S0211" => (format!("{} cannot begin a value", token(if written.is_empty() { first } else { written })), after_help(written)),
        "S0212" => ("the left side of `:=` is no variable".to_owned(), Some("begin its name with `$`")),
        "S0213" => (format!("`{written}` cannot be a step of a path"), None),
        "S0214" => (format!("the right side of `{first}` is no variable"), Some("begin its name with `$`")),
        "S0215" => ("`@` stands after a predicate".to_owned(), Some("write it before the `[`")),
        "S0216" => ("`@` stands after a sort".to_owned(), Some("write it before the `^`")),
        "S0217" => ("`%` has no parent here".to_owned(), Some("it works after two or more steps of a path")),
        "S0301" => ("the regular expression is empty".to_owned(), None),
        "S0302" => ("the regular expression has no closing `/`".to_owned(), None),
        "S0401" | "S0402" => ("the signature of the function is not well formed".to_owned(), None),
        "U1001" => (format!("nested deeper than {} levels", limits::EXPRESSION_DEPTH), None),
        _ => ("not an expression".to_owned(), None),
    }
}

/// A token as a reader sees it.
fn token(text: &str) -> String {
    match text {
        "" | "(end)" => "the end".to_owned(),
        text => format!("`{text}`"),
    }
}

/// What people write who know other languages.
fn operator_help(operator: &str) -> Option<&'static str> {
    match operator {
        "!" => Some("negation is `$not(x)`"),
        "~" => Some("a function is applied with `~>`"),
        _ => None,
    }
}

fn after_help(token: &str) -> Option<&'static str> {
    match token {
        "=" => Some("equality is a single `=`"),
        "&" => Some("`and` is the logical operator; a single `&` joins texts"),
        "|" => Some("`or` is the logical operator"),
        _ => None,
    }
}

/// The JSON strings in one of the engine's messages: that is how it quotes tokens.
fn quoted(message: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut rest = message;
    while let Some((_, from)) = rest.find('"').and_then(|at| rest.split_at_checked(at)) {
        let mut strings = serde_json::Deserializer::from_str(from).into_iter::<String>();
        let Some(Ok(text)) = strings.next() else { break };
        found.push(text);
        rest = from.get(strings.byte_offset()..).unwrap_or_default();
    }
    found
}
