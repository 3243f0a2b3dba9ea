//! `connc verify`: whether an account's credentials work, by the call that the spec names.

use std::io::Write as _;
use std::time::Duration;

use connc_plan::{Plan, Shape};
use connc_runtime::{Account, Call, Connector, Error, Runtime};

use crate::account::{self, AccountArgs, Secrets};
use crate::console::{Console, GREEN, STRONG};
use crate::error::Stop;
use crate::output::failure;
use crate::project::Project;
use crate::wire::{self, WireArgs};

/// Check that an account's credentials work
#[derive(Debug, clap::Args)]
#[command(after_help = include_str!("../../help/verify.txt"))]
pub(crate) struct Args {
    /// The connector
    connector: String,
    #[command(flatten)]
    account: AccountArgs,
    #[command(flatten)]
    wire: WireArgs,
    /// How long it may take: 30s, 500ms
    #[arg(long, value_name = "TIME", value_parser = wire::duration)]
    timeout: Option<Duration>,
}

pub(crate) fn run(args: &Args, project: &Project, console: &mut Console) -> Result<(), Stop> {
    let loaded = project.find(&args.connector)?.load_to_call()?;
    let plan = super::compiled(&loaded, console)?;
    let account = account::account(&args.account, &plan, Secrets::Needed, console)?;
    let (name, lists) = proof(&plan, &account.auth)?;
    wire::origins::check(&args.wire, &plan, &account)?;
    let runtime = wire::runtime(&args.wire, false, account::store(&args.account, &plan, &account.auth)?)?;
    let connector = Connector::load(plan).map_err(|error| Stop::usage(error.message.clone()))?;
    let call = args.timeout.iter().fold(Call::native(name.as_str()), |call, timeout| call.deadline(*timeout));
    let tasks = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let tasks = tasks.map_err(|error| Stop::usage(format!("the system gives no timers: {error}")))?;
    let done = tasks.block_on(proven(&runtime, &connector, &account, call, lists));
    done.map_err(|error| failure::stop(&error, &loaded, console))?;
    writeln!(console.out, "{STRONG}{}{STRONG:#}: {GREEN}the credentials work{GREEN:#} ({name}, auth {})", loaded.name, account.auth)?;
    Ok(())
}

/// Makes the call that proves credentials.
pub(super) async fn proven(runtime: &Runtime, connector: &Connector, account: &Account, call: Call, lists: bool) -> Result<(), Error> {
    if !lists {
        return runtime.call(connector, account, call).await.map(drop);
    }
    match runtime.list(connector, account, call.limit(1))?.next().await {
        Some(page) => page.map(drop),
        None => Ok(()),
    }
}

/// The operation that proves credentials, and whether it is a list.
pub(super) fn proof(plan: &Plan, auth: &str) -> Result<(String, bool), Stop> {
    let own = plan.auth_method(auth).and_then(|method| method.verify.clone());
    let name = own.or_else(|| plan.verify.clone()).ok_or_else(|| {
        Stop::usage(format!("connector `{}` names no call that proves credentials", plan.connector))
            .help("add `verify: resource.verb` to its connector.yaml")
    })?;
    let lists = plan.operations.get(&name).is_some_and(|operation| match operation.shape {
        Shape::List => true,
        Shape::One | Shape::Nothing => false,
    });
    Ok((name, lists))
}
