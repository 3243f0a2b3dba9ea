//! `none`: no credentials.

use super::{COMMON, Parts, Scheme};
use crate::yaml::{Reader, Table};

pub(super) static SCHEME: Scheme = Scheme { name: "none", table: &TABLE, read };

static TABLE: Table = Table {
    name: "none method",
    doc: "No credentials are sent.",
    keys: &[],
    also: Some(&COMMON),
    reserved: &[],
    rest: None,
    frame: "auth:\n  main:\n    scheme: none\n    §",
};

fn read(_reader: &mut Reader<'_, '_>) -> Option<Parts> {
    Some(Parts::default())
}
