//! Figures as Markdown.

use std::fmt::Write as _;
use std::time::Duration;

use super::measure::{self, Sample};
use super::{Failure, Job, Setup};

/// Plays a job and gives its table.
///
/// # Errors
///
/// Where a contender fails or gives another number of records than it should.
pub fn play(setup: &Setup, job: &Job, runs: usize) -> Result<String, Failure> {
    let figures = measure::all(setup, job, runs)?;
    let mut text = format!("### {}: {}\n\n", job.name, job.title);
    text.push_str("| | CPU | wall | peak memory | first record | records per CPU-second |\n|---|--:|--:|--:|--:|--:|\n");
    let Some((_, one)) = figures.first() else { return Ok(text) };
    for (contender, sample) in &figures {
        let Sample { cpu, wall, peak, first } = sample;
        writeln!(
            text,
            "| {} | {} | {} | {} MB | {} | {} |",
            contender.title(),
            ratio(*cpu, one.cpu),
            ratio(*wall, one.wall),
            megabytes(*peak),
            time(*first),
            rate(job.lists.records(), *cpu)
        )?;
    }
    Ok(text)
}

/// How many times as much, and how much it is.
fn ratio(took: Duration, one: Duration) -> String {
    format!("{:.2} ({})", took.as_secs_f64() / one.as_secs_f64().max(1e-6), time(took))
}

pub(super) fn time(took: Duration) -> String {
    let seconds = took.as_secs_f64();
    if seconds < 0.1 { format!("{:.1} ms", seconds * 1000.0) } else { format!("{seconds:.2} s") }
}

pub(super) fn megabytes(bytes: u64) -> String {
    #[expect(clippy::cast_precision_loss, reason = "a figure for people")]
    let megabytes = bytes as f64 / 1e6;
    format!("{megabytes:.1}")
}

/// Records in a second of CPU time.
fn rate(records: usize, cpu: Duration) -> String {
    #[expect(clippy::cast_precision_loss, reason = "a figure for people")]
    let rate = records as f64 / cpu.as_secs_f64().max(1e-6);
    grouped(&format!("{:.0}", rate / 100.0), "00")
}

/// Digits with commas, `zeros` behind them.
fn grouped(digits: &str, zeros: &str) -> String {
    let whole = format!("{digits}{zeros}");
    let commas = whole.len().saturating_sub(1) / 3;
    let mut text = String::with_capacity(whole.len() + commas);
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A whole number with commas.
pub(super) fn number(number: usize) -> String {
    grouped(&number.to_string(), "")
}
