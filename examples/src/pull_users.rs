//! Pulls the users of several accounts, whatever their providers, and writes them as JSON lines.
//!
//! ```sh
//! cargo run -q -- build -o plans.json
//! cargo run -q -p connc-examples --bin pull-users -- plans.json accounts.json
//! ```
//!
//! `accounts.json` is a list; a secret is the name of the environment variable that holds it:
//!
//! ```json
//! [
//!   { "id": "acme-okta", "connector": "okta", "auth": "api_token", "account": { "domain": "acme.okta.com" }, "secrets": { "token": "OKTA_TOKEN" } },
//!   { "id": "acme-desk", "connector": "zendesk", "auth": "api_token", "account": { "subdomain": "acme" },
//!     "parameters": { "email": "ada@acme.example" }, "secrets": { "token": "ZENDESK_TOKEN" } }
//! ]
//! ```
//!
//! Each line is `{"account": …, "user": …}`. An account that fails is told of on stderr, and the others go on.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::process::ExitCode;

use connc_examples::{listing, records};
use connc_runtime::{Account, Bundle, Runtime, Secret};
use futures_util::{StreamExt as _, stream};
use serde::Deserialize;
use serde_json::Value;

/// Accounts that are read at the same time.
const AT_ONCE: usize = 8;

/// A customer's account, as a service keeps it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    /// What tells it from other accounts.
    id: String,
    connector: String,
    /// The auth method; the connector's first without it.
    #[serde(default)]
    auth: String,
    #[serde(default)]
    account: BTreeMap<String, Value>,
    #[serde(default)]
    parameters: BTreeMap<String, Value>,
    /// By secret, the environment variable that holds it.
    #[serde(default)]
    secrets: BTreeMap<String, String>,
}

type Failure = Box<dyn std::error::Error>;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    match run().await {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(error) => {
            say(&error.to_string());
            ExitCode::from(2)
        }
    }
}

/// Whether every account was read to its end.
async fn run() -> Result<bool, Failure> {
    let given: Vec<String> = std::env::args().skip(1).collect();
    let [plans, accounts] = given.as_slice() else { return Err("usage: pull-users PLANS ACCOUNTS".into()) };
    let bundle = Bundle::read(&read(plans)?)?;
    let entries: Vec<Entry> = serde_json::from_str(&read(accounts)?).map_err(|error| format!("{accounts}: {error}"))?;
    let runtime = Runtime::builder().build()?;

    let mut lists = Vec::new();
    for entry in entries {
        let id = entry.id.clone();
        let connector = bundle.connector(&entry.connector)?;
        let account = entry.account()?;
        let users = records(&runtime, &connector, &account, listing("user-directory", "users"));
        lists.push(users.map(move |user| (id.clone(), user)).boxed_local());
    }

    let mut whole = true;
    let mut out = std::io::stdout().lock();
    // One line at a time is in memory for each account, and a slow reader slows the providers' answers down.
    let mut lines = stream::iter(lists).flatten_unordered(AT_ONCE);
    while let Some((id, user)) = lines.next().await {
        match user {
            Ok(user) => writeln!(out, r#"{{"account":{},"user":{}}}"#, Value::from(id), user.line())?,
            Err(error) => {
                whole = false;
                say(&format!("{id}: {error}"));
            }
        }
    }
    Ok(whole)
}

impl Entry {
    /// The account as the runtime takes it, with its secrets from the environment.
    fn account(self) -> Result<Account, Failure> {
        let Self { id, connector, auth, account, parameters, secrets } = self;
        let secret = |(name, variable): (String, String)| match std::env::var(&variable) {
            Ok(value) => Ok((name, Secret::from(value))),
            Err(_) => Err(format!("{id}: the environment has no {variable}")),
        };
        let secrets = secrets.into_iter().map(secret).collect::<Result<_, _>>()?;
        Ok(Account { connector, auth, account, parameters, secrets, id: Some(id), ..Account::default() })
    }
}

fn read(path: &str) -> Result<String, Failure> {
    std::fs::read_to_string(path).map_err(|error| format!("{path}: {error}").into())
}

/// A line on stderr.
fn say(line: &str) {
    // Nobody is left to tell where stderr is closed.
    drop(writeln!(std::io::stderr(), "{line}"));
}
