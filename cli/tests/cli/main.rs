//! The binary itself, as a person or a script meets it: exit statuses, messages, and calls to a server of our own.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "what fails here fails its test")]

mod machine;
mod output;
mod pipes;
mod server;
mod typed;
mod usage;

mod calls;
mod connect;
mod diff;
mod editor;
mod extract;
mod files;
mod new;
mod record;
mod record_formats;
mod trouble;
