//! Overlays: corrections of an extract, written by hand, each with its reason.

use std::rc::Rc;

use super::sdl;
use crate::diagnostic::{Code, Diagnostic, nearest};
use crate::source::{FileId, Span, Spanned};
use crate::yaml::{Context, Entry, Key, Kind, Need, Node, Reader, Table, Value};

/// An overlay.
pub static OVERLAY: Table = Table {
    name: "overlay",
    doc: "Corrections of an extract where the provider's description is wrong or silent: `connectors/<name>/schemas/<any>.overlay.yaml`. A new extract leaves it alone.",
    keys: &[
        Key {
            name: "overlay",
            value: Value::Text,
            need: Need::Required,
            doc: "The extract that it corrects: a file of the same folder.",
            example: "overlay: example.yaml",
        },
        Key {
            name: "changes",
            value: Value::List(&Value::Object(&CHANGE)),
            need: Need::Required,
            doc: "The corrections, made in this order.",
            example: "changes:\n  - { at: /types/Thing/properties/made, merge: { format: date-time }, reason: the examples show RFC 3339 times }",
        },
    ],
    also: None,
    reserved: &[],
    rest: None,
    frame: "# overlay\n# schemas/example.yaml: { extract: 1, trust: official, source: { kind: openapi-3.0 }, types: { Thing: { type: object, properties: { made: { type: string } } } } }\n§",
};

/// A correction.
pub static CHANGE: Table = Table {
    name: "change",
    doc: "One correction: what changes, how, and why.",
    keys: &[
        Key {
            name: "at",
            value: Value::Either(&Value::Text, &Value::List(&Value::Text)),
            need: Need::Required,
            doc: "What changes, or a list of places that change alike: a JSON Pointer (RFC 6901) into the extract, in which `/` inside a name is `~1`; \
                  for a GraphQL schema, the coordinate of a scalar or of a field, `DateTime` or `User.email`, or `errors.extensions`, which takes a schema.",
            example: "at: /types/Thing/properties/made",
        },
        Key {
            name: "merge",
            value: Value::Map(&Value::Literal),
            need: Need::Optional,
            doc: "Keys that are put into the mapping that stands there. A GraphQL scalar or field takes `type`, `format`, `enum` and `required: true`, which means never null.",
            example: "merge: { format: date-time }\nreason: the provider's examples show RFC 3339 times",
        },
        Key {
            name: "set",
            value: Value::Literal,
            need: Need::Optional,
            doc: "What stands there from now on, whether or not something stood there before.",
            example: "set: { type: integer }\nreason: the provider's examples show seconds",
        },
        Key {
            name: "remove",
            value: Value::Boolean,
            need: Need::Optional,
            doc: "`true` takes away what stands there.",
            example: "remove: true\nreason: the provider's examples have no such field",
        },
        Key {
            name: "reason",
            value: Value::Text,
            need: Need::Required,
            doc: "How it is known that the description is wrong.",
            example: "reason: the provider's examples show RFC 3339 times\nmerge: { format: date-time }",
        },
    ],
    also: None,
    reserved: &[],
    rest: None,
    frame: "# overlay\n# schemas/example.yaml: { extract: 1, trust: official, source: { kind: openapi-3.0 }, types: { Thing: { type: object, properties: { made: { type: string } } } } }\noverlay: example.yaml\nchanges:\n  - §",
};

