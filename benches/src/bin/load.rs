//! Plays load against a server in a process of its own, and prints what it came to.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a command prints its figures")]

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, ExitCode, Stdio};
use std::sync::Arc;
use std::time::Duration;

use clap::Parser;
use connc_benches::{Options, Until, run, server};

/// Many accounts that list at once from a slow server which fails now and then
#[derive(Debug, Parser)]
struct Args {
    /// How many accounts list at once; each needs an open file or two, which `ulimit -n` bounds
    #[arg(long, default_value_t = 1000)]
    accounts: u64,
    /// For how many seconds
    #[arg(long, default_value_t = 60)]
    seconds: u64,
    /// Until so many pages, instead of a time
    #[arg(long)]
    pages: Option<u64>,
    /// Only serve: what the command starts for itself
    #[arg(long, hide = true)]
    serve: bool,
}

fn main() -> ExitCode {
    let args = Args::parse();
    let tasks = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(tasks) => tasks,
        Err(error) => return failed(&error.to_string()),
    };
    if args.serve {
        return tasks.block_on(serve());
    }
    let (mut child, origin) = match start() {
        Ok(started) => started,
        Err(error) => return failed(&error.to_string()),
    };
    let until = args.pages.map_or(Until::Time(Duration::from_secs(args.seconds)), Until::Pages);
    let done = tasks.block_on(run(Options { accounts: args.accounts, until, origin }));
    let _gone_already = child.kill();
    let _gone_already = child.wait();
    match done {
        Ok(report) => {
            print!("{report}");
            if report.right() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
        }
        Err(error) => failed(&error.to_string()),
    }
}

fn failed(message: &str) -> ExitCode {
    eprintln!("error: {message}");
    ExitCode::FAILURE
}

/// Starts the same program as a server, which says where it listens.
fn start() -> std::io::Result<(Child, String)> {
    let mut child = Command::new(std::env::current_exe()?).arg("--serve").stdout(Stdio::piped()).stdin(Stdio::piped()).spawn()?;
    let mut origin = String::new();
    if let Some(stdout) = child.stdout.take() {
        BufReader::new(stdout).read_line(&mut origin)?;
    }
    Ok((child, origin.trim().to_owned()))
}

async fn serve() -> ExitCode {
    let listener = match tokio::net::TcpListener::bind("127.0.0.1:0").await {
        Ok(listener) => listener,
        Err(error) => return failed(&error.to_string()),
    };
    match listener.local_addr() {
        Ok(address) => println!("http://{address}"),
        Err(error) => return failed(&error.to_string()),
    }
    server::serve(listener, Arc::default()).await;
    ExitCode::SUCCESS
}
