//! How calls leave the machine: local servers in the place of a provider, and the key that seals cursors.

pub(crate) mod origins;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use connc_runtime::{Builder, Error, Random as _, Recording, Runtime, Store, SystemRandom};

use crate::error::Stop;

/// Options that say where requests go.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Network")]
pub(crate) struct WireArgs {
    /// Send what goes to the connector's base URL to this local server
    #[arg(long, value_name = "URL")]
    base_url: Option<String>,
    /// Send what goes to one origin to another: https://login.example.com=http://127.0.0.1:8080
    #[arg(long, value_name = "FROM=TO")]
    origin: Vec<String>,
}

/// The runtime of a call. Lists get the key that their cursors are sealed with; `store` is where tokens are kept beyond this process.
pub(crate) fn runtime(args: &WireArgs, lists: bool, store: Option<Arc<dyn Store>>) -> Result<Runtime, Stop> {
    builder(args, lists, store)?.build().map_err(unfit)
}

/// The runtime of a call that is recorded.
pub(crate) fn recording(args: &WireArgs, lists: bool, store: Option<Arc<dyn Store>>) -> Result<Recording, Stop> {
    builder(args, lists, store)?.recording(crate::record::seed()?).map_err(unfit)
}

fn unfit(error: Error) -> Stop {
    let stop = Stop::usage(error.message.clone());
    error.help.iter().fold(stop, |stop, help| stop.help(help.as_str()))
}

fn builder(args: &WireArgs, lists: bool, store: Option<Arc<dyn Store>>) -> Result<Builder, Stop> {
    let mut builder = Runtime::builder();
    if let Some(store) = store {
        builder = builder.store(store);
    }
    if let Some(base) = &args.base_url {
        builder = builder.map_base(base);
    }
    for pair in &args.origin {
        let (from, to) = pair.split_once('=').ok_or_else(|| {
            Stop::usage(format!("`--origin {pair}` has no `=`")).help("write `--origin https://api.example.com=http://127.0.0.1:8080`")
        })?;
        builder = builder.map_origin(from, to);
    }
    if let Some(key) = lists.then(cursor_key).flatten() {
        builder = builder.cursor_key(key);
    }
    Ok(builder)
}

/// The key that seals cursors, kept among the user's state so that the next process can open them.
/// None where it cannot be kept: cursors then end with this process.
fn cursor_key() -> Option<[u8; 32]> {
    let folder = state_folder()?.join("connc");
    let path = folder.join("cursor.key");
    let kept = || <[u8; 32]>::try_from(std::fs::read(&path).ok()?).ok();
    if let Some(key) = kept() {
        return Some(key);
    }
    let mut key = [0; 32];
    SystemRandom::default().fill(&mut key).ok()?;
    std::fs::create_dir_all(&folder).ok()?;
    // Two first processes must end with one key: a link is made whole or not at all, and never over another.
    let own = folder.join(format!("cursor.key.{}", std::process::id()));
    write_private(&own, &key).ok()?;
    let linked = std::fs::hard_link(&own, &path);
    if linked.is_err() && kept().is_none() {
        std::fs::rename(&own, &path).ok()?;
    } else {
        std::fs::remove_file(&own).ok()?;
    }
    kept()
}

/// XDG's place for state, or what stands in for it on other systems.
pub(crate) fn state_folder() -> Option<PathBuf> {
    let from = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let home = || from("HOME").map(|home| home.join(".local").join("state"));
    if cfg!(windows) { from("LOCALAPPDATA") } else { from("XDG_STATE_HOME").or_else(home) }
}

#[cfg(unix)]
fn write_private(path: &std::path::Path, bytes: &[u8]) -> std::io::Result<()> {
    use std::io::Write as _;
    use std::os::unix::fs::OpenOptionsExt as _;
    std::fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(path)?.write_all(bytes)
}

#[cfg(not(unix))]
fn write_private(path: &std::path::Path, bytes: &[u8]) -> std::io::Result<()> {
    std::fs::write(path, bytes)
}

/// Reads `30s`, `500ms`, `2m`, or seconds.
pub(crate) fn duration(text: &str) -> Result<Duration, String> {
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let unit = text.strip_prefix(digits).unwrap_or_default();
    let number: u64 = digits.parse().map_err(|_| "write `30s`, `500ms` or `2m`".to_owned())?;
    match unit {
        "ms" => Ok(Duration::from_millis(number)),
        "s" | "" => Ok(Duration::from_secs(number)),
        "m" => Ok(Duration::from_secs(number.saturating_mul(60))),
        _ => Err(format!("`{unit}` is not a unit of time; write `30s`, `500ms` or `2m`")),
    }
}

#[cfg(test)]
mod tests {
    use super::{Duration, duration};

    #[test]
    fn durations_have_units() {
        assert_eq!(duration("30"), Ok(Duration::from_secs(30)));
        assert_eq!(duration("250ms"), Ok(Duration::from_millis(250)));
        assert_eq!(duration("2m"), Ok(Duration::from_secs(120)));
        assert!(duration("2h").is_err());
        assert!(duration("soon").is_err());
    }
}
