//! `connc connect`: a person's consent in the browser, or the account's own secrets, become tokens that are kept.

mod browser;
mod listen;

use std::io::{BufRead as _, IsTerminal as _, Write as _};
use std::sync::Arc;
use std::time::{Duration, Instant};

use connc_plan::{AuthMethod, Plan};
use connc_runtime::{Account, Call, Choice, Connected, Connector, Error, Runtime, Store};

use super::verify;
use crate::account::{self, AccountArgs, Secrets};
use crate::console::{Console, GREEN, STRONG};
use crate::error::{Stop, suggestion};
use crate::output::failure;
use crate::project::{Loaded, Project};
use crate::wire::{self, WireArgs, origins};

/// Connect an account: consent in the browser, and keep what comes of it
#[derive(Debug, clap::Args)]
#[command(after_help = include_str!("../../../help/connect.txt"))]
pub(crate) struct Args {
    /// The connector
    #[arg(required_unless_present = "new_key")]
    connector: Option<String>,
    #[command(flatten)]
    account: AccountArgs,
    /// Choose without being asked, where there are several: NAME=ID
    #[arg(long, value_name = "NAME=ID")]
    choose: Vec<String>,
    /// The port on 127.0.0.1 that the provider sends the browser back to; any free one by default
    #[arg(long, value_name = "N", default_value_t = 0)]
    port: u16,
    /// Print the address, and open no browser
    #[arg(long)]
    no_browser: bool,
    /// How long to wait for the browser: 5m, 30s
    #[arg(long, value_name = "TIME", value_parser = wire::duration, default_value = "5m")]
    timeout: Duration,
    /// Take the tokens back at the provider where it has a way to, and forget them
    #[arg(long, conflicts_with = "choose")]
    disconnect: bool,
    /// Print a fresh key for CONNC_STORE_KEY
    #[arg(long, conflicts_with_all = ["connector", "disconnect", "choose"])]
    new_key: bool,
    /// Put the fresh key into the system's keyring instead, where this build knows of it: it is found there without CONNC_STORE_KEY
    #[arg(long, requires = "new_key")]
    keyring: bool,
    #[command(flatten)]
    wire: WireArgs,
}

/// What a command works with.
struct Desk<'a> {
    args: &'a Args,
    loaded: &'a Loaded,
    runtime: Runtime,
    connector: Connector,
    account: Account,
    tasks: tokio::runtime::Runtime,
    /// None where nothing outlives the command.
    store: Option<Arc<dyn Store>>,
}

pub(crate) fn run(args: &Args, project: impl FnOnce() -> Result<Project, Stop>, console: &mut Console) -> Result<(), Stop> {
    if args.keyring {
        account::keep_new_key()?;
        return Ok(console.note("the keyring has a fresh key, as the entry `store-key` of `connc`")?);
    }
    if args.new_key {
        writeln!(console.out, "{}", account::new_key()?)?;
        return Ok(());
    }
    let loaded = project()?.find(args.connector.as_deref().unwrap_or_default())?.load_to_call()?;
    let plan = super::compiled(&loaded, console)?;
    let account = account::account(&args.account, &plan, Secrets::Needed, console)?;
    let chosen = choices(&args.choose, account::method(&plan, &account.auth)?)?;
    origins::check(&args.wire, &plan, &account)?;
    let store = account::store(&args.account, &plan, &account.auth)?;
    let runtime = wire::runtime(&args.wire, false, store.clone())?;
    let connector = Connector::load(plan.clone()).map_err(|error| Stop::usage(error.message.clone()))?;
    let tasks = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let tasks = tasks.map_err(|error| Stop::usage(format!("the system gives no timers: {error}")))?;
    let desk = Desk { args, loaded: &loaded, runtime, connector, account, tasks, store };
    if args.disconnect {
        let done = desk.tasks.block_on(desk.runtime.disconnect(&desk.connector, &desk.account));
        let there = done.map_err(|error| failure::stop(&error, &loaded, console))?;
        return if there { desk.say("disconnected", console) } else { Err(desk.nothing_kept()?) };
    }
    if !chosen.is_empty() && desk.chosen_later(&chosen, console)? {
        return desk.say("connected", console);
    }
    let consents = account::method(&plan, &desk.account.auth)?.authorize.is_some();
    let connected = if consents {
        desk.consent(console)?
    } else {
        let connected = desk.tasks.block_on(desk.runtime.connect(&desk.connector, &desk.account));
        connected.map_err(|error| failure::stop(&error, &loaded, console))?
    };
    desk.choose(&connected, &chosen, console)?;
    desk.verify(&plan, console)
}

