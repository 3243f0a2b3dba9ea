//! A store in an SQLite database, for processes that share one.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use connc_plan::ErrorKind;
use futures_util::future::BoxFuture;
use jiff::SignedDuration;
use rusqlite::{Connection, OptionalExtension as _, Params, TransactionBehavior, params};

use super::aside::aside;
use super::seal::{self, Seal};
use super::{Lease, Store};
use crate::lock::locked;
use crate::{Clock, Error, Random as _, Secret, SystemRandom, hash};

/// How long a statement waits for another process's.
const BUSY: Duration = Duration::from_secs(10);

/// How long to wait before a lease is tried again: at first, and at most.
const PAUSE: Duration = Duration::from_millis(5);
const LONGEST: Duration = Duration::from_millis(200);

const SCHEMA: &str = "
    CREATE TABLE IF NOT EXISTS connc_entries (name TEXT PRIMARY KEY, sealed BLOB NOT NULL) STRICT, WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS connc_leases (name TEXT PRIMARY KEY, holder TEXT NOT NULL, until INTEGER NOT NULL) STRICT, WITHOUT ROWID;
";

/// Keeps entries in two tables of a database, `connc_entries` and `connc_leases`, which can lie beside others.
///
/// Entries are encrypted with the embedder's key, each bound to its own. A [`Lease`] is a row with the time when it ends, so that a process
/// that vanishes does not hold it for ever; the clocks of processes that share a database therefore have to agree. A holder that was slower
/// than its lease lasts, so that another has it, can neither replace nor remove the entry any more.
pub struct SqliteStore {
    database: Database,
    path: String,
    seal: Arc<Seal>,
    clock: Arc<dyn Clock>,
}

type Database = Arc<Mutex<Opened>>;

/// The database, and the leases that this store holds in it.
struct Opened {
    connection: Connection,
    /// Each name's holder. Whoever asks this store for a lease waits until it is gone from here, however late that is: so there is one holder
    /// at most that an entry can be changed by.
    held: BTreeMap<String, String>,
}

impl Opened {
    /// Changes an entry, and says whether: not where this store's lease on it has gone to another meanwhile, who may have changed it.
    fn change(&mut self, name: &str, statement: &str, values: impl Params) -> rusqlite::Result<bool> {
        let transaction = self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        if let Some(own) = self.held.get(name) {
            let query = "SELECT holder FROM connc_leases WHERE name = ?1";
            let holder = transaction.query_row(query, [name], |row| row.get::<_, String>(0)).optional()?;
            if holder.as_ref() != Some(own) {
                return Ok(false);
            }
        }
        transaction.execute(statement, values)?;
        transaction.commit()?;
        Ok(true)
    }

    /// Takes a lease, and says whether it could be had.
    fn lease(&mut self, name: &str, holder: &str, now: i64, until: i64) -> rusqlite::Result<bool> {
        if self.held.contains_key(name) {
            return Ok(false);
        }
        let transaction = self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        transaction.execute("DELETE FROM connc_leases WHERE name = ?1 AND until <= ?2", params![name, now])?;
        let insert = "INSERT INTO connc_leases (name, holder, until) VALUES (?1, ?2, ?3) ON CONFLICT (name) DO NOTHING";
        let rows = transaction.execute(insert, params![name, holder, until])?;
        transaction.commit()?;
        if rows == 1 {
            self.held.insert(name.to_owned(), holder.to_owned());
        }
        Ok(rows == 1)
    }
}

impl SqliteStore {
    /// Opens a database, or makes one. `clock` is what waits for leases and says when they end.
    ///
    /// # Errors
    ///
    /// Where the file is no database, or cannot be written.
    pub fn open(path: impl AsRef<Path>, key: &Secret<[u8; 32]>, clock: Arc<dyn Clock>) -> Result<Self, Error> {
        let shown = format!("the store's database `{}`", path.as_ref().display());
        let open = || {
            let connection = Connection::open(path.as_ref())?;
            connection.busy_timeout(BUSY)?;
            connection.pragma_update(None, "journal_mode", "wal")?;
            // What was saved has to outlive a power cut, since the token before it is spent.
            connection.pragma_update(None, "synchronous", "full")?;
            connection.execute_batch(SCHEMA)?;
            Ok(connection)
        };
        let connection = open().map_err(|error| failed(&shown, "opened", &error))?;
        let opened = Opened { connection, held: BTreeMap::new() };
        Ok(Self { database: Arc::new(Mutex::new(opened)), path: shown, seal: Arc::new(Seal::new(key)?), clock })
    }

