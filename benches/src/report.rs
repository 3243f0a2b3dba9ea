//! The figures.

use std::time::Duration;

/// What a run came to.
#[derive(Clone, Debug)]
pub struct Report {
    /// Accounts that listed at once.
    pub accounts: u64,
    /// How long it took.
    pub took: Duration,
    /// Lists read from beginning to end.
    pub lists: u64,
    /// Pages given.
    pub pages: u64,
    /// Records given.
    pub records: u64,
    /// Requests sent.
    pub requests: u64,
    /// Requests that were repeated ones.
    pub retries: u64,
    /// Waits for rate limits.
    pub waits: u64,
    /// Lists that broke off and were taken up by their cursor.
    pub resumed: u64,
    /// Records that were lost, doubled or changed.
    pub wrong: u64,
    /// Calls that ended for good.
    pub failed: u64,
    /// Memory at the quarters of the run.
    pub quarters: Vec<Quarter>,
    /// Open file descriptors before and after.
    pub open_files: (usize, usize),
}

/// A quarter of a run.
#[derive(Clone, Copy, Debug)]
pub struct Quarter {
    /// Pages given so far.
    pub pages: u64,
    /// KiB of memory at the most so far.
    pub peak_kib: u64,
    /// KiB of memory then.
    pub now_kib: u64,
}

impl Report {
    /// Whether every record came once and no call was given up.
    #[must_use]
    pub fn right(&self) -> bool {
        self.wrong == 0 && self.failed == 0 && self.lists > 0
    }
}

impl std::fmt::Display for Report {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { accounts, took, lists, pages, records, requests, retries, waits, resumed, wrong, failed, quarters, open_files } = self;
        let seconds = took.as_secs_f64();
        #[expect(clippy::cast_precision_loss, reason = "a rate for people")]
        let rate = *requests as f64 / seconds;
        writeln!(f, "accounts   {accounts}, for {seconds:.1} s")?;
        writeln!(f, "requests   {requests}, {rate:.0} a second; {retries} repeated, {waits} waits for rate limits")?;
        writeln!(f, "lists      {lists} whole ones of {pages} pages; {resumed} broke off and were taken up by their cursor")?;
        writeln!(f, "records    {records}; {wrong} lost, doubled or changed; {failed} calls given up")?;
        for (index, Quarter { pages, peak_kib, now_kib }) in quarters.iter().enumerate() {
            writeln!(f, "memory     {}/4 of the run, {pages} pages: {now_kib} KiB, {peak_kib} KiB at the most", index + 1)?;
        }
        writeln!(f, "files      {} open before, {} after", open_files.0, open_files.1)
    }
}
