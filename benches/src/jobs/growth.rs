//! What ten times as much takes.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::measure::{self, Sample};
use super::table::{megabytes, number};
use super::{Contender, Failure, Job, Lists, Setup};
use crate::Shape;
use crate::mock::Style;

/// Longer and longer lists.
///
/// # Errors
///
/// Where a contender fails or gives another number of records than it should.
pub fn records(setup: &Setup, runs: usize, pages: &[usize]) -> Result<String, Failure> {
    let mut text = "### growth: longer lists, pages of 200 users, the next one by `Link`\n\n".to_owned();
    text.push_str("| records | | CPU per record | peak memory |\n|--:|---|--:|--:|\n");
    for pages in pages {
        let lists = Lists { pages: *pages, size: 200, delay: 0, accounts: 1, at_once: None };
        let contenders = &[Contender::Floor, Contender::Run, Contender::Library];
        let job = Job { name: "records", title: "", style: Style::Link, shape: Shape::Users, lists, contenders };
        for (contender, Sample { cpu, peak, .. }) in measure::all(setup, &job, runs)? {
            let records = job.lists.records();
            let each = micros(cpu, records);
            writeln!(text, "| {} | {} | {each} | {} MB |", number(records), contender.title(), megabytes(peak))?;
        }
    }
    Ok(text)
}

/// More and more accounts, all at once.
///
/// # Errors
///
/// Where a contender fails or gives another number of records than it should.
pub fn accounts(setup: &Setup, runs: usize, accounts: &[usize]) -> Result<String, Failure> {
    let mut text = "### growth: more accounts at once, each 5 pages of 200 users that take 20 ms each\n\n".to_owned();
    text.push_str("| accounts | | CPU per record | wall | peak memory | each further account |\n|--:|---|--:|--:|--:|--:|\n");
    let mut least: BTreeMap<&str, u64> = BTreeMap::new();
    for accounts in accounts {
        let lists = Lists { pages: 5, size: 200, delay: 20, accounts: *accounts, at_once: None };
        let contenders = &[Contender::Floor, Contender::Library];
        let job = Job { name: "accounts", title: "", style: Style::Link, shape: Shape::Users, lists, contenders };
        for (contender, Sample { cpu, peak, wall, .. }) in measure::all(setup, &job, runs)? {
            let title = contender.title();
            let more = peak.saturating_sub(*least.entry(title).or_insert(peak)) / 1000;
            let each = usize::try_from(more).unwrap_or(usize::MAX).checked_div(accounts - 1);
            writeln!(
                text,
                "| {} | {title} | {} | {:.2} s | {} MB | {} |",
                number(*accounts),
                micros(cpu, job.lists.records()),
                wall.as_secs_f64(),
                megabytes(peak),
                each.map_or_else(String::new, |each| format!("{} KB", number(each))),
            )?;
        }
    }
    Ok(text)
}

fn micros(cpu: std::time::Duration, records: usize) -> String {
    #[expect(clippy::cast_precision_loss, reason = "a figure for people")]
    let each = cpu.as_secs_f64() * 1e6 / records.max(1) as f64;
    format!("{each:.2} µs")
}
