//! Trees to specs. Everything that is wrong with the writing itself is reported here; what names mean is for later.

mod cassette;
mod connector;
mod data;
mod download;
mod extend;
mod map;
mod model;
mod operation;
mod rate_limit;
mod select;
mod steps;

pub use cassette::{CASSETTE, CASSETTE_CALL, CASSETTE_CONNECT, CASSETTE_FILE, EXCHANGE, RECORDED_REQUEST, RECORDED_RESPONSE, cassette};
pub use connector::connector;
pub use extend::{Trees, extends, is_base};
pub use map::{map_file, mapped};
pub use model::models;
