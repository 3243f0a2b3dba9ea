//! `connc explain`: what a problem means, with a wrong and a right example.

use std::io::Write as _;

use connc_compiler::diagnostic::{CODES, Code, Explanation};

use crate::console::{Console, DIM, GREEN, RED, STRONG};
use crate::error::{Stop, suggestion};

/// Say what a problem that `check` found means
#[derive(Debug, clap::Args)]
#[command(after_help = include_str!("../../help/explain.txt"))]
pub(crate) struct Args {
    /// The problem's code; without it, all of them are listed
    code: Option<String>,
}

pub(crate) fn run(args: &Args, console: &mut Console) -> Result<(), Stop> {
    let Some(slug) = &args.code else { return list(console) };
    let code = Code::parse(slug).ok_or_else(|| {
        let near = connc_compiler::diagnostic::nearest(slug, CODES.iter().map(|code| code.slug()));
        let help = near
            .map_or_else(|| "`connc explain` lists them".to_owned(), |_| suggestion(slug, "codes", CODES.iter().map(|code| code.slug())));
        Stop::usage(format!("there is no code `{slug}`")).help(help)
    })?;
    let Explanation { why, wrong, right } = code.explanation();
    writeln!(console.out, "{STRONG}{slug}{STRONG:#} ({}): {}\n\n{why}", code.severity().name(), code.summary())?;
    for (title, style, example) in [("Wrong", RED, wrong), ("Right", GREEN, right)] {
        if !example.is_empty() {
            writeln!(console.out, "\n{style}{title}{style:#}\n")?;
            for line in example.lines() {
                writeln!(console.out, "{}", format!("    {line}").trim_end())?;
            }
        }
    }
    Ok(())
}

fn list(console: &mut Console) -> Result<(), Stop> {
    let width = CODES.iter().map(|code| code.slug().len()).max().unwrap_or(0);
    for code in CODES {
        writeln!(console.out, "{STRONG}{:width$}{STRONG:#}  {DIM}{:7}{DIM:#}  {}", code.slug(), code.severity().name(), code.summary())?;
    }
    Ok(())
}
