//! A store in an SQLite database, for processes that share one.

use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use connc_plan::ErrorKind;
use futures_util::future::BoxFuture;
use jiff::SignedDuration;
use rusqlite::{Connection, OptionalExtension as _, TransactionBehavior, params};

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
/// that vanishes does not hold it for ever; the clocks of processes that share a database therefore have to agree.
pub struct SqliteStore {
    database: Database,
    path: String,
    seal: Arc<Seal>,
    clock: Arc<dyn Clock>,
}

type Database = Arc<Mutex<Connection>>;

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
        Ok(Self { database: Arc::new(Mutex::new(connection)), path: shown, seal: Arc::new(Seal::new(key)?), clock })
    }

    /// Runs statements off the calling thread.
    async fn run<T: Send + 'static>(
        &self,
        what: &'static str,
        work: impl FnOnce(&mut Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, Error> {
        let (database, path) = (Arc::clone(&self.database), self.path.clone());
        aside(move || work(&mut locked(&database)).map_err(|error| failed(&path, what, &error))).await
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
                    database.query_row(query, [name], |row| row.get::<_, Vec<u8>>(0)).optional()
                })
                .await?;
            kept.map(|kept| self.seal.open(key, &kept, &format!("the entry `{}` of {}", seal::name(key), self.path))).transpose()
        })
    }

    fn save<'a>(&'a self, key: &'a str, value: &'a [u8]) -> BoxFuture<'a, Result<(), Error>> {
        Box::pin(async move {
            let (name, sealed) = (seal::name(key), self.seal.seal(key, value)?);
            self.run("written", move |database| {
                let upsert =
                    "INSERT INTO connc_entries (name, sealed) VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET sealed = excluded.sealed";
                database.execute(upsert, params![name, sealed]).map(drop)
            })
            .await
        })
    }

    fn remove<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<(), Error>> {
        Box::pin(async move {
            let name = seal::name(key);
            self.run("written", move |database| database.execute("DELETE FROM connc_entries WHERE name = ?1", [name]).map(drop)).await
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
                        let transaction = database.transaction_with_behavior(TransactionBehavior::Immediate)?;
                        transaction.execute("DELETE FROM connc_leases WHERE name = ?1 AND until <= ?2", params![row.name, now])?;
                        let insert = "INSERT INTO connc_leases (name, holder, until) VALUES (?1, ?2, ?3) ON CONFLICT (name) DO NOTHING";
                        let rows = transaction.execute(insert, params![row.name, row.holder, until])?;
                        transaction.commit()?;
                        // Given back as what ends it: where nobody waits for it any more, it ends at once.
                        Ok((rows == 1).then(|| Taken(row)))
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
        let _ = locked(database).execute("DELETE FROM connc_leases WHERE name = ?1 AND holder = ?2", params![name, holder]);
    }
}

/// SQLite's own words name tables and causes, and no value.
fn failed(path: &str, what: &str, error: &rusqlite::Error) -> Error {
    Error::new(ErrorKind::Store, format!("{path} cannot be {what}: {error}"))
}
