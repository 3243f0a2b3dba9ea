//! What a process takes.

use std::fs::File;
use std::io::Read;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use wait4::Wait4 as _;

use super::{Contender, Failure, Job, Setup};

/// What one run took.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Sample {
    /// Of all its threads, in the system too.
    pub(super) cpu: Duration,
    pub(super) wall: Duration,
    /// Bytes of memory at the most.
    pub(super) peak: u64,
    /// Until the first record came out of a pipe.
    pub(super) first: Duration,
}

/// Runs of fewer records than this are over in a moment.
const SHORT: usize = 1000;

/// Runs a contender twice: whole, into a file, and until its first record comes out of a pipe.
pub(super) fn run(setup: &Setup, job: &Job, contender: Contender) -> Result<Sample, Failure> {
    let first = first(setup.command(job, contender))?;
    let path = setup.output();
    let mut command = setup.command(job, contender);
    command.stdout(File::create(&path)?).stderr(Stdio::piped());
    let begun = Instant::now();
    let mut child = command.spawn()?;
    let errors = child.stderr.take();
    let done = child.wait4()?;
    let wall = begun.elapsed();
    let records = lines(File::open(&path)?)?;
    std::fs::remove_file(&path)?;
    let (due, title) = (job.lists.records(), contender.title());
    if !done.status.success() || records != due {
        let mut said = String::new();
        errors.map(|mut errors| errors.read_to_string(&mut said)).transpose()?;
        return Err(format!("{}, {title}: {records} of {due} records, {}: {said}", job.name, done.status).into());
    }
    let wait4::ResourceUsage { utime, stime, maxrss } = done.rusage;
    Ok(Sample { cpu: utime + stime, wall, peak: maxrss, first })
}

/// How long it takes until the first line.
fn first(mut command: Command) -> Result<Duration, Failure> {
    let begun = Instant::now();
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn()?;
    let mut buffer = [0; 4096];
    let mut took = None;
    if let Some(mut out) = child.stdout.take() {
        while took.is_none() {
            let read = out.read(&mut buffer)?;
            if buffer.iter().take(read).any(|byte| *byte == b'\n') {
                took = Some(begun.elapsed());
            } else if read == 0 {
                break;
            }
        }
    }
    let _gone_already = child.kill();
    child.wait()?;
    took.ok_or_else(|| "no record came".into())
}

fn lines(mut file: File) -> std::io::Result<usize> {
    let mut buffer = vec![0; 1 << 16];
    let mut lines = 0;
    loop {
        match file.read(&mut buffer)? {
            0 => return Ok(lines),
            read => lines += buffer.iter().take(read).filter(|byte| **byte == b'\n').count(),
        }
    }
}

/// The middle one of each figure.
pub(super) fn median(samples: &[Sample]) -> Sample {
    fn middle<T: Ord + Copy + Default>(values: impl Iterator<Item = T>) -> T {
        let mut values: Vec<T> = values.collect();
        values.sort_unstable();
        values.get(values.len() / 2).copied().unwrap_or_default()
    }
    Sample {
        cpu: middle(samples.iter().map(|sample| sample.cpu)),
        wall: middle(samples.iter().map(|sample| sample.wall)),
        peak: middle(samples.iter().map(|sample| sample.peak)),
        first: middle(samples.iter().map(|sample| sample.first)),
    }
}

/// Runs every contender so many times, in turn, so that what else the machine does hits all alike; five times as often where a run is short.
pub(super) fn all(setup: &Setup, job: &Job, runs: usize) -> Result<Vec<(Contender, Sample)>, Failure> {
    let mut samples: Vec<(Contender, Vec<Sample>)> = job.contenders.iter().map(|contender| (*contender, Vec::new())).collect();
    let runs = if job.lists.records() < SHORT { runs * 5 } else { runs };
    for _ in 0..runs {
        for (contender, samples) in &mut samples {
            samples.push(run(setup, job, *contender)?);
        }
    }
    Ok(samples.into_iter().map(|(contender, samples)| (contender, median(&samples))).collect())
}
