//! Where output goes: results to stdout, everything else to stderr, colour where somebody looks.

use std::fmt::Display;
use std::io::{self, IsTerminal as _, Write as _};

use anstream::{AutoStream, ColorChoice};
use anstyle::{AnsiColor, Style};

use crate::args::Color;

/// The name of something, such as a command.
pub(crate) const STRONG: Style = Style::new().bold();
/// What matters less.
pub(crate) const DIM: Style = Style::new().dimmed();
/// An error.
pub(crate) const RED: Style = AnsiColor::Red.on_default().bold();
/// A warning.
pub(crate) const YELLOW: Style = AnsiColor::Yellow.on_default().bold();
/// What went well.
pub(crate) const GREEN: Style = AnsiColor::Green.on_default().bold();
/// What to do.
pub(crate) const CYAN: Style = AnsiColor::Cyan.on_default();

/// Both outputs.
pub(crate) struct Console {
    /// Results.
    pub(crate) out: AutoStream<io::Stdout>,
    /// Everything else.
    pub(crate) err: AutoStream<io::Stderr>,
    /// Whether somebody looks at the results.
    pub(crate) out_terminal: bool,
    /// Whether somebody looks at everything else.
    pub(crate) err_terminal: bool,
}

impl Console {
    pub(crate) fn new(color: Color) -> Self {
        let choice = match color {
            Color::Auto => ColorChoice::Auto,
            Color::Always => ColorChoice::Always,
            Color::Never => ColorChoice::Never,
        };
        let (out, err) = (io::stdout(), io::stderr());
        let (out_terminal, err_terminal) = (out.is_terminal(), err.is_terminal());
        Self { out: AutoStream::new(out, choice), err: AutoStream::new(err, choice), out_terminal, err_terminal }
    }

    /// Whether colour shows on stdout.
    pub(crate) fn out_colour(&self) -> bool {
        shows(self.out.current_choice())
    }

    /// Whether colour shows on stderr.
    pub(crate) fn err_colour(&self) -> bool {
        shows(self.err.current_choice())
    }

    /// Results that hold no colour, as they are and at once.
    pub(crate) fn bytes(&mut self, bytes: &[u8]) -> io::Result<()> {
        let mut out = self.out.as_inner().lock();
        out.write_all(bytes)?;
        out.flush()
    }

    /// The columns of the terminal.
    pub(crate) fn width(&self) -> usize {
        comfy_table::Table::new().width().filter(|width| *width > 0).map_or(100, usize::from).clamp(40, 200)
    }

    /// An error with what to do about it.
    pub(crate) fn error(&mut self, message: impl Display, help: Option<&str>) -> io::Result<()> {
        writeln!(self.err, "{RED}error{RED:#}: {message}")?;
        self.help(help)
    }

    /// A warning.
    pub(crate) fn warning(&mut self, message: impl Display) -> io::Result<()> {
        writeln!(self.err, "{YELLOW}warning{YELLOW:#}: {message}")
    }

    /// Something worth knowing.
    pub(crate) fn note(&mut self, message: impl Display) -> io::Result<()> {
        writeln!(self.err, "{DIM}{message}{DIM:#}")
    }

    fn help(&mut self, help: Option<&str>) -> io::Result<()> {
        let Some(help) = help else { return Ok(()) };
        for (index, line) in help.lines().enumerate() {
            let label = if index == 0 { "help: " } else { "      " };
            writeln!(self.err, "  {CYAN}{label}{CYAN:#}{line}")?;
        }
        Ok(())
    }
}

fn shows(choice: ColorChoice) -> bool {
    match choice {
        ColorChoice::Always | ColorChoice::AlwaysAnsi => true,
        ColorChoice::Auto | ColorChoice::Never => false,
    }
}
