//! `connc run`: one call.

mod calls;
mod download;
mod dry;
mod files;
mod input;
mod record;
mod replay;
mod target;

use std::io::Write as _;
use std::path::PathBuf;
use std::time::Duration;

use clap::ValueEnum;
use connc_plan::{FilterTarget, Plan};
use connc_runtime::{Account, Call, Connector, Runtime};

use crate::account::{self, AccountArgs, Secrets};
use crate::console::Console;
use crate::error::Stop;
use crate::output::{Format, failure};
use crate::project::{Loaded, Project};
use crate::wire::{self, WireArgs};
use target::{Asked, Target, Words};

/// Call a provider: list, get or change records
#[derive(Debug, clap::Args)]
#[command(
    after_help = include_str!("../../../help/run.txt")
)]
pub(crate) struct Args {
    /// The connector
    connector: String,
    /// What to call: RESOURCE[.VERB], or a request such as 'GET /path'
    #[arg(value_name = "RESOURCE[.VERB]")]
    resource: String,
    /// The record's id
    id: Option<String>,
    #[command(flatten)]
    account: AccountArgs,
    #[command(flatten)]
    call: CallArgs,
    #[command(flatten)]
    shown: ShownArgs,
    #[command(flatten)]
    wire: WireArgs,
}

#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Call")]
struct CallArgs {
    /// The unified model, where several have the resource
    #[arg(long)]
    model: Option<String>,
    /// The provider's own shape
    #[arg(long)]
    native: bool,
    /// What to send: JSON, @FILE, or @- for stdin
    #[arg(long, value_name = "JSON|@FILE")]
    input: Option<String>,
    /// A file to send, for an input of type `file`
    #[arg(long = "file", value_name = "NAME=PATH[;type=MEDIA/TYPE]")]
    files: Vec<String>,
    /// Narrow a unified list
    #[arg(long = "where", value_name = "FIELD=VALUE")]
    filters: Vec<String>,
    /// Records at most
    #[arg(long, value_name = "N", conflicts_with = "all")]
    limit: Option<u64>,
    /// Every page
    #[arg(long)]
    all: bool,
    /// Where an earlier list ended
    #[arg(long)]
    cursor: Option<String>,
    /// What to do about a rate limit
    #[arg(long, value_enum, value_name = "MODE", default_value_t = RateLimit::Passthrough)]
    rate_limit: RateLimit,
    /// How long the whole call may take: 30s, 500ms
    #[arg(long, value_name = "TIME", value_parser = wire::duration)]
    timeout: Option<Duration>,
}

#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Output")]
struct ShownArgs {
    /// How records are printed; a table on a terminal, jsonl elsewhere
    #[arg(long, value_enum)]
    output: Option<Format>,
    /// Add the provider's own record to each unified one; so by default in json and jsonl
    #[arg(long, overrides_with = "no_raw")]
    raw: bool,
    /// Leave the provider's own record out
    #[arg(long)]
    no_raw: bool,
    /// Where a downloaded file goes; `-` is stdout
    #[arg(long, value_name = "PATH", conflicts_with = "dry_run")]
    output_file: Option<PathBuf>,
    /// Print the requests, without secrets, and send nothing
    #[arg(long, conflicts_with = "replay")]
    dry_run: bool,
    /// Say why fields have no value
    #[arg(long)]
    trace: bool,
    /// Play a recorded call, or CASE of it, with its own account
    #[arg(long, value_name = "CASE", num_args = 0..=1, require_equals = true, default_missing_value = "")]
    replay: Option<String>,
    /// Record the call as a cassette of invented values, which `connc test` replays
    #[arg(long, value_name = "FILE", conflicts_with_all = ["replay", "dry_run", "cursor", "timeout", "files"])]
    record: Option<PathBuf>,
    /// Let --record replace a file
    #[arg(long, requires = "record")]
    force: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum RateLimit {
    /// Tell the caller at once
    Passthrough,
    /// Wait until calls are allowed again, within `--timeout`; without one, 5 minutes for each page at most
    Managed,
}

/// Everything that a call needs.
struct Ready<'a> {
    loaded: &'a Loaded,
    runtime: Runtime,
    connector: Connector,
    account: Account,
    call: Call,
    lists: bool,
    format: Format,
    /// Whether a list ends after one page.
    one_page: bool,
    /// Where the file goes that the operation gives; none where it gives none.
    file: Option<download::Place>,
    /// Whether the next page can be asked for by its cursor.
    resumable: bool,
    /// What is told to a recording.
    watched: Option<&'a record::Watched>,
}

