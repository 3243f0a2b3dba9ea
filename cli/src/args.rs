//! The command line.

use std::path::PathBuf;

use clap::{Parser, Subcommand, ValueEnum};

use crate::commands::{
    build, check, completions, connect, diff, drift, eval, explain, extract, list, lsp, man, new, plan, prove, run, schema, test, verify,
};

/// Declarative connectors: check them, run them, test them.
#[derive(Debug, Parser)]
#[command(
    name = "connc",
    version,
    propagate_version = true,
    max_term_width = 120,
    after_help = include_str!("../help/connc.txt")
)]
pub(crate) struct Cli {
    /// A folder with a folder for each connector; those win over ./connectors, and these over the built-in ones
    #[arg(long, global = true, value_name = "DIR")]
    pub(crate) connectors: Option<PathBuf>,
    /// When to use colour
    #[arg(long, global = true, value_enum, value_name = "WHEN", default_value_t = Color::Auto)]
    pub(crate) color: Color,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// When to use colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Color {
    /// On a terminal
    Auto,
    /// Everywhere
    Always,
    /// Nowhere
    Never,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Check(check::Args),
    Explain(explain::Args),
    Plan(plan::Args),
    Run(Box<run::Args>),
    Test(test::Args),
    Prove(prove::Args),
    Verify(Box<verify::Args>),
    Connect(Box<connect::Args>),
    List(list::Args),
    Eval(eval::Args),
    New(new::Args),
    Extract(extract::Args),
    Drift(drift::Args),
    Diff(diff::Args),
    Build(build::Args),
    Schema(schema::Args),
    Lsp(lsp::Args),
    Completions(completions::Args),
    Man(man::Args),
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    #[test]
    fn the_definition_holds_together() {
        super::Cli::command().debug_assert();
    }
}
