//! Sends the call and prints what comes.

use std::io::Write as _;
use std::time::Duration;

use connc_runtime::{Answer, Error, ErrorKind, Page, Trace, Warning};
use indicatif::{ProgressBar, ProgressStyle};

use super::{Ready, download};
use crate::console::{Console, STRONG};
use crate::error::{Stop, counted};
use crate::output::{Printer, failure};

pub(super) async fn run(ready: Ready<'_>, console: &mut Console) -> Result<(), Stop> {
    match &ready.file {
        Some(_) => download::run(ready, console).await,
        None if ready.lists => list(ready, console).await,
        None => one(ready, console).await,
    }
}

async fn one(ready: Ready<'_>, console: &mut Console) -> Result<(), Stop> {
    let Ready { loaded, runtime, connector, account, call, format, resumable, watched, .. } = ready;
    let progress = Progress::start(console);
    let done = runtime.call(&connector, &account, call).await;
    progress.stop();
    if let Some(watched) = watched {
        match &done {
            Ok(answer) => watched.page(usize::from(answer.record.is_some()), false),
            Err(error) => watched.failed(error.kind),
        }
    }
    let Answer { record, warnings, traces, .. } = done.map_err(|error| failure::stop(&played(error, resumable), loaded, console))?;
    notes(&warnings, &traces, loaded, console)?;
    match record {
        Some(record) => Printer::new(format).single(&record, console),
        None => Ok(console.note("done; the provider answers with no record")?),
    }
}

async fn list(ready: Ready<'_>, console: &mut Console) -> Result<(), Stop> {
    let Ready { loaded, runtime, connector, account, call, format, one_page, resumable, watched, .. } = ready;
    let mut pages = runtime.list(&connector, &account, call).map_err(|error| failure::stop(&error, loaded, console))?;
    let mut printer = Printer::new(format);
    let progress = Progress::start(console);
    let mut next_cursor = None;
    let mut read = 0;
    loop {
        let Some(page) = pages.next().await else { break };
        if let Some(watched) = watched {
            match &page {
                Ok(page) => watched.page(page.records.len(), page.next_cursor.is_some()),
                Err(error) => watched.failed(error.kind),
            }
        }
        let Page { records, next_cursor: next, warnings, traces, .. } = match page {
            Ok(page) => page,
            Err(error) => {
                progress.stop();
                return Err(broken(&played(error, resumable), read, printer, loaded, console));
            }
        };
        progress.hide(|| {
            notes(&warnings, &traces, loaded, console)?;
            read += records.len();
            printer.page(records, console)
        })?;
        progress.count(read);
        next_cursor = next;
        if one_page {
            break;
        }
    }
    progress.stop();
    printer.finish(next_cursor.as_deref(), console)?;
    if let Some(cursor) = next_cursor {
        more(read, &cursor, resumable, console)?;
    }
    Ok(())
}

/// A list that broke off: what came before it is printed, and never looks like the whole.
fn broken(error: &Error, read: usize, printer: Printer, loaded: &crate::project::Loaded, console: &mut Console) -> Stop {
    if read > 0
        && let Err(stop) = printer.give_up(console)
    {
        return stop;
    }
    let stop = failure::stop(error, loaded, console);
    if read > 0 {
        // What cannot be said any more changes nothing about the failure.
        let _ = console.note(format!("the list is not complete: {} came before the failure", counted(read, "record")));
    }
    stop
}

/// A recording answers one call only, and trying again does not change that.
pub(super) fn played(mut error: Error, real: bool) -> Error {
    if !real && error.kind == ErrorKind::Transport {
        error.help = Some("a recording answers its own call alone; leave out what differs".to_owned());
    }
    if !real {
        error.cursor = None;
    }
    error
}

fn more(read: usize, cursor: &str, resumable: bool, console: &mut Console) -> Result<(), Stop> {
    let read = counted(read, "record");
    if resumable {
        writeln!(console.err, "{read}, and there are more: {STRONG}--all{STRONG:#}, or the next page by\n  --cursor {cursor}")?;
    } else {
        writeln!(console.err, "{read}, and there are more: {STRONG}--all{STRONG:#}")?;
    }
    Ok(())
}

fn notes(warnings: &[Warning], traces: &[Trace], loaded: &crate::project::Loaded, console: &mut Console) -> Result<(), Stop> {
    for warning in warnings {
        let place = warning.place.as_ref().map(|place| format!("\n  at {}", loaded.place(place))).unwrap_or_default();
        let mut plain = warning.clone();
        plain.place = None;
        console.warning(format!("{plain}{place}"))?;
    }
    for trace in traces {
        let Trace { field, place, index, reason, keys, .. } = trace;
        let keys = if keys.is_empty() { String::new() } else { format!("; there: {}", keys.join(", ")) };
        let place = place.as_ref().map(|place| format!(" ({})", loaded.place(place))).unwrap_or_default();
        console.note(format!("record {index}: `{field}` has no value: {reason}{keys}{place}"))?;
    }
    Ok(())
}

/// Says on a terminal that something is going on.
struct Progress(Option<ProgressBar>);

impl Progress {
    fn start(console: &Console) -> Self {
        if !console.err_terminal {
            return Self(None);
        }
        let bar = ProgressBar::new_spinner();
        if let Ok(style) = ProgressStyle::with_template("{spinner} {msg} {elapsed}") {
            bar.set_style(style);
        }
        bar.set_message("waiting for the provider");
        bar.enable_steady_tick(Duration::from_millis(100));
        Self(Some(bar))
    }

    fn count(&self, records: usize) {
        if let Some(bar) = &self.0 {
            bar.set_message(counted(records, "record"));
        }
    }

    /// Prints without the spinner in the way.
    fn hide<T>(&self, print: impl FnOnce() -> T) -> T {
        match &self.0 {
            Some(bar) => bar.suspend(print),
            None => print(),
        }
    }

    fn stop(&self) {
        if let Some(bar) = &self.0 {
            bar.finish_and_clear();
        }
    }
}