    /// Runs statements off the calling thread.
    async fn run<T: Send + 'static>(
        &self,
        what: &'static str,
        work: impl FnOnce(&mut Opened) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, Error> {
        let (database, path) = (Arc::clone(&self.database), self.path.clone());
        aside(move || work(&mut locked(&database)).map_err(|error| failed(&path, what, &error))).await
    }

    /// Changes an entry, unless another holds the lease by now.
    async fn change(&self, work: impl FnOnce(&mut Opened) -> rusqlite::Result<bool> + Send + 'static) -> Result<(), Error> {
        if self.run("written", work).await? {
            return Ok(());
        }
        let mut error = Error::new(ErrorKind::Store, format!("{} was not written: the lease on the entry had ended", self.path));
        error.retryable = true;
        Err(error.with_help("make the call again: it goes on from what another process stored meanwhile"))
    }
}

impl std::fmt::Debug for SqliteStore {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SqliteStore").field("path", &self.path).finish_non_exhaustive()
    }
}

impl Store for SqliteStore {
    fn load<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<Option<Secret<Vec<u8>>>, Error>> {
        Box::pin(async move {
            let name = seal::name(key);
            let kept = self
                .run("read", move |database| {
                    let query = "SELECT sealed FROM connc_entries WHERE name = ?1";
                    database.connection.query_row(query, [name], |row| row.get::<_, Vec<u8>>(0)).optional()
                })
                .await?;
            kept.map(|kept| self.seal.open(key, &kept, &format!("the entry `{}` of {}", seal::name(key), self.path))).transpose()
        })
    }

    fn save<'a>(&'a self, key: &'a str, value: &'a [u8]) -> BoxFuture<'a, Result<(), Error>> {
        Box::pin(async move {
            let (name, sealed) = (seal::name(key), self.seal.seal(key, value)?);
            self.change(move |database| {
                let upsert =
                    "INSERT INTO connc_entries (name, sealed) VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET sealed = excluded.sealed";
                database.change(&name, upsert, params![name, sealed])
            })
            .await
        })
    }

    fn remove<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<(), Error>> {
        Box::pin(async move {
            let name = seal::name(key);
            self.change(move |database| database.change(&name, "DELETE FROM connc_entries WHERE name = ?1", params![name])).await
        })
    }

    fn lock<'a>(&'a self, key: &'a str, most: Duration) -> BoxFuture<'a, Result<Lease, Error>> {
        Box::pin(async move {
            let mut holder = [0; 16];
            SystemRandom::default().fill(&mut holder)?;
            let holder = hash::hex(&holder);
            let mut pause = PAUSE;
            loop {
                let now = self.clock.now();
                let until = SignedDuration::try_from(most).ok().and_then(|most| now.checked_add(most).ok()).unwrap_or(now);
                let (now, until) = (now.as_millisecond(), until.as_millisecond());
                let row = Row { database: Arc::clone(&self.database), name: seal::name(key), holder: holder.clone() };
                let taken = self
                    .run("locked", move |database| {
                        let taken = database.lease(&row.name, &row.holder, now, until)?;
                        // Given back as what ends it: where nobody waits for it any more, it ends at once.
                        Ok(taken.then(|| Taken(row)))
                    })
                    .await?;
                if let Some(taken) = taken {
                    return Ok(Lease::new(taken));
                }
                self.clock.sleep(pause).await;
                pause = pause.saturating_mul(2).min(LONGEST);
            }
        })
    }
}

/// A lease's row.
struct Row {
    database: Database,
    name: String,
    holder: String,
}

/// A row that is there, and goes when this is dropped. Should that fail, it ends in time.
struct Taken(Row);

impl Drop for Taken {
    fn drop(&mut self) {
        let Row { database, name, holder } = &self.0;
        let mut database = locked(database);
        database.held.remove(name);
        let _ = database.connection.execute("DELETE FROM connc_leases WHERE name = ?1 AND holder = ?2", params![name, holder]);
    }
}

/// SQLite's own words name tables and causes, and no value.
fn failed(path: &str, what: &str, error: &rusqlite::Error) -> Error {
    Error::new(ErrorKind::Store, format!("{path} cannot be {what}: {error}"))
}
