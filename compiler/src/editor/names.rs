//! Names that a spec declares: operations, resources, unified fields.

use std::collections::BTreeMap;

use super::Inspection;
use crate::shape::{Property, Resource};
use crate::source::FileId;
use crate::spec::{Connector, MapResource};

impl Inspection {
    /// The mapped resource of this name in a map file, with what the model says of it.
    pub(super) fn mapped(&self, file: FileId, resource: &str) -> Option<(&MapResource, &Resource)> {
        let spec = self.spec.as_ref()?;
        let map = spec.maps.iter().find(|map| map.model.span.file == file)?;
        let written = map.resources.iter().find(|known| known.name.value == resource)?;
        Some((written, spec.models.get(&map.model.value)?.resources.get(resource)?))
    }

    /// What the model of a map file says of a resource, be it mapped or not yet.
    pub(super) fn unified(&self, file: FileId, resource: &str) -> Option<&Resource> {
        self.unified_resources(file)?.get(resource)
    }

    /// The resources of the model that a file maps to.
    pub(super) fn unified_resources(&self, file: FileId) -> Option<&BTreeMap<String, Resource>> {
        let spec = self.spec.as_ref()?;
        let map = spec.maps.iter().find(|map| map.model.span.file == file)?;
        Some(&spec.models.get(&map.model.value)?.resources)
    }

    /// The unified field that a path in a map file stands at: `users`, `fields`, `email`.
    pub(super) fn unified_field(&self, file: FileId, path: &[String]) -> Option<(&Resource, &Property)> {
        let [resource, fields, field, ..] = path else { return None };
        let resource = self.unified(file, resource).filter(|_| fields == "fields")?;
        Some((resource, resource.field(field)?))
    }
}

/// The resources that have operations, each once.
pub(super) fn resources(spec: &Connector) -> Vec<&str> {
    let mut found: Vec<&str> = Vec::new();
    let names = spec.operations.iter().map(|operation| &operation.name).chain(spec.compounds.iter().map(|compound| &compound.name));
    for name in names {
        if let Some((resource, _)) = name.value.rsplit_once('.')
            && !found.contains(&resource)
        {
            found.push(resource);
        }
    }
    found
}
