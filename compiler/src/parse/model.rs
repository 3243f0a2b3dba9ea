//! Unified models, put together from their files.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::diagnostic::{Code, Diagnostic};
use crate::shape::{Model, ModelFile, read_model_file};
use crate::yaml::{Context, Node};

/// Reads every model file.
pub fn models<'a>(nodes: &'a [Node], context: &mut Context<'a>) -> BTreeMap<String, Arc<Model>> {
    let mut models: BTreeMap<String, Model> = BTreeMap::new();
    for node in nodes {
        match read_model_file(node, context) {
            Some(ModelFile::Model(name, version, aliases)) => {
                let model = models.entry(name.clone()).or_default();
                model.name = name;
                model.version = version;
                model.aliases = aliases;
            }
            Some(ModelFile::Resource(name, version, resource)) => {
                let model = models.entry(name.clone()).or_default();
                model.name = name;
                model.version = model.version.max(version);
                model.resources.insert(resource.name.clone(), resource);
            }
            None => {}
        }
    }
    for model in models.values_mut() {
        let originals = model.resources.clone();
        for resource in model.resources.values_mut() {
            let Some(other) = &resource.same_as else { continue };
            let Some(original) = originals.get(&other.value) else {
                let message = format!("the model `{}` has no resource `{}`", model.name, other.value);
                context.diagnostics.push(Diagnostic::new(Code::UnknownResource, other.span, message));
                continue;
            };
            resource.fields.clone_from(&original.fields);
            resource.required.clone_from(&original.required);
        }
    }
    models.into_iter().map(|(name, model)| (name, Arc::new(model))).collect()
}
