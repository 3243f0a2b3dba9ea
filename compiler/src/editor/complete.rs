//! What may stand at a byte. The text is hardly ever whole there, so the word at the cursor is first replaced by something that reads:
//! a key, a value, or `$`, which in an expression is whatever the data at hand is.

use std::ops::Range;

use connc_expr::functions;
use connc_expr::ir::Kind as NodeKind;

use super::expression::{at_start, members, words};
use super::place::{self, Place};
use super::{Completion, CompletionKind, Inspection, inspect, names, path, with_text};
use crate::check::Seen;
use crate::lang::Root;
use crate::shape::{Member, Property, Type, Value as Known, describe, infer, types_at};
use crate::source::{FileId, Role, Sources, Span};
use crate::yaml::Value;

/// Stands where a key or a value is to come. No spec has such a name.
const MARK: &str = "connc_completion";

/// The word at the cursor in its file.
struct Cursor<'a> {
    sources: &'a Sources,
    file: FileId,
    text: &'a str,
    /// The word, with the `$` before it.
    word: Range<usize>,
    dollar: bool,
    dotted: bool,
}

pub(super) fn at(sources: &Sources, file: FileId, offset: u32) -> Vec<Completion> {
    let Some(cursor) = Cursor::new(sources, file, offset as usize) else { return Vec::new() };
    for find in [keys, values, in_expression] {
        if let Some(found) = find(&cursor) {
            return found;
        }
    }
    Vec::new()
}

impl<'a> Cursor<'a> {
    fn new(sources: &'a Sources, file: FileId, offset: usize) -> Option<Self> {
        let text = sources.text(file);
        let (before, after) = (text.get(..offset)?, text.get(offset..)?);
        let is_word = |c: char| c.is_alphanumeric() || c == '_';
        let start = before.trim_end_matches(is_word).len();
        let end = offset + after.len() - after.trim_start_matches(is_word).len();
        let dollar = before.get(..start)?.ends_with('$');
        let start = if dollar { start - 1 } else { start };
        let dotted = text.get(..start)?.trim_end().ends_with('.');
        Some(Self { sources, file, text, word: start..end, dollar, dotted })
    }

    /// The connector with something else in the place of the word and of `more` bytes after it.
    fn with(&self, instead: &str, more: usize) -> Option<Inspection> {
        let (before, after) = (self.text.get(..self.word.start)?, self.text.get(self.word.end + more..)?);
        Some(inspect(&with_text(self.sources, self.file, &format!("{before}{instead}{after}"))))
    }

    fn start(&self) -> u32 {
        u32::try_from(self.word.start).unwrap_or(u32::MAX)
    }

    fn line_before(&self) -> &'a str {
        self.text.get(..self.word.start).and_then(|before| before.rsplit('\n').next()).unwrap_or("")
    }

    fn line_after(&self) -> &'a str {
        self.text.get(self.word.end..).and_then(|after| after.split('\n').next()).unwrap_or("")
    }

    fn completion(&self, label: &str, kind: CompletionKind, detail: impl Into<String>, insert: impl Into<String>) -> Completion {
        let replace = Span::new(self.file, self.word.clone());
        Completion { label: label.to_owned(), kind, detail: detail.into(), doc: None, insert: insert.into(), replace }
    }

    fn value(&self, label: &str, detail: &str) -> Completion {
        let plain = !matches!(label, "true" | "false" | "null" | "yes" | "no" | "on" | "off")
            && label.starts_with(|c: char| c.is_alphabetic())
            && label.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | '@'));
        let insert =
            if plain || detail == BOOLEAN { label.to_owned() } else { format!("\"{}\"", label.replace('\\', "\\\\").replace('"', "\\\"")) };
        self.completion(label, CompletionKind::Value, detail, insert)
    }
}

const BOOLEAN: &str = "true or false";

