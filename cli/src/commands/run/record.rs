//! `--record`: the call becomes a cassette, once it is over.

use std::cell::RefCell;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use connc_plan::CassetteCall;
use connc_runtime::transport::{Purpose, Recorded};
use connc_runtime::{Account, Connector, ErrorKind, Recording};

use super::target::{Asked, Target};
use crate::console::Console;
use crate::error::Stop;
use crate::project::Loaded;
use crate::record::{self, Course, Tape};

/// What a recording is about, and where it goes.
pub(super) struct Plan {
    path: PathBuf,
    name: String,
    model: Option<String>,
    call: CassetteCall,
    /// Whether the account's tokens come from a person's consent, so that a replay begins with some.
    consented: bool,
}

impl Plan {
    /// Says whether a person's consent gave the account's tokens.
    pub(super) fn consented(mut self, consented: bool) -> Self {
        self.consented = consented;
        self
    }
}

/// What happens while the call runs.
#[derive(Debug, Default)]
pub(super) struct Watched(RefCell<Course>);

impl Watched {
    /// A page, or the one answer of a call.
    pub(super) fn page(&self, records: usize, more: bool) {
        self.0.borrow_mut().page(records, more);
    }

    pub(super) fn failed(&self, kind: ErrorKind) {
        self.0.borrow_mut().fails = Some(kind);
    }
}

/// Refuses what cannot be recorded before anything is sent.
pub(super) fn plan(
    path: &Path,
    asked: &Asked<'_>,
    input: Option<&serde_json::Value>,
    filters: &[(String, String)],
    limit: Option<u64>,
    force: bool,
) -> Result<Plan, Stop> {
    let (resource, verb, model) = match &asked.target {
        Target::Unified { map, verb } => (map.resource.clone(), verb.name().to_owned(), Some(map.model.clone())),
        Target::Native(operation) if operation.gives_file() => {
            return Err(Stop::usage("a file that a provider gives cannot be recorded").help("nobody can say what in it is somebody's"));
        }
        Target::Native(operation) => (operation.resource().to_owned(), operation.verb().to_owned(), None),
        Target::Request { .. } => {
            return Err(Stop::usage("a request that no spec names cannot be recorded").help("record an operation of the connector"));
        }
    };
    let wanted = format!("{resource}.{verb}");
    // What ends like a folder is one, though it may not be there yet.
    let is_folder = path.is_dir() || path.as_os_str().to_string_lossy().ends_with(std::path::MAIN_SEPARATOR);
    let path = if is_folder { path.join(format!("{wanted}.yaml")) } else { path.to_owned() };
    let file = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    let name = file.strip_suffix(".yaml").unwrap_or_default().to_owned();
    if name != wanted && !name.starts_with(&format!("{wanted}.")) {
        let help = format!("call the file `{wanted}.yaml`, or `{wanted}.CASE.yaml`");
        return Err(Stop::usage(format!("`{file}` is not the name of a recording of `{wanted}`")).help(help));
    }
    if path.exists() && !force {
        return Err(Stop::usage(format!("`{}` is there already", path.display())).help("`--force` replaces it"));
    }
    let input = input.cloned().unwrap_or_else(|| serde_json::json!({}));
    if !input.is_object() {
        return Err(Stop::usage("only input that is an object can be recorded"));
    }
    let call = CassetteCall {
        resource,
        verb,
        id: asked.id.clone(),
        parent: asked.parent.clone(),
        input,
        files: Vec::new(),
        filters: filters.to_vec(),
        limit,
    };
    Ok(Plan { path, name, model, call, consented: false })
}

/// Writes the cassette, whether the call succeeded or failed: a provider's error is worth a recording.
pub(super) fn write(
    plan: Plan,
    loaded: &Loaded,
    connector: &Connector,
    account: Account,
    recording: &Recording,
    watched: Watched,
    console: &mut Console,
) -> Result<(), Stop> {
    let Plan { path, name, model, mut call, consented } = plan;
    let course = watched.0.into_inner();
    // One page was asked for: a replay reads to the end unless it is told how many records that were.
    if course.more && course.fails.is_none() && call.limit.is_none() {
        let read: usize = course.pages.iter().sum();
        if read == 0 {
            return Err(Stop::usage("an empty page with more behind it cannot be recorded").help("`--all` records every page"));
        }
        call.limit = u64::try_from(read).ok();
    }
    let mut exchanges = recording.recorder.recorded();
    let mut account = account;
    if consented {
        exchanges = own(exchanges, console)?;
        account = account_kept(account, connector, recording)?;
    }
    let tape = Tape {
        loaded,
        connector,
        runtime: &recording.runtime,
        account: &account,
        model,
        call,
        began: recording.began,
        seed: recording.seed,
        exchanges,
        course,
    };
    let made = record::cassette(&tape, &name)?;
    save(&path, &made.text)?;
    let shown = path.display();
    let but = if made.review.is_empty() { "" } else { ", but for these:" };
    console.note(format!("recorded in `{shown}`; values are invented{but}"))?;
    for line in &made.review {
        writeln!(console.err, "  {line}")?;
    }
    if let Some(renamed) = &made.renamed {
        console.note(renamed)?;
    }
    for line in &made.contradictions {
        console.warning(line)?;
    }
    console.note("look them through before you commit the file; `connc test` replays it")?;
    Ok(())
}

/// The exchanges from the call's own first on. What came before renewed a token that had run out since it was kept; a replay begins with one
/// that is good.
fn own(mut exchanges: Vec<Recorded>, console: &mut Console) -> Result<Vec<Recorded>, Stop> {
    let renewals = exchanges.iter().take_while(|recorded| recorded.purpose != Purpose::Call).count();
    if renewals > 0 && renewals == exchanges.len() {
        return Err(Stop::usage("the call only tried to renew the account's token, and nothing was written")
            .help("connect the account again, or write this cassette by hand"));
    }
    if renewals > 0 {
        exchanges.drain(..renewals);
        console.note("the account's token had run out and was renewed; the recording begins after that, with a token that is good")?;
    }
    Ok(exchanges)
}

/// The account with what is kept of it, which no exchange of the call shows.
fn account_kept(mut account: Account, connector: &Connector, recording: &Recording) -> Result<Account, Stop> {
    let tasks = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let tasks = tasks.map_err(|error| Stop::usage(format!("the system gives no timers: {error}")))?;
    let kept = tasks.block_on(recording.runtime.kept(connector, &account)).map_err(|error| Stop::usage(error.message.clone()))?;
    account.kept = kept;
    Ok(account)
}

/// The file appears whole or not at all.
fn save(path: &Path, text: &str) -> Result<(), Stop> {
    let shown = format!("`{}`", path.display());
    let folder = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    std::fs::create_dir_all(folder).map_err(|error| Stop::unwritable(&format!("`{}`", folder.display()), &error))?;
    let own = folder.join(format!(".{}.{}", path.file_name().and_then(|name| name.to_str()).unwrap_or_default(), std::process::id()));
    std::fs::write(&own, text).and_then(|()| std::fs::rename(&own, path)).map_err(|error| {
        // What cannot be removed was not written either.
        let _ = std::fs::remove_file(&own);
        Stop::unwritable(&shown, &error)
    })
}
