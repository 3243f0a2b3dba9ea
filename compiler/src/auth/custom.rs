//! `custom`: values computed over the whole request, such as an HMAC signature.

use connc_plan as plan;

use super::{COMMON, Parts, Scheme, Sign, Signed};
use crate::diagnostic::{Code, Diagnostic};
use crate::lang::{Expression, Headers, header_name};
use crate::source::Span;
use crate::yaml::{Key, Need, Reader, Table, Value};

pub(super) static SCHEME: Scheme = Scheme { name: "custom", table: &TABLE, read };

const FRAME: &str = "auth:\n  main:\n    scheme: custom\n    secrets: { key: { description: Signing key } }\n    §";

static TABLE: Table = Table {
    name: "custom method",
    doc: "Values that are computed over the final request, afresh for each attempt. Here alone JSONata sees `$secret`.",
    keys: &[Key {
        name: "sign",
        value: Value::Object(&SIGN),
        need: Need::Required,
        doc: "What is computed, and where it goes.",
        example: "sign: { headers: { X-Signature: \"$hex($hmac($request.method & $request.path & $request.body_sha256, $secret.key))\" } }",
    }],
    also: Some(&COMMON),
    reserved: &[],
    rest: None,
    frame: FRAME,
};

/// `sign`.
pub(super) static SIGN: Table = Table {
    name: "sign",
    doc: "Expressions over `$request` and `$secret`, in the order in which they stand; each sees what those before it put. \
          `$request` has `method`, `url`, `host`, `path`, `query`, `headers` (by lowercase name), `body`, `body_sha256` (hex), \
          `timestamp` (seconds since 1970), `date` (as in HTTP) and `nonce`. A body that holds a file which is read while it is sent \
          has neither `body` nor `body_sha256`.",
    keys: &[
        Key {
            name: "headers",
            value: Value::Map(&Value::Jsonata),
            need: Need::Optional,
            doc: "Headers.",
            example: "headers: { X-Timestamp: $string($request.timestamp) }",
        },
        Key {
            name: "query",
            value: Value::Map(&Value::Jsonata),
            need: Need::Optional,
            doc: "Query parameters.",
            example: "query: { nonce: $request.nonce }",
        },
    ],
    also: None,
    reserved: &[],
    rest: None,
    frame: "auth:\n  main:\n    scheme: custom\n    secrets: { key: { description: Signing key } }\n    sign:\n      §",
};

fn read(reader: &mut Reader<'_, '_>) -> Option<Parts> {
    let node = reader.take("sign")?;
    let mut inner = Reader::open(node, &SIGN, reader.context())?;
    let mut found: Vec<(Span, Signed)> = Vec::new();
    for key in ["headers", "query"] {
        for (name, node) in inner.map(key) {
            let Some(text) = inner.context().embedded(node, name) else { continue };
            let Some(value) = Expression::read(&text, inner.context().diagnostics) else { continue };
            if key == "headers" {
                header_name(name, Headers::Sent, inner.context());
            }
            let place = if key == "headers" { plan::Place::Header(name.value.clone()) } else { plan::Place::Query(name.value.clone()) };
            found.push((name.span, Signed { place, value }));
        }
    }
    if found.is_empty() && !inner.is_damaged() {
        let span = inner.span;
        let diagnostic = Diagnostic::new(Code::MissingKey, span, "`sign` computes nothing");
        inner.context().diagnostics.push(diagnostic.help("add `headers: { X-Signature: … }`"));
    }
    found.sort_by_key(|(span, _)| span.start);
    let signed = found.into_iter().map(|(_, signed)| signed).collect();
    Some(Parts { sign: Some(Sign::Expressions(signed)), ..Parts::default() })
}
