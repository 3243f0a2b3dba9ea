//! `connect` and `choose`: calls after connecting, and what a person chooses of their answers.

use connc_expr::functions;

use crate::diagnostic::{Code, Diagnostic};
use crate::lang::{Expression, Root, expression};
use crate::shape::check_name;
use crate::source::Spanned;
use crate::yaml::{Key, Need, Reader, Table, Value};

/// A row of `connect`.
pub(super) static CONNECT: Table = Table {
    name: "connect call",
    doc: "A call that is made once, after connecting. It takes nothing, and reads nothing that is chosen only then.",
    keys: &[
        Key { name: "call", value: Value::Name, need: Need::Required, doc: "The operation.", example: "call: things.list" },
        Key {
            name: "as",
            value: Value::Name,
            need: Need::Required,
            doc: "The variable that `choose` sees its records as: a list, or the one record.",
            example: "as: things",
        },
    ],
    also: None,
    reserved: &[],
    rest: None,
    frame: "base_url: https://api.example.com\nauth:\n  main:\n    scheme: bearer\n    secrets: { token: {} }\n    token: \"{{ secret.token }}\"\n    choose: { thing: { from: '$things.{ \"id\": id, \"label\": name }' } }\n    connect:\n      - §",
};

/// A row of `choose`.
pub(super) static CHOOSE: Table = Table {
    name: "choice",
    doc: "What a person chooses once, after connecting: in scope as `kept.NAME`, a text. Where there is one alone, nobody is asked.",
    keys: &[Key {
        name: "from",
        value: Value::Jsonata,
        need: Need::Required,
        doc: "What can be chosen: objects with `id` and `label`, over the variables of `connect`.",
        example: "from: '$things.{ \"id\": id, \"label\": name }'",
    }],
    also: None,
    reserved: &[],
    rest: None,
    frame: "base_url: https://api.example.com\nauth:\n  main:\n    scheme: bearer\n    secrets: { token: {} }\n    token: \"{{ secret.token }}\"\n    connect: [{ call: things.list, as: things }]\n    choose:\n      thing:\n        §",
};

/// A call that is made after connecting.
#[derive(Clone, Debug)]
pub struct Connect {
    /// The operation.
    pub call: Spanned<String>,
    /// The variable that its records are bound to.
    pub name: Spanned<String>,
}

/// A choice.
#[derive(Clone, Debug)]
pub struct Choose {
    /// Its name below `kept.`.
    pub name: Spanned<String>,
    /// What can be chosen.
    pub from: Expression,
}

/// Reads `connect` and `choose`.
pub(super) fn read(reader: &mut Reader<'_, '_>) -> (Vec<Connect>, Vec<Choose>) {
    let mut connects: Vec<Connect> = Vec::new();
    if let Some(node) = reader.take("connect") {
        for item in reader.context().list(node, "connect") {
            let Some(mut inner) = Reader::open(item, &CONNECT, reader.context()) else { continue };
            let (call, name) = (inner.text("call"), inner.text("as"));
            let Some((call, name)) = call.zip(name) else { continue };
            check_name(&name, inner.context());
            let taken = Root::parse(&name.value).is_some()
                || functions::BUILTINS.contains(&name.value.as_str())
                || functions::TABLE.iter().any(|function| function.name == name.value)
                || connects.iter().any(|known| known.name.value == name.value);
            if taken {
                let diagnostic = Diagnostic::new(Code::InvalidValue, name.span, format!("`${}` is something else already", name.value));
                inner.context().diagnostics.push(diagnostic.help("choose another name"));
            }
            connects.push(Connect { call, name });
        }
    }
    let mut chooses = Vec::new();
    for (name, node) in reader.map("choose") {
        check_name(name, reader.context());
        let Some(mut inner) = Reader::open(node, &CHOOSE, reader.context()) else { continue };
        chooses.extend(expression(&mut inner, "from").map(|from| Choose { name: name.clone(), from }));
    }
    for (one, other, why) in [("choose", "connect", "calls what it chooses from"), ("connect", "choose", "reads what it calls")] {
        if let Some(span) = reader.key_span(one).filter(|_| reader.key_span(other).is_none() && !reader.is_key_damaged(other)) {
            let diagnostic = Diagnostic::new(Code::MissingKey, span, format!("`{one}` has no `{other}` beside it"));
            reader.context().diagnostics.push(diagnostic.help(format!("add `{other}`, which {why}")));
        }
    }
    (connects, chooses)
}
