//! `connc connect`: a person's consent in the browser, or the account's own secrets, become tokens that are kept.

mod browser;
mod listen;

use std::io::{BufRead as _, IsTerminal as _, Write as _};
use std::time::{Duration, Instant};

use connc_plan::Plan;
use connc_runtime::{Account, Call, Choice, Connected, Connector, Error, ErrorKind, Runtime};

use super::verify;
use crate::account::{self, AccountArgs, Secrets};
use crate::console::{Console, GREEN, STRONG};
use crate::error::Stop;
use crate::output::failure;
use crate::project::{Loaded, Project};
use crate::wire::{self, WireArgs};

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
    #[arg(long, exclusive = true)]
    new_key: bool,
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
}

pub(crate) fn run(args: &Args, project: impl FnOnce() -> Result<Project, Stop>, console: &mut Console) -> Result<(), Stop> {
    if args.new_key {
        writeln!(console.out, "{}", account::new_key()?)?;
        return Ok(());
    }
    let loaded = project()?.find(args.connector.as_deref().unwrap_or_default())?.load()?;
    let plan = super::compiled(&loaded, console)?;
    let account = account::account(&args.account, &plan, Secrets::Needed, console)?;
    let chosen = choices(&args.choose)?;
    let runtime = wire::runtime(&args.wire, false, account::store(&args.account, &plan, &account.auth)?)?;
    let connector = Connector::load(plan.clone()).map_err(|error| Stop::usage(error.message.clone()))?;
    let tasks = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let tasks = tasks.map_err(|error| Stop::usage(format!("the system gives no timers: {error}")))?;
    let desk = Desk { args, loaded: &loaded, runtime, connector, account, tasks };
    if args.disconnect {
        let done = desk.tasks.block_on(desk.runtime.disconnect(&desk.connector, &desk.account));
        done.map_err(|error| failure::stop(&error, &loaded, console))?;
        return desk.say("disconnected", console);
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
fn choices(given: &[String]) -> Result<Vec<(&str, &str)>, Stop> {
    let wrong = |text: &String| Stop::usage(format!("`--choose {text}` has no `=`")).help("write `--choose NAME=ID`");
    given.iter().map(|text| text.split_once('=').ok_or_else(|| wrong(text))).collect()
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
        for (name, id) in chosen {
            match self.tasks.block_on(self.runtime.choose(&self.connector, &self.account, name, id)) {
                Ok(()) => {}
                Err(error) if error.kind == ErrorKind::InvalidInput => return Ok(false),
                Err(error) => return Err(self.failed(&error, console)),
            }
        }
        Ok(true)
    }

    /// Has a person choose what is left to choose.
    fn choose(&self, connected: &Connected, chosen: &[(&str, &str)], console: &mut Console) -> Result<(), Stop> {
        for (name, _) in chosen {
            let there = connected.choices.iter().any(|choice| choice.name == *name) || connected.kept.contains_key(*name);
            if !there {
                return Err(Stop::usage(format!("there is nothing to choose for `{name}`")));
            }
        }
        let (mut open, mut ids) = (Vec::new(), Vec::new());
        for choice in &connected.choices {
            let given = chosen.iter().find(|(name, _)| *name == choice.name).map(|(_, id)| (*id).to_owned());
            match given {
                Some(id) => ids.push((choice, id)),
                None if console.err_terminal && std::io::stdin().is_terminal() => ids.push((choice, ask(choice, console)?)),
                None => open.push(choice),
            }
        }
        for (choice, id) in ids {
            let kept = self.tasks.block_on(self.runtime.choose(&self.connector, &self.account, &choice.name, &id));
            kept.map_err(|error| self.failed(&error, console))?;
        }
        let Some(choice) = open.first() else { return Ok(()) };
        let options: Vec<String> =
            choice.options.iter().map(|option| format!("--choose {}={}: {}", choice.name, option.id, option.label)).collect();
        let message = format!("the account is connected, and reaches {} for `{}`", choice.options.len(), choice.name);
        Err(Stop::usage(message).help(format!("choose one of them, by the same command with\n{}", options.join("\n"))))
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
