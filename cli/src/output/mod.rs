//! Records on stdout: a table for people, JSON and CSV for programs.

mod csv;
pub(crate) mod failure;
pub(crate) mod json;
mod table;
pub(crate) mod typed;

pub(crate) use table::matrix;

use std::io::Write as _;

use clap::ValueEnum;
use connc_runtime::Record;

use crate::console::Console;
use crate::error::Stop;

/// How records are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// Columns that fit the terminal
    Table,
    /// The list envelope, or the bare record
    Json,
    /// A record per line, as they arrive
    Jsonl,
    /// Comma-separated values (RFC 4180) with a header
    Csv,
}

impl Format {
    /// What was asked for, else a table on a terminal and lines elsewhere.
    pub(crate) fn chosen(asked: Option<Self>, console: &Console) -> Self {
        asked.unwrap_or(if console.out_terminal { Self::Table } else { Self::Jsonl })
    }
}

/// Prints the records of a call. All but lines wait for the end: an envelope without its end would be no JSON, and columns depend on every record.
pub(crate) struct Printer {
    format: Format,
    width: usize,
    kept: Vec<String>,
}

impl Printer {
    pub(crate) fn new(format: Format, console: &Console) -> Self {
        Self { format, width: console.width(), kept: Vec::new() }
    }

    /// A record of a list.
    pub(crate) fn record(&mut self, record: Record, console: &mut Console) -> Result<(), Stop> {
        match self.format {
            Format::Jsonl => {
                writeln!(console.out, "{}", record.line())?;
                console.out.flush()?;
            }
            Format::Table | Format::Json | Format::Csv => self.kept.push(record.text),
        }
        Ok(())
    }

    /// The end of a list.
    pub(crate) fn finish(self, next_cursor: Option<&str>, console: &mut Console) -> Result<(), Stop> {
        match self.format {
            Format::Jsonl => {}
            Format::Json => writeln!(console.out, "{}", json::envelope(&self.kept, next_cursor))?,
            Format::Csv => write!(console.out, "{}", csv::text(&self.kept))?,
            Format::Table if self.kept.is_empty() => console.note("no records")?,
            Format::Table => {
                let (text, hidden) = table::records(&self.kept, self.width);
                writeln!(console.out, "{text}")?;
                if hidden > 0 {
                    let fields = crate::error::counted(hidden, "more field");
                    console.note(format!("and {fields} that do not fit; `--output json` shows everything"))?;
                }
            }
        }
        Ok(())
    }

    /// A list that broke off. A table of what came is of use to people; a JSON or CSV document would pass for the whole, so there is none.
    pub(crate) fn give_up(self, console: &mut Console) -> Result<(), Stop> {
        match self.format {
            Format::Table => self.finish(None, console),
            Format::Json | Format::Jsonl | Format::Csv => Ok(()),
        }
    }

    /// A record that is no list's.
    pub(crate) fn single(self, record: &Record, console: &mut Console) -> Result<(), Stop> {
        let text = record.text.as_str();
        match self.format {
            Format::Jsonl => writeln!(console.out, "{}", record.line())?,
            Format::Json => writeln!(console.out, "{}", json::indented(text))?,
            Format::Csv => write!(console.out, "{}", csv::text(&[text.to_owned()]))?,
            Format::Table => writeln!(console.out, "{}", table::record(text, self.width))?,
        }
        Ok(())
    }
}