pub(crate) fn run(args: &Args, project: &Project, console: &mut Console) -> Result<(), Stop> {
    let found = project.find(&args.connector)?;
    let recorded = args.shown.replay.is_some() || args.shown.record.is_some();
    let loaded = if recorded { found.load()? } else { found.load_to_call()? };
    let plan = super::compiled(&loaded, console)?;
    let words = Words { resource: &args.resource, id: args.id.as_deref(), model: args.call.model.as_deref(), native: args.call.native };
    let input = args.call.input.as_deref().map(input::read).transpose()?;
    let filters = input::filters(&args.call.filters)?;
    if let Some(case) = &args.shown.replay {
        let ready = replay::ready(args, &loaded, &plan, words, case, input, filters, console)?;
        return finish(ready, console);
    }
    let asked = target::resolve(&plan, words)?;
    check(&asked, &filters, args)?;
    noted(&asked, console)?;
    let file = download::place(&asked.target, args.shown.output_file.as_deref(), args.shown.dry_run, console)?;
    let secrets = if args.shown.dry_run { Secrets::Shown } else { Secrets::Needed };
    let account = account::account(&args.account, &plan, secrets, console)?;
    wire::origins::check(&args.wire, &plan, &account)?;
    let path = args.shown.record.as_deref();
    let tape = path.map(|path| record::plan(path, &asked, input.as_ref(), &filters, args.call.limit, args.shown.force)).transpose()?;
    let call = files::given(&args.call.files)?
        .into_iter()
        .fold(input::call(&asked, args, input, filters, args.call.limit, console), |call, (name, file)| call.file(name, file));
    let lists = asked.target.lists();
    let store = if args.shown.dry_run { None } else { account::store(&args.account, &plan, &account.auth)? };
    // A token that is bought is bought anew, so that the recording has the exchange; one that a person's consent gave cannot be.
    let consented = plan.auth_method(&account.auth).is_some_and(|method| method.authorize.is_some());
    let connector = load(plan)?;
    if let Some(tape) = tape {
        let recording = wire::recording(&args.wire, lists, store.filter(|_| consented))?;
        let watched = record::Watched::default();
        let ready = Ready {
            loaded: &loaded,
            runtime: recording.runtime.clone(),
            connector: connector.clone(),
            account: account.clone(),
            call,
            lists,
            format: Format::chosen(args.shown.output, console),
            one_page: lists && !args.call.all && args.call.limit.is_none(),
            file,
            resumable: true,
            watched: Some(&watched),
        };
        let done = finish(ready, console);
        if let Err(Stop::Usage { .. } | Stop::Shown | Stop::Quiet) = done {
            return done;
        }
        record::write(tape.consented(consented), &loaded, &connector, account, &recording, watched, console)?;
        return done;
    }
    let runtime = wire::runtime(&args.wire, lists, store)?;
    let format = Format::chosen(args.shown.output, console);
    if args.shown.raw && format == Format::Table {
        console.note("a table has no room for the provider's own record; `--output json` shows it")?;
    }
    if args.shown.dry_run {
        let prepared = runtime.prepare(&connector, &account, call).map_err(|error| failure::stop(&error, &loaded, console))?;
        return dry::print(&prepared, format, console);
    }
    let one_page = lists && !args.call.all && args.call.limit.is_none();
    let watched = None;
    finish(Ready { loaded: &loaded, runtime, connector, account, call, lists, format, one_page, file, resumable: true, watched }, console)
}

