//! `aws_sigv4`: AWS Signature Version 4.

use super::{AwsSigV4, COMMON, Parts, Scheme, Sign};
use crate::lang::template;
use crate::yaml::{Key, Need, Reader, Table, Value};

pub(super) static SCHEME: Scheme = Scheme { name: "aws_sigv4", table: &TABLE, read };

static TABLE: Table = Table {
    name: "aws_sigv4 method",
    doc: "AWS Signature Version 4, in the `Authorization` header.",
    keys: &[
        Key {
            name: "access_key_id",
            value: Value::Template,
            need: Need::Required,
            doc: "The access key's id.",
            example: "access_key_id: \"{{ auth.access_key_id }}\"",
        },
        Key {
            name: "secret_access_key",
            value: Value::Template,
            need: Need::Required,
            doc: "The secret access key.",
            example: "secret_access_key: \"{{ secret.key }}\"",
        },
        Key {
            name: "session_token",
            value: Value::Template,
            need: Need::Optional,
            doc: "The token of a temporary key.",
            example: "session_token: \"{{ secret.session }}\"",
        },
        Key {
            name: "region",
            value: Value::Template,
            need: Need::Required,
            doc: "The region of the credential scope.",
            example: "region: eu-west-1",
        },
        Key {
            name: "service",
            value: Value::Template,
            need: Need::Required,
            doc: "The service of the credential scope.",
            example: "service: execute-api",
        },
    ],
    also: Some(&COMMON),
    reserved: &[],
    rest: None,
    frame: "auth:\n  main:\n    scheme: aws_sigv4\n    parameters: { access_key_id: { type: string } }\n    secrets: { key: { description: Secret access key }, session: { description: Session token } }\n    §",
};

fn read(reader: &mut Reader<'_, '_>) -> Option<Parts> {
    let mut taken = |name| template(reader, name);
    let (access_key_id, secret_access_key, session_token) = (taken("access_key_id"), taken("secret_access_key"), taken("session_token"));
    let (region, service) = (taken("region"), taken("service"));
    let sign = AwsSigV4 {
        access_key_id: access_key_id?,
        secret_access_key: secret_access_key?,
        session_token,
        region: region?,
        service: service?,
        span: reader.span,
    };
    Some(Parts { sign: Some(Sign::AwsSigV4(Box::new(sign))), ..Parts::default() })
}
