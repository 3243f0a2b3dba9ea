//! The fuzz targets' bodies.

mod targets;

pub use targets::*;
