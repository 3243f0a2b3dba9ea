//! The one loop that every pagination style lowers to.

use serde::{Deserialize, Serialize};

use crate::{Expression, Origin};

/// How pages follow each other. A loop ends when `next` gives nothing, `until` is true, a page is empty (where that ends it),
/// a page is short (where a size is known and `short_page_ends`), `total` is reached, or the bound is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Paginate {
    /// The style's name in the spec language. For people: nothing decides by it.
    pub style: String,
    /// Where the token of the next page comes from.
    pub next: Next,
    /// Where the token goes in the next request.
    pub into: Target,
    /// Where the number of records asked for goes, and how many.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size: Option<Size>,
    /// Query parameters of the operation that only the first request carries.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub first_only: Vec<String>,
    /// True on the last page; evaluated over the body before the repeated-token check.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Expression>,
    /// True where the answer says itself that there is more: then a missing token is no end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub more: Option<Expression>,
    /// How many records there are in all, over the body.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub total: Option<Expression>,
    /// Token values besides absence that end the list.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ends_on: Vec<serde_json::Value>,
    /// What a page without records means.
    pub empty_page: EmptyPage,
    /// Whether a page with fewer records than asked for is the last.
    pub short_page_ends: bool,
    /// Why the loop goes forward.
    pub progress: Progress,
    /// Where it stops at the latest.
    pub bound: Bound,
    /// Whether the requests of several pages can be told from the pages before them, so that they can be asked for at once, and those that
    /// were told wrong do no harm: by a counter of pages or positions exactly, by one of records ([`Advance::Items`]) as long as each page
    /// holds as many as the one before. What follows a page is what it says itself all the same; a page that was asked for and does not
    /// follow is dropped.
    pub independent: bool,
    /// Where it was written.
    pub origin: Origin,
}

/// Where the next page's token comes from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Next {
    /// An expression over the body, with `$headers` and `$status`.
    Answer(Expression),
    /// The target of the `Link` header with this relation (RFC 8288).
    Link(String),
    /// An expression over the last raw record of the page.
    LastItem(Expression),
    /// A counter that starts at `start`.
    Counter {
        /// The first page's value.
        start: u64,
        /// What each page adds.
        advance: Advance,
        /// Whether the first request already carries the counter.
        on_first: bool,
    },
}

/// What a counter adds after a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Advance {
    /// One: page numbers.
    One,
    /// The number of raw records that the page held: offsets and start indices.
    Items,
    /// This number: a page is a window of so many positions, and may hold fewer records.
    By(u64),
}

/// Where a token goes in the next request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Target {
    /// A query parameter.
    Query(String),
    /// A header.
    Header(String),
    /// A member of the JSON body, by path. GraphQL variables stand below `variables`.
    Body(Vec<String>),
    /// The templates of the request, which name it `page.NAME`.
    Template(String),
    /// The whole URL, resolved against the request's own; query, size and body of the operation are not added again.
    Url,
}

/// How many records a page is asked to hold.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Size {
    /// Where the number goes; never [`Target::Url`].
    pub into: Target,
    /// The number asked for, which is the provider's maximum unless the spec says otherwise.
    pub value: u64,
    /// The provider's maximum, where known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max: Option<u64>,
}

/// What a page without records means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EmptyPage {
    /// The list goes on where there is a token.
    Continue,
    /// The list is at its end.
    End,
}

/// Why a loop goes forward.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Progress {
    /// Each token is one not seen before; a repeated one is an error.
    FreshToken,
    /// The counter grows with each page.
    GrowingCounter,
}

/// Where a loop stops at the latest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bound {
    /// Pages after which the loop is an error.
    pub pages: u64,
    /// The provider's hard end in records; reaching it with more to come is an error, because it cuts the list.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cap: Option<u64>,
}
