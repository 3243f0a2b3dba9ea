//! `basic`: HTTP Basic (RFC 7617).

use connc_plan as plan;

use super::{Apply, COMMON, Parts, Scheme, basic_value, check_user_name};
use crate::lang::template;
use crate::yaml::{Key, Need, Reader, Table, Value};

pub(super) static SCHEME: Scheme = Scheme { name: "basic", table: &TABLE, read };

static TABLE: Table = Table {
    name: "basic method",
    doc: "HTTP Basic (RFC 7617): user name and password, in Base64, in the `Authorization` header.",
    keys: &[
        Key {
            name: "username",
            value: Value::Template,
            need: Need::Required,
            doc: "The user name.",
            example: "username: \"{{ secret.key }}\"",
        },
        Key {
            name: "password",
            value: Value::Template,
            need: Need::Required,
            doc: "The password; may be empty.",
            example: "password: \"{{ secret.key }}\"",
        },
    ],
    also: Some(&COMMON),
    reserved: &[],
    rest: None,
    frame: "auth:\n  main:\n    scheme: basic\n    secrets: { key: { description: API key } }\n    §",
};

fn read(reader: &mut Reader<'_, '_>) -> Option<Parts> {
    let (username, password) = (template(reader, "username"), template(reader, "password"));
    let username = username?;
    check_user_name(&username, reader.context());
    let value = basic_value(username, password?);
    let apply = vec![Apply { place: plan::Place::Header("Authorization".to_owned()), value, on: Vec::new() }];
    Some(Parts { apply, ..Parts::default() })
}
