//! GraphQL fragments that the documents of a connector share, and documents put together with those that they spread.

use std::ops::Range;

use apollo_compiler::ast;

use super::graphql::{Document, report};
use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::source::Span;
use crate::yaml::Embedded;

/// The shared fragments.
#[derive(Clone, Debug)]
pub struct Fragments {
    text: Embedded,
    list: Vec<Fragment>,
}

#[derive(Clone, Debug)]
struct Fragment {
    name: String,
    range: Range<usize>,
    spreads: Vec<(String, Range<usize>)>,
}

/// A document as it is sent: its own text, and the shared fragments that it needs.
#[derive(Clone, Debug)]
pub struct Sent {
    /// The text.
    pub text: String,
    parts: Vec<Part>,
}

/// Where a part of the text comes from.
#[derive(Clone, Debug)]
struct Part {
    start: usize,
    from: usize,
    source: Embedded,
}

impl Fragments {
    /// Reads shared fragments. Anything else in the text is reported.
    pub fn read(text: &Embedded, diagnostics: &mut Diagnostics) -> Option<Self> {
        let parsed = match ast::Document::parse(text.text.to_string(), "fragments.graphql") {
            Ok(parsed) => parsed,
            Err(failed) => {
                report(Code::GraphqlSyntax, &failed.errors, &text.text, &|range| text.place(range), None, diagnostics);
                return None;
            }
        };
        let mut list: Vec<Fragment> = Vec::new();
        for definition in &parsed.definitions {
            let range = definition.location().map_or(0..0, |place| place.offset()..place.end_offset());
            let ast::Definition::FragmentDefinition(fragment) = definition else {
                let end = text.text.get(range.clone()).and_then(|slice| slice.find('\n')).map_or(range.end, |at| range.start + at);
                diagnostics.push(Diagnostic::new(Code::GraphqlSyntax, text.place(range.start..end), "only fragments stand here"));
                continue;
            };
            let name = fragment.name.to_string();
            list.push(Fragment { name, range, spreads: spreads(&fragment.selection_set) });
        }
        Some(Self { text: text.clone(), list })
    }

    /// The names of the fragments.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.list.iter().map(|fragment| fragment.name.as_str())
    }

    /// Spreads of fragments by fragments, with their places.
    pub fn spreads(&self) -> impl Iterator<Item = (&str, Span)> {
        self.list.iter().flat_map(|fragment| &fragment.spreads).map(|(name, range)| (name.as_str(), self.text.place(range.clone())))
    }
}

/// A document with the fragments that it needs, those that they need included.
#[must_use]
pub fn sent(document: &Document, fragments: Option<&Fragments>) -> Sent {
    let whole = Part { start: 0, from: 0, source: document.text.clone() };
    let mut sent = Sent { text: document.text.text.to_string(), parts: vec![whole] };
    let Some(fragments) = fragments else { return sent };
    let mut wanted: Vec<&str> = document.spreads.iter().map(|(name, _)| name.as_str()).collect();
    let mut next = 0;
    while let Some(name) = wanted.get(next).copied() {
        next += 1;
        let found = fragments.list.iter().find(|fragment| fragment.name == name);
        for (name, _) in found.into_iter().flat_map(|fragment| &fragment.spreads) {
            if !wanted.contains(&name.as_str()) {
                wanted.push(name);
            }
        }
    }
    // In the order in which they are written, so that the text does not depend on who needs which.
    for fragment in
        fragments.list.iter().filter(|fragment| wanted.contains(&fragment.name.as_str()) && !document.own.contains(&fragment.name))
    {
        if !sent.text.ends_with('\n') {
            sent.text.push('\n');
        }
        sent.parts.push(Part { start: sent.text.len(), from: fragment.range.start, source: fragments.text.clone() });
        sent.text.push_str(fragments.text.text.get(fragment.range.clone()).unwrap_or(""));
        sent.text.push('\n');
    }
    sent
}

impl Sent {
    /// Where a range of the text was written.
    #[must_use]
    pub fn place(&self, range: Range<usize>) -> Span {
        let part = self.parts.iter().rev().find(|part| part.start <= range.start);
        let moved = |offset: usize, part: &Part| offset.saturating_sub(part.start) + part.from;
        part.map_or_else(Span::default, |part| part.source.place(moved(range.start, part)..moved(range.end, part)))
    }
}

/// Every spread in a selection, at any depth.
pub(super) fn spreads(selections: &[ast::Selection]) -> Vec<(String, Range<usize>)> {
    let mut found = Vec::new();
    for selection in selections {
        match selection {
            ast::Selection::Field(field) => found.extend(spreads(&field.selection_set)),
            ast::Selection::InlineFragment(inline) => found.extend(spreads(&inline.selection_set)),
            ast::Selection::FragmentSpread(spread) => {
                let range = spread.location().map_or(0..0, |place| place.offset()..place.end_offset());
                found.push((spread.fragment_name.to_string(), range));
            }
        }
    }
    found
}
