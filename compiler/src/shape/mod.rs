//! Types: what a parameter takes, what a unified model holds, what a provider gives, and what expressions make of it.

mod accept;
mod description;
mod differ;
mod extract;
mod fit;
mod graphql;
mod infer;
mod known;
mod member;
mod model;
mod parameter;
mod path;
mod property;
mod sample;

pub use accept::{Refusal, refused};
pub use description::{Description, Endpoint, EndpointBody, EndpointParameter, Origin, ParameterPlace, Trust};
pub use differ::{Difference, differences};
pub use extract::{CHANGE, EXTRACT, EXTRACT_SOURCE, OVERLAY, SdlChange, read_extracts, read_sdl_overlays};
pub use fit::{Fit, Misfit, fit};
pub use graphql::{Answered, Connection, Inputs, answered};
pub use infer::{Inferred, Problem, ProblemKind, Scope, describe, infer, types_at};
pub use known::{Member, Object, Shape, Shapes, Text, TypeId, Value};
pub use member::holds;
pub use model::{MODEL, Model, ModelFile, RESOURCE, Resource, read_model_file};
pub use parameter::{PARAMETER, Parameter, SECRET, Secret, check_name};
pub use path::{call_fits, fits};
pub use property::{PROPERTY, Property, Type};
