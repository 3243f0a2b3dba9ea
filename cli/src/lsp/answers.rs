//! Answers to what an editor asks about a place.

use connc_compiler::editor::{self, Completion, CompletionKind};
use connc_compiler::source::FileId;
use lsp_types::{
    CompletionItem, CompletionItemKind, CompletionTextEdit, Documentation, GotoDefinitionResponse, Hover, HoverContents, Location,
    MarkupContent, MarkupKind, TextDocumentPositionParams, TextEdit,
};

use super::files::{Connector, Open, Part, folder_of, path_of, uri_of};
use super::position;

/// What is known of the thing at a place.
pub(super) fn hover(at: &TextDocumentPositionParams, open: &Open) -> Option<Hover> {
    let asked = Asked::new(at, open)?;
    let hover = editor::inspect(&asked.part.sources).hover(asked.file, asked.offset)?;
    let range = position::range(&asked.part.sources, hover.span);
    Some(Hover { contents: HoverContents::Markup(markdown(hover.text)), range: Some(range) })
}

/// What may stand at a place.
pub(super) fn completion(at: &TextDocumentPositionParams, open: &Open) -> Option<Vec<CompletionItem>> {
    let asked = Asked::new(at, open)?;
    let found = editor::inspect(&asked.part.sources).completions(asked.file, asked.offset);
    Some(found.into_iter().enumerate().map(|(index, completion)| item(index, completion, &asked)).collect())
}

/// Where the thing at a place is declared.
pub(super) fn definition(at: &TextDocumentPositionParams, open: &Open) -> Option<GotoDefinitionResponse> {
    let asked = Asked::new(at, open)?;
    let part = &asked.part;
    let span = editor::inspect(&part.sources).definition(asked.file, asked.offset)?;
    let uri = uri_of(&part.path(span.file, open)?, open)?;
    let location = Location { uri, range: position::first_line(&part.sources, span) };
    Some(GotoDefinitionResponse::Scalar(location))
}

/// A place in a connector.
struct Asked {
    part: Part,
    file: FileId,
    offset: u32,
}

impl Asked {
    fn new(at: &TextDocumentPositionParams, open: &Open) -> Option<Self> {
        let path = path_of(&at.text_document.uri)?;
        let connector = Connector::load(&folder_of(&path, open)?, open).ok()?;
        let (part, file) = connector.into_part(&path)?;
        let offset = position::in_file(&part.sources, file, at.position);
        Some(Self { part, file, offset })
    }
}

fn item(index: usize, completion: Completion, asked: &Asked) -> CompletionItem {
    let Completion { label, kind, detail, doc, insert, replace } = completion;
    let range = position::range(&asked.part.sources, replace);
    CompletionItem {
        label,
        kind: Some(match kind {
            CompletionKind::Member => CompletionItemKind::FIELD,
            CompletionKind::Variable => CompletionItemKind::VARIABLE,
            CompletionKind::Function => CompletionItemKind::FUNCTION,
            CompletionKind::Key => CompletionItemKind::PROPERTY,
            CompletionKind::Value => CompletionItemKind::VALUE,
        }),
        detail: (!detail.is_empty()).then_some(detail),
        documentation: doc.map(|doc| Documentation::MarkupContent(markdown(doc))),
        // Members first, then names, in the order of their declaration.
        sort_text: Some(format!("{index:04}")),
        text_edit: Some(CompletionTextEdit::Edit(TextEdit { range, new_text: insert })),
        ..CompletionItem::default()
    }
}

fn markdown(value: String) -> MarkupContent {
    MarkupContent { kind: MarkupKind::Markdown, value }
}
