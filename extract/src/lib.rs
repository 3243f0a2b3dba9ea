//! Providers' own descriptions, cut down to what a connector touches, and what changed in them.
//!
//! `OpenAPI` 3.0 and 3.1, Swagger 2, Discovery documents, SCIM schemas and GraphQL's schema language are read;
//! an extract in connc's own form comes out. Real descriptions are large and sloppy: whatever is not understood is left unknown, never guessed, and nothing is converted that no
//! operation of the connector leads to. There is no IO here.

mod touched;

mod document;
mod yaml;

mod paths;

mod schema;

mod describe;

mod sdl;

mod recorded;

mod write;

mod drift;

mod new;

use connc_compiler::source::Sources;
use connc_compiler::spec::Connector;
use ring::digest::{SHA256, digest};
use serde_json::{Map, Value};

pub use document::Kind;
pub use drift::{Change, Drift, drift};
pub use new::{Scaffold, Wanted, scaffold, skeleton};
pub use recorded::from_cassettes;

pub use touched::{Touched, read_connector};
pub use write::{quoted, text};

/// A provider's description as it was read from a file.
#[derive(Clone, Copy, Debug)]
pub struct File<'a> {
    /// The file's name, without its folder.
    pub name: &'a str,
    /// Its text.
    pub text: &'a str,
}

/// Why a description cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// What is wrong, and where: a lowercase fragment.
    pub message: String,
    /// What to do about it.
    pub help: Option<String>,
}

/// What a connector touches of a description.
#[derive(Clone, Debug, PartialEq)]
pub struct Extract {
    /// Where it comes from.
    pub source: Origin,
    /// The server's own path, without a slash at its end.
    pub base: String,
    /// The operations, by `GET /path`.
    pub operations: Map<String, Value>,
    /// The named types.
    pub types: Map<String, Value>,
    /// GraphQL's schema language, in place of operations and types.
    pub sdl: Option<String>,
    /// The connector's operations that were found, by coordinate.
    pub found: Vec<String>,
    /// What the description has that was not understood.
    pub notes: Vec<String>,
    /// Whether it describes a standard, of which a base is made, rather than one provider.
    pub standard: bool,
}

/// The description that an extract was made from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// What it calls itself.
    pub title: String,
    /// Its format.
    pub kind: Kind,
    /// Its file's name.
    pub file: Option<String>,
    /// Its version.
    pub version: Option<String>,
    /// The file's SHA-256, in hexadecimal.
    pub sha256: Option<String>,
}

/// Takes out of a description what a connector touches.
///
/// # Errors
///
/// Where the text is no description of a known format.
pub fn extract(spec: &Connector, sources: &Sources, file: File<'_>) -> Result<Extract, Problem> {
    let touched = Touched::of(spec, sources);
    let sha256 = data_encoding::HEXLOWER.encode(digest(&SHA256, file.text.as_bytes()).as_ref());
    let mut made = if document::is_sdl(file.text) {
        sdl::extract(spec, &touched, file)?
    } else {
        let document = document::read(file)?;
        describe::extract(&touched, &document)?
    };
    made.standard = connc_compiler::parse::is_base(sources);
    made.source.file = Some(file.name.to_owned());
    made.source.sha256 = Some(sha256);
    Ok(made)
}

impl Problem {
    fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), help: None }
    }

    fn help(self, help: impl Into<String>) -> Self {
        Self { help: Some(help.into()), ..self }
    }
}