fn finish(ready: Ready<'_>, console: &mut Console) -> Result<(), Stop> {
    // Of a list of several pages, the next ones come while one is mapped and printed.
    let many = ready.lists && !ready.one_page && ready.resumable;
    let mut tasks = if many { tokio::runtime::Builder::new_multi_thread() } else { tokio::runtime::Builder::new_current_thread() };
    let tasks = tasks.worker_threads(1).enable_all().build();
    let tasks = tasks.map_err(|error| Stop::usage(format!("the system gives no timers: {error}")))?;
    let runtime = ready.runtime.clone();
    tasks.block_on(async {
        let done = calls::run(ready, console).await;
        // A call that ran out of time may have left a renewal behind, whose refresh token is the only one that is good.
        runtime.settle().await;
        done
    })
}

fn load(plan: Plan) -> Result<Connector, Stop> {
    Connector::load(plan).map_err(|error| Stop::usage(error.message.clone()))
}

/// Options that do not fit the call.
fn check(asked: &Asked<'_>, filters: &[(String, String)], args: &Args) -> Result<(), Stop> {
    let lists = asked.target.lists();
    let list_only = [
        ("--all", args.call.all),
        ("--limit", args.call.limit.is_some()),
        ("--cursor", args.call.cursor.is_some()),
        ("--where", !filters.is_empty()),
    ];
    if let Some((option, _)) = list_only.iter().find(|(_, given)| *given && !lists) {
        return Err(Stop::usage(format!("`{option}` is for lists, and this is none")));
    }
    if let (Target::Native(operation), false) = (&asked.target, filters.is_empty()) {
        return Err(Stop::usage(format!("`--where` narrows unified lists, and `{}` is the provider's own", operation.name))
            .help("the provider's own inputs are given by `--input`"));
    }
    let parent_given = asked.parent.is_some() || !filters.is_empty();
    if asked.target.needs_parent() && !parent_given {
        return Err(missing_parent(args, &asked.target));
    }
    if asked.parent.is_some() && !asked.target.needs_parent() {
        return Err(Stop::usage(format!("`{}` lies below no other record, and takes no parent's id", args.resource)));
    }
    let (takes, given) = (asked.target.takes_id(), asked.id.is_some());
    match &asked.target {
        Target::Request { .. } => Ok(()),
        Target::Unified { .. } | Target::Native(_) if takes && !given => Err(Stop::usage(format!("`{}` needs an ID", args.resource))
            .help(format!("write `connc run {} {} ID`", args.connector, args.resource))),
        Target::Unified { .. } | Target::Native(_) if given && !takes => Err(Stop::usage(format!("`{}` takes no ID", args.resource))),
        Target::Unified { .. } | Target::Native(_) => Ok(()),
    }
}

fn missing_parent(args: &Args, target: &Target<'_>) -> Stop {
    let resource = &args.resource;
    // A unified resource may be read from one below another, such as the comments of a ticket.
    let from = match target {
        Target::Unified { map, .. } => map.from.as_str(),
        Target::Native(operation) => operation.resource(),
        Target::Request { .. } => "",
    };
    let parent = resource.split_once('.').or(from.rsplit_once('.')).map_or("PARENT", |(parent, _)| parent);
    let last = resource.split_once('.').map_or(resource.as_str(), |(_, rest)| rest);
    let filter = match target {
        Target::Unified { map, .. } => {
            map.filters.filters.iter().find(|filter| filter.sets.iter().any(|(set, _)| *set == FilterTarget::Parent))
        }
        Target::Native(_) | Target::Request { .. } => None,
    };
    let other = filter.map_or_else(String::new, |filter| format!(", or add `--where {}=ID`", filter.name));
    Stop::usage(format!("`{resource}` lies below another record, and needs its id"))
        .help(format!("write `connc run {} {parent}/ID/{last}`{other}", args.connector))
}

fn noted(asked: &Asked<'_>, console: &mut Console) -> Result<(), Stop> {
    match &asked.note {
        Some(note) => Ok(console.note(note)?),
        None => Ok(console.err.flush()?),
    }
}
