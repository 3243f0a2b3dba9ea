//! What a provider says of its API: operations, parameters, bodies and answers. An extract holds what a connector touches of it.

use std::collections::BTreeMap;
use std::rc::Rc;

use connc_plan::Method;

use super::known::{Shape, Shapes, TypeId};
use crate::source::{FileId, Span};

/// What is known of a provider's API, from one or more extracts.
#[derive(Clone, Debug, Default)]
pub struct Description {
    /// The named types.
    pub shapes: Shapes,
    /// The operations.
    pub endpoints: Vec<Endpoint>,
    /// The extracts, in the order that they were read.
    pub origins: Vec<Origin>,
    /// The types' numbers, by extract and name: two extracts may have types of one name.
    pub types: BTreeMap<(FileId, Rc<str>), TypeId>,
}

impl Description {
    /// The endpoint of a method that fits best, by how well each does; none where none does.
    #[must_use]
    pub fn endpoint(&self, method: Method, fit: impl Fn(&Endpoint) -> Option<usize>) -> Option<&Endpoint> {
        let of_method = self.endpoints.iter().filter(|endpoint| endpoint.method == method);
        of_method.filter_map(|endpoint| Some((fit(endpoint)?, endpoint))).max_by_key(|(score, _)| *score).map(|(_, endpoint)| endpoint)
    }

    /// The type that a pointer into an extract names: `/types/User`, or `/User` for short; also what is inside it, as in `/types/User/properties/groups/items`.
    #[must_use]
    pub fn named(&self, file: FileId, pointer: &str) -> Option<Shape> {
        let pointer = pointer.trim_start_matches('#').trim_start_matches('/');
        let mut steps = pointer.strip_prefix("types/").unwrap_or(pointer).split('/').map(|step| step.replace("~1", "/").replace("~0", "~"));
        let id = self.types.get(&(file, Rc::from(steps.next()?.as_str())))?;
        let mut shape = Shape::Named(*id);
        while let Some(step) = steps.next() {
            shape = match (self.shapes.resolve(&shape), step.as_str()) {
                (Shape::List(items), "items") => items.as_ref().clone(),
                (Shape::Object(object), "properties") => object.member(&steps.next()?)?.shape.clone(),
                _ => return None,
            };
        }
        Some(shape)
    }
}

/// Where an extract comes from.
#[derive(Clone, Debug)]
pub struct Origin {
    /// The extract.
    pub file: FileId,
    /// Who vouches for it.
    pub trust: Trust,
    /// The description that it was made from.
    pub source: String,
    /// The description's version.
    pub version: Option<String>,
}

/// Who vouches for a type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Trust {
    /// The provider's own description, or what its documentation says where that is wrong or silent.
    Official,
    /// A standard that the provider implements.
    Rfc,
    /// Recorded answers: true of what was seen, and of nothing else.
    Cassettes,
}

/// An operation of the provider.
#[derive(Clone, Debug)]
pub struct Endpoint {
    /// The extract that it stands in, as a place among [`Description::origins`].
    pub origin: usize,
    /// The HTTP method.
    pub method: Method,
    /// The path with the server's own path before it: `/api/v1/users/{userId}`.
    pub path: String,
    /// The path without the server's: the same, where the server has none.
    pub short_path: String,
    /// The provider's name for it (`operationId`).
    pub id: Option<String>,
    /// Whether the provider wants it used no more.
    pub deprecated: bool,
    /// Scopes that suffice: any one of these sets; nothing where the description does not say.
    pub scopes: Vec<Vec<String>>,
    /// The parameters.
    pub parameters: Vec<EndpointParameter>,
    /// The body that it takes.
    pub body: Option<EndpointBody>,
    /// The bodies that it answers with, by status: `200`, `2XX`, `default`. No shape where the answer has no body.
    pub answers: Vec<(String, Option<Shape>)>,
    /// Where it is declared.
    pub span: Span,
}

/// A parameter of an operation.
#[derive(Clone, Debug)]
pub struct EndpointParameter {
    /// Its name.
    pub name: String,
    /// Where it goes.
    pub place: ParameterPlace,
    /// Whether it must be given.
    pub required: bool,
    /// Whether the provider wants it used no more.
    pub deprecated: bool,
    /// What it takes.
    pub shape: Shape,
    /// The greatest number that it takes.
    pub maximum: Option<f64>,
    /// Where it is declared.
    pub span: Span,
}

/// Where a parameter goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ParameterPlace {
    /// The query.
    Query,
    /// The path.
    Path,
    /// A header.
    Header,
    /// A cookie.
    Cookie,
}

/// A body that an operation takes.
#[derive(Clone, Debug)]
pub struct EndpointBody {
    /// Whether it must be given.
    pub required: bool,
    /// Whether it is a form instead of JSON.
    pub form: bool,
    /// What it holds.
    pub shape: Shape,
}
