//! Files that a spec names are in the connector's folder.

use super::Case;
use crate::diagnostic::{Code, Diagnostic, Diagnostics, nearest};
use crate::lang::Schema;
use crate::source::{FileId, Role, Sources, Span, Spanned};
use crate::spec::Connector;

pub(super) fn check(case: &Case<'_>, diagnostics: &mut Diagnostics) {
    for operation in &case.spec.operations {
        if let Some(answer) = &operation.answer {
            let file = answer.value.split_once('#').map_or(answer.value.as_str(), |(file, _)| file);
            report_missing(&Spanned::new(file.to_owned(), answer.span), case.sources, diagnostics);
        }
    }
    if let Some(schema) = case.spec.graphql.as_ref().and_then(|graphql| graphql.schema.as_ref()) {
        report_missing(schema, case.sources, diagnostics);
    }
}

/// The connector's GraphQL schema, if it has one that can be read.
pub(super) fn schema(spec: &Connector, sources: &Sources, diagnostics: &mut Diagnostics) -> Option<Schema> {
    let named = spec.graphql.as_ref()?.schema.as_ref()?;
    let file = find(&named.value, sources)?;
    match Schema::read(sources.text(file)) {
        Ok(schema) => Some(schema),
        Err(problem) => {
            let diagnostic = Diagnostic::new(Code::GraphqlSyntax, Span::new(file, problem.range), problem.message);
            diagnostics.push(diagnostic.related(named.span, "the schema is named here"));
            None
        }
    }
}

pub(super) fn find(name: &str, sources: &Sources) -> Option<FileId> {
    sources.of(Role::Schema).find(|file| sources.path(*file).ends_with(&format!("/{name}")) || sources.path(*file) == name)
}

fn report_missing(named: &Spanned<String>, sources: &Sources, diagnostics: &mut Diagnostics) {
    if find(&named.value, sources).is_some() {
        return;
    }
    let known: Vec<String> = sources
        .of(Role::Schema)
        .filter_map(|file| sources.path(file).rsplit_once("schemas/").map(|(_, name)| format!("schemas/{name}")))
        .collect();
    let message = format!("the connector's folder has no file `{}`", named.value);
    let near = nearest(&named.value, known.iter().map(String::as_str));
    let help =
        near.map_or_else(|| "paths begin at the connector's folder: `schemas/…`".to_owned(), |near| format!("did you mean `{near}`?"));
    diagnostics.push(Diagnostic::new(Code::UnknownFile, named.span, message).help(help));
}
