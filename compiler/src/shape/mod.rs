//! Types: what a parameter takes, what a unified model holds, what a provider gives, and what expressions make of it.

mod description;
mod infer;
mod known;
mod model;
mod parameter;
mod property;

pub use description::{Description, Endpoint, EndpointBody, EndpointParameter, Origin, ParameterPlace, Trust};
pub use infer::{Inferred, Problem, ProblemKind, Scope, infer};
pub use known::{Member, Object, Shape, Shapes, Text, TypeId, Value};
pub use model::{MODEL, Model, ModelFile, RESOURCE, Resource, read_model_file};
pub use parameter::{PARAMETER, Parameter, SECRET, Secret};
pub use property::{PROPERTY, Property, Type};