/// What a change does.
enum Act<'a> {
    Merge(&'a Node),
    Set(&'a Node),
    Remove,
}

/// Makes an overlay's changes to the extract that it names.
pub(super) fn apply<'a>(tree: &'a Node, extracts: &mut [(FileId, Node)], context: &mut Context<'a>) {
    let Some(mut reader) = Reader::open(tree, &OVERLAY, context) else { return };
    let named = reader.text("overlay");
    let changes = reader.take("changes");
    let context = reader.context();
    let Some(named) = named.filter(|named| !sdl::is_schema(named)) else { return };
    let base = |file: FileId| context.sources.path(file).rsplit('/').next().unwrap_or_default();
    // The extract beside it, else one of a base.
    let own = super::folder(context.sources, tree.span.file);
    let is_own = |file: FileId| super::folder(context.sources, file) == own;
    let called = |(file, _): &(FileId, Node)| base(*file) == named.value;
    let beside = extracts.iter().position(|extract| called(extract) && is_own(extract.0));
    let Some(index) = beside.or_else(|| extracts.iter().rposition(called)) else {
        let known: Vec<&str> = extracts.iter().map(|(file, _)| base(*file)).collect();
        let help = match nearest(&named, known.iter().copied()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => "an overlay names the extract that it stands beside; `connc extract` makes one".to_owned(),
        };
        let diagnostic =
            Diagnostic::new(Code::OverlayTarget, named.span, format!("there is no extract `{}` beside this overlay", named.value));
        context.diagnostics.push(diagnostic.help(help));
        return;
    };
    let Some((_, extract)) = extracts.get_mut(index) else { return };
    for node in changes.map_or(&[][..], |node| context.list(node, "changes")) {
        change(node, extract, &named.value, context);
    }
}

fn change<'a>(node: &'a Node, extract: &mut Node, file: &str, context: &mut Context<'a>) {
    let Some(mut reader) = Reader::open(node, &CHANGE, context) else { return };
    let places = places(&mut reader);
    if let Some(reason) = reader.text("reason")
        && reason.trim().is_empty()
    {
        let diagnostic = Diagnostic::new(Code::InvalidValue, reason.span, "a correction without a reason cannot be reviewed");
        reader.context().diagnostics.push(diagnostic.help("say how it is known that the description is wrong"));
    }
    let act = match reader.needs_one_of(&["merge", "set", "remove"]) {
        Some("merge") => reader.take("merge").map(Act::Merge),
        Some("set") => reader.take("set").map(Act::Set),
        // `remove: false` would say nothing at all.
        Some(_) => reader.boolean("remove").filter(|remove| *remove).map(|_| Act::Remove),
        None => None,
    };
    let Some(act) = act else { return };
    for at in places {
        change_at(&at, &act, extract, file, reader.context());
    }
}

/// Where a change is made.
pub(super) fn places(reader: &mut Reader<'_, '_>) -> Vec<Spanned<String>> {
    let Some(node) = reader.take("at") else { return Vec::new() };
    match &node.kind {
        Kind::Sequence(items) => items.iter().filter_map(|item| reader.context().text(item, "at")).collect(),
        Kind::Scalar(_) | Kind::Mapping(_) | Kind::Broken => reader.context().text(node, "at").into_iter().collect(),
    }
}

fn change_at(at: &Spanned<String>, act: &Act<'_>, extract: &mut Node, file: &str, context: &mut Context<'_>) {
    let Some(steps) = at.strip_prefix('/').map(|rest| rest.split('/').map(|step| step.replace("~1", "/").replace("~0", "~")).collect())
    else {
        let message = format!("`{}` is not a place in an extract", at.value);
        let diagnostic = Diagnostic::new(Code::OverlayTarget, at.span, message);
        context.diagnostics.push(diagnostic.help("a place looks like `/types/User/properties/name`"));
        return;
    };
    let steps: Vec<String> = steps;
    if let Act::Merge(with) = act
        && !matches!(with.kind, Kind::Mapping(_))
    {
        context.wrong_type(with, "merge", "a mapping");
        return;
    }
    if let Err(missing) = make(extract, &steps, act, at.span) {
        report(at, &steps, &missing, file, context);
    }
}

/// How far a pointer leads: the step that names nothing, and what would have been there.
struct Missing {
    step: usize,
    known: Vec<String>,
    /// Whether what stands there cannot be merged into.
    not_a_mapping: bool,
}

fn make(node: &mut Node, steps: &[String], act: &Act<'_>, at: Span) -> Result<(), Missing> {
    let mut node = node;
    let Some((last, path)) = steps.split_last() else { return Ok(()) };
    for (step, name) in path.iter().enumerate() {
        let known = names(node);
        node = child(node, name).ok_or(Missing { step, known, not_a_mapping: false })?;
    }
    let missing = Missing { step: path.len(), known: names(node), not_a_mapping: false };
    match act {
        Act::Merge(with) => {
            let target = child(node, last).ok_or(missing)?;
            let known = Vec::new();
            if merge(target, with) { Ok(()) } else { Err(Missing { step: path.len(), known, not_a_mapping: true }) }
        }
        Act::Set(value) => set(node, last, value, at).ok_or(missing),
        Act::Remove => remove(node, last).ok_or(missing),
    }
}

