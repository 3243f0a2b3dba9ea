//! `select`: fields that are asked for by name.

use crate::diagnostic::{Code, Diagnostic};
use crate::lang::path;
use crate::spec::{SELECT, Select};
use crate::yaml::{Kind, Reader};

/// Reads the key; `method` is what stands beside it.
pub(super) fn select(reader: &mut Reader<'_, '_>, method: Option<&str>) -> Option<Select> {
    let node = reader.take("select")?;
    let span = reader.key_span("select").unwrap_or(node.span);
    let answers_none = reader.text("answer").is_some_and(|answer| answer.value == "none");
    let conflict = match method {
        Some("graphql") => Some(("`select` cannot stand beside `graphql`", "the document itself says which fields are asked for")),
        _ if answers_none => Some(("`select` cannot stand beside `answer: none`", "an operation without a record asks for no fields")),
        Some(_) | None => None,
    };
    if let Some((message, help)) = conflict {
        reader.context().diagnostics.push(Diagnostic::new(Code::ConflictingKeys, span, message).help(help));
    }
    let mut inner = Reader::open(node, &SELECT, reader.context())?;
    let depth = inner.integer("depth");
    if let Some(depth) = depth.as_ref().filter(|depth| depth.value == 0) {
        let diagnostic = Diagnostic::new(Code::InvalidValue, depth.span, "a name has at least one member");
        inner.context().diagnostics.push(diagnostic.help("write 1 for the first names of all paths, or leave it out for whole paths"));
    }
    let text =
        |inner: &mut Reader<'_, '_>, name: &str, default: &str| inner.text(name).map_or_else(|| default.to_owned(), |text| text.value);
    Some(Select {
        always: inner.texts("always"),
        never: inner.texts("never"),
        below: path(&mut inner, "below"),
        depth,
        dot: text(&mut inner, "dot", "."),
        join: text(&mut inner, "join", ","),
        more: if matches!(inner.take("more").map(|node| &node.kind), Some(Kind::Sequence(_))) {
            inner.texts("more")
        } else {
            inner.text("more").into_iter().collect()
        },
        span,
    })
}
