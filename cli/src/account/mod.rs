//! Who calls: an account file, completed by the command line.

mod file;
mod given;
mod missing;

use std::path::PathBuf;

use connc_plan::{AuthMethod, Plan};
use connc_runtime::Account;

use crate::console::Console;
use crate::error::{Stop, suggestion};

pub(crate) use missing::placeholders;

/// Options that say who calls.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Account")]
pub(crate) struct AccountArgs {
    /// The account file: connector, auth, account and secrets
    #[arg(long, value_name = "FILE")]
    pub(crate) account: Option<PathBuf>,
    /// The way to connect; without it the account file's, else the connector's first
    #[arg(long, value_name = "NAME")]
    pub(crate) auth: Option<String>,
    /// An account, auth or app parameter; wins over the account file
    #[arg(long, value_name = "KEY=VALUE")]
    pub(crate) set: Vec<String>,
    /// A secret: its value, env:NAME, file:PATH, or - for a line of stdin
    #[arg(long, value_name = "KEY=VALUE|env:NAME|file:PATH|-", hide_possible_values = true)]
    pub(crate) secret: Vec<String>,
}

/// Whether secrets that nobody gave are asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Secrets {
    /// They are: the call sends them.
    Needed,
    /// They are not: nothing is sent.
    Shown,
}

/// The account of a call.
pub(crate) fn account(args: &AccountArgs, plan: &Plan, secrets: Secrets, console: &mut Console) -> Result<Account, Stop> {
    let file = args.account.as_deref().map(|path| file::read(path, plan, console)).transpose()?;
    let (mut account, sources) = file.unwrap_or_default();
    account.connector.clone_from(&plan.connector);
    if let Some(auth) = &args.auth {
        account.auth.clone_from(auth);
    }
    let method = method(plan, &account.auth)?;
    account.auth.clone_from(&method.name);
    given::parameters(&args.set, plan, method, &mut account)?;
    let sources = given::secrets(&args.secret, plan, method, sources)?;
    for (name, source) in sources {
        if secrets == Secrets::Needed && given::needed(plan, method, &name) {
            let secret = source.read(&name)?;
            match name.strip_prefix(given::APP) {
                Some(name) => drop(account.app_secrets.insert(name.to_owned(), secret)),
                None => drop(account.secrets.insert(name, secret)),
            }
        }
    }
    if secrets == Secrets::Shown {
        placeholders(plan, method, &mut account);
    }
    missing::report(plan, method, &account)?;
    Ok(account)
}

/// The auth method of this name, or the connector's first.
fn method<'a>(plan: &'a Plan, name: &str) -> Result<&'a AuthMethod, Stop> {
    let found = if name.is_empty() { plan.auth.first() } else { plan.auth_method(name) };
    found.ok_or_else(|| {
        let help = suggestion(name, "ways to connect", plan.auth.iter().map(|method| method.name.as_str()));
        Stop::usage(format!("connector `{}` has no auth method `{name}`", plan.connector)).help(help)
    })
}
