//! Compiles a draft and takes out of it whatever the compiler refuses, until nothing is left to say.

use std::collections::{BTreeMap, BTreeSet};

use connc_compiler::diagnostic::{Code, Diagnostic};
use connc_compiler::source::{FileId, Role, Sources};
use connc_compiler::{Compiled, compile_with};

use super::draft::{Draft, Records};
use super::text::{self, Owner, Written};
use super::{Api, overlay};
use crate::Problem;
use crate::touched::{Touched, read_connector};

/// A draft that compiles without a word, with its files.
pub(super) struct Settled {
    pub(super) draft: Draft,
    pub(super) files: Vec<(String, String)>,
    pub(super) compiled: Compiled,
    /// What was taken out, and why.
    pub(super) left_out: Vec<String>,
}

/// How often a draft is compiled at most.
const ROUNDS: usize = 60;

/// Compiles until nothing is refused.
pub(super) fn settle(mut draft: Draft, apis: &[Api<'_>], models: &Sources) -> Result<Settled, Problem> {
    let mut left_out = Vec::new();
    let known = connc_compiler::models(models);
    for _ in 0..ROUNDS {
        draft.maps.iter_mut().for_each(|file| file.resources.retain(|mapped| !mapped.fields.is_empty()));
        draft.maps.retain(|file| !file.resources.is_empty());
        if draft.operations.is_empty() {
            return Err(nothing_left(&left_out));
        }
        let mut round = Round::new(&draft, models);
        round.schemas(apis, &draft)?;
        let compiled = compile_with(&round.sources, &known);
        if compiled.diagnostics.is_empty() {
            let files = round.files();
            return Ok(Settled { draft, files, compiled, left_out });
        }
        let found: Vec<(Owner, Diagnostic)> =
            compiled.diagnostics.into_iter().map(|diagnostic| (round.owner(&diagnostic), diagnostic)).collect();
        if !mend(&mut draft, &found, &mut left_out) {
            let first = found.first().map(|(_, diagnostic)| diagnostic.message.clone()).unwrap_or_default();
            return Err(Problem::new(format!("no connector could be made of it that compiles: {first}")).help("narrow it with `--only`"));
        }
    }
    Err(Problem::new("no connector could be made of it that compiles: too much of it is refused").help("narrow it with `--only`"))
}

fn nothing_left(left_out: &[String]) -> Problem {
    let problem = Problem::new("nothing of it can be used");
    if left_out.is_empty() { problem } else { problem.help(left_out.iter().take(5).cloned().collect::<Vec<_>>().join("\n")) }
}

/// A draft as text, ready to compile.
struct Round {
    sources: Sources,
    written: Vec<(FileId, Written)>,
    schemas: Vec<FileId>,
}

impl Round {
    fn new(draft: &Draft, models: &Sources) -> Self {
        let mut sources = models.clone();
        let mut written = Vec::new();
        let mut add = |role, name: String, made: Written| {
            let file = sources.add(role, name, made.text.clone());
            written.push((file, made));
        };
        add(Role::Connector, "connector.yaml".to_owned(), text::connector(draft));
        for (index, map) in draft.maps.iter().enumerate() {
            add(Role::Map, format!("{}.yaml", map.model), text::map(index, map));
        }
        Self { sources, written, schemas: Vec::new() }
    }

    /// Adds what the descriptions say of what the draft touches.
    fn schemas(&mut self, apis: &[Api<'_>], draft: &Draft) -> Result<(), Problem> {
        let Some(spec) = read_connector(&self.sources) else { return Ok(()) };
        let touched = Touched::of(&spec, &self.sources);
        for (source, api) in apis.iter().enumerate() {
            let extract = api.extract(&spec, &touched)?;
            if extract.found.is_empty() {
                continue;
            }
            let (name, ending) = (&api.extract, if extract.sdl.is_some() { ".graphql" } else { ".yaml" });
            let overlay_name = format!("{name}.overlay.yaml");
            self.schemas.push(self.sources.add(Role::Schema, format!("schemas/{name}{ending}"), crate::text(&extract, &overlay_name)));
            if let Some(text) = overlay::text(&extract, draft, source, &format!("{name}{ending}")) {
                self.schemas.push(self.sources.add(Role::Schema, format!("schemas/{overlay_name}"), text));
            }
        }
        Ok(())
    }

    fn owner(&self, diagnostic: &Diagnostic) -> Owner {
        let Some((_, written)) = self.written.iter().find(|(file, _)| *file == diagnostic.span.file) else { return Owner::Whole };
        let line = self.sources.position(diagnostic.span.file, diagnostic.span.start).line as usize;
        written.owners.get(line.saturating_sub(1)).copied().unwrap_or(Owner::Whole)
    }

    fn files(&self) -> Vec<(String, String)> {
        let all = self.written.iter().map(|(file, _)| file).chain(&self.schemas);
        all.map(|file| (self.sources.path(*file).to_owned(), self.sources.text(*file).to_owned())).collect()
    }
}

/// What one round takes out.
#[derive(Default)]
struct Out {
    operations: BTreeMap<usize, String>,
    inputs: BTreeSet<(usize, usize)>,
    pages: BTreeSet<usize>,
    maps: BTreeMap<(usize, usize), String>,
    fields: BTreeMap<(usize, usize, usize), String>,
    auth: BTreeSet<usize>,
    account: BTreeSet<usize>,
    changed: bool,
}

/// Takes out what is refused. False where nothing could be.
fn mend(draft: &mut Draft, found: &[(Owner, Diagnostic)], left_out: &mut Vec<String>) -> bool {
    let mut out = Out::default();
    for (owner, diagnostic) in found {
        judge(draft, *owner, diagnostic, &mut out);
    }
    let mut changed = out.changed;
    for (file, map, at) in out.fields.keys().rev().copied().collect::<Vec<_>>() {
        let Some(mapped) = draft.maps.get_mut(file).and_then(|file| file.resources.get_mut(map)) else { continue };
        let Some(field) = mapped.fields.get_mut(at) else { continue };
        changed = true;
        field.guesses.remove(0);
        if !field.guesses.is_empty() {
            continue;
        }
        let why = out.fields.remove(&(file, map, at)).unwrap_or_default();
        if field.required {
            out.maps.entry((file, map)).or_insert_with(|| format!("`{}` is required, and {why}", field.name));
        } else {
            left_out.push(format!("field `{}` of map {}: {why}", field.name, mapped.name));
            mapped.fields.remove(at);
        }
    }
    for ((file, map), why) in out.maps.into_iter().rev() {
        let Some(file) = draft.maps.get_mut(file).filter(|file| map < file.resources.len()) else { continue };
        let mapped = file.resources.remove(map);
        changed = true;
        left_out.push(format!("map `{}` {} from `{}`: {why}", file.model, mapped.name, mapped.from));
    }
    for (operation, input) in out.inputs.iter().rev().filter(|(operation, _)| !out.operations.contains_key(operation)) {
        let Some(operation) = draft.operations.get_mut(*operation) else { continue };
        operation.inputs.remove(*input);
        changed = true;
    }
    for operation in &out.pages {
        let Some(operation) = draft.operations.get_mut(*operation) else { continue };
        if operation.pages.len() > 1 {
            operation.pages.remove(0);
            changed = true;
        }
    }
    for (index, why) in out.operations.into_iter().rev() {
        if index < draft.operations.len() {
            let operation = draft.operations.remove(index);
            changed = true;
            left_out.push(format!("`{}` ({} {}): {why}", operation.coordinate(), operation.method.name(), operation.url));
        }
    }
    for index in out.auth.into_iter().rev() {
        changed |= take_auth(draft, index, left_out);
    }
    for index in out.account.into_iter().rev().filter(|index| *index < draft.account.len()).collect::<Vec<_>>() {
        draft.account.remove(index);
        changed = true;
    }
    changed
}

fn take_auth(draft: &mut Draft, index: usize, left_out: &mut Vec<String>) -> bool {
    let Some(method) = draft.auth.get_mut(index) else { return false };
    // Scopes may be more or other than declared; without them the provider says what is missing.
    if let Some(at) = method.lines.iter().position(|line| line.starts_with("scopes:")) {
        method.lines.remove(at);
        return true;
    }
    if draft.auth.len() < 2 {
        return false;
    }
    let method = draft.auth.remove(index);
    left_out.push(format!("auth method `{}`", method.name));
    true
}

fn judge(draft: &mut Draft, owner: Owner, diagnostic: &Diagnostic, out: &mut Out) {
    let message = || diagnostic.message.clone();
    let mut drop_operation = |index: usize| {
        out.operations.entry(index).or_insert_with(message);
    };
    match owner {
        Owner::Whole => {}
        Owner::Account(index) => {
            out.account.insert(index);
        }
        Owner::Auth(index) => {
            out.auth.insert(index);
        }
        Owner::Paging(index) => {
            let is_last = draft.operations.get(index).is_none_or(|operation| operation.pages.len() < 2);
            if is_last {
                drop_operation(index);
            } else {
                out.pages.insert(index);
            }
        }
        Owner::Records(index) => match draft.operations.get_mut(index) {
            Some(operation) if matches!(operation.records, Records::Item(_)) => {
                operation.records = Records::Whole;
                out.changed = true;
            }
            Some(_) | None => drop_operation(index),
        },
        Owner::Input(index, input) => {
            let known = draft.operations.get(index).and_then(|operation| operation.inputs.get(input));
            if known.is_some_and(|input| !input.required) {
                out.inputs.insert((index, input));
            } else {
                drop_operation(index);
            }
        }
        Owner::Operation(index) => {
            let Some(operation) = draft.operations.get_mut(index) else { return };
            let allow = match diagnostic.code {
                Code::UnreadNextPage if operation.pages.len() < 2 => {
                    Some(("unread-next-page", "review: how the next page is asked for could not be guessed"))
                }
                Code::UnreadNextPage => {
                    out.pages.insert(index);
                    return;
                }
                Code::MissingRequestParameter if operation.has_credentials => {
                    Some(("missing-request-parameter", "review: the auth method sends the credentials"))
                }
                Code::MissingBodyProperty if operation.has_credentials => {
                    Some(("missing-body-property", "review: the auth method sends the credentials"))
                }
                Code::TruncatedConnection => {
                    Some(("truncated-connection", "review: what follows the first page of a list within a record is not read"))
                }
                _ => None,
            };
            match allow {
                Some((code, reason)) if operation.allows.insert(code, reason).is_none() => out.changed = true,
                Some(_) | None => drop_operation(index),
            }
        }
        Owner::Map(file, map) => {
            out.maps.entry((file, map)).or_insert_with(message);
        }
        Owner::Field(file, map, field) => {
            out.fields.entry((file, map, field)).or_insert_with(message);
        }
    }
}
