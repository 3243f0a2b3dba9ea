//! Plays the jobs against a server in a process of its own, and prints what each contender took as Markdown.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a command prints its figures")]

use std::process::ExitCode;

use clap::Parser;
use connc_benches::floor::{self, Failure};
use connc_benches::jobs::{self, JOBS, Job, Lists, Setup};
use connc_benches::mock;

/// `connc run` and the library beside a hand-written floor. Build first: cargo build --release -p connc -p connc-benches
#[derive(Debug, Parser)]
struct Args {
    /// The jobs; all without any. `growth` is one too
    jobs: Vec<String>,
    /// Runs of each contender, of which the middle counts
    #[arg(long, default_value_t = 3)]
    runs: usize,
    /// One run, of a tenth of the pages: whether it works, and no figures to keep
    #[arg(long)]
    quick: bool,
    /// Only serve, at this address: what the command starts for itself
    #[arg(long, value_name = "ADDRESS", num_args = 0..=1, default_missing_value = "127.0.0.1:0")]
    serve: Option<String>,
}

fn main() -> ExitCode {
    let args = Args::parse();
    let done = match &args.serve {
        Some(address) => serve(address),
        None => play(&args),
    };
    floor::ended(done)
}

fn play(args: &Args) -> Result<(), Failure> {
    let known = JOBS.iter().map(|job| job.name).chain(["growth"]).collect::<Vec<_>>();
    if let Some(unknown) = args.jobs.iter().find(|name| !known.contains(&name.as_str())) {
        return Err(format!("there is no job `{unknown}`; there are {}", known.join(", ")).into());
    }
    let chosen = |name: &str| args.jobs.is_empty() || args.jobs.iter().any(|job| job == name);
    let (runs, less) = if args.quick { (1, 10) } else { (args.runs.max(1), 1) };
    let setup = Setup::new()?;
    for job in JOBS.iter().filter(|job| chosen(job.name)) {
        eprintln!("{}", job.name);
        let lists = Lists { pages: job.lists.pages.div_ceil(less), ..job.lists.clone() };
        println!("{}", jobs::play(&setup, &Job { lists, ..job.clone() }, runs)?);
    }
    if chosen("growth") {
        eprintln!("growth");
        println!("{}", jobs::grow_records(&setup, runs, &[50, 500, 5000].map(|pages: usize| pages.div_ceil(less)))?);
        println!("{}", jobs::grow_accounts(&setup, runs, &[1, 10, 100, 1000].map(|accounts: usize| accounts.div_ceil(less)))?);
    }
    Ok(())
}

fn serve(address: &str) -> Result<(), Failure> {
    let tasks = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    tasks.block_on(async {
        let listener = tokio::net::TcpListener::bind(address).await?;
        println!("http://{}", listener.local_addr()?);
        mock::serve(listener).await;
        Ok(())
    })
}