/// Reads `--choose`.
fn choices<'a>(given: &'a [String], method: &AuthMethod) -> Result<Vec<(&'a str, &'a str)>, Stop> {
    let wrong = |text: &String| Stop::usage(format!("`--choose {text}` has no `=`")).help("write `--choose NAME=ID`");
    let pairs: Vec<_> = given.iter().map(|text| text.split_once('=').ok_or_else(|| wrong(text))).collect::<Result<_, Stop>>()?;
    let names = || method.choose.iter().map(|choose| choose.name.as_str());
    match pairs.iter().find(|(name, _)| !names().any(|known| known == *name)) {
        Some((name, _)) => {
            Err(Stop::usage(format!("there is nothing to choose for `{name}`")).help(suggestion(name, "names of choices", names())))
        }
        None => Ok(pairs),
    }
}

/// What there is, as it is chosen on the command line. A provider's label must not draw on the terminal.
fn options(choice: &Choice) -> String {
    let lines = choice.options.iter().map(|option| {
        let line = format!("--choose {}={}: {}", choice.name, option.id, option.label);
        line.chars().filter(|c| !c.is_control()).collect::<String>()
    });
    lines.collect::<Vec<_>>().join("\n")
}

impl Desk<'_> {
    fn say(&self, what: &str, console: &mut Console) -> Result<(), Stop> {
        let (name, auth) = (&self.loaded.name, &self.account.auth);
        let id = self.account.id.as_deref().unwrap_or_default();
        writeln!(console.out, "{STRONG}{name}{STRONG:#}: {GREEN}{what}{GREEN:#} (auth {auth}, account {id})")?;
        Ok(())
    }

    fn failed(&self, error: &Error, console: &mut Console) -> Stop {
        failure::stop(error, self.loaded, console)
    }

    /// Sends a person to the provider, and waits for the answer on the loopback interface (RFC 8252, section 7.3).
    fn consent(&self, console: &mut Console) -> Result<Connected, Stop> {
        if let Some(store) = &self.store {
            self.tasks.block_on(account::tried(&**store))?;
        }
        let listener = listen::open(self.args.port)?;
        let redirect = listener.redirect_uri();
        let asked = self.runtime.authorize(&self.connector, &self.account, redirect);
        let asked = asked.map_err(|error| self.failed(&error, console))?;
        writeln!(console.err, "allow the access in your browser, at this address:\n{}", asked.url)?;
        if console.err_terminal && !self.args.no_browser {
            browser::open(&asked.url);
        }
        console.err.flush()?;
        let deadline = Instant::now().checked_add(self.args.timeout);
        let answer = listener.wait(&asked.state, deadline).ok_or_else(|| {
            Stop::usage("nobody came back from the browser in time").help("run it again, or give it longer: `--timeout 10m`")
        })?;
        let done = self.tasks.block_on(self.runtime.finish(&self.connector, &self.account, &asked.flow, &answer.target));
        answer.reply(done.is_ok());
        done.map_err(|error| self.failed(&error, console))
    }

    /// Chooses for an account that was connected before, so that nobody has to consent once more. False where it was not.
    fn chosen_later(&self, chosen: &[(&str, &str)], console: &mut Console) -> Result<bool, Stop> {
        let offered = self.tasks.block_on(self.runtime.choices(&self.connector, &self.account));
        let offered = offered.map_err(|error| self.failed(&error, console))?;
        if chosen.iter().any(|(name, _)| !offered.iter().any(|choice| choice.name == *name)) {
            return Ok(false);
        }
        self.keep(&offered, chosen, console).map(|()| true)
    }

    /// Keeps what was chosen, where all of it is there.
    fn keep(&self, offered: &[Choice], chosen: &[(&str, &str)], console: &mut Console) -> Result<(), Stop> {
        for (name, id) in chosen {
            let choice = offered.iter().find(|choice| choice.name == *name);
            if let Some(choice) = choice.filter(|choice| !choice.options.iter().any(|option| option.id == *id)) {
                let message = format!("the account is connected, and reaches no `{id}` for `{name}`");
                return Err(Stop::usage(message).help(format!("choose one of them, by the same command with\n{}", options(choice))));
            }
        }
        for (name, id) in chosen {
            let kept = self.tasks.block_on(self.runtime.choose(&self.connector, &self.account, name, id));
            kept.map_err(|error| self.failed(&error, console))?;
        }
        Ok(())
    }

    /// Why there was nothing to disconnect.
    fn nothing_kept(&self) -> Result<Stop, Stop> {
        let (auth, id) = (&self.account.auth, self.account.id.as_deref().unwrap_or_default());
        let place = match self.store {
            Some(_) => format!(" in `{}`", account::folder(&self.args.account)?.display()),
            None => String::new(),
        };
        let help = "it is looked for by `id` of the account file, else by the file's name, and by --auth and --store";
        Ok(Stop::usage(format!("nothing is kept of account `{id}` (auth `{auth}`){place}")).help(help))
    }

    /// Has a person choose what is left to choose.
    fn choose(&self, connected: &Connected, chosen: &[(&str, &str)], console: &mut Console) -> Result<(), Stop> {
        if !chosen.is_empty() {
            let offered = self.tasks.block_on(self.runtime.choices(&self.connector, &self.account));
            self.keep(&offered.map_err(|error| self.failed(&error, console))?, chosen, console)?;
        }
        let (mut open, mut ids) = (Vec::new(), Vec::new());
        for choice in &connected.choices {
            if chosen.iter().any(|(name, _)| *name == choice.name) {
                continue;
            }
            if console.err_terminal && std::io::stdin().is_terminal() {
                ids.push((choice, ask(choice, console)?));
            } else {
                open.push(choice);
            }
        }
        for (choice, id) in ids {
            let kept = self.tasks.block_on(self.runtime.choose(&self.connector, &self.account, &choice.name, &id));
            kept.map_err(|error| self.failed(&error, console))?;
        }
        let Some(choice) = open.first() else { return Ok(()) };
        let message = format!("the account is connected, and reaches {} for `{}`", choice.options.len(), choice.name);
        Err(Stop::usage(message).help(format!("choose one of them, by the same command with\n{}", options(choice))))
    }

    /// Says that it is done, after the call that proves it, where the connector names one.
    fn verify(&self, plan: &Plan, console: &mut Console) -> Result<(), Stop> {
        if let Ok((name, lists)) = verify::proof(plan, &self.account.auth) {
            let proven = verify::proven(&self.runtime, &self.connector, &self.account, Call::native(name), lists);
            self.tasks.block_on(proven).map_err(|error| self.failed(&error, console))?;
        }
        self.say("connected", console)
    }
}

/// Lets a person choose by number.
fn ask(choice: &Choice, console: &mut Console) -> Result<String, Stop> {
    writeln!(console.err, "which `{}`?", choice.name)?;
    for (number, option) in choice.options.iter().enumerate() {
        let label: String = option.label.chars().filter(|c| !c.is_control()).collect();
        writeln!(console.err, "  {}  {label}", number + 1)?;
    }
    loop {
        write!(console.err, "number: ")?;
        console.err.flush()?;
        let mut line = String::new();
        if std::io::stdin().lock().read_line(&mut line).map_err(|error| Stop::unreadable("stdin", &error))? == 0 {
            return Err(Stop::usage(format!("nothing was chosen for `{}`", choice.name)));
        }
        let number = line.trim().parse::<usize>().ok().and_then(|number| number.checked_sub(1));
        if let Some(option) = number.and_then(|number| choice.options.get(number)) {
            return Ok(option.id.clone());
        }
    }
}
