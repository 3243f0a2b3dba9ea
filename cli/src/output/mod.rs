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

/// How many bytes of lines are gathered at most before they are written: what a pipe holds.
const PIECE: usize = 64 * 1024;

/// Prints the records of a call. All but lines wait for the end: an envelope without its end would be no JSON, and columns depend on every record.
pub(crate) struct Printer {
    format: Format,
    kept: Vec<String>,
    lines: Vec<u8>,
}

impl Printer {
    pub(crate) const fn new(format: Format) -> Self {
        Self { format, kept: Vec::new(), lines: Vec::new() }
    }

    /// A page of a list. Its lines are written when it ends: who reads them sees each page as it comes.
    pub(crate) fn page(&mut self, records: Vec<Record>, console: &mut Console) -> Result<(), Stop> {
        match self.format {
            Format::Jsonl => {
                for record in records {
                    self.line(&record, console)?;
                }
                self.write(console)
            }
            Format::Table | Format::Json | Format::Csv => {
                self.kept.extend(records.into_iter().map(|record| record.text));
                Ok(())
            }
        }
    }

    fn line(&mut self, record: &Record, console: &mut Console) -> Result<(), Stop> {
        let line = record.line();
        if self.lines.len() + line.len() >= PIECE {
            self.write(console)?;
        }
        self.lines.extend_from_slice(line.as_bytes());
        self.lines.push(b'\n');
        Ok(())
    }

    fn write(&mut self, console: &mut Console) -> Result<(), Stop> {
        console.bytes(&self.lines)?;
        self.lines.clear();
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
                let (text, hidden) = table::records(&self.kept, console.width());
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
            Format::Jsonl => {
                let mut lines = self;
                lines.line(record, console)?;
                lines.write(console)?;
            }
            Format::Json => writeln!(console.out, "{}", json::indented(text))?,
            Format::Csv => write!(console.out, "{}", csv::text(&[text.to_owned()]))?,
            Format::Table => writeln!(console.out, "{}", table::record(text, console.width()))?,
        }
        Ok(())
    }
}