fn names(node: &Node) -> Vec<String> {
    match &node.kind {
        Kind::Mapping(entries) => entries.iter().map(|entry| entry.key.value.clone()).collect(),
        Kind::Sequence(items) => (0..items.len()).map(|index| index.to_string()).collect(),
        Kind::Scalar(_) | Kind::Broken => Vec::new(),
    }
}

fn child<'n>(node: &'n mut Node, name: &str) -> Option<&'n mut Node> {
    match &mut node.kind {
        Kind::Mapping(entries) => Rc::make_mut(entries).iter_mut().find(|entry| entry.key.value == name).map(|entry| &mut entry.value),
        Kind::Sequence(items) => Rc::make_mut(items).get_mut(name.parse::<usize>().ok()?),
        Kind::Scalar(_) | Kind::Broken => None,
    }
}

/// Puts the entries of a mapping into another, mappings into mappings; false where there is none.
fn merge(target: &mut Node, with: &Node) -> bool {
    let (Kind::Mapping(entries), Kind::Mapping(new)) = (&mut target.kind, &with.kind) else { return false };
    let entries = Rc::make_mut(entries);
    for entry in new.iter() {
        match entries.iter_mut().find(|known| known.key.value == entry.key.value) {
            Some(known) => {
                if !merge(&mut known.value, &entry.value) {
                    *known = entry.clone();
                }
            }
            None => entries.push(entry.clone()),
        }
    }
    true
}

fn set(node: &mut Node, name: &str, value: &Node, at: Span) -> Option<()> {
    match &mut node.kind {
        Kind::Mapping(entries) => {
            let entries = Rc::make_mut(entries);
            entries.retain(|entry| entry.key.value != name);
            entries.push(Entry { key: Spanned::new(name.to_owned(), at), value: value.clone() });
            Some(())
        }
        Kind::Sequence(items) if name == "-" => {
            Rc::make_mut(items).push(value.clone());
            Some(())
        }
        Kind::Sequence(_) => {
            *child(node, name)? = value.clone();
            Some(())
        }
        Kind::Scalar(_) | Kind::Broken => None,
    }
}

fn remove(node: &mut Node, name: &str) -> Option<()> {
    match &mut node.kind {
        Kind::Mapping(entries) => {
            let at = entries.iter().position(|entry| entry.key.value == name)?;
            Rc::make_mut(entries).remove(at);
        }
        Kind::Sequence(items) => {
            let at = name.parse::<usize>().ok().filter(|at| *at < items.len())?;
            Rc::make_mut(items).remove(at);
        }
        Kind::Scalar(_) | Kind::Broken => return None,
    }
    Some(())
}

fn report(at: &Spanned<String>, steps: &[String], missing: &Missing, file: &str, context: &mut Context<'_>) {
    let pointer =
        |steps: &[String]| steps.iter().map(|step| format!("/{}", step.replace('~', "~0").replace('/', "~1"))).collect::<String>();
    let (name, before) = (steps.get(missing.step).map_or("", String::as_str), pointer(steps.get(..missing.step).unwrap_or_default()));
    let place = if before.is_empty() { format!("`{file}`") } else { format!("`{before}` of `{file}`") };
    let message = if missing.not_a_mapping {
        format!("`{name}` in {place} is no mapping that something could be merged into")
    } else {
        format!("there is no `{name}` in {place}")
    };
    let near = nearest(name, missing.known.iter().map(String::as_str)).map(|near| {
        let mut steps = steps.to_vec();
        if let Some(step) = steps.get_mut(missing.step) {
            near.clone_into(step);
        }
        format!("did you mean `{}`?", pointer(&steps))
    });
    let otherwise = if missing.not_a_mapping {
        "replace it with `set`"
    } else {
        "a new extract may have made the correction needless; then take it out"
    };
    let diagnostic = Diagnostic::new(Code::OverlayTarget, at.span, message);
    context.diagnostics.push(diagnostic.help(near.unwrap_or_else(|| otherwise.to_owned())));
}
