//! The languages inside strings, as the compiler sees them. Knows no connectors.

mod fragments;
mod graphql;
mod header;
mod jsonata;
mod read;
mod reads;
mod scope;
mod template;

pub use fragments::{Fragments, Sent, sent};
pub use graphql::{Document, Schema, SchemaProblem, VariableDeclaration};
pub use header::{Headers, cookie_name, header_name, headers};
pub use jsonata::{Expression, FreeName, Path};
pub use read::{expression, path, template, template_at, templates};
pub use reads::{Known, Place, Read, reads, reads_whole};
pub use scope::{DataPlace, Root, TextPlace};
pub use template::{Filter, Piece, Reference, Template};