/// A key, where the cursor begins a line, a member of a flow mapping, or an item.
fn keys(cursor: &Cursor<'_>) -> Option<Vec<Completion>> {
    let (before, after) = (cursor.line_before().trim(), cursor.line_after().trim_start());
    let begins = before.is_empty() || before == "-" || before.ends_with(['{', ',']) || before.ends_with("- ");
    if cursor.dollar || !begins || !(after.is_empty() || after.starts_with(['}', ',', ':', '#'])) {
        return None;
    }
    let colon = if after.starts_with(':') { "" } else { ": " };
    let inspection = cursor.with(&format!("{MARK}{colon}"), 0)?;
    let place = place::at(&inspection.tree(cursor.file), inspection.table(cursor.file), cursor.file, cursor.start())?;
    if !place.is_key || place.text != MARK {
        return None;
    }
    let mut found = in_map(cursor, &inspection, &place).unwrap_or_default();
    for key in place.table.into_iter().flat_map(crate::yaml::Table::all_keys) {
        let item = cursor.completion(key.name, CompletionKind::Key, key.value.describe(), key.name);
        found.push(Completion { doc: Some(key.doc.to_owned()), ..item });
    }
    found.retain(|item| !place.siblings.contains(&item.label));
    if colon.is_empty() {
        return (!found.is_empty()).then_some(found);
    }
    for item in &mut found {
        item.insert = format!("{}: ", item.insert);
    }
    (!found.is_empty()).then_some(found)
}

