//! The jobs: what is read, by whom, and what it took.

mod growth;
mod list;
mod measure;
mod setup;
mod table;

pub use growth::{accounts as grow_accounts, records as grow_records};
pub use list::{Contender, JOBS, Job};
pub use setup::{Lists, Setup};
pub use table::play;

/// Whatever went wrong, which ends the run.
pub(crate) type Failure = crate::floor::Failure;
