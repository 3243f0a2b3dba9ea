//! `connc eval`: evaluates JSONata as a map would.

use std::io::{Read as _, Write as _};

use connc_compiler::diagnostic::nearest;
use connc_expr::ir::Kind;
use connc_expr::{Document, Limits, Program, Variables, filters, functions};

use crate::console::{CYAN, Console, DIM, RED, STRONG};
use crate::error::{Stop, names};
use crate::output::json;

/// Evaluate a JSONata expression as a map would, with its limits
#[derive(Debug, clap::Args)]
#[command(after_help = include_str!("../../help/eval.txt"))]
pub(crate) struct Args {
    /// The expression
    #[arg(required_unless_present = "functions")]
    expression: Option<String>,
    /// The JSON document that it reads; - for stdin
    #[arg(long, value_name = "FILE|-")]
    input: Option<String>,
    /// List the functions and template filters that there are
    #[arg(long, conflicts_with = "input")]
    functions: bool,
}

pub(crate) fn run(args: &Args, console: &mut Console) -> Result<(), Stop> {
    let Some(source) = args.expression.as_deref().filter(|_| !args.functions) else { return list(console) };
    let tree = match connc_expr::parse(source) {
        Ok(tree) => tree,
        Err(errors) => {
            for error in errors {
                caret(source, &error.span, &error.message, error.help.as_deref(), console)?;
            }
            return Err(Stop::Problems);
        }
    };
    let mut unknown = false;
    for (span, message, help) in strangers(&tree) {
        unknown = true;
        caret(source, &span, &message, help.as_deref(), console)?;
    }
    if unknown {
        return Err(Stop::Problems);
    }
    let program = match Program::compile(source) {
        Ok(program) => program,
        Err(error) => {
            caret(source, &error.span, &error.message, error.help.as_deref(), console)?;
            return Err(Stop::Problems);
        }
    };
    let input = match args.input.as_deref() {
        None => Document::undefined(),
        Some(name) => {
            let (text, what) = read(name)?;
            Document::parse(&text, None).map_err(|error| Stop::usage(format!("{what} is not JSON: {error}")))?
        }
    };
    match program.eval(&input, &Variables::new(), &Limits::default()) {
        Ok(Some(text)) => writeln!(console.out, "{}", json::indented(&text))?,
        Ok(None) => {}
        Err(error) => {
            caret(source, &error.span.clone().unwrap_or(0..source.len()), &error.message, None, console)?;
            return Err(Stop::Problems);
        }
    }
    Ok(())
}

fn read(name: &str) -> Result<(String, String), Stop> {
    if name == "-" {
        let mut text = String::new();
        std::io::stdin().lock().read_to_string(&mut text).map_err(|error| Stop::unreadable("stdin", &error))?;
        return Ok((text, "stdin".to_owned()));
    }
    let what = format!("`{name}`");
    let text = std::fs::read_to_string(name).map_err(|error| Stop::unreadable(&what, &error))?;
    Ok((text, what))
}

/// A remark about a place of the expression, with its help.
type Remark = (std::ops::Range<usize>, String, Option<String>);

/// Calls of functions that do not exist here.
fn strangers(tree: &connc_expr::ir::Node) -> Vec<Remark> {
    let mut found = Vec::new();
    let mut bound: Vec<&str> = Vec::new();
    tree.walk(&mut |node| match &node.kind {
        Kind::Bind(name, _) => bound.push(name),
        Kind::Lambda(names, ..) => bound.extend(names.iter().map(String::as_str)),
        _ => {}
    });
    tree.walk(&mut |node| {
        let Kind::Call(function, _) = &node.kind else { return };
        let Kind::Variable(name) = &function.kind else { return };
        let known = functions::BUILTINS.contains(&name.as_str()) || functions::find(name).is_some() || bound.contains(&name.as_str());
        if known {
            return;
        }
        if let Some((_, reason)) = functions::UNAVAILABLE.iter().find(|(unavailable, _)| unavailable == name) {
            found.push((function.span.clone(), format!("`${name}` does not exist here"), Some((*reason).to_owned())));
        } else {
            let every = functions::BUILTINS.iter().copied().chain(functions::TABLE.iter().map(|function| function.name));
            let help = nearest(name, every)
                .map_or_else(|| "`connc eval --functions` lists them".to_owned(), |near| format!("did you mean `${near}`?"));
            found.push((function.span.clone(), format!("there is no function `${name}`"), Some(help)));
        }
    });
    found
}

/// The line of the expression with a mark below the place.
fn caret(source: &str, span: &std::ops::Range<usize>, message: &str, help: Option<&str>, console: &mut Console) -> Result<(), Stop> {
    writeln!(console.err, "{RED}error{RED:#}: {message}")?;
    let start = span.start.min(source.len());
    let before = source.get(..start).unwrap_or(source);
    let line_start = before.rfind('\n').map_or(0, |at| at + 1);
    let line = source.get(line_start..).unwrap_or_default().lines().next().unwrap_or_default();
    let column = source.get(line_start..start).unwrap_or_default().chars().count();
    let room = line.chars().count().saturating_sub(column).max(1);
    let marked = source.get(start..span.end.min(source.len())).unwrap_or_default().chars().count().clamp(1, room);
    writeln!(console.err, "  {line}\n  {}{RED}{}{RED:#}", " ".repeat(column), "^".repeat(marked))?;
    if let Some(help) = help {
        writeln!(console.err, "  {CYAN}help:{CYAN:#} {help}")?;
    }
    Ok(())
}

fn list(console: &mut Console) -> Result<(), Stop> {
    writeln!(console.out, "{STRONG}Functions for formats{STRONG:#}\n")?;
    for function in functions::TABLE {
        let (example, result) = function.example;
        writeln!(
            console.out,
            "  {STRONG}${}{STRONG:#}{}\n      {}\n      {DIM}{example}  ->  {result}{DIM:#}",
            function.name, function.signature, function.doc
        )?;
    }
    let builtins: Vec<String> = functions::BUILTINS.iter().map(|name| format!("${name}")).collect();
    writeln!(console.out, "\n{STRONG}JSONata's own{STRONG:#}\n")?;
    for line in builtins.chunks(8) {
        writeln!(console.out, "  {}", line.join(" "))?;
    }
    let missing: Vec<String> = functions::UNAVAILABLE.iter().map(|(name, _)| format!("${name}")).collect();
    writeln!(console.out, "\n  not here: {}\n\n{STRONG}Template filters{STRONG:#}\n", names(missing.iter().map(String::as_str)))?;
    for filter in filters::TABLE {
        let argument = match filter.argument {
            filters::Argument::None => String::new(),
            filters::Argument::OneOf(words) => format!("(\"{}\")", words.join("\" | \"")),
            filters::Argument::Text => "(\"text\")".to_owned(),
            filters::Argument::Date => "(\"%Y-%m-%d\")".to_owned(),
        };
        writeln!(console.out, "  {STRONG}{}{STRONG:#}{argument}\n      {}", filter.name, filter.doc)?;
    }
    Ok(())
}