/// Keys of a map file that the model, the provider or the connector name.
fn in_map(cursor: &Cursor<'_>, inspection: &Inspection, place: &Place) -> Option<Vec<Completion>> {
    if !inspection.is_in(cursor.file, Role::Map) {
        return None;
    }
    let path: Vec<&str> = place.path.iter().map(String::as_str).collect();
    let described = |property: &Property| describe(&Known::always(property.r#type.shape()), &inspection.shapes);
    let found = match path.as_slice() {
        [_] => {
            let resources = inspection.unified_resources(cursor.file)?;
            resources.keys().map(|name| cursor.completion(name, CompletionKind::Key, "a resource of the model", name)).collect()
        }
        [resource, "fields", _] => {
            let model = inspection.unified(cursor.file, resource)?;
            let field = |property: &Property| {
                let name = &property.name.value;
                Completion { doc: property.description.clone(), ..cursor.completion(name, CompletionKind::Key, described(property), name) }
            };
            model.fields.iter().filter(|property| !matches!(property.r#type, Type::File)).map(field).collect()
        }
        [resource, "fields", field, "enum", _] => {
            let (written, _) = inspection.mapped(cursor.file, resource)?;
            let field = written.fields.iter().find(|known| known.name.value == *field)?;
            let crate::spec::FieldValue::Enum(translation) = &field.value else { return None };
            let seen = inspection.seen.iter().find(|seen| seen.expression.span() == translation.from.span())?;
            let value = infer(&seen.expression.root, &seen.scope(&inspection.shapes)).value;
            let key = |word: &String| Completion { kind: CompletionKind::Key, ..cursor.value(word, "a value of the provider's") };
            words(&value.shape, &inspection.shapes).iter().map(key).collect()
        }
        [_, "fields", _, "write", _] => {
            let (_, property) = inspection.unified_field(cursor.file, &place.path)?;
            let key = |word: &String| Completion { kind: CompletionKind::Key, ..cursor.value(word, "a value of the model's") };
            unified_words(&property.r#type).iter().map(key).collect()
        }
        [resource, "filters", _] => {
            let model = inspection.unified(cursor.file, resource)?;
            model.filters().iter().map(|name| cursor.completion(name, CompletionKind::Key, "a filter of the model", name)).collect()
        }
        [resource, .., "with", _] => with(cursor, inspection, resource, &path)?,
        _ => return None,
    };
    Some(found)
}

/// What the operation of a verb is given.
fn with(cursor: &Cursor<'_>, inspection: &Inspection, resource: &str, path: &[&str]) -> Option<Vec<Completion>> {
    let (written, _) = inspection.mapped(cursor.file, resource)?;
    let (_, verb) = written.verbs.iter().find(|(verb, _)| path.get(1).is_some_and(|name| verb.value.name() == *name))?;
    // Among several steps, the cursor is in the one that is written around it.
    let around =
        |step: &&crate::spec::Step| step.span.file == cursor.file && step.span.start <= cursor.start() && cursor.start() <= step.span.end;
    let call = verb.steps.iter().rfind(around).or(verb.steps.first())?.own_call()?;
    let operation = crate::check::Callee::find(inspection.spec.as_ref()?, &call.call)?;
    let roots = ["id", "parent"].into_iter().filter(|root| operation.takes(root));
    let mut found: Vec<Completion> = roots.map(|root| cursor.completion(root, CompletionKind::Key, "an identifier", root)).collect();
    found.extend(operation.input().iter().map(|parameter| {
        let name = &parameter.name.value;
        let item = cursor.completion(name, CompletionKind::Key, parameter.r#type.name(), name);
        Completion { doc: parameter.description.clone(), ..item }
    }));
    Some(found)
}

fn unified_words(r#type: &Type) -> Vec<String> {
    match r#type {
        Type::String { values, .. } => values.clone(),
        Type::List(items) => unified_words(items),
        Type::Boolean => vec!["true".to_owned(), "false".to_owned()],
        Type::File | Type::Integer | Type::Number | Type::Object { .. } | Type::Any => Vec::new(),
    }
}

/// A value of a closed set, or a name that is declared elsewhere.
fn values(cursor: &Cursor<'_>) -> Option<Vec<Completion>> {
    if cursor.dollar {
        return None;
    }
    // Names of operations have dots in them, and a cursor inside one is about the whole of it.
    let before = cursor.line_before();
    let dotted = before.len() - before.trim_end_matches(|c: char| c.is_alphanumeric() || matches!(c, '_' | '.' | '-')).len();
    let after = cursor.line_after();
    let rest = after.len() - after.trim_start_matches(|c: char| c.is_alphanumeric() || matches!(c, '_' | '.' | '-')).len();
    let whole = Cursor { word: cursor.word.start - dotted..cursor.word.end + rest, ..*cursor };
    let inspection = whole.with(MARK, 0)?;
    let place = place::at(&inspection.tree(cursor.file), inspection.table(cursor.file), cursor.file, whole.start())?;
    if place.is_key || place.text != MARK {
        return None;
    }
    let spec = inspection.spec.as_ref();
    let in_map = inspection.is_in(cursor.file, Role::Map);
    let keys: Vec<&str> = place.path.iter().map(String::as_str).collect();
    let found: Vec<Completion> = match keys.as_slice() {
        [_, "from"] if in_map => names::resources(spec?).into_iter().map(|name| whole.value(name, "a resource")).collect(),
        [.., "call" | "verify" | "via"] => {
            let spec = spec?;
            let names = spec.operations.iter().map(|operation| &operation.name).chain(spec.compounds.iter().map(|compound| &compound.name));
            names.map(|name| whole.value(&name.value, "an operation")).collect()
        }
        [_, "fields", _, "enum", _] | [_, "fields", _, "otherwise"] if in_map => {
            let (_, property) = inspection.unified_field(cursor.file, &place.path)?;
            unified_words(&property.r#type).iter().map(|word| whole.value(word, "a value of the model's")).collect()
        }
        ["maps"] if in_map => {
            let models = inspection.sources.of(Role::Model).map(|file| inspection.sources.path(file).to_owned());
            models.filter_map(|path| model_of(&path)).map(|name| whole.value(&name, "a unified model")).collect()
        }
        _ => match place.value? {
            Value::Choice(words) => words.iter().map(|word| whole.value(word, "")).collect(),
            Value::Path => {
                let written = cursor.text.get(whole.word.start..cursor.word.start)?;
                let steps: Vec<&str> = written.split('.').filter(|step| !step.is_empty()).collect();
                let after = path::members_after(&inspection, &place, cursor.file, &steps)?;
                after.iter().map(|known| member(cursor, &inspection, known)).collect()
            }
            Value::Boolean => ["true", "false"].iter().map(|word| whole.value(word, BOOLEAN)).collect(),
            _ => return None,
        },
    };
    (!found.is_empty()).then_some(found)
}

/// `user-directory@1` for the path of the file that names a model.
fn model_of(path: &str) -> Option<String> {
    let folder = path.strip_suffix("/model.yaml")?;
    Some(format!("{}@1", folder.rsplit('/').next()?))
}

/// Members, variables and functions, where the cursor stands in an expression.
fn in_expression(cursor: &Cursor<'_>) -> Option<Vec<Completion>> {
    let whole = cursor.with("$", 0).filter(|inspection| inspection.expression(cursor.file, cursor.start()).is_some());
    let inspection = match whole {
        Some(inspection) => inspection,
        // What follows may be unfinished too: then only what stands before the cursor counts, with every bracket closed.
        None => cursor.with(&format!("${}", closers(cursor.line_before())), cursor.line_after().len())?,
    };
    let seen = inspection.expression(cursor.file, cursor.start())?;
    let scope = seen.scope(&inspection.shapes);
    let types: Vec<(Range<usize>, Known)> = types_at(&seen.expression.root, &scope);
    let here = |range: &Range<usize>| !range.is_empty() && seen.expression.place(range.clone()).start == cursor.start();
    let start = types.iter().find(|(range, _)| here(range)).map(|(range, _)| range.start)?;
    let mut found = Vec::new();
    if !cursor.dollar {
        let value = at_start(&types, start)?;
        found.extend(members(&value.shape, &inspection.shapes).into_iter().map(|known| member(cursor, &inspection, known)));
    }
    if cursor.dollar || !cursor.dotted {
        found.extend(variables(cursor, &inspection, seen));
    }
    (!found.is_empty()).then_some(found)
}

fn member(cursor: &Cursor<'_>, inspection: &Inspection, member: &Member) -> Completion {
    let known = Known { shape: member.shape.clone(), absent: !member.required, many: false };
    let plain = !member.name.starts_with(|c: char| c.is_ascii_digit()) && member.name.chars().all(|c| c.is_alphanumeric() || c == '_');
    let insert = if plain { member.name.to_string() } else { format!("`{}`", member.name) };
    let item = cursor.completion(&member.name, CompletionKind::Member, describe(&known, &inspection.shapes), insert);
    Completion { doc: member.deprecated.then(|| "deprecated by the provider".to_owned()), ..item }
}

fn variables(cursor: &Cursor<'_>, inspection: &Inspection, seen: &Seen) -> Vec<Completion> {
    let mut found = Vec::new();
    let scope = seen.scope(&inspection.shapes);
    for (name, value) in &scope.variables {
        let label = format!("${name}");
        let item = cursor.completion(&label, CompletionKind::Variable, describe(value, &inspection.shapes), label.as_str());
        found.push(Completion { doc: Root::parse(name).map(|root| root.doc().to_owned()), ..item });
    }
    let mut bound: Vec<String> = Vec::new();
    seen.expression.root.walk(&mut |node| match &node.kind {
        NodeKind::Bind(name, _) => bound.push(name.clone()),
        NodeKind::Lambda(parameters, ..) => bound.extend(parameters.iter().cloned()),
        NodeKind::Path(steps) => bound.extend(steps.iter().flat_map(|step| step.focus.iter().chain(&step.index)).cloned()),
        _ => {}
    });
    bound.sort();
    bound.dedup();
    for name in bound {
        let label = format!("${name}");
        found.push(cursor.completion(&label, CompletionKind::Variable, "bound in this expression", label.as_str()));
    }
    for function in functions::TABLE {
        let label = format!("${}", function.name);
        let item = cursor.completion(&label, CompletionKind::Function, function.signature.to_string(), label.as_str());
        found.push(Completion { doc: Some(function.doc.to_owned()), ..item });
    }
    for name in functions::BUILTINS {
        let label = format!("${name}");
        found.push(cursor.completion(&label, CompletionKind::Function, "JSONata's own", label.as_str()));
    }
    found
}

/// What closes the brackets and quotes that are open at the end of a line.
fn closers(line: &str) -> String {
    let value = line.split_once(": ").map_or(line, |(_, value)| value).trim_start();
    let outer = value.chars().next().filter(|c| matches!(c, '"' | '\''));
    let mut open: Vec<char> = Vec::new();
    let mut quote: Option<char> = None;
    for c in value.chars().skip(usize::from(outer.is_some())) {
        match (quote, c) {
            (Some(opened), c) if opened == c => quote = None,
            (Some(_), _) => {}
            (None, '"' | '\'' | '`') => quote = Some(c),
            (None, '(') => open.push(')'),
            (None, '[') => open.push(']'),
            (None, '{') => open.push('}'),
            (None, ')' | ']' | '}') => {
                let _ = open.pop();
            }
            (None, _) => {}
        }
    }
    open.into_iter().rev().chain(outer).collect()
}
