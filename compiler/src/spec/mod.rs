//! A connector as its author wrote it: every value with its place, nothing resolved yet. The tables beside the types say which keys exist.

mod connector;
mod data;
mod errors;
mod map;
mod operation;
mod rate_limit;
mod select;
mod steps;

pub use connector::{APP, App, CONNECTOR, Connector, GRAPHQL, Graphql, SOURCE};
pub use data::Data;
pub use errors::{ERRORS, Errors, KINDS};
pub use map::{
    CALL, ENUM_FIELD, EnumField, FILTER, FILTERS, Field, FieldValue, Filter, FilterSet, Filters, MAP_FILE, MAP_RESOURCE, MapFile,
    MapResource, VerbSteps, WITH,
};
pub use operation::{Body, DOWNLOAD, Download, IDEMPOTENCY, OPERATION, Operation, QUERY_LIST, RAW, REDIRECT, RESOURCE, Records, Request};
pub use rate_limit::{NUMBER, Number, NumberSource, PER, PER_WORDS, WINDOW, Window};
pub use select::{SELECT, Select};
pub use steps::{Action, Compound, ELSE, Each, FOR_EACH, ForEach, PARENTS, POLL, Parents, Poll, Require, STEP, Step, StepCall};
