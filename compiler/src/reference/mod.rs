//! The published reference and the editors' schema, made from the tables that the reader itself goes by.

mod editor;
mod example;
mod markdown;

pub use editor::editor_schema;
pub use example::{Example, complete, examples, files, role};
pub use markdown::reference;

use crate::yaml::Table;
use crate::{auth, pagination, parse, shape, spec};

/// A group of tables with its heading.
pub struct Chapter {
    /// The heading.
    pub title: &'static str,
    /// The tables, in reading order.
    pub tables: Vec<&'static Table>,
}

/// Every table of the spec language, in reading order.
#[must_use]
pub fn chapters() -> Vec<Chapter> {
    let schemes = auth::SCHEMES.iter().map(|scheme| scheme.table);
    let styles = pagination::STYLES.iter().map(|style| style.table);
    vec![
        Chapter {
            title: "The connector",
            tables: vec![&spec::CONNECTOR, &shape::PARAMETER, &shape::SECRET, &spec::APP, &spec::GRAPHQL, &spec::SOURCE],
        },
        Chapter {
            title: "Authentication",
            tables: std::iter::once(&auth::COMMON).chain(schemes).chain(auth::PARTS.iter().copied()).collect(),
        },
        Chapter {
            title: "Operations",
            tables: vec![
                &spec::RESOURCE,
                &spec::OPERATION,
                &spec::QUERY_LIST,
                &spec::RAW,
                &spec::SELECT,
                &spec::DOWNLOAD,
                &spec::REDIRECT,
                &spec::IDEMPOTENCY,
            ],
        },
        Chapter {
            title: "Pagination",
            tables: std::iter::once(&pagination::COMMON).chain(styles).chain([&pagination::SIZE, &pagination::INTO]).collect(),
        },
        Chapter { title: "Errors and rate limits", tables: vec![&spec::ERRORS, &spec::KINDS, &spec::WINDOW, &spec::NUMBER, &spec::PER] },
        Chapter {
            title: "Maps",
            tables: vec![&spec::MAP_FILE, &spec::MAP_RESOURCE, &spec::ENUM_FIELD, &spec::CALL, &spec::WITH, &spec::FILTERS, &spec::FILTER],
        },
        Chapter { title: "Steps", tables: vec![&spec::STEP, &spec::ELSE, &spec::FOR_EACH, &spec::PARENTS, &spec::POLL] },
        Chapter { title: "Unified models", tables: vec![&shape::MODEL, &shape::RESOURCE, &shape::PROPERTY] },
        Chapter { title: "Extracts and overlays", tables: vec![&shape::EXTRACT, &shape::EXTRACT_SOURCE, &shape::OVERLAY, &shape::CHANGE] },
        Chapter {
            title: "Cassettes",
            tables: vec![
                &parse::CASSETTE,
                &parse::CASSETTE_CONNECT,
                &parse::CASSETTE_CALL,
                &parse::CASSETTE_FILE,
                &parse::EXCHANGE,
                &parse::RECORDED_REQUEST,
                &parse::RECORDED_RESPONSE,
            ],
        },
    ]
}
