//! The repository's connectors and unified models inside the binary, so that it works anywhere.

/// A folder's name, and its files by path below it.
pub(crate) type Folder = (&'static str, &'static [(&'static str, &'static str)]);

include!(concat!(env!("OUT_DIR"), "/embedded.rs"));
