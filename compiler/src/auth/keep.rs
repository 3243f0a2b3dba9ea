//! `keep`: what is kept of a token's answer. With a type it is shown, as `kept.*`; without one it is a secret, as `token.*`.

use connc_plan::Type;

use super::{Formula, Keep, KeepFrom};
use crate::diagnostic::{Code, Diagnostic};
use crate::lang::{Expression, Headers, cookie_name, header_name};
use crate::shape::{Parameter, check_name};
use crate::source::Spanned;
use crate::yaml::{Context, Key, Kind, Need, Node, Reader, Table, Value};

const FRAME: &str = "app: { client_id: {}, secrets: { client_secret: {} } }\nauth:\n  main:\n    scheme: oauth2\n    grant: client_credentials\n    token_url: https://api.example.com/oauth/token\n    client_id: \"{{ app.client_id }}\"\n    client_secret: \"{{ app.secret.client_secret }}\"\n    keep:\n      instance:\n        §";

/// A value that is kept.
pub(super) static KEEP: Table = Table {
    name: "keep",
    doc: "A value that is kept of an answer. One with a `type` is no secret: it is in scope as `kept.*` wherever `account.*` is, and in the base URL. \
          One without is a secret below `token.*`, which auth alone may use.",
    keys: &[
        Key {
            name: "from",
            value: Value::Jsonata,
            need: Need::Optional,
            doc: "Where it stands in the body. Exactly one of `from`, `header` and `cookie`.",
            example: "from: instance_url",
        },
        Key {
            name: "header",
            value: Value::Text,
            need: Need::Optional,
            doc: "The response header that holds it.",
            example: "header: X-CSRF-Token",
        },
        Key {
            name: "cookie",
            value: Value::Text,
            need: Need::Optional,
            doc: "The cookie, of those that the answer sets, that holds it.",
            example: "cookie: session",
        },
        Key {
            name: "type",
            value: Value::Choice(&["string", "integer", "boolean", "hostname", "url", "id", "timestamp"]),
            need: Need::Optional,
            doc: "What it is, which makes it shown: for what decides where requests go, never for credentials.",
            example: "type: url\nwithin: [example.com]\nfrom: instance_url",
        },
        Key {
            name: "within",
            value: Value::List(&Value::Text),
            need: Need::Optional,
            doc: "For `hostname` and `url`: the domains that the host must equal or be below. Without it, nothing is sent there.",
            example: "within: [example.com]\ntype: url\nfrom: instance_url",
        },
        Key {
            name: "required",
            value: Value::Boolean,
            need: Need::Optional,
            doc: "Whether an answer without it is an error: `true` unless said otherwise. A renewal's answer may always lack it; then the old value stays.",
            example: "required: false\nfrom: instance_url",
        },
        Key {
            name: "description",
            value: Value::Text,
            need: Need::Optional,
            doc: "What it is, for people.",
            example: "description: Base URL of the customer's instance\nfrom: instance_url",
        },
    ],
    also: None,
    reserved: &[],
    rest: None,
    frame: FRAME,
};

/// What a key `keep` holds.
pub(super) const VALUE: Value = Value::Map(&Value::Either(&Value::Jsonata, &Value::Object(&KEEP)));

/// Reads `keep`.
pub(super) fn keeps(reader: &mut Reader<'_, '_>) -> Vec<Keep> {
    let entries = reader.map("keep");
    entries.into_iter().filter_map(|(name, node)| keep(name, node, reader.context())).collect()
}

fn keep<'a>(name: &Spanned<String>, node: &'a Node, context: &mut Context<'a>) -> Option<Keep> {
    check_name(name, context);
    if !matches!(node.kind, Kind::Mapping(_)) {
        let text = context.embedded(node, &name.value)?;
        let from = KeepFrom::Body(Formula::Written(Expression::read(&text, context.diagnostics)?));
        return Some(Keep { name: name.clone(), from, required: true, shown: None });
    }
    let mut reader = Reader::open(node, &KEEP, context)?;
    let place = reader.needs_one_of(&["from", "header", "cookie"]);
    let word = reader.choice("type");
    let is_typed = reader.key_span("type").is_some();
    let within = reader.texts("within");
    let required = reader.boolean("required").unwrap_or(true);
    let description = reader.text("description").map(|text| text.value);
    let from = match place? {
        "from" => KeepFrom::Body(Formula::Written(crate::lang::expression(&mut reader, "from")?)),
        "header" => {
            let name = reader.text("header")?;
            header_name(&name, Headers::Read, reader.context());
            KeepFrom::Header(name.value)
        }
        _ => {
            let name = reader.text("cookie")?;
            cookie_name(&name, reader.context());
            KeepFrom::Cookie(name.value)
        }
    };
    let incomplete = reader.is_damaged();
    let r#type = word.as_ref().and_then(|word| Type::ALL.iter().find(|(name, _)| *name == word.value)).map(|(_, found)| *found);
    if let Some(first) = within.first()
        && !matches!(r#type, Some(Type::Hostname | Type::Url))
        && !incomplete
    {
        let message = match &word {
            Some(word) => format!("`within` confines hosts, but the type of `{}` is `{}`", name.value, word.value),
            None => format!("`within` confines hosts, but `{}` has no type, so it is a secret", name.value),
        };
        context.diagnostics.push(Diagnostic::new(Code::ConflictingKeys, first.span, message).help("write `type: url` or `type: hostname`"));
    }
    let shown = is_typed.then(|| Parameter {
        name: name.clone(),
        r#type: r#type.unwrap_or(Type::String),
        required,
        description,
        example: None,
        default: None,
        within,
        values: Vec::new(),
        incomplete,
    });
    Some(Keep { name: name.clone(), from, required, shown })
}
