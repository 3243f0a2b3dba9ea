//! Types: what a parameter takes and what a unified model holds.

mod model;
mod parameter;
mod property;

pub use model::{MODEL, Model, ModelFile, RESOURCE, Resource, read_model_file};
pub use parameter::{PARAMETER, Parameter, SECRET, Secret};
pub use property::{PROPERTY, Property, Type};
