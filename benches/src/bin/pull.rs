//! Reads the same lists by the library, as a service would that embeds the runtime, and prints JSON lines.

use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use clap::Parser;
use connc_benches::floor::{self, Failure};
use connc_benches::mock::Style;
use connc_benches::{Shape, jobs, library};
use connc_runtime::{Builder, Bundle, Runtime};
use futures_util::{StreamExt as _, stream};

/// The library: plans that `connc build` wrote, and the runtime
#[derive(Debug, Parser)]
struct Args {
    /// What `connc build` wrote
    plans: PathBuf,
    /// The mock server, such as `http://127.0.0.1:8080`
    origin: String,
    /// How the next page is asked for
    style: Style,
    /// What records look like
    shape: Shape,
    /// Pages that are asked for ahead, at most; as many as the runtime finds right without it
    #[arg(long)]
    ahead: Option<usize>,
    #[command(flatten)]
    lists: jobs::Lists,
}

#[tokio::main(worker_threads = 2)]
async fn main() -> ExitCode {
    floor::ended(run(Args::parse()).await)
}

async fn run(args: Args) -> Result<(), Failure> {
    let Args { plans, origin, style, shape, ahead, lists } = args;
    let bundle = Bundle::read(&std::fs::read_to_string(plans)?)?;
    let connector = bundle.connector(&library::connector(style))?;
    let builder = Runtime::builder().map_base(&origin);
    let runtime = ahead.into_iter().fold(builder, Builder::ahead).build()?;
    let out = Arc::new(std::io::stdout());
    let mut accounts = stream::iter(0..lists.accounts)
        .map(|number| {
            let (runtime, connector, out) = (runtime.clone(), connector.clone(), Arc::clone(&out));
            let account = library::account(style, &lists, number);
            tokio::spawn(async move { library::pull(&runtime, &connector, &account, shape, |lines| out.lock().write_all(lines)).await })
        })
        .buffer_unordered(lists.at_once());
    while let Some(done) = accounts.next().await {
        done??;
    }
    Ok(())
}
