//! Reads lists as somebody would write it by hand, and prints JSON lines.

use std::io::Write as _;
use std::process::ExitCode;
use std::sync::Arc;

use clap::Parser;
use connc_benches::floor::{self, Failure, List, Mode};
use connc_benches::mock::Style;
use connc_benches::{Shape, jobs};
use futures_util::{StreamExt as _, stream};

/// The floor: typed Rust for exactly these lists
#[derive(Debug, Parser)]
struct Args {
    /// What is done with a record
    mode: Mode,
    /// The mock server, such as `http://127.0.0.1:8080`
    origin: String,
    /// How the next page is asked for
    style: Style,
    /// What records look like
    shape: Shape,
    #[command(flatten)]
    lists: jobs::Lists,
    /// Pages in flight, where they are numbered
    #[arg(long, default_value_t = 1)]
    ahead: usize,
}

#[tokio::main(worker_threads = 2)]
async fn main() -> ExitCode {
    floor::ended(run(Args::parse()).await)
}

async fn run(args: Args) -> Result<(), Failure> {
    let Args { mode, origin, style, shape, lists, ahead } = args;
    let client = floor::client()?;
    let out = Arc::new(std::io::stdout());
    let mut accounts = stream::iter(0..lists.accounts)
        .map(|number| {
            let list = List { base: format!("{origin}/{}", lists.path(number)), style, shape, ahead };
            let (client, out) = (client.clone(), Arc::clone(&out));
            tokio::spawn(async move { floor::pull(&client, &list, mode, |lines| out.lock().write_all(lines)).await })
        })
        .buffer_unordered(lists.at_once());
    while let Some(done) = accounts.next().await {
        done??;
    }
    Ok(())
}
