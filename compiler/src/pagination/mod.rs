//! Pagination styles: one file for each, with its keys and what they mean as the one loop.

mod common;
mod counter;
mod cursor;
mod keyset;
mod link_header;
mod next_url;
mod one;
mod page_info;
mod single;

use connc_plan as plan;

use crate::diagnostic::{Code, Diagnostic, nearest};
use crate::lang::Expression;
use crate::source::{Span, Spanned};
use crate::yaml::{Context, Kind, Node, Reader, Table};
pub use common::{COMMON, INTO, SIZE};

/// Every style.
pub static STYLES: &[&Style] = &[
    &cursor::STYLE,
    &next_url::STYLE,
    &link_header::STYLE,
    &counter::PAGE,
    &counter::OFFSET,
    &counter::START_INDEX,
    &keyset::STYLE,
    &page_info::STYLE,
    &single::STYLE,
    &one::STYLE,
];

/// A style.
#[derive(Debug)]
pub struct Style {
    /// Its name in the spec language.
    pub name: &'static str,
    /// Its keys.
    pub table: &'static Table,
    /// What they mean; nothing for a list that has one page.
    pub read: fn(&mut Reader<'_, '_>) -> Option<Option<Loop>>,
}

/// A loop as written.
#[derive(Clone, Debug)]
pub struct Loop {
    /// The style's name.
    pub style: &'static str,
    /// Where the next page's token comes from.
    pub next: Next,
    /// Where it goes.
    pub into: plan::Target,
    /// How many records are asked for.
    pub size: Option<plan::Size>,
    /// Query parameters of the first request only.
    pub first_only: Vec<Spanned<String>>,
    /// True on the last page.
    pub until: Option<Expression>,
    /// JSONata of the style's own, true where the answer says itself that there is more.
    pub more: Option<String>,
    /// How many records there are in all.
    pub total: Option<Expression>,
    /// Token values that end the list.
    pub ends_on: Vec<serde_json::Value>,
    /// What a page without records means.
    pub empty_page: plan::EmptyPage,
    /// Whether a short page is the last.
    pub short_page_ends: bool,
    /// Pages at most.
    pub max_pages: u64,
    /// The provider's hard end in records.
    pub cap: Option<u64>,
    /// Where it was written.
    pub span: Span,
    /// Where a path that the style makes its token of is written.
    pub path_span: Option<Span>,
    /// Where the token's place is named, where the spec names it.
    pub into_span: Option<Span>,
    /// Where the place of the number of records is named.
    pub size_span: Option<Span>,
    /// Where the number of records that is asked for is written.
    pub asked_span: Option<Span>,
}

impl Loop {
    /// The names below `page.` by which templates have the token and the size.
    pub fn template_names(&self) -> impl Iterator<Item = &str> {
        let targets = std::iter::once(&self.into).chain(self.size.iter().map(|size| &size.into));
        targets.filter_map(|target| match target {
            plan::Target::Template(name) => Some(name.as_str()),
            plan::Target::Query(_) | plan::Target::Header(_) | plan::Target::Body(_) | plan::Target::Url => None,
        })
    }
}

/// Where the next page's token comes from.
#[derive(Clone, Debug)]
pub enum Next {
    /// An expression over the answer.
    Answer(Expression),
    /// Text that a style makes: JSONata over the answer.
    Made(String),
    /// A `Link` header's relation.
    Link(String),
    /// An expression over the page's last raw record.
    LastItem(Expression),
    /// A counter.
    Counter {
        /// The first page's value.
        start: u64,
        /// What each page adds.
        advance: plan::Advance,
    },
}

/// Reads `paginate`. None: it was reported; a single page: nothing to do.
pub fn read<'a>(node: &'a Node, context: &mut Context<'a>) -> Option<Option<Loop>> {
    let style = style_of(node, context)?;
    let mut reader = Reader::open(node, style.table, context)?;
    let place = reader.text("style").map(|text| text.span);
    let made = (style.read)(&mut reader)?;
    let into = match &node.kind {
        Kind::Mapping(entries) => entries.iter().find(|entry| entry.key.value == "into"),
        Kind::Scalar(_) | Kind::Sequence(_) | Kind::Broken => None,
    };
    let into_span = into.and_then(|entry| common::name_span(&entry.value));
    Some(made.map(|made| Loop { span: place.unwrap_or(made.span), into_span, ..made }))
}

/// Whether `paginate` says that the answer holds one record, which is the whole list.
pub fn is_one(node: &Node) -> bool {
    let Kind::Mapping(entries) = &node.kind else { return false };
    let style = entries.iter().find(|entry| entry.key.value == "style");
    style.is_some_and(|entry| matches!(&entry.value.kind, Kind::Scalar(scalar) if *scalar.text == *one::STYLE.name))
}

fn style_of<'a>(node: &'a Node, context: &mut Context<'a>) -> Option<&'static Style> {
    let entries = match &node.kind {
        Kind::Mapping(entries) => entries,
        Kind::Scalar(_) | Kind::Sequence(_) => {
            context.wrong_type(node, "paginate", "a mapping with a `style`");
            return None;
        }
        Kind::Broken => return None,
    };
    let list = || STYLES.iter().map(|style| format!("`{}`", style.name)).collect::<Vec<_>>().join(", ");
    let Some(entry) = entries.iter().find(|entry| entry.key.value == "style") else {
        let place = entries.first().map_or(node.span, |entry| entry.key.span);
        let diagnostic = Diagnostic::new(Code::MissingKey, place, "`paginate` does not say its `style`");
        context.diagnostics.push(diagnostic.help(format!("add `style:` with one of {}", list())));
        return None;
    };
    let word = context.text(&entry.value, "style")?;
    let found = STYLES.iter().find(|style| style.name == word.value);
    if found.is_none() {
        let help = match nearest(&word, STYLES.iter().map(|style| style.name)) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("the styles are {}", list()),
        };
        let message = format!("`{}` is not a pagination style", word.value);
        context.diagnostics.push(Diagnostic::new(Code::InvalidValue, word.span, message).help(help));
    }
    found.copied()
}
