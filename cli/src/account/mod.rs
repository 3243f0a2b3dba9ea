//! Who calls: an account file, completed by the command line.

mod file;
mod given;
mod keyring;
mod missing;
mod store;

use std::path::PathBuf;

use connc_plan::{AuthMethod, Plan};
use connc_runtime::Account;

use crate::console::Console;
use crate::error::{Stop, suggestion};

pub(crate) use missing::placeholders;
pub(crate) use store::{folder, keep_new_key, new_key, store, tried};

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
    /// Where the tokens of connected accounts are kept, encrypted with the key in CONNC_STORE_KEY or the keyring; without it among the user's state
    #[arg(long, value_name = "DIR")]
    pub(crate) store: Option<PathBuf>,
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
    // What is kept of an account is found by its id: the file's own, else the file's name.
    account.id = account.id.or_else(|| {
        let name = args.account.as_deref().and_then(|path| path.file_stem()).map(|name| name.to_string_lossy().into_owned());
        Some(name.unwrap_or_else(|| "default".to_owned()))
    });
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

/// Whether a method gets tokens, so that the deployment's parameters and secrets are needed.
fn gets_tokens(method: &AuthMethod) -> bool {
    method.acquire.is_some() || method.authorize.is_some() || method.refresh.is_some()
}

/// The auth method of this name, or the connector's first.
pub(crate) fn method<'a>(plan: &'a Plan, name: &str) -> Result<&'a AuthMethod, Stop> {
    let found = if name.is_empty() { plan.auth.first() } else { plan.auth_method(name) };
    found.ok_or_else(|| {
        let help = suggestion(name, "ways to connect", plan.auth.iter().map(|method| method.name.as_str()));
        Stop::usage(format!("connector `{}` has no auth method `{name}`", plan.connector)).help(help)
    })
}
