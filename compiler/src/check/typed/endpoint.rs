//! Which operation of the provider's description a request is.

use connc_plan::Method;

use crate::diagnostic::nearest;
use crate::lang::{Piece, Template};
use crate::shape::{Description, Endpoint, call_fits};
use crate::spec::{Connector, Operation};

/// A path with its values left open: `/users/{}`.
pub(super) struct OpenPath {
    /// From the host on.
    whole: String,
    /// As the operation writes it.
    own: String,
    /// Its query parameters, with their values left open.
    query: Vec<(String, String)>,
}

impl OpenPath {
    /// The path of an operation's request, for the connector's own base URL.
    pub(super) fn of(operation: &Operation, spec: &Connector) -> Option<Self> {
        let url = operation.request.url.as_ref()?;
        let own = open(url);
        let query: Vec<_> = operation.request.query.iter().map(|(name, value)| (name.value.clone(), open(value))).collect();
        if let Some((_, after)) = own.split_once("://") {
            let path = after.find('/').map_or("/", |at| after.get(at..).unwrap_or("/"));
            return Some(Self { whole: clean(path), own: clean(path), query });
        }
        let base = open(&spec.base_url);
        let base_path = base.split_once("://").and_then(|(_, after)| after.split_once('/')).map_or("", |(_, path)| path);
        Some(Self { whole: clean(&format!("/{base_path}/{own}")), own: clean(&own), query })
    }

    /// The endpoint that a request of this method goes to: the one with the most words in common, where several take it.
    pub(super) fn find<'a>(&self, method: Method, description: &'a Description) -> Option<&'a Endpoint> {
        description.endpoint(method, |endpoint| {
            let paths = [(&self.whole, &endpoint.path), (&self.own, &endpoint.path), (&self.own, &endpoint.short_path)];
            paths.into_iter().filter_map(|(given, declared)| call_fits(given, &self.query, declared)).max()
        })
    }

    /// The methods that the description has for this path.
    pub(super) fn methods(&self, description: &Description) -> Vec<Method> {
        Method::ALL.iter().map(|(_, method)| *method).filter(|method| self.find(*method, description).is_some()).collect()
    }

    /// The declared path of this method that this one may be a slip of.
    pub(super) fn near<'a>(&self, method: Method, description: &'a Description) -> Option<&'a str> {
        let same = description.endpoints.iter().filter(|endpoint| endpoint.method == method);
        let open: Vec<(String, &str)> =
            same.flat_map(|endpoint| [&endpoint.path, &endpoint.short_path]).map(|path| (without_names(path), path.as_str())).collect();
        let near = [&self.whole, &self.own].into_iter().find_map(|given| nearest(given, open.iter().map(|(path, _)| path.as_str())))?;
        open.iter().find(|(path, _)| path == near).map(|(_, path)| *path)
    }
}

/// A declared path with its values left open, as a request's is.
fn without_names(path: &str) -> String {
    let segment = |segment: &str| if segment.starts_with('{') && segment.ends_with('}') { "{}".to_owned() } else { segment.to_owned() };
    path.split('/').map(segment).collect::<Vec<_>>().join("/")
}

fn open(template: &Template) -> String {
    let piece = |piece: &Piece| match piece {
        Piece::Literal(text) => text.clone(),
        Piece::Reference(_) | Piece::Base64(_) => "{}".to_owned(),
    };
    template.pieces.iter().map(piece).collect()
}

/// One slash between segments, none at the end, no query.
fn clean(path: &str) -> String {
    let path = path.split_once(['?', '#']).map_or(path, |(path, _)| path);
    path.split('/').filter(|segment| !segment.is_empty()).fold(String::new(), |whole, segment| format!("{whole}/{segment}"))
}

#[cfg(test)]
mod tests {
    use super::clean;

    #[test]
    fn one_slash_between_segments() {
        assert_eq!(clean("//api/v1//users/?x=1"), "/api/v1/users");
    }
}
