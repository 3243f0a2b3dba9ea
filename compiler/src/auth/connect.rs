//! `connect` and `choose`: calls after connecting, and what a person chooses of their answers.

use connc_expr::functions;
use connc_plan::Type;

use super::{Formula, Keep, KeepFrom, keep};
use crate::diagnostic::{Code, Diagnostic};
use crate::lang::{Expression, Root, expression};
use crate::shape::{Parameter, check_name};
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
    keys: &[
        Key {
            name: "from",
            value: Value::Jsonata,
            need: Need::Required,
            doc: "What can be chosen: objects with `id` and `label`, over the variables of `connect`.",
            example: "from: '$things.{ \"id\": id, \"label\": name }'",
        },
        Key {
            name: "keep",
            value: keep::VALUE,
            need: Need::Optional,
            doc: "What is kept besides of the object that is chosen, each in scope as `kept.NAME`: where it stands in it, with a `type` where it is no mere text. None of it is a secret.",
            example: "from: '$things.{ \"id\": id, \"label\": name, \"url\": url }'\nkeep: { address: { from: url, type: url, within: [example.com] } }",
        },
    ],
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
    /// What is kept besides of what is chosen; each is shown.
    pub keep: Vec<Keep>,
}

impl Choose {
    /// Where what is kept besides stands in what is chosen.
    pub fn kept(&self) -> impl Iterator<Item = &Expression> {
        self.keep.iter().filter_map(|keep| match &keep.from {
            KeepFrom::Body(Formula::Written(expression)) => Some(expression),
            KeepFrom::Body(Formula::Made(..)) | KeepFrom::Header(_) | KeepFrom::Cookie(_) => None,
        })
    }
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
        let keep = shown(&mut inner);
        chooses.extend(expression(&mut inner, "from").map(|from| Choose { name: name.clone(), from, keep }));
    }
    for (one, other, why) in [("choose", "connect", "calls what it chooses from"), ("connect", "choose", "reads what it calls")] {
        if let Some(span) = reader.key_span(one).filter(|_| reader.key_span(other).is_none() && !reader.is_key_damaged(other)) {
            let diagnostic = Diagnostic::new(Code::MissingKey, span, format!("`{one}` has no `{other}` beside it"));
            reader.context().diagnostics.push(diagnostic.help(format!("add `{other}`, which {why}")));
        }
    }
    (connects, chooses)
}

/// What is kept of what is chosen: it is no secret, and stands in the chosen object itself.
fn shown(reader: &mut Reader<'_, '_>) -> Vec<Keep> {
    let mut keeps = keep::keeps(reader);
    for keep in &mut keeps {
        if !matches!(keep.from, KeepFrom::Body(_)) {
            let message = format!("`{}` is kept of what is chosen, which comes without headers and cookies", keep.name.value);
            let diagnostic = Diagnostic::new(Code::ConflictingKeys, keep.name.span, message);
            reader.context().diagnostics.push(diagnostic.help("write `from:` with where it stands in the chosen object"));
        }
        keep.shown.get_or_insert_with(|| Parameter {
            name: keep.name.clone(),
            r#type: Type::String,
            required: keep.required,
            description: None,
            example: None,
            default: None,
            within: Vec::new(),
            values: Vec::new(),
            incomplete: false,
        });
    }
    keeps
}
