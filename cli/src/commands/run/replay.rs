//! `--replay`: a recorded call in the place of the provider, with the recording's own account, clock and randomness.

use std::io::Write as _;
use std::sync::Arc;

use connc_compiler::diagnostic::Severity;
use connc_plan::{Cassette, Plan};
use connc_runtime::{ReplayClock, ReplayRandom, Runtime, replay};
use serde_json::Value;

use super::target::{self, Target, Words};
use super::{Args, Ready, input};
use crate::console::Console;
use crate::error::{Stop, suggestion};
use crate::output::{Format, failure};
use crate::project::{CassetteFile, Loaded};
use crate::render::{self, Look};

/// Makes the call ready. What the command line leaves open is taken from the recording.
#[expect(clippy::too_many_arguments, reason = "one call site, and each is a part of the one call")]
pub(super) fn ready<'a>(
    args: &Args,
    loaded: &'a Loaded,
    plan: &Plan,
    words: Words<'_>,
    case: &str,
    given: Option<Value>,
    filters: Vec<(String, String)>,
    console: &mut Console,
) -> Result<Ready<'a>, Stop> {
    let account = &args.account;
    if account.account.is_some() || account.auth.is_some() || !account.set.is_empty() || !account.secret.is_empty() {
        return Err(Stop::usage("a replay has its own account").help("leave out `--account`, `--auth`, `--set` and `--secret`"));
    }
    if args.call.cursor.is_some() {
        return Err(Stop::usage("a replay begins at its first page").help("leave out `--cursor`; `--all` plays every page"));
    }
    let mut asked = target::resolve(plan, words)?;
    let parent_given = asked.parent.is_some();
    let cassette = find(loaded, &asked.target, words, case, console)?;
    // The recording knows the model, unless the command line chooses.
    if let (Some(model), None, false) = (&cassette.model, words.model, words.native) {
        let words = Words { model: Some(model), ..words };
        if matches!(&asked.target, Target::Unified { map, .. } if map.model != *model) && plan.model(model).is_some() {
            asked = target::resolve(plan, words)?;
        }
    }
    let recorded = &cassette.call;
    if asked.target.takes_id() {
        asked.id = asked.id.or_else(|| recorded.id.clone());
    }
    asked.parent = asked.parent.or_else(|| recorded.parent.clone());
    let native = match asked.target {
        Target::Unified { .. } => false,
        Target::Native(_) | Target::Request { .. } => true,
    };
    // The recording's input and filters are unified or the provider's own, and fit a call of the same kind only.
    let alike = native == cassette.model.is_none();
    let own = recorded.input.as_object().is_some_and(|members| !members.is_empty()).then(|| recorded.input.clone());
    let given = given.or(own.filter(|_| alike));
    // A filter may set the parent, and must not win over one that the command line gives.
    let filters = if filters.is_empty() && alike && !parent_given { recorded.filters.clone() } else { filters };
    super::check(&asked, &filters, args)?;
    super::noted(&asked, console)?;
    let file = super::download::place(&asked.target, args.shown.output_file.as_deref(), false, console)?;
    let limit = args.call.limit.or(recorded.limit.filter(|_| !args.call.all));
    let call = input::call(&asked, args, given, filters, limit, console);
    let call = if alike { replay::files(&cassette).into_iter().fold(call, |call, (input, file)| call.file(input, file)) } else { call };
    let account = replay::account(plan, &cassette);
    let transport = Arc::new(replay::Replay::new(&cassette, replay::secrets(&account)));
    let clock = ReplayClock::new(&cassette.clock).map_err(|error| failure::stop(&error, loaded, console))?;
    let runtime = Runtime::builder().transport(transport).clock(Arc::new(clock)).random(Arc::new(ReplayRandom::new(cassette.seed)));
    let runtime = runtime.build().map_err(|error| failure::stop(&error, loaded, console))?;
    let lists = asked.target.lists();
    let connector = super::load(plan.clone())?;
    let tasks = tokio::runtime::Builder::new_current_thread().build();
    let tasks = tasks.map_err(|error| Stop::usage(format!("the system gives no timers: {error}")))?;
    let connected = tasks.block_on(replay::connect(&runtime, &connector, &account, &cassette, |_| ()));
    connected.map_err(|error| failure::stop(&error, loaded, console))?;
    Ok(Ready {
        loaded,
        runtime,
        connector,
        account,
        call,
        lists,
        format: Format::chosen(args.shown.output, console),
        one_page: lists && !args.call.all && limit.is_none(),
        file,
        resumable: false,
        watched: None,
    })
}

/// The recording of the call, read and free of mistakes.
fn find(loaded: &Loaded, target: &Target<'_>, words: Words<'_>, case: &str, console: &mut Console) -> Result<Cassette, Stop> {
    let ending = if case.is_empty() { String::new() } else { format!(".{case}") };
    let names = target.cassettes();
    let named = names.iter().find_map(|name| loaded.cassettes.iter().find(|cassette| cassette.name == format!("{name}{ending}")));
    // Who names a model, or none, wants a recording of that.
    let chosen = case.is_empty() && (words.model.is_some() || words.native);
    let wanted = if words.native { None } else { words.model };
    let fits = |file: &&CassetteFile| file.read().0.is_some_and(|cassette| cassette.model.as_deref() == wanted && cassette.fails.is_none());
    let of_names =
        |file: &&CassetteFile| names.iter().any(|name| file.name.strip_prefix(name.as_str()).is_some_and(|rest| rest.starts_with('.')));
    let file = match named {
        Some(file) if !chosen || fits(&file) => Some(file),
        Some(_) | None if chosen => loaded.cassettes.iter().filter(of_names).find(fits).or(named),
        other => other,
    };
    let Some(file) = file else { return Err(missing(loaded, &names, case)) };
    let (cassette, diagnostics) = file.read();
    let look = Look { colour: console.err_colour(), width: console.width() };
    for diagnostic in diagnostics.iter().filter(|diagnostic| diagnostic.severity() == Severity::Error) {
        writeln!(console.err, "{}", render::diagnostic(diagnostic, &file.sources, look))?;
    }
    cassette.ok_or(Stop::Problems)
}

fn missing(loaded: &Loaded, names: &[String], case: &str) -> Stop {
    let Some(name) = names.first() else {
        return Stop::usage("a request that no spec names has no recording");
    };
    let mut cases: Vec<&str> = names
        .iter()
        .flat_map(|name| loaded.cassettes.iter().filter_map(|file| file.name.strip_prefix(name.as_str())?.strip_prefix('.')))
        .collect();
    cases.sort_unstable();
    cases.dedup();
    if case.is_empty() {
        let stop = Stop::usage(format!("connector `{}` has no recording of `{name}`", loaded.name));
        let help = if cases.is_empty() {
            let recorded = loaded.cassettes.iter().map(|file| file.name.as_str());
            suggestion(name, "recordings", recorded)
        } else {
            format!("there are cases: write {}", cases.iter().map(|case| format!("`--replay={case}`")).collect::<Vec<_>>().join(" or "))
        };
        return stop.help(help);
    }
    Stop::usage(format!("connector `{}` has no recording `{case}` of `{name}`", loaded.name)).help(suggestion(case, "cases", cases))
}
