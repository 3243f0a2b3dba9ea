//! What there is to do.

use super::Lists;
use crate::Shape;
use crate::mock::Style;

/// Who does it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Contender {
    /// The hand-written program, which the others are held against.
    Floor,
    /// The hand-written program with eight numbered pages in flight.
    Ahead,
    /// The hand-written program without a map: it parses to a value and prints.
    Value,
    /// `connc run`.
    Run,
    /// A service that embeds the runtime.
    Library,
    /// The same, with no page asked for before it is wanted.
    OneByOne,
}

impl Contender {
    /// As it stands in the tables.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Floor => "floor: typed",
            Self::Ahead => "floor: typed, 8 pages in flight",
            Self::Value => "floor: parse and print",
            Self::Run => "`connc run`",
            Self::Library => "library",
            Self::OneByOne => "library, one page at a time",
        }
    }
}

/// Something to do.
#[derive(Clone, Debug)]
pub struct Job {
    /// What it is chosen by.
    pub name: &'static str,
    /// What it is.
    pub title: &'static str,
    /// How pages are asked for.
    pub style: Style,
    /// What records look like.
    pub shape: Shape,
    /// How much there is.
    pub lists: Lists,
    /// Who does it; the first is 1.
    pub contenders: &'static [Contender],
}

const ALL: &[Contender] = &[Contender::Floor, Contender::Value, Contender::Run, Contender::Library];
const AHEAD: &[Contender] = &[Contender::Floor, Contender::Ahead, Contender::Run, Contender::Library, Contender::OneByOne];
const SERVICES: &[Contender] = &[Contender::Floor, Contender::Value, Contender::Library];

const fn job(name: &'static str, title: &'static str, style: Style, shape: Shape, lists: Lists, contenders: &'static [Contender]) -> Job {
    Job { name, title, style, shape, lists, contenders }
}

const fn pages(pages: usize, size: usize) -> Lists {
    Lists { pages, size, delay: 0, accounts: 1, at_once: None }
}

/// All jobs.
pub const JOBS: &[Job] = &[
    job("link", "100,000 users, 500 pages of 200, the next one by `Link`", Style::Link, Shape::Users, pages(500, 200), ALL),
    job("page", "100,000 users, 500 numbered pages of 200", Style::Page, Shape::Users, pages(500, 200), ALL),
    job("cursor", "100,000 users, 500 pages of 200, the next one by a cursor", Style::Cursor, Shape::Users, pages(500, 200), ALL),
    job("flat", "100,000 items of 12 flat fields, 500 pages of 200", Style::Link, Shape::Items, pages(500, 200), ALL),
    job("wide", "100,000 orders, nested, 40 fields mapped, 500 pages of 200", Style::Link, Shape::Orders, pages(500, 200), ALL),
    job("thousand", "100,000 users, 100 pages of 1,000", Style::Link, Shape::Users, pages(100, 1000), ALL),
    job("cold", "200 users, one page: what starting takes", Style::Link, Shape::Users, pages(1, 200), ALL),
    job(
        "latency",
        "40,000 users, 200 numbered pages of 200 that take 20 ms each",
        Style::Page,
        Shape::Users,
        Lists { delay: 20, ..pages(200, 200) },
        AHEAD,
    ),
    job(
        "chain",
        "40,000 users, 200 pages of 200 that take 20 ms each, the next one by a cursor",
        Style::Cursor,
        Shape::Users,
        Lists { delay: 20, ..pages(200, 200) },
        ALL,
    ),
    job(
        "overlap",
        "100,000 users, 100 pages of 1,000 that take 5 ms each, the next one by a cursor",
        Style::Cursor,
        Shape::Users,
        Lists { delay: 5, ..pages(100, 1000) },
        ALL,
    ),
    job(
        "accounts",
        "50 accounts at once, each 20 pages of 200 users that take 20 ms each",
        Style::Link,
        Shape::Users,
        Lists { delay: 20, accounts: 50, ..pages(20, 200) },
        SERVICES,
    ),
];
